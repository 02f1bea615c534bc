"""What is found, and what is answered: gaps in business words, and answers that may be unknown.

``entry`` is always the index of an entry in the ledger.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from refloat.model.points import Measure

NOT_KNOWN = "NOT KNOWN"
"""What stands in a cell that the facts leave empty (R-075)."""


class Severity(enum.StrEnum):
    """How much a finding matters: high means that the service may not come back as promised."""

    HIGH = "high"
    MEDIUM = "medium"
    ADVISORY = "advisory"


@dataclass(frozen=True)
class Finding:
    """A gap that a rule computed.

    Attributes:
        code: the rule's stable name (``RPO_BREACH``).
        requirements: ids of the requirements that the rule stems from.
        severity: how much it matters.
        subject: what it is about: ``service KEY`` or ``service KEY, data set KEY``.
        sentence: what it means for the business, in words that an owner understands.
        next_step: the best thing to do next, one sentence.
        inputs: what the rule looked at, for machines.
        services: keys of the services that it endangers; empty for the organisation as a whole.
        first_seen: since when the facts show it without a break; None if they do not say.
        last_seen: the instant at which it was found; None where nobody set it.
    """

    code: str
    requirements: tuple[str, ...]
    severity: Severity
    subject: str
    sentence: str
    next_step: str
    inputs: Mapping[str, Measure] = field(default_factory=dict)
    services: tuple[str, ...] = ()
    first_seen: datetime | None = None
    last_seen: datetime | None = None


@dataclass(frozen=True)
class Cell:
    """One answer of the comparison table.

    Attributes:
        text: the answer, or ``NOT KNOWN``; in an answer of several parts each part may be that.
        known: whether every part of it is known.
        missing: the parts that are not known, in words.
    """

    text: str
    known: bool
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class ComparisonRow:
    """One question, answered by backup and by disaster recovery.

    Attributes:
        requirement: the requirement it stems from (R-070 to R-074).
        question: the question.
        backup: what backup answers.
        recovery: what disaster recovery answers.
    """

    requirement: str
    question: str
    backup: Cell
    recovery: Cell


@dataclass(frozen=True)
class ComparisonTable:
    """Backup against recovery: exactly five rows by two answers (R-075).

    Attributes:
        service: the service's key.
        name: its name for people.
        rows: the five rows, R-070 to R-074.
        findings: one for each answer that is not known.
    """

    service: str
    name: str
    rows: tuple[ComparisonRow, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class TraceLink:
    """One link of the chain from a data set to the person who approved its target (R-007).

    Attributes:
        link: ``data set``, ``recovery point``, ``restore step``, ``test run``, ``service``,
            ``approved target`` or ``approver``.
        value: what it is, in words; empty if the link is missing.
        entry: the evidence of it; None if it stands in the plan, or is missing.
    """

    link: str
    value: str
    entry: int | None = None


@dataclass(frozen=True)
class Trace:
    """The whole chain of one data set and one service.

    Attributes:
        data_set: the component key.
        service: the service's key.
        links: the seven links, in order.
        missing: names of the links that are missing; empty for a whole chain.
        findings: one for each missing link.
    """

    data_set: str
    service: str
    links: tuple[TraceLink, ...]
    missing: tuple[str, ...]
    findings: tuple[Finding, ...]


class Reach(enum.StrEnum):
    """Whether a credential can be had while a service's components are lost."""

    REACHABLE = "reachable"
    LOST = "lost"
    UNKNOWN = "not known"


@dataclass(frozen=True)
class CredentialTrace:
    """One credential that the recovery of a service needs, and where it lives (R-004).

    It says where a credential is; the credential itself is never looked at.

    Attributes:
        service: the service's key.
        needed_for: what for, in words.
        component: the component that it is for; None for a repository, the journey, the sandbox.
        option: the plan's key that names it; ``form.password`` for one inside of a mapping.
        reference: as the plan writes it.
        lives_in: where that is, in words.
        reach: whether it can be had when all components of the service are lost.
        because: why, one sentence.
        rests_on: key of the component that it is lost with, or may be; None if there is no such.
        kept: where another copy is kept, as the plan says; empty if it does not.
    """

    service: str
    needed_for: str
    component: str | None
    option: str
    reference: str
    lives_in: str
    reach: Reach
    because: str
    rests_on: str | None = None
    kept: str = ""


@dataclass(frozen=True)
class Coverage:
    """The dependency map against what is backed up: R-021's comparison.

    Attributes:
        protected: components whose data is backed up.
        rebuilt: components that hold no data of their own.
        unaccounted: components that hold data by their kind, and that nothing backs up.
        excluded: components that somebody left out on purpose, with an approval that still holds.
    """

    protected: tuple[str, ...]
    rebuilt: tuple[str, ...]
    unaccounted: tuple[str, ...]
    excluded: tuple[str, ...] = ()
