"""What a drill measures when points have several ages, and when clocks cannot be trusted."""

from __future__ import annotations

import contextlib
import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from refloat.app.drill import DrillRequest, DrillResult, drill
from refloat.app.workspace import Workspace
from refloat.host.clock import Clock, Instant
from refloat.model.run import Verdict
from tests.real.small_shop import LETTERS, Shop, done, plan_text, seeded_shop


@pytest.fixture(scope="module")
def seeded() -> Iterator[Shop]:
    """Give the shop with three recovery points of each data set, one letter more in each."""
    with seeded_shop() as shop:
        for number in range(2):
            (shop.home / "letters" / f"late {number}.txt").write_text("late")
            done(shop.run("backup"))
        yield shop


def times(shop: Shop) -> list[datetime]:
    """Give the consistency times of the letters' points, oldest first."""
    told: dict[str, Any] = done(shop.run("points", "letters", "--json")).json()
    text = json.dumps(told)
    points = [point for point in _points(json.loads(text)) if point["data_set"] == "letters"]
    return sorted(datetime.fromisoformat(point["consistency_time"]) for point in points)


def _points(told: Any) -> Iterator[dict[str, Any]]:
    if isinstance(told, dict):
        if "consistency_time" in told:
            yield told
        for value in told.values():
            yield from _points(value)
    elif isinstance(told, list):
        for value in told:
            yield from _points(value)


def test_the_newest_points_are_the_common_ones_and_data_loss_is_read_out_of_the_data(
    shop: Shop,
) -> None:
    result = shop.drill().json()
    assert result["verdict"] == "proven", result["reasons"]
    newest = times(shop)[-1]
    chosen = result["common_recovery_point"]["points"]["letters"]
    assert datetime.fromisoformat(chosen["consistency_time"]) == newest
    parts = result["rpo"]["parts"]
    assert set(parts) == {"letters", "program", "pictures"}
    assert result["rpo"]["measured_seconds"] == max(parts.values())
    since = datetime.fromisoformat(result["loss_at"]) - newest
    # The heartbeat is written just before the files are looked at.
    assert parts["letters"] >= since.total_seconds()
    assert parts["letters"] == pytest.approx(since.total_seconds(), abs=30)
    assert result["common_recovery_point"]["skew_seconds"] == pytest.approx(
        _spread(result["common_recovery_point"]["points"].values())
    )


def test_an_earlier_instant_of_loss_is_honoured(shop: Shop) -> None:
    first, second, _ = times(shop)
    at = second - timedelta(milliseconds=1)
    shop.plan.write_text(plan_text(letters=LETTERS))
    result = shop.drill("--at", at.isoformat()).json()
    assert result["mode"] == "at"
    assert datetime.fromisoformat(result["loss_at"]) == at
    chosen = result["common_recovery_point"]["points"]["letters"]
    assert datetime.fromisoformat(chosen["consistency_time"]) == first
    assert result["verdict"] == "proven", result["reasons"]
    assert 0 <= result["rpo"]["measured_seconds"] < (at - first).total_seconds() + 30


def test_before_the_first_point_there_is_nothing_to_come_back_from(shop: Shop) -> None:
    ended = shop.drill("--at", (times(shop)[0] - timedelta(hours=1)).isoformat())
    result = ended.json()
    assert ended.code == 2
    assert "no recovery point of" in result["reasons"][0]
    assert "at or before the instant asked for" in result["reasons"][0]


def test_a_random_instant_lies_in_its_window_and_nothing_newer_is_restored(shop: Shop) -> None:
    began = datetime.now(UTC)
    result = shop.drill("--random", "1 h").json()
    loss_at = datetime.fromisoformat(result["loss_at"])
    assert result["mode"] == "random"
    assert began - timedelta(hours=1) <= loss_at <= datetime.now(UTC)
    assert result["verdict"] == "proven", result["reasons"]
    for point in result["common_recovery_point"]["points"].values():
        assert datetime.fromisoformat(point["consistency_time"]) <= loss_at


class SetClock(Clock):
    """A machine whose time of day is set as it is read; its boot clock goes its way.

    Args:
        ahead: how far the time of day is off, given which reading this is; the first, 0, is that
            of the declaration. Counting readings and not seconds, it is no matter how fast a
            machine is.
    """

    def __init__(self, ahead: Callable[[int], timedelta]) -> None:
        self._ahead = ahead
        self._readings = itertools.count()

    def now(self) -> Instant:
        real = super().now()
        return replace(real, wall=real.wall + self._ahead(next(self._readings)))


def drilled(shop: Shop, clock: Clock) -> DrillResult:
    return drill(
        Workspace(shop.plan, shop.state),
        clock,
        DrillRequest("shop"),
        lambda _event: None,
        contextlib.nullcontext,
    )


def no_negative_times(result: DrillResult) -> None:
    record = result.record
    assert record.ended_at is not None
    assert record.ended_at >= record.declared_at
    for measured in (record.rto, record.rpo):
        assert measured.measured_seconds is not None
        assert measured.measured_seconds >= 0
        assert all(seconds >= 0 for seconds in measured.parts.values())
    assert all(0 <= step.started <= step.ended for step in record.steps)


def test_a_clock_set_back_since_the_backup_is_told_and_hides_no_point(shop: Shop) -> None:
    newest = times(shop)[-1]
    result = drilled(shop, SetClock(lambda _reading: timedelta(hours=-2)))
    record = result.record
    assert record.common_recovery_point.points["letters"].consistency_time == newest
    assert any("clock was set back" in note for note in record.notes), record.notes
    assert all(check.outcome == "passed" for check in record.checks)
    no_negative_times(result)


def test_a_clock_set_back_during_the_drill_changes_no_measure(shop: Shop) -> None:
    # Choosing and isolating begin and end, and the first restore begins: then it is set.
    result = drilled(shop, SetClock(lambda reading: timedelta(hours=-3 if reading > 5 else 0)))
    assert result.record.verdict is Verdict.PROVEN, result.record.reasons
    assert any("set 10800 s back" in note for note in result.record.notes), result.record.notes
    assert result.record.rto.measured_seconds is not None
    assert result.record.rto.measured_seconds < 300
    no_negative_times(result)


def _spread(points: Any) -> float:
    found = [datetime.fromisoformat(point["consistency_time"]) for point in points]
    return (max(found) - min(found)).total_seconds()
