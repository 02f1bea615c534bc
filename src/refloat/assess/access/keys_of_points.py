"""Keys of recovery points that lie in what only they bring back (R-044), as sources tell of them.

``key_custody`` looks at what the plan says of repositories and platforms. Here each copy of the
newest recovery point is looked at: its source may say where its key is kept. A place is known when
it is the key or the name of a component, a service or the copy's own repository; any other words
are taken for a place outside.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from refloat.assess.access.isolation import owners
from refloat.assess.ground.seen import SeenPoint
from refloat.assess.organisation import Organisation
from refloat.model.feed import CopySeen
from refloat.model.plan import Plan

_Ways = tuple[tuple[str, ...], ...]
"""For each copy, the data sets of which one must be back to get at its key."""


@dataclass(frozen=True)
class BuriedPoint:
    """The newest recovery point of a data set, which only itself would open.

    Attributes:
        data_set: the component key.
        point: the point.
        kept: where the keys of its copies are kept, as their source says.
        through: data sets that must be back first, back to this one; empty if it is this one alone.
        services: services whose own data it is, in the plan's order.
    """

    data_set: str
    point: SeenPoint
    kept: tuple[str, ...]
    through: tuple[str, ...]
    services: tuple[str, ...]


def buried_points(organisation: Organisation) -> Iterator[BuriedPoint]:
    """Give every data set whose newest copies are all locked with keys that are lost with it."""
    told: dict[str, SeenPoint] = {}
    for some in organisation.each(_told).values():
        told.update(some)
    wanted = {copy.key_kept.casefold() for point in told.values() for copy in point.copies}
    places = _places(organisation.plan, wanted) if told else {}
    owned = organisation.once(owners, frozenset()) if told else {}
    closed: dict[str, _Ways] = {}
    for key, point in told.items():
        ways = tuple(_way(organisation.plan, places, key, copy) for copy in point.copies)
        if all(ways):
            closed[key] = ways
    shut = _shut(closed)
    for key in sorted(shut):
        through = _back(closed, key, shut)
        if through is not None:
            kept = tuple(dict.fromkeys(copy.key_kept for copy in told[key].copies))
            yield BuriedPoint(key, told[key], kept, through, owned[key])


def _told(organisation: Organisation, service: str) -> dict[str, SeenPoint]:
    """Give the newest points of a service of which each copy's key is said to be somewhere."""
    start = organisation.bases[service]
    newest = ((key, start.newest(key)) for key in start.data_sets)
    return {
        key: point
        for key, point in newest
        if point is not None and point.copies and all(copy.key_kept for copy in point.copies)
    }


def _places(plan: Plan, wanted: set[str]) -> dict[str, tuple[str, ...]]:
    """Give, by what people call a place, the data sets that lie there."""
    found: dict[str, tuple[str, ...]] = {}
    for key, service in plan.services.items():
        for name in {key.casefold(), service.name.casefold()} & wanted:
            needs = (need.on for need in service.needs)
            found[name] = tuple(on for on in needs if on in plan.components)
    for key, component in plan.components.items():
        for name in {key.casefold(), component.name.casefold()} & wanted:
            found[name] = (key,)
    return {
        name: copied
        for name, keys in found.items()
        if (copied := tuple(key for key in keys if plan.components[key].copied))
    }


def _way(
    plan: Plan, places: Mapping[str, tuple[str, ...]], data_set: str, copy: CopySeen
) -> tuple[str, ...]:
    """Give the data sets of which one must be back to get at a copy's key; empty for outside."""
    kept = copy.key_kept.casefold()
    repository = plan.repositories.get(copy.repository)
    names = {copy.repository.casefold(), repository.name.casefold() if repository else ""}
    return (data_set,) if kept in names - {""} else places.get(kept, ())


def _shut(closed: Mapping[str, _Ways]) -> frozenset[str]:
    """Give what can never be opened, when everything whose key lies outside is opened first."""
    shut = set(closed)
    grows = True
    while grows:
        opened = {key for key in shut if any(not shut.issuperset(needed) for needed in closed[key])}
        shut -= opened
        grows = bool(opened)
    return frozenset(shut)


def _back(closed: Mapping[str, _Ways], start: str, shut: frozenset[str]) -> tuple[str, ...] | None:
    """Give the shortest way by which a data set needs itself; None if it needs only others."""
    ahead: list[tuple[str, ...]] = [(start,)]
    met: set[str] = set()
    for path in ahead:
        for needed in dict.fromkeys(one for way in closed[path[-1]] for one in way):
            if needed == start:
                return path[1:]
            if needed in shut and needed not in met:
                met.add(needed)
                ahead.append((*path, needed))
    return None
