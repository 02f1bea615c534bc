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

Of somebody else's restore test, what it says is held to the same criteria; what it does not say is
attested by the person who confirmed it, and not met where nobody did.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from refloat.assess.ground.proofs import (
    data_sets,
    dependency_shown,
    journey_green,
    proves_data,
)
from refloat.model.feed import RestoreTest, TestLevel
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
_DEPENDENCIES = frozenset({"dependency", "identity", "licence"})


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


def criteria_of_test(
    test: RestoreTest,
    data_sets: Collection[str],
    own: Collection[str],
    known_bytes: tuple[int, bool] | None,
    longest_age: float,
) -> dict[str, bool]:
    """Say of each criterion whether somebody else's restore test meets it.

    Args:
        test: the test.
        data_sets: what it tried to bring back.
        own: the data sets of the service.
        known_bytes: the least that it must have restored, and whether that is of all data sets;
            None if nobody knows.
        longest_age: how old the restored data may be, in seconds.
    """
    confirmed = bool(test.confirmed_by)

    def said(answer: bool | None) -> bool:
        return confirmed if answer is None else answer

    age = None if test.point_time is None else (test.at - test.point_time).total_seconds()
    enough = None
    if test.bytes is not None and known_bytes is not None:
        least, whole = known_bytes
        enough = test.bytes >= least
        enough = None if enough and not whole else enough
    return {
        ALL_DATA_SETS: set(own) <= set(data_sets),
        CURRENT_POINT: said(None if age is None else age <= longest_age),
        COMPARABLE_VOLUME: said(enough),
        DEPENDENCY_CHECKS: said(_passed(test, _DEPENDENCIES)),
        SERVICE_CHECKS: test.level is TestLevel.SERVICE and said(_passed(test, {"service"})),
    }


def longest_age(plan: Plan, service: str, data_set: str) -> timedelta:
    """Say how old a restored point may be, when a trial begins, to speak for the present."""
    rpo = plan.services[service].objectives.get("rpo")
    component = plan.components[data_set]
    allowed = [rpo.target] if rpo is not None else []
    allowed += [
        2 * copying.every
        for copying in (component.protection, component.watch)
        if copying is not None and copying.every is not None
    ]
    return max(allowed, default=_LONGEST_AGE)


def comparable(plan: Plan, service: str, drilled: int, known: int) -> bool:
    """Whether a drilled size is large enough beside the size that is known (bytes)."""
    return drilled * 100 >= known * plan.services[service].comparable_percent


def _current(plan: Plan, service: str, point: RecoveryPoint, declared_at: datetime | None) -> bool:
    if declared_at is None:
        return False
    return declared_at - point.consistency_time <= longest_age(plan, service, point.data_set)


def _passed(test: RestoreTest, proofs: Collection[str]) -> bool | None:
    """Whether all checks of some kinds passed; None where the test lists no checks at all."""
    if not test.checks:
        return None
    about = [check.passed for check in test.checks if check.proves in proofs]
    return bool(about) and all(one is True for one in about)
