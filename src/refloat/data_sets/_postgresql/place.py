"""PostgreSQL's programs inside a place: where they are, where things lie, how they are asked."""

from __future__ import annotations

import hashlib
import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass

from refloat.data_sets import Target
from refloat.data_sets._postgresql import programs
from refloat.model.errors import ToolFailed, ToolMissing, ToolTimeout
from refloat.model.place import CommandResult, Place

LOOPBACK = "127.0.0.1"
"""Where the servers of a place answer; it has no other network."""

OUTPUT_LIMIT = 256 * 1024 * 1024

_TELLING = re.compile(
    r"(error|fatal|panic|could not|cannot|refused|no such|not exist)", re.IGNORECASE
)
_ROWS = re.compile(r"^\s*(DETAIL|CONTEXT|STATEMENT|QUERY|LINE \d+|Command was|HINT):?.*$")
_NAMED = re.compile(
    r"\b(table|relation|constraint|database|role|schema|column|type|extension|function|index"
    r"|sequence|parameter|file|directory|socket|server on socket)(\s+)\"[^\"]*\"",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Layout:
    """Where the server of one component is in a place.

    Attributes:
        key: the component key.
        port: the original port.
        socket: the folder of the original socket; empty if it is not known.
        address: the original address where it is one of the loopback's, else 127.0.0.1.
    """

    key: str
    port: str
    socket: str
    address: str

    @property
    def home(self) -> str:
        """The folder of all that Refloat keeps of it in the place."""
        return f"/var/lib/refloat/{self.key}"

    @property
    def data(self) -> str:
        """The server's data folder."""
        return f"{self.home}/data"

    @property
    def dump(self) -> str:
        """Where the restored dump lies while it is loaded."""
        return f"{self.home}/dump"

    @property
    def own_socket(self) -> str:
        """The folder of the socket that only Refloat uses.

        It is short: a socket's path may hold 107 bytes at most (``unix(7)``).
        """
        return f"/run/refloat/{hashlib.sha256(self.key.encode()).hexdigest()[:8]}"

    @property
    def sockets(self) -> tuple[str, ...]:
        """The folders of all sockets of the restored server."""
        return tuple(filter(None, (self.own_socket, self.socket)))

    def environment(self, role: str, database: str) -> dict[str, str]:
        """Give libpq's variables for asking as a superuser over the private socket."""
        return {
            "PGHOST": self.own_socket,
            "PGPORT": self.port,
            "PGUSER": role,
            "PGDATABASE": database,
            "PGCONNECT_TIMEOUT": "10",
            "PGCLIENTENCODING": "UTF8",
            # Whatever the original's database or roles were set to, it can be filled and read.
            "PGOPTIONS": "-c default_transaction_read_only=off -c statement_timeout=0",
        }


def layout_of(target: Target) -> Layout:
    """Say where the server of a target is."""
    options = target.options
    port = programs.text(options, "port", "5432")
    host = programs.text(options, "host", LOOPBACK)
    address = host if is_loopback(host) else LOOPBACK
    return Layout(target.key, port, programs.text(options, "socket"), address)


def is_loopback(host: str) -> bool:
    """Whether a server's address is one that a place has as well."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def make_folders(place: Place, target: Target) -> None:
    """Make the folders that a server needs beside its data; fine if they are there."""
    layout = layout_of(target)
    for parent in ("/var/lib/refloat", "/run/refloat"):
        place.make_folder(parent, user=target.user, mode=0o755)
    for folder in (layout.home, layout.own_socket):
        place.make_folder(folder, user=target.user)
    if layout.socket:
        place.make_folder(layout.socket, user=target.user, mode=0o755)


def look_around(
    place: Place, target: Target, major: int | None, *, exactly: bool = False
) -> tuple[str, str]:
    """Find the account's name in the place, and the folder of the programs to use.

    Args:
        place: where.
        target: what is put back.
        major: the version that is needed at least; None for the newest that is there.
        exactly: whether a newer version will not do.

    Raises:
        ToolMissing: if the programs of no such version are there.
    """
    seen = demand(
        place, target, ("/bin/sh", "-c", f"id -un; ls {programs.DEBIAN_FOLDER} 2>/dev/null; true")
    )
    account, *versions = seen.output.decode().split()
    named = programs.text(target.options, "programs")
    if named:
        return account, named
    there = sorted(int(version) for version in versions if version.isdigit())
    if major in there:
        return account, f"{programs.DEBIAN_FOLDER}/{major}/bin"
    newer = [version for version in there if not exactly and version > (major or 0)]
    if not newer:
        needed = "" if major is None else f" {major}"
        raise ToolMissing(
            f"the server programs of PostgreSQL{needed} are not installed",
            hint=f"Run: apt-get install postgresql{'' if major is None else f'-{major}'}",
        )
    # The oldest that will do changes least; with no version asked for, the newest.
    chosen = newer[-1] if major is None else newer[0]
    return account, f"{programs.DEBIAN_FOLDER}/{chosen}/bin"


def psql(
    place: Place, target: Target, folder: str, script: str, *, role: str, database: str
) -> list[str]:
    """Run a script in psql inside the place; give the lines that it printed.

    Args:
        place: where.
        target: whose server.
        folder: the folder of the programs.
        script: statements.
        role: a superuser.
        database: which database.

    Raises:
        ToolFailed, ToolTimeout: if a statement fails, or the server does not answer.
    """
    completed = demand(
        place,
        target,
        (f"{folder}/psql", *programs.PSQL_ARGUMENTS),
        environment=layout_of(target).environment(role, database),
        standard_input=script.encode(),
    )
    return completed.output.decode("utf-8", "replace").splitlines()


def demand(
    place: Place,
    target: Target,
    arguments: tuple[str, ...],
    *,
    environment: Mapping[str, str] | None = None,
    standard_input: bytes = b"",
) -> CommandResult:
    """Run a program in the place as the component's account; its failure is an error here.

    Raises:
        ToolFailed: if it ended with an error, with its last lines.
        ToolTimeout: if its time was up.
    """
    completed = place.run(
        arguments,
        user=target.user,
        timeout=target.timeout,
        environment=environment,
        standard_input=standard_input,
        output_limit=OUTPUT_LIMIT,
    )
    name = os.path.basename(arguments[0])
    words = without_rows(completed.errors)
    if completed.exit_code is None:
        raise ToolTimeout(f"{name} did not end within {target.timeout:.0f} seconds: {words}")
    if completed.exit_code != 0:
        raise ToolFailed(f"{name} ended with exit code {completed.exit_code}: {words}")
    return completed


def without_rows(words: str) -> str:
    """Leave out of PostgreSQL's messages what may quote a row: they go into the evidence.

    Lines that give context are left out; of texts in quotes only names of known kinds stay.
    """
    lines = [line for line in words.splitlines() if line.strip() and not _ROWS.match(line)]
    telling = [line for line in lines if _TELLING.search(line)] or lines
    said = " ".join(_without_values(line.strip()) for line in telling)
    return said or "(it said nothing)"


def _without_values(line: str) -> str:
    kept: list[str] = []

    def keep(match: re.Match[str]) -> str:
        kept.append(match.group(0))
        return f"\0{len(kept) - 1}\0"

    hidden = re.sub(r"\"[^\"]*\"", '"…"', _NAMED.sub(keep, line))
    return re.sub(r"\0(\d+)\0", lambda match: kept[int(match.group(1))], hidden)
