"""The command line as a user meets it: the real program, with bad input, bad disks, bad readers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import pytest

NAME = r"S [bold]x[/bold] [/] {{7*7}} <b>\\"
PLAN = f"""
organisation: Small [red]shop[/red]
people:
  ben: {{name: "Ben [b]", roles: [business owner]}}
services:
  shop:
    name: "{NAME}"
    owner: ben
    needs: [till]
    checks: [{{"it listens [/x]": {{tcp: "127.0.0.1:80"}}}}]
components:
  till: {{kind: application, name: "Till [/foo]", recover: {{start: /usr/bin/false}}}}
"""
COMMANDS = (
    "accept latest --as ben",
    "approve objective shop --as ben",
    "backup",
    "clean",
    "compare shop",
    "doctor",
    "drill nothing",
    "evidence list",
    "evidence show 7",
    "evidence export -o export.json",
    "evidence verify",
    "heartbeat",
    "init",
    "kit -o kit.html",
    "kit placed --where safe --as ben",
    "observe",
    "observe csv refloat.yaml",
    "pack -o pack",
    "plan check",
    "plan fingerprint",
    "plan order shop",
    "plan schema",
    "points",
    "rebuild",
    "report shop -o page.html",
    "review",
    "status",
    "trace",
    "trace --credentials",
)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Give a folder with a plan whose names look like markup, and no state."""
    (tmp_path / "refloat.yaml").write_text(PLAN)
    return tmp_path


def refloat(
    folder: Path,
    arguments: str,
    *,
    stdout: int | IO[str] = subprocess.PIPE,
    before: Sequence[str] = (),
) -> subprocess.CompletedProcess[str]:
    """Run the command line in a folder as a user does."""
    return subprocess.run(
        [*before, sys.executable, "-m", "refloat.cli", *arguments.split()],
        cwd=folder,
        env={name: text for name, text in os.environ.items() if "REFLOAT" not in name},
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_prints_json_and_nothing_else_where_there_is_no_state(
    shop: Path, command: str
) -> None:
    ended = refloat(shop, f"{command} --json")
    printed = json.loads(ended.stdout)
    assert "Traceback" not in ended.stderr
    if ended.returncode >= 64:
        assert printed["error"]["exit_code"] == ended.returncode
        assert printed["error"]["message"] in ended.stderr


@pytest.mark.parametrize("command", ["status", "compare shop", "trace", "plan order shop"])
def test_names_that_look_like_markup_are_shown_as_they_are(shop: Path, command: str) -> None:
    ended = refloat(shop, command)
    assert "Traceback" not in ended.stderr
    assert ended.returncode in (0, 2)
    if command in ("status", "compare shop"):
        assert "[bold]x[/bold] [/]" in ended.stdout + ended.stderr


def test_a_name_on_the_command_line_cannot_clear_the_screen(shop: Path) -> None:
    (shop / "refloat.yaml").write_text("organisation: [")
    ended = refloat(shop, "drill \x1b[2J")
    assert ended.returncode == 2
    assert "\x1b" not in ended.stdout + ended.stderr


@pytest.mark.parametrize("command", ["status", "status --json", "plan check --json", "--help"])
def test_a_full_disk_under_the_output_is_said_and_is_not_exit_code_1(
    shop: Path, command: str
) -> None:
    with Path("/dev/full").open("w") as full:
        ended = refloat(shop, command, stdout=full)
    assert ended.returncode == 74
    assert "the disk is full" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("command", ["status", "status --json", "plan schema"])
def test_a_reader_that_went_away_is_neither_proven_nor_failed(shop: Path, command: str) -> None:
    read, write = os.pipe()
    os.close(read)
    try:
        ended = refloat(shop, command, stdout=write)
    finally:
        os.close(write)
    assert ended.returncode == 141
    assert "Traceback" not in ended.stderr


def test_a_state_that_belongs_to_another_account_is_said(shop: Path) -> None:
    state = shop / ".refloat"
    state.mkdir(mode=0)
    if os.geteuid() == 0:
        os.chown(state, 65534, 65534)  # root without capabilities is an account like any other
        ended = refloat(shop, "status --json", before=("setpriv", "--bounding-set=-all", "--"))
    else:
        ended = refloat(shop, "status --json")
    state.chmod(0o700)
    assert ended.returncode == 77
    assert "Traceback" not in ended.stderr
    assert json.loads(ended.stdout)["error"]["hint"].startswith("Run Refloat as the account")


def test_a_plan_without_services_is_not_green(shop: Path) -> None:
    (shop / "refloat.yaml").write_text("organisation: Nobody")
    ended = refloat(shop, "status")
    assert ended.returncode == 2
    assert "nothing can be proven" in ended.stderr


def test_an_export_into_no_folder_names_the_folder(shop: Path) -> None:
    assert refloat(shop, "drill nothing --at 2026-01-01").returncode == 66
    (shop / "refloat.yaml").write_text("organisation: [")
    assert refloat(shop, "drill shop").returncode == 2  # leaves evidence: there is a ledger now
    ended = refloat(shop, "evidence export -o nowhere/export.json")
    assert ended.returncode == 66
    assert "there is no folder" in ended.stderr
    listed = json.loads(refloat(shop, "evidence list --json").stdout)
    assert listed[0]["run"].split("-")[2] == "shop"


@pytest.mark.parametrize("which", ["/dev/null", "/usr/bin/true"])
def test_what_is_no_evidence_is_named(shop: Path, which: str) -> None:
    ended = refloat(shop, f"evidence verify {which}")
    assert ended.returncode == 65
    assert f"{which} cannot be verified" in ended.stderr
