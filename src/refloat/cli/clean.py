"""``refloat clean``: removes everything that interrupted runs left behind."""

from __future__ import annotations

import click

from refloat.app.canaries import remove_left
from refloat.app.clean import sweep
from refloat.app.workspace import Workspace
from refloat.cli.shared import as_json, emit, in_workspace, say, tell_remains
from refloat.host.clock import Clock


@click.command("clean")
@as_json
@in_workspace
def command(workspace: Workspace, as_json: bool) -> int:
    """Remove everything that interrupted runs left behind, restored data included.

    Canaries that were left in repositories are removed too, where that is allowed. Records each
    interrupted run as evidence. Exit code 1 if something could not be removed.
    """
    clock = Clock()
    found = (*sweep(workspace, clock, everything=True), *remove_left(workspace, clock))
    if as_json:
        emit(found)
    else:
        tell_remains(found)
        if not found:
            say("Nothing was left behind.")
    return 0 if all(one.teardown.clean for one in found) else 1
