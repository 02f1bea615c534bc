"""Lines about people's doings to facts of the model."""

from __future__ import annotations

from refloat.feed.making import Head
from refloat.feed.people_lines import (
    ActionLine,
    ApprovalLine,
    AttestationLine,
    ChangeLine,
    ExerciseLine,
)
from refloat.feed.words import utc, utc_or_none
from refloat.model.feed_people import ActionSeen, ApprovalSeen, Attestation, Change, Exercise


def change(line: ChangeLine, head: Head) -> Change:
    """Give the change that a line tells of."""
    return Change(
        *head,
        subject=line.subject,
        at=utc(line.at),
        what=line.what,
        category=line.category or "",
        material=line.material is not False,
    )


def exercise(line: ExerciseLine, head: Head) -> Exercise:
    """Give the exercise that a line tells of."""
    return Exercise(
        *head,
        what=line.what,
        at=utc(line.at),
        services=line.services or (),
        decisions=line.decisions is True,
        communications=line.communications is True,
        workarounds=line.workarounds is True,
        restored=line.restored or (),
        common_point=line.common_point,
        timeline=line.timeline or (),
        decided=line.decided or (),
        frictions=line.frictions or (),
        no_friction=line.no_friction is True,
        assumptions=tuple((one.what, one.state) for one in line.assumptions or ()),
        nobody_had_authority=line.nobody_had_authority or (),
        actions=line.actions or (),
        report=line.report or "",
        scenario=line.scenario or "",
        lost=line.lost or (),
        scheduled=line.scheduled,
    )


def attestation(line: AttestationLine, head: Head) -> Attestation:
    """Give the statement that a line is."""
    return Attestation(
        *head,
        topic=line.topic,
        subject=line.subject or "",
        person=line.person,
        statement=line.statement,
        at=utc(line.at),
        until=utc_or_none(line.until),
        fingerprint=line.fingerprint or "",
        where=line.where or "",
    )


def approval(line: ApprovalLine, head: Head) -> ApprovalSeen:
    """Give the approval that a line records."""
    return ApprovalSeen(
        *head,
        person=line.person,
        service=line.service,
        measure=line.measure,
        fingerprint=line.fingerprint,
        target_seconds=line.target_seconds,
        at=utc(line.at),
        basis=line.basis or "",
        review_at=utc_or_none(line.review_at),
    )


def action(line: ActionLine, head: Head) -> ActionSeen:
    """Give the action or acceptance that a line records."""
    return ActionSeen(
        *head,
        what=line.what,
        owner=line.owner or "",
        due=utc_or_none(line.due),
        status=line.status or "open",
        finding=line.finding or "",
        subject=line.subject or "",
        accepted_by=line.accepted_by or "",
        until=utc_or_none(line.until),
    )
