"""Which states of several data sets belong together: one of each, as close in time as can be.

The *anchor* is the oldest of the newest states: no common state can be newer than that. Of all sets
that hold the anchor, the one with the smallest spread is taken; of equally narrow ones, the newest.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Protocol, TypeVar


class Timed(Protocol):
    """Something that was true at one time."""

    @property
    def consistency_time(self) -> datetime:
        """When it was true."""
        ...

    @property
    def identity(self) -> str:
        """Its own name."""
        ...


_Timed = TypeVar("_Timed", bound=Timed)
_Span = tuple[datetime, datetime]


def narrowest(present: Mapping[str, Iterable[_Timed]]) -> dict[str, _Timed]:
    """Choose the narrowest set that holds the anchor.

    Args:
        present: the states of each data set, at least one of each, in any order.

    Returns:
        The chosen state of each data set.
    """
    states = {name: tuple(some) for name, some in present.items()}
    anchor = min(max(map(_time, some)) for some in states.values())
    spans = [one for one in _spans(states) if one[1] >= anchor]
    return _newest_within(states, min(spans, key=_narrow))


def newest_within(
    present: Mapping[str, Iterable[_Timed]], skew: timedelta
) -> dict[str, _Timed] | None:
    """Choose the newest set whose spread is allowed; of those from the same time, the narrowest.

    Args:
        present: as ``narrowest`` takes them.
        skew: the largest spread that is allowed.

    Returns:
        The chosen state of each data set; None if no set lies so close together.
    """
    states = {name: tuple(some) for name, some in present.items()}
    spans = [one for one in _spans(states) if one[1] - one[0] <= skew]
    if not spans:
        return None
    return _newest_within(states, max(spans, key=lambda one: (one[0], one[0] - one[1])))


def span_of(chosen: Iterable[Timed]) -> _Span:
    """Give the oldest and the newest time of some states."""
    times = [_time(one) for one in chosen]
    return min(times), max(times)


def _spans(present: Mapping[str, Iterable[Timed]]) -> Iterator[_Span]:
    """Slide a window over all states in time: give the shortest that holds each, by its end."""
    ordered = sorted((_time(one), name) for name, some in present.items() for one in some)
    window: deque[tuple[datetime, str]] = deque()
    inside: Counter[str] = Counter()
    for time, name in ordered:
        window.append((time, name))
        inside[name] += 1
        while inside[window[0][1]] > 1:
            inside[window.popleft()[1]] -= 1
        if len(inside) == len(present):
            yield window[0][0], time


def _newest_within(present: Mapping[str, tuple[_Timed, ...]], span: _Span) -> dict[str, _Timed]:
    first, last = span
    return {
        name: max((one for one in some if first <= _time(one) <= last), key=_order)
        for name, some in sorted(present.items())
    }


def _narrow(span: _Span) -> tuple[timedelta, float]:
    return span[1] - span[0], -span[0].timestamp()


def _time(one: Timed) -> datetime:
    return one.consistency_time


def _order(one: Timed) -> tuple[datetime, str]:
    return one.consistency_time, one.identity
