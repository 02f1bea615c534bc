"""The log after ``kill -9``, on a full disk, and with many writers: the old one or the new one."""

from __future__ import annotations

import contextlib
import ctypes
import itertools
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from refloat.ledger.dsse import read_public_key
from refloat.ledger.log import Ledger
from refloat.ledger.statement import APPROVAL, Statement, Subject
from refloat.ledger.verify import verify_export
from refloat.model.errors import NoRoom, SecretProblem, StateProblem

POINTS = ("ledger.written", "ledger.synced", "ledger.checkpoint-written", "ledger.committed")


def said(number: int, size: int = 10) -> Statement:
    predicate = {"number": number, "filler": "x" * size}
    return Statement((Subject("service/booking", "ab" * 32),), APPROVAL, predicate)


def numbers(ledger: Ledger) -> list[int]:
    return [entry.statement.predicate["number"] for entry in ledger.entries()]


def verifies(ledger: Ledger) -> None:
    """The whole log verifies as an auditor would verify it."""
    export = ledger.folder.parent / "evidence.json"
    ledger.export(export)
    report = verify_export(export, [read_public_key(ledger.public_key_pem())])
    assert report.problems == ()
    assert report.entries == ledger.checkpoint().size
    export.unlink()


def in_child(function: Callable[[], object]) -> int:
    """Run a function in a forked child; give its exit code, negative for a signal."""
    pid = os.fork()
    if pid == 0:
        code = 99
        try:
            function()
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    made = Ledger.create(tmp_path / "ledger", "Harbour Street Dental")
    made.append([said(0), said(1), said(2)])
    return made


@pytest.mark.parametrize("times", [1, 3])
@pytest.mark.parametrize("point", POINTS)
def test_killed_at_a_fault_point_it_is_the_old_log_or_the_new_one(
    ledger: Ledger, point: str, times: int
) -> None:
    reached: list[int] = []

    def die(name: str) -> None:
        if name == point:
            os.kill(os.getpid(), signal.SIGKILL)

    for _ in range(times):
        before = ledger.signed_checkpoint()
        old = numbers(ledger)
        killed = Ledger.open(ledger.folder, fault=die)
        new = [*old, len(old), len(old) + 1]
        statements = [said(number) for number in new[len(old) :]]
        assert in_child(lambda: killed.append(statements)) == -signal.SIGKILL  # noqa: B023 (called at once)
        after = Ledger.open(ledger.folder)
        if point == "ledger.committed":
            assert numbers(after) == new
            assert after.signed_checkpoint() != before
        else:
            assert numbers(after) == old
            assert after.signed_checkpoint() == before
        verifies(after)
        reached.append(len(new))
    ledger.append([said(100)])
    assert numbers(ledger)[-1] == 100
    verifies(ledger)
    history = (ledger.folder / "checkpoints").read_text().splitlines()
    sizes = [int(line.split("\\n")[1]) for line in history]
    assert sizes == sorted(set(sizes))
    assert sizes[-1] == ledger.checkpoint().size


def test_killed_at_any_moment_while_appending_it_is_whole(ledger: Ledger) -> None:
    """Kills by the clock, at moments that nobody chose, again and again on the same log."""
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from refloat.ledger.log import Ledger\n"
        "from refloat.ledger.statement import APPROVAL, Statement, Subject\n"
        "ledger = Ledger.open(Path(sys.argv[1]))\n"
        "subjects = (Subject('service/booking', 'ab' * 32),)\n"
        "number = ledger.checkpoint().size\n"
        "while True:\n"
        "    batch = range(number, number + 1 + number % 4)\n"
        "    ledger.append([Statement(subjects, APPROVAL, {'number': n}) for n in batch])\n"
        "    number = batch.stop\n"
        "    print('appended', flush=True)\n"
    )
    for attempt in range(6):
        child = subprocess.Popen(
            [sys.executable, "-c", program, str(ledger.folder)], stdout=subprocess.PIPE
        )
        assert child.stdout is not None
        assert child.stdout.readline() == b"appended\n"
        with pytest.raises(subprocess.TimeoutExpired):
            child.wait(0.02 + attempt * 0.013)
        child.kill()
        child.communicate()
        again = Ledger.open(ledger.folder)
        assert numbers(again) == list(range(again.checkpoint().size))
        verifies(again)
    assert ledger.checkpoint().size > 3


def test_killed_while_it_is_made_there_is_no_half_ledger(tmp_path: Path) -> None:
    folder = tmp_path / "ledger"

    def die_when_renaming() -> None:
        setattr(Path, "rename", lambda *_: os.kill(os.getpid(), signal.SIGKILL))  # noqa: B010 (a method)
        Ledger.create(folder, "Harbour Street Dental")

    assert in_child(die_when_renaming) == -signal.SIGKILL
    assert not folder.exists()
    assert Ledger.create(folder, "Harbour Street Dental").checkpoint().size == 0


def test_two_processes_appending_at_once_lose_nothing(ledger: Ledger) -> None:
    def append(start: int) -> None:
        mine = Ledger.open(ledger.folder)
        for number in range(start, start + 30):
            mine.append([said(number)] if number % 2 else [said(number), said(number + 1000)])

    children = []
    for start in (100, 200, 300):
        pid = os.fork()
        if pid == 0:
            code = 99
            try:
                append(start)
                code = 0
            finally:
                os._exit(code)
        children.append(pid)
    assert [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in children] == [0, 0, 0]
    found = numbers(ledger)
    assert len(found) == len(set(found)) == 3 + 3 * 45
    for start in (100, 200, 300):
        mine = [number for number in found if start <= number < start + 30]
        assert mine == list(range(start, start + 30))
    verifies(ledger)


def test_a_file_that_may_not_grow_leaves_the_old_log(ledger: Ledger) -> None:
    """A limit on the size of files stands for a full disk where no file system can be mounted."""
    before = ledger.signed_checkpoint()
    size = (ledger.folder / "entries.jsonl").stat().st_size

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 2000, size + 2000))
        with pytest.raises(NoRoom, match="the ledger stays as it was"):
            Ledger.open(ledger.folder).append([said(n, 1000) for n in range(50)])

    assert in_child(limited) == 0
    assert ledger.signed_checkpoint() == before
    assert (ledger.folder / "entries.jsonl").stat().st_size == size
    assert numbers(ledger) == [0, 1, 2]
    ledger.append([said(3)])
    verifies(ledger)


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Path]:
    """A file system of 256 KiB; unmounted afterwards."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small file system; the limit on file sizes stands in")
    library = ctypes.CDLL(None, use_errno=True)
    path = tmp_path / "small"
    path.mkdir()
    encoded = str(path).encode()
    if library.mount(b"tmpfs", encoded, b"tmpfs", 0, b"size=256k") != 0:
        pytest.skip(f"mounting is refused here: {os.strerror(ctypes.get_errno())}")
    try:
        yield path
    finally:
        library.umount2(encoded, 2)


def append_for_ever(ledger: Ledger) -> None:
    for number in itertools.count():
        ledger.append([said(number, 3000)])


def fill(filler: Path) -> None:
    with filler.open("wb", buffering=0) as stream, contextlib.suppress(OSError):
        while stream.write(b"x" * 512):
            pass


def test_a_full_disk_leaves_the_old_log_and_room_lets_it_go_on(mounted: Path) -> None:
    ledger = Ledger.create(mounted / "ledger", "Harbour Street Dental")
    with pytest.raises(NoRoom, match="No space left on device"):
        append_for_ever(ledger)
    committed = ledger.checkpoint().size
    assert committed > 10
    fill(mounted / "filler")
    with pytest.raises(NoRoom):
        # Larger than a page, of which the file's last may have some room left.
        ledger.append([said(committed, 5000)])
    again = Ledger.open(ledger.folder)
    assert numbers(again) == list(range(committed))
    with pytest.raises(NoRoom):
        again.export(mounted / "evidence.json")
    assert sorted(path.name for path in mounted.iterdir()) == ["filler", "ledger"]
    (mounted / "filler").unlink()
    report_from = again.folder.parent.parent / "evidence.json"
    again.export(report_from)
    key = read_public_key(again.public_key_pem())
    assert verify_export(report_from, [key]).entries == committed
    # The room that the filler took was none; what makes some is a larger file system.
    library = ctypes.CDLL(None, use_errno=True)
    assert library.mount(b"tmpfs", str(mounted).encode(), b"tmpfs", 32, b"size=2m") == 0
    again.append([said(committed)])
    assert numbers(again) == list(range(committed + 1))
    verifies(again)


def test_no_room_for_the_checkpoint_leaves_the_old_log(mounted: Path) -> None:
    """The entries went through, the commit does not."""
    ledger = Ledger.create(mounted / "ledger", "Harbour Street Dental")
    ledger.append([said(0)])

    def fill_up(name: str) -> None:
        if name == "ledger.synced":
            fill(mounted / "filler")

    before = ledger.signed_checkpoint()
    with pytest.raises(NoRoom, match="checkpoint"):
        Ledger.open(ledger.folder, fault=fill_up).append([said(1)])
    assert not (ledger.folder / "checkpoint.new").exists()
    with pytest.raises(NoRoom):
        ledger.append([said(1)])
    assert ledger.signed_checkpoint() == before
    (mounted / "filler").unlink()
    ledger.append([said(1)])
    assert numbers(ledger) == [0, 1]
    verifies(ledger)


def test_a_read_only_disk_is_read_and_refuses_to_be_written(mounted: Path) -> None:
    ledger = Ledger.create(mounted / "ledger", "Harbour Street Dental")
    ledger.append([said(0)])
    library = ctypes.CDLL(None, use_errno=True)
    # MS_REMOUNT | MS_RDONLY of mount(2)
    assert library.mount(b"tmpfs", str(mounted).encode(), b"tmpfs", 32 | 1, b"") == 0
    again = Ledger.open(ledger.folder)
    assert numbers(again) == [0]
    with pytest.raises(StateProblem, match="Read-only file system"):
        again.append([said(1)])
    with pytest.raises(StateProblem, match="Read-only file system"):
        Ledger.create(mounted / "other", "Other")
    assert numbers(again) == [0]


def test_another_account_can_neither_write_nor_sign(ledger: Ledger) -> None:
    """A folder whose files somebody else owns, made readable: reading works, nothing else does."""
    if os.geteuid() != 0:
        pytest.skip("only root may become another account to try")
    for path in (ledger.folder, *ledger.folder.iterdir()):
        if path.name != "key.pem":
            path.chmod(path.stat().st_mode | 0o055)
    for parent in ledger.folder.parents:
        if parent.stat().st_mode & 0o005 != 0o005:
            parent.chmod(parent.stat().st_mode | 0o055)

    def as_nobody() -> None:
        os.setgroups([])
        os.setresgid(65534, 65534, 65534)
        os.setresuid(65534, 65534, 65534)
        opened = Ledger.open(ledger.folder)
        assert numbers(opened) == [0, 1, 2]
        with pytest.raises(SecretProblem, match="cannot be read"):
            opened.append([said(3)])

    def locked_out() -> None:
        os.setresuid(65534, 65534, 65534)
        with pytest.raises(StateProblem, match="Permission denied"):
            Ledger.open(ledger.folder)

    assert in_child(as_nobody) == 0
    ledger.folder.chmod(0o700)
    assert in_child(locked_out) == 0
    assert numbers(ledger) == [0, 1, 2]
