"""Files of the host: private folders and files, and writing that is whole or not at all."""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
import shutil
import stat
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from refloat.model.errors import NoRoom, StateProblem


def private_folder(path: Path) -> Path:
    """Make a folder that only Refloat's account may enter, with its parents; give it back.

    Raises:
        StateProblem: if it cannot be made, or is no folder, or is a symbolic link.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StateProblem(f"the folder {path} cannot be made: {error.strerror}") from error
    if path.is_symlink():
        raise StateProblem(f"{path} is a symbolic link; Refloat keeps nothing behind one")
    return path


def spread(folder: Path) -> None:
    """Tell the file system that the folders in this one have nothing to do with one another.

    ext4 then gives each a region of its own (chattr(1), "T"). Where ext4 has no journal it passes
    over every file that was removed in the last minutes before it makes a new one (its function
    ``recently_deleted``), so that thousands of files made where thousands have just been removed
    cost more than all else. Other file systems know nothing of it, and need nothing.
    """
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        with suppress(OSError):  # a hint: where it is not taken, all goes on as before
            (flags,) = _FLAGS.unpack(fcntl.ioctl(handle, _GET_FLAGS, bytes(_FLAGS.size)))
            fcntl.ioctl(handle, _SET_FLAGS, _FLAGS.pack(flags | _TOP_OF_HIERARCHY))
    finally:
        os.close(handle)


# linux/fs.h: FS_IOC_GETFLAGS, FS_IOC_SETFLAGS and FS_TOPDIR_FL. The numbers of the first two speak
# of a long; the kernel reads and writes an int.
_FLAGS = struct.Struct("@I4x" if struct.calcsize("@l") == 8 else "@I")
_GET_FLAGS = 0x80006601 | _FLAGS.size << 16
_SET_FLAGS = 0x40006602 | _FLAGS.size << 16
_TOP_OF_HIERARCHY = 0x00020000


def write_atomically(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Write a file so that after a crash it is the old one or the new one, durably.

    Raises:
        StateProblem: if it cannot be written; the old file is untouched.
        NoRoom: if the disk is full; likewise.
    """
    with new_file(path, mode) as stream:
        stream.write(content)


@contextmanager
def new_file(path: Path, mode: int = 0o600) -> Iterator[BinaryIO]:
    """Give a stream whose content becomes a file at the end of the block, whole or not at all.

    Raises:
        StateProblem: if it cannot be written, or is a device or a pipe, which are never replaced;
            an old file of that name is untouched.
        NoRoom: if the disk is full; likewise.
    """
    _replaceable(path)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with told(path):
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
        try:
            with os.fdopen(handle, "wb") as stream:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(beside, path)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)


def _replaceable(path: Path) -> None:
    """Refuse what must not become an ordinary file: a device, a pipe, a socket, a folder."""
    if not path.name:
        raise StateProblem("a file without a name cannot be written", hint="Name a file.")
    with told(path):
        there = os.path.lexists(path)
        stands_for = os.readlink(path) if there and path.is_symlink() else ""
        ordinary = not path.exists() or stat.S_ISREG(path.stat().st_mode)
    if not ordinary or stands_for.startswith("/proc/"):  # what /dev/stdout stands for
        raise StateProblem(
            f"{path} cannot be written: it is no ordinary file", hint="Name another file."
        )


@contextmanager
def told(path: Path, what: str = "written") -> Iterator[None]:
    """Turn the operating system's errors in the block into ours.

    Args:
        path: the file or folder, for the message.
        what: what cannot be done with it: ``written``, ``read``, ``locked``.

    Raises:
        StateProblem: if the operating system refuses something.
        NoRoom: if the disk is full.
    """
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise NoRoom(
                f"{path} cannot be {what}: the disk is full",
                hint="Free some space, then try again.",
            ) from error
        raise StateProblem(f"{path} cannot be {what}: {error.strerror}") from error


def sync_folder(path: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def private_file(folder: Path, content: bytes, *, user_id: int | None = None) -> Iterator[Path]:
    """Give a file with this content that only one account may read, for as long as the block runs.

    Args:
        folder: a private folder.
        content: what stands in it (a password, say).
        user_id: the account that may read it; Refloat's own if None.
    """
    path = folder / f"private-{secrets.token_hex(8)}"
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        if user_id is not None and os.geteuid() == 0:
            os.chown(path, user_id, -1)
        yield path
    finally:
        path.unlink(missing_ok=True)


def require_room(folder: Path, needed: int) -> None:
    """See that the disk of a folder has room.

    Args:
        folder: an existing folder.
        needed: bytes.

    Raises:
        NoRoom: if it has less.
    """
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise NoRoom(
            f"the disk of {folder} has {free // 2**20} MiB free; {needed // 2**20} MiB are needed",
            hint="Free some space, or keep the state on a larger disk (REFLOAT_STATE).",
        )
