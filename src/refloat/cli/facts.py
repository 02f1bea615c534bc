"""``refloat facts``: what other tools and people have seen, imported and looked at."""

from __future__ import annotations

import json
from pathlib import Path

import click

from refloat.app.facts import files
from refloat.app.feed import Imported, Progress, import_file, listed, look_up, schema
from refloat.app.workspace import Workspace
from refloat.cli.progress import Display
from refloat.cli.shared import after_sweep, as_json, emit, in_workspace, people, say, table
from refloat.host.clock import Clock
from refloat.host.files import write_atomically
from refloat.model.errors import EvidenceProblem

SHOWN = 20
"""Lines that could not be used that are shown to people; ``--json`` and ``--refused`` give all."""


@click.group("facts")
def command() -> None:
    """Import, list and show what other tools and people have seen."""


@command.command("import")
@click.argument(
    "paths", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@click.option(
    "--refused",
    "write_to",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write every line that could not be used, and why, to this file.",
)
@as_json
@after_sweep
def import_(
    workspace: Workspace, paths: tuple[Path, ...], write_to: Path | None, as_json: bool
) -> int:
    """Import FILEs of facts: JSON lines, packed with gzip or not; or folders of them.

    Of each file all good lines are taken, or none if it is stopped. A line that is known already is
    not taken twice, so the same file can be imported again at any time.

    Exit code 65 if a line could not be used; the good ones are in.
    """
    clock = Clock()
    done: list[Imported] = []
    with Display(people) as display:
        for file in files(paths):
            imported = import_file(workspace, clock, file, _shown(display, file.name))
            display.end(file.name, f"{imported.new + imported.changed:,} taken")
            done.append(imported)
    refused = [one for imported in done for one in imported.refused]
    if write_to is not None:
        text = "".join(f"{one.file}:{one.line}: {one.reason}\n" for one in refused)
        write_atomically(write_to.absolute(), text.encode("utf-8", "backslashreplace"))
    if as_json:
        emit(done)
    else:
        _tell(done)
    return EvidenceProblem.exit_code if refused else 0


@command.command("list")
@as_json
@after_sweep
def list_(workspace: Workspace, as_json: bool) -> int:
    """List the sources that facts came from, and how many of each kind are known."""
    sources = listed(workspace)
    if as_json:
        emit(sources)
        return 0
    rows = [
        (
            one.instance,
            one.kind,
            f"{one.facts:,}",
            f"{one.first_observed_at:%Y-%m-%d %H:%M}",
            f"{one.last_observed_at:%Y-%m-%d %H:%M}",
        )
        for one in sources
    ]
    table("", ("source", "kind", "facts", "first seen (UTC)", "last seen (UTC)"), rows)
    return 0


@command.command("show")
@click.argument("key")
@as_json
@after_sweep
def show(workspace: Workspace, key: str, as_json: bool) -> int:
    """Print every word on KEY, which is INSTANCE/KIND/ID, the last one at the end (always JSON)."""
    click.echo(json.dumps(look_up(workspace, key), ensure_ascii=False, indent=2))
    return 0


@command.command("schema")
@as_json
@in_workspace
def schema_(_workspace: Workspace, as_json: bool) -> int:
    """Print the JSON Schema of a line of the feed."""
    click.echo(json.dumps(schema(), ensure_ascii=False, indent=2))
    return 0


def _shown(display: Display, name: str) -> Progress:
    return lambda lines: display.show(name, f"{lines:,} lines")


def _tell(done: list[Imported]) -> None:
    shown = 0
    for one in done:
        parts = [
            f"{one.new:,} new",
            f"{one.known:,} known already",
            f"{one.changed:,} say something else than before",
            f"{len(one.refused):,} could not be used",
        ]
        evidence = f" (evidence {one.entry})" if one.entry is not None else ""
        click.echo(f"{one.file}: {', '.join(parts)}{evidence}")
        if one.conflicts:
            say(
                f"  {one.conflicts:,} contradict what the same source said of the same time."
                " Ask whoever runs it.",
                style="yellow",
            )
        for refused in one.refused[: max(0, SHOWN - shown)]:
            say(f"{refused.file}:{refused.line}: {refused.reason}", style="yellow")
            shown += 1
        _tell_vanished(one)
    more = sum(len(one.refused) for one in done) - shown
    if more:
        say(f"… and {more:,} more lines; --refused FILE writes them all.", style="yellow")


def _tell_vanished(imported: Imported) -> None:
    for one in imported.vanished[:SHOWN]:
        point = one.point
        say(
            f"  ✗ A recovery point of {point.data_set}, true at"
            f" {point.consistency_time:%Y-%m-%d %H:%M} UTC, is gone from"
            f" {point.source.instance} before its time.",
            style="bold red",
        )
    more = len(imported.vanished) - SHOWN
    if more > 0:
        say(f"  … and {more:,} more. Find out at once who deleted them.", style="bold red")
