"""What a service rests on, and in which waves it comes back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from refloat.model.errors import MissingInput
from refloat.model.plan import Dependency, Service, Strength
from refloat.plan import (
    closure,
    order,
    own,
    parse,
    service_of,
    services_needed,
    unrecoverable,
    written_out,
)
from refloat.plan.ordering import cycles, waves
from tests.unit.plan.example import CATALOGUE, COMPLAINTS_OF, FULL, plan_of


def test_waves_of_a_service() -> None:
    assert order(plan_of(FULL), "booking") == (
        ("bookings-db", "documents", "line"),
        ("booking-app",),
    )
    assert order(plan_of(FULL), "archive") == (("documents",),)


@pytest.mark.requirement("R-046")
def test_the_closure_says_what_is_hard() -> None:
    assert closure(plan_of(FULL), "booking") == {
        "booking-app": Strength.HARD,
        "bookings-db": Strength.HARD,
        "documents": Strength.SOFT,
        "line": Strength.HARD,
    }


def test_hard_needs_of_what_is_soft_are_soft() -> None:
    plan = plan_of("""\
organisation: x
services: {s: {name: S, needs: [{soft: a}, c]}}
components:
  a: {kind: vendor, needs: [b, d]}
  b: {kind: vendor}
  c: {kind: vendor, needs: [d]}
  d: {kind: vendor, needs: [{soft: b}]}
""")
    assert closure(plan, "s") == {
        "a": Strength.SOFT,
        "b": Strength.SOFT,
        "c": Strength.HARD,
        "d": Strength.HARD,
    }
    assert order(plan, "s") == (("b",), ("d",), ("a", "c"))


def test_a_service_that_needs_nothing() -> None:
    plan = plan_of("organisation: x\nservices: {s: {name: S}}\n")
    assert order(plan, "s") == ()
    assert closure(plan, "s") == {}


@pytest.mark.parametrize("function", [order, closure])
def test_a_service_that_is_not_there(function: object) -> None:
    assert callable(function)
    with pytest.raises(MissingInput) as caught:
        function(plan_of(FULL), "bookings")
    assert caught.value.hint == "Did you mean 'booking'?"


def test_circles_are_found_and_not_ordered() -> None:
    needs = {"a": ["b"], "b": ["c", "a"], "c": ["a", "unknown"], "d": ["a"]}
    assert cycles(needs) == (("a", "b"), ("a", "b", "c"))
    with pytest.raises(ValueError, match="cycle"):
        waves({"a": ["b"], "b": ["a"], "c": []})


def test_a_very_long_chain_needs_no_recursion() -> None:
    chain = {f"c{number}": [f"c{number + 1}"] for number in range(50_000)} | {"c50000": []}
    assert cycles(chain) == ()
    assert len(waves(chain)) == 50_001
    chain["c50000"] = ["c0"]
    assert len(cycles(chain)[0]) == 50_001


SERVICES = """\
organisation: x
services:
  network: {name: Network, needs: [router]}
  sign-in: {name: Sign-in, needs: [directory, network]}
  mail: {name: Mail, needs: [mailboxes, sign-in, {soft: archive}]}
  archive: {name: Archive, needs: [scans, sign-in]}
  outside: {name: Bought outside}
  shop: {name: Shop, needs: [web, outside]}
components:
  router: {kind: network}
  directory: {kind: identity, needs: [disk]}
  disk: {kind: infrastructure}
  mailboxes: {kind: data, needs: [mail-server]}
  mail-server: {kind: application, needs: [sign-in]}
  scans: {kind: files}
  web: {kind: application, needs: [outside]}
"""
HARD, SOFT = Strength.HARD, Strength.SOFT


def test_the_closure_goes_through_services() -> None:
    plan = plan_of(SERVICES)
    assert closure(plan, "mail") == {
        "directory": HARD,
        "disk": HARD,
        "mail-server": HARD,
        "mailboxes": HARD,
        "router": HARD,
        "scans": SOFT,
    }
    assert services_needed(plan, "mail") == {"archive": SOFT, "network": HARD, "sign-in": HARD}
    assert services_needed(plan, "network") == {}


def test_a_services_own_components_are_reached_through_components_alone() -> None:
    plan = plan_of(SERVICES)
    assert own(plan, "mail") == {"mail-server": HARD, "mailboxes": HARD}
    assert own(plan, "sign-in") == {"directory": HARD, "disk": HARD}
    assert own(plan, "outside") == {}
    with pytest.raises(MissingInput, match="no service 'mial'"):
        own(plan, "mial")


def test_what_a_needed_service_is_made_of_is_in_an_earlier_wave() -> None:
    plan = plan_of(SERVICES)
    assert order(plan, "mail") == (
        ("disk", "router", "scans"),
        ("directory",),
        ("mail-server",),
        ("mailboxes",),
    )
    assert order(plan, "shop") == (("web",),)


def test_services_among_needs_are_written_out() -> None:
    plan = plan_of(SERVICES)
    assert written_out(plan, plan.services["mail"].needs) == (
        Dependency("directory"),
        Dependency("mailboxes"),
        Dependency("router"),
        Dependency("scans", SOFT),
    )
    both = (Dependency("sign-in", SOFT), Dependency("network"))
    assert written_out(plan, both) == (Dependency("directory", SOFT), Dependency("router"))
    assert written_out(plan, (Dependency("nowhere"), Dependency("outside"))) == ()


def test_what_nothing_can_bring_back() -> None:
    text = SERVICES.replace("mail-server: {", "mail-server: {recover: {start: run}, ")
    plan = plan_of(text.replace("directory: {", "directory: {watch: {}, "))
    assert unrecoverable(plan, "mail") == ("directory", "mailboxes"), "scans are only soft"
    assert unrecoverable(plan, "archive") == ("directory", "scans")
    assert unrecoverable(plan, "network") == ()
    assert unrecoverable(plan_of(FULL), "booking") == ()


def test_long_chains_of_services_are_no_trouble() -> None:
    lines = ["organisation: x", "services:", "  s0: {name: S, needs: [c]}"]
    lines += [f"  s{n}: {{name: S, needs: [s{n - 1}]}}" for n in range(1, 5000)]
    lines += ["components: {c: {kind: vendor}}"]
    plan = parse("\n".join(lines).encode(), "p", CATALOGUE, COMPLAINTS_OF)
    assert order(plan, "s4999") == (("c",),)
    assert len(services_needed(plan, "s4999")) == 4999


def test_for_a_service_that_is_not_there_the_nearest_is_named() -> None:
    with pytest.raises(MissingInput) as told:
        service_of(plan_of(SERVICES), "mial")
    assert told.value.hint == "Did you mean 'mail'?"


def test_where_none_is_near_the_services_are_listed_and_of_many_the_first() -> None:
    few = replace(plan_of(SERVICES), services={"tide": Service("tide", "Tide tables")})
    with pytest.raises(MissingInput) as told:
        service_of(few, "zzz")
    assert told.value.hint == "Its services are: tide."
    names = [f"tide-{number:02}" for number in range(15)]
    many = replace(few, services={name: Service(name, name) for name in names})
    with pytest.raises(MissingInput) as told:
        service_of(many, "zzz")
    assert told.value.hint == f"Its services are: {', '.join(names[:12])} and 3 more."
    with pytest.raises(MissingInput) as told:
        service_of(replace(few, services={}), "zzz")
    assert told.value.hint == "Its services are: none."
