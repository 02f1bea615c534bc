"""The database behind the index: where it is, opening it, and bringing its tables up to date.

SQLite in the state folder unless ``REFLOAT_DATABASE`` names a PostgreSQL database
(``postgresql://account@host:port/name``; a socket's folder as ``?host=/path``).
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import urllib.parse
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import django
from django.apps import apps
from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, InterfaceError, connections
from django.db.migrations.executor import MigrationExecutor

from refloat.model.errors import NoRoom, StateProblem
from refloat.store import settings

VARIABLE = "REFLOAT_DATABASE"
FILE = "index.sqlite3"
LOCK = "index.lock"
REBUILD = "Run 'refloat rebuild': it makes the index again from the ledger, which is the truth."
_BUSY_SECONDS = 30
_LITTLE = 64 * 1024
_SCHEMES = ("postgresql", "postgres")
_PASSWORD = re.compile(r"(://[^:/@]*:)[^@]*@")
_ADVISORY_LOCK = 0x5265666C6F6174  # "Refloat"


@dataclass(frozen=True)
class Database:
    """One database that is connected to.

    Attributes:
        alias: Django's name for the connection.
        file: the SQLite file; None for PostgreSQL.
        lock: held while tables are made.
        shown: how messages name it, without a password.
    """

    alias: str
    file: Path | None
    lock: Path
    shown: str
    _settings: Mapping[str, Any] = field(repr=False, default_factory=dict)

    def close(self) -> None:
        """Close this thread's connection; the next use opens it again."""
        connections[self.alias].close()


def connect(state_folder: Path, url: str | None = None) -> Database:
    """Give the database of a state folder, its tables up to date.

    Args:
        state_folder: an existing folder.
        url: what to use instead of ``REFLOAT_DATABASE``; empty for SQLite.

    Raises:
        StateProblem: if it is damaged, was written by a newer Refloat, cannot be reached, or the
            setting is not understood.
    """
    database = locate(state_folder, url)
    with telling(database):
        _register(database)
        _bring_up_to_date(database)
    return database


def locate(state_folder: Path, url: str | None = None) -> Database:
    """Say which database belongs to a state folder, without touching it.

    Raises:
        StateProblem: if the setting is not understood.
    """
    url = os.environ.get(VARIABLE, "") if url is None else url
    lock = state_folder / LOCK
    if not url:
        file = state_folder / FILE
        return Database(_alias(str(file.absolute())), file, lock, str(file), _sqlite(file))
    shown = _PASSWORD.sub(r"\1***@", url)
    try:
        parts = urllib.parse.urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _not_understood(shown) from error
    if parts.scheme not in _SCHEMES or not parts.path.strip("/"):
        raise _not_understood(shown)
    options = dict(urllib.parse.parse_qsl(parts.query))
    host = options.pop("host", parts.hostname or "")
    described = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": urllib.parse.unquote(parts.path.strip("/")),
        "USER": urllib.parse.unquote(parts.username or ""),
        "PASSWORD": urllib.parse.unquote(parts.password or ""),
        "HOST": host,
        "PORT": options.pop("port", str(port or "")),
        "OPTIONS": options,
    }
    return Database(_alias(url), None, lock, shown, described)


def set_aside(database: Database) -> None:
    """Rename a SQLite file that cannot be used, with what belongs to it, to ``….damaged``.

    Raises:
        StateProblem: if it cannot be renamed.
    """
    if database.file is None or not database.file.exists():
        return
    with suppress(KeyError):
        connections[database.alias].close()
    try:
        for end in ("", "-wal", "-shm"):
            part = database.file.with_name(database.file.name + end)
            if part.exists():
                os.replace(part, part.with_name(f"{FILE}.damaged{end}"))
    except OSError as error:
        raise StateProblem(f"{database.file} cannot be renamed: {error.strerror}") from error


@contextmanager
def telling(database: Database) -> Iterator[None]:
    """Turn a database's errors into ours.

    Raises:
        StateProblem: if the block meets an error of the database.
        NoRoom: if the disk is full.
    """
    try:
        yield
    except ImproperlyConfigured as error:
        raise StateProblem(
            f"the index {database.shown} cannot be used: the Python package psycopg is missing",
            hint="Run: pip install 'psycopg[binary]'",
        ) from error
    except (DatabaseError, InterfaceError) as error:
        words = str(error).strip().splitlines()
        said = f": {words[0]}" if words else ""
        hint = REBUILD
        if database.file is None:
            hint = f"See that the server runs and that {VARIABLE} is right; {REBUILD}"
        elif "full" in said or _no_room(database.file):
            raise NoRoom(
                f"the index {database.shown} cannot be written: the disk is full",
                hint="Free some space, then try again; the ledger is not affected.",
            ) from error
        elif "readonly" in said:
            hint = f"See that this account may write {database.file} and its folder."
        elif "locked" in said:
            hint = "Another command is using it. Try again when that has ended."
        raise StateProblem(f"the index {database.shown} cannot be used{said}", hint=hint) from error


def _no_room(file: Path) -> bool:
    """Whether the disk has no room for even a little: SQLite calls that an input/output error."""
    try:
        return shutil.disk_usage(file.parent).free < _LITTLE
    except OSError:
        return False


def _sqlite(file: Path) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(file),
        "OPTIONS": {
            "timeout": _BUSY_SECONDS,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }


def _alias(name: str) -> str:
    return "store-" + hashlib.sha256(name.encode()).hexdigest()[:16]


def _not_understood(shown: str) -> StateProblem:
    return StateProblem(
        f"{VARIABLE} is {shown!r}, which names no database",
        hint="Leave it empty for SQLite, or write postgresql://account@host:port/name.",
    )


def _set_up_django() -> None:
    """Configure Django once, whatever DJANGO_SETTINGS_MODULE of the caller's environment says."""
    if not django_settings.configured:
        names = [name for name in dir(settings) if name.isupper()]
        django_settings.configure(**{name: getattr(settings, name) for name in names})
    if not apps.ready:
        django.setup()


def _register(database: Database) -> None:
    _set_up_django()
    if database.alias in connections.settings:
        return
    # Django fills in the many keys that it expects of a database only for those in its settings.
    filled = connections.configure_settings({"default": dict(database._settings)})["default"]
    connections.settings[database.alias] = filled
    if database.file is not None and not database.file.exists():
        try:
            os.close(os.open(database.file, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, 0o600))
        except OSError as error:
            raise StateProblem(f"{database.file} cannot be made: {error.strerror}") from error


def _bring_up_to_date(database: Database) -> None:
    if _missing(database):
        with _alone(database):
            missing = _missing(database)  # another process may have been faster
            if missing:
                executor = MigrationExecutor(connections[database.alias])
                executor.migrate(executor.loader.graph.leaf_nodes())


def _missing(database: Database) -> bool:
    """Whether tables must be made or changed.

    Raises:
        StateProblem: if they are those of a newer Refloat.
    """
    executor = MigrationExecutor(connections[database.alias])
    known = set(executor.loader.disk_migrations)
    unknown = {name for name in executor.loader.applied_migrations if name not in known}
    if any(name[0] == "store" for name in unknown):
        raise StateProblem(
            f"the index {database.shown} was written by a newer Refloat",
            hint=f"Use that. {REBUILD}",
        )
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


@contextmanager
def _alone(database: Database) -> Iterator[None]:
    """Let one process at a time make tables."""
    if database.file is None:
        connection = connections[database.alias]
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [_ADVISORY_LOCK])
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_ADVISORY_LOCK])
        return
    try:
        handle = os.open(database.lock, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise StateProblem(f"{database.lock} cannot be made: {error.strerror}") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
