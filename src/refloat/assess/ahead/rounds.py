"""Solves a network in rounds, all that become ready together at once: for losses that touch much.

What ``network`` does thing by thing is done here on arrays of NumPy. Every group of alternatives is
a thing of its own, after all nodes. A network in which few things become ready in many rounds, as
in a long chain, is not for this: then it gives up, and says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any, TypeAlias

import numpy
from numpy.typing import NDArray

Numbers: TypeAlias = "NDArray[numpy.int32]"
Mask: TypeAlias = "NDArray[numpy.bool_]"

MOST = 2_000
"""After so many rounds it is quicker to go thing by thing."""

_MUCH = 50
"""From which share of a network on all of it is counted at once: a fiftieth."""


class Rounds:
    """A network as arrays.

    Args:
        all_of: by number, what each needs.
        any_of: by number, groups of which each needs one.
    """

    def __init__(
        self, all_of: Sequence[tuple[int, ...]], any_of: Sequence[tuple[tuple[int, ...], ...]]
    ) -> None:
        self.count = len(all_of)
        groups = list(chain.from_iterable(any_of))
        self.size = self.count + len(groups)
        needs, choices = _lengths(all_of), _lengths(any_of)
        nodes = numpy.arange(self.size, dtype=numpy.int32)
        ids, members = nodes[self.count :], _lengths(groups)
        self.waits = numpy.ones(self.size, dtype=numpy.int32)
        self.waits[: self.count] = needs + choices
        sources = numpy.concatenate((_flat(all_of), _flat(groups), ids))
        targets = numpy.concatenate(
            (
                numpy.repeat(nodes[: self.count], needs),
                numpy.repeat(ids, members),
                numpy.repeat(nodes[: self.count], choices),
            )
        )
        order = numpy.argsort(sources, kind="stable")
        self._targets = targets[order]
        self._starts = numpy.zeros(self.size + 1, dtype=numpy.int64)
        numpy.cumsum(numpy.bincount(sources, minlength=self.size), out=self._starts[1:])
        self._members = members

    def holds(self, struck: Iterable[int]) -> bytearray | None:
        """Say what holds, as ``network.holds`` does; None if that took too many rounds."""
        down = self._mask(struck)
        found = numpy.zeros(self.size, dtype=numpy.bool_)
        waits = self.waits.copy()
        first = numpy.flatnonzero((waits[: self.count] == 0) & ~down[: self.count])
        if not self._spread(first, waits, found, down):
            return None
        return bytearray(found[: self.count].tobytes())

    def fallen(self, struck: Iterable[int], without: bytes) -> bytearray | None:
        """Say what falls, as ``network.fallen`` does, but for groups; None likewise.

        Args:
            struck: the numbers of the things that fall first.
            without: by number of a node, 1 for an alternative that does not count.
        """
        away = numpy.zeros(self.size, dtype=numpy.bool_)
        away[: self.count] = numpy.frombuffer(without, dtype=numpy.bool_)[: self.count]
        left = numpy.ones(self.size, dtype=numpy.int32)
        never = numpy.flatnonzero(away)
        left[self.count :] = self._members - self._among(never)
        found = numpy.zeros(self.size, dtype=numpy.bool_)
        first = numpy.flatnonzero(self._mask(struck))
        if not self._spread(first, left, found, numpy.zeros(self.size, dtype=numpy.bool_), away):
            return None
        return bytearray(found[: self.count].tobytes())

    def _spread(
        self, ahead: NDArray[Any], waits: Numbers, found: Mask, down: Mask, away: Mask | None = None
    ) -> bool:
        """Count down what waits for what has become ready, until nothing more does."""
        ready = numpy.zeros(self.size, dtype=numpy.bool_)
        for _ in range(MOST):
            found[ahead] = True
            touched = counted = self._used_by(ahead)
            if not touched.size:
                return True
            if away is not None:  # a group has left these out of its count already
                counted = self._used_by(ahead[~away[ahead]])
                counted = numpy.concatenate(
                    (touched[touched < self.count], counted[counted >= self.count])
                )
            if counted.size * _MUCH > self.size:
                waits -= numpy.bincount(counted, minlength=self.size).astype(numpy.int32)
            else:
                numpy.subtract.at(waits, counted, 1)
            ready[touched[(waits[touched] <= 0) & ~found[touched] & ~down[touched]]] = True
            ahead = numpy.flatnonzero(ready)
            ready[ahead] = False
        return False

    def _used_by(self, numbers: NDArray[Any]) -> NDArray[Any]:
        starts, ends = self._starts[numbers], self._starts[numbers + 1]
        lengths = ends - starts
        total = int(lengths.sum())
        if not total:
            return numpy.zeros(0, dtype=numpy.int32)
        before = numpy.repeat(starts - (numpy.cumsum(lengths) - lengths), lengths)
        return self._targets[before + numpy.arange(total)]

    def _among(self, numbers: NDArray[Any]) -> NDArray[Any]:
        """Count, by group, how many of some things are in it."""
        found = self._used_by(numbers) - self.count
        return numpy.bincount(found[found >= 0], minlength=self.size - self.count)

    def _mask(self, numbers: Iterable[int]) -> Mask:
        mask = numpy.zeros(self.size, dtype=numpy.bool_)
        mask[numpy.fromiter(numbers, dtype=numpy.int64)] = True
        return mask


def _lengths(some: Sequence[Sequence[Any]]) -> NDArray[numpy.int64]:
    return numpy.fromiter(map(len, some), dtype=numpy.int64, count=len(some))


def _flat(some: Iterable[Iterable[int]]) -> Numbers:
    return numpy.fromiter(chain.from_iterable(some), dtype=numpy.int32)
