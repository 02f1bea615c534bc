"""``refloat maturity`` as a user meets it: the real program, on the reference organisation."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.golden.reference_organisation import ESSENTIAL_EIGHT
from tests.support.commands import refloat
from tests.support.oscal_validation import validated

EXAMPLE = Path(__file__).parents[3] / "examples" / "saltbush"
AS_OF = "2026-11-22T09:00:00+11:00"


def maturity(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command on the reference organisation's plan and facts."""
    where = ("--plan", str(EXAMPLE / "refloat.yaml"), "--state", str(folder / "state"))
    facts = ("--facts", str(EXAMPLE / "facts"), "--as-of", AS_OF)
    return refloat(folder, *where, "maturity", *facts, *arguments)


@pytest.mark.requirement("R-120")
def test_the_reference_organisation_has_the_outcomes_that_it_is_known_to_have(
    tmp_path: Path,
) -> None:
    done = maturity(tmp_path, "--json")
    assert done.returncode == 1, done.stderr
    judged = json.loads(done.stdout)["maturity"]
    assert (judged["level"], judged["target"]) == ("ML0", "ML2")
    controls = judged["controls"]
    assert {key: one["outcome"] for key, one in controls.items()} == ESSENTIAL_EIGHT
    failing = {
        key: [line.split(":")[0] for line in one["failing"]] for key, one in controls.items()
    }
    assert {key: lines for key, lines in failing.items() if lines} == {
        "ISM-1511": ["clin-db", "timesheet-db"],
        "ISM-1810": ["clin"],
        "ISM-1811": ["archive-files"],
        "ISM-1705": ["domain-admins on repo-nas1"],
        "ISM-1707": ["domain-admins on repo-nas1"],
        "ISM-1708": ["bkp-operators on repo-nas1"],
    }
    assert "386 min" in controls["ISM-1810"]["failing"][0]
    assert "domain-admins on repo-nas1" in controls["ISM-1706"]["not_known"][0]
    assert not (tmp_path / "state").exists(), "files alone are judged"


def test_people_read_the_strategy_its_evidence_and_what_is_missing(tmp_path: Path) -> None:
    done = maturity(tmp_path)
    assert done.returncode == 1
    assert "says nothing of the other seven" in done.stdout
    assert "✗ ineffective" in done.stdout
    assert "? no-visibility" in done.stdout
    assert "✓ effective" in done.stdout
    assert "Missing to the level after ML0:" in done.stdout


def test_oscal_documents_are_written_beside_each_other_and_valid(tmp_path: Path) -> None:
    done = maturity(tmp_path, "--oscal", "results.json", "--json")
    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout)["files"] == [
        "results.json",
        "results.plan.json",
        "results.actions.json",
    ]
    for name in json.loads(done.stdout)["files"]:
        assert all(validated(tmp_path / name).values()), name
    first = (tmp_path / "results.json").read_bytes()
    assert maturity(tmp_path, "--oscal", "results.json").returncode == 1
    assert (tmp_path / "results.json").read_bytes() == first


def test_other_standards_are_answered_and_an_unknown_one_is_named(tmp_path: Path) -> None:
    done = maturity(tmp_path, "--standard", "cis-8.1", "--json")
    assert done.returncode == 1, done.stderr
    (standard,) = json.loads(done.stdout)["standards"]
    outcomes = {one["demand"]: one["outcome"] for one in standard["demands"]}
    assert outcomes["11.2"] == outcomes["11.4"] == "not met"
    assert outcomes["11.5"] == "met"
    told = maturity(tmp_path, "--standard", "cis-8.1")
    assert "NO_ISOLATED_COPY: data set archive-files" in told.stdout
    unknown = maturity(tmp_path, "--standard", "cis")
    assert unknown.returncode == 66
    assert "cis-8.1" in unknown.stderr
    assert maturity(tmp_path, "--standard", "cis-8.1", "--oscal", "x.json").returncode == 64
