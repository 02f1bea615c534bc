"""Backup against recovery: five questions, each answered twice (R-070 to R-075).

What the facts and the plan do not say stands as ``NOT KNOWN``, and each such answer is a finding.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from refloat.assess import words
from refloat.assess.about import called
from refloat.assess.ground.basis import Basis
from refloat.assess.ground.moment import basis
from refloat.assess.ground.plan_graph import rests_on
from refloat.assess.ground.trials import Trial, came_back
from refloat.assess.verdicts.objectives import judge_objectives
from refloat.model.facts import Facts
from refloat.model.judgement import (
    NOT_KNOWN,
    ApprovalState,
    Cell,
    ComparisonRow,
    ComparisonTable,
    Finding,
    ObjectiveStatus,
    Severity,
)
from refloat.model.plan import ComponentKind, Plan, Retention
from refloat.model.run import Outcome, Stage
from refloat.model.stream import standing

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
    return comparison(basis(plan, service, facts, instant))


def comparison(start: Basis) -> ComparisonTable:
    """Fill the table for a service that is looked at already; see ``compare``."""
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
    return ComparisonTable(start.service.key, start.service.name, rows, found)


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
    """Name the service with everything that must come back for it, its own parts first (R-070)."""
    plan = start.plan
    below = rests_on(plan, start.service.needs) - {start.service.key}
    own = [words.component(plan, key) for key in start.strengths]
    others = [called(plan, key) for key in plan.services if key in below]
    names = words.listed(own or others)
    if own and others:
        names += f"; behind it {words.listed(others)}"
    answer = f"{start.service.name}, with {names}" if names else None
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
    return f"every {words.duration(mean)} ({len(points)} copies seen), {_how_long(start, key)}"


def _how_long(start: Basis, key: str) -> str:
    component = start.component(key)
    if component.protection is not None:
        return _kept(component.protection.keep)
    if component.watch is not None and component.watch.kept_for is not None:
        return f"kept for {words.duration(component.watch.kept_for.total_seconds())}"
    return "nobody said how long they are kept"


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
        _Part("lost in the last drill", _achieved(rpo) or _lost_in_test(start)),
        _Part("lost if it happened now", now),
    ]


def _approved(objective: ObjectiveStatus) -> str | None:
    if objective.approval is not ApprovalState.APPROVED or objective.target_seconds is None:
        return None
    return f"{words.duration(objective.target_seconds)}, by {objective.approved_by}"


def _achieved(objective: ObjectiveStatus) -> str | None:
    seconds = objective.achieved_seconds
    return words.duration(seconds) if seconds is not None else None


def _lost_in_test(start: Basis) -> str | None:
    """Say how old the data was that the deciding test of somebody else brought back."""
    trial = start.deciding_trial()
    if trial is None or trial.drill is not None or not trial.passed or trial.point_time is None:
        return None
    return words.duration(max(0.0, (trial.at - trial.point_time).total_seconds()))


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
    """Give the bytes and seconds of the newest trial that has both.

    Of a drill those are its restore steps; of somebody else's test, the whole time that it took.
    """
    for trial in reversed(start.trials()):
        if trial.drill is None:
            if trial.passed and trial.bytes and trial.own_seconds:
                return trial.bytes, trial.own_seconds
            continue
        steps = [
            step
            for step in trial.drill.record.steps
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
        _Part("workaround meanwhile", _workarounds(start)),
    ]


def _workarounds(start: Basis) -> str | None:
    written = [f"{one.name} ({one.how})" for one in start.service.workarounds]
    return start.service.workaround or words.listed(written) or None


def _administrators(start: Basis) -> list[_Part]:
    plan = start.plan
    keys = dict.fromkeys(plan.authority.administer_backups)
    for name in start.data_sets:
        watch = start.component(name).watch
        platform = plan.platforms.get(watch.platform or "") if watch is not None else None
        if platform is not None and platform.administrator is not None:
            keys[platform.administrator] = None
    named = words.listed(words.person(plan, key) for key in keys)
    return [_Part("backup administrator", named or _with_role(start, "backup administrator"))]


def _vendors(start: Basis) -> str | None:
    """Name whom to call outside; None if there are vendors and nobody said."""
    plan = start.plan
    called = [plan.vendors[key] for key in start.moment.index.vendors(start.service.key)]
    parts = [key for key in start.strengths if start.component(key).kind is ComponentKind.VENDOR]
    known = [f"{one.name} ({one.contact})" for one in called if one.contact]
    known += filter(None, (words.person(plan, start.component(key).owner) for key in parts))
    if known:
        return words.listed(known)
    if not called and not parts:
        return _with_role(start, "vendor contact") or "no vendor is in the plan"
    return _with_role(start, "vendor contact")


def _owners(start: Basis) -> list[_Part]:
    plan, service = start.plan, start.service
    speaker = words.person(plan, plan.authority.communicate)
    return [
        _Part("business owner", words.person(plan, service.owner) or None),
        _Part("technical owner", words.person(plan, service.technical_owner) or None),
        _Part("vendor contact", _vendors(start)),
        _Part("communication owner", speaker or _with_role(start, "communication owner")),
    ]


def _with_role(start: Basis, role: str) -> str | None:
    names = [one.name for one in start.plan.people.values() if role in one.roles]
    return words.listed(names) or None


def _restores(start: Basis) -> list[_Part]:
    for trial in reversed(start.trials()):
        back = [key for key in start.data_sets if came_back(trial, key)]
        if back:
            names = words.listed(words.component(start.plan, key) for key in back)
            return [_Part("completed restore", f"{names} on {_when(trial)}")]
    return [_Part("completed restore", None)]


def _when(trial: Trial) -> str:
    where = f"entry {trial.entry}" if trial.entry is not None else trial.reference
    return f"{words.instant(trial.at)}, {where}"


def _validation(start: Basis) -> list[_Part]:
    name = start.service.name
    whole = [one for one in start.trials() if one.counts(start.plan) and one.passed]
    answer = f"{name} came back and did its work on {_when(whole[-1])}" if whole else None
    held = [one for one in standing(start.feed.exercises, start.instant) if one.at <= start.instant]
    practised = None
    if held:
        last = max(held, key=lambda one: (one.at, one.external_id))
        practised = f"{last.what}, on {words.day(last.at)}"
    return [_Part("service validation", answer), _Part("recovery exercise", practised)]
