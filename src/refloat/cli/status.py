"""``refloat status``: is there a copy, and would the service come back?"""

from __future__ import annotations

from datetime import datetime, timedelta

import click

from refloat.app.assess import Ground, assessment
from refloat.app.over_time import histories
from refloat.app.workspace import Workspace
from refloat.cli.judging import on_facts
from refloat.cli.over_time import tell_histories
from refloat.cli.shared import DURATION, emit, say
from refloat.cli.verdicts import tell_verdicts
from refloat.model.judgement import ServiceStatus, Severity
from refloat.model.run import Verdict


@click.command("status")
@click.option(
    "--over",
    "span",
    type=DURATION,
    help="Look back over this time (90d): how much of it was each service recoverable within its"
    " targets, and why not else?",
)
@click.option("--every-gap", is_flag=True, help="With --over: list every gap, not the last few.")
@on_facts
def command(
    _workspace: Workspace,
    found: Ground,
    span: timedelta | None,
    every_gap: bool,
    instant: datetime,
    as_json: bool,
) -> int:
    """Say of each service, in two verdicts that are never merged: is there a copy, and would it
    come back in time? With what they rest on, and when the evidence goes stale.

    Exit code 0 when every service is proven, 1 when one failed, 2 when one is unproven or the plan
    has none. With --over: 0 when every service was recoverable all the time, 2 when the plan has
    none, else 1.
    """
    if span is not None:
        return _look_back(found, span, instant, every_gap=every_gap, as_json=as_json)
    judged = assessment(found, instant).services
    if as_json:
        emit(judged)
    else:
        tell_verdicts("", judged)
        for one in judged:
            _explain(one)
    if not judged:
        say("The plan has no service, so nothing can be proven. Write one under services:")
    return _exit_code(judged)


def _look_back(
    found: Ground, span: timedelta, instant: datetime, *, every_gap: bool, as_json: bool
) -> int:
    if span <= timedelta(0):
        raise click.BadParameter(
            "a time to look back over is longer than nothing", param_hint="--over"
        )
    looked = histories(found, span, instant)
    if as_json:
        emit(looked)
    else:
        tell_histories(looked, every_gap=every_gap)
    if not looked:
        say("The plan has no service, so nothing was recoverable. Write one under services:")
        return 2
    return 1 if any(one.gaps for one in looked) else 0


def _explain(judged: ServiceStatus) -> None:
    say("")
    say(judged.name, style="bold")
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
