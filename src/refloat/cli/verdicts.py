"""How the command line shows verdicts: in a table, with signs that can be read without colour."""

from __future__ import annotations

from collections.abc import Sequence

from refloat.cli.shared import table
from refloat.model.judgement import ServiceStatus
from refloat.report.text import HEADINGS, TableRow, verdict_table

SIGNS = {"good": "✓", "bad": "✗", "open": "?"}


def tell_verdicts(title: str, statuses: Sequence[ServiceStatus]) -> None:
    """Print both verdicts of each service, with signs that can be read without colour."""
    table(title, HEADINGS, [_signed(row) for row in verdict_table(statuses)])


def _signed(row: TableRow) -> tuple[str, ...]:
    service, copy, recovery, *rest = row.cells
    return (
        service,
        f"{SIGNS[row.copy_mark]} {copy}",
        f"{SIGNS[row.recovery_mark]} {recovery}",
        *rest,
    )
