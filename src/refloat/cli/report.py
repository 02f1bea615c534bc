"""``refloat report``: a page for people about a service."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from refloat.app.status import report
from refloat.app.workspace import Workspace
from refloat.cli.pages import READABLE
from refloat.cli.shared import INSTANT, after_sweep, as_json, emit, say
from refloat.host import files
from refloat.host.clock import Clock


@click.command("report")
@click.argument("service")
@click.option(
    "-o",
    "--output",
    "write_to",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="The HTML file to write.",
)
@click.option("--as-of", "as_of", type=INSTANT, help="As it stood then, not as it stands now.")
@as_json
@after_sweep
def command(
    workspace: Workspace, service: str, write_to: Path, as_of: datetime | None, as_json: bool
) -> int:
    """Write one self-contained page about SERVICE: verdicts, times, timeline, map, checks.

    It needs no network, prints on A4, and is the same bytes for the same facts and instant.
    """
    page = report(workspace, service, as_of or Clock().now().wall)
    files.write_atomically(write_to, page, READABLE)
    if as_json:
        emit({"file": str(write_to), "bytes": len(page)})
    else:
        say(f"The report is in {write_to}.")
    return 0
