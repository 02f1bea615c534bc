"""Rows of imported lines: which line is known, and where it lies. They can all be made again.

Imported by ``index`` and ``rows`` after Django has its settings. A million rows are written at a
time, so they go past the ORM; which is why each database has its own words here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from operator import itemgetter
from pathlib import Path
from typing import Any, TypeVar

from django.db import connections

from refloat import feed
from refloat.model.errors import EvidenceProblem
from refloat.model.observations import RefusedLine
from refloat.store import segments
from refloat.store.keys import KnownLine, LineRow, key_of
from refloat.store.models import Entry, Segment

_COLUMNS = "store_line (segment_id, key, place)"
Some = TypeVar("Some")


def rows_of(folder: Path, name: str) -> list[LineRow]:
    """Make the rows of a segment from its bytes.

    Raises:
        EvidenceProblem: if it is missing, or is not what the ledger recorded.
    """
    rows: list[LineRow] = []
    place = 0
    lines = segments.read_segment(folder, name)
    for one in chain.from_iterable(feed.understand(lines, feed.Reader(canonical=True))):
        if isinstance(one, RefusedLine):
            raise EvidenceProblem(
                f"line {one.line} of the imported facts {name} cannot be read: {one.reason}",
                hint="A newer Refloat may have imported it. Use that.",
            )
        rows.append((key_of(one.instance, one.kind, one.external_id), place))
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
        _insert(alias, segment.pk, sorted(rows, key=itemgetter(0)))


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


def any_known(alias: str, origin: str) -> bool:
    """Say whether any line is known."""
    return Segment.objects.using(alias).filter(entry__log__origin=origin, whole=True).exists()


def known(alias: str, origin: str, keys: Sequence[bytes]) -> Mapping[bytes, list[KnownLine]]:
    """Say where the known lines of some keys lie."""
    found: dict[bytes, list[KnownLine]] = {}
    for some in _pieces(keys, 500):
        for key, segment, place in _select(alias, origin, some):
            found.setdefault(bytes(key), []).append(KnownLine(segment, place))
    return found


def _select(alias: str, origin: str, keys: Sequence[bytes]) -> list[tuple[Any, ...]]:
    """Ask for lines by their keys, past Django: an import asks thousands of times."""
    connection = connections[alias]
    connection.ensure_connection()
    postgresql = connection.vendor == "postgresql"
    mark = "%s" if postgresql else "?"
    chosen = "= ANY(%s)" if postgresql else f"IN ({', '.join('?' * len(keys))})"
    question = (
        "SELECT l.key, s.name, l.place"  # noqa: S608 (constants of this file)
        " FROM store_line l JOIN store_segment s ON s.id = l.segment_id"
        " JOIN store_entry e ON e.id = s.entry_id JOIN store_log o ON o.id = e.log_id"
        f" WHERE l.key {chosen} AND o.origin = {mark}"
    )
    given: list[Any] = [list(keys)] if postgresql else list(keys)
    with connection.wrap_database_errors:
        return list(connection.connection.execute(question, [*given, origin]).fetchall())


def _insert(alias: str, segment: int, rows: Sequence[LineRow]) -> None:
    """Write rows, sorted by key: so the table grows page by page."""
    connection = connections[alias]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for some in _pieces(rows, 10_000):
                cursor.execute(
                    f"INSERT INTO {_COLUMNS} SELECT %s, * FROM unnest(%s::bytea[], %s::bigint[])",  # noqa: S608 (constants of this file)
                    [segment, *(list(column) for column in zip(*some, strict=True))],
                )
        return
    # A hundred rows in one statement cost half of what they cost one by one.
    row = f"({segment:d}, ?, ?)"
    with connection.wrap_database_errors:
        for some in _pieces(rows, 100):
            connection.connection.execute(
                f"INSERT INTO {_COLUMNS} VALUES {', '.join([row] * len(some))}",  # noqa: S608 (constants and a number)
                list(chain.from_iterable(some)),
            )


def _pieces(some: Sequence[Some], size: int) -> Iterator[Sequence[Some]]:
    return (some[start : start + size] for start in range(0, len(some), size))
