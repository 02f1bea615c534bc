"""Whether a drill speaks for the real thing (R-036).

The criteria, each recorded with the drill:

* ``all data sets``: every data set of the service came back, and a check proved its data.
* ``current point``: no point is older, when the drill is declared, than the service's RPO, or than
  twice the interval at which its data set is backed up where that is longer; without either, than
  a day.
* ``comparable volume``: of each data set at least the plan's ``comparable_percent`` of its newest
  known size was restored (that size is read off the source with each backup).
* ``dependency checks``: at least one dependency was asked and answered.
* ``service checks``: the service's own journey was green.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from refloat.assess.drill import (
    DrillParts,
    data_sets,
    dependency_shown,
    journey_green,
    proves_data,
)
from refloat.model.plan import Plan
from refloat.model.points import RecoveryPoint

ALL_DATA_SETS = "all data sets"
CURRENT_POINT = "current point"
COMPARABLE_VOLUME = "comparable volume"
DEPENDENCY_CHECKS = "dependency checks"
SERVICE_CHECKS = "service checks"
CRITERIA = (ALL_DATA_SETS, CURRENT_POINT, COMPARABLE_VOLUME, DEPENDENCY_CHECKS, SERVICE_CHECKS)
"""What a representative restore must show, in the order of the records."""

_LONGEST_AGE = timedelta(days=1)


def representative(plan: Plan, service: str, parts: DrillParts) -> dict[str, bool]:
    """Say of each criterion whether a drill meets it.

    Args:
        plan: the plan that was drilled.
        service: the service's key.
        parts: what the drill showed.

    Raises:
        MissingInput: if the plan has no such service.
    """
    sets, chosen = data_sets(plan, service), parts.common.points
    whole = bool(sets) and all(key in chosen for key in sets)
    return {
        ALL_DATA_SETS: whole and set(sets) <= proves_data(parts.checks),
        CURRENT_POINT: whole
        and all(_current(plan, service, chosen[key], parts.declared_at) for key in sets),
        COMPARABLE_VOLUME: whole
        and all(
            comparable(plan, service, chosen[key].bytes, parts.last_volume.get(key, 0))
            for key in sets
        ),
        DEPENDENCY_CHECKS: dependency_shown(parts.steps, parts.checks),
        SERVICE_CHECKS: journey_green(parts.checks),
    }


def comparable(plan: Plan, service: str, drilled: int, known: int) -> bool:
    """Whether a drilled size is large enough beside the size that is known (bytes)."""
    return drilled * 100 >= known * plan.services[service].comparable_percent


def _current(plan: Plan, service: str, point: RecoveryPoint, declared_at: datetime | None) -> bool:
    if declared_at is None:
        return False
    allowed: list[timedelta] = []
    rpo = plan.services[service].objectives.get("rpo")
    if rpo is not None:
        allowed.append(rpo.target)
    protection = plan.components[point.data_set].protection
    if protection is not None and protection.every is not None:
        allowed.append(2 * protection.every)
    return declared_at - point.consistency_time <= max(allowed, default=_LONGEST_AGE)
