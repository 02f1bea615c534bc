"""The demo, as the README says it: run twice, stopped in the middle, removed."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "examples" / "harbour-street" / "demo"
OUT = ROOT / "demo-out"
TIMEOUT = 600.0
FILES = {"result.json", "report.html", "evidence.json", "evidence.pub"}

# Its results lie in the clone and its servers at fixed ports: one at a time, so all in this file.
pytestmark = pytest.mark.timeout(TIMEOUT)


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """Give a home for the demo; keep what the clone's own demo left."""
    folder = Path(tempfile.mkdtemp(prefix="refloat-demo-test-", dir="/var/tmp"))
    folder.chmod(0o755)
    kept = folder / "demo-out"
    if OUT.exists():
        shutil.copytree(OUT, kept)
    try:
        yield folder / "home"
    finally:
        run(folder / "home", "clean")
        if kept.exists():
            shutil.copytree(kept, OUT, dirs_exist_ok=True)
        shutil.rmtree(folder)


def begin(home: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start the demo."""
    return subprocess.Popen(
        (str(DEMO), *arguments),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "REFLOAT_DEMO_HOME": str(home)},
        start_new_session=True,
    )


def run(home: Path, *arguments: str) -> tuple[int, str]:
    """Run the demo to its end; give its exit code and what it said."""
    with begin(home, *arguments) as child:
        output, _ = child.communicate(timeout=TIMEOUT)
    return child.returncode, output


def processes_of(home: Path) -> list[str]:
    """Name the processes whose command line, root or working folder is in the home."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            places = [os.readlink(process / link) for link in ("root", "cwd")]
        except OSError:
            continue
        if str(home) in words or any(place.startswith(str(home)) for place in places):
            found.append(f"{process.name} {words}")
    return found


@pytest.mark.requirement("R-040")
@pytest.mark.parametrize("time", ["the first time", "once more"])
def test_the_demo_is_proven_and_leaves_what_the_readme_says(home: Path, time: str) -> None:
    code, said = run(home)
    assert code == 0, said
    assert {one.name for one in OUT.iterdir()} == FILES
    result: dict[str, Any] = json.loads((OUT / "result.json").read_text(encoding="utf-8"))
    assert result["verdict"] == "proven", result["reasons"]
    assert "proven" in said
    assert str(OUT / "report.html") in said
    page = (OUT / "report.html").read_text(encoding="utf-8")
    assert "Online booking" in page
    verify = next(line for line in said.splitlines() if line.startswith("Verify the evidence:"))
    command = verify.partition(":")[2].split()
    assert command[1:3] == ["-m", "refloat.ledger.verify"]
    verified = subprocess.run(
        (sys.executable, *command[1:]), cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert processes_of(home) == []


def test_ctrl_c_in_the_middle_leaves_nothing_running(home: Path) -> None:
    with begin(home) as child:
        assert child.stdout is not None
        said = []
        for line in child.stdout:
            said.append(line)
            if "Drill:" in line:
                break
        assert "Drill:" in said[-1], "".join(said)
        runs = home / ".refloat" / "runs"
        while not list(runs.glob("*/sandbox")):
            assert child.poll() is None, "the drill ended before it could be stopped"
            time.sleep(0.02)
        os.killpg(child.pid, signal.SIGINT)  # as a terminal does: to all of its group
        output, _ = child.communicate(timeout=TIMEOUT)
    assert child.returncode == 130, "".join(said) + output
    assert processes_of(home) == []
    assert list(runs.glob("*/sandbox")) == []


def test_clean_leaves_nothing(home: Path) -> None:
    code, said = run(home, "clean")
    assert code == 0, said
    assert not home.exists()
    assert not OUT.exists()
    assert processes_of(home) == []
