"""Two installations of one platform: neither is taken for the other, and no point for vanished."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from refloat.app import memory
from refloat.app.read_platform import ReadPlatform, Wanted, read_platform
from refloat.app.workspace import Workspace
from refloat.host.clock import Clock
from refloat.model.errors import UsageProblem

PLAN = """\
organisation: Corner Shop
people: {ada: {name: Ada Bell}}
components: {letters: {kind: files, watch: {every: 1 day, copies: [shelf]}}}
repositories: {shelf: {}}
services: {shop: {name: The shop, owner: ada, needs: [letters]}}
"""
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
BOTH = tuple(f"{machine}:/srv/letters=letters" for machine in ("web1", "web2"))


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "refloat.yaml").write_text(PLAN, encoding="utf-8")
    return Workspace.find(str(tmp_path / "refloat.yaml"), None)


def listing(workspace: Workspace, machine: str, *identities: str) -> Path:
    """Write a listing of a machine's own repository."""
    path = workspace.folder / f"{machine}.json"
    snapshots = [
        {"id": one, "hostname": machine, "paths": ["/srv/letters"], "time": "2026-11-19T02:00:00Z"}
        for one in identities
    ]
    path.write_text(json.dumps(snapshots), encoding="utf-8")
    return path


def read(workspace: Workspace, path: Path, hours: int = 0, **how: Any) -> ReadPlatform:
    at = NOON + timedelta(hours=hours)
    wanted = Wanted("restic", (path,), as_of=at, data_sets=BOTH, **how)
    return read_platform(workspace, Clock(), wanted)


def entries(workspace: Workspace) -> int:
    return len(memory.known(workspace).imports)


def platform_in_plan(workspace: Workspace) -> None:
    workspace.plan_path.write_text(PLAN + "platforms: {restic: {}}\n", encoding="utf-8")
    del workspace.__dict__["plan"], workspace.__dict__["plan_files"]


@pytest.mark.requirement("R-018")
def test_a_whole_listing_needs_to_be_of_a_named_installation(workspace: Workspace) -> None:
    path = listing(workspace, "web1", "a1", "a2")
    read(workspace, path)
    with pytest.raises(UsageProblem, match="of which installation") as raised:
        read(workspace, path, 1, whole=True)
    assert "--instance" in raised.value.hint
    assert read(workspace, path, 1, whole=True, instance="restic").gone == 0


@pytest.mark.requirement("R-018")
def test_another_repository_under_the_same_unsaid_name_raises_no_false_alarm(
    workspace: Workspace,
) -> None:
    assert workspace.plan
    platform_in_plan(workspace)
    options = {"kept_for": "35 days"}
    first, second = listing(workspace, "web1", "a1", "a2"), listing(workspace, "web2", "b1")
    assert read(workspace, first, whole=True, options=options).gone == 0
    before = entries(workspace)
    with pytest.raises(UsageProblem, match="none of the 2 recovery points") as raised:
        read(workspace, second, 1, whole=True, options=options)
    assert "--instance restic" in raised.value.hint
    assert entries(workspace) == before, "nothing was taken"
    named = read(workspace, second, 1, whole=True, options=options, instance="restic-web2")
    assert (named.gone, named.listings[0].points) == (0, 1)
    again = read(workspace, listing(workspace, "web1", "a2", "a3"), 2, whole=True, options=options)
    assert again.gone == 1, "the same one again, with one point less and one more"


@pytest.mark.requirement("R-018")
def test_of_a_named_installation_everything_may_be_gone(workspace: Workspace) -> None:
    options = {"kept_for": "35 days"}
    read(workspace, listing(workspace, "web1", "a1", "a2"), options=options)
    path = listing(workspace, "web1", "a3")
    done = read(workspace, path, 1, whole=True, instance="restic", options=options)
    assert done.gone == 2
    (one,) = done.listings
    assert one.imported is not None
    assert len(one.imported.vanished) == 2
