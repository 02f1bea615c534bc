"""What is wrong with a plan: every complaint with its place, all of them at once."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import NoReturn

from refloat.model.errors import PlanProblem
from refloat.plan.tree import Mark

SHOWN_AT_MOST = 500
"""A hostile plan can hold a hundred thousand mistakes; the rest is only counted."""

COMPARISONS = 20_000
"""Spellings of one plan are compared no more often than this: a huge one is refused quickly."""

_LISTED = 12
"""How many of the names that there are a message lists."""


@dataclass(frozen=True, order=True)
class Complaint:
    """One thing that is wrong.

    Attributes:
        file: the plan's name, as it was given.
        line: from 1.
        column: from 1, in characters.
        message: what is wrong, one sentence without a full stop; never a secret's value.
        suggestion: the nearest right spelling; empty where there is none.
    """

    file: str
    line: int
    column: int
    message: str
    suggestion: str = ""

    def __str__(self) -> str:
        """Give ``file:line:column: what is wrong (did you mean 'x'?)``."""
        meant = f" (did you mean {self.suggestion!r}?)" if self.suggestion else ""
        return f"{self.file}:{self.line}:{self.column}: {self.message}{meant}"


class PlanRefused(PlanProblem):
    """A plan with mistakes in it.

    Args:
        complaints: all of them, in the order of the file; ``str()`` gives one a line.
    """

    def __init__(self, complaints: tuple[Complaint, ...]) -> None:
        super().__init__(
            "\n".join(map(str, complaints)),
            hint="Correct the plan at these places and try again. Nothing was done.",
        )
        self.complaints = complaints

    @property
    def lines(self) -> tuple[str, ...]:
        """The complaints."""
        return tuple(map(str, self.complaints))


@dataclass
class Complaints:
    """Collects what is wrong with a plan.

    Attributes:
        file: the name of its file or folder.
        found: the complaints.
        uncounted: how many more there are.
        comparisons: how many spellings were compared.
    """

    file: str
    found: set[Complaint] = field(default_factory=set)
    uncounted: int = 0
    comparisons: int = 0

    def add(self, mark: Mark, message: str, suggestion: str = "") -> None:
        """Add a complaint; the same one twice (an alias) counts once."""
        if len(self.found) >= SHOWN_AT_MOST:
            self.uncounted += 1
            return
        file = mark.file or self.file
        self.found.add(Complaint(file, mark.line, mark.column, message, suggestion))

    def add_misspelt(self, mark: Mark, message: str, written: str, right: Collection[str]) -> None:
        """Add a complaint about a name, with the nearest of the right ones as its suggestion."""
        self.comparisons += len(right)
        affordable = self.comparisons <= COMPARISONS
        self.add(mark, message, nearest(written, right) if affordable else "")

    def count(self) -> int:
        """Say how many there are, so that a reader sees whether a part added some."""
        return len(self.found) + self.uncounted

    def refuse(self, mark: Mark, message: str) -> NoReturn:
        """Add a last complaint, after which reading on makes no sense.

        Raises:
            PlanRefused: always.
        """
        self.add(mark, message)
        raise PlanRefused(self.sorted())

    def settle(self) -> None:
        """Do nothing if nothing was found.

        Raises:
            PlanRefused: with everything that was found.
        """
        if self.found:
            raise PlanRefused(self.sorted())

    def sorted(self) -> tuple[Complaint, ...]:
        """Give what was found in the order of the file; a last line counts what was left out."""
        result = tuple(sorted(self.found))
        if self.uncounted:
            last = Complaint(
                self.file, 1, 1, f"{self.uncounted:,} further complaints are not shown"
            )
            result += (last,)
        return result


def nearest(written: str, right: Collection[str]) -> str:
    """Give the right spelling that is nearest to what was written; empty if none is near.

    Case and the difference between ``_``, ``-`` and a space count for nothing.
    """
    if len(right) > COMPARISONS or len(written) > 100:
        return ""
    by_plain = {_plain(name): name for name in sorted(right, reverse=True)}
    close = difflib.get_close_matches(_plain(written), sorted(by_plain), n=1, cutoff=0.6)
    return by_plain[close[0]] if close else ""


def did_you_mean(written: str, right: Collection[str], otherwise: str = "") -> str:
    """Give the hint for a name that is none of the right ones.

    Args:
        written: what was written.
        right: the names that there are.
        otherwise: the hint where none of them is near.
    """
    close = nearest(written, right)
    return f"Did you mean {close!r}?" if close else otherwise


def first_of(names: Sequence[str]) -> str:
    """Join names that somebody may choose from; of many, the first twelve and how many more."""
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return f"{', '.join(names[:_LISTED])}{more}"


def quote(text: str) -> str:
    """Quote what the plan says, for a message: on one line, and cut when it is long."""
    return repr(text if len(text) <= 60 else text[:57] + "...")


def _plain(name: str) -> str:
    return name.lower().replace("_", "-").replace(" ", "-")
