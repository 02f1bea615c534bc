"""Keys that lie in what they open (R-044): with the key gone, so are the copies.

A place where a key is kept is known when it is the key or the name of something in the plan, in
small or capital letters. Any other words ("the sealed envelope in two safes") are taken for a place
outside.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from refloat.model.plan import Plan

Locked = tuple[str, str]
"""``repository`` or ``platform``, and its key in the plan: what a key opens."""

_Ways = tuple[tuple[Locked, ...], ...]
"""Several ways to one thing; on each of them, everything that must be opened."""


class _Named(Protocol):
    """Whatever has a name for people."""

    @property
    def name(self) -> str: ...


@dataclass(frozen=True)
class BuriedKey:
    """A key that can only be reached with itself.

    Attributes:
        opens: what it opens.
        kept: where it is kept, as the plan says.
        through: what must be opened to get at it, from there back to what it opens.
        buried: components of which every copy needs such a key; alphabetical.
    """

    opens: Locked
    kept: str
    through: tuple[Locked, ...]
    buried: tuple[str, ...]


def buried_keys(plan: Plan) -> tuple[BuriedKey, ...]:
    """Find every key that is kept in what it opens, directly or through others' keys.

    Args:
        plan: a valid plan; it alone is looked at.
    """
    places = _Places(plan)
    kept: dict[Locked, str] = {
        **{("repository", key): one.key_kept for key, one in plan.repositories.items()},
        **{("platform", key): one.key_kept for key, one in plan.platforms.items()},
    }
    shut = _shut(places, kept)
    buried = tuple(places.behind(shut)) if shut else ()
    found = ((locked, _back(places, kept, locked, shut)) for locked in sorted(shut))
    return tuple(
        BuriedKey(locked, kept[locked], through, buried) for locked, through in found if through
    )


class _Places:
    """Where the plan's own things lie, and what must be opened to get at them."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        named: tuple[tuple[str, Mapping[str, _Named]], ...] = (
            ("component", plan.components),
            ("service", plan.services),
            ("repository", plan.repositories),
            ("platform", plan.platforms),
        )
        by_name = {
            one.name.casefold(): (kind, key) for kind, some in named for key, one in some.items()
        }
        by_name.pop("", None)
        by_key = {key.casefold(): (kind, key) for kind, some in named for key in some}
        self._known = {**by_name, **by_key}

    def inside(self, where: str) -> tuple[_Ways, ...]:
        """Give what must be opened to get at a place: one way for each part of it.

        Nothing, if the place is none of the plan's, or nothing copies what is there.
        """
        kind, key = self._known.get(where.strip().casefold(), ("", ""))
        if kind in ("repository", "platform"):
            return ((((kind, key),),),)
        parts = [key] if kind == "component" else self._own(key) if kind == "service" else []
        return tuple(ways for ways in map(self._ways, parts) if ways)

    def behind(self, shut: frozenset[Locked]) -> Iterator[str]:
        """Give the components that no copy can bring back while some things stay shut."""
        for key in sorted(self._plan.components):
            ways = self._ways(key)
            if ways and all(not shut.isdisjoint(way) for way in ways):
                yield key

    def _ways(self, component: str) -> _Ways:
        """Give, for each place of its copies, what must be opened."""
        one = self._plan.components[component]
        platform = one.watch.platform if one.watch is not None else None
        first: tuple[Locked, ...] = (("platform", platform),) if platform is not None else ()
        return tuple((*first, ("repository", key)) for key in one.repositories)

    def _own(self, service: str) -> list[str]:
        found: dict[str, None] = {}
        ahead = [need.on for need in self._plan.services[service].needs]
        for key in ahead:
            if key in self._plan.components and key not in found:
                found[key] = None
                ahead.extend(need.on for need in self._plan.components[key].needs)
        return list(found)


def _shut(places: _Places, kept: Mapping[Locked, str]) -> frozenset[Locked]:
    """Give what can never be opened, when everything whose key lies outside is opened first."""
    closed = {locked: parts for locked, where in kept.items() if (parts := places.inside(where))}
    grows = True
    while grows:
        opened = {
            locked
            for locked, parts in closed.items()
            if all(any(closed.keys().isdisjoint(way) for way in ways) for ways in parts)
        }
        closed = {locked: parts for locked, parts in closed.items() if locked not in opened}
        grows = bool(opened)
    return frozenset(closed)


def _back(
    places: _Places, kept: Mapping[Locked, str], start: Locked, shut: frozenset[Locked]
) -> tuple[Locked, ...]:
    """Give the shortest way by which a key needs itself; empty if it only needs one that does."""
    ahead: list[tuple[Locked, ...]] = [(start,)]
    met = {start}
    for path in ahead:
        parts = places.inside(kept[path[-1]])
        needed = dict.fromkeys(one for ways in parts for way in ways for one in way)
        if start in needed:
            return (*path[1:], start)
        for one in needed:
            if one in shut and one not in met:
                met.add(one)
                ahead.append((*path, one))
    return ()
