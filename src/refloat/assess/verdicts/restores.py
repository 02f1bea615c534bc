"""Restores outside of drills: who may ask, who may approve, and what became of a request (R-034).

Nothing is taken from the writer on trust: a decision counts only if the plan lets that person
decide, and the request and the decision are bound to the authority that holds now.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias

from refloat.assess import words
from refloat.model.facts import Facts
from refloat.model.plan import Plan
from refloat.model.restores import (
    RestoreCarriedOut,
    RestoreDecision,
    RestoreRequest,
    RestoreReview,
    RestoreStage,
    RestoreStanding,
    RestoreState,
)
from refloat.plan import restore_authority_fingerprint

_Later: TypeAlias = RestoreDecision | RestoreCarriedOut | RestoreReview

_DONE = (RestoreStage.PASSED, RestoreStage.NOT_CHECKED)
"""What ends a request; after a restore that failed it can be tried again."""


def request_refused(plan: Plan, requester: str) -> str:
    """Say why a person may not ask for a restore; empty if they may."""
    if requester in plan.authority.request_restores:
        return ""
    return f"{words.person(plan, requester)} may not ask for a restore."


def restore_refused(plan: Plan, requester: str, approver: str) -> str:
    """Say why a restore may not be carried out; empty if it may (R-034).

    Args:
        plan: the plan.
        requester: key of the person who asks for it.
        approver: key of the person who approves it.
    """
    asking = request_refused(plan, requester)
    if asking:
        return asking
    if approver not in plan.authority.approve_restores:
        return f"{words.person(plan, approver)} may not approve a restore."
    if same_person(plan, requester, approver):
        return f"{words.person(plan, approver)} may not approve what they asked for themselves."
    return ""


def same_person(plan: Plan, one: str, other: str) -> bool:
    """Whether two keys of the plan name one human: the same key, name, telephone or address.

    Somebody who is written down twice, as another's deputy perhaps, is still one person. A deputy
    who is somebody else is somebody else, and may do what the plan gives to them by name.
    """
    if one == other:
        return True
    first, second = plan.people.get(one), plan.people.get(other)
    if first is None or second is None:
        return False
    pairs = (
        (_plain(first.name), _plain(second.name)),
        (_plain(first.email), _plain(second.email)),
        (_digits(first.phone), _digits(second.phone)),
    )
    return any(mine and mine == theirs for mine, theirs in pairs)


def restores(plan: Plan, facts: Facts, instant: datetime) -> tuple[RestoreStanding, ...]:
    """Say of every request what became of it by an instant, the oldest request first."""
    authority = restore_authority_fingerprint(plan)
    later: dict[int, list[_Later]] = {}
    for one in facts.restores:
        if not isinstance(one, RestoreRequest) and one.at <= instant:
            later.setdefault(one.request, []).append(one)
    return tuple(
        _standing(plan, one, later.get(one.entry, ()), authority, instant)
        for one in facts.restores
        if isinstance(one, RestoreRequest) and one.at <= instant
    )


def _standing(
    plan: Plan,
    request: RestoreRequest,
    about: Sequence[_Later],
    authority: str,
    instant: datetime,
) -> RestoreStanding:
    # The ledger's order, and not the clock's, says what came after what.
    later = sorted((one for one in about if one.entry > request.entry), key=lambda one: one.entry)
    decision = _counts(plan, request, [one for one in later if isinstance(one, RestoreDecision)])
    carried = tuple(one for one in later if isinstance(one, RestoreCarriedOut))
    # Nobody can have looked at what came after them.
    last = carried[-1].entry if carried else request.entry
    reviews = [
        one
        for one in later
        if isinstance(one, RestoreReview)
        and one.entry > last
        and one.person in plan.people
        and not same_person(plan, request.person, one.person)
    ]
    state = _state(request, decision, carried, authority, instant)
    looked_at = bool(reviews) or (state is RestoreState.REFUSED and not carried)
    return RestoreStanding(
        request=request,
        state=state,
        sentence=_sentence(plan, request, state, decision, carried),
        decision=decision,
        carried_out=carried,
        review=reviews[0] if reviews else None,
        review_due=request.break_glass and not looked_at,
    )


def _counts(
    plan: Plan, request: RestoreRequest, decisions: Sequence[RestoreDecision]
) -> RestoreDecision | None:
    """Give the decision that counts: a refusal is final; an approval must be somebody else's."""
    for one in decisions:
        if not one.approved and may_refuse(plan, request, one.person):
            return one
    for one in decisions:
        allowed = one.approved and not restore_refused(plan, request.person, one.person)
        if allowed and one.authority == request.authority and one.at < request.expires_at:
            return one
    return None


def may_refuse(plan: Plan, request: RestoreRequest, person: str) -> bool:
    """Whether somebody may end a request: who may approve restores, or who asked for it."""
    return person in plan.authority.approve_restores or person == request.person


def _state(
    request: RestoreRequest,
    decision: RestoreDecision | None,
    carried: Sequence[RestoreCarriedOut],
    authority: str,
    instant: datetime,
) -> RestoreState:
    if any(one.stage in _DONE for one in carried):
        return RestoreState.DONE
    if decision is not None and not decision.approved:
        return RestoreState.REFUSED
    if instant >= request.expires_at:
        return RestoreState.EXPIRED
    if request.authority != authority:
        return RestoreState.STALE
    if request.break_glass:
        return RestoreState.BREAK_GLASS
    return RestoreState.WAITING if decision is None else RestoreState.APPROVED


def _sentence(
    plan: Plan,
    request: RestoreRequest,
    state: RestoreState,
    decision: RestoreDecision | None,
    carried: Sequence[RestoreCarriedOut],
) -> str:
    until = words.instant(request.expires_at)
    who = words.person(plan, decision.person) if decision is not None else ""
    if state is RestoreState.DONE:
        last = next(one for one in reversed(carried) if one.stage in _DONE)
        return f"Carried out at {words.instant(last.at)}, into {last.folder}."
    if state is RestoreState.REFUSED:
        note = f": {decision.note}" if decision is not None and decision.note else ""
        return f"{who} refused it{note}."
    if state is RestoreState.EXPIRED:
        return f"It stood until {until}. Ask again."
    if state is RestoreState.STALE:
        return "Who may ask for or approve restores has changed since. Ask again."
    if state is RestoreState.BREAK_GLASS:
        return f"It may go on without an approver until {until}; somebody else must look at it."
    if state is RestoreState.APPROVED:
        return f"{who} approved it. It can be carried out until {until}."
    asking = request.person
    able = [one for one in plan.authority.approve_restores if not same_person(plan, one, asking)]
    names = " or ".join(words.person(plan, one) for one in able)
    waits = f"It waits for {names}" if names else "The plan names nobody else who may approve it"
    return f"{waits}, until {until}."


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _digits(phone: str) -> str:
    return "".join(one for one in phone if one.isdigit())
