"""Targets against what is achieved: in the drill that decides, and now."""

from __future__ import annotations

from refloat.assess import words
from refloat.assess.ground.basis import Basis
from refloat.assess.verdicts.approvals import Approval, judged
from refloat.model.facts import UNWRITTEN
from refloat.model.judgement import ObjectiveStatus

MEASURES = ("rpo", "rto")


def judge_objectives(basis: Basis) -> tuple[ObjectiveStatus, ...]:
    """Say of RPO and RTO who stands behind them, and what is achieved."""
    return tuple(_objective(basis, measure) for measure in MEASURES)


def loss_now(basis: Basis) -> dict[str, float]:
    """Give, by data set, the seconds of data that would be lost at the instant (R-064).

    Measured from the consistency time of the newest recovery point, not from when a job ended;
    data sets without any point are left out.
    """
    ages: dict[str, float] = {}
    for key in basis.hard_data_sets:
        newest = basis.newest(key)
        if newest is not None:
            ages[key] = (basis.instant - newest.consistency_time).total_seconds()
    return ages


def basis_approval(basis: Basis, measure: str) -> Approval:
    """Say what stands behind one objective of the service."""
    key = basis.service.key
    fingerprint = basis.moment.index.objective_fingerprints(key).get(measure)
    return judged(basis.plan, key, measure, fingerprint, basis.approving())


def _achieved(basis: Basis, measure: str) -> float | None:
    """Give what the trial that decides measured; of a test, with the longest way to it."""
    trial = basis.deciding_trial()
    if trial is None:
        return None
    if trial.drill is not None:
        record = trial.drill.record
        return (record.rto if measure == "rto" else record.rpo).measured_seconds
    if measure == "rpo" or trial.passed is not True:
        return None
    return basis.path(observed=False).seconds


def _entry(behind: Approval) -> int | None:
    fact = behind.fact
    return fact.entry if fact is not None and fact.entry != UNWRITTEN else None


def _objective(basis: Basis, measure: str) -> ObjectiveStatus:
    objective = basis.service.objectives.get(measure)
    target = objective.target.total_seconds() if objective is not None else None
    behind = basis_approval(basis, measure)
    achieved = _achieved(basis, measure)
    parts = loss_now(basis) if measure == "rpo" else {}
    complete = bool(parts) and len(parts) == len(basis.hard_data_sets)
    now = max(parts.values()) if complete else None
    return ObjectiveStatus(
        measure=measure,
        target_seconds=target,
        basis=objective.basis if objective is not None else "",
        approval=behind.state,
        approved_by=words.person(basis.plan, behind.fact.person) if behind.fact else "",
        approved_at=behind.fact.at if behind.fact else None,
        approval_entry=_entry(behind),
        explanation=behind.sentence,
        achieved_seconds=achieved,
        achieved_met=_met(achieved, target),
        now_seconds=now,
        now_met=_met(max(parts.values(), default=None), target)
        if complete
        else _breached(parts, target),
        parts=parts,
    )


def _met(seconds: float | None, target: float | None) -> bool | None:
    return None if seconds is None or target is None else seconds <= target


def _breached(parts: dict[str, float], target: float | None) -> bool | None:
    """With a data set unknown the target cannot be met; it can be breached by one that is known."""
    return False if target is not None and any(age > target for age in parts.values()) else None
