"""Recovery points of the feed, packed: a million of them take little memory.

Whatever differs from point to point (times, size, names) stands in columns. What neighbours have in
common stands once for each *run* of them. A point is made into an object when it is asked for.
"""

from __future__ import annotations

import bisect
from array import array
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate, chain, groupby, pairwise
from operator import attrgetter
from typing import NamedTuple, overload

from refloat.model.feed import CopySeen, IntegrityCheck, PointSeen, Source

_START = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)

_NONE = -(2**63)
"""Stands for None in a column: earlier than any time, and no size."""

_OBSERVED, _TRUE, _COMPLETED, _EXPIRES, _SIZE, _NAME_ENDS, _DIGEST_ENDS = range(7)
"""The columns: times in microseconds since 1970, bytes, and where texts end."""

_COLUMNS = 7


class Alike(NamedTuple):
    """What the points of one run have in common: the fields of ``PointSeen`` of these names."""

    source: Source
    data_set: str
    complete: bool | None
    usable: str
    consistency: str
    group: str
    copies: tuple[CopySeen, ...]
    integrity: IntegrityCheck
    malware: str
    version: str
    deleted: bool
    level: str


_alike = attrgetter(*Alike._fields)


class Run(NamedTuple):
    """Neighbours that are alike.

    Attributes:
        start: the place of the first.
        stop: the place after the last.
        alike: what they have in common.
    """

    start: int
    stop: int
    alike: Alike


class Columns:
    """What differs from point to point. A point is named by its place.

    Args:
        numbers: the columns, one after the other.
        texts: the source's own id of each point and its digest, one after the other, in UTF-8.
    """

    __slots__ = ("_numbers", "_texts", "count")

    def __init__(self, numbers: array[int], texts: bytes) -> None:
        self._numbers = numbers
        self._texts = texts
        self.count = len(numbers) // _COLUMNS

    @classmethod
    def of_rows(cls, rows: array[int], texts: bytes) -> Columns:
        """Make columns of rows of as many numbers as there are columns."""
        columns = (rows[number::_COLUMNS].tobytes() for number in range(_COLUMNS))
        return cls(array("q", b"".join(columns)), texts)

    def __eq__(self, other: object) -> bool:
        """Whether others say the same."""
        if not isinstance(other, Columns):
            return NotImplemented
        return self._numbers == other._numbers and self._texts == other._texts

    __hash__ = None  # type: ignore[assignment]  # a list has none either: this may be large

    def observed(self, at: int) -> int:
        """Say when a point was seen, in microseconds since 1970."""
        return self._numbers[_OBSERVED * self.count + at]

    def true(self, at: int) -> int:
        """Say when the data of a point was true, in microseconds since 1970."""
        return self._numbers[_TRUE * self.count + at]

    def expires(self, at: int) -> int | None:
        """Say when a point will be removed, in microseconds since 1970; None if nobody said."""
        number = self._numbers[_EXPIRES * self.count + at]
        return None if number == _NONE else number

    def name(self, at: int) -> str:
        """Give the source's own id of a point."""
        return self._name(at).decode("utf-8", "surrogatepass")

    def digest(self, at: int) -> str:
        """Give the digest of the line that told of a point."""
        return self._digest(at).decode("utf-8", "surrogatepass")

    def until(self, time: int) -> int:
        """Say how many points were seen at or before a time, in microseconds since 1970."""
        return bisect.bisect_right(self._numbers, time, 0, self.count)

    def chosen(self, places: Sequence[int]) -> Columns:
        """Give those of some points, in the order in which they are named."""
        rows = [self._numbers[k * self.count + at] for k in range(_NAME_ENDS) for at in places]
        texts = [text for at in places for text in (self._name(at), self._digest(at))]
        ends = tuple(accumulate(map(len, texts)))
        return Columns(array("q", (*rows, *ends[::2], *ends[1::2])), b"".join(texts))

    def made(self, at: int, alike: Alike) -> PointSeen:
        """Make a point, given what it has in common with its neighbours."""
        numbers, count = self._numbers, self.count
        size = numbers[_SIZE * count + at]
        return PointSeen(
            alike.source,
            self.name(at),
            time_of(numbers[at]),
            self.digest(at),
            alike.data_set,
            time_of(numbers[_TRUE * count + at]),
            _time_or_none(numbers[_COMPLETED * count + at]),
            alike.complete,
            alike.usable,
            alike.consistency,
            alike.group,
            None if size == _NONE else size,
            alike.copies,
            _time_or_none(numbers[_EXPIRES * count + at]),
            alike.integrity,
            alike.malware,
            alike.version,
            alike.deleted,
            alike.level,
        )

    def _name(self, at: int) -> bytes:
        start = self._numbers[_DIGEST_ENDS * self.count + at - 1] if at else 0
        return self._texts[start : self._numbers[_NAME_ENDS * self.count + at]]

    def _digest(self, at: int) -> bytes:
        start = self._numbers[_NAME_ENDS * self.count + at]
        return self._texts[start : self._numbers[_DIGEST_ENDS * self.count + at]]


class PackedPoints(Sequence[PointSeen]):
    """Recovery points, sorted as a stream keeps them. It cannot be changed.

    Args:
        columns: what differs from point to point.
        runs: the neighbours that are alike, without a gap.
        once: whether no source tells of any point twice.
    """

    __slots__ = ("columns", "once", "runs")

    def __init__(self, columns: Columns, runs: tuple[Run, ...], *, once: bool) -> None:
        self.columns = columns
        self.runs = runs
        self.once = once

    @classmethod
    def of(cls, points: Iterable[PointSeen]) -> PackedPoints:
        """Pack points that come in any order; the very same fact twice counts once."""
        packer = Packer()
        for point in points:
            packer.add(point)
        return packer.packed()

    def __len__(self) -> int:
        """Count the points."""
        return self.columns.count

    @overload
    def __getitem__(self, place: int) -> PointSeen: ...
    @overload
    def __getitem__(self, place: slice) -> PackedPoints: ...
    def __getitem__(self, place: int | slice) -> PointSeen | PackedPoints:
        """Make one point; a slice gives these points, packed."""
        at = range(len(self))[place]
        if isinstance(at, range):
            return self.of(self[one] for one in at)
        return self.columns.made(at, self.alike(at))

    def __iter__(self) -> Iterator[PointSeen]:
        """Make one after the other."""
        for run in self.runs:
            for at in range(run.start, run.stop):
                yield self.columns.made(at, run.alike)

    def __reversed__(self) -> Iterator[PointSeen]:
        """Make one after the other, the last first."""
        for run in reversed(self.runs):
            for at in reversed(range(run.start, run.stop)):
                yield self.columns.made(at, run.alike)

    def __eq__(self, other: object) -> bool:
        """Whether the other holds points that are equal to these."""
        if not isinstance(other, PackedPoints):
            return NotImplemented
        return self.columns == other.columns and self.runs == other.runs

    __hash__ = None  # type: ignore[assignment]  # a list has none either: this may be large

    def __repr__(self) -> str:
        """Show every point."""
        return f"PackedPoints.of({list(self)!r})"

    @property
    def latest(self) -> int:
        """Say when the last of them was seen, in microseconds since 1970; there must be one."""
        return self.columns.observed(len(self) - 1)

    @property
    def instances(self) -> frozenset[str]:
        """Name the sources that tell of them."""
        return frozenset(run.alike.source.instance for run in self.runs)

    @property
    def any_deleted(self) -> bool:
        """Whether a source says of any point that it is gone."""
        return any(run.alike.deleted for run in self.runs)

    def alike(self, at: int) -> Alike:
        """Give what the point at a place has in common with its run."""
        runs = self.runs
        if len(runs) == 1:
            return runs[0].alike
        return runs[bisect.bisect_right(runs, at, key=_stop)].alike

    def until(self, instant: datetime) -> PackedPoints:
        """Give those that were observed at or before an instant."""
        count = self.columns.until(ticks(instant))
        return self if count == len(self) else self.chosen(range(count))

    def standing(self, instant: datetime) -> PackedPoints:
        """Give those that stand at an instant: of each key the last word observed by then."""
        told = self.until(instant)
        if told.once:
            return told
        last = {
            (run.alike.source.instance, told.columns.name(at)): at
            for run in told.runs
            for at in range(run.start, run.stop)
        }
        return told if len(last) == len(told) else told.chosen(sorted(last.values()))

    def chosen(self, places: Sequence[int]) -> PackedPoints:
        """Give the points at some places, which come as a stream sorts them."""
        runs: list[Run] = []
        for alike, same in groupby(map(self.alike, places)):
            start = runs[-1].stop if runs else 0
            runs.append(Run(start, start + sum(1 for _ in same), alike))
        keys = {(self.alike(at).source.instance, self.columns.name(at)) for at in places}
        once = len(keys) == len(places)
        return PackedPoints(self.columns.chosen(places), tuple(runs), once=once)


NO_POINTS = PackedPoints(Columns(array("q"), b""), (), once=True)


class Packer:
    """Packs recovery points that come one by one, in any order."""

    def __init__(self) -> None:
        self._rows = array("q")
        self._texts = bytearray()
        self._runs: list[Run] = []
        self._known: dict[Alike, Alike] = {}

    def add(self, point: PointSeen) -> None:
        """Take in one more."""
        texts = self._texts
        texts += _written(point.external_id)
        name_ends = len(texts)
        texts += _written(point.digest)
        self._rows.extend(
            (
                ticks(point.observed_at),
                ticks(point.consistency_time),
                _ticks_or_none(point.completed_at),
                _ticks_or_none(point.expires_at),
                _NONE if point.size_bytes is None else point.size_bytes,
                name_ends,
                len(texts),
            )
        )
        start = stop = self._runs[-1].stop if self._runs else 0
        told = _alike(point)
        if self._runs and told == self._runs[-1].alike:
            start, _, alike = self._runs.pop()
        else:
            alike = Alike._make(told)
            alike = self._known.setdefault(alike, alike)
        self._runs.append(Run(start, stop + 1, alike))

    def packed(self) -> PackedPoints:
        """Give what was taken in, as a stream sorts it; the very same fact twice counts once."""
        columns, runs = Columns.of_rows(self._rows, bytes(self._texts)), tuple(self._runs)
        keys = [
            (columns.observed(at), run.alike.source.instance, columns.name(at), columns.digest(at))
            for run in runs
            for at in range(run.start, run.stop)
        ]
        once = len({key[1:3] for key in keys}) == len(keys)
        some = PackedPoints(columns, runs, once=once)
        if all(one < other for one, other in pairwise(keys)):
            return some
        in_order = sorted(range(len(keys)), key=keys.__getitem__)
        return some.chosen([next(same) for _, same in groupby(in_order, key=keys.__getitem__)])


def joined(groups: Sequence[PackedPoints]) -> PackedPoints:
    """Give the points of several groups in one; the very same fact twice counts once."""
    return groups[0] if len(groups) == 1 else PackedPoints.of(chain.from_iterable(groups))


def ticks(instant: datetime) -> int:
    """Give an instant in microseconds since 1970."""
    return (instant - _START) // _TICK


def time_of(number: int) -> datetime:
    """Give the instant that is so many microseconds after 1970 began."""
    return _START + number * _TICK


def _ticks_or_none(instant: datetime | None) -> int:
    return _NONE if instant is None else ticks(instant)


def _time_or_none(number: int) -> datetime | None:
    return None if number == _NONE else time_of(number)


def _stop(run: Run) -> int:
    return run.stop


def _written(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
