"""What looks at files in production: two scans around the backup, and reading in between.

The first scan comes before the engine starts, the second when it has read everything. Whatever has
another inode, size, modification or change time in the second was changed meanwhile: the engine may
have read it before or after. The kernel sets a change time that no program can set back.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from refloat.data_sets._files.tree import UNREADABLE
from refloat.model.errors import SourceProblem

READ_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Seen:
    """What the file system says of one entry, in the order of ``os.stat_result``'s names."""

    mode: int
    inode: int
    device: int
    links: int
    user: int
    group: int
    size: int
    modified: int
    changed: int

    @classmethod
    def of(cls, status: os.stat_result) -> Seen:
        """Take what matters out of a status."""
        size = status.st_size if stat.S_ISREG(status.st_mode) else 0
        return cls(
            status.st_mode,
            status.st_ino,
            status.st_dev,
            status.st_nlink if stat.S_ISREG(status.st_mode) else 1,
            status.st_uid,
            status.st_gid,
            size,
            status.st_mtime_ns,
            status.st_ctime_ns,
        )


def scan(paths: tuple[Path, ...]) -> dict[str, Seen]:
    """List everything under some paths; sockets are left out, since no engine keeps them.

    Raises:
        SourceProblem: if one of the paths is missing or a symbolic link, or a folder cannot be
            listed; names it.

    """
    found: dict[str, Seen] = {}
    for path in paths:
        found[str(path)] = Seen.of(_status(path))
        if stat.S_ISDIR(found[str(path)].mode):
            found.update(_below(str(path)))
    return found


def _status(path: Path) -> os.stat_result:
    try:
        status = os.lstat(path)
    except FileNotFoundError as error:
        raise SourceProblem(
            f"{path} is not there",
            hint="Correct the path in the plan, or mount what is to be backed up.",
        ) from error
    except OSError as error:
        raise SourceProblem(f"{path} cannot be looked at: {error.strerror}") from error
    if stat.S_ISLNK(status.st_mode):
        raise SourceProblem(
            f"{path} is a symbolic link: only the link would be backed up, not what it leads to",
            hint=f"Name {os.path.realpath(path)} in the plan.",
        )
    return status


def _below(folder: str) -> Iterator[tuple[str, Seen]]:
    folders = [folder]
    while folders:
        here = folders.pop()
        try:
            with os.scandir(here) as entries:
                for entry in entries:
                    with contextlib.suppress(FileNotFoundError):  # vanished: the scans will differ
                        status = entry.stat(follow_symlinks=False)
                        if stat.S_ISSOCK(status.st_mode):
                            continue
                        yield entry.path, Seen.of(status)
                        if stat.S_ISDIR(status.st_mode):
                            folders.append(entry.path)
        except FileNotFoundError:
            continue
        except OSError as error:
            raise SourceProblem(
                f"the folder {here!a} cannot be listed: {error.strerror}",
                hint="Give Refloat's account the right to read it, or leave it out of the plan.",
            ) from error


def describe(found: Mapping[str, Seen], cancelled: threading.Event) -> dict[str, str]:
    """Read every file of a scan and describe each entry (see ``tree``).

    A file that is another one by now, or gone, has the digest ``?``; the second scan will find it
    among the changed.

    Raises:
        SourceProblem: if a file cannot be read.

    """
    buffer = memoryview(bytearray(READ_BYTES))
    described = {}
    for path, seen in found.items():
        if cancelled.is_set():
            raise SourceProblem("the files were not read to the end: the backup was stopped")
        described[path] = _describe(path, seen, buffer)
    return described


def _describe(path: str, seen: Seen, buffer: memoryview) -> str:
    kind, content = "x", "-"
    if stat.S_ISDIR(seen.mode):
        kind = "d"
    elif stat.S_ISLNK(seen.mode):
        kind, content = "l", _link_digest(path)
    elif stat.S_ISREG(seen.mode):
        kind, content = "f", _file_digest(path, seen, buffer)
    mode = f"{stat.S_IMODE(seen.mode):o}"
    return f"{kind} {seen.size} {content} {mode} {seen.user} {seen.group} {seen.modified}"


def _link_digest(path: str) -> str:
    try:
        return hashlib.sha256(os.fsencode(os.readlink(path))).hexdigest()
    except OSError:
        return UNREADABLE


def _file_digest(path: str, seen: Seen, buffer: memoryview) -> str:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except PermissionError as error:
        raise SourceProblem(
            f"{path!a} cannot be read: {error.strerror}",
            hint="Give Refloat's account the right to read it, or leave it out of the plan.",
        ) from error
    except OSError:
        return UNREADABLE
    try:
        now = os.fstat(handle)
        if (now.st_ino, now.st_dev) != (seen.inode, seen.device):
            return UNREADABLE
        summer = hashlib.sha256()
        while count := os.readv(handle, [buffer]):
            summer.update(buffer[:count])
        return summer.hexdigest()
    except OSError as error:
        raise SourceProblem(f"{path!a} cannot be read to its end: {error.strerror}") from error
    finally:
        os.close(handle)


def differing(before: Mapping[str, Seen], after: Mapping[str, Seen]) -> tuple[str, ...]:
    """Name what is not the same in two scans, or only in one of them, sorted."""
    return tuple(
        sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))
    )
