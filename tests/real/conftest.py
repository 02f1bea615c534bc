"""What many tests on real data begin with: the small shop, the sample business's plan."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.real.small_shop import Shop, own_state, seeded_shop

PLAN = Path(__file__).parents[2] / "examples" / "harbour-street" / "refloat.yaml"


@pytest.fixture
def practice(tmp_path: Path) -> Path:
    """Give a folder with the sample business's plan and no state."""
    (tmp_path / "refloat.yaml").write_bytes(PLAN.read_bytes())
    return tmp_path


@pytest.fixture(scope="module")
def seeded() -> Iterator[Shop]:
    """Give the shop, backed up once, for all tests of a file."""
    with seeded_shop() as shop:
        yield shop


@pytest.fixture
def shop(seeded: Shop) -> Iterator[Shop]:
    """Give the shop with a state of its own."""
    with own_state(seeded) as own:
        yield own
