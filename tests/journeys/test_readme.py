"""The commands in the documents: every one parses, and those that are marked to run are run."""

from __future__ import annotations

import itertools
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pytest

from refloat.cli.commands import COMMANDS
from refloat.cli.main import refloat
from scripts import changelog

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    [
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        *ROOT.glob("docs/tutorial/*.md"),
        *ROOT.glob("docs/how-to/*.md"),
        *ROOT.glob("docs/explanation/*.md"),
        *ROOT.glob("docs/security/*.md"),
    ]
)
OWN_SERVICE = ROOT / "docs" / "how-to" / "protect-your-own-service.md"
ENDS = {";", "&", "&&", "||", "|", "(", ")"}


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, the words behind it, its lines without their indentation."""

    language: str
    marks: tuple[str, ...]
    lines: tuple[str, ...]


def blocks(page: Path) -> Iterator[Block]:
    found = re.finditer(
        r"^([ ]*)```([^\n]*)\n(.*?)^\1```[ ]*$", page.read_text(encoding="utf-8"), re.M | re.S
    )
    for match in found:
        language, *marks = match[2].split() or [""]
        lines = (line.removeprefix(match[1]) for line in match[3].splitlines())
        yield Block(language, tuple(marks), tuple(lines))


def typed(block: Block) -> tuple[str, ...]:
    """What a reader types: after the prompt in a console, every line of a shell script."""
    if block.language == "console":
        return tuple(line[2:] for line in block.lines if line.startswith("$ "))
    return block.lines if block.language in ("sh", "bash") else ()


def words(line: str) -> Iterator[list[str]]:
    """Split a line into its single commands, and these into words."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    for ends, command in itertools.groupby(lexer, lambda word: word in ENDS):
        if not ends:
            yield list(command)


def started(command: list[str]) -> list[str]:
    """Leave out what stands before a program: variables, sudo with its account, python -m."""
    rest = list(command)
    while rest:
        if re.fullmatch(r"[A-Z_]+=.*", rest[0]) or rest[0] in ("sudo", "-H"):
            rest = rest[1:]
        elif rest[0] == "-u" or (rest[0] in ("python", "python3") and rest[1:2] == ["-m"]):
            rest = rest[2:]
        else:
            return rest
    return rest


def calls(page: Path, program: str) -> list[tuple[str, ...]]:
    """Give the arguments of every call of a program that a reader types."""
    found = []
    for line in itertools.chain.from_iterable(typed(block) for block in blocks(page)):
        if program in line:
            commands = (started(command) for command in words(line))
            found += [tuple(one[1:]) for one in commands if one and Path(one[0]).name == program]
    return found


def all_calls(program: str) -> list[Any]:
    return [
        pytest.param(call, id=f"{page.stem}: {program} {' '.join(call)}")
        for page in PAGES
        for call in dict.fromkeys(calls(page, program))
    ]


def understand(arguments: tuple[str, ...]) -> click.Command:
    """Parse a call as the command line does, without doing it."""
    command: click.Command = refloat
    context = click.Context(refloat, info_name="refloat")
    rest = list(arguments)
    while isinstance(command, click.Group) and rest:
        _, rest, _ = command.make_parser(context).parse_args(args=rest)
        if not rest:
            break
        inner = command.get_command(context, rest[0])
        assert inner is not None, f"there is no command {rest[0]!r}"
        command = inner
        if isinstance(inner, click.Group):
            context, rest = click.Context(inner, context, inner.name), rest[1:]
        else:
            inner.make_context(rest[0], rest[1:], parent=context)
    return command


@pytest.mark.parametrize("call", all_calls("refloat"))
def test_a_command_that_a_reader_types_is_understood(call: tuple[str, ...]) -> None:
    understand(call)


def test_the_test_sees_what_cannot_be_understood() -> None:
    for wrong in (("report",), ("drill", "x", "--quickly"), ("plan", "chekc"), ("dril", "x")):
        with pytest.raises((AssertionError, click.ClickException)):
            understand(wrong)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_commands_that_are_named_in_the_text_exist(page: Path) -> None:
    text = re.sub(
        r"^[ ]*```.*?^[ ]*```[ ]*$", "", page.read_text(encoding="utf-8"), flags=re.M | re.S
    )
    for quoted in re.findall(r"`refloat ([^`]+)`", text):
        named, *rest = quoted.split()
        if named.startswith("-"):
            continue
        assert named in COMMANDS, f"`refloat {quoted}`"
        command = refloat.get_command(click.Context(refloat), named)
        if isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
            command = command.get_command(click.Context(command), rest[0])
        assert command is not None, f"`refloat {quoted}`"
        known = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in rest if word.startswith("-")} <= known, f"`refloat {quoted}`"


@pytest.mark.parametrize("call", all_calls("make"))
def test_what_a_reader_makes_can_be_made(call: tuple[str, ...]) -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)
    assert call
    assert set(call) <= set(targets)


def test_the_two_commands_stand_first_and_do_their_own_set_up() -> None:
    first = next(block for block in blocks(ROOT / "README.md") if typed(block))
    assert typed(first) == ("make demo", "make test")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target, set_up in (("demo", "set-up demo"), ("test", "set-up test")):
        recipe = re.search(rf"^{target}:.*\n((?:\t.*\n)+)", makefile, re.M)
        assert recipe is not None
        assert set_up in recipe[1]


@pytest.mark.parametrize("call", all_calls("refloat.ledger.verify"))
def test_the_verifier_knows_its_options(call: tuple[str, ...]) -> None:
    asked = (sys.executable, "-m", "refloat.ledger.verify", "--help")
    known = subprocess.run(asked, capture_output=True, text=True, timeout=60, check=True).stdout
    options = [word for word in call if word.startswith("-")]
    assert options
    assert all(option in known for option in options)


def test_a_service_of_ones_own_is_proven_by_following_the_page(tmp_path: Path) -> None:
    """Type the page from its top to its end: files where they stand, commands where they stand."""
    script = ["set -eu"]
    for block in blocks(OWN_SERVICE):
        for mark in block.marks:
            if mark.startswith("file="):
                content = "\n".join(block.lines)
                script.append(
                    f"cat >{shlex.quote(mark[5:])} <<'END OF FILE'\n{content}\nEND OF FILE"
                )
        if "run" in block.marks:
            script += typed(block)
    programs = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    own = {name: text for name, text in os.environ.items() if not name.startswith("REFLOAT_")}
    done = subprocess.run(
        ("bash", "-c", "\n".join(script)),
        cwd=tmp_path,
        env={**own, "PATH": programs},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Staff wiki: ✓ proven" in done.stderr
    assert "VERIFIED. Every entry is as it was signed, in its place." in done.stdout
    wiki = tmp_path / "wiki"
    assert (wiki / "wiki.html").stat().st_size > 10_000
    asked = (f"{Path(sys.executable).parent}/refloat", "status", "--json")
    status = subprocess.run(asked, cwd=wiki, env=own, capture_output=True, text=True, timeout=60)
    (judged,) = json.loads(status.stdout)
    assert (judged["copy"]["verdict"], judged["recovery"]["verdict"]) == ("yes", "proven")
    assert judged["acceptance"]["accepted"]
    assert not [one for one in judged["findings"] if "confirmed" in one["sentence"]]


def test_every_test_that_the_threat_model_names_exists() -> None:
    text = (ROOT / "docs" / "security" / "threat-model.md").read_text(encoding="utf-8")
    named = set(re.findall(r"\btest_\w+\b(?!\.py)", text))
    walls = {
        name
        for row in re.findall(r"WALLS: (.*?)[;|]", text)
        for name in re.findall(r"`?(\w+)`", row)
    }
    sources = "\n".join(file.read_text(encoding="utf-8") for file in ROOT.glob("tests/**/*.py"))
    suite = (ROOT / "src/refloat/testing/sandbox_conformance.py").read_text(encoding="utf-8")
    assert len(named) > 30
    assert len(walls) > 8
    assert not [name for name in named if f"def {name}(" not in sources]
    assert not [name for name in walls if f"def {name}(" not in suite]


def test_files_that_readme_and_contributing_name_are_there() -> None:
    for page in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/security/*.md")):
        text = page.read_text(encoding="utf-8")
        for path in re.findall(
            r"`((?:tests|src|docs|scripts|examples|requirements)/[^`\s]*)`", text
        ):
            if "NAME" not in path:
                assert list(ROOT.glob(path.rstrip("/"))), f"{page.name} names {path}"


def test_the_changelog_says_what_changelog_d_says() -> None:
    text = changelog.CHANGELOG.read_text(encoding="utf-8")
    assert changelog.renewed(text, changelog.unreleased(changelog.ENTRIES)) == text, (
        "run: make docs"
    )


def test_entries_of_the_changelog_are_paragraphs_or_lists(tmp_path: Path) -> None:
    (tmp_path / "b.md").write_text("It was bad.\nIt is good.\n")
    (tmp_path / "a.md").write_text("- One thing,\n  which goes on.\n\n- Another.\n")
    section = changelog.unreleased(tmp_path)
    assert section == (
        "## Unreleased\n\n* One thing, which goes on.\n* Another.\n* It was bad. It is good.\n\n"
    )
    with pytest.raises(ValueError, match="lost the marks"):
        changelog.renewed("# Changelog\n", section)
