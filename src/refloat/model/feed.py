"""Facts that come in by the generic feed: what other tools, people and Refloat itself have seen.

A fact of the feed is known by its *key*: the instance of its source, its kind, and the source's own
id of it. The same key with other content is a later word on the same thing; which word counts at an
instant is decided by ``observed_at`` alone, so the order of arrival never matters. All times are
UTC. Unknown is ``None``, an empty text or ``unknown``; it is never taken for a yes.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from refloat.model.access import LockMode, PrincipalKind, Right


class Quality(enum.StrEnum):
    """How good evidence is, by the Essential Eight's assessment guide, best first."""

    EXCELLENT = "excellent"
    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"


class FeedKind(enum.StrEnum):
    """The kinds of fact in the feed, as its ``kind`` says them."""

    RECOVERY_POINT = "recovery_point"
    JOB_RUN = "job_run"
    RESTORE_TEST = "restore_test"
    PROTECTION_SCOPE = "protection_scope"
    ACCESS_FACT = "access_fact"
    HEARTBEAT = "heartbeat"
    DEPENDENCY = "dependency"
    CHANGE = "change"
    EXERCISE = "exercise"
    ATTESTATION = "attestation"
    APPROVAL = "approval"
    ACTION = "action"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact comes from.

    Attributes:
        instance: which installation or person ("bkp01"); part of the key.
        tool: what kind of thing that is; empty if not said.
        reader: what read it, with its version; empty if not said.
    """

    instance: str
    tool: str = ""
    reader: str = ""


@dataclass(frozen=True, slots=True)
class FeedFact:
    """What every fact of the feed has.

    Attributes:
        source: where it comes from.
        external_id: the source's own id of it; with the source's instance and the kind, its key.
        observed_at: when the source saw it to be so. Facts observed after an instant do not count
            at that instant.
        digest: SHA-256 of its line in canonical form, hexadecimal: tells versions of one key apart.
    """

    source: Source
    external_id: str
    observed_at: datetime
    digest: str


@dataclass(frozen=True, slots=True)
class CopySeen:
    """One stored instance of a recovery point, as its source describes it.

    Attributes:
        repository: where it is: the key of a repository of the plan, or the source's name for it.
        failure_domain: what it breaks together with; empty if not said.
        offline: whether nothing can reach it; None if not said.
        encrypted: whether it is encrypted; None if not said.
        key_kept: where its key is; empty if not said.
        lock: what keeps it from being changed.
        locked_until: until when; None if not said, or for ever.
    """

    repository: str
    failure_domain: str = ""
    offline: bool | None = None
    encrypted: bool | None = None
    key_kept: str = ""
    lock: LockMode = LockMode.UNKNOWN
    locked_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class IntegrityCheck:
    """That somebody looked whether a recovery point is whole.

    Attributes:
        kind: ``checksum``, ``boot``, ``restore``, or ``none``.
        state: ``ok``, ``failed`` or ``unknown``.
        at: when; None if not said.
    """

    kind: str = "none"
    state: str = "unknown"
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PointSeen(FeedFact):
    """A recovery point was seen.

    Attributes:
        data_set: the component key, or the source's name of the data set.
        consistency_time: when the data was true.
        completed_at: when the job ended; None if not said.
        complete: whether everything meant to be in it is; None if not said.
        usable: what the source claims of it: ``ok``, ``warning``, ``failed`` or ``unknown``.
        consistency: ``application``, ``filesystem``, ``crash`` or ``unknown``.
        group: which consistency group it was made with; empty if none.
        size_bytes: its size; None if not said.
        copies: where it is kept.
        expires_at: when its source will remove it; None if not said.
        integrity: whether somebody looked.
        malware: ``clean``, ``suspicious``, ``infected`` or ``unknown``.
        version: of what it holds (a database's version, say); empty if not said.
        deleted: whether its source says that it is gone.
        level: ``full``, ``incremental``, ``log``, ``replica``, ``snapshot`` or the source's word;
            empty if not said.
    """

    data_set: str
    consistency_time: datetime
    completed_at: datetime | None = None
    complete: bool | None = None
    usable: str = "unknown"
    consistency: str = "unknown"
    group: str = ""
    size_bytes: int | None = None
    copies: tuple[CopySeen, ...] = ()
    expires_at: datetime | None = None
    integrity: IntegrityCheck = IntegrityCheck()
    malware: str = "unknown"
    version: str = ""
    deleted: bool = False
    level: str = ""

    @property
    def eligible(self) -> bool:
        """Whether nothing that is known speaks against restoring from it (R-064)."""
        return (
            self.complete is not False
            and self.usable != "failed"
            and self.integrity.state != "failed"
            and self.malware != "infected"
            and not self.deleted
        )


@dataclass(frozen=True, slots=True)
class JobRun(FeedFact):
    """A backup job ended, or did not: that, and no more (R-020).

    Attributes:
        job: its name in its source.
        data_set: the component key; empty if it is for all of its source.
        at: when it ran.
        status: ``success``, ``warning``, ``failed``, ``running`` or the source's word.
        enabled: whether it is switched on; None if not said.
        message: what it said.
        scheduled_at: when it was meant to run; None if not said.
    """

    job: str
    data_set: str
    at: datetime
    status: str
    enabled: bool | None = None
    message: str = ""
    scheduled_at: datetime | None = None


class TestLevel(enum.StrEnum):
    """How much a restore test brought back; only ``service`` tests a service."""

    __test__ = False  # not a test of pytest's

    FILE = "file"
    OBJECT = "object"
    IMAGE = "image"
    BOOT = "boot"
    APPLICATION = "application"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class TestCheck:
    """One check of a restore test.

    Attributes:
        name: what it shows.
        passed: whether it did; None if it could not run.
        proves: ``data``, ``dependency``, ``identity``, ``licence`` or ``service``; empty if the
            source does not say.
    """

    __test__ = False

    name: str
    passed: bool | None
    proves: str = ""


@dataclass(frozen=True, slots=True)
class RestoreTest(FeedFact):
    """Something was restored to see whether it comes back; somebody else than Refloat did it.

    Attributes:
        service: the service's key; empty where only data sets were restored.
        data_sets: component keys that were restored; empty means all of the service's own.
        level: how much was brought back.
        result: ``passed``, ``failed`` or ``partial``.
        at: when it began.
        seconds: how long this service's own part took; None if nobody measured.
        bytes: how much was restored; None if nobody measured.
        point_time: the consistency time that was restored; None if not said.
        confirmed_by: key of the person who confirmed that the service did its work; empty if none.
        issues: what went wrong on the way.
        checks: what was checked.
        environment: where it was restored to ("isolated", "production", …); empty if not said.
        steps: names and seconds of its steps.
    """

    service: str
    data_sets: tuple[str, ...]
    level: TestLevel
    result: str
    at: datetime
    seconds: float | None = None
    bytes: int | None = None
    point_time: datetime | None = None
    confirmed_by: str = ""
    issues: tuple[str, ...] = ()
    checks: tuple[TestCheck, ...] = ()
    environment: str = ""
    steps: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class ScopeExclusion:
    """Something that a source says it leaves out."""

    what: str
    reason: str = ""
    approved_by: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class ProtectionScope(FeedFact):
    """What a backup tool was told to copy, what it was told to leave out, and what there is.

    Attributes:
        selected: names that it copies.
        excluded: names that it leaves out, and why.
        inventory: everything that there is, as the source counts it; empty if it does not.
        data_set: the component that this is about (a Microsoft 365 workload of many mailboxes,
            say); empty for the source as a whole.
    """

    selected: tuple[str, ...]
    excluded: tuple[ScopeExclusion, ...] = ()
    inventory: tuple[str, ...] = ()
    data_set: str = ""


@dataclass(frozen=True, slots=True)
class AccessSeen(FeedFact):
    """Whether a principal has a right on a repository, as somebody or something saw it.

    Attributes:
        principal: its key, or the source's name.
        kind: what it is; None if not said.
        repository: the repository's key, or the source's path.
        right: which right; ``any`` denied means that it has none at all.
        allowed: whether it has it; None if it could not be told.
        quality: how it was seen.
        observed_by: who or what looked; empty if not said.
    """

    principal: str
    kind: PrincipalKind | None
    repository: str
    right: Right
    allowed: bool | None
    quality: Quality
    observed_by: str = ""


@dataclass(frozen=True, slots=True)
class Heartbeat(FeedFact):
    """A source is alive.

    Attributes:
        expected_seconds: by when it means to be heard of again; None if not said.
        what: what it speaks for; empty for itself.
    """

    expected_seconds: float | None = None
    what: str = ""


@dataclass(frozen=True, slots=True)
class DependencySeen(FeedFact):
    """Something was seen to need something, or to be there.

    Attributes:
        component: its name in the source, or a key of the plan.
        needs: the name of what it needs; empty if the component alone was seen.
        what: what was seen, in words.
        holds_data: whether it is a data store; None if the source does not say.
        line: where it stands in the file that the source read; 0 if nowhere.
        version: what it runs as (an image's digest, a version); empty if not said.
    """

    component: str
    needs: str = ""
    what: str = ""
    holds_data: bool | None = None
    line: int = 0
    version: str = ""
