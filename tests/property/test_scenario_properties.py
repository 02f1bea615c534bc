"""What holds of every scenario of every small organisation."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from refloat.assess.ahead.network import holds
from refloat.assess.ahead.recovery_network import recovery_network
from refloat.assess.ahead.scenario import scenario_outcome
from refloat.assess.organisation import Organisation
from refloat.model.access import Lock, LockMode, Principal, PrincipalKind, Right
from refloat.model.ahead import Fate, Loss, Scenario, ScenarioOutcome
from refloat.model.codec import to_json
from refloat.model.feed import CopySeen, FeedFact
from refloat.model.organisation import Authority, Platform, Vendor, Watch, WrittenStep
from refloat.model.plan import (
    Component,
    ComponentKind,
    Dependency,
    Person,
    Plan,
    Repository,
    Service,
    Strength,
)
from tests.unit.assess.copied import HOUR, NOW, organisation, point, seen_right, service_test

SERVICES, COMPONENTS = ("s0", "s1", "s2"), ("c0", "c1", "c2", "c3")
REPOSITORIES, PRINCIPALS = ("r0", "r1"), ("staff", "admins", "keepers")
PEOPLE, SITES = ("ada", "ben"), ("here", "there")
_WORSE = (Fate.UNTOUCHED, Fate.BACK, Fate.DEGRADED, Fate.UNKNOWN, Fate.GONE)

site = st.sampled_from(("", *SITES))
person = st.sampled_from((None, *PEOPLE))


copies_seen = st.builds(
    CopySeen,
    st.sampled_from((*REPOSITORIES, "R1", "elsewhere")),
    failure_domain=st.sampled_from(("", "", "here", "cloud", "back office")),
    offline=st.sampled_from((None, None, True, False)),
    encrypted=st.sampled_from((None, True)),
    key_kept=st.sampled_from(("", "", "outside", "c0", "in r0")),
    lock=st.sampled_from(list(LockMode)),
    locked_until=st.sampled_from((None, NOW + HOUR, NOW)),
)


@st.composite
def needs(draw: st.DrawFn, keys: tuple[str, ...]) -> tuple[Dependency, ...]:
    chosen = draw(st.lists(st.sampled_from(keys), max_size=3, unique=True)) if keys else []
    return tuple(
        Dependency(key, draw(st.sampled_from((Strength.HARD, Strength.HARD, Strength.SOFT))))
        for key in chosen
    )


@st.composite
def components(draw: st.DrawFn) -> dict[str, Component]:
    found = {}
    for number, key in enumerate(COMPONENTS):
        copies = tuple(draw(st.lists(st.sampled_from(REPOSITORIES), max_size=2, unique=True)))
        found[key] = Component(
            key,
            draw(st.sampled_from(list(ComponentKind))),
            key,
            needs=draw(needs(COMPONENTS[:number])),
            watch=Watch("tool", copies) if copies else None,
            site=draw(site),
            takes=draw(st.sampled_from((None, HOUR))),
            vendor=draw(st.sampled_from((None, "vendor"))),
        )
    return found


@st.composite
def services(draw: st.DrawFn) -> dict[str, Service]:
    found = {}
    for number, key in enumerate(SERVICES):
        steps = tuple(
            WrittenStep(
                f"step {at}",
                brings_back=draw(st.sampled_from((None, *COMPONENTS))),
                who=draw(person),
                takes=draw(st.sampled_from((None, HOUR))),
                signs_in_with=tuple(draw(st.lists(st.sampled_from(SERVICES), max_size=1))),
            )
            for at in range(draw(st.integers(0, 2)))
        )
        found[key] = Service(
            key,
            key,
            needs=draw(needs((*COMPONENTS, *SERVICES[:number]))),
            steps=steps,
            standby=draw(st.booleans()),
            vendors=draw(st.sampled_from(((), ("vendor",)))),
        )
    return found


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    repositories = {
        key: Repository(
            key,
            failure_domain=draw(st.sampled_from(("", "here", "cloud", "back office"))),
            site=draw(site),
            authentication_domain=draw(st.sampled_from(("", "house", "c0"))),
            lock=Lock(draw(st.sampled_from(list(LockMode))), timedelta(days=30)),
            key_kept=draw(st.sampled_from(("", "outside", "c0", "r0", "tool"))),
        )
        for key in REPOSITORIES
    }
    kinds = (
        PrincipalKind.UNPRIVILEGED,
        PrincipalKind.PRIVILEGED,
        PrincipalKind.BACKUP_ADMINISTRATOR,
    )
    return Plan(
        "small",
        {key: Person(key, key, deputy=draw(person)) for key in PEOPLE},
        repositories,
        draw(services()),
        draw(components()),
        sites=SITES,
        platforms={
            "tool": Platform(
                "tool",
                "tool",
                needs=draw(needs((*SERVICES, "c0"))),
                sign_in=draw(st.sampled_from(("", "local"))),
                break_glass=draw(st.booleans()),
                key_kept=draw(st.sampled_from(("", "outside", "c1"))),
            )
        },
        principals={key: Principal(key, kind) for key, kind in zip(PRINCIPALS, kinds, strict=True)},
        vendors={"vendor": Vendor("vendor", "vendor", provider=draw(st.booleans()))},
        authority=Authority(approve_restores=draw(st.sampled_from(((), ("ada",))))),
    )


@st.composite
def points(draw: st.DrawFn, key: str, ago: timedelta) -> FeedFact:
    return point(
        key,
        NOW - ago,
        copies=tuple(draw(st.lists(copies_seen, max_size=3))),
        usable=draw(st.sampled_from(("unknown", "ok", "failed"))),
        expires_at=draw(st.sampled_from((None, None, NOW + HOUR, NOW))),
    )


@st.composite
def facts(draw: st.DrawFn) -> list[FeedFact]:
    found: list[FeedFact] = []
    for key in COMPONENTS:
        hours = draw(st.lists(st.integers(1, 5), max_size=3, unique=True))
        found += [draw(points(key, ago * HOUR)) for ago in hours]
    for principal in PRINCIPALS:
        for repository in REPOSITORIES:
            allowed = draw(st.sampled_from((True, False, None)))
            right = draw(st.sampled_from((Right.ANY, Right.DELETE)))
            if allowed is not None:
                found.append(seen_right(principal, repository, right, allowed))
    tested = draw(st.lists(st.sampled_from(SERVICES), unique=True))
    seconds = draw(st.integers(1, 9))
    return [*found, *(service_test(key, NOW - HOUR, seconds=float(seconds)) for key in tested)]


def every(judged: Organisation) -> list[Loss]:
    found = [one for one in recovery_network(judged).strikes if isinstance(one, Loss)]
    return [*found, *(replace(one, for_good=True) for one in found)]


@st.composite
def scenarios(draw: st.DrawFn) -> tuple[Plan, list[FeedFact], tuple[Loss, ...], Loss]:
    plan, seen = draw(plans()), draw(facts())
    known = st.sampled_from(every(organisation(plan, *seen)))
    return plan, seen, tuple(draw(st.lists(known, max_size=3))), draw(known)


def outcome(judged: Organisation, *losses: Loss) -> ScenarioOutcome:
    return scenario_outcome(judged, Scenario("", "it happens", tuple(sorted(set(losses)))))


def worst(found: ScenarioOutcome) -> dict[str, int]:
    """Give how bad it is for each service; that one is degraded is not compared."""
    return {
        one.service: _WORSE.index(Fate.BACK if one.fate is Fate.DEGRADED else one.fate)
        for one in found.services
        if not (one.fate is Fate.DEGRADED and one.wave is None)
    }


def comes_back(judged: Organisation, *losses: Loss) -> tuple[set[str], set[str]]:
    """Give what comes back of services: surely, and perhaps."""
    network = recovery_network(judged)
    found = []
    for cautious in (True, False):
        held = holds(network, network.struck(losses, cautious=cautious))
        found.append({key for key in judged.plan.services if held[network.numbers["back", key]]})
    return found[0], found[1]


@settings(max_examples=150, deadline=None)
@given(scenarios())
def test_losing_more_never_makes_it_better(
    made: tuple[Plan, list[FeedFact], tuple[Loss, ...], Loss],
) -> None:
    plan, seen, losses, more = made
    judged = organisation(plan, *seen)
    few, many = comes_back(judged, *losses), comes_back(judged, *losses, more)
    assert many[0] <= few[0]
    assert many[1] <= few[1]
    assert few[0] <= few[1]
    before, after = worst(outcome(judged, *losses)), worst(outcome(judged, *losses, more))
    assert all(after[key] >= before[key] for key in before.keys() & after.keys())


@settings(max_examples=150, deadline=None)
@given(scenarios(), st.sampled_from(COMPONENTS), st.sampled_from(["safe", *REPOSITORIES]))
def test_another_surviving_copy_never_makes_it_worse(
    made: tuple[Plan, list[FeedFact], tuple[Loss, ...], Loss], key: str, place: str
) -> None:
    plan, seen, losses, _ = made
    judged = organisation(plan, *seen)
    safe = Repository("safe", failure_domain="cloud", lock=Lock(LockMode.OFFLINE))
    given = replace(plan, repositories={**plan.repositories, "safe": safe})
    watch = plan.components[key].watch or Watch("tool")
    if not watch.copies:
        return  # where nothing copies it, it is put anew; a copy changes what it is
    more = replace(watch, copies=tuple(dict.fromkeys((*watch.copies, place))))
    given = replace(
        given,
        components={**plan.components, key: replace(plan.components[key], watch=more)},
    )
    newest = max(
        (one for one in judged.bases[SERVICES[0]].points(key)),
        key=lambda one: one.consistency_time,
        default=None,
    )
    if newest is not None and not newest.copies:
        return  # nobody said where that point is: one place more makes that less certain
    copies = (*(newest.copies if newest is not None else ()), CopySeen(place))
    at = newest.consistency_time if newest is not None else NOW - HOUR
    better = organisation(given, *seen, point(key, at + timedelta(minutes=1), copies=copies))
    before, after = comes_back(judged, *losses), comes_back(better, *losses)
    assert before[0] <= after[0]
    assert before[1] <= after[1]


@settings(max_examples=60, deadline=None)
@given(scenarios())
def test_the_same_losses_give_the_same_bytes(
    made: tuple[Plan, list[FeedFact], tuple[Loss, ...], Loss],
) -> None:
    plan, seen, losses, more = made
    one = outcome(organisation(plan, *seen), *losses, more)
    other = outcome(organisation(plan, *reversed(seen)), more, *reversed(losses))
    assert json.dumps(to_json(one)) == json.dumps(to_json(other))


@settings(max_examples=100, deadline=None)
@given(scenarios())
def test_what_comes_back_is_told_with_what_it_waits_for(
    made: tuple[Plan, list[FeedFact], tuple[Loss, ...], Loss],
) -> None:
    plan, seen, losses, more = made
    found = outcome(organisation(plan, *seen), *losses, more)
    known = {one.service: one for one in found.services}
    for one in found.services:
        if one.fate in (Fate.GONE, Fate.UNKNOWN):
            assert (one.wave, one.seconds) == (None, None)
        if one.wave is not None:
            assert one.waits_for[-1] == one.service
            waves = [known[key].wave or 0 for key in one.waits_for]
            assert 0 not in waves
            assert waves == sorted(set(waves))
