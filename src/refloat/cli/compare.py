"""``refloat compare``: backup's answers against recovery's."""

from __future__ import annotations

from datetime import datetime

import click

from refloat.app.status import compare
from refloat.app.workspace import Workspace
from refloat.cli.shared import INSTANT, after_sweep, as_json, emit, say, table
from refloat.host.clock import Clock


@click.command("compare")
@click.argument("service")
@click.option("--as-of", "as_of", type=INSTANT, help="As it stood then, not as it stands now.")
@as_json
@after_sweep
def command(workspace: Workspace, service: str, as_of: datetime | None, as_json: bool) -> int:
    """Hold what backups answer against what disaster recovery answers for SERVICE.

    Five questions, two answers each; an answer that nobody can give reads NOT KNOWN. Exit code 2
    if there is such a one.
    """
    filled = compare(workspace, service, as_of or Clock().now().wall)
    if as_json:
        emit(filled)
    else:
        rows = [(row.question, row.backup.text, row.recovery.text) for row in filled.rows]
        table(filled.name, ("", "backup", "disaster recovery"), rows)
        for finding in filled.findings:
            say(f"  - {finding.sentence}")
    return 2 if filled.findings else 0
