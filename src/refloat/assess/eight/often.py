"""ISM-1511: is everything backed up as often, and kept as long, as the business needs?

Nothing here looks at a backup job: only recovery points, and what was approved, count. Whether
copies are made often enough is seen by the age of the newest one at the instant, by the interval
that is meant to be kept, and by the middle one of the last intervals; a single late copy, long
since made up for, is not held against anybody.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice, pairwise

from refloat.assess import words
from refloat.assess.basis import Basis, SeenPoint
from refloat.assess.eight.kept import newest_first, quality_of
from refloat.assess.eight.tally import Tally
from refloat.model.facts import Facts
from refloat.model.judgement import ApprovalState, ObjectiveStatus, ServiceStatus
from refloat.model.plan import Component, Plan, Retention
from refloat.model.stream import standing

INTERVALS = 10
"""How many of the last intervals between copies are looked at."""
FEWEST = 3
"""Of fewer intervals nothing is concluded."""

_NOT_APPROVED = {
    ApprovalState.NO_TARGET: "nobody decided how much of it may be lost",
    ApprovalState.MISSING: "nobody approved how much of it may be lost",
    ApprovalState.STALE: "what was approved is not the target of today",
}
_UNITS = (("hourly", 1), ("daily", 24), ("weekly", 168), ("monthly", 720), ("yearly", 8760))


def backed_up(basis: Basis, status: ServiceStatus) -> Tally:
    """Say of each data set of a service whether it is copied often enough and kept long enough."""
    tally = Tally()
    target = status.objective("rpo")
    for data_set in basis.data_sets:
        tally.counted += 1
        reasons = list(_often(basis, target, data_set, tally))
        reasons += _long(basis, data_set, tally)
        if reasons:
            tally.failing[data_set] = "; ".join(reasons)
    for key in status.coverage.unaccounted:
        tally.counted += 1
        tally.failing[key] = "nothing copies it, and nobody decided to leave it out"
    return tally


def left_out(plan: Plan, facts: Facts, instant: datetime) -> Tally:
    """Say which data stores were seen that no plan knows, and what tools leave out unsaid."""
    tally = Tally()
    known = {key.casefold() for key in (*plan.components, *plan.services)}
    known |= {one.name.casefold() for one in plan.components.values()}
    known |= {one.name.casefold() for one in plan.services.values()}
    known |= {one.what.casefold() for one in plan.exclusions}
    for store in standing(facts.feed.dependencies, instant):
        fresh = instant - store.observed_at <= plan.policy.observed_for
        if store.holds_data and fresh and store.component.casefold() not in known:
            tally.counted += 1
            tally.failing[store.component] = "it holds data, and the plan does not know it"
    for scope in standing(facts.feed.scopes, instant):
        said = {*scope.selected, *(one.what for one in scope.excluded)}
        rest = [one for one in scope.inventory if one not in said]
        if rest:
            tally.counted += 1
            name = scope.data_set or scope.source.instance
            text = f"{len(rest)} of {len(scope.inventory)} parts of it are not copied: "
            tally.failing.setdefault(name, text + words.listed(rest[:3]))
    return tally


def _often(basis: Basis, target: ObjectiveStatus, data_set: str, tally: Tally) -> Iterator[str]:
    seconds = target.target_seconds
    if target.approval in _NOT_APPROVED:
        yield _NOT_APPROVED[target.approval]
    elif target.approval is ApprovalState.CLAIMED:
        tally.claim(data_set, "its target is only said to be approved; nobody signed it")
    points = newest_first(basis, data_set)
    if not points:
        tally.unknown[data_set] = "no copy of it was ever seen that can be used"
        return
    newest = points[0]
    tally.rest(
        quality_of(newest),
        f"{data_set}: its copies, as their tool tells of them",
        newest.reference,
        newest.consistency_time,
        timedelta(seconds=seconds) if seconds is not None else None,
    )
    if seconds is None:
        return
    allowed = words.duration(seconds)
    age = (basis.instant - newest.consistency_time).total_seconds()
    if age > seconds:
        yield f"its newest copy is {words.duration(age)} old; {allowed} is the most that may be"
    planned = _planned_interval(basis.component(data_set))
    if planned is not None and planned.total_seconds() > seconds:
        often = words.duration(planned.total_seconds())
        yield f"it is meant to be copied every {often}; {allowed} is the most that may be"
    usual = _usual_interval(points)
    if usual is not None and usual > seconds:
        yield f"it is copied every {words.duration(usual)}; {allowed} is the most that may be"


def _planned_interval(component: Component) -> timedelta | None:
    if component.protection is not None:
        return component.protection.every
    return component.watch.every if component.watch is not None else None


def _usual_interval(points: tuple[SeenPoint, ...]) -> float | None:
    """Give the middle one of the last intervals in seconds; None of too few."""
    times = sorted({one.consistency_time for one in islice(points, INTERVALS + 1)})
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(times)]
    return statistics.median(gaps) if len(gaps) >= FEWEST else None


def _long(basis: Basis, data_set: str, tally: Tally) -> Iterator[str]:
    component = basis.component(data_set)
    if component.retention is None:
        yield "nobody decided how long its copies are kept"
        return
    wanted = component.retention.target
    points = newest_first(basis, data_set)
    if not points:
        return
    kept, shown = _kept_for(component, points[0])
    if kept is not None and kept < wanted:
        yield (
            f"its copies are kept for {words.duration(kept.total_seconds())}; "
            f"{words.duration(wanted.total_seconds())} was decided"
        )
    elif not shown and basis.instant - _oldest(basis, data_set) < wanted:
        if kept is None:
            tally.unknown.setdefault(data_set, "nobody knows how long its copies are kept")
        else:
            tally.claim(data_set, "only the plan says how long its copies are kept")


def _kept_for(component: Component, newest: SeenPoint) -> tuple[timedelta | None, bool]:
    """Give how long copies are kept, and whether that is more than a claim; None if not known."""
    if newest.expires_at is not None:
        return newest.expires_at - newest.consistency_time, True
    if component.protection is not None:
        keep = component.protection.keep
        return (timedelta.max if keep is None else _span(keep)), True
    return (component.watch.kept_for if component.watch is not None else None), False


def _span(keep: Retention) -> timedelta:
    """Give how far back a retention reaches; what it says by number alone reaches nowhere."""
    return timedelta(hours=max(getattr(keep, name) * hours for name, hours in _UNITS))


def _oldest(basis: Basis, data_set: str) -> datetime:
    return basis.points(data_set)[0].consistency_time
