"""How restic is called: which verbs a reader may use, where the password goes, what is masked.

A drill gets a ``ReadVerb`` and nothing else to build a command from; that is what keeps it from
writing, and the type checker sees to it.
"""

from __future__ import annotations

import enum
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

from refloat.engines import RepositoryAccess
from refloat.engines._restic.errors import problem
from refloat.host import process
from refloat.model.errors import PlanProblem, RepositoryProblem, ToolFailed
from refloat.model.secret import Secret, in_address

PROGRAM = "restic"
INSTALL = "apt-get install restic"
QUICK = 300.0
"""Seconds for commands whose work does not grow with the data."""

JSON_RESTORE = (0, 17)
RETRY_LOCK = (0, 16)


class ReadVerb(enum.Enum):
    """All that a drill may ask of a repository: verbs that read, and none that writes."""

    SNAPSHOTS = "snapshots"
    DUMP = "dump"
    RESTORE = "restore"


class WriteVerb(enum.Enum):
    """What a backup may ask of a repository."""

    CONFIGURATION = "cat"
    MAKE = "init"
    BACKUP = "backup"
    FORGET = "forget"
    UNLOCK = "unlock"


@dataclass(frozen=True)
class Version:
    """A version of restic.

    Attributes:
        numbers: what features are told by, such as (0, 14, 0).
        text: what people read ("restic 0.14.0").

    """

    numbers: tuple[int, ...]
    text: str


@cache
def version() -> Version:
    """Ask restic which version it is.

    Raises:
        ToolMissing: if it is not installed.
        ToolFailed: if it does not answer as restic does.

    """
    asked = process.run((PROGRAM, "version"), timeout=30, install=INSTALL)
    said = asked.output.decode("utf-8", "replace")
    found = re.match(r"restic (\d+(?:\.\d+)+)", said)
    if found is None:
        raise ToolFailed(f"restic does not tell its version; it said {said[:80]!r}")
    numbers = tuple(int(number) for number in found[1].split("."))
    return Version(numbers, f"restic {found[1]}")


class Location:
    """A repository's place and keys, as restic wants to be told of them.

    Args:
        access: the repository with its options and secrets.

    Raises:
        PlanProblem: if the options do not say one place, or hold a password in a URL.

    """

    def __init__(self, access: RepositoryAccess) -> None:
        self.key = access.key
        self.place = _place(access)
        self.where = f"{access.key} ({self.place})"
        self._password = access.secrets["password"]
        self._environment = _environment(access)
        self.secrets = tuple(access.secrets.values())

    @contextmanager
    def command(self, verb: str, arguments: Sequence[str]) -> Iterator[Command]:
        """Give a command that is ready to start: the password waits in a pipe that it inherits."""
        read_end, write_end = os.pipe()
        try:
            with os.fdopen(write_end, "wb") as stream:
                stream.write(self._password.reveal().encode() + b"\n")
            yield Command(
                arguments=(
                    PROGRAM,
                    verb,
                    "--repo",
                    self.place,
                    "--password-file",
                    f"/dev/fd/{read_end}",
                    "--no-cache",
                    *arguments,
                ),
                environment=self._environment,
                inherits=(read_end,),
                secrets=self.secrets,
            )
        finally:
            os.close(read_end)


@dataclass(frozen=True)
class Command:
    """A restic command that is ready to start."""

    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    inherits: tuple[int, ...]
    secrets: tuple[Secret, ...]


def read(
    location: Location,
    verb: ReadVerb,
    arguments: Sequence[str],
    *,
    timeout: float = QUICK,
    on_output: Callable[[bytes], None] | None = None,
) -> process.Completed:
    """Run a verb that reads: without a lock, so that it hinders no backup and needs no writing.

    Raises:
        RepositoryProblem, NoRoom, ToolFailed, ToolMissing, ToolTimeout: as the verb ended.

    """
    completed = _run(location, verb.value, ("--no-lock", *arguments), timeout, on_output=on_output)
    if completed.exit_code != 0:
        raise problem(location.where, completed.exit_code, completed.errors)
    return completed


def write(
    location: Location,
    verb: WriteVerb,
    arguments: Sequence[str],
    *,
    timeout: float = QUICK,
    standard_input: bytes | None = None,
    on_output: Callable[[bytes], None] | None = None,
    check: bool = True,
) -> process.Completed:
    """Run a verb that may write; see ``read``. Without ``check`` any exit code is given back."""
    completed = _run(
        location, verb.value, arguments, timeout, on_output=on_output, standard_input=standard_input
    )
    if check and completed.exit_code != 0:
        raise problem(location.where, completed.exit_code, completed.errors)
    return completed


def patience() -> tuple[str, ...]:
    """Give the arguments that let restic wait for a lock, where this version can."""
    return ("--retry-lock", "1m") if version().numbers >= RETRY_LOCK else ()


def _run(
    location: Location,
    verb: str,
    arguments: Sequence[str],
    timeout: float,
    *,
    on_output: Callable[[bytes], None] | None = None,
    standard_input: bytes | None = None,
) -> process.Completed:
    with location.command(verb, arguments) as command:
        return process.run(
            command.arguments,
            timeout=timeout,
            environment=command.environment,
            standard_input=standard_input,
            secrets=command.secrets,
            on_output=on_output,
            pass_fds=command.inherits,
            check=False,
            install=INSTALL,
        )


def _place(access: RepositoryAccess) -> str:
    places = [access.options.get("location"), access.options.get("url")]
    given = [place for place in places if isinstance(place, str) and place]
    if len(given) != 1:
        raise PlanProblem(
            f"the repository {access.key} needs either a location or a url",
            hint="location: a folder; url: what restic calls a repository (rest:…, sftp:…, s3:…).",
        )
    if in_address(given[0]):
        raise PlanProblem(
            f"the url of the repository {access.key} holds a password or a token",
            hint="Give it by environment (RESTIC_REST_USERNAME, RESTIC_REST_PASSWORD; 0.16.1).",
        )
    if "password" not in access.secrets:
        raise RepositoryProblem(f"the repository {access.key} has no password to be opened with")
    return given[0]


def _environment(access: RepositoryAccess) -> dict[str, str]:
    environment: dict[str, str] = {}
    given = access.options.get("environment")
    if isinstance(given, Mapping):
        environment = {name: value for name, value in given.items() if isinstance(value, str)}
    for name, secret in access.secrets.items():
        room, _, variable = name.partition(".")
        if room == "environment":
            environment[variable] = secret.reveal()
    return environment
