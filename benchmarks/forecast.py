"""Forecasting a recovery, against SimPy doing the same.

The recovery: 125 services in five layers, 1,000 steps: restores, loading and checks by 8 workers,
what people do by 3 people, and servers that start by themselves. Ours: 10,000 trials, durations
drawn, when each service is back and what was critical. Baseline: SimPy doing the same in a sample
of as many trials, scaled: each step a process that waits for the events of what it needs and asks a
``PriorityResource``, as SimPy's documentation shows it. (Counting needs down by hand instead of
waiting for events makes SimPy a quarter faster.)

Refused if any trial of the sample ends at another time in SimPy than here, or if SimPy, with
durations that it draws by itself, is farther away than 1 % (P50) or 3 % (P95).
"""

from __future__ import annotations

import math
import random
import resource
import statistics
import sys
import time
from collections.abc import Generator, Iterable, Sequence
from typing import Any

import numpy as np
import simpy

from benchmarks.measure import Result, print_result
from refloat.assess.ahead.forecasting.drawing import Drawing
from refloat.assess.ahead.forecasting.durations import MEASURED, Duration
from refloat.assess.ahead.forecasting.simulation import Simulation
from refloat.assess.ahead.forecasting.tasks import (
    NO_HANDS,
    PEOPLE,
    WORKER,
    Numbered,
    Recovery,
    Task,
    numbered,
)
from refloat.assess.ahead.forecasting.trials import run
from refloat.assess.ahead.forecasting.work import Work

TRIALS, SEED = 10_000, 4
SERVICES, LAYERS = 125, 5
ROOM = {WORKER: 8, PEOPLE: 3}
SPREAD = 0.35
PAIRS, SAMPLE, DRAWN = 5, 40, 400
TARGET = 1 / 200
LARGEST = 1_000_000_000
"""Bytes that this process may hold."""

BY_WORKER = (frozenset({WORKER}),)
BY_PERSON = (frozenset({PEOPLE}),)


def main() -> int:
    """Measure; exit code 1 if a target was missed."""
    recovery = made_up(SERVICES)
    tasks = numbered(recovery, ROOM)
    exact = the_same(tasks)
    half, nearly_all = apart(recovery, tasks)
    result = compared(recovery, tasks)
    print_result(result)
    print(
        f"  {exact} trials end in SimPy when they end here, to the millisecond\n"
        f"  P50 is {100 * half:.2f} % away from SimPy's own draws (1 % allowed), P95"
        f" {100 * nearly_all:.2f} % (3 % allowed)\n"
        f"  {1 / result.ratio:.0f} times faster (200 wanted), peak memory"
        f" {result.peak_bytes / 1e9:.2f} GB of at most 1",
        file=sys.stderr,
    )
    close = half <= 0.01 and nearly_all <= 0.03
    return 0 if result.met and close and result.peak_bytes < LARGEST else 1


def made_up(services: int, seed: int = 1) -> Recovery:
    """Make up a recovery of eight steps a service; the same for the same numbers."""
    chance = random.Random(seed)
    tasks: dict[str, Task] = {}
    layer = max(1, services // LAYERS)

    def add(service: int, name: str, ways: Any, needs: Iterable[str], most: float) -> str:
        key = f"{service} {name}"
        takes = Duration(chance.uniform(most / 10, most), SPREAD, MEASURED, "")
        tasks[key] = Task(key, name, str(service), tuple(needs), ways, takes)
        return key

    for one in range(services):
        below = range(one // layer * layer - layer, one // layer * layer)
        needs = {f"{chance.choice(below)} confirm" for _ in range(3) if one >= layer}
        loaded = []
        for part in "ab":
            restored = add(one, f"restore {part}", BY_WORKER, (), 7200)
            loaded.append(add(one, f"load {part}", BY_WORKER, (restored,), 1800))
        started = add(one, "start", NO_HANDS, (*loaded, *sorted(needs)), 300)
        by_hand = add(one, "set up", BY_PERSON, (started,), 1800)
        checked = add(one, "check", BY_WORKER, (started,), 300)
        add(one, "confirm", BY_PERSON, (by_hand, checked), 900)
    ends = {str(one): f"{one} confirm" for one in range(services)}
    return Recovery(tasks, ends, {}, SPREAD)


def in_simpy(work: Work, durations: Sequence[float]) -> tuple[float, list[float], list[int]]:
    """Carry out one trial in SimPy; give when it ends, when each step does, and what let it begin.

    Each step is a process: it waits for the events of all that it needs, then for its turn at what
    it holds, then for as long as it takes.
    """
    environment = simpy.Environment()
    pools = {name: simpy.PriorityResource(environment, room) for name, room in work.room.items()}
    done = [environment.event() for _ in work.needs]
    ends, begun_by, last = [0.0] * len(done), [-1] * len(done), -1

    def step(task: int) -> Generator[Any, Any, None]:
        nonlocal last
        yield environment.all_of([done[need] for need in work.needs[task]])
        held = next(iter(work.ways[task][0]), None)
        if held is None:
            begun_by[task] = last
            yield environment.timeout(durations[task])
            ends[task], last = environment.now, task
        else:
            with pools[held].request(priority=task) as turn:
                yield turn
                begun_by[task] = last
                yield environment.timeout(durations[task])
                ends[task], last = environment.now, task
        done[task].succeed()

    for task in range(len(done)):
        environment.process(step(task))
    environment.run()
    return float(environment.now), ends, begun_by


def the_same(tasks: Numbered) -> int:
    """Hold trials against SimPy, one by one.

    Raises:
        RuntimeError: if one ends at another time.
    """
    durations = drawing(tasks).more(SAMPLE)
    here = Simulation(tasks.work).run(durations).whole
    for trial in range(SAMPLE):
        there, _, _ = in_simpy(tasks.work, durations[:, trial].tolist())
        if there != here[trial]:
            raise RuntimeError(f"trial {trial} ends at {here[trial]} here, at {there} in SimPy")
    return SAMPLE


def apart(recovery: Recovery, tasks: Numbered) -> tuple[float, float]:
    """Say how far P50 and P95 are from SimPy's, with durations that it draws by itself."""
    there = [one for one, _ in one_by_one(tasks, DRAWN)]
    here = run(recovery, ROOM, TRIALS, SEED).whole
    found = [abs(np.percentile(here, one) / np.percentile(there, one) - 1) for one in (50, 95)]
    return float(found[0]), float(found[1])


def one_by_one(tasks: Numbered, trials: int) -> list[tuple[float, dict[str, float]]]:
    """Carry out trials in SimPy, durations drawn by Python; give when all and each service is back.

    What was critical is counted, as it is in ours.
    """
    chance = random.Random(SEED)
    middle = [math.log(one.duration.seconds) for one in tasks.tasks]
    critical, found = [0] * len(middle), []
    for _ in range(trials):
        drawn = [chance.lognormvariate(one, SPREAD) for one in middle]
        whole, ends, begun_by = in_simpy(tasks.work, drawn)
        task = max(range(len(ends)), key=ends.__getitem__)
        while task >= 0:
            critical[task] += 1
            task = begun_by[task]
        found.append((whole, {key: ends[end] for key, end in tasks.ends.items()}))
    return found


def compared(recovery: Recovery, tasks: Numbered) -> Result:
    """Measure both in turn, in one process."""
    pairs = []
    for _ in range(PAIRS):
        start = time.perf_counter()
        run(recovery, ROOM, TRIALS, SEED)
        ours = time.perf_counter() - start
        start = time.perf_counter()
        one_by_one(tasks, SAMPLE)
        pairs.append((ours, (time.perf_counter() - start) * TRIALS / SAMPLE))
    ratios = [ours / baseline for ours, baseline in pairs]
    ratio = statistics.median(ratios)
    return Result(
        name=f"{TRIALS} trials of a recovery of {len(tasks.tasks)} steps",
        ratio=ratio,
        target=TARGET,
        met=ratio <= TARGET,
        seconds=round(statistics.median(ours for ours, _ in pairs), 4),
        baseline_seconds=round(statistics.median(baseline for _, baseline in pairs), 1),
        processor_ratio=round(ratio, 6),
        peak_bytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        baseline_peak_bytes=0,
        pair_ratios=tuple(round(one, 6) for one in ratios),
    )


def drawing(tasks: Numbered) -> Drawing:
    """Draw the sample's durations, in milliseconds."""
    durations = [one.duration for one in tasks.tasks]
    return Drawing([one.key for one in tasks.tasks], durations, SEED, 1000.0)


if __name__ == "__main__":
    sys.exit(main())
