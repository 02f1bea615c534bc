"""What comes back only with what: a network of things that need all, or one, of others.

A thing *holds* when it is not struck, everything that it needs holds, and of each group of
alternatives at least one holds. Things hold one after the other, as a recovery goes: what needs
itself in a circle never begins. That is the least solution, and there is exactly one.

What is not known is solved twice. In the *hopeful* reading only that falls which is known to fall;
in the *cautious* one everything falls that perhaps does. Where both agree, it is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

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


@dataclass(frozen=True)
class Wired:
    """The same the other way round; a group of several alternatives is a thing of its own.

    Attributes:
        waits: by number, for how many things it waits; the groups come after all nodes.
        used_by: by number, who waits for it.
    """

    waits: tuple[int, ...]
    used_by: tuple[tuple[int, ...], ...]


def holds(network: Network, struck: Iterable[int]) -> bytearray:
    """Say what holds when some things are struck: the least solution.

    Args:
        network: the network.
        struck: the numbers of the things that do not hold, whatever they need.

    Returns:
        By number, 1 if it holds and 0 if it does not. The time is linear in the network's size.
    """
    wired = network.wired
    waits, used_by = list(wired.waits), wired.used_by
    count = len(network.nodes)
    found = bytearray(len(waits))
    down = bytearray(len(waits))
    for number in struck:
        down[number] = 1
    ahead = [number for number in range(count) if not waits[number] and not down[number]]
    while ahead:
        number = ahead.pop()
        found[number] = 1
        for user in used_by[number]:
            waits[user] -= 1
            if not waits[user] and not down[user]:
                ahead.append(user)
    del found[count:]
    return found


_NEVER = 1
"""What a group without members adds to the things waited for: nobody ever takes it away."""


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
    for at, (number, group) in enumerate(groups, len(network.nodes)):
        waits.append(_NEVER)
        used_by.append([number])
        for needed in group:
            used_by[needed].append(at)
    return Wired(tuple(waits), tuple(map(tuple, used_by)))
