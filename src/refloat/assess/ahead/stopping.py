"""What no longer runs when components are lost: they, their services, and perhaps what lay on them.

Data lies on the machine that it needs; only where that machine is copied itself does it come back
with it. So with a host, or with the storage that people call infrastructure, the data on it is
perhaps lost, too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from itertools import chain

from refloat.assess.ground.basis import HOLDS_DATA
from refloat.assess.ground.plan_graph import PlanGraph
from refloat.model.dependency import Strength
from refloat.model.plan import Component, ComponentKind, Plan

CARRIERS = frozenset({ComponentKind.INFRASTRUCTURE, ComponentKind.VIRTUAL_MACHINE})
"""Kinds of component on which data lies."""


class Stopping:
    """Says what stops.

    Args:
        plan: the plan.
        graph: what rests on what.
        first: by component and service, the number of its running.
        standby: by service, the number of its standby; services that have one alone.
    """

    def __init__(
        self,
        plan: Plan,
        graph: PlanGraph,
        first: Mapping[str, int],
        standby: Mapping[str, int],
    ) -> None:
        self._plan = plan
        self._graph = graph
        self._first = first
        self._standby = standby

    def down(self, components: Iterable[str]) -> list[int]:
        """Give what no longer runs when components are lost."""
        first, lost = self._first, dict.fromkeys(components)
        found = [first[key] for key in lost]
        few = len(lost) < len(self._plan.services)
        for service in self._owners(lost) if few else self._plan.services:
            own = self._graph.own(service)
            fewer = own if len(own) < len(lost) else lost
            if any(key in lost and own.get(key) is Strength.HARD for key in fewer):
                found.append(first[service])
        return found

    def standbys(self, components: Iterable[str]) -> Iterator[int]:
        """Give the standbys of the services of which components are a part."""
        if self._standby:
            for service in self._owners(components):
                yield from self.standby(service)

    def standby(self, service: str) -> Iterator[int]:
        """Give a service's standby, if it has one."""
        if service in self._standby:
            yield self._standby[service]

    def _owners(self, components: Iterable[str]) -> Collection[str]:
        """Give the services of which components are a part, each once."""
        owners = self._graph.owners
        return dict.fromkeys(chain.from_iterable(owners.get(key, ()) for key in components))

    def at_site(self, site: str) -> list[str]:
        """Give the components of which the plan says that they stand at a site; "" for at none."""
        return self._by_site.get(site, [])

    def with_carriers(self, components: Iterable[str]) -> Iterator[int]:
        """Give what perhaps stops, too, when components are lost: what lay on them."""
        if not self._carried:
            return
        ahead = [key for key in components if key in self._carried]
        met = set(ahead)
        for key in ahead:
            for one in self._carried[key]:
                if one.key in met:
                    continue
                met.add(one.key)
                if one.copied or one.kind in HOLDS_DATA:
                    yield from self.down((one.key,))
                    yield from self.standbys((one.key,))
                if one.key in self._carried:
                    ahead.append(one.key)

    @cached_property
    def unexplained(self) -> tuple[int, ...]:
        """Give services of which nobody said at all what they need, or whose they are."""
        plan, graph = self._plan, self._graph
        return tuple(
            self._first[key]
            for key, one in plan.services.items()
            if not (one.vendors or one.needs or graph.own(key))
        )

    def ours(self) -> list[str]:
        """Give the components that no vendor runs."""
        kind = ComponentKind.VENDOR
        return [one.key for one in self._plan.components.values() if one.kind is not kind]

    def services_of_ours(self) -> tuple[list[int], list[int]]:
        """Give services that run on nothing that they surely need: those of ours, and perhaps ours.

        Whoever wrote down how a service is brought back runs it.
        """
        surely: list[int] = []
        perhaps: list[int] = []
        for key, one in self._plan.services.items():
            if Strength.HARD not in self._graph.own(key).values():
                (surely if one.steps else perhaps).append(self._first[key])
        return surely, perhaps

    @cached_property
    def _by_site(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {}
        for one in self._plan.components.values():
            found.setdefault(one.site, []).append(one.key)
        return found

    @cached_property
    def _carried(self) -> Mapping[str, list[Component]]:
        """Give, by what carries and is not copied itself, what lies on it."""
        components = self._plan.components
        found: dict[str, list[Component]] = {}
        for one in components.values():
            for key in self._graph.written[one.key]:
                on = components.get(key)
                if on is not None and on.kind in CARRIERS and not on.copied:
                    found.setdefault(on.key, []).append(one)
        return found
