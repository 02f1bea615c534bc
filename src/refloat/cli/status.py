"""``refloat status``: is there a copy, and would the service come back?"""

from __future__ import annotations

from datetime import datetime

import click

from refloat.app.clean import sweep
from refloat.app.status import status
from refloat.app.workspace import Workspace
from refloat.cli.clean import show
from refloat.cli.shared import INSTANT, as_json, emit, in_workspace, say, table
from refloat.host.clock import Clock
from refloat.model.judgement import ServiceStatus, Severity
from refloat.model.run import Verdict
from refloat.report.text import HEADINGS, verdict_table


@click.command("status")
@click.option("--as-of", "as_of", type=INSTANT, help="As it stood then, not as it stands now.")
@as_json
@in_workspace
def command(workspace: Workspace, as_of: datetime | None, as_json: bool) -> int:
    """Say of each service, in two verdicts that are never merged: is there a copy, and would it
    come back in time? With what they rest on, and when the evidence goes stale.

    Exit code 0 when every service is proven, 1 when one failed, 2 when one is unproven.
    """
    clock = Clock()
    show(sweep(workspace, clock))
    judged = status(workspace, as_of or clock.now().wall)
    if as_json:
        emit(judged)
    else:
        table("", HEADINGS, [row.cells for row in verdict_table(judged)])
        for one in judged:
            _explain(one)
    return _exit_code(judged)


def _explain(judged: ServiceStatus) -> None:
    say(f"\n{judged.name}", style="bold")
    serious = [one for one in judged.findings if one.severity is not Severity.ADVISORY]
    for finding in serious or judged.findings:
        say(f"  - {finding.sentence}")
        say(f"    Next: {finding.next_step}")
    if not judged.findings:
        say("  Nothing is found against it.")


def _exit_code(judged: tuple[ServiceStatus, ...]) -> int:
    verdicts = {one.recovery.verdict for one in judged}
    if Verdict.FAILED in verdicts:
        return 1
    return 2 if Verdict.UNPROVEN in verdicts else 0
