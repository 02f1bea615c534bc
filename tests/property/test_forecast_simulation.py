"""The simulation of a recovery, held against one trial at a time with a list and a heap."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from refloat.assess.ahead.forecasting import simulation
from refloat.assess.ahead.forecasting.simulation import Simulation
from refloat.assess.ahead.forecasting.work import Work

THINGS = ("worker", "people", "amara", "ben", "shelf")


def plainly(
    work: Work, durations: Sequence[int], room: Mapping[str, int]
) -> tuple[list[int], list[int]]:
    """Carry out one trial as one would write it down; give when tasks end, and what begun them."""
    left = [len(needs) for needs in work.needs]
    free = dict(room)
    ready = [task for task, count in enumerate(left) if not count]
    running: list[tuple[int, int]] = []
    held: dict[int, frozenset[str]] = {}
    ends, begun_by = [0] * len(left), [-1] * len(left)
    now, last = 0, -1
    while ready or running:
        for task in sorted(ready):
            for way in _limited(work, task):
                if all(free[thing] > 0 for thing in way):
                    for thing in way:
                        free[thing] -= 1
                    ready.remove(task)
                    held[task], begun_by[task] = way, last
                    heapq.heappush(running, (now + durations[task], task))
                    break
        now, last = heapq.heappop(running)
        ends[last] = now
        for thing in held[last]:
            free[thing] += 1
        for task, needs in enumerate(work.needs):
            if last in needs:
                left[task] -= 1
                if not left[task]:
                    ready.append(task)
    return ends, begun_by


def _limited(work: Work, task: int) -> list[frozenset[str]]:
    """Give a task's ways, of limited things alone; one that needs none of them is preferred."""
    ways = [way & work.room.keys() for way in work.ways[task]]
    return sorted(ways, key=bool) if frozenset() in ways else ways


@some.composite
def works(draw: some.DrawFn, *, least: int = 0) -> tuple[Work, list[list[int]]]:
    count = draw(some.integers(1, 14))
    order = draw(some.permutations(range(count)))
    needs: list[tuple[int, ...]] = [()] * count
    for place, task in enumerate(order):
        before = (
            some.lists(some.sampled_from(order[:place]), unique=True) if place else some.just([])
        )
        needs[task] = tuple(draw(before))
    things = some.frozensets(some.sampled_from(THINGS), max_size=2)
    ways = tuple(tuple(draw(some.lists(things, min_size=1, max_size=2))) for _ in range(count))
    room = draw(some.dictionaries(some.sampled_from(THINGS), some.integers(1, 3)))
    trials = draw(some.integers(1, 4))
    numbers = some.lists(some.integers(least, 9), min_size=trials, max_size=trials)
    return Work(needs, ways, room), [draw(numbers) for _ in range(count)]


@settings(max_examples=300, deadline=None)
@given(works(least=1))
def test_every_trial_goes_as_one_would_go_by_itself(drawn: tuple[Work, list[list[int]]]) -> None:
    work, durations = drawn
    every = range(len(work.needs))
    ran = Simulation(work, every).run(np.array(durations, np.int64), causes=True)
    for trial in range(len(durations[0])):
        ends, begun_by = plainly(work, [row[trial] for row in durations], work.room)
        assert ran.ends[:, trial].tolist() == ends
        assert ran.whole[trial] == max(ends)
        assert ran.begun_by[:, trial].tolist() == begun_by
        assert ends[ran.last[trial]] == max(ends)


@settings(max_examples=100, deadline=None)
@given(works())
def test_tasks_that_take_no_time_end_when_they_should(
    drawn: tuple[Work, list[list[int]]],
) -> None:
    work, durations = drawn
    ran = Simulation(work, range(len(work.needs))).run(np.array(durations, np.int64))
    for trial in range(len(durations[0])):
        ends, _ = plainly(work, [row[trial] for row in durations], work.room)
        assert ran.ends[:, trial].tolist() == ends


@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(works(least=1))
def test_many_places_are_searched_block_by_block(
    monkeypatch: pytest.MonkeyPatch, drawn: tuple[Work, list[list[int]]]
) -> None:
    monkeypatch.setattr(simulation, "_WIDE", 0)
    monkeypatch.setattr(simulation, "_BLOCK", 3)
    inner: Any = test_every_trial_goes_as_one_would_go_by_itself
    inner.hypothesis.inner_test(drawn)


@settings(max_examples=100, deadline=None)
@given(works())
def test_what_is_asked_beside_changes_nothing(drawn: tuple[Work, list[list[int]]]) -> None:
    work, durations = drawn
    table = np.array(durations, np.int64)
    asked = Simulation(work, range(len(work.needs))).run(table, causes=True)
    plain = Simulation(work).run(table)
    assert plain.whole.tolist() == asked.whole.tolist()
    assert plain.ends.shape[0] == 0
    assert plain.begun_by.size == 0


@settings(max_examples=100, deadline=None)
@given(works())
def test_without_limits_it_is_the_longest_way(drawn: tuple[Work, list[list[int]]]) -> None:
    work, durations = drawn
    table = np.array(durations, np.int64)
    free = Simulation(Work(work.needs, work.ways, {})).run(table, causes=True)
    plenty = dict.fromkeys(THINGS, 1000)
    wide = Simulation(Work(work.needs, work.ways, plenty)).run(table, causes=True)
    assert free.whole.tolist() == wide.whole.tolist()
    for trial in range(table.shape[1]):
        ends: dict[int, int] = {}
        while len(ends) < len(work.needs):
            for task, needs in enumerate(work.needs):
                if task not in ends and all(need in ends for need in needs):
                    before = max((ends[need] for need in needs), default=0)
                    ends[task] = before + durations[task][trial]
        assert free.whole[trial] == max(ends.values())


def test_more_tasks_of_a_kind_than_one_word_of_words_holds() -> None:
    count = 64 * 64 + 200
    ways = ((frozenset({"worker"}),),) * count
    ran = Simulation(Work(((),) * count, ways, {"worker": 2})).run(np.ones((count, 3), np.int64))
    assert ran.whole.tolist() == [count // 2] * 3


def test_one_that_many_wait_for() -> None:
    count = 3_000
    needs = ((), *(((0,),) * (count - 1)))
    ways = ((frozenset(),), *(((frozenset({"worker"}),),) * (count - 1)))
    ran = Simulation(Work(needs, ways, {"worker": 2_999}), [0]).run(np.full((count, 2), 5))
    assert ran.whole.tolist() == [10, 10]
    assert ran.ends.tolist() == [[5, 5]]


def test_nothing_to_do_takes_no_time() -> None:
    ran = Simulation(Work((), (), {"worker": 1})).run(np.zeros((0, 3), np.int64))
    assert ran.whole.tolist() == [0, 0, 0]


def test_no_room_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="no room"):
        Simulation(Work(((),), ((frozenset({"worker"}),),), {"worker": 0}))


def test_tasks_in_a_circle_are_refused() -> None:
    free = ((frozenset[str](),),) * 2
    with pytest.raises(ValueError, match="circle"):
        Simulation(Work(((1,), (0,)), free, {})).run(np.ones((2, 1), np.int64))
