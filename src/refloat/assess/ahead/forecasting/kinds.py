"""Kinds of tasks: those that hold the same things, so that each kind can wait in a line of its own.

Kinds that may hold the same thing are one *family*: which of their tasks comes first must be
decided between them. A kind that shares nothing is *alone*: as many of its tasks may run as it has
places, and nothing else has to be looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Way = tuple[int, ...]
NOTHING: tuple[Way, ...] = ((),)
"""The ways of a task that needs nothing but time."""

_MOST_WORDS = 64


@dataclass(frozen=True)
class Kind:
    """Tasks that hold the same things.

    Attributes:
        ways: the sets of things (by number) with one of which they can be done.
        tasks: the tasks, the most urgent first.
        places: how many of them may run at once at most.
    """

    ways: tuple[Way, ...]
    tasks: tuple[int, ...]
    places: int


@dataclass(frozen=True)
class Kinds:
    """All kinds, and where each task has its bit.

    Attributes:
        kinds: the kinds; those that are alone last.
        families: kinds, by number, that may hold the same things; without those that are alone.
        room: by thing, how many may hold it at once.
        choices: whether any kind has more than one way.
        held: by thing and task, how many of it the task holds; right where there are no choices.
        held_by_way: by thing and way, likewise.
        first_way: by kind, the number of its first way among those of all kinds.
        first_word: by kind, the first word of its bits.
        first_place: by kind, the first of its places.
        kind_at: by place, the kind that it belongs to.
        words: how many words of 64 bits there are.
        kind: by task, its kind.
        word: by task, the word with its bit.
        bit: by task, its bit in that word.
        word_bit: by task, the bit of that word among the words of its kind.
        task: by bit, the task.
    """

    kinds: tuple[Kind, ...]
    families: tuple[tuple[int, ...], ...]
    room: NDArray[np.int32]
    choices: bool
    held: NDArray[np.int32]
    held_by_way: NDArray[np.int32]
    first_way: NDArray[np.int64]
    first_word: NDArray[np.int64]
    first_place: NDArray[np.int64]
    kind_at: NDArray[np.int64]
    words: int
    kind: NDArray[np.int64]
    word: NDArray[np.int64]
    bit: NDArray[np.uint64]
    word_bit: NDArray[np.uint64]
    task: NDArray[np.int64]

    @property
    def together(self) -> int:
        """How many kinds are not alone; they come first."""
        return sum(map(len, self.families))

    @property
    def unlimited(self) -> bool:
        """Whether no task waits for anything but other tasks."""
        return all(one.ways == NOTHING for one in self.kinds)


def kinds_of(ways: Sequence[tuple[frozenset[str], ...]], room: Mapping[str, int]) -> Kinds:
    """Sort tasks into kinds.

    Args:
        ways: by task, the sets of things with one of which it can be done.
        room: by thing, how many tasks may hold it at once; what is not in it has no limit.

    Raises:
        ValueError: if there is no room at all for a task.
    """
    limited = sorted({thing for some in set(ways) for way in some for thing in way} & room.keys())
    numbers = {thing: number for number, thing in enumerate(limited)}
    rooms = [room[thing] for thing in limited]
    alike: dict[tuple[frozenset[str], ...], list[int]] = {}
    for task, some in enumerate(ways):
        alike.setdefault(some, []).append(task)
    tasks: dict[tuple[Way, ...], list[int]] = {}
    for some, members in alike.items():
        tasks.setdefault(_possible(some, numbers, room), []).extend(members)
    most = 64 * _MOST_WORDS
    kinds = [
        Kind(some, tuple(sorted(members)[start : start + most]), _places(some, members, rooms))
        for some, members in tasks.items()
        for start in range(0, len(members), most)
    ]
    shared, alone = _sorted(kinds, len(limited))
    found = [kinds[number] for family in shared for number in family]
    found += sorted((kinds[number] for number in alone), key=lambda one: one.places)
    families: list[tuple[int, ...]] = []
    for family in shared:
        start = sum(map(len, families))
        families.append(tuple(range(start, start + len(family))))
    return _laid_out(found, families, np.array(rooms, np.int32), len(ways))


def _possible(
    ways: tuple[frozenset[str], ...], numbers: Mapping[str, int], room: Mapping[str, int]
) -> tuple[Way, ...]:
    """Give the ways for which there is room at all, of what is limited alone."""
    found = [
        tuple(sorted(numbers[thing] for thing in way if thing in numbers))
        for way in ways
        if all(room.get(thing, 1) > 0 for thing in way)
    ]
    if not found:
        raise ValueError("there is no room at all for a task")
    return NOTHING if () in found else tuple(dict.fromkeys(found))


def _places(ways: tuple[Way, ...], tasks: Sequence[int], room: Sequence[int]) -> int:
    if ways == NOTHING:
        return len(tasks)
    return min(len(tasks), sum(min(room[thing] for thing in way) for way in ways))


def _sorted(kinds: Sequence[Kind], things: int) -> tuple[list[list[int]], list[int]]:
    """Join kinds that may hold the same things; give the families, and the kinds that are alone."""
    joined = list(range(things))

    def root(thing: int) -> int:
        while joined[thing] != thing:
            thing = joined[thing]
        return thing

    for kind in kinds:
        some = [thing for way in kind.ways for thing in way]
        for thing in some[1:]:
            joined[root(thing)] = root(some[0])
    families: dict[int, list[int]] = {}
    alone: list[int] = []
    for number, kind in enumerate(kinds):
        if kind.ways == NOTHING:
            alone.append(number)
        else:
            families.setdefault(root(kind.ways[0][0]), []).append(number)
    shared = []
    for family in families.values():
        if len(family) == 1 and len(kinds[family[0]].ways) == 1:
            alone += family
        else:
            shared.append(family)
    return shared, alone


def _laid_out(
    kinds: Sequence[Kind],
    families: Sequence[tuple[int, ...]],
    room: NDArray[np.int32],
    count: int,
) -> Kinds:
    kind = np.zeros(count, np.int64)
    word, bit, word_bit = kind.copy(), np.zeros(count, np.uint64), np.zeros(count, np.uint64)
    words = [-(-len(one.tasks) // 64) for one in kinds]
    first_way, first_word = _before(len(one.ways) for one in kinds), _before(words)
    held = np.zeros((len(room), count), np.int32)
    held_by_way = np.zeros((len(room), sum(len(one.ways) for one in kinds)), np.int32)
    at_bit = np.zeros(sum(words) * 64, np.int64)
    for number, one in enumerate(kinds):
        members, places = list(one.tasks), np.arange(len(one.tasks))
        kind[members] = number
        word[members] = first_word[number] + places // 64
        bit[members] = np.uint64(1) << (places % 64).astype(np.uint64)
        word_bit[members] = np.uint64(1) << (places // 64).astype(np.uint64)
        at_bit[first_word[number] * 64 + places] = members
        for thing in one.ways[0]:
            held[thing, members] = 1
        for offset, way in enumerate(one.ways):
            held_by_way[list(way), first_way[number] + offset] = 1
    return Kinds(
        kinds=tuple(kinds),
        families=tuple(families),
        room=room,
        choices=any(len(one.ways) > 1 for one in kinds),
        held=held,
        held_by_way=held_by_way,
        first_way=first_way,
        first_word=first_word,
        first_place=_before(one.places for one in kinds),
        kind_at=np.repeat(np.arange(len(kinds)), [one.places for one in kinds]),
        words=sum(words),
        kind=kind,
        word=word,
        bit=bit,
        word_bit=word_bit,
        task=at_bit,
    )


def _before(counts: Iterable[int]) -> NDArray[np.int64]:
    """Give, by place, the sum of all counts that stand before it."""
    some = list(counts)
    return np.cumsum([0, *some])[: len(some)].astype(np.int64)
