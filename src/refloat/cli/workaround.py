"""``refloat workaround``: the data that people work with while a service is away."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from refloat.app.assess import Ground
from refloat.app.refresh import Refreshed, listed, refresh
from refloat.app.workspace import Workspace
from refloat.assess.verdicts.exports import ExportAge
from refloat.cli.drill import Ear
from refloat.cli.judging import on_facts
from refloat.cli.shared import after_sweep, as_json, emit, say, seconds, sign, table
from refloat.host.clock import Clock
from refloat.model.run import Outcome


@click.group("workaround")
def command() -> None:
    """Take out the data that people work with while a service is away, and tell how old it is."""


@command.command("refresh")
@click.argument("service")
@click.argument("name")
@click.option(
    "--to",
    "into",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Where to; the workaround's location if not given.",
)
@as_json
@after_sweep
def refresh_(
    workspace: Workspace, service: str, name: str, into: Path | None, as_json: bool
) -> int:
    """Write an encrypted export for the workaround NAME of SERVICE.

    Its data is restored from the newest recovery point, held against what was backed up, and
    written as one read-only file that only the keys of the plan open, with a text beside it that
    says how old it is and how it is opened. Earlier exports of the same workaround are removed.

    Exit code 0 if it was written, 1 if its data is damaged and nothing was written, 2 if it was
    written and could not be compared.
    """
    ear = Ear()
    done = refresh(workspace, Clock(), service, name, into, ear.listening)
    ear.close()
    if as_json:
        emit(done)
    else:
        _tell(done)
    return {Outcome.PASSED: 0, Outcome.FAILED: 1, Outcome.COULD_NOT_RUN: 2}[done.outcome]


@command.command("list")
@on_facts
def list_(workspace: Workspace, found: Ground, instant: datetime, as_json: bool) -> int:
    """List how old the data is that people would work with, service by service."""
    ages = listed(found, instant)
    if as_json:
        emit(ages)
        return 0
    rows = [
        (
            one.service,
            one.workaround,
            f"{one.taken_at:%Y-%m-%d %H:%M} UTC" if one.taken_at else "never, as far as is known",
            seconds(one.age_seconds),
            seconds(one.allowed_seconds),
            _state(one),
            one.where,
        )
        for one in ages
    ]
    columns = ("service", "workaround", "data as it was at", "age", "may be", "", "where")
    table("", columns, rows)
    return 0


def _state(one: ExportAge) -> str:
    if one.late:
        return "✗ too old" if one.taken_at else "✗ missing"
    return "✓ fresh" if one.due_at else "? not known"


def _tell(done: Refreshed) -> None:
    for check in done.checks:
        if check.outcome is not Outcome.PASSED:
            say(f"{sign(check.outcome)}: {check.name}: {check.seen}")
    if not done.file:
        say("Nothing was written: the data is not what was backed up. The last export is kept.")
        return
    say(f"The data of {done.workaround} is in {done.file}.")
    say(f"It is as it was at {done.taken_at:%Y-%m-%d %H:%M:%S} UTC. How to open it: {done.about}")
    for one in done.removed:
        say(f"Removed, because it is older: {one}")
    if done.entry is not None:
        say(f"Recorded as evidence {done.entry}.")
