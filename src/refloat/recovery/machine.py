"""The recovery as a machine without hands: from the plan and what has ended, what may begin next.

Nothing here reads a clock, a file or an adapter, so every order of events can be tried in a test.
A component goes through *restore, load, start, ready, check*. Its bytes may be restored at any
time; it is started only when everything it hard-needs has passed its checks and everything it
soft-needs has come to an end, one way or the other. The journey waits for all.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from refloat.model.plan import Component, Plan, Strength
from refloat.model.run import Outcome, Stage
from refloat.plan import closure, order


@dataclass(frozen=True, order=True)
class Operation:
    """One thing to do: a stage of one component, or of the whole (component None is ``""``)."""

    component: str
    stage: Stage

    def __str__(self) -> str:
        """Give the operation as people read it."""
        return f"{self.component} {self.stage}".strip()


@dataclass(frozen=True)
class Need:
    """That an operation waits for another: until it has passed (hard), or has ended (soft)."""

    operation: Operation
    strength: Strength


@dataclass(frozen=True)
class Blueprint:
    """Every operation of a recovery, in order of preference, with what each waits for."""

    needs: Mapping[Operation, tuple[Need, ...]]
    strengths: Mapping[str, Strength]


@dataclass(frozen=True)
class Next:
    """What the machine says: what may begin now, and what can never begin, with the reason."""

    begin: tuple[Operation, ...]
    blocked: Mapping[Operation, str]


CHOOSE = Operation("", Stage.CHOOSE)
ISOLATE = Operation("", Stage.ISOLATE)
JOURNEY = Operation("", Stage.JOURNEY)
PERSISTENT = frozenset({Stage.CHOOSE, Stage.RESTORE, Stage.LOAD})
"""Stages whose result lies on the disk: after a crash a resumed run does not repeat them."""


def blueprint(plan: Plan, service: str, serves: Callable[[str], bool]) -> Blueprint:
    """Lay out the recovery of a service.

    Args:
        plan: a valid plan.
        service: the service's key.
        serves: says of a kind of data set whether it brings its own server.
    """
    strengths = closure(plan, service)
    needs: dict[Operation, tuple[Need, ...]] = {CHOOSE: (), ISOLATE: ()}
    for wave in order(plan, service):
        for key in wave:
            needs.update(_component(plan.components[key], serves))
    direct = {dependency.on: dependency.strength for dependency in plan.services[service].needs}
    needs[JOURNEY] = (
        Need(CHOOSE, Strength.HARD),
        Need(ISOLATE, Strength.HARD),
        *(Need(Operation(key, Stage.CHECK), direct.get(key, Strength.SOFT)) for key in strengths),
    )
    return Blueprint(needs, strengths)


def advance(
    plan: Blueprint, ended: Mapping[Operation, Outcome], running: Collection[Operation]
) -> Next:
    """Say what may begin, and what can never begin.

    Args:
        plan: the recovery's blueprint.
        ended: how operations ended so far.
        running: operations that have begun and not ended.
    """
    begin: list[Operation] = []
    blocked: dict[Operation, str] = {}
    outcomes = dict(ended)
    for operation, needs in plan.needs.items():
        if operation in outcomes or operation in running:
            continue
        broken = _broken(needs, outcomes)
        if broken is not None:
            outcomes[operation] = Outcome.COULD_NOT_RUN
            blocked[operation] = _reason(operation, broken)
        elif all(need.operation in outcomes for need in needs):
            begin.append(operation)
    return Next(tuple(begin), blocked)


def finished(plan: Blueprint, ended: Mapping[Operation, Outcome]) -> bool:
    """Whether every operation has ended."""
    return all(operation in ended for operation in plan.needs)


def after_interruption(ended: Mapping[Operation, Outcome]) -> dict[Operation, Outcome]:
    """Say what of an interrupted run still stands: what passed and lies on the disk."""
    return {
        operation: outcome
        for operation, outcome in ended.items()
        if outcome is Outcome.PASSED and operation.stage in PERSISTENT
    }


def _component(
    component: Component, serves: Callable[[str], bool]
) -> dict[Operation, tuple[Need, ...]]:
    before: tuple[Need, ...] = (Need(CHOOSE, Strength.HARD), Need(ISOLATE, Strength.HARD))
    result: dict[Operation, tuple[Need, ...]] = {}
    outside = tuple(
        Need(Operation(need.on, Stage.CHECK), need.strength) for need in component.needs
    )
    for stage in _stages(component, serves):
        if stage is Stage.START or (stage is Stage.CHECK and not _starts(component, serves)):
            before = (*before, *outside)
        operation = Operation(component.key, stage)
        result[operation] = before
        before = (Need(operation, Strength.HARD),)
    return result


def _stages(component: Component, serves: Callable[[str], bool]) -> tuple[Stage, ...]:
    stages: tuple[Stage, ...] = ()
    if component.protection is not None:
        stages += (Stage.RESTORE, Stage.LOAD)
    if _starts(component, serves):
        stages += (Stage.START, Stage.READY)
    return (*stages, Stage.CHECK)


def _starts(component: Component, serves: Callable[[str], bool]) -> bool:
    if component.recovery.start is not None:
        return True
    return component.protection is not None and serves(component.protection.data_set)


def _broken(needs: tuple[Need, ...], outcomes: Mapping[Operation, Outcome]) -> Operation | None:
    for need in needs:
        outcome = outcomes.get(need.operation)
        if need.strength is Strength.HARD and outcome not in (None, Outcome.PASSED):
            return need.operation
    return None


def _reason(operation: Operation, broken: Operation) -> str:
    if broken.component == operation.component:
        return f"not begun, because its step '{broken.stage}' did not pass"
    if not broken.component:
        return f"not begun, because '{broken.stage}' did not pass"
    return f"not begun, because it needs {broken.component}, which did not come back"
