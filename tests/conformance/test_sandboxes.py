"""Every sandbox that is found keeps the contract."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from refloat import registry
from refloat.sandboxes import Sandbox
from refloat.testing.sandbox_abilities import ABILITIES
from refloat.testing.sandbox_conformance import WALLS, Proof

SANDBOXES: dict[str, Sandbox] = registry.adapters("sandboxes")


@pytest.fixture(params=SANDBOXES)
def sandbox(request: pytest.FixtureRequest) -> Sandbox:
    return SANDBOXES[request.param]


@pytest.fixture
def folder() -> Iterator[Path]:
    """Give a short path: names of Unix sockets have 107 bytes."""
    path = Path(tempfile.mkdtemp(prefix="refloat-"))
    yield path
    shutil.rmtree(path)


@pytest.mark.parametrize("proof", WALLS, ids=lambda proof: proof.__name__)
def test_wall(sandbox: Sandbox, folder: Path, proof: Proof) -> None:
    proof(sandbox, folder)


@pytest.mark.parametrize("proof", ABILITIES, ids=lambda proof: proof.__name__)
def test_ability(sandbox: Sandbox, folder: Path, proof: Proof) -> None:
    proof(sandbox, folder)
