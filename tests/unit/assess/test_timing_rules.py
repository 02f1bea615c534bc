"""Rules about time: numbers worked out by hand, and boundaries to the second."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from refloat.model.feed import FeedFact, TestLevel
from refloat.model.judgement import Severity
from refloat.model.organisation import Vendor, Watch, WrittenStep
from refloat.model.plan import Dependency, Plan, Strength
from tests.support import changing
from tests.unit.assess import timed
from tests.unit.assess.timed import HOUR, MINUTE, NOW, SECOND, found

PLAN = timed.plan()
DAY = timed.DAY


def with_vendor(plan: Plan, key: str, **changes: Any) -> Plan:
    vendor = Vendor(key, "Southern Cards", **changes)
    return timed.replace(plan, vendors={key: vendor})


@pytest.mark.requirement("R-006", "R-088")
def test_the_way_back_is_added_up_along_what_must_be_back_before() -> None:
    """Sign-in 60 after the longer of lines 30 and vault 20; claims 280 after that: 370 of 240."""
    plan = timed.with_targets(PLAN, "claims", {"rto": 240 * MINUTE})
    (finding,) = found("RTO_EXCEEDED", plan)
    assert finding.subject == "service claims"
    assert finding.severity is Severity.HIGH
    assert finding.services == ("claims",)
    assert finding.inputs["measured_seconds"] == (280 + 60 + 30) * 60
    assert finding.inputs["target_seconds"] == 240 * 60
    assert finding.inputs["way"] == ("lines", "sign-in", "claims")
    assert finding.sentence == (
        "The claims needs 6 h 10 min to come back; the business allows 4 h. Before it there must "
        "be back: The lines and The sign-in. Meanwhile: work with claims."
    )
    assert finding.first_seen == NOW - 20 * DAY
    assert finding.last_seen == NOW


@pytest.mark.requirement("R-088", "R-064")
@pytest.mark.parametrize(("over", "exceeded"), [(timedelta(0), False), (SECOND, True)])
def test_the_time_allowed_is_met_to_the_second(over: timedelta, exceeded: bool) -> None:
    plan = timed.with_targets(PLAN, "claims", {"rto": 370 * MINUTE - over})
    assert bool(found("RTO_EXCEEDED", plan)) is exceeded


@pytest.mark.requirement("R-006", "R-085")
def test_what_was_seen_to_be_needed_counts_and_is_said() -> None:
    """Bookings 40 after sign-in 90 are 130 of 180; after claims, too, 40 and 370 are 410."""
    assert found("RTO_EXCEEDED", PLAN) == []
    seen = [*timed.facts(PLAN), timed.need_seen("bookings", "claims")]
    (finding,) = found("RTO_EXCEEDED", PLAN, seen)
    assert finding.subject == "service bookings"
    assert finding.inputs["measured_seconds"] == 410 * 60
    assert "At work it was seen to need The claims, too, which its recovery plan" in (
        finding.sentence
    )
    assert finding.first_seen == NOW - 2 * DAY, "since it was seen, not since it was tested"
    needs = (*PLAN.services["bookings"].needs, Dependency("claims"))
    written = changing.with_service(PLAN, "bookings", needs=needs)
    (again,) = found("RTO_EXCEEDED", written, seen)
    assert again.inputs["measured_seconds"] == 410 * 60
    assert "At work" not in again.sentence


@pytest.mark.requirement("R-006")
def test_soft_needs_are_not_waited_for() -> None:
    needs = (*PLAN.services["bookings"].needs, Dependency("claims", Strength.SOFT))
    assert found("RTO_EXCEEDED", changing.with_service(PLAN, "bookings", needs=needs)) == []


def test_what_nobody_measured_is_no_accusation_but_what_is_known_counts() -> None:
    plan = timed.with_targets(PLAN, "claims", {"rto": 90 * MINUTE})
    untested = timed.without(timed.facts(plan), "claims")
    assert found("RTO_EXCEEDED", plan, untested) == [], "90 min of sign-in are known, and allowed"
    stricter = timed.with_targets(PLAN, "claims", {"rto": 89 * MINUTE})
    (finding,) = found("RTO_EXCEEDED", stricter, timed.without(timed.facts(stricter), "claims"))
    assert finding.inputs["unknown"] == ("claims",)


def test_a_break_is_seen_since_the_first_of_the_tests_that_show_it() -> None:
    plan = timed.with_targets(PLAN, "lines", {"rto": 25 * MINUTE})
    older = [timed.restored("lines", NOW - days * DAY) for days in (80, 60, 40)]
    fast = timed.restored("lines", NOW - 60 * DAY, minutes=20, level=TestLevel.SERVICE)
    some: list[FeedFact] = [*timed.facts(plan), *older]
    assert found("RTO_EXCEEDED", plan, some)[0].first_seen == NOW - 80 * DAY
    some = [*timed.facts(plan), older[0], fast, older[2]]
    assert found("RTO_EXCEEDED", plan, some)[0].first_seen == NOW - 40 * DAY


@pytest.mark.requirement("R-088")
@pytest.mark.parametrize(
    ("limit", "exceeded"), [(370 * MINUTE, False), (370 * MINUTE - SECOND, True)]
)
def test_contracts_are_held_to_the_second(limit: timedelta, exceeded: bool) -> None:
    by_vendor = with_vendor(PLAN, "cards", outage_limits={"claims": limit, "nothing": HOUR})
    of_service = changing.with_service(PLAN, "claims", contract_limit=limit)
    for plan, subject in (
        (by_vendor, "vendor cards, service claims"),
        (of_service, "service claims"),
    ):
        assert [one.subject for one in found("CONTRACT_TOLERANCE_EXCEEDED", plan)] == (
            [subject] if exceeded else []
        )
    if exceeded:
        (finding,) = found("CONTRACT_TOLERANCE_EXCEEDED", by_vendor)
        assert "the contract with Southern Cards allows an outage of" in finding.sentence
        assert finding.services == ("claims",)


@pytest.mark.requirement("R-088")
@pytest.mark.parametrize(
    ("promised", "too_long"), [(180 * MINUTE, False), (180 * MINUTE + SECOND, True)]
)
def test_vendors_must_promise_what_the_business_was_promised(
    promised: timedelta, too_long: bool
) -> None:
    by_vendor = with_vendor(PLAN, "cards", commitments={"bookings": promised})
    of_component = changing.with_component(PLAN, "bookings-data", vendor_commitment=promised)
    for plan, subject in (
        (by_vendor, "vendor cards, service bookings"),
        (of_component, "service bookings, component bookings-data"),
    ):
        assert [one.subject for one in found("VENDOR_COMMITMENT_INSUFFICIENT", plan)] == (
            [subject] if too_long else []
        )


@pytest.mark.requirement("R-066")
@pytest.mark.parametrize(
    ("every", "too_seldom"), [(4 * HOUR, False), (4 * HOUR + SECOND, True), (None, False)]
)
def test_copies_that_are_too_seldom_cannot_meet_the_target(
    every: timedelta | None, too_seldom: bool
) -> None:
    watch = Watch(copies=("safe",), every=every)
    plan = changing.with_component(PLAN, "lines-data", watch=watch)
    subjects = [one.subject for one in found("ARCHITECTURE_CANNOT_MEET_RPO", plan)]
    assert subjects == (["service lines, data set lines-data"] if too_seldom else [])


@pytest.mark.requirement("R-066")
@pytest.mark.parametrize(("over", "exceeded"), [(timedelta(0), False), (SECOND, True)])
def test_estimates_speak_where_nobody_measured(over: timedelta, exceeded: bool) -> None:
    """Sign-in was measured (90); the two written steps are thought to take 60 and 30 more."""
    steps = (
        WrittenStep("restore", takes=60 * MINUTE),
        WrittenStep("look"),
        WrittenStep("start", takes=30 * MINUTE),
    )
    plan = changing.with_service(PLAN, "bookings", steps=steps)
    plan = timed.with_targets(plan, "bookings", {"rto": 180 * MINUTE - over})
    untested = timed.without(timed.facts(plan), "bookings")
    estimated = found("ARCHITECTURE_CANNOT_MEET_RTO", plan, untested)
    assert [one.inputs["estimated_seconds"] for one in estimated] == (
        [180 * 60] if exceeded else []
    )
    assert found("ARCHITECTURE_CANNOT_MEET_RTO", plan) == [], "measured: another rule says it"


@pytest.mark.requirement("R-066")
def test_components_are_estimated_along_their_longest_chain() -> None:
    plan = changing.with_component(PLAN, "lines-data", takes=40 * MINUTE)
    plan = changing.with_component(
        plan, "vault-data", takes=21 * MINUTE, needs=(Dependency("lines-data"),)
    )
    untested = timed.without(timed.facts(plan), "vault")
    plan = timed.with_targets(plan, "vault", {"rto": 60 * MINUTE})
    late = {one.subject: one for one in found("ARCHITECTURE_CANNOT_MEET_RTO", plan, untested)}
    assert late["service vault"].inputs["estimated_seconds"] == 61 * 60
    assert late["service sign-in"].inputs["estimated_seconds"] == (61 + 60) * 60
    assert late["service sign-in"].inputs["way"] == ("vault", "sign-in")
    assert len(late) == 2


@pytest.mark.requirement("R-067")
def test_next_to_no_loss_needs_more_than_copies() -> None:
    near = timed.with_targets(PLAN, "lines", {"rpo": 5 * MINUTE})
    (finding,) = found("NEAR_ZERO_NEEDS_MORE", near)
    for capability in ("replication", "standby", "orchestration", "more frequent testing"):
        assert capability in finding.next_step
    assert found("NEAR_ZERO_NEEDS_MORE", changing.with_service(near, "lines", standby=True)) == []
    just_above = timed.with_targets(PLAN, "lines", {"rpo": 5 * MINUTE + SECOND})
    assert found("NEAR_ZERO_NEEDS_MORE", just_above) == []


def test_a_business_that_comes_back_in_time_is_left_alone() -> None:
    mine = {
        "RTO_EXCEEDED",
        "CONTRACT_TOLERANCE_EXCEEDED",
        "VENDOR_COMMITMENT_INSUFFICIENT",
        "ARCHITECTURE_CANNOT_MEET_RPO",
        "ARCHITECTURE_CANNOT_MEET_RTO",
        "NEAR_ZERO_NEEDS_MORE",
    }
    assert [one for one in timed.findings(PLAN) if one.code in mine] == []
