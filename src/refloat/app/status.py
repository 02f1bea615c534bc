"""What can be said of a service at an instant: comparison, trace, run sheet, report."""

from __future__ import annotations

import hashlib
from datetime import datetime

from refloat import assess
from refloat.app import memory
from refloat.app.assess import Ground
from refloat.app.workspace import Workspace
from refloat.ledger.log import Ledger
from refloat.model.facts import Facts
from refloat.model.judgement import ComparisonTable, CredentialTrace, ServiceStatus, Trace
from refloat.model.run import DrillRecord
from refloat.model.runsheet import RunStep
from refloat.plan import order
from refloat.report import EvidenceReference, ReportInput
from refloat.report.html import page

VERIFY = "python -m refloat.ledger.verify evidence.json --key evidence.pub"


def compare(found: Ground, service: str, instant: datetime) -> ComparisonTable:
    """Fill the table of backup's answers against recovery's for a service of the plan."""
    return assess.compare(found.plan, found.facts, service, instant)


def traces(found: Ground, instant: datetime, service: str | None = None) -> tuple[Trace, ...]:
    """Walk from each data set of each service, or of one, to who approved its target."""
    chains = assess.traces(found.plan, found.facts, instant)
    return tuple(one for one in chains if service in (None, one.service))


def credentials(
    workspace: Workspace, instant: datetime, service: str | None = None
) -> tuple[CredentialTrace, ...]:
    """Trace each credential that the recovery of each service, or of one, needs (R-004).

    Only the plan is looked at: it works where nothing is remembered, and no secret is fetched.

    Raises:
        MissingInput: if there is no such service.
    """
    keys = workspace.plan.services if service is None else (workspace.service(service).key,)
    return tuple(
        one for key in keys for one in assess.credential_traces(workspace.plan, key, instant)
    )


def run_sheet(workspace: Workspace, service: str, instant: datetime) -> tuple[RunStep, ...]:
    """Write the run sheet of a service: numbered steps for people, in recovery order.

    Raises:
        MissingInput: if there is no such service.
    """
    workspace.service(service)
    return assess.run_sheet(workspace.plan, memory.known(workspace), service, instant)


def report(workspace: Workspace, service: str, instant: datetime) -> bytes:
    """Make the page about a service, as it stood at an instant.

    Raises:
        MissingInput: if there is no such service.
    """
    workspace.service(service)
    plan, facts = workspace.plan, memory.known(workspace).until(instant)
    judged = assess.service_status(plan, service, facts, instant)
    entry, shown = _shown(facts, service, judged)
    return page(
        ReportInput(
            plan=plan,
            service=service,
            waves=order(plan, service),
            status=judged,
            drill=shown,
            comparison=assess.compare(plan, facts, service, instant),
            evidence=_reference(workspace, entry),
            run_sheet=assess.run_sheet(plan, facts, service, instant),
        )
    )


def _shown(
    facts: Facts, service: str, judged: ServiceStatus
) -> tuple[int | None, DrillRecord | None]:
    """Give the drill that decides, or else the newest of the service."""
    deciding = judged.recovery.rests_on
    drills = [drill for drill in facts.drills if drill.record.service == service]
    if deciding is not None:
        drills = [drill for drill in drills if drill.entry == deciding.entry] or drills
    return (drills[-1].entry, drills[-1].record) if drills else (None, None)


def _reference(workspace: Workspace, entry: int | None) -> EvidenceReference | None:
    folder = workspace.state / "ledger"
    if not folder.exists():
        return None
    ledger = Ledger.open(folder)
    checkpoint = ledger.checkpoint()
    return EvidenceReference(
        entry=entry,
        size=checkpoint.size,
        root=checkpoint.root.hex(),
        key=f"sha256:{hashlib.sha256(ledger.public_key_pem()).hexdigest()}",
        command=VERIFY,
    )
