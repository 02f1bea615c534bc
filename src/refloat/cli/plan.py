"""``refloat plan``: is it right, what does it mean, in which order do things come back?"""

from __future__ import annotations

import json
from dataclasses import dataclass

import click

from refloat.app.status import run_sheet
from refloat.app.workspace import Workspace, catalogue
from refloat.cli import plan_diff
from refloat.cli.shared import as_json, emit, in_workspace, say, seconds, table, tell
from refloat.host.clock import Clock
from refloat.model.plan import Plan
from refloat.model.runsheet import RunStep
from refloat.plan import fingerprint, order, schema, service_fingerprint


@dataclass(frozen=True)
class Fingerprints:
    """The plan's digest, and each service's with all that it needs."""

    plan: str
    services: dict[str, str]


@click.group("plan")
def command() -> None:
    """Check the plan; print its schema, fingerprint and recovery order; compare two plans."""


command.add_command(plan_diff.command)


@command.command("check")
@as_json
@in_workspace
def check(workspace: Workspace, as_json: bool) -> int:
    """Read the plan; print every complaint with its place. Exit code 65 if there is any."""
    plan = workspace.plan
    if as_json:
        emit(
            {
                "valid": True,
                "files": [file.name for file in workspace.plan_files],
                "counts": _counts(plan),
                "services": list(plan.services),
                "components": list(plan.components),
            }
        )
    else:
        parts = [
            f"{count:,} {_ONE.get(name, name[:-1]) if count == 1 else name}"
            for name, count in _counts(plan).items()
            if count or name in ("services", "components")
        ]
        files = len(workspace.plan_files)
        where = f" ({files} files)" if files > 1 else ""
        say(f"{workspace.plan_path.name}{where} is fine: {', '.join(parts)}")
    return 0


_COUNTED = (
    "services",
    "components",
    "people",
    "repositories",
    "platforms",
    "principals",
    "vendors",
    "documents",
    "channels",
    "facilities",
    "exclusions",
)
_ONE = {"people": "person", "repositories": "repository", "facilities": "facility"}


def _counts(plan: Plan) -> dict[str, int]:
    """Count what is in a plan, part by part."""
    return {name: len(getattr(plan, name)) for name in _COUNTED}


@command.command("schema")
@as_json
def print_schema(as_json: bool) -> int:
    """Print the JSON Schema that editors use to complete and check a plan."""
    click.echo(json.dumps(schema(catalogue()), ensure_ascii=False, indent=2))
    return 0


@command.command("fingerprint")
@click.argument("service", required=False)
@as_json
@in_workspace
def print_fingerprint(workspace: Workspace, service: str | None, as_json: bool) -> int:
    """Print the digest of what the plan means, or of SERVICE with all that it needs.

    Comments, order of keys and formatting do not change it; any meaning does.
    """
    plan = workspace.plan
    if service is not None:
        workspace.service(service)
    if as_json:
        emit(
            Fingerprints(
                fingerprint(plan), {key: service_fingerprint(plan, key) for key in plan.services}
            )
        )
    else:
        tell(service_fingerprint(plan, service) if service else fingerprint(plan))
    return 0


@command.command("order")
@click.argument("service")
@click.option("--steps", "with_steps", is_flag=True, help="As a run sheet: who does what, when.")
@as_json
@in_workspace
def print_order(workspace: Workspace, service: str, with_steps: bool, as_json: bool) -> int:
    """Print the recovery order of SERVICE in waves; what is in one wave may come back together.

    With --steps as a run sheet for people: numbered, one action a step, with who does it, how long
    it took when it was last drilled, how one sees that it is done, and what must be done before.
    """
    workspace.service(service)
    waves = order(workspace.plan, service)
    if with_steps:
        _print_steps(run_sheet(workspace, service, Clock().now().wall), as_json)
    elif as_json:
        emit(waves)
    else:
        for number, wave in enumerate(waves, start=1):
            tell(f"{number}. {', '.join(wave)}")
    return 0


def _print_steps(steps: tuple[RunStep, ...], as_json: bool) -> None:
    if as_json:
        emit(steps)
        return
    rows = [
        (
            str(step.number),
            step.action,
            step.who,
            seconds(step.expected_seconds),
            step.verification,
            ", ".join(map(str, step.after)),
        )
        for step in steps
    ]
    table("", ("step", "do", "who", "took", "done when", "after"), rows)
