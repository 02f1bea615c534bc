"""The ladder from monitoring to confidence (R-024): each level needs evidence of its own kind."""

from __future__ import annotations

from datetime import datetime, timedelta

from refloat.assess import words
from refloat.assess.basis import Basis
from refloat.assess.claims import USABLE
from refloat.assess.staleness import expires_at
from refloat.model.judgement import (
    Claim,
    Confidence,
    ConfidenceStatus,
    LadderStep,
    RecoveryJudgement,
)
from refloat.model.run import Verdict

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
        _exercised(),
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
    job = basis.last_job(data_set)
    if job is None:
        return None
    protection = basis.component(data_set).protection
    every: timedelta | None = protection.every if protection is not None else None
    return job.at + (every * GRACE if every is not None else basis.service.evidence_valid_for)


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
    drills = [one for one in basis.facts.drills if one.entry in usable.entries]
    end = min(expires_at(basis, one) for one in drills)
    return LadderStep(Confidence.RESTORED, True, usable.because, end)


def _validated(basis: Basis, recovery: RecoveryJudgement) -> LadderStep:
    if recovery.verdict is not Verdict.PROVEN:
        return LadderStep(Confidence.SERVICE_VALIDATED, False, recovery.reasons[0])
    text = f"{basis.service.name} came back as a whole and did its work within its targets."
    return LadderStep(Confidence.SERVICE_VALIDATED, True, text, recovery.expires_at)


def _exercised() -> LadderStep:
    """No fact of an exercise exists yet: a drill of machines says nothing of people's decisions."""
    text = "No exercise, in which people practised their decisions, is on record."
    return LadderStep(Confidence.EXERCISED, False, text)
