"""The recovery machine, walked through every outcome in every order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as some

from refloat.model.plan import (
    Component,
    ComponentKind,
    Dependency,
    Plan,
    Protection,
    Recovery,
    Service,
    Start,
    Strength,
)
from refloat.model.run import Outcome, Stage
from refloat.recovery.machine import (
    BUSY,
    JOURNEY,
    PERSISTENT,
    Blueprint,
    Operation,
    Traits,
    admitted,
    advance,
    after_interruption,
    blueprint,
    finished,
)

TRAITS = {
    "files": Traits(False, False),
    "postgresql": Traits(True, True),
    "ldap": Traits(True, False),
}


@some.composite
def plans(draw: some.DrawFn) -> Plan:
    """Draw plans of up to six components, each needing only earlier ones."""
    components: dict[str, Component] = {}
    for number in range(draw(some.integers(1, 6))):
        key = f"c{number}"
        needs = tuple(
            Dependency(other, draw(some.sampled_from(list(Strength))))
            for other in components
            if draw(some.booleans())
        )
        kind = draw(some.sampled_from([None, *TRAITS]))
        components[key] = Component(
            key=key,
            kind=ComponentKind.DATA,
            name=key,
            needs=needs,
            protection=Protection(kind, {}, "cupboard") if kind else None,
            recovery=Recovery(start=Start(("true",)) if draw(some.booleans()) else None),
        )
    needs = tuple(
        Dependency(key, draw(some.sampled_from(list(Strength))))
        for key in draw(some.lists(some.sampled_from(sorted(components)), min_size=1, unique=True))
    )
    service = Service("s", "S", needs=needs)
    return Plan("O", {}, {}, {"s": service}, components)


def walk(
    data: some.DataObject, what: Blueprint
) -> tuple[dict[Operation, Outcome], list[Operation]]:
    """Let operations end in any order with any outcome, until all have ended."""
    workers = data.draw(some.integers(1, 3))
    ended: dict[Operation, Outcome] = {}
    running: list[Operation] = []
    begun: list[Operation] = []
    while not finished(what, ended):
        step = advance(what, ended, running)
        for operation in step.blocked:
            assert operation not in ended
            ended[operation] = Outcome.COULD_NOT_RUN
        now = admitted(step.begin, running, workers)
        assert {one for one in step.begin if one.stage not in BUSY} <= set(now), "it only waits"
        assert len([one for one in (*running, *now) if one.stage in BUSY]) <= workers
        assert now or running or not step.begin, "nothing goes on"
        for operation in now:
            assert operation not in begun, "an operation began twice"
            for need in what.needs[operation]:
                assert need.operation in ended, "something began before what it waits for"
                if need.strength is Strength.HARD:
                    assert ended[need.operation] is Outcome.PASSED
        running += now
        begun += now
        assert running or finished(what, ended), "nothing runs and nothing may begin: stuck"
        if running:
            operation = running.pop(data.draw(some.integers(0, len(running) - 1)))
            ended[operation] = data.draw(some.sampled_from([Outcome.PASSED] * 4 + list(Outcome)))
    return ended, begun


@given(some.data(), plans())
def test_every_walk_ends_and_keeps_the_order(data: some.DataObject, plan: Plan) -> None:
    what = blueprint(plan, "s", TRAITS.__getitem__)
    ended, begun = walk(data, what)
    assert set(ended) == set(what.needs)
    for operation in begun:
        assert all(
            ended[need.operation] is Outcome.PASSED
            for need in what.needs[operation]
            if need.strength is Strength.HARD
        )


@given(some.data(), plans())
def test_a_failing_component_stops_only_what_hard_depends_on_it(
    data: some.DataObject, plan: Plan
) -> None:
    what = blueprint(plan, "s", TRAITS.__getitem__)
    broken = data.draw(some.sampled_from(sorted(what.strengths)))
    ended: dict[Operation, Outcome] = {}
    while not finished(what, ended):
        step = advance(what, ended, ())
        ended.update(dict.fromkeys(step.blocked, Outcome.COULD_NOT_RUN))
        for operation in step.begin:
            bad = operation == Operation(broken, Stage.CHECK)
            ended[operation] = Outcome.FAILED if bad else Outcome.PASSED
    stopped = {broken}
    for key in sorted(what.strengths):
        needs = plan.components[key].needs
        hard = {need.on for need in needs if need.strength is Strength.HARD}
        if hard & stopped:
            stopped.add(key)
    for key in what.strengths:
        passed = ended[Operation(key, Stage.CHECK)] is Outcome.PASSED
        assert passed == (key not in stopped)
    direct = {need.on for need in plan.services["s"].needs if need.strength is Strength.HARD}
    assert (ended[JOURNEY] is Outcome.PASSED) == (not direct & stopped)


@given(some.data(), plans())
def test_a_resumed_run_repeats_nothing_that_lies_on_the_disk(
    data: some.DataObject, plan: Plan
) -> None:
    what = blueprint(plan, "s", TRAITS.__getitem__)
    done = data.draw(some.lists(some.sampled_from(sorted(what.needs)), unique=True))
    outcomes = {operation: data.draw(some.sampled_from(list(Outcome))) for operation in done}
    kept = after_interruption(outcomes)
    assert all(outcomes[one] is Outcome.PASSED and one.stage in PERSISTENT for one in kept)
    assert {
        one for one, how in outcomes.items() if how is Outcome.PASSED and one.stage in PERSISTENT
    } == set(kept)
