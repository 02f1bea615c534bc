"""The organisation at one instant: every service judged, for rules that see it as a whole."""

from __future__ import annotations

import operator
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar

from refloat.assess.ground.basis import Basis
from refloat.assess.ground.sights import Node, Sight, known_names, sights
from refloat.model.facts import Facts
from refloat.model.judgement import ServiceStatus
from refloat.model.plan import Plan

_Worked = TypeVar("_Worked")


_Part = TypeVar("_Part")
_PIECE = 100


def _same(some: Sequence[_Part], others: Sequence[_Part]) -> bool:
    """Whether two rows hold the very same objects."""
    return len(some) == len(others) and all(map(operator.is_, some, others))


class Kept:
    """What was worked out of an organisation, while the facts that it read are the same."""

    def __init__(self) -> None:
        self._whole: dict[Hashable, tuple[frozenset[str], Any]] = {}
        self._each: dict[Callable[..., Any], tuple[frozenset[str], dict[str, Any]]] = {}

    def whole(
        self,
        work: Callable[[Organisation], _Worked],
        reads: frozenset[str],
        organisation: Organisation,
    ) -> _Worked:
        """Give what was kept; work it out where nothing was."""
        return self.under(work, reads, lambda: work(organisation))

    def under(self, name: Hashable, reads: frozenset[str], make: Callable[[], _Worked]) -> _Worked:
        """Give what was kept under a name; make it where nothing was.

        Args:
            name: names everything that it is made of, but for what is in ``reads``.
            reads: the names of the streams that it is made of, too.
            make: makes it.
        """
        if name not in self._whole:
            self._whole[name] = (reads, make())
        found: _Worked = self._whole[name][1]
        return found

    def pieces(
        self, name: str, parts: Sequence[_Part], merge: Callable[[Sequence[_Part]], _Worked]
    ) -> list[_Worked]:
        """Merge parts a hundred at a time, and again only those hundreds that have a new part.

        Args:
            name: of what the parts are.
            parts: the parts, in an order that stays; one that has not changed is the same object.
            merge: merges some neighbours; what it gives must not be changed.
        """
        kept: dict[int, tuple[Sequence[_Part], _Worked]]
        kept = self.under(("pieces", name), frozenset(), dict)
        found = []
        for start in range(0, len(parts), _PIECE):
            some = parts[start : start + _PIECE]
            known = kept.get(start)
            if known is None or not _same(known[0], some):
                known = kept[start] = (some, merge(some))
            found.append(known[1])
        return found

    def each(
        self,
        work: Callable[[Organisation, str], _Worked],
        reads: frozenset[str],
        organisation: Organisation,
    ) -> Mapping[str, _Worked]:
        """Give what was kept of each service; work it out for those of which nothing was."""
        found: dict[str, _Worked] = self._each.setdefault(work, (reads, {}))[1]
        if len(found) < len(organisation.plan.services):
            for key in organisation.plan.services:
                if key not in found:
                    found[key] = work(organisation, key)
            found = {key: found[key] for key in organisation.plan.services}
            self._each[work] = (reads, found)
        return found

    def forget(self, services: Iterable[str], reads: frozenset[str]) -> None:
        """Forget what some facts may have changed.

        Args:
            services: the services that they touch.
            reads: the streams that they belong to.
        """
        gone = tuple(services)
        self._whole = {work: kept for work, kept in self._whole.items() if not kept[0] & reads}
        self._each = {work: kept for work, kept in self._each.items() if not kept[0] & reads}
        for _, found in self._each.values():
            for key in gone:
                found.pop(key, None)


@dataclass(frozen=True)
class Organisation:
    """Everything that a rule of the organisation may look at.

    Attributes:
        plan: the plan.
        facts: all facts; use ``refloat.model.stream.standing`` with the instant on its feed.
        instant: when.
        bases: what each service is judged by, by key, in the plan's order.
        statuses: what was judged of each service, by key, without findings.
        kept: what was worked out before, of facts that have not changed since.
    """

    plan: Plan
    facts: Facts
    instant: datetime
    bases: Mapping[str, Basis]
    statuses: Mapping[str, ServiceStatus]
    kept: Kept = field(default_factory=Kept, repr=False, compare=False)

    @property
    def sights(self) -> tuple[Sight, ...]:
        """What was seen and still counts, by the feed and by observers alike."""
        for basis in self.bases.values():
            return basis.moment.sights
        return sights(self.plan, self.facts, self.instant)

    @property
    def names(self) -> Mapping[str, tuple[Node, ...]]:
        """What each name of a source may mean."""
        for basis in self.bases.values():
            return basis.moment.index.names
        return known_names(self.plan)

    def once(
        self, work: Callable[[Organisation], _Worked], reads: frozenset[str] | None = None
    ) -> _Worked:
        """Give what a function works out of the organisation, for rules that need the same.

        Args:
            work: a function of this alone; it is called the first time only, and what it gives must
                not be changed.
            reads: the names of the streams that it reads, where it reads no others: it is then
                not called again when facts of other kinds come. None if it may read anything.
        """
        if reads is not None:
            return self.kept.whole(work, reads, self)
        if work not in self._worked_out:
            self._worked_out[work] = work(self)
        found: _Worked = self._worked_out[work]
        return found

    def each(
        self, work: Callable[[Organisation, str], _Worked], reads: frozenset[str] = frozenset()
    ) -> Mapping[str, _Worked]:
        """Give what a function works out of each service, by key, in the plan's order.

        When facts come, it is called again only for the services that they touch.

        Args:
            work: a function of this and of a service's key, which looks at that service's basis and
                status alone; what it gives must not be changed.
            reads: the names of the streams that it reads beside the service's own facts.
        """
        return self.kept.each(work, reads, self)

    @cached_property
    def _worked_out(self) -> dict[Callable[[Organisation], Any], Any]:
        return {}
