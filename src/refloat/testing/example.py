"""A small invented business with facts to judge: for tests of what judges, remembers and shows.

Online booking needs an application, which needs a directory, a database and settings, and runs
degraded without documents. All times are counted from ``NOON``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from refloat.model.facts import (
    AcceptanceFact,
    ApprovalFact,
    BackupFailure,
    DrillFact,
    Facts,
    InterruptedFact,
    PointsFact,
)
from refloat.model.place import PlaceFacts, Teardown
from refloat.model.plan import (
    Plan,
)
from refloat.model.points import (
    CommonRecoveryPoint,
    Encrypted,
    Encryption,
    RecoveryPoint,
    RepositorySeen,
)
from refloat.model.run import (
    CategoryRecord,
    CheckResult,
    DrillRecord,
    Environment,
    Measurement,
    Outcome,
    Proof,
    Stage,
    StepRecord,
    Verdict,
)
from refloat.plan import closure, fingerprint, objective_fingerprints, service_fingerprint
from refloat.testing.example_plan import MINUTE, QUESTION, SERVICE, plan

__all__ = ["MINUTE", "NOON", "SERVICE", "plan"]

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


def with_service(original: Plan, **changes: Any) -> Plan:
    """Give the plan with some fields of its service changed."""
    service = replace(original.services[SERVICE], **changes)
    return replace(original, services={**original.services, SERVICE: service})


def with_component(original: Plan, key: str, **changes: Any) -> Plan:
    """Give the plan with some fields of one component changed."""
    component = replace(original.components[key], **changes)
    return replace(original, components={**original.components, key: component})


def with_target(original: Plan, measure: str, target: timedelta) -> Plan:
    """Give the plan with another target."""
    objectives = dict(original.services[SERVICE].objectives)
    objectives[measure] = replace(objectives[measure], target=target)
    return with_service(original, objectives=objectives)


def point(data_set: str, at: datetime, *, size: int = 1_000_000) -> RecoveryPoint:
    """Give a recovery point of a data set, true at an instant."""
    kinds = {"identity": "ldap", "bookings-db": "postgresql"}
    return RecoveryPoint(
        identity=f"{data_set}-{at:%Y%m%d%H%M%S%f}",
        data_set=data_set,
        repository="cupboard",
        engine="restic",
        kind=kinds.get(data_set, "files"),
        consistency_time=at,
        paths=(f"/srv/{data_set}",),
        bytes=size,
        duration=timedelta(seconds=4),
        engine_version="restic 0.14.0",
        source_version="PostgreSQL 15.18" if data_set == "bookings-db" else "",
        seal=f"seal-{data_set}",
        summary={"count": 1000, "digest": "sha256:00"},
    )


def protected(of: Plan) -> tuple[str, ...]:
    """Name the data sets of the example's service, sorted."""
    return tuple(key for key in closure(of, SERVICE) if of.components[key].protection is not None)


def batch(
    of: Plan,
    at: datetime,
    *,
    entry: int = 0,
    without: Iterable[str] = (),
    failed: Mapping[str, str] | None = None,
) -> PointsFact:
    """Give the batch of a backup of everything at an instant, recorded four seconds later."""
    failures = failed or {}
    left_out = {*without, *failures}
    recorded = at + timedelta(seconds=4)
    return PointsFact(
        entry,
        recorded,
        tuple(point(key, at) for key in protected(of) if key not in left_out),
        tuple(BackupFailure(key, recorded, why) for key, why in sorted(failures.items())),
        (repository(Encrypted.YES),),
    )


def repository(state: Encrypted) -> RepositorySeen:
    """Give what was seen of the one repository."""
    encryption = Encryption(state, "AES-256", "8 stored files looked at")
    return RepositorySeen("cupboard", "restic", encryption, "file:secrets/password", "")


def approvals(of: Plan, at: datetime, *, entry: int = 1) -> tuple[ApprovalFact, ...]:
    """Give the business owner's approvals of both targets as the plan has them."""
    fingerprints = objective_fingerprints(of, SERVICE)
    objectives = of.services[SERVICE].objectives
    return tuple(
        ApprovalFact(
            entry + number,
            at,
            "ben",
            SERVICE,
            measure,
            fingerprints[measure],
            objectives[measure].target.total_seconds(),
            objectives[measure].basis,
        )
        for number, measure in enumerate(sorted(objectives))
    )


def drill(
    of: Plan,
    at: datetime,
    *,
    entry: int = 5,
    points_at: datetime | None = None,
    seconds: float = 41.5,
    lost: float = 120.0,
    **changes: Any,
) -> DrillFact:
    """Give a drill that was proven, recorded two minutes after it was declared.

    Args:
        of: the plan that it ran against.
        at: when it was declared.
        entry: its place in the ledger.
        points_at: when its recovery points were true; two minutes before by default.
        seconds: the measured recovery time.
        lost: the measured loss of data.
        changes: fields of the record that are otherwise.
    """
    true_at = points_at or at - 2 * MINUTE
    points = {key: point(key, true_at) for key in protected(of)}
    steps = steps_of(of)
    record = DrillRecord(
        run=f"run-{entry}",
        service=SERVICE,
        service_name=of.services[SERVICE].name,
        organisation=of.organisation,
        verdict=Verdict.PROVEN,
        reasons=(),
        declared_at=at,
        ended_at=at + timedelta(seconds=seconds),
        loss_at=at,
        mode="latest",
        operator="operator",
        common_recovery_point=CommonRecoveryPoint(true_at, timedelta(0), points),
        rto=measured(of, "rto", seconds),
        rpo=measured(of, "rpo", lost),
        critical_path=tuple(f"{s.component or ''} {s.stage}".strip() for s in steps if s.critical),
        steps=steps,
        checks=checks_of(of),
        categories=(CategoryRecord("services", Outcome.PASSED, ("check: see today's bookings",)),),
        representative=dict.fromkeys(
            (
                "all data sets",
                "current point",
                "comparable volume",
                "dependency checks",
                "service checks",
            ),
            True,
        ),
        degraded=(),
        environment=_environment(of, points),
        objectives={},
        sandbox=PlaceFacts("bubblewrap", "bubblewrap 0.8.0", ("mount", "network")),
        teardown=Teardown(True, seconds=0.4),
    )
    changed = replace(record, **changes)
    return DrillFact(entry, at + 2 * MINUTE, changed)


def measured(of: Plan, measure: str, seconds: float | None) -> Measurement:
    """Give a measurement against an approved target of the plan."""
    objective = of.services[SERVICE].objectives.get(measure)
    target = objective.target.total_seconds() if objective is not None else None
    met = None if target is None or seconds is None else seconds <= target
    return Measurement(target, seconds, met, True, "as it was measured", {})


def steps_of(of: Plan) -> tuple[StepRecord, ...]:
    """Give the steps of a recovery in which everything passed."""
    steps = [
        StepRecord(None, Stage.CHOOSE, Outcome.PASSED, 0.0, 0.5, "4 recovery points"),
        StepRecord(None, Stage.ISOLATE, Outcome.PASSED, 0.0, 0.6, "bubblewrap"),
    ]
    at = 0.6
    for key in closure(of, SERVICE):
        stages: list[Stage] = []
        if of.components[key].protection is not None:
            stages += [Stage.RESTORE, Stage.LOAD]
        if of.components[key].recovery.start is not None or key in ("identity", "bookings-db"):
            stages += [Stage.START, Stage.READY]
        for stage in (*stages, Stage.CHECK):
            size = 1_000_000 if stage is Stage.RESTORE else None
            steps.append(
                StepRecord(key, stage, Outcome.PASSED, at, at + 2, "done", size, critical=True)
            )
            at += 2
    steps.append(StepRecord(None, Stage.JOURNEY, Outcome.PASSED, at, at + 1, "2 checks passed"))
    return tuple(steps)


def checks_of(of: Plan) -> tuple[CheckResult, ...]:
    """Give the checks of a recovery in which everything passed."""
    results = [
        CheckResult(
            "restored data is what was backed up",
            "baseline",
            Outcome.PASSED,
            (Proof.DATA,),
            "1000 as in the baseline",
            "1000",
            0.2,
            key,
        )
        for key in protected(of)
    ]
    for key in closure(of, SERVICE):
        proves = (Proof.IDENTITY,) if key == "identity" else (Proof.ANSWERS,)
        results += [
            CheckResult(one.name, one.kind, Outcome.PASSED, proves, "yes", "yes", 0.1, key)
            for one in of.components[key].checks
        ]
    results += [
        CheckResult(one.name, one.kind, Outcome.PASSED, (Proof.JOURNEY,), "200", "200", 0.1)
        for one in of.services[SERVICE].checks
    ]
    return tuple(results)


def facts(of: Plan) -> Facts:
    """Give a history in which all is well: approved, backed up, drilled, accepted."""
    good = drill(of, NOON)
    return Facts.of(
        (
            *approvals(of, NOON - timedelta(days=2)),
            batch(of, NOON - 17 * MINUTE, entry=3),
            batch(of, NOON - 2 * MINUTE, entry=4),
            good,
            AcceptanceFact(7, NOON + 10 * MINUTE, good.record.run, "ben", QUESTION),
        )
    )


def interruption(at: datetime, *, entry: int = 8) -> InterruptedFact:
    """Give a run that was never finished."""
    return InterruptedFact(entry, at, f"run-{entry}", SERVICE, "bookings-db restore")


def _environment(of: Plan, points: Mapping[str, RecoveryPoint]) -> Environment:
    versions = {"refloat": "0.1.0"}
    for key, one in points.items():
        versions[f"restic of {key}"] = one.engine_version
    return Environment(
        plan=fingerprint(of),
        service=service_fingerprint(of, SERVICE),
        closure=tuple(closure(of, SERVICE)),
        versions=versions,
        volume_bytes={key: one.bytes for key, one in points.items()},
    )
