"""Whatever is passed over says why, where it stands: a check of the linters, a type, a test."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_PASSED_OVER = re.compile(r"# (?:ruff: )?(?:noqa|type: ignore|pragma: no cover)\b.*")
_WITH_REASON = re.compile(
    r"# (?:ruff: )?noqa: [A-Z0-9, ]+(?:\(\w.*\)| - \w.*)|# type: ignore\[[\w, -]+\]  # \w.*"
)


def sources() -> list[Path]:
    return sorted(path for room in ("src", "tests") for path in (ROOT / room).rglob("*.py"))


def passed_over(text: str) -> Iterator[str]:
    """Give what is passed over without a reason."""
    for line in text.splitlines():
        found = _PASSED_OVER.search(line)
        if found and not _WITH_REASON.fullmatch(found[0]):
            yield line.strip()


def left_out(tree: ast.Module) -> Iterator[str]:
    """Give the tests that are left out without a reason."""
    nodes = list(ast.walk(tree))
    why = {id(one.func) for one in nodes if isinstance(one, ast.Call) and says_why(one)}
    for node in nodes:
        if isinstance(node, ast.Attribute) and node.attr in ("skip", "skipif", "xfail"):
            called = ast.unparse(node)
            if called.startswith("pytest.") and id(node) not in why:
                yield f"line {node.lineno}: {called}"


def says_why(call: ast.Call) -> bool:
    named = any(one.arg == "reason" for one in call.keywords)
    return named or (ast.unparse(call.func) == "pytest.skip" and bool(call.args))


def test_what_is_passed_over_says_why() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {line}"
        for path in sources()
        if path != Path(__file__)
        for line in passed_over(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_a_test_that_is_left_out_says_why() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {one}"
        for path in sources()
        if path.is_relative_to(ROOT / "tests")
        for one in left_out(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert found == []


@pytest.mark.parametrize(
    ("line", "good"),
    [
        ("x = 1  # noqa: S105 (made up)", True),
        ("x = 1  # noqa: S105", False),
        ("x = 1  # noqa", False),
        ("x = f(y)  # type: ignore[arg-type]  # it is one", True),
        ("x = f(y)  # type: ignore[arg-type]", False),
        ("if never:  # pragma: no cover", False),
    ],
)
def test_such_a_line_is_noticed(line: str, *, good: bool) -> None:
    assert (list(passed_over(line)) == []) is good


def test_such_a_test_is_noticed() -> None:
    tree = ast.parse("pytest.skip('no root')\npytest.skip()\nx = pytest.mark.skipif(True)")
    assert list(left_out(tree)) == ["line 2: pytest.skip", "line 3: pytest.mark.skipif"]
