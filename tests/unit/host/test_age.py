"""Folders become one file that the right key opens, or no file at all."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pyrage  # type: ignore[import-untyped]  # it ships no types
import pytest

from refloat.host import age
from refloat.model.errors import NoRoom, PlanProblem, StateProblem


def folder(root: Path) -> Path:
    (root / "deep").mkdir(parents=True)
    (root / "deep" / "letter").write_bytes(os.urandom(300_000))
    (root / "Zoë").write_text("an empty one follows")
    (root / "empty").touch()
    (root / "link").symlink_to("deep/letter")
    (root / "letter").write_bytes(b"x")
    (root / "letter").chmod(0o640)
    return root


def test_each_key_opens_it_and_finds_everything(tmp_path: Path) -> None:
    source, target = folder(tmp_path / "source"), tmp_path / "out.tar.age"
    ours, theirs = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
    keys = [str(one.to_public()) for one in (ours, theirs)]
    digest = age.pack({"data": source}, target, keys, 0o400)
    assert digest == hashlib.sha256(target.read_bytes()).hexdigest()
    for identity in (ours, theirs):
        packed = pyrage.decrypt(target.read_bytes(), [identity])
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            archive.extractall(tmp_path / "back")
        back = tmp_path / "back" / "data"
        assert (back / "deep" / "letter").read_bytes() == (source / "deep/letter").read_bytes()
        assert (back / "Zoë").exists()
        assert os.readlink(back / "link") == "deep/letter"
        assert (back / "letter").stat().st_mode & 0o777 == 0o640
    assert [one.name for one in tmp_path.iterdir() if one.is_file()] == ["out.tar.age"]


@pytest.mark.parametrize("key", ["", "age1", "age1" + "q" * 58, "AGE-SECRET-KEY-1QQQ"])
def test_what_is_no_key_is_refused_before_anything_is_written(tmp_path: Path, key: str) -> None:
    with pytest.raises(PlanProblem, match="no public key of age"):
        age.pack({"data": folder(tmp_path / "source")}, tmp_path / "out", [key], 0o400)
    assert not (tmp_path / "out").exists()


def test_an_archive_that_broke_off_is_no_file_and_the_old_one_stays(tmp_path: Path) -> None:
    source, target = folder(tmp_path / "source"), tmp_path / "out"
    target.write_text("the old one")
    key = str(pyrage.x25519.Identity.generate().to_public())
    with pytest.raises(StateProblem, match="cannot be packed"):
        age.pack({"data": source, "more": tmp_path / "absent"}, target, [key], 0o400)
    assert target.read_text() == "the old one"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["out", "source"]


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    source = folder(tmp_path / "source")
    key = str(pyrage.x25519.Identity.generate().to_public())
    with pytest.raises(StateProblem, match="cannot be written"):
        age.pack({"data": source}, tmp_path / "absent" / "out", [key], 0o400)
    assert [one.name for one in tmp_path.iterdir()] == ["source"]


INTERRUPTED = """
import os, signal, sys, threading, time
from pathlib import Path
from refloat.host import age

def stop():
    while not any(one.stat().st_size for one in Path(sys.argv[2]).glob(".out.*")):
        time.sleep(0.001)
    os.kill(os.getpid(), signal.SIGINT)

threading.Thread(target=stop, daemon=True).start()
try:
    age.pack({"data": Path(sys.argv[1])}, Path(sys.argv[2]) / "out", [sys.argv[3]], 0o400)
except KeyboardInterrupt:
    print("stopped")
"""


def test_ctrl_c_is_heard_while_it_encrypts(tmp_path: Path) -> None:
    source, into = tmp_path / "source", tmp_path / "into"
    into.mkdir()
    source.mkdir()
    (source / "large").write_bytes(bytes(200_000_000))
    key = str(pyrage.x25519.Identity.generate().to_public())
    ended = subprocess.run(
        (sys.executable, "-c", INTERRUPTED, str(source), str(into), key),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.stdout == "stopped\n", ended.stderr
    assert not list(into.iterdir())


def test_a_full_disk_is_told_as_such_and_leaves_nothing(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    source, disk = tmp_path / "source", tmp_path / "disk"
    source.mkdir()
    disk.mkdir()
    (source / "large").write_bytes(bytes(3_000_000))
    key = str(pyrage.x25519.Identity.generate().to_public())
    subprocess.run(("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)), check=True)
    try:
        with pytest.raises(NoRoom, match="the disk is full"):
            age.pack({"data": source}, disk / "out", [key], 0o400)
        assert not list(disk.iterdir())
    finally:
        subprocess.run(("umount", str(disk)), check=True)
