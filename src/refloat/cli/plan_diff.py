"""``refloat plan diff``: what a change of the plan does to everything that is judged by it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from refloat.app.plan_diff import compared
from refloat.cli.judging import AS_OF, facts_option, tell_refused
from refloat.cli.shared import as_json, emit, say, tell
from refloat.host.clock import Clock
from refloat.model.difference import PlanDifference, ServiceDifference
from refloat.model.judgement import Finding
from refloat.report.plan_difference import markdown, waves

_PLAN = click.Path(path_type=Path)


@click.command("diff")
@click.argument("old", type=_PLAN)
@click.argument("new", type=_PLAN)
@facts_option(
    "Judge by the facts of this file or folder; may be repeated. Without, by what is"
    " remembered beside NEW."
)
@AS_OF
@click.option("--markdown", "as_markdown", is_flag=True, help="Print Markdown for a pull request.")
@as_json
def command(
    old: Path,
    new: Path,
    paths: tuple[Path, ...],
    as_of: datetime | None,
    as_markdown: bool,
    as_json: bool,
) -> int:
    """Say what the change from plan OLD to plan NEW does to verdicts, findings, order and maturity.

    Both are judged by the same facts. Exit code 1 if the change makes something worse: a verdict is
    lower, a severe finding appears, or the level of maturity falls. So a pipeline can refuse it.
    """
    found = compared(old, new, paths, as_of or Clock().now().wall)
    tell_refused(found.refused)
    if not found.remembered:
        say("No facts were given and none are remembered, so both plans are judged by none.")
    if as_json:
        emit(found.difference)
    elif as_markdown:
        click.echo(markdown(found.difference), nl=False)
    else:
        _tell(found.difference)
    return 1 if found.difference.worse else 0


def _tell(difference: PlanDifference) -> None:
    if difference.nothing:
        tell("The plan means the same as before.")
        return
    for what, keys in (
        ("Services added", difference.services_added),
        ("Services removed", difference.services_removed),
        ("Components added", difference.components_added),
        ("Components removed", difference.components_removed),
    ):
        if keys:
            tell(f"{what}: {', '.join(keys)}")
    for one in difference.services:
        _tell_service(one)
    _tell_findings("Appears", difference.appeared)
    _tell_findings("Goes away", difference.gone)
    if difference.level_before != difference.level_after:
        tell(f"Maturity: {difference.level_before} -> {difference.level_after}")
    for control in difference.controls:
        tell(f"{control.control}: {control.before} -> {control.after}")
    if difference.worse:
        tell()
        tell("This change makes recovery worse:")
        for sentence in difference.worse:
            tell(f"  ✗ {sentence}")
    else:
        tell()
        tell("No service is worse off by this change.")


def _tell_service(one: ServiceDifference) -> None:
    if one.copy_before is not one.copy_after:
        tell(f"{one.name}: copy {one.copy_before} -> {one.copy_after}")
    if one.recovery_before is not one.recovery_after:
        tell(f"{one.name}: recovery {one.recovery_before} -> {one.recovery_after}")
        for reason in one.reasons:
            tell(f"    {reason}")
    if one.order_before != one.order_after:
        was, now = waves(one.order_before), waves(one.order_after)
        tell(f"{one.name}: order of recovery {was} -> {now}")


def _tell_findings(title: str, findings: Sequence[Finding]) -> None:
    for one in findings:
        tell(f"{title} ({one.severity}): {one.sentence} ({one.code}, {one.subject})")
