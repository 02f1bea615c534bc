"""Which threats a data set outlives, and the way back when prevention has failed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from refloat.assess.sheets.threats import path_back, threat_matrix
from refloat.model.access import Lock, LockMode
from refloat.model.feed import CopySeen, FeedFact, TestLevel
from refloat.model.plan import Dependency, Plan
from refloat.model.sheets import THREATS, Cover, Known
from tests.support.changing import with_component, with_repository, with_service
from tests.unit.assess.copied import (
    DAY,
    HOUR,
    NOW,
    copied_to,
    healthy,
    organisation,
    plan,
    point,
    service_test,
)


def covers(given: Plan, *facts: FeedFact, data_set: str = "book-db") -> dict[str, Cover]:
    matrix = threat_matrix(organisation(given, *facts), "booking")
    row = next(one for one in matrix.rows if one.data_set == data_set)
    assert tuple(cell.threat for cell in row.cells) == THREATS
    return {cell.threat: cell.cover for cell in row.cells}


@pytest.mark.requirement("R-082")
def test_copies_at_two_places_of_which_one_is_locked_outlive_everything() -> None:
    assert set(covers(plan(), *healthy()).values()) == {Cover.COVERED}


@pytest.mark.requirement("R-082")
def test_a_standby_alone_outlives_hardware_and_the_site_and_nothing_else() -> None:
    given = with_component(plan(), "book-db", watch=None)
    found = covers(with_service(given, "booking", standby=True))
    assert [threat for threat, cover in found.items() if cover is Cover.COVERED] == list(
        THREATS[:2]
    )
    assert {found[threat] for threat in THREATS[2:]} == {Cover.NOT_COVERED}
    assert set(covers(given).values()) == {Cover.NOT_COVERED}


@pytest.mark.requirement("R-082")
def test_one_open_copy_outlives_mistakes_and_no_attack() -> None:
    given = with_component(plan(), "book-db", watch=copied_to("cupboard"), site="main street")
    given = replace(with_repository(given, "cupboard", site="main street"), sites=("main street",))
    fact = point("book-db", NOW - HOUR, copies=(CopySeen("cupboard"),))
    assert covers(given, fact) == {
        "hardware failure": Cover.COVERED,
        "loss of the site": Cover.NOT_COVERED,
        "deletion": Cover.COVERED,
        "overwriting": Cover.COVERED,
        "malicious encryption": Cover.NOT_COVERED,
        "loss of the provider or account": Cover.NOT_COVERED,
    }


@pytest.mark.requirement("R-082")
def test_what_nobody_wrote_down_is_not_known() -> None:
    given = with_component(plan(), "book-db", watch=copied_to("shelf"))
    given = with_repository(given, "shelf")
    found = covers(given)
    assert set(found.values()) == {Cover.UNKNOWN}
    elsewhere = with_component(
        with_repository(given, "shelf", site="abroad"), "book-db", site="home"
    )
    assert covers(elsewhere)["loss of the site"] is Cover.COVERED


@pytest.mark.requirement("R-082")
def test_a_copy_that_is_offline_outlives_the_loss_of_every_account() -> None:
    given = with_component(plan(), "book-db", watch=copied_to("cupboard"))
    given = with_repository(given, "cupboard", lock=Lock(LockMode.OFFLINE))
    found = covers(given, point("book-db", NOW - DAY, copies=(CopySeen("cupboard"),)))
    assert found["loss of the provider or account"] is Cover.COVERED
    assert found["malicious encryption"] is Cover.COVERED


@pytest.mark.requirement("R-090")
def test_the_way_back_names_the_isolated_copy_and_the_steps() -> None:
    found = path_back(organisation(plan(), *healthy()), "booking")
    assert found.exists is Known.YES
    assert found.copies == ("Bookings: A copy in the vault abroad, locked until 2026-12-27",)
    assert found.before == ("Staff sign-in",)
    assert found.steps == ("restore the bookings",)
    assert "no account of production can change" in found.statement


@pytest.mark.requirement("R-090")
def test_without_an_isolated_copy_there_is_no_way_back() -> None:
    given = with_component(plan(), "book-db", watch=copied_to("cupboard"))
    found = path_back(organisation(given), "booking")
    assert (found.exists, found.without) == (Known.NO, ("Bookings",))
    assert "no safe way back for Online booking" in found.statement
    doubtful = with_repository(given, "cupboard", rights={"staff": ()})
    assert path_back(organisation(doubtful), "booking").exists is Known.UNKNOWN
    bare = with_service(plan(), "booking", needs=(Dependency("sign-in"),))
    assert path_back(organisation(bare), "booking").exists is Known.UNKNOWN


@pytest.mark.requirement("R-103")
@pytest.mark.parametrize(
    ("days", "result", "said"),
    [
        ((), "", "never"),
        ((40, 20), "passed", "passed 2026-11-02"),
        ((20,), "failed", "failed 2026-11-02"),
        ((20,), "partial", "showed nothing 2026-11-02"),
    ],
)
def test_beside_the_threats_stands_the_last_restore(
    days: tuple[int, ...], result: str, said: str
) -> None:
    tests = [
        replace(
            service_test("", NOW - day * DAY, result=result, level=TestLevel.FILE),
            data_sets=("book-db",),
        )
        for day in days
    ]
    matrix = threat_matrix(organisation(plan(), *healthy(), *tests), "booking")
    assert {row.data_set: row.last_test for row in matrix.rows} == {"book-db": said}
