"""A named person approves what the plan proposes; the approval is bound to exactly that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from refloat.app import memory
from refloat.app.workspace import Workspace
from refloat.assess.approvals import may_approve
from refloat.host.clock import Clock
from refloat.model.errors import MissingInput, NotAllowed
from refloat.model.facts import UNWRITTEN, ApprovalFact
from refloat.model.plan import Person, Service
from refloat.plan import nearest, objective_fingerprints

OWNER_ROLE = "business owner"


@dataclass(frozen=True)
class Approved:
    """What was approved.

    Attributes:
        entry: the evidence.
        measure: ``rpo`` or ``rto``.
        target: the target.
        person: who, by name.
        fingerprint: what the approval is bound to.
    """

    entry: int
    measure: str
    target: timedelta
    person: str
    fingerprint: str


def approve_objectives(
    workspace: Workspace, clock: Clock, service_key: str, person_key: str, measures: tuple[str, ...]
) -> tuple[Approved, ...]:
    """Append a signed approval of a service's objectives.

    Args:
        workspace: the plan and the state.
        clock: what time it is.
        service_key: which service.
        person_key: who approves.
        measures: which objectives; all that the plan has if empty.

    Raises:
        MissingInput: if there is no such person, service or objective.
        NotAllowed: if that person may not decide on it.
    """
    service = workspace.service(service_key)
    person = find_person(workspace, person_key)
    chosen = _chosen(service, measures)
    for measure in chosen:
        _refuse_others(workspace, service, measure, person)
    fingerprints = objective_fingerprints(workspace.plan, service_key)
    now = clock.now().wall
    facts = [
        ApprovalFact(
            entry=UNWRITTEN,
            at=now,
            person=person.key,
            service=service.key,
            measure=measure,
            fingerprint=fingerprints[measure],
            target_seconds=service.objectives[measure].target.total_seconds(),
            basis=service.objectives[measure].basis,
        )
        for measure in chosen
    ]
    statements = [
        memory.statement(
            fact,
            [memory.plan_subject(f"{service.key}/objective/{fact.measure}", fact.fingerprint)],
        )
        for fact in facts
    ]
    entries = memory.record(workspace, statements)
    return tuple(
        Approved(
            entry.index,
            fact.measure,
            service.objectives[fact.measure].target,
            person.name,
            fact.fingerprint,
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
    close = nearest(key, people)
    raise MissingInput(
        f"the plan knows nobody called {key!r}",
        hint=f"Did you mean {close!r}?" if close else f"It knows: {', '.join(people) or 'nobody'}.",
    )


def _refuse_others(workspace: Workspace, service: Service, measure: str, person: Person) -> None:
    """Only the business decides on its objectives; a technical role never suffices (R-060).

    Raises:
        NotAllowed: for everybody but the approver whom the plan names, or the service's owner.
    """
    what = f"the {measure.upper()} of {service.name}"
    if OWNER_ROLE not in person.roles:
        roles = ", ".join(person.roles) or "no role"
        raise NotAllowed(
            f"{person.name} ({roles}) may not approve {what}",
            hint="An objective is the business's decision: a business owner approves it.",
        )
    entitled = may_approve(workspace.plan, service.key, measure)
    if person.key not in entitled:
        named = ", ".join(sorted(entitled)) or "nobody"
        raise NotAllowed(
            f"{person.name} may not approve {what}", hint=f"The plan names for it: {named}."
        )


def _chosen(service: Service, measures: tuple[str, ...]) -> tuple[str, ...]:
    for measure in measures:
        if measure not in service.objectives:
            raise MissingInput(f"the plan has no objective {measure!r} of {service.name}")
    chosen = measures or tuple(sorted(service.objectives))
    if not chosen:
        raise MissingInput(
            f"the plan has no objectives of {service.name}",
            hint="Write them under services: objectives: rpo and rto, each with a target.",
        )
    return chosen
