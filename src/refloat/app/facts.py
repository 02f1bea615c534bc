"""Facts from files: read for one judgement, or imported into what Refloat remembers."""

from __future__ import annotations

import gc
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from refloat import feed
from refloat.model.errors import MissingInput
from refloat.model.facts import Facts
from refloat.model.feed import FeedFact
from refloat.model.observations import RefusedLine
from refloat.model.stream import Stream

ENDINGS = (".jsonl", ".json", ".gz")
"""How the files of facts in a folder are called."""
_CHUNK = 128 * 1024


@dataclass(frozen=True)
class Refused:
    """A line that could not be used.

    Attributes:
        file: where it stands.
        line: its number, from 1.
        reason: why it could not be used.
    """

    file: str
    line: int
    reason: str


@dataclass(frozen=True)
class Loaded:
    """Facts of some files.

    Attributes:
        facts: all of them, in ``facts.feed``.
        refused: the lines that could not be used.
    """

    facts: Facts
    refused: tuple[Refused, ...]


def load(paths: Sequence[Path], received_at: datetime | None = None) -> Loaded:
    """Read the facts of files and folders; nothing is remembered of them.

    Args:
        paths: files, packed with gzip or not, and folders, of which every file with one of the
            ``ENDINGS`` is read, those of inner folders too.
        received_at: when they came in: later times are refused; None to refuse none for that.

    Raises:
        MissingInput: if one of them is not there or cannot be read.
    """
    refused: list[Refused] = []
    facts: list[FeedFact] = []
    with collector_paused():
        for file in files(paths):
            for some in feed.facts(feed.batches(chunks(file)), feed.Reader(received_at)):
                for one in some:
                    if isinstance(one, RefusedLine):
                        refused.append(Refused(str(file), one.line, one.reason))
                    else:
                        facts += one
        return Loaded(Facts(feed=Stream.of(facts)), tuple(refused))


def files(paths: Iterable[Path]) -> Iterator[Path]:
    """Give the files of facts: those that are named, and those in folders, in their order.

    Raises:
        MissingInput: if one of them is not there, or a folder cannot be looked into.
    """
    for path in paths:
        try:
            if path.is_dir():
                yield from sorted(one for one in _inside(path) if one.is_file())
            elif path.exists():
                yield path
            else:
                raise MissingInput(f"the file of facts {path} is not there")
        except PermissionError as error:
            raise MissingInput(
                f"the facts in {error.filename} cannot be read: {error.strerror}",
                hint="Give this account the right to read them: what is left out could decide.",
            ) from error


def _inside(folder: Path) -> Iterator[Path]:
    """Give the files of facts in a folder and in those inside of it; none is passed over."""
    for inner, _, names in os.walk(folder, onerror=_refuse):
        yield from (Path(inner, name) for name in names if name.endswith(ENDINGS))


def _refuse(error: OSError) -> None:
    raise error


def chunks(file: Path) -> Iterator[bytes]:
    """Give the bytes of a file or a pipe, piece by piece.

    Raises:
        MissingInput: if it cannot be read, or if it is a device that has no end.
    """
    try:
        with file.open("rb", buffering=0) as stream:
            endless = stat.S_ISCHR(os.fstat(stream.fileno()).st_mode)
            while chunk := stream.read(_CHUNK):
                if endless:
                    raise MissingInput(f"{file} is a device, and holds no facts: name a file")
                yield chunk
    except OSError as error:
        raise MissingInput(f"the file of facts {file} cannot be read: {error.strerror}") from error


@contextmanager
def collector_paused() -> Iterator[None]:
    """Pause the search for cycles: facts have none, and searching millions of them is slow."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()
