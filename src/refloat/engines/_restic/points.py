"""How recovery points are kept in a restic repository: a snapshot of data, and one that seals it.

The data's snapshot carries the tags ``refloat-data`` and ``stored=TOKEN``. The seal is a second,
small snapshot: one JSON document (see ``seals``), tagged ``refloat-seal``,
``data-set=NAME``, ``stored=TOKEN`` and ``facts=…``. The facts are all that a list of points needs,
so that listing a thousand points is one command. Both find each other by the token, which survives
``restic tag``, ``restic copy`` and the like; ids do not.

All of this is pure: text in, points out. Whatever is not understood is no recovery point.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from urllib.parse import quote

from refloat.engines import PointDetails, Stored
from refloat.engines._restic.seals import FORMAT, SealText, digest
from refloat.model.points import Baseline, Measure, RecoveryPoint

DATA_TAG = "refloat-data"
SEAL_TAG = "refloat-seal"
FACTS_LIMIT = 60_000
"""Bytes: a command's argument may have 128 KiB (Linux, MAX_ARG_STRLEN)."""
UNPACKED_LIMIT = 4 * 1024 * 1024


@dataclass(frozen=True)
class Snapshot:
    """A snapshot as ``restic snapshots --json`` tells of it, as far as it matters here."""

    identity: str
    time: datetime
    tree: str
    tags: tuple[str, ...]

    def tag_value(self, name: str) -> str | None:
        """Give what stands behind ``name=`` in its tags; None if there is no such tag."""
        found = [tag for tag in self.tags if tag.startswith(f"{name}=")]
        return found[0].partition("=")[2] if len(found) == 1 else None


def parse_snapshots(output: bytes) -> tuple[Snapshot, ...]:
    """Read the output of ``restic snapshots --json``.

    Raises:
        ValueError: if it is not such output; its message says so for people.

    """
    try:
        listed = json.loads(output or b"null")
        if listed is not None and not isinstance(listed, list):
            raise TypeError
        return tuple(_snapshot(entry) for entry in listed or ())
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("restic printed something that is no list of snapshots") from error


def _snapshot(entry: Any) -> Snapshot:
    time = datetime.fromisoformat(entry["time"]).astimezone(UTC)
    tags = tuple(str(tag) for tag in entry.get("tags") or ())
    return Snapshot(str(entry["id"]), time, str(entry["tree"]), tags)


def data_set_tag(data_set: str) -> str:
    """Give the tag that names a data set; commas would split a tag in two."""
    return f"data-set={quote(data_set, safe='')}"


def data_tags(token: str) -> tuple[str, ...]:
    """Give the tags of a data snapshot."""
    return (DATA_TAG, f"stored={token}")


def seal_tags(
    token: str,
    stored: Stored,
    details: PointDetails,
    baseline: Baseline,
    engine_version: str,
    sealed: SealText,
) -> tuple[str, ...]:
    """Give the tags of a seal."""
    facts: dict[str, Measure] = {
        "format": FORMAT,
        "data_set": details.data_set,
        "kind": details.kind,
        "consistency_time": details.consistency_time.astimezone(UTC).isoformat(),
        "duration": details.duration // timedelta(microseconds=1),
        "paths": details.paths,
        "bytes": stored.bytes,
        "engine_version": engine_version,
        "source_version": details.source_version,
        "changed": len(baseline.changed),
        "summary": baseline.summary,
        "digest": digest(sealed.text),
        "beside": tuple(sealed.beside),
    }
    packed = _pack(facts)
    if len(packed) > FACTS_LIMIT or len(_text_of(facts)) > UNPACKED_LIMIT:
        packed = _pack({**facts, "summary": {}})
    return (SEAL_TAG, data_set_tag(details.data_set), f"stored={token}", f"facts={packed}")


def join(
    snapshots: Iterable[Snapshot], repository: str, data_sets: Sequence[str] = ()
) -> tuple[RecoveryPoint, ...]:
    """Find the recovery points among snapshots: those whose data and seal are both there.

    Args:
        snapshots: all that the repository lists.
        repository: its key in the plan.
        data_sets: which data sets to look for; all if empty.

    Returns:
        The points, oldest consistency time first.

    """
    data, seals = _by_token(snapshots)
    points = []
    for token, seal in seals.items():
        point = _point(seal, data.get(token), repository)
        if point is not None and (not data_sets or point.data_set in data_sets):
            points.append(point)
    return tuple(sorted(points, key=lambda point: (point.consistency_time, point.identity)))


def strays(snapshots: Iterable[Snapshot], older_than: datetime) -> tuple[str, ...]:
    """Find what crashed backups left: data without a seal and seals without data, by id.

    Args:
        snapshots: all that the repository lists.
        older_than: only those made before; a backup that runs now has not sealed its data yet.

    """
    listed = tuple(snapshots)
    data, seals = _by_token(listed)
    whole = data.keys() & seals.keys()
    return tuple(
        snapshot.identity
        for snapshot in listed
        if {DATA_TAG, SEAL_TAG} & set(snapshot.tags)
        and snapshot.tag_value("stored") not in whole
        and snapshot.time < older_than
    )


@dataclass(frozen=True)
class SealFacts:
    """Where a seal can be read, as a listing tells it.

    Attributes:
        token: what it and its data are known by.
        digest: of its text; empty where an earlier version wrote none.
        beside: the tokens of the seals that it carries copies of.
    """

    token: str
    digest: str
    beside: tuple[str, ...]


def seal_facts(snapshots: Iterable[Snapshot]) -> dict[str, SealFacts]:
    """Find the seals among snapshots, and what each carries, by the seal's id.

    What is not understood is left out: such a seal can only be read by itself.
    """
    found: dict[str, SealFacts] = {}
    for seal in _by_token(snapshots)[1].values():
        try:
            facts = _unpack(seal.tag_value("facts") or "")
            beside = tuple(_text(token) for token in facts.get("beside", ()))
            told = _text(facts.get("digest", ""))
        except (TypeError, ValueError):
            continue
        found[seal.identity] = SealFacts(seal.tag_value("stored") or "", told, beside)
    return found


def _by_token(
    snapshots: Iterable[Snapshot],
) -> tuple[dict[str, Snapshot], dict[str, Snapshot]]:
    """Sort snapshots into data and seals by token; one token with different data is neither."""
    found: tuple[dict[str, list[Snapshot]], dict[str, list[Snapshot]]] = ({}, {})
    for snapshot in snapshots:
        token = snapshot.tag_value("stored")
        if token is None:
            continue
        for kind, tag in enumerate((DATA_TAG, SEAL_TAG)):
            if tag in snapshot.tags:
                found[kind].setdefault(token, []).append(snapshot)
    data, seals = (
        {token: same[-1] for token, same in one.items() if len({s.tree for s in same}) == 1}
        for one in found
    )
    return data, seals


def _point(seal: Snapshot, data: Snapshot | None, repository: str) -> RecoveryPoint | None:
    if data is None:
        return None
    try:
        facts = _unpack(seal.tag_value("facts") or "")
        if facts["format"] != FORMAT:
            return None
        return RecoveryPoint(
            identity=data.identity,
            data_set=_text(facts["data_set"]),
            repository=repository,
            engine="restic",
            kind=_text(facts["kind"]),
            consistency_time=_instant(facts["consistency_time"]),
            paths=tuple(_text(path) for path in facts["paths"]),
            bytes=int(facts["bytes"]),
            duration=timedelta(microseconds=int(facts["duration"])),
            engine_version=_text(facts["engine_version"]),
            source_version=_text(facts["source_version"]),
            seal=seal.identity,
            summary=dict(facts["summary"]),
            changed=int(facts["changed"]),
        )
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def _instant(value: object) -> datetime:
    instant = datetime.fromisoformat(_text(value))
    if instant.tzinfo is None:
        raise ValueError("a consistency time without a time zone")
    return instant.astimezone(UTC)


def _text_of(facts: Mapping[str, Measure]) -> bytes:
    return json.dumps(facts, separators=(",", ":"), sort_keys=True).encode("ascii")


def _pack(facts: Mapping[str, Measure]) -> str:
    packed = base64.urlsafe_b64encode(zlib.compress(_text_of(facts), 9))
    return packed.decode("ascii").rstrip("=")


def _unpack(packed: str) -> dict[str, Any]:
    try:
        compressed = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
        text = zlib.decompressobj().decompress(compressed, UNPACKED_LIMIT)
        return cast(dict[str, Any], dict(json.loads(text)))
    except (binascii.Error, zlib.error, RecursionError) as error:
        raise ValueError("facts that are not understood") from error
