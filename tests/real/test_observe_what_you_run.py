"""The page on observing what runs does what it says, on the sample business."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest

from refloat.testing.observer_conformance import SECRET
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


HIDDEN = {
    "compose": {
        "compose.yaml": (
            "services:\n"
            f"  web: {{environment: {{URL: 'http://me:{SECRET}@db', KEY: {SECRET}}}}}\n"
            "  db: {}\n"
        ),
        "compose.override.yaml": (
            "services:\n"
            f"  web: {{environment: !override {{URL: 'http://me:{SECRET}@db'}},"
            f" command: !reset '{SECRET}'}}\n"
            f"  'token={SECRET}': !reset null\n"
        ),
    },
    "systemd": {
        "web.container": (
            f"[Container]\nImage=web:1\nSecret=key,type=env,target=KEY\nEnvironment=KEY={SECRET}\n"
            f"PodmanArgs=--env KEY={SECRET}\nExec=serve {SECRET}\nNetwork=http://me:{SECRET}@x\n"
            f"Volume=password={SECRET}:/data\n"
        ),
        "rows.volume": f"[Volume]\nOptions=password={SECRET}\n",
    },
    "terraform": {
        "state.tfstate": json.dumps(
            {
                "version": 4,
                "resources": [
                    {
                        "mode": "managed",
                        "type": "aws_db_instance",
                        "name": "rows",
                        "instances": [
                            {"index_key": key, "attributes": {"password": SECRET}}
                            for key in ("eu", f"password={SECRET}")
                        ],
                    }
                ],
            }
        ),
    },
}


@pytest.mark.parametrize("kind", HIDDEN)
def test_no_secret_of_what_runs_is_kept_or_shown(tmp_path: Path, kind: str) -> None:
    (tmp_path / "refloat.yaml").write_bytes(PLAN.read_bytes())
    (tmp_path / "given").mkdir()
    for name, content in HIDDEN[kind].items():
        assert SECRET in content
        (tmp_path / "given" / name).write_text(content, encoding="utf-8")
    ended = refloat(tmp_path, "observe", kind, "given", "--json")
    assert ended.returncode == 2, ended.stdout + ended.stderr
    assert sum(len(one["observations"]) for one in json.loads(ended.stdout)["sources"])
    assert SECRET not in ended.stdout + ended.stderr
    kept = [file for file in (tmp_path / ".refloat").rglob("*") if file.is_file()]
    assert kept
    assert not [file for file in kept if SECRET.encode() in file.read_bytes()]
