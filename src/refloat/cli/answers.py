"""``refloat answers``: the answer sheets of a service, on one page."""

from __future__ import annotations

from datetime import datetime

import click

from refloat.app.answers import Answers, answers
from refloat.app.assess import Ground
from refloat.app.workspace import Workspace
from refloat.cli.judging import on_facts
from refloat.cli.shared import emit, table, tell
from refloat.model.sheets import THREATS, Cover, Known, RightsRow, ThreatRow

COVERS = {
    Cover.COVERED: "✓ covered",
    Cover.NOT_COVERED: "✗ not covered",
    Cover.UNKNOWN: "? not known",
}
KNOWN = {Known.YES: "yes", Known.NO: "no", Known.UNKNOWN: "? not known"}


@click.command("answers")
@click.argument("service")
@on_facts
def command(
    workspace: Workspace, found: Ground, service: str, instant: datetime, as_json: bool
) -> int:
    """Answer for SERVICE what a business, an insurer or an assessor asks: the five questions of a
    backup design, who can change the copies, which threats its data outlives, backup against
    recovery, and the way back when prevention has failed.

    Exit code 2 if something cannot be answered.
    """
    workspace.service(service)
    filled = answers(found, service, instant)
    if as_json:
        emit({**_members(filled), "findings": filled.findings})
    else:
        _tell(filled)
    return 2 if filled.findings else 0


def _members(filled: Answers) -> dict[str, object]:
    return {
        "questions": filled.questions,
        "comparison": filled.comparison,
        "threats": filled.threats,
        "path_back": filled.path_back,
        "traces": filled.traces,
    }


def _tell(filled: Answers) -> None:
    tell(filled.questions.name)
    tell()
    for one in filled.questions.answers:
        tell(f"{one.number}. {one.question}")
        tell(f"   {one.text}")
        if one.missing:
            tell(f"   ? Not known: {', '.join(one.missing)}.")
    if filled.questions.rights:
        able = ("can read", "can change", "can delete", "can delete the place", "can shorten")
        columns = ("place", "accounts", *able)
        table("Who can do what to the copies", columns, list(map(_rights, filled.questions.rights)))
        for place in filled.questions.rights:
            for tried in place.tried:
                tell(f"   {place.repository}: {tried}.")
    if filled.threats.rows:
        rows = list(map(_threats, filled.threats.rows))
        table("What its data outlives", ("data", *THREATS, "last restored"), rows)
    compared = [
        (one.question, one.backup.text, one.recovery.text) for one in filled.comparison.rows
    ]
    table("Backup against recovery", ("", "backup", "disaster recovery"), compared)
    tell(f"The way back: {filled.path_back.statement}")
    for trace in filled.traces:
        if trace.missing:
            missing = ", ".join(trace.missing)
            tell(f"From {trace.data_set} to who decided about it is missing: {missing}.")


def _threats(row: ThreatRow) -> tuple[str, ...]:
    return (row.name, *(COVERS[cell.cover] for cell in row.cells), row.last_test)


def _rights(row: RightsRow) -> tuple[str, ...]:
    accounts = f"{row.accounts} {row.kind}" if row.accounts else f"no {row.kind} is known"
    can = (row.read, row.modify, row.delete, row.delete_place, row.shorten)
    place = f"{row.repository}{f' ({row.lock})' if row.lock else ''}"
    return (place, accounts, *(KNOWN[one] for one in can))
