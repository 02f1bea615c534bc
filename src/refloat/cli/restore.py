"""``refloat restore``: ask for a restore, decide on it, carry it out, look at it afterwards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from refloat.app import restore
from refloat.app.fetch import Fetched, fetch
from refloat.app.restore import RestoreAsked
from refloat.app.workspace import Workspace
from refloat.cli.drill import Ear
from refloat.cli.judging import AS_OF
from refloat.cli.shared import (
    INSTANT,
    Function,
    after_sweep,
    as_json,
    emit,
    say,
    sign,
    size,
    table,
)
from refloat.host.clock import Clock
from refloat.model.restores import RestoreStage, RestoreStanding
from refloat.model.run import Outcome

_CODES = {RestoreStage.PASSED: 0, RestoreStage.FAILED: 1, RestoreStage.NOT_CHECKED: 2}


@click.group("restore")
def command() -> None:
    """Ask for a restore, approve or refuse it, carry it out, look at it afterwards.

    A restore outside of a drill takes two people of the plan: one who may ask for it and another
    who may approve it. Each step is signed.
    """


@command.command("request")
@click.argument("subject", metavar="SERVICE|COMPONENT")
@click.option("--as", "person", required=True, metavar="PERSON", help="Who asks (plan key).")
@click.option("--reason", required=True, metavar="TEXT", help="Why it is needed.")
@click.option("--at", type=INSTANT, help="The data as it was at this time; else the newest.")
@click.option(
    "--break-glass",
    is_flag=True,
    help="It cannot wait for an approver: go on, and let somebody else look at it afterwards.",
)
@as_json
@after_sweep
def request(
    workspace: Workspace,
    subject: str,
    person: str,
    reason: str,
    at: datetime | None,
    break_glass: bool,
    as_json: bool,
) -> int:
    """Ask that data of SERVICE or COMPONENT be put back."""
    asked = RestoreAsked(subject, person, reason, at, break_glass)
    return _tell(restore.request(workspace, Clock(), asked), as_json)


def _step(name: str, note: str, *, required: bool = False) -> Callable[[Function], click.Command]:
    """Make a command of what PERSON says of request NUMBER.

    Args:
        name: the command's.
        note: what is to be said beside it.
        required: whether it must be said.
    """
    said: dict[str, Any] = {"required": True} if required else {"default": ""}

    def made(function: Function) -> click.Command:
        one = as_json(after_sweep(function))
        one = click.option("--note", metavar="TEXT", help=note, **said)(one)
        one = click.option("--as", "person", required=True, metavar="PERSON", help="Who says so.")(
            one
        )
        return command.command(name)(click.argument("number", type=int)(one))

    return made


@_step("approve", "What to remember beside it.")
def approve(workspace: Workspace, number: int, person: str, note: str, as_json: bool) -> int:
    """Approve request NUMBER of somebody else."""
    return _decide(workspace, number, person, note, approve=True, as_json=as_json)


@_step("refuse", "Why.")
def refuse(workspace: Workspace, number: int, person: str, note: str, as_json: bool) -> int:
    """Refuse request NUMBER, or take your own back."""
    return _decide(workspace, number, person, note, approve=False, as_json=as_json)


@_step("review", "What you found.", required=True)
def review(workspace: Workspace, number: int, person: str, note: str, as_json: bool) -> int:
    """Sign, as somebody else than who asked, that you looked at a restore without an approver."""
    done = restore.review(workspace, Clock(), number, person, note)
    if as_json:
        emit(done)
    else:
        say(f"Request {number} has been looked at: {note}")
        if done.opens:
            say("It can still be carried out. Then somebody has to look at it again.")
    return 0


@command.command("list")
@AS_OF
@as_json
@after_sweep
def list_(workspace: Workspace, as_of: datetime | None, as_json: bool) -> int:
    """List every request, and what became of it."""
    found = restore.listed(workspace, as_of or Clock().now().wall)
    if as_json:
        emit(found)
        return 0
    rows = [
        (
            str(one.request.entry),
            f"{one.request.at:%Y-%m-%d %H:%M}",
            one.request.person,
            one.request.subject,
            one.request.reason,
            f"{one.sentence}{' ✗ Nobody else has looked at it.' if one.review_due else ''}",
        )
        for one in found
    ]
    table("", ("request", "asked (UTC)", "by", "for", "why", "what became of it"), rows)
    return 0


@command.command("fetch")
@click.argument("number", type=int)
@click.option(
    "--to",
    "into",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FOLDER",
    help="Where to: a folder that is empty or not there yet.",
)
@as_json
@after_sweep
def fetch_(workspace: Workspace, number: int, into: Path, as_json: bool) -> int:
    """Carry out request NUMBER: put its data into FOLDER, and compare it with what was backed up.

    Nothing is ever written over. Exit code 0 if all of it is as it was backed up, 1 if not, 2 if
    it could not be compared, 77 if nobody approved it.
    """
    ear = Ear()
    done = fetch(workspace, Clock(), number, into, ear.listening)
    ear.close()
    if as_json:
        emit(done)
    else:
        _show(done)
    return _CODES[done.stage]


def _decide(
    workspace: Workspace, number: int, person: str, note: str, *, approve: bool, as_json: bool
) -> int:
    done = restore.decide(workspace, Clock(), number, person, approve=approve, note=note)
    return _tell(done, as_json)


def _tell(standing: RestoreStanding, as_json: bool) -> int:
    if as_json:
        emit(standing)
        return 0
    asked = standing.request
    say(f"Request {asked.entry}, for {', '.join(asked.components)}: {standing.sentence}")
    if standing.opens:
        say(f"Carry it out: refloat restore fetch {asked.entry} --to FOLDER")
    return 0


def _show(done: Fetched) -> None:
    rows = [
        (
            part.component,
            f"{part.consistency_time:%Y-%m-%d %H:%M:%S} UTC",
            size(part.bytes),
            part.folder,
            sign(part.outcome),
        )
        for part in done.parts
    ]
    table("", ("of", "as it was at", "size", "in", "compared with what was backed up"), rows)
    for part in done.parts:
        for check in part.checks:
            if check.outcome is not Outcome.PASSED:
                say(f"  {sign(check.outcome)}: {part.component}: {check.name}: {check.seen}")
    if done.elsewhere:
        say(f"Somebody else's tool restores {', '.join(done.elsewhere)}; the request allows that.")
    if done.trouble:
        say(f"✗ {done.trouble}")
    say(f"Recorded as evidence {done.entry}.")
