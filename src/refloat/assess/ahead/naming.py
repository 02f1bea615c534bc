"""What the numbers of a recovery network stand for, and the other way round.

Every component and service has three things, one number after the other. They are most of a large
network, so that their names are worked out and not kept; the others are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import overload

from refloat.assess.ahead.network import Node
from refloat.assess.ahead.places import Place

KINDS = ("running", "restored", "back")
"""What each component and service has, in the order of their numbers."""

RUNNING, RESTORED, BACK = 0, 1, 2
"""What has to be added to the first number of a component or service to get these of its things."""

_PLACES = {kind: place for place, kind in enumerate(KINDS)}


class Names(Sequence[Node]):
    """What each thing is, by number.

    Args:
        keys: the keys of components and services, each once.

    Attributes:
        first: by key, the number of its first thing; the others follow.
        others: what comes after all of these; copies by their places.
    """

    def __init__(self, keys: Iterable[str]) -> None:
        self._keys = tuple(keys)
        self._start = len(KINDS) * len(self._keys)
        self.first = dict(zip(self._keys, range(0, self._start, len(KINDS)), strict=True))
        self.others: list[Node | Place] = []

    def __len__(self) -> int:
        return self._start + len(self.others)

    @overload
    def __getitem__(self, at: int) -> Node: ...
    @overload
    def __getitem__(self, at: slice) -> list[Node]: ...
    def __getitem__(self, at: int | slice) -> Node | list[Node]:
        if isinstance(at, slice):
            return [self[number] for number in range(*at.indices(len(self)))]
        if at < 0:
            at += len(self)
        if at >= self._start:
            return _named(self.others[at - self._start])
        if at < 0:
            raise IndexError(at)
        which, place = divmod(at, len(KINDS))
        return KINDS[place], self._keys[which]

    def __iter__(self) -> Iterator[Node]:
        regular = ((kind, key) for key in self._keys for kind in KINDS)
        return chain(regular, map(_named, self.others))

    def every(self, place: int) -> slice:
        """Give the numbers of one thing of all components and services.

        Args:
            place: ``RUNNING``, ``RESTORED`` or ``BACK``.
        """
        return slice(place, self._start, len(KINDS))

    def append(self, thing: Node | Place) -> int:
        """Add a thing, or copies by their place; gives its number."""
        self.others.append(thing)
        return self._start + len(self.others) - 1

    def of_kind(self, kind: str) -> Iterator[Node]:
        """Give the things of one kind that are no copies, nor made of components or services."""
        for node in self.others:
            if not isinstance(node, Place) and node[0] == kind:
                yield node


class Numbers(Mapping[Node, int]):
    """The number of each thing but copies, which are asked for by their data set.

    Args:
        names: what each thing is; whoever adds to it does so by ``add``.

    Attributes:
        others: the numbers of the things that are none of a component's or service's.
    """

    def __init__(self, names: Names) -> None:
        self._names = names
        self._first = names.first
        self.others: dict[Node, int] = {}

    def add(self, node: Node) -> int:
        """Give a new thing, which is none of a component's or service's, the next number."""
        self.others[node] = number = self._names.append(node)
        return number

    def __getitem__(self, node: Node) -> int:
        place = _PLACES.get(node[0])
        return self.others[node] if place is None else self._first[node[1]] + place

    def __contains__(self, node: object) -> bool:
        if isinstance(node, tuple) and node and node[0] in _PLACES:
            return node[1] in self._first
        return node in self.others

    def __iter__(self) -> Iterator[Node]:
        return (node for node in self._names if node in self)

    def __len__(self) -> int:
        return len(KINDS) * len(self._first) + len(self.others)


def _named(thing: Node | Place) -> Node:
    """Give what a thing is; several copies of one data set in one repository have one name."""
    if isinstance(thing, Place):
        return "copy", f"{thing.data_set}@{thing.repository}"
    return thing
