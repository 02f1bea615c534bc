"""The evidence: listed, shown, exported, verified."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
        about: the service, or the first subjects.
        says: the verdict, where there is one.
    """

    entry: int
    kind: str
    recorded_at: str
    about: str
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
        StateProblem, NoRoom: if it cannot be written; a file that was there is untouched.
        EvidenceProblem: if the ledger is damaged.
    """
    ledger = existing(workspace)
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
    try:
        trusted = [read_public_key(_read(key)) for key in keys]
        before = _read(previous) if previous is not None else None
        with file.open("rb") as stream:
            return verify_export(stream, trusted, before)
    except Malformed as error:
        raise EvidenceProblem(f"this cannot be verified: {error}") from error
    except OSError as error:
        raise MissingInput(f"{error.filename or file} cannot be read: {error.strerror}") from error


def verify_own(workspace: Workspace, previous: Path | None) -> Report:
    """Verify this installation's own log, with its own key.

    Raises:
        MissingInput: if there is no ledger yet.
        EvidenceProblem: if it is damaged.
    """
    with tempfile.TemporaryDirectory(dir=workspace.state) as folder:
        file = Path(folder) / "evidence.json"
        export(workspace, file)
        return verify(file, (workspace.state / "ledger" / PUBLIC_KEY,), previous)


def existing(workspace: Workspace) -> Ledger:
    """Open the ledger that is there.

    Raises:
        MissingInput: if there is none yet.
    """
    return Ledger.open(workspace.state / "ledger")


def _read(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(LARGEST_FILE)
