"""PostgreSQL databases: from a real server, through a view, into a server in a sandbox."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from refloat.data_sets import Prepares
from refloat.data_sets.postgresql import ADAPTER as POSTGRESQL
from refloat.engines import StreamContent
from refloat.host import process
from refloat.model.errors import RepositoryProblem, SourceProblem
from refloat.model.secret import Secret
from refloat.sandboxes import OpenSandbox
from tests.real import putting_back, servers

AWKWARD = """
CREATE ROLE app LOGIN PASSWORD 'the application''s own';
CREATE ROLE "Odd Role" NOLOGIN; GRANT "Odd Role" TO app;
CREATE SCHEMA "Odd Schema" AUTHORIZATION "Odd Role";
CREATE EXTENSION pg_trgm;
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE DOMAIN code AS varchar(5) CHECK (VALUE IN ('a', 'b'));
CREATE TABLE customers (id serial PRIMARY KEY, name text NOT NULL,
    mail varchar(50) CHECK (mail <> ''), mood mood, code code, at timestamptz DEFAULT now());
CREATE TABLE "Odd Schema"."Tab le" (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    "whole row" text, r text, "per cent %" double precision, b bytea, j jsonb, x interval,
    tags text[], total numeric GENERATED ALWAYS AS (1 + 1) STORED);
CREATE TABLE parts (id serial, k int, v text, PRIMARY KEY (id, k)) PARTITION BY LIST (k);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES IN (1);
CREATE TABLE parts_2 PARTITION OF parts FOR VALUES IN (2);
CREATE TABLE no_columns (); CREATE TABLE no_rows (a int);
CREATE UNLOGGED TABLE unlogged (a int); INSERT INTO unlogged VALUES (1);
CREATE TABLE kinds (kind varchar(10) CHECK (kind IN ('x', 'y')), v varchar DEFAULT 'abc');
CREATE VIEW a_view AS SELECT * FROM kinds WHERE kind IN ('x', 'y');
INSERT INTO customers (name, mail, mood, code)
    SELECT 'Zoë ' || n, n || '@x', 'good', 'a' FROM generate_series(1, 3000) n;
INSERT INTO "Odd Schema"."Tab le" ("whole row", r, "per cent %", b, j, x, tags)
    SELECT 'a', n::text, n / 7.0::float8, decode(md5(n::text), 'hex'), jsonb_build_object('a', n),
        n * interval '1 day 3 seconds', ARRAY['ü', NULL] FROM generate_series(1, 500) n;
INSERT INTO parts (k, v) SELECT 1 + n % 2, n FROM generate_series(1, 100) n;
INSERT INTO kinds SELECT 'x', n FROM generate_series(1, 10) n;
CREATE MATERIALIZED VIEW totals AS SELECT kind, count(*) FROM kinds GROUP BY 1;
CREATE MATERIALIZED VIEW never AS SELECT 1 AS one WITH NO DATA;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$;
CREATE TRIGGER touched BEFORE INSERT ON kinds FOR EACH ROW EXECUTE FUNCTION touch();
CREATE AGGREGATE longest (text) (SFUNC = text_larger, STYPE = text);
CREATE INDEX ON customers (name); CREATE INDEX by_code ON customers (code) WHERE code IN ('a', 'b');
ALTER TABLE customers ENABLE ROW LEVEL SECURITY;
CREATE POLICY visible ON customers FOR SELECT TO app USING (name IN ('a', 'b'));
GRANT SELECT ON customers TO app; REVOKE ALL ON FUNCTION touch() FROM PUBLIC;
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO app;
ALTER DATABASE shop SET work_mem = '5MB'; ALTER ROLE app IN DATABASE shop SET jit = off;
ALTER DATABASE shop SET statement_timeout = '20s';
CREATE SEQUENCE lonely INCREMENT -1; SELECT nextval('lonely'), nextval('lonely');
CREATE SEQUENCE unused START 1000;
CREATE COLLATION german (provider = icu, locale = 'de');
CREATE TABLE sorted (t text COLLATE german);
SELECT lo_from_bytea(42, 'large');
"""


@pytest.fixture(scope="module")
def shop() -> Iterator[servers.Database]:
    with servers.postgresql("timezone = 'Australia/Sydney'") as database:
        database.sql(AWKWARD)
        yield database


@pytest.fixture(scope="module")
def place(
    shop: servers.Database, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OpenSandbox]:
    folder = tmp_path_factory.mktemp("postgresql")
    with putting_back.sandbox(folder, shop.owner) as opened:
        yield opened


def in_place(place: OpenSandbox, shop: servers.Database, user: str, word: str, script: str) -> str:
    """Ask the restored server as an application would: at its original address, with a password."""
    done = place.run(
        (
            *(f"{shop.programs}/psql", "-XqAtw", "-h", "127.0.0.1", "-p", str(shop.port)),
            *("-U", user, "-d", "shop", "-c", script),
        ),
        user=shop.owner,
        timeout=30,
        environment={"PGPASSWORD": word},
    )
    return done.output.decode().strip() if done.exit_code == 0 else done.errors


@pytest.mark.requirement("R-003", "R-011")
def test_everything_comes_back(shop: servers.Database, place: OpenSandbox, tmp_path: Path) -> None:
    moment = datetime(2026, 11, 1, 3, 4, 5, 678901, tzinfo=UTC)
    POSTGRESQL.beat(shop.source(tmp_path), moment)
    kept = putting_back.back_up(POSTGRESQL, shop.source(tmp_path))
    target = shop.target()
    assert isinstance(POSTGRESQL, Prepares)
    POSTGRESQL.prepare(place, target)
    assert putting_back.load(POSTGRESQL, place, target, kept) == ()
    running = putting_back.serve(POSTGRESQL, place, target)
    results = putting_back.compared(POSTGRESQL, place, target, kept.baseline)
    assert putting_back.failures(results) == ""
    assert len(results) == 7
    assert POSTGRESQL.newest(place, target) == moment
    app = "the application's own"
    assert in_place(place, shop, "app", app, "SHOW work_mem; SHOW jit; SHOW timezone") == (
        "5MB\noff\nAustralia/Sydney"
    )
    assert "authentication failed" in in_place(place, shop, "app", "wrong", "SELECT 1")
    assert (
        in_place(place, shop, "postgres", servers.PASSWORD, "SELECT count(*) FROM parts") == "100"
    )
    # What is damaged afterwards is named, and what was loaded survives its server.
    in_place(place, shop, "postgres", servers.PASSWORD, "DELETE FROM parts WHERE id = 50")
    in_place(place, shop, "postgres", servers.PASSWORD, "DROP TABLE kinds CASCADE")
    in_place(place, shop, "postgres", servers.PASSWORD, "SELECT setval('customers_id_seq', 5)")
    running.stop(10)
    assert not POSTGRESQL.ready(place, target)
    putting_back.serve(POSTGRESQL, place, target)
    found = putting_back.failures(putting_back.compared(POSTGRESQL, place, target, kept.baseline))
    assert "the table kinds is missing: 10 rows had been backed up" in found
    assert "the table parts_1 has 49 rows of 50: 1 missing" in found
    assert "the sequence customers_id_seq is at 5, behind customers.id" in found


@pytest.mark.requirement("R-011")
def test_a_dump_and_its_baseline_see_the_same_rows(shop: servers.Database, tmp_path: Path) -> None:
    """Rows are written all the time: between the snapshot, the dump and the baseline too."""
    shop.sql("DROP TABLE IF EXISTS busy; CREATE TABLE busy (id serial PRIMARY KEY, t text)")
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            shop.sql("INSERT INTO busy (t) SELECT 'row' FROM generate_series(1, 50)")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        with POSTGRESQL.open(shop.source(tmp_path)) as view:
            before = int(shop.sql("SELECT count(*) FROM busy"))
            while int(shop.sql("SELECT count(*) FROM busy")) < before + 200:
                assert writer.is_alive()
            assert isinstance(view.content, StreamContent)
            (command,) = view.content.commands
            dump = process.run(
                command.arguments, environment=command.environment, timeout=60
            ).output
            baseline = view.baseline()
            attachments = view.attachments()
    finally:
        stop.set()
        writer.join()
    kept = putting_back.Kept(dump, baseline, attachments)
    with putting_back.sandbox(tmp_path, shop.owner, "busy") as place:
        putting_back.load(POSTGRESQL, place, shop.target(), kept)
        putting_back.serve(POSTGRESQL, place, shop.target())
        results = putting_back.compared(POSTGRESQL, place, shop.target(), baseline)
    assert putting_back.failures(results) == ""
    shop.sql("DROP TABLE busy")


def test_a_table_that_the_dump_leaves_out_is_missed(shop: servers.Database, tmp_path: Path) -> None:
    """A pg_dump that leaves a table out ends with 0 all the same."""
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("psql", "pg_dumpall", "pg_restore", "initdb", "postgres", "pg_isready"):
        (programs / name).symlink_to(shop.programs / name)
    forged = programs / "pg_dump"
    forged.write_text(
        f'#!/bin/sh\n[ "$1" = --version ] || set -- --exclude-table=customers "$@"\n'
        f'exec {shop.programs}/pg_dump "$@"\n'
    )
    forged.chmod(0o755)
    source = shop.source(tmp_path, programs=str(programs))
    kept = putting_back.back_up(POSTGRESQL, source)
    with putting_back.sandbox(tmp_path, shop.owner) as place:
        putting_back.load(POSTGRESQL, place, shop.target(), kept)
        putting_back.serve(POSTGRESQL, place, shop.target())
        results = putting_back.compared(POSTGRESQL, place, shop.target(), kept.baseline)
    assert "the table customers is missing: 3,000 rows had been backed up" in (
        putting_back.failures(results)
    )


def test_a_cluster_whose_first_role_has_another_name(tmp_path: Path) -> None:
    with servers.postgresql(bootstrap="root of all") as shop:
        shop.sql("CREATE TABLE t (a int); INSERT INTO t VALUES (1)")
        kept = putting_back.back_up(POSTGRESQL, shop.source(tmp_path))
        with putting_back.sandbox(tmp_path, shop.owner) as place:
            POSTGRESQL.prepare(place, shop.target())
            putting_back.load(POSTGRESQL, place, shop.target(), kept)
            putting_back.serve(POSTGRESQL, place, shop.target())
            results = putting_back.compared(POSTGRESQL, place, shop.target(), kept.baseline)
            assert putting_back.failures(results) == ""
            # Loading once more, as after a crash in the middle, begins from nothing.
            putting_back.load(POSTGRESQL, place, shop.target(), kept)
            putting_back.serve(POSTGRESQL, place, shop.target())
            results = putting_back.compared(POSTGRESQL, place, shop.target(), kept.baseline)
            assert putting_back.failures(results) == ""


def test_what_cannot_be_read_is_refused_with_advice(shop: servers.Database, tmp_path: Path) -> None:
    good = shop.source(tmp_path)
    cases = {
        "authentication failed": replace(good, secrets={"password": Secret("wrong")}),
        "Connection refused": shop.source(tmp_path, socket="", port=servers.free_port()),
        'database "nothing" does not exist': shop.source(tmp_path, database="nothing"),
    }
    for words, source in cases.items():
        with pytest.raises(SourceProblem, match=words) as caught, POSTGRESQL.open(source):
            pass
        assert caught.value.hint
        assert "wrong" not in caught.value.message
    shop.sql("CREATE ROLE reader LOGIN PASSWORD 'x'; GRANT pg_read_all_data TO reader")
    reader = replace(shop.source(tmp_path, user="reader"), secrets={"password": Secret("x")})
    with (
        POSTGRESQL.open(reader) as view,
        pytest.raises(SourceProblem, match="row-level security") as refused,
    ):
        view.baseline()
    assert "BYPASSRLS" in refused.value.hint
    shop.sql("DROP ROLE reader")
    assert not [name for name in os.listdir(tmp_path) if name.startswith("private-")]


def test_nobody_takes_rows_away_from_an_open_view(shop: servers.Database, tmp_path: Path) -> None:
    """TRUNCATE would take rows from the snapshot itself; it has to wait."""
    with POSTGRESQL.open(shop.source(tmp_path)) as view:
        with pytest.raises(AssertionError, match="lock timeout"):
            shop.sql("SET lock_timeout = '100ms'; TRUNCATE no_rows")
        assert view.settle(view.baseline()).summary["rows"]
    shop.sql("SET lock_timeout = '100ms'; TRUNCATE no_rows")


def test_a_snapshot_that_was_lost_is_no_backup(shop: servers.Database, tmp_path: Path) -> None:
    with POSTGRESQL.open(shop.source(tmp_path)) as view:
        baseline = view.baseline()
        shop.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'refloat'"
        )
        with pytest.raises(SourceProblem):
            view.settle(baseline)


def test_a_query_tells_the_newest_record_where_no_heartbeat_is(
    shop: servers.Database, place: OpenSandbox, tmp_path: Path
) -> None:
    shop.sql("DROP SCHEMA IF EXISTS refloat CASCADE")
    shop.sql("CREATE TABLE IF NOT EXISTS log (at timestamp); TRUNCATE log")
    shop.sql("INSERT INTO log VALUES ('2026-03-04 05:06:07'), ('2026-01-01')")
    kept = putting_back.back_up(POSTGRESQL, shop.source(tmp_path))
    target = shop.target(newest="SELECT max(at) AT TIME ZONE 'UTC' FROM log;")
    putting_back.load(POSTGRESQL, place, target, kept)
    putting_back.serve(POSTGRESQL, place, target)
    newest = POSTGRESQL.newest(place, target)
    assert newest == datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
    assert POSTGRESQL.newest(place, shop.target()) is None


def test_an_old_heartbeat_tells_nothing_where_none_may_be_written_any_more(
    shop: servers.Database, place: OpenSandbox, tmp_path: Path
) -> None:
    beat = datetime(2026, 1, 1, tzinfo=UTC)
    shop.sql("CREATE TABLE IF NOT EXISTS log (at timestamp); TRUNCATE log")
    shop.sql("INSERT INTO log VALUES ('2026-03-04 05:06:07')")
    POSTGRESQL.beat(shop.source(tmp_path), beat)
    kept = putting_back.back_up(POSTGRESQL, shop.source(tmp_path))
    target = shop.target(newest="SELECT max(at) AT TIME ZONE 'UTC' FROM log;")
    putting_back.load(POSTGRESQL, place, target, kept)
    putting_back.serve(POSTGRESQL, place, target)
    assert POSTGRESQL.newest(place, target) == beat
    none = replace(target, heartbeat=False)
    assert POSTGRESQL.newest(place, none) == datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
    assert POSTGRESQL.newest(place, replace(shop.target(), heartbeat=False)) is None
    shop.sql("DROP SCHEMA refloat CASCADE")
    without = putting_back.back_up(POSTGRESQL, shop.source(tmp_path)).baseline
    assert putting_back.failures(POSTGRESQL.drift((kept.baseline,), without)) == ""


def test_a_point_without_its_attachments_is_refused(
    shop: servers.Database, place: OpenSandbox, tmp_path: Path
) -> None:
    kept = putting_back.back_up(POSTGRESQL, shop.source(tmp_path))
    with pytest.raises(RepositoryProblem, match="lacks the server's roles"):
        putting_back.load(POSTGRESQL, place, shop.target(), replace(kept, attachments={}))


def test_the_programs_answer() -> None:
    assert POSTGRESQL.probe().version.startswith("PostgreSQL ")
