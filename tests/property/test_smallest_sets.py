"""Smallest sets of losses, held against trying every set, on small networks with circles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import combinations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from refloat.assess.ahead.network import Network
from refloat.assess.ahead.weakest.cuts import Limits, Question, Smallest, smallest

THINGS, EVENTS, GROUND = 9, 7, 4
NAMES = "abcdefg"


@st.composite
def networks(draw: st.DrawFn) -> Network:
    count = draw(st.integers(1, THINGS))
    things = st.integers(0, count - 1)
    needs = st.lists(things, max_size=2).map(tuple)
    choice = st.lists(things, min_size=1, max_size=3).map(tuple)
    group = st.one_of(choice, choice, choice, st.just(()))
    groups = st.lists(group, max_size=2).map(tuple)
    names = NAMES[: draw(st.integers(0, EVENTS))]
    struck = st.lists(things, max_size=3).map(tuple)
    return Network(
        nodes=[("thing", str(at)) for at in range(count)],
        all_of=[draw(needs) for _ in range(count)],
        any_of=[draw(groups) for _ in range(count)],
        strikes={name: draw(struck) for name in names},
        perhaps={name: draw(struck) for name in names if draw(st.booleans())},
        doubtful=draw(st.frozensets(things, max_size=2)),
    )


@st.composite
def layered(draw: st.DrawFn) -> Network:
    """Give a network in which most has a choice, so that it takes several losses to fail."""
    things = st.integers(0, THINGS - 1)
    any_of: list[tuple[tuple[int, ...], ...]] = [()] * THINGS
    all_of: list[tuple[int, ...]] = [()] * THINGS
    for at in range(GROUND, THINGS):
        size = draw(st.sampled_from((3, 2, 3)))
        below = st.integers(0, at - 1)
        group = st.lists(below, min_size=size, max_size=size, unique=True).map(tuple)
        any_of[at] = tuple(draw(st.lists(group, min_size=1, max_size=2)))
        all_of[at] = draw(st.sampled_from(((), (), (), (at - 1,))))
    if draw(st.booleans()):  # it may close a circle
        any_of[draw(things)] += (tuple(draw(st.lists(things, min_size=2, max_size=3))),)
    struck = st.lists(things, max_size=1).map(tuple)
    own = [(at,) if at < GROUND else () for at in range(EVENTS)]
    return Network(
        nodes=[("thing", str(at)) for at in range(THINGS)],
        all_of=all_of,
        any_of=any_of,
        strikes={name: (*own[at], *draw(struck)) for at, name in enumerate(NAMES)},
        perhaps={name: draw(struck) for name in NAMES if draw(st.booleans())},
        doubtful=draw(st.frozensets(things, max_size=1)),
    )


def holding(network: Network, losses: Iterable[object], cautious: bool) -> set[int]:
    """What holds, found as slowly and plainly as can be."""
    struck = network.struck(losses, cautious=cautious)
    found: set[int] = set()
    while True:
        more = {
            at
            for at in range(len(network.nodes))
            if at not in struck
            and found.issuperset(network.all_of[at])
            and all(found.intersection(group) for group in network.any_of[at])
        }
        if more == found:
            return found
        found = more


def by_trying(
    network: Network, target: int, up_to: int, cautious: bool = False
) -> set[frozenset[str]]:
    """Every smallest set of losses with which a thing does not hold."""
    found: set[frozenset[str]] = set()
    for size in range(up_to + 1):
        for losses in map(frozenset, combinations(sorted(map(str, network.strikes)), size)):
            if target not in holding(network, losses, cautious) and not any(
                one <= losses for one in found
            ):
                found.add(losses)
    return found


def told(network: Network, result: Smallest, target: int) -> set[frozenset[str]]:
    """The same, from a result: each of the events that strike the same stands for itself."""
    if target in result.broken:
        return {frozenset()}
    found: set[frozenset[str]] = set()
    for size in result.sizes.values():
        for cut in size.cuts:
            if target in cut.targets:
                sets: set[frozenset[str]] = {frozenset()}
                for at in cut.events:
                    sets = {one | {loss} for one in sets for loss in result.events[at]}
                found |= sets
    return found


RING = Network(
    nodes=[("thing", str(at)) for at in range(3)],
    all_of=[(), (), ()],
    any_of=[((1, 2),), ((2, 0),), ((0, 1),)],
    strikes={"a": (0,)},
)


DOUBT = Network(
    nodes=[("thing", str(at)) for at in range(4)],
    all_of=[(), (), (3,), ()],
    any_of=[((1, 2),), (), (), ()],
    strikes={"a": (1,), "b": (3,)},
    doubtful=frozenset({2}),
)
"""What is doubtful fails, whatever it needs: ``a`` alone is enough in the cautious reading."""


def held(network: Network, up_to: int, cautious: bool) -> Counter[int]:
    """Hold what is found against trying every set; give how many sets there are of each size."""
    targets = range(len(network.nodes))
    result = smallest(Question(network, targets, network.strikes), up_to, cautious=cautious)
    assert result.complete == up_to
    sizes = Counter[int]()
    for target in targets:
        expected = by_trying(network, target, up_to, cautious)
        assert told(network, result, target) == expected
        sizes.update(map(len, expected))
    return sizes


@given(network=networks(), up_to=st.integers(1, 3), cautious=st.booleans())
@example(network=RING, up_to=3, cautious=False)
@example(network=DOUBT, up_to=3, cautious=True)
@settings(max_examples=400)
def test_the_smallest_sets_are_minimal_and_complete(
    network: Network, up_to: int, cautious: bool
) -> None:
    held(network, up_to, cautious)


def test_sets_of_two_and_three_are_minimal_and_complete() -> None:
    found = Counter[int]()

    @given(network=layered(), cautious=st.booleans())
    @settings(max_examples=300)
    def hold(network: Network, cautious: bool) -> None:
        found.update(held(network, 3, cautious))

    hold()
    assert min(found[size] for size in (1, 2, 3)) > 50  # each size was really met


@given(network=st.one_of(networks(), layered()), cautious=st.booleans())
@settings(max_examples=400, deadline=None)
def test_looking_among_the_riskiest_alone_finds_the_same_where_these_are_all(
    network: Network, cautious: bool
) -> None:
    targets = range(len(network.nodes))
    question = Question(network, targets, network.strikes)
    result = smallest(question, 3, Limits(work=-1), cautious=cautious)
    assert result.complete == 3
    for target in targets:
        assert told(network, result, target) == by_trying(network, target, 3, cautious)


@given(network=st.one_of(networks(), layered()), riskiest=st.integers(2, 4))
@settings(max_examples=200, deadline=None)
def test_among_some_of_the_riskiest_alone_nothing_wrong_is_found_and_the_rest_is_said(
    network: Network, riskiest: int
) -> None:
    targets = range(len(network.nodes))
    limits = Limits(work=-1, riskiest={2: riskiest, 3: riskiest})
    result = smallest(Question(network, targets, network.strikes), 3, limits)
    for target in targets:
        some, every = told(network, result, target), by_trying(network, target, 3)
        assert some <= every
        missed = {len(one) for one in every - some}
        assert all(result.sizes[size].among is not None for size in missed)
