"""What every judgement of one service starts from: the plan, its facts up to an instant, and both.

The facts are cut at the instant once, here, so that no rule can see what came later. A ``Moment``
holds all services of an organisation at one instant; a ``Basis`` is one of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property

from refloat.assess.approvals import Signed, signed
from refloat.assess.index import Index
from refloat.assess.own import job_of, own_jobs, own_points
from refloat.assess.paths import OwnTime, Paths, RecoveryPath
from refloat.assess.plan_graph import rests_on
from refloat.assess.representative import longest_age
from refloat.assess.seen import SeenPoint as SeenPoint
from refloat.assess.sights import Node, Sight, known_names, service_pairs, sights
from refloat.assess.trials import Trial, trial_of_drill, trial_of_test
from refloat.assess.trials import restored as restored
from refloat.assess.undocumented import minus_documented
from refloat.model.errors import MissingInput
from refloat.model.facts import DrillFact, Facts, FactType, JobFact
from refloat.model.feed import JobRun
from refloat.model.feed_people import Change
from refloat.model.judgement import ObjectiveStatus, RecoveryJudgement
from refloat.model.observations import Undocumented
from refloat.model.plan import Component, ComponentKind, Plan, Service, Strength
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

_EVERY = frozenset(FactType)


@dataclass(frozen=True)
class Basis:
    """One service at one instant.

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

    def drills(self) -> tuple[DrillFact, ...]:
        """Drills of this service, oldest declaration first."""
        return self._drills

    def deciding(self) -> DrillFact | None:
        """The drill that decides; None if there is none, or a later test of the whole decides."""
        trial = self.deciding_trial()
        return trial.drill if trial is not None else None

    def deciding_trial(self) -> Trial | None:
        """The newest trial of the whole service: it decides."""
        return next((one for one in reversed(self.trials()) if one.counts(self.plan)), None)

    def trials(self) -> tuple[Trial, ...]:
        """Drills and restore tests of this service, or of data sets of its own; oldest first."""
        return self._trials

    def points(self, data_set: str) -> tuple[SeenPoint, ...]:
        """Recovery points of a data set that were true by the instant, oldest first.

        Those that cannot be restored from (``eligible``) are among them.
        """
        if FactType.RECOVERY_POINT not in self.types:
            return ()
        if data_set not in self._points:
            self._points[data_set] = self._seen(data_set)
        return self._points[data_set]

    def copies(self, data_set: str) -> tuple[SeenPoint, ...]:
        """Those of the points that may be restored from, oldest first."""
        return tuple(one for one in self.points(data_set) if one.eligible)

    def newest(self, data_set: str) -> SeenPoint | None:
        """The newest recovery point of a data set that may be restored from."""
        return next((one for one in reversed(self.points(data_set)) if one.eligible), None)

    def last_job(self, data_set: str) -> JobFact | None:
        """How the last backup job of a data set ended."""
        return self.jobs.get(data_set)

    @cached_property
    def jobs(self) -> Mapping[str, JobFact]:
        """The last backup job of each data set that ended at or before the instant."""
        if FactType.JOB_COMPLETED not in self.types:
            return {}
        last = own_jobs(self.facts.batches, self.instant) if self.facts.batches else {}
        wide = self._wide_jobs
        for key in self.strengths:
            runs = list(standing(self.feed.jobs.get(key, ()), self.instant))
            if wide and not runs and key not in last:
                runs = [wide[name] for name in self._tools(key) if name in wide]
            for run in runs:
                job = job_of(run, key) if run.at <= self.instant else None
                if job is not None and (key not in last or job.at >= last[key].at):
                    last[key] = job
        return last

    def changes(self) -> tuple[Change, ...]:
        """Material changes of the service, its own components and its vendors, oldest first."""
        return self._changes

    def last_restore(self, data_set: str) -> Trial | None:
        """The newest trial, of whatever service, that tried to bring a data set back."""
        return next(
            (one for one in reversed(self._all) if one.brought_back(data_set) is not None), None
        )

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
    def _points(self) -> dict[str, tuple[SeenPoint, ...]]:
        return {}

    def _seen(self, data_set: str) -> tuple[SeenPoint, ...]:
        told = standing(self.feed.points.get(data_set, ()), self.instant)
        found = [SeenPoint(one) for one in told]
        if self.facts.batches:
            found += own_points(self.facts.batches, data_set)
        current = [one for one in found if one.consistency_time <= self.instant]
        return tuple(sorted(current, key=true_at))

    @cached_property
    def _wide_jobs(self) -> Mapping[str, JobRun]:
        """Give the last job of each tool that speaks for all that it copies."""
        if FactType.JOB_COMPLETED not in self.types:
            return {}
        return self.moment.wide_jobs

    def _tools(self, data_set: str) -> Iterable[str]:
        return {one.fact.source.instance for one in self._seen(data_set)}

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
            known, oldest = self._known_bytes(), self._longest_age()
            found += [
                trial_of_test(one, self.data_sets, known, oldest)
                for one in standing(tests, self.instant)
                if one.at <= self.instant
            ]
        return tuple(sorted(found, key=lambda one: (one.at, one.entry or 0, one.reference)))

    @cached_property
    def _changes(self) -> tuple[Change, ...]:
        found = [
            one
            for some in self.feed.changes.values()
            for one in standing(some, self.instant)
            if one.material and one.at <= self.instant
        ]
        return tuple(sorted(found, key=lambda one: (one.at, one.subject, one.external_id)))

    def _known_bytes(self) -> int | None:
        newest = [self.newest(key) for key in self.data_sets]
        sizes = [one.bytes for one in newest if one is not None and one.bytes is not None]
        if len(sizes) < len(self.data_sets):
            return None
        return -(-sum(sizes) * self.service.comparable_percent // 100)

    def _longest_age(self) -> float:
        ages = [longest_age(self.plan, self.service.key, key) for key in self.data_sets]
        return max((age.total_seconds() for age in ages), default=0.0)


class Moment:
    """All services of an organisation at one instant; each is looked at when it is asked for.

    Args:
        index: the facts.
        instant: when.
    """

    def __init__(self, index: Index, instant: datetime) -> None:
        self.index = index
        self.instant = instant
        self.recoveries: dict[str, RecoveryJudgement] = {}
        self.objectives: dict[str, tuple[ObjectiveStatus, ...]] = {}
        self.bases: dict[str, Basis] = {}
        self._paths: dict[bool, Paths] = {}

    def basis(self, service: str) -> Basis:
        """Give what a service is judged by.

        Raises:
            KeyError: if the plan has no such service.
        """
        if service not in self.bases:
            self.bases[service] = Basis(
                plan=self.index.plan,
                service=self.index.plan.services[service],
                facts=self.index.own(service).until(self.instant),
                instant=self.instant,
                strengths=self.index.graph.own(service),
                moment=self,
            )
        return self.bases[service]

    def paths(self, *, observed: bool) -> Paths:
        """Give the ways back of all services, by the plan alone or by what was seen too."""
        if observed not in self._paths:
            needs: Mapping[str, Iterable[str]] = self.index.graph.hard
            if observed and not self.seen_needs:
                return self.paths(observed=False)
            if observed:
                needs = {
                    key: dict.fromkeys((*some, *sorted(self.seen_needs.get(key, ()))))
                    for key, some in needs.items()
                }
            self._paths[observed] = Paths(needs, self._own_time)
        return self._paths[observed]

    def times(self, service: str) -> tuple[RecoveryPath, RecoveryPath]:
        """Give how long a service takes to come back, without and with what was seen."""
        return self.paths(observed=False).of(service), self.paths(observed=True).of(service)

    def above(self, service: str) -> Iterable[str]:
        """Name the services that need this one directly, by the plan or by what was seen."""
        seen = [key for key, some in self.seen_needs.items() if service in some]
        return (*self.index.graph.needed_by.get(service, ()), *seen)

    def forget(self, services: Iterable[str]) -> None:
        """Look at services anew when they are next asked for: they have new facts."""
        for key in services:
            self.bases.pop(key, None)
        self.__dict__.pop("wide_jobs", None)

    def forget_paths(self, service: str) -> None:
        """Work out anew how long a service takes."""
        for paths in self._paths.values():
            paths.forget((service,))

    @cached_property
    def sights(self) -> tuple[Sight, ...]:
        """What was seen and still counts."""
        return sights(self.index.plan, self.index.facts, self.instant)

    @cached_property
    def seen_needs(self) -> Mapping[str, frozenset[str]]:
        """Give, by service, the services that it was seen to need."""
        found: dict[str, set[str]] = {}
        for sight in self.sights:
            for one, other in service_pairs(self.index.graph, sight):
                found.setdefault(one, set()).add(other)
        return {key: frozenset(some) for key, some in sorted(found.items())}

    @cached_property
    def unwritten(self) -> Mapping[str, Mapping[str, tuple[Sight, ...]]]:
        """Give, by service, the services that it was seen to need and does not by the plan."""
        graph, plan = self.index.graph, self.index.plan
        found: dict[str, dict[str, list[Sight]]] = {}
        for sight in self.sights:
            for one, other in service_pairs(graph, sight):
                found.setdefault(one, {}).setdefault(other, []).append(sight)
        return {
            key: {other: tuple(some) for other, some in needs.items() if other not in written}
            for key, needs in found.items()
            for written in (rests_on(plan, plan.services[key].needs),)
        }

    @cached_property
    def undocumented(self) -> tuple[Undocumented, ...]:
        """What was seen and the plan does not know."""
        return minus_documented(self.index.plan, self.sights)

    @cached_property
    def names(self) -> Mapping[str, tuple[Node, ...]]:
        """What each name of a source may mean."""
        return known_names(self.index.plan)

    @cached_property
    def excluded(self) -> frozenset[str]:
        """Components that somebody validly left out of protection: approved, and not over yet."""
        today = self.instant.astimezone(UTC).date()
        return frozenset(
            one.component or one.what
            for one in self.index.plan.exclusions
            if one.approved_by is not None and one.until is not None and one.until >= today
        )

    @cached_property
    def wide_jobs(self) -> Mapping[str, JobRun]:
        """Give, by source, the last job that speaks for all that it copies."""
        runs = standing(self.index.facts.feed.jobs.get("", ()), self.instant)
        current = [one for one in runs if one.at <= self.instant]
        return {
            one.source.instance: one
            for one in sorted(current, key=lambda one: (one.at, one.external_id))
        }

    def _own_time(self, service: str) -> OwnTime | None:
        trial = self.basis(service).deciding_trial()
        if trial is None or trial.passed is not True:
            return None
        if trial.whole_seconds is not None:
            return OwnTime(trial.whole_seconds, whole=True)
        return OwnTime(trial.own_seconds, whole=False)


def basis(plan: Plan, service: str, facts: Facts, instant: datetime) -> Basis:
    """Put together what a service is judged by.

    Raises:
        MissingInput: if the plan has no such service.
    """
    if service not in plan.services:
        names = ", ".join(sorted(plan.services)) or "none"
        raise MissingInput(f"the plan has no service {service!r}", hint=f"It has: {names}.")
    return Moment(Index(plan, facts), instant).basis(service)


def declared(drill: DrillFact) -> tuple[datetime, int]:
    """Order drills by when they were declared."""
    return drill.record.declared_at, drill.entry


def true_at(seen: SeenPoint) -> tuple[datetime, int, str]:
    """Order points by when their data was true."""
    return seen.consistency_time, seen.entry or 0, seen.identity
