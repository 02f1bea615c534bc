"""What the index keeps of an imported line, and how it knows again what a line is about."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

LineRow = tuple[bytes, int]
"""One imported line: the digest of what it is about (``key_of``), and its place, which is how many
bytes are before it in its segment."""


class KnownLine(NamedTuple):
    """Where a line lies.

    Attributes:
        segment: the segment's name.
        place: the bytes before it in the segment.
    """

    segment: str
    place: int


def key_of(instance: str, kind: str, external_id: str) -> bytes:
    """Give the digest of what a line is about, 16 bytes."""
    text = f"{instance}\0{kind}\0{external_id}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:16]
