"""Tests for what a scenario does to a small business: one loss, one way out at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from refloat.assess.ahead.losses import put_together
from refloat.assess.ahead.scenario import scenario_outcome
from refloat.model.access import LockMode, PrincipalKind, Right
from refloat.model.ahead import (
    CopyFate,
    DataSetOutcome,
    Fate,
    Scenario,
    ScenarioOutcome,
    ServiceOutcome,
)
from refloat.model.answers import Reach
from refloat.model.feed import CopySeen, FeedFact
from refloat.model.feed_people import Attestation
from refloat.model.organisation import Authority, Document, Location, Platform, Vendor, WrittenStep
from refloat.model.plan import (
    Component,
    ComponentKind,
    Dependency,
    Person,
    Plan,
    Protection,
    Strength,
)
from refloat.model.secret import SecretReference
from tests.support.changing import (
    with_component,
    with_platform,
    with_principal,
    with_repository,
    with_service,
)
from tests.unit.assess.copied import (
    BOX,
    HOUR,
    MINUTE,
    NOW,
    copied_to,
    healthy,
    organisation,
    plan,
    point,
    seen_right,
    service_test,
)


def outcome(
    given: Plan, *lose: str, without: tuple[str, ...] = (), facts: list[FeedFact] | None = None
) -> ScenarioOutcome:
    seen = organisation(given, *(healthy(given) if facts is None else facts))
    return scenario_outcome(seen, put_together(seen, lose, without))


def service(found: ScenarioOutcome, key: str) -> ServiceOutcome:
    return next(one for one in found.services if one.service == key)


def data_set(found: ScenarioOutcome, key: str) -> DataSetOutcome:
    return next(one for one in found.data_sets if one.data_set == key)


def fates(found: ScenarioOutcome) -> dict[str, str]:
    return {one.service: one.fate.value for one in found.services}


def copies(found: ScenarioOutcome, key: str) -> dict[str, CopyFate]:
    return {one.repository: one.fate for one in data_set(found, key).copies}


def needing(kind: ComponentKind, **changes: Any) -> Plan:
    """Let booking need one component more, of some kind."""
    given = with_component(plan(), "extra", kind=kind, name="the extra thing", **changes)
    needs = (*given.services["booking"].needs, Dependency("extra"))
    return with_service(given, "booking", needs=needs)


def test_nothing_lost_touches_nothing() -> None:
    found = outcome(plan())
    assert fates(found) == {"sign-in": "untouched", "booking": "untouched"}
    assert (found.data_sets, found.access, found.surer) == ((), (), ())
    assert all(one.seconds == 0.0 for one in found.services)


def test_a_component_that_is_lost_comes_back_from_its_newest_copy() -> None:
    found = outcome(plan(), "book-db")
    assert fates(found) == {"booking": "comes back", "sign-in": "untouched"}
    back = data_set(found, "book-db")
    assert (back.fate, back.from_repository, back.loss_seconds) == (Fate.BACK, "cupboard", 600.0)
    assert service(found, "booking").loss_seconds == 600.0


def test_services_come_back_in_waves_and_times_add_up() -> None:
    given = plan()
    facts = [
        *healthy(given),
        service_test("sign-in", NOW - HOUR, seconds=1200.0),
        service_test("booking", NOW - HOUR, seconds=900.0),
    ]
    found = outcome(given, "sign-in", "booking", facts=facts)
    sign_in, booking = service(found, "sign-in"), service(found, "booking")
    assert (sign_in.wave, sign_in.seconds, sign_in.waits_for) == (1, 1200.0, ("sign-in",))
    assert (booking.wave, booking.seconds) == (2, 2100.0)
    assert booking.waits_for == ("sign-in", "booking")
    assert booking.measured


def test_what_only_waits_takes_no_time_of_its_own() -> None:
    facts = [*healthy(), service_test("sign-in", NOW - HOUR, seconds=1200.0)]
    booking = service(outcome(plan(), "sign-in", facts=facts), "booking")
    assert (booking.fate, booking.seconds, booking.loss_seconds) == (Fate.BACK, 1200.0, 0.0)


def test_what_nobody_measured_or_estimated_is_not_known_and_never_zero() -> None:
    found = outcome(plan(), "sign-in", "booking")
    assert [one.seconds for one in found.services] == [None, None]
    assert any("Measure how long" in one for one in found.surer)


def test_an_estimate_stands_in_and_says_so() -> None:
    step = WrittenStep("restore the directory", brings_back="directory", takes=HOUR)
    found = outcome(with_service(plan(), "sign-in", steps=(step,)), "sign-in")
    assert (service(found, "sign-in").seconds, service(found, "sign-in").measured) == (
        3600.0,
        False,
    )
    assert any("only estimated" in one for one in found.surer)


@pytest.mark.requirement("R-083")
def test_a_tool_that_needs_what_it_restores_brings_nothing_back() -> None:
    found = outcome(with_platform(plan(), "box", break_glass=False), "sign-in")
    assert fates(found) == {"booking": "does not come back", "sign-in": "does not come back"}
    assert found.circles == ("sign-in <- box <- sign-in",)
    assert service(found, "booking").blocked_by == ("sign-in", "sign-in <- box <- sign-in")
    assert set(copies(found, "directory").values()) == {CopyFate.SURVIVES}
    assert service(found, "sign-in").lost_data == ()


def test_the_same_tool_serves_while_sign_in_runs() -> None:
    found = outcome(with_platform(plan(), "box", break_glass=False), "book-db")
    assert fates(found)["booking"] == "comes back"


def test_a_written_step_that_signs_in_with_what_is_lost_is_a_circle() -> None:
    steps = (
        WrittenStep("restore the directory", brings_back="directory", signs_in_with=("sign-in",)),
    )
    found = outcome(with_service(plan(), "sign-in", steps=steps), "sign-in")
    assert service(found, "sign-in").fate is Fate.GONE
    assert [one.reach for one in found.access if "step" in one.what] == [Reach.LOST]


def test_data_that_nothing_copies_is_gone_with_what_it_is_on() -> None:
    found = outcome(with_component(plan(), "book-db", watch=None), "book-db")
    assert service(found, "booking").fate is Fate.GONE
    assert service(found, "booking").lost_data == ("book-db",)
    assert "Nothing copies it" in service(found, "booking").because


def test_losing_a_repository_leaves_the_other_copies() -> None:
    found = outcome(plan(), "cupboard", "book-db")
    assert copies(found, "book-db") == {"cupboard": CopyFate.LOST, "vault": CopyFate.SURVIVES}
    assert data_set(found, "book-db").from_repository == "vault"


def test_losing_every_repository_and_the_data_loses_the_data() -> None:
    found = outcome(plan(), "cupboard", "vault", "book-db")
    assert service(found, "booking").lost_data == ("book-db",)


def test_a_repository_that_is_lost_alone_takes_no_service_down() -> None:
    found = outcome(plan(), "cupboard")
    assert set(fates(found).values()) == {"untouched"}
    assert data_set(found, "book-db").lost is False


def test_a_place_where_nothing_was_ever_seen_is_no_surviving_copy() -> None:
    found = outcome(plan(), "cupboard", "book-db", facts=[])
    assert copies(found, "book-db") == {"cupboard": CopyFate.LOST, "vault": CopyFate.UNKNOWN}
    assert service(found, "booking").fate is Fate.UNKNOWN


def test_a_place_that_the_sources_do_not_name_is_not_known() -> None:
    seen = [point("book-db", NOW - MINUTE, copies=(CopySeen("cupboard"),))]
    found = outcome(plan(), "cupboard", "book-db", facts=[*seen])
    assert copies(found, "book-db")["vault"] is CopyFate.UNKNOWN


def test_only_points_that_can_be_restored_count() -> None:
    given = plan()
    old = point("book-db", NOW - 5 * HOUR)
    bad = point("book-db", NOW - MINUTE, usable="failed")
    assert data_set(outcome(given, "book-db", facts=[old, bad]), "book-db").loss_seconds == 18000.0


# Compromise


def test_an_account_alters_the_copies_that_it_may_alter_and_no_others() -> None:
    found = outcome(plan(), "admins")
    assert copies(found, "book-db") == {"cupboard": CopyFate.EXPOSED, "vault": CopyFate.SURVIVES}
    exposed = next(one for one in data_set(found, "book-db").copies if one.way)
    assert exposed.way == "admins -> cupboard"
    assert copies(outcome(plan(), "book-db", "staff"), "book-db")["cupboard"] is CopyFate.SURVIVES


def test_rights_are_followed_through_groups_and_accounts_that_can_be_taken_over() -> None:
    given = with_principal(plan(), "desk", kind=PrincipalKind.SERVICE, can_become=("admins",))
    found = outcome(given, "desk")
    exposed = next(one for one in data_set(found, "book-db").copies if one.way)
    assert exposed.way == "desk -> admins -> cupboard"


def test_a_right_that_nobody_looked_at_is_not_known() -> None:
    given = with_principal(plan(), "desk", kind=PrincipalKind.SERVICE)
    assert set(copies(outcome(given, "desk"), "book-db").values()) == {
        CopyFate.UNKNOWN,
        CopyFate.SURVIVES,
    }


def test_a_lock_that_has_ended_keeps_nothing() -> None:
    facts: list[FeedFact] = [
        seen_right("admins", "vault", Right.DELETE, True),
        point("book-db", NOW - 40 * 24 * HOUR),
        point("directory", NOW - HOUR),
    ]
    found = outcome(plan(), "admins", "book-db", facts=facts)
    assert copies(found, "book-db")["vault"] is CopyFate.EXPOSED
    assert copies(found, "directory")["vault"] is CopyFate.SURVIVES


def test_a_locked_older_copy_is_what_survives_of_a_newer_unlocked_one() -> None:
    loose = (CopySeen("vault", lock=LockMode.NONE),)
    facts: list[FeedFact] = [
        seen_right("admins", "vault", Right.DELETE, True),
        point("book-db", NOW - 5 * HOUR),
        point("book-db", NOW - MINUTE, copies=loose),
    ]
    found = outcome(plan(), "admins", "book-db", facts=facts)
    assert data_set(found, "book-db").loss_seconds == 5 * 3600.0


def test_whoever_may_change_retention_opens_a_lock_of_rules() -> None:
    rules = replace(plan().repositories["vault"].lock, mode=LockMode.GOVERNANCE)
    given = with_repository(plan(), "vault", lock=rules)
    facts = [*healthy(given), seen_right("admins", "vault", Right.CHANGE_RETENTION, True)]
    assert copies(outcome(given, "admins", facts=facts), "book-db")["vault"] is CopyFate.EXPOSED
    only = [*healthy(given), seen_right("admins", "vault", Right.DELETE, True)]
    assert copies(outcome(given, "admins", facts=only), "book-db")["vault"] is not CopyFate.EXPOSED


@pytest.mark.requirement("R-084")
def test_whoever_takes_over_production_alters_what_is_not_isolated() -> None:
    given = plan()
    found = outcome(
        given,
        "production",
        facts=[
            *healthy(given),
            seen_right("keepers", "cupboard", Right.ANY, False),
            seen_right("keepers", "vault", Right.ANY, False),
        ],
    )
    assert copies(found, "book-db") == {"cupboard": CopyFate.EXPOSED, "vault": CopyFate.SURVIVES}
    alone = with_component(given, "book-db", watch=copied_to("cupboard"))
    assert service(outcome(alone, "production"), "booking").lost_data == ("book-db",)


def test_accounts_that_cannot_sign_in_shut_copies_and_destroy_none() -> None:
    given = with_platform(plan(), "box", break_glass=False, needs=())
    found = outcome(given, "house", "book-db")
    assert copies(found, "book-db") == {"cupboard": CopyFate.SHUT, "vault": CopyFate.SURVIVES}
    sealed = outcome(plan(), "house", "book-db")
    assert copies(sealed, "book-db")["cupboard"] is CopyFate.SURVIVES


def test_a_sealed_account_that_may_read_opens_them() -> None:
    given = with_platform(plan(), "box", break_glass=False, needs=())
    given = with_principal(given, "sealed", kind=PrincipalKind.BREAK_GLASS)
    facts = [*healthy(given), seen_right("sealed", "cupboard", Right.READ_OTHER, True)]
    found = outcome(given, "house", facts=facts)
    assert data_set_or_none(found, "book-db") is None


def data_set_or_none(found: ScenarioOutcome, key: str) -> DataSetOutcome | None:
    return next((one for one in found.data_sets if one.data_set == key), None)


# Places


def at_sites(directory: str = "", bookings: str = "") -> Plan:
    given = replace(plan(), sites=("main street", "harbour"))
    given = with_component(given, "directory", site=directory)
    return with_component(given, "book-db", site=bookings)


def test_a_site_takes_what_stands_there_and_the_copies_that_fail_with_it() -> None:
    found = outcome(at_sites("main street", "harbour"), "main street")
    assert data_set(found, "directory").lost is True
    assert data_set(found, "book-db").lost is False
    assert copies(found, "directory") == {"cupboard": CopyFate.LOST, "vault": CopyFate.SURVIVES}


def test_what_nobody_wrote_a_site_of_may_be_lost_and_it_is_said() -> None:
    given = with_component(at_sites("harbour"), "book-db", watch=copied_to("cupboard"))
    found = outcome(given, "main street")
    assert service(found, "booking").fate is Fate.UNKNOWN
    assert any("Nobody wrote down where Bookings can be found" in one for one in found.assumes)
    assert "Write down at which site Bookings can be found." in found.surer
    assert service(outcome(at_sites("harbour"), "main street"), "booking").fate is Fate.BACK


def test_a_failure_domain_with_the_sites_name_in_its_own_may_be_a_part_of_it() -> None:
    given = with_repository(at_sites("main street"), "vault", failure_domain="harbour-safe")
    found = outcome(given, "harbour")
    assert copies(found, "directory" if data_set_or_none(found, "directory") else "book-db") == {
        "cupboard": CopyFate.SURVIVES,
        "vault": CopyFate.UNKNOWN,
    }


def test_a_failure_domain_takes_only_copies() -> None:
    found = outcome(plan(), "failure-domain:abroad")
    assert set(fates(found).values()) == {"untouched"}
    assert copies(found, "book-db")["vault"] is CopyFate.LOST


# What is removed for good, kind by kind


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(ComponentKind.APPLICATION, marks=pytest.mark.requirement("R-041")),
        pytest.param(ComponentKind.IDENTITY, marks=pytest.mark.requirement("R-042")),
        pytest.param(ComponentKind.NETWORK, marks=pytest.mark.requirement("R-043")),
        pytest.param(ComponentKind.KEY, marks=pytest.mark.requirement("R-044")),
        pytest.param(ComponentKind.VENDOR, marks=pytest.mark.requirement("R-045")),
        ComponentKind.FILES,
        ComponentKind.INFRASTRUCTURE,
        ComponentKind.LICENCE,
        ComponentKind.FACILITY,
    ],
)
def test_without_a_component_of_any_kind_the_service_does_not_come_back(
    kind: ComponentKind,
) -> None:
    written = {"takes": HOUR, "watch": copied_to("cupboard", "vault")}
    found = outcome(needing(kind, **written), without=("extra",))
    assert fates(found) == {"booking": "does not come back", "sign-in": "untouched"}
    assert service(found, "booking").blocked_by == ("extra",)
    assert "the extra thing" in service(found, "booking").because


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (ComponentKind.APPLICATION, Fate.UNKNOWN),
        (ComponentKind.INFRASTRUCTURE, Fate.UNKNOWN),
        (ComponentKind.NETWORK, Fate.GONE),
        (ComponentKind.KEY, Fate.GONE),
        (ComponentKind.LICENCE, Fate.GONE),
        (ComponentKind.VENDOR, Fate.GONE),
        (ComponentKind.FACILITY, Fate.GONE),
        (ComponentKind.IDENTITY, Fate.GONE),
    ],
)
def test_what_is_lost_and_nobody_wrote_down_how_it_is_put_back(
    kind: ComponentKind, expected: Fate
) -> None:
    assert service(outcome(needing(kind), "extra"), "booking").fate is expected


def test_what_is_written_down_how_to_put_anew_comes_back() -> None:
    assert service(
        outcome(needing(ComponentKind.NETWORK, takes=HOUR), "extra"), "booking"
    ).fate is (Fate.BACK)
    assert (
        service(
            outcome(needing(ComponentKind.NETWORK, needs=(Dependency("book-db"),)), "extra"),
            "booking",
        ).fate
        is Fate.BACK
    )


def test_a_test_of_the_whole_service_shows_how_its_application_is_put_anew() -> None:
    given = needing(ComponentKind.APPLICATION)
    facts = [*healthy(given), service_test("booking", NOW - HOUR)]
    assert service(outcome(given, "extra", facts=facts), "booking").fate is Fate.BACK


def test_a_soft_need_that_stays_away_leaves_the_service_degraded() -> None:
    given = with_component(plan(), "search", kind=ComponentKind.KEY, name="search")
    needs = (*given.services["booking"].needs, Dependency("search", Strength.SOFT))
    found = outcome(with_service(given, "booking", needs=needs), without=("search",))
    booking = service(found, "booking")
    assert booking.fate is Fate.DEGRADED
    assert "without search" in booking.because


def test_needs_of_components_count() -> None:
    given = with_component(plan(), "disk", kind=ComponentKind.KEY, name="the disk")
    given = with_component(given, "book-db", needs=(Dependency("disk"),))
    found = outcome(given, without=("disk",))
    assert service(found, "booking").fate is Fate.GONE
    assert service(found, "booking").blocked_by == ("book-db", "disk")


# Keys


@pytest.mark.requirement("R-044")
def test_a_key_inside_of_what_it_opens_is_lost_with_it() -> None:
    given = with_platform(plan(), "box", key_kept="Directory")
    found = outcome(given, "directory")
    assert service(found, "sign-in").fate is Fate.GONE
    assert set(copies(found, "directory").values()) == {CopyFate.SHUT}
    assert [one.reach for one in found.access if "keys" in one.what] == [Reach.LOST]
    assert service(outcome(given, "book-db"), "booking").fate is Fate.BACK


def test_a_key_in_a_repository_that_is_lost_opens_nothing() -> None:
    given = with_repository(plan(), "cupboard", key_kept="vault")
    found = outcome(given, "vault", "book-db")
    assert copies(found, "book-db") == {"cupboard": CopyFate.SHUT, "vault": CopyFate.LOST}


def test_two_keys_that_lie_in_each_other_open_neither() -> None:
    given = with_repository(plan(), "cupboard", key_kept="vault")
    given = with_repository(given, "vault", key_kept="cupboard")
    assert set(copies(outcome(given, "book-db"), "book-db").values()) == {CopyFate.SHUT}


def test_a_key_of_which_nobody_said_where_it_is_kept_is_kept_in_nothing_without_a_name() -> None:
    given = with_repository(with_platform(plan(), "box", key_kept=""), "nameless", name="")
    assert set(copies(outcome(given, "nameless", "book-db"), "book-db").values()) == {
        CopyFate.UNKNOWN
    }


def test_many_keys_in_a_row_need_no_deep_stack() -> None:
    given = plan()
    for number in range(3_000):
        given.repositories[f"r{number}"] = replace(  # type: ignore[index]  # a dict, in this plan
            given.repositories["vault"], key=f"r{number}", name="", key_kept=f"r{number + 1}"
        )
    given = with_repository(given, "vault", key_kept="r0")
    assert copies(outcome(given, "book-db"), "book-db")["vault"] is CopyFate.SURVIVES


# Refloat's own copies


def own_copies(secret: str, kept: str = "") -> Plan:
    """Let Refloat copy the bookings to the cupboard, opened with a secret."""
    given = with_repository(
        plan(), "cupboard", options={"password": SecretReference("file", secret)}, key_kept=kept
    )
    protection = Protection("files", {"paths": ("/srv/bookings",)}, "cupboard")
    return with_component(given, "book-db", watch=None, protection=protection)


@pytest.mark.requirement("R-004")
def test_a_secret_inside_of_what_it_opens_is_lost_with_it() -> None:
    facts: list[FeedFact] = [point("book-db", NOW - HOUR, copies=(CopySeen("cupboard"),))]
    found = outcome(own_copies("/srv/bookings/etc/key"), "book-db", facts=facts)
    assert service(found, "booking").fate is Fate.GONE
    assert copies(found, "book-db") == {"cupboard": CopyFate.SHUT}
    (lost,) = (one for one in found.access if one.reach is Reach.LOST and "credential" in one.what)
    assert "lost together with" in lost.because
    assert service(found, "booking").lost_data == ()


@pytest.mark.requirement("R-004")
def test_a_secret_elsewhere_or_with_another_copy_outside_opens_it() -> None:
    facts: list[FeedFact] = [point("book-db", NOW - HOUR, copies=(CopySeen("cupboard"),))]
    for given in (
        own_copies("/etc/refloat/key"),
        own_copies("/srv/bookings/etc/key", "the sealed envelope"),
    ):
        found = outcome(given, "book-db", facts=facts)
        assert service(found, "booking").fate is Fate.BACK
    elsewhere = outcome(own_copies("/etc/refloat/key"), "book-db", facts=facts)
    assert [one.reach for one in elsewhere.access if "credential" in one.what] == [Reach.REACHABLE]


@pytest.mark.requirement("R-004")
def test_a_secret_in_another_data_set_waits_for_that_to_come_back() -> None:
    given = own_copies("/srv/directory/key")
    given = with_repository(given, "vault", key_kept="the sealed envelope")
    inside = Protection("files", {"paths": ("/srv/directory",)}, "vault")
    given = with_component(given, "directory", watch=None, protection=inside)
    facts: list[FeedFact] = [
        point("book-db", NOW - HOUR, copies=(CopySeen("cupboard"),)),
        point("directory", NOW - HOUR, copies=(CopySeen("vault"),)),
    ]
    assert service(outcome(given, "book-db", "directory", facts=facts), "booking").fate is Fate.BACK
    gone = outcome(given, "book-db", "directory", "vault", facts=facts)
    assert service(gone, "booking").fate is Fate.GONE
    assert copies(gone, "book-db") == {"cupboard": CopyFate.SHUT}


# Vendors and people


def test_a_vendor_that_a_service_needs_takes_it_down() -> None:
    given = replace(plan(), vendors={"bank": Vendor("bank", "The bank")})
    given = with_service(given, "booking", vendors=("bank",))
    found = outcome(given, "bank")
    assert service(found, "booking").fate is Fate.GONE
    assert (
        service(found, "booking").because == "Online booking does not come back: it needs The bank."
    )


def test_without_whoever_looks_after_recovery_things_run_and_do_not_come_back() -> None:
    given = replace(plan(), vendors={"msp": Vendor("msp", "The provider", provider=True)})
    given = with_service(given, "booking", vendors=("msp",))
    assert service(outcome(given, "msp"), "booking").fate is Fate.UNTOUCHED
    assert service(outcome(given, "msp", "book-db"), "booking").fate is Fate.GONE


def test_data_at_a_vendor_is_lost_with_it_and_its_copies_survive() -> None:
    given = replace(plan(), vendors={"host": Vendor("host", "The host")})
    found = outcome(with_component(given, "book-db", vendor="host"), "host")
    assert set(copies(found, "book-db").values()) == {CopyFate.SURVIVES}
    assert service(found, "booking").fate is Fate.UNKNOWN


def test_copies_at_a_place_with_the_vendors_name_may_be_lost_with_it() -> None:
    given = replace(plan(), vendors={"v-abroad": Vendor("v-abroad", "Abroad")})
    assert copies(outcome(given, "v-abroad"), "book-db")["vault"] is CopyFate.UNKNOWN


def test_nobody_else_who_may_approve_makes_a_recovery_uncertain() -> None:
    found = outcome(plan(), "cem", "book-db")
    assert service(found, "booking").fate is Fate.UNKNOWN
    assert found.people[0].duties == ("approve a restore",)
    assert any("stands in" in one for one in found.surer)
    given = replace(plan(), people={**plan().people, "cem": Person("cem", "Cem", deputy="ada")})
    deputised = outcome(given, "cem", "book-db")
    assert service(deputised, "booking").fate is Fate.BACK
    assert deputised.people[0].stands_in == ("Ada Obi",)
    assert outcome(given, "cem", "ada", "book-db").people[0].duties != ()


def test_somebody_away_takes_nothing_down() -> None:
    assert set(fates(outcome(plan(), "cem")).values()) == {"untouched"}


def test_a_step_that_only_somebody_away_can_do_is_uncertain() -> None:
    steps = (WrittenStep("restore the bookings", brings_back="book-db", who="ada"),)
    given = with_service(replace(plan(), authority=Authority()), "booking", steps=steps)
    found = outcome(given, "ada", "book-db")
    assert service(found, "booking").fate is Fate.UNKNOWN
    assert found.people[0].duties == ("“restore the bookings” for Online booking",)


# A standby


def test_a_standby_takes_over_at_another_site_perhaps() -> None:
    given = with_component(at_sites("harbour", "main street"), "book-db", watch=None)
    given = with_service(given, "booking", standby=True)
    assert service(outcome(given, "main street"), "booking").fate is Fate.UNKNOWN
    assert service(outcome(given, "book-db"), "booking").fate is Fate.GONE


# Documents


@pytest.mark.requirement("R-135")
def test_documents_are_read_where_nothing_needed_is_down() -> None:
    places = (Location("intranet", (Dependency("sign-in"),)), Location("a folder on paper"))
    given = replace(
        plan(),
        documents={
            "runbook": Document("runbook", ("recovery instructions",), places),
            "contacts": Document("contacts", ("contacts",), places[:1]),
        },
    )
    found = outcome(given, "sign-in")
    runbook, contacts = found.documents
    assert (runbook.readable_at, runbook.later_at) == (("a folder on paper",), ("intranet",))
    assert (contacts.readable_at, contacts.needs) == ((), ("sign-in",))
    said = Attestation(
        BOX,
        "kit",
        NOW - HOUR,
        "kit",
        "offline-kit-placed",
        "",
        "ada",
        "",
        NOW - HOUR,
        where="the safe",
    )
    kept = outcome(given, "sign-in", facts=[*healthy(given), said])
    assert kept.documents[1].readable_at == ("recovery kit: the safe",)


# Bad input


def test_an_empty_plan_has_an_outcome() -> None:
    found = scenario_outcome(organisation(Plan("nobody", {}, {}, {}, {})), Scenario("", "", ()))
    assert (found.services, found.data_sets) == ((), ())


def test_a_plan_of_one_component() -> None:
    given = Plan("one", {}, {}, {}, {"it": Component("it", ComponentKind.FILES, "it")})
    assert data_set(outcome(given, "it"), "it").fate is Fate.GONE


def test_services_that_all_need_each_other_end() -> None:
    given = plan()
    given = with_service(given, "sign-in", needs=(Dependency("booking"), Dependency("directory")))
    assert set(fates(outcome(given)).values()) == {"untouched"}
    found = outcome(given, "directory")
    assert set(fates(found).values()) == {"does not come back"}
    assert " <- " in service(found, "sign-in").blocked_by[-1]


def test_ten_thousand_losses() -> None:
    given = plan()
    names = [f"c{number}" for number in range(10_000)]
    given = replace(
        given,
        components={
            **given.components,
            **{one: Component(one, ComponentKind.FILES, one) for one in names},
        },
    )
    found = outcome(given, *names)
    assert len(found.data_sets) == 10_000
    assert set(fates(found).values()) == {"untouched"}
    assert len(found.scenario.title) < 1_000


def test_the_order_of_losses_does_not_matter() -> None:
    assert outcome(plan(), "cupboard", "cem", "book-db") == outcome(
        plan(), "book-db", "cupboard", "cem"
    )


def test_a_platform_that_is_lost_restores_nothing() -> None:
    found = outcome(plan(), "box", "book-db")
    assert service(found, "booking").fate is Fate.GONE
    other = with_platform(plan(), "spare")
    assert isinstance(other.platforms["spare"], Platform)
    assert service(outcome(other, "spare", "book-db"), "booking").fate is Fate.BACK


def test_later_facts_do_not_count() -> None:
    later = point("book-db", NOW - MINUTE, observed_at=NOW + timedelta(hours=1))
    found = outcome(plan(), "book-db", facts=[*healthy(), later])
    assert data_set(found, "book-db").loss_seconds == 600.0
