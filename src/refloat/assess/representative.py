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

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from refloat.assess.drill import (
    data_sets,
    dependency_shown,
    journey_green,
    proves_data,
)
from refloat.model.plan import Plan
from refloat.model.points import CommonRecoveryPoint, RecoveryPoint
from refloat.model.run import CheckResult, StepRecord

ALL_DATA_SETS = "all data sets"
CURRENT_POINT = "current point"
COMPARABLE_VOLUME = "comparable volume"
DEPENDENCY_CHECKS = "dependency checks"
SERVICE_CHECKS = "service checks"
CRITERIA = (ALL_DATA_SETS, CURRENT_POINT, COMPARABLE_VOLUME, DEPENDENCY_CHECKS, SERVICE_CHECKS)
"""What a representative restore must show, in the order of the records."""

_LONGEST_AGE = timedelta(days=1)


def representative(
    plan: Plan,
    service: str,
    *,
    common: CommonRecoveryPoint,
    newest: Mapping[str, RecoveryPoint],
    declared_at: datetime,
    steps: Sequence[StepRecord],
    checks: Sequence[CheckResult],
) -> dict[str, bool]:
    """Say of each criterion whether a drill meets it.

    Args:
        plan: the plan that was drilled.
        service: the service's key.
        common: the recovery points that it came back from; empty if it never came to choose.
        newest: the newest point of each data set that the repositories held at the declaration.
        declared_at: when the drill was declared.
        steps: every operation that ended.
        checks: every check.

    Raises:
        MissingInput: if the plan has no such service.
    """
    sets, chosen = data_sets(plan, service), common.points
    whole = bool(sets) and all(key in chosen for key in sets)
    return {
        ALL_DATA_SETS: whole and set(sets) <= proves_data(checks),
        CURRENT_POINT: whole
        and all(_current(plan, service, chosen[key], declared_at) for key in sets),
        COMPARABLE_VOLUME: whole
        and all(
            key in newest and comparable(plan, service, chosen[key].bytes, newest[key].bytes)
            for key in sets
        ),
        DEPENDENCY_CHECKS: dependency_shown(steps, checks),
        SERVICE_CHECKS: journey_green(checks),
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
