"""``refloat clean``: removes everything that interrupted runs left behind."""

from __future__ import annotations

import click

from refloat.app.clean import Remains, sweep
from refloat.app.workspace import Workspace
from refloat.cli.shared import as_json, emit, in_workspace, say
from refloat.host.clock import Clock


@click.command("clean")
@as_json
@in_workspace
def command(workspace: Workspace, as_json: bool) -> int:
    """Remove everything that interrupted runs left behind, restored data included.

    Records each interrupted run as evidence. Exit code 1 if something could not be removed.
    """
    found = sweep(workspace, Clock(), everything=True)
    if as_json:
        emit(found)
    else:
        show(found)
        if not found:
            say("Nothing was left behind.")
    return 0 if all(one.teardown.clean for one in found) else 1


def show(found: tuple[Remains, ...]) -> None:
    """Tell people what a sweep found."""
    for one in found:
        say(f"Run {one.run} never came to its end: {one.stage}.")
        if one.kept:
            say(
                "  What it restored is kept for a day:"
                f" refloat drill {one.service} --resume {one.run}"
            )
        for left in (*one.teardown.processes, *one.teardown.mounts):
            say(f"  ✗ still there: {left}")
