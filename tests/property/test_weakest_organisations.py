"""The weakest points of small organisations, held against losing every pair of things in turn.

The organisations have keys that are kept in what they open, signing in by what must be restored,
rights through groups in groups, people without deputies, and several copies of the same data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from refloat.assess.ahead.scenario import scenario_outcome
from refloat.assess.ahead.weakest.points import weakest
from refloat.assess.organisation import Organisation
from refloat.model.access import Principal, PrincipalKind
from refloat.model.ahead import Fate, Loss, Scenario, Weakest
from refloat.model.feed import FeedFact
from refloat.model.plan import Plan
from tests.property.test_scenario_properties import SERVICES, every, facts, plans
from tests.unit.assess.copied import organisation

Sets = dict[str, set[frozenset[Loss]]]
"""By service, sets of losses."""

LOST = {Fate.GONE, Fate.UNKNOWN}
MOST = 20
"""So many losses are tried in pairs at most: two hundred scenarios of each organisation."""


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


def tried(seen: Organisation, losses: list[Loss], bad: set[Fate]) -> Sets:
    """Give the smallest sets of one and two losses after which a service has a bad fate."""
    found: Sets = {key: set() for key in SERVICES}
    for size in (0, 1, 2):
        for some in combinations(losses, size):
            outcome = scenario_outcome(seen, Scenario("", "test", tuple(sorted(some))))
            for one in outcome.services:
                known = found[one.service]
                if one.fate in bad and not any(less <= set(some) for less in known):
                    known.add(frozenset(some))
    return found


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


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(plan=grouped(), some=facts(), draw=st.data())
def test_every_pair_of_losses_is_found_and_no_other(
    plan: Plan, some: list[FeedFact], draw: st.DataObject
) -> None:
    seen = organisation(plan, *some)
    found = weakest(seen, SERVICES, 2)
    singles = (one for one in found.cut_sets if len(one.losses) == 1)
    alone = {loss for one in singles for loss in (*one.losses, *one.alike[0])}
    every_loss = sorted(one for one in every(seen) if not one.for_good)
    order = draw.draw(st.permutations(every_loss))
    losses = sorted(order, key=alone.__contains__)[:MOST]
    gone = tried(seen, losses, {Fate.GONE})
    event(f"pairs {sum(len(one) == 2 for sets in gone.values() for one in sets) > 0}")
    for key, sets in told(found, losses, perhaps=False).items():
        assert sets >= gone[key], key
        assert sets == gone[key] or frozenset() in gone[key], key
    lost = tried(seen, losses, LOST)
    for key, sets in told(found, losses, perhaps=True).items():
        smallest = {one for one in sets if not any(less < one for less in sets)}
        assert smallest == lost[key] or frozenset() in lost[key], key
