"""Tests for two copies in one repository, of which a lock keeps only the one without a key."""

from __future__ import annotations

from dataclasses import replace

from refloat.assess.ahead.ready_made import scenario_named
from refloat.assess.ahead.scenario import scenario_outcome
from refloat.model.access import LockMode, Right
from refloat.model.ahead import Fate, ScenarioOutcome
from refloat.model.feed import CopySeen
from refloat.model.plan import ComponentKind, Dependency
from tests.support.changing import with_component, with_platform, with_repository, with_service
from tests.unit.assess.copied import HOUR, NOW, copied_to, organisation, plan, point


def after_ransomware(*rights: Right) -> ScenarioOutcome:
    """Say what becomes of the bookings, if administrators have these rights on the vault."""
    allowed = {"admins": rights, "staff": ()}
    given = with_repository(plan(), "vault", rights=allowed, key_kept="outside")
    given = with_platform(given, "box", needs=(), key_kept="outside")
    given = with_component(given, "book-db", watch=copied_to("vault"))
    given = with_component(
        given, "pictures", kind=ComponentKind.FILES, name="Pictures", watch=copied_to("vault")
    )
    needs = (Dependency("book-db"), Dependency("pictures"))
    given = with_service(given, "booking", needs=needs, steps=())
    held = CopySeen("vault", key_kept="directory", lock=LockMode.WRITE_ONCE)
    beside = replace(held, repository="Vault", key_kept="outside", lock=LockMode.NONE)
    offline = CopySeen("vault", offline=True, key_kept="outside")
    facts = [
        point("book-db", NOW - HOUR, copies=(held, beside)),
        point("pictures", NOW - 3 * HOUR, copies=(offline,)),
    ]
    seen = organisation(given, *facts)
    return scenario_outcome(seen, scenario_named(seen, "ransomware"))


def fate(found: ScenarioOutcome, data_set: str) -> Fate:
    return next(one.fate for one in found.data_sets if one.data_set == data_set)


def test_the_lock_of_the_other_copy_keeps_no_copy_that_somebody_can_delete() -> None:
    found = after_ransomware(Right.DELETE)
    assert fate(found, "book-db") is Fate.UNKNOWN
    assert fate(found, "pictures") is Fate.BACK
    assert next(one.fate for one in found.services if one.service == "booking") is Fate.UNKNOWN


def test_a_copy_that_nobody_can_alter_comes_back_without_a_lock() -> None:
    assert fate(after_ransomware(), "book-db") is Fate.BACK
