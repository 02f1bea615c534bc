"""With each scenario: when it was last tried, and when each service was that it takes down."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from refloat.model.ahead import LastTest, ScenarioOutcome, TestResult
from refloat.model.feed import CopySeen, FeedFact, RestoreTest, TestLevel
from refloat.model.feed_people import Change, Exercise
from tests.unit.assess.ahead.test_what_falls import company, lost, scenario
from tests.unit.assess.copied import BOX, DAY, NOW, point, service_test

FIRM = """
sites: [back-street, dr]
vendors: {acme: {name: Acme Cloud, contact: "1"}}
repositories: {r1: {name: R one, site: dr, encrypted: no}}
services:
  app: {name: App, owner: ana, tier: 1, needs: [db, sign-on], vendors: [acme]}
  wiki: {name: Wiki, owner: ana, tier: 2, needs: [pages]}
components:
  db: {name: the bookings, kind: database, site: back-street, watch: {copies: [r1]}}
  pages: {kind: files, site: back-street, watch: {copies: [r1]}}
  sign-on: {kind: identity, site: dr, takes: 1 h}
"""
COPIES = [point(key, NOW - DAY / 2, copies=(CopySeen("r1"),)) for key in ("db", "pages")]


def exercise(what: str, days: int = 30, *restored: str) -> Exercise:
    at = NOW - days * DAY
    return Exercise(BOX, f"ex {days}", at, what, what, at, restored=restored)


def told(found: ScenarioOutcome, service: str = "") -> LastTest:
    (one,) = (one for one in found.tested if one.service == service)
    return one


def of(name: str, *facts: FeedFact) -> ScenarioOutcome:
    return scenario(company(FIRM, *COPIES, *facts), name)


@pytest.mark.requirement("R-103")
@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("ransomware", "Ransomware table-top"),
        ("identity", "nobody can sign in"),
        ("site:back-street", "fire in Back Street"),
        ("provider:acme", "Acme Cloud is bankrupt"),
        ("deletion:db", "somebody deleted the bookings"),
    ],
)
def test_the_last_exercise_that_names_a_scenario_is_shown(name: str, what: str) -> None:
    others = [exercise(what, 60), exercise("fire drill of the building", 5)]
    one = told(of(name, *others, exercise(what, 30)))
    assert (one.kind, one.what, one.result) == ("exercise", what, TestResult.HELD)
    assert one.at == NOW - 30 * DAY
    assert one.reference == "box/exercise/ex 30"
    assert one.stale == ()


@pytest.mark.requirement("R-103")
def test_never_tested_is_said_plainly() -> None:
    found = of("site:back-street", exercise("ransomware table-top"))
    assert [(one.service, one.result.value, one.at) for one in found.tested] == [
        ("", "never tested", None),
        ("app", "never tested", None),
        ("wiki", "never tested", None),
    ]
    assert "Rehearse this scenario: no exercise of it is on record." in found.surer


def test_an_exercise_that_is_too_old_no_longer_counts() -> None:
    found = of("ransomware", exercise("ransomware", 400))
    assert told(found).stale == ("It was 400 days ago; 366 days is the longest.",)
    assert "Rehearse this scenario again: the last time was 2025-10-18." in found.surer


def test_an_exercise_covers_what_it_restored_or_practised() -> None:
    all_of_it = exercise("the yearly test", 30, "app", "wiki")
    one = told(of("site:back-street", all_of_it))
    assert (one.kind, one.what) == ("exercise", "the yearly test (restored: App and Wiki)")
    assert told(of("site:back-street", exercise("the yearly test", 30, "app"))).kind == ""
    assert told(of("ransomware", all_of_it)).kind == ""
    talked = replace(exercise("the yearly test"), services=("app",))
    assert told(of("deletion:db", talked)).what == "the yearly test (practised: App)"
    assert told(of("deletion:pages", talked)).kind == ""


def says(scenario: str = "", *lost: str) -> Exercise:
    return replace(exercise("the yearly test"), scenario=scenario, lost=lost)


@pytest.mark.requirement("R-103")
@pytest.mark.parametrize(
    ("says", "losses", "of_it"),
    [
        (says("site:back-street"), ("back-street",), True),
        (says("", "back-street"), ("back-street",), True),
        (says("", "site:back-street", "acme"), ("acme", "back-street"), True),
        (says("site:back-street", "acme"), ("acme", "back-street"), True),
        (says("", "back-street"), ("acme", "back-street"), False),
        (says("", "back-street", "acme"), ("back-street",), False),
        (says("site:dr"), ("back-street",), False),
        (says("nothing known"), ("back-street",), False),
        (says("", "nothing known"), ("back-street",), False),
        (says("ransomware"), ("production",), True),
    ],
)
def test_an_exercise_is_of_the_scenario_that_it_names(
    says: Exercise, losses: tuple[str, ...], of_it: bool
) -> None:
    found = lost(company(FIRM, *COPIES, says), *losses)
    assert told(found).result is (TestResult.HELD if of_it else TestResult.NEVER)
    assert not told(found).by_words


@pytest.mark.requirement("R-103")
def test_what_names_a_scenario_is_not_read_for_another() -> None:
    fire = replace(exercise("ransomware, played as a fire"), scenario="site:back-street")
    assert told(of("ransomware", fire)).result is TestResult.NEVER
    assert told(of("site:back-street", fire)).result is TestResult.HELD
    unknown = replace(fire, scenario="ransomeware")
    assert told(of("ransomware", unknown)).result is TestResult.NEVER


def test_that_a_scenario_was_only_read_from_words_is_said() -> None:
    found = of("ransomware", exercise("ransomware table-top"))
    assert told(found).by_words
    wanted = "that it was of this one is only read from its words"
    assert any(wanted in text for text in found.surer)
    named = replace(exercise("ransomware table-top"), scenario="ransomware")
    assert not any(wanted in text for text in of("ransomware", named).surer)
    whole = of("site:back-street", exercise("the yearly test", 30, "app", "wiki"))
    assert not told(whole).by_words


@pytest.mark.parametrize(
    ("what", "kind"), [("Ana led the exercise", ""), ("a restore without Ana Silva", "exercise")]
)
def test_who_is_named_was_not_therefore_away(what: str, kind: str) -> None:
    text = FIRM + "authority: {approve_restores: [ana]}\n"
    found = scenario(company(text, *COPIES, exercise(what)), "person:ana")
    assert told(found).kind == kind


def test_every_lost_thing_must_be_named() -> None:
    given = company(FIRM, *COPIES, exercise("fire in back-street"))
    assert told(lost(given, "back-street")).kind == "exercise"
    assert told(lost(given, "back-street", "acme")).result is TestResult.NEVER


def test_a_restore_of_what_is_deleted_is_a_test_of_its_deletion() -> None:
    part = replace(service_test("", NOW - 20 * DAY, level=TestLevel.FILE), data_sets=("db",))
    one = told(of("deletion:db", exercise("bookings deleted", 40), part))
    assert (one.kind, one.what, one.result) == (
        "restore test",
        "a part: file (the bookings)",
        TestResult.PASSED,
    )
    by_people = told(of("deletion:db", part, exercise("a day of restores", 10, "app")))
    assert (by_people.kind, by_people.what) == ("exercise", "a day of restores (restored: App)")


def whole(days: int, result: str = "passed") -> RestoreTest:
    return service_test("app", NOW - days * DAY, result=result)


@pytest.mark.requirement("R-103")
@pytest.mark.parametrize(
    ("facts", "result", "at"),
    [
        ([whole(90), whole(20)], TestResult.PASSED, NOW - 20 * DAY),
        ([whole(90), whole(20, "failed")], TestResult.FAILED, NOW - 20 * DAY),
        ([whole(20, "partial")], TestResult.NOTHING, NOW - 20 * DAY),
    ],
)
def test_each_service_that_goes_down_has_its_last_test(
    facts: list[FeedFact], result: TestResult, at: datetime
) -> None:
    one = told(of("site:back-street", *facts), "app")
    assert (one.kind, one.what, one.result, one.at) == (
        "restore test",
        "the whole service",
        result,
        at,
    )
    assert one.reference.startswith("box/restore_test/")


def test_a_part_that_passed_is_not_the_whole() -> None:
    part = replace(service_test("app", NOW - DAY, level=TestLevel.FILE), data_sets=("db",))
    one = told(of("site:back-street", part), "app")
    assert (one.result, one.what) == (TestResult.PART, "a part: file (the bookings)")
    given = company(FIRM.replace("watch:", "takes: 1 h, watch:"), *COPIES, part)
    assert "Test all of App: nobody ever did." in lost(given, "db").surer


def test_the_first_test_that_will_be_too_old_is_named() -> None:
    text = FIRM.replace("tier: 2", "tier: 1")
    tests = [whole(20), service_test("wiki", NOW - 30 * DAY)]
    found = scenario(company(text, *COPIES, *tests), "site:back-street")
    ends = [told(found, key).counts_until for key in ("app", "wiki")]
    assert ends[0] is not None
    assert ends == [ends[0], ends[0] - 10 * DAY]
    asked = (
        f"Test Wiki again before {ends[0] - 10 * DAY:%Y-%m-%d}: its last test counts until then."
    )
    assert asked in found.surer


def test_what_changed_since_makes_a_test_stale() -> None:
    change = Change(BOX, "c", NOW - DAY, "c", "app", NOW - DAY, "new version")
    found = of("site:back-street", whole(20), change)
    (text,) = told(found, "app").stale
    assert "changed on 2026-11-21 (new version)" in text
    assert "Test App again: what the last tests showed is out of date." in found.surer


def test_a_service_that_goes_on_is_not_asked_for() -> None:
    assert [one.service for one in of("deletion:pages").tested] == ["", "wiki"]
