"""Lines in; facts, or the number and reason of every line that cannot be taken, out."""

from __future__ import annotations

import functools
import hashlib
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

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
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def _any_of(lines: Iterable[type[Line]]) -> Any:
    return functools.reduce(operator.or_, lines)


_decode: Callable[[bytes], Line] = msgspec.json.Decoder(_any_of(KINDS.values())).decode
_decode_any: Callable[[bytes], Any] = msgspec.json.Decoder().decode
_encode_sorted: Callable[[Any], bytes] = msgspec.json.Encoder(order="sorted").encode


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
        digest: SHA-256 of ``canonical``, hexadecimal.
        facts: what it says; a line with ``rights`` is a fact on each right.
    """

    canonical: bytes
    kind: str
    instance: str
    external_id: str
    observed_at: datetime
    digest: str
    facts: tuple[FeedFact, ...]


class Reader:
    """Reads lines, and shares in memory what their facts have in common.

    Args:
        received_at: when the lines came in; None where that is not known, as for lines that were
            taken before.
        canonical: whether the lines are known to be in canonical form (those that Refloat kept).
    """

    def __init__(self, received_at: datetime | None = None, *, canonical: bool = False) -> None:
        self._latest = received_at
        self._latest_seen = received_at + CLOCK_SKEW if received_at is not None else None
        self._canonical = canonical
        self._maker = Maker()
        self._last_seen = datetime.min.replace(tzinfo=UTC)

    def understand(self, line: bytes) -> Understood:
        """Understand one line.

        Args:
            line: its bytes, without what ends it.

        Raises:
            Refused: if it cannot be taken; the message says why.
        """
        if len(line) > LONGEST_LINE:
            raise Refused(f"it is longer than {LONGEST_LINE} bytes")
        try:
            canonical = line if self._canonical else _canonical(line)
            return self._understand(_decode(canonical), canonical)
        except Unclear as error:
            raise Refused(str(error)) from error
        except (ValueError, RecursionError, OverflowError) as error:
            raise Refused(reason(error, line, KINDS)) from error

    def _understand(self, line: Line, canonical: bytes) -> Understood:
        digest = hashlib.sha256(canonical).hexdigest()
        observed_at = utc(line.observed_at)
        if observed_at == self._last_seen:
            observed_at = self._last_seen  # a sweep sees many things at one time: keep it once
        self._last_seen = observed_at
        if self._latest_seen is not None and observed_at > self._latest_seen:
            raise Refused(f"observed_at {observed_at:%Y-%m-%d %H:%M:%S} UTC is in the future")
        identity = line.external_id or natural_id(line) or f"sha256:{digest}"
        head = Head(self._maker.source(line.source), identity, observed_at, digest)
        return Understood(
            canonical,
            _KIND_OF[type(line)],
            head.source.instance,
            identity,
            observed_at,
            digest,
            self._facts(line, head),
        )

    def _facts(self, line: Line, head: Head) -> tuple[FeedFact, ...]:
        if type(line) is PointLine:
            point = self._maker.point(line, head)
            time = point.consistency_time
            if self._latest is not None and time > self._latest:
                raise Refused(f"consistency_time {time:%Y-%m-%d %H:%M:%S} UTC is in the future")
            if time > head.observed_at and time - head.observed_at > CLOCK_SKEW:
                raise Refused("consistency_time is after observed_at: nobody can have seen it then")
            return (point,)
        if isinstance(line, AccessLine):
            return making.access(line, head)
        return (_ONE[type(line)](line, head),)


def read(
    lines: Iterable[bytes], received_at: datetime | None = None
) -> Iterator[FeedFact | RefusedLine]:
    """Read lines: give every fact, and every line that cannot be taken, in their order.

    Empty lines, a byte order mark before the first line, and lines that end in CR LF are fine.

    Args:
        lines: the lines' bytes, with or without what ends them.
        received_at: when they came in; a time later than that is refused. None: not known.
    """
    for one in understand(lines, Reader(received_at)):
        if isinstance(one, RefusedLine):
            yield one
        else:
            yield from one.facts


def understand(lines: Iterable[bytes], reader: Reader) -> Iterator[Understood | RefusedLine]:
    """Understand lines one by one, as ``read`` does; empty ones are passed over.

    Args:
        lines: the lines' bytes, with or without what ends them.
        reader: what understands each of them.
    """
    understood = reader.understand
    number = 0
    try:
        for number, line in enumerate(lines, 1):
            stripped = strip(line, first=number == 1)
            if not stripped:
                continue
            try:
                yield understood(stripped)
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


def strip(line: bytes, *, first: bool = False) -> bytes:
    """Take away what stands around a line: blanks, what ends it, a byte order mark.

    Args:
        line: its bytes.
        first: whether it is the first of its file.
    """
    if first:
        line = line.removeprefix(_BYTE_ORDER_MARK)
    return line.strip(b" \t\r\n")


def _canonical(line: bytes) -> bytes:
    """Give a line with sorted keys and no blanks between; nothing else of it is changed.

    Raises:
        ValueError, RecursionError: if it is no JSON that can be kept.
        Refused: if it is nested too deeply, or has a NUL in a text.
    """
    value = _decode_any(line)
    if line.count(b"[") + line.count(b"{") > DEEPEST or b"\\u0000" in line:
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
