"""Review, pack and kit as a user meets them: the real program, on plans and facts in files."""

from __future__ import annotations

import hashlib
import json
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from refloat.app.workspace import Workspace
from tests.support import commands

EXAMPLE = Path(__file__).parents[3] / "examples" / "saltbush"
AS_OF = "2026-11-22T09:00:00+11:00"
OTHERS = (
    '{"schema": "recovery-feed/1", "kind": "action", "source": {"instance": "desk"},'
    ' "external_id": "x1", "observed_at": "2026-11-01T09:00:00Z", "owner": "zoe-of-others",'
    ' "what": "mend the Wattle till", "due": "2026-11-02T09:00:00Z", "status": "open"}\n'
    '{"schema": "recovery-feed/1", "kind": "exercise", "source": {"instance": "desk"},'
    ' "external_id": "x2", "observed_at": "2026-11-01T09:00:00Z", "at": "2026-11-01T09:00:00Z",'
    ' "what": "tabletop at Wattle", "decisions": true, "services": ["wattle-till"],'
    ' "nobody_had_authority": ["close Wattle"]}\n'
)

PLAN = """
organisation: Quince Street Veterinary
people:
  ben: {name: Ben Ruiz, roles: [business owner], phone: "+61 3 5550 0142"}
documents:
  runbooks: {content: [recovery instructions], locations: [{where: the wiki, needs: [wiki]}]}
services:
  wiki: {name: The wiki, owner: ben, needs: [pages]}
components:
  pages: {kind: files, name: Pages}
"""


def refloat(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line on the reference organisation, with a state in a folder."""
    where = ("--plan", str(EXAMPLE / "refloat.yaml"), "--state", str(folder / "state"))
    return commands.refloat(folder, *where, *arguments)


def judged(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return refloat(folder, *arguments, "--facts", str(EXAMPLE / "facts"), "--as-of", AS_OF)


@pytest.mark.requirement("R-117")
def test_a_review_writes_the_same_bytes_again(tmp_path: Path) -> None:
    first = judged(tmp_path, "review", "-o", "one.json")
    assert first.returncode == 2, first.stderr
    assert "✗ 4. Compare backups with the dependency map" in first.stdout
    assert not (tmp_path / "state").exists(), "files alone are judged"
    assert judged(tmp_path, "review", "-o", "two.json").stdout == first.stdout
    content = (tmp_path / "one.json").read_bytes()
    assert (tmp_path / "two.json").read_bytes() == content
    assert f"sha256:{hashlib.sha256(content).hexdigest()}" in first.stdout


@pytest.mark.requirement("R-117")
def test_a_signed_review_is_in_the_evidence_and_bound_to_its_bundle(tmp_path: Path) -> None:
    done = judged(tmp_path, "review", "-o", "one.json", "--sign", "--json")
    assert done.returncode == 2, done.stderr
    said = json.loads(done.stdout)
    digest = hashlib.sha256((tmp_path / "one.json").read_bytes()).hexdigest()
    assert said["content_hash"] == digest
    shown = json.loads(refloat(tmp_path, "evidence", "show", str(said["entry"])).stdout)
    assert shown["kind"] == "recovery review"
    assert shown["subject"][0]["digest"] == {"sha256": digest}
    assert shown["predicate"]["result"] == "not done"
    assert refloat(tmp_path, "evidence", "verify").returncode == 0


@pytest.mark.requirement("R-121", "R-122")
def test_a_pack_holds_this_clients_data_only_and_is_verified_by_the_client(tmp_path: Path) -> None:
    (tmp_path / "others.jsonl").write_text(OTHERS)
    assert judged(tmp_path, "review", "--sign").returncode == 2
    done = judged(tmp_path, "pack", "-o", "pack", "--facts", "others.jsonl", "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["entries"] == 1
    assert said["left_out"] >= 2
    names = {file.name for file in (tmp_path / "pack").iterdir()}
    assert {"README.txt", "summary.txt", "renewal.txt", "evidence.json", "evidence.pub"} <= names
    for file in (tmp_path / "pack").iterdir():
        assert b"attle" not in file.read_bytes(), file.name
        assert b"zoe-of-others" not in file.read_bytes(), file.name
    client = subprocess.run(
        [sys.executable, "-m", "refloat.ledger.verify", "evidence.json", "--key", "evidence.pub"],
        cwd=tmp_path / "pack",
        capture_output=True,
        text=True,
        check=False,
    )
    assert client.returncode == 0, client.stdout + client.stderr
    sums = subprocess.run(
        ["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=tmp_path / "pack", check=False
    )
    assert sums.returncode == 0
    assert said["key"] in (tmp_path / "pack" / "README.txt").read_text()


@pytest.mark.requirement("R-122")
def test_the_summary_speaks_of_services_and_names_no_rule(tmp_path: Path) -> None:
    assert judged(tmp_path, "pack", "-o", "pack").returncode == 0
    text = (tmp_path / "pack" / "summary.txt").read_text()
    codes = {
        finding["code"]
        for finding in json.loads((tmp_path / "pack" / "assessment.json").read_text())["findings"]
    }
    assert codes
    assert not [code for code in codes if code in text]
    assert "What to mend now" in text
    assert "Next:" in text


def test_a_pack_as_one_file_has_the_same_bytes_again(tmp_path: Path) -> None:
    assert judged(tmp_path, "pack", "-o", "one.zip").returncode == 0
    assert judged(tmp_path, "pack", "-o", "two.zip").returncode == 0
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        assert "README.txt" in archive.namelist()
        assert archive.testzip() is None


@pytest.mark.requirement("R-121")
def test_nothing_of_another_client_gets_into_a_pack_by_accident(tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text("organisation: Wattle Bakery\n")
    Workspace(other, tmp_path / "state").ledger()
    refused = judged(tmp_path, "pack", "-o", "pack")
    assert refused.returncode == 77
    assert "another organisation" in refused.stderr
    assert not (tmp_path / "pack").exists()
    (tmp_path / "mixed").mkdir()
    (tmp_path / "mixed" / "notes.txt").write_text("of somebody else")
    beside = refloat(
        tmp_path, "--state", str(tmp_path / "new"), "pack", "-o", "mixed", "--facts", "other.yaml"
    )
    assert beside.returncode == 66
    assert sorted(file.name for file in (tmp_path / "mixed").iterdir()) == ["notes.txt"]


@pytest.mark.requirement("R-135")
def test_the_kit_is_private_and_holds_names_and_numbers(tmp_path: Path) -> None:
    done = judged(tmp_path, "kit", "-o", "kit.html")
    assert done.returncode == 0, done.stderr
    page = tmp_path / "kit.html"
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    assert "+61 491 570 006" in page.read_text()
    assert judged(tmp_path, "kit", "make", "-o", "again.html").returncode == 0
    assert (tmp_path / "again.html").read_bytes() == page.read_bytes()


@pytest.mark.requirement("R-135")
def test_the_kit_is_plain_text_by_its_ending_or_when_asked(tmp_path: Path) -> None:
    assert judged(tmp_path, "kit", "-o", "kit.txt").returncode == 0
    text = (tmp_path / "kit.txt").read_bytes()
    assert stat.S_IMODE((tmp_path / "kit.txt").stat().st_mode) == 0o600
    assert b"+61 491 570 006" in text
    assert text.startswith(b"\nRECOVERY KIT: ")
    asked = judged(tmp_path, "kit", "-o", "kit.md", "--format", "text", "--json")
    assert json.loads(asked.stdout) == {"file": "kit.md", "bytes": len(text), "format": "text"}
    assert (tmp_path / "kit.md").read_bytes() == text
    assert judged(tmp_path, "kit", "-o", "odd.txt", "--format", "html").returncode == 0
    assert (tmp_path / "odd.txt").read_bytes().startswith(b"<!DOCTYPE html>")


@pytest.mark.requirement("R-135")
def test_where_a_kit_lies_is_recorded_and_an_old_kit_is_missed(tmp_path: Path) -> None:
    plan = tmp_path / "refloat.yaml"
    plan.write_text(PLAN)

    def codes() -> set[str]:
        said = commands.refloat(tmp_path, "assess", "--json")
        return {finding["code"] for finding in json.loads(said.stdout)["findings"]}

    assert "INSTRUCTIONS_UNREACHABLE" in codes()
    done = commands.refloat(
        tmp_path, "kit", "placed", "--where", " the  safe", "--as", "ben", "--json"
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["where"] == "the safe"
    assert said["person"] == "Ben Ruiz"
    fingerprint = json.loads(commands.refloat(tmp_path, "plan", "fingerprint", "--json").stdout)[
        "plan"
    ]
    assert said["plan"] == fingerprint
    assert not codes() & {"INSTRUCTIONS_UNREACHABLE", "KIT_STALE"}
    plan.write_text(PLAN.replace("0142", "0143"))
    assert "KIT_STALE" in codes()
    assert (
        commands.refloat(tmp_path, "kit", "placed", "--where", "the safe", "--as", "ben").returncode
        == 0
    )
    assert "KIT_STALE" not in codes()
    assert commands.refloat(tmp_path, "evidence", "verify").returncode == 0


def test_a_kit_lies_somewhere_and_somebody_known_says_so(tmp_path: Path) -> None:
    (tmp_path / "refloat.yaml").write_text(PLAN)
    assert (
        commands.refloat(tmp_path, "kit", "placed", "--where", " ", "--as", "ben").returncode == 64
    )
    assert (
        commands.refloat(tmp_path, "kit", "placed", "--where", "the safe", "--as", "bne").returncode
        == 66
    )


def test_of_a_plan_without_services_nothing_was_recoverable_all_the_time(tmp_path: Path) -> None:
    (tmp_path / "refloat.yaml").write_text("organisation: Nothing yet\n", encoding="utf-8")
    ended = commands.refloat(tmp_path, "status", "--over", "90d", "--as-of", AS_OF)
    assert ended.returncode == 2
    assert "no service" in ended.stderr


@pytest.mark.parametrize("instant", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_an_instant_at_an_end_of_the_calendar_is_refused(tmp_path: Path, instant: str) -> None:
    (tmp_path / "refloat.yaml").write_text(PLAN, encoding="utf-8")
    ended = commands.refloat(tmp_path, "assess", "--as-of", instant)
    assert ended.returncode == 64
    assert "outside of the years" in ended.stderr
    assert "Traceback" not in ended.stderr
