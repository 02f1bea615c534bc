"""Which recovery point was the newest of a data set, over time.

``Basis.newest`` answers this for one instant; here it is answered for all instants in one sweep
over the points, so that a year of hourly points costs little more than reading them.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from refloat.assess.ground.basis import true_at
from refloat.assess.ground.seen import SeenPoint

Signature: TypeAlias = tuple[object, ...]
_Key: TypeAlias = tuple[str, str, str]
_Word: TypeAlias = tuple[datetime, str]

_SAID, _COUNTS, _ENDS = range(3)
"""What happens to a point, in the order in which it happens at one instant."""


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
    for position, (at, event, _, point) in enumerate(events):
        if event == _SAID:
            words[_key(point)] = point
        elif words.get(_key(point)) is point:
            if event == _ENDS:
                del words[_key(point)]
            elif point.eligible:
                heapq.heappush(heap, (_Latest(true_at(point)), point))
        if position + 1 < len(events) and events[position + 1][0] == at:
            continue  # several words at one instant are one change
        while heap and words.get(_key(heap[0][1])) is not heap[0][1]:
            heapq.heappop(heap)
        top = heap[0][1] if heap else None
        if not result or result[-1].point is not top:
            result.append(Newest(at, top))
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


def _events(points: Iterable[SeenPoint]) -> Iterator[tuple[datetime, int, _Word, SeenPoint]]:
    """Give when each word was said, and when its point began to count and ceased to."""
    for point in points:
        word = (point.observed_at, point.fact.digest)
        yield point.observed_at, _SAID, word, point
        yield max(point.observed_at, point.consistency_time), _COUNTS, word, point
        if point.expires_at is not None and point.observed_at < point.expires_at:
            yield point.expires_at, _ENDS, word, point


def _key(point: SeenPoint) -> _Key:
    where = point.repository if point.own is not None else ""
    return point.fact.source.instance, point.identity, where
