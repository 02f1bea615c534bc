"""``refloat accept``: the business signs that restored data is complete."""

from __future__ import annotations

import click

from refloat.app.accept import accept
from refloat.app.workspace import Workspace
from refloat.cli.shared import after_sweep, as_json, emit, say
from refloat.host.clock import Clock


@click.command("accept")
@click.argument("run")
@click.option("--as", "person", required=True, metavar="PERSON", help="Who signs (plan key).")
@as_json
@after_sweep
def command(workspace: Workspace, run: str, person: str, as_json: bool) -> int:
    """Sign, as the business, that the data which RUN restored is complete.

    RUN is a drill's run, or "latest". Only the confirmer whom the plan names may sign.
    """
    accepted = accept(workspace, Clock(), run, person)
    if as_json:
        emit(accepted)
    else:
        say(f"{accepted.person} confirmed for {accepted.run}: {accepted.statement}")
        say(f"Recorded as evidence {accepted.entry}.")
    return 0
