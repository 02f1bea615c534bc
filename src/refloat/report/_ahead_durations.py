"""Where the durations of a forecast come from: what is known least stands first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from refloat.assess.words import duration
from refloat.model.forecast import DurationSource
from refloat.report._ahead_words import count
from refloat.report._scale import Scale, scale

LIMIT = 250
"""So many durations are shown."""

_MINUTE = 60.0
_FINE = 600.0
_BASES = {
    "unknown": ("open", "not known"),
    "estimated": ("less", "estimated"),
    "scaled": ("less", "scaled"),
    "measured once": ("good", "measured once"),
    "measured": ("good", "measured"),
}


@dataclass(frozen=True)
class Duration:
    """Where one duration comes from, and where its bar stands."""

    task: str
    mark: str
    word: str
    text: str
    left: float
    width: float
    middle: float
    because: str


@dataclass(frozen=True)
class Durations:
    """All durations: the axis, those that are shown, how many there are, and that in words."""

    axis: Scale
    rows: tuple[Duration, ...]
    total: int
    sum: str


def simulated(seconds: float) -> str:
    """Say a simulated time: from ten minutes on to the minute, rounded up; it is no finer."""
    return duration(seconds if seconds < _FINE else -(-seconds // _MINUTE) * _MINUTE)


def durations(sources: Sequence[DurationSource]) -> Durations:
    """Arrange the durations, those that are known least first."""
    shown = sorted(sources, key=lambda one: _basis_rank(one.basis))[:LIMIT]
    axis = scale([time for one in shown for time in (one.low, one.seconds, one.high)], ticks=4)
    rows = tuple(_duration(one, axis) for one in shown)
    return Durations(axis, rows, len(sources), _sum(sources))


def _basis_rank(basis: str) -> int:
    order = list(_BASES)
    return order.index(basis) if basis in _BASES else 0


def _duration(one: DurationSource, axis: Scale) -> Duration:
    mark, word = _BASES.get(one.basis, ("open", one.basis))
    if one.seconds is None:
        return Duration(one.task, mark, word, "not known", 0.0, 0.0, 0.0, one.because)
    low = one.seconds if one.low is None else one.low
    high = one.seconds if one.high is None else one.high
    text = simulated(one.seconds)
    if low < high:
        text += f" ({simulated(low)} to {simulated(high)})"
    width = max(0.5, round(axis.at(high) - axis.at(low), 3))
    middle = axis.at(one.seconds)
    return Duration(one.task, mark, word, text, axis.at(low), width, middle, one.because)


def _sum(durations: Sequence[DurationSource]) -> str:
    """Count the durations by where they come from, in one sentence."""
    if not durations:
        return ""
    parts = [
        f"{found} {word}"
        for basis, (_, word) in reversed(_BASES.items())
        if (found := sum(one.basis == basis for one in durations))
    ]
    return f"Of {count(len(durations), 'duration', 'durations')}: {', '.join(parts)}."
