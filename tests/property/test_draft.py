"""Whatever sources show, a draft of it parses, and knows all of it but for the circles."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refloat import plan as plans
from refloat.app.draft_text import write
from refloat.app.drafting import Drawn, draw
from refloat.app.sources import Source
from refloat.app.workspace import catalogue
from refloat.assess import undocumented
from refloat.assess.ground.sights import plain
from refloat.model.facts import Facts, ObservationFact
from refloat.model.observations import Observation
from refloat.model.plan import Plan
from refloat.observers import Reading

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
SHORT = st.sampled_from(
    ["a", "A", "a-b", "a b", "a_b", "A  B", "b", "b-2", "b 2", "null", "1", "a-in-x", "é", "#", ":"]
)
LONG = st.text(
    st.characters(exclude_categories=("C", "Z"), include_characters=" "), min_size=1, max_size=20
).filter(lambda name: bool(name.strip()) and name == " ".join(name.split()))
NAMES = SHORT | LONG
SEEN = st.builds(
    Observation,
    NAMES,
    st.just("") | NAMES,
    st.integers(0, 9),
    st.just("") | LONG,
    st.just("") | NAMES,
    st.just("") | LONG,
    st.booleans(),
).filter(lambda one: plain(one.component) != plain(one.needs))
SOURCES = st.lists(st.lists(SEEN, min_size=1, max_size=6), min_size=1, max_size=4)


def sources(readings: list[list[Observation]], realms: int) -> list[Source]:
    return [
        Source(f"x{number}", Reading(tuple(seen), (), ""), f"realm {number % realms}")
        for number, seen in enumerate(readings)
    ]


def parsed(drawn: Drawn, some: list[Source]) -> Plan:
    return plans.parse(write(drawn, some, ()).text.encode(), "x.yaml", catalogue(), {})


@pytest.mark.requirement("R-005", "R-112")
@settings(deadline=None)
@given(SOURCES, st.integers(1, 3), st.integers(0, 99))
def test_a_draft_parses_knows_everything_but_circles_and_does_not_ask_for_the_order(
    readings: list[list[Observation]], realms: int, seed: int
) -> None:
    some = sources(readings, realms)
    drawn = draw(some)
    plan = parsed(drawn, some)
    assert set(plan.components) == set(drawn.things)
    assert {plain(one.name) for one in plan.components.values()} == {
        plain(name)
        for seen in readings
        for one in seen
        for name in (one.component, one.needs)
        if name
    }
    facts = [
        ObservationFact(number, NOW, one.name, one.reading.observations, "csv")
        for number, one in enumerate(some)
    ]
    circles = {
        (plain(thing.name), plain(other.name))
        for thing in drawn.things.values()
        for other in thing.circles
    }
    found = undocumented(plan, Facts.of(facts), NOW)
    assert {(plain(one.component), plain(one.needs)) for one in found} <= circles
    mixed = list(some)
    random.Random(seed).shuffle(mixed)
    assert write(draw(mixed), mixed, ()) == write(drawn, some, ())


@settings(deadline=None)
@given(SOURCES)
def test_nothing_of_two_realms_is_merged(readings: list[list[Observation]]) -> None:
    some = sources(readings, len(readings))
    declared = {(one.realm, seen.component) for one in some for seen in one.reading.observations}
    drawn = draw(some)
    assert {(one.realm, one.name) for one in drawn.things.values() if one.declared} == declared
