"""Each result says what was assumed, and which drill or fact would make it surer."""

from __future__ import annotations

import pytest

from refloat.assess.ahead.forecasting.forecast import Asked, forecast
from refloat.assess.ahead.losses import put_together
from refloat.assess.ahead.ready_made import ready_made
from refloat.assess.ahead.scenario import scenario_outcome
from refloat.assess.ahead.surer import AS_SEEN, ELSEWHERE
from refloat.assess.ahead.weakest.points import weakest
from refloat.model.ahead import LossKind
from refloat.model.feed import CopySeen
from refloat.model.forecast import Limits
from tests.unit.assess.ahead.test_what_falls import company
from tests.unit.assess.copied import DAY, NOW, point, service_test

FIRM = """
sites: [hq, dr]
repositories: {r1: {name: R one, site: dr, encrypted: no}}
vendors: {acme: {name: Acme, contact: "1"}}
authority: {approve_restores: [ana]}
services:
  app: {name: App, owner: ana, tier: 1, needs: [db]}
  wiki: {name: Wiki, owner: ana, tier: 1, needs: [pages]}
components:
  db: {name: the bookings, kind: database, site: hq, takes: 1 h, watch: {copies: [r1]}}
  pages: {name: the pages, kind: files, takes: 1 h, watch: {copies: [r1]}}
"""
COPIES = [point(key, NOW - DAY / 2, copies=(CopySeen("r1"),)) for key in ("db", "pages")]
GIVEN = company(FIRM, *COPIES, service_test("app", NOW - DAY))


@pytest.mark.parametrize("name", sorted(ready_made(GIVEN)))
def test_every_scenario_says_what_it_assumed_and_what_would_make_it_surer(name: str) -> None:
    found = scenario_outcome(GIVEN, ready_made(GIVEN)[name])
    assert found.assumes
    assert found.surer
    assert (AS_SEEN in found.assumes) is not name.startswith("person:")


def test_a_forecast_says_it_of_its_limits_too() -> None:
    scenario = put_together(GIVEN, ["site:hq"])
    free = forecast(GIVEN, scenario, Asked(trials=100))
    assert "There are as many restore workers as can be of use." in free.assumes
    assert "There are as many people as can be of use." in free.assumes
    assert {AS_SEEN, ELSEWHERE[LossKind.SITE]} <= set(free.assumes)
    few = forecast(GIVEN, scenario, Asked(Limits(workers=1, people=1), trials=100))
    assert not [text for text in few.assumes if "as can be of use" in text]
    assert set(scenario_outcome(GIVEN, scenario).surer) <= set(free.surer)


def test_the_weakest_points_say_what_they_did_not_look_at_and_what_was_never_tested() -> None:
    found = weakest(GIVEN, ("app", "wiki"), 1)
    assert {AS_SEEN, *ELSEWHERE.values()} <= set(found.assumes)
    assert any("were not looked at" in text for text in found.assumes)
    assert "Test all of Wiki: nobody ever did." in found.surer
    assert "Write down at which site the pages can be found." in found.surer
    sites = weakest(GIVEN, ("app",), 1, [LossKind.SITE])
    assert ELSEWHERE[LossKind.VENDOR] not in sites.assumes
    assert ELSEWHERE[LossKind.SITE] in sites.assumes
    assert not [text for text in sites.surer if "Test all" in text]


def test_what_was_never_tested_is_named_once() -> None:
    found = scenario_outcome(GIVEN, put_together(GIVEN, ["site:hq", "pages"]))
    assert found.surer.count("Test all of Wiki: nobody ever did.") == 1
