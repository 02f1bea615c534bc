"""restic as it really behaves: locks, dying half-way, append-only servers, read-only disks."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from refloat.engines import (
    Engine,
    PathContent,
    PointDetails,
    RepositoryAccess,
    StreamCommand,
    StreamContent,
    Writer,
)
from refloat.engines._restic.command import version
from refloat.engines.restic import ADAPTER
from refloat.host import process
from refloat.model.errors import NotAllowed, RefloatError, RepositoryProblem, SourceProblem
from refloat.model.points import Baseline, RecoveryPoint
from refloat.model.secret import Secret

ENGINE: Engine = ADAPTER
PASSWORD = "only for tests"
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")
WITH_RCLONE = pytest.mark.skipif(
    shutil.which("rclone") is None, reason="rclone is not installed: no append-only server"
)


def access(folder: Path, **options: str) -> RepositoryAccess:
    place = options or {"location": str(folder / "repository")}
    return RepositoryAccess("cupboard", place, {"password": Secret(PASSWORD)})


def store_and_seal(writer: Writer, path: Path, at: datetime | None = None) -> RecoveryPoint:
    at = at or datetime.now(UTC)
    stored = writer.store(PathContent((path,)), timeout=60)
    details = PointDetails("documents", "files", at, timedelta(0), "", (str(path),))
    return writer.seal(stored, details, Baseline("files", 1, {"files": 1}), {})


def restic(folder: Path, *arguments: str) -> str:
    """Run restic by hand, as somebody who knows the password may."""
    word = folder / "word"
    word.write_text(PASSWORD)
    command = ("restic", "--no-cache", "-r", str(folder / "repository"), "-p", str(word))
    return subprocess.run(
        (*command, *arguments), check=True, capture_output=True, text=True, timeout=60
    ).stdout


def snapshot_files(folder: Path) -> set[str]:
    return set(os.listdir(folder / "repository" / "snapshots"))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "file").write_bytes(os.urandom(50_000))
    return tmp_path / "data"


@AS_ROOT
def test_a_reader_works_on_a_read_only_file_system(data: Path, tmp_path: Path) -> None:
    writer = ENGINE.writer(access(tmp_path))
    writer.prepare()
    point = store_and_seal(writer, data)
    repository = str(tmp_path / "repository")
    subprocess.run(("mount", "--bind", repository, repository), check=True)
    try:
        subprocess.run(("mount", "-o", "remount,bind,ro", repository), check=True)
        reader = ENGINE.reader(access(tmp_path))
        assert reader.points() == (point,)
        assert reader.sealed(point).baseline.summary == {"files": 1}
        (tmp_path / "out").mkdir()
        ((staged, _),) = reader.restore(point, tmp_path / "out", timeout=60).items
        assert (staged / "file").read_bytes() == (data / "file").read_bytes()
        with pytest.raises(RepositoryProblem, match="read-only"):
            writer.store(PathContent((data,)), timeout=60)
    finally:
        subprocess.run(("umount", repository), check=True)


def test_a_lock_hinders_no_reader_and_is_told_to_a_writer(data: Path, tmp_path: Path) -> None:
    writer = ENGINE.writer(access(tmp_path))
    writer.prepare()
    points = [
        store_and_seal(writer, data, datetime.now(UTC) - timedelta(days=age)) for age in (2, 1)
    ]
    other = StreamContent((StreamCommand(("sleep", "3600")),), "held")
    holder = threading.Thread(target=lambda: _swallow(writer, other, 600.0))
    holder.start()
    try:
        _until(lambda: bool(os.listdir(tmp_path / "repository" / "locks")))
        assert list(ENGINE.reader(access(tmp_path)).points()) == points
        with pytest.raises(RepositoryProblem, match="locked") as raised:
            writer.apply_retention({"documents": {"last": 1}})
        assert not raised.value.permanent
        assert len(ENGINE.reader(access(tmp_path)).points()) == 2
    finally:
        _end_program("sleep", "3600")
        holder.join(30)
    assert not holder.is_alive()
    assert writer.apply_retention({"documents": {"last": 1}}) == {"documents": 1}


def test_two_backups_share_a_repository_at_one_time(data: Path, tmp_path: Path) -> None:
    writer = ENGINE.writer(access(tmp_path))
    writer.prepare()
    made: list[RecoveryPoint] = []
    threads = [
        threading.Thread(target=lambda: made.append(store_and_seal(writer, data))) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert {point.seal for point in ENGINE.reader(access(tmp_path)).points()} == {
        point.seal for point in made
    }
    assert len(made) == 3


def test_when_restic_dies_the_dump_is_ended_and_nothing_counts(tmp_path: Path) -> None:
    writer = ENGINE.writer(access(tmp_path))
    writer.prepare()
    content = StreamContent((StreamCommand(("sh", "-c", "echo half; exec sleep 3600")),), "x")
    killer = threading.Thread(target=lambda: _end_program("--stdin-filename", "x", wait=True))
    killer.start()
    with pytest.raises(RefloatError, match="restic ended with exit code -9"):
        writer.store(content, timeout=300)
    killer.join(30)
    assert not _programs("sleep", "3600")
    assert ENGINE.reader(access(tmp_path)).points() == ()
    assert snapshot_files(tmp_path) == set()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_when_refloat_dies_half_a_stream_is_no_snapshot(tmp_path: Path, number: int) -> None:
    """kill -9 of Refloat half-way: its programs die with it, and restic has saved nothing."""
    ENGINE.writer(access(tmp_path)).prepare()
    script = textwrap.dedent(f"""
        import sys
        from refloat.engines import *
        from refloat.engines.restic import ADAPTER
        from refloat.model.secret import Secret
        access = RepositoryAccess("r", {{"location": {str(tmp_path / "repository")!r}}},
                                  {{"password": Secret({PASSWORD!r})}})
        dump = ("sh", "-c", "seq 300000; touch {tmp_path}/half; exec sleep 3601")
        ADAPTER.writer(access).store(
            StreamContent((StreamCommand(dump),), "half"), timeout=600)
    """)
    refloat = subprocess.Popen((sys.executable, "-c", script), stderr=subprocess.DEVNULL)
    _until(lambda: (tmp_path / "half").exists() or refloat.poll() is not None)
    assert refloat.poll() is None, "it ended by itself"
    refloat.send_signal(number)
    assert refloat.wait(60) != 0
    _until(lambda: not _programs("sleep", "3601") and not _programs("--stdin-filename", "half"))
    assert snapshot_files(tmp_path) == set()
    assert ENGINE.reader(access(tmp_path)).points() == ()


def test_a_point_survives_what_people_do_with_tags(data: Path, tmp_path: Path) -> None:
    writer = ENGINE.writer(access(tmp_path))
    writer.prepare()
    point = store_and_seal(writer, data)
    restic(tmp_path, "tag", "--add", "keep this")
    reader = ENGINE.reader(access(tmp_path))
    (found,) = reader.points()
    assert found.identity != point.identity
    assert found.consistency_time == point.consistency_time
    assert reader.sealed(found).baseline.summary == {"files": 1}
    (tmp_path / "out").mkdir()
    reader.restore(found, tmp_path / "out", timeout=60)


def test_what_others_keep_in_the_repository_is_theirs(data: Path, tmp_path: Path) -> None:
    writer = ENGINE.writer(access(tmp_path))
    writer.prepare()
    restic(tmp_path, "backup", "--time", "2020-01-01 00:00:00", "--tag", "theirs", str(data))
    theirs = snapshot_files(tmp_path)
    for age in (3, 2, 1):
        store_and_seal(writer, data, datetime.now(UTC) - timedelta(days=age))
    assert writer.apply_retention({"documents": {"daily": 1}}) == {"documents": 2}
    assert theirs <= snapshot_files(tmp_path)
    assert len(snapshot_files(tmp_path)) == 3
    restic(tmp_path, "check")


def test_retention_of_nothing_is_refused(tmp_path: Path) -> None:
    writer = ENGINE.writer(access(tmp_path))
    for keep in ({}, {"last": 0}, {"fortnightly": 2}):
        with pytest.raises(RefloatError, match="retention"):
            writer.apply_retention({"documents": keep})


@WITH_RCLONE
def test_an_append_only_server_takes_backups_and_keeps_no_half_a_stream(
    data: Path, tmp_path: Path
) -> None:
    with append_only_server(tmp_path / "repository") as url:
        reached = access(tmp_path, url=url)
        writer = ENGINE.writer(reached)
        writer.prepare()
        broken = StreamContent(
            (StreamCommand(("sh", "-c", "seq 300000; echo no more >&2; exit 1")),), "half"
        )
        with pytest.raises(SourceProblem, match="no more"):
            writer.store(broken, timeout=120)
        assert snapshot_files(tmp_path) == set()
        point = store_and_seal(writer, data)
        assert ENGINE.reader(reached).points() == (point,)
        marked = RepositoryAccess("cupboard", reached.options, reached.secrets, append_only=True)
        with pytest.raises(NotAllowed, match="append-only"):
            ENGINE.writer(marked).apply_retention({"documents": {"last": 1}})
        assert ENGINE.reader(marked).points() == (point,)


NEWER = """#!/bin/sh
# restic as far as it is here, which says that it is newer and notes what a newer one is given.
if [ "$1" = version ]; then echo "restic 0.17.3 compiled with go1.23.3 on linux/amd64"; exit 0; fi
echo "$@" >> {folder}/given
verb=$1
for word; do
  shift
  case "$verb $word" in
    *" --retry-lock"|*" 1m"|"restore --json") ;;
    *) set -- "$@" "$word" ;;
  esac
done
if [ "$verb" = restore ]; then
  echo '{{"message_type":"status","percent_done":0.5,"total_bytes":50000,"bytes_restored":25000}}'
fi
exec {restic} "$@"
"""


def test_a_newer_restic_is_given_what_a_newer_one_understands(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stands in for restic 0.17: the flags that it is given and the progress that it tells."""
    programs = tmp_path / "programs"
    programs.mkdir()
    script = NEWER.format(folder=tmp_path, restic=shutil.which("restic"))
    (programs / "restic").write_text(script)
    (programs / "restic").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    version.cache_clear()
    try:
        assert ENGINE.probe().version == "restic 0.17.3"
        writer = ENGINE.writer(access(tmp_path))
        writer.prepare()
        point = store_and_seal(writer, data)
        assert (tmp_path / "given").read_text().count("--retry-lock 1m") == 2
        told: list[tuple[int, int | None]] = []
        (tmp_path / "out").mkdir()
        ENGINE.reader(access(tmp_path)).restore(
            point,
            tmp_path / "out",
            timeout=60,
            progress=lambda done, total: told.append((done, total)),
        )
    finally:
        version.cache_clear()
    assert told == [(25_000, 50_000), (50_000, 50_000)]
    assert "--json --target" in (tmp_path / "given").read_text()


@contextmanager
def append_only_server(folder: Path) -> Iterator[str]:
    folder.mkdir()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        ("rclone", "serve", "restic", "--append-only", "--addr", f"127.0.0.1:{port}", str(folder)),
        stderr=subprocess.DEVNULL,
        env={"PATH": os.environ["PATH"], "HOME": str(folder.parent)},
    )
    try:
        _until(lambda: _answers(port))
        yield f"rest:http://127.0.0.1:{port}/"
    finally:
        server.terminate()
        server.wait(20)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _swallow(writer: Writer, content: StreamContent, timeout: float) -> None:
    try:
        writer.store(content, timeout=timeout)
    except RefloatError:
        return


def _programs(*words: str) -> list[int]:
    """Find running programs whose arguments hold these words one after another."""
    wanted = "\0".join(words).encode()
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            arguments = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if wanted in arguments and int(entry.name) != os.getpid():
            found.append(int(entry.name))
    return found


def _end_program(*words: str, wait: bool = False) -> None:
    """End a program that this test started, known by its arguments, once it is well under way."""
    if wait:
        _until(lambda: bool(_programs("sleep", "3600")))
    found: list[int] = []

    def ours() -> bool:
        own = {popen.pid for popen in process._running}
        found[:] = [number for number in _programs(*words) if number in own]
        return bool(found)

    _until(ours)
    for number in found:
        os.kill(number, signal.SIGKILL)


def _until(true: object, seconds: float = 60.0) -> None:
    assert callable(true)
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.05)
