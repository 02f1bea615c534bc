"""The reference is what the code says: every command, plan key, error, adapter, requirement."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from refloat.cli.commands import COMMANDS
from scripts import reference

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def stale() -> str:
    """Say which pages are stale; asked of a process of its own, because Click remembers the help
    option that a command was first used with, and other tests use commands in this process.
    """
    command = [sys.executable, "-m", "scripts.reference", "--check"]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    ).stdout


@pytest.mark.parametrize("page", reference.PAGES)
def test_the_page_is_what_the_code_says(page: str, stale: str) -> None:
    assert (ROOT / "docs" / "reference" / page).exists()
    assert f"docs/reference/{page} is not what" not in stale, "run: make docs"


def test_a_page_that_is_not_what_the_code_says_is_told_of(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(reference, "PAGES", {"plan.md": lambda: "something else"})
    monkeypatch.setattr(sys, "argv", ["reference", "--check"])
    assert reference.main() == 1
    assert "docs/reference/plan.md is not what the code says" in capsys.readouterr().out


@pytest.mark.parametrize("name", COMMANDS)
def test_the_table_of_commands_is_what_the_commands_say(name: str) -> None:
    module = importlib.import_module(f"refloat.cli.{COMMANDS[name][0]}")
    command: click.Command = module.command
    assert command.name == name
    assert command.help


def test_every_command_file_is_in_the_table() -> None:
    parts = {"judging", "losing", "over_time", "pages", "plan_diff", "progress", "verdicts"}
    parts |= {"scenario_list", "widths"}
    helpers = {"__init__", "__main__", "commands", "main", "plain", "shared"} | parts
    files = {file.stem for file in (ROOT / "src/refloat/cli").glob("*.py")} - helpers
    assert files == {module for module, _ in COMMANDS.values()}


def test_every_command_prints_json_when_asked() -> None:
    missing = [
        f"{name} {command.name}"
        for name, (module, _) in COMMANDS.items()
        for command in leaves(importlib.import_module(f"refloat.cli.{module}").command)
        if not any("--json" in parameter.opts for parameter in command.params)
    ]
    assert not missing


def test_every_requirement_that_a_test_names_exists() -> None:
    known = {identity for identity, _ in reference._requirement_rows()}
    named = set(reference._marked_tests())
    assert named <= known, named - known
    assert len(known) >= 129


def test_every_link_in_the_documents_leads_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/**/*.md")]
    broken = [
        f"{page.relative_to(ROOT)} -> {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8"))
        if "://" not in target and not (page.parent / target).exists()
    ]
    assert not broken


def leaves(command: click.Command) -> list[click.Command]:
    if isinstance(command, click.Group):
        return [leaf for one in command.commands.values() for leaf in leaves(one)]
    return [command]
