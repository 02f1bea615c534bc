"""Backup against recovery: five questions, each answered twice (R-070 to R-075).

What the facts and the plan do not say stands as ``NOT KNOWN``, and each such answer is a finding.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from refloat.assess import words
from refloat.assess.basis import Basis, basis
from refloat.assess.history import last_representative
from refloat.assess.objectives import judge_objectives
from refloat.model.facts import DrillFact, Facts
from refloat.model.judgement import (
    NOT_KNOWN,
    ApprovalState,
    Cell,
    ComparisonRow,
    ComparisonTable,
    Finding,
    ObjectiveStatus,
    RepresentativeStatus,
    Severity,
)
from refloat.model.plan import ComponentKind, Plan, Retention
from refloat.model.run import Outcome, Stage, Verdict

BACKUP, RECOVERY = "backup", "recovery"


@dataclass(frozen=True)
class _Part:
    """One part of an answer.

    Attributes:
        label: what it is about.
        answer: what is known of it; None if nothing is.
        asked: what to find out if nothing is known; empty where the label says it.
    """

    label: str
    answer: str | None
    asked: str = ""


def compare(plan: Plan, facts: Facts, service: str, instant: datetime) -> ComparisonTable:
    """Fill the table for a service at an instant.

    Args:
        plan: a valid plan.
        facts: the facts in any order; those recorded after the instant are passed over.
        service: the service's key.
        instant: when.

    Returns:
        Exactly five rows of two answers, and a finding for each answer with an unknown part.

    Raises:
        MissingInput: if the plan has no such service.
    """
    start = basis(plan, service, facts, instant)
    rows = (
        _row("R-070", "What is protected?", _copies(start), _closure(start)),
        _row("R-071", "How much data can be lost?", _frequency(start), _loss(start)),
        _row("R-072", "How quickly can work resume?", _speed(start), _time(start)),
        _row("R-073", "Who acts?", _administrators(start), _owners(start)),
        _row("R-074", "How is success proven?", _restores(start), _validation(start)),
    )
    found = tuple(
        _unknown(start, row, side, cell)
        for row in rows
        for side, cell in ((BACKUP, row.backup), (RECOVERY, row.recovery))
        if not cell.known
    )
    return ComparisonTable(service, start.service.name, rows, found)


def _row(
    requirement: str, question: str, backup: Sequence[_Part], recovery: Sequence[_Part]
) -> ComparisonRow:
    return ComparisonRow(requirement, question, _cell(backup), _cell(recovery))


def _cell(parts: Sequence[_Part]) -> Cell:
    missing = tuple(part.asked or part.label for part in parts if not part.answer)
    if len(missing) == len(parts):
        return Cell(NOT_KNOWN, False, missing)
    texts = [
        part.answer if len(parts) == 1 else f"{part.label}: {part.answer or NOT_KNOWN}"
        for part in parts
    ]
    return Cell("; ".join(text for text in texts if text), not missing, missing)


def _unknown(start: Basis, row: ComparisonRow, side: str, cell: Cell) -> Finding:
    asked = "backups" if side == BACKUP else "disaster recovery"
    what = words.listed(cell.missing)
    return Finding(
        "ANSWER_NOT_KNOWN",
        (row.requirement, "R-075"),
        Severity.MEDIUM,
        f"service {start.service.key}, {row.question}",
        f"Of the {asked} of {start.service.name} nobody can answer: {row.question} "
        f"Not known: {what}.",
        f"Find out: {what}.",
        {"side": side, "missing": cell.missing},
    )


def _copies(start: Basis) -> list[_Part]:
    parts: list[_Part] = []
    for key in start.data_sets:
        name, newest = words.component(start.plan, key), start.newest(key)
        answer = None
        if newest is not None:
            size = f", {words.size(newest.bytes)}" if newest.bytes is not None else ""
            answer = f"{words.instant(newest.consistency_time)}{size}"
        parts.append(_Part(name, answer, f"the newest copy of {name}"))
    return parts or [_Part("any protected data of it", None)]


def _closure(start: Basis) -> list[_Part]:
    names = [words.component(start.plan, key) for key in start.strengths]
    answer = f"{start.service.name}, with {words.listed(names)}" if names else None
    return [_Part("what the service depends on", answer)]


def _frequency(start: Basis) -> list[_Part]:
    parts = []
    for key in start.data_sets:
        name = words.component(start.plan, key)
        parts.append(_Part(name, _interval(start, key), f"how often {name} is backed up"))
    return parts or [_Part("how often it is backed up", None)]


def _interval(start: Basis, key: str) -> str | None:
    points = start.points(key)
    if len(points) < 2:
        return None
    first, last = points[0].consistency_time, points[-1].consistency_time
    mean = (last - first).total_seconds() / (len(points) - 1)
    protection = start.component(key).protection
    kept = _kept(protection.keep) if protection is not None else ""
    return f"every {words.duration(mean)} ({len(points)} copies seen), {kept}"


def _kept(keep: Retention | None) -> str:
    if keep is None:
        return "nothing is ever removed"
    rules = ("last", "hourly", "daily", "weekly", "monthly", "yearly")
    counts = [f"{getattr(keep, rule)} {rule}" for rule in rules if getattr(keep, rule)]
    return f"kept: {words.listed(counts)}" if counts else "none is kept"


def _loss(start: Basis) -> list[_Part]:
    rpo = judge_objectives(start)[0]
    now = words.duration(rpo.now_seconds) if rpo.now_seconds is not None else None
    return [
        _Part("approved target", _approved(rpo)),
        _Part("lost in the last drill", _achieved(rpo)),
        _Part("lost if it happened now", now),
    ]


def _approved(objective: ObjectiveStatus) -> str | None:
    if objective.approval is not ApprovalState.APPROVED or objective.target_seconds is None:
        return None
    return f"{words.duration(objective.target_seconds)}, by {objective.approved_by}"


def _achieved(objective: ObjectiveStatus) -> str | None:
    seconds = objective.achieved_seconds
    return words.duration(seconds) if seconds is not None else None


def _speed(start: Basis) -> list[_Part]:
    """Estimate the restore: the newest copies' bytes over the speed that drills measured."""
    moved, seconds = _throughput(start)
    sizes = [start.newest(key) for key in start.data_sets]
    known = [one.bytes for one in sizes if one is not None and one.bytes is not None]
    if not moved or not seconds or not sizes or len(known) < len(sizes):
        return [_Part("restore speed", None)]
    total = sum(known)
    speed = moved / seconds
    return [
        _Part(
            "restore speed",
            f"about {words.duration(total / speed)} for {words.size(total)}, "
            f"at {words.size(speed)} a second as measured",
        )
    ]


def _throughput(start: Basis) -> tuple[int, float]:
    """Give the bytes and seconds of every restore step in the newest drill that has one."""
    for drill in reversed(start.drills()):
        steps = [
            step
            for step in drill.record.steps
            if step.stage is Stage.RESTORE and step.outcome is Outcome.PASSED and step.bytes
        ]
        if steps:
            moved = sum(step.bytes or 0 for step in steps)
            return moved, sum(step.ended - step.started for step in steps)
    return 0, 0.0


def _time(start: Basis) -> list[_Part]:
    rto = judge_objectives(start)[1]
    achieved, tested = _achieved(rto), None
    if achieved is not None:
        target = rto.target_seconds
        allowed = f", {words.duration(target)} allowed" if target is not None else ""
        tested = f"{achieved}{allowed}"
    return [
        _Part("tested recovery time", tested),
        _Part("workaround meanwhile", start.service.workaround or None),
    ]


def _administrators(start: Basis) -> list[_Part]:
    return [_Part("backup administrator", _with_role(start, "backup administrator"))]


def _owners(start: Basis) -> list[_Part]:
    plan, service = start.plan, start.service
    vendors = [key for key in start.strengths if start.component(key).kind is ComponentKind.VENDOR]
    contacts = [words.person(plan, start.component(key).owner) for key in vendors]
    vendor = _with_role(start, "vendor contact") or words.listed(filter(None, contacts)) or None
    if vendor is None and not vendors:
        vendor = "no vendor is in the plan"
    return [
        _Part("business owner", words.person(plan, service.owner) or None),
        _Part("technical owner", words.person(plan, service.technical_owner) or None),
        _Part("vendor contact", vendor),
        _Part("communication owner", _with_role(start, "communication owner")),
    ]


def _with_role(start: Basis, role: str) -> str | None:
    names = [one.name for one in start.plan.people.values() if role in one.roles]
    return words.listed(names) or None


def _restores(start: Basis) -> list[_Part]:
    history = last_representative(start)
    drill = _newest_restore(start, history)
    if drill is None:
        return [_Part("completed restore", None)]
    names = [words.component(start.plan, key) for key in _back(drill)]
    when = words.instant(drill.record.declared_at)
    return [_Part("completed restore", f"{words.listed(names)} on {when}, entry {drill.entry}")]


def _newest_restore(start: Basis, history: RepresentativeStatus) -> DrillFact | None:
    entries = {seen.entry for seen in history.not_counted}
    if history.drill is not None:
        entries.add(history.drill.entry)
    for drill in reversed(start.drills()):
        if drill.entry in entries and _back(drill):
            return drill
    return None


def _back(drill: DrillFact) -> list[str]:
    return [
        step.component
        for step in drill.record.steps
        if step.component and step.stage is Stage.RESTORE and step.outcome is Outcome.PASSED
    ]


def _validation(start: Basis) -> list[_Part]:
    proven = [one for one in start.drills() if one.record.verdict is Verdict.PROVEN]
    answer = None
    if proven:
        last = proven[-1]
        when = words.instant(last.record.declared_at)
        answer = f"{start.service.name} came back and did its work on {when}, entry {last.entry}"
    # No fact of an exercise exists yet: people's decisions are not known to have been practised.
    return [_Part("service validation", answer), _Part("recovery exercise", None)]
