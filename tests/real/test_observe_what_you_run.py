"""The page on observing what runs does what it says, on the sample business."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest

from tests.support.commands import refloat

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "how-to" / "observe-what-you-run.md"
PLAN = ROOT / "examples" / "harbour-street" / "refloat.yaml"

UNKNOWN = {
    "compose.yaml": {"redis", "sessions"},
    "manifest.yaml": {"secret/booking-keys", "persistentvolumeclaim/uploads"},
    "manifests": {"front"},
    "units.txt": {"booking-app.service", "stunnel.service", "/var/lib/booking"},
    "quadlets": {"booking-app.service", "sessions.volume", "secret/booking-key"},
    "hosts.ini": {"db01.example", "db02.example"},
}


@pytest.mark.requirement("R-005")
def test_the_page_does_what_it_says(tmp_path: Path) -> None:
    text = PAGE.read_text(encoding="utf-8")
    for name, content in re.findall(r"^```\w+ file=(\S+)\n(.*?)^```$", text, re.M | re.S):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    typed = re.findall(r"^```console run\n\$ refloat (.*?)\n```$", text, re.M | re.S)
    assert [shlex.split(line)[2] for line in typed] == list(UNKNOWN)
    for number, line in enumerate(typed):
        state = tmp_path / str(number)
        state.mkdir()
        (state / "refloat.yaml").write_bytes(PLAN.read_bytes())
        source = shlex.split(line)[2]
        if (tmp_path / source).is_dir():
            shutil.copytree(tmp_path / source, state / source)
        else:
            shutil.copy(tmp_path / source, state / source)
        ended = refloat(state, *shlex.split(line), "--json")
        assert ended.returncode == 2, ended.stdout + ended.stderr
        found = json.loads(ended.stdout)
        unknown = {one["component"] for one in found["undocumented"] if not one["needs"]}
        assert unknown == UNKNOWN[source]
        assert not found["sources"][0]["refused"]
