"""The index over the ledger: facts by a query instead of by reading the whole log.

The ledger's bytes are the truth. The index catches up with them by itself, begins anew when they
are of another past (a ledger put back from a copy), and can be removed at any time. Importing this
module does not import Django; opening a store does.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Self

from refloat import feed
from refloat.ledger.log import Ledger
from refloat.model.errors import EvidenceProblem, StateProblem
from refloat.model.facts import Fact, Facts
from refloat.store import segments
from refloat.store.keys import KnownLine, LineRow, key_of

if TYPE_CHECKING:
    from refloat.store.database import Database


class Store:
    """An open index. Threads may share it; close it when done, or use it as a context manager.

    Args:
        database: the database, its tables up to date.
        state_folder: where the segments of imported facts are.
        origin: the log to speak of; None until a ledger is handed in.
    """

    def __init__(self, database: Database, state_folder: Path, origin: str | None = None) -> None:
        self._database = database
        self._segments = state_folder / segments.FOLDER
        self._reader = segments.SegmentReader(self._segments)
        self._origin = origin
        self._rows = _late("rows")
        self._lines = _late("lines")
        self._telling = _late("database").telling

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *error: object) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Close the connection, and the files of segments."""
        self._reader.close()
        self._database.close()

    def catch_up(
        self, ledger: Ledger, prepared: Mapping[str, Sequence[LineRow]] | None = None
    ) -> int:
        """Index what the ledger has and the index has not, in one transaction.

        Safe in any number of processes at once. From now on the store speaks of this ledger.

        Args:
            ledger: the ledger.
            prepared: rows of imported lines that are known without reading them, by segment.

        Returns:
            How many entries were indexed.

        Raises:
            EvidenceProblem: if the ledger is damaged, or an entry is not what its type promises.
            StateProblem: if the database cannot be used.
        """
        self._origin = ledger.checkpoint().origin
        with self._telling(self._database):
            count: int = self._rows.catch_up(
                self._database.alias, ledger, functools.partial(self._lines_of, prepared or {})
            )
            return count

    def rebuild(self, ledger: Ledger) -> int:
        """Remove every row of the ledger and make them again.

        Returns:
            How many entries were indexed.

        Raises:
            EvidenceProblem, StateProblem: as ``catch_up``.
        """
        self._origin = ledger.checkpoint().origin
        with self._telling(self._database):
            self._rows.forget(self._database.alias, self._origin)
        return self.catch_up(ledger)

    def facts(self, until: datetime | None = None) -> Facts:
        """Give every fact, or those recorded at or before an instant.

        Raises:
            StateProblem: if the database cannot be used, or a row is not what was written.
        """
        with self._telling(self._database):
            return Facts.of(self._rows.facts(self._database.alias, self._log(), until))

    def entry(self, number: int) -> Fact | None:
        """Give the fact of one entry of the ledger; None if that entry holds none.

        Raises:
            MissingInput: if no such entry is indexed.
            StateProblem: if the database cannot be used, or a row is not what was written.
        """
        with self._telling(self._database):
            fact: Fact | None = self._rows.fact_of(self._database.alias, self._log(), number)
            return fact

    def indexed_up_to(self) -> int:
        """Say how many entries of the ledger are indexed.

        Raises:
            StateProblem: if the database cannot be used.
        """
        with self._telling(self._database):
            count: int = self._rows.indexed_up_to(self._database.alias, self._log())
            return count

    def has_lines(self) -> bool:
        """Say whether any imported line is known.

        Raises:
            StateProblem: if the database cannot be used.
        """
        with self._telling(self._database):
            some: bool = self._lines.any_known(self._database.alias, self._log())
            return some

    def known_lines(self, keys: Sequence[bytes]) -> Mapping[bytes, list[KnownLine]]:
        """Say where the imported lines of some keys lie; a key without any is not in it.

        Raises:
            StateProblem: if the database cannot be used.
        """
        with self._telling(self._database):
            found: Mapping[bytes, list[KnownLine]] = self._lines.known(
                self._database.alias, self._log(), keys
            )
            return found

    def lines_at(self, places: Iterable[KnownLine]) -> list[bytes]:
        """Give the imported lines that lie at some places.

        Raises:
            EvidenceProblem: if a segment is missing, or ends before a place.
        """
        return [self._reader.line_at(one.segment, one.place) for one in places]

    def lines_on(self, instance: str, kind: str, external_id: str) -> list[bytes]:
        """Give every imported line about one thing, in the order in which they were observed.

        Raises:
            EvidenceProblem: if a segment is missing, or a line of it is damaged.
            StateProblem: if the database cannot be used.
        """
        key = key_of(instance, kind, external_id)
        words = understood(self.lines_at(self.known_lines([key]).get(key, ())))
        in_order = sorted(words, key=lambda one: (one.observed_at, one.digest))
        return [one.canonical for one in in_order]

    def _lines_of(
        self, prepared: Mapping[str, Sequence[LineRow]], name: str
    ) -> Sequence[LineRow] | None:
        if name in prepared:
            return prepared[name]
        try:
            rows: Sequence[LineRow] = self._lines.rows_of(self._segments, name)
        except EvidenceProblem:
            return None  # told to whoever reads the facts; the rest of the ledger is of use
        return rows

    def _log(self) -> str:
        if self._origin is None:
            known = self._rows.origins(self._database.alias)
            if len(known) > 1:
                raise StateProblem("the database indexes several ledgers; say of which you ask")
            return known[0] if known else ""
        return self._origin


def understood(lines: Iterable[bytes]) -> list[feed.Understood]:
    """Understand lines that were kept.

    Raises:
        EvidenceProblem: if one is damaged.
    """
    reader = feed.Reader(canonical=True)
    try:
        return [reader.understand(line) for line in lines]
    except feed.Refused as error:
        raise EvidenceProblem(
            f"a line of the imported facts cannot be read: {error}", hint=segments.LOST
        ) from error


def open_store(state_folder: Path, url: str | None = None) -> Store:
    """Open the index of a state folder; made at its first use.

    Args:
        state_folder: an existing folder.
        url: the database, instead of what ``REFLOAT_DATABASE`` says.

    Raises:
        StateProblem: if it is damaged, written by a newer Refloat, or out of reach; the hint says
            what to do.
    """
    return Store(_late("database").connect(state_folder, url), state_folder)


def rebuild(state_folder: Path, ledger: Ledger, url: str | None = None) -> int:
    """Make the index again from the ledger, whatever has become of it.

    A SQLite file that is damaged, or that a newer Refloat wrote, is renamed to
    ``index.sqlite3.damaged``.

    Args:
        state_folder: an existing folder.
        ledger: the truth.
        url: as ``open_store``.

    Returns:
        How many entries were indexed.

    Raises:
        EvidenceProblem: if the ledger is damaged.
        StateProblem: if the database cannot be made or reached.
    """
    database = _late("database")
    try:
        with open_store(state_folder, url) as store:
            return store.rebuild(ledger)
    except StateProblem as problem:
        located = database.locate(state_folder, url)
        if located.file is None or database.REBUILD not in problem.hint:
            raise  # busy or not writable: nothing is wrong with the file itself
        database.set_aside(located)
    with open_store(state_folder, url) as store:
        return store.rebuild(ledger)


def _late(name: str) -> ModuleType:
    """Import a module of the store that needs Django, when it is needed."""
    return importlib.import_module(f"refloat.store.{name}")
