"""What would shorten a recovery: each is tried on the same trials, drawn with the same numbers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from refloat.assess import words
from refloat.assess.ahead.forecasting.durations import ESTIMATED, Duration
from refloat.assess.ahead.forecasting.limits import Limited, limited
from refloat.assess.ahead.forecasting.tasks import (
    AT_ONCE,
    NO_HANDS,
    PEOPLE,
    WORKER,
    Recovery,
    Task,
)
from refloat.assess.ahead.forecasting.trials import Trials, percentiles
from refloat.model.forecast import ForecastOption, Limits
from refloat.model.plan import Person, Plan

WORKERS, PERSON, BANDWIDTH, STANDBY = "worker", "person", "bandwidth", "standby"
BREAK_GLASS, DEPUTY = "break-glass", "deputy"
_MOST_STANDBYS = 12
_OFTEN = 0.05
"""A service whose tasks are on the critical path in this share of trials may be worth a standby."""


@dataclass(frozen=True)
class Situation:
    """What options are tried on.

    Attributes:
        plan: the plan.
        recovery: the recovery, before any limit.
        limits: with what it must make do.
        away: keys of people who are away.
        trials: what its trials showed.
        targets: seconds, by service.
        followed: services whose standby would be lost with them.
    """

    plan: Plan
    recovery: Recovery
    limits: Limits
    away: frozenset[str]
    trials: Trials
    targets: Mapping[str, float]
    followed: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Change:
    """Something that could be otherwise.

    Attributes:
        key: its name, as in ``ForecastOption``.
        what: what it is, in words.
        made: the recovery as it is then.
    """

    key: str
    what: str
    made: Limited


def possible(plan: Plan, key: str) -> bool:
    """Whether a key names something that can be tried: its word, and after a colon what of."""
    word, colon, name = key.partition(":")
    if not colon:
        return word in (WORKERS, PERSON)
    names: Mapping[str, Collection[str]] = {
        BANDWIDTH: plan.repositories,
        STANDBY: plan.services,
        BREAK_GLASS: plan.platforms,
        DEPUTY: plan.people,
    }
    return name in names.get(word, ())


def changes(situation: Situation) -> Iterator[Change]:
    """Give what could be otherwise: more hands, more bandwidth, something that stands ready."""
    limits, plan = situation.limits, situation.plan
    holds = {
        thing for task in situation.recovery.tasks.values() for way in task.ways for thing in way
    }
    if limits.workers is not None and WORKER in holds:
        more = replace(limits, workers=limits.workers + 1)
        yield _with(situation, WORKERS, "one more restore worker", more)
    if limits.people is not None and PEOPLE in holds:
        more = replace(limits, people=limits.people + 1)
        yield _with(situation, PERSON, "one more person", more)
    for key, bandwidth in limits.bandwidth.items():
        if f"repository {key}" in holds:
            more = replace(limits, bandwidth={**limits.bandwidth, key: 2 * bandwidth})
            name = words.repository(plan, key)
            yield _with(situation, f"{BANDWIDTH}:{key}", f"twice the bandwidth of {name}", more)
    for key in sorted(one.removeprefix("person ") for one in holds if one.startswith("person ")):
        person = plan.people.get(key)
        if person is not None and person.deputy is None:
            made = others_do(situation.recovery, key)
            yield _with(situation, f"{DEPUTY}:{key}", in_place_of(person), limits, made)
    for key in _worth_a_standby(situation):
        near_zero = words.duration(plan.policy.near_zero.total_seconds())
        what = (
            f"a standby of {plan.services[key].name} elsewhere, taken to take over within "
            f"{near_zero} (the plan's “near zero”, not measured)"
        )
        yield _with(situation, f"{STANDBY}:{key}", what, limits, _standing_by(situation, key))


def tried(
    situation: Situation,
    change: Change,
    run: Callable[[Limited], Trials],
    cost: str,
) -> ForecastOption:
    """Try something, and say what it does.

    Args:
        situation: how things stand.
        change: what is otherwise.
        run: runs trials, with the same numbers.
        cost: what it costs, as the user gave it; empty if not given.
    """
    now, then = situation.trials, run(change.made)
    back = tuple(sorted(set(then.services) - set(now.services)))
    same = bool(then.services) and not back and set(then.services) == set(now.services)
    whole = percentiles(then.whole) if then.services else None
    saves = None
    if same and whole is not None:
        saves = round(percentiles(now.whole).p80 - whole.p80, 3)
    meets = [
        key
        for key, found in then.of.items()
        if key in situation.targets
        and found.p80 <= situation.targets[key]
        and not (key in now.of and now.of[key].p80 <= situation.targets[key])
    ]
    return ForecastOption(
        key=change.key,
        what=change.what,
        whole=whole,
        saves=saves,
        meets=tuple(sorted(meets)),
        brings_back=back,
        cost=cost,
    )


def by_use(options: Iterable[ForecastOption]) -> tuple[ForecastOption, ...]:
    """Put options in order: what brings most back, then what saves most, then what meets most."""
    return tuple(
        sorted(
            options,
            key=lambda one: (-len(one.brings_back), -(one.saves or 0.0), -len(one.meets), one.key),
        )
    )


def _with(
    situation: Situation, key: str, what: str, limits: Limits, recovery: Recovery | None = None
) -> Change:
    made = recovery if recovery is not None else situation.recovery
    return Change(key, what, limited(situation.plan, made, limits, situation.away))


def _worth_a_standby(situation: Situation) -> list[str]:
    """Name services that decide how long all takes, or miss their target, the worst first.

    A standby follows a deletion at once, and whoever takes over everything takes it over, too.
    """
    trials = situation.trials
    shares: dict[str, float] = {}
    for task, share in zip(trials.numbered.tasks, trials.critical.tolist(), strict=True):
        if task.what and share >= _OFTEN:
            shares[task.service] = max(shares.get(task.service, 0.0), share)
    own = {task.service for task in situation.recovery.tasks.values() if task.what}
    for key, found in trials.of.items():
        target = situation.targets.get(key)
        if target is not None and found.p80 > target and key in own:
            shares.setdefault(key, 0.0)
    ready = [
        key
        for key in shares
        if not situation.plan.services[key].standby and key not in situation.followed
    ]
    return sorted(ready, key=lambda key: (-shares[key], key))[:_MOST_STANDBYS]


def _standing_by(situation: Situation, service: str) -> Recovery:
    """Let a service have nothing to bring back: it takes over when what it needs is back."""
    recovery, near_zero = situation.recovery, situation.plan.policy.near_zero.total_seconds()
    tasks = {
        key: replace(task, ways=NO_HANDS, duration=AT_ONCE, reads={})
        if task.service == service
        else task
        for key, task in recovery.tasks.items()
    }
    key, name = f"standby:{service}", situation.plan.services[service].name
    because = f"the plan's “near zero”: {words.duration(near_zero)}"
    takes = Duration(near_zero, 0.0, ESTIMATED, because)
    end = recovery.ends[service]
    over = Task(key, f"let the standby of {name} take over", service, (end,), NO_HANDS, takes)
    waiting = {
        other: replace(task, needs=tuple(key if need == end else need for need in task.needs))
        for other, task in tasks.items()
    }
    ends = {one: key if last == end else last for one, last in recovery.ends.items()}
    return replace(recovery, tasks={**waiting, key: over}, ends=ends)


def in_place_of(person: Person) -> str:
    """Say what a deputy is, in words."""
    return f"others who can do what only {person.name} does"


def others_do(recovery: Recovery, person: str) -> Recovery:
    """Let everybody do what a person does.

    Args:
        recovery: the recovery.
        person: key of the person.
    """
    tasks = {
        key: replace(task, ways=tuple(way - {f"person {person}"} for way in task.ways))
        for key, task in recovery.tasks.items()
    }
    return replace(recovery, tasks=tasks)
