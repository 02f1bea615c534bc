"""``refloat approve``: a person signs a decision."""

from __future__ import annotations

import click

from refloat.app.approve import approve_objectives
from refloat.app.workspace import Workspace
from refloat.cli.shared import after_sweep, as_json, emit, say
from refloat.host.clock import Clock
from refloat.plan import format_duration


@click.group("approve")
def command() -> None:
    """Sign a decision: an objective, as its business owner.

    An approval is bound to exactly what was approved; when the plan's number changes, it is stale.
    """


@command.command("objective")
@click.argument("service")
@click.option("--as", "person", required=True, metavar="PERSON", help="Who approves (plan key).")
@click.option(
    "--measure",
    "measures",
    multiple=True,
    type=click.Choice(["rpo", "rto"]),
    help="Only this objective; all of the service's if not given.",
)
@as_json
@after_sweep
def objective(
    workspace: Workspace, service: str, person: str, measures: tuple[str, ...], as_json: bool
) -> int:
    """Approve the recovery objectives of SERVICE as its business owner."""
    approved = approve_objectives(workspace, Clock(), service, person, measures)
    if as_json:
        emit(approved)
        return 0
    for one in approved:
        say(
            f"{one.person} approved {one.measure.upper()} of {service}:"
            f" {format_duration(one.target)} (evidence {one.entry})"
        )
    return 0
