"""``refloat approve``: a person signs a decision, having seen what it changes."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import click

from refloat.app.approve import RETENTION, TIER, Approved, Proposal, propose, sign
from refloat.app.workspace import Workspace
from refloat.assess.words import day, duration
from refloat.cli.plain import plain
from refloat.cli.shared import after_sweep, as_json, emit, entered_costs, say
from refloat.host.clock import Clock
from refloat.model.impact import CapabilityOption, Impact
from refloat.plan import format_duration

_SHOWN = 10
"""How many dependent services are named; ``--json`` gives all."""


@click.group("approve")
def command() -> None:
    """Sign a decision as the business: an objective, a tier, a retention.

    What it changes is shown before: backup frequency, architecture, testing, cost, and every
    service that needs this one. An approval is bound to exactly what was approved; when the plan's
    number changes, it is stale.
    """


def _decision(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add what all decisions take."""
    options = (
        click.option("--as", "person", required=True, metavar="PERSON", help="Who approves."),
        click.option("--note", default="", metavar="TEXT", help="What to remember beside it."),
        click.option("--dry-run", is_flag=True, help="Show what it changes, and sign nothing."),
        click.option("--yes", is_flag=True, help="Do not ask before signing."),
    )
    for option in reversed(options):
        function = option(function)
    return as_json(after_sweep(function))


@command.command("objective")
@click.argument("service")
@click.option(
    "--measure",
    "measures",
    multiple=True,
    type=click.Choice(["rpo", "rto", "mtpd"]),
    help="Only this objective; all of the service's if not given.",
)
@click.option(
    "--cost",
    "costs",
    multiple=True,
    metavar="OPTION=TEXT",
    help="What an option costs (frequency, replication, standby, orchestration, testing).",
)
@_decision
def objective(
    workspace: Workspace,
    service: str,
    measures: tuple[str, ...],
    costs: tuple[str, ...],
    person: str,
    note: str,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> int:
    """Approve the recovery objectives of SERVICE as its business owner."""
    clock = Clock()
    proposal = propose(
        workspace, clock, service, person, measures, note=note, costs=entered_costs(costs)
    )
    return _decide(workspace, clock, proposal, dry_run=dry_run, yes=yes, as_json=as_json)


@command.command("tier")
@click.argument("service")
@_decision
def tier(
    workspace: Workspace,
    service: str,
    person: str,
    note: str,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> int:
    """Approve how important SERVICE is, as its business owner."""
    clock = Clock()
    proposal = propose(workspace, clock, service, person, (TIER,), note=note)
    return _decide(workspace, clock, proposal, dry_run=dry_run, yes=yes, as_json=as_json)


@command.command("retention")
@click.argument("component")
@_decision
def retention(
    workspace: Workspace,
    component: str,
    person: str,
    note: str,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> int:
    """Approve how long copies of COMPONENT are kept, as the business owner of its service."""
    clock = Clock()
    proposal = propose(workspace, clock, component, person, (RETENTION,), note=note)
    return _decide(workspace, clock, proposal, dry_run=dry_run, yes=yes, as_json=as_json)


def _decide(
    workspace: Workspace,
    clock: Clock,
    proposal: Proposal,
    *,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> int:
    """Show what a decision changes; then sign it, unless somebody says no."""
    if not as_json:
        for shown in proposal.impacts:
            _tell(shown)
    asks = not (yes or as_json or dry_run) and sys.stdin.isatty()
    if asks and not click.confirm(plain(f"Sign this as {proposal.person.name}?"), err=True):
        say("Nothing was signed.")
        return 1
    approved = () if dry_run else sign(workspace, clock, proposal)
    if as_json:
        emit({"approved": approved, "impact": proposal.impacts})
        return 0
    for one in approved:
        say(
            f"{one.person} approved {_measure(one.measure)} of {proposal.subject}:"
            f" {_number(one)} (evidence {one.entry})"
        )
    if dry_run:
        say("Nothing was signed: this was only to see.")
    return 0


def _tell(shown: Impact) -> None:
    say(shown.summary, style="bold")
    for note in shown.notes:
        say(f"  {note.person} ({day(note.at)}): {note.text}")
    if shown.before == shown.after:
        say("  It is the same number as before, so nothing changes.")
        return
    for effect in shown.effects:
        say(f"  {effect.aspect}: {effect.sentence}")
    if shown.options:
        say("  It is not met as things are. What would meet it:")
        for option in shown.options:
            say(f"    {option.name}: {option.sentence} {_led_to(option)}")
    if shown.dependents:
        conflicts = [one for one in shown.dependents if one.conflicts]
        others = [one.name for one in shown.dependents if not one.conflicts]
        for one in conflicts[:_SHOWN]:
            say(f"  ✗ {one.sentence}")
        left = len(others) - _SHOWN
        more = f" and {left} more (--json names all)" if left > 0 else ""
        if others:
            say(f"  services that need it: {'; '.join(others[:_SHOWN])}{more}")


def _led_to(option: CapabilityOption) -> str:
    loses = "not known" if option.rpo_seconds is None else duration(option.rpo_seconds)
    back = "not known" if option.rto_seconds is None else duration(option.rto_seconds)
    cost = option.cost or f"not entered (--cost {option.name}=…)"
    return f"Then lost at most: {loses}; back after: {back}. Cost: {cost}."


def _measure(measure: str) -> str:
    return measure if measure in (TIER, RETENTION) else measure.upper()


def _number(approved: Approved) -> str:
    if approved.target is None:
        return str(approved.tier)
    return format_duration(approved.target)
