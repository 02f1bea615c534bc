"""How long a task takes, and how much that varies: from what was measured, or else from estimates.

A duration is drawn from a lognormal distribution: it is what repair times made of several smaller
ones follow best (MIL-HDBK-338B, 5.6.2.1), it is never negative, and a bad day is farther from the
middle than a good one. It has a middle (half of the trials take less) and a *spread*: the standard
deviation of its logarithm.

* Measured more than once: the middle is the geometric mean. The spread is that of the measurements,
  pulled towards the organisation's usual one as if that had been seen in five measurements: two
  that happen to agree do not promise that the third will.
* Measured once: the middle is what was measured, the spread is the usual one. Nobody knows whether
  that was a good day or a bad one, so the spread is wider by the square root of two; generally, by
  that of one and one over the number of measurements: the spread of the next one to come.
* The *usual spread* is that of everything that the organisation measured more than once, pulled in
  the same way towards 0.3, a convention of this forecast: one in twenty takes 1.6 times the middle
  or longer.
* Scaled: where more is to be restored than was restored in the measurement, time grows in
  proportion. Of a restore that was timed by itself that is so; of a service that was timed as a
  whole nobody knows which part grows, so the spread is widened until it holds "all of it" and "none
  of it" both. A whole never gets shorter because there is less to restore.
* Estimated: the middle is the estimate. One in twenty takes 2.5 times as long, or longer, and one
  in twenty as much less. People estimate too short: what 37 people thought would take them 34 days
  took 55 (Buehler, Griffin and Ross 1994), 1.6 times as long.

What is neither measured nor estimated is unknown; it is never zero.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from refloat.assess import words

ONE_IN_TWENTY = 1.6448536269514722
"""So many standard deviations above the middle lies one in twenty of a normal distribution."""

DEFAULT_SPREAD = 0.3
ESTIMATE_SPREAD = math.log(2.5) / ONE_IN_TWENTY
_WEIGHT = 4
"""How much a spread that is only assumed weighs, in degrees of freedom."""

_SAME_VOLUME = 0.1
"""Sizes that differ by less than this share are the same: nothing is scaled."""

MEASURED, ONCE, SCALED, ESTIMATED = "measured", "measured once", "scaled", "estimated"
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Sample:
    """One measurement.

    Attributes:
        seconds: how long it took.
        bytes: how much was restored; None if nobody said.
        of: which trial measured it, in words.
    """

    seconds: float
    bytes: int | None
    of: str


@dataclass(frozen=True, slots=True)
class Duration:
    """How long a task takes.

    Attributes:
        seconds: the middle; without spread it takes exactly that.
        spread: the standard deviation of its logarithm.
        basis: ``measured``, ``measured once``, ``scaled`` or ``estimated``.
        because: what it is drawn from, in words.
    """

    seconds: float
    spread: float
    basis: str
    because: str

    @property
    def low(self) -> float:
        """The shortest that is expected: one in twenty takes less."""
        return self.seconds * math.exp(-ONE_IN_TWENTY * self.spread)

    @property
    def high(self) -> float:
        """The longest that is expected: one in twenty takes more."""
        return self.seconds * math.exp(ONE_IN_TWENTY * self.spread)


def usual_spread(groups: Iterable[Sequence[Sample]]) -> float:
    """Give the spread of what an organisation measures again and again.

    Args:
        groups: measurements of the same thing each, of whatever number.
    """
    squares, freedom = _WEIGHT * DEFAULT_SPREAD**2, float(_WEIGHT)
    for group in groups:
        squares += _squares([math.log(one.seconds) for one in group if one.seconds > 0])
        freedom += max(0, len(group) - 1)
    return math.sqrt(squares / freedom)


def measured(
    samples: Sequence[Sample], volume: int | None, usual: float, *, whole: bool
) -> Duration:
    """Give a duration out of measurements.

    Args:
        samples: at least one, the newest last.
        volume: bytes that are to be restored now; None if nobody knows, or if none are.
        usual: the organisation's usual spread.
        whole: whether they timed more than the restore itself.
    """
    scaled = [_scaled(one, volume, whole=whole) for one in samples]
    logarithms = [math.log(max(one, 1e-3)) for one, _ in scaled]
    count = len(logarithms)
    squares = _WEIGHT * usual**2 + _squares(logarithms)
    spread = math.sqrt(squares / (_WEIGHT + count - 1) * (1 + 1 / count))
    basis = ONCE if count == 1 else MEASURED
    factor = max((factor for _, factor in scaled), key=lambda one: abs(math.log(one)))
    because = f"{samples[-1].of}: {words.duration(samples[-1].seconds)}"
    if count > 1:
        because = f"{count} measurements, the newest {because}"
    if factor != 1.0:
        basis = SCALED
        because += f"; {factor:.2g} times as much is to be restored now"
        if whole:
            spread = math.hypot(spread, math.log(factor) / ONE_IN_TWENTY)
    seconds = math.exp(math.fsum(logarithms) / count) if count > 1 else scaled[0][0]
    return Duration(seconds, spread, basis, because)


def estimated(seconds: float, of: str) -> Duration:
    """Give a duration out of an estimate.

    Args:
        seconds: the estimate; more than zero.
        of: where it stands, in words.
    """
    return Duration(seconds, ESTIMATE_SPREAD, ESTIMATED, f"{of}: {words.duration(seconds)}")


def at_least(duration: Duration, seconds: float, because: str) -> Duration:
    """Make a duration no shorter than something else allows, in the middle.

    An estimate is still one then: nobody has measured it.

    Args:
        duration: the duration.
        seconds: what is the shortest.
        because: why, in words.
    """
    if duration.seconds >= seconds:
        return duration
    text = f"{duration.because}; {because}: {words.duration(seconds)}"
    basis = ESTIMATED if duration.basis == ESTIMATED else SCALED
    return replace(duration, seconds=seconds, basis=basis, because=text)


def _scaled(sample: Sample, volume: int | None, *, whole: bool) -> tuple[float, float]:
    """Give seconds for the volume of now, and the factor that they were multiplied with."""
    if not sample.bytes or not volume:
        return sample.seconds, 1.0
    factor = volume / sample.bytes
    if abs(factor - 1) < _SAME_VOLUME or (whole and factor < 1):
        return sample.seconds, 1.0
    return sample.seconds * factor, factor


def _squares(logarithms: Sequence[float]) -> float:
    """Give the sum of the squared distances from the mean."""
    if len(logarithms) < 2:
        return 0.0
    mean = math.fsum(logarithms) / len(logarithms)
    return math.fsum((one - mean) ** 2 for one in logarithms)
