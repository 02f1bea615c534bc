"""The small shop for all tests that want it: seeded once a file, with a state for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.real.small_shop import Shop, own_state, seeded_shop


@pytest.fixture(scope="module")
def seeded() -> Iterator[Shop]:
    with seeded_shop() as shop:
        yield shop


@pytest.fixture
def shop(seeded: Shop) -> Iterator[Shop]:
    with own_state(seeded) as own:
        yield own
