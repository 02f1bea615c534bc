"""Says what decided a forecast: the critical path, where durations come from, what to measure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from refloat.assess import words
from refloat.assess.ahead.forecasting.durations import (
    ESTIMATED,
    MEASURED,
    ONCE,
    SCALED,
    UNKNOWN,
)
from refloat.assess.ahead.forecasting.tasks import Recovery, Task
from refloat.assess.ahead.forecasting.trials import Middle, Trials
from refloat.model.ahead import ScenarioOutcome
from refloat.model.forecast import CriticalTask, DurationSource, Limits
from refloat.model.plan import Plan

_SURER = 5
"""How many measurements are proposed."""

_RARELY = 0.005
"""What decides the end in a smaller share of trials would be told as "in 0 of 100"."""

_WHY = {
    ONCE: "its time was measured only once",
    SCALED: "it was measured with another volume, or another bandwidth",
    ESTIMATED: "its time is only an estimate",
}


def critical_path(
    middle: Middle, trials: Trials, room: Mapping[str, int]
) -> tuple[CriticalTask, ...]:
    """Give the tasks that decide when all is back, the first first; what only gathers is left out.

    Args:
        middle: the trial without spread.
        trials: the trials with it.
        room: by thing, how many tasks may hold it at once.
    """
    tasks = middle.numbered.tasks
    share = dict(
        zip((one.key for one in trials.numbered.tasks), trials.critical.tolist(), strict=True)
    )
    return tuple(
        CriticalTask(
            task=tasks[number].what,
            service=tasks[number].service,
            starts=round(middle.starts[number], 3),
            ends=round(middle.ends[number], 3),
            waits_for=_waited(middle, number, room),
            critical=round(share.get(tasks[number].key, 0.0), 6),
        )
        for number in middle.path
        if tasks[number].what
    )


def _waited(middle: Middle, number: int, room: Mapping[str, int]) -> str:
    """Say what a task waited for last: another task, or a thing that this one gave back."""
    tasks, before = middle.numbered.tasks, middle.begun_by[number]
    if before < 0:
        return ""
    if before in middle.numbered.work.needs[number]:
        while not tasks[before].what and middle.begun_by[before] >= 0:
            before = middle.begun_by[before]
        return tasks[before].what
    held = {thing for way in tasks[before].ways for thing in way if thing in room}
    wanted = {thing for way in tasks[number].ways for thing in way if thing in room}
    thing = next(iter(sorted(held & wanted, key=lambda one: (room[one], one))), "")
    for kind in ("person ", "repository "):
        thing = thing.removeprefix(kind)
    return thing


def durations(plan: Plan, recovery: Recovery) -> tuple[DurationSource, ...]:
    """Say of each task where its duration comes from; of what is not known, that it is not."""
    found = [_source(task) for task in recovery.tasks.values() if task.what]
    found += [
        DurationSource(f"bring back {plan.services[key].name}", None, None, None, UNKNOWN, why)
        for key, why in recovery.unknown.items()
    ]
    return tuple(found)


def _source(task: Task) -> DurationSource:
    one = task.duration
    return DurationSource(
        task.what,
        round(one.seconds, 3),
        round(one.low, 3),
        round(one.high, 3),
        one.basis,
        one.because,
    )


def surer(
    plan: Plan, recovery: Recovery, limits: Limits, trials: Trials, outcome: ScenarioOutcome
) -> tuple[str, ...]:
    """Say what to measure so that the forecast gets surer, then what makes the scenario surer."""
    said = [*_unmeasured(plan, recovery), *_unsized(plan, recovery, limits)]
    said += [*_uncertain(trials), *outcome.surer]
    return tuple(dict.fromkeys(said))


def _unmeasured(plan: Plan, recovery: Recovery) -> Iterator[str]:
    for key, why in recovery.unknown.items():
        if not why.startswith("It needs "):
            name = plan.services[key].name
            yield f"Test all of {name} and time it, or estimate what is missing. {why}"


def _uncertain(trials: Trials) -> Iterator[str]:
    """Name the tasks that make the end most uncertain: often critical, and wide."""
    weighed = [
        (share * (task.duration.high - task.duration.low), task, share)
        for task, share in zip(trials.numbered.tasks, trials.critical.tolist(), strict=True)
        if task.what and task.duration.basis != MEASURED and share >= _RARELY
    ]
    weighed.sort(key=lambda one: (-one[0], one[1].key))
    for _, task, share in weighed[:_SURER]:
        again = "" if task.duration.basis == ESTIMATED else "again "
        yield (
            f"Measure {again}how long it takes to {task.what}: {_WHY[task.duration.basis]}, and it "
            f"decides the end in {round(100 * share)} of 100 trials."
        )


def _unsized(plan: Plan, recovery: Recovery, limits: Limits) -> Iterator[str]:
    """Name services of whose points nobody knows the size, where that is what a limit is about."""
    for repository in limits.bandwidth:
        unknown = {
            task.service: plan.services[task.service].name or task.service
            for task in recovery.tasks.values()
            if task.reads.get(repository, 0) is None
        }
        if unknown:
            name = words.repository(plan, repository)
            yield (
                "Import how large the recovery points of "
                f"{words.abridged(unknown.values())} in {name} are: nobody knows how long it takes "
                "to read them."
            )
