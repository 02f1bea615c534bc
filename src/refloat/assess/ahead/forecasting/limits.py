"""With what a recovery must make do: workers, people, and the bandwidth of repositories."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from refloat.assess import words
from refloat.assess.ahead.forecasting.bandwidth import Shared, shared
from refloat.assess.ahead.forecasting.durations import at_least
from refloat.assess.ahead.forecasting.tasks import PEOPLE, WORKER, Recovery, Task, without
from refloat.model.errors import MissingInput, UsageProblem
from refloat.model.forecast import Limits
from refloat.model.plan import Plan

MOST = 1_000_000
"""Workers, or people, at most."""


@dataclass(frozen=True)
class Limited:
    """A recovery that makes do with what there is.

    Attributes:
        recovery: the recovery, without what can never end.
        room: by thing, how many tasks may hold it at once.
        assumes: what was assumed of it, a sentence each.
    """

    recovery: Recovery
    room: Mapping[str, int]
    assumes: tuple[str, ...]


def checked(plan: Plan, limits: Limits) -> Limits:
    """Give limits that can be meant, repositories by their keys' order.

    Raises:
        UsageProblem: if a number is negative, no number, or has no sense.
        MissingInput: if the plan has no such repository.
    """
    for number, name in ((limits.workers, "workers"), (limits.people, "people")):
        if number is not None and number < 0:
            raise UsageProblem(f"there cannot be {number} {name}", hint="Give a number from 0 on.")
        if number is not None and number > MOST:
            raise UsageProblem(
                f"there cannot be {number} {name}",
                hint=f"Give a number up to {MOST}, or leave it out: as many as are needed.",
            )
    for key, bandwidth in limits.bandwidth.items():
        if key not in plan.repositories:
            known = ", ".join(sorted(plan.repositories)) or "none"
            raise MissingInput(f"the plan has no repository {key!r}", hint=f"It has: {known}.")
        if not (math.isfinite(bandwidth) and bandwidth >= 1):
            raise UsageProblem(
                f"{key} cannot be read at {bandwidth:g} bytes a second",
                hint=f"Write it as {key}=200MB/s; what cannot be read at all is --lose {key}.",
            )
    return replace(limits, bandwidth=dict(sorted(limits.bandwidth.items())))


def limited(plan: Plan, recovery: Recovery, limits: Limits, away: Collection[str]) -> Limited:
    """Let a recovery make do with what there is.

    Args:
        plan: the plan.
        recovery: the recovery.
        limits: limits that were checked.
        away: keys of people who are away.
    """
    room = {f"person {key}": int(key not in away) for key in _people(recovery.tasks.values())}
    if limits.workers is not None:
        room[WORKER] = limits.workers
    if limits.people is not None:
        room[PEOPLE] = limits.people
    assumes: dict[str, None] = {}
    tasks = dict(recovery.tasks)
    for repository, bandwidth in limits.bandwidth.items():
        reading = [one for one in tasks.values() if repository in one.reads]
        if not reading:
            continue
        given = shared(tasks, repository, bandwidth, room)
        if given.places:
            room[f"repository {repository}"] = given.places
        if given.share is not None:
            tasks.update((one.key, _slowed(one, repository, given.share)) for one in reading)
        assumes[_said(plan, repository, bandwidth, given, reading)] = None
    impossible = {
        key: _why_not(plan, task, room)
        for key, task in tasks.items()
        if not any(all(room.get(thing, 1) > 0 for thing in way) for way in task.ways)
    }
    return Limited(without(replace(recovery, tasks=tasks), impossible), room, tuple(assumes))


def _people(tasks: Iterable[Task]) -> list[str]:
    things = {thing for task in tasks for way in task.ways for thing in way}
    return sorted(one.removeprefix("person ") for one in things if one.startswith("person "))


def _slowed(task: Task, repository: str, share: float) -> Task:
    size = task.reads[repository]
    if not size:
        return task
    because = f"reading {words.size(size)} at {words.size(share)} a second"
    return replace(task, duration=at_least(task.duration, size / share, because))


def _said(
    plan: Plan, repository: str, bandwidth: float, given: Shared, reading: Sequence[Task]
) -> str:
    name = words.repository(plan, repository)
    if not given.places:
        return f"How fast {name} is changes nothing here: nobody knows how much is read from it."
    text = f"{name} gives {words.size(bandwidth)} a second"
    if given.places >= len(reading) and given.share is None:
        text += ", which is enough for all restores that can read it at once"
    else:
        many = f"{given.places} restores side by side"
        text += f", to {many if given.places > 1 else 'one restore at a time'}"
    unknown = sum(one.reads[repository] is None for one in reading)
    if unknown:
        text += f"; of {unknown} of {len(reading)} restores nobody knows how much they read"
    return f"{text}."


def _why_not(plan: Plan, task: Task, room: Mapping[str, int]) -> str:
    missing = sorted({thing for way in task.ways for thing in way if room.get(thing, 1) <= 0})
    if WORKER in missing:
        who = "a restore worker, and there are none"
    elif PEOPLE in missing:
        who = "somebody to do it, and nobody is there"
    else:
        names = [words.person(plan, one.removeprefix("person ")) for one in missing]
        who = f"{words.listed(names)}, away in this scenario"
    return f"It cannot end: “{task.what}” needs {who}."
