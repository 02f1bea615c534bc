"""What was observed minus what is documented, with source and line."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refloat.assess import service_status, undocumented
from refloat.model.facts import Facts, ObservationFact
from refloat.model.judgement import Finding, Severity
from refloat.model.observations import Observation
from refloat.model.plan import Dependency, Plan, Service
from refloat.testing import example

PLAN = example.plan()
NOON = example.NOON
LATER = NOON + timedelta(hours=1)


def fact(
    *pairs: str, source: str = "network.csv", entry: int = 20, at: timedelta = timedelta(0)
) -> ObservationFact:
    """Give a reading of lines such as ``booking-app > redis``, counted from line 2."""
    seen = []
    for line, pair in enumerate(pairs, start=2):
        component, _, needs = (part.strip() for part in pair.partition(">"))
        seen.append(Observation(component, needs, line))
    return ObservationFact(entry, NOON + at, source, tuple(seen), "csv")


def rows(*facts: ObservationFact, plan: Plan = PLAN) -> list[tuple[str, str, str, tuple[str, ...]]]:
    found = undocumented(plan, Facts.of(facts), LATER)
    return [(one.component, one.needs, f"{one.source}:{one.line}", one.services) for one in found]


def findings(*facts: ObservationFact, plan: Plan = PLAN) -> list[Finding]:
    whole = Facts.of((*example.facts(plan).all(), *facts))
    status = service_status(plan, example.SERVICE, whole, LATER)
    return [one for one in status.findings if "R-005" in one.requirements]


@pytest.mark.requirement("R-005")
def test_what_the_service_rests_on_and_the_plan_does_not_know_is_flagged_with_file_and_line() -> (
    None
):
    seen = fact("booking-app > identity", "booking-app > redis")
    assert rows(seen) == [("redis", "", "network.csv:3", ("booking",))]
    (finding,) = findings(seen)
    assert (finding.code, finding.severity) == ("UNDOCUMENTED_COMPONENT", Severity.HIGH)
    assert finding.sentence == (
        "Online booking rests on redis (Booking application needs it), which is not in the plan: "
        "nobody has said how it comes back. Seen in network.csv:3. "
        "Meanwhile: Patients book a visit and Dentists see their day."
    )
    assert finding.inputs["entry"] == 20


@pytest.mark.requirement("R-005")
def test_each_undocumented_component_is_flagged_whoever_needs_it() -> None:
    seen = fact("booking-app > redis", "redis > vault", "report > Bookings database", "printer")
    assert rows(seen) == [
        ("printer", "", "network.csv:5", ()),
        ("redis", "", "network.csv:2", ("booking",)),
        ("report", "", "network.csv:4", ()),
        ("vault", "", "network.csv:3", ("booking",)),
    ]
    severities = {one.subject.rpartition(" ")[2]: one.severity for one in findings(seen)}
    assert severities == {
        "redis": Severity.HIGH,
        "vault": Severity.HIGH,
        "report": Severity.MEDIUM,
    }


@pytest.mark.requirement("R-005")
def test_a_dependency_that_the_plan_does_not_say_is_flagged() -> None:
    seen = fact("identity > bookings-db")
    assert rows(seen) == [("identity", "bookings-db", "network.csv:2", ("booking",))]
    (finding,) = findings(seen)
    assert (finding.code, finding.severity) == ("UNDOCUMENTED_DEPENDENCY", Severity.HIGH)


@pytest.mark.parametrize(
    "pair",
    [
        "booking-app > identity",
        "Booking  APPLICATION > directory",
        "booking > booking-app",
        "Online booking > Bookings database",
        "booking > documents",
        "identity",
    ],
)
def test_what_the_plan_says_directly_or_through_others_is_documented(pair: str) -> None:
    assert rows(fact(pair)) == []


def test_needing_all_that_a_service_needs_is_needing_the_service() -> None:
    other = Service("desk", "Front desk", needs=(Dependency("identity"),))
    plan = replace(PLAN, services={**PLAN.services, "desk": other})
    assert rows(fact("booking-app > Front desk"), plan=plan) == []
    assert [row[:2] for row in rows(fact("identity > booking"), plan=plan)] == [
        ("identity", "booking")
    ]


def test_a_service_is_told_only_of_what_concerns_it() -> None:
    other = Service("desk", "Front desk", needs=(Dependency("documents"),))
    plan = replace(PLAN, services={**PLAN.services, "desk": other})
    seen = fact("booking-app > redis", "scanner > identity")
    status = service_status(plan, "desk", Facts.of([seen]), LATER)
    assert not [one for one in status.findings if "R-005" in one.requirements]
    assert len(findings(seen, plan=plan)) == 2


def test_two_things_of_one_name_are_both_meant() -> None:
    plan = example.with_component(PLAN, "documents", name="Store")
    plan = example.with_component(plan, "bookings-db", name="Store")
    assert rows(fact("booking-app > store", "store > identity"), plan=plan) == [
        ("store", "identity", "network.csv:3", ("booking",))
    ]


@pytest.mark.requirement("R-005")
def test_where_nothing_was_ever_observed_nothing_is_said() -> None:
    assert rows() == []
    assert findings() == []
    assert rows(fact()) == []


def test_the_newest_reading_of_a_source_counts_and_other_sources_stay() -> None:
    old = fact("booking-app > redis", "booking-app > gone", entry=20)
    new = fact("booking-app > redis", entry=22, at=timedelta(minutes=5))
    other = fact("identity > clock", source="sites.csv", entry=21)
    found = undocumented(PLAN, Facts.of([new, old, other]), LATER)
    assert [(one.component, one.entry) for one in found] == [("clock", 21), ("redis", 22)]
    before = undocumented(PLAN, Facts.of([new, old, other]), NOON + timedelta(minutes=1))
    assert [(one.component, one.entry) for one in before] == [
        ("clock", 21),
        ("gone", 20),
        ("redis", 20),
    ]
    assert undocumented(PLAN, Facts.of([new, old]), NOON - timedelta(minutes=1)) == ()


def test_a_component_that_is_seen_in_many_places_is_one_row_with_all_of_them() -> None:
    one = fact("booking-app > Redis", "redis > identity")
    two = fact("documents > REDIS", source="sites.csv")
    (found,) = undocumented(PLAN, Facts.of([two, one]), LATER)
    assert found.seen_in == ("network.csv:2", "network.csv:3", "sites.csv:2")
    assert found.needed_by == ("booking-app", "documents")
    assert found.uses == ("identity",)


def test_observed_circles_end() -> None:
    assert [row[0] for row in rows(fact("booking-app > a", "a > b", "b > a", "b > booking"))] == [
        "a",
        "b",
    ]


NAMES = st.sampled_from(["booking", "booking-app", "identity", "documents", "redis", "vault", "x"])
READINGS = st.lists(st.lists(st.tuples(NAMES, NAMES), max_size=6), max_size=4)


@pytest.mark.requirement("R-005")
@given(READINGS, st.integers(0, 99))
def test_the_order_of_facts_does_not_matter_and_nothing_unknown_is_left_out(
    readings: list[list[tuple[str, str]]], seed: int
) -> None:
    facts = [
        fact(*(f"{one} > {two}" for one, two in pairs), source=f"{number % 3}.csv", entry=number)
        for number, pairs in enumerate(readings)
    ]
    mixed = list(facts)
    random.Random(seed).shuffle(mixed)
    found = undocumented(PLAN, Facts.of(facts), LATER)
    assert found == undocumented(PLAN, Facts.of(mixed), LATER)
    newest = {one.source: one for one in facts}
    names = {
        name
        for one in newest.values()
        for seen in one.observations
        for name in (seen.component, seen.needs)
    }
    assert {one.component for one in found if not one.needs} == names & {"redis", "vault", "x"}


def needs_in_the_end(plan: Plan, key: str) -> set[str]:
    """Walk the plan the plain way."""
    direct = {need.on for need in plan.components[key].needs}
    return direct.union(*(needs_in_the_end(plan, one) for one in direct))


@given(st.sets(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=14))
def test_a_dependency_is_flagged_exactly_when_no_way_through_the_plan_leads_there(
    edges: set[tuple[int, int]],
) -> None:
    example_of = PLAN.components["booking-app"]
    components = {
        f"c{one}": replace(
            example_of,
            key=f"c{one}",
            name=f"c{one}",
            needs=tuple(Dependency(f"c{b}") for a, b in sorted(edges) if a == one and b > a),
        )
        for one in range(7)
    }
    service = replace(PLAN.services[example.SERVICE], needs=(Dependency("c0"),))
    plan = replace(PLAN, components=components, services={example.SERVICE: service})
    asked = [(a, b) for a in components for b in components if a != b]
    found = rows(fact(*(f"{a} > {b}" for a, b in asked)), plan=plan)
    assert {row[:2] for row in found} == {
        (a, b) for a, b in asked if b not in needs_in_the_end(plan, a)
    }
