"""Copies that are made where the plan does not say so."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from refloat.assess.rules.coverage import undocumented_copy
from refloat.model.feed import CopySeen, PointSeen
from refloat.model.judgement import Severity
from refloat.model.plan import Plan
from tests.unit.assess.copied import DAY, HOUR, MINUTE, NOW, copied_to, found, plan, point

pytestmark = pytest.mark.requirement("R-113")


def cupboard_alone() -> Plan:
    """Give a plan that names the cupboard alone for bookings; the vault is known."""
    given = plan()
    book = replace(given.components["book-db"], watch=copied_to("cupboard"))
    return replace(given, components={**given.components, "book-db": book})


def kept_in(name: str, at: datetime) -> PointSeen:
    return point("book-db", at, copies=(CopySeen(name),))


def test_copies_that_the_plan_means_are_none() -> None:
    assert found(undocumented_copy, plan(), point("book-db", NOW - MINUTE)) == []


def test_copies_are_made_in_a_place_that_the_plan_names_for_other_data() -> None:
    facts = [point("book-db", NOW - 3 * HOUR), point("book-db", NOW - HOUR)]
    (one,) = found(undocumented_copy, cupboard_alone(), *facts)
    assert one.severity is Severity.ADVISORY
    assert one.subject.endswith("data set book-db, repository vault")
    assert "are made in the vault abroad" in one.sentence
    assert one.inputs["points"] == 2
    assert one.first_seen == NOW - 3 * HOUR + MINUTE


def test_one_tool_for_each_place() -> None:
    facts = [kept_in("The Vault Abroad", NOW - HOUR), kept_in("cupboard", NOW - 10 * MINUTE)]
    (one,) = found(undocumented_copy, cupboard_alone(), *facts)
    assert one.inputs["points"] == 1


def test_what_is_left_over_from_another_plan_is_none() -> None:
    facts = [kept_in("vault", NOW - 2 * DAY), kept_in("cupboard", NOW - MINUTE)]
    assert found(undocumented_copy, cupboard_alone(), *facts) == []


def test_exactly_one_interval_older_than_the_newest_is_still_made() -> None:
    newest = kept_in("cupboard", NOW - MINUTE)
    still = kept_in("vault", NOW - MINUTE - HOUR)
    older = kept_in("vault", NOW - MINUTE - HOUR - MINUTE)
    assert len(found(undocumented_copy, cupboard_alone(), newest, still)) == 1
    assert found(undocumented_copy, cupboard_alone(), newest, older) == []


def test_a_place_of_which_the_plan_knows_nothing_counts_and_is_none() -> None:
    facts = [kept_in("somewhere", NOW - MINUTE)]
    assert found(undocumented_copy, cupboard_alone(), *facts) == []


def test_copies_that_cannot_be_restored_from_are_none() -> None:
    facts = [
        replace(kept_in("vault", NOW - HOUR), usable="failed"),
        kept_in("cupboard", NOW - MINUTE),
    ]
    assert found(undocumented_copy, cupboard_alone(), *facts) == []
