"""The start of a plan, plans in folders, and what ``plan check`` says of a good one."""

from __future__ import annotations

import errno
import json
import re
import stat
from pathlib import Path

import pytest

from refloat import plan as plans
from refloat import registry
from refloat.app.initialise import START, initialise
from refloat.app.workspace import Workspace, catalogue
from refloat.model.errors import MissingInput, NoRoom, NotAllowed, PlanProblem, StateProblem
from tests.support.commands import run

COMPLAINTS_OF = {name: check.complaints for name, check in registry.adapters("checks").items()}


def test_the_start_that_is_written_is_right_as_it_stands(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, said = run(capsys, "init")
    assert code == 0
    assert str(here / "refloat.yaml") in said
    assert "refloat plan check" in said
    code, _, said = run(capsys, "plan", "check")
    assert code == 0
    assert "refloat.yaml is fine: 1 service, 1 component, 2 people" in said


def test_every_example_in_the_start_is_right_when_it_is_taken_in() -> None:
    lines = [line for line in START.splitlines() if not line.lstrip().startswith("##")]
    text = "\n".join(re.sub(r"^( *)# ", r"\1", line) for line in lines)
    text = text.replace("    protect:\n      files: orders\n", "")
    text = text.replace("      repository: cupboard\n      every: 1 h\n", "")
    assert "#" not in text
    plan = plans.parse(text.encode(), "refloat.yaml", catalogue(), COMPLAINTS_OF)
    assert plan.services["orders"].objectives["rto"].approver == "alex"
    assert plan.components["orders-data"].watch is not None
    assert plan.authority.lead == ("kim", "alex")


def test_the_start_says_both_ways_to_copy_data_and_both_are_right() -> None:
    text = START.replace("    # protect:\n    #   files", "    protect:\n      files")
    text = text.replace(
        "    #   repository: cupboard\n    #   every", "      repository: r\n      every"
    )
    text += "repositories: {r: {engine: restic, location: x, password: env:P}}\n"
    plan = plans.parse(text.encode(), "refloat.yaml", catalogue(), COMPLAINTS_OF)
    assert plan.components["orders-data"].protection is not None


def test_nothing_is_ever_overwritten(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "refloat.yaml").write_text("organisation: x\n")
    code, _, said = run(capsys, "init")
    assert code == NotAllowed.exit_code
    assert "is there already, and nothing was written" in said
    assert (here / "refloat.yaml").read_text() == "organisation: x\n"
    (here / "other.yaml").symlink_to(here / "nowhere.yaml")
    with pytest.raises(NotAllowed):
        initialise(here / "other.yaml")
    assert not (here / "nowhere.yaml").exists(), "a link is not followed"


@pytest.mark.parametrize(
    ("named", "written"),
    [("plans", "plans/refloat.yaml"), ("a/b.yml", "a/b.yml"), (".", "refloat.yaml")],
)
def test_a_folder_or_a_file_may_be_named(
    here: Path, capsys: pytest.CaptureFixture[str], named: str, written: str
) -> None:
    code, printed, _ = run(capsys, "init", named, "--json")
    assert code == 0
    assert json.loads(printed)["written"] == str(here / written)
    assert stat.S_IMODE((here / written).stat().st_mode) & 0o444 == 0o444
    assert run(capsys, "--plan", named, "plan", "check")[0] == 0


def test_the_plan_that_refloat_looks_for_is_the_one_that_is_written(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REFLOAT_PLAN", "elsewhere/plan.yaml")
    assert run(capsys, "init")[0] == 0
    assert (here / "elsewhere" / "plan.yaml").exists()
    assert run(capsys, "plan", "check")[0] == 0


def test_where_nothing_can_be_written_it_is_said() -> None:
    with pytest.raises(StateProblem, match="cannot be written"):
        initialise(Path("/proc/refloat/plan.yaml"))


def test_a_file_in_the_way_of_the_folder_is_said(here: Path) -> None:
    (here / "plans").write_text("")
    with pytest.raises(NotAllowed, match="plans is there already"):
        initialise(here / "plans" / "sub.yaml")


def folder_of(here: Path, **files: str) -> Path:
    """Write files of a plan into a folder; give it."""
    for name, text in files.items():
        path = here / "plans" / name.replace("__", "/")
        path = path.with_name(path.name + ".yaml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return here / "plans"


def test_all_files_of_a_folder_are_one_plan(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = folder_of(
        here,
        main="organisation: Big\npeople: {ann: Ann Bell}\n",
        services__mail="services: {mail: {name: Mail, owner: ann, needs: [mailboxes]}}\n",
        services__parts="components: {mailboxes: {kind: files}}\n",
    )
    (folder / "more.yml").write_text("people: {bob: Bob Stone}\n")
    (folder / ".hidden.yaml").write_text("not a plan\n")
    (folder / "notes.txt").write_text("not a plan\n")
    for hidden in (".git", ".refloat"):
        (folder / hidden).mkdir()
        (folder / hidden / "x.yaml").write_text("not a plan\n")
    workspace = Workspace.find(str(folder), None)
    assert workspace.folder == folder, "relative paths are seen from the folder"
    assert workspace.state == folder / ".refloat"
    assert workspace.organisation == "Big"
    assert sorted(workspace.plan.people) == ["ann", "bob"]
    code, printed, _ = run(capsys, "--plan", "plans", "plan", "check", "--json")
    said = json.loads(printed)
    assert code == 0
    assert said["files"] == ["main.yaml", "more.yml", "services/mail.yaml", "services/parts.yaml"]
    assert (said["counts"]["people"], said["counts"]["services"]) == (2, 1)
    code, _, text = run(capsys, "--plan", "plans", "plan", "check")
    assert "plans (4 files) is fine: 1 service, 1 component, 2 people" in text


def test_complaints_about_a_folder_carry_the_file(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder_of(here, main="organisation: Big\n", services__mail="services: {mail: {nam: Mail}}\n")
    code, _, said = run(capsys, "--plan", "plans", "plan", "check")
    assert code == PlanProblem.exit_code
    assert "services/mail.yaml:1:19: unknown key 'nam'" in said
    assert Workspace.find(str(here / "plans"), None).organisation == "Big", "of a broken plan, too"


def test_the_state_inside_of_the_folder_is_no_part_of_the_plan(here: Path) -> None:
    folder = folder_of(here, main="organisation: Big\n", state__left="not a plan\n")
    assert Workspace.find(str(folder), str(folder / "state")).plan.organisation == "Big"


def test_a_folder_without_a_plan_is_said(here: Path) -> None:
    (here / "plans").mkdir()
    with pytest.raises(MissingInput, match="holds no plan") as caught:
        Workspace.find(str(here / "plans"), None).plan  # noqa: B018 (it is read here)
    assert "refloat init" in caught.value.hint
    with pytest.raises(MissingInput, match="cannot be read: No such file"):
        Workspace.find(str(here / "nothing.yaml"), None).plan  # noqa: B018 (it is read here)


def test_nothing_stays_of_a_plan_for_which_the_disk_has_no_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(NoRoom, match="the disk is full"):
        initialise(tmp_path)
    assert list(tmp_path.iterdir()) == []
    monkeypatch.undo()
    assert initialise(tmp_path).is_file(), "it can be tried again"
