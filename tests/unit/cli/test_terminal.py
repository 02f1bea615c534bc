"""Text that others wrote moves no cursor and makes no line of its own, whatever shows it."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from refloat.cli import shared
from refloat.cli.plain import plain
from refloat.feed.examples import EXAMPLES

HOSTILE = "\x1b[2J\nFAKED line\r\x9b2J\u202e"
NAME = r"\nFAKED line \u202E"
"""What a plan takes: it refuses control characters itself."""
PLAN = f"""
organisation: "Small {NAME}"
people:
  ben: {{name: "Ben {NAME}", roles: ["business owner"]}}
  eve: {{name: "Eve {NAME}", roles: ["technical owner"]}}
authority:
  request_restores: [eve]
  approve_restores: [ben]
repositories:
  repo-nas1: {{name: "Shelf {NAME}", site: "Cellar {NAME}"}}
principals:
  domain-admins: {{kind: privileged}}
services:
  clinical-app:
    name: "Shop {NAME}"
    owner: ben
    objectives: {{rto: {{target: 4 h, basis: bia, approver: ben}}}}
    needs: [clin-db]
    workarounds: {{paper: {{how: "Write {NAME}"}}}}
components:
  clin-db:
    kind: database
    name: "Till {NAME}"
    watch: {{every: 1 day, copies: [repo-nas1]}}
"""
FREE = {
    *("what", "dataset_ref", "statement", "where", "name", "principal", "location", "path", "job"),
    *("instance", "tool", "external_id", "decided", "timeline", "frictions", "observed_by", "from"),
}
"""Fields of the feed that take any text."""
COMMANDS = (
    "answers clinical-app",
    "approve objective clinical-app --as ben --dry-run",
    "assess",
    "status --over 30d",
    "compare clinical-app",
    "facts list",
    "findings",
    "forecast",
    "maturity",
    "maturity --standard cis-8.1",
    "observe",
    "plan check",
    "plan order clinical-app",
    "points",
    "restore request clin-db --as eve --reason x",
    "restore list",
    "review",
    "scenario site",
    "status",
    "trace",
    "trace --credentials",
    "weakest clinical-app",
)


def hostile(value: Any, *, free: bool = False) -> Any:
    """Put what is hostile behind every text of the feed that may be anything."""
    if isinstance(value, dict):
        return {name: hostile(one, free=name in FREE) for name, one in value.items()}
    if isinstance(value, list):
        return [hostile(one, free=free) for one in value]
    return value + HOSTILE if free and isinstance(value, str) else value


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with a hostile plan, and a file of facts that are hostile, too, or as usual."""
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "refloat.yaml").write_text(PLAN, encoding="utf-8")
    usual = [json.loads(line) for line in EXAMPLES.values()]
    lines = [json.dumps(one) for one in (*usual, *map(hostile, usual))]
    (folder / "facts.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return folder


def refloat(folder: Path, *words: str) -> str:
    """Run a command; give everything that a terminal would get."""
    ended = subprocess.run(
        (sys.executable, "-m", "refloat.cli", *words),
        cwd=folder,
        env={name: text for name, text in os.environ.items() if "REFLOAT" not in name},
        capture_output=True,
        timeout=120,
        check=False,
    )
    return (ended.stdout + b"\n" + ended.stderr).decode("utf-8")


def harmless(printed: str) -> bool:
    """Whether nothing steers the terminal, and no line begins as others want it to."""
    lines = printed.split("\n")
    return all(
        (line.isprintable() or "\N{NO-BREAK SPACE}" in line) and not line.startswith("FAKED")
        for line in lines
    )


def test_no_command_lets_the_text_of_others_steer_the_terminal(shop: Path) -> None:
    imported = refloat(shop, "facts", "import", "facts.jsonl")
    assert harmless(imported), imported
    assert " new, " in imported
    shown = []
    for command in COMMANDS:
        printed = refloat(shop, *command.split())
        assert "Traceback" not in printed, printed
        assert harmless(printed), f"{command}: {printed!r}"
        shown.append("FAKED" in printed)
    assert sum(shown) > len(COMMANDS) // 2, "the names are shown; what they would do is not done"


def test_a_name_in_an_error_begins_no_line(shop: Path) -> None:
    assert harmless(refloat(shop, "status", f"x{HOSTILE}"))
    assert harmless(refloat(shop, "restore", "request", f"x{HOSTILE}", "--as", "eve"))


@pytest.mark.parametrize(
    "command",
    [
        "restore request clin-db --as eve --reason",
        "restore review 1 --as ben --note",
        "approve objective clinical-app --yes --as ben --note",
        "approve objective clinical-app --yes --as",
        "kit placed --as ben --where",
        "drill",
        "scenario site --lose",
        "facts show",
        "facts read restic --data-set",
        "canary shelf --attempt --as-principal",
    ],
)
def test_bytes_that_are_no_text_are_a_mistake_of_use(shop: Path, command: str) -> None:
    where = ("--plan", str(shop / "refloat.yaml"), "--state", str(shop / "state-of-bytes"))
    words = [sys.executable, "-m", "refloat.cli", *where, *command.split()]
    ended = subprocess.run(
        [*map(os.fsencode, words), b"a\xffb"], capture_output=True, timeout=120, check=False
    )
    said = ended.stderr.decode()
    assert (ended.returncode, "Traceback" in said) == (64, False), said
    assert not (shop / "state-of-bytes").exists()


def test_a_path_may_hold_any_bytes(shop: Path) -> None:
    name = os.fsdecode(b"page-\xff.html")
    refloat(shop, "report", "clinical-app", "-o", name)
    (shop / name).unlink()


def test_a_page_shows_such_names_and_takes_none_for_markup(shop: Path) -> None:
    plan = (shop / "refloat.yaml").read_text(encoding="utf-8").replace(NAME, f"<b>{NAME}</b>")
    (shop / "page.yaml").write_text(plan, encoding="utf-8")
    where = ("--plan", "page.yaml")
    for words in (
        ("report", "clinical-app", "-o", "page.html"),
        ("assess", "-o", "page.html"),
        ("scenario", "site", "-o", "page.html"),
        ("weakest", "clinical-app", "-o", "page.html"),
        ("kit", "-o", "page.html"),
    ):
        printed = refloat(shop, *where, *words)
        page = shop / "page.html"
        assert page.exists(), printed
        text = page.read_text(encoding="utf-8")
        page.unlink()
        assert not {"\x1b", "\x9b", "\u202e"} & set(text), words
        assert "<b> FAKED" not in text
        assert "&lt;b&gt; FAKED" in text, words


def test_line_ends_and_what_is_not_printable_are_replaced() -> None:
    assert plain("a\x1b[2J\u202eb\r\x07\udcff\n") == "a\ufffd[2J\ufffdb \ufffd\ufffd "


def test_only_one_place_prints_for_people() -> None:
    """``click.echo`` stands for JSON alone, and where text is made plain."""
    found = []
    for path in sorted(Path(shared.__file__).parent.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("click.echo", "print"):
                said = ast.unparse(node.args[0])
                if not said.startswith("json.dumps") and path.name not in ("main.py", "shared.py"):
                    found.append((path.name, said))
    # Both are made of text that its own room has made plain.
    assert found == [
        ("evidence.py", "report.to_text()"),
        ("plan_diff.py", "markdown(found.difference)"),
    ]
