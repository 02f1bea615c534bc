"""What tools count, copy and leave out, and stores of data that were seen and nobody knows of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import UTC, datetime

from refloat.assess.access.isolation import owners
from refloat.assess.ground.sights import Sight, plain, without_index
from refloat.assess.organisation import Organisation
from refloat.model.feed import ProtectionScope, ScopeExclusion
from refloat.model.organisation import Exclusion
from refloat.model.plan import Plan
from refloat.model.stream import standing

_SCOPES = frozenset({"scopes"})


@dataclass(frozen=True)
class UnitsOfScope:
    """What one tool says of the parts of one data set, or of everything that it sees.

    Attributes:
        source: the tool's instance.
        data_set: the component key; empty for the tool as a whole.
        reference: the fact.
        observed_at: when it was seen.
        counted: how many parts there are, by the tool's own count.
        selected: how many of its names are copied.
        excluded: names that are left out on purpose, by a decision that holds.
        unaccounted: names that are neither copied nor validly left out; alphabetical.
        not_approved: names that are left out, and nobody wrote down who decided it.
        lacking: names that are left out, with what nobody wrote down of that, in words.
        expired: names whose decision has ended, and when it did.
        services: services whose data this is, in the plan's order.
    """

    source: str
    data_set: str
    reference: str
    observed_at: datetime
    counted: int
    selected: int
    excluded: tuple[str, ...]
    unaccounted: tuple[str, ...]
    not_approved: tuple[str, ...]
    expired: tuple[tuple[str, datetime], ...]
    services: tuple[str, ...]
    lacking: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True)
class SeenStore:
    """A store of data that was seen, and that neither the plan nor a tool knows of.

    Attributes:
        name: its name in the source.
        called: what people call it.
        what: what was seen, in words; empty if the source says nothing.
        seen_in: where it was seen.
        services: services that were seen to need it, or to which it belongs.
        since: when it was first seen.
    """

    name: str
    called: str
    what: str
    seen_in: tuple[str, ...]
    services: tuple[str, ...]
    since: datetime


def units(organisation: Organisation) -> tuple[UnitsOfScope, ...]:
    """Give what every tool says of its parts, by its newest word; worked out once."""
    return organisation.once(_units, _SCOPES)


def seen_stores(organisation: Organisation) -> tuple[SeenStore, ...]:
    """Give every store of data that was seen, which nothing copies and nobody left out.

    Args:
        organisation: the organisation; of what was seen, by the feed or in files, that which still
            counts.
    """
    stores: dict[str, list[Sight]] = {}
    for sight in organisation.sights:
        if sight.store:
            stores.setdefault(plain(sight.store), []).append(sight)
    if not stores:
        return ()
    users: dict[str, set[str]] = {}
    for sight in organisation.sights:
        if plain(sight.needs) in stores:
            users.setdefault(plain(sight.needs), set()).add(plain(sight.component))
    known = _Known(organisation)
    return tuple(
        known.store(some, users.get(name, set()))
        for name, some in sorted(stores.items())
        if not known.accounted(name)
    )


class _Known:
    """What the plan and the tools account for, by plain name."""

    def __init__(self, organisation: Organisation) -> None:
        self._organisation = organisation
        self._plan = plan = organisation.plan
        self._components = {plain(one.name): key for key, one in plan.components.items()}
        self._components |= {plain(key): key for key in plan.components}
        self._services = {plain(one.name): key for key, one in plan.services.items()}
        self._services |= {plain(key): key for key in plan.services}
        self._owners = organisation.once(owners, frozenset())
        today = organisation.instant.astimezone(UTC).date()
        self._left_out = {
            plain(name)
            for one in plan.exclusions
            if one.approved_by is not None and one.until is not None and one.until >= today
            for name in _names_of(plan, one)
        }
        self._copied = {
            plain(name)
            for fact in newest_scopes(organisation)
            for name in (*fact.selected, *(one.what for one in fact.excluded if one.approved_by))
        }

    def accounted(self, name: str) -> bool:
        """Whether a store is copied or left out, or is found as a gap of the plan already.

        The first of several is what there was before: Terraform takes an address with the index
        ``[0]``, and the one without, for the same thing, where it knows only one of them
        (https://developer.hashicorp.com/terraform/language/modules/develop/refactoring).
        """
        names = (name, name.replace("[0]", ""))
        if any(one in self._copied or one in self._left_out for one in names):
            return True
        key = next((self._components[one] for one in names if one in self._components), None)
        if key is None:
            return self._is_judged(self._services.get(name, ""))
        if self._plan.components[key].copied or plain(key) in self._left_out:
            return True
        return any(
            key in self._organisation.statuses[service].coverage.unaccounted
            for service in self._owners.get(key, ())
        )

    def _is_judged(self, service: str) -> bool:
        """Whether a store is a service with data of its own: that is judged as the service's."""
        if service not in self._organisation.statuses:
            return False
        unaccounted = self._organisation.statuses[service].coverage.unaccounted
        return bool(self._organisation.bases[service].data_sets or unaccounted)

    def store(self, seen: list[Sight], users: Iterable[str]) -> SeenStore:
        """Describe a store by everything that was seen of it."""
        first = seen[0]
        key = self._components.get(plain(first.store), "")
        whole = self._components.get(without_index(plain(first.store)), "")
        services = {service for one in (key, whole) for service in self._owners.get(one, ())}
        for user in users:
            services |= set(self._owners.get(self._components.get(user, ""), ()))
            if user in self._services:
                services.add(self._services[user])
        name = self._plan.components[key].name if key else first.store
        return SeenStore(
            name=key or first.store,
            called=name or first.store,
            what=first.what,
            seen_in=tuple(dict.fromkeys(one.told_by for one in seen)),
            services=tuple(one for one in self._plan.services if one in services),
            since=min(one.at for one in seen),
        )


def newest_scopes(organisation: Organisation) -> tuple[ProtectionScope, ...]:
    """Give the newest scope of each source and data set."""
    last: dict[tuple[str, str], ProtectionScope] = {}
    for fact in standing(organisation.facts.feed.scopes, organisation.instant):
        key = (fact.source.instance, fact.data_set)
        if key not in last or fact.observed_at >= last[key].observed_at:
            last[key] = fact
    return tuple(last[key] for key in sorted(last))


def _units(organisation: Organisation) -> tuple[UnitsOfScope, ...]:
    names = _component_names(organisation.plan)
    owned = organisation.once(owners, frozenset())
    scopes = newest_scopes(organisation)
    selected: dict[str, set[str]] = {"": set()}
    for fact in scopes:
        some = selected.setdefault(fact.data_set.casefold(), set())
        some.update(map(str.casefold, fact.selected))
    return tuple(_of_scope(organisation, fact, names, owned, selected) for fact in scopes)


def _of_scope(
    organisation: Organisation,
    fact: ProtectionScope,
    names: Mapping[str, str],
    owned: Mapping[str, tuple[str, ...]],
    selected: Mapping[str, Set[str]],
) -> UnitsOfScope:
    plan, instant = organisation.plan, organisation.instant
    written = {name.casefold() for one in plan.exclusions for name in _names_of(plan, one)}
    said = {name: one for one in fact.excluded if (name := one.what.casefold()) not in written}
    # By this tool, or by another that speaks of the same things, or of everything.
    known = selected[fact.data_set.casefold()] | selected[""] | written | said.keys()
    unaccounted = sorted(
        name
        for name in set(fact.inventory)
        if name.casefold() not in known and not _by_others(plan, fact, names, name)
    )
    key = names.get(fact.data_set.casefold(), "")
    about = {key} if key else {names.get(name.casefold(), "") for name in unaccounted}
    watched = {one for component in about for one in owned.get(component, ())}
    watched = watched or _watched(plan, fact, owned)
    over = {one.what: one.until for one in said.values() if one.until and one.until <= instant}
    return UnitsOfScope(
        source=fact.source.instance,
        data_set=key or fact.data_set,
        reference=f"{fact.source.instance}/protection_scope/{fact.external_id}",
        observed_at=fact.observed_at,
        counted=len(set(fact.inventory)),
        selected=len(set(fact.selected)),
        excluded=tuple(
            sorted(one.what for one in said.values() if one.approved_by and one.what not in over)
        ),
        unaccounted=tuple(unaccounted),
        not_approved=tuple(sorted(one.what for one in said.values() if not one.approved_by)),
        expired=tuple(sorted(over.items())),
        services=tuple(one for one in plan.services if one in watched),
        lacking=tuple(sorted((one.what, gaps) for one in said.values() if (gaps := _lacking(one)))),
    )


def _by_others(plan: Plan, fact: ProtectionScope, names: Mapping[str, str], name: str) -> bool:
    """Whether a name is a component's that, by the plan, something else than this tool copies."""
    component = plan.components.get(names.get(name.casefold(), ""))
    if component is None or not component.copied:
        return False
    return component.watch is None or component.watch.platform != fact.source.instance


def _names_of(plan: Plan, exclusion: Exclusion) -> tuple[str, ...]:
    """Give all names by which a tool may call what the plan leaves out."""
    component = plan.components.get(exclusion.component or "")
    if component is None:
        return (exclusion.what,)
    return tuple(one for one in (exclusion.what, component.key, component.name) if one)


def _lacking(one: ScopeExclusion) -> tuple[str, ...]:
    said = {"who decided it": one.approved_by, "why": one.reason, "until when": one.until}
    return tuple(name for name, given in said.items() if not given)


def _component_names(plan: Plan) -> dict[str, str]:
    found = {one.name.casefold(): key for key, one in plan.components.items() if one.name}
    return found | {key.casefold(): key for key in plan.components}


def _watched(plan: Plan, fact: ProtectionScope, owned: Mapping[str, tuple[str, ...]]) -> set[str]:
    """Give the services whose data the tool copies, where its own names say nothing."""
    if fact.data_set:
        return set()
    return {
        service
        for key, component in plan.components.items()
        if component.watch is not None and component.watch.platform == fact.source.instance
        for service in owned.get(key, ())
    }
