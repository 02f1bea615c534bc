"""ISM-1511, ISM-1810 and ISM-1811: copied often enough, to one point in time, kept securely."""

from __future__ import annotations

from dataclasses import replace

import pytest

from refloat.model.feed import (
    CopySeen,
    DependencySeen,
    IntegrityCheck,
    PointSeen,
    ProtectionScope,
    Quality,
    RestoreTest,
    ScopeExclusion,
    TestCheck,
    TestLevel,
)
from refloat.model.feed_people import ApprovalSeen
from refloat.model.maturity import ControlOutcome, ControlResult
from refloat.model.organisation import Exclusion, Platform, Watch
from refloat.model.plan import ComponentKind, Dependency, Objective, Plan, Service
from tests.support.changing import with_component, with_policy, with_repository
from tests.unit.assess.kept_well import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    REGISTER,
    SECOND,
    TOOL,
    but,
    component,
    control,
    facts,
    judge,
    plan,
    point,
    without,
)

PLAN = plan()


def of_database(point_: PointSeen | None, key: str, start: Plan = PLAN) -> ControlResult:
    """Judge a control with another newest copy of the database, or with none."""
    kept = [
        one
        for one in facts(start)
        if not (isinstance(one, PointSeen) and one.data_set == "loans-db")
    ]
    return control(start, kept if point_ is None else [*kept, point_], key)


@pytest.mark.requirement("R-120")
def test_a_copy_as_old_as_allowed_is_effective_and_one_second_older_is_not() -> None:
    assert of_database(point("loans-db", NOW - HOUR), "ISM-1511").met
    late = of_database(point("loans-db", NOW - HOUR - SECOND), "ISM-1511")
    assert late.outcome is ControlOutcome.INEFFECTIVE
    (line,) = late.failing
    assert line.startswith("loans-db: its newest copy is 1 h 1 s old; 1 h is the most")


def test_copies_that_are_meant_to_be_rarer_than_allowed_fail() -> None:
    rare = with_component(PLAN, "scans", watch=Watch("copier", ("cellar", "abroad"), 2 * HOUR))
    failing = control(rare, facts(rare), "ISM-1511").failing
    assert failing == ("scans: it is meant to be copied every 2 h; 1 h is the most that may be",)


def test_targets_that_nobody_approved_fail() -> None:
    result = control(PLAN, without(facts(PLAN), ApprovalSeen), "ISM-1511")
    assert result.outcome is ControlOutcome.INEFFECTIVE
    assert len(result.failing) == 3
    assert "nobody approved how much of it may be lost" in result.failing[0]


def test_a_target_that_was_changed_since_fails() -> None:
    lending = PLAN.services["lending"]
    more = {**lending.objectives, "rpo": Objective("rpo", 2 * HOUR, "bia", "ines")}
    changed = replace(PLAN, services={"lending": replace(lending, objectives=more)})
    result = control(changed, facts(PLAN), "ISM-1511")
    assert "what was approved is not the target of today" in result.failing[0]


def test_a_target_that_the_plan_alone_says_is_approved_is_poor_evidence() -> None:
    lending = PLAN.services["lending"]
    claimed = {
        measure: replace(one, approved_on=NOW.date()) for measure, one in lending.objectives.items()
    }
    start = replace(PLAN, services={"lending": replace(lending, objectives=claimed)})
    given = [
        one
        for one in facts(start)
        if not (isinstance(one, ApprovalSeen) and one.service == "lending")
    ]
    result = control(start, given, "ISM-1511")
    assert result.outcome is ControlOutcome.NO_VISIBILITY
    assert result.quality is Quality.POOR
    trusting = with_policy(start, poor_evidence_counts=True)
    assert control(trusting, given, "ISM-1511").met


def test_copies_that_are_removed_before_their_time_fail() -> None:
    made = NOW - 30 * MINUTE
    brief = point("loans-db", made, expires_at=made + 34 * DAY - SECOND)
    (line,) = of_database(brief, "ISM-1511").failing
    assert line.startswith("loans-db: its copies are kept for 34 days; 35 days was agreed")
    exact = point("loans-db", made, expires_at=made + 34 * DAY)  # tools remove once a day
    assert of_database(exact, "ISM-1511").met


def test_nobody_decided_how_long_copies_are_kept() -> None:
    start = with_component(PLAN, "scans", retention=None)
    (line,) = control(start, facts(start), "ISM-1511").failing
    assert line.startswith("scans: nobody")


def test_how_long_copies_are_kept_is_poor_evidence_where_only_the_plan_says_it() -> None:
    locked = point("loans-db", expires_at=None)
    free = tuple(replace(one, locked_until=NOW) for one in locked.copies)
    silent = replace(locked, copies=free)
    result = of_database(silent, "ISM-1511")
    assert result.outcome is ControlOutcome.NO_VISIBILITY
    assert result.not_known[0].startswith("loans-db: only the plan says")
    unset = with_component(PLAN, "loans-db", watch=Watch("copier", ("cellar", "abroad"), HOUR))
    unknown = of_database(silent, "ISM-1511", unset)
    assert unknown.not_known == ("loans-db: nobody knows how long its copies are kept",)


def test_a_lock_that_lasts_as_long_as_was_agreed_shows_that_copies_are_kept() -> None:
    assert of_database(point("loans-db", expires_at=None), "ISM-1511").met


def test_where_nothing_belongs_together_each_copy_is_of_one_point_in_time() -> None:
    lending = PLAN.services["lending"]
    alone = replace(PLAN, services={"lending": replace(lending, needs=lending.needs[:1])})
    alone = with_component(alone, alone.services["lending"].needs[0].on, group="")
    assert control(alone, facts(alone), "ISM-1810").met
    assert not control(alone, without(facts(alone), PointSeen), "ISM-1810").met


def test_a_data_set_of_which_no_copy_was_ever_seen_is_not_known() -> None:
    result = of_database(None, "ISM-1511")
    assert result.outcome is ControlOutcome.NO_VISIBILITY
    assert result.not_known == ("loans-db: no copy of it was ever seen that can be used",)


def test_a_copy_that_cannot_be_used_is_no_copy() -> None:
    for spoilt in (
        point("loans-db", usable="failed"),
        point("loans-db", malware="infected"),
        point("loans-db", complete=False),
    ):
        assert of_database(spoilt, "ISM-1511").outcome is ControlOutcome.NO_VISIBILITY
    gone = of_database(point("loans-db", expires_at=NOW), "ISM-1511")
    assert gone.not_known == ("loans-db: no copy of it was ever seen that can be used",)


@pytest.mark.requirement("R-120")
def test_data_that_nothing_copies_fails_unless_somebody_left_it_out() -> None:
    start = with_component(PLAN, "scans", watch=Watch("copier", ()))
    assert control(start, facts(start), "ISM-1511").failing == (
        "scans: nothing copies it, and nobody decided to leave it out",
    )
    excluded = Exclusion("old scans", "scans", "on paper too", "ines", NOW.date() + DAY)
    assert control(replace(start, exclusions=(excluded,)), facts(start), "ISM-1511").met


def test_a_store_of_data_that_no_plan_knows_fails() -> None:
    store = DependencySeen(REGISTER, "volume", NOW - DAY, "0" * 64, "fines-pgdata", holds_data=True)
    result = control(PLAN, [*facts(PLAN), store], "ISM-1511")
    assert result.failing[0].startswith("fines-pgdata: ")
    forgotten = replace(store, observed_at=NOW - PLAN.policy.observed_for - SECOND)
    assert control(PLAN, [*facts(PLAN), forgotten], "ISM-1511").met


def test_what_a_tool_leaves_out_unsaid_fails() -> None:
    scope = ProtectionScope(
        TOOL,
        "scope",
        NOW - HOUR,
        "0" * 64,
        ("a", "b"),
        (ScopeExclusion("c", "a kiosk", "ines"),),
        ("a", "b", "c", "d"),
        "scans",
    )
    (line,) = control(PLAN, [*facts(PLAN), scope], "ISM-1511").failing
    assert line.startswith("scans: 1 of its 4 parts")
    assert line.endswith("d")
    whole = replace(scope, inventory=("a", "b", "c"))
    assert control(PLAN, [*facts(PLAN), whole], "ISM-1511").met


@pytest.mark.requirement("R-014")
def test_the_spread_of_a_group_is_shown_and_fails_a_second_above_the_allowed() -> None:
    exact = point("settings", NOW - 45 * MINUTE)
    given = [one for one in facts(PLAN) if getattr(one, "data_set", "") != "settings"]
    assert control(PLAN, [*given, exact], "ISM-1810").met
    over = point("settings", NOW - 45 * MINUTE - SECOND)
    assert control(PLAN, [*given, over], "ISM-1810").failing == (
        "lending: the newest copies of settings and loans-db lie 15 min 1 s apart; "
        "15 min is allowed",
    )
    way_off = point("settings", NOW - 30 * MINUTE - 386 * MINUTE)
    assert "lie 386 min apart" in control(PLAN, [*given, way_off], "ISM-1810").failing[0]


@pytest.mark.requirement("R-014")
def test_settings_out_of_step_with_data_fail_though_nobody_named_a_group() -> None:
    start = PLAN
    for key in PLAN.components:
        start = with_component(start, key, group="")
    apart = [one for one in facts(start) if getattr(one, "data_set", "") != "settings"]
    apart.append(point("settings", NOW - 55 * MINUTE))
    assert control(start, apart, "ISM-1810").failing[0].startswith("lending: ")


def test_of_data_alone_nobody_can_tell_whether_it_belongs_together() -> None:
    start = PLAN
    for key in PLAN.components:
        start = with_component(start, key, group="", kind=ComponentKind.DATABASE)
    apart = [one for one in facts(start) if getattr(one, "data_set", "") != "settings"]
    apart.append(point("settings", NOW - 55 * MINUTE))
    result = control(start, apart, "ISM-1810")
    assert result.outcome is ControlOutcome.NO_VISIBILITY
    assert "nobody said whether they do" in result.not_known[0]


def test_a_group_with_a_member_that_has_no_copy_has_no_common_point() -> None:
    assert of_database(None, "ISM-1810").failing == (
        "lending: loans-db has no copy, so there is no common point in time",
    )


def test_a_group_may_reach_over_two_services() -> None:
    extra = component("fines-db", kind=ComponentKind.DATABASE)
    fines = replace(
        PLAN.services["lending"], key="fines", name="Fines", needs=(Dependency("fines-db"),)
    )
    start = replace(
        PLAN,
        components={**PLAN.components, "fines-db": extra},
        services={**PLAN.services, "fines": fines},
    )
    given = [*facts(start), point("fines-db", NOW - 50 * MINUTE)]
    assert control(start, given, "ISM-1810").failing[0].startswith("lending: the newest copies")


@pytest.mark.parametrize(
    ("copies", "says"),
    [
        ((CopySeen("cellar", "town", encrypted=True),), "only the plan says that there is a copy"),
        (
            (
                CopySeen("cellar", "town", encrypted=True),
                CopySeen("abroad", "town", encrypted=True),
            ),
            "all copies are in town and break together",
        ),
        (
            (CopySeen("cellar", "town", encrypted=False), CopySeen("abroad", encrypted=True)),
            "its copies in cellar are not encrypted",
        ),
    ],
)
def test_copies_must_not_break_together_nor_be_open(
    copies: tuple[CopySeen, ...], says: str
) -> None:
    result = of_database(point("loans-db", copies=copies), "ISM-1811")
    assert not result.met
    assert says in (*result.failing, *result.not_known)[0]


def test_one_place_of_copies_alone_fails() -> None:
    start = with_component(PLAN, "loans-db", watch=Watch("copier", ("cellar",), HOUR, 35 * DAY))
    alone = point("loans-db", copies=(CopySeen("cellar", "town", encrypted=True),))
    assert of_database(alone, "ISM-1811", start).failing == (
        "loans-db: there is one copy alone, in cellar",
    )


def test_encryption_that_only_the_plan_speaks_of_is_poor_and_unknown_is_not_known() -> None:
    unsaid = (CopySeen("cellar", "town"), CopySeen("abroad", "abroad"))
    result = of_database(point("loans-db", copies=unsaid), "ISM-1811")
    assert result.outcome is ControlOutcome.NO_VISIBILITY
    assert result.quality is Quality.POOR
    start = with_repository(PLAN, "abroad", encrypted=None)
    unknown = of_database(point("loans-db", copies=unsaid), "ISM-1811", start)
    assert unknown.not_known == (
        "loans-db: nobody knows whether its copies in abroad are encrypted",
    )


def test_copies_were_last_seen_whole_too_long_ago() -> None:
    every = PLAN.policy.integrity_verified_every
    exact = point("loans-db", integrity=IntegrityCheck("checksum", "ok", NOW - every))
    assert of_database(exact, "ISM-1811").met
    old = point("loans-db", integrity=IntegrityCheck("checksum", "ok", NOW - every - SECOND))
    result = of_database(old, "ISM-1811")
    assert result.outcome is ControlOutcome.NOT_ASSESSED
    assert result.not_known[0].startswith("loans-db: its copies were last seen to be whole on")
    never = of_database(point("loans-db", integrity=IntegrityCheck()), "ISM-1811")
    assert never.not_known == ("loans-db: nobody knows whether its copies are whole",)


def test_a_restore_that_proved_the_data_shows_that_copies_are_whole() -> None:
    never = point("loans-db", integrity=IntegrityCheck())
    kept = [one for one in facts(PLAN) if getattr(one, "data_set", "") != "loans-db"]
    test = RestoreTest(
        REGISTER,
        "test",
        NOW - DAY,
        "0" * 64,
        "lending",
        ("loans-db",),
        TestLevel.SERVICE,
        "passed",
        NOW - DAY,
        checks=(TestCheck("all loans are there", True, "data"),),
    )
    assert control(PLAN, [*kept, never, test], "ISM-1811").met
    failed = replace(test, result="failed", checks=())
    assert not control(PLAN, [*kept, never, failed], "ISM-1811").met


def test_a_newest_copy_that_is_damaged_fails() -> None:
    damaged = point("loans-db", NOW - MINUTE, integrity=IntegrityCheck("checksum", "failed", NOW))
    result = control(PLAN, [*facts(PLAN), damaged], "ISM-1811")
    assert result.failing == ("loans-db: its newest copy was found to be damaged",)


def test_a_key_that_lies_in_what_it_opens_fails_and_one_that_nobody_placed_is_not_known() -> None:
    buried = replace(PLAN, platforms={"copier": Platform("copier", "copier", key_kept="loans-db")})
    result = control(buried, facts(buried), "ISM-1811")
    assert "loans-db: the key of its copies can only be reached with itself" in result.failing
    unsaid = replace(PLAN, platforms={"copier": Platform("copier", "copier")})
    assert control(unsaid, facts(unsaid), "ISM-1811").outcome is ControlOutcome.NO_VISIBILITY


def test_facts_and_dates_are_told_with_the_outcome() -> None:
    result = control(PLAN, facts(PLAN), "ISM-1511")
    assert result.checked_at == NOW - 30 * MINUTE
    assert result.expires_at == NOW + 30 * MINUTE
    assert result.rests_on[0].startswith("copier/recovery_point/loans-db-")
    assert "2026-11-22 09:30:00 UTC" in result.would_change


def test_the_newest_word_on_a_copy_counts_and_the_future_does_not() -> None:
    later = point("loans-db", NOW + MINUTE, observed_at=NOW + 2 * MINUTE)
    assert judge(PLAN, but(facts(PLAN), later)) == judge(PLAN, facts(PLAN))


def test_a_service_of_no_data_and_an_organisation_of_nothing_are_not_known() -> None:
    empty = replace(PLAN, services={}, components={}, repositories={}, principals={})
    judged = judge(empty, [])
    assert judged.level == "ML0"
    assert {one.outcome for one in judged.controls.values()} == {ControlOutcome.NO_VISIBILITY}
    assert judged.missing[0] == "ISM-1511: Any fact about data sets; there is none."
    idle = replace(empty, services={"idle": Service("idle", "Idle")})
    assert judge(idle, []).level == "ML0"
