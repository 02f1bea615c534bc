"""Refloat's own backups in the words of the feed, so that rules know one kind of each thing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from refloat.assess.ground.seen import SeenPoint
from refloat.model.facts import UNWRITTEN, JobFact, PointsFact
from refloat.model.feed import CopySeen, JobRun, PointSeen, Source
from refloat.model.points import RecoveryPoint

LEDGER = Source("ledger", "refloat")
"""The source of everything that Refloat saw itself."""

_SUCCEEDED = (True, "the backup job succeeded")
_FAILED = (False, "the backup job failed")
_WORDS = {
    **dict.fromkeys(("success", "succeeded", "successful", "completed", "ok"), _SUCCEEDED),
    "warning": (True, "the backup job ended with a warning"),
    **dict.fromkeys(("failed", "failure", "fail", "error", "errored"), _FAILED),
    **dict.fromkeys(("aborted", "canceled", "cancelled", "stopped"), _FAILED),
    **dict.fromkeys(("partial", "partiallyfailed", "timeout", "timedout"), _FAILED),
}
"""What the words of tools mean; what stands between their letters does not matter."""


def own_points(batches: Iterable[PointsFact], data_set: str) -> tuple[SeenPoint, ...]:
    """Give the points of a data set that Refloat made; one recorded twice counts as it was first.

    Args:
        batches: batches of backups, oldest first.
        data_set: the component's key.
    """
    found: dict[tuple[str, str], SeenPoint] = {}
    for batch in batches:
        for point in batch.points:
            name = (point.repository, point.identity)
            if point.data_set == data_set and name not in found:
                found[name] = SeenPoint(_seen(batch, point), batch.entry, point)
    return tuple(found.values())


def own_jobs(batches: Iterable[PointsFact], instant: datetime) -> dict[str, JobFact]:
    """Give how the last backup of each data set ended that Refloat tried by an instant."""
    last: dict[str, JobFact] = {}
    for batch in batches:
        ended = [
            JobFact(batch.entry, batch.at, point.data_set, True, "the backup job succeeded")
            for point in batch.points
        ]
        ended += [
            JobFact(batch.entry, one.at, one.data_set, False, one.sentence)
            for one in batch.failures
        ]
        for job in ended:
            before = last.get(job.data_set)
            if job.at <= instant and (before is None or _order(job) >= _order(before)):
                last[job.data_set] = job
    return last


def job_of(run: JobRun, data_set: str) -> JobFact | None:
    """Give a job of another tool in the same words; None while nobody can say how it ended.

    Args:
        run: what the tool said.
        data_set: the component that it is about.
    """
    ended = _WORDS.get(re.sub(r"[\W_]+", "", run.status.casefold()))
    if ended is None:
        return None
    succeeded, words = ended
    sentence = f"{words}: {run.message}" if run.message else words
    return JobFact(UNWRITTEN, run.at, data_set, succeeded, sentence)


def _order(job: JobFact) -> tuple[datetime, int]:
    return job.at, job.entry


def _seen(batch: PointsFact, point: RecoveryPoint) -> PointSeen:
    return PointSeen(
        source=LEDGER,
        external_id=point.identity,
        observed_at=batch.at,
        digest="",
        data_set=point.data_set,
        consistency_time=point.consistency_time,
        size_bytes=point.bytes,
        copies=(CopySeen(point.repository),),
        version=point.source_version,
    )
