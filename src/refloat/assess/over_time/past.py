"""A service as it was judged at some instant, cheaply, when it is to be judged at many.

The judgement is the same as everywhere. What makes it dear is looking through all recovery points
each time; here the newest of each data set is looked up in a timeline instead. Two things that
change often are left out, and added by the caller as intervals of time: whether the copies are too
old, and whether the services that this one cannot run without are proven.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property

from refloat.assess import days
from refloat.assess.ground.basis import Basis, version_by
from refloat.assess.ground.index import Index
from refloat.assess.ground.moment import Moment
from refloat.assess.ground.own import own_points
from refloat.assess.ground.plan_graph import reached
from refloat.assess.ground.seen import SeenPoint, SeenPoints
from refloat.assess.ground.sights import Sight, ever_needed
from refloat.assess.over_time.timeline import Newest, newest_over_time
from refloat.assess.verdicts.copies import judge_copies
from refloat.assess.verdicts.objectives import judge_objectives
from refloat.assess.verdicts.recoveries import judge_recovery
from refloat.model.facts import Facts
from refloat.model.feed_people import Change
from refloat.model.judgement import CopyVerdict, ObjectiveStatus, RecoveryJudgement
from refloat.model.packed import NO_POINTS, PackedPoints
from refloat.model.run import Verdict

AFTER = timedelta(microseconds=1)
"""The finest step of an instant: what holds at an instant and no longer ends this much later."""


def just_after(instant: datetime, span: timedelta) -> datetime:
    """Give the first instant at which a time from an instant on is over; the last there is, else.

    Sources may tell of any time that a calendar has, and so does a plan.
    """
    return days.later(days.later(instant, span), AFTER)


@dataclass(frozen=True)
class Standing:
    """What is judged of a service, apart from the age of its copies.

    Attributes:
        proven: whether its recovery is proven, if all that it needs is.
        alone: whether it is proven whatever becomes of the services that it needs.
        reasons: why it is not proven; empty if it is.
        copied: whether there is a copy of all that it cannot run without.
        uncopied: why there is not; empty if there is.
    """

    proven: bool
    alone: bool
    reasons: tuple[str, ...]
    copied: bool
    uncopied: tuple[str, ...]


class Past:
    """All facts of an organisation, arranged for many instants.

    Args:
        index: the facts.
    """

    def __init__(self, index: Index) -> None:
        self.index = index
        self._own: dict[str, Facts] = {}
        self._happenings: dict[str, frozenset[datetime]] = {}
        self._lines: dict[str, tuple[Newest, ...]] = {}
        self._versioned: dict[str, tuple[PackedPoints, tuple[SeenPoint, ...]]] = {}
        self._sights: dict[int, tuple[Sight, ...]] = {}

    def own(self, service: str) -> Facts:
        """Give the facts of a service without the recovery points of the feed."""
        if service not in self._own:
            whole = self.index.own(service)
            self._own[service] = replace(whole, feed=replace(whole.feed, points={}))
            for key in self.index.graph.own(service):
                if key not in self._lines:
                    told = whole.feed.points.get(key, NO_POINTS)
                    points = [SeenPoint(one) for one in told]
                    own = own_points(whole.batches, key) if whole.batches else ()
                    self._lines[key] = newest_over_time((*points, *own))
                    if len({one.version for one in (*points, *own)} - {""}) > 1:
                        self._versioned[key] = (told, own)
        return self._own[service]

    def line(self, service: str, data_set: str) -> tuple[Newest, ...]:
        """Give the newest recovery point of a service's own data set over time."""
        self.own(service)
        return self._lines[data_set]

    def newest(self, service: str, data_set: str, instant: datetime) -> SeenPoint | None:
        """Give the newest recovery point at an instant."""
        line = self.line(service, data_set)
        position = bisect.bisect_right(line, instant, key=lambda one: one.since)
        return line[position - 1].point if position else None

    def version_at(self, data_set: str, at: datetime, instant: datetime) -> str:
        """Give the version of a data set at an earlier time, as far as it is known at an instant.

        Where a data set only ever had one version nothing can follow from it: it is empty then.
        """
        if data_set not in self._versioned:
            return ""
        told, own = self._versioned[data_set]
        known = [SeenPoint(one) for one in told.standing(instant)]
        known += [one for one in own if one.observed_at <= instant]
        return version_by(known, at)

    def late_versions(self, service: str, data_set: str) -> Iterator[datetime]:
        """Give when versions of the time of a test were told after it, or told anew."""
        told, own = self._versioned.get(data_set, (NO_POINTS, ()))
        tests = [one for some in self.own(service).feed.tests.values() for one in some]
        times = {one.point_time or one.at for one in tests}
        last: dict[tuple[str, str], tuple[str, datetime]] = {}
        for one in (*(SeenPoint(word) for word in told), *own):
            key = one.fact.source.instance, one.identity
            says = one.version, one.consistency_time
            late = any(one.consistency_time <= at < one.observed_at for at in times)
            if late or last.get(key, says) != says:
                yield one.observed_at
            last[key] = says

    def happenings(self, service: str) -> frozenset[datetime]:
        """Give every instant at which the standing of a service may change by its own facts.

        What changes with its recovery points, or with what was seen to need what, is not among
        them.
        """
        if service not in self._happenings:
            valid = self.index.plan.services[service].evidence_valid_for
            self._happenings[service] = frozenset(_happenings(self.own(service), valid))
        return self._happenings[service]

    def reach(self, service: str) -> frozenset[str]:
        """Name a service and all whose recovery may ever take part in its time."""
        return reached(self._needs, [service])

    @cached_property
    def _needs(self) -> Mapping[str, Iterable[str]]:
        """Give, by service, what it cannot run without by the plan, or was ever seen to need."""
        index, hard = self.index, self.index.graph.hard
        seen = ever_needed(index.graph, index.plan, index.facts)
        return {key: (*some, *seen.get(key, ())) for key, some in hard.items()}

    @cached_property
    def sightings(self) -> tuple[datetime, ...]:
        """Every instant at which what was seen to need what may change."""
        feed, kept = self.index.facts.feed, self.index.plan.policy.observed_for
        seen = {one.observed_at for one in feed.dependencies}
        seen |= {one.at for one in self.index.facts.observations}
        return tuple(sorted({*seen, *(just_after(one, kept) for one in seen)}))

    def seen_at(self, moment: Then) -> tuple[Sight, ...]:
        """Give what was seen and still counts; worked out once for as long as nothing changes."""
        epoch = bisect.bisect_right(self.sightings, moment.instant)
        if epoch not in self._sights:
            self._sights[epoch] = moment.look()
        return self._sights[epoch]

    def standing(self, service: str, instant: datetime) -> Standing:
        """Judge a service at an instant, as if its copies were new enough."""
        moment = Then(self, instant)
        start = moment.basis(service)
        objectives = tuple(_as_new(start, one) for one in judge_objectives(start))
        judged = moment.judged(start, objectives, Verdict.PROVEN)
        alone = judged
        if self.index.graph.hard[service]:
            alone = moment.judged(start, objectives, Verdict.UNPROVEN)
        copies = judge_copies(start)
        return Standing(
            proven=judged.verdict is Verdict.PROVEN,
            alone=alone.verdict is Verdict.PROVEN,
            reasons=judged.reasons,
            copied=copies.verdict is CopyVerdict.YES,
            uncopied=copies.reasons,
        )


class _Thin(Basis):
    """A service with the newest recovery point of each data set, and no others."""

    def points(self, data_set: str) -> SeenPoints:
        """Give the newest recovery point, which is all that the verdicts look at."""
        assert isinstance(self.moment, Then)
        newest = self.moment.past.newest(self.service.key, data_set, self.instant)
        return SeenPoints(self.instant, own=(newest,) if newest is not None else ())

    def version_at(self, data_set: str, at: datetime) -> str:
        """Give the version of an earlier time, of which the newest point says nothing."""
        assert isinstance(self.moment, Then)
        return self.moment.past.version_at(data_set, at, self.instant)


class Then(Moment):
    """An instant of the past: services are looked at by way of the timelines."""

    kind = _Thin

    def __init__(self, past: Past, instant: datetime) -> None:
        super().__init__(past.index, instant)
        self.past = past

    def own(self, service: str) -> Facts:
        """Give the facts of a service without the recovery points of the feed."""
        return self.past.own(service)

    def judged(
        self, start: Basis, objectives: Sequence[ObjectiveStatus], needed: Verdict
    ) -> RecoveryJudgement:
        """Judge a recovery, given a verdict on every service that this one needs."""
        stub = RecoveryJudgement(needed, (), None, None)
        for key in self.index.graph.hard[start.service.key]:
            self.recoveries[key] = stub
        return judge_recovery(start, tuple(objectives))

    @property
    def sights(self) -> tuple[Sight, ...]:
        """What was seen and still counts."""
        return self.past.seen_at(self)

    def look(self) -> tuple[Sight, ...]:
        """Work out what was seen and still counts."""
        return super().sights


def _as_new(start: Basis, one: ObjectiveStatus) -> ObjectiveStatus:
    """Say that the copies are new enough, where there are any to speak of."""
    if one.measure != "rpo" or not start.hard_data_sets:
        return one
    return replace(one, now_met=True)


def _happenings(facts: Facts, valid: timedelta) -> set[datetime]:
    found = {
        one.at
        for some in (facts.drills, facts.approvals, facts.acceptances, facts.interruptions)
        for one in some
    }
    found |= {batch.at for batch in facts.batches if batch.failures}
    found |= {just_after(one.record.declared_at, valid) for one in facts.drills}
    for tests in facts.feed.tests.values():
        for test in tests:
            found |= {max(test.at, test.observed_at), test.observed_at}
            found.add(just_after(test.at, valid))
    for some in facts.feed.changes.values():
        found |= {instant for one in some for instant in _of_change(one)}
    for approvals in facts.feed.approvals.values():
        found |= {instant for one in approvals for instant in (one.observed_at, one.at)}
    return found


def _of_change(change: Change) -> tuple[datetime, datetime]:
    return change.observed_at, max(change.at, change.observed_at)
