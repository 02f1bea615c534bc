"""Every engine in its folder, and each that an operator names, keeps its promises."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from refloat import registry
from refloat.engines import Engine
from refloat.testing.engine_conformance import PROMISES, Promise, sample_repository

ENGINES = registry.adapters("engines")
HOW_TO = Path(__file__).parents[2] / "docs" / "how-to" / "add-an-engine.md"


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.__name__)
@pytest.mark.parametrize("engine", ENGINES.values(), ids=ENGINES.keys())
def test_engine(engine: Engine, promise: Promise, tmp_path: Path) -> None:
    promise(engine, sample_repository(engine, tmp_path), tmp_path)


def test_there_are_engines() -> None:
    assert "restic" in ENGINES


def test_an_engine_is_one_file_in_a_folder_that_the_operator_names(tmp_path: Path) -> None:
    """The engine of the how-to page, taken from the page, is found and passes the whole suite."""
    page = re.search(r"```python\n(.*?)```", HOW_TO.read_text(encoding="utf-8"), re.DOTALL)
    assert page is not None
    (tmp_path / "engines").mkdir()
    (tmp_path / "engines" / "plain.py").write_text(page[1], encoding="utf-8")
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", __file__, "-k", "[plain-"],
        env={**os.environ, "REFLOAT_ADAPTERS": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert ended.returncode == 0, ended.stdout
    assert f"{len(PROMISES)} passed" in ended.stdout
