"""Tests for what was seen in a circle: it counts for nothing, and that is said everywhere."""

from __future__ import annotations

from collections.abc import Sequence

from refloat.assess.ahead.forecasting.forecast import Asked, forecast
from refloat.assess.ahead.losses import put_together
from refloat.assess.ahead.scenario import scenario_outcome
from refloat.assess.ahead.weakest.points import weakest
from refloat.model.feed import DependencySeen
from tests.unit.assess.copied import BOX, HOUR, NOW, healthy, organisation, plan, service_test

SAID = " were seen to need each other in a circle; that counts for nothing here."


def assumed(*pairs: tuple[str, str]) -> Sequence[Sequence[str]]:
    """Give what scenario, forecast and weakest points assume where some needs were seen."""
    given = plan()
    facts = [
        *healthy(given),
        service_test("sign-in", NOW - HOUR, seconds=1200.0),
        service_test("booking", NOW - HOUR, seconds=900.0),
        *(DependencySeen(BOX, "seen", NOW - HOUR, one + other, one, other) for one, other in pairs),
    ]
    seen = organisation(given, *facts)
    lost = put_together(seen, ("sign-in", "booking"))
    return (
        scenario_outcome(seen, lost).assumes,
        forecast(seen, lost, Asked(trials=10)).assumes,
        weakest(seen, ("booking",)).assumes,
    )


def test_needs_that_were_seen_in_a_circle_are_said_to_count_for_nothing() -> None:
    for some in assumed(("sign-in", "booking"), ("booking", "sign-in")):
        said = [one for one in some if one.endswith(SAID)]
        assert len(said) == 1, some
        assert "ooking" in said[0]
        assert "ign" in said[0]


def test_a_need_that_was_seen_one_way_is_no_circle() -> None:
    for some in assumed(("booking", "sign-in")):
        assert not [one for one in some if one.endswith(SAID)]
