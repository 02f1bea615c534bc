"""``refloat canary``: tries, on a canary of Refloat's own, whether somebody could delete copies."""

from __future__ import annotations

import click

from refloat.app.canary import Tried, attempt
from refloat.app.workspace import Workspace
from refloat.cli.shared import after_sweep, as_json, emit, say, tell_remains
from refloat.host.clock import Clock
from refloat.model.errors import UsageProblem


@click.command("canary")
@click.argument("repository")
@click.option(
    "--as-principal",
    "principal",
    required=True,
    metavar="PRINCIPAL",
    help="Whose credential tries it (plan key).",
)
@click.option("--attempt", "meant", is_flag=True, help="Yes: write a canary, and try to delete it.")
@as_json
@after_sweep
def command(
    workspace: Workspace, repository: str, principal: str, meant: bool, as_json: bool
) -> int:
    """Try whether PRINCIPAL could delete copies in REPOSITORY.

    Refloat writes a small snapshot of its own, the canary, and lets the credential that the plan
    gives under the repository's "canary" try to delete it, and it alone. What came of it is
    recorded, and shows in the answers.

    Exit code 0 if it was denied, 1 if it was allowed, 2 if that could not be told.
    """
    if not meant:
        raise UsageProblem(
            f"this writes a canary into {repository}, and tries to delete it as {principal}",
            hint="If that is meant, say so: --attempt.",
        )
    done = attempt(workspace, Clock(), repository, principal)
    if as_json:
        emit(done)
    else:
        _tell(done)
    return {False: 0, True: 1, None: 2}[done.allowed]


def _tell(done: Tried) -> None:
    tell_remains(done.earlier)
    who, where = done.principal, done.repository
    if done.allowed is None:
        say(f"? It could not be told whether {who} could delete copies in {where}: {done.said}")
        say("Nothing was recorded.")
    elif done.allowed:
        say(f"✗ {who} could delete the canary in {where}, and so any copy there.")
    else:
        say(f"✓ {who} could not delete the canary in {where}: {done.said}")
    if done.left:
        say(f"The canary {done.canary[:8]} is left there; it holds nothing.")
    if done.entry is not None:
        say(f"Recorded as evidence {done.entry}.")
