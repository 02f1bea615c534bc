"""The page on drafting a plan does what it says."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "draft-a-plan-from-what-runs.md"


def typed(folder: Path, line: str) -> subprocess.CompletedProcess[str]:
    words = shlex.split(line)
    if words[0] == "refloat":
        words = [sys.executable, "-m", "refloat.cli", *words[1:]]
    return subprocess.run(
        words,
        cwd=folder,
        env={name: text for name, text in os.environ.items() if not name.startswith("REFLOAT")},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.requirement("R-112")
def test_the_page_does_what_it_says(tmp_path: Path) -> None:
    text = PAGE.read_text(encoding="utf-8")
    for name, content in re.findall(r"^```\w+ file=(\S+)\n(.*?)^```$", text, re.M | re.S):
        (tmp_path / name).write_text(content, encoding="utf-8")
    blocks = re.findall(r"^```console run\n(.*?)^```$", text, re.M | re.S)
    lines = [line.removeprefix("$ ") for block in blocks for line in block.splitlines()]
    init, count, check, assess, compose, systemd = (typed(tmp_path, line) for line in lines)
    assert init.returncode == 0, init.stderr
    draft = (tmp_path / "refloat.yaml").read_text(encoding="utf-8")
    parts = re.findall(r"^```yaml part=refloat.yaml\n(.*?)^```$", text, re.M | re.S)
    assert parts
    assert all(part in draft for part in parts)
    assert int(count.stdout) == draft.count("TODO") > 10
    assert check.returncode == 0
    assert "is fine" in check.stderr
    assert assess.returncode == 1, "a draft promises nothing that holds"
    assert "holds data that nothing backs up" in assess.stdout
    for observed in (compose, systemd):
        assert observed.returncode == 0, observed.stderr
        assert "The plan knows everything that was observed." in observed.stderr
