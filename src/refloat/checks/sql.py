"""Asks a PostgreSQL database a question in SQL, through psql inside the place."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from refloat.checks import CheckContext, CheckOutcome
from refloat.checks._asking import (
    PROVES,
    asked,
    could_not_run,
    failed,
    fill,
    in_sql,
    integer,
    judged,
    no_answer,
    probe_program,
    proofs,
    secret,
    shown,
    text,
    unable,
)
from refloat.model.errors import SecretProblem
from refloat.model.options import Option, Options, OptionType, Probe
from refloat.model.place import CommandResult, Place
from refloat.model.run import Proof

OUTPUT_LIMIT = 1024 * 1024

# The password comes by standard input and goes on in the environment, which only the same account
# can read: it is never an argument and never a file. /usr/bin/psql of Debian is a Perl wrapper
# that looks for clusters; the program itself starts sooner.
_SCRIPT = """
for tool in /usr/lib/postgresql/*/bin/psql; do :; done
[ -x "$tool" ] || tool=psql
IFS= read -r PGPASSWORD
[ -z "$PGPASSWORD" ] && unset PGPASSWORD || export PGPASSWORD
exec "$tool" "$@"
"""
# psql shows an error by its SQLSTATE alone: the text of one may quote a row.
_FLAGS = ("-X", "-q", "-A", "-t", "-w", "-v", "ON_ERROR_STOP=1", "-v", "VERBOSITY=sqlstate")
_NO_CONNECTION = 2
_CANCELLED = "57014"
_STATE = re.compile(r"(?:ERROR|FATAL|PANIC):\s+([0-9A-Z]{5})\b")
# https://www.postgresql.org/docs/15/errcodes-appendix.html
_STATES = {
    "42P01": "a table that the query names is not there",
    "42703": "a column that the query names is not there",
    "42883": "a function that the query names is not there",
    "3F000": "a schema that the query names is not there",
    "42601": "the query is not SQL that this server understands",
    "42501": "the account may not read that",
    "25006": "the query tried to write",
    "XX001": "a page of the database is damaged",
    "XX002": "an index of the database is damaged",
}
_CONNECTIONS = (
    ("password authentication failed", "the password was refused"),
    ("no password supplied", "the server asks for a password, and the plan names none"),
    ("no pg_hba.conf entry", "the server lets this account in from nowhere"),
    ("Peer authentication failed", "the server does not take this account for that user"),
    ("does not exist", "the database or the user is not there"),
    ("starting up", "the server is still starting"),
    ("shutting down", "the server is shutting down"),
    ("Connection refused", "the connection was refused"),
    ("No such file or directory", "there is no server: its socket is not there"),
    ("timeout expired", "the server did not answer the connection"),
    ("could not translate host name", "the host's name is not known in the place"),
    ("closed the connection unexpectedly", "the server broke off the connection"),
    ("invalid response", "what answers is no PostgreSQL server"),
    ("expected authentication request", "what answers is no PostgreSQL server"),
)


class SqlCheck:
    """Asks one question in SQL; the answer is one value."""

    name = "sql"
    summary = "Asks a PostgreSQL database a question in SQL; the answer is one value."
    options = (
        Option(
            "query",
            OptionType.TEXT,
            "The question: a query that gives one value; `${name}` becomes a quoted text.",
            required=True,
            example="select count(*) from bookings",
        ),
        Option(
            "database",
            OptionType.TEXT,
            "The database's name.",
            required=True,
            example="bookings",
        ),
        Option(
            "host",
            OptionType.TEXT,
            "The server's address.",
            default="127.0.0.1",
            example="127.0.0.1",
        ),
        Option(
            "socket",
            OptionType.PATH,
            "The folder of the server's socket; it is asked there, not at `host`, where given.",
            example="bookings-db/run",
        ),
        Option("port", OptionType.INTEGER, "The server's port.", default=5432, example="5432"),
        Option(
            "user",
            OptionType.TEXT,
            "Who asks; the component's own account if not given.",
            example="booking",
        ),
        Option(
            "password", OptionType.SECRET, "That user's password.", example="file:secrets/database"
        ),
        Option("expect", OptionType.TEXT, "The exact answer.", example="17"),
        Option("at_least", OptionType.INTEGER, "The smallest number allowed.", example="100000"),
        Option("at_most", OptionType.INTEGER, "The largest number allowed.", example="0"),
        PROVES,
    )

    def probe(self) -> Probe:
        """Run psql to see whether it is there."""
        return probe_program(("psql", "--version"), "apt-get install postgresql-client")

    def complaints(self, options: Options) -> tuple[str, ...]:
        """Refuse a query without an expectation, and a connection string that may hide secrets."""
        found = []
        if all(name not in options for name in ("expect", "at_least", "at_most")):
            found.append(
                "this is a check on nothing: give `expect`, `at_least` or `at_most`,"
                " or every answer would pass"
            )
        least, most = integer(options, "at_least"), integer(options, "at_most")
        if least is not None and most is not None and least > most:
            found.append(f"no number is at least {least} and at most {most}")
        if "=" in text(options, "database") or "://" in text(options, "database"):
            found.append("`database` is a name, not a connection string")
        if not text(options, "query").strip():
            found.append("`query` is empty")
        elif text(options, "query").lstrip().startswith("\\"):
            found.append("`query` is SQL; commands of psql are not")
        port = integer(options, "port")
        if port is not None and not 0 < port < 65536:
            found.append(f"{port} is no port")
        return tuple(found)

    def proves(self, options: Options) -> frozenset[Proof]:
        """Give data, unless the plan knows better."""
        return proofs(options, Proof.DATA)

    def run(self, place: Place, options: Options, context: CheckContext) -> CheckOutcome:
        """Ask once; the answer's text never leaves this function, numbers do."""
        expected = _expected(options)
        return asked(expected, context, lambda: _ask(place, options, context, expected))


def _ask(place: Place, options: Options, context: CheckContext, expected: str) -> CheckOutcome:
    query = fill(text(options, "query"), context.variables, in_sql)
    password = secret(context, "password")
    word = password.reveal() if password else ""
    if "\n" in word or "\0" in word:
        raise SecretProblem("the password holds a line end, which no PostgreSQL client can send")
    result = place.run(
        ("/bin/sh", "-c", _SCRIPT, "psql", *_FLAGS, *_connection(options, context)),
        user=context.user,
        timeout=context.timeout,
        environment={
            "LC_ALL": "C",
            "PGAPPNAME": "refloat",
            "PGCONNECT_TIMEOUT": str(max(2, int(context.timeout))),
            "PGOPTIONS": _server_options(context),
        },
        standard_input=f"{word}\n{query}\n;\n".encode(),
        output_limit=OUTPUT_LIMIT,
    )
    hindrance = unable(result, "psql")
    if hindrance:
        return could_not_run(expected, hindrance)
    if result.exit_code is None:
        return failed(expected, no_answer(context))
    if result.exit_code != 0:
        return failed(expected, _trouble(result, context))
    return _judge(options, result.output, expected)


def _server_options(context: CheckContext) -> str:
    # A check looks; it does not write, and leaves no query behind when its time is up.
    milliseconds = max(1, int(context.timeout * 1000))
    return f"-c default_transaction_read_only=on -c statement_timeout={milliseconds}"


def _connection(options: Options, context: CheckContext) -> tuple[str, ...]:
    return (
        f"--host={text(options, 'socket') or text(options, 'host', '127.0.0.1')}",
        f"--port={integer(options, 'port') or 5432}",
        f"--username={text(options, 'user', context.user)}",
        f"--dbname={text(options, 'database')}",
    )


def _expected(options: Options) -> str:
    parts = []
    least, most = integer(options, "at_least"), integer(options, "at_most")
    if least is not None:
        parts.append(f"at least {least:,}")
    if most is not None:
        parts.append(f"at most {most:,}")
    if "expect" in options:
        parts.append(f"exactly what the plan says ({shown(text(options, 'expect'))})")
    return " and ".join(parts)


def _trouble(result: CommandResult, context: CheckContext) -> str:
    state = _STATE.search(result.errors)
    if state and state[1] == _CANCELLED:
        return no_answer(context)
    if state:
        return _STATES.get(state[1], "the query failed") + f" (SQLSTATE {state[1]})"
    if result.exit_code == _NO_CONNECTION:
        for pattern, words in _CONNECTIONS:
            if pattern in result.errors:
                return words
        return "no connection to the database"
    return f"psql ended with exit code {result.exit_code}"


def _judge(options: Options, output: bytes, expected: str) -> CheckOutcome:
    if len(output) >= OUTPUT_LIMIT:
        return failed(expected, f"an answer of {OUTPUT_LIMIT // 1024} KiB or more")
    answer = output.decode("utf-8", "replace").removesuffix("\n")
    findings = []
    if "expect" in options:
        same = answer == text(options, "expect")
        findings.append((same, "that answer" if same else f"another answer: {shown(answer)}"))
    least, most = integer(options, "at_least"), integer(options, "at_most")
    if least is not None or most is not None:
        number = _number(answer)
        fine = number is not None and (
            (least is None or number >= least) and (most is None or number <= most)
        )
        words = f"{number:,f}" if number is not None else f"no number, but {shown(answer)}"
        findings.append((fine, words))
    return judged(expected, findings)


def _number(answer: str) -> Decimal | None:
    # No longer than any count: a large exponent would take its memory when it is written out.
    if len(answer) > 40 or "e" in answer.lower():
        return None
    try:
        number = Decimal(answer)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


ADAPTER = SqlCheck()
