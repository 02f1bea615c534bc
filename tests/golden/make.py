"""Makes the golden evidence: one good log, and one bad file for each attack on it.

    python tests/golden/make.py FOLDER

Everything is fixed (keys, name, times), so the same bytes come out each time. The keys are public
knowledge and sign nothing else. The content is invented, in the shape that drills have.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from golden_content import points, statements

from refloat.ledger.checkpoint import Checkpoint, SignedCheckpoint, sign_checkpoint
from refloat.ledger.dsse import public_key_pem, sign
from refloat.ledger.export import Head, Line, write_export
from refloat.ledger.merkle import Frontier, inclusion_proof, leaf_hash, levels
from refloat.ledger.statement import DRILL, Statement

KEY = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"golden evidence: the log").digest())
OTHER = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"golden evidence: a forger").digest())
ORIGIN = "refloat.dev/log/harbour-street-dental/00f1ea700000beef"
FAILED_DRILL = 5
COMMITS = (1, 2, 5, 7, 8, 10)  # sizes of the log after each commit


def signed(
    envelopes: Sequence[bytes], key: Ed25519PrivateKey = KEY, origin: str = ORIGIN
) -> SignedCheckpoint:
    """Give the signed checkpoint of a log with these entries."""
    frontier = Frontier()
    for envelope in envelopes:
        frontier.append(leaf_hash(envelope))
    length = sum(len(envelope) + 1 for envelope in envelopes)
    return sign_checkpoint(Checkpoint(origin, frontier.size, frontier.root(), length), key)


def export(
    envelopes: Sequence[bytes],
    *,
    key: Ed25519PrivateKey = KEY,
    checkpoint: SignedCheckpoint | None = None,
    history: Sequence[SignedCheckpoint] | None = None,
    lines: Sequence[Line] | None = None,
    complete: bool = True,
) -> bytes:
    """Give an export; what is not said is as an honest log would have it."""
    if history is None:
        history = [
            signed(envelopes[:size], key) for size in (0, *COMMITS) if size <= len(envelopes)
        ]
    if lines is None:
        lines = [Line(n, envelope, None) for n, envelope in enumerate(envelopes)]
    head = Head(
        complete,
        (checkpoint or signed(envelopes, key)).text(),
        tuple(item.text() for item in history) if complete else (),
        public_key_pem(key.public_key()).decode(),
    )
    stream = io.BytesIO()
    write_export(stream, head, lines)
    return stream.getvalue()


def selection(envelopes: Sequence[bytes], *indexes: int) -> list[Line]:
    """Give some entries with their proofs."""
    tree = levels([leaf_hash(envelope) for envelope in envelopes])
    return [Line(n, envelopes[n], inclusion_proof(tree, n)) for n in indexes]


def forged(envelope: bytes, old: bytes, new: bytes) -> bytes:
    """Give an envelope with other content and its old signature."""
    members = json.loads(envelope)
    payload = base64.b64decode(members["payload"])
    if old not in payload:
        raise ValueError(f"{old!r} is not there to be changed")
    members["payload"] = base64.b64encode(payload.replace(old, new)).decode()
    return json.dumps(members, separators=(",", ":")).encode()


def renumbered(envelopes: Sequence[bytes]) -> list[Line]:
    """Give lines that are numbered in their order, as a forger would."""
    return [Line(n, envelope, None) for n, envelope in enumerate(envelopes)]


class Golden:
    """Writes the files, and the manifest of what must be said about each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest: list[dict[str, Any]] = []
        self.good = [sign(item.payload(), KEY).to_bytes() for item in statements()]
        self.honest = signed(self.good)

    def add(
        self, name: str, data: bytes, code: int, says: str, *options: str, key: str = "trusted.pub"
    ) -> None:
        """Write one file, and what verifying it must give."""
        (self.folder / name).write_bytes(data)
        self.expect(name, code, says, *options, key=key)

    def expect(
        self, name: str, code: int, says: str, *options: str, key: str = "trusted.pub"
    ) -> None:
        """Record what verifying a file with these options must give."""
        keys = ["--key", key] if key else []
        self.manifest.append({"arguments": [name, *keys, *options], "exit": code, "says": says})

    def make(self) -> None:
        """Write everything."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "trusted.pub").write_bytes(public_key_pem(KEY.public_key()))
        (self.folder / "other.pub").write_bytes(public_key_pem(OTHER.public_key()))
        (self.folder / "earlier.checkpoint").write_text(signed(self.good[:7]).text())
        self.make_good()
        self.make_changed()
        self.make_moved()
        self.make_rewritten()
        self.make_truncated()
        self.make_hostile()
        text = json.dumps(self.manifest, indent=1, ensure_ascii=False) + "\n"
        (self.folder / "manifest.json").write_text(text)

    def make_good(self) -> None:
        """What must verify, and what must not be believed for want of a key."""
        earlier = ("--checkpoint", "earlier.checkpoint")
        self.add("good.json", export(self.good), 0, "VERIFIED. Every entry")
        self.expect("good.json", 0, "only grew since it had 7 entries", *earlier)
        self.expect("good.json", 2, "signer unknown", key="")
        self.expect("good.json", 1, "is not signed by the trusted key", key="other.pub")
        self.add("good-empty.json", export([]), 0, "all 0")
        some = export(self.good, lines=selection(self.good, 3, 4, 8), complete=False)
        self.add("good-selection.json", some, 0, "3 of 10 entries", "--selection")
        self.expect("good-selection.json", 2, "no failed drill is left out")
        self.expect(
            "good-selection.json", 2, "cannot show that the log only grew", "--selection", *earlier
        )

    def make_changed(self) -> None:
        """One byte, one verdict, one signer, the checkpoint."""
        lie = forged(self.good[FAILED_DRILL], b'"verdict":"failed"', b'"verdict":"proven"')
        lines = renumbered([*self.good[:5], lie, *self.good[6:]])
        self.add(
            "bad-changed-verdict.json", export(self.good, lines=lines), 1, "Entry 5 was changed"
        )
        whole = export(self.good)
        at = whole.index(b'{"index":2,') + 200
        flipped = whole[:at] + (b"A" if whole[at : at + 1] != b"A" else b"B") + whole[at + 1 :]
        self.add("bad-changed-byte.json", flipped, 1, "Entry 2 ")
        alien = sign(statements()[8].payload(), OTHER).to_bytes()
        lines = renumbered([*self.good[:8], alien, *self.good[9:]])
        self.add(
            "bad-signer-of-one.json",
            export(self.good, lines=lines),
            1,
            "Entry 8 is signed with a wrong key",
        )
        forger = [sign(item.payload(), OTHER).to_bytes() for item in statements()]
        self.add(
            "bad-wrong-key.json", export(forger, key=OTHER), 1, "is not signed by the trusted key"
        )
        # In base64, so that the text of the note stays one.
        root = base64.b64encode(self.honest.checkpoint.root)
        other = base64.b64encode(hashlib.sha256(b"another").digest())
        self.add(
            "bad-changed-checkpoint.json",
            whole.replace(root, other),
            1,
            "is not signed by the trusted key",
        )

    def make_moved(self) -> None:
        """Entries removed, moved, added, said twice."""
        kept = [line for line in renumbered(self.good) if line.index != FAILED_DRILL]
        self.add("bad-removed.json", export(self.good, lines=kept), 1, "Entry 5 is missing")
        without = [*self.good[:5], *self.good[6:]]
        self.add(
            "bad-removed-renumbered.json",
            export(self.good, lines=renumbered(without)),
            1,
            "among entries 5 to 6",
        )
        self.add(
            "bad-removed-last.json",
            export(self.good, lines=renumbered(self.good[:8])),
            1,
            "Entries 8 to 9 are missing",
        )
        swapped = [*self.good[:3], self.good[4], self.good[3], *self.good[5:]]
        self.add(
            "bad-reordered.json",
            export(self.good, lines=renumbered(swapped)),
            1,
            "among entries 2 to 4",
        )
        honest = renumbered(self.good)
        lines = [*honest[:3], honest[4], honest[3], *honest[5:]]
        self.add(
            "bad-reordered-numbers-kept.json",
            export(self.good, lines=lines),
            1,
            "Entry 3 stands twice, or out of order",
        )
        lines = renumbered([*self.good, self.good[8]])
        self.add("bad-added.json", export(self.good, lines=lines), 1, "Entries 10 to 10 were added")
        wrong = selection(self.good, 3, 8)
        lines = [wrong[0], Line(5, wrong[1].envelope, wrong[1].proof)]
        some = export(self.good, lines=lines, complete=False)
        self.add("bad-selection.json", some, 1, "Entry 5 is not in the log", "--selection")

    def make_rewritten(self) -> None:
        """What only somebody with the log's own key can do."""
        earlier = ("--checkpoint", "earlier.checkpoint")
        drill = Statement(points(21), DRILL, {**statements()[5].predicate, "verdict": "proven"})
        rewritten = [*self.good[:5], sign(drill.payload(), KEY).to_bytes(), *self.good[6:]]
        self.add(
            "bad-rewritten.json",
            export(rewritten),
            1,
            "does not fit the entries: the log was rewritten or forked",
            *earlier,
        )
        self.add(
            "bad-rolled-back.json",
            export(self.good[:5]),
            1,
            "put back to an earlier state",
            *earlier,
        )
        (self.folder / "fork.checkpoint").write_text(signed(rewritten).text())
        self.expect(
            "good.json",
            1,
            "The log forked: two checkpoints of 10 entries",
            "--checkpoint",
            "fork.checkpoint",
        )
        history = [signed(self.good[:5]), signed(rewritten[:7]), signed(self.good[:7])]
        self.add(
            "bad-forked.json",
            export(self.good, history=history),
            1,
            "The log forked: two checkpoints of 7 entries",
        )
        other = signed(self.good[:7], origin="refloat.dev/log/somebody-else/0000000000000001")
        (self.folder / "other-log.checkpoint").write_text(other.text())
        self.expect(
            "good.json", 1, "belongs to another log", "--checkpoint", "other-log.checkpoint"
        )

    def make_truncated(self) -> None:
        """Files that end too soon, or too late."""
        whole = export(self.good)
        at = whole.index(b'{"index":6')
        self.add(
            "bad-truncated-after-entry.json",
            whole[:at],
            1,
            "truncated or was tampered with after entry 5",
        )
        self.add(
            "bad-truncated-in-entry.json",
            whole[: at + 99],
            1,
            "truncated or was tampered with after entry 5",
        )
        self.add("bad-truncated-in-head.json", whole[:99], 65, "its head has no end")
        self.add("bad-trailing.json", whole + b"{}\n", 1, "something follows the end")

    def make_hostile(self) -> None:
        """Input made to confuse or to overwhelm a reader."""
        whole = export(self.good)
        line = b'{"index":1,'
        deep = b"[" * 20_000
        for name, new, says in (
            (
                "nested",
                b'{"x":' + deep + b"," + line[1:],
                "Entry 1 cannot be read: nested too deeply",
            ),
            ("duplicate", b'{"index":7,"index":1,', "the key 'index' stands twice"),
            ("nan", b'{"x":NaN,"index":1,', "NaN is not a JSON number"),
            ("infinite", b'{"x":1e999,"index":1,', "is out of range"),
            ("huge-number", b'{"index":' + b"9" * 9000 + b",", "too many digits"),
            ("not-utf-8", b'{"x":"\xff\xfe","index":1,', "Entry 1 cannot be read: not UTF-8"),
            ("float-index", b'{"index":1.0,', "an entry without index"),
            ("surrogate", b'{"index":1,"envelope":"\\ud800"},\n' + line, "Entry 1 cannot be read"),
        ):
            self.add(f"bad-hostile-{name}.json", whole.replace(line, new, 1), 1, says)
        nested = whole.replace(b'"version":1', b'"version":' + deep, 1)
        self.add("bad-hostile-head-nested.json", nested, 65, "nested too deeply")
        twice = whole.replace(b'"version":1', b'"version":1,"version":1', 1)
        self.add("bad-hostile-head-duplicate.json", twice, 65, "stands twice")
        later = whole.replace(b'"version":1', b'"version":2', 1)
        self.add("bad-later-version.json", later, 65, "use a later Refloat")
        self.add("bad-not-evidence.json", b"PK\x03\x04\x00\xff\xfe", 65, "not an evidence export")
        self.add("bad-empty-file.json", b"", 65, "not an evidence export")
        escape = forged(self.good[1], b"ben", b"\x1b[2J")
        lines = renumbered([self.good[0], escape, *self.good[2:]])
        self.add(
            "bad-hostile-terminal.json", export(self.good, lines=lines), 1, "Entry 1 was changed"
        )


if __name__ == "__main__":
    Golden(Path(sys.argv[1])).make()
