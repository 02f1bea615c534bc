"""Draws durations: of each task the same for the same seed, whatever other tasks there are.

So two recoveries that differ in one thing are compared trial by trial: what differs is what that
thing does, and not luck (common random numbers).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from refloat.assess.ahead.forecasting.durations import Duration
from refloat.assess.ahead.forecasting.work import Whole


class Drawing:
    """Numbers for one run of trials; they are drawn piece by piece, from the first trial on.

    Args:
        names: the tasks' names; all are different.
        durations: how long each takes.
        seed: the same gives the same.
        ticks: how many ticks a second has; durations are drawn in whole ticks.
    """

    def __init__(
        self, names: Sequence[str], durations: Sequence[Duration], seed: int, ticks: float
    ) -> None:
        self._middle = np.array([one.seconds * ticks for one in durations])
        self._spread = np.array([one.spread for one in durations])
        self._sources = [_source(name, seed) for name in names]

    def more(self, trials: int) -> Whole:
        """Give durations of some more trials: a row a task and a column a trial."""
        found = np.empty((len(self._sources), trials), np.int64)
        for task, source in enumerate(self._sources):
            drawn = source.standard_normal(trials)
            drawn *= self._spread[task]
            np.exp(drawn, out=drawn)
            drawn *= self._middle[task]
            found[task] = np.rint(drawn, out=drawn)
        return found

    def middle(self) -> Whole:
        """Give one trial in which every task takes exactly its middle."""
        column: NDArray[np.int64] = np.rint(self._middle).astype(np.int64)
        return column[:, None]


def _source(name: str, seed: int) -> np.random.Generator:
    digest = hashlib.sha256(f"{seed} {name}".encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest[:16], "little")))
