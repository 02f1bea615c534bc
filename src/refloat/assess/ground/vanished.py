"""Recovery points that are gone before their time: what ransomware does first.

A source that lists its points lists all of them. When such a *sweep* (the points that one instance
saw of one data set at one time) shows a point just as it was seen before, it is a listing and no
news of a single point; a point that was there before, is not in it, and should have been kept
longer, has vanished. A source may also say outright that a point is deleted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from refloat.model.access import LockMode
from refloat.model.feed import PointSeen
from refloat.model.packed import PackedPoints
from refloat.model.stream import Stream

_HOLDING = frozenset({LockMode.COMPLIANCE, LockMode.WRITE_ONCE})


@dataclass(frozen=True)
class Disappearance:
    """A recovery point vanished before its expiry.

    Attributes:
        point: as it was last seen.
        noticed_at: when its source first no longer had it.
    """

    point: PointSeen
    noticed_at: datetime


def vanished(stream: Stream, instant: datetime) -> tuple[PointSeen, ...]:
    """Give the points that are gone at an instant and should not be, as they were last seen.

    Args:
        stream: the facts; those observed after the instant do not matter.
        instant: when. A point whose time to expire has come by then has not vanished.
    """
    return tuple(one.point for one in disappearances(stream, instant))


def disappearances(stream: Stream, instant: datetime) -> tuple[Disappearance, ...]:
    """Give what ``vanished`` gives, with when each was noticed; by data set, source and id."""
    found = [one for points in stream.points.values() for one in of_data_set(points, instant)]
    return tuple(found)


def of_data_set(points: PackedPoints, instant: datetime) -> tuple[Disappearance, ...]:
    """Give the disappearances among the points of one data set."""
    if points.once and not points.any_deleted:
        return ()  # what was listed once cannot be missing from a later list
    sources: dict[str, _Shelf] = {}
    for (observed_at, instance), sweep in groupby(points, _sweep):
        if observed_at > instant:
            break
        shelf = sources.setdefault(instance, _Shelf())
        shelf.take({one.external_id: one for one in sweep}, observed_at)
    return tuple(one for name in sorted(sources) for one in sources[name].missing_at(instant))


def _sweep(point: PointSeen) -> tuple[datetime, str]:
    return point.observed_at, point.source.instance


class _Shelf:
    """What one source has of one data set, sweep by sweep."""

    def __init__(self) -> None:
        self._there: dict[str, PointSeen] = {}
        self._missing: dict[str, Disappearance] = {}

    def take(self, sweep: dict[str, PointSeen], at: datetime) -> None:
        """Take in one sweep. What is no longer there is looked at once, so all of it is linear."""
        there = self._there
        listing = any(one in there and _same(there[one], sweep[one]) for one in sweep)
        for identity, point in sweep.items():
            if point.deleted:
                self._lose(there.pop(identity, point), at)
            else:
                self._missing.pop(identity, None)
                there[identity] = point
        if listing:
            for identity in [one for one in there if one not in sweep]:
                self._lose(there.pop(identity), at)

    def missing_at(self, instant: datetime) -> Iterator[Disappearance]:
        """Give what is missing and would not have expired by an instant."""
        for identity in sorted(self._missing):
            until = _until(self._missing[identity].point)
            if until is not None and until > instant:
                yield self._missing[identity]

    def _lose(self, point: PointSeen, at: datetime) -> None:
        until = _until(point)
        if until is not None and until > at:
            self._missing.setdefault(point.external_id, Disappearance(point, at))


def _until(point: PointSeen) -> datetime | None:
    """Say until when a point was to be there: until it expires, or as long as a lock holds it."""
    if point.expires_at is not None:
        return point.expires_at
    held = [one.locked_until for one in point.copies if one.locked_until and one.lock in _HOLDING]
    return max(held, default=None)


def _same(before: PointSeen, now: PointSeen) -> bool:
    """Whether a point was listed again as it was: only the time and the line differ."""
    return not now.deleted and before == replace(
        now, observed_at=before.observed_at, digest=before.digest, source=before.source
    )
