"""``refloat kit``: one page to recover by when no system answers."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from refloat.app import kit
from refloat.app.assess import Ground
from refloat.app.kit import KitFormat
from refloat.app.workspace import Workspace
from refloat.cli.judging import on_facts
from refloat.cli.shared import after_sweep, as_json, emit, say
from refloat.host import files
from refloat.host.clock import Clock

PRIVATE = 0o600
"""The kit holds private telephone numbers."""


class MakingGroup(click.Group):
    """A group whose options alone mean ``make``: ``refloat kit -o kit.html``."""

    def parse_args(self, context: click.Context, given: list[str]) -> list[str]:
        """Put ``make`` before options that are not the group's own."""
        if given and given[0].startswith("-") and given[0] not in context.help_option_names:
            given = ["make", *given]
        return super().parse_args(context, given)


@click.group("kit", cls=MakingGroup)
def command() -> None:
    """Make the offline kit (kit -o FILE), and record where it lies."""


@command.command("make")
@click.option(
    "-o",
    "--output",
    "write_to",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="The file to write.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice([one.value for one in KitFormat]),
    help="What to write; plain text where the file's name ends in .txt, else HTML.",
)
@on_facts
def make(
    workspace: Workspace,
    found: Ground,
    instant: datetime,
    write_to: Path,
    format_: str | None,
    as_json: bool,
) -> int:
    """Write one page with everything that people need to begin: whom to call, who decides, what
    comes back in which order, vendors, temporary ways of working, where copies and keys are.

    It needs no network, prints on A4, and holds no password and no key. The HTML page has a code
    from which a telephone reads the first numbers to call.
    """
    usual = KitFormat.TEXT if write_to.suffix.lower() == ".txt" else KitFormat.HTML
    chosen = KitFormat(format_) if format_ is not None else usual
    page = kit.make(found, instant, chosen)
    files.write_atomically(write_to, page, PRIVATE)
    if as_json:
        emit({"file": str(write_to), "bytes": len(page), "format": chosen.value})
        return 0
    say(f"The kit is in {write_to}. Print it, and put it where it can be read without any system.")
    say("Then record that: refloat kit placed --where PLACE --as PERSON")
    return 0


@command.command("placed")
@click.option("--where", required=True, metavar="TEXT", help="Where it lies.")
@click.option("--as", "person", required=True, metavar="PERSON", help="Who says so (plan key).")
@as_json
@after_sweep
def placed(workspace: Workspace, where: str, person: str, as_json: bool) -> int:
    """Record that a kit of the plan as it stands now lies at a place.

    When the plan changes afterwards, the kit counts as out of date until a new one is placed.
    """
    done = kit.place(workspace, Clock(), where, person)
    if as_json:
        emit(done)
    else:
        say(f"{done.person} put the kit here: {done.where}. It is of the plan {done.plan}.")
        say(f"Recorded as evidence {done.entry}.")
    return 0
