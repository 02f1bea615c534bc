"""``refloat trace``: from data to whoever approved its target, or to the credentials it needs."""

from __future__ import annotations

from datetime import datetime

import click

from refloat.app.assess import Ground
from refloat.app.status import credentials, traces
from refloat.app.workspace import Workspace
from refloat.cli.judging import on_facts
from refloat.cli.shared import Cell, emit, say, table
from refloat.model.judgement import CredentialTrace, Reach

REACH = {
    Reach.REACHABLE: "✓ reachable",
    Reach.LOST: "✗ lost",
    Reach.UNKNOWN: "? not known",
}


@click.command("trace")
@click.argument("service", required=False)
@click.option(
    "--credentials",
    "of_credentials",
    is_flag=True,
    help="Trace each credential that a recovery needs instead: where it lives, whether it is lost.",
)
@on_facts
def command(
    workspace: Workspace,
    found: Ground,
    service: str | None,
    of_credentials: bool,
    instant: datetime,
    as_json: bool,
) -> int:
    """Walk one chain for each data set: recovery point, restore, test, service, target, approver.

    Of all services, or of SERVICE. Exit code 2 if a link is missing, or there is nothing to walk
    from; with --credentials if a credential is lost with the service, or nobody can say.
    """
    if of_credentials:
        return _credentials(workspace, service, instant, as_json)
    if service is not None:
        workspace.service(service)
    chains = traces(found, instant, service)
    if as_json:
        emit(chains)
    else:
        for chain in chains:
            rows = [
                (link.link, link.value or "? missing", _entry(link.entry)) for link in chain.links
            ]
            table(f"{chain.data_set} of {chain.service}", ("link", "", "evidence"), rows)
    if not chains:
        who = workspace.service(service).name if service is not None else "No service of the plan"
        what = "nothing" if service is not None else "anything"
        say(f"{who} needs {what} that is protected, so no chain begins.")
    return 2 if not chains or any(chain.missing for chain in chains) else 0


def _credentials(
    workspace: Workspace, service: str | None, instant: datetime, as_json: bool
) -> int:
    found = credentials(workspace, instant, service)
    if as_json:
        emit(found)
    else:
        for key in dict.fromkeys(one.service for one in found):
            rows = [_row(one) for one in found if one.service == key]
            columns = ("needed for", "credential", "when all of it is lost", "why")
            table(f"Credentials that the recovery of {key} needs", columns, rows)
    if not found:
        say("No recovery of the plan needs a credential that the plan refers to.")
    return 2 if any(one.reach is not Reach.REACHABLE for one in found) else 0


def _row(one: CredentialTrace) -> tuple[Cell, ...]:
    kept = (f"Another copy: {one.kept}.",) if one.kept else ()
    why = (one.because, *kept)
    return f"{one.needed_for}: {one.option}", one.reference, REACH[one.reach], why


def _entry(number: int | None) -> str:
    return "" if number is None else str(number)
