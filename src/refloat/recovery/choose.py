"""Which recovery points a service comes back from: one for each data set, closest to one instant.

How they are chosen is said, and done, where the assessment can use it too:
``assess/ground/common_point.py``.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from refloat.assess.ground.common_point import narrowest, span_of
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
    chosen = narrowest(present)
    first, last = span_of(chosen.values())
    return CommonRecoveryPoint(first, last - first, chosen, missing)


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
