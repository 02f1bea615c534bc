"""How a repository's bandwidth is given out: to so many restores side by side, each its share.

A restore reads at its usual speed, which is how much it reads in the middle of its time. As many
run side by side as never read more together than the repository gives, whichever they are: nobody
is made slower then, and bandwidth that is enough for all changes nothing. More run side by side,
each at an equal share, where all is sooner done that way, as far as that can be told beforehand: by
what waits for each other, and by all restores spread over the places. So those that can use all of
the bandwidth come one after the other, and those that cannot come side by side. Never more do than
there are hands for.

What one restore leaves of its share is not given to another. A restore of which nobody knows how
much it reads holds a place and is not made slower; where nobody knows it of any, the bandwidth
limits nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from refloat.assess.ahead.forecasting.tasks import Task, longest_ahead

_EACH = 8
"""Of so many numbers of places each is tried; beyond, about every fourth part more."""

_LITTLE = 1e-9
"""Bandwidths and times that differ by less than this share are the same."""


@dataclass(frozen=True)
class Shared:
    """How a repository is read.

    Attributes:
        places: how many restores read it side by side; 0 where that limits nothing, because nobody
            knows how much any of them reads.
        share: bytes a second that each reads at most; None if none is made slower.
    """

    places: int
    share: float | None


def shared(
    tasks: Mapping[str, Task], repository: str, bandwidth: float, room: Mapping[str, int]
) -> Shared:
    """Say how a repository is read.

    Args:
        tasks: all tasks of a recovery, by key; at least one reads the repository.
        repository: its key.
        bandwidth: bytes a second that it gives; more than zero.
        room: by thing, how many tasks may hold it at once.
    """
    reading = [one for one in tasks.values() if repository in one.reads]
    speeds = sorted((_speed(one, repository) for one in reading), reverse=True)
    if not any(speeds):
        return Shared(0, None)
    most = _most_at_once(reading, room)
    enough = bandwidth * (1 + _LITTLE)
    free = sum(together <= enough for together in accumulate(speeds))
    if free >= most:
        return Shared(len(reading), None)
    end = _Ends(tasks, repository)
    best, soonest = 0, 0.0
    for places in _numbers(max(1, free), most):
        ended = end.of(places, bandwidth / places if places > free else None)
        if not best or ended < soonest * (1 - _LITTLE):
            best, soonest = places, ended
    return Shared(best, bandwidth / best if best > free else None)


def _speed(task: Task, repository: str) -> float:
    return (task.reads[repository] or 0) / max(task.duration.seconds, _LITTLE)


def _most_at_once(reading: Sequence[Task], room: Mapping[str, int]) -> int:
    """Say how many can run at once at most, by the hands that every one of them holds."""
    ways = [way for one in reading for way in one.ways]
    held = ways[0].intersection(*ways[1:])
    return max(1, min((room[thing] for thing in held & room.keys()), default=len(reading)))


def _numbers(first: int, last: int) -> Iterator[int]:
    number = first
    while number < last:
        yield number
        number += 1 if number - first < _EACH else (number - first) // 4 + 1
    yield last


class _Ends:
    """Says when a recovery ends at the soonest: its longest way, or its restores one by one."""

    def __init__(self, tasks: Mapping[str, Task], repository: str) -> None:
        place = {key: number for number, key in enumerate(tasks)}
        self._needs = [tuple(place[key] for key in one.needs) for one in tasks.values()]
        self._seconds = [one.duration.seconds for one in tasks.values()]
        self._reads = {place[one.key]: one.reads.get(repository) or 0 for one in tasks.values()}
        self._reading = [place[one.key] for one in tasks.values() if repository in one.reads]

    def of(self, places: int, share: float | None) -> float:
        """Give that time for so many restores side by side, of that share each."""
        seconds = list(self._seconds)
        if share is not None:
            for number in self._reading:
                seconds[number] = max(seconds[number], self._reads[number] / share)
        spread = sum(seconds[number] for number in self._reading) / places
        return max(*longest_ahead(self._needs, seconds), spread)
