"""Tests for single losses after which data of one time comes back and may not fit together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from refloat.app.weakest import verdict
from refloat.assess.ahead.weakest import data_apart
from refloat.assess.ahead.weakest.points import weakest
from refloat.model.ahead import LossKind, Weakest
from refloat.model.feed import CopySeen
from refloat.model.plan import ComponentKind, Dependency, Plan, Strength
from tests.support.changing import with_component, with_platform, with_repository, with_service
from tests.unit.assess.copied import HOUR, MINUTE, NOW, copied_to, organisation, plan, point

KINDS = (LossKind.SITE, LossKind.REPOSITORY, LossKind.SERVICE)


def two_of_one_time() -> Plan:
    """Bookings and pictures of one time, in the house; copies there and in a vault elsewhere."""
    given = replace(plan(), sites=("house", "abroad"))
    given = with_platform(given, "box", needs=(), key_kept="outside")
    for key, site in (("cupboard", "house"), ("vault", "abroad")):
        given = with_repository(given, key, site=site, failure_domain=site, key_kept="outside")
    both = {"watch": copied_to("cupboard", "vault"), "site": "house", "group": "desk"}
    given = with_component(given, "book-db", **both)
    given = with_component(given, "pictures", kind=ComponentKind.FILES, name="Pictures", **both)
    needs = (Dependency("book-db"), Dependency("pictures"))
    return with_service(given, "booking", needs=needs, steps=())


def found(far: timedelta, kinds: Sequence[LossKind] = KINDS) -> Weakest:
    """Look at it with near copies of one time, and far ones that lie so far apart."""
    near, away = (CopySeen("cupboard"),), (CopySeen("vault"),)
    facts = [
        point("book-db", NOW - HOUR, copies=near),
        point("pictures", NOW - HOUR + MINUTE, copies=near),
        point("book-db", NOW - 5 * HOUR, copies=away),
        point("pictures", NOW - 5 * HOUR + far, copies=away),
    ]
    return weakest(organisation(two_of_one_time(), *facts), ("booking",), 1, kinds)


def test_a_loss_that_leaves_no_common_time_is_told_apart_and_nobody_reads_that_all_is_well() -> (
    None
):
    told = found(4 * HOUR)
    assert not told.cut_sets
    (said,) = told.apart
    assert said.startswith("If the site house is lost, data comes back that may not fit together.")
    assert "15 min is allowed" in said
    assert verdict(told) == 2


def test_copies_that_lie_close_together_fit_and_nothing_is_told() -> None:
    told = found(5 * MINUTE)
    assert (told.cut_sets, told.apart, verdict(told)) == ((), (), 0)


def test_losses_that_nobody_asked_for_are_not_told() -> None:
    assert not found(4 * HOUR, (LossKind.REPOSITORY,)).apart


def test_too_many_losses_are_not_looked_at_and_that_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(data_apart, "MOST", 0)
    told = found(4 * HOUR)
    assert not told.apart
    assert any("data of one time may not fit together" in one for one in told.left_out)


def rest_on_it(*, hard: bool = True) -> Weakest:
    """Ask for a service that needs the one whose data has to be of one time."""
    given = two_of_one_time()
    needs = (Dependency("booking", Strength.HARD if hard else Strength.SOFT),)
    till = replace(given.services["booking"], key="till", name="Till", needs=needs)
    given = replace(given, services={**given.services, "till": till})
    facts = [
        point("book-db", NOW - 5 * HOUR, copies=(CopySeen("vault"),)),
        point("pictures", NOW - HOUR, copies=(CopySeen("vault"),)),
    ]
    return weakest(organisation(given, *facts), ("till",), 1, (LossKind.SITE,))


def test_what_only_needs_such_data_is_told_with_the_way_to_it() -> None:
    told = rest_on_it()
    (said,) = told.apart
    assert said.startswith("If the site house is lost, data comes back that may not fit together.")
    assert said.endswith(" It is needed by Till (till <- booking).")
    assert verdict(told) == 2


def test_what_can_do_without_such_data_is_not() -> None:
    assert rest_on_it(hard=False).apart == ()
