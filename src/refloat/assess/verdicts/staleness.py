"""Why a trial's evidence no longer counts: what it proved is not what is there now (R-154, R-161).

A drill is bound to the plan of the service and its dependencies, to the versions that were
restored, and to the volume. A drill and a restore test of somebody else alike stop counting when
something material changed after they began, and when they are too old. Comments and people's names
change nothing.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from refloat.assess import words
from refloat.assess.ground.basis import Basis
from refloat.assess.ground.representative import comparable
from refloat.assess.ground.trials import Trial
from refloat.model.facts import DrillFact
from refloat.plan import closure


class Cause(enum.StrEnum):
    """What made evidence stale."""

    AGE = "age"
    PLAN = "plan"
    VERSION = "version"
    VOLUME = "volume"
    CHANGE = "change"


@dataclass(frozen=True)
class Stale:
    """One reason why evidence no longer counts.

    Attributes:
        cause: what made it stale.
        sentence: the reason in words.
        since: since when; None if nobody can say.
    """

    cause: Cause
    sentence: str
    since: datetime | None = None


_BUSINESS = "business"
"""A change of what matters is a reason to look at the plan again (R-160), and at no machine."""


def expires_at(basis: Basis, drill: DrillFact) -> datetime:
    """Say until when a drill counts at most; at that very instant it still does."""
    return drill.record.declared_at + basis.service.evidence_valid_for


def trial_expires_at(basis: Basis, trial: Trial) -> datetime:
    """Say until when a trial counts at most; at that very instant it still does."""
    return trial.at + basis.service.evidence_valid_for


def stale(basis: Basis, drill: DrillFact) -> tuple[Stale, ...]:
    """Say why a drill no longer counts at the instant; empty if it does."""
    return (
        *_changes(basis, drill.record.declared_at, "drilled"),
        *_plan(basis, drill),
        *_versions(basis, drill),
        *_volume(basis, drill),
        *_age(basis, drill.record.declared_at, "drill"),
    )


def stale_trial(basis: Basis, trial: Trial) -> tuple[Stale, ...]:
    """Say why a trial, of whatever kind, no longer counts at the instant; empty if it does."""
    if trial.drill is not None:
        return stale(basis, trial.drill)
    return (
        *_changes(basis, trial.at, "tested"),
        *_other_versions(basis, trial),
        *_age(basis, trial.at, "test"),
    )


def _changes(basis: Basis, at: datetime, how: str) -> Iterator[Stale]:
    """Say what material changed after a trial began; the first change makes it stale."""
    for change in basis.changes():
        if change.at > at and change.category != _BUSINESS:
            text = (
                f"{_called(basis, change.subject)} changed on {words.day(change.at)} "
                f"({change.what.rstrip('.')}), after {basis.service.name} was last {how}."
            )
            yield Stale(Cause.CHANGE, words.sentence(text), change.at)


def _called(basis: Basis, key: str) -> str:
    plan = basis.plan
    named = plan.services.get(key) or plan.components.get(key) or plan.vendors.get(key)
    return (named.name or key) if named is not None else key


def _age(basis: Basis, at: datetime, what: str) -> Iterator[Stale]:
    end = at + basis.service.evidence_valid_for
    if basis.instant > end:
        valid = words.duration(basis.service.evidence_valid_for.total_seconds())
        text = f"The {what} of {words.instant(at)} counted for {valid}, until {words.instant(end)}."
        yield Stale(Cause.AGE, text, end)


def _plan(basis: Basis, drill: DrillFact) -> Iterator[Stale]:
    environment = drill.record.environment
    key, name = basis.service.key, basis.service.name
    if environment.service == basis.moment.index.service_fingerprint(key):
        return
    now, then = set(closure(basis.plan, key)), set(environment.closure)
    changes: list[str] = []
    if now - then:
        added = words.listed(words.component(basis.plan, key) for key in sorted(now - then))
        changes.append(f"{name} now needs {added}")
    if then - now:
        changes.append(f"{name} no longer needs {words.listed(sorted(then - now))}")
    what = "; ".join(changes) or f"what the plan says of {name}, or of what it needs, has changed"
    when = words.instant(drill.record.declared_at)
    yield Stale(Cause.PLAN, words.sentence(f"{what} since the drill of {when}"))


def _versions(basis: Basis, drill: DrillFact) -> Iterator[Stale]:
    for key, before in sorted(drill.record.common_recovery_point.points.items()):
        newest = basis.newest(key) if key in basis.data_sets else None
        if newest is None or newest.consistency_time <= before.consistency_time:
            continue
        pairs = (
            (before.source_version, newest.version),
            (before.engine_version, newest.engine_version),
        )
        for old, new in pairs:
            if old and new and old != new:
                name = words.component(basis.plan, key)
                text = f"{name} was drilled with {old}; it is now backed up with {new}."
                yield Stale(Cause.VERSION, text, newest.observed_at)


def _other_versions(basis: Basis, trial: Trial) -> Iterator[Stale]:
    """Say what has another version now than when somebody else tested it (R-161).

    Which version was tested is told by the points of that time.
    """
    at = trial.point_time or trial.at
    for key in trial.data_sets:
        newest = basis.newest(key) if key in basis.data_sets else None
        if newest is None or not newest.version or newest.consistency_time <= at:
            continue
        old = basis.version_at(key, at)
        if old and old != newest.version:
            name = words.component(basis.plan, key)
            text = f"{name} was tested with {old}; it is now backed up with {newest.version}."
            yield Stale(Cause.VERSION, text, newest.observed_at)


def _volume(basis: Basis, drill: DrillFact) -> Iterator[Stale]:
    for key, before in sorted(drill.record.environment.volume_bytes.items()):
        newest = basis.newest(key) if key in basis.data_sets else None
        if newest is None or newest.bytes is None:
            continue
        if not comparable(basis.plan, basis.service.key, before, newest.bytes):
            name = words.component(basis.plan, key)
            text = (
                f"{name} has grown from {words.size(before)}, when it was drilled, "
                f"to {words.size(newest.bytes)}."
            )
            yield Stale(Cause.VOLUME, text, newest.observed_at)
