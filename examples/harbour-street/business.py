#!/usr/bin/python3
"""Harbour Street Dental, a small business made of real parts.

    business.py start  --home DIR [--port-base N]   make what is missing, start everything
    business.py status --home DIR                   say what runs; exit 1 when something does not
    business.py write  --home DIR                   make bookings until stopped (``start`` does it)
    business.py stop   --home DIR                   stop everything
    business.py lose   --home DIR                   the disaster: stop everything, delete the data
    business.py remove --home DIR                   stop everything, delete the home itself

Everything listens on 127.0.0.1 and lives in the home; each part runs as an ordinary user. All of
it is safe to repeat, after Ctrl-C too.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from parts import booking, bookings, documents, identity, processes, writer
from parts.layout import LOSABLE, Layout, Trouble, is_home, open_home
from parts.secrecy import make_secrets

PORT_BASE = 42700
"""The directory listens here, the database on the next port, the application on the one after."""

SERVERS = (identity.NAME, bookings.NAME, booking.NAME, writer.NAME)


def start(layout: Layout) -> None:
    """Make what is missing and start what does not run; when that fails, stop all of it again."""
    open_home(layout)
    make_secrets(layout)
    try:
        _start_parts(layout)
    except BaseException:
        _stop_parts(layout)
        raise


def _start_parts(layout: Layout) -> None:
    booking.build(layout)
    if not layout.is_built(identity.NAME):
        identity.stop(layout)
        with _announced("identity: 500 people in OpenLDAP"):
            identity.build(layout)
    if not layout.is_built(documents.NAME):
        with _announced("documents: 1,000 files"):
            documents.build(layout)
    if not layout.is_built(bookings.NAME):
        bookings.stop(layout)
        with _announced("bookings-db: 120,000 bookings in PostgreSQL"):
            bookings.build(layout)
    with _announced("starting: identity, bookings-db, booking-app and the writer"):
        identity.start(layout)
        bookings.start(layout)
        booking.start(layout)
        writer.start(layout, Path(__file__).resolve())


def stop(layout: Layout) -> None:
    """Stop whatever runs of the business."""
    if is_home(layout.home):
        _stop_parts(layout)


def _stop_parts(layout: Layout) -> None:
    for part in (writer, booking, bookings, identity):
        part.stop(layout)


def lose(layout: Layout) -> None:
    """Stop everything and delete its data, as a disaster would; secrets and backups stay."""
    if not is_home(layout.home):
        return
    _stop_parts(layout)
    for part in LOSABLE:
        layout.forget(part)
    _say("lost: " + ", ".join(LOSABLE))


def remove(layout: Layout) -> None:
    """Stop everything and delete the home with all that is in it, backups and secrets too."""
    if not is_home(layout.home):
        return
    _stop_parts(layout)
    # The marker goes last: whatever interrupts this, the next try knows the folder again.
    for entry in layout.home.iterdir():
        if entry.name != ".harbour-street":
            shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()
    shutil.rmtree(layout.home)


def status(layout: Layout) -> bool:
    """Print what runs, and return whether everything does."""
    running = {name: processes.is_running(layout, name) for name in SERVERS}
    for name, runs in running.items():
        print(f"{name:12} {'running' if runs else 'stopped'}")
    return all(running.values())


@contextlib.contextmanager
def _announced(what: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    _say(f"{what} ({time.monotonic() - began:.1f} s)")


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


@contextlib.contextmanager
def _alone(layout: Layout) -> Iterator[None]:
    """Let one command at a time change the business; the others wait for it."""
    if not layout.state.is_dir():
        yield
        return
    with (layout.state / "lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    choices = ("start", "stop", "status", "lose", "write", "remove")
    parser.add_argument("command", choices=choices)
    parser.add_argument("--home", type=Path, required=True, help="the folder of the business")
    parser.add_argument("--port-base", type=int, default=PORT_BASE, help="the first of three ports")
    return parser.parse_args()


def _end(number: int, _frame: object) -> None:
    raise SystemExit(128 + number)


def main() -> int:
    """Do what the command line asks; return the exit code."""
    arguments = _arguments()
    layout = Layout(arguments.home.resolve(), arguments.port_base)
    signal.signal(signal.SIGTERM, _end)
    try:
        if arguments.command == "write":
            writer.write(layout)
        elif arguments.command == "status":
            return 0 if status(layout) else 1
        else:
            with _alone(layout):
                {"start": start, "stop": stop, "lose": lose, "remove": remove}[arguments.command](
                    layout
                )
    except Trouble as trouble:
        _say(f"business.py: {trouble}")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
