"""Kinds of tasks: those that hold the same things, so that each kind can wait in a line of its own.

Kinds that may hold the same thing are one *family*: which of their tasks comes first must be
decided between them. Families have nothing to do with each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
        first_way: the number of the first of these ways among those of all kinds.
        first_word: the first word of their bits.
    """

    ways: tuple[Way, ...]
    first_way: int
    first_word: int


@dataclass(frozen=True)
class Kinds:
    """All kinds, and where each task has its bit.

    Attributes:
        kinds: the kinds.
        families: kinds, by number, that may hold the same things.
        room: by thing, how many may hold it at once.
        choices: whether any kind has more than one way.
        held: by thing and task, how many of it the task holds; right where there are no choices.
        held_by_way: by thing and way, likewise.
        most_at_once: how many tasks may run at the same time at most.
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
    most_at_once: int
    words: int
    kind: NDArray[np.int64]
    word: NDArray[np.int64]
    bit: NDArray[np.uint64]
    word_bit: NDArray[np.uint64]
    task: NDArray[np.int64]

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
    limited = sorted({thing for some in ways for way in some for thing in way} & room.keys())
    numbers = {thing: number for number, thing in enumerate(limited)}
    tasks: dict[tuple[Way, ...], list[int]] = {}
    for task, some in enumerate(ways):
        tasks.setdefault(_possible(some, numbers, room), []).append(task)
    split = [
        (some, members[start : start + 64 * _MOST_WORDS])
        for some, members in tasks.items()
        for start in range(0, len(members), 64 * _MOST_WORDS)
    ]
    return _laid_out(split, np.array([room[thing] for thing in limited], np.int32), len(ways))


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


def _laid_out(
    split: Sequence[tuple[tuple[Way, ...], Sequence[int]]], room: NDArray[np.int32], count: int
) -> Kinds:
    kind = np.zeros(count, np.int64)
    word, bit, word_bit = kind.copy(), np.zeros(count, np.uint64), np.zeros(count, np.uint64)
    held = np.zeros((len(room), count), np.int32)
    held_by_way = np.zeros((len(room), sum(len(ways) for ways, _ in split)), np.int32)
    kinds: list[Kind] = []
    at_bit: list[NDArray[np.int64]] = []
    first_way, first_word = 0, 0
    for number, (ways, members) in enumerate(split):
        places = np.arange(len(members))
        kinds.append(Kind(ways, first_way, first_word))
        kind[members] = number
        word[members] = first_word + places // 64
        bit[members] = np.uint64(1) << (places % 64).astype(np.uint64)
        word_bit[members] = np.uint64(1) << (places // 64).astype(np.uint64)
        words = -(-len(members) // 64)
        at_bit.append(np.resize(np.asarray(members, np.int64), words * 64))
        for thing in ways[0]:
            held[thing, members] = 1
        for offset, way in enumerate(ways):
            held_by_way[list(way), first_way + offset] = 1
        first_way, first_word = first_way + len(ways), first_word + words
    return Kinds(
        kinds=tuple(kinds),
        families=_families(kinds, len(room)),
        room=room,
        choices=any(len(one.ways) > 1 for one in kinds),
        held=held,
        held_by_way=held_by_way,
        most_at_once=_most_at_once(split, room),
        words=first_word,
        kind=kind,
        word=word,
        bit=bit,
        word_bit=word_bit,
        task=np.concatenate(at_bit) if at_bit else kind,
    )


def _families(kinds: Sequence[Kind], things: int) -> tuple[tuple[int, ...], ...]:
    """Join kinds that may hold the same things."""
    joined = list(range(things))

    def root(thing: int) -> int:
        while joined[thing] != thing:
            thing = joined[thing]
        return thing

    for kind in kinds:
        some = [thing for way in kind.ways for thing in way]
        for thing in some[1:]:
            joined[root(thing)] = root(some[0])
    found: dict[tuple[str, int], list[int]] = {}
    for number, kind in enumerate(kinds):
        alone = kind.ways == NOTHING
        key = ("kind", number) if alone else ("thing", root(kind.ways[0][0]))
        found.setdefault(key, []).append(number)
    return tuple(tuple(some) for some in found.values())


def _most_at_once(
    split: Sequence[tuple[tuple[Way, ...], Sequence[int]]], room: NDArray[np.int32]
) -> int:
    """Say how many tasks may run at the same time at most; more than there are may be said."""
    free = sum(len(members) for ways, members in split if ways == NOTHING)
    return free + int(room.sum())
