"""What a target changes, before it is signed: backups, architecture, testing, cost, and others.

A target that is stricter than what is achieved gets a table of ways to meet it (R-009, R-152).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from refloat.assess import words
from refloat.assess.ground.graph import services_needed
from refloat.assess.impact.effects import Proposal, effects
from refloat.assess.impact.options import options
from refloat.assess.services import service_status
from refloat.assess.verdicts.approvals import approval
from refloat.model.errors import MissingInput
from refloat.model.facts import Facts
from refloat.model.impact import Dependent, Impact, TargetNote
from refloat.model.plan import Plan
from refloat.model.stream import standing

NOTE = "target-note"
"""The topic of statements that people want known before a target is decided on (R-062)."""


def impact(
    plan: Plan,
    facts: Facts,
    instant: datetime,
    subject: str,
    measure: str,
    costs: Mapping[str, str] | None = None,
) -> Impact:
    """Say what it would change to approve what the plan says now, against what was last approved.

    Args:
        plan: the plan with the proposed number.
        facts: the facts; later ones than the instant are passed over.
        instant: when.
        subject: key of the service; for ``retention`` of a component.
        measure: ``rpo``, ``rto``, ``mtpd``, ``tier`` or ``retention``.
        costs: what options cost, by their names, as somebody entered it.

    Raises:
        MissingInput: if there is no such service or component, or it has no such number.
    """
    proposal = _proposal(plan, facts, instant, subject, measure)
    return Impact(
        subject=subject,
        name=proposal.name,
        measure=measure,
        before=proposal.before,
        before_by=proposal.before_by,
        before_at=proposal.before_at,
        after=proposal.after,
        summary=_summary(proposal),
        effects=effects(proposal),
        options=options(proposal, costs or {}),
        dependents=_dependents(proposal),
        notes=_notes(plan, facts, instant, subject),
    )


def _proposal(plan: Plan, facts: Facts, instant: datetime, subject: str, measure: str) -> Proposal:
    known = plan.components if measure == "retention" else plan.services
    if subject not in known:
        kind = "component" if measure == "retention" else "service"
        raise MissingInput(f"the plan has no {kind} {subject!r}")
    behind = approval(plan, subject, measure, facts, instant)
    fact = behind.fact
    return Proposal(
        plan=plan,
        subject=subject,
        measure=measure,
        after=_number(plan, subject, measure),
        before=round(fact.target_seconds) if fact is not None else None,
        before_by=words.person(plan, fact.person) if fact is not None else "",
        before_at=fact.at if fact is not None else None,
        status=None if measure == "retention" else service_status(plan, subject, facts, instant),
    )


def _number(plan: Plan, subject: str, measure: str) -> int:
    if measure == "retention":
        retention = plan.components[subject].retention
        if retention is not None:
            return round(retention.target.total_seconds())
    elif measure == "tier":
        tier = plan.services[subject].tier
        if tier is not None:
            return tier
    elif (objective := plan.services[subject].objectives.get(measure)) is not None:
        return round(objective.target.total_seconds())
    raise MissingInput(
        f"the plan says no {measure} of {subject}",
        hint=f"Write the {measure} of {subject} into the plan first; then it can be approved.",
    )


def _notes(plan: Plan, facts: Facts, instant: datetime, subject: str) -> tuple[TargetNote, ...]:
    """Give what people stated about the targets of a service or component, and that still holds."""
    stated = [
        one
        for one in standing(facts.feed.attestations, instant)
        if one.topic == NOTE and one.subject == subject and one.at <= instant
    ]
    return tuple(
        TargetNote(words.person(plan, one.person), one.at, one.statement)
        for one in sorted(stated, key=lambda one: (one.at, one.external_id))
        if one.until is None or one.until > instant
    )


def _summary(proposal: Proposal) -> str:
    after = proposal.said(proposal.after)
    what = _MEASURES[proposal.measure].format(proposal.name)
    if proposal.before is None:
        return f"{what}: {after}. Nothing was approved before."
    who = f"{proposal.before_by} approved it"
    when = f" on {words.day(proposal.before_at)}" if proposal.before_at is not None else ""
    if proposal.before == proposal.after:
        return f"{what}: {after}, as before; {who}{when}."
    return f"{what}: {after} instead of {proposal.said(proposal.before)}; {who}{when}."


def _dependents(proposal: Proposal) -> tuple[Dependent, ...]:
    """Give every service that needs this one, and say whether its own time can still be kept."""
    if proposal.measure == "retention":
        return ()
    plan = proposal.plan
    needed_by: dict[str, list[str]] = {}
    for service, needs in services_needed(plan).items():
        for needed in needs:
            needed_by.setdefault(needed, []).append(service)
    found: dict[str, None] = {}
    ahead = list(needed_by.get(proposal.subject, ()))
    while ahead:
        key = ahead.pop(0)
        if key not in found and key != proposal.subject:
            found[key] = None
            ahead += needed_by.get(key, ())
    return tuple(_dependent(proposal, key) for key in found)


def _dependent(proposal: Proposal, key: str) -> Dependent:
    service = proposal.plan.services[key]
    rto = service.objectives.get("rto")
    seconds = round(rto.target.total_seconds()) if rto is not None else None
    conflicts = proposal.measure == "rto" and seconds is not None and seconds < proposal.after
    if conflicts:
        text = (
            f"{service.name} is to be back within {words.duration(seconds or 0)}, and cannot be "
            f"before {proposal.name} is."
        )
    else:
        text = f"{service.name} comes back after {proposal.name}."
    return Dependent(key, service.name, seconds, conflicts, text)


_MEASURES = {
    "rpo": "How much data of {} may be lost",
    "rto": "How long {} may be away",
    "mtpd": "How long the business can bear to be without {}",
    "tier": "How important {} is",
    "retention": "How long copies of {} are kept",
}
