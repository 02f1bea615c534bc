"""How long a recovery takes: spreads against targets, the critical path, and what would help."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from refloat.model.ahead import Fate
from refloat.model.forecast import (
    CriticalTask,
    Forecast,
    ForecastOption,
    Limits,
    Percentiles,
    ServiceForecast,
)
from refloat.report._ahead_durations import Durations, durations, simulated
from refloat.report._ahead_words import Names, count, misfit, unfit_mark
from refloat.report._scale import Scale, scale
from refloat.report.words import Answer

LIMIT = 300
TASKS = 150
OPTIONS = 40
"""So many services, tasks and options are shown."""

_WAITS = {
    "worker": "a free place for a restore",
    "people": "somebody with free hands",
    "": "nothing",
}


@dataclass(frozen=True)
class Spread:
    """Three times on an axis, in percent: half, 80 and 95 of 100 trials."""

    half: float
    most: float
    nearly_all: float


@dataclass(frozen=True)
class Row:
    """One service's forecast.

    Attributes:
        name: for people.
        mark, text: whether 80 of 100 trials meet the target, their time, and whether it rests on
            data that may not fit together.
        met: the symbol of the target alone.
        spread: where its bar stands; None if there is no forecast.
        spread_text: the same in words.
        target_at: percent at which the target stands; None if there is none.
        share: how many trials of 100 meet the target; empty if there is no target or forecast.
        at_best: the time with nothing in the way and no spread.
        why_not: why there is no forecast; empty if there is one.
    """

    name: str
    mark: str
    text: str
    met: str
    spread: Spread | None
    spread_text: str
    target_at: float | None
    share: str
    at_best: str
    why_not: str


@dataclass(frozen=True)
class Task:
    """One task of the critical path.

    Attributes:
        task: what is done.
        service: the service's name; empty if it says the same as the task.
        wait_left, wait_width: percent of the time that it waited for its turn.
        left, width: percent of its own time.
        span: from when to when.
        waits: what it waited for last.
        critical: in how many trials of 100 it was on the critical path.
    """

    task: str
    service: str
    wait_left: float
    wait_width: float
    left: float
    width: float
    span: str
    waits: str
    critical: str


@dataclass(frozen=True)
class Option:
    """Something that would help.

    Attributes:
        what, key: in words, and for the command line.
        mark, text: what it does to the time.
        now, then: percent of the time of 80 of 100 trials, without and with it; None if not known.
        meets, brings_back: names of services.
        cost: as the user gave it; empty if not given.
    """

    what: str
    key: str
    mark: str
    text: str
    now: float | None
    then: float | None
    meets: tuple[str, ...]
    brings_back: tuple[str, ...]
    cost: str


@dataclass(frozen=True)
class View:
    """All that the page shows of a forecast; each list with how long it is as a whole."""

    forecast: Forecast
    sentence: str
    cards: tuple[Answer, ...]
    axis: Scale
    rows: tuple[Row, ...]
    path_axis: Scale
    tasks: tuple[Task, ...]
    options: tuple[Option, ...]
    blocked: tuple[str, ...]
    durations: Durations
    limits: tuple[str, ...]


def view(forecast: Forecast, names: Names) -> View:
    """Work out all that is shown of a forecast."""
    shown = forecast.services[:LIMIT]
    times = [one.target_seconds for one in shown]
    times += [one.seconds.p50 for one in shown if one.seconds]
    times += [one.seconds.p95 for one in shown if one.seconds]
    axis = scale(times, ticks=4)
    path = scale([one.ends for one in forecast.critical_path], even=True)
    return View(
        forecast=forecast,
        sentence=_sentence(forecast),
        cards=_cards(forecast),
        axis=axis,
        rows=tuple(_row(one, axis) for one in shown),
        path_axis=path,
        tasks=_tasks(forecast.critical_path[:TASKS], path, names),
        options=_options(forecast, names),
        blocked=_blocked(forecast, shown),
        durations=durations(forecast.durations),
        limits=_limits(forecast.limits, names),
    )


def _sentence(forecast: Forecast) -> str:
    if forecast.whole is None:
        if not forecast.services:
            return "Nothing is lost that would have to come back."
        return "Nobody can say how long the recovery takes: no time of it is known."
    most, total = simulated(forecast.whole.p80), len(forecast.services)
    known = sum(one.seconds is not None for one in forecast.services)
    what = "all services that go down are" if known == total else f"{known} of {total} services are"
    what = what if known != 1 or total == 1 else f"1 of {total} services is"
    return f"In 80 of 100 simulated recoveries {what} back within {most}."


def _cards(forecast: Forecast) -> tuple[Answer, ...]:
    if not forecast.services:
        return ()
    return (_when_card(forecast), _targets_card(forecast), _help_card(forecast))


def _when_card(forecast: Forecast) -> Answer:
    question, whole = "When is everything back?", forecast.whole
    gone = sum(one.fate is Fate.GONE for one in forecast.services)
    left = sum(one.seconds is None for one in forecast.services) - gone
    reasons = [f"{count(gone, 'does', 'do')} not come back."] if gone else []
    if left:
        reasons.append(f"Of {count(left, 'service', 'services')} there is no forecast.")
    mark, word = ("bad", "Never all of it") if gone else ("open", "Not known")
    if whole is None:
        return Answer(question, word, mark, "", tuple(reasons))
    spread = f"Half of them: {simulated(whole.p50)}. 95 of 100: {simulated(whole.p95)}."
    if not reasons:
        says = "So long, or less, in 80 of 100 simulated recoveries."
        return Answer(question, simulated(whole.p80), "clock", says, (spread,))
    says = f"The rest within {simulated(whole.p80)} in 80 of 100 simulated recoveries."
    return Answer(question, word, mark, says, (spread, *reasons))


def _targets_card(forecast: Forecast) -> Answer:
    aimed = [one for one in forecast.services if one.target_seconds is not None]
    met = sum(_meets(one) for one in aimed)
    late = [one.name for one in aimed if one.seconds is not None and not _meets(one)]
    gone = sum(one.fate is Fate.GONE for one in aimed)
    reasons = []
    if late:
        reasons.append(f"{count(len(late), 'is', 'are')} late in more than 20 of 100.")
    if gone:
        reasons.append(f"{count(gone, 'does', 'do')} not come back.")
    if left := sum(one.seconds is None for one in aimed) - gone:
        reasons.append(f"Of {left}, there is no forecast.")
    mark = "bad" if late or gone else "good" if aimed and met == len(aimed) else "open"
    word = f"{met} of {len(aimed)}" if aimed else "No target"
    says = "Services that meet their target in at least 80 of 100." if aimed else ""
    return Answer("Are the targets met?", word, mark, says, tuple(reasons))


def _help_card(forecast: Forecast) -> Answer:
    question = "What would help most?"
    freeing = max(forecast.options, key=lambda one: len(one.brings_back), default=None)
    if freeing is not None and freeing.brings_back:
        brings = count(len(freeing.brings_back), "more service", "more services")
        return Answer(question, f"{brings} back", "clock", f"{_cap(freeing.what)}.")
    best = max(forecast.options, key=lambda one: one.saves or 0.0, default=None)
    if best is None or not best.saves or best.saves <= 0:
        return Answer(question, "Not known", "open", "Nothing that was tried saves time.")
    return Answer(question, f"{simulated(best.saves)} less", "clock", f"{_cap(best.what)}.")


def _cap(text: str) -> str:
    return text[:1].upper() + text[1:]


def _meets(one: ServiceForecast) -> bool:
    target, seconds = one.target_seconds, one.seconds
    return target is not None and seconds is not None and seconds.p80 <= target


def of_hundred(share: float) -> str:
    """Say a share of trials; never all or none of them where it is not so."""
    if 0 < share < 0.01:
        return "fewer than 1 of 100"
    return f"{min(int(share * 100 + 1e-9), 99 if share < 1 else 100)} of 100"


def _row(one: ServiceForecast, axis: Scale) -> Row:
    target = one.target_seconds
    target_at = axis.at(target) if target is not None else None
    at_best = simulated(one.without_limits) if one.without_limits is not None else "not known"
    allowed = f"{simulated(target)} allowed" if target is not None else "no target"
    if one.seconds is None:
        gone = one.fate is Fate.GONE
        mark, text = ("bad", f"never; {allowed}") if gone else ("open", f"no forecast; {allowed}")
        return Row(one.name, mark, text, mark, None, "", target_at, "", at_best, one.why_not)
    if target is None:
        mark, text = "open", f"{simulated(one.seconds.p80)}; no target"
    else:
        mark = "good" if _meets(one) else "risk"
        text = f"{simulated(one.seconds.p80)} of {simulated(target)}"
        text += "" if _meets(one) else ", too late"
    return Row(
        name=one.name,
        mark=unfit_mark(one, mark),
        text=f"{text}{misfit(one)}",
        met=mark,
        spread=_spread(one.seconds, axis),
        spread_text=_spread_text(one.seconds),
        target_at=target_at,
        share=of_hundred(one.within_target) if one.within_target is not None else "",
        at_best=at_best,
        why_not="",
    )


def _spread(seconds: Percentiles, axis: Scale) -> Spread:
    return Spread(axis.at(seconds.p50), axis.at(seconds.p80), axis.at(seconds.p95))


def _spread_text(seconds: Percentiles) -> str:
    return f"half: {simulated(seconds.p50)}; 95 of 100: {simulated(seconds.p95)}"


def _tasks(path: Sequence[CriticalTask], axis: Scale, names: Names) -> tuple[Task, ...]:
    result, before = [], 0.0
    for one in path:
        begin = min(before, one.starts)
        service = names.of(one.service)
        waits = _WAITS.get(one.waits_for) or names.of(one.waits_for)
        result.append(
            Task(
                task=one.task,
                service="" if service in one.task else service,
                wait_left=axis.at(begin),
                wait_width=round(axis.at(one.starts) - axis.at(begin), 3),
                left=axis.at(one.starts),
                width=max(0.4, round(axis.at(one.ends) - axis.at(one.starts), 3)),
                span=f"{simulated(one.starts)} to {simulated(one.ends)}",
                waits=waits,
                critical=of_hundred(one.critical),
            )
        )
        before = max(before, one.ends)
    return tuple(result)


def _options(forecast: Forecast, names: Names) -> tuple[Option, ...]:
    """Give the options with bars on one axis; one that cannot be compared has no bar."""
    alike = [one.whole for one in forecast.options if one.whole and one.saves is not None]
    axis = scale([one.p80 for one in (forecast.whole, *alike) if one is not None], even=True)
    return tuple(_option(one, forecast, names, axis) for one in forecast.options[:OPTIONS])


def _option(one: ForecastOption, forecast: Forecast, names: Names, axis: Scale) -> Option:
    now, then = forecast.whole, one.whole
    mark, text = "open", "nobody can say what it does to the time"
    if one.brings_back and then is not None:
        mark, text = "good", f"brings more back; all of that within {simulated(then.p80)}"
    elif one.saves is not None and now is not None and then is not None:
        mark, text = "idle", f"saves nothing: {simulated(then.p80)} as now"
        if one.saves > 0:
            mark, text = "good", f"saves {simulated(one.saves)}: {simulated(then.p80)}"
            text += f" instead of {simulated(now.p80)}"
        elif one.saves < 0:
            mark, text = "risk", f"takes {simulated(-one.saves)} more: {simulated(then.p80)}"
    return Option(
        what=one.what,
        key=one.key,
        mark=mark,
        text=text,
        now=axis.bar(now.p80) if now and mark != "open" and not one.brings_back else None,
        then=axis.bar(then.p80) if then and mark != "open" and not one.brings_back else None,
        meets=names.all_of(one.meets),
        brings_back=names.all_of(one.brings_back),
        cost=one.cost,
    )


def _blocked(forecast: Forecast, shown: Sequence[ServiceForecast]) -> tuple[str, ...]:
    """Give what blocks the recovery, unless it is said beside a service already."""
    said = {one.why_not for one in shown}
    return tuple(text for text in forecast.blocked if text not in said)


def _limits(limits: Limits, names: Names) -> tuple[str, ...]:
    def most(number: int | None, what: str) -> str:
        return f"any number of {what}" if number is None else f"at most {number} {what}"

    bandwidth = [
        f"{names.of(key)}: {speed / 1e6:g} MB a second" for key, speed in limits.bandwidth.items()
    ]
    return (
        f"{most(limits.workers, 'restores')} at once",
        f"{most(limits.people, 'people')} at work",
        *bandwidth,
    )
