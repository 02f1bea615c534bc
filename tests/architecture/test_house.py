"""The house rules, measured on the tree: sizes, docstrings, doors, and the words of the map."""

from __future__ import annotations

import ast
import re
import statistics
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "refloat"
ADAPTER_ROOMS = ("engines", "data_sets", "sandboxes", "checks", "observers", "platforms")

EXCEPTIONS = tomllib.loads((Path(__file__).parent / "exceptions.toml").read_text(encoding="utf-8"))

LONGEST_FILE = 400
LONGEST_FUNCTION = 60
USUAL_FUNCTION = 35
MOST_METHODS = 20


def modules() -> Iterator[tuple[Path, ast.Module]]:
    for file in sorted(SOURCE.rglob("*.py")):
        yield file, ast.parse(file.read_text(encoding="utf-8"))


def functions() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for file, module in modules():
        for node in ast.walk(module):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{file.relative_to(ROOT)}:{node.lineno} {node.name}", node


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function without its docstring: words are no burden."""
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    first = node.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    return lines


def test_no_file_is_long() -> None:
    long = [
        f"{file.relative_to(ROOT)}: {count} lines"
        for file, _ in modules()
        if (count := len(file.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE
    ]
    assert not long


def test_no_function_is_long_and_nine_in_ten_are_short() -> None:
    lengths = {name: length(node) for name, node in functions()}
    long = {name: lines for name, lines in lengths.items() if lines > LONGEST_FUNCTION}
    assert {re.sub(r":\d+", "", name) for name in long} == set(EXCEPTIONS["functions"]), long
    assert statistics.quantiles(lengths.values(), n=10)[-1] <= USUAL_FUNCTION


def test_no_class_has_many_methods() -> None:
    crowded = [
        f"{file.relative_to(ROOT)} {node.name}"
        for file, module in modules()
        for node in ast.walk(module)
        if isinstance(node, ast.ClassDef)
        and sum(isinstance(one, ast.FunctionDef) for one in node.body) >= MOST_METHODS
    ]
    assert not crowded


def test_no_module_of_ours_is_imported_inside_a_function() -> None:
    hidden = [
        f"{name} imports {imported}"
        for name, node in functions()
        for inner in ast.walk(node)
        for imported in imports(inner)
        if imported.startswith("refloat") and not allowed_late(name)
    ]
    assert not hidden


def allowed_late(name: str) -> bool:
    """Django's settings must stand before its models are imported: the one late import there is."""
    return name.startswith("src/refloat/store/")


@pytest.mark.parametrize("room", ADAPTER_ROOMS)
def test_nobody_reaches_past_the_registry_to_an_adapter(room: str) -> None:
    inside = SOURCE / room
    reached = [
        f"{file.relative_to(ROOT)} imports {imported}"
        for file, module in modules()
        if inside not in file.parents
        for node in ast.walk(module)
        for imported in imports(node)
        if imported.startswith(f"refloat.{room}.") and is_module(imported)
    ]
    assert not reached


@pytest.mark.parametrize("room", ADAPTER_ROOMS)
def test_no_adapter_knows_another(room: str) -> None:
    files = [file for file in (SOURCE / room).glob("*.py") if not file.name.startswith("_")]
    names = {f"refloat.{room}.{file.stem}" for file in files}
    known = [
        f"{file.relative_to(ROOT)} imports {imported}"
        for file in files
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        for imported in imports(node)
        if any(imported == name or imported.startswith(f"{name}.") for name in names)
    ]
    assert not known


def test_every_room_is_on_the_map_with_its_own_words() -> None:
    map_ = " ".join((ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").split())
    missing = []
    for file in sorted(SOURCE.glob("*/__init__.py")):
        docstring = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
        first = " ".join(docstring.split("\n\n")[0].split())
        if first not in map_:
            missing.append(f"{file.parent.name}: {first}")
    assert not missing


def test_nothing_of_the_product_imports_its_fakes() -> None:
    assert not [
        str(file)
        for file, module in modules()
        if SOURCE / "testing" not in file.parents
        for node in ast.walk(module)
        for imported in imports(node)
        if imported.startswith("refloat.testing")
    ]


def is_module(imported: str) -> bool:
    """Whether a name leads into a file of a room; its contract in ``__init__`` is for everybody."""
    _, room, name, *_ = imported.split(".")
    return any((SOURCE / room / f"{name}{ending}").exists() for ending in (".py", ""))


def imports(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module:
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return []


def test_every_benchmark_is_run_with_the_others() -> None:
    folder = ROOT / "benchmarks"
    named = re.search(r"^NAMES = \((.*?)^\)", (folder / "__main__.py").read_text(), re.M | re.S)
    assert named is not None
    runs = {
        file.stem
        for file in folder.glob("*.py")
        if "def main()" in file.read_text(encoding="utf-8") and file.stem != "__main__"
    }
    assert set(re.findall(r'"(\w+)"', named[1])) == runs


def test_no_two_files_of_tests_have_one_name() -> None:
    names = [file.name for file in (ROOT / "tests").rglob("test_*.py")]
    assert sorted({name for name in names if names.count(name) > 1}) == []
