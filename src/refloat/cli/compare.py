"""``refloat compare``: backup's answers against recovery's."""

from __future__ import annotations

from datetime import datetime

import click

from refloat.app.assess import Ground
from refloat.app.status import compare
from refloat.app.workspace import Workspace
from refloat.cli.judging import on_facts
from refloat.cli.shared import emit, say, table


@click.command("compare")
@click.argument("service")
@on_facts
def command(
    workspace: Workspace, found: Ground, service: str, instant: datetime, as_json: bool
) -> int:
    """Hold what backups answer against what disaster recovery answers for SERVICE.

    Five questions, two answers each; an answer that nobody can give reads NOT KNOWN. Exit code 2
    if there is such a one.
    """
    workspace.service(service)
    filled = compare(found, service, instant)
    if as_json:
        emit(filled)
    else:
        rows = [(row.question, row.backup.text, row.recovery.text) for row in filled.rows]
        table(filled.name, ("", "backup", "disaster recovery"), rows)
        for finding in filled.findings:
            say(f"  - {finding.sentence}")
    return 2 if filled.findings else 0
