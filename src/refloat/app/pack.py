"""The provider's pack for one client: what would come back, what is missing, and the evidence.

Everything in it is of the client whose plan it is (R-121). The client verifies it without the
provider's systems.
"""

from __future__ import annotations

import hashlib
import io
import json
import tempfile
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from refloat import assess
from refloat.app import evidence
from refloat.app.assess import Ground
from refloat.app.workspace import Workspace
from refloat.assess.reviewing.client import only_of
from refloat.assess.reviewing.renewal import renewal_answers
from refloat.host import files
from refloat.ledger.log import PUBLIC_KEY, origin
from refloat.model.codec import to_json
from refloat.model.errors import MissingInput, NotAllowed
from refloat.report.pack import README, Contents, readme, renewals, summary

VERIFY = "python -m refloat.ledger.verify evidence.json --key evidence.pub"
READABLE = 0o644
_OLDEST = (1980, 1, 1, 0, 0, 0)
"""The time of every file in an archive: the same pack has the same bytes."""


@dataclass(frozen=True)
class Packed:
    """A pack that was written.

    Attributes:
        path: where.
        files: by name, the SHA-256 of each file in it.
        entries: how many entries of evidence it holds; None if there is no evidence yet.
        left_out: how many facts were left out because the client's plan does not name what they
            are about.
        key: the SHA-256 of the public key, to be told to the client by another way; empty if there
            is no evidence yet.
    """

    path: str
    files: dict[str, str]
    entries: int | None
    left_out: int
    key: str


def pack(workspace: Workspace, found: Ground, instant: datetime, write_to: Path) -> Packed:
    """Write the pack of the client whose plan it is.

    Args:
        workspace: the client's plan and state.
        found: the plan and the facts to judge.
        instant: as of when.
        write_to: a folder, or a file that ends in ``.zip``.

    Raises:
        NotAllowed: if the evidence in the state was begun for another organisation.
        MissingInput: if the folder that it should lie in is not there, or it is no pack's folder.
        StateProblem, NoRoom: if it cannot be written.
        EvidenceProblem: if the ledger is damaged.
    """
    own, left_out = only_of(found.plan, found.facts)
    judged = assess.judge(found.plan, own, instant)
    answers = renewal_answers(judged.organisation)
    proof, entries = _evidence(workspace)
    key = hashlib.sha256(proof["evidence.pub"]).hexdigest() if proof else ""
    parts = {
        "assessment.json": _json(to_json(judged.assessment)),
        "renewal.json": _json([to_json(one) for one in answers]),
        "summary.txt": summary(judged.assessment).encode(),
        "renewal.txt": renewals(answers).encode(),
        **proof,
    }
    contents = Contents(
        organisation=found.plan.organisation,
        as_of=instant,
        files=tuple(sorted(parts)),
        key=key,
        command=VERIFY,
        left_out=left_out,
    )
    parts[README] = readme(contents).encode()
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(parts.items())}
    parts["SHA256SUMS"] = "".join(f"{one}  {name}\n" for name, one in sums.items()).encode()
    _write(write_to, parts)
    return Packed(str(write_to), sums, entries, left_out, key)


def _evidence(workspace: Workspace) -> tuple[dict[str, bytes], int | None]:
    """Export the client's own ledger; nothing where there is none yet."""
    folder = workspace.state / "ledger"
    if not folder.exists():
        return {}, None
    _refuse_others(workspace)
    with tempfile.TemporaryDirectory() as temporary:
        file = Path(temporary) / "evidence.json"
        entries = evidence.export(workspace, file)
        return {
            "evidence.json": file.read_bytes(),
            "evidence.pub": (folder / PUBLIC_KEY).read_bytes(),
        }, entries


def _refuse_others(workspace: Workspace) -> None:
    """See that the ledger is the client's own.

    Raises:
        NotAllowed: if it was begun for another organisation.
    """
    name = evidence.existing(workspace).checkpoint().origin
    wanted = origin(workspace.plan.organisation)
    if name.rpartition("/")[0] != wanted.rpartition("/")[0]:
        raise NotAllowed(
            f"the evidence in {workspace.state} was begun for another organisation ({name}), so "
            f"it does not go into a pack for {workspace.plan.organisation}",
            hint="Keep one state folder for each client, and name it with --state.",
        )


def _write(path: Path, parts: dict[str, bytes]) -> None:
    if not path.absolute().parent.is_dir():
        raise MissingInput(
            f"{path} cannot be written: there is no folder {path.absolute().parent}",
            hint="Make the folder, or name another with -o.",
        )
    if path.suffix == ".zip":
        files.write_atomically(path, _zipped(parts), READABLE)
        return
    others = _strangers(path, parts)
    if others:
        raise MissingInput(
            f"{path} holds what is no part of a pack: {', '.join(others[:3])}",
            hint="Name a new or empty folder, so that nothing of others goes to the client.",
        )
    path.mkdir(exist_ok=True)
    for name, content in parts.items():
        files.write_atomically(path / name, content, READABLE)


def _strangers(path: Path, parts: Iterable[str]) -> list[str]:
    if not path.exists():
        return []
    if not path.is_dir():
        return [path.name]
    return sorted({one.name for one in path.iterdir()} - set(parts))


def _zipped(parts: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(parts.items()):
            entry = zipfile.ZipInfo(name, _OLDEST)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = READABLE << 16
            archive.writestr(entry, content)
    return stream.getvalue()


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()
