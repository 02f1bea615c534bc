"""All services of an organisation at one instant, each looked at when it is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cached_property

from refloat.assess.ground.basis import Basis
from refloat.assess.ground.index import Index
from refloat.assess.ground.paths import OwnTime, Paths, RecoveryPath
from refloat.assess.ground.plan_graph import circles, reached, rests_on, turned
from refloat.assess.ground.sights import (
    Sight,
    meant,
    owners_of,
    service_pairs,
    sights,
)
from refloat.assess.ground.undocumented import minus_documented
from refloat.model.facts import Facts
from refloat.model.feed import JobRun
from refloat.model.judgement import ObjectiveStatus, RecoveryJudgement
from refloat.model.observations import Undocumented
from refloat.model.plan import Plan
from refloat.model.stream import standing
from refloat.plan import service_of


class Moment:
    """All services of an organisation at one instant; each is looked at when it is asked for.

    Args:
        index: the facts.
        instant: when.
    """

    kind: type[Basis] = Basis
    """What a service is looked at as."""

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
            self.bases[service] = self.kind(
                plan=self.index.plan,
                service=self.index.plan.services[service],
                facts=self.own(service).until(self.instant),
                instant=self.instant,
                strengths=self.index.graph.own(service),
                moment=self,
            )
        return self.bases[service]

    def own(self, service: str) -> Facts:
        """Give the facts of a service, at whatever instant."""
        return self.index.own(service)

    def paths(self, *, observed: bool) -> Paths:
        """Give the ways back of all services, by the plan alone or by what was seen too."""
        if observed not in self._paths:
            if observed and not self.seen_needs:
                return self.paths(observed=False)
            needs = self._all_needs if observed else self.index.graph.hard
            self._paths[observed] = Paths(needs, self._own_time)
        return self._paths[observed]

    @cached_property
    def _all_needs(self) -> Mapping[str, Iterable[str]]:
        """Give, by service, what it cannot run without by the plan or by what was seen."""
        return {
            key: dict.fromkeys((*some, *sorted(self._not_written(key))))
            for key, some in self.index.graph.hard.items()
        }

    def _not_written(self, service: str) -> Iterable[str]:
        """Name what a service was seen to need; what it can do without is needed at work only."""
        seen = self.seen_needs.get(service)
        if not seen:
            return ()
        return seen - self.index.graph.needed(service).keys()

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
    def settled(self) -> tuple[str, ...]:
        """All services, each after those that it cannot run without or was seen to need.

        In a circle of what was seen, the plan alone says which of them come first.
        """
        by_plan = self.index.graph.settled
        if not self.seen_needs:
            return by_plan
        place = {key: number for number, key in enumerate(by_plan)}
        groups = circles(self._all_needs)
        return tuple(key for group in groups for key in sorted(group, key=place.__getitem__))

    def see_again(self) -> frozenset[str]:
        """Look anew at what was seen, of which more has come.

        Returns:
            The services of which something else is seen now than before, and all that cannot run
            without one of them, by the plan or by what was or is seen.
        """
        seen, unknown, needs = frozenset(self.sights), self.undocumented, self._all_needs
        for name in ("sights", "seen_needs", "unwritten", "undocumented", "settled", "_all_needs"):
            self.__dict__.pop(name, None)
        self._paths.pop(True, None)
        found, names = set[str](), set[str]()
        for sight in seen.symmetric_difference(self.sights):
            names.update((sight.component, sight.needs))
        for one in frozenset(unknown).symmetric_difference(self.undocumented):
            found.update(one.services)
            names.update((one.component, one.needs, *one.uses, *one.needed_by))
        for node in (node for name in names for node in meant(self.index.names, name)):
            found.update(owners_of(self.index.graph, node))
        for some in (needs, self._all_needs):
            found |= reached(turned(some), found)
        return frozenset(found & self.index.plan.services.keys())

    @cached_property
    def sights(self) -> tuple[Sight, ...]:
        """What was seen and still counts."""
        facts = self.index.facts
        if not facts.observations and not facts.feed.dependencies:
            return ()  # so that nobody works out what the names of a large plan mean
        return sights(self.index.plan, facts, self.instant, self.index.names)

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
        return minus_documented(self.index.documented, self.sights)

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
    return moment_of(plan, service, facts, instant).basis(service)


def moment_of(plan: Plan, service: str, facts: Facts, instant: datetime) -> Moment:
    """Open the moment in which a service is to be looked at.

    Raises:
        MissingInput: if the plan has no such service.
    """
    service_of(plan, service)  # complains of a service that is not there
    return Moment(Index(plan, facts), instant)
