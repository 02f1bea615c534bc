"""States, catalogues, bills and traces as a user observes them: the page, and what is kept."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from refloat.ledger.log import Ledger
from refloat.store.index import open_store
from refloat.testing.observer_conformance import SECRET
from tests.support.commands import refloat

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "how-to" / "observe-catalogues-states-and-traces.md"
PLAN = ROOT / "examples" / "harbour-street" / "refloat.yaml"
SAMPLES = ROOT / "tests" / "unit" / "observers" / "samples"
KINDS = {
    "terraform": "terraform.tfstate",
    "backstage": "catalog-info.yaml",
    "cyclonedx": "services.cdx.json",
    "opentelemetry": "service-graph.prom",
}


def typed_in(folder: Path, typed: str) -> subprocess.CompletedProcess[str]:
    return refloat(folder, *shlex.split(typed))


@pytest.mark.requirement("R-005")
def test_the_page_does_what_it_says(practice: Path) -> None:
    text = PAGE.read_text(encoding="utf-8")
    for name, content in re.findall(r"^```\w+ file=(\S+)\n(.*?)^```$", text, re.M | re.S):
        (practice / name).write_text(content, encoding="utf-8")
    typed = re.findall(r"^```console run\n\$ refloat (.*?)\n```$", text, re.M | re.S)
    assert [line.split()[1] for line in typed] == list(KINDS)
    shown = re.findall(r"^(Observed, and in no plan.*?)^```$", text, re.M | re.S)
    for line in typed:
        ended = typed_in(practice, line)
        assert (ended.returncode, ended.stderr) == (2, "")
    written = "\n".join(line.rstrip() for line in ended.stdout.splitlines())
    assert shown[0].strip() in written


@pytest.mark.parametrize("kind", KINDS)
def test_no_secret_of_a_source_is_kept_or_shown(practice: Path, kind: str) -> None:
    source = SAMPLES / KINDS[kind]
    assert SECRET in source.read_text(encoding="utf-8")
    (practice / source.name).write_bytes(source.read_bytes())
    ended = typed_in(practice, f"observe {kind} {source.name} --json")
    assert ended.returncode == 2, ended.stderr
    assert len(json.loads(ended.stdout)["sources"][0]["observations"]) > 4
    assert SECRET not in ended.stdout + ended.stderr
    kept = [file for file in (practice / ".refloat").rglob("*") if file.is_file()]
    assert kept
    assert not [file for file in kept if SECRET.encode() in file.read_bytes()]


def test_owners_versions_and_data_stores_come_back_from_the_ledger(practice: Path) -> None:
    source = SAMPLES / "terraform.tfstate"
    assert typed_in(practice, f"observe terraform {source}").returncode == 2
    state = practice / ".refloat"
    with open_store(state, "") as store:
        store.catch_up(Ledger.open(state / "ledger"))
        (fact,) = store.facts().observations
    database = fact.observations[0]
    assert (database.owner, database.version, database.holds_data) == ("Mei Tan", "15.7", True)


def test_half_a_state_records_nothing(practice: Path) -> None:
    whole = (SAMPLES / "terraform.tfstate").read_bytes()
    (practice / "half.tfstate").write_bytes(whole[: len(whole) // 2])
    ended = typed_in(practice, "observe terraform half.tfstate")
    assert ended.returncode == 65
    assert "half.tfstate cannot be understood as JSON: line" in ended.stderr
    assert not (practice / ".refloat").exists()
