"""The root tree: what a sandbox sees as ``/``, and placing things in it without being misled.

The tree lies in a folder of the host that only Refloat's account may enter. Whatever runs in the
sandbox may write where its account may, so a path below the tree is never trusted as text: every
step is taken by a descriptor of the folder before, and no symbolic link is followed.
"""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from refloat.model.errors import IsolationProblem

SHOWN = ("usr", "proc", "dev", "sys")
"""Where the sandbox shows something else than the tree; nothing is ever put there."""

HOST_LINKS = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
GENERATED = (
    "passwd",
    "group",
    "hosts",
    "hostname",
    "nsswitch.conf",
    "resolv.conf",
    "timezone",
    "localtime",
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "ld.so.preload",
    "alternatives",
)
ALTERNATIVES = Path("/etc/alternatives")
LINKED = {"/var/run": "/run", "/var/lock": "/run/lock"}
FOLDER_MODE = 0o755
FOLDERS = (
    *((name,) for name in (*SHOWN[:3], "home", "opt", "srv", "root")),
    *(("var", name) for name in ("lib", "log", "cache")),
    ("run", "lock"),
    ("etc", "alternatives"),
)
SHARED_FOLDERS = (("tmp",), ("var", "tmp"))
_OPEN_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(frozen=True)
class Account:
    """An account inside the sandbox.

    Attributes:
        name: as the plan knows it.
        user: its number.
        group: the number of its group.
        group_name: the name of its group.
        home: its home folder.
    """

    name: str
    user: int
    group: int
    group_name: str
    home: str


def prepare(
    root: Path, accounts: tuple[Account, ...], host_name: str, software: tuple[Path, ...]
) -> None:
    """Make the tree, or put right what the sandbox itself made where a tree is taken over.

    What is taken over was written by others, perhaps with symbolic links where folders were.

    Args:
        root: where; its parent is there.
        accounts: who is known inside.
        host_name: what the machine is called inside.
        software: paths that will be shown; each needs something to be mounted on.

    Raises:
        IsolationProblem: if a folder that is needed is something else.
        OSError: if it cannot be written.
    """
    root.mkdir(mode=FOLDER_MODE, exist_ok=True)
    root.chmod(FOLDER_MODE)
    for names in FOLDERS:
        with folder_of(root, names):
            pass
    for names in SHARED_FOLDERS:
        with folder_of(root, names) as folder:
            os.fchmod(folder, 0o1777)
    links: dict[tuple[str, ...], str] = {
        (name,): os.readlink(Path("/", name)) for name in HOST_LINKS if Path("/", name).is_symlink()
    }
    links |= {("var", "run"): "/run", ("var", "lock"): "/run/lock"}
    links |= {("etc", "localtime"): "/usr/share/zoneinfo/Etc/UTC"}
    for names, target in links.items():
        with folder_of(root, names[:-1]) as folder:
            _link(folder, names[-1], target)
    for name in HOST_LINKS:
        if Path("/", name).is_dir() and not Path("/", name).is_symlink():
            with folder_of(root, (name,)):
                pass
    for path in software:
        _mount_point(root, path)
    with folder_of(root, ("etc",)) as folder:
        for name, content in _configuration(accounts, host_name).items():
            _write(folder, name, content, None, 0o644)


def _link(folder: int, name: str, target: str) -> None:
    if _stands(folder, name):
        if os.readlink(name, dir_fd=folder) == target:
            return
        raise IsolationProblem(f"{name} in the sandbox's root is not the link to {target}")
    os.symlink(target, name, dir_fd=folder)


def _mount_point(root: Path, path: Path) -> None:
    names = steps(str(path))
    with folder_of(root, names if path.is_dir() else names[:-1]) as folder:
        if not path.is_dir() and not _stands(folder, names[-1]):
            _write(folder, names[-1], b"", None, 0o644)


def _configuration(accounts: tuple[Account, ...], host_name: str) -> dict[str, bytes]:
    groups = {"root": 0, **{account.group_name: account.group for account in accounts}}
    root = "root:x:0:0::/root:/usr/sbin/nologin"  # owns files; nothing runs as it
    people = [f"{a.name}:x:{a.user}:{a.group}::{a.home}:/usr/sbin/nologin" for a in accounts]
    texts = {
        "passwd": "\n".join([root, *people]),
        "group": "\n".join(f"{name}:x:{number}:" for name, number in groups.items()),
        "hosts": f"127.0.0.1 localhost {host_name}\n::1 localhost",
        "hostname": host_name,
        "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files",
        "resolv.conf": "",
        "timezone": "Etc/UTC",
    }
    contents = {name: f"{text}\n".encode() for name, text in texts.items()}
    cache = Path("/etc/ld.so.cache")
    return {**contents, "ld.so.cache": cache.read_bytes()} if cache.exists() else contents


def steps(original: str) -> tuple[str, ...]:
    """Split an original path into its names.

    Raises:
        IsolationProblem: if nothing may be put there.
    """
    path = PurePosixPath(original)
    if not original.startswith("/") or "\0" in original or ".." in path.parts:
        raise _refused(original, "is not an absolute path without '..'")
    for link, target in LINKED.items():
        if path.is_relative_to(link):
            path = PurePosixPath(target, path.relative_to(link))
    names = tuple(part for part in path.parts if part.strip("/"))
    if not names:
        raise _refused(original, "is the root folder")
    if names[0] in SHOWN or (names[0] in HOST_LINKS and Path("/", names[0]).exists()):
        raise _refused(original, f"lies in /{names[0]}, which is the machine's own")
    if names[0] == "etc" and len(names) > 1 and names[1] in GENERATED:
        raise _refused(original, "is made by the sandbox itself")
    return names


def _refused(original: str, why: str) -> IsolationProblem:
    return IsolationProblem(
        f"nothing may be put at {original!r} in a sandbox: it {why}",
        hint="Protect and recover data at other paths; software belongs under 'software'.",
    )


@contextmanager
def folder_of(root: Path, names: tuple[str, ...], *, make: bool = True) -> Iterator[int]:
    """Open a folder of the tree step by step; what is missing is made, Refloat's own.

    Args:
        root: the tree.
        names: the folder's names below it.
        make: False opens only what is there.

    Raises:
        IsolationProblem: if one of the steps is no folder (a symbolic link, say).
    """
    try:
        handle = os.open(root, _OPEN_FOLDER)
    except OSError as error:
        raise IsolationProblem(f"the sandbox's folder {root} is gone: {error.strerror}") from error
    try:
        for depth, name in enumerate(names):
            try:
                after = _step(handle, name, make)
            except OSError as error:
                path = "/" + "/".join(names[: depth + 1])
                raise IsolationProblem(
                    f"{path} in the sandbox is no folder that can be entered: {error.strerror}"
                ) from error
            os.close(handle)
            handle = after
        yield handle
    finally:
        os.close(handle)


def _step(handle: int, name: str, make: bool) -> int:
    try:
        return os.open(name, _OPEN_FOLDER, dir_fd=handle)
    except FileNotFoundError:
        if not make:
            raise
    try:
        os.mkdir(name, FOLDER_MODE, dir_fd=handle)
    except FileExistsError:  # components are put back side by side
        return os.open(name, _OPEN_FOLDER, dir_fd=handle)
    after = os.open(name, _OPEN_FOLDER, dir_fd=handle)
    os.fchmod(after, FOLDER_MODE)  # whatever Refloat's own umask is
    return after


def adopt(staging: Path, staged: Path, root: Path, original: str) -> None:
    """Move a restored file or folder into the tree; fine if a crash came just after the move.

    Args:
        staging: the sandbox's staging folder.
        staged: something below it; what was restored beside it may hold any symbolic links.
        root: the tree.
        original: where it belongs.

    Raises:
        IsolationProblem: if something stands there, or nothing may.
    """
    names = steps(original)
    if not staged.is_relative_to(staging) or ".." in staged.parts or staged == staging:
        raise IsolationProblem(f"{staged} was not restored by this sandbox")
    from_names = staged.relative_to(staging).parts
    with (
        folder_of(staging, from_names[:-1], make=False) as source,
        folder_of(root, names[:-1]) as folder,
    ):
        if _stands(folder, names[-1]):
            if not _stands(source, from_names[-1]):
                return
            _make_way(folder, names[-1], original)
        try:
            os.rename(from_names[-1], names[-1], src_dir_fd=source, dst_dir_fd=folder)
        except OSError as error:
            raise IsolationProblem(
                f"{staged.name} cannot be moved to {original} in the sandbox: {error.strerror}"
            ) from error


def _stands(folder: int, name: str) -> bool:
    try:
        os.lstat(name, dir_fd=folder)
    except FileNotFoundError:
        return False
    return True


def _make_way(folder: int, name: str, original: str) -> None:
    # An empty folder is what an earlier step made as a parent; anything else is somebody's.
    try:
        os.rmdir(name, dir_fd=folder)
    except OSError as error:
        raise IsolationProblem(
            f"something stands at {original} in the sandbox already",
            hint="Two components must not bring back the same path, nor one inside another's.",
        ) from error


def make_folder(root: Path, path: str, owner: tuple[int, int] | None, mode: int) -> None:
    """Make a folder with its missing parents; fine if it is there.

    Args:
        root: the tree.
        path: where.
        owner: user and group of the folder; None for Refloat's own.
        mode: its mode; parents made here are Refloat's own and can be entered by all.

    Raises:
        IsolationProblem: if it may not be there, or a step to it is no folder.
    """
    names = steps(path)
    with folder_of(root, names[:-1]) as parent:
        made = not _stands(parent, names[-1])
    with folder_of(root, names) as folder:
        if made:
            if owner is not None:
                os.fchown(folder, *owner)
            os.fchmod(folder, mode)


def write(root: Path, path: str, content: bytes, owner: tuple[int, int] | None, mode: int) -> None:
    """Write a file, whole or not at all, in a folder that is there.

    Raises:
        IsolationProblem: if it may not be there, or its folder is not.
    """
    names = steps(path)
    with folder_of(root, names[:-1]) as folder:
        try:
            _write(folder, names[-1], content, owner, mode)
        except OSError as error:
            raise IsolationProblem(
                f"{path} cannot be written in the sandbox: {error.strerror}"
            ) from error


def _write(
    folder: int, name: str, content: bytes, owner: tuple[int, int] | None, mode: int
) -> None:
    # Beside and renamed: whatever stands at the name (a link, a pipe) is replaced, never opened.
    beside = f".{secrets.token_hex(8)}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(beside, flags, 0o600, dir_fd=folder), "wb") as stream:
        stream.write(content)
        if owner is not None:
            os.fchown(stream.fileno(), *owner)
        os.fchmod(stream.fileno(), mode)
    os.rename(beside, name, src_dir_fd=folder, dst_dir_fd=folder)


def count(root: Path, original: str) -> int:
    """Count the files and folders at a path of the tree, itself included."""
    path = root.joinpath(*steps(original))
    if not stat.S_ISDIR(path.lstat().st_mode):
        return 1
    return 1 + sum(len(folders) + len(files) for _, folders, files in os.walk(path))
