"""Facts are imported once, whole or not at all, and come back from any index."""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import re
import subprocess
import sys
import urllib.parse
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from servers import PASSWORD, Database, postgresql

from refloat.app import memory
from refloat.app.facts import load
from refloat.app.feed import Imported, import_file, listed, look_up
from refloat.app.rebuild import rebuild
from refloat.app.workspace import Workspace
from refloat.cli.main import main
from refloat.feed.examples import EXAMPLES
from refloat.host.clock import Clock, Instant
from refloat.ledger.dsse import read_public_key
from refloat.ledger.verify import verify_export
from refloat.model.errors import EvidenceProblem, MissingInput, NoRoom, UsageProblem
from refloat.model.imports import FACTS_IMPORTED
from refloat.store.index import open_store
from refloat.store.segments import FOLDER

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "import-facts.md"
NOW = datetime(2026, 11, 22, 0, 0, tzinfo=UTC)


class Stopped(Clock):
    """A clock that stands."""

    def now(self) -> Instant:
        return Instant(NOW, 1000.0, "this start")


CLOCK = Stopped()


@pytest.fixture(scope="module")
def server() -> Iterator[Database]:
    with postgresql() as database:
        yield database


@pytest.fixture(params=["sqlite", "postgresql"])
def workspace(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Workspace:
    """Give a workspace with an empty state, on each kind of database."""
    if request.param == "postgresql":
        server: Database = request.getfixturevalue("server")
        name = f"f{os.urandom(6).hex()}"
        server.sql(f"CREATE DATABASE {name}", database="postgres")
        password = urllib.parse.quote(PASSWORD, safe="")
        folder = urllib.parse.quote(str(server.socket), safe="")
        url = f"postgresql://postgres:{password}@/{name}?host={folder}&port={server.port}"
        monkeypatch.setenv("REFLOAT_DATABASE", url)
    return place(tmp_path)


@pytest.fixture
def alone(tmp_path: Path) -> Workspace:
    """Give a workspace on SQLite."""
    return place(tmp_path)


def place(folder: Path) -> Workspace:
    plan = folder / "refloat.yaml"
    plan.write_text("organisation: Saltbush\n")
    return Workspace.find(str(plan), None)


def points(count: int, observed: str = "2026-11-21T22:00:00Z", **more: Any) -> list[str]:
    return [
        json.dumps(
            {
                "kind": "recovery_point",
                "source": {"instance": "bkp01"},
                "observed_at": observed,
                "external_id": f"rp-{number}",
                "dataset_ref": "clin-db",
                "consistency_time": "2026-11-21T15:00:00Z",
                "expires_at": "2026-12-21T15:00:00Z",
                **more,
            }
        )
        for number in range(count)
    ]


def past_points(count: int) -> list[str]:
    """Give points that lie in the past whatever the machine's own clock says."""
    return points(count, "2024-11-21T22:00:00Z", consistency_time="2024-11-21T15:00:00Z")


def file(workspace: Workspace, name: str, *lines: str) -> Path:
    path = workspace.folder / name
    path.write_text("\n".join(lines))
    return path


def import_lines(workspace: Workspace, *lines: str) -> Imported:
    return import_file(workspace, CLOCK, file(workspace, "facts.jsonl", *lines))


def entries(workspace: Workspace) -> int:
    return workspace.ledger().checkpoint().size


def test_every_kind_is_imported_and_known(workspace: Workspace) -> None:
    done = import_lines(workspace, *EXAMPLES.values())
    assert (done.new, done.known, done.changed, done.refused) == (12, 0, 0, ())
    assert done.kinds == dict.fromkeys(sorted(EXAMPLES), 1)
    assert memory.known(workspace).feed == load([workspace.folder / "facts.jsonl"]).facts.feed
    assert memory.read(workspace).feed == memory.known(workspace).feed
    assert {one.kind for one in listed(workspace)} == set(EXAMPLES)


def test_importing_twice_is_importing_once(workspace: Workspace) -> None:
    lines = points(50)
    first = import_lines(workspace, *lines, *lines[:10])
    assert (first.new, first.known) == (50, 10)
    before = memory.known(workspace).feed
    second = import_lines(workspace, *reversed(lines))
    assert (second.new, second.known, second.changed, second.entry) == (0, 50, 0, None)
    assert memory.known(workspace).feed == before
    assert entries(workspace) == 1


def test_other_words_on_the_same_are_kept_and_told(workspace: Workspace) -> None:
    import_lines(workspace, *points(3))
    later = points(1, "2026-11-21T23:00:00Z", size_bytes=5)
    clashing = points(2, size_bytes=7)[1:]
    done = import_lines(workspace, *later, *clashing)
    assert (done.new, done.changed, done.conflicts) == (0, 2, 1)
    assert len(memory.known(workspace).feed.points["clin-db"]) == 5
    words = look_up(workspace, "bkp01/recovery_point/rp-0")
    assert [one.get("size_bytes") for one in words] == [None, 5]
    within = import_lines(workspace, *points(1, size_bytes=8), *points(1, size_bytes=9))
    assert (within.changed, within.conflicts) == (2, 2)


@pytest.mark.parametrize("at_once", [1, 1000, 100_000])
def test_many_words_on_one_thing_are_known_again(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr("refloat.feed.splitting._AT_ONCE", at_once)
    monkeypatch.setattr("refloat.app.facts._CHUNK", at_once)
    beats = [
        json.dumps(
            {
                "kind": "heartbeat",
                "source": {"instance": "bkp01"},
                "observed_at": f"2026-11-21T22:00:{second:02}Z",
            }
        )
        for second in range(30)
    ]
    first = import_lines(workspace, *beats[:20], *beats[:20], *points(3))
    assert (first.new, first.changed, first.known, first.conflicts) == (4, 19, 20, 0)
    again = import_lines(workspace, *reversed(beats[:20]), *points(3))
    assert (again.new, again.changed, again.known) == (0, 0, 23)
    more = import_lines(workspace, *points(3), *beats, *beats, *points(1, size_bytes=5) * 2)
    assert (more.new, more.changed, more.known, more.conflicts) == (0, 11, 54, 1)
    assert len(memory.known(workspace).feed.heartbeats) == 30
    words = look_up(workspace, 'bkp01/heartbeat/["alive",""]')
    assert [one["observed_at"][-3:-1] for one in words] == [f"{second:02}" for second in range(30)]


def test_an_earlier_line_that_is_lost_is_told_when_it_is_met_again(workspace: Workspace) -> None:
    import_lines(workspace, *points(3))
    (segment,) = (workspace.state / FOLDER).glob("*.jsonl")
    segment.unlink()
    with pytest.raises(EvidenceProblem, match="cannot be read") as caught:
        import_lines(workspace, *points(3))
    assert "refloat rebuild" in caught.value.hint
    assert entries(workspace) == 1
    rebuild(workspace)
    assert import_lines(workspace, *points(3)).new == 3


def test_lines_of_an_older_index_stay_known(workspace: Workspace) -> None:
    import_lines(workspace, *points(30))
    as_of_before(workspace)
    again = import_lines(workspace, *points(31))
    assert (again.new, again.known) == (1, 30)
    assert look_up(workspace, "bkp01/recovery_point/rp-7")[0]["external_id"] == "rp-7"
    assert rebuild(workspace) == 2


def as_of_before(workspace: Workspace) -> None:
    """Turn the rows of lines back into those of the version that kept more of each."""
    with open_store(workspace.state) as store:
        alias = store._database.alias
    server = connections[alias].vendor == "postgresql"
    number = "bigserial PRIMARY KEY" if server else "integer PRIMARY KEY AUTOINCREMENT"
    some_bytes = "bytea" if server else "BLOB"
    with connections[alias].cursor() as cursor:
        cursor.execute("CREATE TABLE kept AS SELECT segment_id, key, place FROM store_line")
        cursor.execute("DROP TABLE store_line")
        cursor.execute(
            f"CREATE TABLE store_line (id {number}, key {some_bytes} NOT NULL,"
            f" digest {some_bytes} NOT NULL, observed_at bigint NOT NULL, place bigint NOT NULL,"
            " segment_id bigint NOT NULL)"
        )
        cursor.execute("CREATE INDEX line_by_key ON store_line (key)")
        cursor.execute(
            "INSERT INTO store_line (key, digest, observed_at, place, segment_id)"
            " SELECT key, key, 0, place, segment_id FROM kept"
        )
        cursor.execute("DROP TABLE kept")
        cursor.execute("DELETE FROM django_migrations WHERE app = 'store' AND name >= '0005'")
    connections[alias].close()


def test_the_ledger_says_what_was_imported(workspace: Workspace) -> None:
    import_lines(workspace, *points(2), "bad")
    (entry,) = workspace.ledger().entries()
    said = entry.statement
    assert said.predicate_type == FACTS_IMPORTED
    (fact,) = memory.known(workspace).imports
    assert (fact.lines, fact.refused, fact.kinds) == (2, 1, {"recovery_point": 2})
    assert fact.source == "facts.jsonl"
    assert fact.first_observed_at == fact.last_observed_at == NOW - timedelta(hours=2)
    assert {one.sha256 for one in said.subjects} == {fact.segment, fact.source_digest}
    kept = (workspace.state / FOLDER / f"{fact.segment}.jsonl").read_bytes()
    assert kept.count(b"\n") == 2


def test_a_future_time_is_refused_when_it_comes_in(alone: Workspace) -> None:
    done = import_lines(alone, *points(1, "2026-11-22T00:05:01Z"), *points(1))
    assert (done.new, len(done.refused)) == (1, 1)
    assert "in the future" in done.refused[0].reason


def test_a_feed_of_which_every_tenth_line_is_broken(alone: Workspace) -> None:
    lines = points(20_000)
    lines[9::10] = ['{"kind":' for _ in lines[9::10]]
    packed = alone.folder / "facts.jsonl.gz"
    packed.write_bytes(gzip.compress("\n".join(lines).encode()))
    done = import_file(alone, CLOCK, packed)
    assert (done.new, len(done.refused)) == (18_000, 2_000)
    assert done.refused[0].line == 10
    assert len(memory.known(alone).feed.points["clin-db"]) == 18_000


def test_rows_are_made_again_from_what_was_kept(workspace: Workspace) -> None:
    import_lines(workspace, *points(30))
    assert rebuild(workspace) == 1
    again = import_lines(workspace, *points(30))
    assert (again.new, again.known) == (0, 30)
    assert look_up(workspace, "bkp01/recovery_point/rp-7")[0]["external_id"] == "rp-7"


def test_a_vanished_point_is_noticed(workspace: Workspace) -> None:
    import_lines(workspace, *points(3))
    done = import_lines(workspace, *points(2, "2026-11-21T23:00:00Z"))
    assert [one.point.external_id for one in done.vanished] == ["rp-2"]
    (gone,) = import_lines(workspace, *points(1, "2026-11-21T23:30:00Z", state="deleted")).vanished
    assert gone.point.external_id == "rp-0"


@pytest.mark.parametrize("harm", ["missing", "damaged", "cut"])
def test_lines_that_are_lost_are_told_of_and_can_be_brought_back(
    workspace: Workspace, harm: str
) -> None:
    import_lines(workspace, *points(30))
    before = memory.known(workspace).feed
    (segment,) = (workspace.state / FOLDER).glob("*.jsonl")
    content = bytearray(segment.read_bytes())
    segment.unlink()
    if harm == "damaged":
        content[40] ^= 1
        segment.write_bytes(content)
    elif harm == "cut":
        segment.write_bytes(content[:-1])
    with pytest.raises(EvidenceProblem, match=r"missing|damaged|cannot be read") as caught:
        memory.known(workspace)
    assert caught.value.hint
    ledger = workspace.ledger()
    ledger.export(workspace.folder / "export")
    with (workspace.folder / "export").open("rb") as stream:
        report = verify_export(stream, [read_public_key(ledger.public_key_pem())])
    assert report.exit_code == 0
    rebuild(workspace)
    assert import_lines(workspace, *points(30)).new == 30
    assert memory.known(workspace).feed == before
    assert rebuild(workspace) == 2
    assert import_lines(workspace, *points(30)).known == 30


@pytest.mark.parametrize(
    ("fault", "kept"),
    [
        ("facts.written", 0),
        ("facts.finished", 0),
        ("facts.recorded", 1),
    ],
)
def test_a_killed_import_leaves_all_or_nothing(alone: Workspace, fault: str, kept: int) -> None:
    alone.ledger()
    path = file(alone, "facts.jsonl", *past_points(10))
    argv = (sys.executable, "-m", "refloat.cli", "--plan", str(alone.plan_path), "facts", "import")
    killed = subprocess.run((*argv, str(path)), env={**os.environ, "REFLOAT_FAULT": fault})
    assert killed.returncode == -9
    assert entries(alone) == kept
    again = import_file(alone, CLOCK, path)
    assert again.new + again.known == 10
    assert len(memory.known(alone).feed.points["clin-db"]) == 10
    assert entries(alone) == 1
    left = {one.name for one in (alone.state / FOLDER).iterdir()}
    assert len(left) == 2  # the segment and the lock


def test_an_import_that_is_stopped_leaves_nothing(alone: Workspace) -> None:
    path = file(alone, "facts.jsonl", *points(15_000))

    def stop(lines: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_file(alone, CLOCK, path, stop)
    assert entries(alone) == 0
    assert [one.name for one in (alone.state / FOLDER).iterdir()] == ["lock"]
    assert import_file(alone, CLOCK, path).new == 15_000


def test_a_full_disk_is_told_and_nothing_is_taken(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root: a small file system is mounted")
    small = tmp_path / "small"
    small.mkdir()
    subprocess.run(
        ["/usr/bin/mount", "-t", "tmpfs", "-o", "size=4M", "tmpfs", str(small)], check=True
    )
    try:
        workspace = place(small)
        import_lines(workspace, *points(3))
        filling = small / "filling"
        with filling.open("wb", buffering=0) as stream, contextlib.suppress(OSError):
            while True:
                stream.write(b"\0" * 4096)
        many = tmp_path / "many.jsonl"
        many.write_text("\n".join(points(5000, note="x" * 500)))
        with pytest.raises(NoRoom, match="disk is full"):
            import_file(workspace, CLOCK, many)
        filling.unlink()
        assert len(memory.known(workspace).feed.points["clin-db"]) == 3
        assert len(list((workspace.state / FOLDER).iterdir())) == 2
    finally:
        subprocess.run(["/usr/bin/umount", "--lazy", str(small)], check=True)


def test_two_imports_at_once_take_each_line_once(alone: Workspace) -> None:
    alone.ledger()
    path = file(alone, "facts.jsonl", *past_points(3000))
    argv = (sys.executable, "-m", "refloat.cli", "--plan", str(alone.plan_path), "facts", "import")
    running = [subprocess.Popen((*argv, str(path)), stdout=subprocess.DEVNULL) for _ in range(3)]
    assert [one.wait(timeout=120) for one in running] == [0, 0, 0]
    assert entries(alone) == 1
    assert len(memory.known(alone).feed.points["clin-db"]) == 3000


def test_files_and_folders_are_loaded_without_a_store(alone: Workspace) -> None:
    inner = alone.folder / "facts" / "inner"
    inner.mkdir(parents=True)
    (inner / "a.jsonl").write_text("\n".join(points(2)))
    (inner / "b.json").write_text("\n".join(points(1, size_bytes=5)))
    (inner / "c.jsonl.gz").write_bytes(gzip.compress("\n".join(points(4)).encode()))
    (inner / "notes.txt").write_text("no facts")
    (inner / "d.jsonl").write_text("bad")
    loaded = load([alone.folder / "facts"])
    assert len(loaded.facts.feed.points["clin-db"]) == 5
    assert [(one.file, one.line) for one in loaded.refused] == [(str(inner / "d.jsonl"), 1)]
    assert not alone.state.exists()
    with pytest.raises(MissingInput, match="is not there"):
        load([alone.folder / "nothing"])


def run(
    capsys: pytest.CaptureFixture[str], workspace: Workspace, *given: str
) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as caught:
        main(["--plan", str(workspace.plan_path), "facts", *given])
    said = capsys.readouterr()
    return int(str(caught.value.code)), said.out, said.err


def test_the_command_tells_each_bad_line_and_takes_the_others(
    alone: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    path = file(alone, "facts.jsonl", *past_points(2), *["{}"] * 25)
    refused = alone.folder / "refused.txt"
    code, out, err = run(capsys, alone, "import", str(path), "--refused", str(refused))
    assert code == 65
    assert "2 new, 0 known already, 0 told anew, 25 could not be" in out
    assert err.count(f"{path}:") == 20
    assert "and 5 more lines" in err
    assert len(refused.read_text().splitlines()) == 25
    code, out, _ = run(capsys, alone, "import", str(path), "--json")
    assert code == 65
    (said,) = json.loads(out)
    assert (said["new"], said["known"], len(said["refused"])) == (0, 2, 25)
    good = file(alone, "good.jsonl", *past_points(3))
    assert run(capsys, alone, "import", str(good))[0] == 0


def test_what_several_files_hold_together_is_not_told_as_vanished(
    alone: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    later = points(3, "2024-11-21T23:00:00Z", consistency_time="2024-11-21T15:00:00Z")
    run(capsys, alone, "import", str(file(alone, "before.jsonl", *past_points(4))))
    halves = file(alone, "a.jsonl", *later[:2]), file(alone, "b.jsonl", *later[2:])
    code, out, err = run(capsys, alone, "import", *map(str, halves))
    assert (code, out.count("told anew")) == (0, 2)
    assert err.count("is gone from bkp01 before its time") == 1, "rp-3, which neither has"


def test_what_is_known_is_listed_and_shown(
    alone: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(capsys, alone, "list", "--json")[:2] == (0, "[]\n")
    import_lines(alone, *EXAMPLES.values(), *points(1, external_id="a/job_run/b"))
    code, out, _ = run(capsys, alone, "list")
    assert code == 0
    assert "recovery_point" in out
    _, out, _ = run(capsys, alone, "show", "bkp01/recovery_point/rp-8841")
    assert json.loads(out)[0]["dataset_ref"] == "clin-db"
    _, out, _ = run(capsys, alone, "show", "bkp01/recovery_point/a/job_run/b")
    assert json.loads(out)[0]["external_id"] == "a/job_run/b"
    assert run(capsys, alone, "show", "bkp01/recovery_point/none")[0] == 66
    assert run(capsys, alone, "show", "nonsense")[0] == 64
    _, out, _ = run(capsys, alone, "schema")
    assert json.loads(out)["$schema"]


def test_a_key_that_is_none_is_told(alone: Workspace) -> None:
    with pytest.raises(UsageProblem, match="no key"):
        look_up(alone, "recovery_point/x")
    with pytest.raises(MissingInput, match="no fact"):
        look_up(alone, "a/recovery_point/x")


def test_the_page_says_what_happens(alone: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    text = PAGE.read_text(encoding="utf-8")
    (block,) = re.findall(r"^```json file=facts.jsonl\n(.*?)^```$", text, re.M | re.S)
    file(alone, "facts.jsonl", block)
    (printed,) = re.findall(r"^\$ refloat facts import facts.jsonl\n(facts.*)$", text, re.M)
    with contextlib.chdir(alone.folder):
        code, out, _ = run(capsys, alone, "import", "facts.jsonl")
        assert (code, out.strip()) == (0, printed)
        (key,) = re.findall(r"^\$ refloat facts show (.*)$", text, re.M)
        assert run(capsys, alone, "show", key)[0] == 0
