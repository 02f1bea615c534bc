"""What a decision of the business would change: shown before it is signed (R-152)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

BACKUP_FREQUENCY = "backup frequency"
ARCHITECTURE = "architecture"
TESTING = "testing"
COST = "cost"
ASPECTS = (BACKUP_FREQUENCY, ARCHITECTURE, TESTING, COST)
"""What a target influences, in the order in which it is shown."""


@dataclass(frozen=True)
class Effect:
    """What a decision does to one aspect of a service.

    Attributes:
        aspect: one of ``ASPECTS``.
        changes: whether something has to be done, or could be left off; None if nobody knows.
        sentence: what, in words.
    """

    aspect: str
    changes: bool | None
    sentence: str


@dataclass(frozen=True)
class CapabilityOption:
    """One way to meet a target that is not met as things are (R-009).

    Attributes:
        name: ``frequency``, ``replication``, ``standby``, ``orchestration`` or ``testing``.
        sentence: what would be done.
        rpo_seconds: the loss of data that it would lead to; None if nobody knows.
        rto_seconds: the time to come back that it would lead to; None if nobody knows.
        meets: whether that is within the target; None if nobody knows.
        cost: what somebody entered; empty if nobody did.
    """

    name: str
    sentence: str
    rpo_seconds: int | None
    rto_seconds: int | None
    meets: bool | None
    cost: str = ""


@dataclass(frozen=True)
class Dependent:
    """A service that needs the one whose target is decided on.

    Attributes:
        service: its key.
        name: its name for people.
        rto_seconds: how long it may be away itself; None if nobody decided.
        conflicts: whether that is shorter than what is decided here, so that it cannot be kept.
        sentence: what it means for it.
    """

    service: str
    name: str
    rto_seconds: int | None
    conflicts: bool
    sentence: str


@dataclass(frozen=True)
class TargetNote:
    """What somebody, usually a technical person, wants known before it is decided (R-062).

    Attributes:
        person: who says so, by name.
        at: when.
        text: what they say.
    """

    person: str
    at: datetime
    text: str


@dataclass(frozen=True)
class Impact:
    """What one decision would change.

    Attributes:
        subject: key of the service, or of the component whose retention is decided on.
        name: its name for people.
        measure: ``rpo``, ``rto``, ``mtpd``, ``tier`` or ``retention``.
        before: what was last approved, in seconds, or the tier's number; None if nothing was.
        before_by: who approved that, by name; empty if nobody.
        before_at: when; None if never.
        after: what the plan proposes, in seconds, or the tier's number.
        summary: both numbers in one sentence.
        effects: on each of ``ASPECTS``.
        options: ways to meet the target; empty where it is met, or nobody knows.
        dependents: every service that needs this one, directly or through others.
        notes: what people want known before it is decided, oldest first.
    """

    subject: str
    name: str
    measure: str
    before: int | None
    before_by: str
    before_at: datetime | None
    after: int
    summary: str
    effects: tuple[Effect, ...]
    options: tuple[CapabilityOption, ...] = ()
    dependents: tuple[Dependent, ...] = ()
    notes: tuple[TargetNote, ...] = ()
