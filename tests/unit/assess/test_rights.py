"""Effective rights: claims and sights, groups and take-overs, age and order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from refloat.assess.access.rights import Rights, effective
from refloat.model.access import ALTERING, Principal, PrincipalKind, Right
from refloat.model.feed import AccessSeen, Quality, Source
from refloat.model.organisation import Policy
from refloat.model.plan import Plan, Repository
from refloat.model.stream import Stream

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def plan(
    principals: Iterable[Principal] = (),
    rights: Mapping[str, tuple[Right, ...]] | None = None,
    controlled_by: tuple[str, ...] = (),
) -> Plan:
    admins = Principal("admins", PrincipalKind.PRIVILEGED, ("ben",))
    repository = Repository(
        "nas", name="NAS in the server room", rights=rights or {}, controlled_by=controlled_by
    )
    everybody = {one.key: one for one in (admins, *principals)}
    return Plan("Clinic", {}, {"nas": repository}, {}, {}, principals=everybody)


def seen(
    right: Right,
    allowed: bool | None,
    *,
    principal: str = "admins",
    repository: str = "nas",
    at: datetime = NOON,
    quality: Quality = Quality.GOOD,
    name: str = "",
) -> AccessSeen:
    return AccessSeen(
        source=Source("auditor"),
        external_id=name or f"{principal} {right} {at} {allowed}",
        observed_at=at,
        digest="0" * 64,
        principal=principal,
        kind=None,
        repository=repository,
        right=right,
        allowed=allowed,
        quality=quality,
    )


def rights(start: Plan, *facts: AccessSeen, at: datetime = NOON) -> Rights:
    return effective(start, Stream.of(facts), at)


def test_an_empty_list_claims_no_right_at_all() -> None:
    found = rights(plan(rights={"admins": ()})).knows("admins", "nas", Right.DELETE)
    assert (found.allowed, found.quality) == (False, Quality.POOR)


def test_a_list_claims_these_rights_and_leaves_the_others_unknown() -> None:
    known = rights(plan(rights={"admins": (Right.DELETE,)}))
    assert known.knows("admins", "nas", Right.DELETE).allowed is True
    assert known.knows("admins", "nas", Right.READ_OWN).allowed is None
    assert known.knows("nobody", "nas", Right.DELETE).allowed is None


def test_what_was_seen_goes_before_what_is_claimed() -> None:
    start = plan(rights={"admins": (Right.DELETE,)})
    denied = rights(start, seen(Right.ANY, False)).knows("admins", "nas", Right.DELETE)
    assert (denied.allowed, denied.quality) == (False, Quality.GOOD)
    assert denied.reference.startswith("auditor/access_fact/")
    start = plan(rights={"admins": ()})
    held = rights(start, seen(Right.MODIFY, True)).knows("admins", "nas", Right.MODIFY)
    assert held.allowed is True


def test_any_right_seen_is_every_right() -> None:
    known = rights(plan(), seen(Right.ANY, True))
    assert all(known.knows("admins", "nas", right).allowed for right in Right)


def test_the_newest_sight_counts_whatever_came_first() -> None:
    facts = [
        seen(Right.DELETE, True, at=NOON - 3 * DAY),
        seen(Right.ANY, False, at=NOON - 2 * DAY),
        seen(Right.MODIFY, True, at=NOON - DAY),
    ]
    for some in permutations(facts):
        known = rights(plan(), *some)
        assert known.knows("admins", "nas", Right.DELETE).allowed is False
        assert known.knows("admins", "nas", Right.MODIFY).allowed is True
    before = rights(plan(), *facts, at=NOON - 2 * DAY - timedelta(seconds=1))
    assert before.knows("admins", "nas", Right.DELETE).allowed is True


def test_of_two_sights_of_one_instant_the_one_that_fears_more_counts() -> None:
    facts = [seen(Right.DELETE, True, name="a"), seen(Right.DELETE, False, name="b")]
    for some in permutations(facts):
        assert rights(plan(), *some).knows("admins", "nas", Right.DELETE).allowed is True


def test_a_sight_counts_until_it_is_too_old_to_the_second() -> None:
    last = NOON + Policy().access_seen_every
    start = plan(rights={"admins": ()})
    fact = seen(Right.ANY, False)
    assert rights(start, fact, at=last).knows("admins", "nas", Right.DELETE).allowed is False
    late = rights(start, fact, at=last + timedelta(seconds=1)).knows("admins", "nas", Right.DELETE)
    assert (late.allowed, late.expired) == (None, True), "the plan's claim does not stand in"


def test_an_old_sight_does_not_hide_what_the_plan_itself_admits() -> None:
    start = plan(rights={"admins": (Right.DELETE,)})
    late = NOON + 400 * DAY
    known = rights(start, seen(Right.ANY, False), seen(Right.DELETE, False), at=late)
    assert known.knows("admins", "nas", Right.DELETE).allowed is True


@pytest.mark.requirement("R-019")
def test_a_right_is_had_through_groups_take_overs_and_the_host() -> None:
    people = (
        Principal("helpdesk", PrincipalKind.UNPRIVILEGED, can_become=("admins",)),
        Principal("nested", PrincipalKind.PRIVILEGED, member_of=("operators",)),
        Principal("operators", PrincipalKind.BACKUP_ADMINISTRATOR, members=("inner",)),
        Principal("inner", PrincipalKind.SERVICE),
        Principal("host", PrincipalKind.PRIVILEGED),
        Principal("storage", PrincipalKind.PRIVILEGED, can_become=("host",)),
    )
    start = plan(
        people,
        {"admins": (Right.DELETE,), "operators": (Right.MODIFY,), "storage": ()},
        controlled_by=("host",),
    )
    known = rights(start)
    assert known.knows("helpdesk", "nas", Right.DELETE).way == "helpdesk -> admins -> nas"
    assert known.knows("nested", "nas", Right.MODIFY).way == "nested -> operators -> nas"
    assert known.knows("inner", "nas", Right.MODIFY).allowed is True
    through = known.knows("storage", "nas", Right.CHANGE_RETENTION)
    assert (through.allowed, through.way) == (True, "storage -> host -> nas")
    holders = known.holders("nas", ALTERING, [PrincipalKind.SERVICE])
    assert {(one.principal, one.right) for one in holders} == {("inner", Right.MODIFY)}


def test_whoever_can_take_over_somebody_unknown_is_unknown() -> None:
    people = (
        Principal("staff", PrincipalKind.UNPRIVILEGED, can_become=("other",)),
        Principal("clerk", PrincipalKind.UNPRIVILEGED, member_of=("other",)),
        Principal("other", PrincipalKind.PRIVILEGED),
    )
    known = rights(plan(people, {"staff": (), "clerk": ()}))
    assert known.knows("staff", "nas", Right.DELETE).allowed is None
    assert known.knows("clerk", "nas", Right.DELETE).allowed is False


def test_groups_in_a_circle_end() -> None:
    people = (
        Principal("a", PrincipalKind.PRIVILEGED, member_of=("b",)),
        Principal("b", PrincipalKind.PRIVILEGED, member_of=("a",), can_become=("a", "b")),
    )
    known = rights(plan(people, {"a": (Right.DELETE,)}))
    assert known.knows("b", "nas", Right.DELETE).way == "b -> a -> nas"
    assert known.knows("a", "nas", Right.MODIFY).allowed is None


def test_names_of_the_source_find_what_the_plan_calls_so() -> None:
    fact = seen(Right.DELETE, True, principal="ADMINS", repository="nas in the SERVER room")
    other = seen(Right.DELETE, True, principal="S-1-5-21", repository="\\\\nas\\backup")
    known = rights(plan(), fact, other)
    assert known.knows("admins", "nas", Right.DELETE).allowed is True
    assert known.knows("S-1-5-21", "\\\\nas\\backup", Right.DELETE).allowed is True
    assert known.principals["S-1-5-21"] is None
    assert known.repositories == ("nas", "\\\\nas\\backup")


def test_what_is_not_known_is_listed_as_such() -> None:
    known = rights(plan(rights={"admins": (Right.LIST,)}))
    unknown = known.unknown("nas", [Right.LIST, Right.DELETE], [PrincipalKind.PRIVILEGED])
    assert [one.right for one in unknown] == [Right.DELETE]
    assert known.looked_at("nas")
    assert not rights(plan()).looked_at("nas")


def test_the_weakest_denial_decides_the_quality() -> None:
    people = (Principal("staff", PrincipalKind.UNPRIVILEGED, can_become=("admins",)),)
    known = rights(
        plan(people),
        seen(Right.ANY, False, principal="staff", quality=Quality.EXCELLENT),
        seen(Right.ANY, False, quality=Quality.FAIR),
    )
    assert known.knows("staff", "nas", Right.DELETE).quality is Quality.FAIR
    assert known.knows("admins", "nas", Right.DELETE).quality is Quality.FAIR
