"""The second verdict from somebody else's restore tests: time, needs, changes, age."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from refloat.assess import assessment, service_status
from refloat.assess.sheets.compare import compare
from refloat.model.facts import Facts
from refloat.model.feed import FeedFact, RestoreTest, TestCheck, TestLevel
from refloat.model.judgement import Confidence, CopyVerdict, RecoveryJudgement, ServiceStatus
from refloat.model.organisation import Exclusion
from refloat.model.plan import ComponentKind, Plan
from refloat.model.run import Verdict
from refloat.testing import example
from tests.support import small_organisation as small

NOW, HOUR, DAY = small.NOW, small.HOUR, small.DAY
PLAN = small.plan(
    [
        small.service("network", "router"),
        small.service("identity", "directory", "network"),
        small.service("booking", "book-db", "identity", vendors=("acme",)),
    ],
    [small.component("router"), small.component("directory"), small.component("book-db")],
)
MINUTE = timedelta(minutes=1)


def everything(plan: Plan = PLAN, **seconds: float) -> list[FeedFact]:
    return [
        fact
        for key in plan.services
        for fact in small.good(plan, key, seconds=seconds.get(key, 1800.0))
    ]


def judge(
    facts: Facts | list[FeedFact],
    key: str = "booking",
    plan: Plan = PLAN,
    at: timedelta | None = None,
) -> ServiceStatus:
    known = facts if isinstance(facts, Facts) else small.facts(facts)
    return service_status(plan, key, known, NOW + (at or timedelta(0)))


def test_a_test_of_the_whole_service_proves_it_when_what_it_needs_is_proven() -> None:
    status = judge(everything())
    assert status.recovery.verdict is Verdict.PROVEN
    assert status.copy.verdict is CopyVerdict.YES
    assert status.objective("rto").achieved_seconds == 3 * 1800
    assert status.recovery.references[0].startswith("tool/restore_test/booking/")
    assert 0 < len(status.recovery.references) <= 20
    assert "2026-11-22 10:00:00 UTC" in status.recovery.would_change
    assert status.confidence.level is Confidence.SERVICE_VALIDATED


@pytest.mark.requirement("R-006", "R-088")
def test_the_time_is_that_of_the_longest_way_and_exactly_the_target_is_met() -> None:
    exact = everything(network=3600.0, identity=3600.0, booking=7200.0)
    assert judge(exact).recovery.verdict is Verdict.PROVEN
    over = everything(network=3601.0, identity=3600.0, booking=7200.0)
    status = judge(over)
    assert status.recovery.verdict is Verdict.UNPROVEN, "no single test showed that it is too slow"
    assert "needs 4 h 1 s to come back after Network and Identity" in status.recovery.reasons[0]
    alone = judge(everything(booking=4 * 3600 + 1.0))
    assert alone.recovery.verdict is Verdict.FAILED


def test_a_service_whose_needs_are_not_proven_is_not_proven() -> None:
    facts = [one for one in everything() if "network/" not in one.external_id]
    status = judge(facts)
    assert status.recovery.verdict is Verdict.UNPROVEN
    assert "Booking needs Identity, which is not proven to come back." in status.recovery.reasons
    assert status.recovery.would_change == "That Identity is proven to come back comes first."


@pytest.mark.requirement("R-087", "R-040")
def test_a_test_of_a_file_is_shown_and_counts_for_nothing() -> None:
    facts = [one for one in everything() if not one.external_id.startswith("booking/2026")]
    file = small.restore_test("booking", level=TestLevel.FILE, data_sets=("book-db",))
    status = judge([*facts, file])
    assert status.recovery.verdict is Verdict.UNPROVEN
    assert "never the whole of it" in status.recovery.reasons[0]
    assert [one.data_sets for one in status.representative.not_counted] == [("book-db",)]
    assert {one.name: one.holds for one in status.claims}["usable"]
    lenient = replace(PLAN, policy=replace(PLAN.policy, file_tests_count=True))
    assert judge([*facts, file], plan=lenient).recovery.verdict is Verdict.PROVEN


@pytest.mark.requirement("R-154", "R-161")
@pytest.mark.parametrize("subject", ["booking", "book-db", "acme"])
def test_a_change_after_the_test_began_makes_it_stale_until_tested_again(subject: str) -> None:
    began = NOW - 10 * DAY
    same = small.change(subject, began)
    assert judge([*everything(), same]).recovery.verdict is Verdict.PROVEN
    after = small.change(subject, began + timedelta(seconds=1))
    status = judge([*everything(), after])
    assert status.recovery.verdict is Verdict.UNPROVEN
    assert status.recovery.stale
    again = small.restore_test("booking", began + MINUTE)
    assert judge([*everything(), after, again]).recovery.verdict is Verdict.PROVEN


def test_a_change_of_what_a_service_needs_is_that_services_matter() -> None:
    changed = small.change("network", NOW - DAY)
    booking = judge([*everything(), changed])
    assert booking.recovery.stale == ()
    assert judge([*everything(), changed], "network").recovery.stale


@pytest.mark.requirement("R-024", "R-161")
def test_a_test_counts_until_exactly_its_age() -> None:
    valid = PLAN.services["booking"].evidence_valid_for - 10 * DAY
    fresh = [small.point(key, NOW + valid) for key in PLAN.components]
    facts = small.facts(everything(), fresh)
    last = service_status(PLAN, "booking", facts, NOW + valid)
    assert last.recovery.verdict is Verdict.PROVEN
    over = service_status(PLAN, "booking", facts, NOW + valid + timedelta(seconds=1))
    assert over.recovery.verdict is Verdict.UNPROVEN


@pytest.mark.requirement("R-064")
def test_the_loss_now_is_met_at_exactly_the_target_and_breached_a_second_later() -> None:
    status = judge(everything(), at=HOUR)
    assert status.objective("rpo").now_met is True
    others = [small.point(key, NOW - MINUTE) for key in ("router", "directory")]
    over = judge([*everything(), *others], at=HOUR + timedelta(seconds=1))
    assert over.objective("rpo").now_met is False
    assert over.recovery.verdict is Verdict.UNPROVEN
    assert over.recovery.would_change == "A new copy of Book db would make this proven."


@pytest.mark.requirement("R-064")
@pytest.mark.parametrize("fault", [{"integrity": "failed"}, {"malware": "infected"}])
def test_a_point_that_cannot_be_restored_from_is_no_copy(fault: dict[str, str]) -> None:
    newer = small.point("book-db", NOW - MINUTE, **fault)
    status = judge([*everything(), newer])
    assert status.copy.data_sets[0].consistency_time == NOW - HOUR
    only = [one for one in everything() if not one.external_id.startswith("book-db@")]
    bad = judge([*only, newer]).copy
    assert bad.verdict is CopyVerdict.NO
    assert bad.reasons[0].startswith("No copy of Book db is left that can be used")


def test_the_last_word_on_a_point_counts_from_when_it_was_said() -> None:
    broken = replace(
        small.point("book-db", integrity="failed"), observed_at=NOW + MINUTE, digest="f" * 64
    )
    facts = [*everything(), broken]
    assert judge(facts).copy.verdict is CopyVerdict.YES
    assert judge(facts, at=MINUTE).copy.verdict is CopyVerdict.NO


def test_a_failed_test_fails_and_a_partial_one_shows_nothing() -> None:
    failed = small.restore_test("booking", NOW - DAY, result="failed")
    assert judge([*everything(), failed]).recovery.verdict is Verdict.FAILED
    partial = small.restore_test("booking", NOW - DAY, result="partial")
    assert judge([*everything(), partial]).recovery.verdict is Verdict.UNPROVEN


def test_nobody_measured_is_not_in_time() -> None:
    facts = [one for one in everything() if not one.external_id.startswith("booking/2026")]
    status = judge([*facts, small.restore_test("booking", seconds=None)])
    assert status.recovery.verdict is Verdict.UNPROVEN
    assert any("Nobody measured" in one for one in status.recovery.reasons)


@pytest.mark.requirement("R-085", "R-005")
def test_what_a_service_was_seen_to_need_is_found_once_and_counts_for_its_time() -> None:
    pay = small.service("payments", "pay-db", rto=8 * HOUR)
    plan = replace(
        PLAN,
        services={**PLAN.services, "payments": pay},
        components={**PLAN.components, "pay-db": small.component("pay-db")},
    )
    slow = everything(plan, payments=4 * 3600.0)
    seen = [
        small.seen_to_need("book-db", "pay-db"),
        small.seen_to_need("Booking", "payments"),
        small.seen_to_need("booking", "network"),
        small.seen_to_need("book-db", "identity"),
    ]
    found = assessment(plan, small.facts(slow, seen), NOW)
    about = [one for one in found.findings if one.code == "UNDOCUMENTED_DEPENDENCY"]
    assert [one.subject for one in about] == ["service booking, needs payments"]
    assert about[0].first_seen == NOW - DAY
    booking = next(one for one in found.services if one.service == "booking")
    assert booking.recovery.verdict is Verdict.UNPROVEN
    assert "with what it was seen to need" in booking.recovery.reasons[0]
    longer = timedelta(days=100)
    later = assessment(plan, small.facts(slow, seen), NOW + longer)
    assert not [one for one in later.findings if one.code == "UNDOCUMENTED_DEPENDENCY"]


@pytest.mark.requirement("R-024")
def test_an_exercise_of_people_is_the_last_step_of_confidence() -> None:
    half = small.exercise("booking", workarounds=False)
    assert judge([*everything(), half]).confidence.level is Confidence.SERVICE_VALIDATED
    other = small.exercise("network")
    assert judge([*everything(), other]).confidence.level is Confidence.SERVICE_VALIDATED
    whole = small.exercise("booking")
    status = judge([*everything(), whole])
    assert status.confidence.level is Confidence.EXERCISED
    assert status.confidence.expires_at == NOW + 80 * DAY


@pytest.mark.requirement("R-060")
def test_a_technical_owner_cannot_approve_for_the_business() -> None:
    facts = [one for one in everything() if "/olga/" not in one.external_id]
    status = judge([*facts, *small.approvals(PLAN, "booking", by="tim")])
    assert "may not decide" in status.objective("rto").explanation
    named = replace(PLAN.services["booking"], owner="tim")
    everybody = replace(PLAN, services={**PLAN.services, "booking": named})
    objectives = {key: replace(one, approver=None) for key, one in named.objectives.items()}
    everybody = replace(
        everybody, services={**PLAN.services, "booking": replace(named, objectives=objectives)}
    )
    known = [*facts, *small.approvals(everybody, "booking", by="tim")]
    assert judge(known, plan=everybody).objective("rto").approval.value == "approved"


@pytest.mark.requirement("R-061")
def test_an_approval_of_another_number_is_stale() -> None:
    other = replace(
        PLAN,
        services={**PLAN.services, "booking": small.service("booking", "book-db", rto=HOUR)},
    )
    facts = [one for one in everything() if "booking/rto" not in one.external_id]
    status = judge([*facts, *small.approvals(other, "booking")])
    assert status.objective("rto").approval.value == "stale"
    assert status.objective("rpo").approval.value == "approved"


def test_a_test_that_passed_does_not_take_the_proof_of_a_drill_away() -> None:
    plan, later = example.plan(), example.NOON + 12 * MINUTE
    drilled = example.facts(plan)
    unmeasured = small.restore_test(example.SERVICE, example.NOON + 5 * MINUTE, seconds=None)
    proven = service_status(plan, example.SERVICE, drilled, later).recovery
    assert proven.verdict is Verdict.PROVEN
    both = service_status(plan, example.SERVICE, drilled.joined(small.facts(unmeasured)), later)
    assert both.recovery.verdict is Verdict.PROVEN
    assert both.recovery.rests_on == proven.rests_on
    failed = replace(unmeasured, result="failed")
    worse = service_status(plan, example.SERVICE, drilled.joined(small.facts(failed)), later)
    assert worse.recovery.verdict is Verdict.FAILED


def test_a_point_that_vanished_before_its_time_is_no_copy_any_more() -> None:
    kept = NOW + 30 * DAY
    older = replace(small.point("book-db", NOW - 2 * HOUR), expires_at=kept)
    newer = replace(small.point("book-db", NOW - HOUR), expires_at=kept)
    again = replace(older, observed_at=NOW - MINUTE, digest="a" * 64)
    rest = [one for one in everything() if not one.external_id.startswith("book-db@")]
    before = judge([*rest, older, newer])
    assert before.copy.data_sets[0].consistency_time == NOW - HOUR
    after = judge([*rest, older, newer, again])
    assert after.copy.data_sets[0].consistency_time == NOW - 2 * HOUR


def test_a_component_is_left_out_only_with_an_approval_that_is_not_over() -> None:
    bare = small.component("archive", copied=False)
    named = small.service("archives", "archive")
    until = NOW.date()
    for exclusion, missed in (
        (Exclusion("archive", "archive", "paper is kept", "olga", until), ()),
        (Exclusion("archive", "archive", "paper is kept", "olga", until - DAY), ("archive",)),
        (Exclusion("archive", "archive", "paper is kept", None, until), ("archive",)),
        (Exclusion("archive", "archive", "paper is kept", "olga", None), ("archive",)),
    ):
        plan = small.plan([named], [bare], exclusions=(exclusion,))
        assert judge([], "archives", plan).coverage.unaccounted == missed


def test_a_name_of_the_feed_that_two_components_have_means_neither() -> None:
    renamed = replace(PLAN.components["book-db"], name="Store")
    plan = replace(PLAN, components={**PLAN.components, "book-db": renamed})
    rest = [one for one in everything(plan) if not one.external_id.startswith("book-db@")]
    point = small.point("STORE")
    assert judge([*rest, point], plan=plan).copy.verdict is CopyVerdict.YES
    other = replace(PLAN.components["router"], name="store")
    both = replace(plan, components={**plan.components, "router": other})
    assert judge([*rest, point], plan=both).copy.verdict is CopyVerdict.UNKNOWN


@pytest.mark.requirement("R-081")
def test_a_test_in_which_nobody_signed_in_proves_no_service_that_people_sign_in_by() -> None:
    plan = small.plan(
        [small.service("doors", "badges")], [small.component("badges", kind=ComponentKind.IDENTITY)]
    )

    def recovery(*proves: str) -> RecoveryJudgement:
        checks = tuple(TestCheck(one, True, one) for one in proves)
        facts = [*small.approvals(plan, "doors"), small.point("badges")]
        facts.append(small.restore_test("doors", checks=checks))
        return judge(facts, "doors", plan).recovery

    assert recovery("data", "service", "dependency").verdict is Verdict.UNPROVEN
    assert "did not try whether Doors serves again" in recovery("data", "service").reasons[0]
    assert recovery("data", "service", "identity").verdict is Verdict.PROVEN


@pytest.mark.requirement("R-156")
def test_a_test_that_looked_at_nothing_proves_nothing_and_takes_no_proof_away() -> None:
    def recovery(*some: FeedFact) -> RecoveryJudgement:
        others = [
            one
            for one in everything()
            if not (isinstance(one, RestoreTest) and one.service == "booking")
        ]
        return judge([*others, *some]).recovery

    def checked(*proves: str, days: int = 10) -> FeedFact:
        checks = tuple(TestCheck(one, True, one) for one in proves)
        return small.restore_test("booking", NOW - days * DAY, checks=checks)

    whole = checked("data", "dependency", "service", days=20)
    assert recovery(whole).verdict is Verdict.PROVEN
    for lacking, what in (
        (checked("service"), "its data and what it needs"),
        (checked("data", "service"), "what it needs"),
        (small.restore_test("booking", confirmed_by=""), "anything"),
    ):
        alone = recovery(lacking)
        assert alone.verdict is Verdict.UNPROVEN
        assert f"nobody looked at {what}." in alone.reasons[-1]
        assert recovery(whole, lacking).verdict is Verdict.PROVEN
    failed = small.restore_test("booking", NOW - 15 * DAY, result="failed")
    assert recovery(whole, failed, checked("service")).verdict is Verdict.UNPROVEN


@pytest.mark.requirement("R-070", "R-071", "R-072")
def test_the_table_counts_what_others_measured_and_names_all_that_must_come_back() -> None:
    def cells(**changes: Any) -> dict[str, str]:
        kept = [one for one in everything() if getattr(one, "service", "") != "booking"]
        measured = replace(small.restore_test("booking"), **changes)
        booking = replace(PLAN.services["booking"], vendors=())
        plan = replace(PLAN, services={**PLAN.services, "booking": booking})
        known = small.facts([*kept, *small.approvals(plan, "booking"), measured])
        rows = compare(plan, known, "booking", NOW).rows
        return {row.requirement: f"{row.backup.text} | {row.recovery.text}" for row in rows}

    bare = cells()
    assert "Booking, with Book db; behind it Network and Identity" in bare["R-070"]
    assert "lost in the last drill: NOT KNOWN" in bare["R-071"]
    assert bare["R-072"].startswith("NOT KNOWN")
    full = cells(point_time=NOW - 10 * DAY - HOUR, bytes=3_600_000)
    assert "lost in the last drill: 1 h" in full["R-071"]
    assert full["R-072"].startswith("about ")


@pytest.mark.requirement("R-161", "R-154")
def test_another_version_than_was_tested_makes_the_test_stale() -> None:
    before, after = NOW - 11 * DAY, NOW - HOUR

    def recovery(then: str, now: str) -> RecoveryJudgement:
        known = [one for one in everything() if getattr(one, "data_set", "") != "book-db"]
        points = [
            replace(small.point("book-db", before), version=then),
            replace(small.point("book-db", after), version=now),
        ]
        return judge([*known, *points]).recovery

    assert recovery("15", "15").verdict is Verdict.PROVEN
    assert recovery("15", "").verdict is Verdict.PROVEN, "what nobody says accuses nobody"
    assert recovery("", "16").verdict is Verdict.PROVEN
    upgraded = recovery("15", "16")
    assert upgraded.verdict is Verdict.UNPROVEN
    assert upgraded.stale == ("Book db was tested with 15; it is now backed up with 16.",)
