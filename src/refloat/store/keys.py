"""What the index keeps of an imported line, and how it knows a line again."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class LineRow(NamedTuple):
    """One imported line.

    Attributes:
        key: digest of what the line is about (``key_of``), 16 bytes.
        digest: SHA-256 of the line, 32 bytes.
        observed_at: microseconds since 1970 (UTC).
        place: the bytes before it in its segment.
    """

    key: bytes
    digest: bytes
    observed_at: int
    place: int


def key_of(instance: str, kind: str, external_id: str) -> bytes:
    """Give the digest of what a line is about, 16 bytes."""
    text = f"{instance}\0{kind}\0{external_id}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:16]


def microseconds(instant: datetime) -> int:
    """Give an instant as microseconds since 1970 (UTC)."""
    return (instant - _BEGINNING) // _MICROSECOND
