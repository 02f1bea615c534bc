"""The reference is what the code says: every command, plan key, error, adapter, requirement."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import click
import pytest

from refloat.cli.commands import COMMANDS
from scripts import reference

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("page", reference.PAGES)
def test_the_page_is_what_the_code_says(page: str) -> None:
    written = (ROOT / "docs" / "reference" / page).read_text(encoding="utf-8")
    assert written == reference.NOTICE + reference.PAGES[page](), "run: make docs"


@pytest.mark.parametrize("name", COMMANDS)
def test_the_table_of_commands_is_what_the_commands_say(name: str) -> None:
    module = importlib.import_module(f"refloat.cli.{COMMANDS[name][0]}")
    command: click.Command = module.command
    assert command.name == name
    assert command.help


def test_every_command_file_is_in_the_table() -> None:
    parts = {"judging", "over_time", "plan_diff", "progress", "verdicts"}
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
