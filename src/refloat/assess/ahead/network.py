"""What comes back only with what: a network of things that need all, or one, of others.

A thing *holds* when it is not struck, everything that it needs holds, and of each group of
alternatives at least one holds. Things hold one after the other, as a recovery goes: what needs
itself in a circle never begins. That is the least solution, and there is exactly one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

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
    """

    nodes: Sequence[Node]
    all_of: Sequence[tuple[int, ...]]
    any_of: Sequence[tuple[tuple[int, ...], ...]]
    strikes: Mapping[object, tuple[int, ...]] = field(default_factory=dict)

    def struck(self, losses: Iterable[object]) -> frozenset[int]:
        """Give the numbers of the things that fall at once with some losses."""
        return frozenset(number for loss in losses for number in self.strikes.get(loss, ()))
