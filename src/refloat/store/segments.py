"""Segments: the lines that imports brought, in files that are named by their own SHA-256.

A segment is made whole or not at all, and never changed. It counts only if an entry of the ledger
names it, so what a crash leaves behind counts for nothing.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from refloat.host import faults
from refloat.host.files import private_folder, sync_folder
from refloat.model.errors import EvidenceProblem, NoRoom, RefloatError, StateProblem

FOLDER = "facts"
LOCK = "lock"
_ENDING = ".jsonl"
_UNFINISHED = ".unfinished-"
_AT_ONCE = 1024 * 1024
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class SegmentWriter:
    """Writes one segment; as a context manager it leaves nothing behind unless it was finished.

    Args:
        folder: the folder of the segments.

    Attributes:
        length: bytes of the lines that were added: the place of the next one.

    Raises:
        StateProblem, NoRoom: if it cannot be written, here and in every method.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / f"{_UNFINISHED}{secrets.token_hex(8)}"
        self._digest = hashlib.sha256()
        self.length = 0
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with _told(self._path):
            self._handle = os.open(self._path, flags, 0o600)

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Remove what was not finished."""
        os.close(self._handle)
        self._path.unlink(missing_ok=True)

    def add(self, lines: Sequence[bytes]) -> None:
        """Add lines."""
        data = b"".join(line + b"\n" for line in lines)
        self._digest.update(data)
        with _told(self._path):
            view = memoryview(data)
            while view:
                view = view[os.write(self._handle, view) :]
        self.length += len(data)

    def finish(self) -> str:
        """Make it durable under its name, and give that: SHA-256 of its bytes, hexadecimal."""
        faults.point("facts.written")
        name = self._digest.hexdigest()
        with _told(self._path):
            os.fsync(self._handle)
            os.replace(self._path, path_of(self._folder, name))
            sync_folder(self._folder)
        faults.point("facts.finished")
        return name


def path_of(folder: Path, name: str) -> Path:
    """Give the file of a segment."""
    return folder / f"{name}{_ENDING}"


def read_segment(folder: Path, name: str) -> Iterator[bytes]:
    """Give the lines of a segment; whoever reads to the end knows that it is whole.

    Raises:
        EvidenceProblem: if it is missing; or, after its last line, if it is not what was recorded.
        StateProblem: if it cannot be read.
    """
    path, digest, rest = path_of(folder, name), hashlib.sha256(), b""
    try:
        with path.open("rb", buffering=0) as stream:
            while chunk := stream.read(_AT_ONCE):
                digest.update(chunk)
                lines = (rest + chunk).split(b"\n")
                rest = lines.pop()
                yield from lines
    except FileNotFoundError as error:
        raise _lost(path, "is missing") from error
    except OSError as error:
        raise StateProblem(f"{path} cannot be read: {error.strerror}") from error
    if rest or digest.hexdigest() != name:
        raise _lost(path, "is damaged: its bytes are not those that the ledger recorded")


def line_at(folder: Path, name: str, place: int) -> bytes:
    """Give one line of a segment by its place; nothing says whether the others are whole.

    Raises:
        EvidenceProblem: if the segment is missing or ends before.
    """
    path = path_of(folder, name)
    try:
        with path.open("rb") as stream:
            stream.seek(place)
            line = stream.readline()
    except OSError as error:
        raise _lost(path, f"cannot be read: {error.strerror}") from error
    if not line.endswith(b"\n"):
        raise _lost(path, "is damaged: it ends too early")
    return line[:-1]


@contextmanager
def one_import_at_a_time(state_folder: Path) -> Iterator[Path]:
    """Give the folder of the segments; any other import waits until the block has ended.

    What an interrupted import left half written is removed.

    Raises:
        StateProblem: if the folder cannot be made.
    """
    folder = private_folder(state_folder / FOLDER)
    with _told(folder / LOCK):
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        handle = os.open(folder / LOCK, flags, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        for left in folder.glob(f"{_UNFINISHED}*"):
            left.unlink(missing_ok=True)
        yield folder
    finally:
        os.close(handle)


def _lost(path: Path, what: str) -> EvidenceProblem:
    return EvidenceProblem(
        f"the imported facts in {path} cannot be used: the file {what}",
        hint="Put it back from a copy of the state folder; or run 'refloat rebuild', then import"
        " its source again ('refloat evidence list' names it).",
    )


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Turn the operating system's errors into ours."""
    try:
        yield
    except OSError as error:
        raise _problem(path, error) from error


def _problem(path: Path, error: OSError) -> RefloatError:
    if error.errno in _FULL:
        return NoRoom(
            f"{path} cannot be written: the disk is full; nothing of this file was imported",
            hint="Free some space and import it again.",
        )
    return StateProblem(f"{path} cannot be written: {error.strerror}")
