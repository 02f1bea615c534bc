"""The page on reading recovery points does what it says, on the sample business."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from tests.support import commands

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "how-to" / "read-recovery-points.md"
PLAN = ROOT / "examples" / "harbour-street" / "refloat.yaml"
TOOLS = ("kopia", "restic", "borg", "proxmox_backup", "velero")


def refloat(folder: Path, *typed: str) -> tuple[int, Any, str]:
    ended = commands.refloat(folder, *typed, "--json")
    return ended.returncode, json.loads(ended.stdout or "null"), ended.stderr


@pytest.fixture(scope="module")
def typed() -> dict[str, list[str]]:
    """Give what the page runs, by the tool."""
    text = PAGE.read_text(encoding="utf-8")
    lines = re.findall(r"^```console run\n\$ refloat (.*?)\n```$", text, re.M | re.S)
    return {words[2]: words for words in map(shlex.split, lines)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder with the plan, and every listing that the page shows."""
    text = PAGE.read_text(encoding="utf-8")
    for name, content in re.findall(r"^```json file=(\S+)\n(.*?)^```$", text, re.M | re.S):
        (tmp_path / name).write_text(content, encoding="utf-8")
    (tmp_path / "refloat.yaml").write_bytes(PLAN.read_bytes())
    return tmp_path


def test_the_page_does_what_it_says(typed: dict[str, list[str]], folder: Path) -> None:
    assert tuple(typed) == TOOLS
    for tool, words in typed.items():
        code, done, said = refloat(folder, *words)
        assert code == 0, said
        (one,) = done["listings"]
        assert one["points"] == (2 if tool == "proxmox_backup" else 1)
        assert (one["refused"], done["unmatched"], done["unused"], done["places"]) == (
            [],
            {},
            [],
            [],
        )
        assert done["whole"]
    code, sources, _ = refloat(folder, "facts", "list")
    known = {(one["instance"], one["kind"]): one["facts"] for one in sources}
    assert known["velero", "restore_test"] == known["velero", "job_run"] == 1
    assert {tool for tool, kind in known if kind == "recovery_point"} == set(TOOLS)


@pytest.mark.requirement("R-018")
def test_what_the_listing_has_no_more_is_told(typed: dict[str, list[str]], folder: Path) -> None:
    refloat(folder, *typed["kopia"])
    (folder / "kopia.json").write_text("[]", encoding="utf-8")
    code, done, _ = refloat(folder, *typed["kopia"])
    assert (code, done["gone"]) == (0, 1)
    (one,) = done["listings"]
    (gone,) = one["imported"]["vanished"]
    name = "root@web1:/srv/documents"
    assert gone["point"]["external_id"] == f"{name}/2025-11-20T15:00:02.418923614Z"
