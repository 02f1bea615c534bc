"""Runs the trials of one recovery, and says when what was back, and what decided it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from refloat.assess.ahead.forecasting.drawing import Drawing
from refloat.assess.ahead.forecasting.simulation import Simulation
from refloat.assess.ahead.forecasting.tasks import Numbered, Recovery, numbered
from refloat.assess.ahead.forecasting.work import Ran
from refloat.model.errors import UsageProblem
from refloat.model.forecast import Percentiles

_AT_ONCE = 10_000_000
"""Durations that are held at a time: more do not fit into a processor's memory of its own."""

_FEWEST = 200
LONGEST_LIST = 100_000_000
"""Times of services that are kept at most: services times trials."""

_EXACT = 25_000_000
"""Up to so many are kept to the millisecond; more in half the room, to seven digits."""

_TICKS = (1000.0, 1.0, 1 / 60)
"""Ticks a second: the first that leaves room for the longest trial is taken."""


@dataclass(frozen=True)
class Trials:
    """What some trials of a recovery showed.

    Attributes:
        numbered: the tasks by number.
        services: keys of the services, in the order of ``ends``.
        ends: seconds after which each service was back; a row a service, a column a trial.
        whole: seconds after which the last of them was, by trial.
        critical: by task, the share of trials in which it was on the critical path.
    """

    numbered: Numbered
    services: tuple[str, ...]
    ends: NDArray[np.floating]
    whole: NDArray[np.float64]
    critical: NDArray[np.float64]

    @cached_property
    def of(self) -> Mapping[str, Percentiles]:
        """Give, by service, within which time it is back."""
        return {key: percentiles(row) for key, row in zip(self.services, self.ends, strict=True)}

    def within(self, service: str, seconds: float) -> float:
        """Give the share of trials in which a service was back within some seconds."""
        row = self.ends[self.services.index(service)]
        return float(np.count_nonzero(row <= seconds)) / len(row)


@dataclass(frozen=True)
class Middle:
    """One trial in which every task took its middle.

    Attributes:
        numbered: the tasks by number.
        starts: by task, seconds.
        ends: by task, seconds.
        path: the critical path: tasks, the first first.
        begun_by: by task, the task whose end let it begin, -1 for the very beginning.
    """

    numbered: Numbered
    starts: Sequence[float]
    ends: Sequence[float]
    path: tuple[int, ...]
    begun_by: Sequence[int]


def run(
    recovery: Recovery, room: Mapping[str, int], trials: int, seed: int, *, causes: bool = True
) -> Trials:
    """Run trials.

    Args:
        recovery: the recovery; there is room for each of its tasks.
        room: by thing, how many tasks may hold it at once.
        trials: how many; at least one.
        seed: the same gives the same, whatever the number of trials.
        causes: whether it is wanted what was critical.

    Raises:
        UsageProblem: if these are more trials than can be kept.
    """
    tasks = numbered(recovery, room)
    services = tuple(tasks.ends)
    if trials * max(1, len(services)) > LONGEST_LIST:
        most = LONGEST_LIST // max(1, len(services))
        raise UsageProblem(
            f"{trials} trials of {len(services)} services are more than can be kept",
            hint=f"Ask for at most {most}.",
        )
    simulation = Simulation(tasks.work, list(dict.fromkeys(tasks.ends.values())))
    rows = [simulation.watching.index(tasks.ends[key]) for key in services]
    exact = trials * len(services) <= _EXACT
    ends = np.empty((len(services), trials), np.float64 if exact else np.float32)
    whole, critical = np.zeros(trials), np.zeros(len(tasks.tasks), np.int64)
    ticks = _ticks(tasks, simulation)
    durations = [one.duration for one in tasks.tasks]
    drawing = Drawing([one.key for one in tasks.tasks], durations, seed, ticks)
    piece = max(_FEWEST, _AT_ONCE // max(1, len(tasks.tasks)) // 4 * 4)
    for start in range(0, trials, piece):
        end = min(trials, start + piece)
        ran = simulation.run(drawing.more(end - start), causes=causes)
        if services:
            np.divide(ran.ends[rows], ticks, out=ends[:, start:end], casting="same_kind")
            whole[start:end] = ran.whole / ticks
        critical += _critical(ran, len(tasks.tasks))
    return Trials(tasks, services, ends, whole, critical / trials)


def run_middle(recovery: Recovery, room: Mapping[str, int]) -> Middle:
    """Run one trial in which every task takes its middle."""
    tasks = numbered(recovery, room)
    every = range(len(tasks.tasks))
    simulation = Simulation(tasks.work, every)
    ticks = _ticks(tasks, simulation)
    durations = Drawing(
        [one.key for one in tasks.tasks], [one.duration for one in tasks.tasks], 0, ticks
    ).middle()
    ran = simulation.run(durations, causes=True)
    begun_by = ran.begun_by[:, 0].tolist() if ran.begun_by.size else []
    path: list[int] = []
    task = int(ran.last[0])
    while task >= 0:
        path.append(task)
        task = begun_by[task]
    ends = [float(one) / ticks for one in ran.ends[:, 0]] if every else []
    starts = [end - float(durations[task, 0]) / ticks for task, end in enumerate(ends)]
    return Middle(tasks, starts, ends, tuple(reversed(path)), begun_by)


def percentiles(seconds: NDArray[np.floating]) -> Percentiles:
    """Give the times within which 50, 80 and 95 of 100 trials ended: times that were drawn."""
    found = np.percentile(seconds, (50, 80, 95), method="inverted_cdf")
    return Percentiles(*(round(float(one), 3) for one in found))


def _critical(ran: Ran, tasks: int) -> NDArray[np.int64]:
    """Count, by task, the trials in which it was on the critical path."""
    counted = np.zeros(tasks, np.int64)
    if not ran.begun_by.size:
        return counted
    task, trial = ran.last, np.arange(len(ran.last))
    while len(task):
        counted += np.bincount(task, minlength=tasks)
        task = ran.begun_by[task, trial].astype(np.int64)
        more = (task >= 0).nonzero()[0]
        task, trial = task[more], trial[more]
    return counted


def _ticks(tasks: Numbered, simulation: Simulation) -> float:
    """Choose how finely time is counted.

    There must be room for all tasks one after the other, each eight times as long as the longest
    that is expected of it.
    """
    longest = 8 * sum(one.duration.high for one in tasks.tasks) + 1
    room = float(2 ** (62 - simulation.bits))
    return next((one for one in _TICKS if longest * one < room), _TICKS[-1])
