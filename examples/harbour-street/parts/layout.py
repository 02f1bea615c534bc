"""Where everything of the business lies, and under whose account each part runs."""

from __future__ import annotations

import dataclasses
import os
import pwd
import shutil
from pathlib import Path

SUFFIX = "dc=harbourstreet,dc=example"
ADMINISTRATOR = f"cn=admin,{SUFFIX}"
DATABASE = "bookings"
TIME_ZONE = "Australia/Hobart"
DENTIST = "dana.reyes"
"""The dentist whose password lies in ``secrets/dentist``: whoever walks the journey signs in so."""

LOSABLE = ("identity", "bookings-db", "documents", "booking")
"""The folders that a disaster takes; secrets, backups and the plan are kept elsewhere."""

MARKER = ".harbour-street"


class Trouble(Exception):
    """The business cannot do what was asked; the message says why and what to do."""


@dataclasses.dataclass(frozen=True)
class Account:
    """An ordinary user that a part runs as, given by its user and group number."""

    user: int
    group: int


@dataclasses.dataclass(frozen=True)
class Layout:
    """The folders and ports of one business, all derived from its home and its first port."""

    home: Path
    port_base: int

    @property
    def identity(self) -> Path:
        """The directory server's configuration, data and socket."""
        return self.home / "identity"

    @property
    def database(self) -> Path:
        """The PostgreSQL cluster and its socket."""
        return self.home / "bookings-db"

    @property
    def database_socket(self) -> Path:
        """The folder that holds PostgreSQL's Unix socket."""
        return self.database / "run"

    @property
    def documents(self) -> Path:
        """The patients' documents."""
        return self.home / "documents"

    @property
    def booking(self) -> Path:
        """The booking application, its settings and its own secrets."""
        return self.home / "booking"

    @property
    def secrets(self) -> Path:
        """What Refloat needs to know; it belongs to whoever runs the demo and is not backed up."""
        return self.home / "secrets"

    @property
    def state(self) -> Path:
        """Process records, logs and the marks of finished parts."""
        return self.home / "state"

    @property
    def directory_port(self) -> int:
        """The port of slapd on 127.0.0.1."""
        return self.port_base

    @property
    def database_port(self) -> int:
        """The port of PostgreSQL on 127.0.0.1, also part of its socket's name."""
        return self.port_base + 1

    @property
    def booking_port(self) -> int:
        """The port of the booking application on 127.0.0.1."""
        return self.port_base + 2

    def is_built(self, part: str) -> bool:
        """Say whether the part's data was made to the end, so that half a start is made anew."""
        return (self.state / f"{part}.built").exists() and (self.home / part).is_dir()

    def mark_built(self, part: str) -> None:
        """Note that the part's data is complete."""
        (self.state / f"{part}.built").touch()

    def forget(self, part: str) -> None:
        """Remove the part's data and the note that it was complete; fine when there is none."""
        (self.state / f"{part}.built").unlink(missing_ok=True)
        folder = self.home / part
        if folder.exists():
            shutil.rmtree(folder)


def account(name: str) -> Account | None:
    """Return the account that a part runs as: Debian's own for it, or None for the caller.

    Raises Trouble when we are root and the account is not there: no part ever runs as root.
    """
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        raise Trouble(f"there is no user {name!r} on this machine: run scripts/set-up") from None
    return Account(entry.pw_uid, entry.pw_gid)


def make_folder(folder: Path, owner: Account | None, mode: int) -> Path:
    """Make a folder with its parents, give it to its owner, set its mode and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    if owner is not None:
        os.chown(folder, owner.user, owner.group)
    folder.chmod(mode)
    return folder


def write_file(file: Path, content: str, owner: Account | None, mode: int) -> None:
    """Write a text file that nobody but its owner ever could open with a wider mode.

    A file that already says this is left alone, so that a backup sees no change.
    """
    if file.is_file() and file.read_text(encoding="utf-8") == content:
        return
    file.unlink(missing_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
        handle.write(content)
        if owner is not None:
            os.fchown(descriptor, owner.user, owner.group)
        os.fchmod(descriptor, mode)


def open_home(layout: Layout) -> None:
    """Make the home ready: its marker, and the folders that belong to whoever runs the demo.

    Raises Trouble when the folder holds something else, or other accounts cannot reach it.
    """
    home = layout.home
    home.mkdir(parents=True, exist_ok=True)
    if any(home.iterdir()) and not is_home(home):
        raise Trouble(f"{home} is not empty and no home of the business: give another --home")
    (home / MARKER).touch()
    home.chmod(0o755)
    if os.geteuid() == 0:
        for folder in home.parents:
            if not folder.stat().st_mode & 0o001:
                raise Trouble(f"other users cannot enter {folder}: give a --home elsewhere")
    make_folder(layout.state, None, 0o755)
    make_folder(layout.secrets, None, 0o700)


def is_home(home: Path) -> bool:
    """Say whether a folder was made by ``start``; nothing else is ever deleted in it."""
    return (home / MARKER).is_file()
