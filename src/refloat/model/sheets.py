"""Answer sheets: what a design of backups answers, against which threats, and the way back.

Everything here is computed from *plan, facts and an instant*. Durations are seconds, times UTC;
what is not known is ``None``, an empty text, or says so in words.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from refloat.model.answers import Finding


class Known(enum.StrEnum):
    """An answer that may not be known; never a yes or a no by default."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "not known"


@dataclass(frozen=True)
class ProtectedSystem:
    """Something that holds data and is copied.

    Attributes:
        key: the component key.
        name: its name for people.
        source: what copies it: the platform's name, or ``Refloat``; empty if nobody said.
        repositories: keys of the repositories that are meant to keep its copies.
    """

    key: str
    name: str
    source: str
    repositories: tuple[str, ...]


@dataclass(frozen=True)
class ExcludedSystem:
    """Something that is left out on purpose.

    Attributes:
        what: a component key, or words.
        reason: why; empty if nobody said.
        approver: who decided it, by name; empty if nobody did.
        until: when the decision ends, as a day; empty if nobody said.
        holds: whether the decision holds at the instant.
        source: who says so: ``plan``, or the instance of a tool.
    """

    what: str
    reason: str
    approver: str
    until: str
    holds: bool
    source: str


@dataclass(frozen=True)
class UnaccountedSystem:
    """Something that is neither copied nor left out on purpose.

    Attributes:
        what: a component key, or the name of a tool's part.
        source: who counts it: ``plan``, or the instance of a tool.
    """

    what: str
    source: str


@dataclass(frozen=True)
class ProtectionLists:
    """Question 1: which systems and data are protected, and which are left out (R-030).

    Attributes:
        protected: what is copied.
        excluded: what is left out on purpose.
        unaccounted: what is in neither list; the answer is only good when this is empty.
        parts_counted: how many parts tools count in what is copied; 0 if none does.
        parts_selected: how many of them they copy.
    """

    protected: tuple[ProtectedSystem, ...]
    excluded: tuple[ExcludedSystem, ...]
    unaccounted: tuple[UnaccountedSystem, ...]
    parts_counted: int = 0
    parts_selected: int = 0


@dataclass(frozen=True)
class IntervalSheet:
    """Question 2a: how often recovery points of one data set are really created (R-031).

    Attributes:
        data_set: the component key.
        meant_seconds: the interval that is meant to be kept; None if nobody said.
        target_seconds: the recovery point objective; None if there is none.
        window_seconds: how far back was looked.
        points: how many recovery points were true in that time, and may be restored from.
        median_seconds: the middle interval; None below two points.
        p95_seconds: the interval that 95 of 100 do not exceed (nearest rank); None likewise.
        longest_seconds: the longest interval, the one since the newest point included; None if
            there is no point.
    """

    data_set: str
    meant_seconds: float | None
    target_seconds: float | None
    window_seconds: float
    points: int
    median_seconds: float | None
    p95_seconds: float | None
    longest_seconds: float | None


@dataclass(frozen=True)
class RetentionSheet:
    """Question 2b: how long copies of one data set are kept (R-032).

    Attributes:
        data_set: the component key.
        oldest: the consistency time of the oldest recovery point that is still there; None if
            there is none.
        policy: what removes copies, and when, in words; empty if nobody said.
        agreed_seconds: how long they are to be kept; None if nobody decided.
        agreed_by: who decided, by name; empty if nobody did.
        newest_expires_at: when the newest point will be removed; None if nobody said.
        newest_locked_until: until when the newest point cannot be changed by anybody; None if it
            can, for ever, or if nobody said (``lock``).
        lock: what keeps the newest point from being changed, in words, place by place.
    """

    data_set: str
    oldest: datetime | None
    policy: str
    agreed_seconds: float | None
    agreed_by: str
    newest_expires_at: datetime | None
    newest_locked_until: datetime | None
    lock: str


@dataclass(frozen=True)
class RightsRow:
    """Question 3: what one kind of account can do to the copies in one place (R-033).

    Attributes:
        repository: the repository's key, or its source's name.
        data_sets: keys of the components whose copies are there.
        kind: the kind of account.
        accounts: how many such accounts are known.
        read: whether any of them can read copies.
        modify: whether any can change them.
        delete: whether any can delete them, one by one or with the whole place.
        delete_place: whether any can delete the whole place. Few sources tell of that: of a kind
            of account that can delete no copy by itself it may still be unknown.
        shorten: whether any can shorten their retention.
        ways: how, where they can: ``delete: admins -> cupboard``.
        lock: the lock that holds whatever the rights are; empty if none does.
        quality: of the weakest evidence; empty if there is none.
        tried: what came of letting such an account try to delete a canary, in words.
    """

    repository: str
    data_sets: tuple[str, ...]
    kind: str
    accounts: int
    read: Known
    modify: Known
    delete: Known
    delete_place: Known
    shorten: Known
    ways: tuple[str, ...]
    lock: str
    quality: str
    tried: tuple[str, ...] = ()


@dataclass(frozen=True)
class RestoreAuthority:
    """Question 4: who can ask for a restore, and who can approve it (R-034).

    Attributes:
        requesters: who may ask, by name.
        approvers: who may approve, by name.
        separate: whether every requester finds somebody else to approve.
        break_glass: sealed accounts that open what restores, in words; empty if there are none.
    """

    requesters: tuple[str, ...]
    approvers: tuple[str, ...]
    separate: bool
    break_glass: tuple[str, ...]


@dataclass(frozen=True)
class ShownRestore:
    """A restore that is shown and not counted.

    Attributes:
        reference: the fact.
        at: when.
        what: how much was brought back ("file", "service", …).
        missing: why it does not count.
    """

    reference: str
    at: datetime
    what: str
    missing: tuple[str, ...]


@dataclass(frozen=True)
class LastRestore:
    """Question 5: when a representative restore last completed successfully (R-035).

    Attributes:
        reference: that restore; empty if there never was one.
        at: when; None likewise.
        age_seconds: how long ago; None likewise.
        due_at: when the next is due; None if it is due now.
        not_counted: other restores, newest first; at most ten.
    """

    reference: str
    at: datetime | None
    age_seconds: float | None
    due_at: datetime | None
    not_counted: tuple[ShownRestore, ...]


@dataclass(frozen=True)
class Answer:
    """One question in words.

    Attributes:
        number: 1 to 5.
        requirement: the requirement that it stems from.
        question: the question.
        text: the answer in one or two sentences.
        missing: what nobody knows, in words; the question is answered if this is empty.
    """

    number: int
    requirement: str
    question: str
    text: str
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class FiveAnswers:
    """The five questions that every design of backups should answer, for one service.

    Attributes:
        service: the service's key.
        name: its name for people.
        as_of: the instant.
        answers: the five, in order.
        protection: question 1.
        intervals: question 2a, by data set.
        retention: question 2b, by data set.
        rights: question 3, by place and kind of account.
        authority: question 4.
        restore: question 5.
        findings: one for each question that is not answered.
    """

    service: str
    name: str
    as_of: datetime
    answers: tuple[Answer, ...]
    protection: ProtectionLists
    intervals: tuple[IntervalSheet, ...]
    retention: tuple[RetentionSheet, ...]
    rights: tuple[RightsRow, ...]
    authority: RestoreAuthority
    restore: LastRestore
    findings: tuple[Finding, ...]


class Cover(enum.StrEnum):
    """Whether a data set outlives a threat."""

    COVERED = "covered"
    NOT_COVERED = "not covered"
    UNKNOWN = "not known"


THREATS = (
    "hardware failure",
    "loss of the site",
    "deletion",
    "overwriting",
    "malicious encryption",
    "loss of the provider or account",
)
"""What copies must stand against (R-082), in the order of the matrix."""


@dataclass(frozen=True)
class ThreatCell:
    """One threat to one data set.

    Attributes:
        threat: one of ``THREATS``.
        cover: whether the data set outlives it.
        by: what covers it, or why it is not covered or not known, one sentence.
    """

    threat: str
    cover: Cover
    by: str


@dataclass(frozen=True)
class ThreatRow:
    """All threats to one data set.

    Attributes:
        data_set: the component's key.
        name: its name for people.
        cells: in the order of ``THREATS``.
        last_test: what the last restore of it showed, and when ("passed 2026-10-28"; "never").
    """

    data_set: str
    name: str
    cells: tuple[ThreatCell, ...]
    last_test: str = "never"


@dataclass(frozen=True)
class ThreatMatrix:
    """Which threats the data of one service outlives (R-082).

    Attributes:
        service: the service's key.
        name: its name for people.
        as_of: the instant.
        rows: each of its data sets, and everything of it that holds data and is not copied.
    """

    service: str
    name: str
    as_of: datetime
    rows: tuple[ThreatRow, ...]


@dataclass(frozen=True)
class PathBack:
    """How a service comes back when prevention has failed (R-090).

    Attributes:
        service: the service's key.
        name: its name for people.
        exists: whether there is a way back for all of its data; unknown counts as not known.
        copies: the isolated copy of each data set, in words.
        without: data sets that have none, or of which it is not known, in words.
        before: names of the services that must come back before.
        steps: what to do apart from production, in order.
        statement: the whole in one or two sentences.
    """

    service: str
    name: str
    exists: Known
    copies: tuple[str, ...]
    without: tuple[str, ...]
    before: tuple[str, ...]
    steps: tuple[str, ...]
    statement: str
