"""Recoverability over time: how much of a time each service was recoverable, and why not else.

Computed from events, never by looking at the clock's every tick. Between two events nothing can
change but the age of the copies, and of that it is known to the microsecond when it becomes too
much. The plan is today's: the question is what today's targets would have said.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from refloat.assess import days, words
from refloat.assess.ground.index import Index
from refloat.assess.ground.representative import comparable
from refloat.assess.ground.seen import SeenPoint
from refloat.assess.over_time.past import Past, Standing, Then, just_after
from refloat.assess.over_time.timeline import Signature, changes
from refloat.model.facts import Facts
from refloat.model.history import Gap, ServiceHistory
from refloat.model.plan import Plan


@dataclass(frozen=True, slots=True)
class _Obstacle:
    """Something that stood in the way from an instant on until another."""

    start: datetime
    end: datetime
    rank: int
    reason: str


_UNPROVEN, _UNCOPIED, _OLD, _NEEDED = range(4)


def over(
    plan: Plan,
    facts: Facts,
    start: datetime,
    end: datetime,
    services: Iterable[str] | None = None,
) -> tuple[ServiceHistory, ...]:
    """Say of each service how much of a time it was recoverable within its targets.

    Args:
        plan: a valid plan; it is applied to all of the time.
        facts: the facts in any order; at each instant those count that were known by then.
        start: the first instant, with a time zone.
        end: the first instant after it.
        services: the services that are asked for; all of them if None.

    Returns:
        Histories in the plan's order. At each instant of the time they say what ``assess`` says.

    Raises:
        ValueError: if the time has no length.
    """
    if start >= end:
        raise ValueError("a time begins before it ends")
    past = Past(Index(plan, facts))
    asked = set(plan.services if services is None else services)
    unproven: dict[str, tuple[_Obstacle, ...]] = {}
    gaps: dict[str, tuple[Gap, ...]] = {}
    for key in past.index.graph.in_order(asked):
        of_recovery, of_copies = _obstacles(past, key, (start, end), unproven)
        unproven[key] = tuple(of_recovery)
        if key in asked:
            gaps[key] = tuple(_gaps((*of_recovery, *of_copies)))
    return tuple(
        _history(plan, key, (start, end), gaps[key]) for key in plan.services if key in gaps
    )


def _history(
    plan: Plan, key: str, span: tuple[datetime, datetime], gaps: tuple[Gap, ...]
) -> ServiceHistory:
    whole = (span[1] - span[0]).total_seconds()
    good = whole - sum(one.seconds for one in gaps)
    return ServiceHistory(key, plan.services[key].name, *span, good, good / whole, gaps)


def _obstacles(
    past: Past,
    key: str,
    span: tuple[datetime, datetime],
    unproven: dict[str, tuple[_Obstacle, ...]],
) -> tuple[list[_Obstacle], list[_Obstacle]]:
    """Give what stood in the way of a proven recovery, and what of copies."""
    recovery, copies = list(_too_old(past, key, span)), []
    name, plan = past.index.plan.services[key].name, past.index.plan
    for start, end, standing in _standings(past, key, span):
        recovery += [_Obstacle(start, end, _UNPROVEN, one) for one in _why(standing)]
        copies += [_Obstacle(start, end, _UNCOPIED, one) for one in standing.uncopied]
        if standing.alone or not standing.proven:
            continue
        for needed in past.index.graph.hard[key]:
            # In a circle, what is not judged yet is taken for not proven, as the assessment does.
            reason = (
                f"{name} needs {plan.services[needed].name}, which was not proven to come back."
            )
            for one in _joined(unproven[needed]) if needed in unproven else (span,):
                begin, until = max(one[0], start), min(one[1], end)
                if begin < until:
                    recovery.append(_Obstacle(begin, until, _NEEDED, reason))
    return recovery, copies


def _why(standing: Standing) -> tuple[str, ...]:
    if standing.proven:
        return ()
    return standing.reasons or ("Its recovery was not proven.",)


def _standings(
    past: Past, key: str, span: tuple[datetime, datetime]
) -> Iterator[tuple[datetime, datetime, Standing]]:
    """Give what was judged apart from ages, for each time between two events."""
    inside = {one for one in _events(past, key) if span[0] < one < span[1]}
    instants = [span[0], *sorted(inside)]
    before: tuple[datetime, Standing] | None = None
    for instant in instants:
        now = past.standing(key, instant)
        if before is not None and now != before[1]:
            yield before[0], instant, before[1]
            before = None
        before = before or (instant, now)
    assert before is not None  # there is a first instant
    yield before[0], span[1], before[1]


def _events(past: Past, key: str) -> set[datetime]:
    """Give every instant at which the standing of a service may change."""
    plan = past.index.plan
    found = set(past.sightings)
    for one in plan.exclusions:
        if one.until is not None:
            found.add(days.end(one.until))
    for service in past.reach(key):
        found |= past.happenings(service)
    for data_set in past.index.graph.own(key):
        if plan.components[data_set].copied:
            found.update(changes(past.line(key, data_set), _Signing(past, key, data_set).of))
            found.update(past.late_versions(key, data_set))
    return found


class _Signing:
    """What of a recovery point matters to the verdicts, apart from its age.

    Versions and sizes are held against those that were drilled; whether a copy was looked for and
    missed, or could not be brought back, depends on which came first.
    """

    def __init__(self, past: Past, service: str, data_set: str) -> None:
        self._plan, self._service = past.index.plan, service
        facts = past.own(service)
        records = [one.record for one in facts.drills]
        self._volumes = sorted(
            {one.environment.volume_bytes.get(data_set, 0) for one in records} - {0}
        )
        marks: set[datetime] = set()
        for record in records:
            marks |= {record.loss_at, record.declared_at}
            point = record.common_recovery_point.points.get(data_set)
            if point is not None:
                marks.add(point.consistency_time)
        for tests in facts.feed.tests.values():
            marks |= {one.point_time for one in tests if one.point_time is not None}
        self._marks = sorted(marks)

    def of(self, point: SeenPoint) -> Signature:
        """Give it."""
        size = point.bytes
        grown = tuple(
            size is not None and not comparable(self._plan, self._service, before, size)
            for before in self._volumes
        )
        ranks = (*self._rank(point.consistency_time), *self._rank(point.observed_at))
        return point.version, point.engine_version, grown, ranks

    def _rank(self, instant: datetime) -> tuple[int, int]:
        return bisect.bisect_left(self._marks, instant), bisect.bisect_right(self._marks, instant)


def _too_old(past: Past, key: str, span: tuple[datetime, datetime]) -> Iterator[_Obstacle]:
    """Give the times in which more would have been lost than is allowed."""
    plan = past.index.plan
    objective = plan.services[key].objectives.get("rpo")
    if objective is None:
        return
    allowed = words.duration(objective.target.total_seconds())
    for data_set in Then(past, span[0]).basis(key).hard_data_sets:
        name = words.component(plan, data_set)
        old = f"The newest copy of {name} was older than the {allowed} that may be lost."
        line = past.line(key, data_set)
        first = line[0].since if line else span[1]
        yield from _within(span, span[0], first, f"No copy of {name} was known.")
        for position, one in enumerate(line):
            until = line[position + 1].since if position + 1 < len(line) else span[1]
            if until <= span[0] or one.since >= span[1]:
                continue
            if one.point is None:
                yield from _within(span, one.since, until, f"No copy of {name} was known.")
                continue
            late = just_after(one.point.consistency_time, objective.target)
            if late < until:
                yield from _within(span, max(late, one.since), until, old)


def _within(
    span: tuple[datetime, datetime], start: datetime, end: datetime, reason: str
) -> Iterator[_Obstacle]:
    start, end = max(start, span[0]), min(end, span[1])
    if start < end:
        yield _Obstacle(start, end, _OLD, reason)


def _joined(obstacles: Sequence[_Obstacle]) -> list[tuple[datetime, datetime]]:
    """Join times that touch or overlap."""
    result: list[tuple[datetime, datetime]] = []
    for one in sorted(obstacles, key=lambda one: (one.start, one.end)):
        if result and one.start <= result[-1][1]:
            result[-1] = (result[-1][0], max(result[-1][1], one.end))
        else:
            result.append((one.start, one.end))
    return result


def _gaps(obstacles: Sequence[_Obstacle]) -> Iterator[Gap]:
    """Cut overlapping obstacles into gaps, each with its first reason and the others behind."""
    edges = sorted({edge for one in obstacles for edge in (one.start, one.end)})
    begins: dict[datetime, list[_Obstacle]] = {}
    for one in obstacles:
        begins.setdefault(one.start, []).append(one)
    current: list[_Obstacle] = []
    last: Gap | None = None
    for position, edge in enumerate(edges[:-1]):
        current = [one for one in current if one.end > edge] + begins.get(edge, [])
        if not current:
            continue
        first, *others = dict.fromkeys(
            one.reason for one in sorted(current, key=lambda one: (one.rank, one.reason))
        )
        gap = Gap(edge, edges[position + 1], first, tuple(others))
        if last is not None and last.end == gap.start and last.reason == gap.reason:
            kept = tuple(one for one in last.others if one in gap.others)
            last = Gap(last.start, gap.end, last.reason, kept)
            continue
        if last is not None:
            yield last
        last = gap
    if last is not None:
        yield last
