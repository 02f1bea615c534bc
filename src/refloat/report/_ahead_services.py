"""Who comes back when, and with what loss: the services of a scenario as rows with bars."""

from __future__ import annotations

from dataclasses import dataclass, replace

from refloat.assess.words import duration
from refloat.model.ahead import Fate, ScenarioOutcome, ServiceOutcome
from refloat.model.plan import Plan
from refloat.report import _bars as bars
from refloat.report._ahead_words import Names, goes_on, late, misfit, touched, unfit_mark
from refloat.report._overview_rows import NO_TIER, tier_words
from refloat.report._scale import Scale, scale
from refloat.report.words import lasted

LIMIT = 300
"""So many services are shown, those that do not come back first."""

UNTOUCHED_LIMIT = 200
_WAITS = 6


@dataclass(frozen=True)
class TimeBar:
    """How long until a service is back, on the axis of all.

    Attributes:
        text: the same in words.
        mark: symbol of how that stands to the target.
        within: percent up to the target, or to the end without one.
        beyond: percent beyond the target.
        target_at: percent at which the target stands; None if there is none.
        endless: whether it has no end that anybody knows.
    """

    text: str
    mark: str
    within: float
    beyond: float
    target_at: float | None
    endless: bool


@dataclass(frozen=True)
class Row:
    """One service that is hit.

    Attributes:
        name, tier: for people.
        processes: what it supports.
        back: when it is back.
        loss: how much of its newest data is lost.
        because: why, in a sentence.
        waits: the services on its longest way back, the first first.
        more_waits: how many of these are not named.
        kept: "kept away by", or "perhaps kept away by".
        blocked: what keeps it away, nearest first.
        lost: names of data of which nothing is left.
        meanwhile: how its work goes on.
        estimated: whether its time rests on an estimate.
    """

    name: str
    tier: str
    processes: tuple[str, ...]
    back: TimeBar
    loss: bars.Gauge
    because: str
    waits: tuple[str, ...]
    more_waits: int
    kept: str
    blocked: tuple[str, ...]
    lost: tuple[str, ...]
    meanwhile: tuple[str, ...]
    estimated: bool


@dataclass(frozen=True)
class Table:
    """The services in the order in which they come back.

    Attributes:
        groups: what a group is, and its services.
        axis: the axis of all bars.
        shown: how many services are shown.
        total: how many are hit.
        untouched: names of those that go on, as many as are shown.
        untouched_total: how many these are.
    """

    groups: tuple[tuple[str, tuple[Row, ...]], ...]
    axis: Scale
    shown: int
    total: int
    untouched: tuple[str, ...]
    untouched_total: int


def table(plan: Plan, outcome: ScenarioOutcome, names: Names) -> Table:
    """Arrange the services: those that do not come back, those of which nobody knows, by wave."""
    less = tuple(one for one in outcome.services if goes_on(one) and not _as_before(one))
    hit = (*touched(outcome), *less)
    shown = hit[:LIMIT]
    times = (seconds for one in shown for seconds in (one.seconds, one.target_seconds))
    axis = scale(times, ticks=4)
    groups: dict[str, list[Row]] = {}
    for one in sorted(shown, key=_place):
        groups.setdefault(_group(one), []).append(_row(plan, one, names, axis))
    untouched = tuple(one.name for one in outcome.services if _as_before(one))
    return Table(
        tuple((title, tuple(rows)) for title, rows in groups.items()),
        axis,
        len(shown),
        len(hit),
        untouched[:UNTOUCHED_LIMIT],
        len(untouched),
    )


def _as_before(one: ServiceOutcome) -> bool:
    """Whether a service goes on, and nothing more is to be said of it."""
    return one.fate is Fate.UNTOUCHED and not one.misfits


def _place(one: ServiceOutcome) -> tuple[int, int]:
    first = 3 if goes_on(one) else {Fate.GONE: 0, Fate.UNKNOWN: 1}.get(one.fate, 2)
    return first, one.wave if first == 2 and one.wave is not None else 0


def _group(one: ServiceOutcome) -> str:
    if one.fate is Fate.GONE:
        return "Does not come back"
    if one.fate is Fate.UNKNOWN:
        return "Nobody can say whether it comes back"
    if goes_on(one):
        return (
            "Goes on, with less" if one.fate is Fate.DEGRADED else "Goes on, may not fit together"
        )
    return "Comes back" if one.wave is None else f"Comes back in wave {one.wave}"


def _row(plan: Plan, one: ServiceOutcome, names: Names, axis: Scale) -> Row:
    known = plan.services.get(one.service)
    before = [key for key in one.waits_for if key != one.service]
    tier = NO_TIER if one.tier is None else one.tier
    return Row(
        name=one.name,
        tier=tier_words(tier) if tier != NO_TIER else "",
        processes=known.processes if known is not None else (),
        back=_bar(one, axis),
        loss=_loss(one),
        because=one.because,
        waits=names.all_of(before[-_WAITS:]),
        more_waits=max(0, len(before) - _WAITS),
        kept="Kept away by" if one.fate is Fate.GONE else "Perhaps kept away by",
        blocked=names.all_of(one.blocked_by),
        lost=names.all_of(one.lost_data),
        meanwhile=one.workarounds,
        estimated=not one.measured and one.seconds is not None,
    )


def _bar(one: ServiceOutcome, axis: Scale) -> TimeBar:
    target, seconds = one.target_seconds, one.seconds
    target_at = axis.at(target) if target is not None else None
    allowed = f"{duration(target)} allowed" if target is not None else "no target"
    if one.fate is Fate.GONE:
        return TimeBar(f"never; {allowed}", "bad", 0.0, 0.0, target_at, endless=True)
    if goes_on(one):
        mark = unfit_mark(one, "less")
        return TimeBar(f"never goes down{misfit(one)}", mark, 0.0, 0.0, target_at, endless=False)
    if seconds is None:
        when = " when" if one.fate in (Fate.BACK, Fate.DEGRADED) else ""
        text = f"not known{when}{misfit(one)}; {allowed}"
        return TimeBar(text, "open", 0.0, 0.0, target_at, endless=True)
    less = (", with less" if one.fate is Fate.DEGRADED else "") + misfit(one)
    if target is None:
        text = f"{lasted(seconds)}{less}; no target"
        return TimeBar(text, "open", axis.bar(seconds), 0.0, None, endless=False)
    text = f"{lasted(seconds)} of {duration(target)}{less}"
    if not late(one):
        mark = unfit_mark(one, "less" if less else "good")
        return TimeBar(text, mark, axis.bar(seconds), 0.0, target_at, endless=False)
    within = axis.at(target)
    beyond = max(0.5, round(axis.at(seconds) - within, 3))
    return TimeBar(f"{text}, too late", "risk", within, beyond, target_at, endless=False)


def _loss(one: ServiceOutcome) -> bars.Gauge:
    """Draw what is lost; where no time can say it, in words: nothing, all of it, not known."""
    gauge = bars.against("rpo", "Lost", one.loss_seconds, one.loss_target_seconds)
    (bar,) = gauge.bars
    if one.lost_data and one.fate is Fate.UNKNOWN:
        bar = replace(bar, text="perhaps lost for good", mark="open", within=0.0, beyond=0.0)
    elif one.lost_data:
        bar = replace(bar, text="data lost for good", mark="bad", within=0.0, beyond=0.0)
    elif one.loss_seconds is None:
        bar = replace(bar, text=bar.text.replace("not measured", "not known"))
    elif not one.loss_seconds:
        bar = replace(bar, text="nothing", mark="good", within=0.0)
    return replace(gauge, bars=(bar,))
