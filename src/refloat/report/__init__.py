"""What people see: model in, bytes out."""

from __future__ import annotations

from dataclasses import dataclass

from refloat.model.judgement import ComparisonTable, ServiceStatus
from refloat.model.plan import Plan
from refloat.model.run import DrillRecord
from refloat.model.runsheet import RunStep


@dataclass(frozen=True)
class EvidenceReference:
    """Where the evidence of a report lies, and how an outsider verifies it.

    Attributes:
        entry: index of the drill's entry in the ledger; None if there was no drill.
        size: how many entries the ledger had.
        root: the ledger's Merkle root at that size, in hexadecimal.
        key: fingerprint of the key that signed it; compare it with the one that was handed over.
        command: the command that verifies it.

    """

    entry: int | None
    size: int
    root: str
    key: str
    command: str


@dataclass(frozen=True)
class ReportInput:
    """All that a report on one service is made from; the same input gives the same bytes.

    Attributes:
        plan: the plan.
        service: the service's key in it.
        waves: the components that it needs, in recovery order, by waves (``refloat.plan.order``).
        status: what is judged of it at an instant.
        drill: the drill that is shown in full; None if there never was one.
        comparison: backup against recovery, five rows.
        evidence: how to verify it; None if the ledger is empty.
        run_sheet: the recovery as numbered steps for people.

    """

    plan: Plan
    service: str
    waves: tuple[tuple[str, ...], ...]
    status: ServiceStatus
    drill: DrillRecord | None
    comparison: ComparisonTable
    evidence: EvidenceReference | None
    run_sheet: tuple[RunStep, ...] = ()
