"""Are the copies encrypted? Looked at, not believed.

restic's format has no unencrypted form (restic documentation, "Repository Format": AES-256 in
counter mode, authenticated by Poly1305-AES). Where the repository lies on this machine, stored
bytes are looked at as well: ciphertext cannot be made smaller, text and dumps can.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from refloat.model.points import Encrypted, Encryption

ALGORITHM = "AES-256-CTR with Poly1305-AES"
SAMPLE_FILES = 8
SAMPLE_BYTES = 64 * 1024
FEWEST_BYTES = 512
RANDOM_FROM = 0.99
"""zlib makes random bytes larger, never smaller; 1 % is left for a pack's few plain bytes."""


def look(folder: Path | None) -> Encryption:
    """Say whether stored bytes are ciphertext.

    Args:
        folder: the repository's folder on this machine; None if it is elsewhere.

    Returns:
        What is known: by the look where one was possible, else by what the tool is.
    """
    samples = list(islice(_samples(folder), SAMPLE_FILES)) if folder is not None else []
    if not samples:
        return Encryption(Encrypted.YES, ALGORITHM, "restic's format, which is always encrypted")
    readable = sum(len(zlib.compress(one)) < RANDOM_FROM * len(one) for one in samples)
    seen = f"{len(samples)} stored files looked at"
    if readable:
        words = f"{seen}: {readable} can be compressed, so they are no ciphertext"
        return Encryption(Encrypted.NO, "", words)
    return Encryption(Encrypted.YES, ALGORITHM, f"{seen}: nothing but ciphertext")


def _samples(folder: Path) -> Iterator[bytes]:
    for parent, folders, names in os.walk(folder / "data"):
        folders.sort()
        for name in sorted(names):
            path = Path(parent, name)
            if path.is_symlink() or not path.is_file():
                continue
            with path.open("rb") as stream:
                content = stream.read(SAMPLE_BYTES)
            if len(content) >= FEWEST_BYTES:
                yield content
