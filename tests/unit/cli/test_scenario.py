"""``refloat scenario`` as a user meets it: the real program, on files."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support import commands

EXAMPLE = Path(__file__).parents[3] / "examples" / "saltbush"
FACTS = ("--facts", str(EXAMPLE / "facts"), "--as-of", "2026-11-22T09:00:00+11:00")
EMPTY = "organisation: Nobody\n"
SHARED = """
organisation: Two of a name
people:
  harbour: {name: Hal Harbour}
vendors:
  harbour: {name: Harbour Hosting}
services:
  wiki: {name: The wiki, needs: [pages]}
components:
  pages: {kind: files, name: Pages}
"""
LOST_FOR_GOOD = """
organisation: Album
sites: [hq, hill]
people: {ana: {name: Ana Silva}}
services:
  album: {name: The album, owner: ana, needs: [app, {soft: pics}]}
components:
  app: {kind: application, site: hill, takes: 1 h}
  pics: {kind: files, site: hq, name: Pictures}
"""


def refloat(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return commands.refloat(folder, "--state", str(folder / "state"), *arguments)


def saltbush(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return refloat(folder, "--plan", str(EXAMPLE / "refloat.yaml"), "scenario", *arguments, *FACTS)


def answer(ended: subprocess.CompletedProcess[str], code: int) -> Any:
    assert ended.returncode == code, ended.stderr
    return json.loads(ended.stdout)


@pytest.fixture
def business(tmp_path: Path) -> Path:
    (tmp_path / "refloat.yaml").write_text(SHARED, encoding="utf-8")
    (tmp_path / "facts").mkdir()
    return tmp_path


def test_without_a_name_all_are_listed(tmp_path: Path) -> None:
    said = answer(saltbush(tmp_path, "--json"), 0)
    lines = {one["key"]: one for one in said["scenarios"]}
    assert {"identity", "ransomware", "site:geelong-hq", "deletion:clin-db", "person:p-farid"} <= (
        lines.keys()
    )
    assert lines["ransomware"]["gone"] == 10
    assert lines["ransomware"]["lost_data"] == 2
    assert lines["person:p-farid"]["alone"] > 0
    told = saltbush(tmp_path)
    assert "site:geelong-hq" in told.stdout
    assert not (tmp_path / "state").exists()


@pytest.mark.requirement("R-083")
def test_an_identity_outage_is_told_to_people(tmp_path: Path) -> None:
    ended = saltbush(tmp_path, "identity")
    assert ended.returncode == 1
    assert "10 of 14 services do not come back" in ended.stderr
    assert "identity <- bkp01 <- identity" in ended.stderr
    assert "does not come back" in ended.stdout


def test_the_beginning_of_a_name_is_enough(tmp_path: Path) -> None:
    said = answer(saltbush(tmp_path, "ransom", "--json"), 1)
    assert said["scenario"]["key"] == "ransomware"


def test_a_deletion_comes_back_and_exits_with_nothing(tmp_path: Path) -> None:
    said = answer(saltbush(tmp_path, "deletion:book-db", "--json"), 0)
    (data,) = said["data_sets"]
    assert (data["fate"], data["loss_seconds"]) == ("comes back", 300.0)


def test_losses_are_put_together(tmp_path: Path) -> None:
    said = answer(saltbush(tmp_path, "--lose", "geelong-hq", "--lose", "p-dev", "--json"), 1)
    assert [(one["kind"], one["key"]) for one in said["scenario"]["losses"]] == [
        ("person", "p-dev"),
        ("site", "geelong-hq"),
    ]
    assert said["people"][0]["name"] == "Dev Patel"


def test_a_loss_is_added_to_a_ready_made_scenario(tmp_path: Path) -> None:
    said = answer(saltbush(tmp_path, "deletion:book-db", "--lose", "repo-cloud", "--json"), 0)
    assert said["data_sets"][0]["from_repository"] == "repo-nas1"


def test_what_is_away_for_good_does_not_come_back(tmp_path: Path) -> None:
    said = answer(saltbush(tmp_path, "--without", "pbx-config", "--json"), 1)
    assert [one["service"] for one in said["services"] if one["fate"] == "does not come back"] == [
        "telephony"
    ]
    assert said["scenario"]["losses"][0]["for_good"] is True


def test_somebody_with_a_duty_of_their_own_makes_it_uncertain(tmp_path: Path) -> None:
    said = answer(saltbush(tmp_path, "person:p-farid", "--json"), 2)
    assert "administer the backups" in said["people"][0]["duties"]
    assert {one["fate"] for one in said["services"]} == {"untouched"}


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--lose", "geelong-hk"), 66, "geelong-hq"),
        (("--lose", "nothing-like-it-at-all"), 66, "It knows"),
        (("earthquake",), 66, "ransomware"),
        (("site:",), 64, "site:lara"),
        (("--lose", ""), 66, "nothing called"),
        (("--lose", "site:p-dev"), 66, "nothing called"),
    ],
)
def test_what_nobody_knows_is_refused_with_what_there_is(
    tmp_path: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    ended = saltbush(tmp_path, *arguments)
    assert ended.returncode == code
    assert words in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_name_of_two_things_is_refused_until_one_is_meant(business: Path) -> None:
    ended = refloat(business, "scenario", "--lose", "harbour", "--facts", "facts")
    assert ended.returncode == 64
    assert ended.stderr.endswith("Say which: --lose person:harbour or --lose vendor:harbour\n")
    for meant, said in (("person:harbour", "Hal Harbour is away."), ("vendor:harbour", "is gone.")):
        ended = refloat(business, "scenario", "--lose", meant, "--facts", "facts")
        assert ended.returncode == 0
        assert said in ended.stderr


def test_the_refusal_says_what_to_type_with_the_same_option_and_in_quotes(business: Path) -> None:
    (business / "refloat.yaml").write_text(
        SHARED.replace("people:", "sites: [back office]\npeople:")
        + "repositories: {r1: {authentication_domain: back office}}\n",
        encoding="utf-8",
    )
    ended = refloat(business, "scenario", "--without", "back office", "--facts", "facts")
    assert ended.returncode == 64
    assert ended.stderr.endswith(
        "--without 'authentication-domain:back office' or --without 'site:back office'\n"
    )


def test_what_is_called_by_its_name_for_people_is_asked_for_by_its_key(business: Path) -> None:
    ended = refloat(business, "scenario", "--lose", "the Wiki", "--facts", "facts")
    assert ended.returncode == 66
    assert "Did you mean service:wiki?" in ended.stderr


def test_data_without_a_copy_is_lost(business: Path) -> None:
    said = answer(refloat(business, "scenario", "--lose", "pages", "--facts", "facts", "--json"), 1)
    assert said["services"][0]["lost_data"] == ["pages"]


def test_an_empty_plan_has_no_scenario(business: Path) -> None:
    (business / "refloat.yaml").write_text(EMPTY, encoding="utf-8")
    ended = refloat(business, "scenario", "--facts", "facts")
    assert "Traceback" not in ended.stderr
    assert ended.returncode in (0, 65)


def test_what_is_lost_beyond_the_target_is_said(tmp_path: Path) -> None:
    ended = saltbush(tmp_path, "deletion:clin-db")
    assert "1 loses more of the newest data than may be lost" in ended.stderr
    assert "✗ 6 h 56 min (1 h)" in " ".join(ended.stdout.split())


@pytest.mark.requirement("R-014")
def test_data_that_cannot_be_of_one_time_is_not_known(tmp_path: Path) -> None:
    ended = saltbush(tmp_path, "deletion:clin-db")
    assert ended.returncode == 2
    assert "1 group of data cannot be brought back to one time" in ended.stderr
    assert "? clin 6 h 56 min 6 h 26 min (15 min)" in " ".join(
        ended.stdout.replace("│", " ").split()
    )
    assert saltbush(tmp_path, "deletion:book-settings").returncode == 0


@pytest.mark.requirement("R-103")
def test_the_last_test_is_shown_with_each_scenario(tmp_path: Path) -> None:
    listed = answer(saltbush(tmp_path, "--json"), 0)["scenarios"]
    tested = {one["key"]: one["tested_at"] for one in listed}
    assert tested["ransomware"] is None
    assert tested["deletion:clin-db"].startswith("2026-10-2")
    one = saltbush(tmp_path, "site:geelong-hq")
    said = " ".join(one.stdout.replace("│", " ").split())
    assert "✗ never tested this scenario" in said
    assert "✓ passed CareNote clinical application restore test: the whole service" in said
    rows = answer(saltbush(tmp_path, "site:geelong-hq", "--json"), 1)["tested"]
    assert rows[0]["service"] == ""
    assert {one["kind"] for one in rows} <= {"", "exercise", "drill", "restore test"}


def test_one_duty_is_one(tmp_path: Path) -> None:
    said = saltbush(tmp_path).stderr
    assert "person:p-imani: 1 duty that nobody else has." in said
    assert "person:p-ben: 7 duties that nobody else has." in said


def test_data_that_is_lost_for_good_ends_with_one(tmp_path: Path) -> None:
    (tmp_path / "facts").mkdir()
    (tmp_path / "refloat.yaml").write_text(LOST_FOR_GOOD, encoding="utf-8")
    ended = refloat(tmp_path, "scenario", "site:hq", "--facts", "facts")
    assert ended.returncode == 1
    assert "1 data set does not come back." in ended.stderr


@pytest.mark.requirement("R-014")
def test_what_only_rests_on_such_data_is_told_apart_from_its_owner(tmp_path: Path) -> None:
    ended = saltbush(tmp_path, "deletion:clin-files")
    said = " ".join(ended.stdout.replace("│", " ").split())
    assert "? comes back, may not fit CareNote clinical application" in said
    assert "? comes back, on what may not fit Pathology results interface" in said
    assert "pathology <- clinical-app" in said
    assert "it is data of 1 service; 1 more cannot run without it." in ended.stderr
    services = answer(saltbush(tmp_path, "deletion:clin-files", "--json"), 2)["services"]
    assert [one["misfits"] for one in services if one["misfits"]] == [
        [{"group": "clin", "way": ["clinical-app"]}],
        [{"group": "clin", "way": ["pathology", "clinical-app"]}],
    ]
    lines = {one["key"]: one for one in answer(saltbush(tmp_path, "--json"), 0)["scenarios"]}
    assert (lines["deletion:clin-files"]["unfit"], lines["deletion:clin-files"]["on_unfit"]) == (
        1,
        1,
    )
    assert "1 may not fit" in saltbush(tmp_path).stdout


def test_a_forecast_says_whose_data_may_not_fit_together_and_who_needs_it(tmp_path: Path) -> None:
    plan = ("--plan", str(EXAMPLE / "refloat.yaml"))
    asked = ("forecast", "deletion:clin-files", "--trials", "50", *FACTS)
    told = refloat(tmp_path, *plan, *asked).stderr
    assert "2 of these rest on data that may not fit together." in told
    assert (
        "Data of the group clin, of CareNote clinical application; needed by Pathology results "
        "interface (HL7) (pathology <- clinical-app)."
    ) in told
