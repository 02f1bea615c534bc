"""A recovery as tasks: what is done for which service, after what, with whose hands, how long."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from refloat.assess.ahead.forecasting.durations import Duration
from refloat.assess.ahead.forecasting.longest import in_order
from refloat.assess.ahead.forecasting.work import Work

Ways = tuple[frozenset[str], ...]

WORKER, PEOPLE = "worker", "people"
NO_HANDS: Ways = (frozenset(),)
"""The way of a task that needs nothing but time."""

AT_ONCE = Duration(0.0, 0.0, "", "")
"""How long it takes that what belongs together is there."""


@dataclass(frozen=True, slots=True)
class Task:
    """One thing that is done in a recovery.

    Attributes:
        key: its name; what is drawn for it depends on that alone.
        what: what is done, for people; empty for one that only gathers others.
        service: key of the service that it is done for.
        needs: keys of the tasks that must have ended before.
        ways: the sets of things with one of which it can be done, the preferred first: ``worker``,
            ``people``, ``person KEY``, ``repository KEY``.
        duration: how long it takes.
        reads: bytes that it reads, by repository; None for a number that nobody knows.
    """

    key: str
    what: str
    service: str
    needs: tuple[str, ...] = ()
    ways: Ways = NO_HANDS
    duration: Duration = AT_ONCE
    reads: Mapping[str, int | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Recovery:
    """All tasks of a recovery.

    Attributes:
        tasks: by key.
        ends: by service that comes back, the task at whose end it is there.
        unknown: by service without a forecast, why, in a sentence.
        stopped: by service whose recovery can never end, why, in a sentence.
        spread: the usual spread of what the organisation measures.
        assumes: what was assumed, a sentence each.
    """

    tasks: Mapping[str, Task]
    ends: Mapping[str, str]
    unknown: Mapping[str, str]
    spread: float
    assumes: tuple[str, ...] = ()
    stopped: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Numbered:
    """The tasks of a recovery by number, the most urgent first.

    Attributes:
        tasks: the tasks.
        work: the same, for the simulation.
        ends: by service, the number of the task at whose end it is there.
    """

    tasks: tuple[Task, ...]
    work: Work
    ends: Mapping[str, int]


def numbered(recovery: Recovery, room: Mapping[str, int]) -> Numbered:
    """Number tasks by urgency: by what must still be done after they have begun, the longest way.

    Args:
        recovery: the recovery; its tasks need each other in no circle.
        room: by thing, how many tasks may hold it at once.
    """
    keys = list(recovery.tasks)
    place = {key: number for number, key in enumerate(keys)}
    needs = [tuple(place[key] for key in recovery.tasks[one].needs) for one in keys]
    ahead = longest_ahead(needs, [recovery.tasks[one].duration.seconds for one in keys])
    order = sorted(range(len(keys)), key=lambda task: (-ahead[task], keys[task]))
    rank = [0] * len(keys)
    for number, task in enumerate(order):
        rank[task] = number
    tasks = tuple(recovery.tasks[keys[task]] for task in order)
    work = Work(
        [tuple(rank[need] for need in needs[task]) for task in order],
        [task.ways for task in tasks],
        room,
    )
    return Numbered(tasks, work, {key: rank[place[end]] for key, end in recovery.ends.items()})


def longest_ahead(needs: Sequence[tuple[int, ...]], seconds: Sequence[float]) -> list[float]:
    """Give, by task, the longest way from its beginning to the end of everything.

    Args:
        needs: by task, the tasks that must have ended before; in no circle.
        seconds: by task, how long it takes.
    """
    ahead = list(seconds)
    after = [0.0] * len(needs)
    for task in reversed(in_order(needs)):
        ahead[task] = seconds[task] + after[task]
        for need in needs[task]:
            after[need] = max(after[need], ahead[task])
    return ahead


def without(recovery: Recovery, impossible: Mapping[str, str]) -> Recovery:
    """Take away what cannot end: services, and all that wait for them.

    Args:
        recovery: the recovery.
        impossible: by task, why it can never begin, in a sentence.
    """
    if not impossible:
        return recovery
    gone = dict(impossible)
    keys = list(recovery.tasks)
    place = {key: number for number, key in enumerate(keys)}
    needs = [tuple(place[key] for key in recovery.tasks[one].needs) for one in keys]
    for number in in_order(needs):
        task = recovery.tasks[keys[number]]
        reasons = [gone[key] for key in task.needs if key in gone]
        if reasons:
            gone.setdefault(task.key, reasons[0])
    stopped = {key: gone[end] for key, end in recovery.ends.items() if end in gone}
    ends = {key: end for key, end in recovery.ends.items() if key not in stopped}
    return replace(needed(replace(recovery, ends=ends)), stopped={**recovery.stopped, **stopped})


def needed(recovery: Recovery) -> Recovery:
    """Take away tasks that no service with a forecast waits for."""
    wanted = _needed(recovery.tasks, recovery.ends.values())
    tasks = {key: task for key, task in recovery.tasks.items() if key in wanted}
    return replace(recovery, tasks=tasks)


def _needed(tasks: Mapping[str, Task], ends: Iterable[str]) -> frozenset[str]:
    found: set[str] = set()
    ahead = list(ends)
    while ahead:
        key = ahead.pop()
        if key not in found:
            found.add(key)
            ahead += tasks[key].needs
    return frozenset(found)
