"""What holds of every forecast, and what does not: more hands may make a recovery later."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as some

from refloat.assess.ahead.forecasting.durations import MEASURED, Duration
from refloat.assess.ahead.forecasting.simulation import Simulation
from refloat.assess.ahead.forecasting.tasks import NO_HANDS, WORKER, Recovery, Task, Ways
from refloat.assess.ahead.forecasting.trials import run, run_middle
from refloat.assess.ahead.forecasting.work import Work

BY_WORKER: Ways = (frozenset({WORKER}),)


@some.composite
def recoveries(draw: some.DrawFn, *, chained: bool = True, free: bool = True) -> Recovery:
    """Draw a recovery: tasks that need some of those before them, a service that needs all."""
    tasks: dict[str, Task] = {}
    for number in range(draw(some.integers(1, 10))):
        keys = some.lists(some.sampled_from(sorted(tasks)), unique=True, max_size=3)
        needs = tuple(draw(keys)) if tasks and chained else ()
        ways = draw(some.sampled_from((BY_WORKER, NO_HANDS))) if free else BY_WORKER
        takes = Duration(float(draw(some.integers(1, 50))), 0.3, MEASURED, "")
        tasks[f"t{number}"] = Task(f"t{number}", "do it", "all", needs, ways, takes)
    tasks["all"] = Task("all", "", "all", tuple(tasks))
    return Recovery(tasks, {"all": "all"}, {}, 0.3)


def longest_way(recovery: Recovery) -> float:
    ends: dict[str, float] = {}
    for key, task in recovery.tasks.items():
        ends[key] = max((ends[need] for need in task.needs), default=0.0) + task.duration.seconds
    return ends["all"]


@settings(max_examples=100, deadline=None)
@given(recoveries())
def test_without_spread_and_limits_it_is_the_longest_way(recovery: Recovery) -> None:
    middle = run_middle(recovery, {})
    assert middle.ends[middle.numbered.ends["all"]] == longest_way(recovery)
    path = [middle.numbered.tasks[one] for one in middle.path]
    assert sum(one.duration.seconds for one in path) == longest_way(recovery)


@settings(max_examples=100, deadline=None)
@given(recoveries(free=False), some.integers(1, 4))
def test_one_more_worker_is_never_later_by_more_than_a_known_bound(
    recovery: Recovery, workers: int
) -> None:
    """Graham 1969: with the same order and times, at most 1 + (m - 1) / m' times as long."""
    now = run(recovery, {WORKER: workers}, 50, 1).whole
    then = run(recovery, {WORKER: workers + 1}, 50, 1).whole
    bound = 1 + (workers - 1) / (workers + 1)
    assert np.median(then) <= bound * np.median(now) + 0.01
    assert (then <= bound * now + 0.01).all()


@settings(max_examples=100, deadline=None)
@given(recoveries(chained=False), some.integers(1, 4))
def test_one_more_worker_is_never_later_where_restores_do_not_wait_for_each_other(
    recovery: Recovery, workers: int
) -> None:
    now = run(recovery, {WORKER: workers}, 50, 1).whole
    then = run(recovery, {WORKER: workers + 1}, 50, 1).whole
    assert (then <= now).all()


@settings(max_examples=50, deadline=None)
@given(recoveries(), some.integers(1, 3))
def test_limits_never_make_a_recovery_earlier(recovery: Recovery, workers: int) -> None:
    free = run(recovery, {}, 50, 1).whole
    assert (run(recovery, {WORKER: workers}, 50, 1).whole >= free).all()


@settings(max_examples=25, deadline=None)
@given(recoveries(), some.integers(0, 3))
def test_the_first_trials_are_the_same_however_many_there_are(
    recovery: Recovery, seed: int
) -> None:
    few, many = (run(recovery, {WORKER: 2}, count, seed).whole for count in (8, 40))
    assert few.tolist() == many[:8].tolist()


def test_one_worker_more_can_make_a_recovery_later() -> None:
    """The example of Graham 1969: three workers need 12, four need 15, in the same order."""
    times = (3, 2, 2, 2, 4, 4, 4, 4, 9)
    needs: tuple[tuple[int, ...], ...] = ((), (), (), (), (3,), (3,), (3,), (3,), (0,))
    ends = {
        workers: int(
            Simulation(Work(needs, (BY_WORKER,) * 9, {WORKER: workers}))
            .run(np.array(times)[:, None])
            .whole[0]
        )
        for workers in (3, 4)
    }
    assert ends == {3: 12, 4: 15}
