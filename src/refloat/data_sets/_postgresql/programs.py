"""Where PostgreSQL's programs are, and how they are told which server to ask."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from refloat.data_sets import Source
from refloat.host import process
from refloat.model.errors import SourceProblem, ToolMissing, ToolProblem
from refloat.model.options import Options

DEBIAN_FOLDER = "/usr/lib/postgresql"
"""Debian keeps each major version's programs in a folder of its own below this one
(postgresql-common, ``pg_wrapper(1)``)."""

OLDEST_MAJOR = 12
"""``hashtextextended`` and ``pg_restore --create`` with a database's settings are in 11 and later;
12 is the oldest that prints floating-point numbers so that they come back exactly."""

INSTALL_CLIENTS = "apt-get install postgresql-client"
ASKING_TIMEOUT = 3600.0


@dataclass(frozen=True)
class Connection:
    """A database of a server, as a client program is told of it.

    Attributes:
        environment: libpq's variables (PostgreSQL manual, 34.15); a password file's name, never
            a password.
        account: the host's account that client programs run as; empty for Refloat's own.
        programs: the folder of the client programs.

    """

    environment: Mapping[str, str]
    account: str
    programs: str

    def program(self, name: str) -> str:
        """Give the path of one of PostgreSQL's programs."""
        return f"{self.programs}/{name}"


def text(options: Options, name: str, otherwise: str = "") -> str:
    """Give an option's value as text; ``otherwise`` where the plan is silent."""
    value = options.get(name)
    return otherwise if value is None else str(value)


def connection(source: Source, password_file: Path | None) -> Connection:
    """Say how a source is reached.

    With a password the clients run as Refloat's own account, which alone may read the password
    file; without one they run as the component's account, as ``peer`` authentication wants it.
    """
    environment = {
        "PGHOST": text(source.options, "socket") or text(source.options, "host", "127.0.0.1"),
        "PGPORT": text(source.options, "port", "5432"),
        "PGDATABASE": text(source.options, "database"),
        "PGUSER": text(source.options, "user", "postgres"),
        "PGCONNECT_TIMEOUT": "10",
        "PGAPPNAME": "refloat",
        "PGCLIENTENCODING": "UTF8",
    }
    if password_file is not None:
        environment["PGPASSFILE"] = str(password_file)
    account = "" if password_file is not None else source.user
    return Connection(environment, account, client_programs(source.options))


def password_line(password: str) -> bytes:
    """Give a password file's one line; see the PostgreSQL manual, 34.16, for the escaping."""
    escaped = password.replace("\\", "\\\\").replace(":", "\\:")
    return f"*:*:*:*:{escaped}\n".encode()


def client_programs(options: Options) -> str:
    """Give the folder of the host's client programs: the plan's, or the newest version's.

    Raises:
        ToolMissing: if there is none.

    """
    named = text(options, "programs")
    if named:
        return named
    majors = sorted(
        int(folder.parent.name)
        for folder in Path(DEBIAN_FOLDER).glob("*/bin")
        if folder.parent.name.isdigit() and (folder / "psql").exists()
    )
    if majors:
        return f"{DEBIAN_FOLDER}/{majors[-1]}/bin"
    return str(Path(process.find("psql", install=INSTALL_CLIENTS)).parent)


def version_of(program: str) -> str:
    """Run a program to hear its version, such as ``15.18``: a file may be there and be dead.

    Raises:
        ToolMissing: if it is not there, or does not say a version.

    """
    try:
        asked = process.run((program, "--version"), timeout=10, install=INSTALL_CLIENTS)
    except ToolMissing:
        raise
    except ToolProblem as error:
        raise ToolMissing(
            f"{program} does not answer: {error.message}", hint=f"Run: {INSTALL_CLIENTS}"
        ) from error
    said = asked.output.decode("utf-8", "replace")
    found = re.search(r"\(PostgreSQL\) (\S+)", said)
    if found is None:
        raise ToolMissing(
            f"{program} does not say which PostgreSQL it is of", hint=f"Run: {INSTALL_CLIENTS}"
        )
    return found.group(1)


def ask(reached: Connection, script: str, *, timeout: float) -> list[str]:
    """Run a script in psql; give the lines that it printed.

    Args:
        reached: which database.
        script: statements; each prints what it finds as lines without alignment.
        timeout: seconds.

    Raises:
        SourceProblem: if the server refuses, or a statement fails.

    """
    arguments = (reached.program("psql"), *PSQL_ARGUMENTS)
    try:
        completed = process.run(
            arguments,
            timeout=timeout,
            environment=reached.environment,
            standard_input=script.encode(),
            user=reached.account,
            install=INSTALL_CLIENTS,
        )
    except ToolMissing:
        raise
    except ToolProblem as error:
        raise refusal(reached, error.message) from error
    return completed.output.decode("utf-8", "replace").splitlines()


PSQL_ARGUMENTS = ("-X", "-q", "-A", "-t", "-w", "-v", "ON_ERROR_STOP=1", "-f", "-")


def refusal(reached: Connection, words: str) -> SourceProblem:
    """Make the error for a database that does not give what was asked, with advice."""
    where = "{PGDATABASE} at {PGHOST}:{PGPORT}".format(**reached.environment)
    return SourceProblem(
        f"the PostgreSQL database {where} does not answer as it should: {words.strip()}",
        hint=_advice(words, reached.environment["PGUSER"]),
    )


def _advice(words: str, role: str) -> str:
    if "row-level security" in words or "row security" in words:
        return f"Give the role {role} BYPASSRLS, or back up as a superuser: policies hide rows."
    if "permission denied" in words:
        return f"Let the role {role} read every table (GRANT pg_read_all_data TO {role})."
    if "authentication failed" in words or "no password supplied" in words:
        return "Check the user and the password that the plan refers to."
    if "does not exist" in words:
        return "Check the names in the plan against the server."
    return "See that the server runs and listens where the plan says."
