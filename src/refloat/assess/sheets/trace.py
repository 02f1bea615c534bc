"""One chain from a data set to the person who approved its target (R-007).

Data set, recovery point, restore step, test run, service, approved target, approver: a missing link
is a finding that names it.
"""

from __future__ import annotations

from datetime import datetime

from refloat.assess import words
from refloat.assess.ground.basis import Basis
from refloat.assess.ground.index import Index
from refloat.assess.ground.moment import Moment, basis
from refloat.assess.ground.trials import Trial, came_back
from refloat.assess.verdicts.objectives import judge_objectives
from refloat.model.facts import Facts
from refloat.model.judgement import (
    ApprovalState,
    Finding,
    ObjectiveStatus,
    Severity,
    Trace,
    TraceLink,
)
from refloat.model.plan import Plan
from refloat.model.run import Stage

LINKS = (
    "data set",
    "recovery point",
    "restore step",
    "test run",
    "service",
    "approved target",
    "approver",
)
"""The links, in order."""


def trace(plan: Plan, facts: Facts, data_set: str, service: str, instant: datetime) -> Trace:
    """Walk the chain of one data set and one service at an instant.

    Args:
        plan: a valid plan.
        facts: the facts in any order; those recorded after the instant are passed over.
        data_set: a component key.
        service: the service's key.
        instant: when.

    Raises:
        MissingInput: if the plan has no such service.
    """
    return _walk(basis(plan, service, facts, instant), data_set)


def traces(plan: Plan, facts: Facts, instant: datetime) -> tuple[Trace, ...]:
    """Walk every chain of a plan: each data set of each service, in the plan's order."""
    moment = Moment(Index(plan, facts), instant)
    return tuple(one for service in plan.services for one in traces_of(moment.basis(service)))


def traces_of(start: Basis) -> tuple[Trace, ...]:
    """Walk the chain of each data set of one service."""
    return tuple(_walk(start, key) for key in sorted(start.data_sets))


def _walk(start: Basis, data_set: str) -> Trace:
    target = judge_objectives(start)[0]
    trial = _trial(start, data_set)
    values = (
        _data_set(start, data_set),
        _point(start, data_set),
        _restore(start, trial, data_set),
        _run(trial),
        TraceLink("service", start.service.name if data_set in start.strengths else ""),
        *_approval(start, target),
    )
    missing = tuple(link.link for link in values if not link.value)
    found = tuple(_broken(start, data_set, name) for name in missing)
    return Trace(data_set, start.service.key, values, missing, found)


def _data_set(start: Basis, key: str) -> TraceLink:
    known = key in start.plan.components and start.component(key).copied
    return TraceLink("data set", words.component(start.plan, key) if known else "")


def _point(start: Basis, key: str) -> TraceLink:
    newest = start.newest(key)
    if newest is None:
        return TraceLink("recovery point", "")
    place = newest.repository or "a place that nobody named"
    text = f"{words.instant(newest.consistency_time)} in {place}"
    return TraceLink("recovery point", text, newest.entry)


def _trial(start: Basis, key: str) -> Trial | None:
    """Give the newest trial of the service that brought the data set back."""
    back = (one for one in reversed(start.trials()) if came_back(one, key))
    return next(back, None)


def _restore(start: Basis, trial: Trial | None, key: str) -> TraceLink:
    """Give the step that brings the data back: as it was done, or else as it is written down."""
    if trial is not None and trial.drill is not None:
        step = next(
            one
            for one in trial.drill.record.steps
            if one.stage is Stage.RESTORE and one.component == key
        )
        took = words.duration(step.ended - step.started)
        return TraceLink("restore step", f"restored in {took}", trial.entry)
    written = next((one for one in start.service.steps if one.brings_back == key), None)
    text = f"“{written.name}” of the written recovery" if written is not None else ""
    return TraceLink("restore step", text)


def _run(trial: Trial | None) -> TraceLink:
    if trial is None:
        return TraceLink("test run", "")
    named = trial.drill.record.run if trial.drill is not None else trial.reference
    showed = trial.drill.record.verdict if trial.drill is not None else "passed"
    return TraceLink("test run", f"{named} on {words.instant(trial.at)}: {showed}", trial.entry)


def _approval(start: Basis, target: ObjectiveStatus) -> tuple[TraceLink, TraceLink]:
    approved = target.approval is ApprovalState.APPROVED
    if not approved or target.target_seconds is None:
        return TraceLink("approved target", ""), TraceLink("approver", "")
    text = f"{words.MEASURES[target.measure]} {words.duration(target.target_seconds)}"
    entry = target.approval_entry
    return TraceLink("approved target", text, entry), TraceLink(
        "approver", target.approved_by, entry
    )


def _broken(start: Basis, key: str, link: str) -> Finding:
    name = words.component(start.plan, key)
    return Finding(
        "CHAIN_BROKEN",
        ("R-007",),
        Severity.MEDIUM,
        f"service {start.service.key}, data set {key}",
        f"From {name} to somebody who decided how much of {start.service.name} may be lost, "
        f"the {link} is missing.",
        f"Provide the {link}.",
        {"missing": link},
    )
