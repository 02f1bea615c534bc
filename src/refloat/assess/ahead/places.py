"""Where the copies of a data set are: what was seen there, and what the plan alone names.

A place is a data set in a repository. What was seen there counts; a place that the plan names, and
where nothing was ever seen, is no copy that anybody may count on.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from datetime import datetime
from functools import cached_property
from typing import NamedTuple, Protocol

from refloat.assess.ground.basis import Basis
from refloat.assess.ground.repositories import Repositories
from refloat.assess.ground.seen import SeenPoint, SeenPoints
from refloat.model.access import HOLDING, LockMode
from refloat.model.feed import CopySeen
from refloat.model.plan import Component, Plan, Repository

Thing = tuple[str, str]
"""``component``, ``service``, ``repository`` or ``platform``, and its key."""


class _Named(Protocol):
    """Whatever has a name for people."""

    @property
    def name(self) -> str: ...


_THE = "the "
"""What people put before a name, and may leave out."""

_LONGEST = 8
"""How many words a name has at most that is looked for in other words."""

LOOKED_BACK = 50
"""How many of the newest recovery points are looked at for copies in each place."""


class Place(NamedTuple):
    """Copies of a data set in a repository that fail together and have one key.

    Attributes:
        data_set: the component's key.
        repository: the repository's key, or its source's name.
        newest: the newest point there that may be restored from; None if none was seen.
        copy: its copy there; None if its source did not say where it is.
        domain: what the place fails together with, as was seen, else as the plan says; empty if
            nobody said.
        governed: whether a lock that rules open is all that keeps it.
        past: whether its source was to remove it by now, and nobody has seen it since.
    """

    data_set: str
    repository: str
    newest: SeenPoint | None = None
    copy: CopySeen | None = None
    domain: str = ""
    governed: bool = False
    past: bool = False


class _Lying(NamedTuple):
    """A copy, what tells it from others, what it fails with, and whether some rights open it."""

    spot: tuple[str, str, str]
    copy: CopySeen
    domain: str
    governed: bool


class _Row(NamedTuple):
    """Where copies lie.

    Attributes:
        copies: the copies; held, so that no others get their id.
        lying: those that the plan may mean.
        repositories: the keys of the repositories that these are in.
    """

    copies: tuple[CopySeen, ...]
    lying: tuple[_Lying, ...]
    repositories: frozenset[str]


class Places:
    """Looks copies up.

    Args:
        plan: a valid plan.
        instant: when.
        tried: says of a repository whether somebody was seen to delete there what is locked.
    """

    def __init__(self, plan: Plan, instant: datetime, tried: Callable[[str], bool]) -> None:
        self._plan = plan
        self._instant = instant
        self.tried = tried
        self._repositories = Repositories(plan)
        self._rows: dict[tuple[int, tuple[str, ...]], _Row] = {}

    def named(self, text: str) -> tuple[str, str]:
        """Give the kind and key of what some text names; both are empty if it is none of ours."""
        wanted = text.strip().casefold()
        return self._knowing(wanted).get(wanted, ("", ""))

    def mentioned(self, text: str) -> Iterator[Thing]:
        """Give what of ours some words speak of, the longest names alone."""
        said = text.strip().casefold()
        known = self._knowing(said)
        found: dict[str, Thing] = {}
        for part in _parts(said):
            name = part if part in known else f"{_THE}{part}"
            if name in known:
                found[part] = known[name]
        longer = [part for part in found if not any(part in one for one in found if part != one)]
        yield from dict.fromkeys(found[part] for part in longer)

    def _knowing(self, said: str) -> Mapping[str, Thing]:
        """Give the names that may be in some words; few are, in what the plan says of its keys."""
        return self._spoken if said in self._kept else self._all

    @cached_property
    def _kept(self) -> frozenset[str]:
        """Give what the plan says of where keys are kept."""
        kept = [one.key_kept for one in self._plan.repositories.values()]
        kept += [one.key_kept for one in self._plan.platforms.values()]
        return frozenset(text.strip().casefold() for text in kept)

    @cached_property
    def _spoken(self) -> Mapping[str, Thing]:
        parts = {part for text in self._kept for part in _parts(text)}
        wanted = {*self._kept, *parts, *(f"{_THE}{part}" for part in parts)}
        return dict(_names(self._plan, wanted))

    @cached_property
    def _all(self) -> Mapping[str, Thing]:
        return dict(_names(self._plan))

    def of(self, component: Component, start: Basis | None) -> tuple[Place, ...]:
        """Give every place of a component's copies: where they were seen first, then where meant.

        Args:
            component: the component.
            start: a service whose own it is; None if it is no service's.
        """
        meant = component.repositories
        points = start.points(component.key) if start is not None else ()
        if not points:
            return tuple(self._place(component.key, key, None, None) for key in meant)
        found: dict[tuple[str, str, str], Place] = {}
        newest: SeenPoint | None = None
        missing = set(meant)
        for number, point in enumerate(points.in_turn()):
            if number >= LOOKED_BACK and not missing:
                break
            copies = point.fact.copies
            newest = newest or (None if copies else point)
            row, past = self._row(copies, meant), point.doubtful
            for spot, copy, domain, governed in row.lying:
                if spot not in found and (number < LOOKED_BACK or spot[0] in missing):
                    found[spot] = Place(component.key, spot[0], point, copy, domain, governed, past)
            missing -= row.repositories
        if not missing:
            return tuple(found.values())
        told = bool(found) or len(meant) > 1
        unseen = (key for key in meant if key in missing)
        some = (self._place(component.key, key, None if told else newest, None) for key in unseen)
        return (*found.values(), *some)

    def locked(self, place: Place, start: Basis | None) -> SeenPoint | None:
        """Give the newest point in a place that a lock keeps which nobody's rights open yet."""
        if place.newest is None or start is None:
            return None
        if place.copy is not None and self._holds(
            place.newest.consistency_time, place.copy, place.repository
        ):
            return place.newest
        repository = self._plan.repositories.get(place.repository)
        meant = start.component(place.data_set).repositories
        for point in _newest(start.points(place.data_set)):
            if place.copy is None:
                if repository is not None and self._holds(
                    point.consistency_time, None, place.repository
                ):
                    return point
                continue
            for key, copy in self._each(point.copies, meant):
                same = _spot(key, copy) == _spot(place.repository, place.copy)
                if same and self._holds(point.consistency_time, copy, key):
                    return point
        return None

    def times(
        self, place: Place, start: Basis | None, *, locked: bool = False
    ) -> Iterator[datetime]:
        """Give when the data of everything in a place was true that can be restored, newest first.

        Args:
            place: the place.
            start: a service whose own its data set is; None if it is no service's.
            locked: whether only that counts which a lock keeps that nobody's rights open.
        """
        if place.newest is None or start is None:
            return
        meant = start.component(place.data_set).repositories
        for copies, times in start.points(place.data_set).certain():
            if place.copy is None:
                there: list[CopySeen | None] = [] if copies else [None]
            else:
                spot = _spot(place.repository, place.copy)
                there = [one.copy for one in self._row(copies, meant).lying if one.spot == spot]
            for time in times if there else ():
                if any(not locked or self._holds(time, one, place.repository) for one in there):
                    yield time

    def _each(
        self, copies: Iterable[CopySeen], meant: tuple[str, ...]
    ) -> Iterator[tuple[str, CopySeen]]:
        for copy in copies:
            key = self._key(copy, meant)
            if key is not None:
                yield key, copy

    def _row(self, copies: tuple[CopySeen, ...], meant: tuple[str, ...]) -> _Row:
        """Give where copies lie that are kept for a plan which means some repositories.

        Most points of most data sets lie in the same few rows of places; facts that are equal are
        kept once.
        """
        row = self._rows.get((id(copies), meant))
        if row is None:
            lying = tuple(
                _Lying(_spot(key, copy), copy, *self._kept_there(key, copy))
                for key, copy in self._each(copies, meant)
            )
            row = _Row(copies, lying, frozenset(one.spot[0] for one in lying))
            self._rows[id(copies), meant] = row
        return row

    def _key(self, copy: CopySeen, meant: tuple[str, ...]) -> str | None:
        """Give the repository that a copy is in; None if the plan means no copies there."""
        if copy.repository in meant:
            return copy.repository
        key = self._repositories.key(copy.repository)
        return None if self._repositories.is_of_another(key, meant) else key

    def _place(
        self, data_set: str, key: str, point: SeenPoint | None, copy: CopySeen | None
    ) -> Place:
        domain, governed = self._kept_there(key, copy)
        past = point is not None and point.doubtful
        return Place(data_set, key, point, copy, domain, governed, past)

    def _kept_there(self, key: str, copy: CopySeen | None) -> tuple[str, bool]:
        """Give what a copy breaks together with, and whether some rights open its lock."""
        repository = self._plan.repositories.get(key)
        domain = copy.failure_domain if copy is not None else ""
        if not domain and repository is not None:
            domain = repository.failure_domain
        return domain, _mode(repository, copy) is LockMode.GOVERNANCE

    def _holds(self, time: datetime, copy: CopySeen | None, key: str) -> bool:
        """Whether a lock that nobody's rights open still keeps a copy; as isolation sees it."""
        repository = self._plan.repositories.get(key)
        mode = _mode(repository, copy)
        if mode not in HOLDING or self.tried(key):
            return False
        if mode is LockMode.OFFLINE and copy is not None and copy.offline:
            return True
        until = copy.locked_until if copy is not None else None
        if until is None and repository is not None and repository.lock.mode is mode:
            period = repository.lock.period
            until = None if period is None else time + period
        return until is None or until > self._instant


def _mode(repository: Repository | None, copy: CopySeen | None) -> LockMode:
    """Give the lock that keeps a copy: as it was seen, else as the plan says."""
    if copy is not None and copy.offline:
        return LockMode.OFFLINE
    mode = copy.lock if copy is not None else LockMode.UNKNOWN
    return repository.lock.mode if mode is LockMode.UNKNOWN and repository is not None else mode


def _spot(key: str, copy: CopySeen) -> tuple[str, str, str]:
    """Give what tells copies in one repository from each other."""
    return key, copy.failure_domain, copy.key_kept


def _names(plan: Plan, wanted: Set[str] | None = None) -> Iterator[tuple[str, Thing]]:
    """Give the names of what a place of keys may name; keys come last, and so go first.

    Args:
        plan: the plan.
        wanted: the names that are asked for, in small letters; None for all.
    """
    named: tuple[tuple[str, Mapping[str, _Named]], ...] = (
        ("component", plan.components),
        ("service", plan.services),
        ("repository", plan.repositories),
        ("platform", plan.platforms),
    )
    for by_key in (False, True):
        for kind, some in named:
            if by_key:  # keys are in small letters
                keys = some if wanted is None else [key for key in wanted if key in some]
                yield from ((key, (kind, key)) for key in keys)
                continue
            said = [one.name for one in some.values()]
            if wanted is None or not wanted.isdisjoint(map(str.casefold, said)):  # few are wanted
                for name, key in zip(map(str.casefold, said), some, strict=True):
                    if name and (wanted is None or name in wanted):
                        yield name, (kind, key)


def _parts(text: str) -> Iterator[str]:
    """Give every row of whole words in a text; single letters are no names."""
    said = text.casefold()
    ends = [(one.start(), one.end()) for one in re.finditer(r"[\w-]+", said)]
    for number, (start, _) in enumerate(ends):
        for _, end in ends[number : number + _LONGEST]:
            if end - start > 1:
                yield said[start:end]


def _newest(points: SeenPoints) -> Iterator[SeenPoint]:
    """Give the newest points that may be restored from, newest first."""
    eligible = (one for one in reversed(points) if one.eligible)
    return itertools.islice(eligible, LOOKED_BACK)
