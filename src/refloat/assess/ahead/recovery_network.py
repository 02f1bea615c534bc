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

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from refloat.assess.about import called
from refloat.assess.ahead.buried import Buried, buried_files, secrets
from refloat.assess.ahead.falls import Falls, Struck
from refloat.assess.ahead.network import Network, Node
from refloat.assess.ahead.places import Place, Places
from refloat.assess.ground.basis import HOLDS_DATA, Basis
from refloat.assess.ground.index import Index
from refloat.assess.ground.moment import Moment
from refloat.assess.ground.plan_graph import PlanGraph, circles
from refloat.assess.organisation import Organisation
from refloat.model.dependency import Strength
from refloat.model.facts import Facts
from refloat.model.feed import TestLevel
from refloat.model.organisation import WrittenStep
from refloat.model.plan import Component, ComponentKind, Plan, Service

RUNNING, RESTORED, BACK = 0, 1, 2
"""What has to be added to the first number of a component or service to get these of its things."""

_KINDS = ("running", "restored", "back")
_ANEW = frozenset({ComponentKind.APPLICATION, ComponentKind.INFRASTRUCTURE})
"""Kinds that people put anew by themselves, if only they know how."""


@dataclass(frozen=True)
class RecoveryNetwork(Network):
    """The network of an organisation, and what it was made of.

    Attributes:
        organisation: the organisation at an instant.
        moment: the same, each service looked at when it is asked for.
        looks: looks copies up.
        by_number: by the number of a ``copy``, its place.
        copies: by data set, the numbers of its copies.
        first: by component and service, the number of its first thing; the others follow.
        seen: by service, what it was seen to need and the plan does not say.
        falls: works out what falls with a loss.
    """

    organisation: Organisation = field(kw_only=True)
    moment: Moment = field(kw_only=True)
    looks: Places = field(kw_only=True)
    by_number: dict[int, Place] = field(kw_only=True)
    copies: dict[str, tuple[int, ...]] = field(kw_only=True)
    first: dict[str, int] = field(kw_only=True)
    seen: dict[str, tuple[str, ...]] = field(kw_only=True)
    falls: Falls = field(kw_only=True)

    @property
    def plan(self) -> Plan:
        """The plan."""
        return self.organisation.plan

    @property
    def graph(self) -> PlanGraph:
        """What rests on what, by the plan."""
        return self.moment.index.graph

    @cached_property
    def soft(self) -> Mapping[str, tuple[str, ...]]:
        """Give, by service, what it can do without; services that have such needs alone."""
        found = {}
        for key in self.plan.services:
            some = (self.graph.own(key), self.graph.needed(key))
            soft = [one for each in some for one, much in each.items() if much is Strength.SOFT]
            if soft:
                found[key] = tuple(soft)
        return found

    @cached_property
    def data(self) -> Mapping[str, tuple[str, ...]]:
        """Give, by service, its own components that hold data; services that have such alone."""
        found: dict[str, tuple[str, ...]] = {}
        for key, owners in self.graph.owners.items():
            if key in self.copies or self.plan.components[key].kind in HOLDS_DATA:
                for one in owners:
                    found[one] = (*found.get(one, ()), key)
        return found

    def nodes_of(self, kind: str) -> Iterator[Node]:
        """Give the things of one kind that are not made of components or services."""
        first = 3 * (len(self.plan.components) + len(self.plan.services))
        return (node for node in self.nodes[first:] if node[0] == kind)

    def users(self, node: Node) -> Iterator[int]:
        """Give what needs a thing, alone or as one of several."""
        wired = self.wired
        for user in wired.used_by[self.numbers[node]]:
            yield from wired.used_by[user] if user >= wired.count else (user,)

    @cached_property
    def restored(self) -> bytes:
        """Give, by number, whether it is something that only a recovery brings."""
        found = bytearray(len(self.wired.waits))
        for first in self.first.values():
            found[first + RESTORED] = 1
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
    return _Builder(organisation).made()


class _Builder:
    """Makes the network, thing by thing."""

    def __init__(self, organisation: Organisation) -> None:
        self.organisation = organisation
        self.plan = organisation.plan
        first = next(iter(organisation.bases.values()), None)
        self.moment = (
            first.moment
            if first is not None
            else Moment(Index(self.plan, Facts()), organisation.instant)
        )
        self.graph = self.moment.index.graph
        self.looks = Places(self.plan, organisation.instant)
        keys = tuple(dict.fromkeys((*self.plan.components, *self.plan.services)))
        self.first = dict(zip(keys, range(0, 3 * len(keys), 3), strict=True))
        self.nodes: list[Node] = [(kind, key) for key in keys for kind in _KINDS]
        self.known: dict[Node, int] = dict(zip(self.nodes, range(len(self.nodes)), strict=True))
        self.all_of: list[tuple[int, ...]] = [()] * len(self.nodes)
        self.any_of: list[tuple[tuple[int, ...], ...]] = [()] * len(self.nodes)
        self.doubtful: set[int] = set()
        self.by_number: dict[int, Place] = {}
        self.copies: dict[str, tuple[int, ...]] = {}
        self.steps: dict[str, list[int]] = {}
        self.free_steps: set[str] = set()
        self.tools: dict[str | None, tuple[int, ...]] = {}
        self.opens: dict[tuple[str | None, str], tuple[int, ...]] = {}
        self.buried = Buried(self.plan)

    def made(self) -> RecoveryNetwork:
        """Make all of it."""
        for service in self.plan.services.values():
            self.written(service)
        self.kept()
        for key, component in self.plan.components.items():
            if key not in self.plan.services:  # which nothing can need, then
                self.component(component)
        wanted = self.seen_needs()
        for service in self.plan.services.values():
            self.service(service, wanted.get(service.key, ()))
        falls = Falls(self.organisation, self.graph, self.looks, self.known, self.by_number)
        network = RecoveryNetwork(
            nodes=self.nodes,
            all_of=self.all_of,
            any_of=self.any_of,
            strikes=Struck(falls, perhaps=False),
            perhaps=Struck(falls, perhaps=True),
            doubtful=frozenset(self.doubtful),
            organisation=self.organisation,
            moment=self.moment,
            looks=self.looks,
            by_number=self.by_number,
            copies=self.copies,
            first=self.first,
            seen=wanted,
            falls=falls,
        )
        network.__dict__["numbers"] = self.known  # the same, made already
        return network

    def add(self, kind: str, key: str) -> int:
        """Give the number of a thing; a new one that needs nothing, if it is not known."""
        node = (kind, key)
        number = self.known.get(node)
        if number is None:
            number = self.known[node] = len(self.nodes)
            self.nodes.append(node)
            self.all_of.append(())
            self.any_of.append(())
        return number

    def needs(
        self, number: int, every: Iterable[int], one_of: Iterable[Sequence[int]] = ()
    ) -> None:
        """Say what a thing needs."""
        self.all_of[number] = tuple(dict.fromkeys(every))
        self.any_of[number] = tuple(map(tuple, map(dict.fromkeys, one_of)))

    def backs(self, keys: Iterable[str]) -> list[int]:
        """Give the numbers of what is back; what the plan does not know is passed over."""
        first = self.first
        return [first[key] + BACK for key in keys if key in first]

    def doubt(self, key: str) -> int:
        """Give a thing that holds in the hopeful reading only."""
        number = self.add("doubt", key)
        self.doubtful.add(number)
        return number

    # Components

    def component(self, one: Component) -> None:
        """Say when a component is restored, and when it is back."""
        running = self.first[one.key]
        restored, back = running + RESTORED, running + BACK
        if one.needs:
            hard = (need.on for need in one.needs if need.strength is Strength.HARD)
            self.all_of[back] = tuple(dict.fromkeys(self.backs(hard)))
        self.any_of[back] = ((running, restored),)
        every: Iterable[int] = ()
        groups: list[Sequence[int]] = []
        if one.key in self.steps and one.key not in self.free_steps:
            groups.append(self.steps[one.key])
        owners = self.graph.owners.get(one.key, ())
        holds_data = one.copied or one.kind in HOLDS_DATA
        start = self.organisation.bases[owners[0]] if owners else None
        places = self.looks.of(one, start) if holds_data else ()
        if places:
            groups += self.secrets(one)
            groups.append([self.copy(one, place) for place in places])
            every = self.tool(one)
        elif one.kind in HOLDS_DATA and one.key not in self.moment.excluded:
            groups.append(())
        elif one.takes is None:
            every = self.anew(one, owners)
        self.needs(restored, every, groups)

    def secrets(self, one: Component) -> Iterator[Sequence[int]]:
        """Give what holds the secrets of a restore; perhaps they can be had elsewhere, too."""
        if one.protection is None:
            return
        for reference in secrets(one.protection.options):
            for holder in self.buried.holders(str(reference)):
                doubt = self.doubt(f"{reference} can be had without {holder}")
                yield (self.known["back", holder], doubt)

    def anew(self, one: Component, owners: Sequence[str]) -> Iterator[int]:
        """Give what putting a component anew needs: nothing if it is written down how."""
        rests_on_data = any(
            need.on in self.plan.components and self.plan.components[need.on].copied
            for need in one.needs
        )
        if one.recovery.start is not None or rests_on_data or one.vendor_commitment is not None:
            return
        if one.key in self.steps or one.key in self.free_steps:
            return
        if one.kind in HOLDS_DATA:
            yield self.doubt(f"{one.name or one.key} can be put anew, without its data")
        elif one.kind in _ANEW:
            if not any(map(self.tested, owners)):
                yield self.doubt(f"somebody knows how {one.name or one.key} is put anew")
        elif one.vendor is not None:
            yield self.vendor(one.vendor)
            yield self.doubt(f"{called(self.plan, one.vendor)} puts {one.name or one.key} back")
        else:
            yield self.never()

    def never(self) -> int:
        """Give a thing that never holds."""
        number = self.add("doubt", "")
        self.any_of[number] = ((),)
        return number

    def tested(self, service: str) -> bool:
        """Whether the newest test of a whole service brought it back."""
        trial = self.organisation.bases[service].deciding_trial()
        return trial is not None and trial.passed is True and trial.level is TestLevel.SERVICE

    def tool(self, one: Component) -> tuple[int, ...]:
        """Give what restoring needs: that the tool can be opened, and hands."""
        watch = one.watch
        platform = watch.platform if watch is not None and one.protection is None else None
        if platform not in self.tools:
            opened = (self.platform(platform),) if platform in self.plan.platforms else ()
            self.tools[platform] = (*opened, *self.hands(platform or ""))
        return self.tools[platform]

    def platform(self, key: str | None) -> int:
        """Give the number of a platform that can be signed in to."""
        node = ("platform", str(key))
        if node not in self.known:
            number, one = self.add(*node), self.plan.platforms[node[1]]
            if not one.break_glass:
                hard = (need.on for need in one.needs if need.strength is Strength.HARD)
                self.needs(number, self.backs(hard))
        return self.known[node]

    def hands(self, platform: str) -> Iterator[int]:
        """Give whether anybody is there who works a tool, and anybody who approves a restore."""
        authority = self.plan.authority
        working = list(authority.administer_backups)
        administrator = (
            self.plan.platforms[platform].administrator if platform in self.plan.platforms else None
        )
        if administrator is not None:
            working.append(administrator)
        for name, people in ((platform, working), ("approve", authority.approve_restores)):
            if people:
                number = self.add("hands", name)
                self.needs(number, (), [self.people(people)])
                yield number

    def people(self, keys: Iterable[str]) -> list[int]:
        """Give some people and their deputies."""
        found: list[int] = []
        for key in keys:
            found.append(self.add("person", key))
            known = self.plan.people.get(key)
            if known is not None and known.deputy is not None:
                found.append(self.add("person", known.deputy))
        return found

    # Copies

    def copy(self, one: Component, place: Place) -> int:
        """Give the number of the copies of a data set in a place."""
        number = self.add("copy", f"{place.data_set}@{place.repository}")
        self.by_number[number] = place
        self.copies[one.key] = (*self.copies.get(one.key, ()), number)
        if place.newest is None:
            self.doubtful.add(number)
        platform = one.watch.platform if one.watch is not None else None
        opens = self.opens.get((platform, place.repository))
        if opens is None:
            opens = tuple(dict.fromkeys(self.opening(platform, place.repository)))
            self.opens[platform, place.repository] = opens
        if place.copy is not None and place.copy.key_kept:
            opens = tuple(dict.fromkeys((*opens, *self.where(place.copy.key_kept))))
        self.all_of[number] = opens
        return number

    def opening(self, platform: str | None, repository: str) -> Iterator[int]:
        """Give what opens the copies that a tool keeps in a repository."""
        tool = self.plan.platforms.get(platform or "")
        if tool is not None:
            yield from self.keys(("platform", tool.key))
        if repository in self.plan.repositories:
            yield from self.keys(("repository", repository))
            if tool is None or not tool.break_glass:
                yield self.opened(repository)

    def opened(self, repository: str) -> int:
        """Give that a repository's accounts let anybody in."""
        return self.add("opened", repository)

    def keys(self, opens: Node) -> Iterator[int]:
        """Give the keys to a repository or platform, if they are kept in something of the plan's.

        Another place outside of the plan's is enough.
        """
        number = self.known.get(("keys", " ".join(opens)))
        if number is not None:
            yield number

    def kept(self) -> None:
        """Look at where every key is kept."""
        buried = buried_files(self.plan)
        kept = [("repository", key, one.key_kept) for key, one in self.plan.repositories.items()]
        kept += [("platform", key, one.key_kept) for key, one in self.plan.platforms.items()]
        for kind, key, where in kept:
            ways = list(self.where(where))
            holds = buried.get(key, ()) if kind == "repository" else ()
            if ways or (holds and not where):
                ways += self.backs(holds)
                self.needs(self.add("keys", f"{kind} {key}"), (), [ways])
        for key in self.plan.repositories:
            number = self.known.get(("repository", key))
            if number is not None:
                self.needs(number, (self.opened(key), *self.keys(("repository", key))))

    def where(self, kept: str) -> Iterator[int]:
        """Give what must be there to reach a place where keys are kept; nothing for one outside."""
        kind, key = self.looks.named(kept)
        if kind == "platform":
            yield self.platform(key)
        elif kind == "repository":
            yield self.add("repository", key)
        elif kind:
            yield self.known["back", key]

    # Services

    def written(self, service: Service) -> None:
        """Look at the written steps: which bring what back, and what each needs."""
        for position, step in enumerate(service.steps):
            brings = step.brings_back
            constrained = bool(step.signs_in_with) or step.who is not None
            if brings is None or brings not in self.plan.components:
                continue
            if constrained:
                self.steps.setdefault(brings, []).append(self.step(service, position))
            else:
                self.free_steps.add(brings)

    def step(self, service: Service, position: int) -> int:
        """Give the number of a written step."""
        node = ("step", f"{service.key}/{position}")
        if node in self.known:
            return self.known[node]
        number, step = self.add(*node), service.steps[position]
        people = self.people([step.who]) if step.who is not None else []
        self.needs(number, self.signing(service, position, step), [people] if people else [])
        return number

    def signing(self, service: Service, position: int, step: WrittenStep) -> Iterator[int]:
        """Give what one signs in with at a step, unless an earlier step has brought it back.

        What only later steps bring back must still run.
        """
        earlier = {one.brings_back for one in service.steps[:position]}
        to_come = {one.brings_back for one in service.steps[position:]} - {None}
        for key in step.signs_in_with:
            if ("back", key) not in self.known:
                continue
            if key in to_come or (key == service.key and to_come):
                yield self.known["running", key]
            elif key != service.key and key not in earlier:
                yield self.known["back", key]

    def service(self, one: Service, seen: Iterable[str]) -> None:
        """Say when a service is restored, and when it is back."""
        running, restored = self.known["running", one.key], self.known["restored", one.key]
        last = max(
            (number for number, step in enumerate(one.steps) if step.brings_back is not None),
            default=len(one.steps),
        )
        steps = [
            self.step(one, position)
            for position, step in enumerate(one.steps)
            if step.who is not None or (step.signs_in_with and position <= last)
        ]
        if not one.steps and not self.graph.own(one.key):
            steps.append(self.doubt(f"somebody knows how {one.name or one.key} is put back"))
        providers = [key for key in one.vendors if self.provides(key)]
        self.needs(restored, (*steps, *map(self.vendor, providers)))
        vendors = [self.vendor(key) for key in one.vendors if key not in providers]
        hard = [need.on for need in one.needs if need.strength is Strength.HARD]
        every = [*self.backs(hard), *vendors]
        every += [self.seen(one.key, other) for other in seen]
        back = self.known["back", one.key]
        if not one.standby:
            self.needs(back, every, [(running, restored)])
            return
        parts = self.add("parts", one.key)
        self.needs(parts, self.backs(hard), [(running, restored)])
        below = (key for key in self.graph.hard[one.key] if key in self.plan.services)
        every = [*self.backs(below), *vendors]
        every += [self.seen(one.key, other) for other in seen]
        self.needs(back, every, [(parts, self.add("standby", one.key))])

    def provides(self, vendor: str) -> bool:
        """Whether a vendor looks after recoveries: without it things run, and do not come back."""
        return vendor in self.plan.vendors and self.plan.vendors[vendor].provider

    def vendor(self, key: str) -> int:
        """Give the number of a vendor that is there."""
        return self.add("vendor", key)

    def seen(self, service: str, other: str) -> int:
        """Give a need that was only seen: it counts in the cautious reading alone."""
        number = self.add("seen", f"{service}>{other}")
        choices = (
            self.known["back", other],
            self.doubt(f"{called(self.plan, service)} works without {called(self.plan, other)}"),
        )
        self.needs(number, (), [choices])
        return number

    def seen_needs(self) -> dict[str, tuple[str, ...]]:
        """Give, by service, what it was seen to need and the plan does not say.

        Needs that run in a circle are left out: nobody can say which of them comes first.
        """
        if not self.moment.seen_needs:
            return {}
        unwritten = {key: tuple(some) for key, some in self.moment.unwritten.items() if some}
        hard = self.graph.hard
        both = {key: (*hard[key], *unwritten.get(key, ())) for key in self.plan.services}
        groups = {key: at for at, group in enumerate(circles(both)) for key in group}
        return {
            key: tuple(other for other in some if groups[other] != groups[key])
            for key, some in unwritten.items()
        }
