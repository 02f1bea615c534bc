"""Rules about drills: did somebody confirm what came back, and did one end halfway?"""

from __future__ import annotations

from collections.abc import Iterator

from refloat.assess.about import subject
from refloat.assess.ground.basis import Basis
from refloat.assess.rule import Rule, ServiceRule
from refloat.model.judgement import Finding, ServiceStatus, Severity


def data_not_confirmed(basis: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """The business has not confirmed that what came back is complete (R-055)."""
    if status.acceptance.accepted or basis.deciding() is None:
        return
    asked = status.acceptance.question
    step = (
        f"Ask {status.acceptance.confirmer}: {asked}" if asked else "Say who confirms it, and how."
    )
    yield Finding(
        "RESTORED_DATA_NOT_CONFIRMED",
        ("R-055",),
        Severity.MEDIUM,
        subject(basis),
        status.acceptance.sentence,
        step,
        services=(status.service,),
    )


def run_interrupted(basis: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """A drill was begun after the last one and never finished."""
    for run in status.recovery.interrupted:
        yield Finding(
            "RUN_INTERRUPTED",
            ("R-002",),
            Severity.ADVISORY,
            subject(basis),
            f"A drill of {status.name} was begun and never finished; it shows nothing.",
            "Resume it, or drill again.",
            {"run": run},
            (status.service,),
        )


RULES: tuple[Rule, ...] = (
    ServiceRule(
        "RESTORED_DATA_NOT_CONFIRMED",
        ("R-055",),
        "The business has not confirmed that what came back is complete.",
        data_not_confirmed,
    ),
    ServiceRule(
        "RUN_INTERRUPTED",
        ("R-002",),
        "A drill was begun after the last one and never finished.",
        run_interrupted,
    ),
)
"""The rules of this file, in the order of their findings."""
