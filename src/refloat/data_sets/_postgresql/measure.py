# ruff: noqa: S608 (names are quoted by the server, texts by ``literal``)
"""Describes a PostgreSQL database in numbers and digests, the same way on both sides.

How to ask is handed in: at the source it is psql in the snapshot that the dump uses, in the
restored server psql inside the place. Each table is read once; see docs/explanation/baselines.md.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from refloat.data_sets._postgresql import questions
from refloat.model.points import Baseline, Measure

FORMAT = 1
"""Raised whenever the layout or the meaning of a measure changes."""

LANES = 2
"""How many sessions read tables side by side."""

SAMPLE_PAGES = 64
"""About how many pages of a table (8 KiB each) are looked at for the shape of its columns."""

Ask = Callable[[str], list[str]]
"""Runs a script in one session; gives the lines that it printed."""

_LOOKS_ENCODED = r"^([0-9A-Fa-f]{24,}|[A-Za-z0-9+/_-]{24,}={0,2})$"

_CAST = re.compile(
    r'::(?:"[^"]+"\.|\w+\.)?(?:"[^"]+"|character varying|double precision|bit varying'
    r"|time(?:stamp)?(?:\(\d+\))? with(?:out)? time zone|\w+)(?:\([\d, ]+\))?(?:\[\])*"
)


@dataclass(frozen=True)
class Table:
    """A table, as the catalogue tells of it.

    Attributes:
        name: its complete, quoted name.
        kind: ``r`` table, ``p`` partitioned, ``m`` materialised view, ``f`` foreign.
        populated: whether a materialised view was ever filled.
        bytes: its own size on disk.
        parents: what it is a partition of, or inherits from.
        columns: name, quoted name, type and type category of each column.
    """

    name: str
    kind: str
    populated: bool
    bytes: int
    parents: tuple[str, ...]
    columns: tuple[tuple[str, str, str, str], ...]

    @property
    def holds_rows(self) -> bool:
        """Whether rows are in it that a dump holds."""
        return self.kind == "r"

    def columns_of(self, *types: str) -> list[tuple[str, str]]:
        """Give name and quoted name of the columns of these types."""
        return [(name, quoted) for name, quoted, kind, _ in self.columns if kind in types]

    def texts(self) -> list[tuple[str, str]]:
        """Give name and quoted name of the columns that hold text."""
        return [(name, quoted) for name, quoted, _, category in self.columns if category == "S"]


@dataclass(frozen=True)
class Numbered:
    """That a sequence numbers a column of a table."""

    sequence: str
    table: str
    column: str


def measure(
    ask: Ask, sequences: Mapping[str, Measure], *, superuser: bool, extra: Mapping[str, Measure]
) -> Baseline:
    """Describe a database.

    Args:
        ask: runs a script in one session of the view; called from several threads.
        sequences: the sequences' values, by complete name (see ``sequence_values``).
        superuser: whether large objects' contents may be read.
        extra: measures for the summary that only the caller knows.

    Returns:
        Counts and digests in ``summary``; every table, definition, sequence and role in ``detail``.
    """
    catalogue = _lines(ask(_catalogue_script(superuser)))
    tables = [_table(line) for line in catalogue if "table" in line and "columns" in line]
    numbered = [
        Numbered(line["numbers"], line["table"], line["column"])
        for line in catalogue
        if "numbers" in line
    ]
    wanted = _columns_to_compare(tables, numbered)
    measured = _scan(ask, tables, wanted)
    definitions = {
        f"{line['kind']} {line['name']}": digest(_plain(line["is"] or ""))
        for line in catalogue
        if "is" in line and line["kind"] != "role"
    }
    roles = {
        line["name"]: digest(line["is"] or "") for line in catalogue if line.get("kind") == "role"
    }
    large = {key: line[key] for line in catalogue for key in line if key.startswith("large_object")}
    detail: dict[str, Measure] = {
        "tables": measured,
        "views": {table.name: table.populated for table in tables if table.kind == "m"},
        "foreign_tables": tuple(table.name for table in tables if table.kind == "f"),
        "definitions": definitions,
        "roles": roles,
        "sequences": _sequences(sequences, numbered, tables, measured),
        "large_objects": large,
    }
    return Baseline("postgresql", FORMAT, {**_summary(detail), **extra}, detail)


def sequence_values(ask: Ask) -> dict[str, Measure]:
    """Read how far each sequence has counted.

    Sequences are outside of any snapshot: read before a dump begins, they can only be lower than
    what the dump then reads.
    """
    found = _lines(ask(questions.SEQUENCE_NAMES))
    if not found:
        return {}
    statements = [
        "SELECT json_build_object('name', {}, 'last', last_value, 'called', is_called,"
        " 'increment', {}) FROM {};".format(literal(line["name"]), line["increment"], line["name"])
        for line in found
    ]
    return {
        line["name"]: {
            "last": line["last"],
            "called": line["called"],
            "increment": line["increment"],
        }
        for line in _lines(ask("\n".join(statements)))
    }


def literal(text: str) -> str:
    """Write a text as SQL does; ``standard_conforming_strings`` is on since PostgreSQL 9.1."""
    return "'" + text.replace("'", "''") + "'"


def digest(text: str) -> str:
    """Give the first half of a text's SHA-256, in hexadecimal: enough to tell two things apart."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _plain(definition: str) -> str:
    """Leave out casts, brackets and spacing.

    The server writes some expressions differently once they were dumped and read back: a check
    ``code IN ('a', 'b')`` on a varchar column gets its casts in other places.
    """
    return re.sub(r"[\s()]+", "", _CAST.sub("", definition))


def _catalogue_script(superuser: bool) -> str:
    parts = [questions.TABLES, questions.NUMBERED_COLUMNS, questions.DEFINITIONS, questions.ROLES]
    parts.append(questions.LARGE_OBJECTS)
    if superuser:
        parts.append(questions.LARGE_OBJECT_CONTENTS)
    return "\n".join(parts)


def _lines(printed: Iterable[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in printed if line]


def _table(line: Mapping[str, Any]) -> Table:
    return Table(
        name=line["table"],
        kind=line["kind"],
        populated=line["populated"],
        bytes=line["bytes"],
        parents=tuple(line["parents"]),
        columns=tuple((name, quoted, kind, group) for name, quoted, kind, group in line["columns"]),
    )


def _columns_to_compare(
    tables: Sequence[Table], numbered: Sequence[Numbered]
) -> dict[str, list[str]]:
    """Say of which columns the highest value is wanted, by the name of the table with the rows.

    A partition's column is numbered by the sequence of the table that it is a part of.
    """
    parents = {table.name: table.parents for table in tables}
    columns = {table.name: {column[0] for column in table.columns} for table in tables}
    wanted: dict[str, list[str]] = {}
    for table in tables:
        family = _family(table.name, parents)
        names = {entry.column for entry in numbered if entry.table in family}
        wanted[table.name] = sorted(names & columns[table.name])
    return wanted


def _family(name: str, parents: Mapping[str, Sequence[str]]) -> set[str]:
    known: set[str] = set()
    waiting = [name]
    while waiting:
        current = waiting.pop()
        if current not in known:
            known.add(current)
            waiting.extend(parents.get(current, ()))
    return known


def _scan(
    ask: Ask, tables: Sequence[Table], wanted: Mapping[str, Sequence[str]]
) -> dict[str, Measure]:
    """Read every table once, the largest first, in a few sessions side by side."""
    with_rows = sorted((t for t in tables if t.holds_rows), key=lambda t: (-t.bytes, t.name))
    lanes: list[list[Table]] = [[] for _ in range(LANES)]
    loads = [0] * LANES
    for table in with_rows:
        lane = loads.index(min(loads))
        lanes[lane].append(table)
        loads[lane] += table.bytes + 1
    scripts = ["".join(_questions_of(t, wanted[t.name]) for t in lane) for lane in lanes if lane]
    with ThreadPoolExecutor(max_workers=LANES) as pool:
        answers = [line for lines in pool.map(ask, scripts) for line in _lines(lines)]
    by_name = {table.name: table for table in with_rows}
    result: dict[str, Measure] = {}
    for name, table in sorted(by_name.items()):
        own = [answer for answer in answers if answer["of"] == name]
        counted = next(answer for answer in own if "rows" in answer)
        shape = next((answer for answer in own if "sampled" in answer), None)
        result[name] = _measures(table, wanted[name], counted, shape)
    return result


def _questions_of(table: Table, highest: Sequence[str]) -> str:
    """Give the two statements on a table: all of its rows, and the shape of some of them.

    The fingerprint is a sum, so it does not depend on the rows' order, which a restore changes.
    """
    quoted = {name: written for name, written, _, _ in table.columns}
    asked = [
        f"{literal(table.name)}::text AS of",
        "count(*) AS rows",
        'coalesce(sum(hashtextextended(("whole row"::text) COLLATE "C", 0)), 0)::text AS content',
    ]
    asked += [f"max({quoted[name]})::text AS h{i}" for i, name in enumerate(highest)]
    asked += [f"max({written})::text AS n{i}" for i, (_, written) in enumerate(_instants(table))]
    counting = (
        f"SELECT row_to_json(r) FROM (SELECT {', '.join(asked)}"
        f' FROM ONLY {table.name} AS "whole row") AS r;\n'
    )
    return counting + (_shape_question(table) if table.texts() else "")


def _instants(table: Table) -> list[tuple[str, str]]:
    return table.columns_of("timestamptz", "timestamp")


def _shape_question(table: Table) -> str:
    share = min(100.0, 100.0 * SAMPLE_PAGES / max(1, table.bytes // 8192))
    asked = [f"{literal(table.name)}::text AS of", "count(*) AS sampled"]
    for i, (_, column) in enumerate(table.texts()):
        asked += [
            f"count({column}) AS filled{i}",
            f"coalesce(sum(octet_length({column}::text)), 0) AS bytes{i}",
            f"count(*) FILTER (WHERE left({column}::text, 200) ~ {literal(_LOOKS_ENCODED)})"
            f" AS encoded{i}",
        ]
    return (
        f"SELECT row_to_json(r) FROM (SELECT {', '.join(asked)} FROM ONLY {table.name}"
        f" TABLESAMPLE SYSTEM ({share:.4f}) REPEATABLE (0)) AS r;\n"
    )


def _measures(
    table: Table,
    highest: Sequence[str],
    counted: Mapping[str, Any],
    shape: Mapping[str, Any] | None,
) -> dict[str, Measure]:
    result: dict[str, Measure] = {
        "rows": counted["rows"],
        "content": counted["content"],
        "highest": {
            name: int(float(counted[f"h{i}"])) if "." in counted[f"h{i}"] else int(counted[f"h{i}"])
            for i, name in enumerate(highest)
            if counted[f"h{i}"] not in (None, "NaN", "Infinity")
        },
        "newest": {
            name: counted[f"n{i}"]
            for i, (name, _) in enumerate(_instants(table))
            if counted[f"n{i}"] is not None
        },
    }
    if shape is not None and shape["sampled"]:
        result["shape"] = {
            name: {
                "sampled": shape["sampled"],
                "filled": shape[f"filled{i}"],
                "bytes": shape[f"bytes{i}"],
                "encoded": shape[f"encoded{i}"],
            }
            for i, (name, _) in enumerate(table.texts())
        }
    return result


def _sequences(
    values: Mapping[str, Measure],
    numbered: Sequence[Numbered],
    tables: Sequence[Table],
    measured: Mapping[str, Measure],
) -> dict[str, Measure]:
    """Join each sequence with the highest number that is in a column that it numbers."""
    parents = {table.name: table.parents for table in tables}
    result: dict[str, Measure] = {}
    for name, value in values.items():
        assert isinstance(value, Mapping)
        entry = dict(value)
        for use in numbered:
            if use.sequence != name:
                continue
            seen = [
                _highest(measured[table], use.column)
                for table in measured
                if use.table in _family(table, parents)
            ]
            found = [number for number in seen if number is not None]
            if found:
                entry |= {"table": use.table, "column": use.column, "highest": max(found)}
        result[name] = entry
    return result


def _highest(measures: Measure, column: str) -> int | None:
    assert isinstance(measures, Mapping)
    highest = measures["highest"]
    assert isinstance(highest, Mapping)
    value = highest.get(column)
    return value if isinstance(value, int) else None


def _summary(detail: Mapping[str, Measure]) -> dict[str, Measure]:
    tables = detail["tables"]
    assert isinstance(tables, Mapping)
    rows = 0
    fingerprint = []
    for name in sorted(tables):
        table = tables[name]
        assert isinstance(table, Mapping)
        count = table["rows"]
        assert isinstance(count, int)
        rows += count
        fingerprint.append(f"{name} {count} {table['content']}")
    definitions = detail["definitions"]
    assert isinstance(definitions, Mapping)
    schema = "\n".join(f"{name} {definitions[name]}" for name in sorted(definitions))
    foreign = detail["foreign_tables"]
    assert isinstance(foreign, tuple)
    return {
        "tables": len(tables),
        "rows": rows,
        "definitions": len(definitions),
        "schema_digest": digest(schema),
        "content_digest": digest("\n".join(fingerprint)),
        "foreign_tables_left_out": len(foreign),
    }
