"""Who can read, change or delete copies, and what keeps backup administrators from it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from refloat.model.access import ALTERING, Lock, LockMode, Principal, PrincipalKind, Right
from refloat.model.feed import AccessSeen, CopySeen, FeedFact, PointSeen, Quality
from refloat.model.maturity import ControlOutcome
from refloat.model.plan import Plan
from tests.support.changing import with_policy, with_repository
from tests.unit.assess.kept_well import DAY, NOW, SECOND, control, facts, plan, seen, without

PLAN = plan()
CONTROLS = {
    "ISM-1812": ("readers", Right.READ_OTHER),
    "ISM-1814": ("readers", Right.DELETE),
    "ISM-1705": ("administrators", Right.READ_OTHER),
    "ISM-1707": ("administrators", Right.TAKE_OWNERSHIP),
    "ISM-1813": ("readers", Right.READ_OWN),
    "ISM-1706": ("administrators", Right.READ_OWN),
}


def later(principal: str, right: Right, allowed: bool | None, place: str = "cellar") -> AccessSeen:
    return seen(principal, place, right, allowed, NOW - DAY)


@pytest.mark.requirement("R-120")
@pytest.mark.parametrize("key", CONTROLS)
def test_a_right_that_was_seen_fails_its_control_alone(key: str) -> None:
    principal, right = CONTROLS[key]
    given = [*facts(PLAN), later(principal, right, True)]
    for other in CONTROLS:
        result = control(PLAN, given, other)
        assert result.met is (other != key)
    assert control(PLAN, given, key).failing[0].startswith(f"{principal} on cellar: can ")


@pytest.mark.requirement("R-120")
@pytest.mark.parametrize("key", CONTROLS)
def test_a_right_that_nobody_could_tell_is_no_visibility(key: str) -> None:
    principal, right = CONTROLS[key]
    result = control(PLAN, [*facts(PLAN), later(principal, right, None)], key)
    assert result.outcome is ControlOutcome.NO_VISIBILITY
    assert result.not_known == (
        f"{principal} on cellar: nobody has looked whether it has this right: {right.value}",
    )
    assert f"{principal} on cellar" in result.would_change


@pytest.mark.parametrize("key", CONTROLS)
def test_a_look_that_is_too_old_is_not_assessed(key: str) -> None:
    exact = NOW + PLAN.policy.access_seen_every - 10 * DAY
    fresh = [one for one in facts(PLAN) if isinstance(one, AccessSeen)]
    points = [one for one in facts(PLAN) if isinstance(one, PointSeen)]
    assert control(PLAN, [*fresh, *points], key, exact - DAY).met
    assert control(PLAN, [*fresh, *points], key, exact).met
    old = control(PLAN, [*fresh, *points], key, exact + SECOND)
    assert old.outcome is ControlOutcome.NOT_ASSESSED


@pytest.mark.requirement("R-120")
@pytest.mark.parametrize("key", CONTROLS)
def test_what_only_the_plan_says_of_rights_is_poor_and_does_not_count(key: str) -> None:
    start = PLAN
    for place in PLAN.repositories:
        start = with_repository(
            start, place, rights={"readers": (), "administrators": (), "keepers": ()}
        )
    given = without(facts(start), AccessSeen)
    result = control(start, given, key)
    assert result.outcome is ControlOutcome.NO_VISIBILITY
    assert result.quality is Quality.POOR
    assert control(with_policy(start, poor_evidence_counts=True), given, key).met


def test_what_the_plan_admits_fails_though_nobody_looked() -> None:
    rights = {"readers": (), "administrators": (Right.READ_OTHER, Right.DELETE)}
    start = with_repository(PLAN, "cellar", rights=rights)
    given = [
        one
        for one in facts(start)
        if not (isinstance(one, AccessSeen) and one.principal == "administrators")
    ]
    assert control(start, given, "ISM-1705").outcome is ControlOutcome.INEFFECTIVE
    assert control(start, given, "ISM-1707").quality is Quality.POOR


def test_the_weakest_look_decides_on_the_quality() -> None:
    fair = seen("readers", "abroad", quality=Quality.FAIR, at=NOW - DAY)
    result = control(PLAN, [*facts(PLAN), fair], "ISM-1812")
    assert result.quality is Quality.FAIR
    assert result.weakest == "readers on abroad: a look at its rights"
    tried = [
        replace(one, quality=Quality.EXCELLENT) if isinstance(one, AccessSeen) else one
        for one in facts(PLAN)
    ]
    assert control(PLAN, tried, "ISM-1812").quality is Quality.EXCELLENT


def test_a_right_through_a_group_or_by_taking_over_an_account_counts() -> None:
    clerk = Principal("clerk", PrincipalKind.UNPRIVILEGED, member_of=("everybody",))
    everybody = Principal("everybody", PrincipalKind.BREAK_GLASS)
    helper = Principal("helper", PrincipalKind.UNPRIVILEGED, can_become=("keepers",))
    start = with_principals(PLAN, clerk, everybody, helper)
    given: list[FeedFact] = [
        *facts(start),
        *(seen(who, place) for who in ("clerk", "helper") for place in ("cellar", "abroad")),
        later("everybody", Right.READ_OTHER, True),
        later("keepers", Right.DELETE, True),
    ]
    readable = control(start, given, "ISM-1812").failing
    assert readable == (
        "clerk on cellar: can read other accounts' copies (clerk -> everybody -> cellar)",
    )
    assert "helper -> keepers -> cellar" in control(start, given, "ISM-1814").failing[0]


def test_somebody_who_is_an_administrator_twice_gives_no_right_to_the_other_account() -> None:
    keepers = [later("keepers", right, True) for right in (Right.READ_OTHER, Right.DELETE)]
    given = [*facts(PLAN), *keepers]
    assert control(PLAN, given, "ISM-1705").met, "tove is in both; the accounts are judged"
    assert control(PLAN, given, "ISM-1707").met


def test_service_accounts_are_user_accounts() -> None:
    start = with_principals(PLAN, Principal("copying-job", PrincipalKind.SERVICE))
    unseen = control(start, facts(start), "ISM-1814")
    assert unseen.outcome is ControlOutcome.NO_VISIBILITY
    able = [*facts(start), later("copying-job", Right.DELETE, True)]
    assert control(start, able, "ISM-1814").failing[0].startswith("copying-job on cellar")


def test_an_account_of_no_known_kind_that_can_do_it_leaves_the_answer_open() -> None:
    stranger = seen("stranger", "abroad", Right.DELETE, True)
    result = control(PLAN, [*facts(PLAN), stranger], "ISM-1814")
    assert result.outcome is ControlOutcome.NO_VISIBILITY
    assert result.not_known[0].endswith("nobody said what kind of account it is")
    known = replace(stranger, kind=PrincipalKind.UNPRIVILEGED)
    assert control(PLAN, [*facts(PLAN), known], "ISM-1814").outcome is ControlOutcome.INEFFECTIVE


def test_without_any_account_of_a_kind_nothing_can_be_said() -> None:
    start = replace(PLAN, principals={})
    result = control(start, without(facts(start), AccessSeen), "ISM-1812")
    assert result.outcome is ControlOutcome.NO_VISIBILITY
    assert result.quality is None


def test_of_very_many_accounts_that_nobody_looked_at_the_rest_is_counted() -> None:
    many = (Principal(f"reader-{n}", PrincipalKind.UNPRIVILEGED) for n in range(600))
    result = control(with_principals(PLAN, *many), facts(PLAN), "ISM-1812")
    assert len(result.not_known) == 1001
    assert result.not_known[-1] == "and 200 more"
    assert "and 1197 more" in result.sentence


def test_deleting_a_whole_place_fails_where_it_is_seen_and_need_not_be_known() -> None:
    named = [
        seen("readers", place, right, False, NOW - DAY)
        for place in ("cellar", "abroad")
        for right in ALTERING - {Right.DELETE_REPOSITORY, Right.ANY}
    ]
    kept = [
        one
        for one in facts(PLAN)
        if not (isinstance(one, AccessSeen) and one.principal == "readers")
    ]
    assert control(PLAN, [*kept, *named], "ISM-1814").met
    able = later("readers", Right.DELETE_REPOSITORY, True)
    assert not control(PLAN, [*kept, *named, able], "ISM-1814").met


def unlocked(start: Plan, lock: LockMode, until: int | None = 35) -> list[FeedFact]:
    """Give facts whose copies in the cellar are locked otherwise, or not at all."""
    return [
        relocked(one, lock, until) if isinstance(one, PointSeen) else one for one in facts(start)
    ]


def relocked(point: PointSeen, lock: LockMode, until: int | None) -> PointSeen:
    end = point.consistency_time + until * DAY if until is not None else None
    cellar = CopySeen("cellar", "town", encrypted=True, lock=lock, locked_until=end)
    return replace(point, copies=(cellar, point.copies[1]))


def test_a_lock_that_holds_until_the_end_is_enough_whatever_rights_there_are() -> None:
    given = [*facts(PLAN), later("keepers", Right.DELETE, True)]
    assert control(PLAN, given, "ISM-1708").met
    assert control(PLAN, unlocked(PLAN, LockMode.WRITE_ONCE), "ISM-1708").met
    assert control(PLAN, unlocked(PLAN, LockMode.OFFLINE, None), "ISM-1708").met


@pytest.mark.requirement("R-120")
def test_without_a_lock_the_rights_of_backup_administrators_decide() -> None:
    start = with_repository(PLAN, "cellar", lock=Lock(LockMode.NONE))
    given = unlocked(start, LockMode.NONE, None)
    assert control(start, given, "ISM-1708").met, "it was seen that they have no right at all"
    able = control(start, [*given, later("keepers", Right.DELETE, True)], "ISM-1708")
    assert able.failing == (
        "keepers on cellar: can delete copies (keepers -> cellar); nothing locks the copies",
    )
    unseen = control(start, [*given, later("keepers", Right.DELETE, None)], "ISM-1708")
    assert unseen.outcome is ControlOutcome.NO_VISIBILITY


def test_a_lock_that_ends_before_copies_may_go_is_too_short() -> None:
    able = later("keepers", Right.DELETE, True)
    given = [*unlocked(PLAN, LockMode.COMPLIANCE, 34), able]
    (line,) = control(PLAN, given, "ISM-1708").failing
    assert "the lock ends before copies of" in line
    assert control(PLAN, [*unlocked(PLAN, LockMode.COMPLIANCE, 35), able], "ISM-1708").met


def test_a_lock_that_rights_can_lift_counts_when_only_the_sealed_account_has_them() -> None:
    given = [*unlocked(PLAN, LockMode.GOVERNANCE), later("sealed", Right.CHANGE_RETENTION, True)]
    assert control(PLAN, given, "ISM-1708").met
    for who in ("keepers", "administrators"):
        lifted = [*given, later(who, Right.CHANGE_RETENTION, True)]
        assert "in spite of the lock" in control(PLAN, lifted, "ISM-1708").failing[0]
        unseen = [*given, later(who, Right.CHANGE_RETENTION, None)]
        assert control(PLAN, unseen, "ISM-1708").outcome is ControlOutcome.NO_VISIBILITY


def test_a_lock_that_only_the_plan_speaks_of_is_poor_evidence() -> None:
    given = [
        replace(one, copies=tuple(replace(copy, lock=LockMode.UNKNOWN) for copy in one.copies))
        if isinstance(one, PointSeen)
        else one
        for one in facts(PLAN)
    ]
    result = control(PLAN, given, "ISM-1708")
    assert result.outcome is ControlOutcome.NO_VISIBILITY
    assert result.quality is Quality.POOR
    assert control(with_policy(PLAN, poor_evidence_counts=True), given, "ISM-1708").met


def with_principals(start: Plan, *principals: Principal) -> Plan:
    more = {one.key: one for one in principals}
    return replace(start, principals={**start.principals, **more})
