"""What comes back only with what: a network of things that need all, or one, of others.

A thing *holds* when it is not struck, everything that it needs holds, and of each group of
alternatives at least one holds. Things hold one after the other, as a recovery goes: what needs
itself in a circle never begins. That is the least solution, and there is exactly one.

What is not known is solved twice. In the *hopeful* reading only that falls which is known to fall;
in the *cautious* one everything falls that perhaps does. Where both agree, it is known.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence, Sized
from dataclasses import dataclass, field
from functools import cached_property

from refloat.assess.ahead.rounds import Rounds

Node = tuple[str, str]
"""What kind of thing (``back``, ``running``, ``restored``, ``copy``, ``platform``), and its key."""


@dataclass(frozen=True)
class Network:
    """Things by number, and what each needs.

    Attributes:
        nodes: what each is; all are different.
        all_of: by number, the numbers of what it needs.
        any_of: by number, groups of numbers; it needs one of each group. A group without any member
            can never be met.
        strikes: by what may be lost, the numbers of the things that fall with it at once.
        perhaps: by what may be lost, the numbers of the things that perhaps fall with it, too.
        doubtful: the numbers of the things that perhaps never held, whatever is lost.
    """

    nodes: Sequence[Node]
    all_of: Sequence[tuple[int, ...]]
    any_of: Sequence[tuple[tuple[int, ...], ...]]
    strikes: Mapping[object, tuple[int, ...]] = field(default_factory=dict)
    perhaps: Mapping[object, tuple[int, ...]] = field(default_factory=dict)
    doubtful: frozenset[int] = frozenset()

    @cached_property
    def numbers(self) -> Mapping[Node, int]:
        """Give the number of each thing."""
        return {node: number for number, node in enumerate(self.nodes)}

    def struck(self, losses: Iterable[object], *, cautious: bool = False) -> frozenset[int]:
        """Give the numbers of the things that fall at once with some losses.

        Args:
            losses: what is lost; what nothing falls with is passed over.
            cautious: whether that which perhaps falls counts, and what perhaps never held.
        """
        lost = tuple(losses)
        found = {number for loss in lost for number in self.strikes.get(loss, ())}
        if cautious:
            found.update(number for loss in lost for number in self.perhaps.get(loss, ()))
            found |= self.doubtful
        return frozenset(found)

    @cached_property
    def wired(self) -> Wired:
        """Give, by number, who waits for it and for how much it waits itself; made once."""
        return _wired(self)

    @cached_property
    def rounds(self) -> Rounds:
        """Give the same as arrays, for losses that touch much; made once."""
        return Rounds(self.all_of, self.any_of)

    def is_much(self, struck: Sized) -> bool:
        """Whether so much falls at once that all is solved together, in rounds."""
        return len(struck) * _MANY > len(self.nodes) > _SMALL

    @cached_property
    def at_rest(self) -> bytearray:
        """Give what holds while nothing is lost, hopefully; groups included. It is not changed."""
        return _solved(self.wired, ())


@dataclass(frozen=True)
class Wired:
    """The same the other way round; a group of several alternatives is a thing of its own.

    Attributes:
        count: how many nodes there are; the groups come after them.
        waits: by number, for how many things it waits.
        used_by: by number, who waits for it.
        members: by the number of a group less ``count``, its alternatives.
    """

    count: int
    waits: Sequence[int]
    used_by: Sequence[Sequence[int]]
    members: Sequence[tuple[int, ...]]


def holds(network: Network, struck: Iterable[int]) -> bytearray:
    """Say what holds when some things are struck: the least solution.

    Args:
        network: the network.
        struck: the numbers of the things that do not hold, whatever they need.

    Returns:
        By number, 1 if it holds and 0 if it does not. The time is linear in the network's size.
    """
    found = _solved(network.wired, struck)
    del found[network.wired.count :]
    return found


def after(network: Network, losses: Iterable[object]) -> tuple[bytearray, bytearray]:
    """Say what holds after some losses, hopefully and cautiously.

    The time is linear in what they touch.

    Args:
        network: the network.
        losses: what is lost.

    Returns:
        Both as ``holds`` gives them.
    """
    lost = tuple(losses)
    return solved_twice(network, network.struck(lost), network.struck(lost, cautious=True))


def solved_twice(
    network: Network, surely: Collection[int], all_of_it: Collection[int]
) -> tuple[bytearray, bytearray]:
    """Say the same of what surely falls, and of all that perhaps does.

    Args:
        network: the network.
        surely: the numbers of the things that surely fall first.
        all_of_it: these, those that perhaps fall, and those that perhaps never held.
    """
    if network.is_much(surely):
        found = network.rounds.holds(surely)
        more = found if len(surely) == len(all_of_it) else network.rounds.holds(all_of_it)
        if found is not None and more is not None:
            return found, more
    wired = network.wired
    hopeful = _changed(wired, network.at_rest, surely)
    cautious = hopeful if len(surely) == len(all_of_it) else _changed(wired, hopeful, all_of_it)
    return hopeful[: wired.count], cautious[: wired.count]


def _changed(wired: Wired, before: bytearray, struck: Collection[int]) -> bytearray:
    """Solve anew what may change when more is struck than before; groups included."""
    touched = _touched(wired, before, struck)
    if len(touched) * _FEW > len(before):
        return _solved(wired, struck)
    found = bytearray(before)
    waits = dict.fromkeys(touched, 0)
    for number in touched:
        found[number] = 0
        for user in wired.used_by[number]:
            if user in waits:
                waits[user] += 1
    for number in waits:
        if number >= wired.count:
            others = wired.members[number - wired.count]
            waits[number] = 0 if any(map(found.__getitem__, others)) else 1
    ahead = [number for number, some in waits.items() if not some and number not in struck]
    while ahead:
        number = ahead.pop()
        found[number] = 1
        for user in wired.used_by[number]:
            if user in waits:
                waits[user] -= 1
                if not waits[user] and user not in struck:
                    ahead.append(user)
    return found


def fallen(
    network: Network, struck: Iterable[int], without: bytes, start: bytearray | None = None
) -> bytearray:
    """Say what falls at once, and what falls because that fell, before anything is brought back.

    Args:
        network: the network.
        struck: the numbers of the things that fall first.
        without: by number, 1 for an alternative that does not count: what only a recovery brings.
        start: what is known to fall already, as this gave it for fewer losses; None for nothing.

    Returns:
        By number, 1 if it falls; groups may come after all nodes.
    """
    first = tuple(struck)
    if network.is_much(first):
        fell = network.rounds.fallen(first, without)
        if fell is not None:
            return fell
    wired = network.wired
    used_by, count = wired.used_by, wired.count
    before = bytearray(len(wired.waits)) if start is None else start
    found = bytearray(before)
    found.extend(bytes(len(wired.waits) - len(found)))
    left: dict[int, int] = {}
    ahead = [number for number in first if not found[number]]
    for number in ahead:
        found[number] = 1
    while ahead:
        number = ahead.pop()
        for user in used_by[number]:
            if found[user]:
                continue
            if user >= count:
                if user not in left:
                    members = wired.members[user - count]
                    left[user] = sum(not before[one] and not without[one] for one in members)
                left[user] -= not without[number]
                if left[user] > 0:
                    continue
            found[user] = 1
            ahead.append(user)
    return found


_SMALL = 1_000
"""A network of so few things is solved thing by thing."""

_MANY = 20
"""From which share of things that fall at once on all is solved anew: a twentieth."""

_FEW = 4
"""From which share on all is solved anew: a fourth of the network."""

_NEVER = 1
"""What a group without members adds to the things waited for: nobody ever takes it away."""


def _touched(wired: Wired, before: bytearray, struck: Iterable[int]) -> list[int]:
    """Give everything that held, and that may hold no longer."""
    ahead = [number for number in struck if before[number]]
    met = set(ahead)
    for number in ahead:
        for user in wired.used_by[number]:
            if before[user] and user not in met:
                met.add(user)
                ahead.append(user)
    return ahead


def _solved(wired: Wired, struck: Iterable[int]) -> bytearray:
    waits, used_by = list(wired.waits), wired.used_by
    found, down = bytearray(len(waits)), bytearray(len(waits))
    for number in struck:
        down[number] = 1
    ahead = [number for number in range(wired.count) if not waits[number] and not down[number]]
    while ahead:
        number = ahead.pop()
        found[number] = 1
        for user in used_by[number]:
            waits[user] -= 1
            if not waits[user] and not down[user]:
                ahead.append(user)
    return found


def _wired(network: Network) -> Wired:
    waits: list[int] = []
    used_by: list[list[int]] = [[] for _ in network.nodes]
    groups: list[tuple[int, tuple[int, ...]]] = []
    for number, (needs, choices) in enumerate(zip(network.all_of, network.any_of, strict=True)):
        waits.append(len(needs) + len(choices))
        for needed in needs:
            used_by[needed].append(number)
        for group in choices:
            if len(group) == 1:
                used_by[group[0]].append(number)
            else:
                groups.append((number, group))
    count = len(waits)
    waits += [_NEVER] * len(groups)
    used_by += [[number] for number, _ in groups]
    for at, (_, group) in enumerate(groups, count):
        for needed in group:
            used_by[needed].append(at)
    return Wired(count, waits, used_by, [group for _, group in groups])
