"""``booking``: the application's program, settings and secrets, and the application itself."""

from __future__ import annotations

import http.client
import json
import signal
from pathlib import Path

from parts import processes
from parts.layout import (
    DATABASE,
    SUFFIX,
    TIME_ZONE,
    Layout,
    account,
    make_folder,
    write_file,
)
from parts.secrecy import make_secret

NAME = "booking"
ACCOUNT = "www-data"
_PROGRAM = Path(__file__).parent.parent / "booking_app.py"


def build(layout: Layout) -> None:
    """Put the program, its settings and its secrets in place; what is there and right stays."""
    owner = account(ACCOUNT)
    make_folder(layout.booking, owner, 0o755)
    secrets = make_folder(layout.booking / "secrets", owner, 0o700)
    make_secret(secrets / "database", owner)
    make_secret(secrets / "session-key", owner)
    program = _PROGRAM.read_text(encoding="utf-8")
    write_file(layout.booking / _PROGRAM.name, program, owner, 0o644)
    settings = json.dumps(_settings(layout), indent=2) + "\n"
    write_file(layout.booking / "settings.json", settings, owner, 0o644)
    layout.mark_built(NAME)


def start(layout: Layout) -> None:
    """Start the application, as the web server's user, and wait until it is healthy."""
    if processes.is_running(layout, NAME):
        return
    processes.require_free(layout.booking_port)
    program, settings = layout.booking / _PROGRAM.name, layout.booking / "settings.json"
    # -B: it shall not write __pycache__ into what is backed up.
    arguments = ("/usr/bin/python3", "-B", str(program), str(settings))
    processes.start(layout, NAME, arguments, account(ACCOUNT))
    processes.wait_until(layout, NAME, lambda: _complaint(layout))


def stop(layout: Layout) -> None:
    """End the application."""
    processes.stop(layout, NAME, signal.SIGTERM)


def _complaint(layout: Layout) -> str | None:
    """Ask the application how it is; return what is wrong, or None."""
    connection = http.client.HTTPConnection("127.0.0.1", layout.booking_port, timeout=10)
    try:
        connection.request("GET", "/health")
        answer = connection.getresponse()
        body = answer.read().decode(errors="replace")
    except OSError as problem:
        return str(problem)
    finally:
        connection.close()
    return None if answer.status == 200 else body


def _settings(layout: Layout) -> dict[str, object]:
    return {
        "port": layout.booking_port,
        "time_zone": TIME_ZONE,
        "database": {
            "host": "127.0.0.1",
            "port": layout.database_port,
            "dbname": DATABASE,
            "user": "booking_app",
        },
        "directory": {
            "url": f"ldap://127.0.0.1:{layout.directory_port}",
            "people": f"ou=people,{SUFFIX}",
            "groups": f"ou=groups,{SUFFIX}",
        },
        "documents": str(layout.documents),
        "secrets": {"database": "secrets/database", "session_key": "secrets/session-key"},
    }
