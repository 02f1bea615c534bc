"""PostgreSQL databases: dumped in a snapshot, restored into a fresh server, compared by table.

Everything goes through PostgreSQL's own client programs; docs/explanation/baselines.md says what a
baseline holds and why.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from refloat.data_sets import Source, Target
from refloat.data_sets._postgresql import compare as comparing
from refloat.data_sets._postgresql import measure as measuring
from refloat.data_sets._postgresql import programs, questions, server
from refloat.data_sets._postgresql.view import DatabaseView, opened
from refloat.engines import Restored
from refloat.host.clock import Clock
from refloat.host.files import private_file
from refloat.model.errors import RefloatError
from refloat.model.options import Option, OptionType, Probe
from refloat.model.place import Place, Running
from refloat.model.points import Baseline, RecoveryPoint
from refloat.model.run import CheckResult

_OPTIONS = (
    Option(
        "socket",
        OptionType.PATH,
        "Folder of the server's socket; it comes before `host`.",
        example="bookings-db/run",
    ),
    Option("host", OptionType.TEXT, "The server's address.", default="127.0.0.1"),
    Option("port", OptionType.INTEGER, "The server's port.", default=5432),
    Option("database", OptionType.TEXT, "Name of the database.", required=True, example="bookings"),
    Option(
        "user",
        OptionType.TEXT,
        "Role to back up as: a superuser, or one that may read everything.",
        default="postgres",
    ),
    Option(
        "password",
        OptionType.SECRET,
        "The role's password; without one, Refloat asks as the component's account (peer).",
        example="file:secrets/database",
    ),
    Option(
        "newest",
        OptionType.TEXT,
        "Query for the time of the newest record, used where no heartbeat may be written.",
        example="SELECT max(created_at) FROM invoices",
    ),
    Option(
        "programs",
        OptionType.PATH,
        "Folder of PostgreSQL's programs, where it is not Debian's.",
        example="/opt/postgresql-17/bin",
    ),
)

_HEARTBEAT = """
CREATE SCHEMA IF NOT EXISTS refloat;
CREATE TABLE IF NOT EXISTS refloat.heartbeat (id text PRIMARY KEY, at timestamptz NOT NULL);
INSERT INTO refloat.heartbeat (id, at) VALUES ({key}, {at})
ON CONFLICT (id) DO UPDATE SET at = excluded.at;
"""

_NEWEST_HEARTBEAT = "SELECT extract(epoch FROM max(at)) FROM refloat.heartbeat;"

_IS_THERE = "SELECT to_regclass('refloat.heartbeat') IS NOT NULL;"

_ROOM_FOR_SERVER = 512 * 1024 * 1024
"""An empty cluster is 40 MB; the rest is for the write-ahead log while loading."""


class PostgreSQL:
    """One database of a PostgreSQL server."""

    name = "postgresql"
    summary = "A PostgreSQL database, dumped in one snapshot and restored into a fresh server."
    options = _OPTIONS
    serves = True

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or Clock()
        self._servers = server.Servers()

    def probe(self) -> Probe:
        """Run the client and the server programs to see whether they are there."""
        try:
            folder = Path(programs.client_programs({}))
            wanted = ("psql", "pg_dump", "pg_dumpall", "pg_restore", "initdb", "postgres")
            versions = {programs.version_of(str(folder / name)) for name in wanted}
        except RefloatError as error:
            return Probe(False, missing=error.message, install="apt-get install postgresql")
        return Probe(True, version=f"PostgreSQL {', '.join(sorted(versions))}")

    def beat(self, source: Source, at: datetime) -> None:
        """Write the heartbeat: one row in a table of Refloat's own schema.

        Raises:
            SourceProblem: if the server is missing or refuses.
        """
        script = questions.SESSION + _HEARTBEAT.format(
            key=measuring.literal(source.key),
            at=measuring.literal(at.astimezone(UTC).isoformat()),
        )
        with _password_file(source) as file:
            programs.ask(programs.connection(source, file), script, timeout=60.0)

    @contextmanager
    def open(self, source: Source) -> Iterator[DatabaseView]:
        """Open a view: a snapshot that is held for as long as the block runs.

        Raises:
            SourceProblem: if the server is missing, refuses, or its version cannot be read.
            ToolMissing: if PostgreSQL's client programs are not there.
        """
        with _password_file(source) as file, opened(source, file, self._clock) as view:
            yield view

    def estimate(self, point: RecoveryPoint) -> int:
        """Bytes for the dump, the database with its indexes, and a server around it."""
        size = point.summary.get("database_bytes")
        database = size if isinstance(size, int) else 3 * point.bytes
        return point.bytes + database * 5 // 4 + _ROOM_FOR_SERVER

    def prepare(self, place: Place, target: Target) -> None:
        """Make an empty server and start it, while the dump is still being restored.

        Raises:
            ToolMissing: if no server programs are in the place.
            ToolFailed, ToolTimeout: with the tool's last lines.
        """
        server.make(self._servers, place, target, server.Wanted())

    def load(
        self, place: Place, target: Target, restored: Restored, attachments: Mapping[str, bytes]
    ) -> tuple[str, ...]:
        """Fill a fresh server: roles, settings, access rules, and all of the dump.

        The server is stopped again, in order, so that what was loaded survives a crash.

        Returns:
            What is not as it was, in sentences.

        Raises:
            RepositoryProblem: if the point lacks the server's roles or settings.
            ToolMissing: if the server programs of its version are not in the place.
            ToolFailed, ToolTimeout: with the tool's last lines.
        """
        return server.load(self._servers, place, target, restored, attachments)

    def serve(self, place: Place, target: Target) -> Running:
        """Start the loaded server at its original socket and port.

        Raises:
            ToolFailed, ToolTimeout: with the server's last lines.
        """
        return server.start_again(self._servers, place, target)

    def ready(self, place: Place, target: Target) -> bool:
        """Ask once whether it takes connections."""
        return server.answers(self._servers, place, target)

    def inspect(self, place: Place, target: Target, expected: Baseline) -> Baseline:
        """Describe the restored database, as a superuser over a socket of Refloat's own.

        Raises:
            ToolFailed, ToolTimeout: if it does not answer, or a table cannot be read.
        """
        del expected

        def ask(script: str) -> list[str]:
            return server.ask(self._servers, place, target, questions.SESSION + script)

        return measuring.measure(ask, measuring.sequence_values(ask), superuser=True, extra={})

    def compare(self, expected: Baseline, seen: Baseline) -> tuple[CheckResult, ...]:
        """Definitions, rows, contents, sequences, roles: one result each."""
        return comparing.compare(expected, seen)

    def drift(self, previous: Sequence[Baseline], current: Baseline) -> tuple[CheckResult, ...]:
        """Tell damage at the source: tables that lost their rows, columns that turned to hashes."""
        return comparing.drift(previous, current)

    def newest(self, place: Place, target: Target) -> datetime | None:
        """Read the newest heartbeat, or ask the plan's ``newest`` query.

        Raises:
            ToolFailed, ToolTimeout: if the query fails or gives no time.
        """
        query = _NEWEST_HEARTBEAT
        beats = target.heartbeat and server.ask(self._servers, place, target, _IS_THERE) == ["t"]
        if not beats:
            own = programs.text(target.options, "newest").strip().rstrip(";")
            if not own:
                return None
            # The plan's own query: whoever writes the plan may read the database anyway.
            query = f"SELECT extract(epoch FROM ({own})::timestamptz);"  # noqa: S608 (see above)
        answer = server.ask(self._servers, place, target, questions.READABLE + query)
        if not answer or not answer[-1]:
            return None
        return datetime.fromtimestamp(float(answer[-1]), UTC)


@contextmanager
def _password_file(source: Source) -> Iterator[Path | None]:
    secret = source.secrets.get("password")
    if secret is None:
        yield None
        return
    with private_file(source.scratch, programs.password_line(secret.reveal())) as path:
        yield path


ADAPTER = PostgreSQL()
