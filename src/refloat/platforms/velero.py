"""Reads the backups and restores of Velero, from what ``kubectl get … -o json`` prints.

Fields after ``velero.io/v1`` of Velero 1.18 (``pkg/apis/velero/v1``). A backup is told of once for
each namespace that it names, under the namespace's name; ``*`` where it takes all of them. Only
``Completed`` is whole. A ``Restore`` that is ``Completed`` shows that objects came back: nothing of
an application that runs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

import msgspec
from msgspec import Struct, field

from refloat.model.options import Option
from refloat.platforms import Fact, Listing, Request, Telling
from refloat.platforms._listing import (
    OfFiles,
    Unusable,
    clean,
    digest_of,
    instant,
    listed,
    one,
    read_bytes,
    understood,
)

COMMAND = "kubectl get backups.velero.io -A -o json"
VERSION = "velero.io/v1"
EVERYTHING = "*"
_SCHEDULE = "velero.io/schedule-name"
_STATUS = {
    "Completed": "success",
    "PartiallyFailed": "warning",
    "Failed": "failed",
    "FailedValidation": "failed",
    **dict.fromkeys(
        (
            "",
            "New",
            "Queued",
            "ReadyToStart",
            "InProgress",
            "WaitingForPluginOperations",
            "WaitingForPluginOperationsPartiallyFailed",
            "Finalizing",
            "FinalizingPartiallyFailed",
        ),
        "running",
    ),
}
"""What the phase of a backup means as the status of a job; another word stays as it is."""
_CLAIMS: Mapping[str, Mapping[str, object]] = {
    "Completed": {"complete": True, "usable_claim": "ok"},
    "PartiallyFailed": {"complete": False, "usable_claim": "warning"},
    "Failed": {"complete": False, "usable_claim": "failed"},
    "Deleting": {"state": "deleted"},
}
"""What a phase says of a recovery point; with other words there is none yet, or none at all."""
_RESULTS = {
    "Completed": "passed",
    "PartiallyFailed": "partial",
    "Failed": "failed",
    "FailedValidation": "failed",
}


class _Metadata(Struct):
    """What every object of Kubernetes has."""

    name: str
    namespace: str = ""
    labels: dict[str, str] | None = None


class _Spec(Struct):
    """What a backup or a restore was asked for."""

    namespaces: list[str] | None = field(name="includedNamespaces", default=None)
    location: str = field(name="storageLocation", default="")
    backup: str = field(name="backupName", default="")


class _Status(Struct):
    """What became of it."""

    phase: str = ""
    began: str | None = field(name="startTimestamp", default=None)
    ended: str | None = field(name="completionTimestamp", default=None)
    expires: str | None = field(name="expiration", default=None)
    errors: int = 0
    warnings: int = 0


class _Object(Struct):
    """One object of Velero."""

    version: str = field(name="apiVersion")
    kind: str
    metadata: _Metadata
    spec: _Spec = field(default_factory=_Spec)
    status: _Status = field(default_factory=_Status)

    @property
    def name(self) -> str:
        """Its name in the cluster."""
        return f"{self.metadata.namespace}/{self.metadata.name}"

    @property
    def namespaces(self) -> list[str]:
        """What it is about, as Velero says it."""
        return list(dict.fromkeys(self.spec.namespaces or [EVERYTHING]))


class _List(Struct):
    """What kubectl prints."""

    items: list[msgspec.Raw]


class Velero(OfFiles):
    """Reads listings of Velero."""

    name = "velero"
    summary = f"Reads the backups and restores of Velero: what '{COMMAND}' prints."
    options: tuple[Option, ...] = ()
    rights = (
        "Nothing but the listing. Whoever makes it needs the verbs get and list on backups,"
        " restores and backupstoragelocations of velero.io, and on nothing else."
    )

    def read(self, request: Request) -> Listing:
        """Read one listing.

        Raises:
            UsageProblem: if no file is named.
            MissingInput: if it is not there, or cannot be opened.
            ObservationProblem: if it is no list of objects, or none of it can be used.
        """
        content = read_bytes(request)
        entries = understood(content, _List, request.path, COMMAND).items
        telling = Telling(request, "velero", "velero/1", digest_of(content))
        known = _Known(entries)
        return listed(telling, entries, "item", lambda raw: _facts(telling, raw, known))


class _Known:
    """What the other objects of a listing say: of backups that were restored, and of places."""

    def __init__(self, entries: list[msgspec.Raw]) -> None:
        self._backups: dict[str, _Object] = {}
        self._away: set[str] = set()
        for raw in entries:
            try:
                said = one(raw, _Object)
            except Unusable:
                continue
            if said.kind == "Backup":
                self._backups[said.name] = said
            elif said.kind == "BackupStorageLocation" and said.status.phase == "Unavailable":
                self._away.add(said.name)

    def backup_of(self, restore: _Object) -> _Object | None:
        """Give the backup that something was restored from, if it is listed."""
        return self._backups.get(f"{restore.metadata.namespace}/{restore.spec.backup}")

    def is_away(self, backup: _Object) -> bool:
        """Whether Velero cannot reach the place where a backup is kept."""
        return f"{backup.metadata.namespace}/{backup.spec.location}" in self._away


def _facts(telling: Telling, raw: msgspec.Raw, known: _Known) -> Iterator[Fact]:
    said = one(raw, _Object)
    if said.version != VERSION:
        raise Unusable(f"its apiVersion is not {VERSION}")
    metadata = said.metadata
    clean(metadata.name, metadata.namespace, said.spec.location, *said.namespaces)
    if said.kind == "Backup":
        yield from _points(telling, said, known)
        yield from _jobs(telling, said)
    elif said.kind == "Restore":
        yield from _tests(telling, said, known)


def _points(telling: Telling, said: _Object, known: _Known) -> Iterator[Fact]:
    claims = _CLAIMS.get(said.status.phase)
    began = _time(said.status.began, "startTimestamp")
    if claims is None or began is None:
        return
    if claims.get("usable_claim") == "ok" and known.is_away(said):
        claims = {**claims, "usable_claim": "warning"}
    location = said.spec.location
    for namespace in said.namespaces:
        yield telling.fact(
            "recovery_point",
            f"{said.name}/{namespace}",
            dataset_ref=namespace,
            external_name=namespace,
            consistency_time=began,
            completed_at=_time(said.status.ended, "completionTimestamp"),
            copies=[{"location": location}] if location else None,
            expires_at=_time(said.status.expires, "expiration"),
            **claims,
        )


def _jobs(telling: Telling, said: _Object) -> Iterator[Fact]:
    schedule = (said.metadata.labels or {}).get(_SCHEDULE) or said.metadata.name
    status = said.status
    clean(schedule, status.phase)
    if status.phase == "Deleting":
        return
    for namespace in said.namespaces:
        yield telling.fact(
            "job_run",
            f"{said.name}/{namespace}",
            job=schedule,
            dataset_ref=namespace,
            at=_time(status.began, "startTimestamp"),
            status=_STATUS.get(status.phase, status.phase),
            message=_counted(status),
        )


def _tests(telling: Telling, said: _Object, known: _Known) -> Iterator[Fact]:
    status = said.status
    result = _RESULTS.get(status.phase)
    began = _time(status.began, "startTimestamp")
    if result is None or began is None:
        return
    backup = known.backup_of(said)
    namespaces = said.namespaces
    if namespaces == [EVERYTHING] and backup is not None:
        namespaces = backup.namespaces
    ended = _time(status.ended, "completionTimestamp")
    yield telling.fact(
        "restore_test",
        said.name,
        dataset_refs=namespaces,
        level="object",
        result="partial" if result == "passed" and status.errors else result,
        started_at=began,
        own_seconds=max(0.0, (ended - began).total_seconds()) if ended is not None else None,
        consistency_time=_time(backup.status.began, "startTimestamp") if backup else None,
        issues=[_counted(status)],
    )


def _counted(status: _Status) -> str | None:
    """Say what Velero counted; nothing if it counted nothing."""
    counts = ((status.errors, "error"), (status.warnings, "warning"))
    parts = [f"{number} {word}{'s' if number != 1 else ''}" for number, word in counts if number]
    return ", ".join(parts) or None


def _time(text: str | None, what: str) -> datetime | None:
    return instant(text, what) if text else None


ADAPTER = Velero()
