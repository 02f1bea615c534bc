"""Which recovery points a service comes back from: one for each data set, closest to one instant.

The *anchor* is the oldest of the newest points: no common state can be newer than that. Of all sets
that hold the anchor, the one with the smallest spread is taken; of equally narrow ones, the newest.
"""

from __future__ import annotations

import random
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from refloat.model.points import CommonRecoveryPoint, RecoveryPoint


def choose(points: Mapping[str, Sequence[RecoveryPoint]], instant: datetime) -> CommonRecoveryPoint:
    """Choose the common recovery point at or before an instant.

    Args:
        points: the recovery points of every data set, in any order.
        instant: nothing that became true later is chosen.

    Returns:
        The set; data sets without any point at or before the instant are in ``missing``, and the
        set is chosen among the others.
    """
    eligible = {
        data_set: [point for point in some if point.consistency_time <= instant]
        for data_set, some in points.items()
    }
    missing = tuple(sorted(name for name, some in eligible.items() if not some))
    present = {name: some for name, some in eligible.items() if some}
    if not present:
        return CommonRecoveryPoint(None, timedelta(0), {}, missing)
    chosen = _narrowest(present)
    times = [point.consistency_time for point in chosen.values()]
    return CommonRecoveryPoint(min(times), max(times) - min(times), chosen, missing)


def random_instant(
    points: Mapping[str, Sequence[RecoveryPoint]],
    window: timedelta,
    now: datetime,
    source: random.Random,
) -> datetime:
    """Draw an instant of loss from the last ``window``, so that not only the newest are drilled.

    Args:
        points: the recovery points of every data set.
        window: how far back the instant may lie.
        now: the instant that it lies before.
        source: where chance comes from; a test hands in a seeded one.

    Returns:
        An instant in the window at which every data set has a point, as far as there is one.
    """
    earliest = now - window
    firsts = [min(p.consistency_time for p in some) for some in points.values() if some]
    if firsts:
        earliest = min(now, max(earliest, max(firsts)))
    return earliest + (now - earliest) * source.random()


def _narrowest(present: Mapping[str, Sequence[RecoveryPoint]]) -> dict[str, RecoveryPoint]:
    """Slide a window over all points in time; keep the narrowest that covers all and the anchor."""
    anchor = min(max(_time(point) for point in some) for some in present.values())
    ordered = sorted((point for some in present.values() for point in some), key=_order)
    window: deque[RecoveryPoint] = deque()
    inside: Counter[str] = Counter()
    best: tuple[timedelta, datetime] | None = None
    bounds = (anchor, anchor)
    for point in ordered:
        window.append(point)
        inside[point.data_set] += 1
        while inside[window[0].data_set] > 1 and _time(window[0]) < anchor:
            inside[window.popleft().data_set] -= 1
        first, last = _time(window[0]), _time(point)
        if len(inside) == len(present) and first <= anchor <= last:
            width = last - first
            if best is None or width < best[0] or (width == best[0] and first > best[1]):
                best, bounds = (width, first), (first, last)
    return _newest_within(present, *bounds)


def _newest_within(
    present: Mapping[str, Sequence[RecoveryPoint]], first: datetime, last: datetime
) -> dict[str, RecoveryPoint]:
    return {
        name: max((point for point in some if first <= _time(point) <= last), key=_order)
        for name, some in sorted(present.items())
    }


def _time(point: RecoveryPoint) -> datetime:
    return point.consistency_time


def _order(point: RecoveryPoint) -> tuple[datetime, str, str]:
    return point.consistency_time, point.data_set, point.identity
