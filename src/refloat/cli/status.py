"""``refloat status``: is there a copy, and would the service come back?"""

from __future__ import annotations

from datetime import datetime

import click

from refloat.app.status import status
from refloat.app.workspace import Workspace
from refloat.cli.shared import INSTANT, after_sweep, as_json, emit, say
from refloat.cli.verdicts import tell_verdicts
from refloat.host.clock import Clock
from refloat.model.judgement import ServiceStatus, Severity
from refloat.model.run import Verdict


@click.command("status")
@click.option("--as-of", "as_of", type=INSTANT, help="As it stood then, not as it stands now.")
@as_json
@after_sweep
def command(workspace: Workspace, as_of: datetime | None, as_json: bool) -> int:
    """Say of each service, in two verdicts that are never merged: is there a copy, and would it
    come back in time? With what they rest on, and when the evidence goes stale.

    Exit code 0 when every service is proven, 1 when one failed, 2 when one is unproven or the plan
    has none.
    """
    clock = Clock()
    judged = status(workspace, as_of or clock.now().wall)
    if as_json:
        emit(judged)
    else:
        tell_verdicts("", judged)
        for one in judged:
            _explain(one)
    if not judged:
        say("The plan has no service, so nothing can be proven. Write one under services:")
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
    return 2 if Verdict.UNPROVEN in verdicts or not judged else 0
