"""Files of the host: private, whole or not at all; and clocks and fault points."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from refloat.host import faults, files, process
from refloat.host.clock import Clock, Instant
from refloat.model.errors import NoRoom, StateProblem

AS_ROOT = os.geteuid() == 0


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def file_system(path: Path) -> str:
    """Give the kind of the file system that holds a path."""
    command = ("stat", "--file-system", "--format=%T", str(path))
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def flags(folder: Path) -> str:
    told = subprocess.run(("lsattr", "-d", folder), check=True, capture_output=True, text=True)
    return told.stdout.split()[0]


def test_a_folder_of_runs_is_spread_where_the_file_system_can(tmp_path: Path) -> None:
    if file_system(tmp_path) != "ext2/ext3":
        pytest.skip("the temporary folder is on no ext4, which alone knows the flag")
    files.spread(tmp_path)
    files.spread(tmp_path)
    assert "T" in flags(tmp_path)
    (tmp_path / "run").mkdir()
    assert "T" not in flags(tmp_path / "run")


def test_where_nothing_can_be_spread_nothing_is_said() -> None:
    assert file_system(Path("/dev/shm")) == "tmpfs"
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        files.spread(Path(folder))


def test_a_private_folder(tmp_path: Path) -> None:
    made = files.private_folder(tmp_path / "a" / "b")
    assert mode(made) == 0o700
    assert files.private_folder(made) == made


def test_a_private_folder_is_no_link_and_no_file(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    (tmp_path / "file").write_text("x")
    with pytest.raises(StateProblem, match="symbolic link"):
        files.private_folder(tmp_path / "link")
    with pytest.raises(StateProblem, match="cannot be made"):
        files.private_folder(tmp_path / "file" / "folder")


def test_writing_replaces_the_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    files.write_atomically(path, b"first")
    files.write_atomically(path, b"2", mode=0o640)
    assert path.read_bytes() == b"2"
    assert mode(path) == 0o640
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def test_what_cannot_be_written_leaves_the_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    files.write_atomically(path, b"old")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(NoRoom, match="the disk is full"):
        files.write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]
    with pytest.raises(StateProblem, match="cannot be written"):
        files.write_atomically(tmp_path / "none" / "file", b"x")


def test_a_link_is_replaced_never_followed(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("kept")
    (tmp_path / "link").symlink_to(tmp_path / "target")
    files.write_atomically(tmp_path / "link", b"new")
    assert (tmp_path / "target").read_text() == "kept"
    assert not (tmp_path / "link").is_symlink()


def test_a_private_file_lives_as_long_as_its_block(tmp_path: Path) -> None:
    with files.private_file(tmp_path, b"secret", user_id=65_534) as path:
        assert path.read_bytes() == b"secret"
        assert mode(path) == 0o600
        assert path.stat().st_uid == (65_534 if AS_ROOT else os.geteuid())
    assert not path.exists()
    with pytest.raises(KeyError), files.private_file(tmp_path, b"secret"):
        raise KeyError
    assert list(tmp_path.iterdir()) == []


def test_room(tmp_path: Path) -> None:
    files.require_room(tmp_path, 1)
    with pytest.raises(NoRoom, match="MiB are needed") as caught:
        files.require_room(tmp_path, 1 << 60)
    assert caught.value.hint


def test_the_clock_goes_on() -> None:
    first, second = Clock().now(), Clock().now()
    assert second.seconds_since(first) >= 0
    assert first.boot_identity == second.boot_identity
    assert first.wall.tzinfo is UTC


def test_a_clock_that_jumps_back_does_not_shorten_what_passed() -> None:
    first = Instant(datetime(2026, 1, 1, tzinfo=UTC), 100.0, "boot-1")
    later = Instant(first.wall - timedelta(hours=1), 130.0, "boot-1")
    assert later.seconds_since(first) == 30.0
    restarted = replace(later, wall=first.wall + timedelta(minutes=5), boot_identity="boot-2")
    assert restarted.seconds_since(first) == 300.0


@pytest.mark.parametrize(("asked", "ending"), [("here", -signal.SIGKILL), ("elsewhere", 0)])
def test_a_fault_point_kills_when_it_is_named(asked: str, ending: int) -> None:
    script = "from refloat.host import faults; faults.point('here')"
    ended = process.run(
        (sys.executable, "-c", script),
        timeout=60,
        environment={faults.FAULT_VARIABLE: asked},
        check=False,
    )
    assert ended.exit_code == ending
