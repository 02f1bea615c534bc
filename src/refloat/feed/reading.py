"""Lines in; facts, or the number and reason of every line that cannot be taken, out."""

from __future__ import annotations

import functools
import hashlib
import itertools
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
from refloat.feed.words import FIRST, utc
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
_BLANKS = b" \t\r\n"
_NO_OPENINGS = bytes(set(range(256)) - set(b"[{\n"))
_NUL = b"\\u0000"


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
        line: what it says.
    """

    canonical: bytes
    kind: str
    instance: str
    external_id: str
    observed_at: datetime
    line: Line

    @property
    def digest(self) -> str:
        """SHA-256 of ``canonical``, hexadecimal; made anew each time."""
        return _digest(self.canonical)


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
        self._last_seen = FIRST

    def understand(self, line: bytes) -> Understood:
        """Understand one line; ``facts`` says then whether what it says can be.

        Args:
            line: its bytes, without what ends it.

        Raises:
            Refused: if it cannot be taken; the message says why.
        """
        try:
            (one,) = self.understand_all([line])
        except (ValueError, RecursionError) as error:
            raise Refused(reason(error, line, KINDS)) from error
        return one

    def understand_all(self, lines: Sequence[bytes]) -> list[Understood]:
        """Understand lines together: what ``understand`` gives of each, several times as fast.

        Raises:
            Refused, ValueError, RecursionError: if any of them cannot be taken.
        """
        if max(map(len, lines), default=0) > LONGEST_LINE:
            raise Refused(f"it is longer than {LONGEST_LINE} bytes")
        canonical = lines if self._canonical else _canonical(lines)
        said = list(map(_decode, canonical))
        return [
            Understood(
                kept,
                _KIND_OF[type(line)],
                line.source.instance,
                line.external_id or natural_id(line) or f"sha256:{_digest(kept)}",
                observed_at,
                line,
            )
            for kept, line, observed_at in zip(
                canonical, said, self._observed_at(said), strict=True
            )
        ]

    def facts(self, one: Understood) -> tuple[FeedFact, ...]:
        """Give the facts of a line; one with ``rights`` is a fact on each right.

        Raises:
            Refused: if what it says cannot be; never for a recovery point.
        """
        line = one.line
        source = self._maker.source(line.source)
        head = Head(source, one.external_id, one.observed_at, one.digest)
        if type(line) is PointLine:
            return (self._maker.point(line, head),)
        try:
            if isinstance(line, AccessLine):
                return making.access(line, head)
            return (_ONE[type(line)](line, head),)
        except Unclear as error:
            raise Refused(str(error)) from error

    def _observed_at(self, lines: Iterable[Line]) -> list[datetime]:
        """Say when lines were observed (UTC); a sweep sees many things at one time: keep it once.

        Raises:
            Refused: if that is in the future, or data was true after it was seen, or after now.
        """
        found = []
        last, latest = self._last_seen, self._latest
        for line in lines:
            if line.observed_at != last:
                last = utc(line.observed_at)
                if last > self._latest_seen:
                    raise Refused(f"observed_at {last:%Y-%m-%d %H:%M:%S} UTC is in the future")
            if type(line) is PointLine:
                true_at = line.consistency_time
                if true_at > last or true_at > latest:
                    self._refuse_future(true_at, last)
            found.append(last)
        self._last_seen = last
        return found

    def _refuse_future(self, time: datetime, observed_at: datetime) -> None:
        """See that data was true before it was seen, and before now."""
        if time > self._latest:
            raise Refused(f"consistency_time {utc(time):%Y-%m-%d %H:%M:%S} UTC is in the future")
        if time > observed_at and time - observed_at > CLOCK_SKEW:
            raise Refused("consistency_time is after observed_at: nobody can have seen it then")


def read(
    lines: Iterable[bytes], received_at: datetime | None = None
) -> Iterator[FeedFact | RefusedLine]:
    """Read lines: give every fact, and every line that cannot be taken, in their order.

    Empty lines, a byte order mark before the first line, and lines that end in CR LF are fine.

    Args:
        lines: the lines' bytes, with or without what ends them.
        received_at: when they came in; a time later than that is refused. None: not known.
    """
    for one in itertools.chain.from_iterable(
        facts(([line] for line in lines), Reader(received_at))
    ):
        if isinstance(one, RefusedLine):
            yield one
        else:
            yield from one


def facts(
    batches: Iterable[Sequence[bytes]], reader: Reader
) -> Iterator[list[tuple[FeedFact, ...] | RefusedLine]]:
    """Read lines many at a time, as ``read`` does one by one; give the facts of each together."""
    return _each(batches, lambda lines: list(map(reader.facts, reader.understand_all(lines))))


def understand(
    batches: Iterable[Sequence[bytes]], reader: Reader
) -> Iterator[list[Understood | RefusedLine]]:
    """Understand lines as ``facts`` does, and make no facts of those that are sure to be some."""

    def checked(lines: Sequence[bytes]) -> list[Understood]:
        some = reader.understand_all(lines)
        for one in some:
            if type(one.line) is not PointLine:
                reader.facts(one)
        return some

    return _each(batches, checked)


def _each(
    batches: Iterable[Sequence[bytes]], take: Callable[[Sequence[bytes]], Sequence[Taken]]
) -> Iterator[list[Taken | RefusedLine]]:
    """Take the lines of each batch together; where one is bad, each by itself."""
    before = 0
    try:
        for batch in batches:
            if not before:
                batch = [line.removeprefix(_BYTE_ORDER_MARK) for line in batch[:1]] + [*batch[1:]]
            lines = [line.strip(_BLANKS) for line in batch]
            try:
                taken: list[Taken | RefusedLine] = [*take([line for line in lines if line])]
            except (Refused, ValueError, RecursionError):
                taken = list(_one_by_one(lines, before + 1, take))
            yield taken
            before += len(lines)
    except Damaged as error:
        yield [RefusedLine(before + 1, str(error))]


def _one_by_one(
    lines: Sequence[bytes], first: int, take: Callable[[Sequence[bytes]], Sequence[Taken]]
) -> Iterator[Taken | RefusedLine]:
    for number, line in enumerate(lines, first):
        if line:
            try:
                yield from take([line])
            except Refused as error:
                yield RefusedLine(number, str(error))
            except (ValueError, RecursionError) as error:
                yield RefusedLine(number, reason(error, line, KINDS))


def schema() -> dict[str, Any]:
    """Give the JSON Schema of a line: what each kind must and may say.

    Fields that it does not name are kept too.
    """
    described = msgspec.json.schema(_any_of(KINDS.values()))
    title = f"A line of the feed, {SCHEMA}"
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title, **described}


def _digest(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()


def _canonical(lines: Sequence[bytes]) -> list[bytes]:
    """Give lines with sorted keys and no blanks between; nothing else of them is changed.

    Raises:
        ValueError, RecursionError: if one is no JSON that can be kept.
        Refused: if one is nested too deeply, or has a NUL in a text.
    """
    values = list(map(_decode_any, lines))
    canonical = list(map(_encode_sorted, values))
    together = b"\n".join(canonical)
    openings = together.translate(None, _NO_OPENINGS).split(b"\n")
    escaped = b"\\" in together  # much quicker to see than a longer text
    if max(map(len, openings)) > DEEPEST or (escaped and _NUL in together):
        for value, line, opened in zip(values, canonical, openings, strict=True):
            if len(opened) > DEEPEST or _NUL in line:
                _look_through(value)
    return canonical


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
