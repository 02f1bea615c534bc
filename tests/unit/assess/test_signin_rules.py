"""Signing in to what restores: circles, sealed accounts, steps, and keys in what they open."""

from __future__ import annotations

from dataclasses import replace

import pytest

from refloat.assess.rules.signin import (
    key_inside_its_copy,
    key_inside_its_point,
    recovery_auth_cycle,
)
from refloat.model.feed import CopySeen
from refloat.model.judgement import Severity
from refloat.model.organisation import WrittenStep
from refloat.model.plan import ComponentKind, Dependency, Plan, Strength
from tests.support.changing import with_component, with_platform, with_repository, with_service
from tests.unit.assess.copied import HOUR, NOW, copied_to, found, healthy, plan, point


def unsealed(given: Plan | None = None) -> Plan:
    return with_platform(given or plan(), "box", break_glass=False)


def test_with_a_sealed_account_nothing_is_wrong() -> None:
    assert found(recovery_auth_cycle, plan(), *healthy()) == []


@pytest.mark.requirement("R-083", "R-004")
def test_a_tool_that_needs_what_it_restores_is_a_circle() -> None:
    (finding,) = found(recovery_auth_cycle, unsealed(), *healthy())
    assert finding.subject == "service sign-in"
    assert finding.severity is Severity.HIGH
    assert finding.services == ("sign-in",), "booking waits, and is not in the circle"
    assert finding.inputs["cycle"] == "sign-in <- box <- sign-in"
    assert finding.inputs["waiting"] == ("booking",)
    assert finding.sentence == (
        "When Staff sign-in is down, it cannot be brought back: the backup box, which has to "
        "restore it, lets nobody in while Staff sign-in is down. Without it: everybody's work. "
        "Online booking would wait for the same."
    )


@pytest.mark.requirement("R-083")
def test_a_tool_that_something_else_restores_is_no_circle() -> None:
    given = unsealed()
    given = with_platform(given, "kit")
    given = with_component(given, "directory", watch=copied_to("vault", platform="kit"))
    assert found(recovery_auth_cycle, given) == []


@pytest.mark.requirement("R-083")
def test_a_circle_through_two_tools_and_others_needs_is_found() -> None:
    given = unsealed()
    given = with_platform(given, "kit", name="the kit", needs=(Dependency("booking"),))
    given = with_component(given, "directory", watch=copied_to("vault", platform="kit"))
    circles = found(recovery_auth_cycle, given)
    assert [one.subject for one in circles] == ["service booking", "service sign-in"]
    assert circles[0].inputs["cycle"] in (
        "booking <- sign-in <- kit <- booking",
        "booking <- box <- sign-in <- kit <- booking",
    )
    assert circles[1].inputs["cycle"] == "sign-in <- kit <- booking <- sign-in"


def test_what_is_only_nice_to_have_makes_no_circle() -> None:
    given = unsealed()
    soft = with_platform(given, "box", needs=(Dependency("sign-in", Strength.SOFT),))
    assert found(recovery_auth_cycle, soft) == []
    unneeded = with_service(given, "sign-in", needs=(Dependency("directory", Strength.SOFT),))
    assert found(recovery_auth_cycle, unneeded) == []


def test_a_directory_that_is_no_service_is_named_itself() -> None:
    given = with_service(plan(), "booking", needs=(Dependency("directory"), Dependency("book-db")))
    given = replace(given, services={"booking": given.services["booking"]})
    given = with_platform(given, "box", needs=(Dependency("directory"),), break_glass=False)
    (finding,) = found(recovery_auth_cycle, given)
    assert finding.subject == "component directory"
    assert finding.services == ("booking",)
    assert finding.inputs["cycle"] == "directory <- box <- directory"


@pytest.mark.requirement("R-083", "R-004")
def test_a_step_that_signs_in_to_what_it_restores_is_a_circle() -> None:
    steps = (
        WrittenStep("open the console", signs_in_with=("sign-in",)),
        WrittenStep("restore the directory", brings_back="directory"),
    )
    (finding,) = found(recovery_auth_cycle, with_service(plan(), "sign-in", steps=steps))
    assert finding.inputs["cycle"] == "sign-in <- open the console <- sign-in"
    assert "must sign in through Staff sign-in first" in finding.sentence


def test_a_step_that_signs_in_once_all_is_back_is_no_circle() -> None:
    steps = (
        WrittenStep("restore the directory", brings_back="directory"),
        WrittenStep("sign in as a test", signs_in_with=("sign-in", "directory")),
    )
    assert found(recovery_auth_cycle, with_service(plan(), "sign-in", steps=steps)) == []


def test_a_step_that_signs_in_to_another_service_is_one_if_that_needs_it() -> None:
    steps = (WrittenStep("restore", brings_back="directory", signs_in_with=("booking",)),)
    circles = found(recovery_auth_cycle, with_service(plan(), "sign-in", steps=steps))
    assert [one.subject for one in circles] == ["service booking", "service sign-in"]
    steps = (WrittenStep("restore", brings_back="book-db", signs_in_with=("sign-in",)),)
    assert found(recovery_auth_cycle, with_service(plan(), "booking", steps=steps)) == []


@pytest.mark.requirement("R-044")
def test_a_key_that_is_kept_elsewhere_is_well_kept() -> None:
    given = with_repository(plan(), "vault", key_kept="the sealed envelope")
    assert found(key_inside_its_copy, given) == []
    cupboard = with_repository(plan(), "vault", key_kept="book-db")
    assert found(key_inside_its_copy, cupboard) == [], "the cupboard has another copy of it"


@pytest.mark.requirement("R-044")
@pytest.mark.parametrize("kept", ["book-db", "Bookings", "VAULT", "the vault abroad", "booking"])
def test_a_key_inside_of_what_it_opens_is_lost_with_it(kept: str) -> None:
    given = with_component(plan(), "book-db", watch=copied_to("vault"))
    given = with_repository(given, "vault", key_kept=kept)
    (finding,) = found(key_inside_its_copy, given)
    assert (finding.subject, finding.severity) == ("repository vault", Severity.HIGH)
    assert finding.services == ("booking",)
    assert finding.inputs["data_sets"] == ("book-db",)


@pytest.mark.requirement("R-044")
def test_keys_that_open_each_other_are_lost_together() -> None:
    given = with_repository(plan(), "vault", key_kept="cupboard")
    given = with_repository(given, "cupboard", key_kept="vault")
    given = with_repository(given, "third", key_kept="vault")
    findings = found(key_inside_its_copy, given)
    assert [one.subject for one in findings] == ["repository cupboard", "repository vault"]
    assert findings[0].services == ("sign-in", "booking")


@pytest.mark.requirement("R-044")
def test_the_key_of_a_tool_inside_of_its_own_copies_is_lost_with_them() -> None:
    given = with_platform(plan(), "box", key_kept="directory")
    (finding,) = found(key_inside_its_copy, given)
    assert finding.subject == "platform box"
    assert finding.services == ("sign-in", "booking")


def test_a_key_in_something_that_has_no_copies_is_not_inside_of_a_copy() -> None:
    given = with_component(plan(), "safe", kind=ComponentKind.KEY)
    given = with_repository(given, "vault", key_kept="safe")
    assert found(key_inside_its_copy, given) == []


@pytest.mark.requirement("R-044")
def test_a_copy_that_was_seen_to_hold_its_own_key_is_found() -> None:
    inside = CopySeen("vault", key_kept="bookings")
    outside = CopySeen("cupboard", key_kept="envelope")
    alone = point("book-db", NOW - HOUR, copies=(inside,))
    (finding,) = found(key_inside_its_point, plan(), alone)
    assert finding.subject == "service booking, data set book-db"
    both = point("book-db", NOW - HOUR, copies=(inside, outside))
    assert found(key_inside_its_point, plan(), both) == []
