"""What people practised, and what they do about what was found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from refloat.assess.organisation import Organisation
from refloat.model.feed_people import ActionSeen, Exercise
from refloat.model.judgement import Finding
from refloat.model.stream import standing


def exercises(organisation: Organisation) -> tuple[Exercise, ...]:
    """Give the exercises that had been held by the instant, oldest first."""
    held = [
        one
        for one in standing(organisation.facts.feed.exercises, organisation.instant)
        if one.at <= organisation.instant
    ]
    return tuple(sorted(held, key=lambda one: (one.at, one.source.instance, one.external_id)))


def covers_all(exercise: Exercise) -> bool:
    """Whether decisions, communication and workarounds were all practised (R-115)."""
    return exercise.decisions and exercise.communications and exercise.workarounds


def action_for(
    finding: Finding, actions: Iterable[ActionSeen], instant: datetime
) -> ActionSeen | None:
    """Give what is being done about a finding: an open action, or that it was accepted.

    Args:
        finding: the finding.
        actions: the actions that stand at the instant.
        instant: when.

    Returns:
        An open action with owner and due date, or an acceptance by somebody that still holds; the
        first of them. None if there is none: an action that is called done while the finding is
        still there answers nothing.
    """
    about = {finding.subject, *_keys(finding.subject), *finding.services}
    for one in actions:
        if one.finding != finding.code or (one.subject and one.subject not in about):
            continue
        if one.status == "open" and one.owner and one.due is not None:
            return one
        holds = one.until is None or instant < one.until
        if one.status == "accepted" and one.accepted_by and holds:
            return one
    return None


def _keys(subject: str) -> Iterator[str]:
    """Give the keys in a finding's subject: the last word of each of its parts."""
    for part in subject.split(", "):
        yield part.rpartition(" ")[2]
