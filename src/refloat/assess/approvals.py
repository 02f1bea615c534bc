"""Who stands behind a target: only a signed approval of exactly what the plan says now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from refloat.assess import words
from refloat.model.codec import instant_text
from refloat.model.facts import ApprovalFact, Facts
from refloat.model.judgement import ApprovalState
from refloat.model.plan import Plan
from refloat.model.points import Measure
from refloat.plan import objective_fingerprints


@dataclass(frozen=True)
class Approval:
    """What stands behind one target.

    Attributes:
        state: whether it counts.
        fact: the approval that counts, or the last one that does not; None if there is none.
        sentence: the state in words.
    """

    state: ApprovalState
    fact: ApprovalFact | None
    sentence: str

    @property
    def counts(self) -> bool:
        """Whether a valid approval stands behind the target as it is now."""
        return self.state is ApprovalState.APPROVED


def approval(plan: Plan, service: str, measure: str, facts: Facts, instant: datetime) -> Approval:
    """Say what stands behind one objective of a service at an instant.

    The newest approval by a person who may approve decides: if it is of another target than the
    plan has now, it is stale, even if an older approval is of this one.

    Args:
        plan: the plan.
        service: the service's key.
        measure: ``rpo`` or ``rto``.
        facts: the facts; later ones than the instant are passed over.
        instant: when.

    Raises:
        MissingInput: if the plan has no such service.
    """
    objective = plan.services[service].objectives.get(measure)
    fingerprint = objective_fingerprints(plan, service).get(measure)
    what = f"the {words.MEASURES[measure]} of {plan.services[service].name}"
    if objective is None or fingerprint is None:
        return Approval(ApprovalState.NO_TARGET, None, f"The plan has no {what[4:]}.")
    seconds = objective.target.total_seconds()
    signed = [
        fact
        for fact in facts.approvals
        if (fact.service, fact.measure) == (service, measure) and fact.at <= instant
    ]
    approvers = may_approve(plan, service, measure)
    allowed = [fact for fact in signed if fact.person in approvers]
    if allowed:
        last = allowed[-1]
        who, when = words.person(plan, last.person), words.day(last.at)
        if last.fingerprint == fingerprint:
            text = f"{who} approved {words.duration(seconds)} on {when}."
            return Approval(ApprovalState.APPROVED, last, text)
        text = (
            f"{who} approved {words.duration(last.target_seconds)} on {when}; the plan now says "
            f"{words.duration(seconds)}{_basis(last, objective.basis)}."
        )
        return Approval(ApprovalState.STALE, last, text)
    if signed:
        who = words.person(plan, signed[-1].person)
        text = f"{who} approved {what}, but may not decide on it."
        return Approval(ApprovalState.MISSING, signed[-1], text)
    if objective.approved_on is not None:
        who = words.person(plan, objective.approver) or "Somebody"
        text = f"The plan claims that {who} approved {what}, but nobody has signed it."
        return Approval(ApprovalState.CLAIMED, None, text)
    return Approval(ApprovalState.MISSING, None, f"Nobody has approved {what}.")


def may_approve(plan: Plan, service: str, measure: str) -> frozenset[str]:
    """Name the people whose approval of a target counts.

    That is the approver that the plan names; without one, the business owner of the service;
    without either, nobody. A deputy stands in during a recovery, not when targets are decided.
    """
    objective = plan.services[service].objectives.get(measure)
    approver = objective.approver if objective is not None else None
    decider = approver or plan.services[service].owner
    return frozenset({decider} if decider is not None else ())


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
            "approval_entry": fact.entry if fact is not None else None,
        }
    return stood


def _basis(fact: ApprovalFact, basis: str) -> str:
    if fact.basis == basis:
        return ""
    return f", on the basis '{basis or 'none'}' instead of '{fact.basis or 'none'}'"
