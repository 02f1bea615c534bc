"""``refloat facts``: what other tools and people have seen, imported and looked at."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import click

from refloat.app.facts import files
from refloat.app.feed import Imported, Incoming, import_all, listed, look_up, of_file, schema
from refloat.app.read_platform import ReadPlatform, Wanted, read_platform
from refloat.app.workspace import Workspace
from refloat.cli.progress import Display
from refloat.cli.shared import (
    INSTANT,
    after_sweep,
    as_json,
    emit,
    in_workspace,
    people,
    say,
    table,
    tell,
)
from refloat.host.clock import Clock
from refloat.host.files import write_atomically
from refloat.model.errors import EvidenceProblem, UsageProblem

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
    with Display(people) as display:
        done = import_all(workspace, Clock(), _shown(display, paths))
        for one in done:
            display.show(Path(one.file).name, f"{one.new + one.changed:,} taken", 1, 1)
    refused = [one for imported in done for one in imported.refused]
    if write_to is not None:
        text = "".join(f"{one.file}:{one.line}: {one.reason}\n" for one in refused)
        write_atomically(write_to.absolute(), text.encode("utf-8", "backslashreplace"))
    if as_json:
        emit(done)
    else:
        _tell(done)
    return EvidenceProblem.exit_code if refused else 0


@command.command("read")
@click.argument("platform")
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--instance", default="", help="The platform's key in the plan; PLATFORM if unsaid.")
@click.option(
    "--as-of",
    "as_of",
    type=INSTANT,
    help="When the listings were made; when the file was last written if unsaid.",
)
@click.option(
    "--data-set",
    "data_sets",
    metavar="NAME=KEY",
    multiple=True,
    help="Which component of the plan a name of the platform means; * stands for anything.",
)
@click.option(
    "--repository",
    "repositories",
    metavar="[NAME=]KEY",
    multiple=True,
    help="Which repository of the plan a place of copies is; KEY alone if all copies are there.",
)
@click.option(
    "--whole", is_flag=True, help="The PATHs hold everything there is: what is missing is gone."
)
@click.option("--set", "said", metavar="NAME=VALUE", multiple=True, help="An option of PLATFORM.")
@click.option("--dry-run", "only_look", is_flag=True, help="Show it, and remember nothing.")
@as_json
@after_sweep
def read(
    workspace: Workspace,
    platform: str,
    paths: tuple[Path, ...],
    said: tuple[str, ...],
    as_json: bool,
    **how: Any,
) -> int:
    """Read recovery points of somebody else's PLATFORM from the listings at PATHs.

    The how-to page on reading recovery points has the platforms, and how each listing is made. What
    is read is imported as by 'refloat facts import'; the platform itself is never written to.

    Exit code 65 if an entry could not be used, 2 if a name of the platform is in no plan: nothing
    of that was taken.
    """
    wanted = Wanted(platform, paths, options=_options(said), **how)
    done = read_platform(workspace, Clock(), wanted)
    if as_json:
        emit(done)
    else:
        _tell_read(done)
    if any(one.refused for one in done.listings):
        return EvidenceProblem.exit_code
    return 2 if done.unmatched else 0


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


def _options(said: tuple[str, ...]) -> dict[str, str]:
    """Give options by name.

    Raises:
        UsageProblem: if one is none.
    """
    pairs = [one.partition("=") for one in said]
    if not all(name and sign for name, sign, _ in pairs):
        raise UsageProblem("an option cannot be understood", hint="Write --set NAME=VALUE.")
    return {name: value for name, _, value in pairs}


def _tell_read(done: ReadPlatform) -> None:
    for one in done.listings:
        at = f"as of {one.observed_at:%Y-%m-%d %H:%M} UTC"
        tell(f"{one.source}: {one.points:,} recovery points {at}")
        for refused in one.refused[:SHOWN]:
            say(f"  {refused.place} is not used: {refused.reason}.", style="yellow")
        if len(one.refused) > SHOWN:
            say(f"  … {len(one.refused):,} are not used in all.", style="yellow")
    if all(one.imported is None for one in done.listings):
        tell("Nothing was remembered.")
    _tell([one.imported for one in done.listings if one.imported is not None])
    if any(one.imported is not None and one.imported.conflicts for one in done.listings):
        say(
            "If this listing was read before with other options, say --as-of a second later:"
            " then the new reading counts."
        )
    _tell_read_names(done)


def _tell_read_names(done: ReadPlatform) -> None:
    if done.gone:
        say(f"{done.gone:,} recovery points that were there before are listed no more.")
    if not done.in_plan:
        say(f"The plan has no platform {done.instance!r}; --instance names the one that this is.")
    for name in list(done.unmatched)[:SHOWN]:
        say(f"Not taken, because no component is known by that name: {name}", style="yellow")
    if len(done.unmatched) > SHOWN:
        say(f"… {len(done.unmatched):,} such names in all; --json has each.", style="yellow")
    if done.unmatched:
        say("Say what each of them is: --data-set 'NAME=KEY OF THE COMPONENT'.", style="yellow")
    for name in done.places:
        say(f"The plan has no repository {name!r}, where copies are: --repository '{name}=KEY'.")
    for text in done.unused:
        say(f"In no listing is anything called as in --data-set {text!r}.", style="yellow")


def _shown(display: Display, paths: Sequence[Path]) -> Iterator[Incoming]:
    """Give the files one by one, and show how far each is until the next is asked for."""
    for file in files(paths):
        yield of_file(file, partial(_show_lines, display, file.name))
        display.end(file.name, "read")


def _show_lines(display: Display, name: str, lines: int) -> None:
    display.show(name, f"{lines:,} lines")


def _tell(done: Sequence[Imported]) -> None:
    shown = 0
    for one in done:
        parts = [
            f"{one.new:,} new",
            f"{one.known:,} known already",
            f"{one.changed:,} told anew",
            f"{len(one.refused):,} could not be used",
        ]
        evidence = f" (evidence {one.entry})" if one.entry is not None else ""
        tell(f"{one.file}: {', '.join(parts)}{evidence}")
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
