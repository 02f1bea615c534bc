"""What many tests of the command line begin with."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give an empty folder to work in, and nothing that says where else the plan is."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("REFLOAT_PLAN", raising=False)
    monkeypatch.delenv("REFLOAT_STATE", raising=False)
    return tmp_path
