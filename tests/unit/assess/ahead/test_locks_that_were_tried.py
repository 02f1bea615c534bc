"""What was tried goes before what is said of a lock, whoever's hands an account is in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from refloat.assess.ahead.losses import put_together
from refloat.assess.ahead.scenario import scenario_outcome
from refloat.model.access import LockMode, Right
from refloat.model.ahead import CopyFate, CopyOutcome, ScenarioOutcome
from refloat.model.feed import AccessSeen, CopySeen
from tests.support.changing import with_component, with_platform, with_repository
from tests.unit.assess.copied import HOUR, NOW, copied_to, organisation, plan, point, seen_right

HELD = CopySeen("vault", key_kept="outside", lock=LockMode.COMPLIANCE)


def tried(principal: str) -> AccessSeen:
    """Give that an account deleted a canary, as ``refloat canary`` records it."""
    seen = seen_right(principal, "vault", Right.DELETE, allowed=True)
    return replace(seen, external_id=f"canary/vault/{principal}")


def after(*lose: str, facts: tuple[AccessSeen, ...]) -> tuple[ScenarioOutcome, CopyOutcome]:
    given = with_repository(plan(), "vault", rights={}, key_kept="outside")
    given = with_platform(given, "box", needs=(), key_kept="outside")
    given = with_component(given, "book-db", watch=copied_to("vault"))
    seen = organisation(given, point("book-db", NOW - HOUR, copies=(HELD,)), *facts)
    found = scenario_outcome(seen, put_together(seen, ("book-db", *lose)))
    (data,) = (one for one in found.data_sets if one.data_set == "book-db")
    return found, data.copies[0]


@pytest.mark.requirement("R-033")
@pytest.mark.parametrize("lose", ["principal:admins", "production"])
def test_an_account_that_deleted_a_canary_opens_a_lock(lose: str) -> None:
    _, copy = after(lose, facts=(seen_right("admins", "vault", Right.DELETE, allowed=True),))
    assert copy.fate is CopyFate.SURVIVES
    assert copy.because.startswith("A lock that no account opens keeps it")
    _, copy = after(lose, facts=(tried("admins"),))
    assert copy.fate is CopyFate.EXPOSED


def test_a_lock_that_another_account_opened_is_none_for_whoever_may_delete() -> None:
    others = tried("staff")
    _, copy = after("principal:admins", facts=(others,))
    assert copy.fate is not CopyFate.EXPOSED
    assert "lock" not in copy.because
    may = seen_right("admins", "vault", Right.DELETE, allowed=True)
    _, copy = after("principal:admins", facts=(others, may))
    assert copy.fate is CopyFate.EXPOSED
