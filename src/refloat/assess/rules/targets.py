"""Rules about targets: who decided them, on what ground, and can they be met at all?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from refloat.assess import days, words
from refloat.assess.about import affected, subject
from refloat.assess.ground.basis import Basis
from refloat.assess.organisation import Organisation
from refloat.assess.rule import OrganisationRule, Rule, ServiceRule
from refloat.assess.verdicts.approvals import approval
from refloat.assess.verdicts.objectives import basis_approval
from refloat.model.judgement import ApprovalState, Finding, ObjectiveStatus, ServiceStatus, Severity
from refloat.model.plan import Objective
from refloat.model.stream import standing

DECIDED = {"rpo": "how much data may be lost", "rto": "how long it may be away"}
"""What the business must have decided on for every service, in its words (R-061)."""

SIGNED_IF_AT_ALL = frozenset({"mtpd", "tier"})
"""What a business may decide on, too: where nobody signed it, nothing is missing."""

NO_BASIS = frozenset({"", "vendor-default"})
"""What a target may not rest on: nothing, or a number that somebody sells (R-068)."""

DIFFERENT_FROM = 4
"""From so many services on, equal targets for all of them look like nobody decided (R-063)."""


def target_not_approved(basis: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """Find a target that is missing, or that no valid approval stands behind."""
    for one in status.objectives:
        if one.measure not in DECIDED or one.approval is ApprovalState.APPROVED:
            continue
        owner = words.person(basis.plan, basis.service.owner) or "the business owner"
        what = words.MEASURES[one.measure]
        yield Finding(
            "TARGET_NOT_APPROVED",
            ("R-061", "R-007"),
            Severity.HIGH,
            f"{subject(basis)}, {one.measure}",
            f"{one.explanation} So nobody has decided what is acceptable without: "
            f"{affected(basis)}.",
            f"Ask {owner} to decide on the {what} of {status.name}.",
            {"state": one.approval.value, "measure": one.measure},
            services=(basis.service.key,),
        )
    yield from _signed_otherwise(basis)


def target_review_due(basis: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """Find targets that were to be looked at again by now, and were not."""
    due = {
        one.measure: min(ends)
        for one in status.objectives
        if one.measure in basis.service.objectives and (ends := _overdue(basis, one))
    }
    if not due:
        return
    owner = words.person(basis.plan, basis.service.owner) or "the business owner"
    names = words.listed(DECIDED[measure] for measure in due)
    day = words.day(min(due.values()) - timedelta(microseconds=1))
    yield Finding(
        "TARGET_REVIEW_DUE",
        ("R-061",),
        Severity.MEDIUM,
        subject(basis),
        f"What was decided for {status.name} ({names}) was to be looked at again by {day}; nobody "
        f"has said since whether it still suits: {affected(basis)}.",
        f"Ask {owner} to decide again, and to give the next date.",
        {"measures": tuple(due)},
        services=(basis.service.key,),
        first_seen=min(due.values()),
    )


def target_approved_by_technical_owner(basis: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """Find targets that the plan leaves to whoever runs the technology (R-060)."""
    service = basis.service
    technical = service.technical_owner
    if technical is None or technical == service.owner:
        return
    left_to = tuple(
        measure for measure, one in service.objectives.items() if one.approver == technical
    )
    if left_to:
        who = words.person(basis.plan, technical)
        owner = words.person(basis.plan, service.owner) or "a business owner"
        yield Finding(
            "TARGET_APPROVED_BY_TECHNICAL_OWNER",
            ("R-060",),
            Severity.MEDIUM,
            subject(basis),
            f"{who}, who looks after the technology of {status.name}, is to decide how long the "
            f"business may do without: {affected(basis)}. That is the business's decision.",
            f"Let {owner} decide.",
            {"person": technical, "measures": left_to},
            services=(service.key,),
        )


def target_basis_missing(basis: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """Find targets that rest on nothing, or on what a vendor proposed (R-068)."""
    without = tuple(
        measure
        for measure in DECIDED
        if (one := basis.service.objectives.get(measure)) is not None and one.basis in NO_BASIS
    )
    if without:
        names = words.listed(DECIDED[measure] for measure in without)
        yield Finding(
            "TARGET_BASIS_MISSING",
            ("R-068",),
            Severity.ADVISORY,
            subject(basis),
            f"Nothing says that what is allowed of {status.name} ({names}) follows from what an "
            f"outage costs the business in: {affected(basis)}.",
            "Work out what an outage costs, and write down what the number rests on.",
            {"measures": without},
            services=(basis.service.key,),
        )


def mtpd_below_rto(basis: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """Find a recovery that may take longer than the business can bear."""
    longest, rto = (basis.service.objectives.get(measure) for measure in ("mtpd", "rto"))
    if longest is None or rto is None or longest.target >= rto.target:
        return
    bears = words.duration(longest.target.total_seconds())
    allowed = words.duration(rto.target.total_seconds())
    yield Finding(
        "MTPD_BELOW_RTO",
        ("R-061",),
        Severity.MEDIUM,
        subject(basis),
        f"The business can bear {bears} without {status.name}, and yet allows {allowed} for its "
        f"return. In time would be too late for: {affected(basis)}.",
        f"Allow at most {bears} for the return of {status.name}, or look at both numbers anew.",
        {
            "mtpd_seconds": round(longest.target.total_seconds()),
            "rto_seconds": round(rto.target.total_seconds()),
        },
        services=(basis.service.key,),
    )


def targets_not_differentiated(organisation: Organisation) -> Iterator[Finding]:
    """Find that all services have the same targets, as if nobody had decided (R-063)."""
    seen: set[tuple[timedelta, ...]] = set()
    count = 0
    for service in organisation.plan.services.values():
        targets = tuple(
            service.objectives[measure].target
            for measure in DECIDED
            if measure in service.objectives
        )
        if len(targets) == len(DECIDED):
            seen.add(targets)
            count += 1
    if count < DIFFERENT_FROM or len(seen) > 1:
        return
    lost, back = (words.duration(target.total_seconds()) for target in next(iter(seen)))
    yield Finding(
        "TARGETS_NOT_DIFFERENTIATED",
        ("R-063",),
        Severity.ADVISORY,
        "organisation",
        f"All {count} services may lose {lost} of data and be away for {back}. It looks as if "
        "nobody had decided which of them the business needs first.",
        "Ask each business owner what an outage of their service costs, and set targets by that.",
        {"services": count},
    )


def _signed_otherwise(basis: Basis) -> Iterator[Finding]:
    """Find decisions that nobody must sign, were signed once, and are no longer what was signed."""
    signed = {one.measure for one in basis.facts.approvals}
    signed |= {one.measure for some in basis.feed.approvals.values() for one in some}
    for measure in sorted(signed & SIGNED_IF_AT_ALL):
        key = basis.service.key
        behind = approval(basis.plan, key, measure, basis.facts, basis.instant)
        if behind.fact is None or behind.counts or behind.state is ApprovalState.NO_TARGET:
            continue
        owner = words.person(basis.plan, basis.service.owner) or "the business owner"
        yield Finding(
            "TARGET_NOT_APPROVED",
            ("R-060", "R-061"),
            Severity.MEDIUM,
            f"{subject(basis)}, {measure}",
            f"{behind.sentence} So it is not decided how much these matter: {affected(basis)}.",
            f"Ask {owner} to decide.",
            {"state": behind.state.value, "measure": measure},
            services=(key,),
        )


def _overdue(basis: Basis, one: ObjectiveStatus) -> list[datetime]:
    """Give when a target was to be looked at again, by the plan or its approval, and was not."""
    planned = _review_ends(basis.service.objectives[one.measure])
    ends = [] if planned is None or _looked_at(one.approved_at, planned) else [planned]
    said = _review_said(basis, one)
    return [end for end in (*ends, *said) if basis.instant >= end]


def _review_said(basis: Basis, one: ObjectiveStatus) -> list[datetime]:
    """Give when the approval that decides says that it is to be looked at again."""
    made = standing(basis.feed.approvals.get(basis.service.key, ()), basis.instant)
    reference = basis_approval(basis, one.measure).reference if made else ""
    return [
        said.review_at
        for said in made
        if said.review_at is not None
        and reference == f"{said.source.instance}/approval/{said.external_id}"
    ]


def _review_ends(objective: Objective) -> datetime | None:
    """Say when the day of the review has passed (UTC); None if no day is named."""
    if objective.review_on is None:
        return None
    return days.end(objective.review_on)


def _looked_at(approved_at: datetime | None, end: datetime) -> bool:
    """Whether somebody decided anew on the day of the review or later."""
    return approved_at is not None and approved_at >= end - timedelta(days=1)


RULES: tuple[Rule, ...] = (
    ServiceRule(
        "TARGET_NOT_APPROVED",
        ("R-061", "R-007"),
        "A target is missing, or no valid approval stands behind it.",
        target_not_approved,
    ),
    ServiceRule(
        "MTPD_BELOW_RTO",
        ("R-061",),
        "The time allowed for a recovery is longer than the business can bear.",
        mtpd_below_rto,
    ),
    ServiceRule(
        "TARGET_APPROVED_BY_TECHNICAL_OWNER",
        ("R-060",),
        "The plan leaves a business target to whoever runs the technology.",
        target_approved_by_technical_owner,
    ),
    ServiceRule(
        "TARGET_REVIEW_DUE",
        ("R-061",),
        "The day on which a target was to be looked at again has passed.",
        target_review_due,
    ),
    ServiceRule(
        "TARGET_BASIS_MISSING",
        ("R-068",),
        "A target rests on nothing, or on what a vendor proposed.",
        target_basis_missing,
    ),
    OrganisationRule(
        "TARGETS_NOT_DIFFERENTIATED",
        ("R-063",),
        "All of at least four services have the same targets.",
        targets_not_differentiated,
    ),
)
"""The rules of this file, in the order of their findings."""
