"""The run sheet of a service: its recovery as numbered steps for people (R-047).

One action a step, as somebody wrote it down or else in dependency order, each with who does it, how
long it took when it was last done (or is thought to take), how one sees that it is done, and what
must be done before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from refloat.assess import words
from refloat.assess.about import called
from refloat.assess.ground.basis import Basis
from refloat.assess.ground.moment import basis
from refloat.model.answers import NOT_KNOWN
from refloat.model.facts import Facts
from refloat.model.organisation import WrittenStep
from refloat.model.plan import Component, Dependency, Plan
from refloat.model.run import Outcome, Stage
from refloat.model.runsheet import RunStep
from refloat.plan import order, written_out

_RESTORING = (Stage.PREPARE, Stage.RESTORE, Stage.LOAD)
_STARTING = (Stage.START, Stage.READY)
_MACHINE = "a machine"


def run_sheet(plan: Plan, facts: Facts, service: str, instant: datetime) -> tuple[RunStep, ...]:
    """Write the run sheet of a service as it stood at an instant.

    Where somebody wrote the steps down they stand as written, after a look at each service that
    must be back before; else they are those that Refloat would carry out.

    Args:
        plan: a valid plan.
        facts: the facts in any order; those recorded after the instant are passed over.
        service: the service's key.
        instant: when.

    Raises:
        MissingInput: if the plan has no such service.
    """
    start = basis(plan, service, facts, instant)
    steps, before = _as_written(start) if start.service.steps else _worked_out(start)
    wave = max((step.wave for step in steps), default=0)
    for step in _whole(start, wave + 1):
        steps.append(replace(step, number=len(steps) + 1, after=before))
        before = (len(steps),)
    return tuple(steps)


def _worked_out(start: Basis) -> tuple[list[RunStep], tuple[int, ...]]:
    """Give the steps by the plan's dependencies, and those that the whole service waits for."""
    steps: list[RunStep] = []
    last: dict[str, int] = {}
    for wave, keys in enumerate(order(start.plan, start.service.key), start=1):
        for key in keys:
            component = start.plan.components[key]
            before = _ends(start.plan, last, component.needs)
            for step in _component(start, component, wave):
                steps.append(replace(step, number=len(steps) + 1, after=before))
                before = (len(steps),)
            last[key] = len(steps)
    return steps, _ends(start.plan, last, start.service.needs)


def _ends(plan: Plan, last: Mapping[str, int], needs: Iterable[Dependency]) -> tuple[int, ...]:
    """Give the numbers of the steps with which what is needed is back; a service is its parts."""
    return tuple(sorted({last[need.on] for need in written_out(plan, needs) if need.on in last}))


def _as_written(start: Basis) -> tuple[list[RunStep], tuple[int, ...]]:
    """Give the steps that somebody wrote down, in their order, after what must be back before."""
    steps = [_needed(start, key) for key in start.moment.index.graph.needed(start.service.key)]
    steps = [replace(step, number=number) for number, step in enumerate(steps, start=1)]
    before = tuple(step.number for step in steps)
    measured = _measured_steps(start)
    numbers: dict[str, int] = {}
    for wave, step in enumerate(start.service.steps, start=2 if steps else 1):
        number = len(steps) + 1
        after = tuple(sorted(numbers[name] for name in step.needs if name in numbers))
        steps.append(
            RunStep(
                number=number,
                wave=wave,
                component=step.brings_back,
                action=_said(start, step),
                who=_MACHINE if step.automatic else _person(start, step.who or _technical(start)),
                expected_seconds=_expected(step, measured),
                verification=step.verify or NOT_KNOWN,
                after=after or before,
            )
        )
        numbers[step.name] = number
        before = (number,)
    return steps, before


def _needed(start: Basis, key: str) -> RunStep:
    """Give the step of looking whether another service is back; its own sheet says how it comes."""
    service = start.plan.services[key]
    names = words.listed(check.name for check in service.checks)
    question = service.completeness.question if service.completeness is not None else ""
    return RunStep(
        number=0,
        wave=1,
        component=None,
        action=f"See that {service.name} is back; its own run sheet says how.",
        who=_person(start, service.technical_owner or service.owner),
        expected_seconds=start.moment.paths(observed=False).of(key).seconds,
        verification=names or question or NOT_KNOWN,
        after=(),
    )


def _said(start: Basis, step: WrittenStep) -> str:
    """Say what to do, as it was written, with what it brings back where that is not clear."""
    action = words.sentence(step.name)
    if step.brings_back is None or step.brings_back in step.name:
        return action
    return f"{action} It brings back {called(start.plan, step.brings_back)}."


def _expected(step: WrittenStep, measured: Mapping[str, float]) -> float | None:
    if step.name in measured:
        return measured[step.name]
    return step.takes.total_seconds() if step.takes is not None else None


def _measured_steps(start: Basis) -> dict[str, float]:
    """Give how long each step took in the newest passed test that timed it, by its name."""
    found: dict[str, float] = {}
    for trial in start.trials():
        if trial.test is not None and trial.passed is True:
            found.update(trial.test.steps)
    return found


def _technical(start: Basis) -> str | None:
    return start.service.technical_owner


def _component(start: Basis, component: Component, wave: int) -> Iterator[RunStep]:
    name = words.component(start.plan, component.key)
    who = _person(start, component.owner or start.service.technical_owner)
    if component.copied:
        yield _step(
            start,
            wave,
            component.key,
            _restore(start, component, name),
            who,
            _RESTORING,
            "The restored data agrees with its baseline."
            if component.protection is not None
            else NOT_KNOWN,
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
    if not component.copied and command is None and not component.checks:
        yield _step(start, wave, component.key, f"See that {name} is there.", who, (), NOT_KNOWN)


def _restore(start: Basis, component: Component, name: str) -> str:
    if component.protection is not None:
        return f"Restore {name} from {component.protection.repository}."
    platform = component.watch.platform if component.watch is not None else None
    known = start.plan.platforms.get(platform or "")
    tool = f" with {known.name}" if known is not None else ""
    places = " or ".join(words.repository(start.plan, key) for key in component.repositories)
    return f"Restore {name}{tool} from {places}."


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
