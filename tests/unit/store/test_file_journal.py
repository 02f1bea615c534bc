"""The journal keeps whole events through crashes, and says whether its writer lives."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from refloat.model.errors import NotAllowed, StateProblem
from refloat.store.journal import JOURNAL, ROOM, ROOM_BYTES, FileJournal, journals


def test_events_come_back_in_order(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path / "run")
    written = [{"event": "began", "n": n, "text": "Zoë\n\u2028"} for n in range(5)]
    for event in written:
        journal.append(event)
    assert FileJournal(tmp_path / "run").events() == tuple(written)
    assert (tmp_path / "run").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "run" / JOURNAL).stat().st_mode & 0o777 == 0o600


def test_a_journal_that_never_began_has_no_events(tmp_path: Path) -> None:
    assert FileJournal(tmp_path / "run").events() == ()
    assert journals(tmp_path / "nowhere") == ()


@pytest.mark.parametrize("torn", [b'{"event": "en', b'{"event": "ended"}', b"\0\0\0\0\n", b"\n"])
def test_a_torn_last_line_is_left_out_and_cut(tmp_path: Path, torn: bytes) -> None:
    FileJournal(tmp_path / "run").append({"n": 1})
    path = tmp_path / "run" / JOURNAL
    with path.open("ab") as stream:
        stream.write(torn)
    journal = FileJournal(tmp_path / "run")
    assert journal.events() == ({"n": 1},)
    journal.append({"n": 2})
    assert journal.events() == ({"n": 1}, {"n": 2})
    assert path.read_bytes() == b'{"n":1}\n{"n":2}\n'


def test_damage_in_the_middle_is_refused_with_its_line(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path / "run")
    for n in range(3):
        journal.append({"n": n})
    path = tmp_path / "run" / JOURNAL
    path.write_bytes(path.read_bytes().replace(b'{"n":1}', b'{"n"!1}'))
    with pytest.raises(StateProblem, match="damaged in line 2"):
        FileJournal(tmp_path / "run").events()
    before = path.read_bytes()
    FileJournal(tmp_path / "run").append({"n": 3})
    assert path.read_bytes().startswith(before)


def test_room_is_set_aside_for_the_end_and_given_back(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path / "run")
    journal.append({"n": 1})
    journal.keep_room()
    held = (tmp_path / "run" / ROOM).stat()
    assert held.st_blocks * 512 >= ROOM_BYTES
    journal.use_room()
    journal.use_room()
    assert not (tmp_path / "run" / ROOM).exists()
    assert journal.events() == ({"n": 1},)


def test_what_json_cannot_say_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path / "run")
    journal.append({"n": 1})
    for value in (float("nan"), object(), Path("x")):
        with pytest.raises(StateProblem):
            journal.append({"value": value})
    assert journal.events() == ({"n": 1},)


def test_many_threads_write_whole_lines(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path / "run")

    def write(name: int) -> None:
        for n in range(20):
            journal.append({"thread": name, "n": n})

    threads = [threading.Thread(target=write, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seen = journal.events()
    assert len(seen) == 80
    for name in range(4):
        assert [event["n"] for event in seen if event["thread"] == name] == list(range(20))


def test_one_process_holds_a_run(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path / "run")
    assert not journal.alive()
    journal.append({"event": "declared"})
    with journal.held():
        assert FileJournal(tmp_path / "run").alive()
        with pytest.raises(NotAllowed, match="run"), FileJournal(tmp_path / "run").held():
            pass
    assert not journal.alive()


HOLDER = """
import sys
from pathlib import Path
from refloat.store.journal import FileJournal
journal = FileJournal(Path(sys.argv[1]))
with journal.held():
    journal.append({"event": "began"})
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_killed_writer_is_seen_as_dead_and_its_events_stay(tmp_path: Path) -> None:
    folder = tmp_path / "runs" / "r1"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdin is not None
    assert holder.stdout is not None
    try:
        assert holder.stdout.readline() == b"held\n"
        (found,) = journals(tmp_path / "runs")
        assert found.run == "r1"
        assert found.alive()
    finally:
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        holder.stdin.close()
        holder.stdout.close()
    assert not found.alive()
    assert found.events() == ({"event": "began"},)


def test_a_full_disk_leaves_the_journal_as_it_was(tmp_path: Path) -> None:
    """A file size limit stands for the full disk: both cut a write short, then refuse the rest."""
    program = f"""
import resource, signal
from pathlib import Path
from refloat.store.journal import FileJournal
from refloat.model.errors import StateProblem, NoRoom
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
journal = FileJournal(Path({str(tmp_path / "run")!r}))
journal.append({{"n": 1}})
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
try:
    journal.append({{"text": "x" * 200}})
except StateProblem as error:
    print("refused")
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout == b"refused\n"
    assert FileJournal(tmp_path / "run").events() == ({"n": 1},)
    assert (tmp_path / "run" / JOURNAL).read_bytes() == b'{"n":1}\n'


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(b"")
    (folder / JOURNAL).symlink_to(elsewhere)
    with pytest.raises(StateProblem, match="cannot be written"):
        FileJournal(folder).append({"n": 1})
    assert elsewhere.read_bytes() == b""
