"""An axis of time for bars that last from seconds to months, with ticks that people expect."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from refloat.assess.words import duration

_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86400.0
_INTERVALS = (
    *(0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0),
    *(count * _MINUTE for count in (1, 2, 5, 10, 15, 30)),
    *(count * _HOUR for count in (1, 2, 3, 6, 12)),
    *(count * _DAY for count in (1, 2, 5, 10, 20, 50, 100, 365)),
)
_MARKS = (
    *(0.1, 1.0, 10.0),
    *(count * _MINUTE for count in (1, 10, 30)),
    *(count * _HOUR for count in (1, 2, 4, 8, 12)),
    *(count * _DAY for count in (1, 2, 7, 30, 90, 365, 3650)),
)
_MOST_TICKS = 6
_EVEN_UP_TO = 40.0
"""The longest over the shortest; beyond it the shortest could not be seen on an even axis."""

_ROOM = 1.03
"""How much longer than the longest the axis is, so that a mark at its end is seen."""


@dataclass(frozen=True)
class Tick:
    """One time on the axis: percent, words, and how its words are anchored."""

    at: float
    text: str
    anchor: str


@dataclass(frozen=True)
class Scale:
    """An axis from zero to the longest time.

    Attributes:
        longest: seconds at its end.
        base: seconds at which the axis turns from even to uneven; 0.0 if all of it is even.
        ticks: its marks.
    """

    longest: float
    base: float
    ticks: tuple[Tick, ...] = ()

    @property
    def even(self) -> bool:
        """Whether a bar twice as long takes twice the time."""
        return not self.base

    def at(self, seconds: float) -> float:
        """Give the percent of the axis at which a time stands, from 0 to 100."""
        inside = min(max(seconds, 0.0), self.longest)
        if self.base:
            share = math.log1p(inside / self.base) / math.log1p(self.longest / self.base)
        else:
            share = inside / self.longest
        return round(100 * share, 3)

    def bar(self, seconds: float) -> float:
        """Give the width of a bar, in percent: never so short that it looks like none."""
        return max(0.5, self.at(seconds))


def scale(
    times: Iterable[float | None],
    *,
    even: bool = False,
    room: float = _ROOM,
    ticks: int = _MOST_TICKS,
) -> Scale:
    """Make the axis on which all of some times can be seen; those that are not known do not count.

    Args:
        times: seconds.
        even: whether it must be even, however long and short the times are.
        room: how much longer than the longest it is.
        ticks: how many ticks have room beside each other, beside that at zero.
    """
    some = [one for one in times if one is not None and 0 < one < math.inf]
    longest = max(some, default=1.0) * room
    uneven = bool(some) and not even and longest / min(some) > _EVEN_UP_TO
    bare = Scale(longest, min(some) / 3 if uneven else 0.0)
    return Scale(bare.longest, bare.base, _uneven(bare, ticks) if uneven else _even(bare, ticks))


def _even(axis: Scale, most: int) -> tuple[Tick, ...]:
    longest = axis.longest
    interval = next((one for one in _INTERVALS if longest / one <= most), longest / most)
    count = int(longest / interval)
    return tuple(_tick(axis, round(number * interval, 3)) for number in range(count + 1))


def _uneven(axis: Scale, most: int) -> tuple[Tick, ...]:
    """Mark times that people know, from the longest down, as many as there is room for."""
    kept: list[Tick] = []
    narrowest = 90 / most
    for seconds in reversed(_MARKS):
        if seconds > axis.longest:
            continue
        tick = _tick(axis, seconds)
        free = kept[-1].at - tick.at if kept else narrowest
        if free >= narrowest and tick.at >= narrowest:
            kept.append(tick)
    return (_tick(axis, 0.0), *reversed(kept))


def _tick(axis: Scale, seconds: float) -> Tick:
    at = axis.at(seconds)
    return Tick(at, duration(seconds), "start" if not seconds else "end" if at > 94 else "middle")
