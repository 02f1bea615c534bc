"""Several empty PostgreSQL servers in one sandbox: one initdb, and clusters of their own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from refloat.data_sets import Target
from refloat.data_sets._postgresql import place as inside
from refloat.data_sets._postgresql import programs, server
from refloat.model.errors import ToolFailed
from refloat.model.place import CommandResult
from refloat.sandboxes import OpenSandbox
from refloat.sandboxes._bubblewrap.place import BubblewrapPlace
from refloat.testing.sandbox_conformance import wait_until
from tests.real import putting_back, servers

OWNER = servers.account("postgres")


def target(key: str, port: int) -> Target:
    options: Mapping[str, Any] = {"port": port, "database": "shop"}
    return Target(key, options, {}, OWNER, 120.0)


TARGETS = tuple(target(f"db{number}", 43860 + number) for number in range(3))


@pytest.fixture
def place(tmp_path: Path) -> Iterator[OpenSandbox]:
    tmp_path.chmod(0o755)
    with putting_back.sandbox(tmp_path, OWNER) as opened:
        yield opened


class Ran(Counter[str]):
    """How often programs were run in the place; ``meanwhile`` happens before an initdb."""

    def meanwhile(self) -> None:
        return


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> Ran:
    counted = Ran()
    real = BubblewrapPlace.run

    def run(self: BubblewrapPlace, arguments: tuple[str, ...], **more: Any) -> CommandResult:
        name = Path(arguments[0]).name
        counted[name] += 1
        if name == "initdb":
            counted.meanwhile()
        return real(self, arguments, **more)

    monkeypatch.setattr(BubblewrapPlace, "run", run)
    return counted


def wanted(known: server.Servers) -> int:
    """Say how many servers are waiting for an empty cluster, or copying one."""
    return sum(one.wanted for some in known.clusters._known.values() for one in some.values())


def asked(place: OpenSandbox, one: Target, script: str) -> list[str]:
    folder = programs.client_programs({})
    return inside.psql(place, one, folder, script, role="postgres", database="postgres")


def test_servers_that_are_made_at_one_time_share_an_initdb_and_nothing_else(
    place: OpenSandbox, ran: Ran
) -> None:
    known = server.Servers()
    ran.meanwhile = lambda: _see(lambda: wanted(known) == len(TARGETS))  # type: ignore[method-assign]  # of this one
    with ThreadPoolExecutor(len(TARGETS)) as pool:
        made = list(pool.map(lambda one: server.make(known, place, one, server.Wanted()), TARGETS))
    assert all(one.running.alive() and one.empty for one in made)
    assert (ran["initdb"], ran["cp"] + ran["mv"]) == (1, len(TARGETS))
    assert wanted(known) == 0
    asked(place, TARGETS[0], "CREATE TABLE only_here (a int); CREATE ROLE only_here;")
    there = "SELECT to_regclass('only_here'), count(*) FROM pg_roles WHERE rolname = 'only_here';"
    assert [asked(place, one, there) for one in TARGETS] == [["only_here|1"], ["|0"], ["|0"]]


def test_a_server_that_is_made_again_is_empty_again(place: OpenSandbox, ran: Ran) -> None:
    known, (one, *_) = server.Servers(), TARGETS
    server.make(known, place, one, server.Wanted())
    asked(place, one, "CREATE TABLE of_the_first_life (a int);")
    server.make(known, place, one, server.Wanted())
    assert asked(place, one, "SELECT to_regclass('of_the_first_life');") == [""]
    assert (ran["initdb"], ran["cp"]) == (2, 0), "nobody else waits for a copy"


def test_another_first_role_gets_a_cluster_of_its_own(place: OpenSandbox, ran: Ran) -> None:
    known, (one, other, _) = server.Servers(), TARGETS
    server.make(known, place, one, server.Wanted())
    server.make(known, place, other, server.Wanted(bootstrap="keeper"))
    assert ran["initdb"] == 2
    folder = programs.client_programs({})
    query = "SELECT rolname FROM pg_roles WHERE oid = 10;"
    seen = inside.psql(place, other, folder, query, role="keeper", database="postgres")
    assert seen == ["keeper"]


def test_an_initdb_that_failed_is_tried_again_by_the_next(place: OpenSandbox, ran: Ran) -> None:
    known, (one, other, _) = server.Servers(), TARGETS
    with pytest.raises(ToolFailed, match="initdb"):
        server.make(known, place, one, server.Wanted(bootstrap="pg_is_refused"))
    with pytest.raises(ToolFailed, match="initdb"):
        server.make(known, place, other, server.Wanted(bootstrap="pg_is_refused"))
    assert ran["initdb"] == 2
    assert server.make(known, place, one, server.Wanted()).running.alive()


def _see(condition: Callable[[], bool]) -> None:
    assert wait_until(condition)
