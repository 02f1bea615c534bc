"""Tests for how long a task takes: out of measurements, volumes and estimates."""

from __future__ import annotations

import math

import numpy as np
import pytest

from refloat.assess.ahead.forecasting.drawing import Drawing
from refloat.assess.ahead.forecasting.durations import (
    DEFAULT_SPREAD,
    ESTIMATED,
    MEASURED,
    ONCE,
    SCALED,
    Duration,
    Sample,
    at_least,
    estimated,
    measured,
    usual_spread,
)

USUAL = 0.3


def samples(*seconds: float, size: int | None = None) -> list[Sample]:
    return [Sample(one, size, "a test") for one in seconds]


def test_one_measurement_is_the_middle_and_spreads_wider_than_usual() -> None:
    one = measured(samples(600.0), None, USUAL, whole=True)
    assert (one.seconds, one.basis) == (600.0, ONCE)
    assert one.spread == pytest.approx(USUAL * math.sqrt(2))


def test_more_measurements_that_agree_spread_less_but_never_not_at_all() -> None:
    spreads = [
        measured(samples(*[600.0] * count), None, USUAL, whole=True).spread
        for count in (1, 2, 5, 50)
    ]
    assert spreads == sorted(spreads, reverse=True)
    assert spreads[-1] > 0
    assert measured(samples(600.0, 600.0), None, USUAL, whole=True).basis == MEASURED


def test_measurements_that_differ_spread_wider() -> None:
    near = measured(samples(500.0, 600.0), None, USUAL, whole=True)
    far = measured(samples(100.0, 3000.0), None, USUAL, whole=True)
    assert far.spread > near.spread
    assert far.seconds == pytest.approx(math.sqrt(100.0 * 3000.0))


def test_a_restore_takes_longer_in_proportion_to_what_there_is_to_restore() -> None:
    one = measured(samples(600.0, size=1000), 3000, USUAL, whole=False)
    assert one.seconds == pytest.approx(1800.0)
    assert one.basis == SCALED
    less = measured(samples(600.0, size=1000), 500, USUAL, whole=False)
    assert less.seconds == pytest.approx(300.0)


def test_of_a_whole_nobody_knows_which_part_grows_so_it_spreads_until_both_may_be() -> None:
    one = measured(samples(600.0, size=1000), 3000, USUAL, whole=True)
    assert one.seconds == pytest.approx(1800.0)
    assert one.low < 600.0, "that nothing grows must be among what is expected"
    assert measured(samples(600.0, size=1000), 500, USUAL, whole=True).seconds == 600.0


def test_sizes_that_nobody_knows_scale_nothing() -> None:
    for size, volume in ((None, 3000), (1000, None), (0, 3000), (1000, 1050)):
        one = measured(samples(600.0, size=size), volume, USUAL, whole=False)
        assert (one.seconds, one.basis) == (600.0, ONCE)


def test_an_estimate_spreads_wider_than_any_measurement() -> None:
    one = estimated(600.0, "the plan")
    assert (one.seconds, one.basis) == (600.0, ESTIMATED)
    assert one.high == pytest.approx(1500.0)
    assert one.low == pytest.approx(240.0)
    assert one.spread > measured(samples(600.0), None, DEFAULT_SPREAD, whole=True).spread


def test_a_bound_makes_longer_and_never_shorter() -> None:
    one = estimated(600.0, "the plan")
    assert at_least(one, 300.0, "reading") is one
    assert at_least(one, 900.0, "reading").seconds == 900.0


def test_the_usual_spread_comes_from_what_was_repeated() -> None:
    assert usual_spread([]) == pytest.approx(DEFAULT_SPREAD)
    assert usual_spread([samples(600.0)]) == pytest.approx(DEFAULT_SPREAD)
    steady = usual_spread([samples(*[600.0] * 20)])
    wild = usual_spread([samples(60.0, 6000.0, 600.0, 30.0)])
    assert steady < DEFAULT_SPREAD < wild


def test_measurements_of_no_time_at_all_are_taken_as_they_are() -> None:
    assert measured(samples(0.0), None, USUAL, whole=True).seconds == 0.0
    assert math.isfinite(measured(samples(0.0, 5.0), None, USUAL, whole=True).spread)


def test_drawn_durations_have_the_middle_and_the_spread_that_they_should() -> None:
    drawn = Drawing(["a"], [Duration(1000.0, 0.4, ONCE, "")], 7, 1000.0).more(40_000)
    logarithms = np.log(drawn[0] / 1000.0)
    assert np.median(drawn) == pytest.approx(1_000_000, rel=0.01)
    assert logarithms.std() == pytest.approx(0.4, rel=0.01)
    assert np.percentile(drawn, 95) == pytest.approx(1_000_000 * math.exp(1.6449 * 0.4), rel=0.02)


def test_what_is_drawn_for_a_task_depends_on_its_name_and_the_seed_alone() -> None:
    one = Duration(1000.0, 0.4, ONCE, "")
    alone = Drawing(["a"], [one], 7, 1000.0).more(8)
    beside = Drawing(["b", "a"], [one, one], 7, 1000.0)
    pieces = np.concatenate((beside.more(4), beside.more(4)), axis=1)
    assert pieces[1].tolist() == alone[0].tolist()
    assert pieces[0].tolist() != alone[0].tolist()
    assert Drawing(["a"], [one], 8, 1000.0).more(8)[0].tolist() != alone[0].tolist()


def test_a_very_long_task_is_not_cut_off() -> None:
    months = Duration(90 * 86400.0, 0.4, ONCE, "")
    assert Drawing(["a"], [months], 7, 1000.0).more(100).min() > 20 * 86400 * 1000
