"""``refloat rebuild``: makes the index anew from the ledger."""

from __future__ import annotations

import click

from refloat.app.rebuild import rebuild
from refloat.app.workspace import Workspace
from refloat.cli.shared import after_sweep, as_json, emit, say


@click.command("rebuild")
@as_json
@after_sweep
def command(workspace: Workspace, as_json: bool) -> int:
    """Make the index anew from the ledger, whatever has become of it.

    The ledger's bytes are the truth; the index is only there to answer quickly.
    """
    entries = rebuild(workspace)
    if as_json:
        emit({"entries": entries})
    else:
        say(f"{entries} entries of the ledger were indexed anew.")
    return 0
