"""``refloat assess``: would the business come back, why not, and what is to be done first?"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path

import click

from refloat.app.assess import Ground, assessment
from refloat.app.overview import overview
from refloat.app.workspace import Workspace
from refloat.cli.judging import gate, on_facts, tell_findings
from refloat.cli.pages import page_option, write_page
from refloat.cli.shared import emit, tell
from refloat.cli.verdicts import tell_verdicts
from refloat.model.judgement import Assessment
from refloat.model.run import Verdict


@click.command("assess")
@page_option
@on_facts
def command(
    workspace: Workspace,
    found: Ground,
    instant: datetime,
    write_to: Path | None,
    as_json: bool,
) -> int:
    """Judge the whole organisation: every service in two verdicts, everything that is wrong, the
    most severe first, and what an assessor of the Essential Eight would say of the backups.

    Exit code 1 if a finding is severe, so that a pipeline can gate on it; 0 if none is.
    """
    if write_to is None:
        judged = assessment(found, instant)
    else:
        judged, page = overview(found, instant)
    if as_json:
        emit(judged)
    elif write_to is None:
        tell_verdicts(judged.organisation, judged.services)
        tell_findings(judged.findings)
    if not as_json:
        _sum_up(judged)
    if write_to is not None:
        write_page(write_to, page)
    return gate(judged.findings)


def _sum_up(judged: Assessment) -> None:
    verdicts = Counter(one.recovery.verdict for one in judged.services)
    severities = Counter(one.severity.value for one in judged.findings)
    back = f"{verdicts[Verdict.PROVEN]} of {len(judged.services)} services would come back in time"
    found = ", ".join(f"{count} {name}" for name, count in sorted(severities.items())) or "none"
    tell()
    tell(f"{back}. Findings: {found}.")
    if judged.maturity is not None:
        tell(f"{judged.maturity.label} Aimed at: {judged.maturity.target}.")
