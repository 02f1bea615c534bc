"""restic repositories that are damaged, full, or were left by a crash."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from refloat.data_sets import Source
from refloat.data_sets.files import ADAPTER as FILES
from refloat.engines import PathContent, RepositoryAccess, StreamCommand, StreamContent
from refloat.engines.restic import ADAPTER as RESTIC
from refloat.model.errors import NoRoom, RepositoryProblem, SourceProblem
from refloat.model.points import RecoveryPoint
from refloat.model.secret import Secret
from refloat.recovery.backup import BackupJob, back_up_all

PASSWORD = "only for tests"
MIB = 2**20
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")


def access(folder: Path) -> RepositoryAccess:
    place = {"location": str(folder / "repository")}
    return RepositoryAccess("cupboard", place, {"password": Secret(PASSWORD)})


def job(folder: Path) -> BackupJob:
    paths = {"paths": (str(folder / "data"),)}
    return BackupJob(
        RESTIC, access(folder), FILES, Source("data", paths, {}, "", folder, True), {}, 120.0
    )


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    for number in range(4):
        (tmp_path / "data" / f"file {number}").write_bytes(os.urandom(MIB))
    return tmp_path / "data"


@pytest.fixture
def point(data: Path, tmp_path: Path) -> RecoveryPoint:
    (result,) = back_up_all([job(tmp_path)])
    assert result.point is not None
    return result.point


def change(path: Path, at: int) -> None:
    """Change one byte, always to another."""
    content = bytearray(path.read_bytes())
    content[at] ^= 0xFF
    path.chmod(0o600)
    path.write_bytes(content)


def largest_pack(folder: Path) -> Path:
    packs = (folder / "repository" / "data").rglob("*")
    return max((path for path in packs if path.is_file()), key=lambda path: path.stat().st_size)


def restore(folder: Path, point: RecoveryPoint) -> None:
    (folder / "out").mkdir()
    RESTIC.reader(access(folder)).restore(point, folder / "out", timeout=200)


def test_a_flipped_byte_in_a_pack_is_seen_by_the_restore(
    point: RecoveryPoint, tmp_path: Path
) -> None:
    change(largest_pack(tmp_path), 1000)
    with pytest.raises(RepositoryProblem, match="damaged") as raised:
        restore(tmp_path, point)
    assert f"{tmp_path}/data/file" in raised.value.message
    assert "another copy" in raised.value.hint


def test_a_missing_pack_is_seen_by_the_restore(point: RecoveryPoint, tmp_path: Path) -> None:
    largest_pack(tmp_path).unlink()
    with pytest.raises(RepositoryProblem, match="missing or damaged") as raised:
        restore(tmp_path, point)
    assert f"{tmp_path}/data/file" in raised.value.message


def test_a_damaged_index_is_told(point: RecoveryPoint, tmp_path: Path) -> None:
    for index in (tmp_path / "repository" / "index").iterdir():
        change(index, 50)
    with pytest.raises(RepositoryProblem, match="damaged"):
        restore(tmp_path, point)


def test_one_damaged_record_hides_no_other_point_and_stops_the_retention(
    point: RecoveryPoint, tmp_path: Path
) -> None:
    back_up_all([job(tmp_path)])
    reader = RESTIC.reader(access(tmp_path))
    older, newer = reader.points()
    assert older == point
    change(tmp_path / "repository" / "snapshots" / newer.seal, 50)
    assert reader.points() == (older,)
    restore(tmp_path, older)
    with pytest.raises(RepositoryProblem, match="damaged"):
        RESTIC.writer(access(tmp_path)).apply_retention({"data": {"last": 1}})
    (result,) = back_up_all([job(tmp_path)])
    assert result.error is not None, "restic itself backs up nothing before it is repaired"
    assert "damaged" in result.error.message
    change(tmp_path / "repository" / "snapshots" / older.seal, 50)
    with pytest.raises(RepositoryProblem, match="damaged"):
        reader.points()


def test_a_repository_without_its_configuration_is_not_made_anew(
    point: RecoveryPoint, tmp_path: Path
) -> None:
    (tmp_path / "repository" / "config").unlink()
    (result,) = back_up_all([job(tmp_path)])
    assert isinstance(result.error, RepositoryProblem)
    assert not (tmp_path / "repository" / "config").exists()


def test_a_lock_that_a_crash_left_hinders_no_retention(
    point: RecoveryPoint, tmp_path: Path
) -> None:
    writer = RESTIC.writer(access(tmp_path))
    breaks = StreamContent((StreamCommand(("sh", "-c", f"{locked(tmp_path)}; exit 1")),), "x")
    with pytest.raises(SourceProblem, match="exit code 1"):
        writer.store(breaks, timeout=60)
    assert os.listdir(tmp_path / "repository" / "locks") == [], "restic was asked to end, and did"
    killed = run_with_fault(tmp_path, "never reached", stream=True)
    children = children_of(killed.pid)
    killed.kill()
    killed.wait(30)
    deadline = time.monotonic() + 60
    while any(os.path.exists(f"/proc/{child}") for child in children):
        assert time.monotonic() < deadline, "restic believes a lock until its process is collected"
        time.sleep(0.05)
    assert len(os.listdir(tmp_path / "repository" / "locks")) == 1
    (second,) = back_up_all([replace(job(tmp_path), keep={"last": 1})])
    assert second.removed == 1, second.notes
    assert RESTIC.reader(access(tmp_path)).points() == (second.point,)


@pytest.mark.parametrize(("fault", "points"), [("backup.stored", 1), ("backup.sealed", 2)])
def test_kill_at_a_fault_point_leaves_the_old_points_or_one_more(
    point: RecoveryPoint, tmp_path: Path, fault: str, points: int
) -> None:
    killed = run_with_fault(tmp_path, fault)
    assert killed.wait(100) == -signal.SIGKILL
    reader = RESTIC.reader(access(tmp_path))
    assert len(reader.points()) == points
    assert reader.points()[0] == point
    (after,) = back_up_all([job(tmp_path)])
    assert after.succeeded
    assert len(reader.points()) == points + 1


def test_data_that_was_never_sealed_goes_after_a_day(point: RecoveryPoint, tmp_path: Path) -> None:
    snapshots = tmp_path / "repository" / "snapshots"
    RESTIC.writer(access(tmp_path)).store(PathContent((tmp_path / "data",)), timeout=60)
    assert len(os.listdir(snapshots)) == 3
    (young,) = back_up_all([replace(job(tmp_path), keep={"last": 5})])
    assert young.removed == 0
    assert len(os.listdir(snapshots)) == 5, "a backup that runs now may be about to seal it"
    back_to(snapshots, tmp_path, datetime.now(UTC) - timedelta(days=2))
    (old,) = back_up_all([replace(job(tmp_path), keep={"last": 5})])
    assert old.removed == 0
    assert len(os.listdir(snapshots)) == 7, "what was stored two days ago is gone, and only that"
    assert len(RESTIC.reader(access(tmp_path)).points()) == 3


@AS_ROOT
def test_a_full_disk_while_backing_up_is_told_and_old_points_stay(
    point: RecoveryPoint, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "small", 12) as disk:
        os.rename(tmp_path / "repository", tmp_path / "was")
        subprocess.run(("cp", "-a", str(tmp_path / "was"), str(disk / "repository")), check=True)
        (tmp_path / "repository").symlink_to(disk / "repository")
        (tmp_path / "data" / "large").write_bytes(os.urandom(16 * MIB))
        (result,) = back_up_all([job(tmp_path)])
        assert isinstance(result.error, NoRoom), result.error
        assert RESTIC.reader(access(tmp_path)).points() == (point,)
        restore(tmp_path, point)


@AS_ROOT
def test_a_full_disk_while_restoring_is_told(point: RecoveryPoint, tmp_path: Path) -> None:
    with small_disk(tmp_path / "small", 2) as disk:
        (disk / "out").mkdir()
        with pytest.raises(NoRoom, match="full"):
            RESTIC.reader(access(tmp_path)).restore(point, disk / "out", timeout=100)


class small_disk:  # noqa: N801 (used as a function)
    """A file system of some mebibytes for as long as the block runs."""

    def __init__(self, folder: Path, size: int) -> None:
        self.folder, self.size = folder, size

    def __enter__(self) -> Path:
        self.folder.mkdir()
        options = f"size={self.size}m"
        subprocess.run(
            ("mount", "-t", "tmpfs", "-o", options, "tmpfs", str(self.folder)), check=True
        )
        return self.folder

    def __exit__(self, *_: object) -> None:
        subprocess.run(("umount", str(self.folder)), check=True)


def children_of(process: int) -> list[str]:
    """Give the process ids of a process's children, whichever of its threads started them."""
    listed = Path(f"/proc/{process}/task").glob("*/children")
    return [child for one in listed for child in one.read_text().split()]


def run_with_fault(folder: Path, fault: str, *, stream: bool = False) -> subprocess.Popen[bytes]:
    """Back up in a process of its own, which dies at a fault point, or stores without an end."""
    what = "endless(job(folder))" if stream else "back_up_all([job(folder)])"
    script = textwrap.dedent(f"""
        import sys
        from pathlib import Path
        sys.path.insert(0, {str(Path(__file__).parent)!r})
        from test_restic_fault import *
        folder = Path({str(folder)!r})
        {what}
    """)
    child = subprocess.Popen(
        (sys.executable, "-c", script), env={**os.environ, "REFLOAT_FAULT": fault}
    )
    while stream and not (folder / "half").exists():
        assert child.poll() is None
    return child


def locked(folder: Path) -> str:
    """Give shell commands that wait until restic has locked the repository, and is well under way.

    Locks are renamed into place: what begins otherwise is none yet.
    """
    return f"until ls {folder}/repository/locks | grep -qx '[0-9a-f]*'; do sleep 0.1; done; sleep 1"


def endless(one: BackupJob) -> None:
    """Store a stream that does not end."""
    folder = one.source.scratch
    dump = ("sh", "-c", f"echo half; {locked(folder)}; touch {folder}/half; exec sleep 3603")
    content = StreamContent((StreamCommand(dump),), "x")
    one.engine.writer(one.repository).store(content, timeout=600)


def back_to(snapshots: Path, folder: Path, at: datetime) -> None:
    """Store something unsealed as if it had been at another time."""
    word = folder / "word"
    word.write_text(PASSWORD)
    told = at.strftime("%Y-%m-%d %H:%M:%S")
    command = ("restic", "--no-cache", "-r", str(snapshots.parent), "-p", str(word), "backup")
    subprocess.run(
        (*command, "--tag", "refloat-data", "--tag", "stored=gone", "--time", told, str(word)),
        check=True,
        capture_output=True,
    )


@pytest.fixture(autouse=True)
def _nothing_is_left(tmp_path: Path) -> Iterator[None]:
    yield
    assert str(tmp_path) not in Path("/proc/mounts").read_text()
