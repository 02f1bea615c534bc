"""Write the reference pages anew from the code: ``python -m scripts.reference [--check]``.

With ``--check`` nothing is written; the exit code is 1 when a page is not what the code says.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from refloat import registry
from refloat.app.doctor import ROOMS
from refloat.app.workspace import catalogue
from refloat.assess.rules import RULES
from refloat.cli.commands import COMMANDS
from refloat.cli.main import refloat
from refloat.feed.reference import reference as feed_reference
from refloat.model import errors
from refloat.model.options import Option
from refloat.plan.reference import reference as plan_reference

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "reference"
NOTICE = "<!-- Made by `make docs` from the code; change the code, not this page. -->\n\n"


def commands() -> str:
    """Describe every command as its own help does."""
    parts = ["# Commands\n\n", "```\n", _help(refloat, "refloat"), "```\n"]
    for name in sorted(COMMANDS):
        context = click.Context(refloat, info_name="refloat")
        command = refloat.get_command(context, name)
        assert command is not None
        parts += [f"\n## `refloat {name}`\n\n```\n", _help(command, f"refloat {name}"), "```\n"]
        if isinstance(command, click.Group):
            for inner, one in sorted(command.commands.items()):
                full = f"refloat {name} {inner}"
                parts += [f"\n### `{full}`\n\n```\n", _help(one, full), "```\n"]
    return "".join(parts)


def error_catalogue() -> str:
    """List every class of error with its exit code and meaning."""
    rows = ["# Errors and exit codes\n\n"]
    rows.append("| exit code | meaning |\n|---|---|\n")
    rows += [
        "| 0 | proven, or fine |\n",
        "| 1 | failed |\n",
        "| 2 | unproven, or could not run |\n",
        "| 64 and up | usage and environment, as below (sysexits.h) |\n",
        "| 130 | stopped by Ctrl-C |\n\n",
    ]
    rows.append("| error | exit code | can trying again help? | meaning |\n|---|---|---|---|\n")
    for one in _errors(errors.RefloatError):
        again = "no" if one.permanent else "yes"
        words = " ".join((one.__doc__ or "").split("\n\n")[0].split())
        rows.append(f"| `{one.__name__}` | {one.exit_code} | {again} | {words} |\n")
    return "".join(rows)


def adapters() -> str:
    """List every adapter with its options."""
    parts = ["# Adapters\n\nOne file each; see the how-to pages for adding one.\n"]
    for kind, room in ROOMS.items():
        parts.append(f"\n## {kind.capitalize()}s\n")
        for name, adapter in registry.adapters(room).items():
            parts.append(f"\n### `{name}`\n\n{adapter.summary}\n\n")
            rights = getattr(adapter, "rights", "")
            parts += [f"Least rights: {rights[:1].lower()}{rights[1:]}\n\n"] if rights else []
            parts.append(
                "| option | value | required | default | meaning |\n|---|---|---|---|---|\n"
            )
            parts += [_option(option) for option in adapter.options]
    return "".join(parts)


def findings() -> str:
    """List every finding that a rule of the assessment has, by its code."""
    parts = [
        "# Findings\n\nWhat `refloat assess` and `refloat findings` can find, by code. A code never"
        " changes its meaning. Each finding itself says what it costs, and what to do next.\n\n",
        "| code | what is wrong | requirements |\n|---|---|---|\n",
    ]
    parts += [
        f"| `{rule.code}` | {rule.says} | {', '.join(rule.requirements)} |\n"
        for rule in sorted(RULES, key=lambda one: one.code)
    ]
    parts.append(
        "\nTwo commands find what no rule does: `refloat compare` an answer that nothing gives"
        " (`ANSWER_NOT_KNOWN`), `refloat trace` a link that is missing (`CHAIN_BROKEN`).\n"
    )
    return "".join(parts)


def requirements() -> str:
    """Hold every requirement against the tests that name it."""
    marked = _marked_tests()
    rows = list(_requirement_rows())
    proven = sum(1 for identity, _ in rows if identity in marked)
    head = f"# Requirements and their tests\n\n{proven} of {len(rows)} are proved by a test.\n\n"
    lines = [head, "| id | requirement | tests |\n|---|---|---|\n"]
    for identity, text in rows:
        tests = "<br>".join(f"`{name}`" for name in sorted(marked.get(identity, []))) or "not yet"
        lines.append(f"| {identity} | {text} | {tests} |\n")
    return "".join(lines)


PAGES: dict[str, Callable[[], str]] = {
    "commands.md": commands,
    "errors.md": error_catalogue,
    "adapters.md": adapters,
    "plan.md": lambda: plan_reference(catalogue()),
    "feed.md": feed_reference,
    "findings.md": findings,
    "requirements.md": requirements,
}


def main() -> int:
    """Write the pages, or with ``--check`` compare them."""
    check = "--check" in sys.argv[1:]
    stale = []
    for name, make in PAGES.items():
        path, text = FOLDER / name, NOTICE + make()
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if not check:
            path.write_text(text, encoding="utf-8")
    for name in stale:
        print(f"docs/reference/{name} {'is not what the code says' if check else 'written'}")
    return 1 if check and stale else 0


def _help(command: click.Command, name: str) -> str:
    """Give the help as readers see it: every command inherits the settings of the first."""
    context = click.Context(
        command,
        info_name=name,
        max_content_width=100,
        terminal_width=100,
        help_option_names=refloat.context_settings["help_option_names"],
    )
    return command.get_help(context) + "\n"


def _errors(root: type[errors.RefloatError]) -> Iterator[type[errors.RefloatError]]:
    yield root
    for child in sorted(root.__subclasses__(), key=lambda one: (one.exit_code, one.__name__)):
        yield from _errors(child)


def _option(option: Option) -> str:
    required = "yes" if option.required else "no"
    default = "" if option.default is None else f"`{option.default}`"
    value = option.type.value + (f": {', '.join(option.choices)}" if option.choices else "")
    return f"| `{option.name}` | {value} | {required} | {default} | {option.help} |\n"


def _requirement_rows() -> Iterator[tuple[str, str]]:
    text = (ROOT / "docs" / "requirements.md").read_text(encoding="utf-8")
    for line in text.splitlines():
        row = re.match(r"\| (R-\d{3}) \| (.+) \|$", line)
        if row:
            yield row[1], row[2].replace(" | ", " — ")
        sentence = re.match(r"Requirement (R-\d{3}): (.+)$", line)
        if sentence:
            yield sentence[1], sentence[2]


def _marked_tests() -> dict[str, list[str]]:
    marked: dict[str, list[str]] = {}
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                for identity in _marks(node.decorator_list):
                    marked.setdefault(identity, []).append(f"{file.stem}::{node.name}")
    return marked


def _marks(decorators: list[ast.expr]) -> Iterator[str]:
    """Give the ids in the marks of a test, those of single parameters too; each once."""
    inside = (node for decorator in decorators for node in ast.walk(decorator))
    yield from dict.fromkeys(
        str(argument.value)
        for node in inside
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("mark.requirement")
        for argument in node.args
        if isinstance(argument, ast.Constant)
    )


if __name__ == "__main__":
    sys.exit(main())
