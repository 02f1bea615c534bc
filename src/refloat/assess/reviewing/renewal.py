"""What to ask a provider before its contract is renewed, answered from facts (R-123 to R-126).

What nothing answers stays unanswered; the contract needs to say it then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

from refloat.assess import words
from refloat.assess.ground.basis import Basis
from refloat.assess.ground.trials import Trial
from refloat.assess.organisation import Organisation
from refloat.model.answers import NOT_KNOWN, Cell
from refloat.model.feed import TestLevel
from refloat.model.judgement import ServiceStatus
from refloat.model.plan import Plan
from refloat.model.review import RenewalAnswers, RenewalRow

QUESTIONS = ("protected", "restored", "lasts")
"""What is protected, how it is restored, how long recovery takes (R-123, R-124, R-125)."""

CLAUSES = {
    "protected": "which data and systems are backed up, how often, and how long copies are kept",
    "restored": "how a service is brought back, in which order, and who does what",
    "lasts": "how soon a service is back, how that is tested, and what follows if it is not",
}
"""By question, what the contract needs to say where nothing answers it."""


def renewal_answers(organisation: Organisation) -> tuple[RenewalAnswers, ...]:
    """Answer the questions about every provider of the plan, in its order."""
    vendors = organisation.plan.vendors
    if not any(one.provider for one in vendors.values()):
        return ()
    used = services_by_vendor(organisation.plan, organisation.bases)
    every = tuple(organisation.plan.services)
    return tuple(
        _answers(organisation, key, used.get(key) or every)
        for key, one in vendors.items()
        if one.provider
    )


def services_by_vendor(plan: Plan, bases: Mapping[str, Basis]) -> dict[str, tuple[str, ...]]:
    """Give, by vendor, the services that need it: by their own word, or by a component's.

    Args:
        plan: a valid plan.
        bases: by service, what it is judged by; its ``strengths`` name its own components.
    """
    found: dict[str, dict[str, None]] = {}
    of_components = {
        key: one.vendor for key, one in plan.components.items() if one.vendor is not None
    }
    for key, service in plan.services.items():
        for vendor in service.vendors:
            found.setdefault(vendor, {})[key] = None
        own: Iterable[str] = bases[key].strengths if of_components and key in bases else ()
        for component in own:
            if component in of_components:
                found.setdefault(of_components[component], {})[key] = None
    return {vendor: tuple(services) for vendor, services in found.items()}


def _answers(organisation: Organisation, key: str, services: tuple[str, ...]) -> RenewalAnswers:
    vendor = organisation.plan.vendors[key]
    rows = tuple(
        _row(organisation.bases[one], organisation.statuses[one], vendor.commitments.get(one))
        for one in services
        if one in organisation.bases and one in organisation.statuses
    )
    open_questions = {question for row in rows for question in row.unanswered}
    return RenewalAnswers(
        vendor=key,
        name=vendor.name or key,
        contract=vendor.contract,
        contract_end=vendor.contract_end,
        rows=rows,
        clauses=tuple(CLAUSES[one] for one in QUESTIONS if one in open_questions),
    )


def _row(basis: Basis, status: ServiceStatus, promised: timedelta | None) -> RenewalRow:
    cells = (_protected(basis, status), _restored(basis), _lasts(basis, promised))
    unanswered = tuple(
        name for name, cell in zip(QUESTIONS, cells, strict=True) if cell.text == NOT_KNOWN
    )
    return RenewalRow(basis.service.key, basis.service.name, *cells, unanswered)


def _protected(basis: Basis, status: ServiceStatus) -> Cell:
    """Say what has copies, what is built anew, and what has none; all three are answers."""
    parts: list[str] = []
    unseen: list[str] = []
    for one in status.copy.data_sets:
        if one.consistency_time is None:
            unseen.append(one.name)
            parts.append(f"{one.name}: no copy was ever seen")
        else:
            parts.append(f"{one.name}: copied, last of {words.instant(one.consistency_time)}")
    covered = status.coverage
    parts += [f"{words.component(basis.plan, key)}: built anew" for key in covered.rebuilt]
    parts += [f"{words.component(basis.plan, key)}: not copied" for key in covered.unaccounted]
    seen = len(unseen) < len(status.copy.data_sets)
    if not seen and not covered.rebuilt and not covered.unaccounted:
        return Cell(NOT_KNOWN, False, tuple(unseen) or ("what it is made of",))
    return Cell("; ".join(parts), not unseen, tuple(unseen))


def _restored(basis: Basis) -> Cell:
    """Say by which steps it comes back: as written, or as Refloat carries them out."""
    written = tuple(step.name for step in basis.service.steps)
    if written:
        return Cell(f"by the written recovery: {', then '.join(written)}", True)
    carried = [
        words.component(basis.plan, key)
        for key in basis.strengths
        if basis.component(key).protection is not None
    ]
    if carried:
        return Cell(f"by the recovery plan, carried out for {words.listed(carried)}", True)
    return Cell(NOT_KNOWN, False, ("the steps of its recovery",))


def _lasts(basis: Basis, promised: timedelta | None) -> Cell:
    """Say what was measured of the whole service, against what the contract promises."""
    trial = measured(basis)
    parts: list[str] = []
    if trial is not None:
        own = trial.whole_seconds if trial.whole_seconds is not None else trial.own_seconds
        parts.append(f"measured {words.duration(own or 0)} on {words.day(trial.at)}")
        whole = basis.path(observed=False).seconds
        if whole is not None and own is not None and whole > own:
            parts.append(f"{words.duration(whole)} with all that must be back before")
    if promised is not None:
        parts.append(f"promised {words.duration(promised.total_seconds())}")
    if not parts:
        return Cell(NOT_KNOWN, False, ("a measured time", "a promised time"))
    missing = () if trial is not None else ("a measured time",)
    if missing:
        parts.append("never measured for the whole service")
    return Cell("; ".join(parts), not missing, missing)


def measured(basis: Basis) -> Trial | None:
    """Give the newest trial of the whole service that passed and whose time was taken."""
    for trial in reversed(basis.trials()):
        timed = trial.whole_seconds is not None or trial.own_seconds is not None
        if trial.level is TestLevel.SERVICE and trial.passed and timed:
            return trial
    return None
