"""Recovery points, what is in them, and the set of them that a service comes back from."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeAlias

Measure: TypeAlias = "str | int | bool | Mapping[str, Measure] | tuple[Measure, ...] | None"
"""What JSON can say, without fractions: evidence allows none."""


@dataclass(frozen=True)
class Baseline:
    """What a data set contained, seen in the same consistent view that was backed up.

    Attributes:
        kind: the kind of data set that took it (``files``, ``postgresql``, ``ldap``).
        format: version of the measures' layout, an integer that the kind raises when it changes.
        summary: few, small, shareable measures: counts, bytes, digests. They enter the evidence,
            so no row's or file's content may be in them.
        detail: everything that a comparison needs to name what differs (a digest for each file or
            table). Kept in the repository beside the data, never in the evidence.
        changed: what changed while it was read, by name; empty for a consistent view.
    """

    kind: str
    format: int
    summary: Mapping[str, Measure]
    detail: Mapping[str, Measure] = field(default_factory=dict)
    changed: tuple[str, ...] = ()


class Encrypted(enum.StrEnum):
    """Whether copies are encrypted; unknown is never a yes."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Encryption:
    """Whether a repository's copies are encrypted, and how that is known (R-016).

    Attributes:
        state: yes, no or unknown.
        algorithm: by what; empty if not known.
        shown_by: what showed it: a look at stored bytes, or what the tool says of itself.
    """

    state: Encrypted
    algorithm: str
    shown_by: str


@dataclass(frozen=True)
class RepositorySeen:
    """A repository as it was when a batch of backups ended.

    Attributes:
        key: its name in the plan.
        engine: the engine that keeps it.
        encryption: whether its copies are encrypted.
        key_reference: where Refloat takes the key from: references, never the key.
        key_kept: where people keep another copy of the key, as the plan says; empty if nowhere.
    """

    key: str
    engine: str
    encryption: Encryption
    key_reference: str
    key_kept: str


@dataclass(frozen=True)
class RecoveryPoint:
    """One restorable state of one data set, as the repository itself tells of it.

    Attributes:
        identity: the engine's own name of it (a snapshot's full id).
        data_set: the component key that it is of.
        repository: key of the repository in the plan.
        engine: the engine that keeps it.
        kind: the kind of data set.
        consistency_time: when the data was true (UTC), not when the job ended.
        paths: the original absolute paths in it; for a stream, the one name it is kept under.
        bytes: size of the data as read from the source.
        duration: how long the backup took.
        engine_version: what kept it ("restic 0.14.0").
        source_version: what the data came from ("PostgreSQL 15.18"); empty if it has none.
        seal: the engine's name of the record that completed it, where the baseline is kept.
        summary: the baseline's summary.
        changed: how many things changed while it was read.
    """

    identity: str
    data_set: str
    repository: str
    engine: str
    kind: str
    consistency_time: datetime
    paths: tuple[str, ...]
    bytes: int
    duration: timedelta
    engine_version: str
    source_version: str
    seal: str
    summary: Mapping[str, Measure] = field(default_factory=dict)
    changed: int = 0


@dataclass(frozen=True)
class BackupFailure:
    """A backup that yielded no recovery point.

    Attributes:
        data_set: the component key.
        at: when it failed (UTC).
        sentence: what happened.
    """

    data_set: str
    at: datetime
    sentence: str


@dataclass(frozen=True)
class CommonRecoveryPoint:
    """One recovery point for each data set of a service, closest to one instant.

    Attributes:
        at: the instant at which the whole set is true: the oldest consistency time in it.
        skew: the spread between the oldest and the newest consistency time in it.
        points: the chosen point of each data set.
        missing: data sets that have no point at or before the instant that was asked for.
    """

    at: datetime | None
    skew: timedelta
    points: Mapping[str, RecoveryPoint]
    missing: tuple[str, ...] = ()
