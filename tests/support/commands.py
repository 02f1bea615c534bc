"""The command line as a user has it: a process of its own, or in this one where that is enough."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from refloat.cli.main import main

TIMEOUT = 120.0
"""Seconds for a command."""


def refloat(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command of Refloat in a folder.

    Args:
        folder: where it works.
        arguments: what stands behind ``refloat``.
        environment: variables, beside ours; of ours it gets none that are Refloat's.
    """
    return subprocess.run(
        (sys.executable, "-m", "refloat.cli", *arguments),
        cwd=folder,
        env={**surroundings(), **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )


def surroundings() -> dict[str, str]:
    """Give our environment without what tells Refloat anything."""
    return {name: text for name, text in os.environ.items() if "REFLOAT" not in name}


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Run a command in this process; give its exit code and what it printed."""
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    printed = capsys.readouterr()
    assert isinstance(ended.value.code, int)
    return ended.value.code, printed.out, printed.err
