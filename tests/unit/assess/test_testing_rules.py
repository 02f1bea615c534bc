"""Rules about tests: of the whole, often enough, and of what is there now."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from refloat.assess import words
from refloat.model.feed import FeedFact, TestCheck, TestLevel
from refloat.model.judgement import Severity
from refloat.model.plan import ComponentKind
from tests.support import changing
from tests.unit.assess import timed
from tests.unit.assess.timed import DAY, NOW, SECOND, found

PLAN = timed.plan()
OURS = {
    "NEVER_DRILLED",
    "DRILL_FAILED",
    "DRILL_UNPROVEN",
    "RESTORE_FAILED",
    "TEST_NOT_SERVICE_LEVEL",
    "TEST_OVERDUE",
    "EVIDENCE_STALE_AFTER_CHANGE",
    "NO_REPRESENTATIVE_RESTORE",
    "TEST_WITHOUT_CHECKS",
    "TEST_INTERVALS_NOT_BY_TIER",
}


def codes(some: list[FeedFact], service: str = "claims") -> set[str]:
    every = timed.findings(PLAN, some)
    return {one.code for one in every if service in one.services and one.code in OURS}


def others() -> list[FeedFact]:
    """Give the facts of a business that has not tested its claims."""
    return timed.without(timed.facts(PLAN), "claims")


def test_services_that_were_tested_as_a_whole_are_left_alone() -> None:
    assert [one for one in timed.findings(PLAN) if one.code in OURS] == []


@pytest.mark.requirement("R-153", "R-035")
def test_what_was_never_tried_is_found() -> None:
    assert codes(others()) == {"NEVER_DRILLED"}


@pytest.mark.requirement("R-087")
@pytest.mark.parametrize("level", [level for level in TestLevel if level is not TestLevel.SERVICE])
def test_a_part_that_came_back_is_no_test_of_the_service(level: TestLevel) -> None:
    some = [*others(), timed.restored("claims", level=level)]
    assert codes(some) == {"TEST_NOT_SERVICE_LEVEL"}
    (finding,) = found("TEST_NOT_SERVICE_LEVEL", PLAN, some)
    assert finding.severity is Severity.HIGH
    assert finding.first_seen == NOW - 20 * DAY
    assert "nobody has seen The claims itself at work" in finding.sentence
    assert codes([*some, timed.restored("claims", NOW - 19 * DAY)]) == set()


@pytest.mark.requirement("R-087")
def test_a_policy_may_let_parts_count() -> None:
    plan = replace(PLAN, policy=replace(PLAN.policy, file_tests_count=True))
    some = [*others(), timed.restored("claims", level=TestLevel.FILE)]
    assert found("TEST_NOT_SERVICE_LEVEL", plan, some) == []


@pytest.mark.requirement("R-087", "R-153")
def test_a_part_does_not_hide_that_the_last_whole_test_is_too_long_ago() -> None:
    some = [
        *others(),
        timed.restored("claims", NOW - 93 * DAY),
        timed.restored("claims", level=TestLevel.FILE),
    ]
    assert codes(some) == {"TEST_NOT_SERVICE_LEVEL", "TEST_OVERDUE"}
    (finding,) = found("TEST_NOT_SERVICE_LEVEL", PLAN, some)
    assert finding.first_seen == NOW - DAY, "until then the test of the whole counted"


@pytest.mark.requirement("R-153", "R-155")
@pytest.mark.parametrize(("late", "overdue"), [(timedelta(0), False), (SECOND, True)])
def test_a_test_counts_to_the_last_second_of_its_time(late: timedelta, overdue: bool) -> None:
    at = NOW - 92 * DAY - late
    some = [*others(), timed.restored("claims", at)]
    assert codes(some) == ({"TEST_OVERDUE"} if overdue else set())
    for finding in found("TEST_OVERDUE", PLAN, some):
        assert finding.first_seen == at + 92 * DAY
        assert "work with claims" in finding.sentence


@pytest.mark.requirement("R-154", "R-161")
@pytest.mark.parametrize(
    ("after", "stale"), [(-SECOND, False), (timedelta(0), False), (SECOND, True)]
)
def test_a_change_after_the_last_test_takes_it_away(after: timedelta, stale: bool) -> None:
    at = NOW - 20 * DAY + after
    for subject in ("claims", "claims-data"):
        some = [*timed.facts(PLAN), timed.changed(subject, at)]
        assert codes(some) == ({"EVIDENCE_STALE_AFTER_CHANGE"} if stale else set())
        for finding in found("EVIDENCE_STALE_AFTER_CHANGE", PLAN, some):
            assert finding.first_seen == at
            assert finding.subject == "service claims"
        again = [*some, timed.restored("claims", NOW - DAY)]
        assert codes(again) == set(), "tested again"


@pytest.mark.requirement("R-154")
def test_a_change_of_what_a_service_needs_is_a_matter_of_that_service() -> None:
    some = [*timed.facts(PLAN), timed.changed("lines", NOW - DAY)]
    assert {one.subject for one in found("EVIDENCE_STALE_AFTER_CHANGE", PLAN, some)} == {
        "service lines"
    }


@pytest.mark.requirement("R-154")
def test_what_does_not_matter_to_recovery_changes_nothing() -> None:
    some = [*timed.facts(PLAN), timed.changed("claims", NOW - DAY, material=False)]
    assert codes(some) == set()


@pytest.mark.requirement("R-002")
def test_a_test_that_failed_decides_and_is_seen_since_the_first_of_its_like() -> None:
    bad = timed.restored("claims", NOW - 9 * DAY, result="failed", issues=("the disk was full",))
    worse = timed.restored("claims", NOW - 3 * DAY, result="failed", issues=("no licence",))
    some = [*timed.facts(PLAN), bad, worse]
    assert codes(some) == {"DRILL_FAILED"}
    (finding,) = found("DRILL_FAILED", PLAN, some)
    assert finding.first_seen == NOW - 9 * DAY
    assert finding.sentence == (
        "The claims did not come back as it must on 2026-11-19. No licence. Without it: work with "
        "claims."
    )
    partial = timed.restored("claims", NOW - 2 * DAY, result="partial")
    assert codes([*some, partial]) == {"DRILL_UNPROVEN"}
    assert codes([*some, timed.restored("claims", NOW - 2 * DAY)]) == set()


@pytest.mark.requirement("R-022")
def test_a_part_that_could_not_be_brought_back_is_found_until_it_can() -> None:
    bad = timed.restored("claims", NOW - 9 * DAY, level=TestLevel.FILE, result="failed")
    assert codes([*timed.facts(PLAN), bad]) == {"RESTORE_FAILED"}
    good = timed.restored("claims", NOW - 8 * DAY, level=TestLevel.FILE)
    assert codes([*timed.facts(PLAN), bad, good]) == set()


def check(proves: str, passed: bool = True) -> TestCheck:
    return TestCheck(f"checks {proves}", passed, proves)


@pytest.mark.requirement("R-156")
@pytest.mark.parametrize(
    ("proved", "missing"),
    [
        (("data", "dependency", "service"), ()),
        (("data", "identity", "service"), ()),
        (("data", "service"), ("what it needs",)),
        (("dependency", "service"), ("its data",)),
        (("service",), ("its data", "what it needs")),
    ],
)
def test_a_test_looks_at_data_and_at_what_is_needed(
    proved: tuple[str, ...], missing: tuple[str, ...]
) -> None:
    one = timed.restored("claims", checks=tuple(check(proof) for proof in proved))
    some = [*others(), one]
    assert codes(some) == ({"TEST_WITHOUT_CHECKS"} if missing else set())
    for finding in found("TEST_WITHOUT_CHECKS", PLAN, some):
        assert finding.inputs["missing"] == missing


@pytest.mark.requirement("R-156")
def test_a_test_without_any_list_of_checks_is_attested_or_worth_little() -> None:
    assert codes([*others(), timed.restored("claims")]) == set()
    unconfirmed = timed.restored("claims", confirmed_by="")
    assert "TEST_WITHOUT_CHECKS" in codes([*others(), unconfirmed])
    nameless = timed.restored("claims", confirmed_by="", checks=(TestCheck("looks fine", True),))
    assert "TEST_WITHOUT_CHECKS" in codes([*others(), nameless])


@pytest.mark.requirement("R-156")
def test_what_needs_nothing_has_nothing_to_look_at_beside_its_data() -> None:
    plan = changing.with_service(PLAN, "vault", needs=PLAN.services["vault"].needs[:1])
    some = timed.without(timed.facts(plan), "vault")
    some += [timed.restored("vault", checks=(check("data"), check("service")))]
    assert found("TEST_WITHOUT_CHECKS", plan, some) == []
    assert found("NO_REPRESENTATIVE_RESTORE", plan, some) == []


@pytest.mark.requirement("R-081")
def test_a_server_that_runs_is_no_service_before_somebody_has_signed_in() -> None:
    plan = changing.with_component(PLAN, "claims-data", kind=ComponentKind.IDENTITY)
    listed = timed.restored("claims", checks=(check("data"), check("dependency")))
    assert found("TEST_NOT_SERVICE_LEVEL", plan, [*others(), listed])
    signed_in = timed.restored("claims", checks=(check("data"), check("identity")))
    assert found("TEST_NOT_SERVICE_LEVEL", plan, [*others(), signed_in]) == []


@pytest.mark.requirement("R-036")
def test_a_test_that_is_not_like_the_real_thing_is_found() -> None:
    small = replace(timed.restored("claims"), data_sets=("bookings-data",))
    some = [*others(), small]
    assert codes(some) == {"NO_REPRESENTATIVE_RESTORE"}
    (finding,) = found("NO_REPRESENTATIVE_RESTORE", PLAN, some)
    assert finding.inputs["missing"] == ("all data sets",)


@pytest.mark.requirement("R-155")
def test_what_matters_more_is_tested_no_less_often() -> None:
    policy = replace(PLAN.policy, test_every={1: 93 * DAY, 2: 92 * DAY, 3: 92 * DAY})
    (finding,) = found("TEST_INTERVALS_NOT_BY_TIER", replace(PLAN, policy=policy))
    assert finding.subject == "organisation, tier 1"
    same = replace(PLAN.policy, test_every={1: 92 * DAY, 2: 92 * DAY, 3: 92 * DAY})
    assert found("TEST_INTERVALS_NOT_BY_TIER", replace(PLAN, policy=same)) == []
    seldom = changing.with_service(PLAN, "claims", evidence_valid_for=184 * DAY + SECOND)
    (finding,) = found("TEST_INTERVALS_NOT_BY_TIER", seldom)
    assert finding.subject == "service claims"
    just = changing.with_service(PLAN, "claims", evidence_valid_for=184 * DAY)
    assert found("TEST_INTERVALS_NOT_BY_TIER", just) == []


@pytest.mark.parametrize(
    ("text", "begun"),
    [
        ("the claims failed. the owner waits.", "The claims failed. The owner waits."),
        ("shop.yaml showed it. db_1 did not.", "shop.yaml showed it. db_1 did not."),
        ("Is it there? nobody knows.", "Is it there? Nobody knows."),
        ("About 3. 4 h, e.g. today.", "About 3. 4 h, e.g. today."),
    ],
)
def test_sentences_begin_with_a_capital_letter(text: str, begun: str) -> None:
    assert words.begun(text) == begun


def test_of_two_tests_of_one_instant_the_one_that_failed_decides() -> None:
    good = timed.restored("claims")
    bad = replace(good, external_id="0", digest="0", result="failed")
    assert codes([*others(), good, bad]) == codes([*others(), bad, good]) == {"DRILL_FAILED"}
