"""What was seen to need what, and which things of the plan are meant by the names that were seen.

A name of a source is known when it is the key or the name for people of a component, a service or a
vendor of the plan, in small or capital letters. Observations of files that Refloat read count until
the file is read again; those of the feed until they are older than the plan says.

A name with an index (``aws_db_instance.bookings["eu"]``) that the plan does not know is one of what
the plan calls by the name without it; and that name, where the plan knows some with an index alone,
is one of those. So what a source called by one name, and calls by several now, is still seen.
"""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from refloat.assess.ground.plan_graph import PlanGraph
from refloat.model.facts import Facts
from refloat.model.feed import DependencySeen
from refloat.model.observations import Observation, ObservationFact
from refloat.model.plan import Plan
from refloat.model.stream import standing

_INDEX = re.compile(r'\[(?:\d+|"(?:[^"\\]|\\.)*")\]')
_ANY = "[*]"
"""Behind a name without an index: some of those with one."""

Node = tuple[str, str]
"""``component``, ``service``, ``vendor`` or ``unknown``, and the key or the observed name."""


@dataclass(frozen=True)
class Sight:
    """One observation, with what its two names mean; ``needed`` is empty where none is needed.

    Attributes:
        component: the name that was seen.
        needs: the name of what it was seen to need; empty if the component alone was seen.
        source: where it was seen: a file, or the source of the feed.
        line: the line of that file; 0 if there is none.
        entry: the entry of the ledger; None for what the feed says.
        at: when it was seen.
        having: what the component's name means.
        needed: what the other name means.
        origin: who saw it, whatever it saw: an observer and its file, or the source of the feed.
        what: what was seen, in words; empty if nothing is said.
        owner: who answers for the component, as the source says; empty if it does not.
        version: which version the component is, as the source says; empty if it does not.
        store: the name, of the two, of what keeps data; empty if none of them is said to.
    """

    component: str
    needs: str
    source: str
    line: int
    entry: int | None
    at: datetime
    having: tuple[Node, ...]
    needed: tuple[Node, ...]
    origin: str = ""
    what: str = ""
    owner: str = ""
    version: str = ""
    store: str = ""

    @property
    def pairs(self) -> Iterator[tuple[Node, Node]]:
        """Give everything that may need, with everything that may be needed."""
        return itertools.product(self.having, self.needed)

    @property
    def place(self) -> str:
        """Say where it was seen."""
        return f"{self.source}:{self.line}" if self.line else self.source

    @property
    def told_by(self) -> str:
        """Say who tells of it: the place in a file, or the source of the feed."""
        return self.origin if self.entry is None else self.place


def sights(
    plan: Plan,
    facts: Facts,
    instant: datetime,
    names: Mapping[str, tuple[Node, ...]] | None = None,
) -> tuple[Sight, ...]:
    """Give what counts at an instant: of each file the newest reading, of each fact the last word.

    Args:
        plan: a valid plan.
        facts: the facts; later ones are passed over.
        instant: when.
        names: what the names of the plan mean, where somebody knows already.
    """
    read = [fact for fact in facts.observations if fact.at <= instant]
    told = standing(facts.feed.dependencies, instant)
    if not read and not told:
        return ()  # the usual case costs nothing, however large the plan is
    known = known_names(plan) if names is None else names
    since = instant - plan.policy.observed_for
    return (*_read(read, known), *_told(told, known, since))


def origin_of(fact: ObservationFact) -> str:
    """Name who saw what a reading shows."""
    return f"{fact.observer} {fact.source}"


def needs_seen(
    graph: PlanGraph, plan: Plan, facts: Facts, instant: datetime
) -> dict[str, frozenset[str]]:
    """Give, by service, the services that it was seen to need (``graph.observed_needs``)."""
    found: dict[str, set[str]] = {}
    for sight in sights(plan, facts, instant):
        for pair in service_pairs(graph, sight):
            found.setdefault(pair[0], set()).add(pair[1])
    return {key: frozenset(some) for key, some in sorted(found.items())}


def ever_needed(graph: PlanGraph, plan: Plan, facts: Facts) -> dict[str, frozenset[str]]:
    """Give, by service, the services that it was seen to need by any word at any time."""
    if not facts.observations and not facts.feed.dependencies:
        return {}
    names, found = known_names(plan), defaultdict[str, set[str]](set)
    read = (
        _read_one(fact, seen, names) for fact in facts.observations for seen in fact.observations
    )
    told = (_told_one(fact, names) for fact in facts.feed.dependencies)
    for sight in itertools.chain(read, told):
        for one, other in service_pairs(graph, sight):
            found[one].add(other)
    return {key: frozenset(some) for key, some in found.items()}


def service_pairs(graph: PlanGraph, sight: Sight) -> tuple[tuple[str, str], ...]:
    """Say of which services a sight is: who was seen to need whom; none inside of one service."""
    having = {key for node in sight.having for key in owners_of(graph, node)}
    needed = {key for node in sight.needed if (key := _only_owner(graph, node)) is not None}
    inside = {key for node in sight.needed for key in owners_of(graph, node)}
    return tuple(
        (one, other) for one in sorted(having) if one not in inside for other in sorted(needed)
    )


def known_names(plan: Plan) -> dict[str, tuple[Node, ...]]:
    """Give what each known name means; a key goes before a name, and one name may mean several."""
    found: dict[str, tuple[Node, ...]] = {}
    things = [(("component", key), one.name) for key, one in plan.components.items()]
    things += [(("service", key), one.name) for key, one in plan.services.items()]
    by_key: dict[str, list[Node]] = {}
    by_name: dict[str, list[Node]] = {}
    for node, name in things:
        by_key.setdefault(plain(node[1]), []).append(node)
        by_name.setdefault(plain(name), []).append(node)
    for key, vendor in plan.vendors.items():
        found |= {plain(name): (("vendor", key),) for name in (vendor.name, key) if name}
    for names in (by_name, by_key):
        found |= {name: tuple(nodes) for name, nodes in names.items()}
    for name in [one for one in found if "[" in one and without_index(one) != one]:
        whole = without_index(name) + _ANY
        found[whole] = tuple(dict.fromkeys((*found.get(whole, ()), *found[name])))
    return found


def plain(name: str) -> str:
    """Give a name without what does not tell it from others: case and blanks."""
    return " ".join(name.casefold().split())


def without_index(name: str) -> str:
    """Give the name of what something is one of: an address without its indexes."""
    return _INDEX.sub("", name) if "[" in name and "." in name else name


def meant(names: Mapping[str, tuple[Node, ...]], name: str) -> tuple[Node, ...]:
    """Say what an observed name means: known things, or itself as something unknown."""
    if not name:
        return ()
    said = plain(name)
    known = names.get(said)
    if known is None:
        whole = without_index(said)
        known = names.get(whole if whole != said else said + _ANY)
    return (("unknown", said),) if known is None else known


def _read(
    facts: Iterable[ObservationFact], names: Mapping[str, tuple[Node, ...]]
) -> Iterator[Sight]:
    """Give what files say that Refloat read; of each the newest reading."""
    newest = {(fact.observer, fact.source): fact for fact in facts}
    for _, fact in sorted(newest.items()):
        for seen in fact.observations:
            yield _read_one(fact, seen, names)


def _told(
    facts: Iterable[DependencySeen], names: Mapping[str, tuple[Node, ...]], since: datetime
) -> Iterator[Sight]:
    """Give what the feed says, where it is not too long ago."""
    return (_told_one(fact, names) for fact in facts if fact.observed_at >= since)


def _read_one(
    fact: ObservationFact, seen: Observation, names: Mapping[str, tuple[Node, ...]]
) -> Sight:
    return Sight(
        component=seen.component,
        needs=seen.needs,
        source=fact.source,
        line=seen.line,
        entry=fact.entry,
        at=fact.at,
        having=meant(names, seen.component),
        needed=meant(names, seen.needs),
        origin=origin_of(fact),
        what=seen.what,
        owner=seen.owner,
        version=seen.version,
        store=(seen.needs or seen.component) if seen.holds_data else "",
    )


def _told_one(fact: DependencySeen, names: Mapping[str, tuple[Node, ...]]) -> Sight:
    return Sight(
        component=fact.component,
        needs=fact.needs,
        source=fact.what or fact.source.tool or fact.source.instance,
        line=fact.line,
        entry=None,
        at=fact.observed_at,
        having=meant(names, fact.component),
        needed=meant(names, fact.needs),
        origin=fact.source.instance,
        what=fact.what,
        version=fact.version,
        store=fact.component if fact.holds_data else "",
    )


def owners_of(graph: PlanGraph, node: Node) -> tuple[str, ...]:
    """Name the services that a thing is, or is part of; none for a vendor or something unknown."""
    kind, key = node
    if kind == "service":
        return (key,)
    return graph.owners.get(key, ()) if kind == "component" else ()


def _only_owner(graph: PlanGraph, node: Node) -> str | None:
    owners = owners_of(graph, node)
    return owners[0] if len(owners) == 1 else None
