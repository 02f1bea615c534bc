"""The common recovery point, held against every possible set."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from refloat.assess.ground.common_point import newest_within, span_of
from refloat.model.points import RecoveryPoint
from refloat.recovery.choose import choose

ZERO = datetime(2026, 11, 22, tzinfo=UTC)

times = some.lists(some.integers(-50, 50), max_size=5)
data_sets = some.dictionaries(some.sampled_from("abcd"), times, min_size=1)


def point(data_set: str, second: int) -> RecoveryPoint:
    return RecoveryPoint(
        identity=f"{data_set}{second}",
        data_set=data_set,
        repository="cupboard",
        engine="restic",
        kind="files",
        consistency_time=ZERO + timedelta(seconds=second),
        paths=("/data",),
        bytes=1,
        duration=timedelta(seconds=1),
        engine_version="restic 0.14.0",
        source_version="",
        seal="seal",
    )


@pytest.mark.requirement("R-014")
@given(data_sets, some.integers(-60, 60))
def test_the_set_is_the_narrowest_that_holds_the_anchor(
    seconds: dict[str, list[int]], asked: int
) -> None:
    points = {name: [point(name, one) for one in ones] for name, ones in seconds.items()}
    common = choose(points, ZERO + timedelta(seconds=asked))
    eligible = {
        name: sorted({one for one in ones if one <= asked}) for name, ones in seconds.items()
    }
    assert set(common.missing) == {name for name, ones in eligible.items() if not ones}
    present = {name: ones for name, ones in eligible.items() if ones}
    if not present:
        assert common.at is None
        return
    anchor = min(max(ones) for ones in present.values())
    candidates = [
        one for one in itertools.product(*present.values()) if min(one) <= anchor <= max(one)
    ]
    narrowest = min(max(one) - min(one) for one in candidates)
    newest = max(min(one) for one in candidates if max(one) - min(one) == narrowest)
    assert common.skew == timedelta(seconds=narrowest)
    assert common.at == ZERO + timedelta(seconds=newest)
    assert set(common.points) == set(present)
    assert all(
        one.consistency_time <= ZERO + timedelta(seconds=asked) for one in common.points.values()
    )


@given(data_sets, some.integers(-60, 60), some.randoms())
def test_the_order_of_the_points_does_not_matter(
    seconds: dict[str, list[int]], asked: int, random: object
) -> None:
    points = {name: [point(name, one) for one in ones] for name, ones in seconds.items()}
    turned = {name: list(reversed(ones)) for name, ones in reversed(points.items())}
    instant = ZERO + timedelta(seconds=asked)
    assert choose(points, instant) == choose(turned, instant)


def test_a_daily_data_set_is_not_paired_with_an_hourly_one_of_another_hour() -> None:
    """Half a day newer bookings with last night's documents are no common state."""
    hour = 3600
    points = {
        "documents": [point("documents", 0)],
        "bookings-db": [point("bookings-db", 5), point("bookings-db", 11 * hour)],
    }
    common = choose(points, ZERO + timedelta(hours=12))
    assert common.points["bookings-db"].consistency_time == ZERO + timedelta(seconds=5)
    assert common.skew == timedelta(seconds=5)


@given(
    some.dictionaries(
        some.sampled_from("abcd"),
        some.lists(some.integers(-50, 50), min_size=1, max_size=5),
        min_size=1,
    ),
    some.integers(0, 40),
)
def test_within_a_spread_the_newest_set_is_taken(seconds: dict[str, list[int]], skew: int) -> None:
    points = {name: [point(name, one) for one in ones] for name, ones in seconds.items()}
    found = newest_within(points, timedelta(seconds=skew))
    fitting = [one for one in itertools.product(*seconds.values()) if max(one) - min(one) <= skew]
    assert (found is None) == (not fitting)
    if found is not None:
        first, last = span_of(found.values())
        assert first == ZERO + timedelta(seconds=max(map(min, fitting)))
        assert last - first <= timedelta(seconds=skew)
        assert set(found) == set(seconds)


@given(
    some.dictionaries(
        some.sampled_from("ab"),
        some.lists(some.integers(-50, 50), min_size=1, max_size=5),
        min_size=2,
    ),
    some.sampled_from("ab"),
    some.integers(-50, 50),
    some.integers(0, 40),
)
def test_within_a_spread_one_more_point_never_makes_it_older(
    seconds: dict[str, list[int]], key: str, more: int, skew: int
) -> None:
    points = {name: [point(name, one) for one in ones] for name, ones in seconds.items()}
    before = newest_within(points, timedelta(seconds=skew))
    after = newest_within(
        {**points, key: [*points[key], point(key, more)]}, timedelta(seconds=skew)
    )
    if before is not None:
        assert after is not None
        assert span_of(after.values())[0] >= span_of(before.values())[0]
