"""What was observed minus what is documented (R-005): components, and dependencies between them.

A dependency is documented when the plan says it, directly or through others. Where nothing was ever
observed, nothing is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import cached_property

from refloat.assess.ground.plan_graph import turned
from refloat.assess.ground.sights import Node, Sight, sights
from refloat.model.dependency import Dependency
from refloat.model.facts import Facts
from refloat.model.observations import Undocumented
from refloat.model.plan import Plan


def undocumented(plan: Plan, facts: Facts, instant: datetime) -> tuple[Undocumented, ...]:
    """Give everything that was observed and that the plan does not know.

    Args:
        plan: a valid plan.
        facts: the facts in any order; those recorded after the instant are passed over. Of each
            source the newest observation counts alone.
        instant: when.

    Returns:
        Unknown components first, then unwritten dependencies between known things; each kind in
        alphabetical order.
    """
    return minus_documented(Documented(plan), sights(plan, facts, instant))


class Documented:
    """What a plan says of what needs what; looked up once, and only when something was seen.

    Args:
        plan: a valid plan.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    @cached_property
    def needs(self) -> Mapping[Node, frozenset[Node]]:
        """Give what each thing of the plan needs directly."""
        plan = self._plan

        def node(key: str) -> Node:
            return ("component", key) if key in plan.components else ("service", key)

        needs: dict[Node, frozenset[Node]] = {("vendor", key): frozenset() for key in plan.vendors}
        for key, component in plan.components.items():
            vendors = (component.vendor,) if component.vendor else ()
            needs["component", key] = _all(node, component.needs, vendors)
        for key, service in plan.services.items():
            needs["service", key] = _all(node, service.needs, service.vendors)
        return needs

    @cached_property
    def above(self) -> Mapping[Node, tuple[Node, ...]]:
        """Give what needs each thing of the plan directly."""
        return turned(self.needs)

    @cached_property
    def order(self) -> Mapping[str, int]:
        """Give the place of each service in the plan."""
        return {key: place for place, key in enumerate(self._plan.services)}


def minus_documented(documented: Documented, seen: tuple[Sight, ...]) -> tuple[Undocumented, ...]:
    """Give what was seen and the plan does not know, as ``undocumented`` does."""
    if not seen:
        return ()
    services = _Services(documented, seen)
    return (*_components(seen, services), *_dependencies(seen, services, documented.needs))


def _all(
    node: Callable[[str], Node], needs: Iterable[Dependency], vendors: Iterable[str]
) -> frozenset[Node]:
    return frozenset((*(node(need.on) for need in needs), *(("vendor", key) for key in vendors)))


class _Services:
    """Says which services a thing is part of, by all that is documented or observed.

    What is part of a service that another one needs is that service's matter alone.
    """

    def __init__(self, documented: Documented, seen: Iterable[Sight]) -> None:
        self._documented = documented
        self._above: dict[Node, set[Node]] = {}
        self._found: dict[Node, frozenset[str]] = {}
        for sight in seen:
            for one, other in sight.pairs:
                self._above.setdefault(other, set()).add(one)

    def of(self, nodes: Iterable[Node]) -> tuple[str, ...]:
        """Name the services that any of these things is part of, in the plan's order."""
        found = {key for node in nodes for key in self._of(node)}
        return tuple(sorted(found, key=self._documented.order.__getitem__))

    def _of(self, start: Node) -> frozenset[str]:
        if start not in self._found:
            services: set[str] = set()
            looked: set[Node] = set()
            ahead = [start]
            while ahead:
                node = ahead.pop()
                if node in looked:
                    continue
                looked.add(node)
                if node[0] == "service":
                    services.add(node[1])
                else:
                    ahead.extend(self._documented.above.get(node, ()))
                    ahead.extend(self._above.get(node, ()))
            self._found[start] = frozenset(services)
        return self._found[start]


class _Reach:
    """Says what leads to what in the plan: each thing is looked at once, for all that is asked.

    Args:
        needs: what each thing of a plan needs directly.
        asked: what will be asked for; a service stands for all that it needs, too.
    """

    def __init__(self, needs: Mapping[Node, frozenset[Node]], asked: Iterable[Node]) -> None:
        self._needs = needs
        wanted = sorted({part for node in asked for part in (node, *self._parts(node))})
        self._bits = {node: 1 << number for number, node in enumerate(wanted)}
        self._reached: dict[Node, int] = {}

    def says(self, having: Node, needed: Node) -> bool:
        """Whether the plan says that one needs the other, directly or through others.

        Needing all that a service needs is needing the service.
        """
        self._settle(having)
        if having == needed or self._reached[having] & self._bits[needed]:
            return True
        wanted = 0
        for part in self._parts(needed):
            wanted |= self._bits[part]
        return wanted != 0 and self._reached[having] & wanted == wanted

    def _parts(self, node: Node) -> frozenset[Node]:
        return self._needs.get(node, frozenset()) if node[0] == "service" else frozenset({node})

    def _settle(self, start: Node) -> None:
        """Say of a thing, and before of all that it needs, what can be reached from it."""
        if start in self._reached:
            return
        ahead = [start]
        begun: set[Node] = set()
        while ahead:
            node = ahead[-1]
            needs = self._needs.get(node, ())
            waiting = [one for one in needs if one not in self._reached and one not in begun]
            if waiting and node not in self._reached:
                begun.add(node)
                ahead.extend(waiting)
                continue
            ahead.pop()
            reached = self._bits.get(node, 0)
            for need in needs:
                reached |= self._reached.get(need, 0)
            self._reached[node] = reached


def _components(seen: Iterable[Sight], services: _Services) -> Iterator[Undocumented]:
    unknown: dict[Node, list[tuple[str, Sight]]] = {}
    for sight in seen:
        for name, nodes in ((sight.component, sight.having), (sight.needs, sight.needed)):
            for node in nodes:
                if node[0] == "unknown":
                    unknown.setdefault(node, []).append((name, sight))
    for node, sights_of_it in sorted(unknown.items(), key=lambda pair: pair[0]):
        name, first = sights_of_it[0]
        yield Undocumented(
            component=name,
            needs="",
            source=first.source,
            line=first.line,
            seen_in=_places(sight for _, sight in sights_of_it),
            needed_by=_once(one.component for _, one in sights_of_it if node in one.needed),
            uses=_once(one.needs for _, one in sights_of_it if node in one.having and one.needed),
            services=services.of((node,)),
            entry=first.entry,
        )


def _dependencies(
    seen: Iterable[Sight], services: _Services, documented: Mapping[Node, frozenset[Node]]
) -> Iterator[Undocumented]:
    pairs: dict[tuple[tuple[Node, ...], tuple[Node, ...]], list[Sight]] = {}
    for sight in seen:
        known = all(node[0] != "unknown" for node in (*sight.having, *sight.needed))
        direct = any(other in documented.get(one, ()) for one, other in sight.pairs)
        if known and sight.needed and not direct:
            pairs.setdefault((sight.having, sight.needed), []).append(sight)
    if not pairs:
        return
    reach = _Reach(documented, (node for _, needed in pairs for node in needed))
    for (having, _), sights_of_it in sorted(pairs.items(), key=lambda pair: pair[0]):
        first = sights_of_it[0]
        if any(reach.says(one, other) for one, other in first.pairs):
            continue
        yield Undocumented(
            component=first.component,
            needs=first.needs,
            source=first.source,
            line=first.line,
            seen_in=_places(sights_of_it),
            needed_by=(),
            uses=(),
            services=services.of(having),
            entry=first.entry,
        )


def _places(seen: Iterable[Sight]) -> tuple[str, ...]:
    return _once(sight.place for sight in seen)


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
