"""What becomes of the data and of its copies: a row each, and a matrix of all copies."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from refloat.assess.ahead.misfits import apart
from refloat.model.ahead import CopyFate, CopyOutcome, DataSetOutcome, Fate, ScenarioOutcome
from refloat.report._ahead_words import COPY_MARKS, MARKS, Names, some

LIMIT = 200
"""So many data sets are shown, those of which nothing comes back first."""

COLUMNS = 7
"""So many repositories fit beside each other on paper; with more, copies stand in a list."""

_BEST = (
    CopyFate.SURVIVES,
    CopyFate.UNKNOWN,
    CopyFate.SHUT,
    CopyFate.EXPOSED,
    CopyFate.LOST,
)
"""Which of several copies in one place stands for all in a cell: the one that helps most."""

_WORST = {Fate.GONE: 0, Fate.UNKNOWN: 1, Fate.DEGRADED: 2, Fate.BACK: 3, Fate.UNTOUCHED: 4}


@dataclass(frozen=True)
class Copy:
    """The copies of one data set in one repository.

    Attributes:
        place: the repository's name.
        mark, word: what becomes of them.
        because: why.
        at: as of when the newest surviving point is; None if none survives.
        way: how somebody can alter them; empty if nobody can.
    """

    place: str
    mark: str
    word: str
    because: str
    at: datetime | None
    way: str


@dataclass(frozen=True)
class Row:
    """One data set.

    Attributes:
        name: for people.
        mark, word: what becomes of it.
        because: why.
        source: name of the repository that it comes back from; empty if it need not, or does not.
        loss: seconds of newest data that are lost; None if not known, or if all is.
        lost: whether the data in use is lost.
        cells: for each column of the matrix, the best of its copies there, or None.
        copies: all its copies.
    """

    name: str
    mark: str
    word: str
    because: str
    source: str
    loss: float | None
    lost: bool
    cells: tuple[Copy | None, ...]
    copies: tuple[Copy, ...]


@dataclass(frozen=True)
class Reason:
    """Why the copies of some data sets in one place do not simply survive.

    Attributes:
        copy: one of them; the others stand alike.
        of: names of their data sets.
    """

    copy: Copy
    of: tuple[str, ...]


@dataclass(frozen=True)
class Matrix:
    """Data sets by repositories.

    Attributes:
        columns: names of the repositories; empty if there are too many for a matrix.
        rows: the data sets, the worst first.
        total: how many there are.
        reasons: why copies do not simply survive; those of many data sets that stand alike, once.
    """

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    total: int
    reasons: tuple[Reason, ...]


def matrix(outcome: ScenarioOutcome, names: Names) -> Matrix:
    """Arrange the data sets that are hit, and their copies."""
    worst = sorted(outcome.data_sets, key=lambda one: (not one.lost, _WORST[one.fate]))
    shown = worst[:LIMIT]
    places = tuple(sorted({copy.repository for one in shown for copy in one.copies}))
    if len(places) > COLUMNS:
        places = ()
    misfits = {key for one in apart(outcome.groups) for key in one.data_sets}
    rows = tuple(_row(one, places, names, apart=one.data_set in misfits) for one in shown)
    return Matrix(names.all_of(places), rows, len(worst), _reasons(rows))


@dataclass(frozen=True)
class Group:
    """Data that must be of one time, or may have to be.

    Attributes:
        name: the group's name; of data in none, the service's.
        mark, word: whether it comes back to one time.
        loss: seconds that are lost together; None if there is no common time.
        apart: seconds between the oldest and the newest part; None likewise.
        allowed: seconds that the parts may lie apart.
        because: why.
        whose: names of the services that have data of it.
        needed_by: names of others that come back, or go on, and cannot run without it; only where
            it may not fit together.
    """

    name: str
    mark: str
    word: str
    loss: float | None
    apart: float | None
    allowed: float
    because: str
    whose: str
    needed_by: str


def groups(outcome: ScenarioOutcome, names: Names) -> tuple[Group, ...]:
    """Arrange the groups: those first that do not fit together, then those that nobody put so."""
    found = []
    needed_by: dict[str, list[str]] = {}
    for service in outcome.services:
        for misfit in service.misfits:
            if not misfit.own:
                needed_by.setdefault(misfit.group, []).append(service.name)
    for one in outcome.groups:
        mark, word = ("good", "of one time") if one.fits else ("open", "does not fit together")
        if not one.named:
            mark, word = "less", "nobody said whether it must be of one time"
        name = one.name if one.named else names.of(one.name)
        found.append(
            Group(
                name,
                mark,
                word,
                one.loss_seconds,
                one.skew_seconds,
                one.allowed_seconds,
                one.because,
                some(names.all_of(one.services)),
                some(needed_by.get(one.name, ()) if one.named else ()),
            )
        )
    order = ("open", "less", "good")
    return tuple(sorted(found, key=lambda one: order.index(one.mark)))


def _reasons(rows: Iterable[Row]) -> tuple[Reason, ...]:
    alike: dict[Copy, list[str]] = {}
    for row in rows:
        for copy in row.copies:
            if copy.mark != "good":
                alike.setdefault(replace(copy, at=None), []).append(row.name)
    ordered = sorted(alike.items(), key=lambda pair: (pair[0].place, pair[0].word))
    return tuple(Reason(copy, tuple(of)) for copy, of in ordered)


def _row(one: DataSetOutcome, places: Iterable[str], names: Names, *, apart: bool) -> Row:
    best: dict[str, Copy] = {}
    for copy in sorted(one.copies, key=lambda copy: _BEST.index(copy.fate)):
        best.setdefault(copy.repository, _copy(copy, names))
    mark, word = (MARKS[one.fate], str(one.fate)) if one.lost else ("idle", "in use as before")
    if apart and one.lost and one.fate is Fate.BACK:
        mark, word = "open", "comes back, may not fit"
    return Row(
        name=one.name or one.data_set,
        mark=mark,
        word=word,
        because=one.because,
        source=names.of(one.from_repository) if one.from_repository else "",
        loss=one.loss_seconds,
        lost=one.lost,
        cells=tuple(map(best.get, places)),
        copies=tuple(_copy(copy, names) for copy in one.copies),
    )


def _copy(one: CopyOutcome, names: Names) -> Copy:
    return Copy(
        place=names.of(one.repository),
        mark=COPY_MARKS[one.fate],
        word=str(one.fate),
        because=one.because,
        at=one.consistency_time,
        way=one.way,
    )
