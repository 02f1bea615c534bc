"""Backups from beginning to end, with real restic repositories and real files."""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from refloat.data_sets import Source
from refloat.data_sets.files import ADAPTER as FILES
from refloat.data_sets.files import HEARTBEAT, Files
from refloat.engines import RepositoryAccess, StreamCommand, StreamContent, Writer
from refloat.engines.restic import ADAPTER as RESTIC
from refloat.engines.restic import Restic
from refloat.model.errors import RepositoryProblem, SourceProblem
from refloat.model.points import Baseline
from refloat.model.secret import Secret
from refloat.recovery.backup import (
    BackupEvent,
    BackupJob,
    BackupResult,
    BackupStage,
    back_up,
    back_up_all,
)

PASSWORD = "only for tests"
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="becoming another account needs root")


def access(folder: Path, password: str = PASSWORD, **more: Any) -> RepositoryAccess:
    place = {"location": str(folder / "repository")}
    return RepositoryAccess("cupboard", place, {"password": Secret(password)}, **more)


def job(folder: Path, key: str, *names: str, **more: Any) -> BackupJob:
    paths = {"paths": tuple(str(folder / name) for name in names or (key,))}
    return BackupJob(
        engine=RESTIC,
        repository=more.pop("repository", access(folder)),
        data_set=more.pop("data_set", FILES),
        source=Source(key, paths, {}, "", folder, more.pop("heartbeat", True)),
        keep=more.pop("keep", {}),
        timeout=120.0,
    )


@pytest.fixture
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="rf-", dir="/tmp"))
    path.chmod(0o755)
    for name in ("documents", "settings"):
        (path / name).mkdir()
        (path / name / "file").write_bytes(os.urandom(5000))
    yield path
    shutil.rmtree(path)


def test_each_backup_yields_a_point_and_no_failure_hides_another(folder: Path) -> None:
    events: list[BackupEvent] = []
    before = datetime.now(UTC)
    documents, missing, settings = back_up_all(
        [job(folder, "documents"), job(folder, "not mounted"), job(folder, "settings")],
        announce=events.append,
    )
    assert missing.point is None
    assert isinstance(missing.error, SourceProblem)
    assert str(folder / "not mounted") in missing.error.message
    for result in (documents, settings):
        assert result.succeeded
        assert result.point is not None
        assert before <= result.point.consistency_time <= datetime.now(UTC)
        assert timedelta(0) < result.point.duration <= timedelta(seconds=result.seconds)
        assert result.point.bytes == 5000 + len((folder / "documents" / HEARTBEAT).read_bytes())
        assert result.point.engine_version.startswith("restic 0.")
        assert result.baseline is not None
        assert dict(result.baseline.summary) == dict(result.point.summary)
    listed = RESTIC.reader(access(folder)).points()
    assert {point.data_set for point in listed} == {"documents", "settings"}
    ends = {event.data_set: event.stage for event in events}
    assert ends == {
        "documents": BackupStage.DONE,
        "settings": BackupStage.DONE,
        "not mounted": BackupStage.FAILED,
    }


def test_consistency_time_is_when_the_data_was_true_not_when_the_job_ended(folder: Path) -> None:
    result = back_up_all([job(folder, "documents")])[0]
    assert result.point is not None
    end = result.began_at + timedelta(seconds=result.seconds)
    beat = datetime.fromisoformat((folder / "documents" / HEARTBEAT).read_text().strip())
    assert beat <= result.point.consistency_time < end - timedelta(seconds=0.3)


def test_where_no_heartbeat_may_be_written_the_backup_goes_on(folder: Path) -> None:
    (folder / "documents" / HEARTBEAT).mkdir()
    told, off = back_up_all([job(folder, "documents"), job(folder, "settings", heartbeat=False)])
    assert told.succeeded
    assert any("heartbeat" in note for note in told.notes)
    assert off.succeeded
    assert not (folder / "settings" / HEARTBEAT).exists()


def test_a_wrong_password_fails_every_job_of_that_repository_alone(folder: Path) -> None:
    back_up_all([job(folder, "documents")])
    other = RepositoryAccess(
        "other", {"location": str(folder / "other")}, {"password": Secret(PASSWORD)}
    )
    wrong, good = back_up_all(
        [
            job(folder, "documents", repository=access(folder, "a wrong word")),
            job(folder, "settings", repository=other),
        ]
    )
    assert isinstance(wrong.error, RepositoryProblem)
    assert "password" in wrong.error.message
    assert "a wrong word" not in wrong.error.message
    assert good.succeeded


def test_retention_follows_a_backup_that_worked_and_no_other(folder: Path) -> None:
    removed = []
    for _ in range(3):
        (result,) = back_up_all([job(folder, "documents", keep={"last": 2})])
        removed.append(result.removed)
    assert removed == [0, 0, 1]
    (failed,) = back_up_all([job(folder, "documents", "documents", "gone", keep={"last": 1})])
    assert not failed.succeeded
    assert failed.removed is None
    closed = access(folder, append_only=True)
    (appended,) = back_up_all([job(folder, "documents", keep={"last": 1}, repository=closed)])
    assert appended.succeeded
    assert appended.removed is None
    assert any("append-only" in note for note in appended.notes)
    assert len(RESTIC.reader(closed).points()) == 3


def test_what_several_data_sets_keep_is_pruned_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Writes down what restic is asked, and asks the real one."""
    rules = {"documents": {"last": 1}, "settings": {"last": 2}}
    jobs = [job(folder, key, keep=keep) for key, keep in rules.items()]
    back_up_all(jobs)
    back_up_all([replace(one, keep={}) for one in jobs])
    (folder / "programs").mkdir()
    spy = folder / "programs" / "restic"
    spy.write_text(f'#!/bin/sh\necho "$@" >> {folder}/asked\nexec {shutil.which("restic")} "$@"\n')
    spy.chmod(0o755)
    monkeypatch.setenv("PATH", f"{spy.parent}:{os.environ['PATH']}")
    documents, settings = back_up_all(jobs)
    asked = (folder / "asked").read_text().splitlines()
    assert (documents.removed, settings.removed) == (2, 1)
    assert sum("--prune" in line for line in asked) == 1
    assert sum(line.startswith("snapshots ") for line in asked) == 1
    listed = [point.data_set for point in RESTIC.reader(access(folder)).points()]
    assert sorted(listed) == ["documents", "settings", "settings"]
    assert len(os.listdir(folder / "repository" / "snapshots")) == 6, "a point and its seal"


def test_two_jobs_on_one_source_never_run_side_by_side(folder: Path) -> None:
    inside, most = [0], [0]
    lock = threading.Lock()

    class Watched(Files):
        @contextlib.contextmanager
        def open(self, source: Source) -> Iterator[Any]:
            with lock:
                inside[0] += 1
                most[0] = max(most[0], inside[0])
            with super().open(source) as view:
                yield view
            with lock:
                inside[0] -= 1

    jobs = [
        job(folder, key, "documents", data_set=Watched(), heartbeat=False)
        for key in ("one", "two", "three")
    ]
    assert all(result.succeeded for result in back_up_all(jobs, workers=3))
    assert most == [1]


def test_what_changes_while_it_is_backed_up_is_kept_in_the_point(folder: Path) -> None:
    class Busy(Files):
        @contextlib.contextmanager
        def open(self, source: Source) -> Iterator[Any]:
            with super().open(source) as view:
                (folder / "documents" / "file").write_text("changed after the view was opened")
                yield view

    (result,) = back_up_all([job(folder, "documents", data_set=Busy())])
    assert result.point is not None
    assert result.point.changed >= 1
    assert any("changed while" in note for note in result.notes)
    sealed = RESTIC.reader(access(folder)).sealed(result.point)
    assert str(folder / "documents" / "file") in sealed.baseline.changed


def test_when_the_baseline_fails_what_was_stored_is_no_point(folder: Path) -> None:
    class Unreadable(Files):
        @contextlib.contextmanager
        def open(self, source: Source) -> Iterator[Any]:
            with super().open(source) as view:
                view.baseline = _refuse
                yield view

    def _refuse() -> Baseline:
        raise SourceProblem("a table cannot be read")

    (result,) = back_up_all([job(folder, "documents", data_set=Unreadable())])
    assert isinstance(result.error, SourceProblem)
    assert RESTIC.reader(access(folder)).points() == ()


def test_when_the_dump_breaks_the_baseline_does_not_hold_up_the_failure(folder: Path) -> None:
    """The view is closed as soon as storing has failed, which ends a baseline that still reads."""
    ended = threading.Event()

    class Slow(Files):
        @contextlib.contextmanager
        def open(self, source: Source) -> Iterator[Any]:
            with super().open(source) as view:

                def wait() -> Baseline:
                    ended.set() if view.cancelled.wait(60) else None
                    raise SourceProblem("cancelled")

                view.baseline = wait
                view.content = StreamContent((StreamCommand(("false",)),), "x")
                yield view

    (result,) = back_up_all([job(folder, "documents", data_set=Slow())])
    assert result.error is not None
    assert "false ended with exit code 1" in result.error.message
    assert ended.is_set()


@AS_ROOT
def test_a_file_that_may_not_be_read_fails_the_backup_by_name(folder: Path) -> None:
    """As an ordinary account: root may read everything."""
    nobody = pwd.getpwnam("nobody")
    secret = folder / "documents" / "private letter"
    secret.write_text("closed")
    secret.chmod(0o600)
    (folder / "repository").mkdir()
    for path in (folder, folder / "documents", folder / "repository"):
        os.chown(path, nobody.pw_uid, nobody.pw_gid)
    back_up_all([])

    def as_nobody(answer: Any) -> None:
        os.setgroups([])
        os.setgid(nobody.pw_gid)
        os.setuid(nobody.pw_uid)
        from_engine = RESTIC.writer(access(folder))
        from_engine.prepare()
        results: list[BackupResult] = list(back_up_all([job(folder, "documents")]))
        answer.send([result.error.message if result.error else "" for result in results])
        answer.send([point.data_set for point in RESTIC.reader(access(folder)).points()])

    context = multiprocessing.get_context("fork")
    mine, theirs = context.Pipe()
    child = context.Process(target=as_nobody, args=(theirs,))
    child.start()
    assert mine.poll(100), "the child does not answer"
    (message,) = mine.recv()
    assert "private letter" in message
    assert mine.recv() == []
    child.join(30)


@pytest.mark.parametrize("number", [signal.SIGINT])
def test_ctrl_c_ends_the_programs_and_gives_results(folder: Path, number: int) -> None:
    script = textwrap.dedent(f"""
        import contextlib, json, sys
        from pathlib import Path
        sys.path.insert(0, {str(Path(__file__).parent)!r})
        from test_backup import *
        folder = Path({str(folder)!r})
        class Endless(Files):
            @contextlib.contextmanager
            def open(self, source):
                with super().open(source) as view:
                    dump = ("sh", "-c", "echo half; touch {folder}/begun; exec sleep 3602")
                    view.content = StreamContent((StreamCommand(dump),), "x")
                    yield view
        jobs = [job(folder, key, key, data_set=Endless()) for key in ("documents", "settings")]
        jobs.append(job(folder, "third", "documents", data_set=Endless()))
        results = back_up_all(jobs, workers=2)
        print(json.dumps([[one.data_set, one.error.code] for one in results]))
    """)
    refloat = subprocess.Popen(
        (sys.executable, "-c", script), stdout=subprocess.PIPE, start_new_session=True
    )
    deadline = time.monotonic() + 60
    while not (folder / "begun").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    refloat.send_signal(number)
    output, _ = refloat.communicate(timeout=60)
    assert refloat.returncode == 0
    assert json.loads(output) == [
        ["documents", "Interrupted"],
        ["settings", "Interrupted"],
        ["third", "Interrupted"],
    ]
    assert not (folder / "repository" / "snapshots").exists() or not os.listdir(
        folder / "repository" / "snapshots"
    )
    assert not [
        entry for entry in Path("/proc").glob("[0-9]*/cmdline") if b"sleep\x003602" in _read(entry)
    ]


def test_ctrl_c_during_the_retention_keeps_the_results(folder: Path) -> None:
    class Stopped(Restic):
        def writer(self, repository: RepositoryAccess) -> Writer:
            writer = super().writer(repository)
            writer.apply_retention = self.press  # type: ignore[method-assign]  # of this writer alone
            return writer

        def press(self, keep: Mapping[str, Mapping[str, int]]) -> Mapping[str, int]:
            raise KeyboardInterrupt

    jobs = [
        replace(job(folder, key, keep={"last": 1}), engine=Stopped())
        for key in ("documents", "settings")
    ]
    first, second = back_up_all(jobs)
    assert first.succeeded
    assert any("stopped" in note for note in first.notes)
    assert second.succeeded
    assert second.removed is None
    assert first.removed is None
    assert any("stopped" in note for note in second.notes)


def test_one_backup_alone_is_a_result_too(folder: Path) -> None:
    RESTIC.writer(access(folder)).prepare()
    assert back_up(job(folder, "documents")).succeeded
    failed = back_up(job(folder, "nowhere"))
    assert isinstance(failed.error, SourceProblem)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
