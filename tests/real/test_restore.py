"""Restores that people ask for: two of them, or one and a look afterwards; nothing written over."""

from __future__ import annotations

import json
import os
import pwd
import re
import shlex
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from refloat.app import memory, wiring
from refloat.app.workspace import Workspace
from refloat.host.files import private_folder
from refloat.model.restores import RestoreCarriedOut, RestoreStage
from refloat.model.run import Outcome
from refloat.recovery.putting import chosen, compare, put_down, take_down, worst
from tests.real.small_shop import (
    LETTERS,
    Ended,
    Shop,
    done,
    left_behind,
    plan_text,
    without,
)

AUTHORITY = """
authority:
  request_restores: [tom, eve]
  approve_restores: [ada, eve]
"""
MORE_PEOPLE = "  tom: {name: Tom Ware, roles: [technical owner]}\n  eve: {name: Eve Holt}\n"


@pytest.fixture
def shop(shop: Shop) -> Shop:
    shop.plan.write_text(written())
    return shop


def written(more: str = "") -> str:
    text = plan_text(more=AUTHORITY + more)
    line = "  tom: {name: Tom Ware, roles: [technical owner]}\n"
    assert line in text
    return text.replace(line, MORE_PEOPLE)


def asked(shop: Shop, *more: str, subject: str = "letters", person: str = "tom") -> dict[str, Any]:
    given = ("--as", person, "--reason", "a folder was deleted", "--json")
    answer: dict[str, Any] = done(shop.run("restore", "request", subject, *given, *more)).json()
    return answer


def approved(shop: Shop, *more: str, subject: str = "letters") -> str:
    number = str(asked(shop, *more, subject=subject)["request"]["entry"])
    done(shop.run("restore", "approve", number, "--as", "ada"))
    return number


def carried_out(shop: Shop) -> list[RestoreCarriedOut]:
    known = memory.read(Workspace(shop.plan, shop.state)).restores
    return [one for one in known if isinstance(one, RestoreCarriedOut)]


def error(ended: Ended) -> str:
    return ended.output + ended.errors


@pytest.mark.requirement("R-034")
def test_an_approved_request_puts_the_newest_point_into_an_empty_folder(
    shop: Shop, tmp_path: Path
) -> None:
    into = tmp_path / "back"
    number = approved(shop)
    ended = done(shop.run("restore", "fetch", number, "--to", str(into), "--json"))
    result = ended.json()
    (part,) = result["parts"]
    assert (result["stage"], part["outcome"]) == ("passed", "passed")
    assert part["checks"]
    assert all(one["outcome"] == "passed" for one in part["checks"])
    data = into / "letters" / "data" / str(shop.home / "letters").lstrip("/")
    assert len(list(data.glob("letter *.txt"))) == LETTERS
    for original in (shop.home / "letters").glob("letter *.txt"):
        assert (data / original.name).read_bytes() == original.read_bytes()

    begun, ended_fact = carried_out(shop)
    assert (begun.stage, ended_fact.stage) == (RestoreStage.BEGUN, RestoreStage.PASSED)
    assert ended_fact.entry == result["entry"]
    assert ended_fact.parts[0].folder == str(into / "letters")
    assert ended_fact.parts[0].bytes > 0
    (listed,) = shop.run("restore", "list", "--json").json()
    assert listed["state"] == "carried out"
    assert done(shop.run("evidence", "verify"))
    assert not left_behind(shop.state / "runs")
    assert not shop.runs()


@pytest.mark.requirement("R-034")
def test_without_an_approval_nothing_is_put_anywhere(shop: Shop, tmp_path: Path) -> None:
    into = tmp_path / "back"
    number = str(asked(shop)["request"]["entry"])
    refused = shop.run("restore", "fetch", number, "--to", str(into))
    assert refused.code == 77
    assert "It waits for Ada Bell or Eve Holt" in error(refused)
    done(shop.run("restore", "refuse", number, "--as", "ada", "--note", "not now"))
    refused = shop.run("restore", "fetch", number, "--to", str(into))
    assert (refused.code, "Ada Bell refused it: not now" in error(refused)) == (77, True)
    assert not into.exists()
    assert not carried_out(shop)
    assert shop.run("restore", "fetch", "9999", "--to", str(into)).code == 66


@pytest.mark.requirement("R-034")
def test_one_approval_opens_one_restore(shop: Shop, tmp_path: Path) -> None:
    number = approved(shop)
    done(shop.run("restore", "fetch", number, "--to", str(tmp_path / "first")))
    again = shop.run("restore", "fetch", number, "--to", str(tmp_path / "second"))
    assert (again.code, "Carried out at" in error(again)) == (77, True)
    assert not (tmp_path / "second").exists()


def test_what_somebody_elses_tool_copies_is_named_and_the_rest_put_down(
    shop: Shop, tmp_path: Path
) -> None:
    text = shop.plan.read_text()
    mail = "  mail: {kind: microsoft 365, watch: {copies: [shelf]}}\n"
    text = text.replace("needs: [application, soft: pictures]", "needs: [letters, mail]")
    shop.plan.write_text(text.replace("\nauthority:", f"\n{mail}authority:"))
    number = approved(shop, subject="shop")
    into = tmp_path / "back"
    result = done(shop.run("restore", "fetch", number, "--to", str(into), "--json")).json()
    assert [part["component"] for part in result["parts"]] == ["letters"]
    assert result["elsewhere"] == ["mail"]


def test_nothing_is_ever_written_over(shop: Shop, tmp_path: Path) -> None:
    number = approved(shop)
    full = shop.home / f"full-{shop.state.name}"
    full.mkdir()
    (full / "mine").write_text("mine")
    link = shop.home / f"link-{shop.state.name}"
    link.symlink_to(full)
    for folder in (full, link):
        refused = shop.run("restore", "fetch", number, "--to", str(folder))
        assert refused.code == 74, error(refused)
    for place in ("letters/back", "backup/back", "letters"):
        refused = shop.run("restore", "fetch", number, "--to", str(shop.home / place))
        assert (refused.code, "a restore never goes there" in error(refused)) == (77, True)
    assert [one.name for one in full.iterdir()] == ["mine"]
    assert not (shop.home / "letters" / "back").exists()
    assert not carried_out(shop)


@pytest.mark.requirement("R-034")
def test_breaking_the_glass_goes_on_alone_and_is_missed_until_somebody_looks(
    shop: Shop, tmp_path: Path
) -> None:
    standing = asked(shop, "--break-glass", subject="shop")
    number = str(standing["request"]["entry"])
    assert standing["state"] == "break-glass"
    assert set(standing["request"]["components"]) == {"letters", "program", "pictures"}
    early = done(shop.run("restore", "review", number, "--as", "ada", "--note", "asked in time"))
    assert "somebody has to look at it again" in early.errors
    into = tmp_path / "back"
    done_as_another = {"LOGNAME": "ada", "USER": "ada"}
    ended = done(
        shop.run("restore", "fetch", number, "--to", str(into), "--json", **done_as_another)
    )
    result = ended.json()
    assert {one.operator for one in carried_out(shop)} == {pwd.getpwuid(os.geteuid()).pw_name}
    assert {part["component"] for part in result["parts"]} == {"letters", "program", "pictures"}
    assert (into / "program" / "data" / str(shop.home).lstrip("/") / "program/shop.py").exists()

    def found() -> list[dict[str, Any]]:
        listed = shop.run("findings", "--json").json()["findings"]
        return [one for one in listed if one["code"] == "BREAK_GLASS_NOT_REVIEWED"]

    (finding,) = found()
    assert finding["subject"] == f"service shop, restore request {number}"
    assert finding["services"] == ["shop"]
    assert str(into) in finding["sentence"]
    mine = shop.run("restore", "review", number, "--as", "tom", "--note", "it was fine")
    assert (mine.code, "asked for themselves" in error(mine)) == (77, True)
    assert found()
    done(shop.run("restore", "review", number, "--as", "ada", "--note", "looked at the folder"))
    assert not found()


def test_the_data_as_it_was_before_is_put_down_when_that_is_asked_for(
    shop: Shop, tmp_path: Path
) -> None:
    before = datetime.now(UTC).isoformat()
    extra = shop.home / "letters" / "late.txt"
    extra.write_text("too late")
    try:
        done(shop.run("backup", "letters"))
    finally:
        extra.unlink()
    for more, there in ((("--at", before), False), ((), True)):
        into = tmp_path / f"back-{there}"
        done(shop.run("restore", "fetch", approved(shop, *more), "--to", str(into)))
        assert bool(list(into.rglob("late.txt"))) is there


def test_a_restore_that_could_not_begin_can_be_tried_again(shop: Shop, tmp_path: Path) -> None:
    number, into = approved(shop), tmp_path / "back"
    right = shop.plan.read_text()
    shop.plan.write_text(right.replace("secrets/repository", "secrets/wrong"))
    refused = shop.run("restore", "fetch", number, "--to", str(into))
    assert refused.code == 69, error(refused)
    assert not into.exists()
    shop.plan.write_text(right)
    done(shop.run("restore", "fetch", number, "--to", str(into)))


@pytest.mark.requirement("R-034")
def test_a_restore_that_was_killed_is_known_to_have_begun(shop: Shop, tmp_path: Path) -> None:
    number = approved(shop)
    words = ("restore", "fetch", number, "--to", str(tmp_path / "back"))
    assert shop.run(*words, REFLOAT_FAULT="restore.put").code == -9
    (begun,) = carried_out(shop)
    assert (begun.stage, begun.folder) == (RestoreStage.BEGUN, str(tmp_path / "back"))
    assert begun.parts[0].component == "letters"
    again = shop.run(*words)
    assert (again.code, "never writes over anything" in error(again)) == (74, True)
    assert not shop.runs(), "the next command removed what was left"
    done(shop.run("restore", "fetch", number, "--to", str(tmp_path / "other")))


def waiting_restic(folder: Path) -> tuple[Path, Path]:
    """Make a restic that says when it is asked to restore, and goes on when it is let.

    Gives the pipe that it says so on, and the one that it waits for; both are in the folder, which
    has to come first on the PATH.
    """
    says, waits = folder / "says", folder / "waits"
    os.mkfifo(says)
    os.mkfifo(waits)
    program = folder / "restic"
    there = shutil.which("restic")
    program.write_text(
        f'#!/bin/sh\ncase " $* " in *" restore "*) echo >{says}; read go <{waits};; esac\n'
        f'exec {there} "$@"\n'
    )
    program.chmod(0o755)
    return says, waits


@pytest.mark.requirement("R-034")
def test_of_two_that_carry_out_one_approval_at_once_one_goes_on(shop: Shop, tmp_path: Path) -> None:
    number, programs = approved(shop), tmp_path / "programs"
    programs.mkdir()
    says, waits = waiting_restic(programs)
    first = ("restore", "fetch", number, "--to", str(tmp_path / "first"))
    second = ("restore", "fetch", number, "--to", str(tmp_path / "second"))
    path = f"{programs}:{os.environ['PATH']}"
    with shop.begin(*first, PATH=path) as child:
        try:
            assert says.read_text() == "\n"
            refused = shop.run(*second)
        finally:
            child.kill()
    os.close(os.open(waits, os.O_RDWR))  # restic itself lives on, until it is let go
    assert (refused.code, "carried out by another process" in error(refused)) == (77, True)
    assert not (tmp_path / "second").exists()
    done(shop.run(*second))
    stages = [one.stage for one in carried_out(shop)]
    assert stages == [RestoreStage.BEGUN, RestoreStage.BEGUN, RestoreStage.PASSED]
    assert shop.run(*first).code == 77


def test_where_there_is_no_room_nothing_is_begun(shop: Shop, tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    number, disk = approved(shop), tmp_path / "disk"
    disk.mkdir()
    subprocess.run(("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)), check=True)
    try:
        (disk / "full").write_bytes(bytes(64 * 1024))
        refused = shop.run("restore", "fetch", number, "--to", str(disk / "back"))
        assert (refused.code, "MiB free" in error(refused)) == (74, True), error(refused)
        assert not carried_out(shop)
        (disk / "full").unlink()
        done(shop.run("restore", "fetch", number, "--to", str(disk / "back")))
    finally:
        subprocess.run(("umount", str(disk)), check=True)


def test_data_that_is_not_what_was_backed_up_is_told(shop: Shop, tmp_path: Path) -> None:
    workspace = Workspace(shop.plan, shop.state)
    scratch = private_folder(workspace.runs / "compared")
    preparation = wiring.prepare_data(workspace, "letters", ("letters",), scratch)
    session = chosen(preparation, "compared", datetime.now(UTC))
    restored = put_down(session, "letters", tmp_path / "letters")
    changed = restored.items[0][0] / "letter 3.txt"
    changed.write_text("Dear nobody")
    try:
        results = compare(session, ("letters",))
    finally:
        teardown = take_down(session)
        shutil.rmtree(scratch)
    assert worst(results) is Outcome.FAILED
    failed = [one for one in results["letters"] if one.outcome is Outcome.FAILED]
    assert any("letter 3.txt" in one.seen for one in failed)
    assert changed.read_text() == "Dear nobody", "what people are given is not touched"
    assert teardown is not None
    assert teardown.clean


def test_without_a_sandbox_data_is_put_down_but_not_called_good(shop: Shop, tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can hide a program from a process, by a mount of its own")
    into = tmp_path / "back"
    words = ("restore", "fetch", approved(shop), "--to", str(into), "--json")
    ended = without("/usr/bin/bwrap", shop.command(*words), shop)
    assert ended.code == 2, error(ended)
    result = json.loads(ended.output)
    assert result["stage"] == "not checked"
    assert "bwrap is not installed" in result["parts"][0]["checks"][0]["seen"]
    assert list(into.rglob("letter 1.txt"))
    assert Path(result["folder"]) == into


PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "ask-for-a-restore.md"


@pytest.mark.requirement("R-034")
def test_the_page_does_what_it_says(shop: Shop, tmp_path: Path) -> None:
    text = PAGE.read_text(encoding="utf-8")
    (authority,) = re.findall(r"^```yaml\n(.*?)^```$", text, re.M | re.S)
    shop.plan.write_text(written().replace(AUTHORITY, f"\n{authority}"))
    number = ""
    seen = []
    for line in re.findall(r"^```console run\n(.*?)^```$", text, re.M | re.S):
        for typed in line.splitlines():
            words = shlex.split(typed.removeprefix("$ refloat "))
            words = [number if word in ("41", "43") else word for word in words]
            words = [str(tmp_path / "back") if word.startswith("/var") else word for word in words]
            ended = done(shop.run(*words))
            seen.append(words[1])
            found = re.search(r"^Request (\d+), for letters", ended.errors)
            number = found[1] if found else number
    assert seen == ["request", "list", "approve", "fetch", "request", "review"]
    assert list((tmp_path / "back").rglob("letter 3.txt"))
    states = [one["state"] for one in shop.run("restore", "list", "--json").json()]
    assert states == ["carried out", "break-glass"]
