"""Folders as sources: which files are read, what is said of the others, and what went away."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from refloat.app import sources
from tests.support.commands import run

PLAN = Path(__file__).parents[2] / "examples" / "harbour-street" / "refloat.yaml"

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: booking-app}
spec:
  template:
    metadata: {labels: {app: booking}}
    spec:
      containers: [{name: web, env: [{name: CACHE_URL, value: 'redis://cache:6379'}]}]
"""
SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: front}
spec: {selector: {app: booking}}
---
apiVersion: v1
kind: Service
metadata: {name: cache}
"""
INGRESS = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: outside}
spec: {defaultBackend: {service: {name: front}}}
"""


@pytest.fixture
def practice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder with the sample business's plan and manifests in three files."""
    monkeypatch.chdir(tmp_path)
    for name in ("REFLOAT_PLAN", "REFLOAT_STATE"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "refloat.yaml").write_bytes(PLAN.read_bytes())
    (tmp_path / "manifests" / "edge").mkdir(parents=True)
    (tmp_path / "manifests" / "app.yaml").write_text(DEPLOYMENT)
    (tmp_path / "manifests" / "edge" / "ingress.yaml").write_text(INGRESS)
    (tmp_path / "manifests" / "service.yml").write_text(SERVICE)
    return tmp_path


def observed(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    code, printed, said = run(capsys, "observe", *arguments, "--json")
    assert code == 2, said
    return json.loads(printed)


def pairs(found: Any) -> set[tuple[str, str, str]]:
    return {
        (one["source"], seen["component"], seen["needs"])
        for one in found["sources"]
        for seen in one["observations"]
        if seen["needs"]
    }


@pytest.mark.requirement("R-005")
def test_all_files_of_a_folder_are_read_and_each_knows_the_others(
    practice: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = observed(capsys, "kubernetes", "manifests")
    assert pairs(found) == {
        ("manifests/app.yaml", "booking-app", "cache"),
        ("manifests/edge/ingress.yaml", "ingress/outside", "front"),
        ("manifests/service.yml", "front", "booking-app"),
    }
    assert not found["not_read"]
    named = observed(capsys, "kubernetes", *map(str, sorted(practice.rglob("manifests/**/*.y*ml"))))
    assert pairs(named) == pairs(found), "the same when the files are named"


def test_of_many_files_people_see_how_much_was_in_each(
    practice: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(60):
        (practice / "manifests" / f"{number}.yaml").write_text(DEPLOYMENT)
    code, printed, said = run(capsys, "observe", "kubernetes", "manifests")
    assert code == 2
    assert "63 files were read" in printed
    assert "app.yaml (evidence" not in printed
    assert "… and 13 more; --json gives all." in said


def test_what_is_not_read_in_a_folder_is_said_with_its_reason(
    practice: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = practice / "manifests"
    (folder / "values.yaml").write_text("image: redis\n")
    (folder / "template.yaml").write_text("kind: {{ .Values.kind }\n")
    (folder / "link.yaml").symlink_to(folder / "app.yaml")
    (folder / "elsewhere").symlink_to("/etc")
    os.mkfifo(folder / "pipe.yaml")
    (folder / "notes.txt").write_text("not of this kind")
    (folder / ".git").mkdir()
    (folder / ".git" / "app.yaml").write_text(DEPLOYMENT)
    found = observed(capsys, "kubernetes", "manifests")
    said = {Path(one["source"]).name: one for one in found["not_read"]}
    assert set(said) == {"values.yaml", "template.yaml", "link.yaml", "elsewhere", "pipe.yaml"}
    assert said["values.yaml"]["reason"] == "it holds no Kubernetes object"
    assert "never rendered" in said["template.yaml"]["reason"]
    assert {name for name, one in said.items() if one["is_fault"]} == {
        "values.yaml",
        "template.yaml",
    }
    assert said["link.yaml"]["source"] == "manifests/link.yaml", "as files that are read"
    assert len(found["sources"]) == 3
    _, _, told = run(capsys, "observe", "kubernetes", "manifests")
    assert "elsewhere" in told
    assert "it is a link, which is not read in a folder." in told


@pytest.mark.requirement("R-005")
def test_variables_beside_an_inventory_are_not_looked_into(
    practice: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inventory = practice / "inventory"
    (inventory / "group_vars" / "all").mkdir(parents=True)
    (inventory / "hosts.ini").write_text("[web]\nweb01\n")
    (inventory / "group_vars" / "all" / "web.yml").write_text("db:\n  hosts: {db01: }\n")
    (inventory / "group_vars" / "web.yml").write_text("ntp_servers: [a, b]\nport: 80\n")
    found = observed(capsys, "ansible", "inventory")
    assert pairs(found) == {("inventory/hosts.ini", "web", "web01")}
    assert [one["refused"] for one in found["sources"]] == [[]]
    assert not found["not_read"]


def test_a_file_that_went_away_no_longer_counts(
    practice: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = observed(capsys, "kubernetes", "manifests")
    assert "ingress/outside" in {one["component"] for one in first["undocumented"]}
    (practice / "manifests" / "edge" / "ingress.yaml").unlink()
    second = observed(capsys, "kubernetes", "manifests")
    assert second["gone"] == ["manifests/edge/ingress.yaml"]
    assert "ingress/outside" not in {one["component"] for one in second["undocumented"]}
    assert observed(capsys, "kubernetes", "manifests")["gone"] == [], "it is said once"


def test_a_file_that_cannot_be_looked_at_is_not_taken_for_gone(
    practice: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As where somebody may no longer look into a folder; a link in circles stops root too."""
    observed(capsys, "kubernetes", "manifests")
    edge = practice / "manifests" / "edge"
    edge.rename(practice / "kept")
    edge.symlink_to("edge")
    second = observed(capsys, "kubernetes", "manifests")
    assert second["gone"] == []
    assert "ingress/outside" in {one["component"] for one in second["undocumented"]}
    edge.unlink()
    assert observed(capsys, "kubernetes", "manifests")["gone"] == ["manifests/edge/ingress.yaml"]


def test_a_named_file_must_be_understood_though_the_folder_around_it_need_not(
    practice: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (practice / "manifests" / "values.yaml").write_text("image: redis\n")
    code, _, said = run(capsys, "observe", "kubernetes", "manifests", "manifests/values.yaml")
    assert code == 65
    assert "holds no Kubernetes object" in said
    assert not (practice / ".refloat").exists()


def test_a_folder_of_which_nothing_can_be_used_is_an_error_and_no_empty_reading(
    practice: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = practice / "other"
    folder.mkdir()
    (folder / "link.yaml").symlink_to(practice / "manifests" / "app.yaml")
    code, _, said = run(capsys, "observe", "kubernetes", "other")
    assert (code, "links and what else is no ordinary file are not read (1 here)" in said) == (
        65,
        True,
    )
    (folder / "values.yaml").write_text("a: b\n")
    (folder / "more.yaml").write_text("a: b\n")
    code, _, said = run(capsys, "observe", "kubernetes", "other")
    assert code == 65
    assert "other/more.yaml: it holds no Kubernetes object (and 1 more)" in said
    assert not (practice / ".refloat").exists()


@pytest.mark.parametrize(
    ("limit", "said"),
    [("MOST_FILES", "files of this kind"), ("MOST_LOOKED_AT", "things"), ("MOST_BYTES", "MiB")],
)
def test_a_folder_that_holds_too_much_is_refused_and_nothing_of_it_is_read(
    practice: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    limit: str,
    said: str,
) -> None:
    monkeypatch.setattr(sources, limit, 1)
    code, _, told = run(capsys, "observe", "kubernetes", "manifests")
    assert code == 65
    assert f"{said}" in told
    assert "nothing of it was read" in told
    assert "Name a folder further inside" in told


def test_the_help_lists_every_kind_with_what_it_reads(capsys: pytest.CaptureFixture[str]) -> None:
    code, printed, _ = run(capsys, "observe", "--help")
    assert code == 0
    shown = " ".join(printed.split())
    for name, summary in sources.summaries().items():
        assert name in shown
        assert summary.split(":")[0].split(",")[0][:30] in shown


@pytest.mark.parametrize(
    ("kind", "hint"),
    [
        ("csv", "Split it into several files"),
        ("terraform", "A state cannot be cut in two"),
        ("opentelemetry", "grep traces_service_graph_request_total"),
        ("systemd", "fewer units at a time"),
        ("cyclonedx", "leave libraries out"),
        ("backstage", "ask the catalogue for fewer"),
        ("kubernetes", "one namespace"),
    ],
)
def test_what_to_do_with_a_file_that_is_too_large_fits_its_kind(
    practice: Path, capsys: pytest.CaptureFixture[str], kind: str, hint: str
) -> None:
    with (practice / "large").open("wb") as stream:
        stream.truncate(2**26)
    code, _, said = run(capsys, "observe", kind, "large")
    assert code == 65
    assert "is larger than" in said
    assert hint in said
