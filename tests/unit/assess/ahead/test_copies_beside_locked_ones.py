"""Tests for two copies in one repository, of which a lock keeps only the one without a key."""

from __future__ import annotations

from dataclasses import replace

from refloat.assess.ahead.ready_made import scenario_named
from refloat.assess.ahead.scenario import scenario_outcome
from refloat.model.access import LockMode, Right
from refloat.model.feed import CopySeen
from refloat.model.plan import ComponentKind, Dependency
from tests.unit.assess.copied import (
    HOUR,
    NOW,
    copied_to,
    organisation,
    plan,
    point,
    with_component,
    with_platform,
    with_repository,
    with_service,
)


def test_nobody_can_say_as_of_which_time_such_data_comes_back_with_other_data() -> None:
    given = with_repository(plan(), "vault", rights={"admins": (Right.DELETE,)}, key_kept="outside")
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
    found = scenario_outcome(seen, scenario_named(seen, "ransomware"))
    (group,) = found.groups
    assert not group.fits
    assert group.loss_seconds is None
    assert group.because.startswith("Nobody can say as of which times")
