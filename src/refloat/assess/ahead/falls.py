"""What falls at once when something is lost: what surely does, and what perhaps does.

What nobody wrote down is a perhaps: a component that may stand at the site, a place of copies that
may be the vendor's, a right that nobody looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property

from refloat.assess.access.isolation import Isolated, effective_rights
from refloat.assess.ahead.compromise import Compromise
from refloat.assess.ahead.kept import KeysAt
from refloat.assess.ahead.kept_on import KeptOn
from refloat.assess.ahead.known_losses import KnownLosses
from refloat.assess.ahead.machine import OwnMachine
from refloat.assess.ahead.naming import RESTORED
from refloat.assess.ahead.network import Node
from refloat.assess.ahead.places import Place, Places
from refloat.assess.ahead.standing import RENTED, Standing, words
from refloat.assess.ahead.stopping import Stopping
from refloat.assess.ground.basis import HOLDS_DATA
from refloat.assess.ground.plan_graph import PlanGraph
from refloat.assess.organisation import Organisation
from refloat.model.access import PrincipalKind, Right
from refloat.model.ahead import Loss, LossKind

READING = (Right.READ_OTHER, Right.READ_OWN)
"""Rights with which copies can be read."""

_CARRYING = (LossKind.COMPONENT, LossKind.SERVICE, LossKind.FAILURE_DOMAIN)
"""Kinds of losses with which data perhaps falls that lay on what is lost, and can lie elsewhere."""

_Fallen = tuple[tuple[int, ...], tuple[int, ...]]
"""What surely falls, and what perhaps does."""


class Falls:
    """Works out what falls with a loss, when it is asked for.

    Args:
        organisation: the organisation at an instant.
        graph: what rests on what.
        looks: looks copies up.
        known: by node, its number.
        first: by component and service, the number of its first thing; the others follow.
        by_number: by the number of a ``copy``, its place.

    Attributes:
        known: what can be lost.
    """

    def __init__(
        self,
        organisation: Organisation,
        graph: PlanGraph,
        looks: Places,
        known: Mapping[Node, int],
        first: Mapping[str, int],
        by_number: Mapping[int, Place],
    ) -> None:
        self._organisation = organisation
        self._plan = organisation.plan
        self._graph = graph
        self._looks = looks
        self._known = known
        self._first = first
        self._by_number = by_number
        self.known = KnownLosses(organisation, by_number)
        self._found: dict[Loss, _Fallen] = {}
        self._by_kind: Mapping[LossKind, Callable[[str], _Fallen]] = {
            LossKind.SITE: self._site,
            LossKind.FAILURE_DOMAIN: self._domain,
            LossKind.AUTHENTICATION_DOMAIN: self._shut,
            LossKind.PRINCIPAL: lambda key: _parted(*self.compromise.alters(key)),
            LossKind.PRODUCTION: self._production,
            LossKind.VENDOR: self._vendor,
            LossKind.PERSON: self._person,
            LossKind.SERVICE: self._service,
            LossKind.COMPONENT: self._component,
            LossKind.REPOSITORY: self._repository,
            LossKind.PLATFORM: self._platform,
        }

    def of(self, loss: Loss) -> _Fallen:
        """Give what surely falls with a loss, and what perhaps does.

        What is lost for good cannot be restored, either.
        """
        if loss not in self._found:
            surely, perhaps = self._by_kind[loss.kind](loss.key)
            if loss.for_good:
                surely = _for_good(self._first, surely)
                if loss.kind not in _CARRYING:
                    perhaps = _for_good(self._first, perhaps)
            self._found[loss] = surely, perhaps
        return self._found[loss]

    # Indexes

    @cached_property
    def _by_repository(self) -> Mapping[str, list[int]]:
        found: dict[str, list[int]] = {}
        for number, place in self._by_number.items():
            found.setdefault(place.repository, []).append(number)
        return found

    @cached_property
    def _groups(self) -> Mapping[tuple[str, str], list[int]]:
        """Give copies by where they are and what they fail together with."""
        found: dict[tuple[str, str], list[int]] = {}
        for number, place in self._by_number.items():
            found.setdefault((place.repository, place.domain), []).append(number)
        for key, one in self._plan.repositories.items():  # where keys may be kept
            if ("repository", key) in self._known:
                mine = found.setdefault((key, one.failure_domain), [])
                mine.append(self._known["repository", key])
        return found

    @cached_property
    def _stopping(self) -> Stopping:
        services = self._plan.services.items()
        standby = {key: self._known["standby", key] for key, one in services if one.standby}
        return Stopping(self._plan, self._graph, self._first, standby)

    @cached_property
    def keys(self) -> KeysAt:
        """Knows which keys are perhaps gone."""
        machine, copies = OwnMachine(self._plan, self._graph), self._by_number.values()
        return KeysAt(self._plan, self._looks, machine, self._known, copies)

    @cached_property
    def _kept_on(self) -> KeptOn:
        return KeptOn(self._plan, self._groups)

    @cached_property
    def _standing(self) -> Standing:
        return Standing(self._plan, self.known.sites)

    @cached_property
    def compromise(self) -> Compromise:
        """Knows what compromised accounts reach."""
        return Compromise(
            self._organisation, self._graph, self._looks, self._by_number, self._by_repository
        )

    # What falls

    def _component(self, key: str) -> _Fallen:
        """What happens to data happens to its standby, too; a standby takes over from the rest."""
        one = self._plan.components.get(key)
        if one is None:
            return (), ()
        surely = self._stopping.down((key,))
        perhaps: list[int] = []
        follows = one.copied or one.kind in HOLDS_DATA
        (surely if follows else perhaps).extend(self._stopping.standbys((key,)))
        perhaps += self._stopping.with_carriers((key,))
        perhaps += self.keys.read_here(Loss(LossKind.COMPONENT, key))
        return _with_copies(self._kept_on, (key,), surely, perhaps)

    def _service(self, key: str) -> _Fallen:
        if key not in self._plan.services:
            return (), ()
        own, stopping = tuple(self._graph.own(key)), self._stopping
        surely = [self._first[key], *stopping.down(own), *stopping.standbys(own)]
        surely += stopping.standby(key)
        keys = self.keys.read_here(Loss(LossKind.SERVICE, key))
        perhaps = (*stopping.with_carriers(own), *keys)
        return _with_copies(self._kept_on, own, surely, perhaps)

    def _site(self, key: str) -> _Fallen:
        plan, stopping = self._plan, self._stopping
        here = stopping.at_site(key)
        unsaid = [
            one
            for one in stopping.at_site("")
            if plan.components[one].kind not in RENTED and plan.components[one].vendor is None
        ]
        surely, perhaps = stopping.down(here), stopping.down(unsaid)
        perhaps += stopping.standbys((*here, *unsaid))
        perhaps += (*stopping.with_carriers((*here, *unsaid)), *stopping.unexplained)
        perhaps += (*self.keys.site(key), *self.keys.read_here(Loss(LossKind.SITE, key)))
        for (repository, domain), numbers in self._groups.items():
            place = plan.repositories.get(repository)
            own = (place.site if place is not None else "") or self._kept_on.site(domain)
            there = self._standing.at_site(key, own, domain)
            if there is not False:
                (surely if there else perhaps).extend(numbers)
        return _parted(surely, perhaps)

    def _domain(self, key: str) -> _Fallen:
        lost = self._kept_on.component(key)
        surely = self._stopping.down(lost)
        for (_, domain), numbers in self._groups.items():
            if domain == key:
                surely += numbers
        perhaps = (*self._stopping.standbys(lost), *self._stopping.with_carriers(lost))
        return _parted(surely, perhaps)

    def _repository(self, key: str) -> _Fallen:
        place = self._known.get(("repository", key))
        own = () if place is None else (place,)
        return (*self._by_repository.get(key, ()), *own), ()

    def _shut(self, key: str) -> _Fallen:
        rights = effective_rights(self._organisation)
        surely: list[int] = []
        perhaps: list[int] = []
        sealed = (PrincipalKind.BREAK_GLASS,)
        for one in self._plan.repositories.values():
            number = self._known.get(("opened", one.key))
            if one.authentication_domain != key or number is None:
                continue
            if not rights.holders(one.key, READING, sealed):
                doubt = rights.unknown(one.key, READING, sealed)
                (perhaps if doubt else surely).append(number)
        return tuple(surely), tuple(perhaps)

    def _platform(self, key: str) -> _Fallen:
        number = self._known.get(("platform", key))
        return (() if number is None else (number,)), ()

    def _person(self, key: str) -> _Fallen:
        """Somebody else may know how to do it; nobody wrote down who."""
        number = self._known.get(("person", key))
        return (), (() if number is None else (number,))

    def _vendor(self, key: str) -> _Fallen:
        hosted = [one.key for one in self._plan.components.values() if one.vendor == key]
        unsaid = [*self._standing.perhaps_at(key, self._graph)]
        surely, perhaps = self._stopping.down(hosted), self._stopping.down(unsaid)
        perhaps += [self._first[one] + RESTORED for one in (*hosted, *unsaid)]
        perhaps += (*self._stopping.with_carriers(hosted), *self._stopping.unexplained)
        perhaps += self.keys.read_here(Loss(LossKind.VENDOR, key))
        number = self._known.get(("vendor", key))
        if number is not None:
            surely.append(number)
        name = words(key)
        for (repository, domain), numbers in self._groups.items():
            one = self._plan.repositories.get(repository)
            account = one.authentication_domain if one is not None else ""
            if key in (domain, account):
                surely += numbers
            elif name & (words(domain) | words(account)):
                perhaps += numbers
        return _with_copies(self._kept_on, hosted, surely, perhaps)

    def _production(self, key: str) -> _Fallen:
        """All that runs, but for what vendors run; and the copies, as isolation judges them."""
        ours = self._stopping.ours()
        surely, perhaps = self._stopping.services_of_ours()
        loss = Loss(LossKind.PRODUCTION, key)
        perhaps += self.keys.read_here(loss)
        surely += (*self._stopping.down(ours), *self._stopping.standbys(ours))
        for number, place in self._by_number.items():
            known = self.compromise.isolation(place)
            verdict = known.verdict if known is not None else Isolated.UNKNOWN
            if known is not None and self.compromise.beside(loss, number, place, known):
                verdict = Isolated.UNKNOWN
            if verdict is not Isolated.YES:
                (surely if verdict is Isolated.NO else perhaps).append(number)
        return _parted(surely, perhaps)


class Struck(Mapping[object, tuple[int, ...]]):
    """What falls with each loss, worked out when it is asked for.

    Args:
        falls: works it out.
        perhaps: whether to give what perhaps falls, not what surely does.
    """

    def __init__(self, falls: Falls, *, perhaps: bool) -> None:
        self._falls = falls
        self._part = 1 if perhaps else 0

    def __getitem__(self, loss: object) -> tuple[int, ...]:
        if not isinstance(loss, Loss) or not self._falls.known.knows(loss):
            raise KeyError(loss)
        return self._falls.of(loss)[self._part]

    def __iter__(self) -> Iterator[Loss]:
        return iter(self._falls.known.losses)

    def __len__(self) -> int:
        return len(self._falls.known.losses)


def _once(numbers: Iterable[int]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(numbers))


def _parted(surely: Iterable[int], perhaps: Iterable[int]) -> _Fallen:
    """Name nothing as perhaps that surely falls."""
    first = dict.fromkeys(surely)
    return tuple(first), tuple(one for one in dict.fromkeys(perhaps) if one not in first)


def _with_copies(
    kept_on: KeptOn, components: Iterable[str], surely: Iterable[int], perhaps: Iterable[int]
) -> _Fallen:
    """Add the copies that are kept on components."""
    on_it, on_it_perhaps = kept_on.of(components)
    return _parted((*surely, *on_it), (*perhaps, *on_it_perhaps))


def _for_good(first: Mapping[str, int], numbers: Iterable[int]) -> tuple[int, ...]:
    """Add that what no longer runs cannot be restored."""
    running = frozenset(first.values())
    given = tuple(numbers)
    return _once((*given, *(one + RESTORED for one in given if one in running)))
