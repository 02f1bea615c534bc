"""What a sandbox leaves, found and removed: after a crash from its folder alone.

No process is ever signalled by its number alone. A record in the folder says which processes the
sandbox consisted of and when each began; a process is opened first (pidfd), then compared with the
record, then signalled through what was opened: a number that was given to another process meanwhile
cannot be hit.
"""

from __future__ import annotations

import json
import os
import secrets
import select
import signal
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from refloat.model.errors import IsolationProblem
from refloat.model.place import Teardown
from refloat.sandboxes._bubblewrap import groups

RECORD = "sandbox.json"
ROOT = "root"
PATIENCE = 10.0


@dataclass(frozen=True)
class Known:
    """A process as it was when the sandbox was opened.

    Attributes:
        pid: its number.
        began: when it began, in ticks since the machine's start (proc(5), ``starttime``).
    """

    pid: int
    began: int


@dataclass(frozen=True)
class Record:
    """What a sandbox consists of.

    Attributes:
        boot: which start of the machine.
        owner: the process that opened it.
        processes: its agent, bubblewrap, and the first process inside.
        groups: folders of its control groups.
    """

    boot: str
    owner: Known
    processes: tuple[Known, ...]
    groups: tuple[str, ...]


def known(pid: int) -> Known | None:
    """Describe a process that runs; None if there is none of that number."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    state, *fields = text.rpartition(")")[2].split()
    return None if state in "ZX" else Known(pid, int(fields[18]))


def boot() -> str:
    """Say which start of the machine this is."""
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


def save(folder: Path, record: Record) -> None:
    """Write the record; whole or not at all, and not durably: it means nothing after a restart."""
    beside = folder / f"{RECORD}.new"
    beside.write_text(json.dumps(asdict(record)), encoding="utf-8")
    beside.replace(folder / RECORD)


def load(folder: Path) -> Record | None:
    """Read the record; None if there is none that says anything about now."""
    try:
        text = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        record = Record(
            text["boot"],
            Known(**text["owner"]),
            tuple(Known(**p) for p in text["processes"]),
            tuple(text["groups"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return record if record.boot == boot() else None


def end(processes: tuple[Known, ...]) -> tuple[str, ...]:
    """End processes of a record, and wait; give those that are left, described."""
    left = []
    for process in processes:
        with _opened(process) as descriptor:
            if descriptor is None:
                continue
            try:
                signal.pidfd_send_signal(descriptor, signal.SIGKILL)
            except OSError as error:
                left.append(f"process {process.pid}: {error.strerror}")
                continue
            poll = select.poll()
            poll.register(descriptor, select.POLLIN)
            if not poll.poll(PATIENCE * 1000):
                left.append(f"process {process.pid} does not end")
    return tuple(left)


@contextmanager
def _opened(process: Known) -> Iterator[int | None]:
    try:
        descriptor = os.pidfd_open(process.pid)
    except OSError:
        yield None
        return
    try:
        yield descriptor if known(process.pid) == process else None
    finally:
        os.close(descriptor)


def inhabitants(root: Path) -> tuple[str, ...]:
    """Find processes whose root folder is a sandbox's tree, as far as we may look; describe them.

    Numbers of namespaces are given again at once, to another sandbox perhaps; the tree is ours.
    """
    try:
        tree = root.stat()
    except OSError:
        return ()
    found = []
    for entry in os.scandir("/proc"):
        if entry.name.isdecimal():
            try:
                seen = os.stat(f"/proc/{entry.name}/root")
            except OSError:
                continue
            if (seen.st_dev, seen.st_ino) == (tree.st_dev, tree.st_ino):
                found.append(f"process {entry.name} still runs in the sandbox")
    return tuple(found)


def _staying(root: Path) -> tuple[str, ...]:
    """Find processes that stay in a tree: one that is just being ended is given time to be gone."""
    deadline = time.monotonic() + PATIENCE
    while (found := inhabitants(root)) and time.monotonic() < deadline:
        time.sleep(0.02)
    return found


def mounts_below(folder: Path) -> tuple[str, ...]:
    """Find mounts at or below a folder."""
    lines = Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines()
    points = (_plain(line.split(" ")[4]) for line in lines)
    real = Path(os.path.realpath(folder))
    return tuple(point for point in points if Path(point).is_relative_to(real))


def _plain(text: str) -> str:
    for code, character in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        text = text.replace(code, character)
    return text


def remove_groups(folders: tuple[str, ...]) -> tuple[str, ...]:
    """Remove control groups; give those that are left."""
    return tuple(folder for folder in folders if not groups.remove(Path(folder)))


def remove_tree(folder: Path) -> bool:
    """Remove a folder and all below it; give whether it is gone.

    It follows no link, enters no other file system, and does not mind how deep a tree is: every
    folder that is found is first moved up to the top.
    """
    try:
        if not stat.S_ISDIR(folder.lstat().st_mode):
            folder.unlink()
            return True
        top = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    try:
        _empty(top, os.fstat(top).st_dev)
    except OSError:
        return False
    finally:
        os.close(top)
    try:
        folder.rmdir()
    except OSError:
        return False
    return True


def _empty(top: int, device: int) -> None:
    count = 0
    beside = f".{secrets.token_hex(8)}"
    waiting = _unlink_files(top)
    while waiting:
        name = waiting.pop()
        try:
            handle = _enter(top, name)
        except OSError:
            continue
        try:
            if os.fstat(handle).st_dev != device:
                continue
            for below in _unlink_files(handle):
                count += 1
                try:
                    _allow(below, handle)
                    os.rename(below, f"{beside}-{count}", src_dir_fd=handle, dst_dir_fd=top)
                    waiting.append(f"{beside}-{count}")
                except OSError:
                    continue
            os.rmdir(name, dir_fd=top)
        except OSError:
            continue
        finally:
            os.close(handle)


def _enter(top: int, name: str) -> int:
    _allow(name, top)
    return os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=top)


def _allow(name: str, folder: int) -> None:
    # Nothing runs in the tree any more; so nothing can put a link here between look and change.
    if os.geteuid() != 0 and stat.S_ISDIR(os.lstat(name, dir_fd=folder).st_mode):
        os.chmod(name, 0o700, dir_fd=folder)


def _unlink_files(handle: int) -> list[str]:
    folders = []
    with os.scandir(handle) as entries:
        found = list(entries)
    for entry in found:
        if entry.is_dir(follow_symlinks=False):
            folders.append(entry.name)
            continue
        try:
            os.unlink(entry.name, dir_fd=handle)
        except OSError:
            continue
    return folders


def clear(folder: Path, *, keep: bool, began: float) -> Teardown:
    """Take down what a folder's record tells of, remove the folder, and verify.

    Args:
        folder: the sandbox's.
        keep: leave what was restored.
        began: when the taking down began (``time.monotonic``).
    """
    record = load(folder)
    processes: tuple[str, ...] = ()
    left_groups: tuple[str, ...] = ()
    if record is not None:
        processes = end(record.processes)
        left_groups = remove_groups(record.groups)
    processes += _staying(folder / ROOT)
    mounts = mounts_below(folder)
    folders: tuple[str, ...] = left_groups
    if not mounts and not processes and not left_groups:
        if keep:
            with suppress(OSError):
                (folder / RECORD).unlink()
        elif not remove_tree(folder):
            folders += (str(folder),)
    clean = not processes and not mounts and not folders
    return Teardown(clean, processes, mounts, folders, time.monotonic() - began, keep)


def refuse_used(folder: Path) -> None:
    """See that no sandbox is open in a folder.

    Raises:
        IsolationProblem: if one is, of this process or another that still runs.
    """
    record = load(folder)
    if record is None or known(record.owner.pid) != record.owner:
        return
    if any(known(process.pid) == process for process in record.processes):
        raise IsolationProblem(
            f"a sandbox is open in {folder} already; process {record.owner.pid} opened it",
            hint="Wait until its run has ended.",
        )


def sweep(folder: Path, *, remove_data: bool) -> Teardown:
    """Take down what a crashed Refloat left; nothing is touched while its owner still runs.

    Args:
        folder: the sandbox's.
        remove_data: False keeps what was restored.
    """
    began = time.monotonic()
    record = load(folder)
    owner = record.owner if record is not None else None
    if owner is not None and owner.pid != os.getpid() and known(owner.pid) == owner:
        said = f"process {owner.pid} opened this sandbox and still runs"
        return Teardown(False, processes=(said,), seconds=time.monotonic() - began)
    return clear(folder, keep=not remove_data, began=began)
