"""What was observed and is not documented (R-005): components, and dependencies between known ones.

A name of a source is known when it is the key or the name for people of a component or a service of
the plan, in small or capital letters. A dependency is documented when the plan says it, directly or
through others. Where nothing was ever observed, nothing is said.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from refloat.assess import words
from refloat.assess.about import subject
from refloat.assess.basis import Basis
from refloat.model.facts import Facts, ObservationFact
from refloat.model.judgement import Finding, ServiceStatus, Severity
from refloat.model.observations import Observation, Undocumented
from refloat.model.plan import Plan

_Node = tuple[str, str]
"""``component``, ``service`` or ``unknown``, and the key or the observed name."""


@dataclass(frozen=True)
class _Sight:
    """One observation, with what its two names mean; ``needed`` is empty where none is needed."""

    fact: ObservationFact
    seen: Observation
    having: tuple[_Node, ...]
    needed: tuple[_Node, ...]

    @property
    def pairs(self) -> Iterator[tuple[_Node, _Node]]:
        return itertools.product(self.having, self.needed)

    @property
    def place(self) -> str:
        return f"{self.fact.source}:{self.seen.line}" if self.seen.line else self.fact.source


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
    if not facts.observations:
        return ()  # the usual case costs nothing, however large the plan is
    sights = _sights(plan, facts.until(instant))
    documented = _documented(plan)
    reached = _reached_by(plan, documented, sights)
    return (*_components(sights, reached), *_dependencies(sights, reached, documented))


def undocumented_parts(basis: Basis, _status: ServiceStatus) -> Iterator[Finding]:
    """Something that the service rests on, or that uses what is the service's, is in no plan."""
    found = undocumented(basis.plan, basis.facts, basis.instant)
    if not found:
        return
    service = basis.service
    own = {("component", key) for key in basis.strengths} | {("service", service.key)}
    names = _names(basis.plan)
    for one in found:
        rests = service.key in one.services
        uses = own & {node for name in one.uses for node in _meant(names, name)}
        if not rests and (one.services or not uses):
            continue
        if one.needs:
            code = "UNDOCUMENTED_DEPENDENCY"
            sentence = (
                f"{one.component} was seen to need {one.needs}, which the plan does not say: "
                f"{service.name} may be brought back in a wrong order, or without it."
            )
            step = f"Write into the plan that {one.component} needs {one.needs}, or end it."
        else:
            code, sentence = "UNDOCUMENTED_COMPONENT", _unknown(basis, one, rests)
            step = f"Write {one.component} into the plan, and how it comes back; or do without it."
        yield Finding(
            code,
            ("R-005",),
            Severity.HIGH if rests else Severity.MEDIUM,
            f"{subject(basis)}, observed {one.component}",
            f"{sentence} Seen in {one.seen_in[0]}.",
            step,
            {"seen_in": one.seen_in, "entry": one.entry, "needed_by": one.needed_by},
        )


def _unknown(basis: Basis, one: Undocumented, rests: bool) -> str:
    if rests:
        by = f" ({words.listed(one.needed_by)} needs it)" if one.needed_by else ""
        return (
            f"{basis.service.name} rests on {one.component}{by}, which is not in the plan: nobody "
            "has said how it comes back."
        )
    return (
        f"{one.component} uses {words.listed(one.uses)}, and is not in the plan: nobody has said "
        f"what it is when {basis.service.name} is lost."
    )


def _sights(plan: Plan, facts: Facts) -> tuple[_Sight, ...]:
    """Give what counts: of each observer and source the newest reading, sources in order."""
    newest = {(fact.observer, fact.source): fact for fact in facts.observations}
    names = _names(plan)
    return tuple(
        _Sight(fact, seen, _meant(names, seen.component), _meant(names, seen.needs))
        for _, fact in sorted(newest.items())
        for seen in fact.observations
    )


def _names(plan: Plan) -> dict[str, tuple[_Node, ...]]:
    """Give what each known name means; a key goes before a name, and one name may mean several."""
    found: dict[str, tuple[_Node, ...]] = {}
    things = [(("component", key), one.name) for key, one in plan.components.items()]
    things += [(("service", key), one.name) for key, one in plan.services.items()]
    by_key: dict[str, list[_Node]] = {}
    by_name: dict[str, list[_Node]] = {}
    for node, name in things:
        by_key.setdefault(_plain(node[1]), []).append(node)
        by_name.setdefault(_plain(name), []).append(node)
    for names in (by_name, by_key):
        found |= {name: tuple(nodes) for name, nodes in names.items()}
    return found


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def _meant(names: Mapping[str, tuple[_Node, ...]], name: str) -> tuple[_Node, ...]:
    """Say what an observed name means: known things, or itself as something unknown."""
    if not name:
        return ()
    return names.get(_plain(name), (("unknown", _plain(name)),))


def _documented(plan: Plan) -> dict[_Node, frozenset[_Node]]:
    """Give what each thing of the plan needs directly."""
    needs: dict[_Node, frozenset[_Node]] = {}
    for kind, things in (("component", plan.components), ("service", plan.services)):
        for key, one in things.items():
            needs[kind, key] = frozenset(("component", need.on) for need in one.needs)
    return needs


class _Reach:
    """Says what leads to what in the plan: each thing is looked at once, for all that is asked.

    Args:
        needs: what each thing of a valid plan needs directly; there is no circle in it.
        asked: what will be asked for; a service stands for all that it needs.
    """

    def __init__(self, needs: Mapping[_Node, frozenset[_Node]], asked: Iterable[_Node]) -> None:
        self._needs = needs
        wanted = sorted({part for node in asked for part in self._parts(node)})
        self._bits = {node: 1 << number for number, node in enumerate(wanted)}
        self._reached: dict[_Node, int] = {}
        for node in needs if wanted else ():
            self._settle(node)

    def says(self, having: _Node, needed: _Node) -> bool:
        """Whether the plan says that one needs the other, directly or through others.

        A plan cannot need a service; needing all that a service needs is the same.
        """
        if having == needed:
            return True
        wanted = 0
        for part in self._parts(needed):
            wanted |= self._bits[part]
        return wanted != 0 and self._reached[having] & wanted == wanted

    def _parts(self, node: _Node) -> frozenset[_Node]:
        return self._needs[node] if node[0] == "service" else frozenset({node})

    def _settle(self, start: _Node) -> None:
        """Say of a thing, and before of all that it needs, what can be reached from it."""
        ahead = [start]
        while ahead:
            node = ahead[-1]
            waiting = [need for need in self._needs[node] if need not in self._reached]
            if waiting and node not in self._reached:
                ahead.extend(waiting)
                continue
            ahead.pop()
            reached = self._bits.get(node, 0)
            for need in self._needs[node]:
                reached |= self._reached[need]
            self._reached[node] = reached


def _walk(needs: Mapping[_Node, Iterable[_Node]], starts: Iterable[_Node]) -> frozenset[_Node]:
    found: set[_Node] = set()
    ahead = list(starts)
    while ahead:
        node = ahead.pop()
        if node not in found:
            found.add(node)
            ahead.extend(needs.get(node, ()))
    return frozenset(found)


def _reached_by(
    plan: Plan, documented: Mapping[_Node, frozenset[_Node]], sights: Iterable[_Sight]
) -> dict[str, frozenset[_Node]]:
    """Say what each service rests on, by all that is documented or observed."""
    both: dict[_Node, set[_Node]] = {node: set(needs) for node, needs in documented.items()}
    for sight in sights:
        for node in sight.having:
            both.setdefault(node, set()).update(sight.needed)
    return {key: _walk(both, [("service", key)]) for key in plan.services}


def _components(
    sights: Iterable[_Sight], reached: Mapping[str, frozenset[_Node]]
) -> Iterator[Undocumented]:
    unknown: dict[_Node, list[tuple[str, _Sight]]] = {}
    for sight in sights:
        for name, nodes in ((sight.seen.component, sight.having), (sight.seen.needs, sight.needed)):
            for node in nodes:
                if node[0] == "unknown":
                    unknown.setdefault(node, []).append((name, sight))
    for node, seen in sorted(unknown.items()):
        name, first = seen[0]
        yield Undocumented(
            component=name,
            needs="",
            source=first.fact.source,
            line=first.seen.line,
            seen_in=_places(sight for _, sight in seen),
            needed_by=_once(one.seen.component for _, one in seen if node in one.needed),
            uses=_once(one.seen.needs for _, one in seen if node in one.having and one.needed),
            services=_services(reached, (node,)),
            entry=first.fact.entry,
        )


def _dependencies(
    sights: Iterable[_Sight],
    reached: Mapping[str, frozenset[_Node]],
    documented: Mapping[_Node, frozenset[_Node]],
) -> Iterator[Undocumented]:
    pairs: dict[tuple[tuple[_Node, ...], tuple[_Node, ...]], list[_Sight]] = {}
    for sight in sights:
        known = all(node[0] != "unknown" for node in (*sight.having, *sight.needed))
        direct = any(other in documented.get(one, ()) for one, other in sight.pairs)
        if known and sight.needed and not direct:
            pairs.setdefault((sight.having, sight.needed), []).append(sight)
    reach = _Reach(documented, (node for _, needed in pairs for node in needed))
    for (having, _), seen in sorted(pairs.items(), key=lambda pair: pair[0]):
        first = seen[0]
        if any(reach.says(one, other) for one, other in first.pairs):
            continue
        yield Undocumented(
            component=first.seen.component,
            needs=first.seen.needs,
            source=first.fact.source,
            line=first.seen.line,
            seen_in=_places(seen),
            needed_by=(),
            uses=(),
            services=_services(reached, having),
            entry=first.fact.entry,
        )


def _services(reached: Mapping[str, frozenset[_Node]], nodes: Iterable[_Node]) -> tuple[str, ...]:
    wanted = frozenset(nodes)
    return tuple(key for key, found in reached.items() if wanted & found)


def _places(sights: Iterable[_Sight]) -> tuple[str, ...]:
    return _once(sight.place for sight in sights)


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
