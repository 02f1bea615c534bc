"""What rests on data that comes back and may not fit together is told apart, and not as a yes."""

from __future__ import annotations

import pytest

from refloat.app.scenario import line, verdict
from refloat.assess.ahead.forecasting.forecast import Asked, forecast
from refloat.assess.ahead.misfits import MOST
from refloat.assess.ahead.ready_made import scenario_named
from refloat.model.ahead import Fate, Misfit, ScenarioOutcome, ServiceOutcome
from refloat.model.feed import DependencySeen, PointSeen
from refloat.report._ahead_forecast import view
from refloat.report._ahead_words import Names
from tests.unit.assess.ahead.test_what_belongs_together import at, points
from tests.unit.assess.ahead.test_what_falls import company, lost, scenario
from tests.unit.assess.copied import BOX, HOUR, NOW

FIRM = """
policy: {skew: 15 min}
sites: [hq, dr]
repositories:
  r1: {name: R one, site: dr, encrypted: no}
services:
  ledger: {name: Ledger, owner: ana, tier: 2, needs: [db, docs]}
  payments: {name: Payments, owner: ana, tier: 1, needs: [gateway]}
  portal: {name: Portal, owner: ana, tier: 1, needs: [payments, web]}
  reports: {name: Reports, owner: ana, tier: 3, needs: [{soft: ledger}, printer]}
  wiki: {name: Wiki, owner: ana, tier: 3, needs: [pages]}
components:
  db: {name: the database, kind: database, site: hq, group: g, watch: {copies: [r1]}}
  docs: {name: the documents, kind: files, site: hq, group: g, watch: {copies: [r1]}}
  gateway: {name: the gateway, kind: infrastructure, site: dr, takes: 1 h, needs: [ledger]}
  web: {name: the web server, kind: infrastructure, site: dr, takes: 1 h}
  printer: {name: the printer, kind: infrastructure, site: dr, takes: 1 h}
  pages: {name: the pages, kind: files, site: hq, watch: {copies: [r1]}}
"""
FAR = (*points((0.5, "db"), (3, "docs"), (0.5, "pages")),)
NEAR = (*points((0.5, "db"), (0.5, "docs"), (0.5, "pages")),)


def of(found: ScenarioOutcome, key: str) -> ServiceOutcome:
    return next(one for one in found.services if one.service == key)


def ways(found: ScenarioOutcome) -> dict[str, tuple[str, ...]]:
    return {
        one.service: tuple(f"{some.group}: {some.drawn}" for some in one.misfits)
        for one in found.services
        if one.misfits
    }


@pytest.mark.requirement("R-014")
def test_it_is_carried_along_hard_needs_and_the_way_is_named() -> None:
    found = scenario(company(FIRM, *FAR), "site:hq")
    assert ways(found) == {
        "ledger": ("g: ledger",),
        "payments": ("g: payments <- ledger",),
        "portal": ("g: portal <- payments <- ledger",),
    }
    assert {one.fate for one in found.services if one.misfits} == {Fate.BACK}
    assert of(found, "ledger").because.endswith(
        "; nobody can say whether its data of the group g fits together."
    )
    assert of(found, "portal").because.endswith(
        ", when Payments is; it needs data of the group g that may not fit together: "
        "portal <- payments <- ledger."
    )


def test_own_data_and_what_only_rests_on_it_are_counted_apart() -> None:
    found = scenario(company(FIRM, *FAR), "site:hq")
    one = line(found)
    assert (one.apart, one.unfit, one.on_unfit, verdict(found)) == (1, 1, 2, 2)


def test_what_can_do_without_it_and_what_does_not_need_it_are_plain() -> None:
    found = scenario(company(FIRM, *FAR), "site:hq")
    assert of(found, "wiki").misfits == () == of(found, "reports").misfits


def test_where_the_data_fits_nothing_is_said() -> None:
    found = scenario(company(FIRM, *NEAR), "site:hq")
    assert ways(found) == {}
    assert (line(found).unfit, line(found).on_unfit, verdict(found)) == (0, 0, 0)


def test_what_was_only_seen_to_be_needed_counts_too() -> None:
    seen = DependencySeen(BOX, "seen", NOW - HOUR, "seen", "wiki", "ledger")
    assert ways(scenario(company(FIRM, *FAR, seen), "site:hq"))["wiki"] == ("g: wiki <- ledger",)


def test_a_forecast_of_it_says_so_of_what_is_back() -> None:
    timed = FIRM.replace("group: g, watch", "group: g, takes: 1 h, watch")
    given = company(timed, *FAR)
    told = forecast(given, scenario_named(given, "site:hq"), Asked(trials=10))
    found = {one.service: one.misfits for one in told.services if one.misfits}
    assert found == {
        "ledger": (Misfit("g", ("ledger",)),),
        "payments": (Misfit("g", ("payments", "ledger")),),
        "portal": (Misfit("g", ("portal", "payments", "ledger")),),
    }
    row = next(one for one in view(told, Names(given.plan)).rows if one.name == "Portal")
    assert (row.mark, row.met) == ("open", "open")
    assert row.text.endswith("no target, on what may not fit")


TWO = FIRM.replace("needs: [db, docs]}", "needs: [db]}").replace(
    "needs: [pages]}", "needs: [docs]}\n  shelf: {name: Shelf, owner: ana, tier: 2, needs: [wiki]}"
)


def test_what_rests_on_data_that_is_still_in_use_is_plain_and_its_owner_is_told() -> None:
    found = lost(company(TWO, *FAR), "db")
    assert ways(found) == {
        "ledger": ("g: ledger",),
        "payments": ("g: payments <- ledger",),
        "portal": ("g: portal <- payments <- ledger",),
        "wiki": ("g: wiki",),
    }
    assert of(found, "wiki").fate is Fate.UNTOUCHED
    assert of(found, "wiki").because == (
        "Wiki goes on; nobody can say whether its data of the group g fits together."
    )


def test_a_service_with_less_data_than_before_goes_on_and_so_does_what_needs_it() -> None:
    soft = FIRM.replace("needs: [db, docs]", "needs: [db, {soft: docs}]")
    found = lost(company(soft, *FAR), "docs")
    assert of(found, "payments").fate is Fate.UNTOUCHED
    assert of(found, "payments").misfits == (Misfit("g", ("payments", "ledger")),)
    assert of(found, "payments").because == (
        "Payments goes on; it needs data of the group g that may not fit together: "
        "payments <- ledger."
    )


def test_what_does_not_come_back_says_why_and_no_more() -> None:
    found = lost(company(FIRM.replace(", takes: 1 h, needs", ", needs"), *FAR), "ledger", "gateway")
    assert of(found, "ledger").misfits
    assert of(found, "payments").fate is Fate.UNKNOWN
    assert of(found, "payments").misfits == ()


def many(count: int) -> str:
    """Make a firm with a hub that needs so many services, each with a group of its own."""
    services = "".join(
        f"  s{number}: {{name: S{number}, owner: ana, tier: 2, needs: [a{number}, b{number}]}}\n"
        for number in range(count)
    )
    parts = "".join(
        f"  {part}{number}: {{name: {part}{number}, kind: files, site: hq, group: g{number}, "
        "watch: {copies: [r1]}}\n"
        for number in range(count)
        for part in "ab"
    )
    hub = ", ".join(f"s{number}" for number in range(count))
    head = FIRM.partition("services:")[0]
    return (
        f"{head}services:\n{services}"
        f"  hub: {{name: Hub, owner: ana, tier: 1, needs: [{hub}]}}\n"
        f"  top: {{name: Top, owner: ana, tier: 1, needs: [hub]}}\n"
        f"components:\n{parts}"
    )


@pytest.mark.parametrize(("groups", "named"), [(2, 2), (MOST, MOST), (MOST + 2, MOST)])
def test_of_many_groups_the_nearest_few_are_named(groups: int, named: int) -> None:
    facts: list[PointSeen] = []
    for number in range(groups):
        facts += [at(1, f"a{number}", "r1"), at(4, f"b{number}", "r1")]
    found = scenario(company(many(groups), *facts), "site:hq")
    assert line(found).apart == groups
    assert len(of(found, "hub").misfits) == named
    assert [some.way for some in of(found, "top").misfits] == [
        ("top", "hub", f"s{number}") for number in range(named)
    ]
