"""One flat view of a recovery point, whoever made it: Refloat itself, or a tool that it watches."""

from __future__ import annotations

import bisect
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import overload

from refloat.model.feed import CopySeen, IntegrityCheck, PointSeen
from refloat.model.packed import NO_POINTS, PackedPoints, ticks, time_of
from refloat.model.points import RecoveryPoint


@dataclass(frozen=True, slots=True)
class SeenPoint:
    """A recovery point as every rule sees it.

    Attributes:
        fact: what was seen.
        entry: the entry of the ledger that recorded it; None for what the feed says.
        own: the point as Refloat made it; None for one of somebody else.
        gone: whether it vanished before its time.
        past: whether its source was to remove it by now, and has not listed it since.
    """

    fact: PointSeen
    entry: int | None = None
    own: RecoveryPoint | None = None
    gone: bool = False
    past: bool = False

    @property
    def reference(self) -> str:
        """Name the fact: ``ledger/7``, or ``bkp01/recovery_point/4711``."""
        if self.entry is not None:
            return f"ledger/{self.entry}"
        return f"{self.fact.source.instance}/recovery_point/{self.fact.external_id}"

    @property
    def observed_at(self) -> datetime:
        """When it was recorded, or seen."""
        return self.fact.observed_at

    @property
    def identity(self) -> str:
        """Its maker's own name of it."""
        return self.fact.external_id

    @property
    def consistency_time(self) -> datetime:
        """When its data was true."""
        return self.fact.consistency_time

    @property
    def bytes(self) -> int | None:
        """Its size; None if nobody said."""
        return self.fact.size_bytes

    @property
    def copies(self) -> tuple[CopySeen, ...]:
        """Where it is kept."""
        return self.fact.copies

    @property
    def repository(self) -> str:
        """The first place where it is kept; empty if nobody said."""
        return self.fact.copies[0].repository if self.fact.copies else ""

    @property
    def version(self) -> str:
        """The version of what it holds; empty if nobody said."""
        return self.fact.version

    @property
    def engine_version(self) -> str:
        """What keeps it, with its version; empty if nobody said."""
        return self.own.engine_version if self.own is not None else ""

    @property
    def eligible(self) -> bool:
        """Whether nothing that is known speaks against restoring from it."""
        return self.fact.eligible and not self.gone

    @property
    def follows(self) -> bool:
        """Whether it follows what it copies (a replica), and is deleted or spoilt with it."""
        return self.fact.level.casefold() == "replica"

    @property
    def doubtful(self) -> bool:
        """Whether nobody knows if it is still there, and whole.

        It was to be removed by now, and nobody has seen it since; or it is a replica, and what
        became of the original may have become of it.
        """
        return self.past or (bool(self.fact.level) and self.follows)

    @property
    def there(self) -> bool:
        """Whether it may be restored from, and nothing says that it was removed by now."""
        return not self.past and self.eligible

    @property
    def expires_at(self) -> datetime | None:
        """When it will be removed; None if nobody said."""
        return self.fact.expires_at

    @property
    def group(self) -> str:
        """The consistency group that it was made with; empty if none."""
        return self.fact.group

    @property
    def integrity(self) -> IntegrityCheck:
        """Whether somebody looked whether it is whole."""
        return self.fact.integrity

    @property
    def complete(self) -> bool | None:
        """Whether everything meant to be in it is; None if nobody said."""
        return self.fact.complete

    @property
    def usable(self) -> str:
        """What its source claims of it."""
        return self.fact.usable

    @property
    def malware(self) -> str:
        """What a scan said of it."""
        return self.fact.malware


class SeenPoints(Sequence[SeenPoint]):
    """Recovery points of one data set, in the order in which their data was true.

    Those of the feed are made into objects when they are asked for. The newest is asked for again
    and again, and is kept.

    Args:
        instant: when; a point whose data was true later is left out.
        told: what the feed tells of them, and stands at the instant.
        own: points that Refloat made.
        gone: digests of those of the feed that vanished before their time.
    """

    __slots__ = ("_gone", "_newest", "_now", "_order", "_own", "_told")

    def __init__(
        self,
        instant: datetime,
        told: PackedPoints = NO_POINTS,
        own: Sequence[SeenPoint] = (),
        gone: frozenset[str] = frozenset(),
    ) -> None:
        self._now = ticks(instant)
        self._told = told
        self._own = own
        self._gone = gone
        self._newest: SeenPoint | None = None
        self._order: Sequence[int] = self._in_order()

    def __len__(self) -> int:
        """Count the points."""
        return len(self._order)

    @overload
    def __getitem__(self, place: int) -> SeenPoint: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[SeenPoint]: ...
    def __getitem__(self, place: int | slice) -> SeenPoint | Sequence[SeenPoint]:
        """Make one point; a slice gives some."""
        if isinstance(place, slice):
            return [self._made(one) for one in self._order[place]]
        at = self._order[place]
        if at != self._order[-1]:
            return self._made(at)
        newest = self._newest
        if newest is None:
            newest = self._newest = self._made(at)
        return newest

    def restorable(self) -> SeenPoints:
        """Give those that may be restored from, removed since or not."""
        told = self._told
        if not self._gone and not self._own and all(told[run.start].eligible for run in told.runs):
            return self  # as nearly always
        some = SeenPoints(time_of(self._now), told, self._own, self._gone)
        chosen = (at for at in self._order if self._made(at).eligible)
        some._order = array("q", chosen)
        return some

    def times(self) -> list[datetime]:
        """Give when the data of each was true, in order."""
        told = self._told.columns
        return [
            time_of(told.true(at))
            if at < told.count
            else self._own[at - told.count].consistency_time
            for at in self._order
        ]

    def still_kept(self) -> int:
        """Count those that were not to be removed by now, as far as anybody said."""
        return sum(not self._is_past(at) for at in self._order)

    def told_last(self) -> datetime | None:
        """Say when any of them was last seen by somebody else than Refloat; None if none was."""
        told = self._told
        known = (at for at in self._order if at < len(told))
        last = max(known, default=None, key=told.columns.observed)
        seen = [] if last is None else [told[last].observed_at]
        seen += [one.observed_at for one in self._own if one.entry is None]
        return max(seen, default=None)

    def in_turn(self) -> Iterator[SeenPoint]:
        """Give what can be restored, the newest first; what was to be removed by now comes last.

        What lies in the very places of the one given before it tells nothing more of where copies
        are, and is left out.
        """
        past = []
        before: tuple[CopySeen, ...] = ()
        for copies, some in self._lying_together():
            if copies and copies == before:
                continue
            for place in some:
                point = self[place]
                if not point.eligible:
                    continue
                if point.doubtful:
                    past.append(point)
                    continue
                yield point
                before = copies
                if copies:
                    break
        yield from past

    def rows(self) -> Iterator[SeenPoint]:
        """Give what can be restored, and was not to be removed by now, the newest first.

        What lies in the very places of the one given before it is left out; not so behind a
        replica, which is none of the copies there.
        """
        before: tuple[CopySeen, ...] = ()
        for copies, some in self._lying_together():
            if copies and copies == before:
                continue
            for point in map(self.__getitem__, some):
                if not point.there:
                    continue
                yield point
                if copies and not point.follows:
                    before = copies
                    break

    def certain(self) -> Iterator[tuple[tuple[CopySeen, ...], Iterator[datetime]]]:
        """Give when the data of all was true that can be restored, and is there for sure.

        Returns:
            Where neighbours lie, and their times, the newest first.
        """
        for copies, some in self._lying_together():
            yield copies, self._certain_times(some)

    def _certain_times(self, places: Iterable[int]) -> Iterator[datetime]:
        told, before, good = self._told, None, False
        for place in places:
            at = self._order[place]
            if at >= len(told):
                one = self._own[at - len(told)]
                if one.eligible and not one.doubtful:
                    yield one.consistency_time
                continue
            if told.alike(at) is not before:  # what is alike can be restored alike
                before, one = told.alike(at), self[place]
                good = one.fact.eligible and not one.follows
            if good and not self._is_past(at) and not self._is_gone(at):
                yield time_of(told.columns.true(at))

    def _lying_together(self) -> Iterable[tuple[tuple[CopySeen, ...], Iterable[int]]]:
        """Give where neighbours lie and which they are, the newest first."""
        last, order, runs = len(self._order) - 1, self._order, self._told.runs
        if not isinstance(order, range):
            return groupby(range(last, -1, -1), key=lambda place: self[place].copies)
        if len(runs) == 1:  # as nearly always
            return ((runs[0].alike.copies, range(last, -1, -1)),)
        return [
            (run.alike.copies, range(min(run.stop - 1, last), run.start - 1, -1))
            for run in reversed(runs)
        ]

    def _in_order(self) -> Sequence[int]:
        """Give the places of the points, those of the feed before Refloat's own, in order."""
        told, own = self._told.columns, self._own
        times = [told.true(at) for at in range(told.count)]
        if not own and times == sorted(set(times)):  # as nearly always
            return range(bisect.bisect_right(times, self._now))
        keys = [(time, 0, told.name(at)) for at, time in enumerate(times)]
        keys += [(ticks(one.consistency_time), one.entry or 0, one.identity) for one in own]
        current = (at for at, key in enumerate(keys) if key[0] <= self._now)
        return array("q", sorted(current, key=keys.__getitem__))

    def _made(self, at: int) -> SeenPoint:
        told = self._told.columns
        if at >= told.count:
            return self._own[at - told.count]
        fact = told.made(at, self._told.alike(at))
        return SeenPoint(fact, gone=self._is_gone(at), past=self._is_past(at))

    def _is_gone(self, at: int) -> bool:
        return bool(self._gone) and self._told.columns.digest(at) in self._gone

    def _is_past(self, at: int) -> bool:
        told = self._told.columns
        if at >= told.count:
            return self._own[at - told.count].past
        expires = told.expires(at)
        return expires is not None and told.observed(at) < expires <= self._now
