"""Observations as a user meets them: read, recorded, indexed, rebuilt, held to the plan."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest

from refloat.ledger.log import Ledger
from refloat.ledger.statement import OBSERVATIONS
from refloat.store.index import open_store, rebuild
from tests.support.commands import refloat

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "how-to" / "observe-dependencies.md"
PLAN = ROOT / "examples" / "harbour-street" / "refloat.yaml"


def typed_in(folder: Path, typed: str) -> subprocess.CompletedProcess[str]:
    return refloat(folder, *shlex.split(typed))


def answer(folder: Path, arguments: str, code: int) -> Any:
    ended = typed_in(folder, f"{arguments} --json")
    assert ended.returncode == code, ended.stdout + ended.stderr
    return json.loads(ended.stdout)


def codes(folder: Path, arguments: str = "status") -> list[str]:
    (status,) = answer(folder, arguments, 2)
    return [one["code"] for one in status["findings"] if "R-005" in one["requirements"]]


@pytest.mark.requirement("R-005")
def test_the_page_does_what_it_says(practice: Path) -> None:
    text = PAGE.read_text(encoding="utf-8")
    for name, content in re.findall(r"^```csv file=(\S+)\n(.*?)^```$", text, re.M | re.S):
        (practice / name).write_text(content, encoding="utf-8")
    (typed,) = re.findall(r"^```console run\n\$ refloat (.*?)\n```$", text, re.M | re.S)
    shown = re.findall(r"^(Observed, and in no plan.*?)^```$", text, re.M | re.S)
    ended = typed_in(practice, typed)
    assert ended.returncode == 2, ended.stderr
    written = "\n".join(line.rstrip() for line in ended.stdout.splitlines())
    assert shown[0].strip() in written


@pytest.mark.requirement("R-005")
def test_what_is_observed_is_recorded_and_stays_until_it_is_read_again(practice: Path) -> None:
    table = practice / "network.csv"
    assert answer(practice, "observe", 2)["known_sources"] == 0
    table.write_text("component,needs\nbooking-app,redis\nidentity,bookings-db\n")
    first = answer(practice, "observe csv network.csv ./network.csv", 2)
    assert [one["source"] for one in first["sources"]] == ["network.csv"]
    found = [(one["component"], one["needs"], one["line"]) for one in first["undocumented"]]
    assert found == [("redis", "", 2), ("identity", "bookings-db", 3)]
    assert sorted(codes(practice)) == ["UNDOCUMENTED_COMPONENT", "UNDOCUMENTED_DEPENDENCY"]
    listed = answer(practice, "evidence list", 0)
    assert [one["kind"] for one in listed] == ["observations"]
    assert answer(practice, "evidence verify", 0)["kinds"] == {"observations": 1}

    table.write_text("component,needs\nbooking-app,identity\n")
    assert answer(practice, f"observe csv {table}", 0)["undocumented"] == []
    assert codes(practice) == []
    earlier = answer(practice, "evidence list", 0)[0]["recorded_at"]
    assert len(codes(practice, f"status --as-of {earlier}")) == 2


@pytest.mark.requirement("R-005")
def test_the_index_of_observations_can_be_made_again(practice: Path) -> None:
    (practice / "a.csv").write_text("component,needs,what\nbooking-app,redis,sessions\n")
    (practice / "b.csv").write_text("component;needs\nnoch einer;\n")
    answer(practice, "observe csv a.csv b.csv", 2)
    state = practice / ".refloat"
    ledger = Ledger.open(state / "ledger")
    assert [one.statement.predicate_type for one in ledger.entries()] == [OBSERVATIONS] * 2
    with open_store(state, "") as store:
        store.catch_up(ledger)
        before = store.facts()
        assert store.entry(1) == before.observations[1]
    assert [fact.source for fact in before.observations] == ["a.csv", "b.csv"]
    assert before.observations[0].observations[0].what == "sessions"
    (state / "index.sqlite3").unlink()
    assert rebuild(state, ledger, "") == 2
    with open_store(state, "") as store:
        assert store.facts() == before


def test_one_bad_file_records_nothing_of_the_others(practice: Path) -> None:
    (practice / "a.csv").write_text("component,needs\nbooking-app,redis\n")
    (practice / "b.csv").write_text("other,columns\n")
    ended = typed_in(practice, "observe csv a.csv b.csv")
    assert ended.returncode == 65
    assert "b.csv has no column component and no column needs" in ended.stderr
    assert not (practice / ".refloat").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ("observe cvs a.csv", 64, "Did you mean 'csv'"),
        ("observe csv", 64, "no source is named"),
        ("observe csv a.csv --as-of 2026-01-01", 64, "as of another time"),
        ("observe csv nothing.csv", 66, "nothing.csv cannot be read"),
        ("observe csv empty", 65, "nothing in the folder"),
        ("observe csv pipe", 65, "no ordinary file: it is a pipe"),
        ("observe csv /dev/zero", 65, "no ordinary file: it is a device"),
        ("observe csv broken.csv", 66, "cannot be read: No such file"),
    ],
)
def test_what_is_asked_wrongly_is_said(
    practice: Path, arguments: str, code: int, said: str
) -> None:
    (practice / "a.csv").write_text("component,needs\nbooking-app,redis\n")
    (practice / "empty").mkdir()
    os.mkfifo(practice / "pipe")
    (practice / "broken.csv").symlink_to("nowhere.csv")
    ended = typed_in(practice, arguments)
    assert (ended.returncode, "Traceback" in ended.stderr) == (code, False)
    assert said in ended.stderr
    assert not (practice / ".refloat").exists()


def test_lines_that_are_not_used_are_said_and_no_secret_is_kept(practice: Path) -> None:
    secret = "b7Qx-never-shown-9"
    (practice / "a.csv").write_text(
        f"component,needs,what\nbooking-app,identity,\nidentity,clock,password={secret}\n"
    )
    ended = typed_in(practice, "observe csv a.csv")
    assert ended.returncode == 2
    assert "Line 3 of a.csv is not used: what looks like a secret stands in it." in ended.stderr
    assert secret not in ended.stdout + ended.stderr
    kept = [file for file in (practice / ".refloat").rglob("*") if file.is_file()]
    assert kept
    assert not [file for file in kept if secret.encode() in file.read_bytes()]
    shown = answer(practice, "evidence show 0", 0)
    assert shown["predicate"]["refused"] == 1


@pytest.mark.requirement("R-004")
def test_credentials_are_traced_without_any_of_them_being_looked_at(practice: Path) -> None:
    found = answer(practice, "trace --credentials booking", 0)
    assert {one["reach"] for one in found} == {"reachable"}
    assert "file:secrets/restic-password" in {one["reference"] for one in found}
    plan = practice / "refloat.yaml"
    plan.write_text(plan.read_text().replace("file:secrets/", "file:booking/"))
    lost = answer(practice, "trace --credentials", 2)
    assert {(one["reach"], one["rests_on"]) for one in lost} == {("lost", "booking-settings")}
    (status,) = answer(practice, "status", 2)
    found = [one for one in status["findings"] if "R-004" in one["requirements"]]
    assert {one["code"] for one in found} == {"CREDENTIAL_NOT_REACHABLE"}
    shown = typed_in(practice, "trace --credentials")
    assert "✗ lost" in shown.stdout
    assert not (practice / ".refloat" / "runs").exists()
