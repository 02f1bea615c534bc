"""Many cases at once: which things fail in which of thousands of cases, a bit for each case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import NDArray

from refloat.assess.ahead.weakest.ordered import Ordered

Bits = NDArray[np.bool_]
"""One row a target, one column a case: whether the target fails in it."""

Members = NDArray[np.int64]
"""One row a case: the events that it is made of, ascending."""

BLOCK = 4096
"""How many cases are worked out at once: rows of 512 bytes, so that many fit into the cache."""


@dataclass(frozen=True)
class Hits:
    """Which targets fail in which cases, without being unpacked.

    Attributes:
        members: the events of each case.
        packed: one row a target, eight cases a byte.
    """

    members: Members
    packed: NDArray[np.uint8]

    @property
    def cases(self) -> int:
        """How many cases there are."""
        return len(self.members)

    def counts(self) -> Members:
        """Give, by case, how many targets fail in it."""
        counts = np.empty(self.cases, np.int64)
        for start in range(0, self.cases, BLOCK):
            bits = self.between(start, min(start + BLOCK, self.cases))
            counts[start : start + bits.shape[1]] = bits.sum(axis=0)
        return counts

    def between(self, start: int, end: int) -> Bits:
        """Give the cases from one, whose number must be a multiple of eight, up to another."""
        part = self.packed[:, start // 8 : (end + 7) // 8]
        return np.unpackbits(part, axis=1, count=end - start, bitorder="little").view(np.bool_)

    def of(self, cases: Sequence[int] | Members) -> Bits:
        """Give some cases."""
        at = np.asarray(cases, np.int64)
        bits: Bits = (self.packed[:, at >> 3] >> (at & 7).astype(np.uint8) & 1).astype(np.bool_)
        return bits


def broken(ordered: Ordered, struck: Iterable[int] = ()) -> frozenset[int]:
    """Give the places that fail when some are struck, and no others."""
    return frozenset(ordered.rows(dict.fromkeys(struck, 1), 1, 0))


def every(events: Iterable[int], size: int) -> Members:
    """Give all cases of so many different events, in order."""
    chosen = sorted(events)
    count = comb(len(chosen), size)
    flat = (one for case in combinations(chosen, size) for one in case)
    return np.fromiter(flat, np.int64, count * size).reshape(count, size)


def hits(
    ordered: Ordered,
    targets: Sequence[int],
    struck: Sequence[Sequence[int]],
    members: Members,
    known: frozenset[int],
    tally: Tally | None = None,
) -> Hits:
    """Work out which targets fail in which cases.

    Args:
        ordered: the network.
        targets: their places.
        struck: by event, the places that fall with it at once.
        members: the events of each case.
        known: the places that fail when nothing is struck (``broken``).
        tally: counts what fails, if it is given.
    """
    packed = np.zeros((len(targets), (len(members) + 7) // 8), np.uint8)
    wanted = frozenset(targets)
    for start in range(0, len(members), BLOCK):
        block = members[start : start + BLOCK]
        rows = ordered.rows(
            _struck(struck, block),
            (1 << len(block)) - 1,
            0,
            known=known,
            wanted=wanted,
            settled=None if tally is None else tally.add,
        )
        width = (len(block) + 7) // 8
        filled = [(at, rows[place]) for at, place in enumerate(targets) if place in rows]
        if filled:
            text = b"".join(row.to_bytes(width, "little") for _, row in filled)
            part = np.frombuffer(text, np.uint8).reshape(len(filled), width)
            packed[[at for at, _ in filled], start // 8 : start // 8 + width] = part
        if tally is not None:
            tally.close(len(block))
    return Hits(members, packed)


def rows_of(
    ordered: Ordered, cases: Sequence[Iterable[int]], known: frozenset[int]
) -> dict[int, int]:
    """Work out, for everything, in which of some cases it fails: a bit for each case.

    Args:
        ordered: the network.
        cases: the places that fall at once in each.
        known: the places that fail when nothing is struck.
    """
    struck: dict[int, int] = {}
    for at, places in enumerate(cases):
        for place in places:
            struck[place] = struck.get(place, 0) | 1 << at
    return ordered.rows(struck, (1 << len(cases)) - 1, 0, known=known)


def counted(
    ordered: Ordered,
    targets: Sequence[int],
    struck: Sequence[Sequence[int]],
    members: Members,
    known: frozenset[int],
) -> tuple[Hits, Members]:
    """Work out the same, and by case how many things of the whole network fail."""
    tally = Tally()
    found = hits(ordered, targets, struck, members, known, tally)
    return found, np.concatenate((np.empty(0, np.int64), *tally.counts))


class Tally:
    """Counts, for each case, in how many rows it is: all cases at once.

    Three rows of one weight are put together by a full adder into one of that weight and one of
    twice the weight, so that each row costs five operations on whole rows, however many cases there
    are (carry-save addition).

    Attributes:
        counts: the counts of each block of cases that was closed.
    """

    def __init__(self) -> None:
        """Begin at nothing."""
        self.counts: list[Members] = []
        self._columns: list[list[int]] = []

    def add(self, row: int) -> None:
        """Count a row."""
        for column in self._columns:
            column.append(row)
            if len(column) < 3:
                return
            one, two, three = column
            odd = one ^ two
            column[:] = (odd ^ three,)
            row = one & two | odd & three
        self._columns.append([row])

    def close(self, cases: int) -> None:
        """Sum up what was counted of so many cases, and begin anew."""
        total = np.zeros(cases, np.int64)
        for weight, column in enumerate(self._columns):
            for row in column:
                text = np.frombuffer(row.to_bytes((cases + 7) // 8, "little"), np.uint8)
                bits = np.unpackbits(text, count=cases, bitorder="little")
                total += bits.astype(np.int64) << weight
        self.counts.append(total)
        self._columns = []


def _struck(struck: Sequence[Sequence[int]], block: Members) -> dict[int, int]:
    """Give, by place, the cases of a block in which it falls at once."""
    found: dict[int, int] = {}
    for event, row in _cases_of(block):
        for place in struck[event]:
            found[place] = found.get(place, 0) | row
    return found


def _cases_of(block: Members) -> Iterator[tuple[int, int]]:
    """Give each event of a block, and the cases that it is in."""
    if block.shape[1] == 1:
        yield from ((event, 1 << at) for at, event in enumerate(block[:, 0].tolist()))
        return
    for event in np.unique(block).tolist():
        inside = np.packbits((block == event).any(axis=1), bitorder="little")
        yield event, int.from_bytes(inside.tobytes(), "little")
