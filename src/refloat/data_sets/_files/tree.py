"""What is said of files, the digest over all of it, and what differs. Pure.

An entry is described by one line of seven fields: type (``f`` file, ``d`` folder, ``l`` symbolic
link, ``x`` device or pipe), size, SHA-256 of the content (of a link's target; ``-`` where there is
none, ``?`` where it could not be read), mode (octal), user id, group id, and modification time in
nanoseconds since 1970. SHA-256 because it is in every Python's standard library, also in the one
inside a sandbox, and because an auditor can hold it against ``sha256sum``.

The digest tree: a folder's digest is SHA-256 over its entries, sorted by the bytes of their names,
each as name, NUL, type, NUL, size, NUL, digest, NUL, where a subfolder's digest is the folder
digest. The paths that were backed up are the entries of the root, by their full paths. Owner, mode
and time are not in it: they may be lost lawfully where the content may not.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

UNREADABLE = "?"
NAMED = 3
SPECIAL = "x"
PERMISSIONS = 0o777


@dataclass(frozen=True, slots=True)
class Entry:
    """One line, taken apart."""

    kind: str
    size: int
    content: str
    mode: int
    user: int
    group: int
    modified: int

    @property
    def substance(self) -> tuple[str, int, str]:
        """What must come back: type, size, digest."""
        return self.kind, self.size, self.content


def parse(line: str) -> Entry:
    """Take a description apart.

    Raises:
        ValueError: if it is none.

    """
    kind, size, content, mode, user, group, modified = line.split(" ")
    return Entry(kind, int(size), content, int(mode, 8), int(user), int(group), int(modified))


def tree_digest(lines: Mapping[str, str], roots: Collection[str]) -> str:
    """Give the digest of the whole tree, as ``sha256:`` and hexadecimal digits.

    Args:
        lines: descriptions by absolute path.
        roots: the paths that were backed up.

    """
    children: dict[str, list[str]] = {}
    for path in lines:
        if path not in roots:
            children.setdefault(os.path.dirname(path), []).append(path)
    # The deepest folders first: then a folder's digest finds those of its subfolders.
    digests: dict[str, str] = {}
    for folder in sorted(children, key=lambda path: path.count("/"), reverse=True):
        digests[folder] = _folder_digest(
            ((os.path.basename(path), path) for path in children[folder]), lines, digests
        )
    whole = _folder_digest(((path, path) for path in roots if path in lines), lines, digests)
    return f"sha256:{whole}"


def _folder_digest(
    named: Iterator[tuple[str, str]], lines: Mapping[str, str], digests: Mapping[str, str]
) -> str:
    summer = hashlib.sha256()
    for name, path in sorted((os.fsencode(name), path) for name, path in named):
        kind, size, content, _ = lines[path].split(" ", 3)
        told = digests.get(path, content)
        summer.update(b"\0".join((name, f"{kind}\0{size}\0{told}".encode("ascii"), b"")))
    return summer.hexdigest()


def counts(lines: Mapping[str, str]) -> dict[str, int]:
    """Count files, folders, links, special files, and the files' bytes."""
    totals = {"files": 0, "folders": 0, "links": 0, "special": 0, "bytes": 0}
    names = {"f": "files", "d": "folders", "l": "links", "x": "special"}
    for line in lines.values():
        kind, size, _ = line.split(" ", 2)
        totals[names[kind]] += 1
        totals["bytes"] += int(size)
    return totals


@dataclass(frozen=True)
class Differences:
    """What differs between files as backed up and as restored; paths, sorted.

    Attributes:
        missing: not there.
        extra: there, but not backed up.
        content: another type, size or content.
        unread: there, but not readable where it was restored.
        modes: other permissions.
        times: another modification time (of files; folders' times move when anything is put in).
        owners: another owner or group.
        one_account: whether everything restored belongs to one account, as it does where Refloat
            is not root.

    """

    missing: tuple[str, ...]
    extra: tuple[str, ...]
    content: tuple[str, ...]
    unread: tuple[str, ...]
    modes: tuple[str, ...]
    times: tuple[str, ...]
    owners: tuple[str, ...]
    one_account: bool


def differences(
    expected: Mapping[str, str], seen: Mapping[str, str], changed: Collection[str]
) -> Differences:
    """Hold two descriptions against each other, leaving out what changed while it was read.

    Devices and pipes are left out too: a place need not make any.

    Raises:
        ValueError: if a line is no description.

    """
    left_out = set(changed) | {
        path for path, line in expected.items() if line.startswith(SPECIAL + " ")
    }
    content, unread, modes, times, owners = [], [], [], [], []
    accounts = set()
    for path in sorted(expected.keys() & seen.keys() - left_out):
        before, after = parse(expected[path]), parse(seen[path])
        accounts.add((after.user, after.group))
        if after.content == UNREADABLE and before.kind == after.kind:
            unread.append(path)
        elif before.substance != after.substance:
            content.append(path)
        if before.kind == "l":
            continue
        if stat.S_IMODE(before.mode) & PERMISSIONS != stat.S_IMODE(after.mode) & PERMISSIONS:
            modes.append(path)
        if before.kind == "f" and before.modified != after.modified:
            times.append(path)
        if (before.user, before.group) != (after.user, after.group):
            owners.append(path)
    absent = sorted(expected.keys() - seen.keys() - left_out)
    closed = {path for path in unread if expected[path].startswith("d ")}
    unread += [path for path in absent if _below_any(path, closed)]
    return Differences(
        missing=tuple(path for path in absent if not _below_any(path, closed)),
        extra=tuple(sorted(seen.keys() - expected.keys() - left_out)),
        content=tuple(content),
        unread=tuple(unread),
        modes=tuple(modes),
        times=tuple(times),
        owners=tuple(owners),
        one_account=len(accounts) <= 1,
    )


def _below_any(path: str, folders: Collection[str]) -> bool:
    """Whether a path lies below one of some folders."""
    while folders and path not in ("/", ""):
        path = os.path.dirname(path)
        if path in folders:
            return True
    return False


def naming(what: str, paths: Collection[str]) -> str:
    """Say how many, and which the first few are: ``2 missing (/a, /b)``; empty for none.

    Names are shown as ASCII with escapes, so that no name can play tricks on a terminal.
    """
    if not paths:
        return ""
    first = ", ".join(ascii(path)[1:-1] for path in list(paths)[:NAMED])
    more = ", …" if len(paths) > NAMED else ""
    return f"{len(paths):,} {what} ({first}{more})"
