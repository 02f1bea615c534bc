"""Lines in; facts, or the number and reason of every line that cannot be taken, out."""

from __future__ import annotations

import functools
import hashlib
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, TypeVar

import msgspec

from refloat.feed import making, making_people, people_lines
from refloat.feed.lines import (
    SCHEMA,
    AccessLine,
    DependencyLine,
    HeartbeatLine,
    JobLine,
    Line,
    PointLine,
    ScopeLine,
    TestLine,
)
from refloat.feed.making import Head, Maker, Unclear, natural_id
from refloat.feed.reasons import reason
from refloat.feed.splitting import LONGEST_LINE, Damaged
from refloat.feed.words import utc
from refloat.model.feed import FeedFact, FeedKind
from refloat.model.observations import RefusedLine

DEEPEST = 32
"""How many lists and braces of a line may stand in each other."""
CLOCK_SKEW = timedelta(minutes=5)
"""By how much the clock of a source may be ahead."""

KINDS: dict[str, type[Line]] = {
    FeedKind.RECOVERY_POINT: PointLine,
    FeedKind.JOB_RUN: JobLine,
    FeedKind.RESTORE_TEST: TestLine,
    FeedKind.PROTECTION_SCOPE: ScopeLine,
    FeedKind.ACCESS_FACT: AccessLine,
    FeedKind.HEARTBEAT: HeartbeatLine,
    FeedKind.DEPENDENCY: DependencyLine,
    FeedKind.CHANGE: people_lines.ChangeLine,
    FeedKind.EXERCISE: people_lines.ExerciseLine,
    FeedKind.ATTESTATION: people_lines.AttestationLine,
    FeedKind.APPROVAL: people_lines.ApprovalLine,
    FeedKind.ACTION: people_lines.ActionLine,
}
"""The class of the lines of each kind."""

_KIND_OF: Mapping[type[Line], str] = {line: str(kind) for kind, line in KINDS.items()}
_ONE: Mapping[type[Line], Callable[[Any, Head], FeedFact]] = {
    JobLine: making.job,
    TestLine: making.test,
    ScopeLine: making.scope,
    HeartbeatLine: making.heartbeat,
    DependencyLine: making.dependency,
    people_lines.ChangeLine: making_people.change,
    people_lines.ExerciseLine: making_people.exercise,
    people_lines.AttestationLine: making_people.attestation,
    people_lines.ApprovalLine: making_people.approval,
    people_lines.ActionLine: making_people.action,
}
_FOR_EVER = datetime.max.replace(tzinfo=UTC)
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def _any_of(lines: Iterable[type[Line]]) -> Any:
    return functools.reduce(operator.or_, lines)


_decode: Callable[[bytes], Line] = msgspec.json.Decoder(_any_of(KINDS.values())).decode
_decode_any: Callable[[bytes], Any] = msgspec.json.Decoder().decode
_encode_sorted: Callable[[Any], bytes] = msgspec.json.Encoder(order="sorted").encode


Taken = TypeVar("Taken")


class Refused(Exception):
    """A line cannot be taken; the message says why."""


class Understood(NamedTuple):
    """One line that can be taken.

    Attributes:
        canonical: the line as it is kept: every field, known or not, with sorted keys.
        kind: the kind of its facts.
        instance: the instance of its source.
        external_id: the source's own id of it, or the derived one.
        observed_at: when it was seen to be so (UTC).
        digest: SHA-256 of ``canonical``, 32 bytes.
        line: what it says.
    """

    canonical: bytes
    kind: str
    instance: str
    external_id: str
    observed_at: datetime
    digest: bytes
    line: Line


class Reader:
    """Reads lines, and shares in memory what their facts have in common.

    Args:
        received_at: when the lines came in; None where that is not known, as for lines that were
            taken before.
        canonical: whether the lines are known to be in canonical form (those that Refloat kept).
    """

    def __init__(self, received_at: datetime | None = None, *, canonical: bool = False) -> None:
        self._latest = received_at or _FOR_EVER
        self._latest_seen = received_at + CLOCK_SKEW if received_at is not None else _FOR_EVER
        self._canonical = canonical
        self._maker = Maker()
        self._last_seen = _FOR_EVER

    def understand(self, line: bytes) -> Understood:
        """Understand one line; ``facts`` says then whether what it says can be.

        Args:
            line: its bytes, without what ends it.

        Raises:
            Refused: if it cannot be taken; the message says why.
        """
        if len(line) > LONGEST_LINE:
            raise Refused(f"it is longer than {LONGEST_LINE} bytes")
        try:
            canonical = line if self._canonical else _canonical(line)
            said = _decode(canonical)
        except (ValueError, RecursionError) as error:
            raise Refused(reason(error, line, KINDS)) from error
        observed_at = self._observed_at(said)
        if type(said) is PointLine:
            self._refuse_future(said.consistency_time, observed_at)
        digest = hashlib.sha256(canonical).digest()
        return Understood(
            canonical,
            _KIND_OF[type(said)],
            said.source.instance,
            said.external_id or natural_id(said) or f"sha256:{digest.hex()}",
            observed_at,
            digest,
            said,
        )

    def facts(self, one: Understood) -> tuple[FeedFact, ...]:
        """Give the facts of a line; one with ``rights`` is a fact on each right.

        Raises:
            Refused: if what it says cannot be; never for a recovery point.
        """
        line = one.line
        source = self._maker.source(line.source)
        head = Head(source, one.external_id, one.observed_at, one.digest.hex())
        if type(line) is PointLine:
            return (self._maker.point(line, head),)
        try:
            if isinstance(line, AccessLine):
                return making.access(line, head)
            return (_ONE[type(line)](line, head),)
        except Unclear as error:
            raise Refused(str(error)) from error

    def _refuse_future(self, time: datetime, observed_at: datetime) -> None:
        """See that data was true before it was seen, and before now."""
        if time > self._latest:
            raise Refused(f"consistency_time {utc(time):%Y-%m-%d %H:%M:%S} UTC is in the future")
        if time > observed_at and time - observed_at > CLOCK_SKEW:
            raise Refused("consistency_time is after observed_at: nobody can have seen it then")

    def _observed_at(self, line: Line) -> datetime:
        observed_at = line.observed_at
        if observed_at == self._last_seen:
            return self._last_seen  # a sweep sees many things at one time: keep it once
        observed_at = utc(observed_at)
        if observed_at > self._latest_seen:
            raise Refused(f"observed_at {observed_at:%Y-%m-%d %H:%M:%S} UTC is in the future")
        self._last_seen = observed_at
        return observed_at


def read(
    lines: Iterable[bytes], received_at: datetime | None = None
) -> Iterator[FeedFact | RefusedLine]:
    """Read lines: give every fact, and every line that cannot be taken, in their order.

    Empty lines, a byte order mark before the first line, and lines that end in CR LF are fine.

    Args:
        lines: the lines' bytes, with or without what ends them.
        received_at: when they came in; a time later than that is refused. None: not known.
    """
    for one in facts(lines, Reader(received_at)):
        if isinstance(one, RefusedLine):
            yield one
        else:
            yield from one


def facts(lines: Iterable[bytes], reader: Reader) -> Iterator[tuple[FeedFact, ...] | RefusedLine]:
    """Read as ``read`` does, and give the facts of each line together."""
    return _each(lines, lambda line: reader.facts(reader.understand(line)))


def understand(lines: Iterable[bytes], reader: Reader) -> Iterator[Understood | RefusedLine]:
    """Understand lines as ``read`` does, without making facts of those that are sure to be some."""

    def checked(line: bytes) -> Understood:
        one = reader.understand(line)
        if type(one.line) is not PointLine:
            reader.facts(one)
        return one

    return _each(lines, checked)


def _each(lines: Iterable[bytes], take: Callable[[bytes], Taken]) -> Iterator[Taken | RefusedLine]:
    number = 0
    try:
        for number, line in enumerate(lines, 1):
            if number == 1:
                line = line.removeprefix(_BYTE_ORDER_MARK)
            line = line.strip(b" \t\r\n")
            if not line:
                continue
            try:
                yield take(line)
            except Refused as error:
                yield RefusedLine(number, str(error))
    except Damaged as error:
        yield RefusedLine(number + 1, str(error))


def schema() -> dict[str, Any]:
    """Give the JSON Schema of a line: what each kind must and may say.

    Fields that it does not name are kept too.
    """
    described = msgspec.json.schema(_any_of(KINDS.values()))
    title = f"A line of the feed, {SCHEMA}"
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title, **described}


def _canonical(line: bytes) -> bytes:
    """Give a line with sorted keys and no blanks between; nothing else of it is changed.

    Raises:
        ValueError, RecursionError: if it is no JSON that can be kept.
        Refused: if it is nested too deeply, or has a NUL in a text.
    """
    value = _decode_any(line)
    brackets = len(line) - len(line.translate(None, b"[{"))
    if brackets > DEEPEST or b"\\u0000" in line:
        _look_through(value)
    return _encode_sorted(value)


def _look_through(value: Any) -> None:
    level, depth = [value], 0
    while level:
        if depth > DEEPEST:
            raise Refused("it is nested too deeply")
        depth += 1
        inner: list[Any] = []
        for one in level:
            if isinstance(one, str) and "\0" in one:
                raise Refused("a text in it has a NUL character")
            if isinstance(one, dict):
                inner += one.keys()
                inner += one.values()
            elif isinstance(one, list):
                inner += one
        level = inner
