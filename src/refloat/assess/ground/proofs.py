"""What a drill has to bring back, and what its operations and checks prove of it."""

from __future__ import annotations

from collections.abc import Iterable

from refloat.model.plan import Plan
from refloat.model.run import CheckResult, Outcome, Proof, Stage, StepRecord
from refloat.plan import closure

DEPENDENCY_PROOFS = frozenset({Proof.ANSWERS, Proof.IDENTITY, Proof.LICENCE})
"""Proofs that something answered, and did not only come back."""


def data_sets(plan: Plan, service: str) -> tuple[str, ...]:
    """Name the data sets of a service: the protected components that it rests on, sorted.

    Raises:
        MissingInput: if the plan has no such service.
    """
    return tuple(
        key for key in closure(plan, service) if plan.components[key].protection is not None
    )


def proves_data(checks: Iterable[CheckResult]) -> frozenset[str]:
    """Name the data sets of which a check proved the data."""
    return frozenset(
        check.component
        for check in checks
        if check.component is not None
        and check.outcome is Outcome.PASSED
        and Proof.DATA in check.proves
    )


def dependency_shown(steps: Iterable[StepRecord], checks: Iterable[CheckResult]) -> bool:
    """Whether at least one dependency was asked and answered (R-156).

    Where nothing in the service answers by itself (files alone), a passed check of a component is
    such a proof.
    """
    kept, asked = list(steps), list(checks)
    if any(step.stage is Stage.READY and step.outcome is Outcome.PASSED for step in kept):
        return True
    passed = [
        check for check in asked if check.component is not None and check.outcome is Outcome.PASSED
    ]
    if any(DEPENDENCY_PROOFS.intersection(check.proves) for check in passed):
        return True
    return bool(passed) and not any(step.stage is Stage.READY for step in kept)


def journey_green(checks: Iterable[CheckResult]) -> bool:
    """Whether the service has checks of its own, and all of them passed (R-040)."""
    outcomes = [check.outcome for check in checks if check.component is None]
    return bool(outcomes) and all(outcome is Outcome.PASSED for outcome in outcomes)
