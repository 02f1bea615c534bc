"""Backups: heartbeat, consistent view, store and describe side by side, seal; then retention.

A backup that fails is a result, not an exception: one protection's trouble never hides another's.
Only a sealed point is a recovery point; whatever happens before the seal, ``kill -9`` included,
leaves at most data that nothing lists and that a later retention removes.
"""

from __future__ import annotations

import enum
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeAlias

from refloat.data_sets import DataSet, Source, View
from refloat.engines import Engine, PathContent, PointDetails, RepositoryAccess, Stored, Writer
from refloat.host import faults, process
from refloat.host.clock import Clock
from refloat.model.errors import Interrupted, RefloatError, SourceProblem, StateProblem
from refloat.model.points import Baseline, RecoveryPoint


class BackupStage(enum.StrEnum):
    """Where a backup is."""

    HEARTBEAT = "heartbeat"
    OPEN = "open"
    STORE = "store"
    SEAL = "seal"
    RETENTION = "retention"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True)
class BackupEvent:
    """Something to show while backups run.

    Attributes:
        data_set: the component key.
        stage: what begins now, or how it ended.
        done: bytes stored so far.
        total: bytes in all, as far as is known yet; None while it is not.
    """

    data_set: str
    stage: BackupStage
    done: int = 0
    total: int | None = None


Announce: TypeAlias = Callable[[BackupEvent], None]
"""Told of events, from several threads; must be quick and raise nothing."""


@dataclass(frozen=True)
class BackupJob:
    """One protection that is to be carried out now.

    Attributes:
        engine: the engine that keeps the repository.
        repository: where to.
        data_set: the kind of data set.
        source: the data in production.
        keep: how many points to keep by rule (see ``Writer.apply_retention``); empty keeps all.
        timeout: seconds that storing may take.
    """

    engine: Engine
    repository: RepositoryAccess
    data_set: DataSet
    source: Source
    keep: Mapping[str, int]
    timeout: float

    @property
    def source_identity(self) -> tuple[str, str]:
        """What two jobs share if they read the same source: such two never run side by side."""
        return self.data_set.name, repr(sorted(self.source.options.items()))


@dataclass(frozen=True)
class BackupResult:
    """How one backup ended.

    Attributes:
        data_set: the component key.
        repository: key of the repository.
        began_at: when it began (UTC).
        seconds: how long it took, retention not included.
        point: the new recovery point, with its consistency time, bytes and engine version; None
            if there is none.
        baseline: what is in it; None if there is no point.
        error: why there is no point; None if there is one.
        removed: how many old points the retention removed; None where none was applied.
        notes: what else somebody should know, in sentences.
    """

    data_set: str
    repository: str
    began_at: datetime
    seconds: float
    point: RecoveryPoint | None = None
    baseline: Baseline | None = None
    error: RefloatError | None = None
    removed: int | None = None
    notes: tuple[str, ...] = ()

    @property
    def succeeded(self) -> bool:
        """Whether there is a new recovery point."""
        return self.point is not None


def back_up(
    job: BackupJob, *, announce: Announce | None = None, clock: Clock | None = None
) -> BackupResult:
    """Carry out one protection, without retention.

    Args:
        job: what to back up and where to; the repository must have been prepared.
        announce: told how far it is.
        clock: the clocks to go by; the machine's if None.

    Returns:
        The result; a failure is one too.
    """
    clock, tell = clock or Clock(), announce or _silence
    began_at, began = clock.now().wall, time.monotonic()
    notes: list[str] = []
    point = baseline = error = None
    try:
        point, baseline = _carry_out(job, began_at, notes, tell)
    except RefloatError as problem:
        error = problem
    except OSError as problem:
        error = StateProblem(f"the backup of {job.source.key} broke off: {problem}")
    tell(BackupEvent(job.source.key, BackupStage.FAILED if error else BackupStage.DONE))
    return BackupResult(
        data_set=job.source.key,
        repository=job.repository.key,
        began_at=began_at,
        seconds=time.monotonic() - began,
        point=point,
        baseline=baseline,
        error=error,
        notes=tuple(notes),
    )


def back_up_all(
    jobs: Sequence[BackupJob],
    *,
    workers: int | None = None,
    announce: Announce | None = None,
    clock: Clock | None = None,
) -> tuple[BackupResult, ...]:
    """Prepare the repositories, carry out protections side by side, then apply the retention.

    Two jobs on the same source run one after another. Ctrl-C (KeyboardInterrupt) ends all programs
    and gives the results so far: the jobs that were cut off carry ``Interrupted``. The caller then
    decides when programs may be started again (``process.allow_again``).

    Args:
        jobs: what to back up.
        workers: how many at once; by default one for each processor, and at least two.
        announce: told how far each is.
        clock: the clocks to go by; the machine's if None.

    Returns:
        One result for each job, in their order.
    """
    one_round = _Round(jobs, announce or _silence, clock or Clock())
    with ThreadPoolExecutor(workers or max(2, os.cpu_count() or 2)) as pool:
        try:
            one_round.prepare(pool)
            running = [pool.submit(one_round.run, group) for group in _groups(jobs)]
            wait(running)
        except KeyboardInterrupt:
            one_round.stopping.set()
            process.stop_everything()
            pool.shutdown(wait=True, cancel_futures=True)
            running = []
    for one in running:
        one.result()  # what is no RefloatError is a defect, and must not be lost in a thread
    return one_round.ended()


class _Round:
    """Several backups that were asked for together."""

    def __init__(self, jobs: Sequence[BackupJob], tell: Announce, clock: Clock) -> None:
        self.stopping = threading.Event()
        self._jobs = jobs
        self._tell = tell
        self._clock = clock
        self._unprepared: dict[str, RefloatError] = {}
        self._results: dict[int, BackupResult] = {}

    def prepare(self, pool: ThreadPoolExecutor) -> None:
        """Prepare each repository once."""
        one_each = {job.repository.key: job for job in reversed(self._jobs)}
        preparing = {key: pool.submit(_prepare, job) for key, job in one_each.items()}
        wait(preparing.values())
        for key, prepared in preparing.items():
            error = prepared.result()
            if error is not None:
                self._unprepared[key] = error

    def run(self, numbers: Sequence[int]) -> None:
        """Carry out some jobs, by their numbers, one after another."""
        for number in numbers:
            job = self._jobs[number]
            if self.stopping.is_set():
                return
            if job.repository.key in self._unprepared:
                self._tell(BackupEvent(job.source.key, BackupStage.FAILED))
                self._results[number] = self._refused(job, self._unprepared[job.repository.key])
            else:
                self._results[number] = back_up(job, announce=self._tell, clock=self._clock)

    def ended(self) -> tuple[BackupResult, ...]:
        """Apply the retention, unless all was stopped, and give the results."""
        for number, job in enumerate(self._jobs):
            if number not in self._results:
                stopped = Interrupted(f"the backup of {job.source.key} was not begun: stopped")
                self._results[number] = self._refused(job, stopped)
        if not self.stopping.is_set():
            for numbers in self._to_retain().values():
                self._retain(numbers)
        return tuple(self._results[number] for number in range(len(self._jobs)))

    def _to_retain(self) -> dict[str, list[int]]:
        """Find where the retention applies, by repository.

        Nothing is removed where a backup failed: what is old may be all there is then.
        """
        found: dict[str, list[int]] = {}
        for number, job in enumerate(self._jobs):
            if not self._results[number].succeeded or not any(job.keep.values()):
                continue
            key = job.repository.key
            if job.repository.append_only:
                self._note(number, f"retention is left to whoever keeps {key}: it is append-only")
            else:
                found.setdefault(key, []).append(number)
        return found

    def _retain(self, numbers: Sequence[int]) -> None:
        """Apply the retention of one repository; Ctrl-C ends it, and the backups stay results."""
        keep = {self._jobs[number].source.key: self._jobs[number].keep for number in numbers}
        first = self._jobs[numbers[0]]
        try:
            if self.stopping.is_set():
                raise KeyboardInterrupt
            for data_set in keep:
                self._tell(BackupEvent(data_set, BackupStage.RETENTION))
            removed = first.engine.writer(first.repository).apply_retention(keep)
        except RefloatError as problem:
            for number in numbers:
                self._note(number, f"old recovery points could not be removed: {problem.message}")
        except KeyboardInterrupt:
            self.stopping.set()
            for number in numbers:
                self._note(number, "old recovery points were not removed: it was stopped")
        else:
            for number in numbers:
                gone = removed[self._jobs[number].source.key]
                self._results[number] = replace(self._results[number], removed=gone)
        for data_set in keep:
            self._tell(BackupEvent(data_set, BackupStage.DONE))

    def _note(self, number: int, note: str) -> None:
        result = self._results[number]
        self._results[number] = replace(result, notes=(*result.notes, note))

    def _refused(self, job: BackupJob, reason: RefloatError) -> BackupResult:
        began_at = self._clock.now().wall
        return BackupResult(job.source.key, job.repository.key, began_at, 0.0, error=reason)


def _carry_out(
    job: BackupJob, began_at: datetime, notes: list[str], tell: Announce
) -> tuple[RecoveryPoint, Baseline]:
    began = time.monotonic()
    key = job.source.key
    writer = job.engine.writer(job.repository)
    if job.source.heartbeat:
        tell(BackupEvent(key, BackupStage.HEARTBEAT))
        try:
            job.data_set.beat(job.source, began_at)
        except SourceProblem as problem:
            notes.append(f"{problem.message} (the loss of data is then measured another way)")
    tell(BackupEvent(key, BackupStage.OPEN))
    # The view is closed before the pool waits: that is what ends a baseline whose store failed.
    with ThreadPoolExecutor(1) as pool, job.data_set.open(job.source) as view:
        tell(BackupEvent(key, BackupStage.STORE))
        describing = pool.submit(view.baseline)
        stored = writer.store(
            view.content,
            timeout=job.timeout,
            progress=lambda done, total: tell(BackupEvent(key, BackupStage.STORE, done, total)),
        )
        faults.point("backup.stored")
        baseline = view.settle(describing.result())
        attachments = view.attachments()
    tell(BackupEvent(key, BackupStage.SEAL, stored.bytes, stored.bytes))
    details = _details(job, view, timedelta(seconds=time.monotonic() - began))
    point = _seal(writer, stored, details, baseline, attachments)
    if baseline.changed:
        notes.append(
            f"{len(baseline.changed):,} entries changed while they were backed up; a drill cannot"
            " compare them"
        )
    return point, baseline


def _details(job: BackupJob, view: View, duration: timedelta) -> PointDetails:
    if isinstance(view.content, PathContent):
        paths = tuple(str(path) for path in view.content.paths)
    else:
        paths = (view.content.file_name,)
    return PointDetails(
        data_set=job.source.key,
        kind=job.data_set.name,
        consistency_time=view.consistency_time,
        duration=duration,
        source_version=view.source_version,
        paths=paths,
    )


def _seal(
    writer: Writer,
    stored: Stored,
    details: PointDetails,
    baseline: Baseline,
    attachments: Mapping[str, bytes],
) -> RecoveryPoint:
    point = writer.seal(stored, details, baseline, attachments)
    faults.point("backup.sealed")
    return point


def _prepare(job: BackupJob) -> RefloatError | None:
    try:
        job.engine.writer(job.repository).prepare()
    except RefloatError as problem:
        return problem
    return None


def _groups(jobs: Sequence[BackupJob]) -> list[list[int]]:
    """Put the jobs on one source into one group, by their numbers, in their order."""
    groups: dict[tuple[str, str], list[int]] = {}
    for number, job in enumerate(jobs):
        groups.setdefault(job.source_identity, []).append(number)
    return list(groups.values())


def _silence(event: BackupEvent) -> None:
    """Tell nobody."""
