"""Pages that commands write with ``-o``: the real program, on the reference organisation."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support import commands

EXAMPLE = Path(__file__).parents[3] / "examples" / "saltbush"
AS_OF = "2026-11-22T09:00:00+11:00"
PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "read-what-lies-ahead.md"
TYPED = re.findall(r"^```console run exit=(\d)\n\$ refloat (.*)\n```$", PAGE.read_text(), re.M)
COMMANDS = {
    "assess": ("assess",),
    "scenario": ("scenario", "site:geelong-hq"),
    "put together": ("scenario", "--lose", "geelong-hq", "--lose", "p-dev"),
    "forecast": ("forecast", "site:geelong-hq", "--trials", "500", "--workers", "2"),
    "weakest": ("weakest", "--up-to", "3"),
}


def refloat(folder: Path, *arguments: str, **other: str) -> subprocess.CompletedProcess[str]:
    where = ("--plan", str(EXAMPLE / "refloat.yaml"), "--state", str(folder / "state"))
    facts = ("--facts", str(EXAMPLE / "facts"), "--as-of", AS_OF)
    return commands.refloat(folder, *where, *arguments, *facts, **other)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_page_is_written_that_leads_nowhere_outside(tmp_path: Path, name: str) -> None:
    arguments = (*COMMANDS[name], "-o", "page.html")
    done = refloat(tmp_path, *arguments, PYTHONHASHSEED="1", TZ="UTC")
    assert done.returncode in (0, 1, 2), done.stderr
    assert "The page is in page.html." in done.stderr
    content = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert set(re.findall(r'\b(?:href|src)="([^"]?)', content)) <= {"#"}
    assert "default-src 'none'; style-src 'sha256-" in content
    assert not re.search(r"<(script|link|img|iframe|object|embed|form|base)\b", content)
    again = refloat(tmp_path, *arguments, PYTHONHASHSEED="2", TZ="Australia/Melbourne")
    assert again.returncode == done.returncode
    assert (tmp_path / "page.html").read_text(encoding="utf-8") == content
    assert [file.name for file in tmp_path.iterdir() if file.name != "state"] == ["page.html"]


@pytest.mark.parametrize(("code", "typed"), TYPED, ids=[typed.split()[0] for _, typed in TYPED])
def test_a_command_does_what_its_how_to_says(tmp_path: Path, code: str, typed: str) -> None:
    example = Path(shutil.copytree(EXAMPLE, tmp_path / "saltbush"))
    done = commands.refloat(example, *shlex.split(typed))
    assert done.returncode == int(code), done.stderr
    page = example / shlex.split(typed)[-1]
    assert f"The page is in {page.name}." in done.stderr
    assert page.read_bytes().startswith(b"<!DOCTYPE html>")
    assert not (example / ".refloat").exists(), "judging files writes nothing"


def test_page_and_machine_say_the_same(tmp_path: Path) -> None:
    done = refloat(tmp_path, "scenario", "ransomware", "--json", "-o", "page.html")
    found = json.loads(done.stdout)
    content = (tmp_path / "page.html").read_text(encoding="utf-8")
    gone = [one for one in found["services"] if one["fate"] == "does not come back"]
    assert gone
    assert content.count("never; ") >= len(gone)
    assert re.search(rf"{len(gone)} do not: ", content)


def test_a_forecast_tells_the_scenario_as_well(tmp_path: Path) -> None:
    cost = "worker=AU$ 900 a month"
    done = refloat(tmp_path, *COMMANDS["forecast"], "--cost", cost, "-o", "page.html")
    content = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "500 recoveries were simulated, with at most 2 restores at once" in content
    assert 'id="path"' in content
    assert "the scanned records" in content
    assert 'class="stack matrix"' in content
    if "one more restore" in content:
        assert "AU$ 900 a month" in content
    assert done.returncode == 1


def test_a_page_needs_a_scenario(tmp_path: Path) -> None:
    done = refloat(tmp_path, "scenario", "-o", "page.html")
    assert done.returncode == 64
    assert "Name it, or say --lose KEY" in done.stderr
    assert not (tmp_path / "page.html").exists()


def test_a_page_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    done = refloat(tmp_path, "weakest", "-o", "missing/page.html")
    assert done.returncode == 74
    assert "cannot be written" in done.stderr


def test_with_a_page_the_terminal_still_says_what_may_not_fit_together(tmp_path: Path) -> None:
    told = refloat(tmp_path, "weakest", "--up-to", "1", "-o", "page.html").stderr
    assert "Comes back, and may not fit together: 4 found." in told
    assert "Would not come back if they alone were lost: 1 found." in told
