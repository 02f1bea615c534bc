"""Draws durations: of each task the same for the same seed, whatever other tasks there are.

So two recoveries that differ in one thing are compared trial by trial: what differs is what that
thing does, and not luck (common random numbers).

Luck is one of 65,536 equally likely quantiles of the normal distribution, chosen by 16 raw bits of
a SFC64 of the task's own. NumPy promises that these bits stay the same with every version, which it
does not promise of its normal numbers; and it is faster.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from refloat.assess.ahead.forecasting.durations import Duration
from refloat.assess.ahead.forecasting.work import Whole

_FARTHEST = 4.5
"""So many standard deviations from the middle lies no quantile."""


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
        longest = self._middle * np.exp(_FARTHEST * self._spread)
        self._kind = np.int32 if longest.max(initial=0.0) < 2**31 - 1 else np.int64

    def more(self, trials: int) -> NDArray[np.signedinteger]:
        """Give durations of some more trials: a row a task and a column a trial.

        Args:
            trials: how many; a multiple of four, but for the last time.
        """
        found = np.empty((len(self._sources), trials), self._kind)
        quantiles = _quantiles()
        for task, source in enumerate(self._sources):
            bits = source.random_raw(-(-trials // 4)).view(np.uint16)[:trials]
            drawn = quantiles.take(bits)
            drawn *= self._spread[task]
            np.exp(drawn, out=drawn)
            drawn *= self._middle[task]
            found[task] = np.rint(drawn, out=drawn)
        return found

    def middle(self) -> Whole:
        """Give one trial in which every task takes exactly its middle."""
        column: NDArray[np.int64] = np.rint(self._middle).astype(np.int64)
        return column[:, None]


@cache
def _quantiles() -> NDArray[np.float32]:
    """Give 65,536 quantiles of the normal distribution, each as likely as the others."""
    at = np.linspace(-_FARTHEST, _FARTHEST, 4501)
    below = [math.erfc(-one / math.sqrt(2)) / 2 for one in at.tolist()]
    return np.interp((np.arange(2**16) + 0.5) / 2**16, below, at).astype(np.float32)


def _source(name: str, seed: int) -> np.random.SFC64:
    digest = hashlib.sha256(f"{seed} {name}".encode()).digest()
    return np.random.SFC64(int.from_bytes(digest[:16], "little"))
