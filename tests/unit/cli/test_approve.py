"""Decisions are signed by the business alone, and never without having seen what they change."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from refloat.app import memory
from refloat.app.approve import Proposal, propose, sign
from refloat.app.workspace import Workspace
from refloat.assess import approval, service_status
from refloat.host.clock import Clock
from refloat.model.errors import MissingInput, NotAllowed, UsageProblem
from refloat.model.facts import ApprovalFact
from refloat.model.judgement import ApprovalState
from tests.support.commands import refloat

PLAN = """
organisation: Quince Street Veterinary
people:
  ada: {name: Ada Obi, roles: [practice owner]}
  cem: {name: Cem Yildiz, roles: [technical owner]}
  dot: {name: Dot Park}
repositories:
  safe: {name: disks in the safe}
services:
  till:
    name: The till
    tier: 1
    owner: ada
    technical_owner: cem
    objectives:
      rpo: {target: 15 min, basis: bia}
      rto: {target: 2 h, basis: bia}
      mtpd: {target: 1 day, basis: bia}
    needs: [till-data]
  shop:
    name: The shop
    owner: ada
    technical_owner: ada
    objectives: {rto: {target: 1 h, basis: bia}}
    needs: [till]
  lab:
    name: The lab
    technical_owner: cem
    objectives: {rto: {target: 1 h, approver: cem}}
    needs: [till-data]
components:
  till-data:
    kind: database
    name: Sales
    retention: {target: 35 days, basis: regulation}
    watch: {copies: [safe], every: 1 h}
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "refloat.yaml").write_text(PLAN)
    return Workspace(tmp_path / "refloat.yaml", tmp_path / ".refloat")


def proposed(workspace: Workspace, subject: str, person: str, *measures: str) -> Proposal:
    return propose(workspace, Clock(), subject, person, measures)


def signed(workspace: Workspace) -> tuple[ApprovalFact, ...]:
    return memory.known(workspace).approvals


@pytest.mark.requirement("R-060", "R-061")
def test_the_business_owner_approves_objectives_tier_and_retention(workspace: Workspace) -> None:
    clock = Clock()
    every = sign(workspace, clock, proposed(workspace, "till", "ada"))
    assert [one.measure for one in every] == ["mtpd", "rpo", "rto"]
    tier = sign(workspace, clock, proposed(workspace, "till", "ada", "tier"))
    assert [(one.tier, one.target) for one in tier] == [(1, None)]
    sign(workspace, clock, proposed(workspace, "till-data", "ada", "retention"))
    facts, now = memory.known(workspace), clock.now().wall
    for key, measure in (
        ("till", "rpo"),
        ("till", "rto"),
        ("till", "mtpd"),
        ("till", "tier"),
        ("till-data", "retention"),
    ):
        behind = approval(workspace.plan, key, measure, facts, now)
        assert behind.state is ApprovalState.APPROVED, measure
        assert behind.fact is not None
        assert behind.fact.person == "ada"
    codes = {
        (one.code, one.subject)
        for one in service_status(workspace.plan, "till", facts, now).findings
    }
    assert not any(code == "TARGET_NOT_APPROVED" for code, _ in codes)


@pytest.mark.requirement("R-060")
@pytest.mark.parametrize(
    ("subject", "person", "measures", "says"),
    [
        ("till", "cem", (), "The plan leaves it to Ada Obi"),
        ("till", "cem", ("tier",), "The plan leaves it to Ada Obi"),
        ("till", "dot", ("rto",), "The plan leaves it to Ada Obi"),
        ("till-data", "cem", ("retention",), "The plan leaves it to Ada Obi"),
        ("lab", "cem", ("rto",), "the plan names nobody for it"),
    ],
)
def test_nobody_else_decides_and_it_is_said_who_could(
    workspace: Workspace, subject: str, person: str, measures: tuple[str, ...], says: str
) -> None:
    with pytest.raises(NotAllowed) as refused:
        proposed(workspace, subject, person, *measures)
    assert "business's decision" in refused.value.hint
    assert says in refused.value.hint
    assert not workspace.state.exists(), "nothing was written"


@pytest.mark.requirement("R-060")
def test_an_owner_who_runs_the_technology_too_may_decide(workspace: Workspace) -> None:
    (one,) = sign(workspace, Clock(), proposed(workspace, "shop", "ada"))
    assert one.measure == "rto"


@pytest.mark.requirement("R-061")
def test_a_changed_number_makes_an_approval_stale(workspace: Workspace) -> None:
    clock = Clock()
    sign(workspace, clock, proposed(workspace, "till", "ada", "tier"))
    sign(workspace, clock, proposed(workspace, "till", "ada", "rto"))
    workspace.plan_path.write_text(PLAN.replace("tier: 1", "tier: 2").replace("2 h", "3 h"))
    changed = Workspace(workspace.plan_path, workspace.state)
    facts, now = memory.known(changed), clock.now().wall
    for measure in ("rto", "tier"):
        assert approval(changed.plan, "till", measure, facts, now).state is ApprovalState.STALE


@pytest.mark.requirement("R-152")
def test_what_it_changes_is_worked_out_against_what_was_approved(workspace: Workspace) -> None:
    clock = Clock()
    first = proposed(workspace, "till", "ada", "rto")
    assert [one.before for one in first.impacts] == [None]
    assert not workspace.state.exists(), "showing it writes nothing"
    sign(workspace, clock, first)
    workspace.plan_path.write_text(PLAN.replace("target: 2 h", "target: 3 h"))
    changed = Workspace(workspace.plan_path, workspace.state)
    (shown,) = proposed(changed, "till", "ada", "rto").impacts
    assert (shown.before, shown.after) == (7200, 10800)
    assert [(one.service, one.conflicts) for one in shown.dependents] == [("shop", True)]


@pytest.mark.requirement("R-062", "R-009")
def test_what_people_say_and_what_options_cost_is_kept_with_the_approval(
    workspace: Workspace,
) -> None:
    proposal = propose(
        workspace,
        Clock(),
        "till",
        "ada",
        ("rpo",),
        note="Cem: a replica would do it.",
        costs={"replication": "900 a month"},
    )
    option = next(one for one in proposal.impacts[0].options if one.name == "replication")
    assert option.cost == "900 a month"
    sign(workspace, Clock(), proposal)
    (fact,) = signed(workspace)
    assert fact.note == "Cem: a replica would do it.\nCosts: replication: 900 a month."
    with pytest.raises(UsageProblem, match="magic"):
        propose(workspace, Clock(), "till", "ada", ("rpo",), costs={"magic": "nothing"})


@pytest.mark.parametrize(
    ("subject", "person", "measures"),
    [
        ("till", "adda", ()),
        ("tills", "ada", ()),
        ("shop", "ada", ("mtpd",)),
        ("shop", "ada", ("tier",)),
        ("sales", "ada", ("retention",)),
    ],
)
def test_what_is_not_in_the_plan_is_said(
    workspace: Workspace, subject: str, person: str, measures: tuple[str, ...]
) -> None:
    with pytest.raises(MissingInput):
        proposed(workspace, subject, person, *measures)


def run(workspace: Workspace, arguments: str) -> subprocess.CompletedProcess[str]:
    return refloat(workspace.folder, *arguments.split())


@pytest.mark.requirement("R-152")
def test_the_command_shows_before_it_signs_and_a_dry_run_signs_nothing(
    workspace: Workspace,
) -> None:
    only = run(workspace, "approve objective till --as ada --measure rpo --dry-run")
    assert only.returncode == 0
    assert "backup frequency: At least every 15 min must be copied" in only.stderr
    assert "services that need it: The shop" in only.stderr
    assert "Nothing was signed" in only.stderr
    assert signed(workspace) == ()
    done = run(workspace, "approve objective till --as ada --measure rpo --json")
    assert done.returncode == 0
    said = json.loads(done.stdout)
    assert [one["aspect"] for one in said["impact"][0]["effects"]] == [
        "backup frequency",
        "architecture",
        "testing",
        "cost",
    ]
    assert said["approved"][0]["measure"] == "rpo"
    assert len(signed(workspace)) == 1
    refused = run(workspace, "approve tier till --as cem")
    assert refused.returncode == 77
    assert "Ada Obi" in refused.stderr


@pytest.mark.requirement("R-152")
@pytest.mark.parametrize(("answer", "code", "count"), [("n", 1, 0), ("y", 0, 1)])
def test_on_a_terminal_it_asks_before_it_signs(
    workspace: Workspace, answer: str, code: int, count: int
) -> None:
    ours, theirs = pty.openpty()
    try:
        os.write(ours, f"{answer}\n".encode())
        asked = subprocess.run(
            [sys.executable, "-m", "refloat.cli", "approve", "tier", "till", "--as", "ada"],
            cwd=workspace.folder,
            env={name: text for name, text in os.environ.items() if "REFLOAT" not in name},
            stdin=theirs,
            capture_output=True,
            text=True,
        )
    finally:
        os.close(ours)
        os.close(theirs)
    assert asked.returncode == code
    assert "Sign this as Ada Obi?" in asked.stderr
    assert len(signed(Workspace(workspace.plan_path, workspace.state))) == count
