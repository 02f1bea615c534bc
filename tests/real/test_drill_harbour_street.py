"""Harbour Street Dental comes back whole; and each thing that can be wrong is named as the cause.

One business is started, backed up in several ways into several repositories, and lost; then every
drill works from backups alone.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.real.small_shop import Shop, done, left_behind

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "harbour-street"
PROGRAMS = Path("/usr/lib/postgresql/15/bin")
TIMEOUT = 240.0


class Harbour(Shop):
    """The business in its home; its plan and state as the example has them."""

    def variant(self, name: str, *changes: tuple[str, str]) -> Harbour:
        """Give the same business with another plan, and a state that knows what this one knows."""
        text = self.plan.read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text, f"the plan no longer says {old!r}"
            text = text.replace(old, new)
        plan, state = self.home / f"{name}.yaml", self.home / f"state-{name}"
        plan.write_text(text, encoding="utf-8")
        shutil.copytree(self.state, state, dirs_exist_ok=True)
        return Harbour(self.home, state, plan)

    def elsewhere(self, name: str, *changes: tuple[str, str]) -> Harbour:
        """Give a variant that backs up into another repository."""
        return self.variant(name, ("location: backup", f"location: backup-{name}"), *changes)

    def prove(self) -> dict[str, Any]:
        """Drill online booking; see that the exit code says what the verdict says."""
        ended = self.run("drill", "booking", "--json")
        result: dict[str, Any] = ended.json()
        codes = {"proven": 0, "failed": 1, "unproven": 2}
        assert ended.code == codes[result["verdict"]], ended.errors
        assert result["teardown"]["clean"] is True
        assert left_behind(self.state) == []
        return result


@pytest.fixture(scope="module")
def harbour() -> Iterator[Harbour]:
    """Back the business up in every way that the tests need; lose it."""
    folder = Path(tempfile.mkdtemp(prefix="harbour-drills-", dir="/var/tmp"))
    folder.chmod(0o755)
    home, base = folder / "home", free_ports()
    try:
        business("start", home, base)
        made = Harbour(home, home / "state", home / "refloat.yaml")
        made.plan.write_text(plan(base), encoding="utf-8")
        done(made.run("approve", "objective", "booking", "--as", "ben"))
        done(made.run("backup"))
        back_up_in_other_ways(made)
        business("lose", home, base)
        yield made
    finally:
        business("remove", home, base)
        shutil.rmtree(folder)


def back_up_in_other_ways(made: Harbour) -> None:
    """Make the repositories whose recovery points are not what they should be."""
    own_programs = made.home / "programs"
    own_programs.mkdir()
    for program in PROGRAMS.iterdir():
        (own_programs / program.name).symlink_to(program)
    (own_programs / "pg_dump").unlink()
    (own_programs / "pg_dump").write_text(f'#!/bin/sh\nexec {PROGRAMS}/pg_dump "$@" -T audit\n')
    (own_programs / "pg_dump").chmod(0o755)
    leaving_out = ("database: bookings\n", "database: bookings\n        programs: programs\n")
    text = made.plan.read_text(encoding="utf-8")
    made.plan.write_text(text.replace(*leaving_out, 1), encoding="utf-8")
    try:
        done(made.elsewhere("table").run("backup"))
    finally:
        made.plan.write_text(text, encoding="utf-8")
    done(made.elsewhere("directory").run("backup", "bookings-db", "documents", "booking-settings"))
    settings = made.home / "booking" / "settings.json"
    right = settings.read_text(encoding="utf-8")
    try:
        told = json.loads(right)
        told["directory"]["people"] = "ou=people,dc=elsewhere,dc=example"
        settings.write_text(json.dumps(told), encoding="utf-8")
        done(made.elsewhere("settings").run("backup"))
    finally:
        settings.write_text(right, encoding="utf-8")


@pytest.mark.requirement("R-040", "R-036", "R-046", "R-150", "R-156", "R-161")
def test_the_whole_service_comes_back_and_is_proven(harbour: Harbour) -> None:
    result = harbour.variant("whole").prove()
    assert result["verdict"] == "proven", result["reasons"]
    journey = [check for check in result["checks"] if check["component"] is None]
    assert len(journey) == 5
    assert {check["outcome"] for check in journey} == {"passed"}
    closure = {"identity", "bookings-db", "documents", "booking-settings", "booking-app"}
    assert set(result["environment"]["closure"]) == closure
    assert {step["component"] for step in result["steps"]} == {*closure, None}
    data = {c["component"] for c in result["checks"] if "data" in c["proves"]}
    assert data >= closure - {"booking-app"}
    assert all(result["representative"].values()), result["representative"]
    ticked = {one["category"]: one for one in result["categories"]}
    assert len(ticked) == 6
    assert all(one["rests_on"] for one in ticked.values())
    assert not [one for one in ticked.values() if one["outcome"] in ("failed", "could not run")]
    environment = result["environment"]
    assert environment["service"].startswith("sha256:")
    assert environment["volume_bytes"]["bookings-db"] > 1_000_000
    assert any("PostgreSQL" in version for version in environment["versions"].values())
    assert result["rpo"]["measured_seconds"] is not None
    assert result["sandbox"]["namespaces"]


def put_back(harbour: Harbour, into: Path) -> dict[str, Any]:
    """Ask for the data of online booking, have it approved, and have it put into a folder."""
    text = harbour.plan.read_text(encoding="utf-8")
    authority = "authority: {request_restores: [mei], approve_restores: [ben]}"
    harbour.plan.write_text(f"{text}\n{authority}\n", encoding="utf-8")
    given = ("--as", "mei", "--reason", "the server is lost", "--json")
    asked = done(harbour.run("restore", "request", "booking", *given)).json()
    number = str(asked["request"]["entry"])
    done(harbour.run("restore", "approve", number, "--as", "ben"))
    ended = harbour.run("restore", "fetch", number, "--to", str(into), "--json")
    result: dict[str, Any] = ended.json()
    assert ended.code == {"passed": 0, "failed": 1, "not checked": 2}[result["stage"]]
    assert result["teardown"]["clean"] is True
    assert left_behind(harbour.state) == []
    return result


@pytest.mark.requirement("R-034")
def test_a_database_a_directory_and_files_are_put_into_a_folder_and_compared(
    harbour: Harbour, tmp_path: Path
) -> None:
    result = put_back(harbour.variant("put-back"), tmp_path / "back")
    assert result["stage"] == "passed", result
    parts = {part["component"]: part for part in result["parts"]}
    assert set(parts) == {"identity", "bookings-db", "documents", "booking-settings"}
    assert all(part["outcome"] == "passed" for part in parts.values())
    times = {part["consistency_time"] for part in parts.values()}
    assert len(times) <= len(parts)
    database = tmp_path / "back" / "bookings-db"
    assert [one for one in (database / "data").rglob("*") if one.is_file()]
    assert list((database / "beside").iterdir()), "roles and settings lie beside the dump"


def test_a_dump_that_leaves_out_one_table_is_put_down_and_called_damaged(
    harbour: Harbour, tmp_path: Path
) -> None:
    variant = harbour.variant("put-damaged", ("location: backup", "location: backup-table"))
    result = put_back(variant, tmp_path / "back")
    assert result["stage"] == "failed"
    parts = {part["component"]: part for part in result["parts"]}
    outcomes = {key: part["outcome"] for key, part in parts.items()}
    assert outcomes["bookings-db"] == "failed"
    assert set(outcomes.values()) == {"failed", "passed"}
    failed = [one for one in parts["bookings-db"]["checks"] if one["outcome"] == "failed"]
    assert any("audit" in one["seen"] for one in failed)


def test_a_dump_that_leaves_out_one_table_is_named(harbour: Harbour) -> None:
    result = harbour.elsewhere("table").prove()
    assert result["verdict"] == "failed"
    assert "audit" in result["reasons"][0], result["reasons"]


def test_a_missing_dump_of_the_directory_is_named(harbour: Harbour) -> None:
    result = harbour.elsewhere("directory").prove()
    assert result["verdict"] == "unproven"
    assert "no recovery point of identity" in " ".join(result["reasons"])


def test_a_wrong_password_of_the_repository_is_named(harbour: Harbour) -> None:
    wrong = harbour.home / "secrets" / "wrong"
    wrong.write_text("this opens nothing")
    wrong.chmod(0o600)
    changed = ("file:secrets/restic-password", "file:secrets/wrong")
    result = harbour.variant("password", changed).prove()
    assert result["verdict"] == "unproven"
    assert "password" in " ".join(result["reasons"])
    assert "cupboard" in " ".join(result["reasons"])


@pytest.mark.requirement("R-081", "R-087")
def test_an_application_that_starts_and_cannot_sign_in_is_named(harbour: Harbour) -> None:
    result = harbour.elsewhere("settings").prove()
    assert result["verdict"] == "failed"
    assert "a dentist signs in" in result["reasons"][0]
    outcomes = {(step["component"], step["stage"]): step["outcome"] for step in result["steps"]}
    assert outcomes["booking-app", "start"] == "passed", "it starts"
    assert outcomes["booking-app", "ready"] == "passed", "and it answers"


@pytest.mark.requirement("R-088")
def test_a_recovery_time_of_one_second_is_exceeded(harbour: Harbour) -> None:
    hurried = harbour.variant("second", ("rto: {target: 10 min", "rto: {target: 1 s"))
    done(hurried.run("approve", "objective", "booking", "--as", "ben"))
    result = hurried.prove()
    assert result["verdict"] == "failed"
    assert result["rto"]["approved"] is True
    assert result["rto"]["met"] is False
    assert "recovery took" in result["reasons"][0]


def test_an_objective_that_nobody_approved_is_named(harbour: Harbour) -> None:
    result = harbour.variant("nobody", ("rto: {target: 10 min", "rto: {target: 11 min")).prove()
    assert result["verdict"] == "unproven"
    assert "nobody has approved" in " ".join(result["reasons"]).lower()
    assert "Online booking" in " ".join(result["reasons"])


@pytest.mark.requirement("R-086")
def test_data_that_is_older_than_the_business_allows_has_failed(harbour: Harbour) -> None:
    strict = harbour.variant("strict", ("rpo: {target: 15 min", "rpo: {target: 1 s"))
    done(strict.run("approve", "objective", "booking", "--as", "ben"))
    result = strict.prove()
    assert result["verdict"] == "failed"
    assert result["rpo"]["met"] is False
    assert "of data would be lost" in " ".join(result["reasons"])


@pytest.mark.parametrize("point", ["prepare.done", "load.began", "journey.done"])
def test_servers_that_were_killed_with_refloat_are_started_again(
    harbour: Harbour, point: str
) -> None:
    own = harbour.variant(point.replace(".", "-"))
    killed = own.run("drill", "booking", "--json", REFLOAT_FAULT=point)
    assert killed.code == -9
    (run,) = own.runs()
    resumed = own.run("drill", "booking", "--json", "--resume", run)
    result = resumed.json()
    assert result["verdict"] == "proven", (result["reasons"], resumed.errors)
    assert result["resumed"] == 1
    assert left_behind(own.state) == []


def plan(base: int) -> str:
    """Give the example's plan with other ports."""
    text = (EXAMPLE / "refloat.yaml").read_text(encoding="utf-8")
    for offset in range(3):
        text = text.replace(str(42700 + offset), str(base + offset))
    return text


def business(command: str, home: Path, base: int) -> None:
    """Start, lose or remove the business."""
    program = ("/usr/bin/python3", "-B", str(EXAMPLE / "business.py"), command)
    ended = subprocess.run(
        (*program, "--home", str(home), "--port-base", str(base)),
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr


def free_ports() -> int:
    """Give the first of three ports in a row that nobody has."""
    for base in range(32_100 + os.getpid() % 200 * 3, 32_760, 3):
        try:
            for offset in range(3):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", base + offset))
        except OSError:
            continue
        return base
    raise AssertionError("no three free ports in a row")
