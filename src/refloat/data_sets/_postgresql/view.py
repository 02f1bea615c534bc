"""One consistent view of a PostgreSQL database, held by a session that stays open.

The session exports its snapshot (PostgreSQL manual, 9.27.5); the dump and every question of the
baseline run in that same snapshot, so they see the same rows, whatever is written meanwhile.
"""

from __future__ import annotations

import json
import os
import select
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from refloat.data_sets import Source
from refloat.data_sets._postgresql import measure as measuring
from refloat.data_sets._postgresql import programs, questions
from refloat.engines import StreamCommand, StreamContent
from refloat.host import process
from refloat.host.clock import Clock
from refloat.model.errors import SourceProblem, ToolMissing, ToolProblem
from refloat.model.points import Baseline, Measure

ATTACHED_ROLES = "roles.sql"
ATTACHED_SERVER = "server.json"

OPENING_TIMEOUT = 60.0

_BEGIN = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;\n"
_END_OF_ANSWER = "-- refloat: end of answer"


class Session:
    """psql, kept open and asked over pipes."""

    def __init__(self, reached: programs.Connection) -> None:
        self._reached = reached
        theirs_in, ours_out = os.pipe()
        ours_in, theirs_out = os.pipe()
        self._write, self._read = ours_out, ours_in
        with os.fdopen(theirs_in, "rb") as given, os.fdopen(theirs_out, "wb") as taken:
            self._child = process.start(
                (reached.program("psql"), *programs.PSQL_ARGUMENTS),
                environment=reached.environment,
                standard_input=given,
                output=taken,
                user=reached.account,
                install=programs.INSTALL_CLIENTS,
            )
        self._rest = b""

    def ask(self, script: str, timeout: float = OPENING_TIMEOUT) -> list[str]:
        """Run statements; give the lines that they printed.

        Raises:
            SourceProblem: if the server refuses, a statement fails, or no answer comes in time.
        """
        try:
            os.write(self._write, f"{script}\n\\echo {_quoted_end()}\n".encode())
        except BrokenPipeError:
            raise self._refusal() from None
        deadline = time.monotonic() + timeout
        lines: list[str] = []
        while True:
            line = self._line(deadline)
            if line == _END_OF_ANSWER:
                return lines
            lines.append(line)

    def close(self) -> None:
        """End the session. Safe to call twice."""
        for end in (self._write, self._read):
            if end >= 0:
                os.close(end)
        self._write = self._read = -1
        self._child.stop(grace=2.0, first=signal.SIGTERM)

    def _line(self, deadline: float) -> str:
        while b"\n" not in self._rest:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._read], [], [], left)[0]:
                raise programs.refusal(self._reached, "no answer came in time")
            block = os.read(self._read, 1 << 16)
            if not block:
                raise self._refusal()
            self._rest += block
        line, _, self._rest = self._rest.partition(b"\n")
        return line.decode("utf-8", "replace")

    def _refusal(self) -> SourceProblem:
        self._child.finish(timeout=10.0)
        return programs.refusal(self._reached, self._child.last_words() or "psql ended early")


class DatabaseView:
    """A snapshot of a database: what is dumped, and what is described.

    Attributes:
        consistency_time: when the snapshot was taken, by the clock of this host (UTC).
        content: the dump, as a command.
        source_version: "PostgreSQL 15.18".
    """

    consistency_time: datetime
    content: StreamContent
    source_version: str

    def __init__(
        self, source: Source, reached: programs.Connection, session: Session, clock: Clock
    ) -> None:
        self._reached = reached
        self._session = session
        # Before the session sets its own: afterwards the server would tell those.
        self._settings = self._json(questions.SETTINGS)
        began = session.ask(questions.SESSION + _BEGIN + "SELECT pg_export_snapshot();")
        self.consistency_time = clock.now().wall
        self._snapshot = began[-1]
        self._server = json.loads(session.ask(questions.SERVER)[-1])
        self._refuse_other_versions()
        self._hold_tables()
        # Before the dump begins: see sequence_values.
        self._sequences = measuring.sequence_values(session.ask)
        self._clock_difference = self._server["now"] - int(self.consistency_time.timestamp())
        self.source_version = f"PostgreSQL {self._server['said'].split()[0]}"
        self.content = StreamContent((self._dump(),), f"{source.key}.dump")

    def baseline(self) -> Baseline:
        """Describe the database in the snapshot.

        Raises:
            SourceProblem: if something may not be read.
        """
        extra: dict[str, Measure] = {
            "database_bytes": self._server["bytes"],
            "clock_difference_seconds": self._clock_difference,
            "log_position": self._server["position"],
            "role_passwords": self._server["superuser"],
        }
        return measuring.measure(
            self._ask_in_snapshot,
            self._sequences,
            superuser=self._server["superuser"],
            extra=extra,
        )

    def attachments(self) -> Mapping[str, bytes]:
        """Give the server's roles, its settings that an application sees, and who may connect.

        Raises:
            SourceProblem: if they may not be read.
        """
        about: dict[str, Any] = {
            "major": self._server["version"] // 10000,
            "bootstrap": self._server["bootstrap"],
            "superuser": self._server["superuser"],
            "tablespaces": self._server["tablespaces"],
            "settings": {line["setting"]: line["value"] for line in self._settings},
            "access": self._json(questions.ACCESS_RULES) if self._server["superuser"] else [],
        }
        return {ATTACHED_SERVER: json.dumps(about).encode(), ATTACHED_ROLES: self._roles()}

    def settle(self, baseline: Baseline) -> Baseline:
        """See that the snapshot was held to the end.

        Raises:
            SourceProblem: if the session that held it is gone.
        """
        try:
            self._session.ask("SELECT 1;")
        except SourceProblem as error:
            raise SourceProblem(
                f"the database's snapshot was not held to the end of the backup: {error.message}",
                hint="See the server's log; a time limit for idle sessions may have ended it.",
            ) from error
        return baseline

    def _dump(self) -> StreamCommand:
        return StreamCommand(
            (
                self._reached.program("pg_dump"),
                "--format=custom",
                f"--compress={COMPRESSION}",
                f"--snapshot={self._snapshot}",
                "--no-password",
            ),
            self._reached.environment,
            self._reached.account,
        )

    def _refuse_other_versions(self) -> None:
        major = self._server["version"] // 10000
        ours = int(programs.version_of(self._reached.program("pg_dump")).split(".")[0])
        if major < programs.OLDEST_MAJOR or major > ours:
            raise SourceProblem(
                f"the server is PostgreSQL {major}; the programs in {self._reached.programs} can"
                f" back up versions {programs.OLDEST_MAJOR} to {ours}",
                hint=f"Install postgresql-client-{major}, or set programs: to its folder.",
            )

    def _hold_tables(self) -> None:
        """Keep every table from being truncated, dropped or changed until the view closes.

        TRUNCATE takes rows away from snapshots that are older than it (PostgreSQL manual, 13.6);
        the baseline and the dump would see different rows then.
        """
        names = ", ".join(self._session.ask(questions.TABLE_NAMES))
        if names:
            self._session.ask(f"LOCK TABLE {names} IN ACCESS SHARE MODE;")

    def _json(self, script: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self._session.ask(script)]

    def _ask_in_snapshot(self, script: str) -> list[str]:
        opening = f"{questions.SESSION}{_BEGIN}SET TRANSACTION SNAPSHOT '{self._snapshot}';\n"
        return programs.ask(
            self._reached, opening + GENTLE + script, timeout=programs.ASKING_TIMEOUT
        )

    def _roles(self) -> bytes:
        arguments = [self._reached.program("pg_dumpall"), "--roles-only", "--no-password"]
        if not self._server["superuser"]:
            arguments.append("--no-role-passwords")
        try:
            return process.run(
                arguments,
                timeout=OPENING_TIMEOUT,
                environment=self._reached.environment,
                user=self._reached.account,
                install=programs.INSTALL_CLIENTS,
            ).output
        except ToolMissing:
            raise
        except ToolProblem as error:
            raise programs.refusal(self._reached, error.message) from error


COMPRESSION = 1
"""pg_dump's own compression (0 to 9); see docs/explanation/baselines.md for the figures."""

GENTLE = "SET max_parallel_workers_per_gather = 0;\n"
"""The source has other work: each session reads with one process."""


@contextmanager
def opened(source: Source, password_file: Path | None, clock: Clock) -> Iterator[DatabaseView]:
    """Open a view of a source and hold its snapshot for as long as the block runs.

    Raises:
        SourceProblem: if the server is missing, refuses, or is of a version that cannot be read.
        ToolMissing: if PostgreSQL's client programs are not there.
    """
    reached = programs.connection(source, password_file)
    session = Session(reached)
    try:
        yield DatabaseView(source, reached, session, clock)
    finally:
        session.close()


def _quoted_end() -> str:
    return f"'{_END_OF_ANSWER}'"
