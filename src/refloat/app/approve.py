"""A named person approves what the plan proposes; the approval is bound to exactly that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from refloat.app import memory
from refloat.app.workspace import Workspace
from refloat.assess.impact.changes import impact
from refloat.assess.impact.options import OPTIONS
from refloat.assess.verdicts.approvals import current_fingerprint, may_approve
from refloat.host.clock import Clock
from refloat.model.errors import MissingInput, NotAllowed, UsageProblem
from refloat.model.facts import UNWRITTEN, ApprovalFact
from refloat.model.impact import Impact
from refloat.model.plan import Person, Plan
from refloat.plan import did_you_mean

TIER = "tier"
RETENTION = "retention"


@dataclass(frozen=True)
class Approved:
    """What was approved.

    Attributes:
        entry: the evidence.
        measure: ``rpo``, ``rto``, ``mtpd``, ``tier`` or ``retention``.
        target: the target; None for a tier.
        person: who, by name.
        fingerprint: what the approval is bound to.
        tier: the tier; None for a target.
    """

    entry: int
    measure: str
    target: timedelta | None
    person: str
    fingerprint: str
    tier: int | None = None


@dataclass(frozen=True)
class Proposal:
    """What a person is about to approve, with what it would change.

    Attributes:
        subject: key of the service, or of the component for a retention.
        person: who is about to approve.
        at: when it was proposed.
        impacts: what each number would change.
        note: what the person wants remembered beside it.
        costs: what options cost, by name, as somebody entered it.
    """

    subject: str
    person: Person
    at: datetime
    impacts: tuple[Impact, ...]
    note: str
    costs: Mapping[str, str]


def propose(
    workspace: Workspace,
    clock: Clock,
    subject: str,
    person_key: str,
    measures: tuple[str, ...],
    *,
    note: str = "",
    costs: Mapping[str, str] | None = None,
) -> Proposal:
    """See whether a person may approve numbers of the plan, and work out what they change (R-152).

    Nothing is written.

    Args:
        workspace: the plan and the state.
        clock: what time it is.
        subject: key of the service, or of the component whose retention it is.
        person_key: who approves.
        measures: which numbers; all objectives that the plan has if empty.
        note: what is to be remembered beside the approval.
        costs: what options cost, by name.

    Raises:
        MissingInput: if there is no such person, service, component or number.
        NotAllowed: if that person may not decide on it.
        UsageProblem: if there is no such option.
    """
    plan, person, entered = workspace.plan, find_person(workspace, person_key), costs or {}
    for name in entered:
        if name not in OPTIONS:
            raise UsageProblem(
                f"there is no option {name!r} to enter a cost for",
                hint=f"The options are: {', '.join(OPTIONS)}.",
            )
    chosen = _chosen(workspace, subject, measures)
    for measure in chosen:
        _refuse_others(plan, subject, measure, person)
    now, facts = clock.now().wall, memory.known(workspace)
    impacts = tuple(impact(plan, facts, now, subject, measure, entered) for measure in chosen)
    return Proposal(subject, person, now, impacts, note, entered)


def sign(workspace: Workspace, clock: Clock, proposal: Proposal) -> tuple[Approved, ...]:
    """Append signed approvals of what was proposed.

    Raises:
        StateProblem, NoRoom, EvidenceProblem: if the ledger cannot be written.
    """
    now = clock.now().wall
    facts = [_fact(workspace.plan, proposal, one, now) for one in proposal.impacts]
    statements = [
        memory.statement(fact, [memory.plan_subject(_named(fact), fact.fingerprint)])
        for fact in facts
    ]
    entries = memory.record(workspace, statements)
    return tuple(
        Approved(
            entry=entry.index,
            measure=fact.measure,
            target=None if fact.measure == TIER else timedelta(seconds=fact.target_seconds),
            person=proposal.person.name,
            fingerprint=fact.fingerprint,
            tier=round(fact.target_seconds) if fact.measure == TIER else None,
        )
        for entry, fact in zip(entries, facts, strict=True)
    )


def find_person(workspace: Workspace, key: str) -> Person:
    """Give a person of the plan.

    Raises:
        MissingInput: if the plan knows nobody of that key; names the nearest.
    """
    people = workspace.plan.people
    if key in people:
        return people[key]
    raise MissingInput(
        f"the plan knows nobody called {key!r}",
        hint=did_you_mean(key, people, f"It knows: {', '.join(people) or 'nobody'}."),
    )


def _fact(plan: Plan, proposal: Proposal, shown: Impact, now: datetime) -> ApprovalFact:
    fingerprint = current_fingerprint(plan, proposal.subject, shown.measure)
    assert fingerprint is not None, "what was shown is in the plan"
    costs = "; ".join(f"{name}: {cost}" for name, cost in proposal.costs.items())
    return ApprovalFact(
        entry=UNWRITTEN,
        at=now,
        person=proposal.person.key,
        service=proposal.subject,
        measure=shown.measure,
        fingerprint=fingerprint,
        target_seconds=_exactly(plan, proposal.subject, shown.measure),
        basis=_basis(plan, proposal.subject, shown.measure),
        note="\n".join(part for part in (proposal.note, costs and f"Costs: {costs}.") if part),
    )


def _exactly(plan: Plan, subject: str, measure: str) -> float:
    """Give the number as the plan has it, in seconds, or the tier's number."""
    if measure == TIER:
        return float(plan.services[subject].tier or 0)
    retention = plan.components[subject].retention if measure == RETENTION else None
    objective = retention or plan.services[subject].objectives[measure]
    return objective.target.total_seconds()


def _basis(plan: Plan, subject: str, measure: str) -> str:
    if measure == TIER:
        return ""
    retention = plan.components[subject].retention if measure == RETENTION else None
    return (retention or plan.services[subject].objectives[measure]).basis


def _named(fact: ApprovalFact) -> str:
    """Name what was approved as a part of the plan."""
    if fact.measure in (TIER, RETENTION):
        return f"{fact.service}/{fact.measure}"
    return f"{fact.service}/objective/{fact.measure}"


def _refuse_others(plan: Plan, subject: str, measure: str, person: Person) -> None:
    """Only the business decides; a technical role never suffices (R-060).

    Raises:
        NotAllowed: for everybody whose approval would not count; says who could.
    """
    entitled = may_approve(plan, subject, measure)
    if person.key in entitled:
        return
    name = (plan.components if measure == RETENTION else plan.services)[subject].name or subject
    what = f"the {measure.upper() if measure not in (TIER, RETENTION) else measure} of {name}"
    roles = ", ".join(person.roles) or "no role"
    who = " or ".join(sorted(plan.people[key].name for key in entitled if key in plan.people))
    raise NotAllowed(
        f"{person.name} ({roles}) may not approve {what}",
        hint=f"It is the business's decision. The plan leaves it to {who}."
        if who
        else f"It is the business's decision, and the plan names nobody for it: give {name} an "
        "owner who does not look after its technology.",
    )


def _chosen(workspace: Workspace, subject: str, measures: tuple[str, ...]) -> tuple[str, ...]:
    """Say which numbers are meant.

    Raises:
        MissingInput: if the plan has no such service or component, or no such number of it.
    """
    if RETENTION in measures:
        _find_component(workspace.plan, subject)
        return measures
    service = workspace.service(subject)
    for measure in measures:
        if measure != TIER and measure not in service.objectives:
            raise MissingInput(f"the plan has no objective {measure!r} of {service.name}")
    chosen = measures or tuple(sorted(service.objectives))
    if not chosen:
        raise MissingInput(
            f"the plan has no objectives of {service.name}",
            hint="Write them under services: objectives: rpo and rto, each with a target.",
        )
    return chosen


def _find_component(plan: Plan, key: str) -> None:
    if key not in plan.components:
        raise MissingInput(
            f"the plan has no component {key!r}",
            hint=did_you_mean(key, plan.components),
        )
