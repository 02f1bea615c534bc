"""The second verdict: would the service come back in time?

The newest drill decides. If it was proven, it counts for as long as nothing that it proved has
changed, its targets are still approved and met, and the loss of data would be within its target
now. A run that was interrupted proves nothing either way, and is shown.
"""

from __future__ import annotations

from collections.abc import Iterator

from refloat.assess import words
from refloat.assess.basis import Basis
from refloat.assess.drill import exceeded
from refloat.assess.representative import CRITERIA
from refloat.assess.staleness import expires_at, stale
from refloat.model.facts import DrillFact
from refloat.model.judgement import (
    ApprovalState,
    DrillReference,
    ObjectiveStatus,
    RecoveryJudgement,
)
from refloat.model.run import Verdict


def judge_recovery(basis: Basis, objectives: tuple[ObjectiveStatus, ...]) -> RecoveryJudgement:
    """Say whether the service would come back in time, at the instant."""
    drill = basis.deciding()
    interrupted = tuple(
        one.run
        for one in basis.facts.interruptions
        if one.service == basis.service.key and (drill is None or one.at > drill.at)
    )
    if drill is None:
        never = f"{basis.service.name} has never been drilled."
        return RecoveryJudgement(Verdict.UNPROVEN, (never,), None, None, (), interrupted)
    old = tuple(one.sentence for one in stale(basis, drill))
    verdict, reasons = _verdict(basis, drill, old, objectives)
    return RecoveryJudgement(
        verdict=verdict,
        reasons=reasons,
        rests_on=reference(drill),
        expires_at=expires_at(basis, drill),
        stale=old,
        interrupted=interrupted,
    )


def reference(drill: DrillFact) -> DrillReference:
    """Name a drill as a judgement rests on it."""
    record = drill.record
    missing = tuple(name for name in CRITERIA if not record.representative.get(name, False))
    return DrillReference(
        entry=drill.entry,
        run=record.run,
        at=record.declared_at,
        verdict=record.verdict,
        representative=not missing and record.verdict is Verdict.PROVEN,
        missing=missing,
    )


def _verdict(
    basis: Basis, drill: DrillFact, old: tuple[str, ...], objectives: tuple[ObjectiveStatus, ...]
) -> tuple[Verdict, tuple[str, ...]]:
    record, when = drill.record, words.instant(drill.record.declared_at)
    if record.verdict is not Verdict.PROVEN:
        ended = "failed" if record.verdict is Verdict.FAILED else "proved nothing"
        reasons = (*old, f"The drill of {when} {ended}.", *record.reasons)
        return (Verdict.UNPROVEN if old else record.verdict), reasons
    missed = tuple(_missed(objectives))
    doubts = (*old, *_unapproved(objectives), *_now(basis, objectives))
    if missed and not old:
        return Verdict.FAILED, (*missed, *doubts)
    if missed or doubts:
        return Verdict.UNPROVEN, (*doubts, *missed)
    return Verdict.PROVEN, ()


def _missed(objectives: tuple[ObjectiveStatus, ...]) -> Iterator[str]:
    """Say which targets, as they are now, the drill did not meet."""
    for one in objectives:
        target, achieved = one.target_seconds, one.achieved_seconds
        if target is not None and achieved is not None and achieved > target:
            yield exceeded(one.measure, achieved, target)


def _unapproved(objectives: tuple[ObjectiveStatus, ...]) -> Iterator[str]:
    for one in objectives:
        if one.approval is not ApprovalState.APPROVED:
            yield one.explanation


def _now(basis: Basis, objectives: tuple[ObjectiveStatus, ...]) -> Iterator[str]:
    """Say that the copies are too old by now: what the drill showed does not hold any more."""
    for one in objectives:
        if one.measure != "rpo" or one.target_seconds is None:
            continue
        if one.now_met is False:
            lost, allowed = max(one.parts.values()), one.target_seconds
            yield (
                f"If it happened now, {words.duration(lost)} of data would be lost; "
                f"{words.duration(allowed)} is allowed."
            )
        elif one.now_met is None:
            yield f"Nothing says how much data of {basis.service.name} would be lost now."
