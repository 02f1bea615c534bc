"""The first verdict: is there a copy of everything that the service cannot run without?

A copy is a recorded recovery point. It is no longer taken for one when the last drill could not
bring it back, and in doubt when newer points were made since by the same way. That a job succeeded
says nothing here; that it failed explains why there is none.
"""

from __future__ import annotations

import itertools
import statistics
from datetime import datetime

from refloat.assess import words
from refloat.assess.ground.basis import HOLDS_DATA as HOLDS_DATA
from refloat.assess.ground.basis import Basis, SeenPoint
from refloat.assess.ground.trials import Trial
from refloat.assess.verdicts.outlook import copy_outlook
from refloat.model.judgement import (
    CopyJudgement,
    CopyVerdict,
    Coverage,
    DataSetStatus,
    JobStatus,
)
from refloat.model.plan import Strength
from refloat.model.run import DrillRecord, Outcome, Stage

_AT_MOST = 20


def judge_copies(basis: Basis) -> CopyJudgement:
    """Say whether there is a copy of every data set that the service cannot run without."""
    statuses = tuple(_data_set(basis, key) for key in basis.data_sets)
    needed = [one for one in statuses if one.data_set in basis.hard_data_sets]
    reasons = [one.reason for one in needed if one.copy is not CopyVerdict.YES]
    reasons += [
        words.sentence(f"{words.component(basis.plan, key)} holds data, and nothing backs it up")
        for key in basis.unaccounted
        if basis.strengths[key] is Strength.HARD
    ]
    verdict = CopyVerdict.YES
    if not statuses and not reasons and "data" not in basis.service.not_applicable:
        reasons.append(f"The plan backs up nothing of {basis.service.name}.")
        verdict = CopyVerdict.UNKNOWN
    elif reasons:
        unsure = [one for one in needed if one.copy is CopyVerdict.UNKNOWN]
        verdict = CopyVerdict.UNKNOWN if len(unsure) == len(reasons) else CopyVerdict.NO
    return CopyJudgement(
        verdict,
        tuple(reasons),
        statuses,
        references=_references(basis),
        would_change=copy_outlook(basis, verdict, statuses),
    )


def coverage(basis: Basis) -> Coverage:
    """Hold what the service rests on against what is backed up (R-021)."""
    rest = [key for key in basis.strengths if key not in basis.data_sets]
    left_out = tuple(key for key in rest if key in basis.excluded)
    accounted = {*basis.unaccounted, *left_out}
    rebuilt = tuple(key for key in rest if key not in accounted)
    return Coverage(basis.data_sets, rebuilt, basis.unaccounted, left_out)


def job_statuses(basis: Basis) -> tuple[JobStatus, ...]:
    """Quote how the last backup jobs ended."""
    result: list[JobStatus] = []
    for key in basis.data_sets:
        job = basis.last_job(key)
        if job is None:
            text = "No backup job was ever heard of."
            result.append(JobStatus(key, None, None, text))
            continue
        text = words.sentence(job.sentence)
        if job.succeeded:
            text = f"{text} That proves that a process ended, not that the data can be used."
        result.append(JobStatus(key, job.at, job.succeeded, text))
    return tuple(result)


def _references(basis: Basis) -> tuple[str, ...]:
    """Name the facts that the first verdict rests on: the newest copies, and how they fared."""
    found: dict[str, None] = {}
    for key in basis.data_sets:
        newest, tried = basis.newest(key), basis.last_restore(key)
        found |= {one.reference: None for one in (newest, tried) if one is not None}
    return tuple(found)[:_AT_MOST]


def _data_set(basis: Basis, key: str) -> DataSetStatus:
    name, hard = words.component(basis.plan, key), basis.strengths[key] is Strength.HARD
    points, newest = basis.copies(key), basis.newest(key)
    if newest is None:
        verdict, reason = _without(basis, key, name)
        return DataSetStatus(key, name, hard, verdict, reason)
    verdict, reason = _with(basis, key, name, newest)
    gaps = [(b - a).total_seconds() for a, b in itertools.pairwise(points.times())]
    return DataSetStatus(
        data_set=key,
        name=name,
        hard=hard,
        copy=verdict,
        reason=reason,
        point=newest.identity,
        repository=newest.repository,
        consistency_time=newest.consistency_time,
        age_seconds=(basis.instant - newest.consistency_time).total_seconds(),
        bytes=newest.bytes,
        points=points.still_kept(),
        median_interval_seconds=statistics.median(gaps) if gaps else None,
        entry=newest.entry,
    )


def _without(basis: Basis, key: str, name: str) -> tuple[CopyVerdict, str]:
    job = basis.last_job(key)
    if job is not None and not job.succeeded:
        why = words.sentence(job.sentence)
        return CopyVerdict.NO, f"There is no copy of {name}. The last backup failed: {why}"
    past = basis.copies(key)
    if past:
        last = past[-1].expires_at
        until = f" by {words.day(last)}" if last is not None else ""
        why = f"the last one was to be removed{until}, and nobody has seen it since"
        return CopyVerdict.UNKNOWN, f"It is not known whether any copy of {name} is left: {why}."
    if basis.points(key):
        why = "all are gone, damaged, incomplete or infected"
        return CopyVerdict.NO, f"No copy of {name} is left that can be used: {why}."
    return CopyVerdict.UNKNOWN, f"No copy of {name} was ever heard of."


def _with(basis: Basis, key: str, name: str, newest: SeenPoint) -> tuple[CopyVerdict, str]:
    true_at = newest.consistency_time
    missing = _missed(basis, key, newest)
    if missing:
        return CopyVerdict.NO, missing
    unread = _unread(basis, key, newest)
    if unread:
        return CopyVerdict.UNKNOWN, unread
    last = basis.last_restore(key)
    tried = _trial_of(basis, key, true_at) or last
    if last is not None and tried is not None and tried.brought_back(key) is Outcome.FAILED:
        drilled = _tried_point(tried, key)
        when = words.instant(tried.at)
        if drilled is not None and drilled >= true_at:
            text = f"The copy of {name} could not be brought back on {when}"
            if last.brought_back(key) is Outcome.PASSED:
                return CopyVerdict.UNKNOWN, f"{text}; an older one was on {words.instant(last.at)}."
            return CopyVerdict.NO, f"{text}."
        text = (
            f"The last restore of {name}, on {when}, failed; the newer copy of "
            f"{words.instant(true_at)} has not been tried."
        )
        return CopyVerdict.UNKNOWN, text
    places = words.listed(dict.fromkeys(copy.repository for copy in newest.copies))
    place = f"is in {places}" if places else "was seen; nobody said where it is"
    return CopyVerdict.YES, f"A copy of {name} as of {words.instant(true_at)} {place}."


def _trial_of(basis: Basis, key: str, true_at: datetime) -> Trial | None:
    """Give the last trial that tried to bring back data that was true then, or later."""
    for one in basis.restores(key):
        if one.at < true_at:
            return None
        point = _tried_point(one, key)
        if point is not None and point >= true_at:
            return one
    return None


def _tried_point(trial: Trial, key: str) -> datetime | None:
    """Say as of when the copy was that a trial tried to bring back; None if nobody said."""
    if trial.drill is None:
        return trial.point_time
    point = trial.drill.record.common_recovery_point.points.get(key)
    return point.consistency_time if point is not None else None


def _missed(basis: Basis, key: str, newest: SeenPoint) -> str:
    """Say that the last drill that looked for a recorded copy did not find it; empty if it did."""

    def order(record: DrillRecord) -> tuple[datetime, bool]:
        return record.declared_at, key in record.common_recovery_point.missing

    for record in sorted((one.record for one in basis.facts.drills), key=order, reverse=True):
        chosen = record.common_recovery_point.points.get(key)
        if chosen is not None and chosen.consistency_time >= newest.consistency_time:
            return ""  # whatever hid it before: it was there again
        late_enough = record.loss_at >= newest.consistency_time
        if (
            late_enough
            and record.declared_at >= newest.observed_at
            and key in record.common_recovery_point.missing
        ):
            name, when = words.component(basis.plan, key), words.instant(record.declared_at)
            return f"The copy of {name} was not in its repository any more on {when}."
    return ""


def _unread(basis: Basis, key: str, newest: SeenPoint) -> str:
    """Say that the last drill could not read the repository; empty if it could."""
    drill = basis.deciding()
    if drill is None or drill.record.declared_at < newest.observed_at:
        return ""
    common = drill.record.common_recovery_point
    for step in drill.record.steps:
        broken = step.stage is Stage.CHOOSE and step.outcome is not Outcome.PASSED
        if broken and key not in common.points and not common.missing:
            when = words.instant(drill.record.declared_at)
            return f"The copies could not be read on {when}: {words.sentence(step.detail)}"
    return ""
