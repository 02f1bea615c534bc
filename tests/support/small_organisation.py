"""Small organisations and facts of the feed for tests: everything that is not said is good."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from refloat.model.dependency import Dependency, Strength
from refloat.model.facts import Facts
from refloat.model.feed import (
    CopySeen,
    DependencySeen,
    FeedFact,
    IntegrityCheck,
    JobRun,
    PointSeen,
    RestoreTest,
    Source,
    TestCheck,
    TestLevel,
)
from refloat.model.feed_people import ApprovalSeen, Change, Exercise
from refloat.model.organisation import Exclusion, Policy, Watch
from refloat.model.plan import (
    Component,
    ComponentKind,
    Objective,
    Person,
    Plan,
    Repository,
    Service,
)
from refloat.model.stream import Stream
from refloat.plan import objective_fingerprints

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
TOOL = Source("tool", "backup server")


def component(
    key: str,
    *needs: str,
    kind: ComponentKind = ComponentKind.DATABASE,
    copied: bool = True,
    vendor: str | None = None,
) -> Component:
    """Give a component whose data somebody else's tool copies."""
    return Component(
        key,
        kind,
        key.replace("-", " ").capitalize(),
        needs=tuple(Dependency(one) for one in needs),
        watch=Watch("tool", ("shelf",), HOUR) if copied else None,
        vendor=vendor,
    )


def service(
    key: str,
    *needs: str,
    soft: Iterable[str] = (),
    rto: timedelta = 4 * HOUR,
    rpo: timedelta = 2 * HOUR,
    vendors: tuple[str, ...] = (),
) -> Service:
    """Give a service with targets that Olga decides on."""
    return Service(
        key,
        key.capitalize(),
        processes=(f"the work of {key}",),
        owner="olga",
        technical_owner="tim",
        tier=2,
        objectives={
            "rpo": Objective("rpo", rpo, "bia", "olga"),
            "rto": Objective("rto", rto, "bia", "olga"),
        },
        needs=(
            *(Dependency(one) for one in needs),
            *(Dependency(one, Strength.SOFT) for one in soft),
        ),
        vendors=vendors,
    )


def plan(
    services: Iterable[Service],
    components: Iterable[Component] = (),
    *,
    exclusions: tuple[Exclusion, ...] = (),
    policy: Policy | None = None,
) -> Plan:
    """Give a plan of some services and components."""
    return Plan(
        organisation="Wattle Street",
        people={
            "olga": Person("olga", "Olga Berg", ("business owner",)),
            "tim": Person("tim", "Tim Ash", ("technical owner",)),
        },
        repositories={"shelf": Repository("shelf")},
        services={one.key: one for one in services},
        components={one.key: one for one in components},
        exclusions=exclusions,
        policy=policy or Policy(),
    )


def facts(*some: FeedFact | Iterable[FeedFact]) -> Facts:
    """Give facts of the feed."""
    flat = [fact for one in some for fact in ((one,) if isinstance(one, FeedFact) else tuple(one))]
    return Facts(feed=Stream.of(flat))


def approvals(
    of: Plan, key: str, *, by: str = "olga", at: datetime = NOW - 60 * DAY
) -> list[FeedFact]:
    """Give an approval of each objective of a service, as the plan says it."""
    return [
        ApprovalSeen(
            TOOL,
            f"{key}/{measure}/{by}/{at:%s}",
            at,
            digest(key, measure, by),
            by,
            key,
            measure,
            fingerprint,
            of.services[key].objectives[measure].target.total_seconds(),
            at,
            of.services[key].objectives[measure].basis,
        )
        for measure, fingerprint in objective_fingerprints(of, key).items()
    ]


def point(
    data_set: str,
    true_at: datetime = NOW - HOUR,
    *,
    observed_at: datetime | None = None,
    integrity: str = "ok",
    malware: str = "unknown",
    identity: str = "",
) -> PointSeen:
    """Give a recovery point."""
    name = identity or f"{data_set}@{true_at.isoformat()}"
    return PointSeen(
        TOOL,
        name,
        observed_at or true_at,
        digest(name, integrity, malware),
        data_set,
        true_at,
        size_bytes=1000,
        copies=(CopySeen("shelf"),),
        integrity=IntegrityCheck("checksum", integrity),
        malware=malware,
    )


def restore_test(
    key: str,
    at: datetime = NOW - 10 * DAY,
    *,
    seconds: float | None = 1800.0,
    level: TestLevel = TestLevel.SERVICE,
    result: str = "passed",
    data_sets: tuple[str, ...] = (),
    confirmed_by: str = "olga",
    checks: tuple[TestCheck, ...] = (),
) -> RestoreTest:
    """Give a restore test."""
    name = f"{key or '-'.join(data_sets)}/{at.isoformat()}/{level}/{result}/{seconds}"
    return RestoreTest(
        TOOL,
        name,
        at,
        digest(name),
        key,
        data_sets,
        level,
        result,
        at,
        seconds=seconds,
        confirmed_by=confirmed_by,
        checks=checks,
    )


def change(subject: str, at: datetime, what: str = "a new version") -> Change:
    """Give a material change."""
    return Change(TOOL, f"{subject}/{at.isoformat()}", at, digest(subject, what), subject, at, what)


def seen_to_need(one: str, other: str, at: datetime = NOW - DAY) -> DependencySeen:
    """Give an observed dependency."""
    return DependencySeen(TOOL, f"{one} > {other}", at, digest(one, other), one, other)


def exercise(*services: str, at: datetime = NOW - 30 * DAY, workarounds: bool = True) -> Exercise:
    """Give an exercise of decisions and communication."""
    name = f"exercise/{at.isoformat()}/{services}"
    return Exercise(
        TOOL, name, at, digest(name), "a morning", at, services, True, True, workarounds
    )


def job(data_set: str, at: datetime, status: str = "success") -> JobRun:
    """Give a job that ended."""
    return JobRun(
        TOOL, f"{data_set}/{at.isoformat()}", at, digest(data_set), "job", data_set, at, status
    )


def good(of: Plan, key: str, *, seconds: float = 1800.0) -> list[FeedFact]:
    """Give all that makes a service proven, but for what it needs."""
    own = [need.on for need in of.services[key].needs if need.on in of.components]
    return [
        *approvals(of, key),
        *(point(one) for one in own if of.components[one].copied),
        restore_test(key, seconds=seconds),
    ]


def digest(*parts: str) -> str:
    """Give a digest of some words."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
