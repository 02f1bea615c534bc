"""Whatever a platform answers, it is read or refused; what is read is taken by the feed."""

from __future__ import annotations

import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from refloat import feed, registry
from refloat.feed.reading import Refused
from refloat.model.errors import ObservationProblem
from refloat.platforms import Fact, Listing, Platform, Request
from refloat.testing.platform_conformance import sound

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SAMPLES = Path(__file__).parent / "samples"
PLATFORMS: dict[str, Platform] = registry.adapters("platforms")
FILES = {"aws_backup": "aws-backup.json", "veeam": "veeam.json"}

VALUES = some.one_of(
    some.none(),
    some.booleans(),
    some.integers(-(2**70), 2**70),
    some.floats(allow_nan=False),
    some.text(max_size=12),
    some.sampled_from(["", "Success", "COMPLETED", "2026-02-01T00:00:00Z", "password=hush"]),
    some.builds(list),
    some.builds(dict),
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Give every place below a value of JSON."""
    inside = value.items() if isinstance(value, dict) else enumerate(value)
    found = []
    for key, one in inside:
        found.append((*path, key))
        if isinstance(one, dict | list):
            found += places(one, (*path, key))
    return found


@pytest.mark.parametrize("name", FILES)
@settings(max_examples=300, deadline=None)
@given(data=some.data())
def test_any_values_anywhere_give_facts_or_reasons(name: str, data: some.DataObject) -> None:
    answers = json.loads((SAMPLES / FILES[name]).read_bytes())
    for place in data.draw(some.lists(some.sampled_from(places(answers)), max_size=4)):
        inside = answers
        try:
            for key in place[:-1]:
                inside = inside[key]
            inside[place[-1]] = data.draw(VALUES)
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change has taken this place away
    content = json.dumps(answers).encode()
    listing, said = read(name, content)
    assert "hush" not in said
    if listing is not None:
        sound(listing, content)
        assert all(reason is None or allowed(reason) for reason in map(refused, listing.facts))


def read(name: str, content: bytes) -> tuple[Listing | None, str]:
    """Give the listing, or None; and all that was said."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "answers.json"
        path.write_bytes(content)
        try:
            listing = PLATFORMS[name].read(Request("tool1", NOON, path))
        except ObservationProblem as error:
            return None, f"{error.message} {error.hint}"
        return listing, repr(listing)


def refused(fact: Fact) -> str | None:
    """Give the reason for which the feed refuses a fact; None if it takes it."""
    reader = feed.Reader(NOON)
    try:
        reader.facts(reader.understand(json.dumps(fact).encode()))
    except Refused as error:
        return str(error)
    return None


def allowed(reason: str) -> bool:
    """Whether it is one that only the feed can know: what is in the future, or too much."""
    return "future" in reason or "later" in reason or "<=" in reason
