"""Which recovery point was the newest of a data set, over time.

``Basis.newest`` answers this for one instant; here it is answered for all instants in one sweep
over the points, so that a year of hourly points costs little more than reading them.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from refloat.assess.ground.basis import true_at
from refloat.assess.ground.seen import SeenPoint

Signature: TypeAlias = tuple[object, ...]
_Key: TypeAlias = tuple[str, str, str]
_Word: TypeAlias = tuple[datetime, str]


@dataclass(frozen=True, slots=True)
class Newest:
    """From an instant on, until the next of its kind, this point was the newest.

    Attributes:
        since: the instant.
        point: the point; None while there was none.
    """

    since: datetime
    point: SeenPoint | None


def newest_over_time(points: Iterable[SeenPoint]) -> tuple[Newest, ...]:
    """Say which point was the newest that could be restored from, and since when.

    Args:
        points: every word on every point of one data set, in any order. A point counts from when
            it was seen, and not before its data was true; a later word on it replaces an earlier.
            It counts until its source was to remove it, unless it was seen after that.

    Returns:
        Changes in the order of time; before the first there was no point.
    """
    words: dict[_Key, SeenPoint] = {}
    heap: list[tuple[_Latest, SeenPoint]] = []
    result: list[Newest] = []
    events = sorted(_events(points), key=lambda one: one[:3])
    for position, (at, counts, _, point) in enumerate(events):
        if not counts:
            words[_key(point)] = point
        elif point.eligible and words[_key(point)] is point:
            heapq.heappush(heap, (_Latest(true_at(point)), point))
        after = events[position + 1][0] if position + 1 < len(events) else None
        if after == at:
            continue  # several words at one instant are one change
        since: datetime | None = at
        while since is not None and (after is None or since < after):
            while heap and _is_over(heap[0][1], words, since):
                heapq.heappop(heap)
            top = heap[0][1] if heap else None
            if not result or result[-1].point is not top:
                result.append(Newest(since, top))
            since = _removed_at(top) if top is not None else None
    return tuple(result)


def changes(line: Sequence[Newest], signature: Callable[[SeenPoint], Signature]) -> list[datetime]:
    """Give the instants at which something of the newest point changed that matters to a caller.

    Args:
        line: the newest point over time.
        signature: what matters of a point; its age never does.
    """
    found: list[datetime] = []
    before: Signature | None = None
    for one in line:
        now = signature(one.point) if one.point is not None else None
        if now != before or not found:
            found.append(one.since)
        before = now
    return found


class _Latest:
    """An order turned round: the greatest comes first out of a heap."""

    __slots__ = ("_of",)

    def __init__(self, of: tuple[object, ...]) -> None:
        self._of = of

    def __lt__(self, other: _Latest) -> bool:
        return self._of > other._of


def _events(points: Iterable[SeenPoint]) -> Iterator[tuple[datetime, bool, _Word, SeenPoint]]:
    """Give when each word was said, and when its point began to count, if not at once."""
    for point in points:
        word = (point.observed_at, point.fact.digest)
        yield point.observed_at, False, word, point
        yield max(point.observed_at, point.consistency_time), True, word, point


def _is_over(point: SeenPoint, words: Mapping[_Key, SeenPoint], instant: datetime) -> bool:
    """Whether a later word took its place, or it was to be removed by an instant."""
    end = _removed_at(point)
    return words[_key(point)] is not point or (end is not None and end <= instant)


def _removed_at(point: SeenPoint) -> datetime | None:
    """Say from when on a point is taken for removed; None if never, or if it was seen after it."""
    end = point.expires_at
    return end if end is not None and point.observed_at < end else None


def _key(point: SeenPoint) -> _Key:
    where = point.repository if point.own is not None else ""
    return point.fact.source.instance, point.identity, where
