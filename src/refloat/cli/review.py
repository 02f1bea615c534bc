"""``refloat review``: the recovery review in seven steps, as a bundle whose hash repeats."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click

from refloat.app import review as app
from refloat.app.assess import Ground
from refloat.app.review import Reviewed
from refloat.app.workspace import Workspace
from refloat.cli.judging import on_facts
from refloat.cli.shared import emit, say, tell
from refloat.host import files
from refloat.host.clock import Clock

READABLE = 0o644
SHOWN = 5
"""So many of the things that a step lacks are shown; the bundle has all."""


@click.command("review")
@click.option(
    "-o",
    "--output",
    "write_to",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the bundle to this file.",
)
@click.option("--sign", is_flag=True, help="Record in the evidence that this was the review.")
@on_facts
def command(
    workspace: Workspace,
    found: Ground,
    instant: datetime,
    write_to: Path | None,
    sign: bool,
    as_json: bool,
) -> int:
    """Carry out the recovery review: seven steps, each with what it still lacks.

    The bundle holds every step's table and every finding. The same plan, facts and instant give
    the same bytes. Exit code 0 when all steps are done, 2 when one is not.
    """
    reviewed, content = app.review(found, instant)
    if write_to is not None:
        files.write_atomically(write_to, content, READABLE)
    if sign:
        reviewed = replace(reviewed, entry=app.sign(workspace, Clock(), reviewed))
    if as_json:
        emit(reviewed)
    else:
        _tell(reviewed, write_to)
    return 0 if reviewed.review.done else 2


def _tell(reviewed: Reviewed, write_to: Path | None) -> None:
    for gate in reviewed.review.gates:
        tell(f"{'✓' if gate.done else '✗'} {gate.step}. {gate.title}")
        for text in gate.missing[:SHOWN]:
            tell(f"     - {text}")
        if len(gate.missing) > SHOWN:
            tell(f"     … and {len(gate.missing) - SHOWN} more")
    for answers in reviewed.renewals:
        for clause in answers.clauses:
            tell(f"The contract with {answers.name} should say {clause}.")
    tell(f"Content hash: sha256:{reviewed.content_hash}")
    if write_to is not None:
        say(f"The bundle is in {write_to}; sha256sum shows the same hash.")
    if reviewed.entry is not None:
        say(f"Recorded as evidence {reviewed.entry}.")
