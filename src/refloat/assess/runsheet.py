"""The run sheet of a service: its recovery order as numbered steps for people (R-047).

One action a step, in dependency order, each with who does it, how long it took when it was last
drilled, how one sees that it is done, and what must be done before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from refloat.assess import words
from refloat.assess.basis import Basis, basis
from refloat.model.answers import NOT_KNOWN
from refloat.model.facts import Facts
from refloat.model.plan import Component, Plan
from refloat.model.run import Outcome, Stage
from refloat.model.runsheet import RunStep
from refloat.plan import order, written_out

_RESTORING = (Stage.PREPARE, Stage.RESTORE, Stage.LOAD)
_STARTING = (Stage.START, Stage.READY)


def run_sheet(plan: Plan, facts: Facts, service: str, instant: datetime) -> tuple[RunStep, ...]:
    """Write the run sheet of a service as it stood at an instant.

    Args:
        plan: a valid plan.
        facts: the facts in any order; those recorded after the instant are passed over.
        service: the service's key.
        instant: when.

    Raises:
        MissingInput: if the plan has no such service.
    """
    start = basis(plan, service, facts, instant)
    steps: list[RunStep] = []
    last: dict[str, int] = {}
    waves = order(plan, service)
    for wave, keys in enumerate(waves, start=1):
        for key in keys:
            component = plan.components[key]
            before = tuple(sorted({last[need.on] for need in written_out(plan, component.needs)}))
            for step in _component(start, component, wave):
                steps.append(replace(step, number=len(steps) + 1, after=before))
                before = (len(steps),)
            last[key] = len(steps)
    direct = {need.on for need in written_out(plan, plan.services[service].needs)}
    before = tuple(sorted(last[key] for key in direct))
    for step in _whole(start, len(waves) + 1):
        steps.append(replace(step, number=len(steps) + 1, after=before))
        before = (len(steps),)
    return tuple(steps)


def _component(start: Basis, component: Component, wave: int) -> Iterator[RunStep]:
    name = words.component(start.plan, component.key)
    who = _person(start, component.owner or start.service.technical_owner)
    if component.protection is not None:
        yield _step(
            start,
            wave,
            component.key,
            f"Restore {name} from {component.protection.repository}.",
            who,
            _RESTORING,
            "The restored data agrees with its baseline.",
        )
    command = component.recovery.start
    if command is not None or Stage.START in _drilled(start, component.key):
        how = f": {' '.join(command.command)}" if command is not None else ""
        yield _step(
            start, wave, component.key, f"Start {name}{how}.", who, _STARTING, "It answers."
        )
    if component.checks:
        names = words.listed(check.name for check in component.checks)
        yield _step(start, wave, component.key, f"Check {name}.", who, (Stage.CHECK,), names)
    if component.protection is None and command is None and not component.checks:
        yield _step(start, wave, component.key, f"See that {name} is there.", who, (), NOT_KNOWN)


def _whole(start: Basis, wave: int) -> Iterator[RunStep]:
    service = start.service
    names = words.listed(check.name for check in service.checks) or NOT_KNOWN
    who = _person(start, service.technical_owner)
    action = f"Do what a user of {service.name} does."
    yield _step(start, wave, None, action, who, (Stage.JOURNEY,), names)
    confirmer = service.completeness.confirmer if service.completeness else service.owner
    question = service.completeness.question if service.completeness else NOT_KNOWN
    yield _step(
        start,
        wave + 1,
        None,
        "Confirm, as the business, that the data is complete.",
        _person(start, confirmer),
        (),
        question,
    )


def _step(
    start: Basis,
    wave: int,
    component: str | None,
    action: str,
    who: str,
    stages: tuple[Stage, ...],
    verification: str,
) -> RunStep:
    taken = _drilled(start, component)
    seconds = [taken[stage] for stage in stages if stage in taken]
    return RunStep(
        number=0,
        wave=wave,
        component=component,
        action=action,
        who=who,
        expected_seconds=round(sum(seconds), 3) if seconds else None,
        verification=verification,
        after=(),
    )


def _drilled(start: Basis, component: str | None) -> dict[Stage, float]:
    """Say how long each stage of a component took in the newest drill that passed it."""
    for drill in reversed(start.drills()):
        taken = {
            step.stage: step.ended - step.started
            for step in drill.record.steps
            if step.component == component and step.outcome is Outcome.PASSED
        }
        if taken:
            return taken
    return {}


def _person(start: Basis, key: str | None) -> str:
    person = start.plan.people.get(key) if key else None
    if person is None:
        return NOT_KNOWN
    return f"{person.name}, {person.phone}" if person.phone else person.name
