"""``refloat observe``: what is really there, and what of it is in no plan."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from refloat.app.observe import Observed, SourceRead, compare, observe
from refloat.app.sources import NotRead, summaries
from refloat.app.workspace import Workspace
from refloat.cli.shared import INSTANT, Cell, as_json, emit, in_workspace, say, table
from refloat.host.clock import Clock
from refloat.model.errors import UsageProblem
from refloat.model.observations import Undocumented

WHOLE = 10
"""Sources at most that are shown to people with all that they say."""

SHOWN = 50
"""Rows of what was read that are shown to people; ``--json`` gives all."""


class _Kinds(click.Command):
    """A command whose help lists every observer: there is no list to keep."""

    def format_epilog(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what each kind reads."""
        with formatter.section("Kinds"):
            formatter.write_dl(list(summaries().items()))


@click.command("observe", cls=_Kinds)
@click.argument("kind", required=False)
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--as-of", "as_of", type=INSTANT, help="As it stood then; reads nothing.")
@as_json
@in_workspace
def command(
    workspace: Workspace,
    kind: str | None,
    paths: tuple[Path, ...],
    as_of: datetime | None,
    as_json: bool,
) -> int:
    """Read from PATHs what is really there, and say what of it is in no plan.

    KIND says how to read; all kinds are listed below. Of a folder all files of that kind are read,
    those in folders inside of it too; links and hidden files are not. What is read is recorded; a
    later reading of the same file replaces it. Without KIND nothing is read: what was recorded is
    held against the plan again.

    Exit code 2 if something is in no plan, or a file or a line could not be used, or nothing was
    ever observed.
    """
    if kind is not None and as_of is not None:
        raise UsageProblem("what is read now cannot be as of another time")
    clock = Clock()
    if kind is not None:
        seen = observe(workspace, clock, kind, paths)
    else:
        seen = compare(workspace, as_of or clock.now().wall)
    if as_json:
        emit(seen)
    else:
        _show_all(seen.sources)
        tell_not_read(seen.not_read)
        for source in seen.gone:
            say(f"{source} is not there any more: what it showed no longer counts.")
        _compare(seen)
    refused = any(one.refused for one in seen.sources) or any(one.is_fault for one in seen.not_read)
    return 2 if seen.undocumented or refused or not seen.known_sources else 0


def _show_all(sources: Sequence[SourceRead]) -> None:
    """Show what each source says; of many sources only how much."""
    if len(sources) <= WHOLE:
        for one in sources:
            _show(one)
    else:
        rows = [(one.source, str(len(one.observations)), str(one.entry)) for one in sources[:SHOWN]]
        table(f"{len(sources)} files were read", ("file", "things in it", "evidence"), rows)
        _tell_more(len(sources) - len(rows))
    refused = [(one.source, line) for one in sources for line in one.refused]
    for source, line in refused[:SHOWN]:
        say(f"Line {line.line} of {source} is not used: {line.reason}.", style="yellow")
    if len(refused) > SHOWN:
        say(f"{len(refused)} lines are not used in all; --json names each.", style="yellow")


def _show(read: SourceRead) -> None:
    rows = [
        (str(one.line or ""), one.component, one.needs, one.what)
        for one in read.observations[:SHOWN]
    ]
    table(f"{read.source} (evidence {read.entry})", ("line", "component", "needs", "what"), rows)
    _tell_more(len(read.observations) - len(rows))


def _tell_more(count: int) -> None:
    if count > 0:
        say(f"… and {count} more; --json gives all.")


def tell_not_read(found: Sequence[NotRead]) -> None:
    """Tell people what was met and not read, by reason."""
    by_reason: dict[str, list[str]] = {}
    for one in found:
        by_reason.setdefault(one.reason, []).append(one.source)
    for reason, sources in list(by_reason.items())[:SHOWN]:
        named = ", ".join(sources[:3])
        more = f" and {len(sources) - 3} more" if len(sources) > 3 else ""
        say(f"Not read: {named}{more}: {reason.rstrip('.')}.", style="yellow")
    if len(by_reason) > SHOWN:
        say(f"{len(found)} things are not read in all; --json names each.", style="yellow")


def _compare(seen: Observed) -> None:
    if not seen.known_sources:
        say("Nothing was ever observed, so nothing can be said of what the plan does not know.")
    elif not seen.undocumented:
        say("The plan knows everything that was observed.")
    else:
        table(
            "Observed, and in no plan",
            ("what", "seen in", "services that rest on it"),
            [_row(one) for one in seen.undocumented],
        )


def _row(one: Undocumented) -> tuple[Cell, ...]:
    what = f"{one.component} needs {one.needs}" if one.needs else one.component
    return what, _places(one.seen_in), ", ".join(one.services) or "none that is known"


def _places(places: tuple[str, ...]) -> tuple[str, ...]:
    more = len(places) - 3
    return (*places[:3], *((f"and {more} more",) if more > 0 else ()))
