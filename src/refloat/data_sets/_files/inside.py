"""What looks at restored files from inside the place: functions whose source is sent there.

Each stands alone: module level, no decorators, its imports inside it, from the standard library
only, JSON in and out (see ``Place.ask``). What ``describe`` says of a file is what ``scan``
says of it on the host; a test holds the two against each other.
"""

from __future__ import annotations

from typing import Any


def describe(arguments: dict[str, Any]) -> dict[str, Any]:
    """Describe every entry under some paths.

    Args:
        arguments: ``paths``: absolute paths; ``page`` and ``pages``: only the entries whose path's
            CRC-32 leaves the remainder ``page`` when divided by ``pages``, so that many files can
            be asked for in several answers while each is read only once.

    Returns:
        ``entries``: path to description (see ``tree``), ``?`` for the digest of a file or
        folder that this account may not read.

    """
    import hashlib
    import os
    import stat
    import zlib

    entries = {}
    buffer = memoryview(bytearray(1 << 20))

    def digest(path: str) -> str:
        try:
            handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError:
            return "?"
        try:
            summer = hashlib.sha256()
            while count := os.readv(handle, [buffer]):
                summer.update(buffer[:count])
            return summer.hexdigest()
        except OSError:
            return "?"
        finally:
            os.close(handle)

    def look(path: str) -> list[str]:
        try:
            found = os.lstat(path)
        except OSError:
            return []  # it is told as missing
        kind, size, content = "x", 0, "-"
        if stat.S_ISDIR(found.st_mode):
            kind = "d"
        elif stat.S_ISLNK(found.st_mode):
            kind = "l"
        elif stat.S_ISREG(found.st_mode):
            kind, size = "f", found.st_size
        elif stat.S_ISSOCK(found.st_mode):
            return []
        names = []
        if kind == "d":
            try:
                names = os.listdir(path)
            except OSError:
                content = "?"
        if zlib.crc32(os.fsencode(path)) % arguments["pages"] == arguments["page"]:
            if kind == "f":
                content = digest(path)
            elif kind == "l":
                content = hashlib.sha256(os.fsencode(os.readlink(path))).hexdigest()
            mode = f"{stat.S_IMODE(found.st_mode):o}"
            owners = f"{found.st_uid} {found.st_gid}"
            entries[path] = f"{kind} {size} {content} {mode} {owners} {found.st_mtime_ns}"
        return [os.path.join(path, name) for name in names]

    waiting = [path for path in arguments["paths"] if os.path.lexists(path)]
    while waiting:
        waiting += look(waiting.pop())
    return {"entries": entries}


def newest_record(arguments: dict[str, Any]) -> dict[str, Any]:
    """Find the newest sign of life in restored files.

    Args:
        arguments: ``paths``: absolute paths; ``heartbeat``: the name of the heartbeat file, empty
            where there is to be none; ``pattern``: names of files whose newest modification time
            counts where there is no heartbeat, as a shell's pattern; empty for none.

    Returns:
        ``heartbeats``: what stands in the heartbeat files; ``modified``: nanoseconds since 1970 of
        the newest file of the pattern, or None.

    """
    import fnmatch
    import os
    import stat

    heartbeats = []
    modified = None
    for path in arguments["paths"] if arguments["heartbeat"] else ():
        try:
            handle = os.open(
                os.path.join(path, arguments["heartbeat"]),
                os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK,
            )
        except OSError:
            continue
        try:
            heartbeats.append(os.read(handle, 200).decode("ascii", "replace"))
        except OSError:
            continue
        finally:
            os.close(handle)
    if arguments["pattern"] and not heartbeats:
        found = []
        for path in arguments["paths"]:
            found.append(path)
            for folder, _, names in os.walk(path):
                found += [os.path.join(folder, name) for name in names]
        for path in found:
            if not fnmatch.fnmatchcase(os.path.basename(path), arguments["pattern"]):
                continue
            status = os.lstat(path) if os.path.lexists(path) else None
            if status is not None and stat.S_ISREG(status.st_mode):
                modified = max(modified or 0, status.st_mtime_ns)
    return {"heartbeats": heartbeats, "modified": modified}
