"""Which facts are about one client: a pack for a client holds nothing else (R-121).

Facts are told apart by the keys and names of the client's plan alone. Two clients that use one key
for different things cannot be told apart: each client needs a state of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from refloat.model.facts import Facts
from refloat.model.feed import FeedFact
from refloat.model.feed_people import ActionSeen, Attestation, Exercise
from refloat.model.packed import PackedPoints
from refloat.model.plan import Plan
from refloat.model.stream import Stream

Kind = TypeVar("Kind", bound=FeedFact)
_Facts = TypeVar("_Facts", bound=Sequence[FeedFact])


def only_of(plan: Plan, facts: Facts) -> tuple[Facts, int]:
    """Give the facts that are about what a plan names.

    Args:
        plan: the client's plan.
        facts: facts that may be of others too.

    Returns:
        The facts whose subjects the plan knows, and how many were left out. What Refloat recorded
        itself is kept whole: it is of this state, which is the client's.
    """
    names = _Names(plan)
    feed = facts.feed
    points = names.grouped(feed.points, names.things)
    sources = {instance for some in points.values() for instance in some.instances}
    alone = sources - {
        instance
        for groups in (feed.points, feed.jobs)
        for name, some in groups.items()
        if name and _plain(name) not in names.things
        for instance in _instances(some)
    }
    kept = Stream(
        points=points,
        jobs={
            **names.grouped(feed.jobs, names.things),
            "": tuple(one for one in feed.jobs.get("", ()) if one.source.instance in alone),
        },
        tests={
            **names.grouped(feed.tests, names.things),
            "": tuple(one for one in feed.tests.get("", ()) if names.all(one.data_sets)),
        },
        changes=names.grouped(feed.changes, names.everything),
        approvals=names.grouped(feed.approvals, names.things),
        scopes=tuple(one for one in feed.scopes if names.knows(one.data_set)),
        access=tuple(
            one
            for one in feed.access
            if one.principal in plan.principals and one.repository in plan.repositories
        ),
        heartbeats=tuple(
            one
            for one in feed.heartbeats
            if names.knows(one.what) or (not one.what and one.source.instance in sources)
        ),
        dependencies=tuple(one for one in feed.dependencies if names.knows(one.component)),
        exercises=tuple(one for one in feed.exercises if names.practised(one)),
        attestations=tuple(one for one in feed.attestations if names.stated(one)),
        actions=tuple(one for one in feed.actions if names.assigned(one)),
    )
    kept = replace(kept, jobs=_full(kept.jobs), tests=_full(kept.tests))
    left_out = sum(1 for _ in feed.all()) - sum(1 for _ in kept.all())
    return replace(facts, feed=kept), left_out


class _Names:
    """What a plan knows by name."""

    def __init__(self, plan: Plan) -> None:
        self._people = frozenset(plan.people)
        self.things = frozenset(
            _plain(name)
            for some in (plan.components, plan.services)
            for key, one in some.items()
            for name in (key, one.name)
        )
        workarounds = (one.name for some in plan.services.values() for one in some.workarounds)
        others = (plan.vendors, plan.repositories, plan.platforms, plan.principals, plan.people)
        self.everything = self.things | frozenset(
            _plain(name) for name in (*(key for some in others for key in some), *workarounds)
        )

    def knows(self, name: str) -> bool:
        return _plain(name) in self.everything

    def all(self, names: Iterable[str]) -> bool:
        some = tuple(names)
        return bool(some) and all(_plain(name) in self.things for name in some)

    def grouped(self, groups: Mapping[str, _Facts], known: frozenset[str]) -> dict[str, _Facts]:
        return {name: some for name, some in groups.items() if _plain(name) in known}

    def practised(self, one: Exercise) -> bool:
        return self.all((*one.services, *one.restored))

    def stated(self, one: Attestation) -> bool:
        return one.person in self._people and (not one.subject or self._about(one.subject))

    def assigned(self, one: ActionSeen) -> bool:
        people = {one.owner, one.accepted_by} - {""}
        about = not one.subject or self._about(one.subject)
        return bool(people) and people <= self._people and about

    def _about(self, subject: str) -> bool:
        """Whether a subject is known: a key, or the text of a finding's subject."""
        parts = (part.rpartition(" ")[2] for part in subject.split(", "))
        return self.knows(subject) or all(self.knows(part) for part in parts)


def _instances(facts: Sequence[FeedFact]) -> Iterable[str]:
    if isinstance(facts, PackedPoints):
        return facts.instances
    return {one.source.instance for one in facts}


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def _full(groups: Mapping[str, tuple[Kind, ...]]) -> dict[str, tuple[Kind, ...]]:
    return {name: some for name, some in groups.items() if some}
