"""What looking ahead refuses in one line: endless facts, files that are no pages, empty names."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from refloat.cli.main import main

SALTBUSH = Path(__file__).parents[3] / "examples" / "saltbush"

Told = tuple[int, str]
Refloat = Callable[..., Told]


@pytest.fixture
def refloat(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Refloat:
    """Give a function that runs a command on the reference organisation, and tells what it says."""
    plan = shutil.copy(SALTBUSH / "refloat.yaml", tmp_path)

    def run(*arguments: str) -> Told:
        with pytest.raises(SystemExit) as ended:
            main(["--plan", str(plan), *arguments])
        assert isinstance(ended.value.code, int)
        return ended.value.code, capsys.readouterr().err

    return run


def test_a_device_without_end_is_refused_as_facts(refloat: Refloat) -> None:
    code, said = refloat("scenario", "identity", "--facts", "/dev/zero")
    assert (code, said) == (66, "refloat: /dev/zero is a device, and holds no facts: name a file\n")


def test_a_folder_inside_that_cannot_be_read_is_never_passed_over(
    refloat: Refloat, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shut = tmp_path / "facts" / "shut"
    shut.mkdir(parents=True)
    scan = os.scandir

    def refused(path: str) -> object:  # as for an ordinary user; root may read everything
        if str(path) == str(shut):
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", refused)
    code, said = refloat("scenario", "identity", "--facts", str(tmp_path / "facts"))
    assert code == 66
    assert f"the facts in {shut} cannot be read: Permission denied" in said


def test_a_page_never_takes_the_place_of_the_plan(refloat: Refloat, tmp_path: Path) -> None:
    plan = tmp_path / "refloat.yaml"
    code, said = refloat("scenario", "identity", "--facts", "/dev/null", "-o", str(plan))
    assert code == 74
    assert "refloat.yaml is there already and is no page: it was not overwritten" in said
    assert plan.read_bytes() == (SALTBUSH / "refloat.yaml").read_bytes()


def test_a_page_takes_the_place_of_an_earlier_one(refloat: Refloat, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    for _ in range(2):
        code, _said = refloat("scenario", "identity", "--facts", "/dev/null", "-o", str(page))
        assert code == 1
    assert page.read_bytes().startswith(b"<!DOCTYPE html")


def test_a_page_never_takes_the_place_of_a_pipe(refloat: Refloat, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    code, said = refloat("scenario", "identity", "--facts", "/dev/null", "-o", str(pipe))
    assert code == 74
    assert "cannot be written: it is no ordinary file" in said
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_page_needs_a_name(refloat: Refloat) -> None:
    code, said = refloat("scenario", "identity", "--facts", "/dev/null", "-o", "")
    assert code == 74
    assert "a file without a name cannot be written" in said


@pytest.mark.parametrize("command", ["scenario", "forecast"])
def test_an_empty_name_of_a_scenario_is_no_yes(refloat: Refloat, command: str) -> None:
    code, said = refloat(command, "", "--facts", "/dev/null")
    assert code == 64
    assert "the name of the scenario is empty" in said


@pytest.mark.parametrize("limit", ["--workers", "--people"])
def test_more_hands_than_anybody_has_are_refused(refloat: Refloat, limit: str) -> None:
    code, said = refloat("forecast", "identity", "--facts", "/dev/null", limit, "9" * 20)
    assert code == 64
    assert "Give a number up to 1000000" in said
