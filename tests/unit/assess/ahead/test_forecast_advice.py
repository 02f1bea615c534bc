"""Tests for what a forecast says would help, and what to measure next."""

from __future__ import annotations

import pytest

from refloat.model.ahead import Fate
from refloat.model.forecast import Limits
from refloat.model.organisation import WrittenStep
from refloat.model.plan import ComponentKind
from tests.support.changing import with_component
from tests.unit.assess.ahead.test_forecast import both_lost, of, of_steps, option, service, steps
from tests.unit.assess.copied import HOUR, MINUTE, healthy, organisation

PUT_BACK = WrittenStep("put it back", brings_back="directory", takes=HOUR, who="cem")


@pytest.mark.requirement("R-009")
def test_a_deputy_for_somebody_who_is_away_is_an_option_with_its_cost() -> None:
    given = steps(PUT_BACK)
    seen = organisation(given, *healthy(given))
    found = of(seen, "sign-in", "cem", costs={"deputy:cem": "a day a month"})
    assert service(found, "sign-in").fate is Fate.UNKNOWN
    deputy = option(found, "deputy:cem")
    assert "sign-in" in deputy.brings_back
    assert deputy.cost == "a day a month"
    assert deputy.whole is not None
    assert deputy.whole.p50 == pytest.approx(3600.0, rel=0.1)


def test_somebody_away_alone_takes_nothing_so_there_is_nothing_to_help() -> None:
    given = steps(PUT_BACK)
    assert not of(organisation(given, *healthy(given)), "cem").options


def test_what_still_brings_nothing_back_is_no_option() -> None:
    found = of_steps(PUT_BACK, limits=Limits(people=0), costs={"deputy:cem": "much"})
    assert [one.key for one in found.options] == ["person"]
    assert any("The cost of deputy:cem was given" in one for one in found.assumes)


def test_an_estimate_is_measured_and_a_measurement_is_measured_again() -> None:
    estimated = of_steps(PUT_BACK).surer
    assert any(one.startswith("Measure how long it takes to put it back") for one in estimated)
    measured = both_lost().surer
    assert any(one.startswith("Measure again how long it takes to bring") for one in measured)


def test_what_hardly_ever_decides_is_not_proposed() -> None:
    short = WrittenStep("tell", takes=MINUTE, needs=("",))
    found = of_steps(PUT_BACK, short)
    assert not any("in 0 of 100" in one for one in found.surer)


def test_an_estimate_that_bandwidth_makes_longer_is_still_an_estimate() -> None:
    found = of_steps(PUT_BACK, limits=Limits(bandwidth={"cupboard": 200.0}))
    (takes,) = found.durations
    assert (takes.seconds, takes.basis) == (5000.0, "estimated")


def test_who_is_missing_for_a_written_step_is_said_and_not_that_nobody_wrote_it_down() -> None:
    given = with_component(steps(PUT_BACK), "directory", kind=ComponentKind.NETWORK, watch=None)
    found = of(organisation(given, *healthy(given)), "sign-in", "cem")
    said = service(found, "sign-in").why_not
    assert said.endswith("it is not known who else than Cem Yildiz can put Directory back."), said
