"""Reads the snapshots that somebody's restic has: what ``restic snapshots --json`` prints.

Held against what restic 0.14 itself prints; fields of later ones after
``internal/restic/snapshot.go`` of 0.18. A snapshot is true when it began. It does not say whether
every file could be read, so that stays unknown. The times of restic have the offset of the machine
that made the backup, and up to nine digits of a second.

``restic tag`` and ``restic rewrite`` give a snapshot another id, and keep its first one as
``original``: that one stays the same, so it is what a snapshot is known by.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec
from msgspec import Struct, field

from refloat.model.options import Option
from refloat.platforms import Fact, Listing, Request, Telling
from refloat.platforms._listing import (
    OfFiles,
    Unusable,
    clean,
    digest_of,
    instant,
    listed,
    one,
    read_bytes,
    understood,
)
from refloat.platforms._options import KEPT_FOR, expires_at

COMMAND = "restic snapshots --json"


class _Summary(Struct):
    """What was counted while it was made: restic 0.17 and later."""

    ended: str | None = field(name="backup_end", default=None)
    size: int | None = field(name="total_bytes_processed", default=None)


class _Name(Struct):
    """What a snapshot is known by."""

    id: str
    original: str | None = None

    @property
    def first(self) -> str:
        """The id that it had first."""
        return self.original or self.id


class _Snapshot(_Name, kw_only=True):
    """One snapshot."""

    time: str
    paths: list[str]
    host: str = field(name="hostname", default="")
    summary: _Summary | None = None


class Restic(OfFiles):
    """Reads listings of restic."""

    name = "restic"
    summary = f"Reads the snapshots of somebody's restic: what '{COMMAND}' prints."
    options: tuple[Option, ...] = (KEPT_FOR,)
    rights = (
        "Nothing but the listing. Whoever makes it needs a password of the repository, and to read"
        " its files; with --no-lock nothing is written."
    )

    def read(self, request: Request) -> Listing:
        """Read one listing.

        Raises:
            UsageProblem: if no file is named.
            MissingInput: if it is not there, or cannot be opened.
            ObservationProblem: if it is no listing of restic's, or none of it can be used.
        """
        content = read_bytes(request)
        # Earlier versions list a repository without snapshots as null.
        shown = b"[]" if content.strip() == b"null" else content
        entries = understood(shown, list[msgspec.Raw], request.path, COMMAND)
        telling = Telling(request, "restic", "restic/2", digest_of(content))
        firsts = _firsts(entries)
        return listed(telling, entries, "snapshot", lambda raw: _facts(telling, raw, firsts))


def _firsts(entries: Sequence[msgspec.Raw]) -> Counter[str]:
    """Count the snapshots of each first id: of several, one was rewritten and the old one kept."""
    found: Counter[str] = Counter()
    for raw in entries:
        try:
            found[one(raw, _Name).first] += 1
        except Unusable:
            continue  # told with its place where the facts are made
    return found


def _facts(telling: Telling, raw: msgspec.Raw, firsts: Counter[str]) -> Iterator[Fact]:
    said = one(raw, _Snapshot)
    if not said.id or not said.paths:
        raise Unusable("it has no id, or no path")
    name = f"{said.host}:{','.join(said.paths)}"
    clean(said.id, said.original, said.host, *said.paths)
    began = instant(said.time, "time")
    summary = said.summary
    ended = summary.ended if summary is not None else None
    yield telling.fact(
        "recovery_point",
        said.first if firsts[said.first] == 1 else said.id,
        dataset_ref=name,
        external_name=name,
        consistency_time=began,
        completed_at=instant(ended, "backup_end") if ended else None,
        size_bytes=summary.size if summary is not None else None,
        expires_at=expires_at(telling.request, began),
    )


ADAPTER = Restic()
