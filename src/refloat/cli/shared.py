"""What every command shares: where it works, how it prints, how it shows progress."""

from __future__ import annotations

import dataclasses
import functools
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias, TypeVar

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from refloat.app.clean import Remains, sweep
from refloat.app.workspace import Workspace
from refloat.assess.words import duration
from refloat.assess.words import size as size
from refloat.cli.plain import plain
from refloat.cli.widths import widths
from refloat.host.clock import Clock
from refloat.model.codec import to_json
from refloat.model.errors import RefloatError, UsageProblem
from refloat.plan import parse_duration

Function = TypeVar("Function", bound=Callable[..., Any])
Cell: TypeAlias = str | tuple[str, ...]


_WIDE = 160
"""So wide is a table in a file."""

_LEAST = 9
"""So much a column of a table always has, its frame included: what is cut off is not said."""


class Terminal(Console):
    """Rich's console; but a reader that went away is told, and is not exit code 1 (failed)."""

    def on_broken_pipe(self) -> None:
        """Tell it.

        Raises:
            BrokenPipeError: always.
        """
        raise BrokenPipeError


people = Terminal(stderr=True, highlight=False)
"""Where progress and remarks for people go; quiet styling when it is no terminal."""


def say(text: str, style: str | None = None) -> None:
    """Say a line to people, on standard error: as it is, never as markup, never wrapped."""
    people.print(plain(text), style=style, markup=False, soft_wrap=True)


def tell(text: str = "") -> None:
    """Print a line of what was asked for, for people, on standard output."""
    click.echo(plain(text))


SIGNS = {
    "proven": "✓ proven",
    "passed": "✓ passed",
    "yes": "✓ yes",
    "failed": "✗ failed",
    "no": "✗ no",
    "unproven": "? unproven",
    "could not run": "? could not run",
    "unknown": "? unknown",
}
STYLES = {"✓": "green", "✗": "bold red", "?": "yellow"}


def as_json(function: Function) -> Function:
    """Add ``--json``: nothing but JSON on standard output."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON and nothing else.")(
        function
    )


def in_workspace(function: Function) -> Callable[..., Any]:
    """Give the command its workspace as first argument, and texts that can be written down."""

    @click.pass_context
    @functools.wraps(function)
    def wrapped(context: click.Context, *arguments: Any, **options: Any) -> Any:
        _refuse_bytes(context)
        plan, state = context.obj or (None, None)
        workspace = Workspace.find(plan, state)
        return context.invoke(function, workspace, *arguments, **options)

    return wrapped


def _refuse_bytes(context: click.Context) -> None:
    """See that what is given as text is text; a path may hold any bytes.

    Raises:
        click.BadParameter: if something is no UTF-8, which neither JSON nor the ledger can say.
    """
    for parameter in context.command.params:
        given = context.params.get(parameter.name or "")
        for one in given if isinstance(given, tuple) else (given,):
            if isinstance(one, str) and not _is_text(one):
                raise click.BadParameter("it is no text in UTF-8.", context, parameter)


def _is_text(given: str) -> bool:
    try:
        given.encode()
    except UnicodeEncodeError:
        return False
    return True


def after_sweep(function: Function) -> Callable[..., Any]:
    """Give the command its workspace after remains of interrupted runs have been swept up.

    What cannot be swept up is said, and the command goes on: somebody who may only read the state
    still gets an answer.
    """

    @in_workspace
    @functools.wraps(function)
    def wrapped(workspace: Workspace, *arguments: Any, **options: Any) -> Any:
        sweep_up(workspace, keep=options.get("resume"))
        return function(workspace, *arguments, **options)

    return wrapped


def sweep_up(workspace: Workspace, *, keep: str | None = None) -> None:
    """Sweep up after interrupted runs, and tell people what was found.

    Args:
        workspace: the plan and the state.
        keep: a run that is about to be resumed.
    """
    try:
        tell_remains(sweep(workspace, Clock(), keep=keep))
    except RefloatError as error:
        say(f"Remains of an interrupted run could not be swept up: {error}")


def tell_remains(found: Sequence[Remains]) -> None:
    """Tell people what a sweep found."""
    for one in found:
        if one.finished:
            say(f"The data that run {one.run} left on request was removed.")
        else:
            say(f"Run {one.run} never came to its end: {one.stage}.")
        if one.kept:
            say(
                "  What it restored is kept for a day:"
                f" refloat drill {one.service} --resume {one.run}"
            )
        for left in (*one.teardown.processes, *one.teardown.mounts, *one.left):
            say(f"  ✗ still there: {left}")


def emit(value: Any) -> None:
    """Print values of the model, alone or in lists and mappings, as JSON on standard output."""
    click.echo(json.dumps(_plain(value), ensure_ascii=False, indent=2))


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return to_json(value) if dataclasses.is_dataclass(value) else value


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
    """Print a table on standard output, as wide as the terminal, or as needed in a file.

    Args:
        title: what stands above it; empty for nothing.
        columns: their headings.
        rows: a cell for each column: a text, or several that stand one below the other.
    """
    heading = Text(plain(title), style="bold") if title else None
    shown = Table(title=heading, title_justify="left", expand=False)
    cells = [[styled(cell) for cell in row] for row in rows]
    texts = [[name, *(row[at].plain for row in cells)] for at, name in enumerate(columns)]
    wide = max(room(), _LEAST * len(columns) + 1)
    each = widths(texts, wide) or (None,) * len(columns)
    for column, width in zip(columns, each, strict=True):
        shown.add_column(column, overflow="fold", width=width)
    for row in cells:
        shown.add_row(*row)
    Terminal(width=wide, highlight=False).print(shown)


def room() -> int:
    """Say how many columns a table may take: the terminal's, or in a file enough for most."""
    return Terminal().width if os.isatty(1) else _WIDE


def sign(word: str) -> str:
    """Put a sign before an outcome, so that it can be read without colour."""
    return SIGNS.get(word, word)


def styled(cell: Cell) -> Text:
    """Colour a cell by its sign; everything else in it is text, never markup."""
    text = "\n".join(map(plain, (cell,) if isinstance(cell, str) else cell))
    return Text(text, style=STYLES.get(text[:1], ""))


def seconds(value: float | None) -> str:
    """Write a number of seconds for people, as the report does."""
    return "not known" if value is None else duration(value)


def entered_costs(texts: Iterable[str]) -> dict[str, str]:
    """Read what options cost, ``OPTION=TEXT`` each; the last word on an option counts.

    Raises:
        UsageProblem: if there is no equals sign, or nothing on one of its sides.
    """
    found: dict[str, str] = {}
    for text in texts:
        name, _, cost = text.partition("=")
        if not name.strip() or not cost.strip():
            raise UsageProblem(
                f"{text!r} is no cost", hint="Write it as --cost standby='900 a month'."
            )
        found[name.strip()] = cost.strip()
    return found


EARLIEST_YEAR, LATEST_YEAR = 1900, 9000
"""Between these years there is room to look back and ahead from an instant."""


class InstantType(click.ParamType[datetime]):
    """A time on the command line: ISO 8601; without an offset it is local time."""

    name = "TIME"

    def convert(
        self, value: Any, parameter: click.Parameter | None, context: click.Context | None
    ) -> datetime:
        """Give the instant in UTC."""
        if isinstance(value, datetime):
            return value
        try:
            instant = datetime.fromisoformat(value).astimezone(UTC)
        except (ValueError, OverflowError):
            instant = None
        if instant is None:
            self.fail(
                f"{value!r} is no time; write it as 2026-03-01T14:30 or 2026-03-01T14:30:00Z",
                parameter,
                context,
            )
        if not EARLIEST_YEAR <= instant.year <= LATEST_YEAR:
            self.fail(
                f"{value!r} lies outside of the years {EARLIEST_YEAR} to {LATEST_YEAR}",
                parameter,
                context,
            )
        return instant


class DurationType(click.ParamType[timedelta]):
    """A duration on the command line, as in a plan: ``15 min``, ``30 days``."""

    name = "DURATION"

    def convert(
        self, value: Any, parameter: click.Parameter | None, context: click.Context | None
    ) -> timedelta:
        """Give the duration."""
        if isinstance(value, timedelta):
            return value
        try:
            return parse_duration(value)
        except ValueError as error:
            self.fail(str(error), parameter, context)


INSTANT = InstantType()
DURATION = DurationType()
