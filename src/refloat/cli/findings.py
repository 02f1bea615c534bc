"""``refloat findings``: what is wrong, and what changed since another instant."""

from __future__ import annotations

from datetime import datetime

import click

from refloat.app.assess import FindingsQuery, Ground, findings
from refloat.app.workspace import Workspace
from refloat.cli.judging import gate, on_facts, tell_findings
from refloat.cli.shared import INSTANT, emit, say
from refloat.model.judgement import Severity


@click.command("findings")
@click.option("--service", help="Only what endangers this service.")
@click.option("--code", "codes", multiple=True, help="Only findings of this code; may be repeated.")
@click.option(
    "--severity",
    type=click.Choice([one.value for one in Severity]),
    help="Only findings of at least this severity.",
)
@click.option(
    "--since",
    type=INSTANT,
    help="What appeared and what went away between then and now, by the same plan.",
)
@on_facts
def command(
    workspace: Workspace,
    found: Ground,
    service: str | None,
    codes: tuple[str, ...],
    severity: str | None,
    since: datetime | None,
    instant: datetime,
    as_json: bool,
) -> int:
    """List everything that is wrong, the most severe first: what it means for the business, what to
    do next, and since when the facts show it.

    Exit code 1 if a listed finding is severe (with --since: one that appeared), 0 if none is.
    """
    if service is not None:
        workspace.service(service)
    query = FindingsQuery(service, codes, Severity(severity) if severity else None, since)
    listed = findings(found, query, instant)
    if as_json:
        emit(listed)
        return gate(listed.appeared if since else listed.findings)
    if since is None:
        tell_findings(listed.findings)
    else:
        say(f"Appeared since {since:%Y-%m-%d %H:%M} UTC: {len(listed.appeared)}", style="bold")
        tell_findings(listed.appeared)
        say(f"Went away since then: {len(listed.gone)}", style="bold")
        tell_findings(listed.gone)
    if not listed.findings:
        say("Nothing is found.")
    return gate(listed.appeared if since else listed.findings)
