"""Times, measured from the business's side: RTO from the declaration, RPO out of the data; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from refloat.model.plan import Objective
from refloat.model.run import Measurement, Outcome, Stage, StepRecord
from refloat.recovery.machine import Blueprint, Operation


def critical_path(plan: Blueprint, steps: Sequence[StepRecord]) -> tuple[Operation, ...]:
    """Name the chain of operations that the whole had to wait for, in order.

    From the last operation backwards: of everything that an operation waited for, the one that
    ended last is what it really waited for.
    """
    ran = [step for step in steps if step.ended > step.started]  # others were never begun
    ends = {_operation(step): step.ended for step in ran if step.outcome is Outcome.PASSED}
    every = {_operation(step): step.ended for step in ran}
    if not every:
        return ()
    journey = next((one for one in every if one.stage is Stage.JOURNEY), None)
    last = journey if journey is not None else max(every, key=lambda one: every[one])
    path = [last]
    while waited := [need.operation for need in plan.needs[path[-1]] if need.operation in ends]:
        path.append(max(waited, key=lambda one: (ends[one], one)))
    return tuple(reversed(path))


def mark_critical(steps: Sequence[StepRecord], path: Sequence[Operation]) -> tuple[StepRecord, ...]:
    """Mark the steps that lie on the critical path."""
    return tuple(replace(step, critical=_operation(step) in path) for step in steps)


def recovery_time(
    objective: Objective | None,
    approved: bool,
    seconds: float | None,
    steps: Sequence[StepRecord],
) -> Measurement:
    """Hold the time from the declaration to the last green service check against the RTO.

    Args:
        objective: the target; None if the plan has none.
        approved: whether a valid signed approval stands behind it.
        seconds: from the declaration to the end of the journey; None if the journey is not green.
        steps: the steps, the critical ones marked.
    """
    parts: dict[str, float] = {}
    for step in steps:
        if step.critical:
            parts[step.stage] = round(parts.get(step.stage, 0.0) + step.ended - step.started, 3)
    if seconds is None:
        words = "not measured, because the service did not come back"
    else:
        words = f"{seconds:.1f} s from the declaration to the last green check of the service"
    return _against(objective, approved, seconds, words, parts)


def data_loss(
    objective: Objective | None,
    approved: bool,
    loss_at: datetime,
    newest: Mapping[str, datetime],
    data_sets: Sequence[str],
) -> Measurement:
    """Hold the age of the newest restored data at the instant of loss against the RPO.

    Args:
        objective: the target; None if the plan has none.
        approved: whether a valid signed approval stands behind it.
        loss_at: the instant of loss.
        newest: the newest heartbeat, or newest record, read out of each restored data set.
        data_sets: every data set that must have come back.
    """
    parts = {
        name: round(max(0.0, (loss_at - instant).total_seconds()), 3)
        for name, instant in sorted(newest.items())
    }
    unknown = [name for name in data_sets if name not in newest]
    if unknown or not parts:
        names = ", ".join(unknown) or "any data set"
        words = f"not measured, because nothing restored says how new {names} is"
        return _against(objective, approved, None, words, parts)
    worst = max(parts, key=lambda name: parts[name])
    words = f"{parts[worst]:.1f} s of {worst} were lost: its newest restored record is that old"
    return _against(objective, approved, parts[worst], words, parts)


def _against(
    objective: Objective | None,
    approved: bool,
    measured: float | None,
    explanation: str,
    parts: Mapping[str, float],
) -> Measurement:
    target = objective.target.total_seconds() if objective is not None else None
    met = None if target is None or measured is None else measured <= target
    rounded = None if measured is None else round(measured, 3)
    return Measurement(target, rounded, met, approved, explanation, parts)


def _operation(step: StepRecord) -> Operation:
    return Operation(step.component or "", step.stage)
