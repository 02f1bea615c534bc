"""Data that must be of one time: what the parts could give alone, and what they lose together."""

from __future__ import annotations

from datetime import timedelta

import pytest

from refloat.app.scenario import verdict
from refloat.model.access import Right
from refloat.model.ahead import Fate, GroupOutcome, ScenarioOutcome
from refloat.model.feed import CopySeen, FeedFact, PointSeen
from tests.unit.assess.ahead.test_what_falls import company, data_set, fate, lost, scenario
from tests.unit.assess.copied import HOUR, NOW, point, seen_right

FIRM = """
policy: {skew: 15 min}
sites: [hq, dr]
repositories:
  r1: {name: R one, site: dr, encrypted: no}
  r2: {name: R two, site: hq, encrypted: no}
services: {app: {name: App, owner: ana, tier: 1, needs: [db, docs]}}
components:
  db: {name: the database, kind: database, site: hq, GROUPwatch: {copies: [r1]}}
  docs: {name: the documents, kind: files, site: hq, GROUPwatch: {copies: [r1]}}
"""
NAMED, UNNAMED = FIRM.replace("GROUP", "group: g, "), FIRM.replace("GROUP", "")
APART = ((0.5, "db"), (6, "db"), (3, "docs"), (6, "docs"))


def points(*given: tuple[float, str], place: str = "r1", **changes: object) -> list[FeedFact]:
    return [at(hours, key, place, **changes) for hours, key in given]


def at(hours: float, key: str, place: str, **changes: object) -> PointSeen:
    return point(key, NOW - hours * HOUR, copies=(CopySeen(place, **changes),))


def hours(found: ScenarioOutcome) -> float | None:
    seconds = found.services[0].loss_seconds
    return None if seconds is None else seconds / HOUR.total_seconds()


def group(found: ScenarioOutcome) -> GroupOutcome:
    (one,) = found.groups
    return one


@pytest.mark.requirement("R-014")
def test_a_group_loses_what_its_common_time_loses() -> None:
    found = scenario(company(NAMED, *points(*APART)), "site:hq")
    assert hours(found) == 6
    alone = [data_set(found, key).loss_seconds for key in ("db", "docs")]
    assert alone == [0.5 * HOUR.total_seconds(), 3 * HOUR.total_seconds()]
    one = group(found)
    assert (one.name, one.named, one.fits) == ("g", True, True)
    assert one.because == (
        "The database (alone 30 min) and the documents (alone 3 h) must be of one time: "
        "together they come back as they were 6 h before the loss."
    )
    assert (fate(found, "app"), verdict(found)) == ("comes back", 0)


def test_where_the_newest_lie_close_together_nothing_need_be_said() -> None:
    found = scenario(company(NAMED, *points((2, "db"), (2.2, "docs"))), "site:hq")
    assert (found.groups, hours(found)) == ((), 2.2)


def test_where_nothing_lies_close_enough_it_is_not_known() -> None:
    found = scenario(company(NAMED, *points((0.5, "db"), (3, "docs"), (5, "db"))), "site:hq")
    one = group(found)
    assert (one.fits, one.skew_seconds, hours(found)) == (False, 7200.0, 5)
    assert "the closest that survive lie 2 h apart, and 15 min is allowed" in one.because
    assert verdict(found) == 2
    assert any(
        "back up the database and the documents at one time" in s.lower() for s in found.surer
    )
    assert found.services[0].because.endswith(
        "; nobody can say whether its data of the group g fits together."
    )
    for key in ("db", "docs"):
        one = data_set(found, key)
        assert one.fate is Fate.BACK, "each alone does; what it loses alone is known"
        assert one.because.endswith("; nobody can say whether it fits together with the rest of g.")


def test_what_is_still_in_use_is_of_the_instant_of_the_loss() -> None:
    close = lost(company(NAMED, *points((0.2, "db"), (3, "docs"))), "db")
    assert (close.groups, hours(close)) == ((), 0.2)
    far = group(lost(company(NAMED, *points((2, "db"), (3, "docs"))), "db"))
    assert (far.fits, far.skew_seconds) == (False, 3600.0)
    back = group(lost(company(NAMED, *points((2, "db"), (2.1, "docs"))), "db"))
    assert back.fits
    assert back.because == (
        "The database (alone 2 h) and the documents (still in use) must be of one time: "
        "together they come back as they were 2 h 6 min before the loss."
    )


def test_only_what_survives_can_be_common() -> None:
    both = NAMED.replace("copies: [r1]", "copies: [r1, r2]")
    near = [at(1, "db", "r2"), at(1, "docs", "r2")]
    found = scenario(company(both, *points((4, "db"), (5, "docs"), (5, "db")), *near), "site:hq")
    assert hours(found) == 5


def test_of_an_altered_place_only_what_is_locked_counts() -> None:
    given = company(
        "principals: {admins: {kind: privileged}}" + NAMED,
        seen_right("admins", "r1", Right.DELETE, True),
        *points((0.5, "db"), (0.5, "docs"), (3, "docs")),
        *points((2, "db"), (8, "db"), (8, "docs"), offline=True),
    )
    found = scenario(given, "ransomware")
    assert [data_set(found, key).loss_seconds for key in ("db", "docs")] == [7200.0, 28800.0]
    assert hours(found) == 8


def test_a_part_that_does_not_come_back_leaves_no_common_time() -> None:
    three = NAMED.replace("needs: [db, docs]", "needs: [db, {soft: docs}]")
    found = scenario(company(three, *points((1, "db")), at(1, "docs", "r2")), "site:hq")
    one = group(found)
    assert (one.fits, one.loss_seconds, hours(found)) == (False, None, None)
    assert "without the documents, which no copy surely brings back, there is none" in one.because


def test_data_that_nobody_put_together_comes_back_as_a_drill_would_choose() -> None:
    found = scenario(company(UNNAMED, *points(*APART)), "site:hq")
    one = group(found)
    assert (one.name, one.named, one.fits) == ("app", False, False)
    assert (hours(found), one.skew_seconds) == (3, 2.5 * HOUR.total_seconds())
    assert "nobody wrote down whether they must be of one time" in one.because
    assert verdict(found) == 0
    assert any("put them into a group" in text for text in found.surer)


def test_of_two_data_sets_in_no_group_the_one_in_use_is_left_alone() -> None:
    found = lost(company(UNNAMED, *points(*APART)), "db")
    assert (found.groups, hours(found)) == ((), 0.5)


def test_a_group_is_one_over_several_services() -> None:
    two = NAMED.replace(
        "needs: [db, docs]}",
        "needs: [db]}, reading: {name: Reading, owner: ana, tier: 1, needs: [docs]}",
    )
    found = scenario(company(two, *points(*APART)), "site:hq")
    assert group(found).services == ("app", "reading")
    assert {one.loss_seconds for one in found.services} == {timedelta(hours=6).total_seconds()}


@pytest.mark.parametrize("minutes", [15, 16])
def test_the_allowed_spread_is_the_policy_s(minutes: int) -> None:
    given = company(NAMED, *points((1, "db"), (1 + minutes / 60, "docs")))
    assert len(scenario(given, "site:hq").groups) == (minutes > 15)
