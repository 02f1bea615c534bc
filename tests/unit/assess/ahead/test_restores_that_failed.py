"""The last restore of one data set failed: nobody can say that it comes back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from refloat.app.scenario import verdict
from refloat.assess.ahead.forecasting.forecast import Asked, forecast
from refloat.assess.ahead.losses import put_together
from refloat.assess.ahead.weakest.points import weakest
from refloat.model.ahead import CopyFate, Fate
from refloat.model.feed import CopySeen, FeedFact, RestoreTest, TestCheck, TestLevel
from tests.unit.assess.ahead.test_what_falls import company, data_set, fate, lost, service
from tests.unit.assess.copied import DAY, NOW, point, service_test

SHOP = """
sites: [hq, dr]
repositories: {r1: {name: R one, site: dr, encrypted: no}}
services:
  app: {name: App, owner: ana, tier: 1, needs: [db]}
  page: {name: Page, owner: ana, tier: 1, needs: [app]}
components:
  db: {name: the bookings, kind: database, site: hq, takes: 1 h, watch: {copies: [r1]}}
"""
COPY = point("db", NOW - DAY / 2, copies=(CopySeen("r1"),))
FAILED = "The last restore of it, on 2026-11-12, failed."


def restore(days: int, result: str, **changes: Any) -> RestoreTest:
    given: dict[str, Any] = {"level": TestLevel.FILE, "result": result, "confirmed_by": ""}
    made = service_test("", NOW - days * DAY, **(given | changes))
    return replace(made, data_sets=("db",))


@pytest.mark.parametrize(
    "facts",
    [
        [restore(10, "failed")],
        [restore(20, "passed"), restore(10, "failed")],
        [restore(10, "failed"), restore(5, "partial")],
        [restore(10, "failed", point_time=NOW - 11 * DAY)],
        [service_test("app", NOW - 20 * DAY), restore(10, "failed")],
    ],
)
def test_a_failed_restore_leaves_it_open(facts: list[FeedFact]) -> None:
    found = lost(company(SHOP, COPY, *facts), "db")
    one = data_set(found, "db")
    assert (one.fate, one.because) == (Fate.UNKNOWN, FAILED)
    assert [(copy.fate, copy.because) for copy in one.copies] == [(CopyFate.UNKNOWN, FAILED)]
    assert (fate(found, "app"), fate(found, "page"), verdict(found)) == (
        "not known",
        "not known",
        2,
    )
    assert service(found, "app").because.endswith(FAILED)
    assert found.surer[0] == (
        "Find out why the last restore of the bookings failed; restore it again."
    )
    assert not [text for text in found.surer if "whether this is so" in text]
    assert not [text for text in found.surer if "would survive" in text]


@pytest.mark.parametrize(
    "later",
    [
        restore(5, "passed"),
        restore(5, "passed", confirmed_by="ana"),
        service_test("app", NOW - 5 * DAY),
    ],
)
def test_a_later_restore_that_worked_settles_it(later: RestoreTest) -> None:
    found = lost(company(SHOP, COPY, restore(10, "failed"), later), "db")
    assert (fate(found, "app"), verdict(found)) == ("comes back", 0)


def test_a_service_that_did_not_come_back_says_nothing_of_data_that_was_right() -> None:
    checks = (TestCheck("rows", True, "data"), TestCheck("sign-in", False, "service"))
    failed = service_test("app", NOW - 10 * DAY, result="failed", checks=checks)
    one = data_set(lost(company(SHOP, COPY, failed), "db"), "db")
    assert (one.fate, one.copies[0].fate) == (Fate.BACK, CopyFate.SURVIVES)


def test_what_is_not_lost_is_not_in_doubt() -> None:
    assert fate(lost(company(SHOP, COPY, restore(10, "failed")), "r1"), "app") == "untouched"


def test_forecasts_and_weakest_points_know_it_too() -> None:
    given = company(SHOP, COPY, restore(10, "failed"))
    rows = forecast(given, put_together(given, ["db"]), Asked(trials=100)).services
    assert {one.service: one.fate for one in rows} == {"app": Fate.UNKNOWN, "page": Fate.UNKNOWN}
    points = weakest(given, ("app",), 1)
    assert "the bookings can be restored after the failed restore of 2026-11-12" in str(points)
