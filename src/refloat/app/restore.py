"""Restores outside of drills: asked for, approved or refused, and looked at afterwards (R-034)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from refloat.app import memory
from refloat.app.approve import find_person
from refloat.app.workspace import Workspace
from refloat.assess.verdicts.restores import (
    may_refuse,
    request_refused,
    restore_refused,
    restores,
    same_person,
)
from refloat.host.clock import Clock
from refloat.model.errors import MissingInput, NotAllowed, UsageProblem
from refloat.model.facts import UNWRITTEN, Facts
from refloat.model.plan import Plan
from refloat.model.restores import (
    RestoreDecision,
    RestoreFact,
    RestoreRequest,
    RestoreReview,
    RestoreStanding,
    RestoreState,
)
from refloat.plan import did_you_mean, fingerprint, own, restore_authority_fingerprint

_Fact = TypeVar("_Fact", bound=RestoreFact)


@dataclass(frozen=True)
class RestoreAsked:
    """What is asked for.

    Attributes:
        subject: key of the service or component.
        person: key of the person who asks.
        reason: why.
        loss_at: the data as it was then; None for the newest.
        break_glass: whether it goes on without an approver.
    """

    subject: str
    person: str
    reason: str
    loss_at: datetime | None = None
    break_glass: bool = False


def request(workspace: Workspace, clock: Clock, asked: RestoreAsked) -> RestoreStanding:
    """Record that somebody asks for a restore.

    Raises:
        MissingInput: if the plan knows no such service, component or person, or nothing copies it.
        UsageProblem: if no reason is given, or the time has not come yet.
        NotAllowed: if that person may not ask.
        StateProblem, NoRoom, EvidenceProblem: if the ledger cannot be written.
    """
    plan, now = workspace.plan, clock.now().wall
    person = find_person(workspace, asked.person)
    reason = " ".join(asked.reason.split())
    if not reason:
        raise UsageProblem("say why the restore is needed: --reason")
    if asked.loss_at is not None and asked.loss_at > now:
        raise UsageProblem(
            f"{asked.loss_at:%Y-%m-%d %H:%M:%S} UTC has not come yet",
            hint="--at names the instant that the data is wanted of: now, or earlier.",
        )
    components = _copied(plan, asked.subject)
    refused = request_refused(plan, person.key)
    if refused:
        raise NotAllowed(refused.rstrip("."), hint=_who(plan, plan.authority.request_restores))
    fact = RestoreRequest(
        entry=UNWRITTEN,
        at=now,
        person=person.key,
        subject=asked.subject,
        components=components,
        reason=reason,
        break_glass=asked.break_glass,
        loss_at=asked.loss_at,
        expires_at=now + plan.policy.restore_requests_stand,
        plan=fingerprint(plan),
        authority=restore_authority_fingerprint(plan),
    )
    return find(workspace, clock, write(workspace, fact, asked.subject))


def decide(
    workspace: Workspace, clock: Clock, number: int, person_key: str, *, approve: bool, note: str
) -> RestoreStanding:
    """Record that somebody approves a request, refuses it, or takes their own back.

    Raises:
        MissingInput: if there is no such request or person.
        NotAllowed: if it cannot be decided any more, or not by that person.
        StateProblem, NoRoom, EvidenceProblem: if the ledger cannot be written.
    """
    plan, standing = workspace.plan, find(workspace, clock, number)
    person, asked = find_person(workspace, person_key), standing.request
    if approve:
        _refuse_approval(plan, standing, person.key)
    elif not may_refuse(plan, asked, person.key):
        raise NotAllowed(
            f"{person.name} may not refuse a restore",
            hint=_who(plan, (*plan.authority.approve_restores, asked.person)),
        )
    elif standing.state in (RestoreState.DONE, RestoreState.REFUSED, RestoreState.EXPIRED):
        raise NotAllowed(f"request {number} is over. {standing.sentence}")
    fact = RestoreDecision(
        entry=UNWRITTEN,
        at=clock.now().wall,
        request=number,
        person=person.key,
        approved=approve,
        note=" ".join(note.split()),
        plan=fingerprint(plan),
        authority=restore_authority_fingerprint(plan),
    )
    write(workspace, fact, asked.subject)
    return find(workspace, clock, number)


def review(
    workspace: Workspace, clock: Clock, number: int, person_key: str, note: str
) -> RestoreStanding:
    """Record that somebody else than the requester looked at a restore without an approver.

    Raises:
        MissingInput: if there is no such request or person.
        UsageProblem: if nothing is said of what was found.
        NotAllowed: if it is no such restore, or whoever asked for it would review it.
        StateProblem, NoRoom, EvidenceProblem: if the ledger cannot be written.
    """
    plan, standing = workspace.plan, find(workspace, clock, number)
    person, asked = find_person(workspace, person_key), standing.request
    if not asked.break_glass:
        raise NotAllowed(f"request {number} needs no review: it needs somebody's approval")
    if same_person(plan, asked.person, person.key):
        raise NotAllowed(
            f"{person.name} may not review what they asked for themselves",
            hint="Somebody else has to look at it.",
        )
    said = " ".join(note.split())
    if not said:
        raise UsageProblem("say what you found: --note")
    fact = RestoreReview(UNWRITTEN, clock.now().wall, number, person.key, said, fingerprint(plan))
    write(workspace, fact, asked.subject)
    return find(workspace, clock, number)


def listed(workspace: Workspace, instant: datetime) -> tuple[RestoreStanding, ...]:
    """Give every request, and what became of it by an instant, the oldest first.

    Raises:
        StateProblem, EvidenceProblem: if what is remembered cannot be read.
    """
    return restores(workspace.plan, memory.known(workspace), instant)


def find(workspace: Workspace, clock: Clock, number: int) -> RestoreStanding:
    """Give a request as it stands now, from the ledger itself.

    Raises:
        MissingInput: if there is no such request.
        EvidenceProblem: if the ledger is damaged.
    """
    known = memory.read(workspace) if (workspace.state / "ledger").exists() else Facts()
    # A clock that was set back must not hide a request: what is in the ledger was asked for.
    latest = max((one.at for one in known.restores), default=clock.now().wall)
    instant = max(clock.now().wall, latest)
    for one in restores(workspace.plan, known, instant):
        if one.request.entry == number:
            return one
    raise MissingInput(
        f"there is no restore request {number}", hint="refloat restore list shows them."
    )


def write(workspace: Workspace, fact: _Fact, subject: str) -> int:
    """Append a fact about a restore, bound to the plan's fingerprint; give its number.

    Raises:
        StateProblem, NoRoom, EvidenceProblem: if the ledger cannot be written.
    """
    about = memory.plan_subject(f"{subject}/restore", fact.plan)
    (entry,) = memory.record(workspace, [memory.statement(fact, [about])])
    return entry.index


def _refuse_approval(plan: Plan, standing: RestoreStanding, approver: str) -> None:
    """See that a request waits for this approver.

    Raises:
        NotAllowed: if it does not.
    """
    asked = standing.request
    if standing.state is RestoreState.BREAK_GLASS:
        raise NotAllowed(
            f"request {asked.entry} goes on without an approver",
            hint=f"Look at it afterwards: refloat restore review {asked.entry}.",
        )
    if standing.state is not RestoreState.WAITING:
        raise NotAllowed(f"request {asked.entry} does not wait for approval. {standing.sentence}")
    refused = restore_refused(plan, asked.person, approver)
    if refused:
        able = [
            one
            for one in plan.authority.approve_restores
            if not same_person(plan, asked.person, one)
        ]
        raise NotAllowed(refused.rstrip("."), hint=_who(plan, able))


def _copied(plan: Plan, subject: str) -> tuple[str, ...]:
    """Give the components whose data is meant: the one, or all of a service that are copied.

    Raises:
        MissingInput: if the plan has no such service or component, or nothing of it is copied.
    """
    if subject in plan.services:
        keys = tuple(key for key in own(plan, subject) if plan.components[key].copied)
    elif subject in plan.components:
        keys = (subject,) if plan.components[subject].copied else ()
    else:
        raise MissingInput(
            f"the plan has no component or service {subject!r}",
            hint=did_you_mean(subject, [*plan.components, *plan.services]),
        )
    if not keys:
        raise MissingInput(f"nothing of {subject} is copied, so nothing of it can be restored")
    return keys


def _who(plan: Plan, keys: tuple[str, ...] | list[str]) -> str:
    names = " or ".join(dict.fromkeys(plan.people[key].name for key in keys if key in plan.people))
    return f"The plan leaves it to {names}." if names else "The plan names nobody for it."
