"""What the assessment says: verdicts, what they rest on, findings, and answers.

Everything here is computed from *plan, facts and an instant* and is never stored as a fact. Times
are UTC; durations are seconds. ``entry`` is always the index of an entry in the ledger.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from refloat.model.answers import NOT_KNOWN as NOT_KNOWN
from refloat.model.answers import Cell as Cell
from refloat.model.answers import ComparisonRow as ComparisonRow
from refloat.model.answers import ComparisonTable as ComparisonTable
from refloat.model.answers import Coverage as Coverage
from refloat.model.answers import CredentialTrace as CredentialTrace
from refloat.model.answers import Finding as Finding
from refloat.model.answers import Reach as Reach
from refloat.model.answers import Severity as Severity
from refloat.model.answers import Trace as Trace
from refloat.model.answers import TraceLink as TraceLink
from refloat.model.maturity import Maturity
from refloat.model.points import RepositorySeen
from refloat.model.run import Verdict


class CopyVerdict(enum.StrEnum):
    """Whether there is a copy of everything that the service cannot run without."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Confidence(enum.StrEnum):
    """The ladder from hope to practice (R-024); each level needs evidence of its own kind."""

    NONE = "none"
    MONITORED = "monitored"
    RESTORED = "restored"
    SERVICE_VALIDATED = "service-validated"
    EXERCISED = "exercised"


class ApprovalState(enum.StrEnum):
    """What stands behind a target: only ``approved`` counts."""

    APPROVED = "approved"
    STALE = "stale"
    CLAIMED = "claimed"
    MISSING = "missing"
    NO_TARGET = "no target"


@dataclass(frozen=True)
class JobStatus:
    """How the last backup job of a data set ended. It proves that a process ended, nothing more.

    Attributes:
        data_set: the component key.
        at: when; None if no job was ever seen.
        succeeded: whether it said that it succeeded; None if no job was ever seen.
        sentence: what it said, in words.
    """

    data_set: str
    at: datetime | None
    succeeded: bool | None
    sentence: str


@dataclass(frozen=True)
class DataSetStatus:
    """What is known of the copies of one data set at the instant.

    Attributes:
        data_set: the component key.
        name: its name for people.
        hard: whether the service cannot run without it.
        copy: whether a copy is there.
        reason: why, one sentence.
        point: the engine's name of the newest recovery point; None if there is none.
        repository: key of the repository that keeps it; empty if there is none.
        consistency_time: when its data was true; None if there is none.
        age_seconds: from then to the instant; None if there is none.
        bytes: its size; None if there is none.
        points: how many recovery points were recorded.
        median_interval_seconds: the middle one of the intervals between them; None below two.
        entry: the evidence that recorded it; None if there is none.
    """

    data_set: str
    name: str
    hard: bool
    copy: CopyVerdict
    reason: str
    point: str | None = None
    repository: str = ""
    consistency_time: datetime | None = None
    age_seconds: float | None = None
    bytes: int | None = None
    points: int = 0
    median_interval_seconds: float | None = None
    entry: int | None = None


@dataclass(frozen=True)
class CopyJudgement:
    """The first verdict: do we have another copy?

    Attributes:
        verdict: yes only when every data set that the service cannot run without has a copy.
        reasons: why it is not yes; empty when it is.
        data_sets: what it rests on, in recovery order.
        references: the facts that it rests on, as ``source/kind/id`` or ``ledger/number``; at most
            twenty.
        would_change: the one fact that would change it, one sentence.
    """

    verdict: CopyVerdict
    reasons: tuple[str, ...]
    data_sets: tuple[DataSetStatus, ...]
    references: tuple[str, ...] = ()
    would_change: str = ""


@dataclass(frozen=True)
class DrillReference:
    """A drill, or somebody else's test of the whole, that a judgement rests on, or shows.

    Attributes:
        entry: its evidence; None for a test that the feed tells of.
        run: the run's identity; of such a test, its reference (``source/restore_test/id``).
        at: when it was declared.
        verdict: what it showed when it ran.
        representative: whether it meets every criterion of R-036.
        missing: the criteria that it does not meet.
    """

    entry: int | None
    run: str
    at: datetime
    verdict: Verdict
    representative: bool
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class RecoveryJudgement:
    """The second verdict: would the service come back in time?

    Attributes:
        verdict: proven, failed or unproven, at the instant.
        reasons: why it is not proven, most important first; empty when it is.
        rests_on: the drill or test that decides; None if there never was one.
        expires_at: when that drill stops counting by its age; None if nothing counts.
        stale: why it no longer counts (plan, versions or volume changed; too old), in sentences.
        interrupted: runs that were begun after that drill and never finished.
        references: the facts that it rests on, as ``source/kind/id`` or ``ledger/number``; at most
            twenty.
        would_change: the one fact that would change it, one sentence.
    """

    verdict: Verdict
    reasons: tuple[str, ...]
    rests_on: DrillReference | None
    expires_at: datetime | None
    stale: tuple[str, ...] = ()
    interrupted: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    would_change: str = ""


@dataclass(frozen=True)
class ObjectiveStatus:
    """One target: who stands behind it, and what is achieved against it.

    Attributes:
        measure: ``rpo`` or ``rto``.
        target_seconds: what the plan says; None if it says nothing.
        basis: what the target was derived from; empty if nobody said.
        approval: what stands behind it.
        approved_by: name of the person who approved what now holds, or last approved; empty if
            nobody.
        approved_at: when; None if nobody.
        approval_entry: the evidence; None if there is none.
        explanation: the state of the approval, one sentence.
        achieved_seconds: what the drill that decides measured; None if none did.
        achieved_met: whether that is at most the target; None if either is missing.
        now_seconds: RPO only: how much would be lost if it happened at the instant (the age of the
            oldest of the newest recovery points, by consistency time).
        now_met: whether that is at most the target; None if either is missing.
        parts: seconds by data set (RPO now).
    """

    measure: str
    target_seconds: float | None
    basis: str
    approval: ApprovalState
    approved_by: str
    approved_at: datetime | None
    approval_entry: int | None
    explanation: str
    achieved_seconds: float | None
    achieved_met: bool | None
    now_seconds: float | None = None
    now_met: bool | None = None
    parts: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Claim:
    """One thing that may be said of a service, and whether facts of the right type say it (R-020).

    Attributes:
        name: ``job-completed``, ``copied``, ``usable``, ``right-data`` or ``in-time``.
        holds: whether it is shown.
        because: why, or why not, one sentence.
        fact_types: the only types of fact that may show it.
        entries: the evidence that it rests on.
    """

    name: str
    holds: bool
    because: str
    fact_types: tuple[str, ...]
    entries: tuple[int, ...] = ()


@dataclass(frozen=True)
class LadderStep:
    """One level of confidence.

    Attributes:
        level: which.
        reached: whether the evidence for it is there and still counts.
        because: what shows it, or what is missing, one sentence.
        expires_at: when it is lost unless it is shown again; None if it is not reached.
    """

    level: Confidence
    reached: bool
    because: str
    expires_at: datetime | None = None


@dataclass(frozen=True)
class ConfidenceStatus:
    """How far monitoring has become confidence (R-024).

    Attributes:
        level: the highest level that is reached.
        expires_at: when its evidence expires; None at ``none``.
        ladder: every level above ``none``, lowest first.
    """

    level: Confidence
    expires_at: datetime | None
    ladder: tuple[LadderStep, ...]


@dataclass(frozen=True)
class RestoreSeen:
    """A restore that passed for single data sets and is shown, but is no representative restore.

    Attributes:
        entry: its evidence; None for a test that the feed tells of.
        run: the run, or the test's reference.
        at: when it was declared.
        data_sets: what came back whole.
        missing: why it does not count, by criterion.
    """

    entry: int | None
    run: str
    at: datetime
    data_sets: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True)
class RepresentativeStatus:
    """When a representative restore last completed successfully (R-035).

    Attributes:
        drill: that drill; None if there never was one.
        age_seconds: from then to the instant; None if there never was one.
        due_at: when the next is due; None if there never was one (it is due now).
        not_counted: restores since then, or ever, that are shown but not counted; newest first.
    """

    drill: DrillReference | None
    age_seconds: float | None
    due_at: datetime | None
    not_counted: tuple[RestoreSeen, ...] = ()


@dataclass(frozen=True)
class AcceptanceStatus:
    """Whether the business confirmed that the restored data is complete (R-055).

    Attributes:
        question: what the confirmer looks at; empty if nobody said.
        confirmer: who is to sign, by name; empty if nobody said.
        run: the run that was accepted; empty if none was.
        person: who signed, by name; empty if nobody did.
        at: when; None if nobody did.
        accepted: whether the drill that decides was accepted by the confirmer.
        sentence: the state in words.
    """

    question: str
    confirmer: str
    run: str
    person: str
    at: datetime | None
    accepted: bool
    sentence: str


@dataclass(frozen=True)
class ServiceStatus:
    """Everything that can be said of one service at one instant.

    Attributes:
        service: its key.
        name: its name for people.
        organisation: whose it is.
        as_of: the instant.
        copy: the first verdict.
        recovery: the second verdict; the two are never merged.
        objectives: ``rpo`` and ``rto``, in this order.
        claims: what may be said, by name, in order of strength.
        confidence: the ladder.
        representative: the last representative restore.
        acceptance: whether the business confirmed the data.
        coverage: what is protected of what is needed.
        findings: what is wrong, the most severe first; they come before the jobs (R-002).
        jobs: how the last backup jobs ended: quoted, and proving nothing.
        repositories: what was last seen of the repositories that keep its copies (R-016).
        credentials: what its recovery needs to be let in, and where that lives (R-004).
    """

    service: str
    name: str
    organisation: str
    as_of: datetime
    copy: CopyJudgement
    recovery: RecoveryJudgement
    objectives: tuple[ObjectiveStatus, ...]
    claims: tuple[Claim, ...]
    confidence: ConfidenceStatus
    representative: RepresentativeStatus
    acceptance: AcceptanceStatus
    coverage: Coverage
    findings: tuple[Finding, ...]
    jobs: tuple[JobStatus, ...]
    repositories: tuple[RepositorySeen, ...] = ()
    credentials: tuple[CredentialTrace, ...] = ()

    def objective(self, measure: str) -> ObjectiveStatus:
        """Give one objective by its measure, ``rpo`` or ``rto``.

        Raises:
            KeyError: if there is no such measure.
        """
        for status in self.objectives:
            if status.measure == measure:
                return status
        raise KeyError(measure)


@dataclass(frozen=True)
class Assessment:
    """A whole organisation, judged at one instant.

    Attributes:
        organisation: its name.
        as_of: the instant.
        services: every service, in the plan's order; each with the findings that endanger it.
        findings: every finding, the most severe first.
        maturity: how its backups stand by the Essential Eight; None if nobody judged that.
        plan_fingerprint: of the plan that was judged; empty where nobody asked for it.
    """

    organisation: str
    as_of: datetime
    services: tuple[ServiceStatus, ...]
    findings: tuple[Finding, ...]
    maturity: Maturity | None = None
    plan_fingerprint: str = ""
