"""When everything that a scenario takes away is back: the forecast, put together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from refloat.assess import words
from refloat.assess.access.sign_in import sign_in_circles
from refloat.assess.ahead.aftermath import Aftermath, aftermath
from refloat.assess.ahead.forecasting.building import recovery_of
from refloat.assess.ahead.forecasting.limits import Limited, checked, limited
from refloat.assess.ahead.forecasting.options import (
    BREAK_GLASS,
    DEPUTY,
    Change,
    Situation,
    by_use,
    changes,
    in_place_of,
    others_do,
    possible,
    tried,
)
from refloat.assess.ahead.forecasting.saying import critical_path, durations, surer
from refloat.assess.ahead.forecasting.tasks import Recovery
from refloat.assess.ahead.forecasting.trials import Middle, Trials, percentiles, run, run_middle
from refloat.assess.ahead.scenario import scenario_outcome
from refloat.assess.ahead.surer import assumed
from refloat.assess.organisation import Kept, Organisation
from refloat.model.ahead import Fate, LossKind, Scenario, ScenarioOutcome, ServiceOutcome
from refloat.model.errors import UsageProblem
from refloat.model.forecast import Forecast, ForecastOption, Limits, ServiceForecast
from refloat.model.plan import Plan

MOST_TRIALS = 1_000_000
DEFAULT_TRIALS = 10_000
DEFAULT_SEED = 1

_ALWAYS = (
    "Recovery begins at the instant of loss, and nobody waits for a decision.",
    "How long one task takes has nothing to do with how long another does.",
)


@dataclass(frozen=True)
class Asked:
    """How a forecast is made.

    Attributes:
        limits: with what the recovery must make do.
        trials: how many recoveries are simulated.
        seed: the start of the random numbers.
        costs: what an option costs, by its key, as somebody entered it.
    """

    limits: Limits = field(default_factory=Limits)
    trials: int = DEFAULT_TRIALS
    seed: int = DEFAULT_SEED
    costs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Laid:
    """A scenario, what it leaves, and its recovery without limits."""

    left: Aftermath
    outcome: ScenarioOutcome
    recovery: Recovery


def forecast(organisation: Organisation, scenario: Scenario, asked: Asked) -> Forecast:
    """Say when everything that a scenario takes away is back.

    Args:
        organisation: the organisation at the instant of loss.
        scenario: what happens.
        asked: how the forecast is made.

    Returns:
        The forecast; the same for the same plan, facts, instant, losses and question.

    Raises:
        UsageProblem: if a number of the question has no sense, or a cost is of nothing.
        MissingInput: if a limit is of a repository that the plan does not have.
    """
    plan = organisation.plan
    asked = replace(asked, limits=checked(plan, asked.limits))
    _check(plan, asked)
    laid = _laid(organisation, scenario)
    away = frozenset(one.key for one in scenario.losses if one.kind is LossKind.PERSON)
    made = limited(plan, laid.recovery, asked.limits, away)
    trials = run(made.recovery, made.room, asked.trials, asked.seed)
    free = run_middle(laid.recovery, {})
    middle = run_middle(made.recovery, made.room)
    targets = {
        one.service: one.target_seconds
        for one in laid.outcome.services
        if one.target_seconds is not None
    }
    situation = Situation(
        plan, laid.recovery, asked.limits, away, trials, targets, _followed(laid.left)
    )
    options = _options(organisation, scenario, situation, asked)
    known = bool(trials.services)
    return Forecast(
        scenario=scenario,
        as_of=organisation.instant,
        limits=asked.limits,
        trials=asked.trials,
        seed=asked.seed,
        services=_services(laid.outcome, made.recovery, trials, free),
        whole=percentiles(trials.whole) if known else None,
        without_limits=_last(free, trials.services) if known else None,
        critical_path=critical_path(middle, trials, made.room),
        options=options,
        durations=durations(plan, made.recovery),
        blocked=_blocked(laid.outcome, made.recovery),
        assumes=_assumes(laid, made, asked, options),
        surer=surer(plan, made.recovery, asked.limits, trials, laid.outcome),
    )


def _check(plan: Plan, asked: Asked) -> None:
    if not 1 <= asked.trials <= MOST_TRIALS:
        raise UsageProblem(
            f"{asked.trials} trials cannot be run", hint=f"Give a number from 1 to {MOST_TRIALS}."
        )
    for key in asked.costs:
        if not possible(plan, key):
            raise UsageProblem(
                f"{key!r} is nothing that could be changed",
                hint="Options are worker, person, bandwidth:REPOSITORY, standby:SERVICE,"
                " break-glass:PLATFORM and deputy:PERSON; refloat forecast lists those that help.",
            )


def _laid(organisation: Organisation, scenario: Scenario) -> _Laid:
    left, outcome = aftermath(organisation, scenario), scenario_outcome(organisation, scenario)
    return _Laid(left, outcome, recovery_of(left, outcome))


def _followed(left: Aftermath) -> frozenset[str]:
    """Name services of which a standby is no help: it follows a deletion, and falls with all."""
    plan, graph = left.plan, left.network.graph
    found: set[str] = set()
    for one in left.scenario.losses:
        if one.kind is LossKind.PRODUCTION:
            found.update(plan.services)
        elif one.kind is LossKind.SERVICE:
            found.add(one.key)
        elif one.kind is LossKind.COMPONENT and plan.components[one.key].copied:
            found.update(graph.owners.get(one.key, ()))
    return frozenset(found)


def _options(
    organisation: Organisation, scenario: Scenario, situation: Situation, asked: Asked
) -> tuple[ForecastOption, ...]:
    def again(made: Limited) -> Trials:
        return run(made.recovery, made.room, asked.trials, asked.seed, causes=False)

    every = (
        *changes(situation),
        *_opened(organisation, scenario, situation),
        *_stood_in_for(organisation, scenario, situation),
    )
    by_key = {one.key: one for one in every}
    found = [tried(situation, one, again, asked.costs.get(one.key, "")) for one in by_key.values()]
    return by_use(one for one in found if one.whole is not None)


def _opened(
    organisation: Organisation, scenario: Scenario, situation: Situation
) -> Iterator[Change]:
    """Give platforms a sealed account, one by one: those that can only be opened in a circle."""
    plan = organisation.plan
    circles = sign_in_circles(plan)
    for key in sorted({platform for one in circles for platform in one.platforms}):
        platform = replace(plan.platforms[key], break_glass=True)
        other = replace(plan, platforms={**plan.platforms, key: platform})
        laid = _laid(replace(organisation, plan=other, kept=Kept()), scenario)
        made = limited(other, laid.recovery, situation.limits, situation.away)
        what = f"a sealed account that opens {words.platform(plan, key)}"
        yield Change(f"{BREAK_GLASS}:{key}", what, made)


def _stood_in_for(
    organisation: Organisation, scenario: Scenario, situation: Situation
) -> Iterator[Change]:
    """Let others do what people do who are away and have no deputy, one by one."""
    plan = organisation.plan
    for one in scenario.losses:
        person = plan.people.get(one.key) if one.kind is LossKind.PERSON else None
        others = tuple(other for other in scenario.losses if other != one)
        if person is None or person.deputy is not None or not others:
            continue
        laid = _laid(organisation, replace(scenario, losses=others))
        away = situation.away - {one.key}
        everybody = others_do(laid.recovery, one.key)
        made = limited(plan, everybody, situation.limits, away)
        yield Change(f"{DEPUTY}:{one.key}", in_place_of(person), made)


def _services(
    outcome: ScenarioOutcome, recovery: Recovery, trials: Trials, free: Middle
) -> tuple[ServiceForecast, ...]:
    found = [
        _service(one, recovery, trials, free)
        for one in outcome.services
        if one.fate is not Fate.UNTOUCHED
    ]
    found.sort(
        key=lambda one: (
            one.seconds is None,
            one.seconds.p50 if one.seconds is not None else 0.0,
            one.tier or 9,
            one.service,
        )
    )
    return tuple(found)


def _service(
    one: ServiceOutcome, recovery: Recovery, trials: Trials, free: Middle
) -> ServiceForecast:
    seconds = trials.of.get(one.service)
    target = one.target_seconds
    why = recovery.stopped.get(one.service) or recovery.unknown.get(one.service) or one.because
    within = None
    if seconds is not None and target is not None:
        within = trials.within(one.service, target)
    return ServiceForecast(
        service=one.service,
        name=one.name,
        tier=one.tier,
        seconds=seconds,
        without_limits=_last(free, [one.service]) if seconds is not None else None,
        target_seconds=target,
        within_target=within,
        why_not="" if seconds is not None else why,
        fate=Fate.GONE if one.service in recovery.stopped else one.fate,
        misfits=() if one.service in recovery.stopped else one.misfits,
    )


def _last(middle: Middle, services: Iterable[str]) -> float:
    """Say when the last of some services is back."""
    ends = (middle.ends[middle.numbered.ends[key]] for key in services)
    return round(max(ends, default=0.0), 3)


def _blocked(outcome: ScenarioOutcome, recovery: Recovery) -> tuple[str, ...]:
    said = [one.because for one in outcome.services if one.fate is Fate.GONE]
    said += [
        f"{one.name} does not come back. {recovery.stopped[one.service]}"
        for one in outcome.services
        if one.service in recovery.stopped
    ]
    return tuple(dict.fromkeys(said))


def _assumes(
    laid: _Laid, made: Limited, asked: Asked, options: Sequence[ForecastOption]
) -> tuple[str, ...]:
    said = [*assumed(laid.left, ())]
    if made.recovery.tasks:
        said += [*_ALWAYS, *laid.recovery.assumes, *made.assumes]
        for number, who in (
            (asked.limits.workers, "restore workers"),
            (asked.limits.people, "people"),
        ):
            if number is None:
                said.append(f"There are as many {who} as can be of use.")
    if laid.recovery.unknown:
        said.append("What has no forecast takes no worker and no person from the others.")
    said += [
        f"With {one.what} all takes longer here: what used to come one after the other then begins "
        "together, and holds what something more urgent needs a little later. Nothing that has "
        "begun is broken off."
        for one in options
        if one.saves is not None and one.saves < 0
    ]
    offered = {one.key for one in options}
    said += [
        f"The cost of {key} was given, but it would change nothing here."
        for key in sorted(asked.costs)
        if key not in offered
    ]
    return tuple(dict.fromkeys(said))
