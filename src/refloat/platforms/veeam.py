"""Reads restore points, jobs and restores of Veeam Backup & Replication.

Asks the backup server over its REST interface, or reads answers of it that were saved. A point is
true when it was created, as Veeam says.
"""

from __future__ import annotations

import time
import urllib.parse
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import TypeVar

import msgspec
from msgspec import Raw, Struct

from refloat.model.errors import ObservationProblem, UsageProblem
from refloat.model.options import Option, OptionType, Probe
from refloat.platforms import Listing, Request, Telling
from refloat.platforms._answers import probed
from refloat.platforms._listing import (
    Part,
    Unusable,
    digest_of,
    gathered,
    one,
    read_bytes,
    understood,
)
from refloat.platforms._veeam_asking import (
    BACKUPS,
    JOB_STATES,
    REPOSITORIES,
    RESTORE_POINTS,
    SESSIONS,
    TASK_SESSIONS,
    Asking,
    Server,
)
from refloat.platforms._veeam_telling import (
    LEVELS,
    Backup,
    Repository,
    Surroundings,
    job,
    objects_of_jobs,
    point,
    session,
    sessions_in_parts,
)

PORT = 9419
VERSIONS = ("1.3-rev1", "1.2-rev1")

_MADE_BY = "printf '{\"restorePoints\":'; curl … /api/v1/restorePoints; printf '}'"
_BY_CREATION = (("orderColumn", "CreationTime"), ("orderAsc", "true"))
_BY_NAME = (("orderColumn", "Name"), ("orderAsc", "true"))

Entry = TypeVar("Entry", Backup, Repository)


class _Pagination(Struct):
    total: int


class _Answer(Struct):
    """One answer of a server, with all of its entries."""

    data: list[Raw]
    pagination: _Pagination | None = None


class _Saved(Struct, rename="camel"):
    """Answers, each under the name of what was asked for."""

    restore_points: _Answer | None = None
    backups: _Answer | None = None
    repositories: _Answer | None = None
    job_states: _Answer | None = None
    sessions: _Answer | None = None
    task_sessions: _Answer | None = None

    def of(self, member: str) -> list[Raw]:
        """Give the entries of one answer; none if it is not there."""
        answer: _Answer | None = getattr(self, member)
        return answer.data if answer is not None else []


class Veeam:
    """Reads Veeam Backup & Replication.

    Args:
        wait: waits so many seconds; a test hands in another one.
    """

    name = "veeam"
    summary = "Reads Veeam Backup & Replication: restore points, jobs, restores and laboratories."
    options = (
        Option(
            "address",
            OptionType.TEXT,
            f"Where the backup server answers; port {PORT} if unsaid. Only https is spoken.",
            example="https://bkp01.example",
        ),
        Option("user", OptionType.TEXT, "Who asks.", example="refloat-reader"),
        Option(
            "password",
            OptionType.SECRET,
            "What the user signs in with.",
            example="env:VEEAM_READER",
        ),
        Option(
            "authority",
            OptionType.PATH,
            "Certificates that vouch for the server, in PEM; the machine's own if unsaid. A server"
            " that nobody vouches for is not asked.",
            example="bkp01.pem",
        ),
        Option(
            "api_version",
            OptionType.TEXT,
            "Which version of the interface is spoken.",
            default=VERSIONS[0],
            choices=VERSIONS,
        ),
    )
    rights = (
        "A user of its own with the role Veeam Backup Viewer, which signs in without a second"
        " factor."
    )
    takes_files = True
    asks = True

    def __init__(self, wait: Callable[[float], None] = time.sleep) -> None:
        self._wait = wait

    def probe(self) -> Probe:
        """Say whether urllib3 is there; files are read without it."""
        return probed("urllib3", "veeam")

    def read(self, request: Request) -> Listing:
        """Read a file of answers, or ask the server.

        Raises:
            MissingInput: if the file is not there, or cannot be opened.
            ObservationProblem: if it holds no answers of Veeam, or only a part of one.
            ToolMissing: if urllib3 is needed and not installed.
            UsageProblem: if the address, the user or the password is missing.
            SourceProblem: if the server does not answer, or refuses.
        """
        asked = request.path is None
        content = _asked(request, self._wait) if asked else read_bytes(request)
        saved = understood(content, _Saved, request.path, _MADE_BY)
        _see_whole(saved, request)
        telling = Telling(request, "veeam-br", "veeam/2", digest_of(content))
        around = _surroundings(saved, request)
        parts = (
            Part("restore point", saved.of("restore_points"), partial(point, telling, around)),
            Part("job", saved.of("job_states"), partial(job, telling, around)),
            Part("task session", saved.of("task_sessions"), partial(session, telling, around)),
            Part("session", saved.of("sessions"), partial(session, telling, around)),
        )
        listing = gathered(telling, parts)
        return replace(listing, whole=asked and not listing.refused)


def _asked(request: Request, wait: Callable[[float], None]) -> bytes:
    """Ask for everything, and give it as a file of saved answers would have it."""
    asking = Asking(_server(request), wait)
    types = tuple(("typeFilter", kind) for kind in LEVELS)
    try:
        # Backups and repositories come first: what a point refers to is then there.
        found = {
            "repositories": asking.entries(REPOSITORIES, *_BY_NAME),
            "backups": asking.entries(BACKUPS, *_BY_CREATION),
            "restorePoints": asking.entries(RESTORE_POINTS, *_BY_CREATION),
            "jobStates": asking.entries(JOB_STATES, *_BY_NAME),
            "sessions": asking.entries(SESSIONS, *types, *_BY_CREATION),
            "taskSessions": [
                entry
                for kind in LEVELS
                for entry in asking.entries(
                    TASK_SESSIONS, ("sessionTypeFilter", kind), *_BY_CREATION
                )
            ],
        }
    finally:
        asking.close()
    return msgspec.json.encode({name: {"data": entries} for name, entries in found.items()})


def _server(request: Request) -> Server:
    """Say where to ask, and as whom.

    Raises:
        UsageProblem: if something is missing, or the address is none.
    """
    said = request.options
    missing = [name for name in ("address", "user") if not said.get(name)]
    missing += ["password"] if "password" not in request.secrets else []
    if missing:
        raise UsageProblem(
            f"to ask a Veeam server, {' and '.join(missing)} must be said",
            hint="refloat facts read veeam --set address=https://SERVER --set user=NAME"
            " --set password=env:VARIABLE",
        )
    try:
        parts = urllib.parse.urlsplit(str(said["address"]))
        host, port = parts.hostname, parts.port or PORT
    except ValueError:
        host, port, parts = None, PORT, urllib.parse.urlsplit("")
    more = parts.username or parts.password or parts.path.strip("/") or parts.query
    if parts.scheme != "https" or not host or more:
        raise UsageProblem(
            "the address of the Veeam server is none that can be used",
            hint=f"It looks like https://bkp01.example:{PORT}, without a user, a path or http.",
        )
    return Server(
        host=host,
        port=port,
        user=str(said["user"]),
        password=request.secrets["password"],
        version=str(said.get("api_version") or VERSIONS[0]),
        authority=str(said.get("authority") or ""),
    )


def _see_whole(saved: _Saved, request: Request) -> None:
    """See that a file holds answers, and each of them to its end.

    Raises:
        ObservationProblem: if not.
    """
    answers = {name: getattr(saved, name) for name in saved.__struct_fields__}
    if all(answer is None for answer in answers.values()):
        raise ObservationProblem(
            f"{request.path} holds no answers of Veeam that are understood",
            hint=f"It must be all that this prints: {_MADE_BY}",
        )
    for answer in answers.values():
        if answer is None or answer.pagination is None:
            continue
        if answer.pagination.total != len(answer.data):
            raise ObservationProblem(
                f"{request.path} holds only a part of a list: {len(answer.data)} entries of"
                f" {answer.pagination.total}",
                hint="Ask for all of them at once: add ?limit=100000 to the path.",
            )


def _surroundings(saved: _Saved, request: Request) -> Surroundings:
    """Gather what entries refer to.

    Raises:
        ObservationProblem: if a backup or a repository cannot be understood: a lock may hang on it.
    """
    try:
        backups = _by_id(saved.of("backups"), Backup)
        repositories = _by_id(saved.of("repositories"), Repository)
    except Unusable as error:
        raise ObservationProblem(
            f"a backup or repository in {request.path or 'an answer'} cannot be used: {error}"
        ) from error
    return Surroundings(
        backups=backups,
        repositories=repositories,
        objects=objects_of_jobs(backups, saved.of("restore_points")),
        in_parts=sessions_in_parts(saved.of("task_sessions")),
    )


def _by_id(entries: Iterable[Raw], kind: type[Entry]) -> Mapping[str, Entry]:
    found = [one(raw, kind) for raw in entries]
    return {entry.id: entry for entry in found}


ADAPTER = Veeam()
