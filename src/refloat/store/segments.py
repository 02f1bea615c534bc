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
from typing import Self

from refloat.host import faults
from refloat.host.beside import Beside
from refloat.host.files import private_folder, sync_folder
from refloat.model.errors import EvidenceProblem, NoRoom, RefloatError, StateProblem

FOLDER = "facts"
LOCK = "lock"
LOST = (
    "Put it back from a copy of the state folder; or run 'refloat rebuild', then import its source"
    " again ('refloat evidence list' names it)."
)
"""What to do about a segment that is lost or damaged."""
_ENDING = ".jsonl"
_UNFINISHED = ".unfinished-"
_AT_ONCE = 128 * 1024
_UNSYNCED = 64 * 1024 * 1024
_PIECE = 4096
_MOST_OPEN = 64
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
        self._written = self._unsynced = 0
        self._beside = Beside(self._write)
        self.length = 0
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with _told(self._path):
            self._handle = os.open(self._path, flags, 0o600)

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *error: object) -> None:
        """Remove what was not finished."""
        self._beside.close()
        os.close(self._handle)
        self._path.unlink(missing_ok=True)

    def add(self, lines: Sequence[bytes]) -> None:
        """Add lines."""
        if lines:
            data = b"\n".join((*lines, b""))
            self.length += len(data)
            self._beside.add(data)

    def line_at(self, place: int) -> bytes:
        """Give a line that was added, by its place."""
        if place >= self._written:
            self._beside.finish()
        with _told(self._path):
            return _line_at(self._handle, place)

    def finish(self) -> str:
        """Make it durable under its name, and give that: SHA-256 of its bytes, hexadecimal."""
        self._beside.finish()
        faults.point("facts.written")
        name = self._digest.hexdigest()
        with _told(self._path):
            os.fsync(self._handle)
            os.replace(self._path, path_of(self._folder, name))
            sync_folder(self._folder)
        faults.point("facts.finished")
        return name

    def _write(self, data: bytes) -> None:
        """Write bytes, and do not leave the disk all the work for the end."""
        self._digest.update(data)
        with _told(self._path):
            view = memoryview(data)
            while view:
                view = view[os.write(self._handle, view) :]
            self._written += len(data)
            self._unsynced += len(data)
            if self._unsynced >= _UNSYNCED:
                os.fdatasync(self._handle)
                self._unsynced = 0


def path_of(folder: Path, name: str) -> Path:
    """Give the file of a segment."""
    return folder / f"{name}{_ENDING}"


def read_segment(folder: Path, name: str) -> Iterator[list[bytes]]:
    """Give the lines of a segment, many at a time; whoever reads to the end knows that it is whole.

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
                yield lines
    except FileNotFoundError as error:
        raise _lost(path, "is missing") from error
    except OSError as error:
        raise StateProblem(f"{path} cannot be read: {error.strerror}") from error
    if rest or digest.hexdigest() != name:
        raise _lost(path, "is damaged: its bytes are not those that the ledger recorded")


class SegmentReader:
    """Reads single lines of segments, and keeps the files open that it was asked for last.

    Args:
        folder: the folder of the segments.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._handles: dict[str, int] = {}

    def close(self) -> None:
        """Close the files; the next question opens them again."""
        for handle in self._handles.values():
            os.close(handle)
        self._handles.clear()

    def line_at(self, name: str, place: int) -> bytes:
        """Give one line of a segment by its place; nothing says whether the others are whole.

        Raises:
            EvidenceProblem: if the segment is missing or ends before.
        """
        path = path_of(self._folder, name)
        try:
            line = _line_at(self._handle(name, path), place)
        except OSError as error:
            raise _lost(path, f"cannot be read: {error.strerror}") from error
        if not line:
            raise _lost(path, "is damaged: it ends too early")
        return line

    def _handle(self, name: str, path: Path) -> int:
        handle = self._handles.get(name)
        if handle is None:
            if len(self._handles) >= _MOST_OPEN:
                self.close()
            handle = self._handles[name] = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        return handle


def _line_at(handle: int, place: int) -> bytes:
    """Give the line that begins at a place, without its end; empty if the file ends before that."""
    line = b""
    while piece := os.pread(handle, _PIECE, place + len(line)):
        end = piece.find(b"\n")
        if end >= 0:
            return line + piece[:end]
        line += piece
    return b""


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
        hint=LOST,
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
