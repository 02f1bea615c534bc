"""Observers: one file, one way to see what is really there. This file is the contract.

A module here whose name has no leading underscore is an observer; it ends with
``ADAPTER = YourKind()``.

What an implementer owes:

* It only reads, never writes to what it reads, and asks for the least rights.
* It takes names as the source has them, each with the line where it stands. It guesses nothing:
  what a template would say, or what a name might mean, stays unsaid.
* No secret and no content comes out of it: a line in which one stands is refused.
* One bad line does not spoil the others: it is refused with its number and a reason that does not
  repeat its text. A source of which nothing can be understood is an error, never an empty reading,
  because an empty reading says that nothing is there any more.
* Sizes have limits, and passing one is an error that says so, with a hint that fits the kind;
  nothing is cut off silently.

An observer that also says which files of a folder are of its kind (``ReadsFolders``) can be given a
folder. One whose files speak of each other (``ReadsTogether``) is given all of them at once.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from refloat.model.errors import RefloatError
from refloat.model.observations import Observation, RefusedLine
from refloat.model.options import Option, Probe


@dataclass(frozen=True)
class Reading:
    """What one source shows.

    Attributes:
        observations: what was seen, in the order of the source, nothing twice.
        refused: the lines that say nothing that can be used.
        digest: SHA-256 of the bytes that were read, in hexadecimal.
    """

    observations: tuple[Observation, ...]
    refused: tuple[RefusedLine, ...]
    digest: str


class Observer(Protocol):
    """A way to see what is really there.

    Attributes:
        name: as the command line spells it; the module's name.
        summary: one sentence.
        options: none yet; here because every adapter says what it understands.
    """

    name: str
    summary: str
    options: tuple[Option, ...]

    def probe(self) -> Probe:
        """Say whether what it reads with is there."""

    def read(self, path: Path) -> Reading:
        """Read one source.

        Raises:
            MissingInput: if it is not there, or cannot be opened.
            ObservationProblem: if it is not of this kind, or too large, or nothing in it can be
                understood.
        """


class Scope(enum.Enum):
    """How far a name reaches: among what the same name means the same thing."""

    FILE = "the file"
    """In one file alone: two Compose files may both have a ``db``."""

    SOURCE = "what was named"
    """In the file or the folder that was named: one machine's units, one inventory."""

    KIND = "everything of the kind"
    """In everything that is read together: one cluster, one catalogue, the plan's own names."""


@runtime_checkable
class ReadsFolders(Protocol):
    """What an observer has beside, if it can be given a folder.

    Attributes:
        patterns: how names of files of its kind are spelled, as a shell matches them (``*.yaml``).
            One with ``!`` before it is the name of folders into which nobody looks.
        scope: how far a name of such a file reaches.
    """

    patterns: tuple[str, ...]
    scope: Scope


@dataclass(frozen=True)
class Outcome:
    """What became of one of several files.

    Attributes:
        path: the file: one that was given, or one that such a file names.
        result: what it shows, or why nothing of it can be used.
        part_of: the file that it was read for; None if it was given.
    """

    path: Path
    result: Reading | RefloatError
    part_of: Path | None = None


@runtime_checkable
class ReadsTogether(Protocol):
    """What an observer has beside, if its files speak of each other."""

    def read_together(self, files: Mapping[Path, Path]) -> Iterator[Outcome]:
        """Read several files, each for itself, but knowing the others.

        A file that another one names may be read too, if it lies in the folder that the naming one
        may look into; it is a source of its own, with its own lines.

        Args:
            files: each file, and the folder out of which nothing is read for it.

        Returns:
            An outcome of each file, in their order, and of each that was read beside.
        """
