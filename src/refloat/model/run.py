"""What happens in a recovery: operations, checks, measurements, and the verdict on the whole."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from refloat.model.place import PlaceFacts, Teardown
from refloat.model.points import CommonRecoveryPoint, Measure


class Verdict(enum.StrEnum):
    """What a drill showed."""

    PROVEN = "proven"
    FAILED = "failed"
    UNPROVEN = "unproven"


class Outcome(enum.StrEnum):
    """How a step or a check ended; one that could not run is never a pass."""

    PASSED = "passed"
    FAILED = "failed"
    COULD_NOT_RUN = "could not run"


class Proof(enum.StrEnum):
    """What a passing check says something about (R-150, R-156)."""

    DATA = "data"
    ANSWERS = "answers"
    IDENTITY = "identity"
    LICENCE = "licence"
    JOURNEY = "journey"


class Stage(enum.StrEnum):
    """The operations on one component, in their order, and those on the whole."""

    CHOOSE = "choose"
    ISOLATE = "isolate"
    PREPARE = "prepare"
    RESTORE = "restore"
    LOAD = "load"
    START = "start"
    READY = "ready"
    CHECK = "check"
    JOURNEY = "journey"
    TAKE_DOWN = "take down"


@dataclass(frozen=True)
class CheckResult:
    """What one check asked, and what it saw.

    Attributes:
        name: what it shows, in words.
        kind: the adapter's name, or ``baseline`` for restored data against backed-up data.
        outcome: how it ended.
        proves: what a pass says something about.
        expected: what was expected, in words; no row's or document's content.
        seen: what was seen, in words; no row's or document's content.
        seconds: how long it took.
        component: the component key; None for a check of the whole service.
    """

    name: str
    kind: str
    outcome: Outcome
    proves: tuple[Proof, ...]
    expected: str
    seen: str
    seconds: float = 0.0
    component: str | None = None


@dataclass(frozen=True)
class StepRecord:
    """One operation of a recovery, as it happened.

    Attributes:
        component: the component key; None for an operation on the whole.
        stage: which operation.
        outcome: how it ended.
        started: seconds from the declaration.
        ended: seconds from the declaration.
        detail: one sentence: what was done, or why it failed or could not run.
        bytes: how much data it moved; None where it moves none.
        critical: whether it lies on the critical path.
        repeated: whether an earlier attempt of this run had finished it already (resume).
    """

    component: str | None
    stage: Stage
    outcome: Outcome
    started: float
    ended: float
    detail: str = ""
    bytes: int | None = None
    critical: bool = False
    repeated: bool = False


@dataclass(frozen=True)
class Measurement:
    """A measured time against its target.

    Attributes:
        target_seconds: the approved or proposed target; None if there is none.
        measured_seconds: what was measured; None if it could not be.
        met: whether measured is at most the target; None if either is missing.
        approved: whether a valid signed approval stands behind the target.
        explanation: one sentence: what was measured from where to where.
        parts: seconds by data set (RPO) or by stage (RTO).
    """

    target_seconds: float | None
    measured_seconds: float | None
    met: bool | None
    approved: bool
    explanation: str
    parts: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Environment:
    """What a drill ran against; when any of it changes, its evidence is stale (R-161).

    Attributes:
        plan: fingerprint of the whole plan.
        service: fingerprint of the service and its dependency closure, all that matters to it.
        closure: the component keys in the closure, in recovery order.
        versions: tool name to version.
        volume_bytes: bytes by data set.
    """

    plan: str
    service: str
    closure: tuple[str, ...]
    versions: Mapping[str, str]
    volume_bytes: Mapping[str, int]


@dataclass(frozen=True)
class CategoryRecord:
    """One of the six categories of R-150, with what ticked it, or why it does not apply.

    Attributes:
        category: which.
        outcome: passed, failed or could not run; None where it does not apply.
        rests_on: names of the checks and steps that show it, or the reason of the omission.
    """

    category: str
    outcome: Outcome | None
    rests_on: tuple[str, ...]


@dataclass(frozen=True)
class DrillRecord:
    """Everything that a drill showed: the predicate of its evidence, and what ``--json`` prints.

    Attributes:
        run: the run's identity.
        service: the service's key.
        service_name: its name for people.
        organisation: whose it is.
        verdict: the whole.
        reasons: why it is not proven, most important first; empty when it is.
        declared_at: when it was declared (UTC).
        ended_at: when the last service check ended or gave up (UTC); None if it never began.
        loss_at: the instant of loss that RPO is measured from (UTC).
        mode: ``latest``, ``at``, ``random``.
        operator: who ran it (the operating system's account).
        common_recovery_point: what it came back from.
        rto: measured recovery time.
        rpo: measured loss of data.
        critical_path: step names, ``component stage``, in order.
        steps: every operation.
        checks: every check.
        categories: the six categories of R-150.
        representative: R-036: what makes it representative or not, by criterion.
        degraded: soft dependencies that did not come back, in sentences.
        environment: what it ran against.
        objectives: the objectives as they stood, with the approvals' fingerprints.
        sandbox: what the sandbox was; None if none was opened.
        teardown: what was left; None if no sandbox was opened.
        notes: what else an auditor should know (owners not kept, limits not had, clock jumps).
        resumed: how many times the run was interrupted and resumed.
        interrupted: whether somebody stopped it (Ctrl-C) before it came to an end.
    """

    run: str
    service: str
    service_name: str
    organisation: str
    verdict: Verdict
    reasons: tuple[str, ...]
    declared_at: datetime
    ended_at: datetime | None
    loss_at: datetime
    mode: str
    operator: str
    common_recovery_point: CommonRecoveryPoint
    rto: Measurement
    rpo: Measurement
    critical_path: tuple[str, ...]
    steps: tuple[StepRecord, ...]
    checks: tuple[CheckResult, ...]
    categories: tuple[CategoryRecord, ...]
    representative: Mapping[str, bool]
    degraded: tuple[str, ...]
    environment: Environment
    objectives: Mapping[str, Mapping[str, Measure]]
    sandbox: PlaceFacts | None
    teardown: Teardown | None
    notes: tuple[str, ...] = ()
    resumed: int = 0
    interrupted: bool = False

    @property
    def exit_code(self) -> int:
        """0 proven, 1 failed, 2 unproven."""
        return {Verdict.PROVEN: 0, Verdict.FAILED: 1, Verdict.UNPROVEN: 2}[self.verdict]
