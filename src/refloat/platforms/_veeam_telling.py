"""What answers of Veeam Backup & Replication say, as facts.

Fields after its REST reference, and held against the client that is generated of it, ``veeam-br``
0.5.1 (interfaces 1.2-rev1, 1.3-rev1 and 1.3-rev2).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

from msgspec import Meta, Raw, Struct

from refloat.platforms import Fact, Telling
from refloat.platforms._listing import Unusable, clean, instant, one

Days = Annotated[int, Meta(ge=0, le=36_500)]

LEVELS: Mapping[str, str] = {
    # A machine that started in a laboratory. What its scripts looked at, the answers do not say.
    "SureBackup": "boot",
    # A machine was laid down or published; that it started, nobody says.
    "RestoreVm": "image",
    "InstantRecovery": "image",
    "CloudDirectorVmRestore": "image",
    "FirstClassDiskInstantRestore": "image",
    # Somebody opened the files of a point.
    "FileLevelRestore": "file",
    "LinuxFileLevelRestore": "file",
}
"""The types of session that bring something back, and how much: never more than is certain."""

_BY_HAND = frozenset({"FileLevelRestore", "LinuxFileLevelRestore"})
"""These last as long as somebody looks around: no measure of how long a restore takes."""

_MALWARE = {"Clean": "clean", "Suspicious": "suspicious", "Infected": "infected"}
_RESULTS = {"Success": "passed", "Warning": "partial", "Failed": "failed"}
_STATUS = {"Success": "success", "Warning": "warning", "Failed": "failed"}
_RUNNING = frozenset({"Running", "Starting", "Stopping"})
_ENABLED = {"Enabled": True, "Disabled": False}
_KINDS = {"Full": "full", "Increment": "incremental", "Snapshot": "snapshot", "Cdp": "replica"}
"""What the type of a point says of it; continuous data protection keeps a replica up to date."""
_REPLICA = "Replica"
"""How the types of jobs end that make replicas, which follow what they copy."""
_SCAN = "Antivirus"
"""The type of a part that looked for malware: nothing came back for it."""


class Backup(Struct, rename="camel"):
    """A chain of points of one job in one repository."""

    id: str
    job_id: str | None = None
    job_type: str | None = None
    repository_id: str | None = None
    repository_name: str | None = None


class _Hardened(Struct, rename="camel"):
    make_recent_backups_immutable_days: Days | None = None


class _Immutability(Struct, rename="camel"):
    is_enabled: bool | None = None
    days_count: Days | None = None
    immutability_mode: str | None = None


class _Store(Struct, rename="camel"):
    immutability: _Immutability | None = None


class Repository(Struct, rename="camel"):
    """Where points are kept; types say differently how long those are kept from being changed."""

    id: str
    name: str | None = None
    type: str | None = None
    repository: _Hardened | None = None
    bucket: _Store | None = None
    container: _Store | None = None


class _Point(Struct, rename="camel"):
    """A restore point of one object."""

    id: str
    name: str
    creation_time: str
    type: str | None = None
    backup_id: str | None = None
    malware_status: str | None = None
    original_size: Annotated[int, Meta(ge=0)] | None = None


class _Job(Struct, rename="camel"):
    """A job, and how it went last."""

    id: str
    name: str
    type: str | None = None
    status: str | None = None
    last_result: str | None = None
    last_run: str | None = None
    session_id: str | None = None

    @property
    def state(self) -> str:
        """What it does, as 1.3 spells it; 1.2 spells it small."""
        return (self.status or "").capitalize()


class _Result(Struct, rename="camel"):
    result: str | None = None
    is_canceled: bool | None = None


class _Session(Struct, rename="camel"):
    """A session, or the part of one that is about one object."""

    id: str
    session_type: str
    creation_time: str
    type: str | None = None
    name: str | None = None
    session_id: str | None = None
    end_time: str | None = None
    state: str | None = None
    result: _Result | None = None


@dataclass(frozen=True)
class Surroundings:
    """What the answers say about what entries refer to.

    Attributes:
        backups: by id.
        repositories: by id.
        objects: names of what each job copies, by the job's id, as its points say.
        in_parts: ids of the sessions whose parts are told one by one.
    """

    backups: Mapping[str, Backup]
    repositories: Mapping[str, Repository]
    objects: Mapping[str, tuple[str, ...]]
    in_parts: frozenset[str]


def objects_of_jobs(
    backups: Mapping[str, Backup], points: list[Raw]
) -> Mapping[str, tuple[str, ...]]:
    """Give the names of what each job copies: of what there are points in its backups."""
    found: dict[str, dict[str, None]] = {}
    for raw in points:
        try:
            said = one(raw, _Point)
        except Unusable:
            continue  # told with its place where the points are
        backup = backups.get(said.backup_id or "")
        if backup is not None and backup.job_id and said.name:
            found.setdefault(backup.job_id, {})[said.name] = None
    return {job: tuple(sorted(names)) for job, names in found.items()}


def sessions_in_parts(parts: list[Raw]) -> frozenset[str]:
    """Give the ids of the sessions that these are parts of."""
    found = set()
    for raw in parts:
        try:
            said = one(raw, _Session)
        except Unusable:
            continue
        if said.session_id and said.name and said.type != _SCAN:
            found.add(said.session_id)
    return frozenset(found)


def point(telling: Telling, around: Surroundings, raw: Raw) -> Iterator[Fact]:
    """Give what a restore point says.

    Raises:
        Unusable: if it cannot be used.
    """
    said = one(raw, _Point)
    if not said.id or not said.name:
        raise Unusable("it has no id, or does not say of what it is")
    made = instant(said.creation_time, "creationTime")
    backup = around.backups.get(said.backup_id or "")
    clean(said.id, said.name)
    yield telling.fact(
        "recovery_point",
        said.id,
        dataset_ref=said.name,
        external_name=said.name,
        consistency_time=made,
        level=_level(said, backup),
        size_bytes=said.original_size,
        copies=_copies(telling, around, backup, made) if backup is not None else None,
        malware=_MALWARE.get(said.malware_status or ""),
    )


def _level(said: _Point, backup: Backup | None) -> str | None:
    """Say what kind of point it is: a replica, whatever its own type, where its job makes those."""
    if backup is not None and (backup.job_type or "").endswith(_REPLICA):
        return "replica"
    return _KINDS.get(said.type or "")


def job(telling: Telling, around: Surroundings, raw: Raw) -> Iterator[Fact]:
    """Give how a job went last: once for each thing that it copies, or under its own name.

    Raises:
        Unusable: if it cannot be used.
    """
    said = one(raw, _Job)
    status = "running" if said.state in _RUNNING else _STATUS.get(said.last_result or "")
    if said.last_run is None or status is None or said.type == "SureBackupContentScan":
        return
    ran = instant(said.last_run, "lastRun")
    run = said.session_id or f"{said.id} {ran.isoformat()}"
    names = around.objects.get(said.id, (said.name,))
    clean(run, said.name, *names)
    for name in names:
        yield telling.fact(
            "job_run",
            f"{run} {name}",
            job=said.name,
            dataset_ref=name,
            status=status,
            at=ran,
            enabled=_ENABLED.get(said.state),
        )


def session(telling: Telling, around: Surroundings, raw: Raw) -> Iterator[Fact]:
    """Give what a session of a restore or a laboratory shows, or a part of one.

    One that has not ended, or was called off, shows nothing; nor does one of another type. A
    session whose parts are told is left to them; another is known by its own name.

    Raises:
        Unusable: if it cannot be used.
    """
    said = one(raw, _Session)
    level = LEVELS.get(said.session_type)
    ending = said.result or _Result()
    result = _RESULTS.get(ending.result or "")
    if level is None or result is None or ending.is_canceled or said.type == _SCAN:
        return
    if said.id in around.in_parts or said.state not in (None, "Stopped"):
        return
    if not said.id or not said.name:
        raise Unusable("it does not say what was restored")
    clean(said.id, said.name)
    began = instant(said.creation_time, "creationTime")
    ended = instant(said.end_time, "endTime") if said.end_time else None
    measured = ended is not None and ended >= began and said.session_type not in _BY_HAND
    yield telling.fact(
        "restore_test",
        said.id,
        dataset_refs=[said.name],
        level=level,
        result=result,
        started_at=began,
        own_seconds=(ended - began).total_seconds() if ended and measured else None,
    )


def _copies(
    telling: Telling, around: Surroundings, backup: Backup, made: datetime
) -> list[dict[str, Any]] | None:
    repository = around.repositories.get(backup.repository_id or "")
    name = backup.repository_name or (repository.name if repository is not None else None)
    if not name:
        return None
    clean(name)
    lock = _lock(repository, made, telling.request.observed_at) if repository is not None else None
    return [{"location": name, "immutable": lock}]


def _lock(repository: Repository, made: datetime, at: datetime) -> dict[str, Any] | None:
    """Say what keeps a point of a repository from being changed; None if that is not said.

    The setting says for how many days, and not who can open it all the same: so it is never more
    than a lock that some accounts can open. When its days are over, nothing is said any more.
    """
    days = _days(repository)
    if days is None:
        return None
    if days == 0:
        return {"mode": "none"}
    try:
        until = made + timedelta(days=days)
    except OverflowError:  # a time in the far future, which the feed refuses
        return None
    return {"mode": "governance", "until": until} if until > at else None


def _days(repository: Repository) -> int | None:
    """Give for how many days points cannot be changed, 0 for none; None if that is not said."""
    if repository.type == "LinuxHardened":
        settings = repository.repository or _Hardened()
        return settings.make_recent_backups_immutable_days
    store = repository.bucket or repository.container or _Store()
    if store.immutability is None or store.immutability.is_enabled is None:
        return None
    if store.immutability.immutability_mode == "RetentionSettings":
        return None  # as long as jobs keep points, which is not said here
    return store.immutability.days_count if store.immutability.is_enabled else 0
