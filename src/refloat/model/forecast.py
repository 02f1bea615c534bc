"""How long a recovery will take: what is likely, against what is wanted, and what would help."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from refloat.model.ahead import Fate, Misfit, Scenario


@dataclass(frozen=True, slots=True)
class Limits:
    """With what a recovery must make do.

    Attributes:
        workers: how many restores may run at once; None for no limit.
        people: how many people may work at once, whom steps name among them; None likewise. One
            person does one thing at a time in any case.
        bandwidth: by repository, bytes a second that can be read from it; those that are not named
            have no limit.
    """

    workers: int | None = None
    people: int | None = None
    bandwidth: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Percentiles:
    """Seconds within which a recovery ends in 50, 80 and 95 of 100 trials."""

    p50: float
    p80: float
    p95: float


@dataclass(frozen=True, slots=True)
class DurationSource:
    """Where the duration of one task comes from.

    Attributes:
        task: the task.
        seconds: the middle of what is expected; None if nobody knows.
        low: the shortest that is expected, about 5 of 100; None likewise.
        high: the longest that is expected, about 95 of 100; None likewise.
        basis: ``measured``, ``measured once``, ``scaled``, ``estimated`` or ``unknown``.
        because: which trial, estimate or volume it is drawn from, in words.
    """

    task: str
    seconds: float | None
    low: float | None
    high: float | None
    basis: str
    because: str


@dataclass(frozen=True, slots=True)
class ServiceForecast:
    """When one service is back.

    Attributes:
        service: its key.
        name: its name for people.
        tier: its tier; None if nobody decided.
        seconds: since the loss; None if it does not come back or a duration is not known.
        without_limits: seconds of its critical path, spread and limits taken away; None likewise.
        target_seconds: the recovery time objective; None if there is none.
        within_target: share of the trials that met it, 0.0 to 1.0; None if there is no target or
            no forecast.
        why_not: why there is no forecast, in a sentence; empty if there is one.
        fate: what becomes of it; a service that the limits never let come back is gone.
        misfits: data that may not fit together, on which it rests once it is back.
    """

    service: str
    name: str
    tier: int | None
    seconds: Percentiles | None
    without_limits: float | None
    target_seconds: float | None
    within_target: float | None
    why_not: str = ""
    fate: Fate = Fate.BACK
    misfits: tuple[Misfit, ...] = ()


@dataclass(frozen=True, slots=True)
class CriticalTask:
    """One task of the critical path.

    Attributes:
        task: what is done.
        service: the service's key.
        starts: seconds since the loss, in the trial without spread.
        ends: likewise.
        waits_for: what it waited for last: a task, ``worker``, ``people``, the key of a person or
            of a repository; empty if for nothing.
        critical: share of the trials in which it was on the critical path, 0.0 to 1.0.
    """

    task: str
    service: str
    starts: float
    ends: float
    waits_for: str
    critical: float


@dataclass(frozen=True, slots=True)
class ForecastOption:
    """Something that would shorten the recovery, and by how much; simulated anew.

    Attributes:
        key: ``worker``, ``person``, ``deputy:PERSON``, ``bandwidth:REPOSITORY``,
            ``standby:SERVICE``, ``break-glass:PLATFORM``; with it the user gives its cost.
        what: in words ("one more restore worker").
        whole: when everything is back then; None if it still does not come back.
        saves: seconds of the whole's P80 that it saves, negative if all takes longer with it; None
            if other services come back with it than without it, so that nothing can be compared.
        meets: keys of services whose target is met at P80 only with it.
        brings_back: keys of services that come back only with it.
        cost: as the user gave it; empty if not given.
    """

    key: str
    what: str
    whole: Percentiles | None
    saves: float | None
    meets: tuple[str, ...] = ()
    brings_back: tuple[str, ...] = ()
    cost: str = ""


@dataclass(frozen=True, slots=True)
class Forecast:
    """When everything that a scenario takes away is back.

    Attributes:
        scenario: what happens.
        as_of: the instant of loss.
        limits: with what the recovery must make do.
        trials: how many recoveries were simulated.
        seed: the start of the random numbers; the same gives the same bytes.
        services: each service that is lost, the first to be back first; those without a forecast
            last.
        whole: when the last service that has a forecast is back; None if there is none.
        without_limits: seconds of the whole's critical path, spread and limits taken away.
        critical_path: its tasks, the first first.
        options: what would shorten it, the most first.
        durations: where each duration comes from.
        blocked: what cannot end, and what blocks it, a sentence each.
        assumes: what was assumed, a sentence each.
        surer: which drill or fact would make it surer, the most telling first.
    """

    scenario: Scenario
    as_of: datetime
    limits: Limits
    trials: int
    seed: int
    services: tuple[ServiceForecast, ...]
    whole: Percentiles | None
    without_limits: float | None
    critical_path: tuple[CriticalTask, ...]
    options: tuple[ForecastOption, ...]
    durations: tuple[DurationSource, ...]
    blocked: tuple[str, ...] = ()
    assumes: tuple[str, ...] = ()
    surer: tuple[str, ...] = ()
