"""Reads the snapshots that kopia has: what ``kopia snapshot list --all --json`` prints.

Held against what kopia 0.12 itself prints, and the source of 0.23 (``snapshot/manifest.go``). A
snapshot is true when it began: kopia reads files one after the other, and what is written meanwhile
may or may not be in it.

kopia gives a snapshot another id whenever it is pinned, described or mended. What stays the same is
whose data it is and when it began; so a whole snapshot is known by these. Of one backup there may
be several incomplete ones beside it, with the same beginning: those are known by kopia's id.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

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

COMMAND = "kopia snapshot list --all --incomplete --json"
_EARLIEST = 2000
_NO_FILE = "unknown or unsupported entry type"
"""What kopia says of a socket or a device: these hold no data, and it leaves them out by itself."""


class _Source(Struct):
    """Whose data it is."""

    host: str
    path: str
    user: str = field(name="userName", default="")


class _Failure(Struct):
    """Something that is not in it."""

    error: str = ""


class _Summary(Struct):
    """What the whole tree says of itself (``fs.DirectorySummary``)."""

    size: int | None = None
    failed: int = field(name="numFailed", default=0)
    ignored: int = field(name="numIgnoredErrors", default=0)
    failures: list[_Failure] = field(name="errors", default_factory=list)

    @property
    def lacks_no_file(self) -> bool:
        """Whether all that was passed over is known, and none of it was a file."""
        known = [one.error == _NO_FILE for one in self.failures]
        return bool(known) and len(known) == self.ignored and all(known)


class _Root(Struct):
    """The topmost entry."""

    size: int | None = None
    summary: _Summary | None = field(name="summ", default=None)


class _Stats(Struct):
    """What was counted while it was made."""

    size: int | None = field(name="totalSize", default=None)
    failed: int = field(name="errorCount", default=0)
    ignored: int = field(name="ignoredErrorCount", default=0)


class _Snapshot(Struct):
    """One snapshot."""

    id: str
    source: _Source
    began: str = field(name="startTime")
    ended: str | None = field(name="endTime", default=None)
    incomplete: str = ""
    pins: list[str] | None = None
    stats: _Stats | None = None
    root: _Root | None = field(name="rootEntry", default=None)


class Kopia(OfFiles):
    """Reads listings of kopia."""

    name = "kopia"
    summary = f"Reads the snapshots of kopia: what '{COMMAND}' prints."
    options: tuple[Option, ...] = (KEPT_FOR,)
    rights = (
        "Nothing but the listing. Whoever makes it needs the repository's password; with a kopia"
        " server, a user whose access rules allow READ on snapshots."
    )

    def read(self, request: Request) -> Listing:
        """Read one listing.

        Raises:
            UsageProblem: if no file is named.
            MissingInput: if it is not there, or cannot be opened.
            ObservationProblem: if it is no listing of kopia's, or none of it can be used.
        """
        content = read_bytes(request)
        entries = understood(content, list[msgspec.Raw], request.path, COMMAND)
        telling = Telling(request, "kopia", "kopia/2", digest_of(content))
        return listed(telling, entries, "snapshot", lambda raw: _facts(telling, raw))


def _facts(telling: Telling, raw: msgspec.Raw) -> Iterator[Fact]:
    said = one(raw, _Snapshot)
    if not said.id or not said.source.path:
        raise Unusable("it has no id, or no path")
    name = f"{said.source.user}@{said.source.host}:{said.source.path}"
    clean(said.id, said.source.user, said.source.host, said.source.path)
    began = instant(said.began, "startTime")
    ended = instant(said.ended, "endTime") if said.ended else None
    yield telling.fact(
        "recovery_point",
        said.id if said.incomplete else f"{name}/{said.began}",
        dataset_ref=name,
        external_name=name,
        consistency_time=began,
        completed_at=ended if ended is not None and ended.year >= _EARLIEST else None,
        **_whole(said),
        size_bytes=_size(said),
        expires_at=_end(said, telling, began),
    )


def _end(said: _Snapshot, telling: Telling, began: datetime) -> datetime | None:
    """Say when kopia removes it: what is pinned never, and what is incomplete as soon as it can."""
    return None if said.pins or said.incomplete else expires_at(telling.request, began)


def _whole(said: _Snapshot) -> dict[str, object]:
    """Say whether everything is in it: kopia keeps a snapshot without files that it cannot read.

    Of files that its policy lets it pass over nobody knows whether they were meant to be in it. It
    counts sockets and devices among them; where there was nothing else, nothing is missing.
    """
    if said.incomplete:
        return {"complete": False, "usable_claim": "failed"}
    summary = said.root.summary if said.root is not None else None
    counts = [one for one in (said.stats, summary) if one is not None]
    if any(one.failed for one in counts):
        return {"complete": False, "usable_claim": "warning"}
    if any(one.ignored for one in counts) and (summary is None or not summary.lacks_no_file):
        return {"usable_claim": "warning"}
    return {"complete": True} if counts else {}


def _size(said: _Snapshot) -> int | None:
    """Give the bytes of all its files: of the tree, or as they were counted on the way."""
    if said.root is not None and said.root.summary is not None:
        return said.root.summary.size
    return said.stats.size if said.stats is not None else None


ADAPTER = Kopia()
