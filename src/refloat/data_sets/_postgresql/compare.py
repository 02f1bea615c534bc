"""Holds a restored PostgreSQL database against what was backed up, and a backup against earlier.

Pure: baselines in, results out. A result names tables and counts, never a row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from refloat.data_sets._results import comparable, integer, judged, mapping
from refloat.model.points import Baseline, Measure
from refloat.model.run import CheckResult, Outcome

HEARTBEAT = "refloat.heartbeat"
"""Refloat's own table in the database."""

Complaints: TypeAlias = list[str]
Map: TypeAlias = Mapping[str, Measure]

FEWEST_ROWS = 20
"""Smaller tables rise and fall too much by themselves to say that rows are missing."""

FEWEST_SAMPLED = 20
"""A column with fewer values in the sample has no shape to speak of."""


def compare(expected: Baseline, seen: Baseline) -> tuple[CheckResult, ...]:
    """Hold restored data against its baseline; see ``DataSet.compare``."""
    other_form = comparable("database", expected, seen)
    if other_form is not None:
        return (other_form,)
    if not mapping(expected.detail, "tables"):
        name = "all tables and definitions are there"
        words = "no table was backed up: there is nothing to compare"
        return (CheckResult(name, "baseline", Outcome.COULD_NOT_RUN, (), "tables", words),)
    results = [
        _definitions(expected, seen),
        _rows(expected, seen),
        _contents(expected, seen),
        _sequences(expected, seen),
        _roles(expected, seen),
    ]
    if mapping(expected.detail, "views"):
        results.append(_views(expected, seen))
    large = mapping(expected.detail, "large_objects")
    if large.get("large_objects"):
        results.append(_large_objects(large, mapping(seen.detail, "large_objects")))
    return tuple(results)


def drift(previous: Sequence[Baseline], current: Baseline) -> tuple[CheckResult, ...]:
    """Hold a backup against earlier ones, oldest first: damage that was there at the source.

    A pass proves nothing of the restored data, so it does not say so.

    Each table is judged against the fullest state that it had in the earlier points, unless it is
    one that empties and fills by itself.
    """
    earlier = [
        baseline
        for baseline in previous
        if (baseline.kind, baseline.format) == (current.kind, current.format)
    ]
    if not earlier:
        return ()
    before = [_theirs(baseline) for baseline in earlier]
    now = _theirs(current)
    return (
        judged(
            "no table lost its rows at the source",
            f"about as many rows as in the {_count(len(earlier), 'earlier recovery point')}",
            _lost_rows(before, now),
            "every table has about as many rows as before, or more",
            (),
        ),
        judged(
            "no column turned unreadable at the source",
            "values that look as they did before",
            _turned_unreadable(before, now),
            "the values look as they did before",
            (),
        ),
    )


def _theirs(baseline: Baseline) -> dict[str, Measure]:
    """Give the tables without Refloat's own: whoever wants no heartbeat may remove it."""
    tables = mapping(baseline.detail, "tables")
    return {name: table for name, table in tables.items() if name != HEARTBEAT}


def _definitions(expected: Baseline, seen: Baseline) -> CheckResult:
    before, after = mapping(expected.detail, "definitions"), mapping(seen.detail, "definitions")
    counts = mapping(expected.detail, "tables")
    complaints: list[str] = []
    missing = [name for name in sorted(before) if name not in after]
    gone = {_object(name) for name in missing if name.startswith(("table ", "partitioned table "))}
    for name in missing:
        if name.startswith("table ") and name.removeprefix("table ") in counts:
            rows = integer(mapping(counts, name.removeprefix("table ")), "rows")
            complaints.insert(
                0, f"the {_short(name)} is missing: {_count(rows, 'row')} had been backed up"
            )
        elif not any(_belongs(name, table) for table in gone):
            complaints.append(f"the {_short(name)} is missing")
    complaints += [
        f"the {_short(name)} is not as it was"
        for name in sorted(before)
        if name in after and before[name] != after[name]
    ]
    complaints += [
        f"the {_short(name)} was not in the backup" for name in sorted(after) if name not in before
    ]
    words = _count(len(before), "definition")
    return judged(
        "all tables and definitions are there", words, complaints, f"{words}, as backed up"
    )


def _rows(expected: Baseline, seen: Baseline) -> CheckResult:
    complaints: Complaints = []
    total = 0
    after = mapping(seen.detail, "tables")
    for name, before in _tables(expected):
        rows = integer(before, "rows")
        total += rows
        now = integer(mapping(after, name), "rows") if name in after else 0
        if now != rows:
            change = (
                f"{_number(rows - now)} missing"
                if now < rows
                else f"{_number(now - rows)} too many"
            )
            complaints.append(
                f"the table {_bare(name)} has {_count(now, 'row')} of {_number(rows)}: {change}"
            )
    words = f"{_count(total, 'row')} in {_count(len(list(_tables(expected))), 'table')}"
    return judged("every table has all of its rows", words, complaints, words)


def _contents(expected: Baseline, seen: Baseline) -> CheckResult:
    after = mapping(seen.detail, "tables")
    complaints = []
    for name, before in _tables(expected):
        now = mapping(after, name) if name in after else {}
        if now.get("content") != before["content"]:
            newest = _newest_differs(before, now)
            complaints.append(f"the contents of the table {_bare(name)} are not the same{newest}")
    words = "the same fingerprint of every table's contents"
    return judged(
        "the rows' contents are the same", words, complaints, "every fingerprint is the same"
    )


def _newest_differs(before: Map, now: Map) -> str:
    was, is_now = mapping(before, "newest"), mapping(now, "newest") if "newest" in now else {}
    for column in sorted(was):
        if column in is_now and is_now[column] != was[column]:
            return f": the newest {column} is {is_now[column]}, not {was[column]}"
    return ""


def _sequences(expected: Baseline, seen: Baseline) -> CheckResult:
    after = mapping(seen.detail, "sequences")
    complaints: Complaints = []
    known = mapping(expected.detail, "sequences")
    for name in sorted(known):
        before = mapping(known, name)
        if name not in after:
            complaints.append(f"the sequence {_bare(name)} is missing")
            continue
        now = mapping(after, name)
        complaint = _behind(name, now)
        if complaint and _behind(name, before):
            complaint += " (it was so at the source already)"
        if not complaint and _counted(now) < _counted(before):
            complaint = (
                f"the sequence {_bare(name)} is at {_number(_counted(now))},"
                f" but had reached {_number(_counted(before))}"
            )
        if complaint:
            complaints.append(complaint)
    words = f"{_count(len(known), 'sequence')}, none behind the numbers already given"
    return judged("no sequence is behind its table", words, complaints, words)


def _behind(name: str, sequence: Map) -> str:
    if "highest" not in sequence or integer(sequence, "increment") < 0:
        return ""
    highest, at = integer(sequence, "highest"), _counted(sequence)
    if at >= highest:
        return ""
    table, column = str(sequence["table"]), str(sequence["column"])
    return (
        f"the sequence {_bare(name)} is at {_number(at)}, behind {_bare(table)}.{column},"
        f" which has reached {_number(highest)}: the next insert would fail or repeat a number"
    )


def _counted(sequence: Map) -> int:
    """Give the last number that was given out, in the sequence's own direction."""
    last, increment = integer(sequence, "last"), integer(sequence, "increment")
    at = last if sequence["called"] else last - increment
    return at if increment > 0 else -at


def _roles(expected: Baseline, seen: Baseline) -> CheckResult:
    before, after = mapping(expected.detail, "roles"), mapping(seen.detail, "roles")
    complaints = [f"the role {name} is missing" for name in sorted(before) if name not in after]
    complaints += [
        f"the role {name} has not the same rights"
        for name in sorted(before)
        if name in after and before[name] != after[name]
    ]
    words = _count(len(before), "role")
    return judged("every role is back", words, complaints, f"{words}, with the same rights")


def _views(expected: Baseline, seen: Baseline) -> CheckResult:
    before, after = mapping(expected.detail, "views"), mapping(seen.detail, "views")
    complaints = [
        f"the materialised view {_bare(name)} is not filled"
        for name in sorted(before)
        if before[name] and not after.get(name)
    ]
    words = _count(len(before), "materialised view")
    return judged("materialised views are filled", words, complaints, f"{words}, as they were")


def _large_objects(before: Map, after: Map) -> CheckResult:
    complaints = []
    if before["large_objects"] != after.get("large_objects"):
        complaints.append(
            f"{_number(integer(after, 'large_objects'))} of"
            f" {_count(integer(before, 'large_objects'), 'large object')} are there"
        )
    contents = before.get("large_object_contents")
    if contents is not None and contents != after.get("large_object_contents"):
        complaints.append("the contents of the large objects are not the same")
    words = _count(integer(before, "large_objects"), "large object")
    return judged("the large objects are the same", words, complaints, f"{words}, the same")


def _lost_rows(before: Sequence[Map], now: Map) -> Complaints:
    complaints = []
    for name in sorted({name for tables in before for name in tables}):
        history = [integer(mapping(t, name), "rows") for t in before if name in t]
        if name not in now:
            if before[-1].get(name) is not None:
                complaints.append(
                    f"the table {_bare(name)} is gone: it had {_count(history[-1], 'row')}"
                )
            continue
        rows, most = integer(mapping(now, name), "rows"), max(history)
        if most < FEWEST_ROWS or rows * 3 > most * 2 or _comes_and_goes(history):
            continue
        if rows == 0:
            complaints.append(f"the table {_bare(name)} is empty: it had {_count(most, 'row')}")
        else:
            share = 100 - 100 * rows // most
            complaints.append(
                f"the table {_bare(name)} has {_count(rows, 'row')}, {share} % fewer than"
                f" the {_number(most)} it had"
            )
    return complaints


def _comes_and_goes(history: Sequence[int]) -> bool:
    """Whether a table lost more than a third before and came back: a queue, sessions, a cache."""
    highest, fallen = 0, False
    for rows in history:
        if fallen and rows * 3 > highest * 2:
            return True
        fallen = fallen or rows * 3 <= highest * 2
        highest = max(highest, rows)
    return False


def _turned_unreadable(before: Sequence[Map], now: Map) -> Complaints:
    """Hold each column against every earlier point: the last of them may be damaged already."""
    complaints: dict[str, str] = {}
    for tables in reversed(before):
        for name in set(tables) & set(now):
            was, is_now = _shape(tables, name), _shape(now, name)
            for column in set(was) & set(is_now):
                words = _column_changed(mapping(was, column), mapping(is_now, column))
                if words:
                    complaints.setdefault(f"{_bare(name)}.{column}", words)
    return [f"{column} {complaints[column]}" for column in sorted(complaints)]


def _shape(tables: Map, name: str) -> Map:
    shape = mapping(tables, name).get("shape")
    return shape if isinstance(shape, Mapping) else {}


def _column_changed(was: Map, now: Map) -> str:
    """Say what is wrong with a column; numbers are percents of the values in the sample."""
    if integer(was, "filled") < FEWEST_SAMPLED or integer(now, "sampled") < FEWEST_SAMPLED:
        return ""
    empty_before, empty_now = (100 - _percent(s, "filled", "sampled") for s in (was, now))
    if empty_before <= 20 and empty_now >= 90:
        return f"lost its values: {empty_now} % are empty, {empty_before} % were"
    before, after = _percent(was, "encoded", "filled"), _percent(now, "encoded", "filled")
    if before <= 20 and after >= 60:
        return (
            f"turned into hashes or ciphertext: {after} % of its values look encoded,"
            f" {before} % did"
        )
    return ""


def _percent(shape: Map, part: str, whole: str) -> int:
    of = integer(shape, whole)
    return 100 * integer(shape, part) // of if of else 0


def _tables(baseline: Baseline) -> Iterable[tuple[str, Map]]:
    tables = mapping(baseline.detail, "tables")
    return [(name, mapping(tables, name)) for name in sorted(tables)]


def _number(value: int) -> str:
    return f"{value:,}"


def _count(value: int, noun: str) -> str:
    return f"{value:,} {noun}" if value == 1 else f"{value:,} {noun}s"


def _bare(name: str) -> str:
    return name.removeprefix("public.")


def _short(name: str) -> str:
    """Leave ``public.`` out of "table public.invoices"."""
    return name.replace(" public.", " ", 1)


def _object(name: str) -> str:
    return name.removeprefix("partitioned ").removeprefix("table ")


def _belongs(name: str, table: str) -> bool:
    """Whether a definition is a part of a table: its constraints, triggers, policies."""
    return f" {table}." in name
