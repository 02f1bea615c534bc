"""The receptionist who never sleeps: a new booking every tenth of a second."""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import threading
from pathlib import Path

import psycopg2

from parts import processes
from parts.booking import ACCOUNT
from parts.layout import Layout, Trouble, account
from parts.secrecy import read_secret

NAME = "writer"
_PAUSE_SECONDS = 0.1
_INSERT = """
    INSERT INTO bookings (patient, dentist, treatment, starts_at, price, note)
    SELECT %(patient)s, %(dentist)s, id, now() + %(days)s * interval '1 day', price,
        'by telephone'
    FROM treatments WHERE id = %(treatment)s
"""


def start(layout: Layout, program: Path) -> None:
    """Start ``business.py write`` in the background."""
    if processes.is_running(layout, NAME):
        return
    # Started as the caller, who can read the program wherever it lies; ``write`` then drops that.
    arguments = (sys.executable, "-B", str(program), "write", "--home", str(layout.home))
    processes.start(layout, NAME, arguments, None)


def stop(layout: Layout) -> None:
    """End the writer."""
    processes.stop(layout, NAME, signal.SIGTERM)


def write(layout: Layout) -> None:
    """Make bookings until SIGTERM or SIGINT comes; a database that is away is waited for."""
    end = threading.Event()
    for kind in (signal.SIGTERM, signal.SIGINT):
        signal.signal(kind, lambda _number, _frame: end.set())
    settings = _settings(layout)
    _become_application_user()
    chance = random.Random()
    while not end.is_set():
        try:
            connection = psycopg2.connect(**settings, connect_timeout=3)
        except psycopg2.OperationalError as problem:
            print(f"waiting for the database: {problem}", file=sys.stderr, flush=True)
            end.wait(1)
            continue
        try:
            _write_on(connection, chance, end)
        except psycopg2.OperationalError as problem:
            print(f"the connection broke: {problem}", file=sys.stderr, flush=True)
        finally:
            connection.close()


def _write_on(
    connection: psycopg2.extensions.connection, chance: random.Random, end: threading.Event
) -> None:
    """Make one booking after the other on a connection, each in a transaction of its own."""
    while not end.is_set():
        values = {
            "patient": chance.randint(1, 8000),
            "dentist": chance.randint(1, 40),
            "treatment": chance.randint(1, 8),
            "days": chance.randint(1, 60),
        }
        with connection, connection.cursor() as cursor:
            cursor.execute(_INSERT, values)
        end.wait(_PAUSE_SECONDS)


def _settings(layout: Layout) -> dict[str, object]:
    """Return how the application connects; the writer connects as it does."""
    try:
        settings = json.loads((layout.booking / "settings.json").read_text(encoding="utf-8"))
        password = read_secret(layout.booking / settings["secrets"]["database"])
    except FileNotFoundError as problem:
        raise Trouble(f"{problem.filename} is not there: start the business first") from None
    return {**settings["database"], "password": password}


def _become_application_user() -> None:
    """Give up root for good, when we are root."""
    owner = account(ACCOUNT)
    if owner is not None:
        os.setgroups([])
        os.setresgid(owner.group, owner.group, owner.group)
        os.setresuid(owner.user, owner.user, owner.user)
