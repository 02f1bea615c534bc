"""``refloat maturity``: what would an assessor say of the backups?"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from refloat.app import maturity as app
from refloat.app.assess import Ground
from refloat.app.workspace import Workspace
from refloat.cli.judging import on_facts
from refloat.cli.shared import emit, say, table, tell
from refloat.host import files
from refloat.model.maturity import (
    ControlOutcome,
    ControlResult,
    DemandOutcome,
    Maturity,
    StandardResult,
)

READABLE = 0o644
SHOWN = 10
"""So many of the things that fail are shown for one control; the JSON has all."""

_FAILED = (ControlOutcome.INEFFECTIVE, ControlOutcome.NOT_IMPLEMENTED)
_SIGNS = {
    DemandOutcome.MET: "✓ met",
    DemandOutcome.NOT_MET: "✗ not met",
    DemandOutcome.NOT_KNOWN: "? not known",
}


@click.command("maturity")
@click.option(
    "--oscal",
    "write_to",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write OSCAL assessment results to this file; the plan and open actions go beside it.",
)
@click.option(
    "--standard",
    "keys",
    multiple=True,
    metavar="ID",
    help="Answer this standard's demands instead (cis-8.1, iso-27001-2022, …); may be repeated.",
)
@on_facts
def command(
    workspace: Workspace,
    found: Ground,
    instant: datetime,
    write_to: Path | None,
    keys: tuple[str, ...],
    as_json: bool,
) -> int:
    """Say what an assessor would say of the Essential Eight's strategy "Regular backups", control
    by control, with the evidence, what fails, and what is missing to the next level.

    It is about this strategy alone, and no backup job ever makes a control effective. Exit code 0
    when the level that is aimed at is reached, 1 when a control that it needs fails, 2 when one
    is not known. With --standard: 0 all met, 1 one not met, 2 one not known.
    """
    if keys:
        if write_to is not None:
            raise click.UsageError("--oscal goes with the Essential Eight, not with --standard.")
        return _standards(app.standards(found, keys, instant), as_json=as_json)
    judged = app.maturity(found, instant)
    written = {} if write_to is None else app.oscal_documents(found, judged, write_to)
    for file, content in written.items():
        files.write_atomically(file, content, READABLE)
    if as_json:
        emit({"maturity": judged, "files": [str(file) for file in written]})
    else:
        _tell(judged)
        for key in found.plan.policy.standards:
            say(f"The plan answers to {key} too: refloat maturity --standard {key}")
        for file in written:
            say(f"Written: {file}")
    return _exit_code(judged)


def _tell(judged: Maturity) -> None:
    rows = [
        (
            one.control,
            "ML" + "/".join(str(level) for level in one.levels),
            _signed(one),
            one.quality.value if one.quality else "none",
            one.title,
        )
        for one in judged.controls.values()
    ]
    tell(f"{judged.label} Aimed at: {judged.target}.")
    tell(f"Judged by: {judged.catalogue}.")
    tell()
    table("", ("control", "needed for", "outcome", "evidence", "about"), rows)
    for one in judged.controls.values():
        tell()
        tell(f"{one.control}: {one.sentence}")
        _list(one.failing)
        _list(one.not_known)
        if one.weakest:
            tell(f"    Weakest evidence: {one.weakest}")
        tell(f"    What would change it: {one.would_change}")
    if judged.missing:
        tell()
        tell(f"Missing to the level after {judged.level}:")
        for text in judged.missing:
            tell(f"  - {text}")


def _list(lines: tuple[str, ...]) -> None:
    for text in lines[:SHOWN]:
        tell(f"  - {text}")
    if len(lines) > SHOWN:
        tell(f"  … and {len(lines) - SHOWN} more")


def _signed(one: ControlResult) -> str:
    sign = "✓" if one.met else "✗" if one.outcome in _FAILED else "?"
    return f"{sign} {one.outcome.value}"


def _standards(judged: tuple[StandardResult, ...], *, as_json: bool) -> int:
    if as_json:
        emit({"standards": judged})
    for standard in judged if not as_json else ():
        rows = [
            (one.demand, _SIGNS[one.outcome], one.says, (one.sentence, *one.against))
            for one in standard.demands
        ]
        table(f"{standard.name} ({standard.edition})", ("", "", "in our own words", "why"), rows)
        tell(standard.label)
    outcomes = {one.outcome for standard in judged for one in standard.demands}
    if DemandOutcome.NOT_MET in outcomes:
        return 1
    return 2 if DemandOutcome.NOT_KNOWN in outcomes else 0


def _exit_code(judged: Maturity) -> int:
    if int(judged.level[2:]) >= int(judged.target[2:]):
        return 0
    needed = [one for one in judged.controls.values() if _needed(one, judged.target)]
    return 1 if any(one.outcome in _FAILED for one in needed) else 2


def _needed(one: ControlResult, target: str) -> bool:
    return any(level <= int(target[2:]) for level in one.levels)
