"""A locked copy is counted although a newer, isolated one lies elsewhere: that may be lost, too."""

from __future__ import annotations

from dataclasses import replace

import pytest

from refloat.assess.ahead.scenario import scenario_outcome
from refloat.model.access import Lock, LockMode, Right
from refloat.model.ahead import CopyFate, Fate, Loss, LossKind, Scenario
from refloat.model.feed import CopySeen
from tests.unit.assess.copied import HOUR, NOW, organisation, plan, point

IN_VAULT = point("book-db", NOW - 3 * HOUR, copies=(CopySeen("vault"),))
IN_CUPBOARD = point("book-db", NOW - HOUR, copies=(CopySeen("cupboard", offline=True),))
TAKEN = Loss(LossKind.PRODUCTION, "production")
STREET = Loss(LossKind.FAILURE_DOMAIN, "main street")


def test_an_older_locked_copy_survives_beside_a_newer_isolated_one() -> None:
    seen = organisation(plan(), IN_VAULT, IN_CUPBOARD)
    outcome = scenario_outcome(seen, Scenario("", "taken over", (TAKEN,)))
    data = next(one for one in outcome.data_sets if one.data_set == "book-db")
    assert {one.repository: one.fate for one in data.copies} == {
        "cupboard": CopyFate.SURVIVES,
        "vault": CopyFate.SURVIVES,
    }


def test_it_brings_the_data_back_where_the_newer_one_is_lost() -> None:
    seen = organisation(plan(), IN_VAULT, IN_CUPBOARD)
    outcome = scenario_outcome(seen, Scenario("", "taken over", (STREET, TAKEN)))
    data = next(one for one in outcome.data_sets if one.data_set == "book-db")
    assert (data.fate, data.from_repository) == (Fate.BACK, "vault")


@pytest.mark.parametrize("mode", [LockMode.COMPLIANCE, LockMode.NONE, LockMode.UNKNOWN])
def test_a_locked_copy_behind_an_unlocked_one_survives_beside_a_newer_isolated_one(
    mode: LockMode,
) -> None:
    whole = plan()
    altered = {"admins": (Right.DELETE,), "staff": ()}
    vault = replace(whole.repositories["vault"], rights=altered, lock=Lock(mode))
    given = replace(whole, repositories={**whole.repositories, "vault": vault})
    locked = replace(IN_VAULT, copies=(CopySeen("vault", lock=LockMode.COMPLIANCE),))
    unlocked = point("book-db", NOW - 2 * HOUR, copies=(CopySeen("vault", lock=LockMode.NONE),))
    seen = organisation(given, locked, unlocked, IN_CUPBOARD)
    outcome = scenario_outcome(seen, Scenario("", "taken over", (STREET, TAKEN)))
    data = next(one for one in outcome.data_sets if one.data_set == "book-db")
    assert (data.fate, data.from_repository) == (Fate.BACK, "vault")
    assert data.loss_seconds == (3 * HOUR).total_seconds()
