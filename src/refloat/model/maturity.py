"""What an assessor would say: controls of a standard, their outcomes, and the level they add up to.

The outcome words and the rules of the level are the Essential Eight's (assessment process guide,
October 2024): a level is met only if all of its controls are effective, or replaced by another
control, or do not apply with a reason.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from refloat.model.feed import Quality


class ControlOutcome(enum.StrEnum):
    """What is said of one control."""

    NOT_ASSESSED = "not-assessed"
    EFFECTIVE = "effective"
    ALTERNATE_CONTROL = "alternate-control"
    INEFFECTIVE = "ineffective"
    NO_VISIBILITY = "no-visibility"
    NOT_IMPLEMENTED = "not-implemented"
    NOT_APPLICABLE = "not-applicable"


@dataclass(frozen=True)
class ControlResult:
    """One control at one instant.

    Attributes:
        control: its id (``ISM-1511``).
        title: what it asks for, in our own words.
        levels: the maturity levels that need it.
        outcome: the outcome.
        quality: of the weakest evidence that it rests on; None if it rests on none.
        sentence: why, one sentence.
        failing: what it fails on, each in words that begin with the key it is about.
        weakest: the weakest fact that it rests on, in words; empty if none.
        would_change: the fact that would change the outcome, one sentence.
        rests_on: the facts, as ``source/kind/id`` or ``ledger/number``; at most twenty.
        checked_at: when the oldest fact that it needs was seen; None if none was.
        expires_at: when that is too old; None if none was.
    """

    control: str
    title: str
    levels: tuple[int, ...]
    outcome: ControlOutcome
    quality: Quality | None
    sentence: str
    failing: tuple[str, ...] = ()
    weakest: str = ""
    would_change: str = ""
    rests_on: tuple[str, ...] = ()
    checked_at: datetime | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True)
class Maturity:
    """One strategy of the Essential Eight, never the whole of it.

    Attributes:
        strategy: ``Regular backups``.
        label: what may be said of it, one sentence that says that it is this strategy alone.
        catalogue: the edition of the controls.
        as_of: the instant.
        level: ``ML0`` to ``ML3``.
        target: the level that is aimed at.
        controls: by id.
        missing: what is missing to the next level, in words, each beginning with a control's id.
    """

    strategy: str
    label: str
    catalogue: str
    as_of: datetime
    level: str
    target: str
    controls: Mapping[str, ControlResult]
    missing: tuple[str, ...] = ()
