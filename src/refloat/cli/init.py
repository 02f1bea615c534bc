"""``refloat init``: the start of a plan."""

from __future__ import annotations

from pathlib import Path

import click

from refloat.app.initialise import initialise
from refloat.app.workspace import Workspace
from refloat.cli.shared import as_json, emit, in_workspace, say

NEXT = (
    "Open it, and replace the examples by what is true.",
    "refloat plan check says whether it can be understood, line by line.",
    "refloat assess says what is missing, the most severe first.",
)


@click.command("init")
@click.argument("path", required=False, type=click.Path(path_type=Path))
@as_json
@in_workspace
def command(workspace: Workspace, path: Path | None, as_json: bool) -> int:
    """Write a commented start of a plan, and say what to do next.

    PATH is a file that ends in .yaml or .yml, or a folder for refloat.yaml; without it the plan
    that --plan or REFLOAT_PLAN names, or refloat.yaml here. Nothing is ever overwritten.
    """
    written = initialise(path.absolute() if path is not None else workspace.plan_path)
    if as_json:
        emit({"written": str(written), "next": NEXT})
        return 0
    say(f"{written} is written. Now:")
    for number, step in enumerate(NEXT, start=1):
        say(f"  {number}. {step}")
    return 0
