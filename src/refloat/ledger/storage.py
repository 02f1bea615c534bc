"""The folder of a log: reading what was committed, and committing more.

A commit is the replacement of one small file. Everything before it (entries beyond the committed
length, a new checkpoint under another name) does not count; everything after it (the history, the
frontier) can be made again from what counts.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from refloat.ledger import files
from refloat.ledger.canonical import Malformed, parse
from refloat.ledger.checkpoint import Checkpoint, SignedCheckpoint, read_checkpoint
from refloat.ledger.export import LARGEST_LINE
from refloat.ledger.merkle import Frontier, leaf_hash
from refloat.model.errors import EvidenceProblem, MissingInput, RefloatError

ENTRIES = "entries.jsonl"
CHECKPOINT = "checkpoint"
NEW_CHECKPOINT = "checkpoint.new"
HISTORY = "checkpoints"
FRONTIER = "frontier"
LOCK = "lock"

Fault = Callable[[str], None]

_TAIL = 64 * 1024


@dataclass(frozen=True, slots=True)
class Mark:
    """How far somebody has read a log: what is needed to go on without reading it all again.

    Attributes:
        size: how many entries were read.
        length: their bytes.
        hashes: the tree's right edge at that size (see ``Frontier``). Together with what follows
            they give the signed root, and those of no other past do.

    """

    size: int = 0
    length: int = 0
    hashes: tuple[bytes, ...] = ()

    @property
    def root(self) -> bytes:
        """The Merkle root over the entries that were read, 32 bytes."""
        return Frontier(self.size, self.hashes).root()


BEGINNING = Mark()


def damaged(path: Path, what: str) -> EvidenceProblem:
    """Give the error that says that a file of the log is not as it was written."""
    return EvidenceProblem(
        f"the ledger is damaged: {path}: {what}",
        hint="Keep the folder as it is. Compare it with an earlier export or a backup of it.",
    )


class Storage:
    """The files of one log.

    Args:
        folder: where they are.
        key: the log's public key; every checkpoint is verified with it.
        fault: called at each named fault point.

    """

    def __init__(self, folder: Path, key: Ed25519PublicKey, fault: Fault) -> None:
        self.folder = folder
        self._key = key
        self._fault = fault

    def signed(self) -> SignedCheckpoint:
        """Give the checkpoint that counts now, verified.

        Raises:
            EvidenceProblem: if it is damaged, or not signed by the log's key.

        """
        path = self.folder / CHECKPOINT
        return self._verified(path, files.read_small(path))

    def lines(self, committed: Checkpoint, since: Mark = BEGINNING) -> Iterator[bytes]:
        """Give the bytes of each entry committed since a mark, not held against the root.

        Raises:
            EvidenceProblem: if there are fewer bytes or entries than were committed.

        """
        path, left = self.folder / ENTRIES, (committed.length or 0) - since.length
        if left < 0 or since.size > committed.size:
            raise damaged(path, f"{since.size} entries were read of it, and it has fewer")
        with files.opened(path, os.O_RDONLY, "read") as handle:
            self.refuse_short(handle, committed)
            with os.fdopen(os.dup(handle), "rb") as stream:
                stream.seek(since.length)
                for index in range(since.size, committed.size):
                    line = stream.readline(min(left, LARGEST_LINE))
                    left -= len(line)
                    if not line.endswith(b"\n"):
                        raise damaged(path, f"entry {index} is cut off")
                    yield line[:-1]
        if left:
            raise damaged(path, f"{left} committed bytes follow the last entry")

    def refuse_short(self, handle: int, committed: Checkpoint) -> None:
        """See that the open entries file has all the bytes that were committed.

        Raises:
            EvidenceProblem: if it has fewer.

        """
        length = committed.length or 0
        there = os.fstat(handle).st_size
        if there < length or (length and os.pread(handle, 1, length - 1) != b"\n"):
            raise damaged(
                self.folder / ENTRIES,
                f"{committed.size} entries with {length} bytes were committed; of its {there} bytes"
                " the last committed one ends no entry",
            )

    def rebuilt(self, committed: Checkpoint, since: Mark = BEGINNING) -> Frontier:
        """Read every entry committed since a mark, hold all against the signed root, give the edge.

        Raises:
            EvidenceProblem: if the mark and the entries do not give the root.

        """
        try:
            frontier = Frontier(since.size, since.hashes)
        except Malformed as error:
            raise damaged(self.folder / ENTRIES, f"what was read of it before: {error}") from error
        for line in self.lines(committed, since):
            frontier.append(leaf_hash(line))
        if frontier.root() != committed.root:
            raise damaged(
                self.folder / ENTRIES,
                f"its {committed.size} entries do not give the signed root; something was changed",
            )
        return frontier

    def frontier(self, committed: Checkpoint) -> Frontier:
        """Give the tree's right edge, from the cache where that gives the signed root.

        Raises:
            EvidenceProblem: as ``rebuilt``.

        """
        try:
            cached = parse(files.read_small(self.folder / FRONTIER))
            frontier = Frontier(cached["size"], [bytes.fromhex(item) for item in cached["hashes"]])
        except (MissingInput, ValueError, KeyError, TypeError, AttributeError):
            # Only a cache: a crash may have left it old or half written.
            return self.rebuilt(committed)
        if frontier.size == committed.size and frontier.root() == committed.root:
            return frontier
        return self.rebuilt(committed)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep every other process from appending while the block runs.

        Raises:
            RefloatError: a kind of it that fits, if the lock cannot be had.

        """
        handle = files.open_file(self.folder / LOCK, os.O_RDWR | os.O_CREAT, "locked")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def write_entries(self, committed: Checkpoint, data: bytes) -> None:
        """Put bytes behind what was committed, durably; they do not count until ``commit``.

        Raises:
            RefloatError: a kind of it that fits; what was written of them is cut off again.

        """
        length = committed.length or 0
        with files.opened(self.folder / ENTRIES, os.O_RDWR, "written") as handle:
            self.refuse_short(handle, committed)
            os.ftruncate(handle, length)
            try:
                files.write_all(handle, data, length)
                self._fault("ledger.written")
                os.fsync(handle)
            except OSError:
                with contextlib.suppress(OSError):  # they do not count even if they stay
                    os.ftruncate(handle, length)
                raise
        self._fault("ledger.synced")

    def commit(self, signed: SignedCheckpoint, frontier: Frontier) -> None:
        """Make this checkpoint the one that counts.

        Raises:
            RefloatError: a kind of it that fits; the former checkpoint counts still.

        """
        beside = self.folder / NEW_CHECKPOINT
        try:
            with files.opened(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, "written") as handle:
                files.write_all(handle, signed.text().encode(), 0)
                os.fsync(handle)
            self._fault("ledger.checkpoint-written")
            beside.replace(self.folder / CHECKPOINT)
        except (OSError, RefloatError) as error:
            with contextlib.suppress(OSError):  # it does not count even if it stays
                beside.unlink()
            if isinstance(error, OSError):
                raise files.problem(self.folder / CHECKPOINT, "replaced", error) from error
            raise
        files.sync_folder(self.folder)
        self._fault("ledger.committed")
        # What follows can be made again: an error in it must not make a commit look failed.
        with contextlib.suppress(RefloatError):
            self.remember(signed)
            self._keep_frontier(frontier)

    def settle(self, signed: SignedCheckpoint) -> None:
        """See that the history ends in the checkpoint that counts; add it after a crash.

        Raises:
            EvidenceProblem: if the history knows a later checkpoint, or another one of this size:
                somebody put the log back to an earlier state, or changed it.

        """
        path = self.folder / HISTORY
        with files.opened(path, os.O_RDWR, "read") as handle:
            length = os.fstat(handle).st_size
            tail = os.pread(handle, _TAIL, max(0, length - _TAIL))
            torn = len(tail) - (tail.rfind(b"\n") + 1)
            if torn:
                os.ftruncate(handle, length - torn)
        whole = tail[: len(tail) - torn].splitlines()
        if not whole:
            raise damaged(path, "it is empty; the log's first checkpoint should stand there")
        last = self._verified(path, _text(path, whole[-1]).encode()).checkpoint
        now = signed.checkpoint
        if last.size > now.size or (last.size == now.size and last.root != now.root):
            raise damaged(
                self.folder / CHECKPOINT,
                f"it says {now.size} entries, but a signed checkpoint of {last.size} entries with"
                " another root was made; the log was put back to an earlier state, or changed",
            )
        if last.size < now.size:
            self.remember(signed)

    def remember(self, signed: SignedCheckpoint) -> None:
        """Add a checkpoint to the history.

        Raises:
            RefloatError: a kind of it that fits.

        """
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        with files.opened(self.folder / HISTORY, flags, "written") as handle:
            os.write(handle, json.dumps(signed.text(), ensure_ascii=False).encode() + b"\n")
            os.fsync(handle)

    def history(self) -> Iterator[SignedCheckpoint]:
        """Give every checkpoint so far, oldest first; their signatures are not verified.

        Raises:
            EvidenceProblem: if a line is none.

        """
        path = self.folder / HISTORY
        with (
            files.opened(path, os.O_RDONLY, "read") as handle,
            os.fdopen(os.dup(handle), "rb") as stream,
        ):
            for line in stream:
                if line.endswith(b"\n"):
                    yield _read(path, _text(path, line).encode())

    def _verified(self, path: Path, data: bytes) -> SignedCheckpoint:
        signed = _read(path, data)
        try:
            signed.verify([self._key])
        except Malformed as error:
            raise damaged(path, str(error)) from error
        return signed

    def _keep_frontier(self, frontier: Frontier) -> None:
        members = {"size": frontier.size, "hashes": [item.hex() for item in frontier.hashes]}
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        with files.opened(self.folder / FRONTIER, flags, "written") as handle:
            files.write_all(handle, json.dumps(members).encode(), 0)


def _read(path: Path, data: bytes) -> SignedCheckpoint:
    try:
        return read_checkpoint(data)
    except Malformed as error:
        raise damaged(path, str(error)) from error


def _text(path: Path, line: bytes) -> str:
    try:
        value = parse(line)
    except Malformed as error:
        raise damaged(path, str(error)) from error
    if not isinstance(value, str):
        raise damaged(path, "a line is no checkpoint")
    return value
