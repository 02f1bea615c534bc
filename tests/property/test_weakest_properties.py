"""What the weakest points say is what scenarios say of the same losses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations

from hypothesis import event, given, settings

from refloat.assess.ahead.scenario import scenario_outcome
from refloat.assess.ahead.weakest.points import weakest
from refloat.assess.organisation import Organisation
from refloat.model.ahead import Fate, Loss, Scenario, Weakest
from refloat.model.feed import FeedFact
from refloat.model.plan import Plan
from tests.property.test_scenario_properties import SERVICES, every, facts, plans
from tests.unit.assess.copied import organisation

UP = {Fate.UNTOUCHED, Fate.BACK, Fate.DEGRADED}


def fates(seen: Organisation, losses: Iterable[Loss]) -> Mapping[str, Fate]:
    found = scenario_outcome(seen, Scenario("", "test", tuple(sorted(losses))))
    return {one.service: one.fate for one in found.services}


def agrees(seen: Organisation, found: Weakest) -> None:
    """Each set takes away what it says, each smaller one does not."""
    for one in found.cut_sets:
        event(f"{len(one.losses)} losses, {'known' if one.services else 'perhaps'}")
        whole = fates(seen, one.losses)
        said = {key: whole[key] for key in (*one.services, *one.perhaps)}
        known = dict.fromkeys(one.services, Fate.GONE)
        assert said == known | dict.fromkeys(one.perhaps, Fate.UNKNOWN), one.losses
        for part in combinations(one.losses, len(one.losses) - 1):
            less = fates(seen, part)
            assert Fate.GONE not in {less[key] for key in one.services}, (one.losses, part)
            assert {less[key] for key in one.perhaps} <= UP, (one.losses, part)


@given(plan=plans(), some=facts())
@settings(max_examples=40, deadline=None)
def test_scenarios_say_the_same_of_each_smallest_set(plan: Plan, some: list[FeedFact]) -> None:
    seen = organisation(plan, *some)
    agrees(seen, weakest(seen, SERVICES, 2))


@given(plan=plans(), some=facts())
@settings(max_examples=40, deadline=None)
def test_every_single_loss_that_takes_a_service_away_is_named(
    plan: Plan, some: list[FeedFact]
) -> None:
    seen = organisation(plan, *some)
    found = weakest(seen, SERVICES, 1)
    named: dict[Loss, set[str]] = {}
    for one in found.cut_sets:
        for loss in (*one.losses, *one.alike[0]):
            named.setdefault(loss, set()).update(one.services)
    broken = set(found.already)
    for loss in (one for one in every(seen) if not one.for_good):
        gone = {key for key, fate in fates(seen, (loss,)).items() if fate is Fate.GONE}
        assert gone - broken <= named.get(loss, set())
