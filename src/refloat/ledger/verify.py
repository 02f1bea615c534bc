"""The auditor's verifier: ``python -m refloat.ledger.verify EXPORT --key PUBLIC_KEY``.

It needs no state, no account and no network: only Python's standard library and ``cryptography``.
It reads the export once, entry by entry, and recomputes everything: each signature, each leaf, the
root. A key that lies beside the evidence is never trusted by itself, because who forges the one
forges the other.

Exit codes: 0 verified; 1 not genuine; 2 could not be verified (no trusted key, or an export that
cannot show what was asked); 64 usage; 65 not an evidence export, key or checkpoint; 66 a file is
missing or unreadable.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO, NoReturn

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from refloat.ledger.canonical import Malformed
from refloat.ledger.checkpoint import SignedCheckpoint, read_checkpoint
from refloat.ledger.dsse import read_public_key
from refloat.ledger.examination import Examination, checkpoint_of
from refloat.ledger.export import LARGEST_HEAD, LARGEST_WHOLE, Broken, read_export, read_head
from refloat.ledger.report import Report


def verify_export(
    source: Path | IO[bytes],
    trusted_keys: Sequence[Ed25519PublicKey] = (),
    previous_checkpoint: bytes | None = None,
    *,
    selection: bool = False,
) -> Report:
    """Verify an export and say what was found.

    Args:
        source: the export's path, or a stream of its bytes.
        trusted_keys: public keys that came another way than the evidence. Without any, the key
            beside the evidence shows only whether the evidence agrees with itself.
        previous_checkpoint: an earlier signed checkpoint, or an earlier export; the log must have
            grown from it.
        selection: whether an export that is no more than a selection of entries may be verified;
            only a complete one shows that no failed drill is left out.

    Raises:
        Malformed: if the source is no evidence export, or the previous checkpoint is none.
        OSError: if the path cannot be read.

    """
    if isinstance(source, Path):
        with source.open("rb") as stream:
            return verify_export(stream, trusted_keys, previous_checkpoint, selection=selection)
    previous = None if previous_checkpoint is None else _previous(previous_checkpoint)
    head, lines = read_export(source)
    examination = Examination(head, trusted_keys, previous, selection=selection)
    try:
        for line in lines:
            examination.take(line)
    except Broken as error:
        examination.broken(error)
    return examination.report()


def _previous(data: bytes) -> SignedCheckpoint:
    """Read an earlier checkpoint from its own text or from an earlier export."""
    if data.startswith(b"{"):
        return checkpoint_of(read_export(io.BytesIO(data))[0])
    return read_checkpoint(data)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the verifier's command line and give its exit code.

    Args:
        arguments: without the program's name; those of the process if None.

    """
    parsed = _parser().parse_args(arguments)
    try:
        keys = [read_public_key(_read_small(path)) for path in parsed.key]
        previous = None if parsed.checkpoint is None else _read_small(parsed.checkpoint)
        report = verify_export(parsed.export, keys, previous, selection=parsed.selection)
    except Malformed as error:
        return _refuse(65, f"this cannot be verified: {error}")
    except OSError as error:
        return _refuse(66, f"{error.filename or parsed.export} cannot be read: {error.strerror}")
    _print(json.dumps(report.to_json(), indent=2) + "\n" if parsed.json else report.to_text())
    return report.exit_code


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m refloat.ledger.verify",
        description="Verify an export of Refloat's evidence. Needs no network and no account.",
        epilog="Exit codes: 0 verified, 1 not genuine, 2 could not be verified, 64 usage,"
        " 65 not an evidence export, 66 a file is missing.",
    )
    parser.add_argument("export", type=Path, metavar="EXPORT", help="the exported evidence")
    parser.add_argument(
        "--key",
        type=Path,
        action="append",
        default=[],
        metavar="PUB",
        help="a public key (PEM) that you trust and did not get with the evidence; repeatable",
    )
    parser.add_argument(
        "--checkpoint",
        type=Path,
        metavar="PREVIOUS",
        help="an earlier checkpoint or export; show that the log only grew since",
    )
    parser.add_argument(
        "--selection",
        action="store_true",
        help="be content with a selection of entries, which cannot show that none is left out",
    )
    parser.add_argument("--json", action="store_true", help="print JSON and nothing else")
    return parser


class _Parser(argparse.ArgumentParser):
    """A parser whose complaints end with the exit code of sysexits.h for usage."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(64, f"{self.prog}: {message}\n")


def _read_small(path: Path) -> bytes:
    """Read a key or a checkpoint; of an earlier export that is laid out in lines, its head."""
    with path.open("rb") as stream:
        data = stream.read(LARGEST_HEAD)
        if not data.startswith(b"{"):
            return data
        try:
            read_head(io.BytesIO(data))
        except Malformed:
            data += stream.read(LARGEST_WHOLE)
        return data


def _print(text: str) -> None:
    """Print also where the terminal cannot spell everything, rather than fail with exit code 1."""
    encoding = sys.stdout.encoding or "ascii"
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))


def _refuse(code: int, sentence: str) -> int:
    sys.stderr.write(f"{sentence}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
