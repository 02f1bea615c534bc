"""All facts of an organisation, sorted once by the service that they are about.

Nothing here knows an instant: the same index serves every one, and takes more facts in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from refloat.assess.ground.plan_graph import PlanGraph
from refloat.assess.ground.repositories import Repositories
from refloat.assess.ground.sights import Node, known_names, plain
from refloat.assess.ground.trials import tried
from refloat.assess.ground.undocumented import Documented
from refloat.model.facts import (
    AcceptanceFact,
    ApprovalFact,
    DrillFact,
    Facts,
    InterruptedFact,
    PointsFact,
)
from refloat.model.feed import FeedFact, RestoreTest
from refloat.model.feed_people import Exercise
from refloat.model.packed import joined
from refloat.model.plan import Plan
from refloat.model.stream import Stream, in_order
from refloat.plan import objective_fingerprints, service_fingerprint

_Kind = TypeVar("_Kind")
_Worked = TypeVar("_Worked")


@dataclass(frozen=True)
class Touched:
    """What some new facts are about.

    Attributes:
        services: services whose own facts they are.
        reads: the names that rules of the organisation read them by.
    """

    services: frozenset[str]
    reads: frozenset[str]


class Index:
    """The facts of each service, without looking at those of others.

    Args:
        plan: a valid plan.
        facts: the facts, in any order.
    """

    def __init__(self, plan: Plan, facts: Facts) -> None:
        self.plan = plan
        self.facts = facts
        self.graph = PlanGraph(plan)
        self._fingerprints: dict[str, str] = {}
        self._objectives: dict[str, Mapping[str, str]] = {}
        self._components = _names(plan)
        self._called: dict[str, tuple[str, ...]] = {}
        self._worked_out: dict[Callable[[Plan, PlanGraph], Any], Any] = {}
        self._drills: dict[str, tuple[DrillFact, ...]] = {}
        self._batches: dict[str, tuple[PointsFact, ...]] = {}
        self._approvals: dict[str, tuple[ApprovalFact, ...]] = {}
        self._acceptances: dict[str, tuple[AcceptanceFact, ...]] = {}
        self._interruptions: dict[str, tuple[InterruptedFact, ...]] = {}
        self._tests: dict[str, tuple[RestoreTest, ...]] = {}
        self._exercises: dict[str, tuple[Exercise, ...]] = {}
        self._take(facts)

    def add(self, facts: Facts) -> Touched:
        """Take more facts in, and say what they are about."""
        self.facts = self.facts.joined(facts)
        self._take(facts)
        return Touched(frozenset(self._services(facts)), frozenset(_reads(facts)))

    @cached_property
    def repositories(self) -> Repositories:
        """Looks up places of copies."""
        return Repositories(self.plan)

    def once(self, work: Callable[[Plan, PlanGraph], _Worked]) -> _Worked:
        """Give what a function works out of the plan alone, for whatever asks for the same.

        Args:
            work: it is called the first time only, and what it gives must not be changed.
        """
        if work not in self._worked_out:
            self._worked_out[work] = work(self.plan, self.graph)
        found: _Worked = self._worked_out[work]
        return found

    @cached_property
    def names(self) -> Mapping[str, tuple[Node, ...]]:
        """What each name of a source may mean."""
        return known_names(self.plan)

    @cached_property
    def documented(self) -> Documented:
        """What the plan says of what needs what."""
        return Documented(self.plan)

    def service_fingerprint(self, service: str) -> str:
        """Give the fingerprint of a service in this plan, worked out once."""
        if service not in self._fingerprints:
            self._fingerprints[service] = service_fingerprint(self.plan, service)
        return self._fingerprints[service]

    def objective_fingerprints(self, service: str) -> Mapping[str, str]:
        """Give the fingerprints of a service's objectives in this plan, worked out once."""
        if service not in self._objectives:
            self._objectives[service] = objective_fingerprints(self.plan, service)
        return self._objectives[service]

    def component(self, name: str) -> str | None:
        """Say which component a name of the feed means; None if none, or nobody can say which."""
        return name if name in self.plan.components else self._components.get(plain(name))

    def vendors(self, service: str) -> tuple[str, ...]:
        """Name the vendors of a service and of its own components."""
        found = dict.fromkeys(self.plan.services[service].vendors)
        for key in self.graph.own(service):
            vendor = self.plan.components[key].vendor
            if vendor is not None:
                found[vendor] = None
        return tuple(found)

    def own(self, service: str) -> Facts:
        """Give the facts of a service and of its own components, at whatever instant."""
        components = self.graph.own(service)
        keys = (service, *components)
        drills = _joined(self._drills, keys)
        runs = [drill.record.run for drill in drills]
        return Facts(
            drills=drills,
            approvals=_joined(self._approvals, keys),
            batches=_joined(self._batches, components),
            acceptances=_joined(self._acceptances, runs) if runs else (),
            interruptions=self._interruptions.get(service, ()),
            observations=self.facts.observations,
            feed=self._own_feed(service, components),
        )

    def _own_feed(self, service: str, components: Mapping[str, object]) -> Stream:
        feed, keys = self.facts.feed, (service, *components)
        changed = (*keys, *self.vendors(service)) if feed.changes else ()
        tests = _merged(self._tests, keys) if self._tests else ()
        jobs = {key: _merged(feed.jobs, names) for key, names in self._names_of(components)}
        if feed.jobs.get(""):
            jobs[""] = feed.jobs[""]
        points = {
            key: joined([feed.points[name] for name in names if name in feed.points])
            for key, names in self._names_of(components)
        }
        return Stream(
            points={key: some for key, some in points.items() if some},
            jobs={key: some for key, some in jobs.items() if some},
            tests={service: tests} if tests else {},
            changes=_of_keys(feed.changes, changed),
            approvals=_of_keys(feed.approvals, keys) if feed.approvals else {},
            exercises=self._exercises.get(service, ()),
        )

    def _names_of(self, components: Iterable[str]) -> Iterable[tuple[str, tuple[str, ...]]]:
        return ((key, self._called.get(key, ())) for key in components)

    def _take(self, facts: Facts) -> None:
        for name in (*facts.feed.points, *facts.feed.jobs):
            key = self.component(name)
            if key is not None and name not in self._called.get(key, ()):
                self._called[key] = (*self._called.get(key, ()), name)
        _sort_in(self._drills, ((key, one) for one in facts.drills for key in _of_drill(one)))
        _sort_in(self._batches, ((key, one) for one in facts.batches for key in _of_batch(one)))
        _sort_in(self._approvals, ((one.service, one) for one in facts.approvals))
        _sort_in(self._acceptances, ((one.run, one) for one in facts.acceptances))
        _sort_in(self._interruptions, ((one.service, one) for one in facts.interruptions))
        tests = [one for some in facts.feed.tests.values() for one in some]
        _put_in(self._tests, ((key, one) for one in tests for key in self._of_test(one)))
        exercises = facts.feed.exercises
        _put_in(self._exercises, ((key, one) for one in exercises for key in self._in(one)))

    def _of_test(self, test: RestoreTest) -> Iterable[str]:
        data_sets = (self.component(name) for name in test.data_sets)
        return dict.fromkeys(key for key in (test.service, *data_sets) if key)

    def _in(self, exercise: Exercise) -> Iterable[str]:
        named = dict.fromkeys((*exercise.services, *exercise.restored))
        owned = (self.graph.owners.get(key, (key,)) for key in named)
        return dict.fromkeys(key for keys in owned for key in keys)

    def _services(self, facts: Facts) -> Iterable[str]:
        """Name the services whose own facts some facts are."""
        feed = facts.feed
        keys: set[str | None] = {
            *(key for one in facts.drills for key in _of_drill(one)),
            *(key for one in facts.batches for key in _of_batch(one)),
            *(one.service for one in facts.approvals),
            *(one.service for one in facts.interruptions),
            *(self.component(name) for name in (*feed.points, *feed.jobs)),
            *(key for some in feed.tests.values() for one in some for key in self._of_test(one)),
            *(key for one in feed.exercises for key in self._in(one)),
            *feed.changes,
            *feed.approvals,
        }
        runs = {one.run for one in facts.acceptances}
        keys |= {one.record.service for one in self.facts.drills if one.record.run in runs}
        for key in keys:
            if key is not None and key in self.plan.services:
                yield key
            elif key is not None:
                yield from self.graph.owners.get(key, ())
        vendors = set(feed.changes) & set(self.plan.vendors)
        if vendors:
            yield from (one for one in self.plan.services if vendors & set(self.vendors(one)))
        if feed.jobs.get(""):
            yield from self.plan.services


def _reads(facts: Facts) -> Iterable[str]:
    """Name the streams that facts belong to; Refloat's own count as what they are like."""
    own = {
        "tests": facts.drills or facts.acceptances or facts.interruptions,
        "points": facts.batches,
        "jobs": facts.batches,
        "approvals": facts.approvals,
        "dependencies": facts.observations,
        "restores": facts.restores,
    }
    yield from (name for name, some in own.items() if some)
    yield from (name for name in Stream.__dataclass_fields__ if getattr(facts.feed, name))


def _names(plan: Plan) -> dict[str, str]:
    """Give the component that each name for people means, where it means one alone."""
    found: dict[str, list[str]] = {}
    for key, component in plan.components.items():
        for name in {plain(component.name), plain(key)}:
            found.setdefault(name, []).append(key)
    return {name: keys[0] for name, keys in found.items() if len(keys) == 1}


def _of_drill(drill: DrillFact) -> Iterable[str]:
    missing = drill.record.common_recovery_point.missing
    return dict.fromkeys((drill.record.service, *sorted(tried(drill)), *missing))


def _of_batch(batch: PointsFact) -> Iterable[str]:
    points = [one.data_set for one in batch.points]
    return dict.fromkeys((*points, *(one.data_set for one in batch.failures)))


_Entered = TypeVar(
    "_Entered", bound=DrillFact | PointsFact | ApprovalFact | AcceptanceFact | InterruptedFact
)
_Told = TypeVar("_Told", bound=FeedFact)


def _sort_in(into: dict[str, tuple[_Entered, ...]], facts: Iterable[tuple[str, _Entered]]) -> None:
    for key, some in _grouped(facts).items():
        both = (*into.get(key, ()), *some)
        into[key] = tuple(sorted(both, key=lambda one: (one.at, one.entry)))


def _put_in(into: dict[str, tuple[_Told, ...]], facts: Iterable[tuple[str, _Told]]) -> None:
    for key, some in _grouped(facts).items():
        both = dict.fromkeys((*into.get(key, ()), *some))
        into[key] = tuple(sorted(both, key=in_order))


def _grouped(facts: Iterable[tuple[str, _Kind]]) -> dict[str, list[_Kind]]:
    """Group facts by the key that each comes with."""
    found: dict[str, list[_Kind]] = {}
    for key, fact in facts:
        found.setdefault(key, []).append(fact)
    return found


def _joined(
    groups: Mapping[str, tuple[_Entered, ...]], keys: Iterable[str]
) -> tuple[_Entered, ...]:
    """Give what stands under some keys, each once, in the order of time."""
    found = [groups[key] for key in keys if key in groups] if groups else []
    if len(found) < 2:
        return found[0] if found else ()
    known = {id(one): one for some in found for one in some}
    return tuple(sorted(known.values(), key=lambda one: (one.at, one.entry)))


def _merged(groups: Mapping[str, tuple[_Told, ...]], keys: Iterable[str]) -> tuple[_Told, ...]:
    found = [groups[key] for key in keys if key in groups]
    if len(found) < 2:
        return found[0] if found else ()
    merged = dict.fromkeys(one for some in found for one in some)
    return tuple(sorted(merged, key=in_order))


def _of_keys(
    groups: Mapping[str, tuple[_Kind, ...]], keys: Iterable[str]
) -> dict[str, tuple[_Kind, ...]]:
    return {key: groups[key] for key in keys if key in groups}
