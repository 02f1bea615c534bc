"""Every sandbox that is found keeps the contract."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from refloat import registry
from refloat.sandboxes import Sandbox
from refloat.testing.sandbox_abilities import ABILITIES
from refloat.testing.sandbox_conformance import (
    WALLS,
    Proof,
    nothing_has_power,
    nothing_outlives_refloat,
)
from tests.support.named_adapter import keeps_promises, named_adapter

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to" / "add-a-sandbox.md"
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


def test_a_sandbox_is_one_file_in_a_folder_that_the_operator_names(
    folder: Path,
) -> None:
    """The how-to's example, as written there, keeps the contract by being there."""
    code = re.findall(r"```python\n(.*?)```", HOW_TO.read_text(encoding="utf-8"), re.DOTALL)[0]
    folder.chmod(0o755)  # other accounts must come to the proofs' folders, or the walls are untried
    promises = (nothing_has_power, nothing_outlives_refloat, *ABILITIES)
    with named_adapter(folder / "named", "sandboxes", "narrow", code) as narrow:
        keeps_promises(narrow, promises, folder)
    assert "narrow" not in registry.adapters("sandboxes")
