"""That facts of the feed were imported: what the ledger says of each batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

FACTS_IMPORTED = "https://refloat.dev/attestation/facts-imported/v1"


@dataclass(frozen=True)
class ImportFact:
    """A file of the feed was imported; what was new in it lies in one segment.

    Attributes:
        entry: index in the ledger.
        at: when it was imported (UTC).
        segment: SHA-256 of the segment's bytes, hexadecimal, which is also its name.
        lines: how many lines it has.
        source: the name of the file that was imported.
        source_digest: SHA-256 of that file's bytes as they lay there, hexadecimal.
        refused: how many lines of the file could not be taken.
        first_observed_at: the earliest time at which one of its facts was observed.
        last_observed_at: the latest.
        kinds: how many lines of each kind it has.
    """

    entry: int
    at: datetime
    segment: str
    lines: int
    source: str
    source_digest: str
    refused: int
    first_observed_at: datetime
    last_observed_at: datetime
    kinds: Mapping[str, int] = field(default_factory=dict)
