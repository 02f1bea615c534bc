"""``bookings-db``: patients and their bookings, in PostgreSQL."""

from __future__ import annotations

import signal
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import psycopg2
import psycopg2.extras

from parts import documents, processes
from parts.layout import DATABASE, TIME_ZONE, Layout, account, make_folder, write_file
from parts.people import dentists
from parts.secrecy import read_secret

NAME = "bookings-db"
_ACCOUNT = "postgres"
_PROGRAMS = Path("/usr/lib/postgresql/15/bin")
_HERE = Path(__file__).parent


def build(layout: Layout) -> None:
    """Make the cluster, its roles, its tables and over a hundred thousand bookings from nothing.

    The documents must be there: the table ``documents`` lists them. PostgreSQL is left running,
    and ``start`` gives the application's role its password.
    """
    owner = account(_ACCOUNT)
    layout.forget(NAME)
    make_folder(layout.database, owner, 0o755)
    make_folder(layout.database_socket, owner, 0o755)
    data = make_folder(layout.database / "data", owner, 0o700)
    password_file = layout.database / "first-password"
    write_file(password_file, read_secret(layout.secrets / "database"), owner, 0o600)
    processes.run(
        (
            *(str(_PROGRAMS / "initdb"), "--no-sync", "--pgdata", str(data)),
            *("--username", "postgres", "--pwfile", str(password_file)),
            *("--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8"),
        ),
        owner,
        layout.database,
    )
    password_file.unlink()
    write_file(data / "postgresql.conf", _configuration(), owner, 0o600)
    write_file(data / "pg_hba.conf", _who_may_connect(), owner, 0o600)
    _serve(layout)
    _fill(layout)
    layout.mark_built(NAME)


def start(layout: Layout) -> None:
    """Start PostgreSQL on 127.0.0.1 and on its own socket, and wait until it answers."""
    if not processes.is_running(layout, NAME):
        _serve(layout)
    _give_password(layout)


def stop(layout: Layout) -> None:
    """End PostgreSQL in its fast way, which rolls back what is open: SIGINT, see postgres(1)."""
    processes.stop(layout, NAME, signal.SIGINT)


def _serve(layout: Layout) -> None:
    processes.require_free(layout.database_port)
    arguments = (
        *(str(_PROGRAMS / "postgres"), "-D", str(layout.database / "data")),
        *("-p", str(layout.database_port), "-k", str(layout.database_socket)),
    )
    processes.start(layout, NAME, arguments, account(_ACCOUNT))
    processes.wait_until(layout, NAME, lambda: _complaint(layout))


def _complaint(layout: Layout) -> str | None:
    """Connect as the superuser; return what is wrong, or None."""
    try:
        _connect(layout, "postgres").close()
    except psycopg2.OperationalError as problem:
        return str(problem).strip()
    return None


def _connect(layout: Layout, database: str) -> Any:
    return psycopg2.connect(
        host=str(layout.database_socket),
        port=layout.database_port,
        dbname=database,
        user="postgres",
        password=read_secret(layout.secrets / "database"),
        connect_timeout=5,
        options=f"-c timezone={TIME_ZONE}",
    )


def _fill(layout: Layout) -> None:
    """Make the database and everything in it, in one transaction."""
    connection = _connect(layout, "postgres")
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {DATABASE}")
    connection.close()
    connection = _connect(layout, DATABASE)
    with connection, connection.cursor() as cursor:
        cursor.execute(_text("schema.sql"))
        rows = ((person.account, f"{person.given} {person.family}") for person in dentists())
        _insert(cursor, "INSERT INTO dentists (account, name) VALUES %s", rows)
        cursor.execute(_text("contents.sql"))
        listed = (
            (document.path, document.sha256, 1 + number * 8 % 8000)
            for number, document in enumerate(documents.listing(layout))
        )
        _insert(cursor, "INSERT INTO documents (path, sha256, patient) VALUES %s", listed)
        cursor.execute(_text("finish.sql"))
    connection.close()


def _give_password(layout: Layout) -> None:
    """Give the application's role the password that the application has."""
    connection = _connect(layout, DATABASE)
    with connection, connection.cursor() as cursor:
        password = read_secret(layout.booking / "secrets" / "database")
        cursor.execute("ALTER ROLE booking_app PASSWORD %s", (password,))
    connection.close()


def _insert(cursor: Any, statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
    psycopg2.extras.execute_values(cursor, statement, rows, page_size=1000)


def _text(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


def _configuration() -> str:
    """Return postgresql.conf; port and socket are given where the server is started."""
    return f"""\
# Harbour Street Dental, bookings
listen_addresses = '127.0.0.1'
max_connections = 40
shared_buffers = 64MB
password_encryption = scram-sha-256
timezone = '{TIME_ZONE}'
log_timezone = '{TIME_ZONE}'
log_min_messages = warning
"""


def _who_may_connect() -> str:
    """Return pg_hba.conf: everybody with a password, also on the socket, and nobody from afar."""
    return """\
# type  database  user  address       method
local   all       all                 scram-sha-256
host    all       all   127.0.0.1/32  scram-sha-256
"""
