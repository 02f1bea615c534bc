"""Eleven faults in a PostgreSQL backup, on which the best of the peers noticed seven.

None of them is found by a check that somebody wrote for it: the baseline that was taken in the
dump's own snapshot, the baselines of earlier points and the heartbeat find them all.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from refloat.data_sets._postgresql import view as _postgresql_view
from refloat.data_sets.postgresql import ADAPTER as POSTGRESQL
from refloat.model.errors import ToolFailed
from tests.real import putting_back, servers
from tests.real.putting_back import Kept

ROWS = 4000

SCHEMA = f"""
CREATE TABLE customers (id serial PRIMARY KEY, name text NOT NULL, joined timestamptz NOT NULL);
CREATE TABLE invoices (id serial PRIMARY KEY, customer int REFERENCES customers, note text);
INSERT INTO customers (name, joined)
    SELECT 'Customer number ' || n, now() - n * interval '1 hour' FROM generate_series(1, {ROWS}) n;
INSERT INTO invoices (customer, note)
    SELECT n, 'for a crown and a filling ' || n FROM generate_series(1, {ROWS}) n;
"""


@pytest.fixture(scope="module")
def shop() -> Iterator[servers.Database]:
    with servers.postgresql() as database:
        yield database


@pytest.fixture
def filled(shop: servers.Database) -> servers.Database:
    shop.sql("DROP SCHEMA IF EXISTS refloat CASCADE; DROP TABLE IF EXISTS invoices, customers")
    shop.sql(SCHEMA)
    return shop


@pytest.fixture
def kept(filled: servers.Database, tmp_path: Path) -> Kept:
    POSTGRESQL.beat(filled.source(tmp_path), datetime.now(UTC))
    return putting_back.back_up(POSTGRESQL, filled.source(tmp_path))


def restored(shop: servers.Database, folder: Path, kept: Kept) -> str:
    """Put a backup back; give what was found wrong, as one text."""
    with putting_back.sandbox(folder, shop.owner) as place:
        try:
            putting_back.load(POSTGRESQL, place, shop.target(), kept)
        except ToolFailed as error:
            return error.message
        putting_back.serve(POSTGRESQL, place, shop.target())
        return putting_back.failures(
            putting_back.compared(POSTGRESQL, place, shop.target(), kept.baseline)
        )


def inside_copy(content: bytes) -> int:
    """Give a place in the rows of a table: they are all but the first few kilobytes."""
    assert len(content) > 40_000
    return len(content) * 7 // 10


def cut_at_60_percent(content: bytes) -> bytes:
    return content[: len(content) * 60 // 100]


def flip_one_bit(content: bytes) -> bytes:
    at = inside_copy(content)
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


def zero_4_kilobytes(content: bytes) -> bytes:
    at = inside_copy(content)
    return content[:at] + bytes(4096) + content[at + 4096 :]


def leave_nothing(_content: bytes) -> bytes:
    return b""


def random_bytes(content: bytes) -> bytes:
    return random.Random(11).randbytes(len(content))


def cut_inside_copy(content: bytes) -> bytes:
    return content[: inside_copy(content)]


DAMAGES = (
    cut_at_60_percent,
    flip_one_bit,
    zero_4_kilobytes,
    leave_nothing,
    random_bytes,
    cut_inside_copy,
)


@pytest.mark.requirement("R-003", "R-011")
def test_an_undamaged_backup_passes(shop: servers.Database, tmp_path: Path, kept: Kept) -> None:
    assert restored(shop, tmp_path, kept) == ""


@pytest.mark.requirement("R-003")
@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_a_damaged_archive_is_noticed(
    damage: Callable[[bytes], bytes], shop: servers.Database, tmp_path: Path, kept: Kept
) -> None:
    broken = Kept(damage(kept.content), kept.baseline, kept.attachments)
    assert broken.content != kept.content
    found = restored(shop, tmp_path, broken)
    assert found
    assert "Customer number" not in found
    assert "crown" not in found


@pytest.mark.requirement("R-003")
def test_a_changed_letter_that_no_checksum_sees_is_noticed(
    filled: servers.Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In an archive without compression pg_restore takes whatever letters it finds."""
    monkeypatch.setattr(_postgresql_view, "COMPRESSION", 0)
    kept = putting_back.back_up(POSTGRESQL, filled.source(tmp_path))
    row = b"for a crown and a filling 2000\n"
    assert kept.content.count(row) == 1
    changed = kept.content.replace(row, row.replace(b"crown", b"brown"))
    found = restored(filled, tmp_path, Kept(changed, kept.baseline, kept.attachments))
    assert found == "the contents of the table invoices are not the same"


@pytest.mark.requirement("R-003")
def test_a_sequence_behind_its_table_is_noticed(filled: servers.Database, tmp_path: Path) -> None:
    filled.sql("SELECT setval('invoices_id_seq', 7)")
    kept = putting_back.back_up(POSTGRESQL, filled.source(tmp_path))
    found = restored(filled, tmp_path, kept)
    assert "the sequence invoices_id_seq is at 7, behind invoices.id" in found
    assert "at the source already" in found


DAMAGES_AT_THE_SOURCE = {
    "half the rows deleted": (
        "DELETE FROM invoices WHERE id % 2 = 0",
        "the table invoices has 2,000 rows, 50 % fewer than the 4,000 it had",
    ),
    "a table emptied": (
        "TRUNCATE invoices",
        "the table invoices is empty: it had 4,000 rows",
    ),
    "a column replaced by hashes": (
        "UPDATE customers SET name = encode(sha256(name::bytea), 'hex')",
        "customers.name turned into hashes or ciphertext",
    ),
}


@pytest.mark.requirement("R-003")
@pytest.mark.parametrize("name", DAMAGES_AT_THE_SOURCE)
def test_damage_at_the_source_is_noticed(
    name: str, filled: servers.Database, tmp_path: Path, kept: Kept
) -> None:
    script, sentence = DAMAGES_AT_THE_SOURCE[name]
    filled.sql(script)
    after = putting_back.back_up(POSTGRESQL, filled.source(tmp_path))
    # The backup itself is faultless: it holds what was at the source.
    assert restored(filled, tmp_path, after) == ""
    found = putting_back.failures(POSTGRESQL.drift((kept.baseline,), after.baseline))
    assert sentence in found


@pytest.mark.requirement("R-003")
def test_ordinary_work_is_no_damage(filled: servers.Database, tmp_path: Path, kept: Kept) -> None:
    filled.sql(
        "INSERT INTO invoices (customer, note) SELECT 1, 'new' FROM generate_series(1, 3000);"
        "DELETE FROM invoices WHERE id % 10 = 0; UPDATE customers SET name = name || ' Smith'"
    )
    after = putting_back.back_up(POSTGRESQL, filled.source(tmp_path))
    assert putting_back.failures(POSTGRESQL.drift((kept.baseline,), after.baseline)) == ""


@pytest.mark.requirement("R-003")
def test_a_dump_forty_days_old_tells_its_age(filled: servers.Database, tmp_path: Path) -> None:
    then = datetime.now(UTC) - timedelta(days=40)
    POSTGRESQL.beat(filled.source(tmp_path), then)
    kept = putting_back.back_up(POSTGRESQL, filled.source(tmp_path))
    with putting_back.sandbox(tmp_path, filled.owner) as place:
        putting_back.load(POSTGRESQL, place, filled.target(), kept)
        putting_back.serve(POSTGRESQL, place, filled.target())
        newest = POSTGRESQL.newest(place, filled.target())
    assert newest is not None
    assert abs(newest - then) < timedelta(milliseconds=1)
