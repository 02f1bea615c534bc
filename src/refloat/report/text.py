"""The verdicts as plain rows for the command line, which only adds colour."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from refloat.assess.words import day, duration
from refloat.model.judgement import ObjectiveStatus, ServiceStatus
from refloat.report._clean import plain
from refloat.report.words import copy_answer, lasted, recovery_answer

HEADINGS = ("Service", "Copy", "Recovery", "RTO", "RPO", "Good until", "Why")


@dataclass(frozen=True)
class TableRow:
    """One service.

    Attributes:
        cells: texts, one for each of HEADINGS.
        copy_mark: ``good``, ``bad`` or ``open``, for the colour of the second cell.
        recovery_mark: the same for the third.

    """

    cells: tuple[str, ...]
    copy_mark: str
    recovery_mark: str


def verdict_table(statuses: Iterable[ServiceStatus]) -> tuple[TableRow, ...]:
    """Say both verdicts of each service, one row a service, in the order given."""
    return tuple(_row(status) for status in statuses)


def _row(status: ServiceStatus) -> TableRow:
    copied, recovered = copy_answer(status), recovery_answer(status)
    expires = status.recovery.expires_at
    why = next(iter((*recovered.reasons, *copied.reasons)), "")
    return TableRow(
        cells=(
            plain(status.name),
            copied.word.lower(),
            recovered.word.lower(),
            _objective(status, "rto"),
            _objective(status, "rpo"),
            day(expires) if expires else "-",
            plain(why),
        ),
        copy_mark=copied.mark,
        recovery_mark=recovered.mark,
    )


def _objective(status: ServiceStatus, measure: str) -> str:
    found: ObjectiveStatus | None = next(
        (one for one in status.objectives if one.measure == measure), None
    )
    if found is None:
        return "no target"
    achieved = lasted(found.achieved_seconds) if found.achieved_seconds is not None else "?"
    target = duration(found.target_seconds) if found.target_seconds is not None else "no target"
    return f"{achieved} of {target}"
