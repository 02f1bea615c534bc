"""What changed from one sight of a source to the next: other versions, and what is there no more.

Silence proves nothing. That a thing is gone is said only where a source that showed it was read
again and shows it no longer; that it was not seen for long, only where it was seen before, and its
source since. Of a source that fell silent itself, that alone is said.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from refloat.assess.ground.sights import Node, meant, origin_of, plain
from refloat.assess.organisation import Organisation
from refloat.model.feed import DependencySeen
from refloat.model.observations import ObservationFact

READS = frozenset({"dependencies"})
_Thing = tuple[Node, Node | None]


@dataclass(frozen=True)
class Upgraded:
    """Something runs as another version than its source said before.

    Attributes:
        name: its plain name.
        at: when the other version was seen.
        before: the version before.
        now: the version since.
        told_by: who tells of it.
    """

    name: str
    at: datetime
    before: str
    now: str
    told_by: str


@dataclass(frozen=True)
class Unseen:
    """A thing of the plan, or a need, that was seen and is seen no more.

    Attributes:
        having: the thing: ``component``, ``service`` or ``vendor``, and its key.
        needed: what it was seen to need; None where the thing itself is meant.
        last: when it was seen last.
        origin: who saw it last.
        told_by: the same, for people.
        missing_since: when its source was first read without it; None if nobody can say.
    """

    having: Node
    needed: Node | None
    last: datetime
    origin: str
    told_by: str
    missing_since: datetime | None


@dataclass(frozen=True)
class Silent:
    """A source that was not read, or not heard of, for longer than what it says counts.

    Attributes:
        origin: who saw.
        source: the same, for people.
        observer: the observer that reads it; empty for a source of the feed.
        last: when it was heard of last.
        services: keys of the services whose things it showed.
    """

    origin: str
    source: str
    observer: str
    last: datetime
    services: tuple[str, ...]


def upgrades(organisation: Organisation) -> tuple[Upgraded, ...]:
    """Give the last upgrade that was seen of each thing, in the order of their names."""
    last: dict[str, Upgraded] = {}
    for (name, _), seen in sorted(_history(organisation).versions.items()):
        for before, now in itertools.pairwise(seen):
            known = last.get(name)
            if now.version != before.version and (known is None or now.at >= known.at):
                last[name] = Upgraded(name, now.at, before.version, now.version, now.told_by)
    return tuple(last.values())


def gone(organisation: Organisation) -> tuple[Unseen, ...]:
    """Give the things of the plan that their file no longer shows, and nothing else does."""
    return tuple(
        one for one in _unseen(organisation) if one.missing_since is not None and one.needed is None
    )


def unseen_for_long(organisation: Organisation) -> tuple[Unseen, ...]:
    """Give what the plan says, and what was seen last before all that still counts.

    A need is among them only where the thing that needs is there still.
    """
    limit = organisation.instant - organisation.plan.policy.observed_for
    history = _history(organisation)
    found = [
        one
        for one in _unseen(organisation)
        if one.last < limit and (one.missing_since or history.heard[one.origin] >= limit)
    ]
    missing = {one.having for one in found if one.needed is None}
    return tuple(
        one
        for one in found
        if one.needed is None
        or (one.having not in missing and _is_written(organisation, one.having, one.needed))
    )


def silent_maps(organisation: Organisation) -> tuple[Silent, ...]:
    """Give the sources of which nothing was heard for longer than what they say counts."""
    limit = organisation.instant - organisation.plan.policy.observed_for
    history = _history(organisation)
    return tuple(
        Silent(
            origin,
            history.called[origin],
            history.observers.get(origin, ""),
            heard,
            _services(organisation, history.known_to(origin)),
        )
        for origin, heard in sorted(history.heard.items())
        if heard < limit and history.known_to(origin)
    )


@dataclass(frozen=True)
class _Version:
    """A version that was seen, since when, and where."""

    at: datetime
    version: str
    told_by: str


@dataclass
class _History:
    """Everything that was ever seen, by who saw it.

    Attributes:
        names: what each name of a source means.
        versions: by plain name and origin, the versions in the order of time.
        heard: when each origin was heard of last.
        called: what people call each origin.
        observers: the observer of each file.
        readings: when each file was read.
        last: of each known thing or need, when each origin showed it last.
    """

    names: Mapping[str, tuple[Node, ...]]
    versions: dict[tuple[str, str], list[_Version]] = field(default_factory=dict)
    heard: dict[str, datetime] = field(default_factory=dict)
    called: dict[str, str] = field(default_factory=dict)
    observers: dict[str, str] = field(default_factory=dict)
    readings: dict[str, list[datetime]] = field(default_factory=dict)
    last: dict[_Thing, dict[str, datetime]] = field(default_factory=dict)

    def known_to(self, origin: str) -> tuple[Node, ...]:
        """Give the things of the plan that an origin shows now."""
        newest = self.heard[origin] if origin in self.observers else None
        return tuple(
            having
            for (having, needed), by in self.last.items()
            if needed is None and origin in by and newest in (None, by[origin])
        )

    def read(self, first: ObservationFact, last: datetime) -> None:
        """Take a reading of a file, and when the file was read last without a difference."""
        origin = origin_of(first)
        for seen in first.observations:
            if seen.version:
                place = f"{first.source}:{seen.line}" if seen.line else first.source
                self._version(seen.component, origin, _Version(first.at, seen.version, place))
            self._show(seen.component, seen.needs, origin, last)

    def tell(self, facts: Iterable[DependencySeen]) -> None:
        """Take what the feed says, in the order of time."""
        newest: dict[tuple[str, str, str], datetime] = {}
        for fact in facts:
            origin = fact.source.instance
            if fact.version:
                version = _Version(fact.observed_at, fact.version, origin)
                self._version(fact.component, origin, version)
            newest[origin, fact.component, fact.needs] = fact.observed_at
            self.heard[origin] = fact.observed_at
            self.called[origin] = fact.source.tool or origin
        for (origin, component, needs), at in newest.items():
            self._show(component, needs, origin, at)

    def _version(self, component: str, origin: str, seen: _Version) -> None:
        self.versions.setdefault((plain(component), origin), []).append(seen)

    def _show(self, component: str, needs: str, origin: str, at: datetime) -> None:
        having, needed = meant(self.names, component), meant(self.names, needs)
        for thing in _things(having, needed):
            by = self.last.setdefault(thing, {})
            by[origin] = max(at, by.get(origin, at))


def _history(organisation: Organisation) -> _History:
    return organisation.once(_remembered, READS)


def _remembered(organisation: Organisation) -> _History:
    facts = organisation.facts.until(organisation.instant)
    if not facts.observations and not facts.feed.dependencies:
        return _History({})
    history = _History(organisation.names)
    by_origin: dict[str, list[ObservationFact]] = {}
    for fact in facts.observations:
        by_origin.setdefault(origin_of(fact), []).append(fact)
    for origin, readings in by_origin.items():
        history.heard[origin] = readings[-1].at
        history.called[origin] = readings[-1].source
        history.observers[origin] = readings[-1].observer
        history.readings[origin] = [one.at for one in readings]
        for first, last in _runs(readings):
            history.read(first, last.at)
    history.tell(facts.feed.dependencies)
    return history


def _runs(readings: Sequence[ObservationFact]) -> Iterator[tuple[ObservationFact, ObservationFact]]:
    """Give the first and the last of readings that show the same: most files seldom change."""
    first = last = readings[0]
    for one in readings[1:]:
        if one.observations != first.observations:
            yield first, last
            first = one
        last = one
    yield first, last


def _things(having: Iterable[Node], needed: Iterable[Node]) -> Iterator[_Thing]:
    """Give what a sight shows of the plan: things, and one needing another; unknown ones never."""
    users = [node for node in having if node[0] != "unknown"]
    needs = [node for node in needed if node[0] != "unknown"]
    for node in (*users, *needs):
        yield node, None
    for one, other in itertools.product(users, needs):
        if one != other:
            yield one, other


def _unseen(organisation: Organisation) -> tuple[Unseen, ...]:
    return organisation.once(_worked_out, READS)


def _worked_out(organisation: Organisation) -> tuple[Unseen, ...]:
    """Give what was seen once, and is in nothing that counts now."""
    history = _history(organisation)
    now = {thing for sight in organisation.sights for thing in _things(sight.having, sight.needed)}
    found = []
    for (having, needed), by in sorted(history.last.items(), key=_by_name):
        if (having, needed) in now:
            continue
        origin, last = max(by.items(), key=lambda one: (one[1], one[0]))
        later = (at for at in history.readings.get(origin, ()) if at > last)
        found.append(
            Unseen(having, needed, last, origin, history.called[origin], next(later, None))
        )
    return tuple(found)


def _by_name(one: tuple[_Thing, object]) -> tuple[Node, Node]:
    having, needed = one[0]
    return having, needed or ("", "")


def _is_written(organisation: Organisation, having: Node, needed: Node) -> bool:
    """Say whether the plan says directly that one needs the other."""
    plan = organisation.plan
    user = plan.components.get(having[1]) if having[0] == "component" else None
    service = plan.services.get(having[1]) if having[0] == "service" else None
    needs = user.needs if user else service.needs if service else ()
    return any(one.on == needed[1] for one in needs)


def _services(organisation: Organisation, nodes: Iterable[Node]) -> tuple[str, ...]:
    found = {key for node in nodes for key in services_of(organisation, node)}
    return tuple(key for key in organisation.plan.services if key in found)


def services_of(organisation: Organisation, node: Node) -> tuple[str, ...]:
    """Give the services that a thing of the plan is a part of."""
    kind, key = node
    if kind == "service":
        return (key,)
    for basis in organisation.bases.values():
        owners: Mapping[str, tuple[str, ...]] = basis.moment.index.graph.owners
        return owners.get(key, ()) if kind == "component" else ()
    return ()


def key_of(organisation: Organisation, name: str) -> str | None:
    """Give the one component or service that a plain name means; None if none, or several."""
    nodes = meant(_history(organisation).names, name)
    known = [key for kind, key in nodes if kind in ("component", "service")]
    return known[0] if len(known) == 1 else None
