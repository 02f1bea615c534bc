"""What rests on what: services on services, and each service on components of its own.

A service's *own* components are those that are reached through components alone. The services that
are met on the way are its *needed* services; each of them is judged by itself.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from functools import cached_property
from typing import TypeVar

import rustworkx

from refloat.model.dependency import Dependency, Strength
from refloat.model.plan import Plan
from refloat.plan.ordering import waves

Thing = TypeVar("Thing", bound=Hashable)

_HARD = Strength.HARD


class PlanGraph:
    """The dependencies of a plan, each service looked at once, when it is first asked for.

    A plan that was parsed has no circle; with one, all of this still ends.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._own: dict[str, dict[str, Strength]] = {}
        self._needed: dict[str, dict[str, Strength]] = {}
        self._without: dict[str, tuple[str, ...]] = {}

    def own(self, service: str) -> dict[str, Strength]:
        """Give the service's own components, in the order in which they come back."""
        if service not in self._own:
            self._look_at(service)
        return self._own[service]

    def needed(self, service: str) -> dict[str, Strength]:
        """Give the nearest services that it needs, in alphabetical order."""
        if service not in self._needed:
            self._look_at(service)
        return self._needed[service]

    def soft(self, service: str) -> tuple[str, ...]:
        """Give what a service can do without: components of its own, then services."""
        if service not in self._own:
            self._look_at(service)
        return self._without.get(service, ())

    @cached_property
    def owners(self) -> Mapping[str, tuple[str, ...]]:
        """Give, by component, the services that own it, in the plan's order."""
        found: dict[str, list[str]] = {}
        for service in self._plan.services:
            for key in self.own(service):
                found.setdefault(key, []).append(service)
        return {key: tuple(some) for key, some in found.items()}

    @cached_property
    def hard(self) -> Mapping[str, tuple[str, ...]]:
        """Give, by service, the nearest services that it cannot run without."""
        return {
            service: tuple(
                key for key, strength in self.needed(service).items() if strength is Strength.HARD
            )
            for service in self._plan.services
        }

    @cached_property
    def needed_by(self) -> Mapping[str, tuple[str, ...]]:
        """Give, by service, the services that cannot run without it, directly."""
        return turned(self.hard)

    def in_order(self, services: Iterable[str]) -> tuple[str, ...]:
        """Give services and all that they cannot run without, each after what it needs."""
        wanted = reached(self.hard, services)
        return tuple(key for key in self.settled if key in wanted)

    @cached_property
    def settled(self) -> tuple[str, ...]:
        """Give all services, each after those that it cannot run without."""
        return tuple(key for circle in circles(self.hard) for key in sorted(circle))

    @cached_property
    def written(self) -> Mapping[str, tuple[str, ...]]:
        """Give, by component and service, what it cannot run without, as the plan says; direct."""
        plan = self._plan
        name = {key: key for some in (plan.components, plan.services) for key in some}.get
        return {  # the very keys of the plan: of very many, they are found again sooner
            key: tuple([name(one, one) for one in hard_needs(one.needs)])
            for some in (plan.components, plan.services)
            for key, one in some.items()
        }

    @cached_property
    def _soft(self) -> frozenset[str]:
        """Name the components and services that can do without something."""
        plan = self._plan
        return frozenset(
            key
            for some in (plan.components, plan.services)
            for key, one in some.items()
            if any(need.strength is not _HARD for need in one.needs)
        )

    @cached_property
    def _all(self) -> Mapping[str, tuple[str, ...]]:
        """Give, by component and service, what it needs, soft or hard."""
        plan = self._plan
        every = dict(self.written)
        for key in self._soft:
            one = plan.services.get(key) or plan.components[key]
            every[key] = tuple(need.on for need in one.needs)
        return every

    def _look_at(self, service: str) -> None:
        hard_components, hard_services = components, services = self._walk(service, self.written)
        if self._soft and not self._soft.isdisjoint((service, *hard_components)):
            components, services = self._walk(service, self._all)
        self._own[service] = {
            key: Strength.HARD if key in hard_components else Strength.SOFT
            for key in _in_order(self._plan, components)
        }
        self._needed[service] = {
            key: Strength.HARD if key in hard_services else Strength.SOFT
            for key in sorted(services)
            if key != service
        }
        if len(components) > len(hard_components) or len(services) > len(hard_services):
            some = (*self._own[service].items(), *self._needed[service].items())
            self._without[service] = tuple(key for key, much in some if much is Strength.SOFT)

    def _walk(
        self, service: str, needs: Mapping[str, tuple[str, ...]]
    ) -> tuple[set[str], set[str]]:
        """Walk through components up to the next services."""
        known_components, known_services = self._plan.components, self._plan.services
        components: set[str] = set()
        services: set[str] = set()
        ahead = list(needs[service])
        while ahead:
            key = ahead.pop()
            if key in components:
                continue
            if key in known_components:
                components.add(key)
                ahead += needs[key]
            elif key in known_services:
                services.add(key)
        return components, services


def reached(needs: Mapping[str, Iterable[str]], starts: Iterable[str]) -> frozenset[str]:
    """Name what is reached from some names by following needs, the names themselves included."""
    found: set[str] = set()
    ahead = list(starts)
    while ahead:
        key = ahead.pop()
        if key not in found:
            found.add(key)
            ahead += needs.get(key, ())
    return frozenset(found)


def brought_before(
    graph: PlanGraph, service: str, before: Iterable[str], needs: Mapping[str, Iterable[str]]
) -> frozenset[str]:
    """Name components of a service that come back with others which it waits for.

    Args:
        graph: the dependencies.
        service: the service.
        before: the nearest services that it waits for.
        needs: by service, the nearest ones that it waits for.
    """
    owners = graph.owners
    shared = [key for key in graph.own(service) if len(owners[key]) > 1]
    back = reached(needs, before) if shared else frozenset()
    return frozenset(
        key
        for key in shared
        if any(one in back and graph.own(one)[key] is _HARD for one in owners[key])
    )


def hard_needs(needs: Iterable[Dependency]) -> tuple[str, ...]:
    """Name what is needed without fail, each once."""
    return tuple(dict.fromkeys([need.on for need in needs if need.strength is _HARD]))


def rests_on(plan: Plan, needs: Iterable[Dependency], *, hard_only: bool = False) -> frozenset[str]:
    """Name every service and component that these dependencies need in the end.

    Args:
        plan: a valid plan.
        needs: the dependencies that are asked for.
        hard_only: whether to follow only those that nothing runs without.
    """
    found: set[str] = set()
    ahead = list(needs)
    while ahead:
        need = ahead.pop()
        if need.on in found or (hard_only and need.strength is not _HARD):
            continue
        found.add(need.on)
        thing = plan.components.get(need.on) or plan.services.get(need.on)
        if thing is not None:
            ahead += thing.needs
    return frozenset(found)


def circles(needs: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """Group names that need each other in a circle; a name outside of any is alone.

    Args:
        needs: by name, what it needs; what is no name itself is passed over.

    Returns:
        The groups, each after everything that it needs (Tarjan's order).
    """
    names = list(needs)
    numbers = {name: number for number, name in enumerate(names)}
    graph = rustworkx.PyDiGraph(multigraph=False)
    graph.add_nodes_from(names)
    graph.add_edges_from_no_data(
        [
            (number, numbers[needed])
            for name, number in numbers.items()
            for needed in needs[name]
            if needed in numbers
        ]
    )
    found = rustworkx.strongly_connected_components(graph)
    return [[names[number] for number in group] for group in found]


def turned(needs: Mapping[Thing, Iterable[Thing]]) -> dict[Thing, tuple[Thing, ...]]:
    """Turn "needs" into "is needed by"."""
    found: dict[Thing, list[Thing]] = {}
    for key, some in needs.items():
        for needed in some:
            found.setdefault(needed, []).append(key)
    return {key: tuple(some) for key, some in found.items()}


def _in_order(plan: Plan, components: set[str]) -> list[str]:
    """Arrange components as they come back; in a circle there is no order but the alphabet's."""
    needs = {
        key: [need.on for need in plan.components[key].needs if need.on in components]
        for key in sorted(components)
    }
    if not any(needs.values()):
        return list(needs)
    try:
        return [key for wave in waves(needs) for key in wave]
    except ValueError:
        return list(needs)
