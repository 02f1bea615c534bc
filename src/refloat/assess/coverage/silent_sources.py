"""Sources that promised to be heard of again, and were not (R-017)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from refloat.assess import words
from refloat.assess.access.isolation import owners
from refloat.assess.organisation import Organisation
from refloat.model.feed import FeedFact, Heartbeat
from refloat.model.stream import standing


@dataclass(frozen=True)
class SilentSource:
    """A source that is overdue.

    Attributes:
        source: its instance.
        what: what it speaks for; empty for itself.
        name: what people call it.
        heard: when it was last heard of.
        expected: after how long it meant to be heard of again.
        services: services that it watches copies of, in the plan's order.
    """

    source: str
    what: str
    name: str
    heard: datetime
    expected: timedelta
    services: tuple[str, ...]


def silent_sources(organisation: Organisation) -> Iterator[SilentSource]:
    """Give every source of which nothing was heard in the time that it promised itself.

    A source is heard of by any recovery point, job or scope that it tells of, too; one that speaks
    for a data set, by what it tells of that.
    """
    instant, feed = organisation.instant, organisation.facts.feed
    last: dict[tuple[str, str], Heartbeat] = {}
    for fact in standing(feed.heartbeats, instant):
        key = (fact.source.instance, fact.what)
        if key not in last or fact.observed_at >= last[key].observed_at:
            last[key] = fact
    for (source, what), beat in sorted(last.items()):
        expected = timedelta(seconds=beat.expected_seconds or 0)
        if beat.expected_seconds is None or beat.observed_at + expected >= instant:
            continue
        heard = _heard(organisation, beat)
        if heard + expected < instant:
            name = what or words.platform(organisation.plan, source)
            services = _watched(organisation, source, what)
            yield SilentSource(source, what, name, heard, expected, services)


def _heard(organisation: Organisation, beat: Heartbeat) -> datetime:
    feed = organisation.facts.feed
    groups: list[Iterable[FeedFact]] = [reversed(feed.scopes)]
    told: tuple[Mapping[str, Sequence[FeedFact]], ...] = (feed.points, feed.jobs)
    for some in told:
        groups += [
            reversed(facts) for name, facts in some.items() if not beat.what or name == beat.what
        ]
    heard = beat.observed_at
    for group in groups:
        for fact in group:  # newest first
            if fact.observed_at <= heard:
                break
            if fact.source.instance == beat.source.instance and (
                fact.observed_at <= organisation.instant
            ):
                heard = fact.observed_at
                break
    return heard


def _watched(organisation: Organisation, source: str, what: str) -> tuple[str, ...]:
    watched: set[str] = set()
    for key, services in owners(organisation).items():
        component = organisation.plan.components[key]
        mine = component.watch is not None and component.watch.platform == source
        if key == what or component.name == what or (mine and not what):
            watched.update(services)
    return tuple(key for key in organisation.plan.services if key in watched)
