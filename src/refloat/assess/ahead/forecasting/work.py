"""What a recovery has to do, by number, and how some trials of it went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]
"""Whole numbers, of whatever."""

Numbers = NDArray[np.signedinteger]
"""Whole numbers of whatever size."""

NO_CAUSES: Numbers = np.zeros((0, 0), np.int16)
"""Where nobody asked what let each task begin."""


@dataclass(frozen=True)
class Work:
    """What must be done: tasks by number, the most urgent first.

    Attributes:
        needs: by task, the tasks that must have ended before, each once.
        ways: by task, the sets of things with one of which it can be done, the preferred first; a
            task that needs nothing but time has one way that is empty. Where one way needs nothing
            that is limited, that is the way.
        room: by thing, how many tasks may hold it at once; what is not in it has no limit.
    """

    needs: Sequence[tuple[int, ...]]
    ways: Sequence[tuple[frozenset[str], ...]]
    room: Mapping[str, int]


@dataclass(frozen=True)
class Ran:
    """How some trials went.

    Attributes:
        ends: when each watched task ended; as many rows as watched tasks, a column a trial.
        whole: when the last task ended, by trial.
        begun_by: by task and trial, the task whose end let it begin, -1 for the very beginning; it
            has no rows if that was not asked for.
        last: by trial, the task that ended last.
    """

    ends: Whole
    whole: Whole
    begun_by: Numbers
    last: Whole
