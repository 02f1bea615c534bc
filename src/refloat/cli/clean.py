"""``refloat clean``: removes everything that interrupted runs left behind."""

from __future__ import annotations

import click

from refloat.app.clean import Remains, sweep
from refloat.app.workspace import Workspace
from refloat.cli.shared import as_json, emit, in_workspace, people
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
            people.print("Nothing was left behind.")
    return 0 if all(one.teardown.clean for one in found) else 1


def show(found: tuple[Remains, ...]) -> None:
    """Tell people what a sweep found."""
    for one in found:
        people.print(f"Run {one.run} never came to its end: {one.stage}.", markup=False)
        if one.kept:
            people.print(
                "  What it restored is kept for a day:"
                f" refloat drill {one.service} --resume {one.run}"
            )
        for left in (*one.teardown.processes, *one.teardown.mounts):
            people.print(f"  ✗ still there: {left}", markup=False)
