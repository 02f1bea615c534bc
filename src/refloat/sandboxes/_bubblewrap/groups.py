"""Limits on memory, processes and processors, by control groups of either version.

A sandbox's group lies *below* the group that Refloat itself is in, so whatever limits Refloat
limits the sandbox too. Version 1 has a tree for each controller (memory, pids, cpu); version 2 has
one tree, in which a group with processes of its own cannot give controllers to its children
(cgroups(7), "no internal processes"), so there the nearest group above is taken that can. An
ordinary account has such a group where one was delegated to it: systemd does so for what runs under
a user's own service manager.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

CONTROLLERS = ("memory", "pids", "cpu")
PERIOD = 100_000  # microseconds, the kernel's default for the processors' share
PATIENCE = 2.0  # seconds that the kernel may take to see a group empty


@dataclass(frozen=True)
class Limits:
    """What a sandbox may use.

    Attributes:
        memory: bytes.
        processes: how many processes and threads.
        processors: hundredths of a processor; None for all.
    """

    memory: int
    processes: int
    processors: int | None


@dataclass(frozen=True)
class Group:
    """A control group to be made.

    Attributes:
        folder: where the kernel shows it.
        settings: file and value, to be written in order.
        controllers: which of memory, pids and cpu it limits.
    """

    folder: Path
    settings: tuple[tuple[str, str], ...]
    controllers: tuple[str, ...]


def plan(
    name: str, limits: Limits, membership: str, mounts: str, *, writable: bool | None = None
) -> tuple[Group, ...]:
    """Say which groups can be made here.

    Args:
        name: of the new groups.
        limits: what they are to limit.
        membership: the text of ``/proc/self/cgroup``.
        mounts: the text of ``/proc/self/mountinfo``.
        writable: take every folder as writable or not; None asks the system.
    """
    found: list[Group] = []
    for controllers, own in _own_groups(membership, mounts):
        if not controllers:
            unified = _unified(own, name, limits)
            if unified is not None:
                found.append(unified)
        elif controllers[0] in CONTROLLERS and _may_make(own, writable):
            settings = _settings_1(controllers[0], limits)
            if settings:
                found.append(Group(own / name, settings, controllers))
    return tuple(found)


def make(groups: tuple[Group, ...]) -> tuple[Group, ...]:
    """Make groups and set their limits; give those that took them."""
    made = []
    for group in groups:
        try:
            _make_folder(group.folder)
        except OSError:
            continue
        try:
            for file, value in group.settings:
                (group.folder / file).write_text(value, encoding="ascii")
        except OSError:
            remove(group.folder)
            continue
        made.append(group)
    return tuple(made)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir()
    except FileExistsError:
        folder.rmdir()  # an empty one is what a crash left; one with processes is not ours to take
        folder.mkdir()


def remove(folder: Path) -> bool:
    """Remove a group; give whether it is gone. One that has processes stays."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            folder.rmdir()
        except FileNotFoundError:
            return True
        except OSError:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.005)
        else:
            return True


def _own_groups(membership: str, mounts: str) -> list[tuple[tuple[str, ...], Path]]:
    """Give the controllers of each tree (none for version 2) and where our own group lies in it."""
    trees = []
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        kind, _, options = after.split(" ", 2)
        if kind in ("cgroup", "cgroup2"):
            fields = before.split(" ")
            trees.append((kind, set(options.split(",")), fields[3], Path(fields[4])))
    found = []
    for line in membership.splitlines():
        number, names, path = line.split(":", 2)
        for kind, offered, root, mount in trees:
            wanted = "cgroup2" if number == "0" and not names else "cgroup"
            if kind == wanted and (not names or set(names.split(",")) <= offered):
                below = os.path.relpath(path, root)
                # What is mounted may begin above our namespace of groups: then we are somewhere
                # below it, and nothing says where.
                if not below.startswith("..") and ".." not in Path(root).parts:
                    found.append((tuple(filter(None, names.split(","))), mount / below))
                break
    return found


def _may_make(folder: Path, writable: bool | None) -> bool:
    return os.access(folder, os.W_OK) if writable is None else writable


def _may_move(folder: Path) -> bool:
    """Say whether a group can be made here, and a process be moved into it from below here."""
    return os.access(folder, os.W_OK) and os.access(folder / "cgroup.procs", os.W_OK)


def _settings_1(controller: str, limits: Limits) -> tuple[tuple[str, str], ...]:
    if controller == "memory":
        return (("memory.limit_in_bytes", str(limits.memory)),)
    if controller == "pids":
        return (("pids.max", str(limits.processes)),)
    if limits.processors is None:
        return ()
    quota = limits.processors * PERIOD // 100
    return (("cpu.cfs_period_us", str(PERIOD)), ("cpu.cfs_quota_us", str(quota)))


def _unified(own: Path, name: str, limits: Limits) -> Group | None:
    """Find the nearest group of version 2 whose children may be limited."""
    for folder in (own, *own.parents):
        try:
            given = (folder / "cgroup.subtree_control").read_text(encoding="ascii").split()
        except OSError:
            return None
        controllers = tuple(c for c in CONTROLLERS if c in given)
        if controllers and _may_move(folder):
            values = {
                "memory": (("memory.max", str(limits.memory)),),
                "pids": (("pids.max", str(limits.processes)),),
                "cpu": (("cpu.max", _share(limits.processors)),),
            }
            settings = tuple(setting for c in controllers for setting in values[c])
            return Group(folder / name, settings, controllers)
    return None


def _share(processors: int | None) -> str:
    return f"max {PERIOD}" if processors is None else f"{processors * PERIOD // 100} {PERIOD}"
