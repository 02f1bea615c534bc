"""The network of an organisation's recovery: what must be there so that what was lost comes back.

A component is ``running`` until it is lost. It is ``restored`` from a copy that is whole, with keys
that can be reached, by a tool that can be signed in to; one without data of its own is put anew if
anything says how: a program that starts it, a written step that brings it back, an estimate, a data
set that it rests on, or a test of a whole service that it is part of. It is ``back`` if it is one
of both, and everything is back that it cannot run without.

A service is ``running`` until one of its own components is lost that it cannot run without; it is
``restored`` when the steps that were written down for it can be done: what they sign in to is back,
somebody is there, and so is whoever looks after its recovery. It is ``back`` if it is one of both
and its needs are back, its other vendors included. What it was only seen to need counts in the
cautious reading alone.

Other kinds of things: ``copy`` (of a data set in a repository; key ``data set@repository``),
``opened`` (that a repository's accounts let anybody in), ``repository`` (as a place of keys),
``platform`` (that one can sign in to it), ``keys``, ``vendor``, ``person``, ``hands`` (that
somebody can work a tool or approve a restore), ``step`` (a written one; ``service/position``),
``standby``, ``parts`` (a service without its standby), ``seen`` (a need that was only seen) and
``doubt``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property

from refloat.assess.access.isolation import effective_rights
from refloat.assess.ahead.building import Components, Services, Steps
from refloat.assess.ahead.buried import Buried
from refloat.assess.ahead.falls import READING, Falls, Struck
from refloat.assess.ahead.naming import BACK as BACK
from refloat.assess.ahead.naming import RESTORED, Names
from refloat.assess.ahead.network import Network, Node
from refloat.assess.ahead.opening import Opening
from refloat.assess.ahead.places import Place, Places
from refloat.assess.ahead.things import Things
from refloat.assess.ground.basis import Basis
from refloat.assess.ground.index import Index
from refloat.assess.ground.moment import Moment
from refloat.assess.ground.plan_graph import PlanGraph
from refloat.assess.organisation import Organisation
from refloat.model.access import PrincipalKind
from refloat.model.facts import Facts
from refloat.model.plan import Plan


@dataclass(frozen=True)
class RecoveryNetwork(Network):
    """The network of an organisation, and what it was made of.

    Attributes:
        organisation: the organisation at an instant.
        moment: the same, each service looked at when it is asked for.
        looks: looks copies up.
        buried: knows which secrets lie inside of data sets.
        by_number: by the number of a ``copy``, its place.
        copies: by component that holds data, in the plan's order, the numbers of its copies.
        first: by component and service, the number of its first thing; the others follow.
        seen: by service, what it was seen to need and the plan does not say.
        seen_circles: services that were seen to need each other in a circle; that counts for
            nothing, because nobody can say which comes first.
        falls: works out what falls with a loss.
    """

    nodes: Names
    organisation: Organisation = field(kw_only=True)
    moment: Moment = field(kw_only=True)
    looks: Places = field(kw_only=True)
    buried: Buried = field(kw_only=True)
    by_number: dict[int, Place] = field(kw_only=True)
    copies: dict[str, tuple[int, ...]] = field(kw_only=True)
    first: Mapping[str, int] = field(kw_only=True)
    seen: dict[str, tuple[str, ...]] = field(kw_only=True)
    seen_circles: tuple[tuple[str, ...], ...] = field(kw_only=True)
    falls: Falls = field(kw_only=True)

    @cached_property
    def plan(self) -> Plan:
        """The plan."""
        return self.organisation.plan

    @cached_property
    def graph(self) -> PlanGraph:
        """What rests on what, by the plan."""
        return self.moment.index.graph

    def nodes_of(self, kind: str) -> Iterator[Node]:
        """Give the things of one kind that are no copies, nor made of components or services."""
        return self.nodes.of_kind(kind)

    def users(self, node: Node) -> Iterator[int]:
        """Give what needs a thing, alone or as one of several."""
        wired = self.wired
        for user in wired.used_by[self.numbers[node]]:
            yield from wired.used_by[user] if user >= wired.count else (user,)

    @cached_property
    def restored(self) -> bytes:
        """Give, by number, whether it is something that only a recovery brings."""
        found = bytearray(len(self.nodes))
        found[self.nodes.every(RESTORED)] = b"\x01" * len(self.first)
        return bytes(found)

    @cached_property
    def restored_or_doubtful(self) -> bytes:
        """Give the same, and what perhaps never held."""
        found = bytearray(self.restored)
        for number in self.doubtful:
            found[number] = 1
        return bytes(found)

    def owner(self, component: str) -> Basis | None:
        """Give a service whose own a component is; None if it is nobody's."""
        owners = self.graph.owners.get(component)
        return self.organisation.bases[owners[0]] if owners else None


def recovery_network(organisation: Organisation) -> RecoveryNetwork:
    """Make the network of an organisation at its instant; only once for each.

    Args:
        organisation: the organisation; its plan may have circles, and may be empty.

    Returns:
        The network. Its ``strikes`` and ``perhaps`` hold every single loss that the plan knows;
        what falls with one is worked out when it is asked for.
    """
    return organisation.once(_made)


def _made(organisation: Organisation) -> RecoveryNetwork:
    plan = organisation.plan
    start = next(iter(organisation.bases.values()), None)
    moment = (
        start.moment if start is not None else Moment(Index(plan, Facts()), organisation.instant)
    )
    things = Things(plan, moment.index.graph.written)

    @cache
    def tried(repository: str) -> bool:
        return effective_rights(organisation).seen_to_delete(repository)

    def sealed(repository: str) -> bool:
        rights = effective_rights(organisation)
        return bool(rights.holders(repository, READING, (PrincipalKind.BREAK_GLASS,)))

    looks = Places(plan, organisation.instant, tried)
    buried, steps = Buried(plan), Steps(plan, things)
    opening = Opening(plan, looks, things, buried, sealed)
    for service in plan.services.values():
        steps.written(service)
    opening.kept()
    components = Components(organisation, moment, looks, things, buried, opening, steps)
    for key, component in plan.components.items():
        if key not in plan.services:  # which nothing can need, then
            components.component(component)
    services = Services(moment, things, steps)
    seen, seen_circles = services.seen_needs()
    for service in plan.services.values():
        services.service(service, seen.get(service.key, ()))
    by_number = components.by_number
    falls = Falls(organisation, moment.index.graph, looks, things.known, things.first, by_number)
    network = RecoveryNetwork(
        nodes=things.nodes,
        all_of=things.all_of,
        any_of=things.any_of,
        strikes=Struck(falls, perhaps=False),
        perhaps=Struck(falls, perhaps=True),
        doubtful=frozenset(things.doubtful),
        organisation=organisation,
        moment=moment,
        looks=looks,
        buried=buried,
        by_number=by_number,
        copies=components.copies,
        first=things.first,
        seen=seen,
        seen_circles=seen_circles,
        falls=falls,
    )
    network.__dict__["numbers"] = things.known  # the same, made already
    return network
