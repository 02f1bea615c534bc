"""Which copies count: several in one repository, old ones in a safe, and those of no place."""

from __future__ import annotations

from datetime import timedelta

import pytest

from refloat.model.feed import CopySeen, FeedFact, PointSeen
from tests.unit.assess.ahead.test_what_falls import company, data_set, fate, lost, scenario
from tests.unit.assess.copied import HOUR, NOW, point

SHOP = """
sites: [hq, dr]
repositories:
  r1: {name: R one, encrypted: no}
  r2: {name: R two, site: dr, encrypted: no}
services: {app: {name: App, owner: ana, tier: 1, needs: [db]}}
components:
  db: {kind: database, site: hq, watch: {copies: [r1, r2]}}
  vault: {kind: settings, site: hq}
"""
HERE, THERE = CopySeen("r1", failure_domain="hq"), CopySeen("r1", failure_domain="dr")


def at(hours: float, *copies: CopySeen, **changes: object) -> PointSeen:
    return point("db", NOW - hours * HOUR, copies=copies, **changes)


@pytest.mark.parametrize(
    "facts",
    [
        [at(2, HERE, THERE)],
        [at(2, THERE, HERE)],
        [at(2, THERE), at(1, HERE)],
    ],
)
def test_each_copy_in_one_repository_counts(facts: list[FeedFact]) -> None:
    found = lost(company(SHOP, *facts), "site:hq")
    assert fate(found, "app") == "comes back"
    assert data_set(found, "db").loss_seconds == timedelta(hours=2).total_seconds()


def test_an_older_copy_with_another_key_counts() -> None:
    facts = [at(5, CopySeen("r1", key_kept="safe")), at(1, CopySeen("r1", key_kept="vault"))]
    found = lost(company(SHOP, *facts), "db", "vault")
    assert fate(found, "app") == "comes back"
    assert data_set(found, "db").loss_seconds == timedelta(hours=5).total_seconds()


@pytest.mark.parametrize("hourly", [49, 50, 120])
def test_many_newer_points_hide_no_old_copy_elsewhere(hourly: int) -> None:
    facts = [at(number + 1, CopySeen("r1")) for number in range(hourly)]
    found = lost(company(SHOP, at(170, CopySeen("r2")), *facts), "r1", "db")
    assert fate(found, "app") == "comes back"
    assert data_set(found, "db").from_repository == "r2"


def test_an_intruder_leaves_the_weekly_disk_behind_many_newer_points() -> None:
    facts = [at(number + 1, CopySeen("r1")) for number in range(120)]
    weekly = at(170, CopySeen("r2", offline=True))
    found = scenario(company(SHOP, weekly, *facts), "ransomware")
    assert data_set(found, "db").from_repository == "r2"


def test_a_copy_of_no_place_is_in_none_of_several() -> None:
    assert fate(lost(company(SHOP, at(2)), "r1", "db"), "app") == "not known"


def test_a_copy_that_was_to_be_removed_is_not_known() -> None:
    old = {"expires_at": NOW - 20 * HOUR, "observed_at": NOW - 90 * HOUR}
    given = company(SHOP, at(100, CopySeen("r1"), **old))
    assert fate(lost(given, "db"), "app") == "not known"
    again = company(SHOP, at(100, CopySeen("r1"), **{**old, "observed_at": NOW - HOUR}))
    assert fate(lost(again, "db"), "app") == "comes back"


@pytest.mark.requirement("R-082")
def test_a_replica_may_have_gone_with_what_it_follows() -> None:
    replica = company(SHOP, at(1, CopySeen("r1"), level="replica"))
    assert fate(lost(replica, "db"), "app") == "not known"
    older = at(30, CopySeen("r1"))
    both = company(SHOP, at(1, CopySeen("r1"), level="replica"), older)
    assert fate(lost(both, "db"), "app") == "comes back"
    assert data_set(lost(both, "db"), "db").loss_seconds == 30 * 3600


def test_a_point_that_names_another_place_is_not_in_the_one_that_is_meant() -> None:
    meant = SHOP.replace("copies: [r1, r2]", "copies: [r2]")
    found = lost(company(meant, at(2, HERE)), "r1", "db")
    assert fate(found, "app") == "not known"
    assert data_set(found, "db").copies[0].repository == "r2"
