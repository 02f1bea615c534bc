"""The smallest sets of losses that make some things of a network fail.

Exact and complete up to the size that the result names. What is larger than the work allows is
looked for among the riskiest events alone, and the result says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from typing import Any

import numpy as np

from refloat.assess.ahead.network import Network
from refloat.assess.ahead.weakest.families import (
    MOST_EVENTS,
    Allowance,
    Codes,
    Family,
    TooMany,
    single,
)
from refloat.assess.ahead.weakest.many import (
    Bits,
    Hits,
    Members,
    broken,
    counted,
    every,
    hits,
)
from refloat.assess.ahead.weakest.ordered import NOWHERE, Ordered

LARGEST = 3

_AT_ONCE = 1_000_000
"""How many codes of sets are put together at once, so that they need little memory."""


@dataclass(frozen=True)
class Limits:
    """What the search may cost.

    Attributes:
        work: how many sets may be looked at before a size is looked for among the riskiest alone.
        riskiest: how many of the riskiest events that are, by size.
        listed: how many sets of each size are given; those that hit the most are.
    """

    work: int = 500_000_000
    riskiest: Mapping[int, int] = field(default_factory=lambda: {2: 300, 3: 60})
    listed: int = 1000


USUAL = Limits()
"""What a search may cost if nobody says otherwise."""


@dataclass(frozen=True)
class Cut:
    """A smallest set.

    Attributes:
        events: numbers of its events, ascending.
        targets: numbers, in the network, of the targets of which it is a smallest set.
    """

    events: tuple[int, ...]
    targets: tuple[int, ...]


@dataclass(frozen=True)
class Size:
    """What was found of one size.

    Attributes:
        cuts: the sets, those that hit the most targets first.
        count: how many sets there are; more than are given where there are very many.
        among: how many events were looked at; None if all that matter were.
    """

    cuts: tuple[Cut, ...]
    count: int
    among: int | None = None


@dataclass(frozen=True)
class Smallest:
    """The smallest sets.

    Attributes:
        events: what may be lost, by number; those that strike the same things are one event.
        broken: numbers, in the network, of the targets that fail when nothing is lost.
        sizes: what was found, by size, from 1.
    """

    events: tuple[tuple[Any, ...], ...]
    broken: frozenset[int]
    sizes: Mapping[int, Size]

    @property
    def complete(self) -> int:
        """Up to which size all sets are known."""
        unknown = [size for size, found in self.sizes.items() if found.among is not None]
        return min(unknown, default=len(self.sizes) + 1) - 1


class Question:
    """What may be lost, and what of a network may fail with it; the two readings share it.

    Attributes:
        network: the network.
        targets: the numbers of the things that are asked about.
        ordered: what they rest on, in order.
        events: what may be lost, by number; those that strike the same things are one event.
    """

    def __init__(self, network: Network, targets: Sequence[int], losses: Iterable[Any]) -> None:
        """Put a question.

        Args:
            network: the network.
            targets: the numbers of the things; all are different.
            losses: what may be lost, which must have an order.
        """
        self.network = network
        self.targets = tuple(targets)
        self.ordered = Ordered(network, targets)
        alike: dict[tuple[tuple[int, ...], tuple[int, ...]], list[Any]] = {}
        for loss in sorted(losses):
            struck = (
                self._places(network.strikes.get(loss, ())),
                self._places(network.perhaps.get(loss, ())),
            )
            if any(struck):
                alike.setdefault(struck, []).append(loss)
        self.events = tuple(map(tuple, alike.values()))
        self._struck = list(alike)

    def _places(self, numbers: Iterable[int]) -> tuple[int, ...]:
        places = self.ordered.places
        return tuple(sorted({places[one] for one in numbers} - {NOWHERE}))

    def struck(self, *, cautious: bool) -> list[tuple[int, ...]]:
        """Give, by event, the places that fall with it at once."""
        if not cautious:
            return [surely for surely, _ in self._struck]
        return [(*surely, *perhaps) if perhaps else surely for surely, perhaps in self._struck]

    def broken(self, *, cautious: bool) -> frozenset[int]:
        """Give the places that fail when nothing is lost."""
        doubtful = self._places(self.network.doubtful) if cautious else ()
        return broken(self.ordered, doubtful)


def smallest(
    question: Question,
    up_to: int = LARGEST,
    limits: Limits = USUAL,
    *,
    cautious: bool = False,
) -> Smallest:
    """Find the smallest sets of losses that make each of some things fail.

    Args:
        question: which things of which network, and what may be lost.
        up_to: how large a set may be, 1 to 3.
        limits: what it may cost.
        cautious: whether that falls, too, which perhaps does.

    Raises:
        ValueError: if the size is none of 1, 2, 3.
    """
    return Search(question, limits, cautious=cautious).smallest(up_to)


class Search:
    """A search in one reading, and what its ways share.

    Attributes:
        question: what is asked.
        limits: what it may cost.
        known: the places that fail when nothing is lost.
        struck: by event, the places that fall with it at once.
        failing: the numbers of the targets that fail when nothing is lost.
    """

    def __init__(self, question: Question, limits: Limits, *, cautious: bool) -> None:
        """Begin; see ``smallest``."""
        self.question, self.limits = question, limits
        self._ordered = question.ordered
        self.known = known = question.broken(cautious=cautious)
        places = self._ordered.places
        self.failing = frozenset(one for one in question.targets if places[one] in known)
        self._targets = [one for one in question.targets if one not in self.failing]
        self._at = [places[one] for one in self._targets]
        self.struck = [
            some if known.isdisjoint(some) else tuple(one for one in some if one not in known)
            for some in question.struck(cautious=cautious)
        ]
        self._matter = [event for event, some in enumerate(self.struck) if some]

    def smallest(self, up_to: int) -> Smallest:
        """Find the smallest sets.

        Args:
            up_to: how large a set may be, 1 to 3.

        Raises:
            ValueError: if the size is none of 1, 2, 3.
        """
        if not 1 <= up_to <= LARGEST:
            raise ValueError(f"sets of up to {up_to} losses cannot be looked for")
        sizes: dict[int, Size] = {}
        for complete in range(up_to, 1, -1):
            found = self._families(complete)
            if found is not None:
                sizes = found
                break
        if not sizes:
            sizes = {1: self._listed(self.singles, None)}
        for size in range(len(sizes) + 1, up_to + 1):
            sizes[size] = self.among_riskiest(size)
        return Smallest(self.question.events, self.failing, sizes)

    def smallest_of(self, cuts: Iterable[tuple[int, ...]]) -> dict[tuple[int, ...], frozenset[int]]:
        """Give, for some sets of events, the targets of which each is a smallest set.

        Each set is tried, and each that lacks one of its events: smaller ones take away no more.
        """
        some = dict.fromkeys(tuple(sorted(one)) for one in cuts)
        tried: dict[tuple[int, ...], int] = {}
        for one in some:
            tried.setdefault(one, len(tried))
            for part in combinations(one, len(one) - 1):
                tried.setdefault(part, len(tried))
        failing = self.failing_in([self.struck_by(one) for one in tried])
        found = {}
        for one in some:
            smaller = (failing[tried[part]] for part in combinations(one, len(one) - 1))
            found[one] = failing[tried[one]].difference(*smaller)
        return found

    def struck_by(self, events: Iterable[int]) -> tuple[int, ...]:
        """Give the places that fall at once with some events."""
        return tuple({place: None for event in events for place in self.struck[event]})

    def failing_in(self, cases: Sequence[Sequence[int]]) -> list[frozenset[int]]:
        """Give, for some cases, the targets that fail.

        Args:
            cases: the places that fall at once in each.
        """
        found = hits(self._ordered, self._at, cases, every(range(len(cases)), 1), self.known)
        return [frozenset(self._named(found.of([case])[:, 0])) for case in range(len(cases))]

    @cached_property
    def singles(self) -> Hits:
        """Which targets fail with each event alone."""
        return self._singles[0]

    @cached_property
    def _singles(self) -> tuple[Hits, Members]:
        members = every(range(len(self.struck)), 1)
        return counted(self._ordered, self._at, self.struck, members, self.known)

    @cached_property
    def by_risk(self) -> list[int]:
        """Give the events that can be in a larger set, the riskiest first.

        Risk is how much there is that does not hold in the end: of everything in the network, with
        this event alone. An event that alone takes away every target is in no larger set.
        """
        taken, fallen = self.singles.counts(), self._singles[1]
        some = [at for at in self._matter if taken[at] < len(self._targets)]
        return sorted(some, key=lambda at: (-int(fallen[at]), at))

    def _hits(self, members: Members) -> Hits:
        return hits(self._ordered, self._at, self.struck, members, self.known)

    def _families(self, up_to: int) -> dict[int, Size] | None:
        """Find all sets up to a size; None if there are too many."""
        if len(self.struck) > MOST_EVENTS:
            return None
        allowance = Allowance(self.limits.work)
        struck: dict[int, Family] = {}
        try:
            for event, places in enumerate(self.struck):
                alone = single(event + 1, up_to, allowance)
                for place in places:
                    struck[place] = struck[place] | alone if place in struck else alone
            rows = self._ordered.rows(
                struck,
                Family(up_to, allowance, always=True),
                Family(up_to, allowance),
                known=self.known,
                wanted=frozenset(self._at),
            )
        except TooMany:
            return None
        nothing = Family(up_to, allowance)
        found = [rows.get(place, nothing) for place in self._at]
        return {size: self._of_size(found, size) for size in range(1, up_to + 1)}

    def _of_size(self, families: Sequence[Family], size: int) -> Size:
        """Give the sets of one size that hit the most."""
        codes: list[Codes] = [(one.ones, one.twos, one.threes)[size - 1] for one in families]
        known, counts = _tallied(codes)
        if not known.size:
            return Size((), 0)
        most = np.argsort(-counts, kind="stable")[: self.limits.listed]
        chosen = known[most]
        hit = np.array([np.isin(chosen, one, assume_unique=True) for one in codes])
        cuts = (Cut(_numbers(int(code)), self._named(hit[:, at])) for at, code in enumerate(chosen))
        return Size(tuple(cuts), int(known.size))

    def _named(self, hit: Bits) -> tuple[int, ...]:
        return tuple(self._targets[at] for at in np.flatnonzero(hit))

    def _listed(self, found: Hits, among: int | None) -> Size:
        """Give the cases that hit the most."""
        counts = found.counts()
        most = np.argsort(-counts, kind="stable")[: self.limits.listed]
        most = most[counts[most] > 0]
        hit = found.of(most)
        cuts = (
            Cut(tuple(found.members[case].tolist()), self._named(hit[:, at]))
            for at, case in enumerate(most.tolist())
        )
        return Size(tuple(cuts), int(np.count_nonzero(counts)), among)

    def among_riskiest(self, size: int) -> Size:
        """Find the sets of one size among the riskiest events, which may be all that matter."""
        chosen = self.by_risk[: self.limits.riskiest[size]]
        among = len(chosen) if len(chosen) < len(self.by_risk) else None
        return self._listed(self.minimal(chosen, size), among)

    def minimal(self, chosen: Sequence[int], size: int) -> Hits:
        """Give, for all sets of some events, of which targets each is a smallest set."""
        found = self._hits(every(chosen, size))
        within = [self.singles] if size == 2 else [self.singles, self.minimal(chosen, 2)]
        for part in within:
            _drop(found, part)
        return found


def _drop(found: Hits, smaller: Hits) -> None:
    """Take from cases the targets that fail with some of their events alone."""
    numbers = {tuple(case): at for at, case in enumerate(smaller.members.tolist())}
    size = smaller.members.shape[1]
    for start in range(0, found.cases, 1024):
        block = found.members[start : start + 1024]
        covered = np.zeros((found.packed.shape[0], len(block)), np.bool_)
        for out in range(found.members.shape[1]):
            part = np.delete(block, out, axis=1) if size == 2 else block[:, out : out + 1]
            covered |= smaller.of([numbers[tuple(case)] for case in part.tolist()])
        keep = np.packbits(~covered, axis=1, bitorder="little")
        found.packed[:, start // 8 : start // 8 + keep.shape[1]] &= keep


def _tallied(codes: Iterable[Codes]) -> tuple[Codes, Members]:
    """Give every code once, sorted, and in how many rows it is; few rows are held at once."""
    known, counts = np.empty(0, np.int64), np.empty(0, np.int64)
    waiting: list[Codes] = []
    held = 0
    for row in codes:
        waiting.append(row)
        held += row.size
        if held >= max(_AT_ONCE, known.size):  # so that what is known is sorted but seldom
            known, counts = _with(known, counts, waiting)
            waiting, held = [], 0
    return _with(known, counts, waiting) if held else (known, counts)


def _with(known: Codes, counts: Members, more: Sequence[Codes]) -> tuple[Codes, Members]:
    """Add rows of codes to those that are counted."""
    fresh, some = np.unique(np.concatenate(more), return_counts=True)
    both, numbers = np.concatenate((known, fresh)), np.concatenate((counts, some))
    order = np.argsort(both, kind="stable")
    both = both[order]
    first = np.flatnonzero(np.diff(both, prepend=both[0] - 1))
    return both[first], np.add.reduceat(numbers[order], first)


def _numbers(code: int) -> tuple[int, ...]:
    """Give the numbers of a set's events, from 0, ascending."""
    events = (code >> shift & MOST_EVENTS for shift in (0, 21, 42))
    return tuple(sorted(event - 1 for event in events if event))
