"""Who stands behind a target: only an approval of exactly what the plan says now.

An approval that was signed with Refloat and one that somebody else's record tells of count alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from refloat.assess import words
from refloat.assess.ground.signed import Signed, signed
from refloat.model.codec import instant_text
from refloat.model.errors import MissingInput
from refloat.model.facts import ApprovalFact, Facts
from refloat.model.judgement import ApprovalState
from refloat.model.plan import Objective, Plan, Service
from refloat.model.points import Measure
from refloat.plan import objective_fingerprints
from refloat.plan.fingerprints import retention_fingerprint, tier_fingerprint

BUSINESS_OWNER = "business owner"
TECHNICAL_OWNER = "technical owner"


@dataclass(frozen=True)
class Approval:
    """What stands behind one target.

    Attributes:
        state: whether it counts.
        fact: the approval that counts, or the last one that does not; None if there is none.
        sentence: the state in words.
        reference: names that approval among the facts; empty if there is none.
    """

    state: ApprovalState
    fact: ApprovalFact | None
    sentence: str
    reference: str = ""

    @property
    def counts(self) -> bool:
        """Whether a valid approval stands behind the target as it is now."""
        return self.state is ApprovalState.APPROVED


def approval(plan: Plan, key: str, measure: str, facts: Facts, instant: datetime) -> Approval:
    """Say what stands behind one target at an instant.

    The newest approval by a person who may approve decides: if it is of another target than the
    plan has now, it is stale, even if an older approval is of this one.

    Args:
        plan: the plan.
        key: the service's key; of a retention, the component's.
        measure: ``rpo``, ``rto``, ``mtpd``, ``tier`` or ``retention``.
        facts: the facts; later ones than the instant are passed over.
        instant: when.

    Raises:
        MissingInput: if the plan has no such service or component.
    """
    things: Mapping[str, object] = plan.components if measure == "retention" else plan.services
    if key not in things:
        raise MissingInput(f"the plan has no {key!r} whose {words.measure(measure)} to approve")
    return judged(
        plan, key, measure, current_fingerprint(plan, key, measure), signed(facts, instant)
    )


def current_fingerprint(plan: Plan, key: str, measure: str) -> str | None:
    """Give the fingerprint that an approval must have to count; None if there is no target."""
    if measure == "retention":
        stated = plan.components[key].retention is not None
        return retention_fingerprint(plan, key) if stated else None
    if measure == "tier":
        return tier_fingerprint(plan, key) if plan.services[key].tier is not None else None
    return objective_fingerprints(plan, key).get(measure)


def judged(
    plan: Plan, key: str, measure: str, fingerprint: str | None, approvals: Iterable[Signed]
) -> Approval:
    """Say what stands behind one target.

    Args:
        plan: the plan.
        key: the service's key; of a retention, the component's.
        measure: which target.
        fingerprint: of the target as it is now; None if there is none.
        approvals: who approved what, oldest first.
    """
    what = f"the {words.measure(measure)} of {_called(plan, key, measure)}"
    if fingerprint is None:
        return Approval(ApprovalState.NO_TARGET, None, f"The plan has no {what[4:]}.")
    about = [one for one in approvals if (one.fact.service, one.fact.measure) == (key, measure)]
    approvers = may_approve(plan, key, measure)
    allowed = [one for one in about if one.fact.person in approvers]
    if allowed:
        return _allowed(plan, key, measure, fingerprint, allowed[-1])
    if about:
        last = about[-1]
        text = f"{words.person(plan, last.fact.person)} approved {what}, but may not decide on it."
        return Approval(ApprovalState.MISSING, last.fact, text, last.reference)
    objective = _objective(plan, key, measure)
    if objective is not None and objective.approved_on is not None:
        who = words.person(plan, objective.approver) or "Somebody"
        text = f"The plan claims that {who} approved {what}, but nobody has signed it."
        return Approval(ApprovalState.CLAIMED, None, text)
    return Approval(ApprovalState.MISSING, None, f"Nobody has approved {what}.")


def may_approve(plan: Plan, key: str, measure: str) -> frozenset[str]:
    """Name the people whose approval of a target counts.

    That is the approver that the plan names; without one, the business owner of the service (of a
    retention, of any service whose own component it is); without either, nobody. Somebody whose
    only part is technical cannot decide for the business (R-060), whatever the plan says. A deputy
    stands in during a recovery, not when targets are decided.
    """
    objective = _objective(plan, key, measure)
    approver = objective.approver if objective is not None else None
    services = _services(plan, key, measure)
    owners = {one.owner for one in services if one.owner is not None}
    named = {approver} if approver is not None else owners
    return frozenset(
        person for person in named if person in owners or not only_technical(plan, person, services)
    )


def objectives_as_stood(
    plan: Plan, service: str, facts: Facts, instant: datetime
) -> dict[str, Mapping[str, Measure]]:
    """Give the objectives with their approvals, as a drill's record keeps them.

    Raises:
        MissingInput: if the plan has no such service.
    """
    fingerprints = objective_fingerprints(plan, service)
    stood: dict[str, Mapping[str, Measure]] = {}
    for measure, objective in sorted(plan.services[service].objectives.items()):
        behind = approval(plan, service, measure, facts, instant)
        fact = behind.fact if behind.counts else None
        stood[measure] = {
            "target_milliseconds": round(objective.target.total_seconds() * 1000),
            "basis": objective.basis,
            "fingerprint": fingerprints[measure],
            "approval": behind.state.value,
            "approved_by": fact.person if fact is not None else None,
            "approved_at": instant_text(fact.at) if fact is not None else None,
            "approval_entry": fact.entry if fact is not None and fact.entry >= 0 else None,
        }
    return stood


def _allowed(plan: Plan, key: str, measure: str, fingerprint: str, last: Signed) -> Approval:
    fact = last.fact
    who, when = words.person(plan, fact.person), words.day(fact.at)
    if fact.fingerprint == fingerprint:
        text = f"{who} approved {_said(measure, fact.target_seconds)} on {when}."
        return Approval(ApprovalState.APPROVED, fact, text, last.reference)
    objective = _objective(plan, key, measure)
    if objective is None:
        now = _said(measure, float(plan.services[key].tier or 0))
    else:
        now = _said(measure, objective.target.total_seconds()) + _basis(fact, objective.basis)
    text = (
        f"{who} approved {_said(measure, fact.target_seconds)} on {when}; the plan now says {now}."
    )
    return Approval(ApprovalState.STALE, fact, text, last.reference)


def _said(measure: str, target: float) -> str:
    return f"tier {target:g}" if measure == "tier" else words.duration(target)


def _objective(plan: Plan, key: str, measure: str) -> Objective | None:
    if measure == "retention":
        return plan.components[key].retention
    return plan.services[key].objectives.get(measure)


def _services(plan: Plan, key: str, measure: str) -> tuple[Service, ...]:
    if measure != "retention":
        return (plan.services[key],)
    return tuple(one for one in plan.services.values() if any(need.on == key for need in one.needs))


def only_technical(plan: Plan, person: str, services: Iterable[Service]) -> bool:
    """Whether somebody's part in some services is technical, and none of the business."""
    known = plan.people.get(person)
    roles = {role.casefold() for role in known.roles} if known is not None else set()
    if BUSINESS_OWNER in roles:
        return False
    return TECHNICAL_OWNER in roles or any(one.technical_owner == person for one in services)


def _called(plan: Plan, key: str, measure: str) -> str:
    return words.component(plan, key) if measure == "retention" else plan.services[key].name


def _basis(fact: ApprovalFact, basis: str) -> str:
    if fact.basis in {basis, ""}:
        return ""
    return f", on the basis '{basis or 'none'}' instead of '{fact.basis or 'none'}'"
