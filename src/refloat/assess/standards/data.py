"""What other standards ask of backup and recovery: data, in our own words, never code.

One row says what is asked, which rules speak against it, which kinds of evidence must be there, and
how old that may be. What no fact of Refloat can show is said too, and keeps the row from being met.
Texts are summaries of ours; none is quoted. Where only a summary of a standard could be read, the
edition says so.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import timedelta


class EvidenceKind(enum.StrEnum):
    """Kinds of evidence that a demand may need."""

    PLAN = "a plan with services"
    TARGETS = "approved targets"
    DEPENDENCIES = "dependencies"
    POINTS = "recovery points"
    VERIFIED_POINTS = "recovery points that were found to be whole"
    TESTS = "restore tests"
    SERVICE_TESTS = "restore tests of whole services"
    CHECKED_TESTS = "restore tests that checked the data"
    EXERCISES = "exercises"
    COMMUNICATION_EXERCISES = "exercises of communication"
    RIGHTS = "looks at who can do what to copies"
    JOBS = "backup jobs or heartbeats"
    SCOPES = "what backup tools copy and leave out"
    CHANGES = "changes"
    ACTIONS = "corrective actions"
    WORKAROUNDS = "workarounds"
    COMMUNICATIONS = "approvers of urgent communication"
    AUTHORITY = "who declares, decides and leads"
    VENDORS = "vendors"
    DOCUMENTS = "places of recovery instructions"
    PLAN_REVIEWS = "statements that the plan was reviewed"


@dataclass(frozen=True)
class Demand:
    """One demand of a standard.

    Attributes:
        key: its id in the standard.
        says: what it asks for, in our own words.
        rules: codes of rules whose findings speak against it.
        evidence: kinds of evidence that must be there.
        longest_age: how old the newest piece of each dated kind may be; None for any age.
        not_seen: what of it no fact of Refloat can show; empty if facts can show all of it.
    """

    key: str
    says: str
    rules: tuple[str, ...]
    evidence: tuple[EvidenceKind, ...]
    longest_age: timedelta | None = None
    not_seen: str = ""


@dataclass(frozen=True)
class Standard:
    """A standard, and what of it is about backup and recovery.

    Attributes:
        key: its id here (``cis-8.1``), as ``policy.standards`` names it.
        name: its name.
        edition: which edition the demands were taken from.
        demands: its demands, in its order.
    """

    key: str
    name: str
    edition: str
    demands: tuple[Demand, ...]


YEAR = timedelta(days=366)
QUARTER = timedelta(days=92)
WEEK = timedelta(days=7)
