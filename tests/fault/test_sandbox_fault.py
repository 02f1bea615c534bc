"""Sandboxes that Refloat died in the middle of, and records that lie."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from refloat import registry
from refloat.host import faults
from refloat.sandboxes._bubblewrap import remains
from refloat.testing.sandbox_conformance import PATIENCE, wait_until

ADAPTER = registry.adapters("sandboxes")["bubblewrap"]
OPEN = """
import sys, time
from pathlib import Path
from refloat import registry
from refloat.sandboxes import SandboxRequest
request = SandboxRequest("fault-" + sys.argv[2], Path(sys.argv[1]))
place = registry.adapters("sandboxes")["bubblewrap"].open(request)
place.run(("/usr/bin/sh", "-c", "setsid sleep 600 > /dev/null 2>&1 &"), user="", timeout=60)
print("open", flush=True)
time.sleep(600)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="refloat-"))
    yield path
    shutil.rmtree(path)


def groups_of(name: str) -> list[str]:
    """Find our control groups by name, wherever they are."""
    found = []
    for parent, folders, _ in os.walk("/sys/fs/cgroup"):
        found += [f"{parent}/{folder}" for folder in folders if folder == f"refloat-{name}"]
    return found


def inside(folder: Path) -> list[str]:
    """Find processes to which a mount of a folder is shown as their root."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            mounts = (entry / "mountinfo").read_text()
        except OSError:
            continue
        fields = [line.split(" ") for line in mounts.splitlines()]
        if entry.name.isdecimal() and any(
            point == "/" and folder.name in source for _, _, _, source, point, *_ in fields
        ):
            found.append(entry.name)
    return found


@pytest.mark.parametrize("point", ["sandbox.recorded", "sandbox.groups-made", "sandbox.up"])
def test_killed_at_each_point_of_opening(folder: Path, point: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", OPEN, str(folder / "one"), point],
        env={**os.environ, faults.FAULT_VARIABLE: point},
        timeout=PATIENCE,
        capture_output=True,
    )
    assert ran.returncode == -signal.SIGKILL, ran
    assert wait_until(lambda: not inside(folder))
    swept = ADAPTER.sweep(folder / "one", remove_data=True)
    assert swept.clean, swept
    assert not (folder / "one").exists()
    assert groups_of(f"fault-{point.replace('.', '-')}") == []


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_killed_while_open(folder: Path, number: signal.Signals) -> None:
    name = f"kill-{number.name}"
    child = subprocess.Popen(
        [sys.executable, "-c", OPEN, str(folder / "one"), name], stdout=subprocess.PIPE
    )
    assert child.stdout is not None
    with child.stdout:
        assert child.stdout.readline() == b"open\n"
        assert len(inside(folder)) >= 2
        child.send_signal(number)
        child.wait(PATIENCE)
    assert wait_until(lambda: not inside(folder))
    swept = ADAPTER.sweep(folder / "one", remove_data=True)
    assert swept.clean, swept
    assert groups_of(f"fault-{name}") == []


@pytest.fixture
def bystander() -> Iterator[subprocess.Popen[bytes]]:
    child = subprocess.Popen(["/usr/bin/sleep", "600"])
    yield child
    child.kill()
    child.wait()


@pytest.mark.parametrize("lie", ["another start", "another boot"])
def test_a_number_given_to_another_process_is_never_killed(
    folder: Path, bystander: subprocess.Popen[bytes], lie: str
) -> None:
    """The record of a dead run names a number that belongs to somebody else by now."""
    real = remains.known(bystander.pid)
    assert real is not None
    dead = remains.Known(4_194_303, 1)
    named = replace(real, began=real.began - 1) if lie == "another start" else real
    boot = "0" if lie == "another boot" else remains.boot()
    remains.save(folder, remains.Record(boot, dead, (named,), ()))
    assert ADAPTER.sweep(folder, remove_data=False).clean
    assert bystander.poll() is None
    # The control: with a record that is true, the same process is ended.
    remains.save(folder, remains.Record(remains.boot(), dead, (real,), ()))
    assert ADAPTER.sweep(folder, remove_data=False).clean
    assert bystander.wait(PATIENCE) == -signal.SIGKILL


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"\xff\0", b'{"boot": 1}', b'{"boot": {}}'])
def test_a_broken_record_stops_nobody(folder: Path, text: bytes) -> None:
    (folder / "one").mkdir()
    (folder / "one" / remains.RECORD).write_bytes(text)
    swept = ADAPTER.sweep(folder / "one", remove_data=True)
    assert swept.clean, swept
    assert not (folder / "one").exists()


def test_nothing_to_sweep_is_clean(folder: Path) -> None:
    assert ADAPTER.sweep(folder / "never", remove_data=True).clean


def test_removing_follows_no_link_and_minds_no_depth(folder: Path) -> None:
    kept = folder / "kept"
    kept.mkdir()
    (kept / "file").write_text("kept")
    tree = folder / "tree"
    tree.mkdir()
    (tree / "link").symlink_to(kept)
    (tree / ".odd\n").mkdir()
    top = os.getcwd()
    os.chdir(tree)
    for _ in range(1_500):
        os.mkdir("deep")
        os.chdir("deep")
    os.symlink(kept, "link")
    os.chdir(top)
    assert remains.remove_tree(tree)
    assert not tree.exists()
    assert (kept / "file").read_text() == "kept"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount")
def test_a_mount_below_stops_the_removal_and_is_told(folder: Path) -> None:
    """Run in a mount namespace of its own: nobody else sees the mount."""
    script = (
        "import sys; from pathlib import Path; from refloat import registry;"
        " t = registry.adapters('sandboxes')['bubblewrap'].sweep(Path(sys.argv[1]),"
        " remove_data=True); print(t.clean, t.mounts)"
    )
    target = folder / "one"
    (target / "root").mkdir(parents=True)
    (target / "file").write_text("x")
    command = 'mount -t tmpfs none "$1/root" && touch "$1/root/kept" && exec "$0" -c "$2" "$1"'
    ran = subprocess.run(
        ["unshare", "--mount", "sh", "-c", command, sys.executable, str(target), script],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert ran.stdout.strip() == f"False ('{target}/root',)", ran
    assert (target / "file").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount")
@pytest.mark.parametrize("room", ["4k", "16k"])
def test_a_full_disk_is_a_refusal_that_says_so(folder: Path, room: str) -> None:
    """On a small file system of its own, in a mount namespace that nobody else sees."""
    script = """
import sys
from pathlib import Path
from refloat import registry
from refloat.model.errors import StateProblem
from refloat.sandboxes import SandboxRequest
adapter = registry.adapters("sandboxes")["bubblewrap"]
try:
    adapter.open(SandboxRequest("fault-full", Path(sys.argv[1], "one")))
except StateProblem as error:
    print("No space left" in error.message, end=" ")
print(adapter.sweep(Path(sys.argv[1], "one"), remove_data=True).clean)
"""
    command = f'mount -t tmpfs -o size={room} none "$1" && exec "$0" -c "$2" "$1"'
    ran = subprocess.run(
        ["unshare", "--mount", "sh", "-c", command, sys.executable, str(folder), script],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert ran.stdout.split() == ["True", "True"], ran
    assert groups_of("fault-full") == []
