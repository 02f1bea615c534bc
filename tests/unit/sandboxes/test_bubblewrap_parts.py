"""The thinking parts of the bubblewrap sandbox: limits, control groups, the filter, paths."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest

from refloat.model.errors import IsolationProblem, PlanProblem
from refloat.sandboxes._bubblewrap import command, groups, seccomp, settings, tree
from refloat.sandboxes._bubblewrap.groups import Limits

LIMITS = Limits(2**30, 100, 150)
MACHINE = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
VERSION_1 = """\
31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755
32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct
35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
39 31 0:36 /docker/1 /sys/fs/cgroup/pids rw,relatime - cgroup cgroup rw,pids
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
"""


def test_version_1_has_a_group_for_each_controller_below_our_own() -> None:
    membership = "8:pids:/docker/1/here\n4:memory:/user\n1:cpu,cpuacct:/\n0::/\n"
    planned = groups.plan("refloat-x", LIMITS, membership, VERSION_1, writable=True)
    assert {str(group.folder): dict(group.settings) for group in planned} == {
        "/sys/fs/cgroup/pids/here/refloat-x": {"pids.max": "100"},
        "/sys/fs/cgroup/memory/user/refloat-x": {"memory.limit_in_bytes": str(2**30)},
        "/sys/fs/cgroup/cpu,cpuacct/refloat-x": {
            "cpu.cfs_period_us": "100000",
            "cpu.cfs_quota_us": "150000",
        },
    }
    assert groups.plan("x", LIMITS, membership, VERSION_1, writable=False) == ()
    assert groups.plan("x", LIMITS, "8:pids:/elsewhere\n", VERSION_1, writable=True) == ()


def test_version_2_takes_the_nearest_group_that_gives_controllers(tmp_path: Path) -> None:
    own = tmp_path / "user.slice" / "session.scope"
    own.mkdir(parents=True)
    (own / "cgroup.subtree_control").write_text("")
    (tmp_path / "user.slice" / "cgroup.subtree_control").write_text("memory pids\n")
    (tmp_path / "user.slice" / "cgroup.procs").write_text("")
    (tmp_path / "cgroup.subtree_control").write_text("cpu memory pids\n")
    mounts = f"30 23 0:26 / {tmp_path} rw - cgroup2 cgroup2 rw\n"
    (planned,) = groups.plan("refloat-x", LIMITS, "0::/user.slice/session.scope\n", mounts)
    assert planned.folder == tmp_path / "user.slice" / "refloat-x"
    assert planned.controllers == ("memory", "pids")
    assert dict(planned.settings) == {"memory.max": str(2**30), "pids.max": "100"}
    (made,) = groups.make((planned,))
    assert (made.folder / "pids.max").read_text() == "100"
    (tmp_path / "user.slice" / "cgroup.procs").unlink()  # nobody could be moved from here
    assert groups.plan("refloat-x", LIMITS, "0::/user.slice/session.scope\n", mounts) == ()


def test_no_group_where_what_is_mounted_begins_above_our_namespace(tmp_path: Path) -> None:
    (tmp_path / "cgroup.subtree_control").write_text("cpu memory pids\n")
    (tmp_path / "cgroup.procs").write_text("")
    mounts = f"30 23 0:26 {{}} {tmp_path} rw - cgroup2 cgroup2 rw\n"
    assert groups.plan("x", LIMITS, "0::/\n", mounts.format("/")) != ()
    assert groups.plan("x", LIMITS, "0::/\n", mounts.format("/../..")) == ()


def test_a_group_that_cannot_be_made_is_not_had(tmp_path: Path) -> None:
    impossible = groups.Group(tmp_path / "none" / "x", (("a", "1"),), ("memory",))
    assert groups.make((impossible,)) == ()
    used = tmp_path / "used"
    used.mkdir()
    (used / "somebody").write_text("x")
    assert groups.make((groups.Group(used, (("a", "1"),), ("memory",)),)) == ()
    assert (used / "somebody").exists()


def test_limits_of_the_plan() -> None:
    given = settings.limits({"memory": "1.5 GiB", "processes": 7, "processors": "0.5"})
    assert given == Limits(min(3 * 2**29, MACHINE), 7, 50)
    default = settings.limits({})
    assert default.memory < MACHINE
    assert default.processors is None
    beyond = settings.limits({"memory": "9000 TiB", "processors": "5000"})
    assert beyond.memory == MACHINE
    assert beyond.processors == 100 * (os.cpu_count() or 1)


@pytest.mark.parametrize(
    "options",
    [
        {"memory": "4"},
        {"memory": "much"},
        {"memory": "0 GiB"},
        {"memory": "-1 GiB"},
        {"processes": 0},
        {"processors": "0"},
        {"processors": "inf"},
        {"processors": "many"},
    ],
)
def test_limits_that_cannot_be_meant(options: dict[str, str | int]) -> None:
    with pytest.raises(PlanProblem):
        settings.limits(options)


def test_what_is_not_limited_is_said() -> None:
    assert len(settings.not_had(LIMITS, set())) == 4
    assert len(settings.not_had(LIMITS, {"memory", "pids", "cpu"})) == 1
    assert settings.in_force(LIMITS, {"memory", "pids", "cpu"}, 5) == {
        "core dumps": "none",
        "memory": "1024 MiB",
        "open files": "5 each process",
        "processes": "100",
        "processors": "1.50",
    }


def decide(filter_: bytes, architecture: int, number: int, first: int = 0) -> int:
    """Carry out a filter as the kernel does; give its verdict."""
    data = struct.pack("=IIQQ", number, architecture, 0, first)
    instructions = list(struct.iter_unpack("=HBBI", filter_))
    at, loaded = 0, 0
    while True:
        code, yes, no, value = instructions[at]
        at += 1
        if code == 0x20:
            (loaded,) = struct.unpack_from("=I", data, value)
        elif code == 0x06:
            return int(value)
        else:
            held = {0x15: loaded == value, 0x35: loaded >= value, 0x45: bool(loaded & value)}[code]
            at += yes if held else no


@pytest.mark.parametrize(
    ("machine", "architecture", "column"), [("x86_64", 0xC000003E, 0), ("aarch64", 0xC00000B7, 1)]
)
def test_the_filter(machine: str, architecture: int, column: int) -> None:
    made = seccomp.build(machine)
    allow, refuse, absent, family = 0x7FFF0000, 0x50001, 0x50000 | 38, 0x50000 | 97

    def verdict(number: int, first: int = 0) -> int:
        return decide(made, architecture, number, first)

    for numbers in seccomp.FORBIDDEN.values():
        assert verdict(numbers[column]) == refuse
    assert verdict(seccomp.CLONE3[column]) == absent
    assert verdict(seccomp.CLONE[column], 17) == allow
    assert verdict(seccomp.CLONE[column], 0x10000000 | 17) == refuse
    sockets = {number: verdict(seccomp.SOCKET[column], number) for number in range(64)}
    assert {number for number, said in sockets.items() if said == allow} == {1, 2, 10, 16}
    assert {said for said in sockets.values() if said != allow} == {family}
    for number in (0, 1, 2, 3, 59 if column == 0 else 221):
        assert verdict(number) == allow
    assert decide(made, 0x40000003, 1) == refuse
    if machine == "x86_64":
        assert verdict(0x40000000) == refuse


def test_no_filter_for_what_is_not_known() -> None:
    assert seccomp.build("riscv64") == b""


def test_steps_of_a_path() -> None:
    assert tree.steps("/srv//a/./b/") == ("srv", "a", "b")
    assert tree.steps("/var/run/postgresql") == ("run", "postgresql")
    assert tree.steps("/etc/slapd.d") == ("etc", "slapd.d")
    for refused in (
        "",
        "a",
        "/",
        "//",
        "/..",
        "/a/../usr",
        "/usr",
        "/lib/x",
        "/etc/passwd",
        "/a\0",
    ):
        with pytest.raises(IsolationProblem, match="nothing may be put"):
            tree.steps(refused)


def test_host_names() -> None:
    assert command.host_name("2026-11-22_x.y") == "refloat-2026-11-22-x-y"
    long = {command.host_name("x" * 100 + end) for end in ("a", "b")}
    assert len(long) == 2
    assert all(len(name) <= 63 for name in long)
