"""The how-to pages of the assessment, executed as they are written, in a copy of the example."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.golden.reference_organisation import FOLDER
from tests.support.commands import refloat

PAGES = Path(__file__).parents[2] / "docs" / "how-to"
_COMMAND = re.compile(r"^```console run(?: exit=(\d+))?\n\$ refloat (.*?)\n```$", re.M | re.S)
COMMANDS = [
    pytest.param(int(code or 0), typed, id=f"{page}: {typed.split()[0]} {typed.split()[1]}")
    for page in (
        "assess-an-organisation.md",
        "read-the-assessment.md",
        "see-recoverability-over-time.md",
        "answer-an-assessor.md",
        "ask-what-would-survive.md",
        "find-the-weakest-points.md",
    )
    for code, typed in _COMMAND.findall((PAGES / page).read_text(encoding="utf-8"))
]


@pytest.fixture
def example(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "saltbush"))


def typed_in(folder: Path, typed: str) -> subprocess.CompletedProcess[str]:
    return refloat(folder, *shlex.split(typed))


@pytest.mark.parametrize(("code", "typed"), COMMANDS)
def test_a_command_does_what_the_page_says(example: Path, code: int, typed: str) -> None:
    ended = typed_in(example, typed)
    assert ended.returncode == code, ended.stderr
    assert ended.stdout
    assert "Traceback" not in ended.stderr
    assert not (example / ".refloat").exists(), "judging files writes nothing"


@pytest.mark.requirement("R-030", "R-033", "R-082", "R-090")
def test_the_answer_sheets_of_a_service_are_one_json(example: Path) -> None:
    instant = "--facts facts --as-of 2026-11-22T09:00:00+11:00 --json"
    said = json.loads(typed_in(example, f"answers file-archive {instant}").stdout)
    assert [one["number"] for one in said["questions"]["answers"]] == [1, 2, 3, 4, 5]
    assert [row["requirement"] for row in said["comparison"]["rows"]] == [
        f"R-07{number}" for number in range(5)
    ]
    (row,) = said["threats"]["rows"]
    covered = {cell["threat"]: cell["cover"] for cell in row["cells"]}
    assert covered["loss of the site"] == "not covered", "its only copy stands where it stands"
    assert covered["malicious encryption"] == "not covered"
    assert said["path_back"]["exists"] == "no"
    assert [trace["data_set"] for trace in said["traces"]] == ["archive-files"]


def test_the_change_on_the_page_is_refused(example: Path) -> None:
    plan = (example / "refloat.yaml").read_text(encoding="utf-8")
    proposed = plan.replace("copies: [repo-nas1, repo-cloud]", "copies: [repo-nas1]")
    (example / "proposed.yaml").write_text(proposed, encoding="utf-8")
    typed = "plan diff refloat.yaml proposed.yaml --facts facts --as-of 2026-11-22T09:00:00+11:00"
    ended = typed_in(example, typed)
    assert ended.returncode == 1, ended.stdout
    assert "This change makes recovery worse" in ended.stdout


def test_pages_lead_to_pages_that_are_there() -> None:
    for page in ("assess-an-organisation", "see-recoverability-over-time"):
        text = (PAGES / f"{page}.md").read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)#]+)", text):
            assert (PAGES / target).exists(), target
