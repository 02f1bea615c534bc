"""The journal of a run: one JSON object a line, durable line by line, in the run's own folder.

It needs no database, so a drill goes on, and is cleaned up after, whatever became of the index. A
lock beside it says whether the process that writes it still lives: the kernel lets go of the lock
when that process ends, however it ends.
"""

from __future__ import annotations

import fcntl
import json
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from refloat.host.files import sync_folder, told
from refloat.model.errors import NotAllowed, StateProblem

JOURNAL = "journal.jsonl"
LOCK = "lock"
ROOM = "room"
ROOM_BYTES = 4 * 1024 * 1024
"""Enough for the last events of a run, its evidence in the ledger, and their rows in the index."""


class FileJournal:
    """The journal of one run. One process writes it, which holds its lock; any may read it.

    Args:
        folder: the run's folder; made (0700) when the first event is written or the lock is taken.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._path = folder / JOURNAL
        self._writing = threading.Lock()
        self._settled = False

    @property
    def run(self) -> str:
        """The run's identity: the folder's name."""
        return self.folder.name

    def append(self, event: Mapping[str, Any]) -> None:
        """Write an event; it is on the disk when this returns. Safe to call from many threads.

        Raises:
            StateProblem: if it cannot be written, or JSON cannot say it; the journal is as before.
            NoRoom: if the disk is full; the journal is as before.
        """
        try:
            text = json.dumps(event, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
        except (TypeError, ValueError) as error:
            raise StateProblem(f"an event of run {self.run} cannot be written: {error}") from error
        with self._writing, told(self._path, "written"):
            self._write(text.encode("ascii") + b"\n")

    def events(self) -> tuple[dict[str, Any], ...]:
        """Give every event, in order; one that a crash cut off at the end is left out.

        Raises:
            StateProblem: if the journal cannot be read, or is damaged before its last line.
        """
        if not self._path.exists():
            return ()
        with told(self._path, "read"):
            data = self._path.read_bytes()
        whole, length = _parsed(data)
        if b"\n" in data[length:].rstrip(b"\n"):
            number = data[:length].count(b"\n") + 1
            raise StateProblem(
                f"{self._path} is damaged in line {number}",
                hint=f"Remove the folder {self.folder} if nothing of that run is needed any more.",
            )
        return whole

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the run's lock for as long as the block runs.

        Raises:
            NotAllowed: if another process holds it.
            StateProblem: if the folder cannot be written.
        """
        busy = f"run {self.run} is still being carried out by another process"
        with alone(self.folder, busy, "Wait for it, or end it with Ctrl-C where it runs."):
            yield

    def keep_room(self) -> None:
        """Set room on the disk aside, so that the end of the story fits whatever fills the disk.

        Where there is no room to set aside the run goes on without: what it needs is looked at
        where it begins to restore.
        """
        path = self.folder / ROOM
        with suppress(OSError):
            handle = os.open(path, _FLAGS | os.O_WRONLY, 0o600)
            try:
                os.posix_fallocate(handle, 0, ROOM_BYTES)
            except OSError:
                path.unlink()
            finally:
                os.close(handle)

    def use_room(self) -> None:
        """Give back the room that was set aside: the end has come, of this run or of its process.

        Raises:
            StateProblem: if the folder cannot be written.
        """
        with told(self.folder / ROOM, "removed"):
            (self.folder / ROOM).unlink(missing_ok=True)

    def alive(self) -> bool:
        """Whether the process that carries out this run still lives, on this machine."""
        with told(self.folder / LOCK, "read"):
            try:
                handle = os.open(self.folder / LOCK, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
            except FileNotFoundError:
                return False
        try:
            return not _try_lock(handle)
        finally:
            os.close(handle)

    def _write(self, line: bytes) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        new = not self._path.exists()
        handle = os.open(self._path, _FLAGS | os.O_RDWR | os.O_APPEND, 0o600)
        try:
            if not self._settled:
                self._cut_torn(handle)
            before = os.fstat(handle).st_size
            try:
                _write_all(handle, line)
                os.fsync(handle)
            except OSError:
                os.ftruncate(handle, before)
                raise
        finally:
            os.close(handle)
        if new:
            sync_folder(self.folder)
            sync_folder(self.folder.parent)

    def _cut_torn(self, handle: int) -> None:
        data = self._path.read_bytes()
        _, length = _parsed(data)
        if b"\n" not in data[length:].rstrip(b"\n"):
            os.ftruncate(handle, length)
        self._settled = True


@contextmanager
def alone(folder: Path, busy: str, hint: str) -> Iterator[None]:
    """Hold the lock of a folder for as long as the block runs; the kernel lets go of it after.

    Args:
        folder: made (0700) if it is not there yet; its lock stays in it.
        busy: what is said if another process holds it.
        hint: what to do then.

    Raises:
        NotAllowed: if another process holds it.
        StateProblem: if the folder cannot be written.
    """
    with told(folder, "locked"):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(folder / LOCK, _FLAGS | os.O_RDWR, 0o600)
    try:
        if not _try_lock(handle):
            raise NotAllowed(busy, hint=hint)
        yield
    finally:
        os.close(handle)


def journals(folder: Path) -> tuple[FileJournal, ...]:
    """Give the journals of all runs, sorted by the run's identity.

    Args:
        folder: the folder that holds a folder for each run; it need not exist.

    Raises:
        StateProblem: if it cannot be read.
    """
    if not folder.exists():
        return ()
    with told(folder, "read"):
        names = sorted(one.name for one in folder.iterdir() if (one / JOURNAL).is_file())
    return tuple(FileJournal(folder / name) for name in names)


_FLAGS = os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC


def _parsed(data: bytes) -> tuple[tuple[dict[str, Any], ...], int]:
    """Give the whole events from the beginning, and how many bytes they take."""
    events: list[dict[str, Any]] = []
    length = 0
    for line in data.splitlines(keepends=True):
        event = _event(line)
        if event is None:
            break
        events.append(event)
        length += len(line)
    return tuple(events), length


def _event(line: bytes) -> dict[str, Any] | None:
    if not line.endswith(b"\n"):
        return None
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) else None


def _write_all(handle: int, data: bytes) -> None:
    while data:
        data = data[os.write(handle, data) :]


def _try_lock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
