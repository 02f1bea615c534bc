"""The recovery as a machine without hands: from the plan and what has ended, what may begin next.

Nothing here reads a clock, a file or an adapter, so every order of events can be tried in a test.
A component goes through *prepare, restore, load, start, ready, check*. Its empty server may be made
and its bytes restored at any time; it is started only when everything it hard-needs has passed its
checks and everything it soft-needs has come to an end, one way or the other. The journey waits for
all.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from refloat.model.plan import Component, Plan, Strength
from refloat.model.run import Outcome, Stage
from refloat.plan import closure, order, written_out


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


@dataclass(frozen=True)
class Traits:
    """What matters here of a kind of data set.

    Attributes:
        serves: whether it starts a server of its own.
        prepares: whether its empty server can be made before the bytes are there.
    """

    serves: bool
    prepares: bool


CHOOSE = Operation("", Stage.CHOOSE)
ISOLATE = Operation("", Stage.ISOLATE)
JOURNEY = Operation("", Stage.JOURNEY)
BEGINNING = (Need(CHOOSE, Strength.HARD), Need(ISOLATE, Strength.HARD))
PERSISTENT = frozenset({Stage.CHOOSE, Stage.PREPARE, Stage.RESTORE, Stage.LOAD})
"""Stages whose result lies on the disk: after a crash a resumed run does not repeat them."""
BUSY = frozenset({Stage.RESTORE, Stage.LOAD, Stage.CHECK})
"""Stages that keep processors and disks busy. The others mostly wait: for an answer, for a server
that comes up, for an empty cluster that is being made for several."""


def blueprint(plan: Plan, service: str, traits: Callable[[str], Traits]) -> Blueprint:
    """Lay out the recovery of a service.

    Args:
        plan: a valid plan.
        service: the service's key.
        traits: says what a kind of data set can do.
    """
    strengths = closure(plan, service)
    needs: dict[Operation, tuple[Need, ...]] = {CHOOSE: (), ISOLATE: ()}
    for wave in order(plan, service):
        for key in wave:
            needs.update(_component(plan, plan.components[key], traits))
    direct = {need.on: need.strength for need in written_out(plan, plan.services[service].needs)}
    needs[JOURNEY] = (
        *BEGINNING,
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


def admitted(
    begin: Sequence[Operation], running: Collection[Operation], workers: int
) -> tuple[Operation, ...]:
    """Say what of all that may begin is to begin now: waiting keeps no work from being done.

    Args:
        begin: operations that may begin, in order of preference.
        running: operations that have begun and not ended.
        workers: how many operations of ``BUSY`` stages may run at the same time.
    """
    room = workers - sum(one.stage in BUSY for one in running)
    chosen = [one for one in begin if one.stage in BUSY][: max(0, room)]
    return tuple(one for one in begin if one.stage not in BUSY or one in chosen)


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
    plan: Plan, component: Component, traits: Callable[[str], Traits]
) -> dict[Operation, tuple[Need, ...]]:
    protection = component.protection
    kind = traits(protection.data_set) if protection is not None else None
    starts = component.recovery.start is not None or (kind is not None and kind.serves)
    outside = tuple(
        Need(Operation(need.on, Stage.CHECK), need.strength)
        for need in written_out(plan, component.needs)
    )
    result: dict[Operation, tuple[Need, ...]] = {}
    before: tuple[Need, ...] = BEGINNING
    if kind is not None:
        before = (*BEGINNING, *_data(component.key, kind, result))
    if starts:
        result[Operation(component.key, Stage.START)] = (*before, *outside)
        result[Operation(component.key, Stage.READY)] = (_hard(component.key, Stage.START),)
        before, outside = (_hard(component.key, Stage.READY),), ()
    result[Operation(component.key, Stage.CHECK)] = (*before, *outside)
    return result


def _data(key: str, kind: Traits, result: dict[Operation, tuple[Need, ...]]) -> tuple[Need, ...]:
    # A resumed run has its data already; the place that it lies in is opened again first.
    filling: tuple[Need, ...] = (*BEGINNING, _hard(key, Stage.RESTORE))
    if kind.prepares:
        result[Operation(key, Stage.PREPARE)] = (Need(ISOLATE, Strength.HARD),)
        filling = (*filling, _hard(key, Stage.PREPARE))
    result[Operation(key, Stage.RESTORE)] = BEGINNING
    result[Operation(key, Stage.LOAD)] = filling
    return (_hard(key, Stage.LOAD),)


def _hard(key: str, stage: Stage) -> Need:
    return Need(Operation(key, stage), Strength.HARD)


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
