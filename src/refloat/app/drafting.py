"""From what sources show to what a plan would say: which things there are, and what each is called.

Nothing is merged because it is called alike. Names are one thing within a realm, as the observers
say how far their names reach; of several realms each keeps its own thing, and the draft says so. A
name that is only referred to means the one thing that is called so, wherever that was read.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from refloat.app.sources import Source
from refloat.assess.ground.sights import plain
from refloat.model.observations import Observation

_KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_NO_KEY = re.compile(r"[^a-z0-9]+")
_LONGEST_PART = 40


@dataclass(frozen=True)
class Place:
    """Where something stands: a source, and the line in it; 0 where it has none."""

    source: str
    line: int

    def __str__(self) -> str:
        """Give ``compose.yaml:4``."""
        return f"{self.source}:{self.line}" if self.line else self.source


@dataclass(eq=False)
class Thing:
    """Something that was seen.

    Attributes:
        realm: within what its name means this one thing.
        name: as the sources have it.
        key: its name in the plan.
        places: where it is named; first where it is said what it is.
        declared: whether a source says more of it than that something needs it.
        what: what it is, in words of the sources.
        owner: who answers for it; empty if no source says.
        version: which version it is; empty if no source says.
        holds_data: whether it was seen to keep data.
        needs: what it needs, and where that is said.
        circles: what it was seen to need, but needs it itself in the end: no plan can say both.
        apart: others that are called the same, and may be the same.
        joined: names that may mean this, or several things that are called so, and where.
    """

    realm: str
    name: str
    key: str = ""
    places: list[Place] = field(default_factory=list)
    declared: bool = False
    what: str = ""
    owner: str = ""
    version: str = ""
    holds_data: bool = False
    needs: dict[Thing, Place] = field(default_factory=dict)
    circles: dict[Thing, Place] = field(default_factory=dict)
    apart: tuple[Thing, ...] = ()
    joined: dict[Thing, Place] = field(default_factory=dict)


@dataclass(frozen=True)
class Drawn:
    """Everything that sources show, ready to be written down.

    Attributes:
        things: by key, in alphabetical order.
        roots: those that nothing else was seen to need.
        owners: by name, the key of each owner.
        service: a key that nothing else has.
    """

    things: Mapping[str, Thing]
    roots: tuple[Thing, ...]
    owners: Mapping[str, str]
    service: str


def draw(sources: Sequence[Source], left_out: frozenset[str] = frozenset()) -> Drawn:
    """Work out what sources show, the same whatever their order.

    Args:
        sources: what was read.
        left_out: names that cannot stand in a plan, of things or of owners.
    """
    found = _Found()
    for source in sorted(sources, key=lambda one: (one.name, one.realm)):
        for seen in source.reading.observations:
            if seen.component not in left_out and seen.needs not in left_out:
                found.take(source, seen)
    things = sorted(found.resolved(), key=lambda one: (plain(one.name), one.name, one.realm))
    _name_all(things)
    by_key = {one.key: one for one in sorted(things, key=lambda one: one.key)}
    _open_circles(by_key)
    needed = {id(need) for one in things for need in one.needs}
    taken = {*by_key, *(plain(one.name) for one in things)}
    return Drawn(
        things=by_key,
        roots=tuple(one for one in by_key.values() if id(one) not in needed),
        owners=_owners(things, left_out),
        service=_Keys(taken).free("everything-observed"),
    )


class _Found:
    """What was seen so far."""

    def __init__(self) -> None:
        self._things: dict[tuple[str, str], Thing] = {}
        self._references: list[tuple[Thing, str, Place, bool, str]] = []

    def take(self, source: Source, seen: Observation) -> None:
        """Take one observation; what it refers to is looked for when everything is known."""
        place = Place(source.name, seen.line)
        thing = self._thing(source.realm, seen.component)
        thing.declared = True
        thing.places.insert(len(thing.places) if seen.needs else 0, place)
        thing.owner = thing.owner or seen.owner
        thing.version = thing.version or seen.version
        if seen.needs:
            self._references.append((thing, seen.needs, place, seen.holds_data, seen.what))
        else:
            thing.what = thing.what or seen.what
            thing.holds_data = thing.holds_data or seen.holds_data

    def resolved(self) -> list[Thing]:
        """Give everything, with what it needs."""
        declared: dict[str, list[Thing]] = {}
        for thing in self._things.values():
            declared.setdefault(plain(thing.name), []).append(thing)
        for thing, name, place, holds_data, what in self._references:
            for needed in self._meant(thing, name, place, declared.get(plain(name), [])):
                if needed is not thing:
                    thing.needs.setdefault(needed, place)
                needed.holds_data = needed.holds_data or holds_data
                if not needed.declared:
                    needed.places.append(place)
                    needed.what = needed.what or (what if holds_data else "")
        return list(self._things.values())

    def _thing(self, realm: str, name: str) -> Thing:
        return self._things.setdefault((realm, name), Thing(realm, name))

    def _meant(
        self, thing: Thing, name: str, place: Place, called_so: Sequence[Thing]
    ) -> Sequence[Thing]:
        own = self._things.get((thing.realm, name))
        if own is not None:
            return (own,)
        near = [one for one in called_so if one.realm == thing.realm]
        if len(near) == 1:
            return near
        for one in called_so:
            one.joined.setdefault(thing, place)
        return called_so or (self._thing(thing.realm, name),)


def _name_all(things: Sequence[Thing]) -> None:
    """Give each thing a key that means nothing else, and say which are called the same."""
    called: dict[str, list[Thing]] = {}
    for thing in things:
        called.setdefault(plain(thing.name), []).append(thing)
    keys = _Keys(called)
    for name, some in called.items():
        if len(some) == 1 and _KEY.fullmatch(name) and name == some[0].name:
            some[0].key = name
    for some in called.values():
        for thing in some:
            thing.apart = tuple(one for one in some if one is not thing)
            if not thing.key:
                part = f"{_slug(thing.name)}-in-{_slug(thing.places[0].source)}"
                thing.key = keys.free(part if thing.apart else _slug(thing.name))


def _owners(things: Iterable[Thing], left_out: frozenset[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    by_plain: dict[str, str] = {}
    keys = _Keys(())
    for name in sorted({one.owner for one in things if one.owner} - left_out):
        if plain(name) not in by_plain:
            by_plain[plain(name)] = keys.free(_slug(name))
        found[name] = by_plain[plain(name)]
    return found


def _slug(name: str) -> str:
    """Spell a name as keys are spelled, as far as that goes."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return _NO_KEY.sub("-", letters)[:_LONGEST_PART].strip("-") or "unnamed"


class _Keys:
    """Gives keys that nothing else has.

    Args:
        taken: what is a key already, or must not be one.
    """

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = set(taken)
        self._last: dict[str, int] = {}

    def free(self, key: str) -> str:
        """Give a key that was not taken, and take it; with a number behind it if need be."""
        key = key[:56].strip("-")
        number = self._last.get(key, 1)
        free = key if number == 1 else f"{key}-{number}"
        while free in self._taken:
            number += 1
            free = f"{key}-{number}"
        self._last[key] = number
        self._taken.add(free)
        return free


def _open_circles(things: Mapping[str, Thing]) -> None:
    """Take needs out that close a circle, the same ones each time: a plan can hold none."""
    done: set[Thing] = set()
    for start in things.values():
        way: dict[Thing, Iterator[Thing]] = {}
        ahead = [start] if start not in done else []
        while ahead:
            thing = ahead[-1]
            if thing not in way:
                way[thing] = iter(sorted(thing.needs, key=lambda one: one.key))
            for needed in way[thing]:
                if needed in way:
                    thing.circles[needed] = thing.needs.pop(needed)
                elif needed not in done:
                    ahead.append(needed)
                    break
            else:
                del way[thing]
                done.add(ahead.pop())
