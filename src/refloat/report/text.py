"""The verdicts as plain rows for the command line, which only adds colour."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from refloat.assess.words import day, duration
from refloat.model.judgement import ObjectiveStatus, ServiceStatus
from refloat.model.run import DrillRecord, Measurement, Outcome
from refloat.report._clean import plain
from refloat.report.words import copy_answer, lasted, mark, recovery_answer

HEADINGS = ("Service", "Copy", "Recovery", "RTO", "RPO", "Good until", "Why")

_WORST_FIRST = (Outcome.FAILED, Outcome.COULD_NOT_RUN, Outcome.PASSED)


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


@dataclass(frozen=True)
class DrillRow:
    """One line about a drill: what, how it ended (symbol and words), and more in words."""

    what: str
    mark: str
    words: str
    detail: str


def verdict_table(statuses: Iterable[ServiceStatus]) -> tuple[TableRow, ...]:
    """Say both verdicts of each service, one row a service, in the order given."""
    return tuple(_row(status) for status in statuses)


def drill_table(record: DrillRecord) -> tuple[DrillRow, ...]:
    """Say what a drill showed: verdict, times, checks by outcome, teardown; failures by name."""
    rows = [
        DrillRow(
            plain(record.service_name),
            mark(record.verdict),
            str(record.verdict),
            plain(record.reasons[0]) if record.reasons else "it came back within its targets",
        ),
        _measured("Recovery time (RTO)", record.rto),
        _measured("Loss of data (RPO)", record.rpo),
    ]
    counts = {one: sum(check.outcome is one for check in record.checks) for one in _WORST_FIRST}
    worst = next((one for one, count in counts.items() if count), None)
    words = ", ".join(f"{count} {one}" for one, count in counts.items() if count)
    rows.append(DrillRow("Checks", mark(worst), words or "none ran", ""))
    rows += [
        DrillRow(
            f"  {plain(check.name)}",
            mark(check.outcome),
            str(check.outcome),
            f"expected {plain(check.expected)}; saw {plain(check.seen)}",
        )
        for check in record.checks
        if check.outcome is not Outcome.PASSED
    ]
    if record.teardown is not None:
        left = "nothing left" if record.teardown.clean else "something was left behind"
        rows.append(DrillRow("Taken down", mark(record.teardown.clean), left, ""))
    return tuple(rows)


def lines(rows: Iterable[TableRow]) -> str:
    """Lay the verdict table out in columns of plain text, for where there is no terminal."""
    kept = tuple(rows)
    table = [HEADINGS[:-1], *(row.cells[:-1] for row in kept)]
    widths = [max(len(cells[column]) for cells in table) for column in range(len(table[0]))]
    result = []
    for cells, row in zip(table, (None, *kept), strict=True):
        padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
        result.append("  ".join(padded).rstrip())
        if row is not None and row.cells[-1]:
            result.append(f"    {row.cells[-1]}")
    return "\n".join(result) + "\n"


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


def _measured(what: str, taken: Measurement) -> DrillRow:
    words = lasted(taken.measured_seconds) if taken.measured_seconds is not None else "unknown"
    target = "no target is set"
    if taken.target_seconds is not None:
        target = f"at most {duration(taken.target_seconds)} allowed"
        target += "" if taken.approved else ", which nobody has approved"
    return DrillRow(what, mark(taken.met), words, target)
