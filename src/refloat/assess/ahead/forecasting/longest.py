"""Recoveries without limits: every task begins as soon as what it needs has ended.

Nothing waits for hands then, so no event has to be looked at after the other: each task is looked
at once, for all trials together, after those that it needs.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from refloat.assess.ahead.forecasting.work import NO_CAUSES, Numbers, Ran, Whole


def longest_ways(
    needs: Sequence[tuple[int, ...]], durations: Numbers, watched: Sequence[int], *, causes: bool
) -> Ran:
    """Carry out trials of tasks, at least one, that wait for each other alone.

    Args:
        needs: by task, the tasks that must have ended before; in no circle.
        durations: a row a task and a column a trial.
        watched: the tasks of which it is wanted when they end.
        causes: whether it is wanted what let each task begin.
    """
    trials = durations.shape[1]
    every = np.arange(trials)
    ends = np.empty(durations.shape, np.int64)
    begun_by = np.full(durations.shape, -1, np.int32) if causes else NO_CAUSES
    for task in in_order(needs):
        before = np.array(sorted(needs[task]), np.int64)
        if not before.size:
            ends[task] = durations[task]
            continue
        if causes:
            last = before[_last_of_the_largest(ends[before])]
            begun_by[task] = last
            np.add(ends[last, every], durations[task], out=ends[task])
        else:
            np.add(ends[before].max(axis=0), durations[task], out=ends[task])
    return Ran(ends[list(watched)], ends.max(axis=0), begun_by, _last_of_the_largest(ends))


def in_order(needs: Sequence[tuple[int, ...]]) -> list[int]:
    """Arrange tasks so that each comes after what it needs.

    Raises:
        ValueError: if some need each other in a circle.
    """
    following: list[list[int]] = [[] for _ in needs]
    for task, some in enumerate(needs):
        for need in some:
            following[need].append(task)
    left = [len(some) for some in needs]
    found = [task for task, count in enumerate(left) if not count]
    for task in found:
        for after in following[task]:
            left[after] -= 1
            if not left[after]:
                found.append(after)
    if len(found) < len(needs):
        raise ValueError("tasks need each other in a circle")
    return found


def _last_of_the_largest(rows: Whole) -> Whole:
    """Give, by column, the last of the rows that hold the largest number."""
    last: Whole = len(rows) - 1 - rows[::-1].argmax(axis=0)
    return last
