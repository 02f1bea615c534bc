"""Every version must say the same about the evidence of every earlier version (see README.md)."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from refloat.ledger.verify import main

HERE = Path(__file__).parent
VERSIONS = sorted(path.parent for path in HERE.glob("*/manifest.json"))
CASES = [
    pytest.param(folder, case, id=f"{folder.name}:{' '.join(case['arguments'])}")
    for folder in VERSIONS
    for case in json.loads((folder / "manifest.json").read_text())
]


@pytest.mark.parametrize(("folder", "case"), CASES)
def test_says_what_the_manifest_says(
    folder: Path,
    case: dict[str, Any],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(folder)
    assert main(case["arguments"]) == case["exit"]
    output = capsys.readouterr()
    said = output.out + output.err
    assert case["says"] in said
    assert "\x1b" not in said


@pytest.mark.parametrize("folder", VERSIONS, ids=lambda folder: folder.name)
def test_every_file_is_in_the_manifest(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    listed = {case["arguments"][0] for case in manifest}
    assert {path.name for path in folder.glob("*.json")} - {"manifest.json"} == listed
    assert {case["exit"] for case in manifest} == {0, 1, 2, 65}


def test_the_files_are_what_the_generator_makes(tmp_path: Path) -> None:
    script = str(HERE / "make.py")
    subprocess.run([sys.executable, script, str(tmp_path)], check=True, timeout=120)
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert made == {path.name: path.read_bytes() for path in (HERE / "0.1").iterdir()}
