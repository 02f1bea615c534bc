"""Tests for the network of what comes back only with what."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from refloat.assess.ahead.network import Network, after, fallen, holds
from refloat.assess.ahead.rounds import Rounds


def network(
    *needs: tuple[tuple[int, ...], tuple[tuple[int, ...], ...]],
    doubtful: frozenset[int] = frozenset(),
) -> Network:
    """Build a network from what each thing needs; a loss is the number of what falls with it."""
    return Network(
        nodes=[("thing", str(number)) for number in range(len(needs))],
        all_of=[one[0] for one in needs],
        any_of=[one[1] for one in needs],
        strikes={number: (number,) for number in range(len(needs))},
        doubtful=doubtful,
    )


def slowly(given: Network, struck: frozenset[int]) -> bytearray:
    """Solve a network by trying again until nothing more holds."""
    found = bytearray(len(given.nodes))
    grows = True
    while grows:
        grows = False
        for number in range(len(given.nodes)):
            ready = all(found[one] for one in given.all_of[number]) and all(
                any(found[one] for one in group) for group in given.any_of[number]
            )
            if ready and number not in struck and not found[number]:
                found[number] = 1
                grows = True
    return found


@st.composite
def networks(draw: st.DrawFn) -> Network:
    count = draw(st.integers(1, 8))
    number = st.integers(0, count - 1)
    some = st.lists(number, max_size=3).map(tuple)
    thing = st.tuples(some, st.lists(some, max_size=2).map(tuple))
    needs = draw(st.lists(thing, min_size=count, max_size=count))
    return network(*needs, doubtful=draw(st.frozensets(number, max_size=2)))


@given(networks(), st.frozensets(st.integers(0, 7)))
def test_the_solution_is_the_least_one(given: Network, losses: frozenset[int]) -> None:
    for cautious in (False, True):
        struck = given.struck(losses, cautious=cautious)
        assert holds(given, struck) == slowly(given, struck)


@given(networks(), st.frozensets(st.integers(0, 7)))
def test_solving_only_what_is_touched_gives_the_same(
    given: Network, losses: frozenset[int]
) -> None:
    hopeful, cautious = after(given, losses)
    assert hopeful == holds(given, given.struck(losses))
    assert cautious == holds(given, given.struck(losses, cautious=True))


@given(networks(), st.frozensets(st.integers(0, 7)), st.frozensets(st.integers(0, 7)))
def test_solving_in_rounds_gives_the_same(
    given: Network, losses: frozenset[int], away: frozenset[int]
) -> None:
    rounds, struck = Rounds(given.all_of, given.any_of), given.struck(losses)
    assert rounds.holds(struck) == holds(given, struck)
    mask = bytes(number in away for number in range(len(given.nodes)))
    by_things = fallen(given, struck, mask)[: len(given.nodes)]
    assert rounds.fallen(struck, mask) == by_things


@given(networks(), st.frozensets(st.integers(0, 7)), st.integers(0, 7))
def test_losing_more_never_makes_anything_hold(
    given: Network, losses: frozenset[int], more: int
) -> None:
    few = holds(given, given.struck(losses))
    many = holds(given, given.struck(losses | {more}))
    assert all(one <= other for one, other in zip(many, few, strict=True))


def test_what_needs_itself_never_begins() -> None:
    circle = network(((1,), ()), ((2,), ()), ((0,), ()))
    assert holds(circle, ()) == bytearray(3)


def test_a_thing_that_needs_itself_or_another_holds_by_the_other() -> None:
    assert holds(network(((), ((0, 1),)), ((), ())), ()) == bytearray((1, 1))


def test_an_empty_group_can_never_be_met() -> None:
    assert holds(network(((), ((),))), ()) == bytearray(1)


def test_an_empty_network_holds_nothing() -> None:
    assert holds(network(), ()) == bytearray()


def falls(given: Network, struck: set[int], *without: int) -> set[int]:
    mask = bytearray(len(given.wired.waits))
    for number in without:
        mask[number] = 1
    found = fallen(given, struck, bytes(mask))
    return {number for number in range(len(given.nodes)) if found[number]}


def test_what_falls_before_anything_is_brought_back() -> None:
    # 0 runs, 1 is restored, 2 is back with either, 3 needs it.
    given = network(((), ()), ((), ()), ((), ((0, 1),)), ((2,), ()))
    assert falls(given, {0}, 1) == {0, 2, 3}
    assert falls(given, {0}) == {0}
    assert falls(given, {1}, 1) == {1}


def test_a_group_falls_with_the_last_of_its_members() -> None:
    given = network(((), ()), ((), ()), ((), ()), ((), ((0, 1, 2),)))
    assert falls(given, {0, 1}) == {0, 1}
    assert falls(given, {0, 1}, 2) == {0, 1, 3}
    assert falls(given, {0, 1, 2}) == {0, 1, 2, 3}
    few = fallen(given, {0}, bytes(5))
    assert fallen(given, {1}, bytes(5), few)[3] == 0
    assert fallen(given, {1, 2}, bytes(5), few)[3] == 1


def test_a_circle_that_nothing_hits_does_not_fall() -> None:
    circle = network(((1,), ()), ((0,), ()), ((), ()))
    assert falls(circle, {2}) == {2}


def test_a_large_network_is_solved_in_rounds() -> None:
    pairs = [(((), ()), ((), ()), ((), ((3 * at, 3 * at + 1),))) for at in range(2_000)]
    wide = network(*(thing for three in pairs for thing in three))
    lost = range(0, 3_000, 3)
    hopeful, cautious = after(wide, lost)
    assert hopeful == cautious == holds(wide, wide.struck(lost))
    mask = bytes(number % 3 == 1 for number in range(6_000))
    assert sum(fallen(wide, wide.struck(lost), mask)) == 2_000


def test_a_long_chain_needs_no_deep_stack() -> None:
    count = 50_000
    chain = network(((), ()), *(((number,), ()) for number in range(count)))
    assert sum(holds(chain, ())) == count + 1
    assert sum(holds(chain, {0})) == 0
    assert len(falls(chain, {0})) == count + 1
