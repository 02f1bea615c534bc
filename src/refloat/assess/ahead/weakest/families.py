"""Families of smallest sets: which sets of losses make a thing fail, up to three losses.

The algebra of minimal cut sets, as fault trees are solved (Vesely and others, *Fault Tree
Handbook*, NUREG-0492, 1981, chapter VII): where either of two things failing is enough, the
families are joined; where both must fail, each set of the one is joined with each of the other. A
set that holds another of its family is dropped (absorbed), and so is a set that is too large:
whatever it is joined with stays too large, so nothing smaller is lost by dropping it early.

A set is one number: three events of 21 bits each, the largest first, 0 for none. So a family is
three sorted rows of numbers, and joining is sorting.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int64]

EVENT_BITS = 21
MOST_EVENTS = (1 << EVENT_BITS) - 1
"""How many events can be told apart."""

_MASK = MOST_EVENTS
_NONE: Codes = np.empty(0, np.int64)
_STEP = 300
"""What one step costs besides its sets: about as much as sorting so many."""


class TooMany(Exception):
    """There are more sets than the allowance permits to look at."""


@dataclass
class Allowance:
    """How many sets may still be looked at, so that the work ends.

    Attributes:
        left: how many in all.
        at_once: how many at once, so that they fit into memory.
    """

    left: int
    at_once: int = 4_000_000

    def take(self, count: int) -> None:
        """Take some.

        Raises:
            TooMany: if not as many are left.
        """
        self.left -= count + _STEP
        if self.left < 0 or count > self.at_once:
            raise TooMany


@dataclass(frozen=True, eq=False)
class Family:
    """The smallest sets of events that make a thing fail.

    Attributes:
        up_to: how large a set may be: 1, 2 or 3.
        allowance: how much work is left for all families together.
        ones: sets of one event, sorted: the event's number, from 1.
        twos: sets of two.
        threes: sets of three.
        always: whether it fails without any event; there is no other set then.
    """

    up_to: int
    allowance: Allowance
    ones: Codes = field(default_factory=lambda: _NONE)
    twos: Codes = field(default_factory=lambda: _NONE)
    threes: Codes = field(default_factory=lambda: _NONE)
    always: bool = False

    def __bool__(self) -> bool:
        """Whether anything makes it fail."""
        return self.always or bool(self.ones.size or self.twos.size or self.threes.size)

    def __eq__(self, other: object) -> bool:
        """Whether the same sets make both fail."""
        if self is other:
            return True
        return (
            isinstance(other, Family)
            and self.always == other.always
            and np.array_equal(self.ones, other.ones)
            and np.array_equal(self.twos, other.twos)
            and np.array_equal(self.threes, other.threes)
        )

    __hash__ = None  # type: ignore[assignment]  # compared, never looked up

    def __len__(self) -> int:
        """How many sets there are."""
        return int(self.always) + self.ones.size + self.twos.size + self.threes.size

    def __or__(self, other: Family) -> Family:
        """Give what makes either fail."""
        if self is other or self.always or not other:
            return self
        if other.always or not self:
            return other
        return self._absorbed(
            (self.ones, other.ones), (self.twos, other.twos), (self.threes, other.threes)
        )

    def __and__(self, other: Family) -> Family:
        """Give what makes both fail."""
        if self is other or other.always or not self:
            return self
        if self.always or not other:
            return other
        ones = self.ones[_among(self.ones, other.ones)]
        twos, threes = [_NONE], [_NONE]
        if self.up_to >= 2:
            twos = [self._pairs(self.ones, other.ones), self._kept(other, 2), other._kept(self, 2)]
        if self.up_to >= 3:
            threes = [
                self._triples(self.twos, other.ones),
                self._triples(other.twos, self.ones),
                self._meeting(other),
                self._kept(other, 3),
                other._kept(self, 3),
            ]
        return self._absorbed([ones], twos, threes)

    def sets(self) -> list[tuple[int, ...]]:
        """Give all sets as tuples of event numbers, the smallest first."""
        found: list[tuple[int, ...]] = [()] if self.always else []
        for codes in (self.ones, self.twos, self.threes):
            found += [tuple(sorted(filter(None, _events(code)))) for code in codes.tolist()]
        return found

    def _absorbed(self, ones: Parts, twos: Parts, threes: Parts) -> Family:
        """Put sets together and drop what holds a smaller one."""
        single = _merged(ones)
        pairs, triples = _merged(twos), _merged(threes)
        self.allowance.take(single.size + pairs.size + triples.size)
        if pairs.size and single.size:
            pairs = pairs[~(_among(pairs >> EVENT_BITS, single) | _among(pairs & _MASK, single))]
        if triples.size and (single.size or pairs.size):
            triples = triples[~_holding(triples, single, pairs)]
        return Family(self.up_to, self.allowance, single, pairs, triples)

    def _kept(self, other: Family, size: int) -> Codes:
        """Give the sets of one size that by themselves make the other fail, too."""
        if size == 2:
            pairs = self.twos
            found = _among(pairs, other.twos)
            found |= _among(pairs >> EVENT_BITS, other.ones) | _among(pairs & _MASK, other.ones)
            return pairs[found]
        triples = self.threes
        return triples[_among(triples, other.threes) | _holding(triples, other.ones, other.twos)]

    def _pairs(self, some: Codes, others: Codes) -> Codes:
        self.allowance.take(some.size * others.size)
        first, second = np.repeat(some, others.size), np.tile(others, some.size)
        different = first != second
        return _pair(first[different], second[different])

    def _triples(self, pairs: Codes, ones: Codes) -> Codes:
        self.allowance.take(pairs.size * ones.size)
        pair, one = np.repeat(pairs, ones.size), np.tile(ones, pairs.size)
        return _triple(pair >> EVENT_BITS, pair & _MASK, one)

    def _meeting(self, other: Family) -> Codes:
        """Give the sets of three that are made of two pairs with one event in common."""
        if not (self.twos.size and other.twos.size):
            return _NONE
        mine, partners = _both_ways(self.twos)
        theirs, others = _both_ways(other.twos)
        start = np.searchsorted(theirs, mine, side="left")
        count = np.searchsorted(theirs, mine, side="right") - start
        total = int(count.sum())
        self.allowance.take(total)
        row = np.repeat(np.arange(mine.size), count)
        within = np.arange(total) - np.repeat(np.cumsum(count) - count, count)
        return _triple(mine[row], partners[row], others[start[row] + within])


Parts = list[Codes] | tuple[Codes, ...]


def single(event: int, up_to: int, allowance: Allowance) -> Family:
    """Give the family of what fails with one event alone."""
    return Family(up_to, allowance, np.array([event], np.int64))


def _merged(parts: Parts) -> Codes:
    filled = [part for part in parts if part.size]
    if not filled:
        return _NONE
    if len(filled) == 1 and len(parts) == 1:
        return filled[0]
    codes = np.concatenate(filled)
    codes.sort(kind="stable")  # radix or merging: the parts are sorted already
    first = np.empty(codes.size, bool)
    first[0] = True
    np.not_equal(codes[1:], codes[:-1], out=first[1:])
    return codes[first]


def _among(codes: Codes, known: Codes) -> NDArray[np.bool_]:
    """Say of each code whether it is among some sorted ones."""
    if not known.size or not codes.size:
        return np.zeros(codes.size, bool)
    at = np.searchsorted(known, codes)
    at[at == known.size] = 0
    found: NDArray[np.bool_] = known[at] == codes
    return found


def _holding(triples: Codes, ones: Codes, twos: Codes) -> NDArray[np.bool_]:
    """Say of each set of three whether it holds one of some smaller sets."""
    high, middle, low = triples >> 2 * EVENT_BITS, triples >> EVENT_BITS & _MASK, triples & _MASK
    found = _among(high, ones) | _among(middle, ones) | _among(low, ones)
    if twos.size:
        found |= _among(triples >> EVENT_BITS, twos)  # high and middle
        found |= _among(high << EVENT_BITS | low, twos)
        found |= _among(middle << EVENT_BITS | low, twos)
    return found


def _pair(first: Codes, second: Codes) -> Codes:
    codes: Codes = np.maximum(first, second) << EVENT_BITS | np.minimum(first, second)
    return codes


def _triple(first: Codes, second: Codes, third: Codes) -> Codes:
    """Give the sets of three different events; where two are the same there is none."""
    rows = np.sort(np.stack((first, second, third)), axis=0)
    rows = rows[:, (rows[0] != rows[1]) & (rows[1] != rows[2])]
    codes: Codes = rows[2] << 2 * EVENT_BITS | rows[1] << EVENT_BITS | rows[0]
    return codes


def _both_ways(pairs: Codes) -> tuple[Codes, Codes]:
    """Give each pair from both ends: an end, sorted, and the other end."""
    ends = np.concatenate((pairs >> EVENT_BITS, pairs & _MASK))
    others = np.concatenate((pairs & _MASK, pairs >> EVENT_BITS))
    order = np.argsort(ends, kind="stable")
    return ends[order], others[order]


def _events(code: int) -> tuple[int, int, int]:
    return code >> 2 * EVENT_BITS, code >> EVENT_BITS & _MASK, code & _MASK
