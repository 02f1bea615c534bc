"""Restores that people ask for, outside of drills: asked, decided, carried out, looked at (R-034).

Each step is a fact of its own, appended and signed. What became of a request is worked out of them
(``refloat.assess.verdicts.restores``), never written down.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from refloat.model.run import CheckResult, Outcome

RESTORE_REQUESTED = "https://refloat.dev/attestation/restore-requested/v1"
RESTORE_DECIDED = "https://refloat.dev/attestation/restore-decided/v1"
RESTORE_CARRIED_OUT = "https://refloat.dev/attestation/restore-carried-out/v1"
RESTORE_REVIEWED = "https://refloat.dev/attestation/restore-reviewed/v1"


@dataclass(frozen=True)
class RestoreRequest:
    """Somebody asks that data be put back outside of a sandbox.

    Attributes:
        entry: index in the ledger; the request's number.
        at: when (UTC).
        person: key of the person who asks.
        subject: key of the service or component that is meant.
        components: keys of the components whose data is meant.
        reason: why, in their words.
        break_glass: whether it may go on without an approver, to be looked at afterwards.
        loss_at: the data as it was then; None for the newest.
        expires_at: when it can no longer be approved or carried out.
        plan: fingerprint of the whole plan.
        authority: fingerprint of who may ask for and approve restores.
    """

    entry: int
    at: datetime
    person: str
    subject: str
    components: tuple[str, ...]
    reason: str
    break_glass: bool
    loss_at: datetime | None
    expires_at: datetime
    plan: str
    authority: str


@dataclass(frozen=True)
class RestoreDecision:
    """Somebody approved a request, refused it, or took their own back.

    Attributes:
        entry: index in the ledger.
        at: when (UTC).
        request: the request's number.
        person: key of the person who decided.
        approved: whether it may go on.
        note: what they wanted remembered.
        plan: fingerprint of the whole plan.
        authority: fingerprint of who may ask for and approve restores.
    """

    entry: int
    at: datetime
    request: int
    person: str
    approved: bool
    note: str
    plan: str
    authority: str


class RestoreStage(enum.StrEnum):
    """How far a restore came that was carried out."""

    BEGUN = "begun"
    PASSED = "passed"
    FAILED = "failed"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True)
class RestoredPart:
    """What was put down of one component.

    Attributes:
        component: its key.
        point: the engine's name of the recovery point.
        repository: key of the repository that it came from.
        consistency_time: when the data was true.
        folder: the folder that it lies in.
        bytes: bytes written; 0 before they were.
        outcome: how it compares with what was backed up; could not run where nobody could compare.
        checks: each comparison.
    """

    component: str
    point: str
    repository: str
    consistency_time: datetime
    folder: str
    bytes: int = 0
    outcome: Outcome = Outcome.COULD_NOT_RUN
    checks: tuple[CheckResult, ...] = ()


@dataclass(frozen=True)
class RestoreCarriedOut:
    """A request was carried out: written down before it begins and again when it has ended.

    Attributes:
        entry: index in the ledger.
        at: when (UTC).
        request: the request's number.
        operator: the account of the machine that carried it out.
        folder: the folder that everything was put into.
        stage: how far it came.
        parts: what was put where.
        trouble: why it ended early, in a sentence; empty if it did not.
        plan: fingerprint of the whole plan.
    """

    entry: int
    at: datetime
    request: int
    operator: str
    folder: str
    stage: RestoreStage
    parts: tuple[RestoredPart, ...]
    trouble: str
    plan: str


@dataclass(frozen=True)
class RestoreReview:
    """Somebody looked afterwards at a restore that went on without an approver.

    Attributes:
        entry: index in the ledger.
        at: when (UTC).
        request: the request's number.
        person: key of the person who looked.
        note: what they found.
        plan: fingerprint of the whole plan.
    """

    entry: int
    at: datetime
    request: int
    person: str
    note: str
    plan: str


RestoreFact: TypeAlias = RestoreRequest | RestoreDecision | RestoreCarriedOut | RestoreReview

RESTORES: Mapping[str, type[RestoreFact]] = {
    RESTORE_REQUESTED: RestoreRequest,
    RESTORE_DECIDED: RestoreDecision,
    RESTORE_CARRIED_OUT: RestoreCarriedOut,
    RESTORE_REVIEWED: RestoreReview,
}
"""The facts about restores, by the predicate type of their statements."""


class RestoreState(enum.StrEnum):
    """What became of a request."""

    WAITING = "waiting"
    APPROVED = "approved"
    BREAK_GLASS = "break-glass"
    REFUSED = "refused"
    EXPIRED = "expired"
    STALE = "stale"
    DONE = "carried out"


@dataclass(frozen=True)
class RestoreStanding:
    """A request, and what became of it by an instant.

    Attributes:
        request: the request.
        state: what became of it.
        sentence: the same in words, with who and until when.
        decision: the decision that counts; None if there is none.
        carried_out: every time that somebody began or ended to carry it out, oldest first.
        review: who looked at it afterwards; None if nobody did, or nobody has to.
        review_due: whether somebody still has to.
    """

    request: RestoreRequest
    state: RestoreState
    sentence: str
    decision: RestoreDecision | None
    carried_out: tuple[RestoreCarriedOut, ...]
    review: RestoreReview | None
    review_due: bool

    @property
    def opens(self) -> bool:
        """Whether it may be carried out now."""
        return self.state in (RestoreState.APPROVED, RestoreState.BREAK_GLASS)
