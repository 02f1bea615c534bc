"""Facts of the feed about people's doings: changes, actions, exercises, statements, approvals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from refloat.model.feed import FeedFact


@dataclass(frozen=True, slots=True)
class Change(FeedFact):
    """Something material changed: tests from before no longer show what is there now.

    Attributes:
        subject: key of a service, component, vendor, principal or person.
        at: when.
        what: what changed, in words.
        category: ``application``, ``infrastructure``, ``vendor``, ``identity``, ``business`` or
            empty if not said.
        material: whether it matters to recovery.
    """

    subject: str
    at: datetime
    what: str
    category: str = ""
    material: bool = True


@dataclass(frozen=True, slots=True)
class ActionSeen(FeedFact):
    """A corrective action, or that a finding was accepted.

    Attributes:
        what: what is to be done.
        owner: key of the person; empty if nobody.
        due: by when; None if nobody said.
        status: ``open``, ``done`` or ``accepted``.
        finding: code of the finding that it answers; empty if it answers none.
        subject: the key that this finding is about; empty for every finding of the code.
        accepted_by: who accepted the risk; empty if nobody did.
        until: when an acceptance ends; None if nobody said.
    """

    what: str
    owner: str = ""
    due: datetime | None = None
    status: str = "open"
    finding: str = ""
    subject: str = ""
    accepted_by: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Exercise(FeedFact):
    """People practised.

    Attributes:
        what: which kind of exercise it was, in words.
        at: when.
        services: keys of the services whose recovery was practised; empty if not said.
        decisions: whether decisions were practised.
        communications: whether communication was.
        workarounds: whether workarounds were.
        restored: keys of the services or components that were restored in it.
        common_point: whether what was restored was of one common point in time; None if not said.
        timeline: what happened when.
        decided: who decided what.
        frictions: what held people up.
        no_friction: whether the facilitator asserts that nothing did.
        assumptions: what was assumed, and whether it ``held``, ``failed`` or is ``untested``.
        nobody_had_authority: decisions for which nobody had authority.
        actions: what is to be done about it.
        report: where its report is; empty if there is none.
        scheduled: whether it was planned as an exercise; None if not said.
        scenario: key of the scenario that it was of (``site:geelong-hq``); empty if not said.
        lost: what was taken to be lost, with that or by itself, as ``--lose`` names it; empty if
            not said.
    """

    what: str
    at: datetime
    services: tuple[str, ...] = ()
    decisions: bool = False
    communications: bool = False
    workarounds: bool = False
    restored: tuple[str, ...] = ()
    common_point: bool | None = None
    timeline: tuple[str, ...] = ()
    decided: tuple[str, ...] = ()
    frictions: tuple[str, ...] = ()
    no_friction: bool = False
    assumptions: tuple[tuple[str, str], ...] = ()
    nobody_had_authority: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    report: str = ""
    scheduled: bool | None = None
    scenario: str = ""
    lost: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Attestation(FeedFact):
    """Somebody states something that no machine can see; its quality is always poor.

    Attributes:
        topic: what it is about: ``continuity-plan-approved``, ``offline-kit-placed``,
            ``inventory-complete``, ``export-taken``, or other words.
        subject: the key that it is about; empty for the organisation.
        person: key of the person who says so.
        statement: what they say.
        at: when.
        until: until when it holds; None if not said.
        fingerprint: of what it is bound to (a plan's, for an offline kit); empty if nothing.
        where: the place that it names; empty if none.
    """

    topic: str
    subject: str
    person: str
    statement: str
    at: datetime
    until: datetime | None = None
    fingerprint: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True)
class ApprovalSeen(FeedFact):
    """A named person approved a target, as somebody else's record says.

    Attributes:
        person: the person's key.
        service: the service's key, or a component's for its retention.
        measure: ``rpo``, ``rto``, ``mtpd``, ``tier`` or ``retention``.
        fingerprint: of exactly what was approved.
        target_seconds: the target that was approved (the tier's number for a tier), for people.
        at: when.
        basis: what it was derived from; empty if nobody said.
        review_at: when it is to be looked at again; None if nobody said.
    """

    person: str
    service: str
    measure: str
    fingerprint: str
    target_seconds: float
    at: datetime
    basis: str = ""
    review_at: datetime | None = None
