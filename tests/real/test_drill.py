"""Drills of a small business: what they print, what they record, and what stops them."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from refloat.app import memory
from refloat.app.workspace import Workspace
from refloat.model.facts import DrillFact
from tests.real.small_shop import (
    ACCOUNT,
    READY,
    TIMEOUT,
    Ended,
    Shop,
    control_groups,
    done,
    left_behind,
    plan_text,
    small_disk,
    without,
)

MEMBERS = {"run", "service", "verdict", "common_recovery_point", "rto", "rpo", "steps", "checks"}
MORE_MEMBERS = {"teardown", "evidence", "reasons"}
MEASURED = {"target_seconds", "measured_seconds", "met"}


def holds_the_contract(ended: Ended) -> dict[str, Any]:
    """See that a drill printed JSON with everything that scripts rely on; give it."""
    result: dict[str, Any] = ended.json()
    assert set(result) >= MEMBERS | MORE_MEMBERS
    assert {"at", "skew_seconds"} <= set(result["common_recovery_point"])
    assert set(result["rto"]) >= MEASURED
    assert set(result["rpo"]) >= MEASURED
    assert result["teardown"]["clean"] is True
    assert ended.code == {"proven": 0, "failed": 1, "unproven": 2}[result["verdict"]]
    return result


def recorded(shop: Shop, result: dict[str, Any]) -> DrillFact:
    """See that the ledger holds the drill as it was printed; give it."""
    (fact,) = (f for f in drills(shop) if f.record.run == result["run"])
    assert fact.entry == result["evidence"]["entry"]
    assert fact.record.verdict == result["verdict"]
    assert list(fact.record.reasons) == result["reasons"]
    return fact


def drills(shop: Shop) -> tuple[DrillFact, ...]:
    return memory.known(Workspace(shop.plan, shop.state)).drills


@pytest.mark.requirement("R-065", "R-006")
def test_a_proven_drill_prints_and_records_what_it_measured(shop: Shop) -> None:
    result = holds_the_contract(shop.drill())
    assert result["verdict"] == "proven", result["reasons"]
    fact = recorded(shop, result)
    assert result["common_recovery_point"]["at"]
    assert result["common_recovery_point"]["skew_seconds"] >= 0

    journey = next(step for step in result["steps"] if step["stage"] == "journey")
    assert result["rto"]["measured_seconds"] == pytest.approx(journey["ended"], abs=0.002)
    assert result["rto"]["met"] is True
    restores = [step["ended"] for step in result["steps"] if step["stage"] == "restore"]
    assert result["rto"]["measured_seconds"] > max(restores), "it ends with the business's check"
    assert result["critical_path"][-1] == "journey"
    assert result["critical_path"][0] in ("choose", "isolate")
    critical = sorted(
        (step for step in result["steps"] if step["critical"]), key=lambda step: step["started"]
    )
    assert all(a["ended"] <= b["started"] for a, b in itertools.pairwise(critical))
    assert fact.record.ended_at is not None
    took = (fact.record.ended_at - fact.record.declared_at).total_seconds()
    assert took == pytest.approx(journey["ended"], abs=0.01)


@pytest.mark.requirement("R-047")
def test_components_come_back_in_the_order_of_their_needs(shop: Shop) -> None:
    result = holds_the_contract(shop.drill())
    steps = {(step["component"], step["stage"]): step for step in result["steps"]}
    start = steps["application", "start"]["started"]
    for needed in ("program", "letters"):
        assert steps[needed, "check"]["ended"] <= start
    assert steps["pictures", "check"]["ended"] <= steps[None, "journey"]["started"]


def test_no_recovery_point_is_unproven_and_recorded(shop: Shop) -> None:
    more = "  attic:\n    kind: files\n    protect: {files: secrets}\n"
    text = plan_text(more=more).replace("needs: [program, letters]", "needs: [attic, letters]")
    shop.plan.write_text(text)
    result = holds_the_contract(shop.drill())
    assert result["verdict"] == "unproven"
    assert "no recovery point of attic" in " ".join(result["reasons"])
    recorded(shop, result)


def test_a_missing_engine_is_unproven_and_recorded(shop: Shop) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can hide a program from a process, by a mount of its own")
    hidden = without("/usr/bin/restic", shop.command("drill", "shop", "--json"), shop)
    result = holds_the_contract(hidden)
    assert result["verdict"] == "unproven"
    assert "restic is not installed" in " ".join(result["reasons"])
    recorded(shop, result)


def test_a_missing_sandbox_is_unproven_and_recorded(shop: Shop) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can hide a program from a process, by a mount of its own")
    hidden = without("/usr/bin/bwrap", shop.command("drill", "shop", "--json"), shop)
    result = holds_the_contract(hidden)
    assert result["verdict"] == "unproven"
    assert "bwrap is not installed" in " ".join(result["reasons"])
    recorded(shop, result)


@pytest.mark.parametrize("known", [True, False])
def test_a_wrong_plan_is_unproven_and_recorded_with_its_complaints(shop: Shop, known: bool) -> None:
    if not known:
        shop = Shop(shop.home, shop.state / "new", shop.plan)
    text = plan_text().replace("needs: [program, letters]", "needs: [program, leters]")
    shop.plan.write_text(text.replace("organisation:", "organization:"))
    result = holds_the_contract(shop.drill())
    assert result["verdict"] == "unproven"
    told = " ".join(result["reasons"])
    assert "leters" in told
    assert "organization" in told
    assert f"{shop.plan.name}:1:1" in told
    assert recorded(shop, result).record.organisation == "unknown"


def test_no_room_on_the_disk_is_told_before_anything_is_restored(shop: Shop) -> None:
    with small_disk(shop, megabytes=24) as small:
        result = holds_the_contract(small.drill())
        assert result["verdict"] == "unproven"
        assert "MiB free" in " ".join(result["reasons"])
        assert not [s for s in result["steps"] if s["stage"] == "restore" and s["bytes"]]
        recorded(small, result)


def test_a_wrong_password_is_unproven_and_named(shop: Shop) -> None:
    shop.plan.write_text(plan_text(password="wrong"))
    result = holds_the_contract(shop.drill())
    assert result["verdict"] == "unproven"
    told = " ".join(result["reasons"])
    assert "password" in told
    assert "shelf" in told
    assert "wrong password" not in told, "the password itself is nobody's business"
    recorded(shop, result)


def test_a_secret_that_leads_nowhere_is_unproven_and_recorded(shop: Shop) -> None:
    shop.plan.write_text(plan_text(password="gone"))
    result = holds_the_contract(shop.drill())
    assert result["verdict"] == "unproven"
    assert "secrets/gone" in " ".join(result["reasons"])
    recorded(shop, result)


def test_an_objective_that_nobody_approved_is_unproven(shop: Shop) -> None:
    shop.plan.write_text(plan_text(rto="6 min"))
    result = holds_the_contract(shop.drill())
    assert result["verdict"] == "unproven"
    (reason,) = result["reasons"]
    assert reason.startswith("Nobody has approved the recovery time objective of ")
    assert reason.endswith("; the plan now says 6 min.")
    assert result["rto"]["approved"] is False
    assert result["rpo"]["approved"] is True


@pytest.mark.requirement("R-088")
def test_a_recovery_that_takes_too_long_has_failed(shop: Shop) -> None:
    slow = "/bin/sh -c 'sleep 1.5; exec /usr/bin/python3 program/shop.py'"
    shop.plan.write_text(plan_text(rto="1s", start=slow))
    done(shop.run("approve", "objective", "shop", "--as", "ada"))
    result = holds_the_contract(shop.drill())
    assert result["verdict"] == "failed"
    assert "1 s is allowed" in " ".join(result["reasons"]).replace("1.0 s", "1 s")
    assert result["rto"]["met"] is False


@pytest.mark.requirement("R-002", "R-003")
def test_all_jobs_green_and_the_service_failed(shop: Shop) -> None:
    shop.plan.write_text(plan_text(letters=13))
    backed_up = done(shop.run("backup", "--json")).json()
    assert all(one["succeeded"] for one in backed_up["results"])
    result = holds_the_contract(shop.drill())
    assert result["verdict"] == "failed"
    assert "a customer finds the letters" in " ".join(result["reasons"])
    assert [c["outcome"] for c in result["checks"] if c["component"] is None] == [
        "failed",
        "could not run",
    ]


def test_a_component_that_fails_stops_what_needs_it_and_nothing_else(shop: Shop) -> None:
    asked = "    checks:\n      - it holds a deed: {files: {paths: letters/deed.txt}}\n"
    broken = plan_text().replace(
        "    protect: {files: letters}\n", f"    protect: {{files: letters}}\n{asked}"
    )
    shop.plan.write_text(broken)
    result = holds_the_contract(shop.drill())
    assert result["verdict"] == "failed"
    assert "it holds a deed" in result["reasons"][0]
    outcomes = {(s["component"], s["stage"]): s["outcome"] for s in result["steps"]}
    assert outcomes["letters", "check"] == "failed"
    assert outcomes["application", "start"] == "could not run"
    assert outcomes[None, "journey"] == "could not run"
    assert outcomes["pictures", "check"] == "passed"
    assert outcomes["program", "check"] == "passed"


def test_a_soft_dependency_that_fails_leaves_the_service_degraded(shop: Shop) -> None:
    greeter = f"""\
  greeter:
    kind: application
    user: {ACCOUNT}
    recover: {{start: /bin/sh -c 'exit 1'}}
"""
    needs = ("soft: pictures]", "{soft: pictures}, {soft: greeter}]")
    shop.plan.write_text(plan_text(more=greeter).replace(*needs))
    result = holds_the_contract(shop.drill())
    assert result["verdict"] == "proven", result["reasons"]
    (told,) = result["degraded"]
    assert told.lower() == "greeter did not come back; the shop runs without it."
    assert "failed" in {s["outcome"] for s in result["steps"] if s["component"] == "greeter"}


def test_soft_data_that_is_damaged_fails_the_drill_and_the_rest_goes_on(shop: Shop) -> None:
    asked = "    checks:\n      - the sign is there: {files: {paths: pictures/sign.svg}}\n"
    shop.plan.write_text(plan_text(pictures=asked))
    result = holds_the_contract(shop.drill())
    assert result["verdict"] == "failed"
    assert "the sign is there" in result["reasons"][0]
    assert len(result["reasons"]) == 1
    assert len(result["degraded"]) == 1
    journey = [check["outcome"] for check in result["checks"] if check["component"] is None]
    assert journey == ["passed", "passed"]


@pytest.mark.parametrize(
    ("start", "recover", "told"),
    [
        ("/usr/bin/sleep 600", READY.replace("20 s", "2 s"), "did not answer within 2 s"),
        ("/usr/bin/no-such-program", READY, "no-such-program"),
        ("/bin/sh -c 'echo the till is locked >&2; exit 3'", READY, "the till is locked"),
        ("/bin/sh -c 'echo the till is locked >&2; exit 3'", "", "the till is locked"),
    ],
    ids=["never answers", "does not exist", "dies at once", "dies at once, nobody asks"],
)
def test_an_application_that_does_not_come_up_is_named(
    shop: Shop, start: str, recover: str, told: str
) -> None:
    shop.plan.write_text(plan_text(start=start, recover=recover))
    result = holds_the_contract(shop.drill())
    assert result["verdict"] == "failed"
    assert "Application" in result["reasons"][0]
    assert told in result["reasons"][0]


@pytest.mark.parametrize(
    ("stage", "number", "times"),
    [
        ("choose", signal.SIGINT, 1),
        ("isolate", signal.SIGINT, 2),
        ("restore", signal.SIGINT, 1),
        ("restore", signal.SIGTERM, 2),
        ("load", signal.SIGINT, 2),
        ("ready", signal.SIGINT, 1),
        ("ready", signal.SIGINT, 2),
        ("ready", signal.SIGTERM, 1),
    ],
)
def test_a_drill_that_is_stopped_takes_all_down_and_says_so(
    shop: Shop, stage: str, number: int, times: int
) -> None:
    shop.plan.write_text(plan_text(start="/usr/bin/sleep 600"))
    with shop.begin("drill", "shop", "--json") as child:
        reached(shop, child, stage)
        for _ in range(times):
            child.send_signal(number)
            time.sleep(0.02)
        output, errors = child.communicate(timeout=TIMEOUT)
    assert child.returncode == 130, errors
    result = Ended(130, output, errors).json()
    assert result["verdict"] == "unproven"
    assert result["reasons"] == ["It was stopped by Ctrl-C before it came to an end"]
    assert drills(shop)[-1].record.interrupted
    assert result["interrupted"] is True
    assert result["teardown"]["clean"] is True
    assert "failed" not in {step["outcome"] for step in result["steps"]}
    recorded(shop, result)
    assert left_behind(shop.state) == []
    assert control_groups([result["run"]]) == []
    assert not (shop.state / "runs" / result["run"] / "sandbox").exists()
    assert shop.run("clean", "--json").json() == []


def test_two_drills_at_once_do_not_touch_each_other(shop: Shop) -> None:
    with shop.begin("drill", "shop", "--json") as one, shop.begin("drill", "shop", "--json") as two:
        results = [child.communicate(timeout=TIMEOUT) for child in (one, two)]
    first, second = (Ended(0, *result).json() for result in results)
    assert first["verdict"] == "proven", first["reasons"]
    assert second["verdict"] == "proven", second["reasons"]
    assert first["run"] != second["run"]
    assert {f.record.run for f in drills(shop)} == {first["run"], second["run"]}
    assert left_behind(shop.state) == []


def test_an_unknown_service_or_run_is_refused_with_the_nearest(shop: Shop) -> None:
    refused = shop.run("drill", "shopp", "--json")
    assert refused.code == 66
    assert "'shop'" in refused.json()["error"]["hint"]
    before = shop.runs()
    for run in ("20200101-000000-shop-abcdef", "../../secrets"):
        refused = shop.drill("--resume", run)
        assert refused.code == 66
        assert "no run" in refused.json()["error"]["message"]
    assert shop.runs() == before == []


def test_no_plan_leaves_nothing_behind(shop: Shop, tmp_path: Path) -> None:
    empty = Shop(tmp_path, tmp_path / ".refloat", tmp_path / "refloat.yaml")
    refused = empty.drill()
    assert refused.code == 66
    assert list(tmp_path.iterdir()) == []


def reached(shop: Shop, child: subprocess.Popen[str], stage: str) -> None:
    """Wait until the one run of a shop has begun a stage."""
    deadline = time.monotonic() + TIMEOUT
    while time.monotonic() < deadline:
        assert child.poll() is None, child.communicate()
        for run in shop.runs():
            if (shop.state / "runs" / run / "journal.jsonl").exists() and any(
                event["event"] == "began" and event["stage"] == stage for event in shop.journal(run)
            ):
                return
        time.sleep(0.01)
    raise AssertionError(f"no run came to {stage}")
