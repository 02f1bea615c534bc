"""Isolation: who can destroy copies, what holds them, and whether there is a way back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from refloat.assess.rules.access import isolation_not_known, no_isolated_copy, path_back_missing
from refloat.model.access import Lock, LockMode, PrincipalKind, Right
from refloat.model.feed import CopySeen
from refloat.model.judgement import Severity
from refloat.model.plan import Plan
from tests.support.changing import with_component, with_principal, with_repository, with_service
from tests.unit.assess.copied import (
    DAY,
    HOUR,
    NOW,
    SECOND,
    copied_to,
    found,
    healthy,
    plan,
    point,
    seen_right,
)


def in_cupboard() -> Plan:
    """Give the plan with the bookings in the cupboard alone."""
    return with_component(plan(), "book-db", watch=copied_to("cupboard"))


def without_lock(given: Plan | None = None) -> Plan:
    """Give the plan with nothing but rights that keeps the vault's copies."""
    return with_repository(given or plan(), "vault", lock=Lock(LockMode.NONE))


def test_a_locked_copy_elsewhere_is_isolated() -> None:
    assert found(no_isolated_copy, plan(), *healthy()) == []
    assert found(isolation_not_known, plan(), *healthy()) == []
    assert found(path_back_missing, plan(), *healthy()) == []


@pytest.mark.requirement("R-084", "R-019")
def test_copies_that_an_administrator_can_delete_are_not_isolated() -> None:
    (finding,) = found(no_isolated_copy, in_cupboard())
    assert finding.subject == "data set book-db"
    assert finding.severity is Severity.HIGH
    assert finding.services == ("booking",)
    assert finding.inputs["copies"] == {
        "cupboard": {
            "isolated": "can be altered",
            "way": "admins -> cupboard",
            "right": "delete",
            "lock": "none",
            "seen": False,
        }
    }
    assert "Online booking could then not be brought back. Without it: visits and reminders." in (
        finding.sentence
    )


@pytest.mark.requirement("R-084")
def test_denied_rights_isolate_without_a_lock() -> None:
    assert found(no_isolated_copy, without_lock(), *healthy()) == []
    assert found(isolation_not_known, without_lock(), *healthy()) == []


@pytest.mark.requirement("R-084", "R-089")
def test_a_right_that_was_seen_takes_isolation_away_from_then_on() -> None:
    fact = seen_right("admins", "vault", Right.CHANGE_ACCESS, True)
    findings = found(no_isolated_copy, without_lock(), fact)
    assert [one.subject for one in findings] == ["data set directory", "data set book-db"]
    assert {one.first_seen for one in findings} == {fact.observed_at}
    before = fact.observed_at - SECOND
    assert found(no_isolated_copy, without_lock(), fact, at=before) == []


@pytest.mark.requirement("R-084")
def test_staff_and_services_are_production_too() -> None:
    for key, kind in (("staff", PrincipalKind.UNPRIVILEGED), ("robot", PrincipalKind.SERVICE)):
        given = with_principal(without_lock(in_cupboard()), key, kind=kind)
        given = with_repository(given, "cupboard", rights={"admins": (), key: (Right.MODIFY,)})
        assert len(found(no_isolated_copy, given)) == 1


@pytest.mark.requirement("R-084")
def test_backup_administrators_fall_only_where_production_rules_their_accounts() -> None:
    rights = {"admins": (), "staff": (), "keepers": (Right.DELETE,)}
    given = with_repository(without_lock(), "vault", rights=rights)
    assert found(no_isolated_copy, given) == [], "their accounts are not production's"
    given = with_repository(given, "vault", authentication_domain="house")
    findings = found(no_isolated_copy, given)
    assert [one.subject for one in findings] == ["data set directory", "data set book-db"]


def test_a_sealed_account_is_not_taken_over() -> None:
    given = with_principal(without_lock(), "sealed", kind=PrincipalKind.BREAK_GLASS)
    rights = {"admins": (), "staff": (), "sealed": (Right.DELETE,)}
    given = with_repository(given, "vault", rights=rights)
    assert found(no_isolated_copy, given) == []


@pytest.mark.requirement("R-084")
def test_a_lock_holds_until_its_last_second() -> None:
    open_to_all = {"admins": (Right.ANY,), "staff": ()}
    given = with_repository(plan(), "vault", rights=open_to_all)
    old = point("book-db", NOW - 35 * DAY + SECOND)
    others = point("directory", NOW - HOUR)
    assert found(no_isolated_copy, given, old, others) == []
    late = found(no_isolated_copy, given, old, others, at=NOW + SECOND)
    assert [one.subject for one in late] == ["data set book-db"]


@pytest.mark.requirement("R-084")
@pytest.mark.parametrize(
    ("copy", "isolated"),
    [
        (CopySeen("vault", lock=LockMode.COMPLIANCE, locked_until=NOW + SECOND), True),
        (CopySeen("vault", lock=LockMode.COMPLIANCE, locked_until=NOW), False),
        (CopySeen("vault", lock=LockMode.WRITE_ONCE), True),
        (CopySeen("vault", lock=LockMode.NONE), False),
        (CopySeen("vault", lock=LockMode.GOVERNANCE), False),
        (CopySeen("vault", offline=True), True),
        (CopySeen("vault"), True),
    ],
)
def test_the_lock_that_was_seen_goes_before_the_one_that_is_claimed(
    copy: CopySeen, isolated: bool
) -> None:
    given = with_repository(plan(), "vault", rights={"admins": (Right.ANY,), "staff": ()})
    fact = point("book-db", NOW - HOUR, copies=(copy,))
    findings = found(no_isolated_copy, given, fact, point("directory", NOW - HOUR))
    assert [one.subject for one in findings] == ([] if isolated else ["data set book-db"])


def test_a_lock_by_rules_holds_against_whoever_cannot_open_it() -> None:
    lock = Lock(LockMode.GOVERNANCE, 35 * DAY)
    known = {"staff": (), "keepers": (), "admins": (Right.DELETE,)}
    given = with_repository(plan(), "vault", lock=lock, rights=known)
    (unknown,) = found(isolation_not_known, given)
    assert unknown.subject == "repository vault"
    seen = [
        seen_right("admins", "vault", right, False)
        for right in (Right.TAKE_OWNERSHIP, Right.CHANGE_ACCESS, Right.CHANGE_RETENTION)
    ]
    assert found(isolation_not_known, given, *seen) == []
    assert found(no_isolated_copy, given, *seen) == []
    bypass = seen_right("admins", "vault", Right.CHANGE_RETENTION, True)
    assert len(found(no_isolated_copy, given, bypass)) == 2


@pytest.mark.requirement("R-019")
def test_rights_that_nobody_looked_at_are_not_known() -> None:
    given = with_repository(without_lock(), "vault", rights={"staff": ()})
    (finding,) = found(isolation_not_known, given)
    assert (finding.subject, finding.severity) == ("repository vault", Severity.MEDIUM)
    assert finding.inputs["data_sets"] == ("directory", "book-db")
    assert finding.services == ("sign-in", "booking")
    assert found(no_isolated_copy, given) == [], "what is not known accuses nobody"


def test_a_sight_that_is_too_old_makes_isolation_unknown() -> None:
    given = without_lock()
    fact = seen_right("admins", "vault", Right.ANY, False)
    last = fact.observed_at + given.policy.access_seen_every
    assert found(isolation_not_known, given, fact, at=last) == []
    assert found(isolation_not_known, given, fact, at=last + SECOND) != []


def test_a_safe_place_where_no_copy_was_seen_saves_nobody_for_sure() -> None:
    only = point("book-db", NOW - HOUR, copies=(CopySeen("cupboard"),))
    given = with_repository(plan(), "vault", rights={})
    assert found(no_isolated_copy, given, only) == []
    (finding,) = found(isolation_not_known, given, only)
    assert finding.inputs["data_sets"] == ("book-db",)


def test_an_older_copy_that_is_locked_is_a_way_back() -> None:
    newest = point("book-db", NOW - HOUR, copies=(CopySeen("cupboard"),))
    older = point("book-db", NOW - DAY, copies=(CopySeen("VAULT"),))
    assert found(isolation_not_known, plan(), older, newest) == []
    damaged = replace(older, usable="failed")
    assert found(isolation_not_known, plan(), damaged, newest) != []


@pytest.mark.requirement("R-090")
def test_a_service_that_comes_first_needs_a_way_back() -> None:
    (finding,) = found(path_back_missing, in_cupboard())
    assert (finding.subject, finding.severity) == ("service booking", Severity.HIGH)
    later = with_service(in_cupboard(), "booking", tier=2)
    assert found(path_back_missing, later) == []


def test_what_is_said_of_rights_is_read_by_people() -> None:
    (finding,) = found(no_isolated_copy, in_cupboard())
    assert "admins" not in finding.sentence
    assert finding.sentence.endswith(".")
