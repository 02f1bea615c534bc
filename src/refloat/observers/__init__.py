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
* Sizes have limits, and passing one is an error that says so; nothing is cut off silently.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

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
