"""A network put in order, so that what fails in many cases at once is worked out in one pass.

Of each thing one *row* is worked out: the cases in which it fails. A thing fails where it is
struck, where one of its needs fails, and where all alternatives of one of its groups fail. So a row
is made of other rows by *or* and *and* alone, and anything that has these two can be a row: a whole
number with a bit for each case, or a family of smallest sets (``families.py``).

Things in a circle of needs are taken to fail always, until something says otherwise; so what needs
itself never begins, as ``network.py`` has it.
"""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Generic, Protocol, Self, TypeVar

import numpy as np
import rustworkx

from refloat.assess.ahead.network import Network


class Row(Protocol):
    """The cases in which a thing fails."""

    def __or__(self, other: Self, /) -> Self:
        """Give the cases of either."""

    def __and__(self, other: Self, /) -> Self:
        """Give the cases of both."""

    def __bool__(self) -> bool:
        """Whether there is any case."""


_Row = TypeVar("_Row", bound=Row)

NOWHERE = -1
"""The place of a thing that nothing in question rests on."""


class Ordered:
    """The part of a network that some things rest on, what is needed before what needs it.

    Attributes:
        numbers: the number in the network of the thing at each place.
        places: by number in the network, the place of a thing; NOWHERE if they do not rest on it.
        needs: by place, the places of what it needs.
        groups: by place, groups of places; it needs one of each group.
        circles: by place, the circle that it is in: its first place and the one after its last.
            Things that are in no circle are not in it.
    """

    def __init__(self, network: Network, targets: Iterable[int]) -> None:
        """Put in order what some things rest on.

        Args:
            network: the network.
            targets: the numbers of the things.
        """
        wanted = _below(network, targets)
        graph: rustworkx.PyDiGraph[None, None] = rustworkx.PyDiGraph()
        graph.add_nodes_from([None] * len(wanted))
        self.places = [NOWHERE] * len(network.nodes)
        for at, number in enumerate(wanted):
            self.places[number] = at
        graph.extend_from_edge_list(
            [
                (at, self.places[other])
                for at, one in enumerate(wanted)
                for other in _rests(network, one)
            ]
        )
        self.numbers: list[int] = []
        self.circles: dict[int, tuple[int, int]] = {}
        for part in rustworkx.strongly_connected_components(graph):
            start = len(self.numbers)
            self.numbers.extend(sorted(wanted[at] for at in part))
            if len(part) > 1 or graph.has_edge(part[0], part[0]):
                span = (start, len(self.numbers))
                self.circles.update(dict.fromkeys(range(*span), span))
        for at, number in enumerate(self.numbers):
            self.places[number] = at
        self._link(network)

    def _link(self, network: Network) -> None:
        places, count = self.places, len(self.numbers)
        self.needs = [
            tuple(dict.fromkeys(places[other] for other in network.all_of[one]))
            for one in self.numbers
        ]
        self.groups = [
            tuple(
                tuple(dict.fromkeys(map(places.__getitem__, some))) for some in network.any_of[one]
            )
            for one in self.numbers
        ]
        links = np.fromiter(
            (other * count + at for at in range(count) for other in self.rests_on(at)), np.int64
        )
        needed, needing = np.divmod(np.unique(links), max(count, 1))
        self._needing = array("q", needing.tobytes())
        starts = np.searchsorted(needed, np.arange(count + 1))
        self._starts = array("q", starts.astype(np.int64).tobytes())

    def dependents(self, at: int) -> Sequence[int]:
        """Give the places of what needs one, in either way, in order."""
        return self._needing[self._starts[at] : self._starts[at + 1]]

    def last_use(self, at: int) -> int:
        """Give the place of the last that needs one, which must be needed."""
        return self._needing[self._starts[at + 1] - 1]

    def rests_on(self, at: int) -> Iterator[int]:
        """Give the places that one rests on directly, in either way; some more than once."""
        yield from self.needs[at]
        for group in self.groups[at]:
            yield from group

    def above(self, places: Iterable[int]) -> list[int]:
        """Give, in order, some places and those of everything that rests on them."""
        found = set(places)
        waiting = list(found)
        while waiting:
            for other in self.dependents(waiting.pop()):
                if other not in found:
                    found.add(other)
                    waiting.append(other)
        return sorted(found)

    def rows(
        self,
        struck: Mapping[int, _Row],
        always: _Row,
        nothing: _Row,
        known: Set[int] | None = None,
        wanted: Set[int] | None = None,
        settled: Callable[[_Row], None] | None = None,
    ) -> dict[int, _Row]:
        """Work out the row of each thing that may fail.

        Args:
            struck: by place, the cases in which the thing itself falls.
            always: the row of what fails in every case.
            nothing: the row of what never fails.
            known: the places that fail when nothing is struck, if that was worked out before; what
                rests on nothing that is struck is not looked at again then.
            wanted: the places whose rows are asked for, None for all. The others are let go as soon
                as nobody needs them.
            settled: is told each row.

        Returns:
            Rows by place. A place that is not in it never fails.
        """
        if known is None:
            rows, order = {}, list(range(len(self.numbers)))
        else:
            rows, order = dict.fromkeys(known, always), self.above(struck)
        work = _Work(self, struck, always, nothing, rows, known or frozenset())
        for at in order:
            circle = self.circles.get(at)
            if circle is None:
                part = range(at, at + 1)
                work.settle(at)
            elif at == circle[0]:
                part = range(*circle)
                work.settle_circle(part)
            else:
                continue
            if settled is not None:
                for one in part:
                    if one in rows:
                        settled(rows[one])
            if wanted is not None:
                work.let_go(part, wanted)
        return rows


@dataclass(frozen=True)
class _Work(Generic[_Row]):
    """Rows while they are worked out."""

    ordered: Ordered
    struck: Mapping[int, _Row]
    always: _Row
    nothing: _Row
    rows: dict[int, _Row]
    known: Set[int]

    def settle(self, at: int) -> None:
        row = self._row(at)
        if row:
            self.rows[at] = row

    def settle_circle(self, circle: range) -> None:
        """Let everything in a circle fail until something says otherwise."""
        rows = self.rows
        rows.update(dict.fromkeys(circle, self.always))
        waiting = deque(circle)
        queued = set(circle)
        while waiting:
            at = waiting.popleft()
            queued.discard(at)
            row = self._row(at)
            if row == rows[at]:
                continue
            rows[at] = row
            for other in self.ordered.dependents(at):
                if other in circle and other not in queued:
                    queued.add(other)
                    waiting.append(other)
        for at in circle:
            if not rows[at]:
                del rows[at]

    def let_go(self, places: range, wanted: Set[int]) -> None:
        """Forget the rows that were needed here for the last time."""
        for at in places:
            for other in self.ordered.rests_on(at):
                if self.ordered.last_use(other) in places and other not in wanted:
                    self.rows.pop(other, None)

    def _row(self, at: int) -> _Row:
        if at in self.known:
            return self.always
        rows, nothing = self.rows, self.nothing
        row = self.struck.get(at, nothing)
        for need in self.ordered.needs[at]:
            failing = rows.get(need)
            if failing is not None:
                row = row | failing
        for group in self.ordered.groups[at]:
            common = self.always
            for other in group:
                common = common & rows.get(other, nothing)
                if not common:
                    break
            row = row | common
        return row


def _below(network: Network, targets: Iterable[int]) -> list[int]:
    """Give the numbers of some things and of everything that they rest on, sorted."""
    found = set(targets)
    waiting = list(found)
    while waiting:
        for other in _rests(network, waiting.pop()):
            if other not in found:
                found.add(other)
                waiting.append(other)
    return sorted(found)


def _rests(network: Network, number: int) -> Iterator[int]:
    yield from network.all_of[number]
    for group in network.any_of[number]:
        yield from group
