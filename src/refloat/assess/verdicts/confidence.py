"""The ladder from monitoring to confidence (R-024): each level needs evidence of its own kind."""

from __future__ import annotations

from datetime import datetime

from refloat.assess import words
from refloat.assess.ground.basis import Basis
from refloat.assess.verdicts.claims import USABLE
from refloat.assess.verdicts.staleness import trial_expires_at
from refloat.model.feed_people import Exercise
from refloat.model.judgement import (
    Claim,
    Confidence,
    ConfidenceStatus,
    LadderStep,
    RecoveryJudgement,
)
from refloat.model.run import Verdict
from refloat.model.stream import standing

GRACE = 1.5
"""How many intervals may pass without a word of a backup before it counts as silent."""


def judge_confidence(
    basis: Basis, claims: tuple[Claim, ...], recovery: RecoveryJudgement
) -> ConfidenceStatus:
    """Say how far up the ladder the evidence reaches, and until when."""
    ladder = (
        _monitored(basis),
        _restored(basis, claims),
        _validated(basis, recovery),
        _exercised(basis, recovery),
    )
    level, expiry = Confidence.NONE, None
    for step in ladder:
        if step.reached:
            level, expiry = step.level, step.expires_at
    return ConfidenceStatus(level, expiry, ladder)


def silent_from(basis: Basis, data_set: str) -> datetime | None:
    """Say from when on nothing heard of a data set's backups is silence; None if never heard of.

    That is one and a half of its intervals after the last word; without an interval, as long after
    as evidence counts.
    """
    heard = last_heard(basis, data_set)
    if heard is None:
        return None
    component = basis.component(data_set)
    copying = (component.protection, component.watch)
    every = [one.every for one in copying if one is not None and one.every is not None]
    return heard + (min(every) * GRACE if every else basis.service.evidence_valid_for)


def last_heard(basis: Basis, data_set: str) -> datetime | None:
    """Say when something was last heard of a data set's backups; None if nothing ever was.

    A job that ran is a word of them, and so is a recovery point that somebody else's tool lists.
    """
    job, told = basis.last_job(data_set), basis.points(data_set).told_last()
    heard = [told, None if job is None else job.at]
    return max((one for one in heard if one is not None), default=None)


def _monitored(basis: Basis) -> LadderStep:
    ends: list[datetime] = []
    for key in basis.hard_data_sets:
        end = silent_from(basis, key)
        name = words.component(basis.plan, key)
        if end is None:
            text = f"Nothing was ever heard of a backup of {name}."
            return LadderStep(Confidence.MONITORED, False, text)
        if basis.instant > end:
            text = f"Nothing has been heard of a backup of {name} for too long."
            return LadderStep(Confidence.MONITORED, False, text)
        ends.append(end)
    if not ends:
        text = f"The plan backs up nothing of {basis.service.name}."
        return LadderStep(Confidence.MONITORED, False, text)
    return LadderStep(Confidence.MONITORED, True, "Its backups are heard of.", min(ends))


def _restored(basis: Basis, claims: tuple[Claim, ...]) -> LadderStep:
    usable = next(claim for claim in claims if claim.name == USABLE)
    if not usable.holds:
        return LadderStep(Confidence.RESTORED, False, usable.because)
    trials = [basis.last_restore(key) for key in basis.hard_data_sets]
    end = min(trial_expires_at(basis, one) for one in trials if one is not None)
    return LadderStep(Confidence.RESTORED, True, usable.because, end)


def _validated(basis: Basis, recovery: RecoveryJudgement) -> LadderStep:
    if recovery.verdict is not Verdict.PROVEN:
        return LadderStep(Confidence.SERVICE_VALIDATED, False, recovery.reasons[0])
    text = f"{basis.service.name} came back as a whole and did its work within its targets."
    return LadderStep(Confidence.SERVICE_VALIDATED, True, text, recovery.expires_at)


def _exercised(basis: Basis, recovery: RecoveryJudgement) -> LadderStep:
    """People practised it: a drill of machines says nothing of decisions."""
    step, name = Confidence.EXERCISED, basis.service.name
    whole = whole_exercises(basis)
    if not whole:
        text = f"No exercise of {name}, in which people practised their decisions, is on record."
        return LadderStep(step, False, text)
    last = whole[-1]
    end = last.at + basis.plan.policy.exercise_every
    when = words.day(last.at)
    if basis.instant > end:
        return LadderStep(step, False, f"The last exercise of {name}, on {when}, is too long ago.")
    if recovery.verdict is not Verdict.PROVEN:
        text = f"{name} was exercised on {when}, but is not shown to come back within its targets."
        return LadderStep(step, False, text)
    text = f"People practised decisions, communication and workarounds for {name} on {when}."
    ends = [one for one in (end, recovery.expires_at) if one is not None]
    return LadderStep(step, True, text, min(ends))


def whole_exercises(basis: Basis) -> tuple[Exercise, ...]:
    """Give the exercises of a service that practised all that people do, oldest first."""
    found = [
        one
        for one in standing(basis.feed.exercises, basis.instant)
        if one.at <= basis.instant and one.decisions and one.communications and one.workarounds
    ]
    return tuple(sorted(found, key=lambda one: (one.at, one.external_id)))
