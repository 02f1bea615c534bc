"""Why a drill's evidence no longer counts: what it proved is not what is there now (R-154, R-161).

Evidence is bound to the plan of the service and its dependencies, to the versions that were
restored, and to the volume; and it expires. Comments and people's names change nothing.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from refloat.assess import words
from refloat.assess.basis import Basis
from refloat.assess.representative import comparable
from refloat.model.facts import DrillFact
from refloat.plan import service_fingerprint


class Cause(enum.StrEnum):
    """What made evidence stale."""

    AGE = "age"
    PLAN = "plan"
    VERSION = "version"
    VOLUME = "volume"


@dataclass(frozen=True)
class Stale:
    """One reason why evidence no longer counts."""

    cause: Cause
    sentence: str


def expires_at(basis: Basis, drill: DrillFact) -> datetime:
    """Say until when a drill counts at most; at that very instant it still does."""
    return drill.record.declared_at + basis.service.evidence_valid_for


def stale(basis: Basis, drill: DrillFact) -> tuple[Stale, ...]:
    """Say why a drill no longer counts at the instant; empty if it does."""
    return (
        *_plan(basis, drill),
        *_versions(basis, drill),
        *_volume(basis, drill),
        *_age(basis, drill),
    )


def _age(basis: Basis, drill: DrillFact) -> Iterator[Stale]:
    end = expires_at(basis, drill)
    if basis.instant > end:
        valid = words.duration(basis.service.evidence_valid_for.total_seconds())
        text = (
            f"The drill of {words.instant(drill.record.declared_at)} counted for {valid}, "
            f"until {words.instant(end)}."
        )
        yield Stale(Cause.AGE, text)


def _plan(basis: Basis, drill: DrillFact) -> Iterator[Stale]:
    environment = drill.record.environment
    if environment.service == service_fingerprint(basis.plan, basis.service.key):
        return
    now, then = set(basis.strengths), set(environment.closure)
    name = basis.service.name
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
        if newest is None or newest.point.consistency_time <= before.consistency_time:
            continue
        pairs = (
            (before.source_version, newest.point.source_version),
            (before.engine_version, newest.point.engine_version),
        )
        for old, new in pairs:
            if old and new and old != new:
                name = words.component(basis.plan, key)
                text = f"{name} was drilled with {old}; it is now backed up with {new}."
                yield Stale(Cause.VERSION, text)


def _volume(basis: Basis, drill: DrillFact) -> Iterator[Stale]:
    for key, before in sorted(drill.record.environment.volume_bytes.items()):
        newest = basis.newest(key) if key in basis.data_sets else None
        if newest is None:
            continue
        if not comparable(basis.plan, basis.service.key, before, newest.point.bytes):
            name = words.component(basis.plan, key)
            text = (
                f"{name} has grown from {words.size(before)}, when it was drilled, "
                f"to {words.size(newest.point.bytes)}."
            )
            yield Stale(Cause.VOLUME, text)
