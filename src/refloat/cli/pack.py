"""``refloat pack``: what a provider gives a client, with the evidence."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from refloat.app.assess import Ground
from refloat.app.pack import pack
from refloat.app.workspace import Workspace
from refloat.cli.judging import on_facts
from refloat.cli.shared import emit, say


@click.command("pack")
@click.option(
    "-o",
    "--output",
    "write_to",
    type=click.Path(path_type=Path),
    required=True,
    help="A folder, or a file that ends in .zip.",
)
@on_facts
def command(
    workspace: Workspace, found: Ground, instant: datetime, write_to: Path, as_json: bool
) -> int:
    """Write the pack for the client whose plan this is: what would come back and what is missing,
    in business words; answers for the renewal of the contract; all evidence, and how to verify it.

    It holds data of this client alone.
    """
    packed = pack(workspace, found, instant, write_to)
    if as_json:
        emit(packed)
        return 0
    say(f"The pack is in {packed.path}.")
    if packed.entries is None:
        say("There is no evidence yet, so it holds none.")
    else:
        say(f"It holds {packed.entries} entries of evidence. Tell the client by telephone:")
        say(f"  sha256:{packed.key}")
    if packed.left_out:
        say(f"{packed.left_out} facts were left out: the plan does not name what they are about.")
    return 0
