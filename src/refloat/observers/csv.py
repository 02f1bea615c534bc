"""Reads who needs whom out of a table that people keep: CSV with ``component`` and ``needs``."""

from __future__ import annotations

import csv
import hashlib
import platform
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from refloat.model.errors import ObservationProblem
from refloat.model.observations import Observation, RefusedLine
from refloat.model.options import Option, Probe
from refloat.observers import Reading, Scope
from refloat.observers._names import complaint
from refloat.observers._source import SPLIT, read_bytes, text_of

LARGEST = 1024 * 1024
"""Bytes of one file at most: what it says must fit into one signed statement of 4 MiB."""

MOST = 20_000
"""Observations of one file at most, for the same reason."""

NEEDED = ("component", "needs")
DELIMITERS = ",;\t"


@dataclass(frozen=True)
class _Row:
    """One row, and the line where it begins; ``broken`` says why it is no row."""

    line: int
    cells: tuple[str, ...]
    broken: str = ""


@dataclass(frozen=True)
class _Header:
    """Where each named column stands, and how many columns there are."""

    places: Mapping[str, int]
    width: int


class Csv:
    """Reads tables of dependencies."""

    name = "csv"
    summary = (
        "Reads a table of dependencies: CSV in UTF-8 with the columns component and needs, and"
        " what, which may be left out."
    )
    options: tuple[Option, ...] = ()
    patterns = ("*.csv", "*.tsv")
    scope = Scope.KIND

    def probe(self) -> Probe:
        """Say that it needs nothing but Python."""
        return Probe(True, f"csv of Python {platform.python_version()}")

    def read(self, path: Path) -> Reading:
        """Read one file.

        Raises:
            MissingInput: if it is not there, or cannot be opened.
            ObservationProblem: if it is no small ordinary file, not UTF-8, without the columns, or
                has no line that can be understood.
        """
        content = read_bytes(path, LARGEST)
        rows = _rows(text_of(path, content, "CSV UTF-8"))
        header = _header(path, next(rows, None))
        taken, refused = _taken(path, rows, header)
        if refused and not taken:
            first = refused[0]
            raise ObservationProblem(
                f"no line of {path} can be used; line {first.line}: {first.reason}"
            )
        return Reading(taken, refused, hashlib.sha256(content).hexdigest())


def _rows(text: str) -> Iterator[_Row]:
    """Give the rows that hold anything; the header's own delimiter is that of all."""
    head = text.lstrip("\r\n").partition("\n")[0]
    delimiter = max(DELIMITERS, key=head.count)
    reader = csv.reader(_lines(text), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = tuple(cell.strip() for cell in next(reader))
        except StopIteration:
            return
        except csv.Error as error:
            yield _Row(line, (), _why(str(error)))
            continue
        if any(cells):
            yield _Row(line, cells)


def _lines(text: str) -> Iterator[str]:
    """Give lines with their ends; only line ends of files end one, not those of Unicode."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return (f"{line}\n" for line in lines)


def _why(error: str) -> str:
    if "unexpected end" in error:
        return "a quotation mark is opened here and never closed"
    if "field larger" in error:
        return "a cell is larger than 128 KiB"
    return "a quotation mark stands where none belongs"


def _header(path: Path, head: _Row | None) -> _Header:
    """Find the columns by the header's names, in small or capital letters.

    Raises:
        ObservationProblem: if one is missing, or there twice.
    """
    if head is None:
        raise ObservationProblem(f"{path} is empty", hint=_HINT)
    names = [cell.casefold() for cell in head.cells]
    missing = [name for name in NEEDED if name not in names]
    if missing:
        raise ObservationProblem(
            f"{path} has no column {' and no column '.join(missing)} in its first line", hint=_HINT
        )
    twice = [name for name in (*NEEDED, "what") if names.count(name) > 1]
    if twice:
        raise ObservationProblem(f"{path} has the column {twice[0]} twice", hint=_HINT)
    return _Header({name: place for place, name in enumerate(names)}, len(names))


_HINT = "The first line names the columns: component,needs,what"


def _taken(
    path: Path, rows: Iterator[_Row], header: _Header
) -> tuple[tuple[Observation, ...], tuple[RefusedLine, ...]]:
    taken: dict[tuple[str, str], Observation] = {}
    refused: list[RefusedLine] = []
    for row in rows:
        cells = {name: _cell(row, header.places.get(name)) for name in (*NEEDED, "what")}
        reason = row.broken or _complaint(row, cells, header.width)
        if reason:
            refused.append(RefusedLine(row.line, reason))
            continue
        seen = Observation(cells["component"], cells["needs"], row.line, cells["what"])
        taken.setdefault((seen.component, seen.needs), seen)
        if len(taken) > MOST:
            raise ObservationProblem(
                f"{path} says more than {MOST} things",
                hint=SPLIT,
            )
    return tuple(taken.values()), tuple(refused)


def _cell(row: _Row, place: int | None) -> str:
    return row.cells[place] if place is not None and place < len(row.cells) else ""


def _complaint(row: _Row, cells: Mapping[str, str], columns: int) -> str:
    if any(row.cells[columns:]):
        return "it has more cells than the first line has columns"
    if not cells["component"]:
        return "it names no component"
    if cells["component"] == cells["needs"]:
        return "it says that something needs itself"
    return next(filter(None, map(complaint, cells.values())), "")


ADAPTER = Csv()
