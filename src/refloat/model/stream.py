"""The stream: all facts of the feed that are known, sorted so that a judgement finds them at once.

Versions of one key are all kept; which one counts depends on the instant (``standing``).
"""

from __future__ import annotations

import bisect
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from refloat.model.feed import (
    AccessSeen,
    DependencySeen,
    FeedFact,
    Heartbeat,
    JobRun,
    PointSeen,
    ProtectionScope,
    RestoreTest,
)
from refloat.model.feed_people import ActionSeen, ApprovalSeen, Attestation, Change, Exercise
from refloat.model.packed import PackedPoints, Packer, joined, ticks

AnyFact = TypeVar("AnyFact", bound=FeedFact)


@dataclass(frozen=True)
class Stream:
    """Facts of the feed, each kind sorted by ``observed_at``, source, id and digest.

    Attributes:
        points: recovery points by data set, as their source calls it.
        jobs: job runs by data set; those for all of their source under the empty name.
        tests: restore tests by service; those of data sets alone under the empty name.
        changes: changes by subject.
        approvals: approvals by service.
        scopes: what tools were told to copy.
        access: who was seen to have which right.
        heartbeats: sources that were heard of.
        dependencies: what was seen to need what.
        exercises: exercises.
        attestations: statements.
        actions: corrective actions and acceptances.
    """

    points: Mapping[str, PackedPoints] = field(default_factory=dict)
    jobs: Mapping[str, tuple[JobRun, ...]] = field(default_factory=dict)
    tests: Mapping[str, tuple[RestoreTest, ...]] = field(default_factory=dict)
    changes: Mapping[str, tuple[Change, ...]] = field(default_factory=dict)
    approvals: Mapping[str, tuple[ApprovalSeen, ...]] = field(default_factory=dict)
    scopes: tuple[ProtectionScope, ...] = ()
    access: tuple[AccessSeen, ...] = ()
    heartbeats: tuple[Heartbeat, ...] = ()
    dependencies: tuple[DependencySeen, ...] = ()
    exercises: tuple[Exercise, ...] = ()
    attestations: tuple[Attestation, ...] = ()
    actions: tuple[ActionSeen, ...] = ()

    @classmethod
    def of(cls, facts: Iterable[FeedFact]) -> Stream:
        """Sort facts that came in any order; the very same fact twice counts once."""
        kinds: dict[type[FeedFact], list[FeedFact]] = {}
        points: defaultdict[str, Packer] = defaultdict(Packer)
        for fact in facts:
            if isinstance(fact, PointSeen):
                points[fact.data_set].add(fact)
            else:
                kinds.setdefault(type(fact), []).append(fact)
        return cls(
            points={key: points.pop(key).packed() for key in sorted(points)},
            jobs=_by(_of(kinds, JobRun), lambda one: one.data_set),
            tests=_by(_of(kinds, RestoreTest), lambda one: one.service),
            changes=_by(_of(kinds, Change), lambda one: one.subject),
            approvals=_by(_of(kinds, ApprovalSeen), lambda one: one.service),
            scopes=_sorted(_of(kinds, ProtectionScope)),
            access=_sorted(_of(kinds, AccessSeen)),
            heartbeats=_sorted(_of(kinds, Heartbeat)),
            dependencies=_sorted(_of(kinds, DependencySeen)),
            exercises=_sorted(_of(kinds, Exercise)),
            attestations=_sorted(_of(kinds, Attestation)),
            actions=_sorted(_of(kinds, ActionSeen)),
        )

    def all(self) -> Iterator[FeedFact]:
        """Give every fact, kind by kind."""
        groups: tuple[Mapping[str, Sequence[FeedFact]], ...] = (
            self.points,
            self.jobs,
            self.tests,
            self.changes,
            self.approvals,
        )
        for group in groups:
            for some in group.values():
                yield from some
        yield from self.scopes
        yield from self.access
        yield from self.heartbeats
        yield from self.dependencies
        yield from self.exercises
        yield from self.attestations
        yield from self.actions

    def until(self, instant: datetime) -> Stream:
        """Give the facts that were observed at or before an instant."""
        cut: dict[str, Any] = {name: _until_by(getattr(self, name), instant) for name in _GROUPED}
        cut |= {name: _until(getattr(self, name), instant) for name in _PLAIN}
        points, now = self.points, ticks(instant)
        if any(some.latest > now for some in points.values()):
            points = {key: told for key, some in points.items() if (told := some.until(instant))}
        return Stream(points=points, **cut)

    def only(self, names: Iterable[str]) -> Stream:
        """Give the facts of some kinds alone, by the names of the attributes that hold them."""
        return Stream(**{name: getattr(self, name) for name in names})

    def joined(self, more: Stream) -> Stream:
        """Give these facts and more; only groups that get something new are sorted again."""
        points = {
            key: joined([self.points[key], some]) if key in self.points else some
            for key, some in more.points.items()
        }
        both: dict[str, Any] = {"points": {**self.points, **points} if points else self.points}
        for name in _GROUPED:
            mine, theirs = getattr(self, name), getattr(more, name)
            changed = {key: _sorted((*mine.get(key, ()), *some)) for key, some in theirs.items()}
            both[name] = {**mine, **changed} if changed else mine
        for name in _PLAIN:
            some = getattr(more, name)
            both[name] = _sorted((*getattr(self, name), *some)) if some else getattr(self, name)
        return Stream(**both)


_GROUPED = ("jobs", "tests", "changes", "approvals")
_PLAIN = (
    "scopes",
    "access",
    "heartbeats",
    "dependencies",
    "exercises",
    "attestations",
    "actions",
)


def standing(facts: Iterable[AnyFact], instant: datetime) -> tuple[AnyFact, ...]:
    """Give the facts that stand at an instant: of each key the last word observed by then.

    Args:
        facts: facts of one kind, sorted as a stream keeps them.
        instant: when.
    """
    last: dict[tuple[str, str], AnyFact] = {}
    for fact in facts:
        if fact.observed_at <= instant:
            last[fact.source.instance, fact.external_id] = fact
    return tuple(last.values())


def conflicts(facts: Iterable[AnyFact]) -> tuple[tuple[AnyFact, AnyFact], ...]:
    """Give facts of one key that were observed at one time and say different things.

    Both are kept, and the one with the larger digest counts, whatever came first.

    Args:
        facts: facts of one kind, sorted as a stream keeps them.

    Returns:
        Pairs: the one that does not count, and the next of the same key and time.
    """
    found: list[tuple[AnyFact, AnyFact]] = []
    last: AnyFact | None = None
    for fact in facts:
        if last is not None and in_order(last)[:3] == in_order(fact)[:3]:
            found.append((last, fact))
        last = fact
    return tuple(found)


def in_order(fact: FeedFact) -> tuple[datetime, str, str, str]:
    """Give what facts of one kind are sorted by."""
    return fact.observed_at, fact.source.instance, fact.external_id, fact.digest


def _of(kinds: Mapping[type[FeedFact], list[FeedFact]], kind: type[AnyFact]) -> Iterator[AnyFact]:
    return (fact for fact in kinds.get(kind, ()) if isinstance(fact, kind))


def _sorted(facts: Iterable[AnyFact]) -> tuple[AnyFact, ...]:
    ordered = sorted(facts, key=in_order)
    return tuple(
        fact
        for n, fact in enumerate(ordered)
        if not n
        or fact.digest != ordered[n - 1].digest
        or in_order(fact) != in_order(ordered[n - 1])
    )


def _until(facts: tuple[AnyFact, ...], instant: datetime) -> tuple[AnyFact, ...]:
    """Cut sorted facts; none is looked at where all of them count."""
    if not facts or facts[-1].observed_at <= instant:
        return facts
    return facts[: bisect.bisect_right(facts, instant, key=lambda fact: fact.observed_at)]


def _until_by(
    groups: Mapping[str, tuple[AnyFact, ...]], instant: datetime
) -> Mapping[str, tuple[AnyFact, ...]]:
    if all(facts[-1].observed_at <= instant for facts in groups.values() if facts):
        return groups
    cut = {key: _until(facts, instant) for key, facts in groups.items()}
    return {key: facts for key, facts in cut.items() if facts}


def _by(facts: Iterable[AnyFact], name: Callable[[AnyFact], str]) -> dict[str, tuple[AnyFact, ...]]:
    """Group facts by a name, then sort each group: that needs far less memory than all at once."""
    grouped: dict[str, list[AnyFact]] = {}
    for fact in facts:
        grouped.setdefault(name(fact), []).append(fact)
    return {key: _sorted(grouped[key]) for key in sorted(grouped)}
