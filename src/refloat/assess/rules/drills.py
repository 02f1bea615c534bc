"""Rules about drills and tests: was what came back confirmed, and measured; did one end halfway?"""

from __future__ import annotations

from collections.abc import Iterator

from refloat.assess import words
from refloat.assess.about import affected, subject
from refloat.assess.ground.basis import Basis
from refloat.assess.organisation import Organisation
from refloat.assess.rule import OrganisationRule, Rule, ServiceRule
from refloat.assess.verdicts.estimates import Estimates
from refloat.assess.verdicts.staleness import trial_expires_at
from refloat.model.judgement import Finding, ServiceStatus, Severity


def data_not_confirmed(basis: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """The business has not confirmed that what came back is complete (R-055)."""
    trial = basis.deciding_trial()
    if status.acceptance.accepted or trial is None:
        return
    if trial.test is not None and (trial.passed is not True or basis.service.completeness is None):
        return  # there is nothing to confirm, or nobody was named: that is a gap of the plan
    asked = status.acceptance.question
    step = (
        f"Ask {status.acceptance.confirmer}: {asked}" if asked else "Say who confirms it, and how."
    )
    yield Finding(
        "RESTORED_DATA_NOT_CONFIRMED",
        ("R-055",),
        Severity.MEDIUM,
        subject(basis),
        f"{words.sentence(status.acceptance.sentence)} Until then nobody knows whether something "
        f"of {status.name} is missing. At stake: {affected(basis)}.",
        step,
        services=(status.service,),
    )


def time_not_measured(organisation: Organisation) -> Iterator[Finding]:
    """A service came back in its last test, and nobody measured how long that took (R-006)."""
    estimates = Estimates(organisation)
    for key, basis in organisation.bases.items():
        trial, rto = basis.deciding_trial(), basis.service.objectives.get("rto")
        if trial is None or trial.passed is not True or trial.own_seconds is not None or not rto:
            continue
        if basis.instant > trial_expires_at(basis, trial):
            continue  # that it is too old is said by another rule
        if estimates.of(key)[0] > rto.target.total_seconds():
            continue  # and so is that nobody measured what is estimated to take too long
        allowed = words.duration(rto.target.total_seconds())
        yield Finding(
            "RECOVERY_TIME_NOT_MEASURED",
            ("R-006", "R-065", "R-023"),
            Severity.MEDIUM,
            subject(basis),
            f"{basis.service.name} came back on {words.day(trial.at)}, and nobody measured how "
            f"long that took: it is not known whether it would be back within the {allowed} that "
            f"the business allows. Meanwhile: {affected(basis)}.",
            f"Test {basis.service.name} again, and write down how long it takes from the "
            "declaration until somebody works with it.",
            {"reference": trial.reference, "target_seconds": round(rto.target.total_seconds())},
            (key,),
            trial.at,
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
    OrganisationRule(
        "RECOVERY_TIME_NOT_MEASURED",
        ("R-006", "R-065", "R-023"),
        "A service came back in its last test, and nobody measured how long that took.",
        time_not_measured,
        frozenset({"tests"}),
    ),
    ServiceRule(
        "RUN_INTERRUPTED",
        ("R-002",),
        "A drill was begun after the last one and never finished.",
        run_interrupted,
    ),
)
"""The rules of this file, in the order of their findings."""
