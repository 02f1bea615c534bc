"""What every judgement of one service starts from: the plan, its facts up to an instant, and both.

The facts are cut at the instant once, here, so that no rule can see what came later. A ``Moment``
holds all services of an organisation at one instant; a ``Basis`` is one of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from refloat.assess.ground.own import job_of, own_jobs, own_points
from refloat.assess.ground.paths import RecoveryPath
from refloat.assess.ground.representative import longest_age
from refloat.assess.ground.seen import SeenPoint as SeenPoint
from refloat.assess.ground.seen import SeenPoints as SeenPoints
from refloat.assess.ground.signed import Signed, signed
from refloat.assess.ground.trials import Trial, came_back, trial_of_drill, trial_of_test
from refloat.assess.ground.trials import restored as restored
from refloat.assess.ground.vanished import of_data_set
from refloat.model.facts import DrillFact, Facts, FactType, JobFact
from refloat.model.feed_people import Change
from refloat.model.packed import NO_POINTS
from refloat.model.plan import Component, ComponentKind, Plan, Service, Strength
from refloat.model.run import Outcome
from refloat.model.stream import Stream, standing

HOLDS_DATA = frozenset(
    {
        ComponentKind.DATA,
        ComponentKind.DATABASE,
        ComponentKind.FILES,
        ComponentKind.SETTINGS,
        ComponentKind.MICROSOFT_365,
        ComponentKind.VIRTUAL_MACHINE,
        ComponentKind.DEVICE_IMAGE,
        ComponentKind.IDENTITY,
    }
)
"""Kinds of component that have data of their own."""

_DOUBT = {True: 0, None: 1, False: 2}

if TYPE_CHECKING:
    from refloat.assess.ground.moment import Moment

_EVERY = frozenset(FactType)


@dataclass(frozen=True)
class Part:
    """What belongs to one service at one instant: its data, and the facts about it.

    Attributes:
        plan: the plan.
        service: the service.
        facts: the facts of this service and of its own components that were recorded at or before
            the instant; what was observed is everybody's.
        instant: when.
        strengths: the service's own components, in recovery order; what a needed service rests on
            is that service's matter.
        moment: the whole organisation at this instant.
        types: the types of fact that may be looked at.
    """

    plan: Plan
    service: Service
    facts: Facts
    instant: datetime
    strengths: Mapping[str, Strength]
    moment: Moment = field(repr=False, compare=False)
    types: frozenset[FactType] = _EVERY

    def component(self, key: str) -> Component:
        """Give a component of the plan."""
        return self.plan.components[key]

    @cached_property
    def data_sets(self) -> tuple[str, ...]:
        """Every data set of the service's own that something copies, in recovery order."""
        return tuple(key for key in self.strengths if self.component(key).copied)

    @cached_property
    def hard_data_sets(self) -> tuple[str, ...]:
        """Those that it cannot run without; all of them if none is such."""
        hard = tuple(key for key in self.data_sets if self.strengths[key] is Strength.HARD)
        return hard or self.data_sets

    @property
    def feed(self) -> Stream:
        """The service's own part of the feed; points and jobs by component."""
        return self.facts.feed

    def points(self, data_set: str) -> SeenPoints:
        """Recovery points of a data set that were true by the instant, oldest first.

        Those that cannot be restored from (``eligible``) are among them.
        """
        if FactType.RECOVERY_POINT not in self.types:
            return SeenPoints(self.instant)
        if data_set not in self._points:
            self._points[data_set] = self._seen(data_set)
        return self._points[data_set]

    def newest(self, data_set: str) -> SeenPoint | None:
        """The newest recovery point of a data set that may be restored from, and is still there."""
        return next((one for one in reversed(self.points(data_set)) if one.there), None)

    def version_at(self, data_set: str, at: datetime) -> str:
        """The version of a data set at an earlier time, as points tell; empty if none does."""
        return version_by(self.points(data_set), at)

    @cached_property
    def jobs(self) -> Mapping[str, JobFact]:
        """The last backup job of each data set that ended at or before the instant."""
        if FactType.JOB_COMPLETED not in self.types:
            return {}
        last = own_jobs(self.facts.batches, self.instant) if self.facts.batches else {}
        wide = self.moment.wide_jobs
        for key in self.strengths:
            runs = list(standing(self.feed.jobs.get(key, ()), self.instant))
            if wide and not runs and key not in last:
                tools = {one.fact.source.instance for one in self._seen(key)}
                runs = [wide[name] for name in sorted(tools) if name in wide]
            for run in runs:
                job = job_of(run, key) if run.at <= self.instant else None
                if job is not None and (key not in last or job.at >= last[key].at):
                    last[key] = job
        return last

    @cached_property
    def unaccounted(self) -> tuple[str, ...]:
        """Own components that hold data, which nothing copies and nobody validly left out."""
        left_out = self.excluded
        return tuple(
            key
            for key in self.strengths
            if key not in self.data_sets
            and key not in left_out
            and self.component(key).kind in HOLDS_DATA
        )

    @cached_property
    def excluded(self) -> frozenset[str]:
        """Own components that somebody left out on purpose, with an approval that still holds."""
        return self.moment.excluded & frozenset(self.strengths)

    @cached_property
    def _signed(self) -> tuple[Signed, ...]:
        return signed(self.facts, self.instant)

    @cached_property
    def _points(self) -> dict[str, SeenPoints]:
        return {}

    def _seen(self, data_set: str) -> SeenPoints:
        seen = self.feed.points.get(data_set, NO_POINTS)
        own = own_points(self.facts.batches, data_set) if self.facts.batches else ()
        gone = frozenset(one.point.digest for one in of_data_set(seen, self.instant))
        return SeenPoints(self.instant, seen.standing(self.instant), own, gone)

    @cached_property
    def _drills(self) -> tuple[DrillFact, ...]:
        mine = [one for one in self.facts.drills if one.record.service == self.service.key]
        return tuple(sorted(mine, key=declared))

    @cached_property
    def _trials(self) -> tuple[Trial, ...]:
        key = self.service.key
        return tuple(
            one
            for one in self._all
            if (one.drill is None or one.drill.record.service == key)
            and (one.test is None or one.test.service in ("", key))
        )

    @cached_property
    def _all(self) -> tuple[Trial, ...]:
        """Give every trial that has to do with the service or its data, oldest first."""
        if FactType.RESTORE_TEST not in self.types:
            return ()
        found = [trial_of_drill(one, self.facts.acceptances) for one in self.facts.drills]
        tests = self.feed.tests.get(self.service.key, ())
        if tests:
            known, oldest = _known_bytes(self), _longest_age(self)
            found += [
                trial_of_test(one, self.data_sets, known, oldest)
                for one in standing(tests, self.instant)
                if one.at <= self.instant
            ]
        return tuple(sorted(found, key=_as_decided))

    @cached_property
    def _changes(self) -> tuple[Change, ...]:
        found = [
            one
            for some in self.feed.changes.values()
            for one in standing(some, self.instant)
            if one.material and one.at <= self.instant
        ]
        return tuple(sorted(found, key=lambda one: (one.at, one.subject, one.external_id)))


@dataclass(frozen=True)
class Basis(Part):
    """One service at one instant, as every rule looks at it; it has everything of its part."""

    def drills(self) -> tuple[DrillFact, ...]:
        """Drills of this service, oldest declaration first."""
        return self._drills

    def deciding(self) -> DrillFact | None:
        """The drill that decides; None if there is none, or a later test of the whole decides."""
        trial = self.deciding_trial()
        return trial.drill if trial is not None else None

    def deciding_trial(self) -> Trial | None:
        """The newest trial of the whole service decides.

        A drill that brought back older data than an earlier one says nothing against that one, and
        does not repair what was seen of the newer data.
        """
        return self._deciding

    @cached_property
    def _deciding(self) -> Trial | None:
        chosen: Trial | None = None
        for one in reversed(self.trials()):
            if one.counts(self.plan) and (chosen is None or chosen.tried_less_than(one)):
                chosen = one
        return chosen

    def trials(self) -> tuple[Trial, ...]:
        """Drills and restore tests of this service, or of data sets of its own; oldest first."""
        return self._trials

    def copies(self, data_set: str) -> SeenPoints:
        """Those of the points that may be restored from, removed since or not; oldest first."""
        return self.points(data_set).restorable()

    def last_job(self, data_set: str) -> JobFact | None:
        """How the last backup job of a data set ended."""
        return self.jobs.get(data_set)

    def changes(self) -> tuple[Change, ...]:
        """Material changes of the service, its own components and its vendors, oldest first."""
        return self._changes

    def last_restore(self, data_set: str) -> Trial | None:
        """The newest trial, of whatever service, that tried to bring a data set back."""
        return next(self.restores(data_set), None)

    def restores(self, data_set: str) -> Iterator[Trial]:
        """Give the trials, of whatever service, that tried to bring it back; newest first."""
        return (one for one in reversed(self._all) if one.brought_back(data_set) is not None)

    def failed_restore(self, data_set: str) -> Trial | None:
        """The newest trial that could not bring a data set back, if none did after it."""
        for one in reversed(self._all) if self._any_unproven else ():
            outcome = one.brought_back(data_set)
            if outcome is Outcome.FAILED:
                return one
            if outcome is Outcome.PASSED or came_back(one, data_set):
                return None
        return None

    @cached_property
    def _any_unproven(self) -> bool:
        return any(one.passed is not True for one in self._all)

    def approving(self) -> tuple[Signed, ...]:
        """Give every approval of a target of the service or its components, oldest first."""
        return self._signed

    def path(self, *, observed: bool) -> RecoveryPath:
        """Say how long the service takes to come back, those first that it cannot run without.

        Args:
            observed: whether services that it was seen to need count, beside those of the plan.
        """
        return self.moment.paths(observed=observed).of(self.service.key)

    def seeing(self, types: Iterable[FactType]) -> Basis:
        """Give the same with facts of some types only; a rule is handed no others (R-020)."""
        wanted = frozenset(types)
        less = replace(self, facts=self.facts.only(wanted), types=wanted)
        if FactType.RECOVERY_POINT in wanted:
            less.__dict__["_points"] = self._points
        if FactType.JOB_COMPLETED in wanted:
            less.__dict__["jobs"] = self.jobs
        if FactType.RESTORE_TEST in wanted:
            less.__dict__["_all"] = self._all
        return less


def _known_bytes(part: Part) -> tuple[int, bool] | None:
    """Give the least that a test must restore to be like the real thing; None if nobody knows.

    Beside it: whether that is of all data sets. Of some alone, it shows only what is too little.
    """
    newest = [part.newest(key) for key in part.data_sets]
    sizes = [one.bytes for one in newest if one is not None and one.bytes is not None]
    if not sizes:
        return None
    least = -(-sum(sizes) * part.service.comparable_percent // 100)
    return least, len(sizes) == len(part.data_sets)


def _longest_age(part: Part) -> float:
    ages = [longest_age(part.plan, part.service.key, key) for key in part.data_sets]
    return max((age.total_seconds() for age in ages), default=0.0)


def _as_decided(trial: Trial) -> tuple[datetime, int, int, str]:
    """Order trials by when they began; of two of one instant, the one that fears more decides."""
    return trial.at, _DOUBT[trial.passed], trial.entry or 0, trial.reference


def declared(drill: DrillFact) -> tuple[datetime, int]:
    """Order drills by when they were declared."""
    return drill.record.declared_at, drill.entry


def version_by(points: Iterable[SeenPoint], at: datetime) -> str:
    """Give the version in the last of some points that was true by an instant and names one."""
    told = [one for one in points if one.version and one.consistency_time <= at]
    return max(told, key=true_at).version if told else ""


def true_at(seen: SeenPoint) -> tuple[datetime, int, str]:
    """Order points by when their data was true."""
    return seen.consistency_time, seen.entry or 0, seen.identity
