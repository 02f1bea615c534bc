"""The JSON Schema for editors agrees with the parser, and the reference names every key."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from refloat import registry
from refloat.model.options import AdapterCatalogue
from refloat.plan import parse, reference, schema
from refloat.plan.adapters import options_section
from refloat.plan.complaints import Complaints
from refloat.plan.reader import read_tree
from refloat.plan.reading import Key, Reading, Section
from refloat.plan.sections import PLAN
from refloat.plan.tree import START, MappingNode, Node, SequenceNode
from tests.unit.plan.example import CATALOGUE, FULL, complaints_about, plan_of
from tests.unit.plan.test_plan_complaints import ONE_MISTAKE

EXAMPLES = Path(__file__).parents[3] / "examples"
VALIDATOR = jsonschema.Draft202012Validator(schema(CATALOGUE))

# What only the parser can see: names, circles, secrets, spellings of adapters' own rules.
BEYOND_A_SCHEMA = (
    "there is no person",
    "there is no component",
    "in a circle",
    "there is no repository",
    "stands twice",
    "keeps nothing",
    "deputy",
    "is not expanded",
    "comes after",
    "asks nothing",
    "stands at",
    "largest unit",
    "fraction",
    "longer than",
    "is no date",
    "another user than root",
    "never closed",
    "no shell runs",
    "not blanks",
    "has no name",
)

# To an editor, 01 is 1, what stands in quotes is the same text, and any text may be a name.
LIKE_RIGHT_ONES = ("tier: 01", 'append_only: "yes"', "repository: shelve")


def as_editors_see_it(node: Node) -> Any:
    """Give the data that the core schema of YAML 1.2 (chapter 10.3) makes of a plan."""
    if isinstance(node, MappingNode):
        return {name: as_editors_see_it(entry.value) for name, entry in node.entries.items()}
    if isinstance(node, SequenceNode):
        return [as_editors_see_it(item) for item in node.items]
    if not node.plain:
        return node.text
    if node.text in ("", "~", "null"):
        return None
    if node.text in ("true", "false"):
        return node.text == "true"
    return int(node.text) if re.fullmatch("[-+]?[0-9]+", node.text) else node.text


def mistakes(text: str) -> list[str]:
    data = as_editors_see_it(read_tree(text.encode(), Complaints("x")))
    return [error.message for error in VALIDATOR.iter_errors(data)]


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(schema(CATALOGUE))
    json.dumps(schema(CATALOGUE))


def test_a_right_plan_passes() -> None:
    assert mistakes(FULL) == []
    assert mistakes("organisation: x\nsandbox: container\n") == []


@pytest.mark.parametrize(("right", "wrong", "said"), ONE_MISTAKE)
def test_a_wrong_plan_does_not_pass(right: str, wrong: str, said: str) -> None:
    text = FULL.replace(right, wrong, 1)
    assert complaints_about(text)
    if wrong not in LIKE_RIGHT_ONES and not any(words in said for words in BEYOND_A_SCHEMA):
        assert mistakes(text)


def test_every_part_says_what_it_means() -> None:
    def without_words(part: Any, path: str = "") -> Iterator[str]:
        if isinstance(part, dict):
            for name, inner in part.get("properties", {}).items():
                if "description" not in inner and name not in ("hard", "soft"):
                    yield f"{path}.{name}"
            for name, inner in part.items():
                yield from without_words(inner, f"{path}.{name}")

    assert not list(without_words(schema(CATALOGUE)))


def test_making_it_changes_nothing() -> None:
    first = copy.deepcopy(schema(CATALOGUE))
    assert schema(CATALOGUE) == first


def test_the_reference_names_every_key_with_its_meaning() -> None:
    page = reference(CATALOGUE)

    def keys_of(part: Any) -> Iterator[tuple[str, str]]:
        if isinstance(part, dict):
            for name, inner in part.get("properties", {}).items():
                if "description" in inner:
                    yield name, inner["description"]
            for inner in part.values():
                yield from keys_of(inner)

    rows = [line for line in page.splitlines() if line.startswith("| `")]
    named = {line.split("`")[1] for line in rows}
    adapters = {*CATALOGUE.data_sets, *CATALOGUE.checks, *CATALOGUE.sandboxes}
    found = set(keys_of(schema(CATALOGUE)))
    assert len(found) > 60
    for name, meaning in found:
        assert name in named | adapters | {"protect", "recover", "objectives", "checks"}
        assert meaning in page


def all_keys() -> Iterator[tuple[Section, Key]]:
    todo, seen = [PLAN], set()
    while todo:
        section = todo.pop()
        if section.name not in seen:
            seen.add(section.name)
            for key in section.keys:
                yield section, key
                todo += key.type.sections()


def complaints_of_example(key: Key) -> list[str]:
    complaints = Complaints("x")
    reading = Reading(CATALOGUE, {}, complaints, path=[key.name], marks=[START])
    reading.defaults["protect"] = {"repository": "cupboard"}
    tree = read_tree(f"key: {key.example}\n".encode(), complaints)
    assert isinstance(tree, MappingNode)
    key.type.read(tree.entries["key"].value, reading)
    return [str(complaint) for complaint in complaints.sorted()]


def test_every_example_of_a_key_is_right() -> None:
    tried = [key for _, key in all_keys() if key.example and "…" not in key.example]
    assert len(tried) > 40
    assert {
        key.name: complaints_of_example(key) for key in tried if complaints_of_example(key)
    } == {}


def test_every_example_of_an_adapters_option_is_right() -> None:
    wrong = {
        (room, description.name, key.name): complaints_of_example(key)
        for room in ("engines", "data_sets", "checks", "sandboxes")
        for description in getattr(real_catalogue(), room).values()
        for key in options_section(description).keys
        if key.example and complaints_of_example(key)
    }
    assert wrong == {}


def real_catalogue() -> AdapterCatalogue:
    rooms = ("engines", "data_sets", "checks", "sandboxes")
    return AdapterCatalogue(**{room: registry.describe(room) for room in rooms})


def test_the_schema_of_the_real_adapters_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(schema(real_catalogue()))


@pytest.mark.parametrize(
    "file", [pytest.param(file, id=file.parent.name) for file in EXAMPLES.rglob("refloat.yaml")]
)
def test_example_plans_are_right_for_parser_and_editors(file: Path) -> None:
    checks = registry.adapters("checks")
    complaints_of = {name: check.complaints for name, check in checks.items()}
    parse(file.read_bytes(), str(file), real_catalogue(), complaints_of)
    data = as_editors_see_it(read_tree(file.read_bytes(), Complaints("x")))
    validator = jsonschema.Draft202012Validator(schema(real_catalogue()))
    assert [error.message for error in validator.iter_errors(data)] == []


def test_the_example_uses_every_key() -> None:
    used = set(re.findall(r"[a-z_]+(?=:)", FULL))
    described = {
        name
        for part in [schema(CATALOGUE), *schema(CATALOGUE)["$defs"].values()]
        for name in [*part.get("properties", {}), *_of_any(part)]
    }
    left_out = {"hourly", "weekly", "monthly", "yearly", "newest", "container", "nothing", "borg"}
    left_out.add("facilities_not_needed")  # it stands in the place of facilities
    categories = {"services", "identities", "applications", "data", "dependencies", "verify"}
    assert described - used - left_out - categories - {"status"} == set()
    assert plan_of(FULL)


def _of_any(part: dict[str, Any]) -> Iterator[str]:
    for one in part.get("anyOf", ()):
        yield from one.get("properties", {})
