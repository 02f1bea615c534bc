"""Asking for a restore on the command line: who is refused, with which code, and what is kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from refloat.app import memory
from refloat.app.workspace import Workspace
from refloat.cli.main import refloat
from refloat.model.errors import MissingInput, NotAllowed, RefloatError, UsageProblem
from refloat.model.restores import RestoreRequest
from refloat.plan import fingerprint

PLAN = """
organisation: Quince Street Veterinary
people:
  ada: {name: Ada Obi}
  cem: {name: Cem Yildiz}
  dot: {name: Dot Park, email: dot@quince.example}
  dora: {name: D. Park, email: DOT@quince.example}
authority:
  request_restores: [cem, dot]
  approve_restores: [ada, dora]
repositories:
  safe: {name: disks in the safe}
services:
  mail: {name: Mail, needs: [mailboxes, printer]}
components:
  mailboxes: {kind: microsoft 365, name: Mailboxes, watch: {copies: [safe], every: 1 day}}
  printer: {kind: infrastructure, name: Printer}
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "refloat.yaml").write_text(PLAN)
    return Workspace(tmp_path / "refloat.yaml", tmp_path / ".refloat")


def run(workspace: Workspace, *arguments: str) -> Result:
    where = ("--plan", str(workspace.plan_path), "--state", str(workspace.state))
    return CliRunner().invoke(
        refloat, (*where, "restore", *arguments), standalone_mode=False, catch_exceptions=True
    )


def answer(workspace: Workspace, *arguments: str) -> Any:
    result = run(workspace, *arguments, "--json")
    assert result.exception is None, result.exception
    return json.loads(result.stdout)


def refused(workspace: Workspace, kind: type[RefloatError], *arguments: str) -> str:
    error = run(workspace, *arguments).exception
    assert isinstance(error, kind), error
    return f"{error.message} {error.hint}"


def asked(workspace: Workspace, person: str = "cem", *more: str) -> str:
    words = ("request", "mail", "--as", person, "--reason", "a mailbox is gone", *more)
    return str(answer(workspace, *words)["request"]["entry"])


@pytest.mark.requirement("R-034", "R-101")
def test_mailboxes_are_asked_for_and_approved_like_everything_else(workspace: Workspace) -> None:
    number = asked(workspace)
    (waiting,) = answer(workspace, "list")
    assert (waiting["state"], waiting["request"]["components"]) == ("waiting", ["mailboxes"])
    assert "may not approve a restore" in refused(
        workspace, NotAllowed, "approve", number, "--as", "cem"
    )
    done = answer(workspace, "approve", number, "--as", "ada", "--note", "I rang")
    assert (done["state"], done["decision"]["person"]) == ("approved", "ada")
    says = refused(workspace, NotAllowed, "fetch", number, "--to", str(workspace.folder / "x"))
    assert "somebody else's tool copies it" in says
    request, decision = memory.read(workspace).restores
    plan = fingerprint(workspace.plan)
    assert (request.plan, decision.plan) == (plan, plan)
    entries = list(workspace.ledger().entries())
    digests = {subject.sha256 for one in entries for subject in one.statement.subjects}
    assert digests == {plan.removeprefix("sha256:")}, "what is signed names the plan"


@pytest.mark.requirement("R-034")
def test_who_is_not_named_is_refused_and_told_who_is(workspace: Workspace) -> None:
    words = ("--reason", "why", "--as")
    says = refused(workspace, NotAllowed, "request", "mail", *words, "ada")
    assert says == "Ada Obi may not ask for a restore The plan leaves it to Cem Yildiz or Dot Park."
    number = asked(workspace, "dot")
    says = refused(workspace, NotAllowed, "approve", number, "--as", "dora")
    assert "asked for themselves" in says
    assert "leaves it to Ada Obi." in says
    says = refused(workspace, NotAllowed, "refuse", number, "--as", "cem")
    assert "may not refuse" in says
    assert len(memory.read(workspace).restores) == 1, "a refusal by the plan writes nothing"


def test_what_cannot_be_asked_for_is_said(workspace: Workspace) -> None:
    words = ("--as", "cem", "--reason", "why")
    assert "Did you mean 'mail'?" in refused(workspace, MissingInput, "request", "mai", *words)
    assert "nothing of printer is copied" in refused(
        workspace, MissingInput, "request", "printer", *words
    )
    late = (*words, "--at", "2099-01-01T00:00:00Z")
    assert "has not come yet" in refused(workspace, UsageProblem, "request", "mail", *late)
    empty = ("request", "mail", "--as", "cem", "--reason", " ")
    assert "say why" in refused(workspace, UsageProblem, *empty)
    assert "no restore request 0" in refused(workspace, MissingInput, "approve", "0", "--as", "ada")
    assert "knows nobody" in refused(
        workspace, MissingInput, "request", "mail", "--as", "adda", "--reason", "why"
    )
    assert not (workspace.state / "ledger").exists()


def test_what_is_over_is_not_decided_again(workspace: Workspace) -> None:
    number = asked(workspace)
    answer(workspace, "refuse", number, "--as", "cem", "--note", "found it")
    for verb in ("approve", "refuse"):
        says = refused(workspace, NotAllowed, verb, number, "--as", "ada")
        assert "Cem Yildiz refused it: found it." in says
    glass = asked(workspace, "cem", "--break-glass")
    assert "goes on without an approver" in refused(
        workspace, NotAllowed, "approve", glass, "--as", "ada"
    )
    says = refused(workspace, NotAllowed, "review", number, "--as", "ada", "--note", "seen")
    assert "needs no review" in says
    assert (
        answer(workspace, "review", glass, "--as", "ada", "--note", "seen")["review_due"] is False
    )


@pytest.mark.requirement("R-034")
def test_the_policy_says_how_long_a_request_stands(workspace: Workspace) -> None:
    usual = fingerprint(workspace.plan)
    policies = {"2 h": "{restore_requests_stand: 2 h}", "said": "{restore_requests_stand: 24 h}"}
    found = {}
    for name, policy in policies.items():
        workspace.plan_path.write_text(f"{PLAN}policy: {policy}\n")
        found[name] = Workspace(workspace.plan_path, workspace.state)
        assert (fingerprint(found[name].plan) == usual) is (name == "said")
    asked(found["said"])
    workspace.plan_path.write_text(f"{PLAN}policy: {policies['2 h']}\n")
    asked(found["2 h"])
    stood = [
        one.expires_at - one.at
        for one in memory.read(workspace).restores
        if isinstance(one, RestoreRequest)
    ]
    assert [one.total_seconds() for one in stood] == [24 * 3600, 2 * 3600]
