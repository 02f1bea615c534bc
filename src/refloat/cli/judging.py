"""What every command shares that judges: on which facts, as of when, and how it is said."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from refloat.app.assess import ground
from refloat.app.facts import Refused
from refloat.app.workspace import Workspace
from refloat.cli.shared import INSTANT, as_json, in_workspace, say, sweep_up, tell
from refloat.host.clock import Clock
from refloat.model.judgement import Finding, Severity

SHOWN_REFUSED = 20
SIGNS = {Severity.HIGH: "✗ high", Severity.MEDIUM: "? medium", Severity.ADVISORY: "· advisory"}


AS_OF = click.option(
    "--as-of", "as_of", type=INSTANT, help="As it stood then, not as it stands now."
)
"""The option that gives a command the instant that it judges."""


def facts_option(text: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give the option ``--facts``, which names files or folders of facts.

    Args:
        text: what it is for, in the command's help.
    """
    return click.option(
        "--facts",
        "paths",
        type=click.Path(path_type=Path),
        multiple=True,
        metavar="PATH",
        help=text,
    )


def on_facts(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--facts``, ``--as-of`` and ``--json``; the command gets its workspace, then the ground.

    With ``--facts`` nothing is remembered and nothing is written: files alone are judged.
    """

    @facts_option(
        "Judge the facts of this file, or of all files in this folder; may be repeated."
        " Nothing that is remembered counts then."
    )
    @AS_OF
    @as_json
    @in_workspace
    @functools.wraps(function)
    def wrapped(
        workspace: Workspace,
        *arguments: Any,
        paths: tuple[Path, ...],
        as_of: datetime | None,
        **options: Any,
    ) -> Any:
        if not paths:
            sweep_up(workspace)
        found = ground(workspace, paths)
        tell_refused(found.refused)
        instant = as_of or Clock().now().wall
        return function(workspace, found, *arguments, instant=instant, **options)

    return wrapped


def tell_refused(refused: Sequence[Refused]) -> None:
    """Tell people which lines of the facts could not be used; the others were."""
    for one in refused[:SHOWN_REFUSED]:
        say(f"{one.file}:{one.line}: {one.reason}")
    if len(refused) > SHOWN_REFUSED:
        say(f"… and {len(refused) - SHOWN_REFUSED} more lines that could not be used")


def tell_findings(findings: Sequence[Finding]) -> None:
    """Print findings for people: the sentence first, what to do next under it."""
    for one in findings:
        since = f" Since {one.first_seen:%Y-%m-%d %H:%M} UTC." if one.first_seen else ""
        tell(f"{SIGNS[one.severity]}: {one.sentence}{since}")
        tell(f"    Next: {one.next_step}")
        tell(f"    ({one.code}, {one.subject})")


def gate(findings: Sequence[Finding]) -> int:
    """Give the exit code that a pipeline gates on: 1 if anything severe was found."""
    return 1 if any(one.severity is Severity.HIGH for one in findings) else 0
