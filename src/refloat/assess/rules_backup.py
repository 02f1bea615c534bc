"""Rules about copies and targets: is there one, how old is it, who decided what is acceptable?"""

from __future__ import annotations

from collections.abc import Iterator

from refloat.assess import words
from refloat.assess.about import subject
from refloat.assess.basis import Basis
from refloat.assess.confidence import silent_from
from refloat.model.judgement import CopyVerdict, Finding, ServiceStatus, Severity


def no_copy(basis: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """Something that the service cannot run without has no copy, or none that can be relied on."""
    for one in status.copy.data_sets:
        if one.copy is CopyVerdict.YES:
            continue
        certain = one.copy is CopyVerdict.NO
        yield Finding(
            "NO_COPY" if certain else "COPY_NOT_KNOWN",
            ("R-001", "R-017"),
            Severity.HIGH if one.hard else Severity.MEDIUM,
            f"{subject(basis)}, data set {one.data_set}",
            one.reason,
            f"Back up {one.name}, and see that it can be restored.",
        )


def coverage_gap(basis: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """Something that holds data is needed, and nothing backs it up."""
    for key in status.coverage.unaccounted:
        name = words.component(basis.plan, key)
        yield Finding(
            "COVERAGE_GAP",
            ("R-021", "R-080"),
            Severity.HIGH,
            f"{subject(basis)}, component {key}",
            f"{status.name} needs {name}, which holds data that nothing backs up.",
            f"Protect {name}.",
        )


def rpo_breach(basis: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """The newest copy is older than the business allows; the jobs' words stand beside it."""
    rpo = status.objective("rpo")
    target = rpo.target_seconds
    for one in status.copy.data_sets:
        age = rpo.parts.get(one.data_set)
        if target is None or age is None or age <= target:
            continue
        job = basis.last_job(one.data_set)
        said = words.sentence(job.sentence) if job is not None else "Nothing was heard of its jobs."
        yield Finding(
            "RPO_BREACH",
            ("R-086", "R-064"),
            Severity.HIGH,
            f"{subject(basis)}, data set {one.data_set}",
            f"If it happened now, {words.duration(age)} of {one.name} would be lost; the business "
            f"allows {words.duration(target)}.",
            f"Back up {one.name} now, and see why it was not done in time.",
            {
                "age": words.duration(age),
                "target": words.duration(target),
                "point": one.point,
                "consistency_time": words.instant(one.consistency_time)
                if one.consistency_time
                else None,
                "as_of": words.instant(basis.instant),
                "last_job": said,
            },
        )


def rpo_missed_in_drill(basis: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """The drill that decides would have lost more than the business allows."""
    rpo = status.objective("rpo")
    seconds, target = rpo.achieved_seconds, rpo.target_seconds
    if seconds is not None and target is not None and seconds > target:
        yield Finding(
            "RPO_EXCEEDED",
            ("R-064", "R-071"),
            Severity.HIGH,
            subject(basis),
            f"In the last drill {words.duration(seconds)} of {status.name} were lost; the business "
            f"allows {words.duration(target)}.",
            "Back up more often, or let the business decide anew.",
        )


def backup_failed(basis: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """The last backup of a data set failed."""
    for job in status.jobs:
        if job.succeeded is not False:
            continue
        name = words.component(basis.plan, job.data_set)
        yield Finding(
            "BACKUP_FAILED",
            ("R-017", "R-020"),
            Severity.HIGH,
            f"{subject(basis)}, data set {job.data_set}",
            f"The last backup of {name} failed. {job.sentence}",
            "Repair the cause, then back up again.",
            {"at": words.instant(job.at) if job.at is not None else None},
        )


def silence(basis: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """Nothing has been heard of a backup for too long: absence of data is a failure (R-017)."""
    for job in status.jobs:
        end = silent_from(basis, job.data_set)
        if job.at is None or end is None or basis.instant <= end:
            continue
        name = words.component(basis.plan, job.data_set)
        quiet = words.duration((basis.instant - job.at).total_seconds())
        yield Finding(
            "SILENCE",
            ("R-017",),
            Severity.HIGH,
            f"{subject(basis)}, data set {job.data_set}",
            f"Nothing has been heard of the backups of {name} for {quiet}.",
            "See whether they still run.",
            {"last_heard": words.instant(job.at)},
        )


def data_not_confirmed(basis: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """The business has not confirmed that what came back is complete (R-055)."""
    if status.acceptance.accepted or basis.deciding() is None:
        return
    asked = status.acceptance.question
    step = (
        f"Ask {status.acceptance.confirmer}: {asked}" if asked else "Say who confirms it, and how."
    )
    yield Finding(
        "RESTORED_DATA_NOT_CONFIRMED",
        ("R-055",),
        Severity.MEDIUM,
        subject(basis),
        status.acceptance.sentence,
        step,
    )


def run_interrupted(basis: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """A drill was begun after the last one and never finished."""
    for run in status.recovery.interrupted:
        yield Finding(
            "RUN_INTERRUPTED",
            ("R-002",),
            Severity.ADVISORY,
            subject(basis),
            f"A drill of {status.name} was begun and never finished; it shows nothing.",
            "Resume it, or drill again.",
            {"run": run},
        )
