"""Tests for how a repository's bandwidth is given out: numbers that can be worked out by hand."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from refloat.assess.ahead.forecasting.bandwidth import Shared, shared
from refloat.assess.ahead.forecasting.durations import MEASURED, Duration
from refloat.assess.ahead.forecasting.limits import checked, limited
from refloat.assess.ahead.forecasting.tasks import PEOPLE, WORKER, Recovery, Task
from refloat.assess.ahead.forecasting.trials import run_middle
from refloat.model.forecast import Limits
from tests.unit.assess.copied import plan

BOX = "cupboard"
MB, GB = 10**6, 10**9
HOUR = 3600.0


def restore(
    key: str, size: int | None, seconds: float, needs: tuple[str, ...] = (), person: bool = False
) -> Task:
    """A restore that reads so much in so long, when it has the repository for itself."""
    things = {WORKER, f"repository {BOX}"} | ({PEOPLE} if person else set())
    takes = Duration(seconds, 0.0, MEASURED, "the test")
    return Task(key, f"restore {key}", key, needs, (frozenset(things),), takes, {BOX: size})


def all_of(*tasks: Task) -> Recovery:
    return Recovery({one.key: one for one in tasks}, {one.key: one.key for one in tasks}, {}, 0.3)


def ends(recovery: Recovery, limits: Limits) -> Mapping[str, float]:
    made = limited(plan(), recovery, checked(plan(), limits), ())
    middle = run_middle(made.recovery, made.room)
    return {key: middle.ends[number] for key, number in middle.numbered.ends.items()}


def at(bandwidth: float, workers: int | None = None, people: int | None = None) -> Limits:
    return Limits(workers, people, {BOX: bandwidth})


FAST = restore("fast", 36 * GB, HOUR)  # 10 MB/s
SLOW = restore("slow", 12 * GB, 2400.0)  # 5 MB/s
LATE = restore("late", 9 * GB, 1800.0, ("fast", "slow"))  # 5 MB/s


@pytest.mark.parametrize("bandwidth", [20 * MB, 25 * MB, GB, 1000 * GB])
def test_bandwidth_that_is_enough_for_all_changes_nothing(bandwidth: float) -> None:
    recovery = all_of(FAST, SLOW, LATE)
    assert ends(recovery, at(bandwidth)) == ends(recovery, Limits())
    assert ends(recovery, at(bandwidth)) == {"fast": HOUR, "slow": 2400.0, "late": HOUR + 1800}


def test_what_one_reads_alone_is_not_shared_with_nobody() -> None:
    found = ends(all_of(FAST, SLOW, LATE), at(10 * MB, workers=1))
    assert found == {"fast": HOUR, "slow": HOUR + 2400, "late": HOUR + 2400 + 1800}
    one_hand = [
        restore(key, one.reads[BOX], one.duration.seconds, person=True)
        for key, one in (("fast", FAST), ("slow", SLOW))
    ]
    assert max(ends(all_of(*one_hand), at(10 * MB, people=1)).values()) == HOUR + 2400


def test_two_that_are_alike_share_what_one_cannot_use() -> None:
    alike = all_of(*(restore(key, 36 * GB, HOUR) for key in ("a", "b")))
    assert max(ends(alike, at(20 * MB)).values()) == HOUR
    assert max(ends(alike, at(15 * MB)).values()) == pytest.approx(72 * GB / (15 * MB))
    assert sorted(ends(alike, at(10 * MB)).values()) == [HOUR, 2 * HOUR], "one after the other"
    assert sorted(ends(alike, at(5 * MB)).values()) == [2 * HOUR, 4 * HOUR]


def test_those_that_wait_for_each_other_are_not_made_slower() -> None:
    chain = all_of(restore("a", 36 * GB, HOUR), restore("b", 36 * GB, HOUR, ("a",)))
    for bandwidth in (10 * MB, 15 * MB, 19 * MB, 20 * MB):
        assert ends(chain, at(bandwidth)) == {"a": HOUR, "b": 2 * HOUR}, bandwidth
    found = ends(all_of(FAST, SLOW, LATE), at(10 * MB))
    assert found["late"] == HOUR + 2400 + 1800, "one after the other, and no slower for it"


def test_a_small_one_that_reads_very_fast_does_not_keep_the_others_waiting() -> None:
    many = [restore(f"r{number}", 18 * GB, HOUR) for number in range(20)]  # 5 MB/s each
    found = ends(all_of(restore("quick", GB, 1.0), *many), at(105 * MB))
    assert max(found.values()) == pytest.approx(HOUR, rel=0.01)


def test_nobody_knows_how_much_any_of_them_reads() -> None:
    reading = [restore("a", None, HOUR), restore("b", None, HOUR)]
    assert shared({one.key: one for one in reading}, BOX, 1.0, {}) == Shared(0, None)
    assert max(ends(all_of(*reading), at(1.0)).values()) == HOUR


sizes = some.lists(
    some.tuples(some.integers(1, 50).map(lambda one: one * GB), some.integers(60, 7200)),
    min_size=1,
    max_size=8,
)
bandwidths = some.integers(1, 400).map(lambda one: one * MB)
workers = some.none() | some.integers(1, 4)


@settings(max_examples=200, deadline=None)
@given(sizes, bandwidths, workers)
def test_never_more_is_read_than_the_repository_gives(
    drawn: list[tuple[int, int]], bandwidth: int, hands: int | None
) -> None:
    tasks = [restore(f"r{number}", *one) for number, one in enumerate(drawn)]
    made = limited(plan(), all_of(*tasks), checked(plan(), at(bandwidth, hands)), ())
    middle = run_middle(made.recovery, made.room)
    runs = list(zip(middle.numbered.tasks, middle.starts, middle.ends, strict=True))
    for moment in (start + 0.01 for start in middle.starts):
        now = [task for task, start, end in runs if start <= moment < end]
        reading = sum((one.reads[BOX] or 0) / one.duration.seconds for one in now)
        assert reading <= bandwidth * 1.001


@settings(max_examples=200, deadline=None)
@given(sizes, bandwidths, bandwidths, some.booleans())
def test_more_bandwidth_ends_within_the_bound_of_a_list_schedule(
    drawn: list[tuple[int, int]], bandwidth: int, more: int, chained: bool
) -> None:
    """Graham 1969: at most twice as long as the best order; in a chain it is never longer."""
    tasks: list[Task] = []
    for number, one in enumerate(drawn):
        before = (tasks[-1].key,) if chained and tasks else ()
        tasks.append(restore(f"r{number}", *one, before))
    less = max(ends(all_of(*tasks), at(bandwidth)).values())
    then = max(ends(all_of(*tasks), at(bandwidth + more)).values())
    assert then <= less * (1 if chained else 2) + 0.01
