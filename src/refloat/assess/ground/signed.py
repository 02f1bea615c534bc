"""Approvals of targets, whoever recorded them: with Refloat, or in a register of somebody else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from refloat.model.facts import UNWRITTEN, ApprovalFact, Facts
from refloat.model.stream import standing


@dataclass(frozen=True)
class Signed:
    """An approval, whoever recorded it.

    Attributes:
        fact: the approval; its entry is ``UNWRITTEN`` where it is not in Refloat's own ledger.
        reference: ``ledger/7``, or ``register/approval/4711``.
    """

    fact: ApprovalFact
    reference: str


def signed(facts: Facts, instant: datetime) -> tuple[Signed, ...]:
    """Give all approvals that were made and recorded by an instant, oldest first."""
    own = [Signed(one, f"ledger/{one.entry}") for one in facts.approvals if one.at <= instant]
    told = [
        Signed(
            ApprovalFact(
                entry=UNWRITTEN,
                at=one.at,
                person=one.person,
                service=one.service,
                measure=one.measure,
                fingerprint=one.fingerprint,
                target_seconds=one.target_seconds,
                basis=one.basis,
            ),
            f"{one.source.instance}/approval/{one.external_id}",
        )
        for some in facts.feed.approvals.values()
        for one in standing(some, instant)
        if one.at <= instant
    ]
    both = own + told
    return tuple(sorted(both, key=lambda one: (one.fact.at, one.fact.entry, one.reference)))
