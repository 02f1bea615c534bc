"""A PostgreSQL server in a place: made empty, filled from a dump, started again, asked."""

from __future__ import annotations

import json
import os
import time
import weakref
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from refloat.data_sets import Target
from refloat.data_sets._postgresql import files, programs, questions
from refloat.data_sets._postgresql import place as inside
from refloat.data_sets._postgresql.clusters import Clusters
from refloat.data_sets._postgresql.view import ATTACHED_ROLES, ATTACHED_SERVER
from refloat.engines import Restored
from refloat.model.errors import RepositoryProblem, ToolFailed, ToolTimeout
from refloat.model.place import Place, Running

STARTING_TIMEOUT = 60.0

_PRELOADED = "shared_preload_libraries"


@dataclass(frozen=True)
class Wanted:
    """What a fresh server has to be.

    Attributes:
        major: the version that is needed at least; None for the newest that is there.
        bootstrap: the name of its first role; nearly every cluster calls it so.
        settings: the original's settings.
    """

    major: int | None = None
    bootstrap: str = "postgres"
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Started:
    """A server that runs in a place: empty, as ``make`` left it, or loaded."""

    running: Running
    folder: str
    bootstrap: str
    empty: bool


class Servers:
    """The servers that run in places, so that one that was made is used and not made again.

    Nothing rests on this memory: what is not known here is made or started anew.

    Attributes:
        clusters: the empty clusters that servers are made from.
    """

    def __init__(self) -> None:
        self.clusters = Clusters()
        self._known: weakref.WeakKeyDictionary[Place, dict[str, Started]] = (
            weakref.WeakKeyDictionary()
        )

    def find(self, place: Place, key: str) -> Started | None:
        """Give the server of a component, if it was started from here and still runs."""
        started = self._known.get(place, {}).get(key)
        return started if started is not None and started.running.alive() else None

    def keep(self, place: Place, key: str, started: Started) -> Started:
        """Remember a server, and give it back."""
        self._known.setdefault(place, {})[key] = started
        return started

    def stop(self, place: Place, key: str) -> None:
        """End the server of a component, if it runs."""
        started = self._known.get(place, {}).pop(key, None)
        if started is not None:
            started.running.stop(30.0)


def make(servers: Servers, place: Place, target: Target, wanted: Wanted) -> Started:
    """Make an empty server, in place of whatever was there of it, and start it.

    Raises:
        ToolMissing: if the programs of no such version are in the place.
        ToolFailed, ToolTimeout: with the tool's last lines.
    """
    layout = inside.layout_of(target)
    servers.stop(place, target.key)
    inside.make_folders(place, target)
    account, folder = inside.look_around(place, target, wanted.major)
    servers.clusters.copy(
        place, target, programs=folder, bootstrap=wanted.bootstrap, data=layout.data
    )
    text = _configuration(layout, wanted)
    _write(place, target, "postgresql.conf", text + files.LOADING)
    _write(place, target, "pg_hba.conf", files.first_rules(wanted.bootstrap))
    _write(place, target, "pg_ident.conf", files.identities(account, wanted.bootstrap))
    running = _start(place, target, folder)
    return servers.keep(place, target.key, Started(running, folder, wanted.bootstrap, True))


def start_again(servers: Servers, place: Place, target: Target) -> Running:
    """Start a loaded server from its data folder.

    Raises:
        ToolMissing, ToolFailed, ToolTimeout: if it does not come up.
    """
    data = inside.layout_of(target).data
    servers.stop(place, target.key)
    version = inside.demand(place, target, ("/bin/cat", f"{data}/PG_VERSION"))
    major = int(version.output.decode().strip())
    _, folder = inside.look_around(place, target, major, exactly=True)
    # A server that was killed leaves its lock file; its process number may be another's by now.
    inside.demand(place, target, ("/bin/rm", "-f", "--", f"{data}/postmaster.pid"))
    inside.make_folders(place, target)
    running = _start(place, target, folder)
    servers.keep(place, target.key, Started(running, folder, "", False))
    return running


def load(
    servers: Servers,
    place: Place,
    target: Target,
    restored: Restored,
    attachments: Mapping[str, bytes],
) -> tuple[str, ...]:
    """Fill an empty server from a dump; make one first where none is ready. Stop it in order.

    Returns:
        What is not as it was, in sentences.

    Raises:
        RepositoryProblem: if the point lacks the server's roles or settings.
        ToolFailed, ToolTimeout: with the tool's last lines.
    """
    about = _about(target, attachments)
    layout = inside.layout_of(target)
    wanted = Wanted(about["major"], about["bootstrap"], about["settings"])
    started = servers.find(place, target.key)
    if started is None or not _fits(place, target, started, wanted):
        started = make(servers, place, target, wanted)
    servers.keep(place, target.key, Started(started.running, started.folder, "", False))
    _adopt_dump(place, target, restored)
    roles = files.roles_without(attachments[ATTACHED_ROLES].decode(), wanted.bootstrap)
    _make_roles(place, target, started, roles)
    _fill(place, target, started)
    text = _configuration(layout, wanted)
    _write(place, target, "postgresql.conf", text)
    _write(place, target, "pg_hba.conf", files.rules(about["access"]))
    inside.demand(place, target, ("/bin/rm", "-f", "--", layout.dump))
    servers.stop(place, target.key)
    return _not_as_it_was(target, about)


def ask(servers: Servers, place: Place, target: Target, script: str) -> list[str]:
    """Ask the restored database as Refloat's own role; give the lines that it printed.

    Raises:
        ToolFailed, ToolTimeout: if a statement fails, or the server does not answer.
    """
    return inside.psql(
        place,
        target,
        _folder(servers, place, target),
        script,
        role=questions.ADMINISTRATOR,
        database=programs.text(target.options, "database"),
    )


def answers(servers: Servers, place: Place, target: Target) -> bool:
    """Ask once whether the server takes connections."""
    return _answers(place, target, _folder(servers, place, target))


def _folder(servers: Servers, place: Place, target: Target) -> str:
    started = servers.find(place, target.key)
    return started.folder if started else inside.look_around(place, target, None)[1]


def _answers(place: Place, target: Target, folder: str) -> bool:
    layout = inside.layout_of(target)
    # pg_isready(1): exit code 0 means that connections are taken.
    return place.run(
        (f"{folder}/pg_isready", "-q", "-h", layout.own_socket, "-p", layout.port, "-t", "3"),
        user=target.user,
        timeout=10.0,
    ).succeeded


def _start(place: Place, target: Target, folder: str) -> Running:
    running = place.start(
        f"postgres {target.key}",
        (f"{folder}/postgres", "-D", inside.layout_of(target).data),
        user=target.user,
    )
    deadline = time.monotonic() + min(STARTING_TIMEOUT, target.timeout)
    while not _answers(place, target, folder):
        if not running.alive():
            words = inside.without_rows(running.last_words())
            raise ToolFailed(f"the PostgreSQL server of {target.key} ended at once: {words}")
        if time.monotonic() > deadline:
            running.stop(5.0)
            raise ToolTimeout(f"the PostgreSQL server of {target.key} did not begin to answer")
        time.sleep(0.02)
    return running


def _about(target: Target, attachments: Mapping[str, bytes]) -> dict[str, Any]:
    if ATTACHED_SERVER not in attachments or ATTACHED_ROLES not in attachments:
        raise RepositoryProblem(
            f"the recovery point of {target.key} lacks the server's roles or settings",
            hint="Choose another recovery point with --at, and run refloat backup.",
        )
    about: dict[str, Any] = json.loads(attachments[ATTACHED_SERVER])
    return about


def _fits(place: Place, target: Target, started: Started, wanted: Wanted) -> bool:
    """Whether a server that runs can take this dump: empty, and of the right making."""
    if (
        not started.empty
        or started.bootstrap != wanted.bootstrap
        or wanted.settings.get(_PRELOADED)
    ):
        return False
    return inside.look_around(place, target, wanted.major)[1] == started.folder


def _adopt_dump(place: Place, target: Target, restored: Restored) -> None:
    """Bring the dump to where the account can read it; after a crash it may be there already."""
    dump = inside.layout_of(target).dump
    staged = restored.items[0][0]
    if staged.exists():
        inside.demand(place, target, ("/bin/rm", "-f", "--", dump))
        place.adopt(staged, dump, user=target.user)
    # The engine kept the owner and the mode of its own file, which may be anybody's.
    if not place.run(("/usr/bin/test", "-r", dump), user=target.user, timeout=10.0).succeeded:
        raise ToolFailed(f"the restored dump of {target.key} is not readable in the place")


def _make_roles(place: Place, target: Target, started: Started, roles: str) -> None:
    own = f"\nRESET ALL;\nCREATE ROLE {questions.ADMINISTRATOR} SUPERUSER LOGIN;\n"
    bootstrap = started.bootstrap
    inside.psql(place, target, started.folder, roles + own, role=bootstrap, database="template1")


def _fill(place: Place, target: Target, started: Started) -> None:
    layout, role = inside.layout_of(target), started.bootstrap
    connect_to = "postgres"
    if programs.text(target.options, "database") == connect_to:
        connect_to = "template1"
        drop = "DROP DATABASE postgres;"
        inside.psql(place, target, started.folder, drop, role=role, database=connect_to)
    inside.demand(
        place,
        target,
        (
            *(f"{started.folder}/pg_restore", "--create", "--exit-on-error", "--no-password"),
            *("--no-tablespaces", f"--jobs={_jobs()}", f"--dbname={connect_to}", layout.dump),
        ),
        environment=layout.environment(role, connect_to),
    )


def _jobs() -> int:
    return max(2, min(4, os.cpu_count() or 2))


def _configuration(layout: inside.Layout, wanted: Wanted) -> str:
    return files.configuration(wanted.settings, layout.sockets, layout.address, layout.port)


def _write(place: Place, target: Target, name: str, content: str) -> None:
    path = f"{inside.layout_of(target).data}/{name}"
    place.write(path, content.encode(), user=target.user)


def _not_as_it_was(target: Target, about: Mapping[str, Any]) -> tuple[str, ...]:
    said = []
    if not about["superuser"]:
        said.append(
            "The roles came back without passwords, and the server asks all of them for one:"
            " the role that took the backup is no superuser."
        )
    if about["tablespaces"]:
        said.append("All tables are in one place: the original's tablespaces were not made.")
    host = programs.text(target.options, "host", inside.LOOPBACK)
    if not inside.is_loopback(host):
        said.append(f"The server answers at 127.0.0.1 only; the original was at {host}.")
    return tuple(said)
