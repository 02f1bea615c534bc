"""``refloat weakest`` as a user meets it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import refloat

EXAMPLE = Path(__file__).parents[3] / "examples" / "saltbush"
PLAN = """
organisation: Two Mills
people:
  ada: {name: Ada Moss, roles: [owner]}
services:
  shop: {name: The shop, tier: 2, owner: ada, needs: [till]}
components:
  till: {kind: files, name: the till's files}
"""


def of_example(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    where = ("--plan", str(EXAMPLE / "refloat.yaml"), "--state", str(folder / "state"))
    facts = ("--facts", str(EXAMPLE / "facts"), "--as-of", "2026-11-22T09:00:00+11:00")
    return refloat(folder, *where, "weakest", *arguments, *facts)


def said(ended: subprocess.CompletedProcess[str]) -> Any:
    return json.loads(ended.stdout)


@pytest.fixture
def mill(tmp_path: Path) -> Path:
    (tmp_path / "refloat.yaml").write_text(PLAN, encoding="utf-8")
    return tmp_path


def test_the_services_of_tier_1_are_looked_at_and_single_points_are_severe(tmp_path: Path) -> None:
    ended = of_example(tmp_path, "--json")
    assert ended.returncode == 1, ended.stderr
    found = said(ended)
    assert "clinical-app" in found["services"]
    assert "payroll" not in found["services"]
    assert (found["up_to"], found["complete"]) == (2, 2)
    sizes = [len(one["losses"]) for one in found["cut_sets"]]
    assert sizes == sorted(sizes)
    assert set(sizes) == {1, 2}
    assert not (tmp_path / "state").exists(), "judging files writes nothing"


def test_the_same_question_has_the_same_bytes(tmp_path: Path) -> None:
    first = of_example(tmp_path, "booking", "file-archive", "--up-to", "3", "--json")
    assert (
        first.stdout
        == of_example(tmp_path, "file-archive", "booking", "--up-to", "3", "--json").stdout
    )


def test_only_the_kinds_that_are_named_are_lost(tmp_path: Path) -> None:
    found = said(of_example(tmp_path, "--kinds", "vendor, failure-domain", "--json"))
    kinds = {loss["kind"] for one in found["cut_sets"] for loss in one["losses"]}
    assert kinds == {"vendor"}, "no place of copies is a single point, nor are two of them"


def test_people_read_what_is_lost_what_goes_and_what_helps(tmp_path: Path) -> None:
    ended = of_example(tmp_path, "file-archive", "--show", "2")
    assert ended.returncode == 1
    assert "Scanned paper-record archive" in ended.stdout
    assert "break-glass account" in ended.stdout
    assert "more rows; --show" in ended.stderr
    assert "Taken for given:" in ended.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--kinds", "weather"), "'weather' is no kind of loss"),
        (("--up-to", "4"), "4 is not in the range 1<=x<=3"),
        (("--tier", "0"), "0 is not in the range x>=1"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    mill: Path, arguments: tuple[str, ...], message: str
) -> None:
    ended = refloat(mill, "weakest", *arguments)
    assert ended.returncode == 64
    assert message in ended.stderr


def test_a_service_that_is_not_there_is_said(mill: Path) -> None:
    ended = refloat(mill, "weakest", "shed")
    assert ended.returncode == 66
    assert "the plan has no service 'shed'" in ended.stderr
    assert "shop" in ended.stderr


def test_that_no_service_is_of_the_tier_is_said(mill: Path) -> None:
    ended = refloat(mill, "weakest")
    assert ended.returncode == 66
    assert "no service of the plan is of tier 1" in ended.stderr
    assert "There are services of tier 2" in ended.stderr


def test_a_plan_without_tiers_is_told_which_services_there_are(tmp_path: Path) -> None:
    (tmp_path / "refloat.yaml").write_text(PLAN.replace("tier: 2, ", ""), encoding="utf-8")
    ended = refloat(tmp_path, "weakest")
    assert ended.returncode == 66
    assert "No service has a tier; name some: shop." in ended.stderr


def test_one_component_without_a_copy_is_the_whole_answer(mill: Path) -> None:
    ended = refloat(mill, "weakest", "--tier", "2", "--up-to", "3", "--json")
    assert ended.returncode == 1
    found = said(ended)
    assert list(found["already"]) == ["shop"]
    (alone,) = found["cut_sets"]
    assert [loss["kind"] for loss in alone["losses"] + alone["alike"][0]] == [
        "component",
        "production",
        "service",
    ], "they strike the same and are told as one"
    assert alone["remedy"] == "Protect the till's files: nothing copies it."
