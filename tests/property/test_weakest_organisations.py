"""The weakest points of small organisations, held against losing every pair and every three.

The organisations have keys that are kept in what they open, signing in by what must be restored,
rights through groups in groups, people without deputies, vendors, sites and failure domains, and
several copies of the same data.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from itertools import combinations

from hypothesis import event, given, settings
from hypothesis import strategies as st

from refloat.assess.ahead.scenario import scenario_outcome
from refloat.assess.ahead.weakest.points import weakest
from refloat.assess.organisation import Organisation
from refloat.model.access import Lock, LockMode, Principal, PrincipalKind
from refloat.model.ahead import Fate, Loss, LossKind, Scenario, Weakest
from refloat.model.feed import CopySeen, FeedFact
from refloat.model.organisation import Watch
from refloat.model.plan import Plan, Repository
from tests.property.test_scenario_properties import (
    COMPONENTS,
    SERVICES,
    SITES,
    every,
    facts,
    plans,
)
from tests.unit.assess.copied import HOUR, MINUTE, NOW, organisation, point

Sets = dict[str, set[frozenset[Loss]]]
"""By service, sets of losses."""

LOST = {Fate.GONE, Fate.UNKNOWN}
MOST = {2: 20, 3: 14}
"""So many losses are tried at most, in pairs and in threes: some 200 and 400 scenarios each."""


@st.composite
def grouped(draw: st.DrawFn) -> Plan:
    """Give a plan in which accounts are members of groups, and groups of groups."""
    plan = draw(plans())
    nested: Mapping[str, tuple[str, ...]] = {
        "staff": ("admins", "ada"),
        "admins": ("keepers", "ben"),
        "keepers": ("ada",),
        "outer": ("staff",),
    }
    groups = {
        key: Principal(key, kind, members=tuple(one for one in nested[key] if draw(st.booleans())))
        for key, kind in (
            *((key, one.kind) for key, one in plan.principals.items()),
            ("outer", PrincipalKind.PRIVILEGED),
        )
    }
    return replace(plan, principals=groups)


@st.composite
def spread(draw: st.DrawFn) -> Plan:
    """Give such a plan with a third repository, elsewhere; most data has copies in all of them."""
    plan = draw(grouped())
    third = Repository(
        "r2",
        failure_domain=draw(st.sampled_from(("", "abroad", "cloud", "vendor"))),
        site=draw(st.sampled_from(("", "abroad"))),
        authentication_domain=draw(st.sampled_from(("", "abroad", "house"))),
        lock=Lock(draw(st.sampled_from(list(LockMode)))),
        controlled_by=draw(st.sampled_from(((), ("keepers",)))),
        key_kept=draw(st.sampled_from(("", "outside", "r1", "c3"))),
    )
    repositories = {**plan.repositories, "r2": third}
    many = [tuple(repositories), ("r2", "r0"), tuple(repositories), None]
    components = {}
    for key, one in plan.components.items():
        copies = draw(st.sampled_from(many))
        watch = one.watch if copies is None else Watch("tool", copies)
        takes = one.takes if copies is None else HOUR
        components[key] = replace(one, watch=watch, takes=takes)
    tool = replace(plan.platforms["tool"], break_glass=True, key_kept="outside")
    return replace(
        plan,
        repositories=repositories,
        components=components,
        sites=(*SITES, "abroad"),
        platforms={"tool": draw(st.sampled_from((tool, plan.platforms["tool"])))},
    )


@st.composite
def seen_there(draw: st.DrawFn) -> list[FeedFact]:
    """Give facts, and points of which most data has a copy in the third repository, too."""
    found = draw(facts())
    for key in COMPONENTS:
        places = draw(st.sampled_from((("r0", "r1", "r2"), ("r2",), ("r1", "r2"), ())))
        if places:
            copies = tuple(map(CopySeen, places))
            found.append(point(key, NOW - 30 * MINUTE, copies=copies, usable="ok"))
    return found


def after(seen: Organisation, losses: Iterable[Loss]) -> Mapping[str, Fate]:
    """Give what becomes of each service."""
    outcome = scenario_outcome(seen, Scenario("", "test", tuple(sorted(losses))))
    return {one.service: one.fate for one in outcome.services}


def tried(seen: Organisation, losses: list[Loss], up_to: int) -> tuple[Sets, Sets]:
    """Give the smallest sets after which a service is gone, and after which it perhaps is."""
    gone: Sets = {key: set() for key in SERVICES}
    lost: Sets = {key: set() for key in SERVICES}
    for size in range(up_to + 1):
        for some in map(frozenset, combinations(losses, size)):
            for key, fate in after(seen, some).items():
                for bad, found in (({Fate.GONE}, gone[key]), (LOST, lost[key])):
                    if fate in bad and not any(less <= some for less in found):
                        found.add(some)
    return gone, lost


def told(found: Weakest, losses: list[Loss], *, perhaps: bool) -> Sets:
    """Give the sets that the search found, each of what strikes the same for itself."""
    sets: Sets = {key: set() for key in SERVICES}
    for one in found.cut_sets:
        some: set[frozenset[Loss]] = {frozenset()}
        for loss, alike in zip(one.losses, one.alike, strict=True):
            some = {each | {also} for each in some for also in (loss, *alike)}
        for key in (*one.services, *(one.perhaps if perhaps else ())):
            sets[key] |= {each for each in some if each <= set(losses)}
    return sets


def held(plan: Plan, some: list[FeedFact], up_to: int, order: Callable[..., list[Loss]]) -> Sets:
    """Hold what is found against trying all; give the sets that surely take a service away."""
    seen = organisation(plan, *some)
    found = weakest(seen, SERVICES, up_to)
    assert found.complete == up_to
    singles = (one for one in found.cut_sets if len(one.losses) == 1)
    alone = {loss for one in singles for loss in (*one.losses, *one.alike[0])}
    every_loss = sorted(one for one in every(seen) if not one.for_good)
    losses = sorted(order(every_loss), key=alone.__contains__)[: MOST[up_to]]
    gone, lost = tried(seen, losses, up_to)
    for key, sets in told(found, losses, perhaps=False).items():
        assert sets >= gone[key], key
        assert sets == gone[key] or frozenset() in gone[key], key
    for key, sets in told(found, losses, perhaps=True).items():
        smallest = {one for one in sets if not any(less < one for less in sets)}
        assert smallest == lost[key] or frozenset() in lost[key], key
    return gone


@settings(max_examples=50)
@given(plan=grouped(), some=facts(), draw=st.data())
def test_every_pair_of_losses_is_found_and_no_other(
    plan: Plan, some: list[FeedFact], draw: st.DataObject
) -> None:
    gone = held(plan, some, 2, lambda losses: draw.draw(st.permutations(losses)))
    event(f"pairs {any(len(one) == 2 for sets in gone.values() for one in sets)}")


def test_every_three_losses_are_found_and_no_others() -> None:
    sizes = Counter[int]()
    kinds = Counter[LossKind]()

    @settings(max_examples=80)
    @given(plan=spread(), some=seen_there(), draw=st.data())
    def hold(plan: Plan, some: list[FeedFact], draw: st.DataObject) -> None:
        gone = held(plan, some, 3, lambda losses: draw.draw(st.permutations(losses)))
        for one in {one for sets in gone.values() for one in sets}:
            sizes[len(one)] += 1
            kinds.update(loss.kind for loss in one if len(one) == 3)

    hold()
    assert sizes[3] > 9  # smallest sets of three were really met, and of various things
    assert len(kinds) > 3
