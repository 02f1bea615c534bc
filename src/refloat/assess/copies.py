"""The first verdict: is there a copy of everything that the service cannot run without?

A copy is a recorded recovery point. It is no longer taken for one when the last drill could not
bring it back, and in doubt when newer points were made since by the same way. That a job succeeded
says nothing here; that it failed explains why there is none.
"""

from __future__ import annotations

import itertools
import statistics

from refloat.assess import words
from refloat.assess.basis import Basis, SeenPoint, restored
from refloat.model.judgement import (
    CopyJudgement,
    CopyVerdict,
    Coverage,
    DataSetStatus,
    JobStatus,
)
from refloat.model.plan import ComponentKind, Strength
from refloat.model.run import Outcome, Stage

HOLDS_DATA = frozenset(
    {
        ComponentKind.DATA,
        ComponentKind.DATABASE,
        ComponentKind.FILES,
        ComponentKind.SETTINGS,
        ComponentKind.VIRTUAL_MACHINE,
        ComponentKind.DEVICE_IMAGE,
        ComponentKind.MICROSOFT_365,
        ComponentKind.IDENTITY,
    }
)
"""Kinds of component that have data of their own."""


def judge_copies(basis: Basis) -> CopyJudgement:
    """Say whether there is a copy of every data set that the service cannot run without."""
    statuses = tuple(_data_set(basis, key) for key in basis.data_sets)
    needed = [one for one in statuses if one.data_set in basis.hard_data_sets]
    reasons = [one.reason for one in needed if one.copy is not CopyVerdict.YES]
    reasons += [
        f"{words.component(basis.plan, key)} holds data, and nothing backs it up."
        for key in coverage(basis).unaccounted
        if basis.strengths[key] is Strength.HARD
    ]
    if not statuses and not reasons:
        reasons.append(f"The plan backs up nothing of {basis.service.name}.")
        return CopyJudgement(CopyVerdict.UNKNOWN, tuple(reasons), ())
    verdict = CopyVerdict.YES
    if reasons:
        unsure = [one for one in needed if one.copy is CopyVerdict.UNKNOWN]
        verdict = CopyVerdict.UNKNOWN if len(unsure) == len(reasons) else CopyVerdict.NO
    return CopyJudgement(verdict, tuple(reasons), statuses)


def coverage(basis: Basis) -> Coverage:
    """Hold what the service rests on against what is backed up (R-021)."""
    rest = [key for key in basis.strengths if key not in basis.data_sets]
    unaccounted = tuple(key for key in rest if basis.component(key).kind in HOLDS_DATA)
    rebuilt = tuple(key for key in rest if key not in unaccounted)
    return Coverage(basis.data_sets, rebuilt, unaccounted)


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


def _data_set(basis: Basis, key: str) -> DataSetStatus:
    name, hard = words.component(basis.plan, key), basis.strengths[key] is Strength.HARD
    points = basis.points(key)
    if not points:
        verdict, reason = _without(basis, key, name)
        return DataSetStatus(key, name, hard, verdict, reason)
    newest = points[-1]
    verdict, reason = _with(basis, key, name, newest)
    times = [seen.point.consistency_time for seen in points]
    gaps = [(b - a).total_seconds() for a, b in itertools.pairwise(times)]
    return DataSetStatus(
        data_set=key,
        name=name,
        hard=hard,
        copy=verdict,
        reason=reason,
        point=newest.point.identity,
        repository=newest.point.repository,
        consistency_time=newest.point.consistency_time,
        age_seconds=(basis.instant - newest.point.consistency_time).total_seconds(),
        bytes=newest.point.bytes,
        points=len(points),
        median_interval_seconds=statistics.median(gaps) if gaps else None,
        entry=newest.entry,
    )


def _without(basis: Basis, key: str, name: str) -> tuple[CopyVerdict, str]:
    job = basis.last_job(key)
    if job is not None and not job.succeeded:
        why = words.sentence(job.sentence)
        return CopyVerdict.NO, f"There is no copy of {name}. The last backup failed: {why}"
    return CopyVerdict.UNKNOWN, f"No copy of {name} was ever heard of."


def _with(basis: Basis, key: str, name: str, newest: SeenPoint) -> tuple[CopyVerdict, str]:
    true_at = newest.point.consistency_time
    missing = _missed(basis, key, newest)
    if missing:
        return CopyVerdict.NO, missing
    unread = _unread(basis, key, newest)
    if unread:
        return CopyVerdict.UNKNOWN, unread
    tried = basis.last_restore(key)
    if tried is not None and restored(tried, key) is Outcome.FAILED:
        drilled = tried.record.common_recovery_point.points.get(key)
        when = words.instant(tried.record.declared_at)
        if drilled is not None and drilled.consistency_time >= true_at:
            return CopyVerdict.NO, f"The copy of {name} could not be brought back on {when}."
        text = (
            f"The last restore of {name}, on {when}, failed; the newer copy of "
            f"{words.instant(true_at)} has not been tried."
        )
        return CopyVerdict.UNKNOWN, text
    place = newest.point.repository
    return CopyVerdict.YES, f"A copy of {name} as of {words.instant(true_at)} is in {place}."


def _missed(basis: Basis, key: str, newest: SeenPoint) -> str:
    """Say that a drill looked for a recorded copy and did not find it; empty if none did."""
    for drill in basis.facts.drills:
        record = drill.record
        late_enough = record.loss_at >= newest.point.consistency_time
        if (
            late_enough
            and record.declared_at >= newest.at
            and key in record.common_recovery_point.missing
        ):
            name, when = words.component(basis.plan, key), words.instant(record.declared_at)
            return f"The copy of {name} was not in its repository any more on {when}."
    return ""


def _unread(basis: Basis, key: str, newest: SeenPoint) -> str:
    """Say that the last drill could not read the repository; empty if it could."""
    drill = basis.deciding()
    if drill is None or drill.record.declared_at < newest.at:
        return ""
    common = drill.record.common_recovery_point
    for step in drill.record.steps:
        broken = step.stage is Stage.CHOOSE and step.outcome is not Outcome.PASSED
        if broken and key not in common.points and not common.missing:
            when = words.instant(drill.record.declared_at)
            return f"The copies could not be read on {when}: {words.sentence(step.detail)}"
    return ""
