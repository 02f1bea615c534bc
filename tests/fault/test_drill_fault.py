"""Kill Refloat in the middle of a drill, at every named point: nothing runs on, all goes on."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from refloat.app import memory
from refloat.app.workspace import Workspace
from refloat.model.facts import Facts
from tests.real.small_shop import Shop, control_groups, left_behind, own_state, seeded_shop

STAGES = ("choose", "isolate", "restore", "load", "start", "ready", "check", "journey")
POINTS = (
    "drill.declared",
    *(f"{stage}.{moment}" for stage in STAGES for moment in ("began", "done", "ended")),
    "sandbox.recorded",
    "sandbox.groups-made",
    "sandbox.up",
    "drill.taken-down",
    "drill.judged",
)
KILLED = -9
PATIENCE = 20.0


@pytest.fixture(scope="module")
def seeded() -> Iterator[Shop]:
    with seeded_shop() as shop:
        yield shop


@pytest.fixture
def shop(seeded: Shop) -> Iterator[Shop]:
    with own_state(seeded, "fault-") as own:
        yield own


@pytest.mark.parametrize("point", POINTS)
def test_a_killed_drill_leaves_nothing_running_and_goes_on(
    shop: Shop, point: str, tmp_path: Path
) -> None:
    assert shop.drill(REFLOAT_FAULT=point).code == KILLED
    nothing_runs_on(shop)
    (run,) = shop.runs()
    finished = restored(shop, run)

    calls = Calls(tmp_path)
    resumed = shop.drill("--resume", run, PATH=calls.path)
    result = resumed.json()

    assert result["verdict"] == "proven", (result["reasons"], resumed.errors)
    assert result["run"] == run
    assert result["resumed"] == 1
    assert result["teardown"]["clean"]
    assert calls.restores() == 3 - len(finished)
    repeated = {
        step["component"]
        for step in result["steps"]
        if step["repeated"] and step["stage"] == "restore"
    }
    assert repeated == finished
    facts = known(shop)
    assert [fact.run for fact in facts.interruptions] == [run]
    assert [drill.record.run for drill in facts.drills] == [run]
    nothing_left(shop, run)


def test_a_run_says_itself_which_service_it_was_of(shop: Shop) -> None:
    assert shop.drill(REFLOAT_FAULT="restore.done").code == KILLED
    (run,) = shop.runs()
    result = shop.run("drill", "--resume", run, "--json").json()
    assert (result["run"], result["service"], result["verdict"]) == (run, "shop", "proven")
    unknown = shop.run("drill", "--resume", f"{run}x", "--json")
    assert unknown.code == 66
    assert run in unknown.json()["error"]["hint"]
    assert shop.run("drill", "--json").code == 64
    nothing_left(shop, run)


def test_a_drill_killed_after_its_evidence_is_recorded_once(shop: Shop) -> None:
    assert shop.drill(REFLOAT_FAULT="drill.recorded").code == KILLED
    (run,) = shop.runs()
    refused = shop.drill("--resume", run)
    assert refused.code == 77
    assert "has come to its end" in refused.errors
    facts = known(shop)
    assert [drill.record.verdict for drill in facts.drills] == ["proven"]
    assert facts.interruptions == ()
    nothing_left(shop, run)


@pytest.mark.parametrize("point", ["drill.declared", "restore.done", "journey.done"])
def test_clean_removes_what_a_killed_drill_left_and_the_run_can_still_go_on(
    shop: Shop, point: str
) -> None:
    assert shop.drill(REFLOAT_FAULT=point).code == KILLED
    (run,) = shop.runs()
    cleaned = shop.run("clean", "--json")
    assert cleaned.code == 0
    (found,) = cleaned.json()
    assert found["run"] == run
    assert found["recorded"]
    assert found["teardown"]["clean"]
    nothing_left(shop, run)
    assert shop.run("clean", "--json").json() == []

    result = shop.drill("--resume", run).json()
    assert result["verdict"] == "proven", result["reasons"]
    assert not [step for step in result["steps"] if step["repeated"] and step["stage"] != "choose"]


@pytest.mark.parametrize(
    "command",
    [("backup", "pictures"), ("points",), ("compare", "shop"), ("evidence", "list"), ("status",)],
    ids=" ".join,
)
def test_any_next_command_finds_and_records_a_killed_drill(
    shop: Shop, command: tuple[str, ...]
) -> None:
    assert shop.drill(REFLOAT_FAULT="ready.began").code == KILLED
    (run,) = shop.runs()
    assert run in shop.run(*command).errors
    assert [fact.run for fact in known(shop).interruptions] == [run]


def test_a_run_killed_twice_is_recorded_twice_and_still_goes_on(shop: Shop) -> None:
    assert shop.drill(REFLOAT_FAULT="load.ended").code == KILLED
    (run,) = shop.runs()
    assert shop.drill("--resume", run, REFLOAT_FAULT="journey.ended").code == KILLED
    result = shop.drill("--resume", run).json()
    assert result["verdict"] == "proven", result["reasons"]
    assert result["resumed"] == 2
    assert any("asked again" in note for note in result["notes"])
    assert [fact.run for fact in known(shop).interruptions] == [run, run]


def test_what_a_restart_of_the_machine_may_have_torn_is_restored_again(
    shop: Shop, tmp_path: Path
) -> None:
    assert shop.drill(REFLOAT_FAULT="start.began").code == KILLED
    (run,) = shop.runs()
    journal = shop.state / "runs" / run / "journal.jsonl"
    boot = json.loads(journal.read_text().splitlines()[-1])["instant"]["boot_identity"]
    journal.write_text(journal.read_text().replace(boot, "0" * len(boot)))
    calls = Calls(tmp_path)
    result = shop.drill("--resume", run, PATH=calls.path).json()
    assert result["verdict"] == "proven", result["reasons"]
    assert calls.restores() == 3


def test_a_changed_plan_is_not_resumed(shop: Shop) -> None:
    assert shop.drill(REFLOAT_FAULT="load.ended").code == KILLED
    (run,) = shop.runs()
    text = shop.plan.read_text()
    shop.plan.write_text(text.replace("at_least: {count: 12}", "at_least: {count: 11}"))
    refused = shop.drill("--resume", run)
    assert refused.code == 77
    assert refused.json()["error"]["message"].endswith("the plan has changed since")
    shop.plan.write_text(f"# a comment changes nothing\n{text}")
    assert shop.drill("--resume", run).json()["verdict"] == "proven"


class Calls:
    """A restic in front of restic that writes down how it was called."""

    def __init__(self, folder: Path) -> None:
        self._log = folder / "calls"
        wrapper = folder / "restic"
        wrapper.write_text(f'#!/bin/sh\necho "$*" >>{self._log}\nexec /usr/bin/restic "$@"\n')
        wrapper.chmod(0o755)
        self.path = f"{folder}:/usr/bin:/bin"

    def restores(self) -> int:
        """Count the restores; a run that has all its data asks restic for nothing at all."""
        lines = self._log.read_text().splitlines() if self._log.exists() else []
        return sum(" restore " in f" {line} " for line in lines)


def restored(shop: Shop, run: str) -> set[str]:
    """Name the components whose restore had ended, and still lies on the disk."""
    events = shop.journal(run)
    if any(event["event"] == "removing" for event in events):
        return set()
    return {
        event["component"]
        for event in events
        if event["event"] == "ended" and event["stage"] == "restore"
    }


def nothing_runs_on(shop: Shop) -> None:
    """See that every process of the sandbox ends by itself: the kernel ends them, not a sweep."""
    deadline = time.monotonic() + PATIENCE
    while (left := left_behind(shop.state)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert left == []


def nothing_left(shop: Shop, run: str) -> None:
    """See that nothing of a run is left but its journal."""
    assert left_behind(shop.state) == []
    assert control_groups([run]) == []
    left = {one.name for one in (shop.state / "runs" / run).iterdir()}
    assert left <= {"journal.jsonl", "lock"}


def known(shop: Shop) -> Facts:
    """Read the facts out of the shop's ledger."""
    return memory.known(Workspace(shop.plan, shop.state))
