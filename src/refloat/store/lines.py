"""Rows of imported lines: which line is known, and where it lies. They can all be made again.

Imported by ``index`` and ``rows`` after Django has its settings. A million rows are written at a
time, so they go past the ORM; which is why each database has its own words here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from django.db import connections

from refloat import feed
from refloat.model.errors import EvidenceProblem
from refloat.model.observations import RefusedLine
from refloat.store import segments
from refloat.store.keys import LineRow, key_of, microseconds
from refloat.store.models import Entry, Segment

_AT_ONCE = 10_000


class KnownLine(NamedTuple):
    """Where a line lies.

    Attributes:
        segment: the segment's name.
        place: the bytes before it in the segment.
    """

    segment: str
    place: int


def rows_of(folder: Path, name: str) -> list[LineRow]:
    """Make the rows of a segment from its bytes.

    Raises:
        EvidenceProblem: if it is missing, or is not what the ledger recorded.
    """
    rows: list[LineRow] = []
    place = 0
    lines = segments.read_segment(folder, name)
    for one in feed.understand(lines, feed.Reader(canonical=True)):
        if isinstance(one, RefusedLine):
            raise EvidenceProblem(
                f"line {one.line} of the imported facts {name} cannot be read: {one.reason}",
                hint="A newer Refloat may have imported it. Use that.",
            )
        key = key_of(one.instance, one.kind, one.external_id)
        rows.append(LineRow(key, one.digest, microseconds(one.observed_at), place))
        place += len(one.canonical) + 1
    return rows


def add(alias: str, entry: Entry, name: str, rows: Sequence[LineRow] | None) -> None:
    """Index a segment.

    Args:
        alias: the database.
        entry: the entry that names it.
        name: the segment's name.
        rows: its lines; None if it cannot be read: then none of its lines counts as known, so
            importing their source again brings it back.
    """
    there = Segment.objects.using(alias).filter(entry__log=entry.log_id, name=name, whole=True)
    known = there.exists()
    segment = Segment.objects.using(alias).create(entry=entry, name=name, whole=rows is not None)
    if rows and not known:
        _insert(alias, segment.pk, sorted(rows))


def forget(alias: str, log: int) -> None:
    """Remove every row of a ledger's imported lines."""
    mine = Segment.objects.using(alias).filter(entry__log=log)
    if mine.exists():
        with connections[alias].cursor() as cursor:
            cursor.execute(
                "DELETE FROM store_line WHERE segment_id IN (SELECT s.id FROM store_segment s"
                " JOIN store_entry e ON e.id = s.entry_id WHERE e.log_id = %s)",
                [log],
            )
        mine.delete()


def known(alias: str, origin: str, keys: Sequence[bytes]) -> Mapping[bytes, list[LineRow]]:
    """Give every known line of some keys."""
    found: dict[bytes, list[LineRow]] = {}
    for row in _select(alias, origin, keys, "l.key, l.digest, l.observed_at, l.place"):
        one = LineRow(bytes(row[0]), bytes(row[1]), row[2], row[3])
        found.setdefault(one.key, []).append(one)
    return found


def places(alias: str, origin: str, key: bytes) -> tuple[KnownLine, ...]:
    """Say where the lines of a key lie, in the order in which they were observed."""
    rows = _select(alias, origin, [key], "l.observed_at, l.digest, s.name, l.place")
    return tuple(KnownLine(row[2], row[3]) for row in sorted(rows))


def _select(alias: str, origin: str, keys: Sequence[bytes], columns: str) -> list[tuple[Any, ...]]:
    """Ask for lines by their keys, past Django: an import asks thousands of times."""
    connection = connections[alias]
    connection.ensure_connection()
    postgresql = connection.vendor == "postgresql"
    mark = "%s" if postgresql else "?"
    chosen = "= ANY(%s)" if postgresql else f"IN ({', '.join('?' * len(keys))})"
    question = (
        f"SELECT {columns} FROM store_line l JOIN store_segment s ON s.id = l.segment_id"  # noqa: S608 (constants of this file)
        " JOIN store_entry e ON e.id = s.entry_id JOIN store_log o ON o.id = e.log_id"
        f" WHERE l.key {chosen} AND o.origin = {mark}"
    )
    given: list[Any] = [list(keys)] if postgresql else list(keys)
    with connection.wrap_database_errors:
        return list(connection.connection.execute(question, [*given, origin]).fetchall())


def _insert(alias: str, segment: int, rows: Iterable[LineRow]) -> None:
    """Write rows, sorted by key: so the index of keys grows page by page."""
    connection = connections[alias]
    columns = "store_line (segment_id, key, digest, observed_at, place)"
    remaining = iter(rows)
    with connection.cursor() as cursor:
        while some := list(islice(remaining, _AT_ONCE)):
            if connection.vendor == "postgresql":
                cursor.execute(
                    f"INSERT INTO {columns} SELECT %s, * FROM unnest(%s::bytea[], %s::bytea[],"  # noqa: S608 (constants of this file)
                    " %s::bigint[], %s::bigint[])",
                    [segment, *(list(column) for column in zip(*some, strict=True))],
                )
            else:
                cursor.executemany(
                    f"INSERT INTO {columns} VALUES (%s, %s, %s, %s, %s)",  # noqa: S608 (constants of this file)
                    [(segment, *row) for row in some],
                )
