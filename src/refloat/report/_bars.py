"""RPO and RTO as bars against their targets: geometry in percent, words in full."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from refloat.assess.words import duration
from refloat.model.judgement import ObjectiveStatus, ServiceStatus
from refloat.model.run import DrillRecord
from refloat.report.words import lasted

_ROOM = 1.06
"""How much longer than the longest bar the scale is, so that its end and the target are seen."""


@dataclass(frozen=True)
class Bar:
    """One measured time.

    Attributes:
        label: what was measured.
        text: how long it was, and whether the target is met, in words.
        mark: the symbol of that.
        within: percent of the scale up to the target (or all, without one).
        beyond: percent of the scale beyond the target.

    """

    label: str
    text: str
    mark: str
    within: float
    beyond: float


@dataclass(frozen=True)
class Gauge:
    """An objective with its bars.

    Attributes:
        measure: ``rpo`` or ``rto``.
        title: the objective in plain words.
        target: the target in words.
        target_at: percent of the scale; None if there is no target.
        bars: what was measured.
        approval: who stands behind the target.
        approved: whether that counts.

    """

    measure: str
    title: str
    target: str
    target_at: float | None
    bars: tuple[Bar, ...]
    approval: str = ""
    approved: bool = False


_TITLES = {
    "rto": "How soon it is back (recovery time, RTO)",
    "rpo": "How much data is lost (recovery point, RPO)",
}


def gauges(status: ServiceStatus, drill: DrillRecord | None) -> tuple[Gauge, ...]:
    """Draw the recovery time first, then the loss of data, in the drill and at this instant."""
    return tuple(
        replace(
            _gauge(measure, _measured(objective, drill), objective.target_seconds),
            approval=objective.explanation,
            approved=objective.approval == "approved",
        )
        for measure in ("rto", "rpo")
        for objective in status.objectives
        if objective.measure == measure
    )


def brief(objective: ObjectiveStatus) -> Gauge:
    """Draw one objective as one bar: what it took when it was tested, what would be lost now."""
    if objective.measure == "rto":
        measured = ("Back after", objective.achieved_seconds)
    else:
        measured = ("Would be lost", objective.now_seconds)
    return against(objective.measure, *measured, objective.target_seconds)


def against(measure: str, label: str, seconds: float | None, target: float | None) -> Gauge:
    """Draw one time as one bar against its target.

    Args:
        measure: ``rpo`` or ``rto``.
        label: what was measured.
        seconds: how long it was; None if nobody knows.
        target: the longest that is allowed; None if there is no target.
    """
    gauge = _gauge(measure, ((label, seconds),), target)
    (bar,) = gauge.bars
    if seconds is None:
        allowed = "no target" if target is None else f"{duration(target)} allowed"
        return replace(gauge, bars=(replace(bar, text=f"not measured, {allowed}"),))
    if target is None:
        return gauge
    late = ", too long" if seconds > target else ""
    text = f"{lasted(seconds)} of {duration(target)}{late}"
    return replace(gauge, bars=(replace(bar, text=text),))


def _measured(
    objective: ObjectiveStatus, drill: DrillRecord | None
) -> tuple[tuple[str, float | None], ...]:
    seconds = objective.achieved_seconds
    if drill is not None:
        taken = drill.rto if objective.measure == "rto" else drill.rpo
        seconds = taken.measured_seconds
    if objective.measure == "rto":
        return (("From the declaration to the last green check, in the drill", seconds),)
    return (
        ("Lost in the drill, seen in the restored data", seconds),
        ("Would be lost at the time of this report", objective.now_seconds),
    )


def _gauge(measure: str, pairs: Sequence[tuple[str, float | None]], target: float | None) -> Gauge:
    longest = max([seconds for _, seconds in pairs if seconds is not None] + [target or 0.0])
    scale = longest * _ROOM or 1.0
    return Gauge(
        measure=measure,
        title=_TITLES[measure],
        target=f"at most {duration(target)}" if target is not None else "nobody has set a target",
        target_at=None if target is None else _percent(target, scale),
        bars=tuple(_bar(label, seconds, target, scale) for label, seconds in pairs),
    )


def _bar(label: str, seconds: float | None, target: float | None, scale: float) -> Bar:
    if seconds is None:
        return Bar(label, "not measured", "open", 0.0, 0.0)
    if target is None:
        return Bar(label, f"{lasted(seconds)}; no target", "open", _percent(seconds, scale), 0.0)
    within, beyond = min(seconds, target), max(0.0, seconds - target)
    words = f"{lasted(beyond)} too long" if beyond else "within the target"
    return Bar(
        label,
        f"{lasted(seconds)}: {words}",
        "bad" if beyond else "good",
        # A bar that is too short to be seen would look like none.
        max(0.5, _percent(within, scale)),
        max(0.5, _percent(beyond, scale)) if beyond else 0.0,
    )


def _percent(part: float, whole: float) -> float:
    return round(100 * part / whole, 3)
