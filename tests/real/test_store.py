"""The index says what the ledger says: on SQLite and on PostgreSQL, through crashes and damage."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import urllib.parse
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from servers import PASSWORD, Database, postgresql

from refloat.ledger.log import Ledger
from refloat.ledger.statement import TEST_RESULT, Statement, Subject
from refloat.model.errors import EvidenceProblem, MissingInput, NoRoom, StateProblem
from refloat.model.facts import (
    Fact,
    Facts,
    facts_from_entries,
    predicate,
    predicate_type,
)
from refloat.store.index import open_store, rebuild
from refloat.testing import example

SUBJECT = (Subject("recovery-point", "ab" * 32),)


@pytest.fixture(scope="module")
def server() -> Iterator[Database]:
    with postgresql() as database:
        yield database


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give what REFLOAT_DATABASE would hold: an empty database of its own for each test."""
    if request.param == "sqlite":
        return ""
    server: Database = request.getfixturevalue("server")
    name = f"t{os.urandom(6).hex()}"
    server.sql(f"CREATE DATABASE {name}", database="postgres")
    password = urllib.parse.quote(PASSWORD, safe="")
    folder = urllib.parse.quote(str(server.socket), safe="")
    return f"postgresql://postgres:{password}@/{name}?host={folder}&port={server.port}"


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger.create(tmp_path / "ledger", "Harbour Street Dental")


def statements(facts: Facts) -> list[Statement]:
    in_order = sorted(facts.all(), key=lambda fact: fact.entry)
    said = [Statement(SUBJECT, predicate_type(fact), predicate(fact)) for fact in in_order]
    return [*said, Statement(SUBJECT, TEST_RESULT, {"result": "PASSED"})]


def read_from(ledger: Ledger) -> Facts:
    said = ((entry.index, entry.statement) for entry in ledger.entries())
    return facts_from_entries((n, one.predicate_type, one.predicate) for n, one in said)


def fill(ledger: Ledger) -> Facts:
    plan = example.plan()
    ledger.append(statements(example.facts(plan)))
    return read_from(ledger)


def test_the_index_says_what_the_ledger_says(tmp_path: Path, ledger: Ledger, url: str) -> None:
    expected = fill(ledger)
    with open_store(tmp_path, url) as store:
        assert store.facts() == Facts()
        assert store.catch_up(ledger) == 7
        assert store.facts() == expected
        assert store.catch_up(ledger) == 0
        assert store.indexed_up_to() == 7
        at = example.NOON
        assert store.facts(until=at) == expected.until(at)
        assert store.facts(until=at).drills == ()
        assert len(store.facts(until=at).batches) == 2
    with open_store(tmp_path, url) as again:
        assert again.facts() == expected


def test_it_catches_up_after_a_crash_between(tmp_path: Path, ledger: Ledger, url: str) -> None:
    fill(ledger)
    with open_store(tmp_path, url) as store:
        store.catch_up(ledger)
    plan = example.plan()
    later = example.drill(plan, example.NOON + timedelta(hours=1))
    ledger.append([Statement(SUBJECT, predicate_type(later), predicate(later))])
    with open_store(tmp_path, url) as store:
        assert len(store.facts().drills) == 1
        assert store.catch_up(ledger) == 1
        assert store.facts() == read_from(ledger)
        found: Fact | None = store.entry(7)
        assert found == store.facts().drills[-1]
        assert store.entry(6) is None
        with pytest.raises(MissingInput, match="no entry 99"):
            store.entry(99)


def test_what_was_indexed_is_not_read_again_and_what_was_signed_is_shown(
    tmp_path: Path, ledger: Ledger, url: str
) -> None:
    fill(ledger)
    with open_store(tmp_path, url) as store:
        store.catch_up(ledger)
        later = example.drill(example.plan(), example.NOON + timedelta(hours=1))
        ledger.append([Statement(SUBJECT, predicate_type(later), predicate(later))])
        expected = read_from(ledger)
        entries = bytearray((tmp_path / "ledger" / "entries.jsonl").read_bytes())
        entries[100] ^= 1
        (tmp_path / "ledger" / "entries.jsonl").write_bytes(entries)
        assert store.catch_up(ledger) == 1
        assert store.facts() == expected
        with pytest.raises(EvidenceProblem, match="do not give the signed root"):
            store.rebuild(ledger)


def test_rows_that_were_lost_are_made_again(tmp_path: Path, ledger: Ledger) -> None:
    fill(ledger)
    _use(tmp_path, ledger)
    for change in (
        "DELETE FROM store_entry WHERE number = 6",
        "UPDATE store_log SET edge = ''",
        "UPDATE store_log SET edge = 'zz'",
        "UPDATE store_log SET length = length - 1",
    ):
        with sqlite3.connect(tmp_path / "index.sqlite3") as connection:
            connection.execute("PRAGMA foreign_keys = OFF")
            connection.execute(change)
        later = example.drill(example.plan(), example.NOON + timedelta(hours=1))
        ledger.append([Statement(SUBJECT, predicate_type(later), predicate(later))])
        with open_store(tmp_path, "") as store:
            assert store.catch_up(ledger) == ledger.checkpoint().size
            assert store.facts() == read_from(ledger)


def test_rows_can_be_dropped_and_made_again(tmp_path: Path, ledger: Ledger, url: str) -> None:
    expected = fill(ledger)
    with open_store(tmp_path, url) as store:
        store.catch_up(ledger)
        rows = _rows(store._database.alias)
        store._rows.forget(store._database.alias, ledger.checkpoint().origin)
        assert store.facts() == Facts()
        assert not any(_rows(store._database.alias).values())
        assert store.rebuild(ledger) == 7
        assert store.facts() == expected
        assert _rows(store._database.alias) == rows
    assert rebuild(tmp_path, ledger, url) == 7


def test_a_ledger_of_another_past_is_indexed_anew(tmp_path: Path, url: str) -> None:
    plan = example.plan()
    first = Ledger.create(tmp_path / "ledger", "Harbour Street Dental")
    first.append(statements(example.facts(plan))[:2])
    _copy(tmp_path / "ledger", tmp_path / "copy")
    first.append(statements(example.facts(plan))[2:])
    with open_store(tmp_path, url) as store:
        store.catch_up(first)
        put_back = Ledger.open(tmp_path / "copy")
        assert store.catch_up(put_back) == 2
        assert store.facts() == read_from(put_back)
        other = example.batch(plan, example.NOON + timedelta(days=1))
        put_back.append([Statement(SUBJECT, predicate_type(other), predicate(other))] * 7)
        assert store.catch_up(put_back) == 7
        assert store.facts() == read_from(put_back)
        store.catch_up(first)
        assert store.facts() == read_from(first)


def test_two_ledgers_share_a_database(tmp_path: Path, ledger: Ledger, url: str) -> None:
    expected = fill(ledger)
    other = Ledger.create(tmp_path / "other", "Another Clinic")
    with open_store(tmp_path, url) as store:
        store.catch_up(ledger)
        store.catch_up(other)
        assert store.facts() == Facts()
        store.rebuild(other)
        store.catch_up(ledger)
        assert store.facts() == expected
    with open_store(tmp_path, url) as unsaid, pytest.raises(StateProblem, match="several ledgers"):
        unsaid.facts()


PROGRAM = """
import sys
from pathlib import Path
from refloat.ledger.log import Ledger
from refloat.store.index import open_store
folder, url = Path(sys.argv[1]), sys.argv[2]
for _ in range(5):
    with open_store(folder, url) as store:
        store.catch_up(Ledger.open(folder / "ledger"))
        assert len(store.facts().drills) == 1, store.facts()
"""


def test_processes_index_at_once(tmp_path: Path, ledger: Ledger, url: str) -> None:
    """The tables are not there yet: the processes race for making them, too."""
    expected = fill(ledger)
    children = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(tmp_path), url], stderr=subprocess.PIPE
        )
        for _ in range(3)
    ]
    for child in children:
        _, errors = child.communicate(timeout=120)
        assert child.returncode == 0, errors.decode()
    with open_store(tmp_path, url) as store:
        assert store.catch_up(ledger) == 0
        assert store.facts() == expected


@pytest.mark.parametrize("damage", ["rubbish", "middle", "cut"])
def test_a_damaged_file_is_told_of_and_made_again(
    tmp_path: Path, ledger: Ledger, damage: str
) -> None:
    expected = fill(ledger)
    with open_store(tmp_path, "") as store:
        store.catch_up(ledger)
        connection = sqlite3.connect(tmp_path / "index.sqlite3")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
    file = tmp_path / "index.sqlite3"
    content = bytearray(file.read_bytes())
    if damage == "rubbish":
        content[:] = b"not a database at all" * 400
    elif damage == "middle":
        content[4096:] = b"\xff" * (len(content) - 4096)
    else:
        del content[len(content) // 3 :]
    file.write_bytes(content)
    for end in ("-wal", "-shm"):
        file.with_name(file.name + end).unlink(missing_ok=True)
    with pytest.raises(StateProblem, match=r"index\.sqlite3") as caught:
        _use(tmp_path, ledger)
    assert "refloat rebuild" in caught.value.hint
    assert rebuild(tmp_path, ledger, "") == 7
    with open_store(tmp_path, "") as store:
        assert store.catch_up(ledger) == 0
        assert store.facts() == expected
    assert (tmp_path / "index.sqlite3.damaged").exists()


@pytest.mark.parametrize(
    "change",
    [
        "predicate = replace(predicate, 'ben', 'mei')",
        "predicate = '{'",
        "digest = ''",
    ],
)
def test_a_changed_row_is_told_of_and_never_shown(
    tmp_path: Path, ledger: Ledger, change: str
) -> None:
    expected = fill(ledger)
    _use(tmp_path, ledger)
    with sqlite3.connect(tmp_path / "index.sqlite3") as connection:
        connection.execute(f"UPDATE store_entry SET {change} WHERE number = 1")
    with open_store(tmp_path, "") as store:
        store.catch_up(ledger)
        with pytest.raises(StateProblem, match="damaged at entry 1") as caught:
            store.facts()
        with pytest.raises(StateProblem, match="damaged at entry 1"):
            store.entry(1)
    assert "refloat rebuild" in caught.value.hint
    rebuild(tmp_path, ledger, "")
    with open_store(tmp_path, "") as store:
        assert store.facts() == expected


def test_the_file_of_an_older_version_is_brought_up_to_date(tmp_path: Path, ledger: Ledger) -> None:
    expected = fill(ledger)
    _use(tmp_path, ledger)
    with sqlite3.connect(tmp_path / "index.sqlite3") as connection:
        connection.execute("DROP TABLE store_line")
        connection.execute("DROP TABLE store_segment")
        connection.execute("ALTER TABLE store_entry DROP COLUMN digest")
        connection.execute("ALTER TABLE store_log DROP COLUMN length")
        connection.execute("ALTER TABLE store_log DROP COLUMN edge")
        connection.execute("DELETE FROM django_migrations WHERE name >= '0002' AND app = 'store'")
    with open_store(tmp_path, "") as store:
        assert store.catch_up(ledger) == 7
        assert store.facts() == expected


def test_a_full_disk_is_told_of_and_hurts_nothing(tmp_path: Path, ledger: Ledger) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root: a small file system is mounted")
    fill(ledger)
    small = tmp_path / "small"
    small.mkdir()
    subprocess.run(
        ["/usr/bin/mount", "-t", "tmpfs", "-o", "size=1M", "tmpfs", str(small)], check=True
    )
    try:
        open_store(small, "").close()
        filling = small / "filling"
        with filling.open("wb", buffering=0) as stream, suppress(OSError):
            while True:
                stream.write(b"\0" * 4096)
        with pytest.raises(NoRoom, match="disk is full"), open_store(small, "") as store:
            store.catch_up(ledger)
        filling.unlink()
        with open_store(small, "") as store:
            assert store.catch_up(ledger) == 7
            assert store.facts() == read_from(ledger)
    finally:
        subprocess.run(["/usr/bin/umount", "--lazy", str(small)], check=True)


def test_a_file_that_is_only_busy_is_never_set_aside(
    tmp_path: Path, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("refloat.store.database._BUSY_SECONDS", 0.2)
    fill(ledger)
    _use(tmp_path, ledger)
    holder = sqlite3.connect(tmp_path / "index.sqlite3", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(StateProblem, match="locked") as caught:
            rebuild(tmp_path, ledger, "")
    finally:
        holder.close()
    assert "Another command is using it" in caught.value.hint
    assert not (tmp_path / "index.sqlite3.damaged").exists()
    assert rebuild(tmp_path, ledger, "") == 7


def test_the_file_of_a_newer_version_is_told_of(tmp_path: Path, ledger: Ledger) -> None:
    fill(ledger)
    _use(tmp_path, ledger)
    with sqlite3.connect(tmp_path / "index.sqlite3") as connection:
        connection.execute(
            "INSERT INTO django_migrations (app, name, applied) "
            "VALUES ('store', '0999_of_tomorrow', '2030-01-01')"
        )
    with pytest.raises(StateProblem, match="newer Refloat") as caught:
        open_store(tmp_path, "")
    assert "refloat rebuild" in caught.value.hint
    assert rebuild(tmp_path, ledger, "") == 7


def test_a_server_that_is_not_there_is_told_of_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(StateProblem) as caught:
        open_store(tmp_path, f"postgresql://me:topsecret@/x?host={tmp_path}")
    assert "topsecret" not in caught.value.message + caught.value.hint
    assert "REFLOAT_DATABASE" in caught.value.hint
    for wrong in ("mysql://x/y", "postgresql://host:notaport/x", "nonsense", "postgresql:///"):
        with pytest.raises(StateProblem, match="names no database"):
            open_store(tmp_path, wrong)


def test_the_file_is_private_and_keeps_its_promises(tmp_path: Path, ledger: Ledger) -> None:
    with open_store(tmp_path, "") as store:
        store.catch_up(ledger)
        assert (tmp_path / "index.sqlite3").stat().st_mode & 0o077 == 0
        connection = store._rows.transaction.get_connection(store._database.alias)
        with connection.cursor() as cursor:
            asked = {}
            for name in ("journal_mode", "foreign_keys", "busy_timeout"):
                cursor.execute(f"PRAGMA {name}")
                asked[name] = cursor.fetchone()[0]
    assert asked == {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 30000}


def test_the_migrations_are_those_of_the_models() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "django", "makemigrations", "--check", "--dry-run"],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "refloat.store.settings"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()


def test_django_is_imported_only_when_a_store_is_opened() -> None:
    program = (
        "import sys, refloat.store.index, refloat.store.journal; "
        "sys.exit(any(name.startswith('django') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_a_foreign_django_setting_of_the_environment_changes_nothing(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from refloat.store.index import open_store; "
        "open_store(Path(sys.argv[1]), '').close()"
    )
    subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "somebody.elses.settings"},
        check=True,
    )
    assert (tmp_path / "index.sqlite3").exists()


def _use(folder: Path, ledger: Ledger) -> None:
    with open_store(folder, "") as store:
        store.catch_up(ledger)
        store.facts()


def _copy(source: Path, target: Path) -> None:
    target.mkdir(mode=0o700)
    for one in source.iterdir():
        copied = target / one.name
        copied.write_bytes(one.read_bytes())
        copied.chmod(0o600)


def _rows(alias: str) -> dict[str, list[tuple[object, ...]]]:
    """Give every row without the numbers that the database gives by itself."""
    from refloat.store import models

    wanted = {
        "entries": (models.Entry, ("number", "leaf", "predicate_type", "recorded_at", "predicate")),
        "runs": (models.Run, ("entry__number", "run", "service", "verdict", "at")),
        "points": (models.Point, ("entry__number", "identity", "data_set", "consistency_time")),
        "approvals": (models.Approval, ("entry__number", "service", "measure", "fingerprint")),
    }
    return {
        name: sorted(model.objects.using(alias).values_list(*columns), key=str)
        for name, (model, columns) in wanted.items()
    }


def test_without_the_driver_of_postgresql_the_message_says_how_to_get_it(tmp_path: Path) -> None:
    program = f"""
import sys
sys.modules["psycopg"] = sys.modules["psycopg2"] = None
from pathlib import Path
from refloat.model.errors import StateProblem
from refloat.store import index
try:
    index.open_store(Path({str(tmp_path)!r}), "postgresql://refloat:secret@127.0.0.1:9/refloat")
except StateProblem as error:
    print(error.message, error.hint)
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert "the Python package psycopg is missing" in ran.stdout, ran.stderr
    assert "pip install 'psycopg[binary]'" in ran.stdout
    assert "secret" not in ran.stdout
