"""Reads the backups and restores of Velero, from what ``kubectl get … -o json`` prints.

Fields after ``velero.io/v1`` in the source of Velero 1.18 (``pkg/apis/velero/v1``). A backup is
told of once for each namespace that it names, under the namespace's name; ``*`` where it takes all
of them.

``Completed`` says that nothing of what Velero was told to take failed. It was perhaps told to leave
things out; and of a volume that no plugin can copy it takes the description alone, and is
``Completed`` all the same. So a backup is whole only where volumes are seen to be copied, too.
Snapshots of volumes stay with the storage that made them, unless Velero moves their data
(``DataUpload``): such a backup lies there and not in the place that holds its objects. A
``Restore`` that is ``Completed`` shows that objects came back: nothing of an application that runs.
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
MOVED_VERSION = "velero.io/v2alpha1"
"""The version of ``DataUpload``: the data of a snapshot, moved to where the backup is kept."""
EVERYTHING = "*"
SNAPSHOTS = "volume snapshots"
"""What the place is called where snapshots of volumes stay: Velero does not name it."""
_SCHEDULE = "velero.io/schedule-name"
_BACKUP = "velero.io/backup-name"
_NOBODY_MISSES = frozenset(
    {
        "events",
        "events.events.k8s.io",
        "nodes",
        "csinodes.storage.k8s.io",
        "volumeattachments.storage.k8s.io",
        "backups.velero.io",
        "restores.velero.io",
        "resticrepositories.velero.io",
        "backuprepositories.velero.io",
    }
)
"""What Velero itself never brings back (``nonRestorableResources``)."""
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


class _Pod(Struct):
    """Whose volume is copied."""

    namespace: str = ""


class _Spec(Struct):
    """What a backup or a restore was asked for."""

    namespaces: list[str] | None = field(name="includedNamespaces", default=None)
    not_namespaces: list[str] | None = field(name="excludedNamespaces", default=None)
    resources: list[str] | None = field(name="includedResources", default=None)
    not_resources: list[str] | None = field(name="excludedResources", default=None)
    scoped: list[str] | None = field(name="includedNamespaceScopedResources", default=None)
    not_scoped: list[str] | None = field(name="excludedNamespaceScopedResources", default=None)
    label: dict[str, msgspec.Raw] | None = field(name="labelSelector", default=None)
    labels: list[msgspec.Raw] | None = field(name="orLabelSelectors", default=None)
    policy: dict[str, msgspec.Raw] | None = field(name="resourcePolicy", default=None)
    snapshots: bool | None = field(name="snapshotVolumes", default=None)
    files: bool | None = field(name="defaultVolumesToFsBackup", default=None)
    volumes: bool | None = field(name="restorePVs", default=None)
    location: str = field(name="storageLocation", default="")
    backup: str = field(name="backupName", default="")
    pod: _Pod | None = None
    source: str = field(name="sourceNamespace", default="")

    @property
    def is_narrowed(self) -> bool:
        """Whether it takes only some objects of the namespaces that it names."""
        left_out = {*(self.not_resources or ()), *(self.not_scoped or ())} - _NOBODY_MISSES
        chosen = any(some and EVERYTHING not in some for some in (self.resources, self.scoped))
        return bool(left_out) or chosen or bool(self.label or self.labels)


class _Status(Struct):
    """What became of it."""

    phase: str = ""
    began: str | None = field(name="startTimestamp", default=None)
    ended: str | None = field(name="completionTimestamp", default=None)
    expires: str | None = field(name="expiration", default=None)
    errors: int = 0
    warnings: int = 0
    wanted: int = field(name="volumeSnapshotsAttempted", default=0)
    made: int = field(name="volumeSnapshotsCompleted", default=0)
    csi_wanted: int = field(name="csiVolumeSnapshotsAttempted", default=0)
    csi_made: int = field(name="csiVolumeSnapshotsCompleted", default=0)

    @property
    def snapshots(self) -> bool | None:
        """Whether all snapshots of volumes that were wanted were made; None if none were."""
        if not self.wanted and not self.csi_wanted:
            return None
        return self.made >= self.wanted and self.csi_made >= self.csi_wanted


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
        " restores, backupstoragelocations, podvolumebackups and datauploads of velero.io, and on"
        " nothing else."
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
        telling = Telling(request, "velero", "velero/3", digest_of(content))
        known = _Known(entries)
        return listed(telling, entries, "item", lambda raw: _facts(telling, raw, known))


class _Known:
    """What the other objects of a listing say: of backups that were restored, and of places."""

    def __init__(self, entries: list[msgspec.Raw]) -> None:
        self._backups: dict[str, _Object] = {}
        self._away: set[str] = set()
        self._copied: dict[tuple[str, str], bool] = {}
        for raw in entries:
            try:
                said = one(raw, _Object)
            except Unusable:
                continue
            if said.kind == "Backup":
                self._backups[said.name] = said
            elif said.kind == "BackupStorageLocation" and said.status.phase == "Unavailable":
                self._away.add(said.name)
            elif said.kind in ("PodVolumeBackup", "DataUpload"):
                self._note_copy(said)

    def _note_copy(self, said: _Object) -> None:
        of = f"{said.metadata.namespace}/{(said.metadata.labels or {}).get(_BACKUP, '')}"
        namespace = said.spec.source if said.spec.pod is None else said.spec.pod.namespace
        done = said.status.phase == "Completed"
        for place in (namespace, EVERYTHING):
            self._copied[of, place] = self._copied.get((of, place), True) and done

    def place_of(self, backup: _Object, namespace: str) -> str:
        """Say where a namespace of a backup lies; nothing where it lies partly here, partly there.

        Its objects are always in the storage location: it is the volumes that matter.
        """
        if backup.status.snapshots is None:
            return backup.spec.location
        return "" if (backup.name, namespace) in self._copied else SNAPSHOTS

    def volumes_of(self, backup: _Object, namespace: str) -> bool | None:
        """Whether every volume of a namespace that was to be copied is; None if none is known.

        Snapshots are counted for a backup as a whole, so they say nothing of one among several
        namespaces.
        """
        snapshots = backup.status.snapshots
        found = [self._copied.get((backup.name, namespace))]
        found += [snapshots] if snapshots is False or len(backup.namespaces) == 1 else []
        known = [copied for copied in found if copied is not None]
        return all(known) if known else None

    def backup_of(self, restore: _Object) -> _Object | None:
        """Give the backup that something was restored from, if it is listed."""
        return self._backups.get(f"{restore.metadata.namespace}/{restore.spec.backup}")

    def is_away(self, backup: _Object) -> bool:
        """Whether Velero cannot reach the place where a backup is kept."""
        return f"{backup.metadata.namespace}/{backup.spec.location}" in self._away


def _facts(telling: Telling, raw: msgspec.Raw, known: _Known) -> Iterator[Fact]:
    said = one(raw, _Object)
    version = MOVED_VERSION if said.kind == "DataUpload" else VERSION
    if said.version != version:
        raise Unusable(f"its apiVersion is not {version}")
    metadata = said.metadata
    clean(metadata.name, metadata.namespace, said.spec.location, *said.namespaces)
    if said.kind == "Backup":
        yield from _points(telling, said, known)
        yield from _jobs(telling, said)
    elif said.kind == "Restore":
        yield from _tests(telling, said, known)


def _points(telling: Telling, said: _Object, known: _Known) -> Iterator[Fact]:
    began = _time(said.status.began, "startTimestamp")
    if said.status.phase not in _CLAIMS or began is None:
        return
    for namespace in said.namespaces:
        location = known.place_of(said, namespace)
        yield telling.fact(
            "recovery_point",
            f"{said.name}/{namespace}",
            dataset_ref=namespace,
            external_name=namespace,
            consistency_time=began,
            completed_at=_time(said.status.ended, "completionTimestamp"),
            level="snapshot" if location == SNAPSHOTS else None,
            copies=[{"location": location}] if location else None,
            expires_at=_time(said.status.expires, "expiration"),
            **_claims(said, known, namespace),
        )


def _claims(said: _Object, known: _Known, namespace: str) -> Mapping[str, object]:
    """Say how much of a namespace is in a backup, and whether it can be used."""
    claims = _CLAIMS[said.status.phase]
    if said.status.phase != "Completed":
        return claims
    spec, volumes = said.spec, known.volumes_of(said, namespace)
    if volumes is False:
        return {"complete": False, "usable_claim": "warning"}
    without = spec.snapshots is False and not spec.files and volumes is None
    some = namespace == EVERYTHING and bool(spec.not_namespaces)
    in_doubt = spec.is_narrowed or without or some
    claim = "warning" if in_doubt or known.is_away(said) else "ok"
    whole = volumes is True and not in_doubt and spec.policy is None
    return {"complete": True if whole else None, "usable_claim": claim}


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
    left_out = said.spec.not_namespaces or []
    namespaces = [name for name in namespaces if name not in left_out]
    some = namespaces == [EVERYTHING] and bool(left_out)
    part = said.spec.is_narrowed or said.spec.volumes is False or some
    ended = _time(status.ended, "completionTimestamp")
    yield telling.fact(
        "restore_test",
        said.name,
        dataset_refs=namespaces,
        level="object",
        result="partial" if result == "passed" and (status.errors or part) else result,
        started_at=began,
        own_seconds=max(0.0, (ended - began).total_seconds()) if ended is not None else None,
        consistency_time=_time(backup.status.began, "startTimestamp") if backup else None,
        issues=[_counted(status), "only a part was to come back" if part else None],
    )


def _counted(status: _Status) -> str | None:
    """Say what Velero counted; nothing if it counted nothing."""
    counts = ((status.errors, "error"), (status.warnings, "warning"))
    parts = [f"{number} {word}{'s' if number != 1 else ''}" for number, word in counts if number]
    return ", ".join(parts) or None


def _time(text: str | None, what: str) -> datetime | None:
    return instant(text, what) if text else None


ADAPTER = Velero()
