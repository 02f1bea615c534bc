"""Coverage: what is protected, what is left out on purpose, and what nobody thought of."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from refloat.assess.rules.coverage import (
    coverage_gap,
    exclusion_expired,
    exclusion_not_approved,
    store_not_covered,
    unaccounted_units,
)
from refloat.model.feed import DependencySeen, ScopeExclusion
from refloat.model.judgement import Severity
from refloat.model.organisation import Exclusion
from refloat.model.plan import ComponentKind, Dependency, Plan
from tests.support.changing import with_component, with_service
from tests.unit.assess.copied import BOX, DAY, HOUR, NOW, SECOND, found, plan, scope

APPROVED = Exclusion("call recordings", None, "not kept", "ada", date(2027, 3, 31))


def with_database() -> Plan:
    """Give the plan with files protected, and a database of the same service that is not."""
    given = with_component(plan(), "hours", name="the hours database")
    needs = (*given.services["booking"].needs, Dependency("hours"))
    return with_service(given, "booking", needs=needs)


def leaving_out(*exclusions: Exclusion, given: Plan | None = None) -> Plan:
    return replace(given or plan(), exclusions=exclusions)


def seen_store(name: str, holds_data: bool | None = True, **changes: Any) -> DependencySeen:
    known = f"{name} {changes}"
    fact = DependencySeen(BOX, known, NOW - DAY, known, name, holds_data=holds_data)
    return replace(fact, **changes)


@pytest.mark.requirement("R-080", "R-021", "R-030")
def test_a_database_beside_protected_files_is_a_gap() -> None:
    assert found(coverage_gap, plan()) == []
    (finding,) = found(coverage_gap, with_database())
    assert finding.subject == "service booking, component hours"
    assert (finding.severity, finding.services) == (Severity.HIGH, ("booking",))
    assert finding.inputs["protected"] == ("book-db",)
    assert "Online booking needs the hours database, which holds data that nothing backs up" in (
        finding.sentence
    )


@pytest.mark.requirement("R-030")
def test_what_is_left_out_with_a_decision_that_holds_is_no_gap() -> None:
    decided = Exclusion("hours", "hours", "kept on paper", "ada", date(2026, 11, 22))
    assert found(coverage_gap, leaving_out(decided, given=with_database())) == []
    over = leaving_out(decided, given=with_database())
    assert len(found(coverage_gap, over, at=NOW + DAY)) == 1


@pytest.mark.requirement("R-030")
def test_a_decision_to_leave_out_ends_with_its_last_day() -> None:
    until = replace(APPROVED, until=date(2026, 11, 21))
    midnight = NOW.replace(hour=0)
    assert found(exclusion_expired, leaving_out(until), at=midnight - SECOND) == []
    (finding,) = found(exclusion_expired, leaving_out(until), at=midnight)
    assert finding.first_seen == midnight
    assert finding.severity is Severity.MEDIUM
    assert finding.sentence == (
        "Backups leave out call recordings by a decision that ended on 2026-11-21. "
        "It would not come back."
    )


@pytest.mark.requirement("R-030")
@pytest.mark.parametrize(
    ("changes", "lacking"),
    [
        ({"approved_by": None}, ("who decided it",)),
        ({"reason": ""}, ("why",)),
        ({"until": None}, ("until when",)),
    ],
)
def test_what_is_left_out_needs_a_reason_an_approver_and_an_end(
    changes: dict[str, Any], lacking: tuple[str, ...]
) -> None:
    assert found(exclusion_not_approved, leaving_out(APPROVED)) == []
    (finding,) = found(exclusion_not_approved, leaving_out(replace(APPROVED, **changes)))
    assert finding.inputs["lacking"] == lacking


@pytest.mark.requirement("R-030", "R-021")
def test_parts_that_a_tool_counts_and_neither_copies_nor_leaves_out_are_found() -> None:
    all_copied = scope(selected=("a", "B"), inventory=("A", "b"), data_set="book-db")
    assert found(unaccounted_units, plan(), all_copied) == []
    one_more = replace(all_copied, inventory=("a", "b", "c"))
    (finding,) = found(unaccounted_units, plan(), one_more)
    assert (finding.subject, finding.services) == ("data set book-db", ("booking",))
    assert finding.severity is Severity.HIGH
    assert (finding.inputs["unaccounted"], finding.inputs["count"]) == (("c",), 1)
    assert "1 of 3 parts of Online booking" in finding.sentence


@pytest.mark.requirement("R-030")
def test_only_the_newest_word_of_a_tool_counts_and_none_of_later() -> None:
    older = scope(NOW - DAY, selected=("a",), inventory=("a", "b"))
    newer = scope(NOW - HOUR, selected=("a", "b"), inventory=("a", "b"))
    assert found(unaccounted_units, plan(), older, newer) == []
    assert len(found(unaccounted_units, plan(), older, newer, at=NOW - HOUR - SECOND)) == 1


@pytest.mark.requirement("R-030")
def test_what_a_tool_leaves_out_needs_a_decision_too() -> None:
    end = NOW + HOUR
    without = ScopeExclusion("c", "not needed", "ada", end)
    fact = scope(selected=("a",), excluded=(without,), inventory=("a", "c"))
    assert found(unaccounted_units, plan(), fact) == []
    assert found(exclusion_not_approved, plan(), fact) == []
    assert found(exclusion_expired, plan(), fact, at=end - SECOND) == []
    (finding,) = found(exclusion_expired, plan(), fact, at=end)
    assert finding.first_seen == end
    nobody = replace(fact, excluded=(replace(without, approved_by=""),))
    (finding,) = found(exclusion_not_approved, plan(), nobody)
    assert finding.subject == "exclusion c"
    planned = leaving_out(replace(APPROVED, what="C"))
    assert found(exclusion_not_approved, planned, nobody) == [], "the plan speaks of it"


@pytest.mark.requirement("R-021")
def test_a_store_of_data_that_was_seen_and_nobody_knows_of_is_a_gap() -> None:
    use = seen_store("book-db", None, needs="pgdata on app02")
    (finding,) = found(store_not_covered, plan(), seen_store("PGDATA on app02"), use)
    assert (finding.subject, finding.services) == ("component PGDATA on app02", ("booking",))
    assert finding.first_seen == NOW - DAY
    assert found(store_not_covered, plan(), seen_store("app02", None)) == []
    assert found(store_not_covered, plan(), seen_store("Bookings")) == [], "it is copied"
    copied = scope(selected=("pgdata on APP02",))
    assert found(store_not_covered, plan(), seen_store("pgdata on app02"), copied) == []
    left_out = leaving_out(replace(APPROVED, what="pgdata on app02"))
    assert found(store_not_covered, left_out, seen_store("pgdata on app02")) == []


def test_a_store_that_the_plan_finds_missing_itself_is_found_once() -> None:
    assert found(store_not_covered, with_database(), seen_store("hours")) == []
    application = with_component(with_database(), "hours", kind=ComponentKind.APPLICATION)
    assert found(coverage_gap, application) == []
    (finding,) = found(store_not_covered, application, seen_store("hours"))
    assert (finding.subject, finding.services) == ("component hours", ("booking",))


def test_what_was_seen_counts_for_as_long_as_the_policy_says() -> None:
    last = NOW - DAY + plan().policy.observed_for
    store = seen_store("pgdata on app02")
    assert len(found(store_not_covered, plan(), store, at=last)) == 1
    assert found(store_not_covered, plan(), store, at=last + timedelta(seconds=1)) == []
