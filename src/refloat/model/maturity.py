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
        not_known: what nobody knows, or nobody looked at for too long; each in words that begin
            with the key it is about.
        demand: the whole demand, in our own words.
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
    not_known: tuple[str, ...] = ()
    demand: str = ""

    @property
    def met(self) -> bool:
        """Whether a level may count it: effective, replaced, or justly not applicable."""
        return self.outcome in MET


MET = frozenset(
    {
        ControlOutcome.EFFECTIVE,
        ControlOutcome.ALTERNATE_CONTROL,
        ControlOutcome.NOT_APPLICABLE,
    }
)
"""Outcomes that a level may count."""


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


class DemandOutcome(enum.StrEnum):
    """What the facts say of one demand of a standard; it is never a certificate."""

    MET = "met"
    NOT_MET = "not met"
    NOT_KNOWN = "not known"


@dataclass(frozen=True)
class DemandResult:
    """One demand of a standard at one instant.

    Attributes:
        demand: its id in the standard.
        says: what it asks for, in our own words.
        outcome: what the facts say of it.
        sentence: why, one sentence.
        against: the findings that speak against it: code and subject, each ``CODE: subject``.
        lacking: the evidence that is missing or too old, in words.
        not_seen: what of the demand no fact of Refloat can show; empty if it sees all of it.
        rules: codes of the rules that were asked.
        evidence: the kinds of evidence that it needs.
        longest_age_seconds: how old that evidence may be; None if the standard does not say.
    """

    demand: str
    says: str
    outcome: DemandOutcome
    sentence: str
    against: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    not_seen: str = ""
    rules: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    longest_age_seconds: float | None = None


@dataclass(frozen=True)
class StandardResult:
    """A standard's demands on backup and recovery at one instant.

    Attributes:
        standard: its id (``cis-8.1``).
        name: its name.
        edition: which edition the demands are of.
        label: what may be said of the result, one sentence that claims no certification.
        as_of: the instant.
        demands: the demands, in the standard's order.
    """

    standard: str
    name: str
    edition: str
    label: str
    as_of: datetime
    demands: tuple[DemandResult, ...]
