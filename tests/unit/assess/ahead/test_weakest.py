"""Tests for the search of smallest sets of losses: what is hard for it, and what it says then."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from refloat.assess.ahead.network import Network
from refloat.assess.ahead.weakest.cuts import Limits, Question, Smallest, smallest
from refloat.assess.ahead.weakest.grouping import grouped
from refloat.assess.ahead.weakest.many import Tally
from refloat.assess.ahead.weakest.points import weakest
from refloat.model.ahead import CutSet, Loss, LossKind
from refloat.model.organisation import Vendor
from refloat.model.plan import Component, ComponentKind, Dependency, Plan, Service
from tests.unit.assess.copied import healthy, organisation, plan


def network(
    needs: list[tuple[int, ...]],
    groups: dict[int, tuple[tuple[int, ...], ...]] | None = None,
    strikes: Mapping[object, tuple[int, ...]] | None = None,
) -> Network:
    named: dict[object, tuple[int, ...]] = {str(at): (at,) for at in range(len(needs))}
    return Network(
        nodes=[("thing", str(at)) for at in range(len(needs))],
        all_of=needs,
        any_of=[(groups or {}).get(at, ()) for at in range(len(needs))],
        strikes=named if strikes is None else strikes,
    )


def sets(found: Smallest, size: int) -> set[frozenset[str]]:
    return {
        frozenset(found.events[event][0] for event in cut.events) for cut in found.sizes[size].cuts
    }


def test_one_thing_falls_with_itself() -> None:
    found = smallest(Question(network([()]), [0], ["0"]))
    assert sets(found, 1) == {frozenset({"0"})}
    assert (sets(found, 2), sets(found, 3), found.complete) == (set(), set(), 3)


def test_nothing_to_lose_is_no_set() -> None:
    found = smallest(Question(network([()]), [0], []))
    assert [found.sizes[size].count for size in (1, 2, 3)] == [0, 0, 0]


def test_what_needs_itself_is_broken_and_in_no_set() -> None:
    ring = network([(1,), (2,), (0,)])
    found = smallest(Question(ring, [0, 1, 2], ring.strikes))
    assert found.broken == {0, 1, 2}
    assert not any(found.sizes[size].count for size in (1, 2, 3))


def test_a_circle_of_ten_thousand_with_one_way_in_falls_with_that_way() -> None:
    count = 10_000
    needs: list[tuple[int, ...]] = [(at - 1,) for at in range(1, count)]
    ring = network([(), *needs], {0: ((count - 1, count),)})
    ring = replace(
        ring,
        nodes=[*ring.nodes, ("thing", "way in")],
        all_of=[*ring.all_of, ()],
        any_of=[*ring.any_of, ()],
        strikes={"way in": (count,), "middle": (count // 2,)},
    )
    found = smallest(Question(ring, [count - 1], ring.strikes))
    assert sets(found, 1) == {frozenset({"way in"}), frozenset({"middle"})}


def test_losses_that_strike_the_same_are_one() -> None:
    found = smallest(Question(network([()], strikes={"a": (0,), "b": (0,)}), [0], ["b", "a"]))
    assert found.events == (("a", "b"),)


def many(count: int) -> Network:
    """A thing that needs one of three others, each of which needs a third of very many."""
    third = count // 3
    needs: list[tuple[int, ...]] = [(), *(tuple(range(4 + at, 4 + count, 3)) for at in range(3))]
    assert len(needs[1]) >= third
    return network([*needs, *[()] * count], {0: ((1, 2, 3),)})


def test_twenty_thousand_losses_end_and_what_was_not_looked_at_is_said() -> None:
    large = many(20_000)
    found = smallest(Question(large, [0], large.strikes), 3, Limits(work=2_000_000))
    assert found.complete == 1
    assert found.sizes[2].among == 300
    assert found.sizes[3].among == 60
    assert sets(found, 1) == {frozenset({"0"})}
    assert found.sizes[3].count > len(found.sizes[3].cuts) > 0, "only some are listed"


def test_a_size_that_nobody_can_look_for_is_refused() -> None:
    with pytest.raises(ValueError, match="up to 4"):
        smallest(Question(network([()]), [0], []), 4)


def test_a_tally_counts_each_case() -> None:
    chance, tally = random.Random(1), Tally()
    rows = [chance.getrandbits(37) for _ in range(1000)]
    for row in rows:
        tally.add(row)
    tally.close(37)
    (counts,) = tally.counts
    assert counts.tolist() == [sum(row >> at & 1 for row in rows) for at in range(37)]
    tally.close(3)
    assert np.array_equal(tally.counts[1], [0, 0, 0])


def cut(*keys: str, services: tuple[str, ...] = ("shop",), remedy: str = "") -> CutSet:
    losses = tuple(Loss(LossKind.COMPONENT, key) for key in keys)
    return CutSet(losses, services, "", remedy, alike=((),) * len(keys))


def test_sets_that_differ_in_one_loss_are_told_in_one_row() -> None:
    told = grouped([cut("a", "tool"), cut("b", "tool"), cut("c", "other"), cut("b", "d")])
    assert [len(one.sets) for one in told] == [2, 1, 1]
    assert [[loss.key for loss in some] for some in told[0].losses] == [["a", "b"], ["tool"]]


def test_single_losses_against_which_other_things_help_are_told_apart() -> None:
    told = grouped([cut("a", remedy="copy it"), cut("b", remedy="lock it")])
    assert len(told) == 2


def asked(given: Plan, *services: str, up_to: int = 2) -> dict[frozenset[str], CutSet]:
    found = weakest(organisation(given, *healthy(given)), services, up_to)
    return {frozenset(loss.key for loss in one.losses): one for one in found.cut_sets}


def test_a_vendor_whom_nobody_replaces_is_a_single_point() -> None:
    given = plan()
    key = next(iter(given.services))
    given = replace(
        given,
        vendors={"wires": Vendor("wires", "Wires and Sons")},
        services={**given.services, key: replace(given.services[key], vendors=("wires",))},
    )
    one = asked(given, key)[frozenset({"wires"})]
    assert one.services == (key,)
    assert one.remedy == (
        "Agree with another provider, or write down how to go on without Wires and Sons."
    )


@pytest.mark.parametrize(
    "kind", [ComponentKind.NETWORK, ComponentKind.FACILITY, ComponentKind.LICENCE]
)
def test_what_nobody_wrote_down_how_to_put_anew_is_a_single_point(kind: ComponentKind) -> None:
    given = plan()
    key, service = next(iter(given.services.items()))
    given = replace(
        given,
        components={**given.components, "part": Component("part", kind, "the odd part")},
        services={
            **given.services,
            key: replace(service, needs=(*service.needs, Dependency("part"))),
        },
    )
    one = asked(given, key)[frozenset({"part"})]
    assert one.sentence.endswith("nobody wrote down how to put the odd part anew.")
    assert one.remedy == "Write down how to put the odd part anew, and try it."
    assert one.itself == key, "the service cannot come back even if nothing else is lost"


def test_services_that_need_each_other_in_a_circle_are_said_apart() -> None:
    circle = Plan(
        "Two Mills",
        {},
        {},
        {
            "one": Service("one", "One", needs=(Dependency("two"),)),
            "two": Service("two", "Two", needs=(Dependency("one"),)),
        },
        {},
    )
    found = weakest(organisation(circle), ("one", "two"), 3)
    assert list(found.already) == ["one", "two"]
    assert "it needs itself, in a circle" in found.already["one"]
    assert not found.cut_sets


def test_an_empty_plan_has_no_weakest_point() -> None:
    found = weakest(organisation(Plan("Nobody", {}, {}, {}, {})), (), 3)
    assert (found.cut_sets, found.already, found.found) == ((), {}, (0, 0, 0))


def test_only_the_kinds_that_are_asked_for_are_lost() -> None:
    given = plan()
    key = next(iter(given.services))
    found = weakest(
        organisation(given, *healthy(given)), (key,), 3, frozenset({LossKind.REPOSITORY})
    )
    assert {loss.kind for one in found.cut_sets for loss in one.losses} <= {LossKind.REPOSITORY}
    assert found.assumes[-1] == "Only losses of these kinds were looked at: repository."


def test_what_was_looked_for_among_some_alone_is_left_out_in_words() -> None:
    given = plan()
    limits = Limits(work=-1, riskiest={2: 2, 3: 2}, listed=1)
    seen = organisation(given, *healthy(given))
    found = weakest(seen, tuple(given.services), 3, limits=limits)
    assert found.complete == 1
    assert any("among the 2 riskiest alone" in one for one in found.left_out)


def test_that_not_all_sets_are_listed_is_said() -> None:
    shop = Service("shop", "Shop", needs=(Dependency("a"), Dependency("b"), Dependency("c")))
    parts = {key: Component(key, ComponentKind.NETWORK, key) for key in "abc"}
    seen = organisation(Plan("Three Wires", {}, {}, {"shop": shop}, parts))
    kinds = frozenset({LossKind.COMPONENT})
    found = weakest(seen, ("shop",), 1, kinds, Limits(listed=2))
    assert (len(found.cut_sets), found.found) == (2, (3,))
    assert found.left_out == ("Of at least 3 single losses, the 2 that hit the most are listed.",)
