"""``refloat trace``: from each data set to the person who approved its target."""

from __future__ import annotations

from datetime import datetime

import click

from refloat.app.status import traces
from refloat.app.workspace import Workspace
from refloat.cli.shared import INSTANT, after_sweep, as_json, emit, say, table
from refloat.host.clock import Clock


@click.command("trace")
@click.option("--as-of", "as_of", type=INSTANT, help="As it stood then, not as it stands now.")
@as_json
@after_sweep
def command(workspace: Workspace, as_of: datetime | None, as_json: bool) -> int:
    """Walk one chain for each data set: recovery point, restore, test, service, target, approver.

    Exit code 2 if a link is missing, or there is nothing to walk from.
    """
    chains = traces(workspace, as_of or Clock().now().wall)
    if as_json:
        emit(chains)
    else:
        for chain in chains:
            rows = [
                (link.link, link.value or "? missing", _entry(link.entry)) for link in chain.links
            ]
            table(f"{chain.data_set} of {chain.service}", ("link", "", "evidence"), rows)
    if not chains:
        say("No service of the plan needs anything that is protected, so no chain begins.")
    return 2 if not chains or any(chain.missing for chain in chains) else 0


def _entry(number: int | None) -> str:
    return "" if number is None else str(number)
