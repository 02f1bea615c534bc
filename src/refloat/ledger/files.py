"""The ledger's files: opened without following links, read and written with errors that speak."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from refloat.model.errors import EvidenceProblem, MissingInput, NoRoom, RefloatError, StateProblem

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def problem(path: Path, doing: str, error: OSError) -> RefloatError:
    """Give the error of Refloat's tree that says what went wrong with a file.

    Args:
        path: which file.
        doing: what was tried, as in "cannot be ``written``".
        error: what the operating system said.

    """
    if error.errno in _FULL:
        return NoRoom(
            f"{path} cannot be {doing}: {error.strerror}; the ledger stays as it was",
            hint="Free some space on its disk and do it again.",
        )
    if error.errno == errno.ELOOP:
        return EvidenceProblem(
            f"{path} is a symbolic link; the ledger keeps nothing behind one",
            hint="Find out who put it there. Copy the file back to its place.",
        )
    if error.errno == errno.ENOENT:
        return MissingInput(
            f"{path} is not there",
            hint="Is this the right folder? A ledger that lost a file must come back from backup.",
        )
    return StateProblem(
        f"{path} cannot be {doing}: {error.strerror}",
        hint="Run Refloat as the account that owns the ledger, on a disk that can be written to.",
    )


def open_file(path: Path, flags: int, doing: str) -> int:
    """Open a regular file, not through a symbolic link; give its descriptor.

    Args:
        path: which file; made for the owner's eyes only where the flags say so.
        flags: those of ``os.open``.
        doing: what it is opened for, as in "cannot be ``written``".

    Raises:
        EvidenceProblem: if it is a symbolic link or no regular file.
        MissingInput: if it is not there.
        StateProblem: if it cannot be opened.

    """
    try:
        handle = os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK, 0o600)
    except OSError as error:
        raise problem(path, doing, error) from error
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise EvidenceProblem(f"{path} is not a regular file; it is not Refloat's")
    return handle


@contextmanager
def opened(path: Path, flags: int, doing: str) -> Iterator[int]:
    """Open as ``open_file`` does, for as long as the block runs.

    Raises:
        RefloatError: a kind of it that fits, for any failure of the system in the block too.

    """
    handle = open_file(path, flags, doing)
    try:
        yield handle
    except OSError as error:
        raise problem(path, doing, error) from error
    finally:
        os.close(handle)


def read_small(path: Path, limit: int = 64 * 1024) -> bytes:
    """Give the bytes of a small file.

    Raises:
        EvidenceProblem: if it is larger than the limit, or a symbolic link.
        MissingInput: if it is not there.
        StateProblem: if it cannot be read.

    """
    with opened(path, os.O_RDONLY, "read") as handle:
        data = os.read(handle, limit + 1)
    if len(data) > limit:
        raise EvidenceProblem(f"{path} is larger than {limit} bytes; it is not Refloat's")
    return data


def write_all(handle: int, data: bytes, offset: int) -> None:
    """Write all the bytes at an offset.

    Raises:
        OSError: if they cannot be written; some of them may be.

    """
    view = memoryview(data)
    while view:
        written = os.pwrite(handle, view, offset)
        view, offset = view[written:], offset + written


def write_new(path: Path, data: bytes) -> None:
    """Make a file that must not be there yet, for the owner's eyes only, durably.

    Raises:
        RefloatError: a kind of it that fits.

    """
    with opened(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, "made") as handle:
        write_all(handle, data, 0)
        os.fsync(handle)


def sync_folder(path: Path) -> None:
    """Make the names in a folder durable.

    Raises:
        RefloatError: a kind of it that fits.

    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        raise problem(path, "made durable", error) from error
