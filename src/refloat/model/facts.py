"""Facts: what the ledger's entries say, in the words of the model. Appended, never changed.

A fact becomes an entry's predicate by ``predicate`` and is read back by ``facts_from_entries``.
Refloat knows a drill, an approval, a batch of recovery points, an acceptance, an interrupted run,
observations, an import and the steps of a restore; entries of other types (the standard test result
among them) are no facts and are passed over.
"""

from __future__ import annotations

import bisect
import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeAlias, TypeVar

from refloat.model.codec import from_json, to_json
from refloat.model.feed import FeedFact
from refloat.model.imports import FACTS_IMPORTED
from refloat.model.imports import ImportFact as ImportFact
from refloat.model.observations import ObservationFact as ObservationFact
from refloat.model.points import BackupFailure as BackupFailure
from refloat.model.points import RecoveryPoint, RepositorySeen
from refloat.model.restores import RESTORES, RestoreFact
from refloat.model.run import DrillRecord
from refloat.model.stream import Stream

UNWRITTEN = -1
"""The entry of a fact that is not in the ledger yet."""

DRILL = "https://refloat.dev/attestation/drill/v1"
APPROVAL = "https://refloat.dev/attestation/approval/v1"
RECOVERY_POINTS = "https://refloat.dev/attestation/recovery-points/v1"
ACCEPTANCE = "https://refloat.dev/attestation/acceptance/v1"
INTERRUPTED = "https://refloat.dev/attestation/interrupted/v1"
OBSERVATIONS = "https://refloat.dev/attestation/observations/v1"


class FactType(enum.StrEnum):
    """What kind of thing was seen; a rule names the only types that may satisfy it (R-020)."""

    JOB_COMPLETED = "job-completed"
    RECOVERY_POINT = "recovery-point"
    RESTORE_TEST = "restore-test"
    APPROVAL = "approval"
    ACCEPTANCE = "acceptance"
    INTERRUPTION = "interruption"
    OBSERVATION = "observation"


@dataclass(frozen=True)
class DrillFact:
    """A drill was carried out, or could not begin.

    Attributes:
        entry: index in the ledger.
        at: when it was recorded (UTC).
        record: everything that it showed.
    """

    entry: int
    at: datetime
    record: DrillRecord


@dataclass(frozen=True)
class ApprovalFact:
    """A named person approved a target.

    Attributes:
        entry: index in the ledger.
        at: when (UTC).
        person: the person's key.
        service: the service's key; a component's for its retention.
        measure: ``rpo``, ``rto``, ``mtpd``, ``tier`` or, of a component, ``retention``.
        fingerprint: of exactly what was approved.
        target_seconds: the target that was approved (a tier's number), for people.
        basis: what it was derived from; empty if nobody said.
        note: what the person wanted remembered beside it: options, reasons, costs.
    """

    entry: int
    at: datetime
    person: str
    service: str
    measure: str
    fingerprint: str
    target_seconds: float
    basis: str = ""
    note: str = ""


@dataclass(frozen=True)
class PointsFact:
    """A batch of backups ended.

    Attributes:
        entry: index in the ledger.
        at: when (UTC).
        points: the recovery points that it yielded.
        failures: the backups that yielded none.
        repositories: what was seen of the repositories that it wrote to.
    """

    entry: int
    at: datetime
    points: tuple[RecoveryPoint, ...]
    failures: tuple[BackupFailure, ...] = ()
    repositories: tuple[RepositorySeen, ...] = ()


@dataclass(frozen=True)
class AcceptanceFact:
    """A named person confirmed that what a run restored is complete (R-055).

    Attributes:
        entry: index in the ledger.
        at: when (UTC).
        run: the run.
        person: the person's key.
        statement: what was confirmed: the plan's question.
    """

    entry: int
    at: datetime
    run: str
    person: str
    statement: str


@dataclass(frozen=True)
class InterruptedFact:
    """A run was begun and never finished.

    Attributes:
        entry: index in the ledger.
        at: when it was found out (UTC).
        run: the run.
        service: the service's key.
        stage: what it was doing when it ended.
    """

    entry: int
    at: datetime
    run: str
    service: str
    stage: str


@dataclass(frozen=True)
class JobFact:
    """A backup job ended: that and no more. Derived from a batch, for the job-level rules.

    Attributes:
        entry: index in the ledger.
        at: when (UTC).
        data_set: the component key.
        succeeded: whether it said that it did.
        sentence: what it said.
    """

    entry: int
    at: datetime
    data_set: str
    succeeded: bool
    sentence: str


Fact: TypeAlias = (
    DrillFact
    | ApprovalFact
    | PointsFact
    | AcceptanceFact
    | InterruptedFact
    | ObservationFact
    | ImportFact
    | RestoreFact
)

_TYPES: Mapping[str, type[Fact]] = {
    DRILL: DrillFact,
    APPROVAL: ApprovalFact,
    RECOVERY_POINTS: PointsFact,
    ACCEPTANCE: AcceptanceFact,
    INTERRUPTED: InterruptedFact,
    OBSERVATIONS: ObservationFact,
    FACTS_IMPORTED: ImportFact,
    **RESTORES,
}


_OF_THE_FEED: Mapping[FactType, tuple[str, ...]] = {
    FactType.JOB_COMPLETED: ("jobs",),
    FactType.RECOVERY_POINT: ("points",),
    FactType.RESTORE_TEST: ("tests", "changes"),
    FactType.APPROVAL: ("approvals",),
    FactType.ACCEPTANCE: (),
    FactType.INTERRUPTION: (),
    FactType.OBSERVATION: ("dependencies",),
}
"""What of the feed is a fact of each type; a change speaks against tests, and goes with them."""

_Dated = TypeVar("_Dated", bound=Fact)


def _until(facts: tuple[_Dated, ...], instant: datetime) -> tuple[_Dated, ...]:
    """Cut facts that are sorted by time; none is looked at where all of them count."""
    if not facts or facts[-1].at <= instant:
        return facts
    return facts[: bisect.bisect_right(facts, instant, key=lambda fact: fact.at)]


@dataclass(frozen=True)
class Facts:
    """All facts, each kind sorted by time and entry.

    Attributes:
        drills: drills, those that could not begin included.
        approvals: approvals.
        batches: batches of backups.
        acceptances: acceptances.
        interruptions: runs that never finished.
        observations: sources that were read for what is really there.
        imports: batches of the feed that were imported.
        restores: what people asked for, decided and carried out outside of drills.
        feed: what came in by the generic feed.
    """

    drills: tuple[DrillFact, ...] = ()
    approvals: tuple[ApprovalFact, ...] = ()
    batches: tuple[PointsFact, ...] = ()
    acceptances: tuple[AcceptanceFact, ...] = ()
    interruptions: tuple[InterruptedFact, ...] = ()
    observations: tuple[ObservationFact, ...] = ()
    imports: tuple[ImportFact, ...] = ()
    restores: tuple[RestoreFact, ...] = ()
    feed: Stream = field(default_factory=Stream)

    @classmethod
    def of(cls, facts: Iterable[Fact | FeedFact]) -> Facts:
        """Collect facts that came in any order, those of the feed among them."""
        given = list(facts)
        collected = sorted(
            (fact for fact in given if not isinstance(fact, FeedFact)),
            key=lambda fact: (fact.at, fact.entry),
        )
        return cls(
            drills=tuple(fact for fact in collected if isinstance(fact, DrillFact)),
            approvals=tuple(fact for fact in collected if isinstance(fact, ApprovalFact)),
            batches=tuple(fact for fact in collected if isinstance(fact, PointsFact)),
            acceptances=tuple(fact for fact in collected if isinstance(fact, AcceptanceFact)),
            interruptions=tuple(fact for fact in collected if isinstance(fact, InterruptedFact)),
            observations=tuple(fact for fact in collected if isinstance(fact, ObservationFact)),
            imports=tuple(fact for fact in collected if isinstance(fact, ImportFact)),
            restores=tuple(fact for fact in collected if isinstance(fact, RestoreFact)),
            feed=Stream.of(fact for fact in given if isinstance(fact, FeedFact)),
        )

    def all(self) -> tuple[Fact, ...]:
        """Give every fact of the ledger, kind by kind; those of the feed are in ``feed.all()``."""
        return (
            *self.drills,
            *self.approvals,
            *self.batches,
            *self.acceptances,
            *self.interruptions,
            *self.observations,
            *self.imports,
            *self.restores,
        )

    def until(self, instant: datetime) -> Facts:
        """Give the facts that were recorded at or before an instant."""
        return Facts(
            drills=_until(self.drills, instant),
            approvals=_until(self.approvals, instant),
            batches=_until(self.batches, instant),
            acceptances=_until(self.acceptances, instant),
            interruptions=_until(self.interruptions, instant),
            observations=_until(self.observations, instant),
            imports=_until(self.imports, instant),
            restores=_until(self.restores, instant),
            feed=self.feed.until(instant),
        )

    def joined(self, more: Facts) -> Facts:
        """Give these facts and more, as if all of them had come together."""
        both = Facts.of((*self.all(), *more.all())) if more.all() else self
        return replace(both, feed=self.feed.joined(more.feed))

    def only(self, types: Iterable[FactType]) -> Facts:
        """Give the facts of some types; a batch loses what is of another type.

        Points are ``recovery-point`` facts; the failures of a batch, and that it ended at all, are
        ``job-completed``.
        """
        wanted = frozenset(types)
        batches = self.batches
        if FactType.RECOVERY_POINT not in wanted:
            batches = ()
        return Facts(
            drills=self.drills if FactType.RESTORE_TEST in wanted else (),
            approvals=self.approvals if FactType.APPROVAL in wanted else (),
            batches=tuple(replace(one, failures=()) for one in batches),
            acceptances=self.acceptances if FactType.ACCEPTANCE in wanted else (),
            interruptions=self.interruptions if FactType.INTERRUPTION in wanted else (),
            observations=self.observations if FactType.OBSERVATION in wanted else (),
            feed=self.feed.only(name for one in wanted for name in _OF_THE_FEED[one]),
        )

    def jobs(self) -> tuple[JobFact, ...]:
        """Give the end of every backup job, in the order of time."""
        found: list[JobFact] = []
        for batch in self.batches:
            found += [
                JobFact(batch.entry, batch.at, point.data_set, True, "the backup job succeeded")
                for point in batch.points
            ]
            found += [
                JobFact(batch.entry, failure.at, failure.data_set, False, failure.sentence)
                for failure in batch.failures
            ]
        return tuple(sorted(found, key=lambda job: (job.at, job.entry, job.data_set)))


def predicate_type(fact: Fact) -> str:
    """Give the predicate type of a fact's statement."""
    return next(uri for uri, kind in _TYPES.items() if isinstance(fact, kind))


def predicate(fact: Fact) -> dict[str, Any]:
    """Give a fact as the predicate of its statement.

    A drill's record lies flat in it; every predicate has ``recorded_at``. The entry's index is not
    in it: the ledger gives that.

    Raises:
        EvidenceProblem: if something in it cannot be said in JSON.
    """
    members = to_json(fact.record) if isinstance(fact, DrillFact) else to_json(fact)
    for name in ("entry", "at"):
        members.pop(name, None)
    return {"recorded_at": to_json(_At(fact.at))["at"], **members}


def fact_from_entry(entry: int, uri: str, members: Mapping[str, Any]) -> Fact | None:
    """Read a fact back from an entry of the ledger.

    Args:
        entry: the entry's index.
        uri: its predicate type.
        members: its predicate.

    Returns:
        The fact, or None if entries of this type are no facts of Refloat.

    Raises:
        EvidenceProblem: if the predicate is not what its type promises.
    """
    kind = _TYPES.get(uri)
    if kind is None:
        return None
    at = from_json(_At, {"at": members.get("recorded_at")}).at
    if kind is DrillFact:
        return DrillFact(entry, at, from_json(DrillRecord, members))
    given = {**members, "entry": entry, "at": members["recorded_at"]}
    return from_json(kind, given)


def facts_from_entries(entries: Iterable[tuple[int, str, Mapping[str, Any]]]) -> Facts:
    """Read the facts of many entries.

    Args:
        entries: of each its index, predicate type and predicate, in any order.

    Raises:
        EvidenceProblem: if a predicate is not what its type promises.
    """
    found = (fact_from_entry(*entry) for entry in entries)
    return Facts.of(fact for fact in found if fact is not None)


@dataclass(frozen=True)
class _At:
    at: datetime
