"""ISM-1511: is everything backed up as often, and kept as long, as the business needs?

Nothing here looks at a backup job: only recovery points, and what was approved, count. Whether
copies are made often enough is seen by the age of the newest one at the instant, by the interval
that is meant to be kept, by the middle one of the last intervals, and by the longest interval of
the last ninety days. Of old copies tools keep fewer and fewer; so an interval counts only where
copies between would still be there, or where the later copy was seen as soon as it was made.
"""

from __future__ import annotations

import bisect
import statistics
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice, pairwise

from refloat.assess import words
from refloat.assess.coverage.retention import Kept, kept
from refloat.assess.coverage.units import seen_stores, units
from refloat.assess.eight.kept import newest_first, quality_of
from refloat.assess.eight.tally import Tally
from refloat.assess.ground.basis import Basis, SeenPoint
from refloat.assess.organisation import Organisation
from refloat.model.judgement import ApprovalState, ObjectiveStatus, ServiceStatus
from refloat.model.plan import Component

INTERVALS = 10
"""How many of the last intervals between copies are looked at."""
FEWEST = 3
"""Of fewer intervals nothing is concluded."""
WINDOW = timedelta(days=90)
"""How far back the longest interval is looked for."""

_NOT_APPROVED = {
    ApprovalState.NO_TARGET: "nobody decided how much of it may be lost",
    ApprovalState.MISSING: "nobody approved how much of it may be lost",
    ApprovalState.STALE: "what was approved is not the target of today",
}


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


def left_out(organisation: Organisation) -> Tally:
    """Say which stores of data were seen that nothing copies, and what tools leave out unsaid."""
    tally = Tally()
    for store in seen_stores(organisation):
        tally.counted += 1
        tally.failing[store.name] = "it holds data, and nothing copies it or leaves it out"
    for one in units(organisation):
        ended = tuple(name for name, _ in one.expired)
        rest = (*one.unaccounted, *one.not_approved, *ended)
        if rest:
            tally.counted += 1
            text = (
                f"{len(rest)} of its {one.counted or one.selected + len(rest)} parts are not "
                f"copied, and nobody's decision leaves them out: {words.listed(rest[:3])}"
            )
            tally.failing.setdefault(one.data_set or one.source, text)
    return tally


def _often(basis: Basis, target: ObjectiveStatus, data_set: str, tally: Tally) -> Iterator[str]:
    seconds = target.target_seconds
    if target.approval in _NOT_APPROVED:
        yield _NOT_APPROVED[target.approval]
    elif target.approval is ApprovalState.CLAIMED:
        tally.claim(data_set, "its target is only said to be approved; nobody signed it")
    points = tuple(islice(newest_first(basis, data_set), INTERVALS + 1))
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
        return
    gap = _longest_gap(basis, data_set, timedelta(seconds=seconds))
    if gap is not None:
        apart = words.duration((gap[1] - gap[0]) / timedelta(seconds=1))
        yield (
            f"nothing of it was copied for {apart} until {words.instant(gap[1])}; {allowed} is the "
            "most that may be"
        )


def _planned_interval(component: Component) -> timedelta | None:
    if component.protection is not None:
        return component.protection.every
    return component.watch.every if component.watch is not None else None


def _usual_interval(points: tuple[SeenPoint, ...]) -> float | None:
    """Give the middle one of the last intervals in seconds; None of too few."""
    times = sorted({one.consistency_time for one in points})
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(times)]
    return statistics.median(gaps) if len(gaps) >= FEWEST else None


def _longest_gap(
    basis: Basis, data_set: str, allowed: timedelta
) -> tuple[datetime, datetime] | None:
    """Give the longest interval that was too long, as far as it is known that there was none."""
    copies = basis.copies(data_set)
    times = copies.times()
    first = bisect.bisect_left(times, basis.instant - WINDOW)
    gaps = [later - earlier for earlier, later in pairwise(times[first:])]
    if len(gaps) < FEWEST or max(gaps) <= allowed:
        return None
    points = copies[first:]
    late = [
        (earlier, later)
        for earlier, later in pairwise(points)
        if later.consistency_time - earlier.consistency_time > allowed
    ]
    shortest = _shortest_life(basis, data_set, points)
    known = [
        (earlier.consistency_time, later.consistency_time)
        for earlier, later in late
        if later.observed_at - later.consistency_time <= allowed
        or (shortest is not None and earlier.consistency_time + shortest >= basis.instant)
    ]
    return max(known, key=lambda gap: gap[1] - gap[0], default=None)


def _shortest_life(basis: Basis, data_set: str, points: Iterable[SeenPoint]) -> timedelta | None:
    """Give how long every copy is kept at least; None if nobody said."""
    watch = basis.component(data_set).watch
    ends = [one.expires_at - one.consistency_time for one in points if one.expires_at is not None]
    return min(ends, default=watch.kept_for if watch is not None else None)


def _long(basis: Basis, data_set: str, tally: Tally) -> Iterator[str]:
    found = kept(basis, data_set)
    if found.agreed is None:
        yield found.why_not
    elif found.actual is None:
        tally.unknown.setdefault(data_set, "nobody knows how long its copies are kept")
    elif found.too_short:
        yield (
            f"its copies are kept for {words.duration(found.actual.total_seconds())}; "
            f"{words.duration(found.agreed.total_seconds())} was agreed"
        )
    elif not _shown(basis, data_set, found):
        tally.claim(data_set, "only the plan says how long its copies are kept")


def _shown(basis: Basis, data_set: str, found: Kept) -> bool:
    """Whether more than words show how long copies are kept: their end, an old one, or Refloat."""
    if found.seen is not None or basis.component(data_set).protection is not None:
        return True
    points = basis.points(data_set)
    old = basis.instant - points[0].consistency_time if points else timedelta(0)
    return found.agreed is not None and old >= found.agreed
