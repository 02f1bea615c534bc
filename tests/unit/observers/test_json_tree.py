"""The tree that is made of JSON says what Python's parser says, and where each value stands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from refloat.model.errors import ObservationProblem
from refloat.observers._json import DEEPEST, read_json
from refloat.observers._yaml import Node

NUMBERS = some.integers() | some.floats(allow_nan=False, allow_infinity=False)
SCALARS = some.none() | some.booleans() | NUMBERS | some.text()
VALUES = some.recursive(
    SCALARS,
    lambda inner: some.lists(inner) | some.dictionaries(some.text(), inner),
    max_leaves=30,
)


def plain(node: Node) -> Any:
    if isinstance(node.value, str):
        return node.value
    if isinstance(node.value, list):
        return [plain(one) for one in node.value]
    return {key: plain(entry.node) for key, entry in node.value.items()}


def as_text(value: Any) -> Any:
    if isinstance(value, list):
        return [as_text(one) for one in value]
    if isinstance(value, dict):
        return {key: as_text(one) for key, one in value.items()}
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value)


@given(VALUES, some.booleans(), some.sampled_from([None, 0, 2]))
def test_nothing_is_lost_or_made_up(value: Any, escaped: bool, indent: int | None) -> None:
    source = json.dumps(value, ensure_ascii=escaped, indent=indent)
    said = read_json(Path("any"), source)
    assert [plain(one) for one in said.documents] == [as_text(value)]
    assert said.twice == []


@given(some.lists(some.text(), min_size=1))
def test_each_value_stands_where_it_is_said_to(texts: list[str]) -> None:
    said = read_json(Path("any"), json.dumps(texts, indent=1))
    assert isinstance(said.documents[0].value, list)
    assert [one.line for one in said.documents[0].value] == list(range(2, len(texts) + 2))


@pytest.mark.parametrize("levels", [DEEPEST + 1, 50_000])
def test_nesting_has_a_limit(levels: int) -> None:
    assert read_json(Path("any"), "[" * DEEPEST + "]" * DEEPEST).documents
    with pytest.raises(ObservationProblem, match="nested deeper than 200 levels"):
        read_json(Path("any"), "[" * levels + "]" * levels)
