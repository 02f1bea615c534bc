"""The evidence: listed, shown, exported, verified."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from refloat.app.workspace import Workspace
from refloat.ledger.canonical import Malformed
from refloat.ledger.dsse import read_public_key
from refloat.ledger.log import PUBLIC_KEY, Ledger
from refloat.ledger.report import Report
from refloat.ledger.verify import verify_export
from refloat.model.errors import EvidenceProblem, MissingInput

LARGEST_FILE = 64 * 1024 * 1024


@dataclass(frozen=True)
class Listed:
    """One entry of the ledger, in a line.

    Attributes:
        entry: its number.
        kind: what it is, in words.
        recorded_at: when, as it says itself; empty if it does not.
        about: the service, or the first subject.
        run: the drill's run, where it is about one; ``accept`` and ``drill --resume`` take it.
        says: the verdict, where there is one.
    """

    entry: int
    kind: str
    recorded_at: str
    about: str
    run: str
    says: str


def list_entries(workspace: Workspace) -> Iterator[Listed]:
    """Give every entry in order.

    Raises:
        EvidenceProblem: if the ledger is damaged.
    """
    for entry in existing(workspace).entries():
        statement = entry.statement
        predicate = statement.predicate
        subjects = [subject.name for subject in statement.subjects]
        yield Listed(
            entry=entry.index,
            kind=statement.kind,
            recorded_at=str(predicate.get("recorded_at", "")),
            about=str(predicate.get("service", "") or subjects[0]),
            run=str(predicate.get("run", "")),
            says=str(predicate.get("verdict", "") or predicate.get("result", "")),
        )


def show_entry(workspace: Workspace, number: int) -> dict[str, Any]:
    """Give one statement as it was signed.

    Raises:
        MissingInput: if there is no such entry.
        EvidenceProblem: if the ledger is damaged.
    """
    statement = existing(workspace).entry(number).statement
    return {
        "entry": number,
        "kind": statement.kind,
        "subject": [subject.to_json() for subject in statement.subjects],
        "predicateType": statement.predicate_type,
        "predicate": dict(statement.predicate),
    }


def export(workspace: Workspace, write_to: Path) -> int:
    """Write the whole log to one file, and give the number of entries.

    Raises:
        MissingInput: if there is no ledger yet, or no such folder to write to.
        StateProblem, NoRoom: if it cannot be written; a file that was there is untouched.
        EvidenceProblem: if the ledger is damaged.
    """
    ledger = existing(workspace)
    if not write_to.absolute().parent.is_dir():
        raise MissingInput(
            f"{write_to} cannot be written: there is no folder {write_to.absolute().parent}",
            hint="Make the folder, or name another with -o.",
        )
    ledger.export(write_to)
    return ledger.checkpoint().size


def verify(file: Path, keys: tuple[Path, ...], previous: Path | None) -> Report:
    """Verify an export as an outsider would, with keys that were got by another way.

    Args:
        file: the export.
        keys: public keys (PEM) that are trusted; without any, nothing is more than consistent.
        previous: an earlier checkpoint or export that the log must have grown from.

    Raises:
        MissingInput: if a file is not there.
        EvidenceProblem: if a file is no export, key or checkpoint.
    """
    trusted = [_key(key) for key in keys]
    try:
        before = _read(previous) if previous is not None else None
        with file.open("rb") as stream:
            return verify_export(stream, trusted, before)
    except Malformed as error:
        raise EvidenceProblem(f"{file} cannot be verified: {error}") from error
    except OSError as error:
        raise _unreadable(file, error) from error


def verify_own(workspace: Workspace, previous: Path | None) -> Report:
    """Verify this installation's own log, with its own key.

    Raises:
        MissingInput: if there is no ledger yet.
        EvidenceProblem: if it is damaged.
    """
    existing(workspace)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "evidence.json"
        export(workspace, file)
        return verify(file, (workspace.state / "ledger" / PUBLIC_KEY,), previous)


def existing(workspace: Workspace) -> Ledger:
    """Open the ledger that is there.

    Raises:
        MissingInput: if there is none yet.
    """
    return Ledger.open(workspace.state / "ledger")


def _key(path: Path) -> Ed25519PublicKey:
    try:
        return read_public_key(_read(path))
    except Malformed as error:
        raise EvidenceProblem(f"{path} is no public key: {error}") from error
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> MissingInput:
    return MissingInput(f"{error.filename or path} cannot be read: {error.strerror}")


def _read(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(LARGEST_FILE)
