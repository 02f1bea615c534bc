"""The second verdict: would the service come back in time?

The newest trial of the whole service decides: a drill of Refloat, or somebody else's test of the
whole service. A drill that passed with older data than an earlier one had decides nothing. What the
trial showed counts for as long as nothing that it showed has changed, the targets are still
approved and met, and the loss of data would be within its target now. A drill brought along what
the service needs. A test did not, and must have looked at data and at something needed (R-156):
each service that it cannot run without must be proven itself, and the time is that of the longest
way through them.

``failed`` is said only of what a trial showed. That a test and the tests of what it needs add up to
too long a time is unproven: nobody has seen it happen. A test that passed takes no earlier trial
away that still proves the whole. A run that was interrupted proves nothing either way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from refloat.assess import words
from refloat.assess.access.sign_in import locked_out
from refloat.assess.ground.basis import Basis
from refloat.assess.ground.representative import CRITERIA
from refloat.assess.ground.trials import Trial
from refloat.assess.verdicts.drill import exceeded
from refloat.assess.verdicts.levels import shows_service, unchecked
from refloat.assess.verdicts.outlook import recovery_outlook
from refloat.assess.verdicts.staleness import stale, stale_trial, trial_expires_at
from refloat.model.facts import DrillFact
from refloat.model.feed import TestLevel
from refloat.model.judgement import (
    ApprovalState,
    DrillReference,
    ObjectiveStatus,
    RecoveryJudgement,
)
from refloat.model.plan import Strength
from refloat.model.run import Verdict

_SHOWED = {True: Verdict.PROVEN, False: Verdict.FAILED, None: Verdict.UNPROVEN}
_AT_MOST = 20


def judge_recovery(basis: Basis, objectives: tuple[ObjectiveStatus, ...]) -> RecoveryJudgement:
    """Say whether the service would come back in time, at the instant."""
    trial = basis.deciding_trial()
    interrupted = _interrupted(basis, trial)
    if trial is None:
        judged = _never(basis, interrupted)
    elif trial.drill is not None:
        judged = _by_drill(basis, trial, interrupted, objectives)
    else:
        judged = _by_test(basis, trial, interrupted, objectives)
        if judged.verdict is Verdict.UNPROVEN and trial.passed and not judged.stale:
            judged = _before(basis, trial, interrupted, objectives) or judged
    return replace(judged, would_change=recovery_outlook(basis, judged, objectives))


def _interrupted(basis: Basis, trial: Trial | None) -> tuple[str, ...]:
    """Name the runs that were stopped or killed since the trial that decides."""
    since = trial.drill.at if trial is not None and trial.drill is not None else None
    killed = [
        (one.at, one.run) for one in basis.facts.interruptions if one.service == basis.service.key
    ]
    stopped = [
        (one.drill.at, one.drill.record.run)
        for one in basis.trials()
        if one.drill is not None and one.interrupted
    ]
    return tuple(run for at, run in sorted(killed + stopped) if since is None or at > since)


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


def trial_reference(trial: Trial) -> DrillReference:
    """Name a trial, of whatever kind, as a judgement rests on it."""
    if trial.drill is not None:
        return reference(trial.drill)
    return DrillReference(
        entry=None,
        run=trial.reference,
        at=trial.at,
        verdict=_SHOWED[trial.passed],
        representative=trial.representative,
        missing=trial.missing,
    )


def _never(basis: Basis, interrupted: tuple[str, ...]) -> RecoveryJudgement:
    name, parts = basis.service.name, basis.trials()
    if not parts:
        reasons: tuple[str, ...] = (f"{name} has never been drilled.",)
    else:
        last = words.day(parts[-1].at)
        reasons = (f"Parts of {name} were restored, last on {last}, but never the whole of it.",)
    shown = tuple(one.reference for one in parts[-_AT_MOST:])
    return RecoveryJudgement(
        Verdict.UNPROVEN, reasons, None, None, (), interrupted, references=shown
    )


def _by_drill(
    basis: Basis,
    trial: Trial,
    interrupted: tuple[str, ...],
    objectives: tuple[ObjectiveStatus, ...],
) -> RecoveryJudgement:
    assert trial.drill is not None
    old = tuple(one.sentence for one in stale(basis, trial.drill))
    verdict, reasons = _of_drill(basis, trial.drill, old, objectives)
    return _judged(basis, trial, verdict, reasons, old, interrupted)


def _by_test(
    basis: Basis,
    trial: Trial,
    interrupted: tuple[str, ...],
    objectives: tuple[ObjectiveStatus, ...],
) -> RecoveryJudgement:
    old = tuple(one.sentence for one in stale_trial(basis, trial))
    when = words.instant(trial.at)
    if trial.passed is not True:
        ended = "failed" if trial.passed is False else "brought back only a part"
        issues = tuple(words.sentence(one) for one in trial.issues)
        reasons = (*old, f"The test of {when} {ended}.", *issues)
        verdict = Verdict.UNPROVEN if old else _SHOWED[trial.passed]
        return _judged(basis, trial, verdict, reasons, old, interrupted)
    missed = tuple(_too_long(basis, trial))
    doubts = (
        *old,
        *_unapproved(objectives),
        *_now(basis, objectives),
        *_locked_out(basis),
        *_not_shown(basis, trial),
    )
    verdict = Verdict.PROVEN
    if missed or doubts:
        verdict = Verdict.FAILED if missed and not old else Verdict.UNPROVEN
    reasons = (*missed, *doubts) if verdict is Verdict.FAILED else (*doubts, *missed)
    return _judged(basis, trial, verdict, reasons, old, interrupted)


def _before(
    basis: Basis,
    trial: Trial,
    interrupted: tuple[str, ...],
    objectives: tuple[ObjectiveStatus, ...],
) -> RecoveryJudgement | None:
    """Give what a trial before a test still proves; None if none does, or one since failed.

    A later test that passed, and does not show the whole way, must not take the proof away.
    """
    whole = [one for one in basis.trials() if one.counts(basis.plan) and one.at <= trial.at]
    for one in reversed(whole):
        failed = one.passed is not True or next(_too_long(basis, one), None) is not None
        if failed or basis.instant > trial_expires_at(basis, one):
            return None
        if one is trial:
            continue
        by = _by_drill if one.drill is not None else _by_test
        judged = by(basis, one, interrupted, objectives)
        if judged.verdict is Verdict.PROVEN or one.drill is not None:
            return judged if judged.verdict is Verdict.PROVEN else None
    return None


def _judged(
    basis: Basis,
    trial: Trial,
    verdict: Verdict,
    reasons: tuple[str, ...],
    old: tuple[str, ...],
    interrupted: tuple[str, ...],
) -> RecoveryJudgement:
    points = [basis.newest(key) for key in basis.hard_data_sets]
    approvals = [one.reference for one in basis.approving()]
    rests = (trial.reference, *(one.reference for one in points if one is not None), *approvals)
    return RecoveryJudgement(
        verdict=verdict,
        reasons=reasons,
        rests_on=trial_reference(trial),
        expires_at=trial_expires_at(basis, trial),
        stale=old,
        interrupted=interrupted,
        references=tuple(dict.fromkeys(rests))[:_AT_MOST],
    )


def _of_drill(
    basis: Basis, drill: DrillFact, old: tuple[str, ...], objectives: tuple[ObjectiveStatus, ...]
) -> tuple[Verdict, tuple[str, ...]]:
    record, when = drill.record, words.instant(drill.record.declared_at)
    if record.verdict is not Verdict.PROVEN:
        ended = "failed" if record.verdict is Verdict.FAILED else "proved nothing"
        reasons = (*old, f"The drill of {when} {ended}.", *record.reasons)
        return (Verdict.UNPROVEN if old else record.verdict), reasons
    missed = tuple(_missed(basis, drill))
    doubts = (*old, *_unapproved(objectives), *_now(basis, objectives), *_locked_out(basis))
    if missed and not old:
        return Verdict.FAILED, (*missed, *doubts)
    if missed or doubts:
        return Verdict.UNPROVEN, (*doubts, *missed)
    return Verdict.PROVEN, ()


def _missed(basis: Basis, drill: DrillFact) -> Iterator[str]:
    """Say which targets, as they are now, the drill did not meet."""
    for measure, measured in (("rpo", drill.record.rpo), ("rto", drill.record.rto)):
        objective, seconds = basis.service.objectives.get(measure), measured.measured_seconds
        if objective is None or seconds is None:
            continue
        target = objective.target.total_seconds()
        if seconds > target:
            yield exceeded(measure, seconds, target)


def _too_long(basis: Basis, trial: Trial) -> Iterator[str]:
    """Say that the service alone took longer than the whole may take."""
    objective, seconds = basis.service.objectives.get("rto"), trial.own_seconds
    if objective is not None and seconds is not None:
        target = objective.target.total_seconds()
        if seconds > target:
            yield exceeded("rto", seconds, target)


def _locked_out(basis: Basis) -> Iterator[str]:
    """Say that the service was tested while it was there to sign in through, and will not be."""
    if locked_out(basis):
        yield (
            f"{basis.service.name} cannot be brought back once it is down: what restores it is "
            "opened by signing in through it."
        )


def _not_shown(basis: Basis, trial: Trial) -> Iterator[str]:
    """Say what a test of the service alone leaves open: what it needs, and the whole time."""
    plan, name = basis.plan, basis.service.name
    if trial.level is TestLevel.SERVICE and not shows_service(basis, trial):
        yield f"The test of {words.instant(trial.at)} did not try whether {name} serves again."
    missing = unchecked(basis, trial) if trial.counts(plan) else ()
    if missing:
        yield f"In the test of {words.instant(trial.at)} nobody looked at {words.listed(missing)}."
    for key in basis.moment.index.graph.hard[basis.service.key]:
        judged = basis.moment.recoveries.get(key)
        if judged is None or judged.verdict is not Verdict.PROVEN:
            yield f"{name} needs {plan.services[key].name}, which is not proven to come back."
    if trial.own_seconds is None:
        yield f"Nobody measured how long the test of {words.instant(trial.at)} took."
        return
    objective = basis.service.objectives.get("rto")
    if objective is None:
        return
    target = objective.target.total_seconds()
    for observed in (False, True):
        path = basis.path(observed=observed)
        if path.at_least > target and trial.own_seconds <= target:
            seen = ", with what it was seen to need" if observed else ""
            way = words.listed(plan.services[key].name for key in path.way[:-1])
            yield (
                f"{name} needs {words.duration(path.at_least)} to come back after {way}{seen}; "
                f"{words.duration(target)} is allowed."
            )
            return


def _unapproved(objectives: tuple[ObjectiveStatus, ...]) -> Iterator[str]:
    for one in objectives:
        if one.approval is not ApprovalState.APPROVED:
            yield one.explanation


def _now(basis: Basis, objectives: tuple[ObjectiveStatus, ...]) -> Iterator[str]:
    """Say that the copies are too old by now: what the trial showed does not hold any more."""
    for one in objectives:
        if one.measure != "rpo" or one.target_seconds is None:
            continue
        if one.now_met is False:
            lost, allowed = max(one.parts.values()), one.target_seconds
            yield (
                f"If it happened now, {words.duration(lost)} of data would be lost; "
                f"{words.duration(allowed)} is allowed."
            )
        elif one.now_met is None and (basis.data_sets or basis.unaccounted):
            yield f"Nothing says how much data of {basis.service.name} would be lost now."
    for key in basis.unaccounted:
        if basis.strengths[key] is Strength.HARD:
            name = words.component(basis.plan, key)
            yield words.sentence(f"{name} would be lost: it holds data, and nothing backs it up")
