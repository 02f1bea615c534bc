"""Reads the snapshots of a Proxmox Backup Server's datastore, from its API or its client.

``GET /api2/json/admin/datastore/STORE/snapshots`` answers ``{"data": [...]}``;
``proxmox-backup-client snapshot list --output-format json`` prints the list alone. Fields after
``SnapshotListItem`` of the server's source (``pbs-api-types`` of 3.2) and what ``list_snapshots``
there puts into it: a snapshot whose manifest the server cannot read is listed all the same, with
names of files and nothing else. ``verification`` says that checksums were compared, and nothing of
a restore.
"""

from __future__ import annotations

import re
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
    listed,
    one,
    read_bytes,
    seconds_since_1970,
    understood,
)
from refloat.platforms._options import KEPT_FOR, expires_at

COMMAND = "proxmox-backup-client snapshot list --output-format json"
_MANIFEST = "index.json.blob"
_OWN = frozenset({_MANIFEST, "client.log.blob", "rsa-encrypted.key.blob"})
"""Files that hold no data of what was copied, and are not encrypted with its key."""
_TASK = re.compile(r"UPID:[^:]*:[0-9A-F]+:[0-9A-F]+:[0-9A-F]+:(?P<began>[0-9A-F]{1,16}):", re.I)


class _File(Struct):
    """One file of a snapshot."""

    filename: str
    crypt_mode: str | None = field(name="crypt-mode", default=None)
    size: int | None = None


class _Verification(Struct):
    """The last time that checksums were compared."""

    state: str
    upid: str = ""


class _Snapshot(Struct):
    """One snapshot."""

    type: str = field(name="backup-type")
    id: str = field(name="backup-id")
    time: int = field(name="backup-time")
    files: list[_File | str] | None = None
    size: int | None = None
    protected: bool = False
    verification: _Verification | None = None


class _Answer(Struct):
    """What the API answers."""

    data: list[msgspec.Raw]


class ProxmoxBackup(OfFiles):
    """Reads listings of Proxmox Backup Server."""

    name = "proxmox_backup"
    summary = (
        "Reads the snapshots of a datastore of Proxmox Backup Server: what its API answers, or"
        f" '{COMMAND}' prints."
    )
    options: tuple[Option, ...] = (KEPT_FOR,)
    rights = (
        "Nothing but the listing. Whoever makes it needs an API token with the role DatastoreAudit"
        " on that datastore: it can list everything, and restore and remove nothing."
    )

    def read(self, request: Request) -> Listing:
        """Read one listing.

        Raises:
            UsageProblem: if no file is named.
            MissingInput: if it is not there, or cannot be opened.
            ObservationProblem: if it is no listing of a datastore, or none of it can be used.
        """
        content = read_bytes(request)
        if content.lstrip().startswith(b"{"):
            entries = understood(content, _Answer, request.path, COMMAND).data
        else:
            entries = understood(content, list[msgspec.Raw], request.path, COMMAND)
        telling = Telling(request, "proxmox-backup", "proxmox_backup/1", digest_of(content))
        return listed(telling, entries, "snapshot", lambda raw: _facts(telling, raw))


def _facts(telling: Telling, raw: msgspec.Raw) -> Iterator[Fact]:
    said = one(raw, _Snapshot)
    if not said.id or not said.type:
        raise Unusable("it has no id, or no type")
    name = f"{said.type}/{said.id}"
    clean(said.type, said.id)
    began = seconds_since_1970(said.time, "backup-time")
    claims: dict[str, object] = {}
    if _is_half(said):
        claims = {"complete": False, "usable_claim": "failed"}
    elif _is_unreadable(said):
        claims = {"usable_claim": "failed"}
    yield telling.fact(
        "recovery_point",
        f"{name}/{began:%Y-%m-%dT%H:%M:%SZ}",
        dataset_ref=name,
        external_name=name,
        consistency_time=began,
        **claims,
        size_bytes=said.size,
        copies=[{"location": telling.request.instance, "encrypted": _encrypted(said)}],
        integrity=_integrity(said.verification),
        expires_at=_end(said, telling, began),
    )


def _end(said: _Snapshot, telling: Telling, began: datetime) -> datetime | None:
    """Say when it is to go: what is protected never, and half of one as soon as that is seen."""
    return None if said.protected or _is_half(said) else expires_at(telling.request, began)


def _is_half(said: _Snapshot) -> bool:
    """Whether a snapshot has no manifest: its backup still runs, or broke off."""
    files = said.files
    return files is not None and not any(_name(file).startswith(_MANIFEST) for file in files)


def _is_unreadable(said: _Snapshot) -> bool:
    """Whether the server could not read the manifest: of it, it always tells size and mode."""
    manifests = [one for one in said.files or () if _name(one).startswith(_MANIFEST)]
    return any(
        isinstance(one, _File) and one.size is None and one.crypt_mode is None for one in manifests
    )


def _encrypted(said: _Snapshot) -> bool | None:
    """Say whether all of its data is encrypted; None if the server does not say of some."""
    modes = {
        None if isinstance(file, str) else file.crypt_mode
        for file in said.files or ()
        if _name(file) not in _OWN
    }
    if modes & {"none", "sign-only"}:
        return False
    return True if modes == {"encrypt"} else None


def _integrity(said: _Verification | None) -> Mapping[str, object] | None:
    """Say what comparing checksums found, and when that began (it stands in the task's name)."""
    if said is None:
        return None
    state = said.state if said.state in ("ok", "failed") else "unknown"
    return {"kind": "checksum", "state": state, "at": _began(said.upid)}


def _began(task: str) -> datetime | None:
    found = _TASK.match(task)
    try:
        return seconds_since_1970(int(found["began"], 16), "upid") if found else None
    except Unusable:
        return None


def _name(file: _File | str) -> str:
    return file if isinstance(file, str) else file.filename


ADAPTER = ProxmoxBackup()
