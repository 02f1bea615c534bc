"""An invented business whose services were each tested by themselves: each test changes one thing.

Claims need sign-in, sign-in needs the lines and the vault. Bookings were seen to need claims, too,
where a test says so. All times are in minutes, before ``NOW``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace as replace
from datetime import UTC, datetime, timedelta

from refloat.assess import Assessor
from refloat.model.facts import Facts
from refloat.model.feed import (
    CopySeen,
    DependencySeen,
    FeedFact,
    PointSeen,
    RestoreTest,
    Source,
    TestCheck,
    TestLevel,
)
from refloat.model.feed_people import ApprovalSeen, Attestation, Change
from refloat.model.judgement import Finding
from refloat.model.organisation import Watch
from refloat.model.plan import (
    Completeness,
    Component,
    ComponentKind,
    Dependency,
    Objective,
    Person,
    Plan,
    Repository,
    Service,
)
from refloat.model.stream import Stream
from refloat.plan import objective_fingerprints
from tests.support.changing import with_service

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
SOURCE = Source("desk")

OWN_MINUTES = {"lines": 30, "vault": 20, "sign-in": 60, "claims": 280, "bookings": 40}
"""How long the part of each service took when it was tested, twenty days ago."""

ALLOWED_MINUTES = {"lines": 60, "vault": 90, "sign-in": 120, "claims": 480, "bookings": 180}
"""How long each may be away."""

NEEDS = {"sign-in": ("lines", "vault"), "claims": ("sign-in", "lines"), "bookings": ("sign-in",)}


def plan() -> Plan:
    """Give the plan of the business."""
    return Plan(
        organisation="Quince Street Veterinary",
        people={
            "ada": Person("ada", "Ada Obi", ("business owner",)),
            "cem": Person("cem", "Cem Yildiz"),
        },
        repositories={"safe": Repository("safe", name="disks in the safe")},
        services={key: _service(key) for key in OWN_MINUTES},
        components={
            f"{key}-data": Component(
                f"{key}-data",
                ComponentKind.DATABASE,
                f"data of {key}",
                watch=Watch(copies=("safe",), every=HOUR),
            )
            for key in OWN_MINUTES
        },
    )


def _service(key: str) -> Service:
    needs = (f"{key}-data", *NEEDS.get(key, ()))
    return Service(
        key=key,
        name=f"The {key}",
        processes=(f"work with {key}",),
        owner="ada",
        technical_owner="cem",
        tier=1,
        objectives={
            "rpo": Objective("rpo", 4 * HOUR, "bia"),
            "rto": Objective("rto", ALLOWED_MINUTES[key] * MINUTE, "bia"),
        },
        needs=tuple(Dependency(need) for need in needs),
        evidence_valid_for=92 * DAY,
        completeness=Completeness("Is it all there?", "ada"),
    )


def facts(of: Plan) -> list[FeedFact]:
    """Give facts of a business that would come back in time: approved, copied and tested."""
    return [*approvals(of), *(point(key) for key in OWN_MINUTES), *map(restored, OWN_MINUTES)]


def approvals(of: Plan, by: str = "ada", at: datetime = NOW - 100 * DAY) -> list[FeedFact]:
    """Give approvals of every target that the plan has."""
    return [
        ApprovalSeen(
            SOURCE,
            f"{key}-{measure}-{by}",
            at,
            f"digest of {key} {measure} {at}",
            by,
            key,
            measure,
            fingerprint,
            of.services[key].objectives[measure].target.total_seconds(),
            at,
            of.services[key].objectives[measure].basis,
        )
        for key in of.services
        for measure, fingerprint in objective_fingerprints(of, key).items()
    ]


def point(service: str, at: datetime = NOW - HOUR, version: str = "") -> PointSeen:
    """Give a recovery point of a service's data."""
    return PointSeen(
        SOURCE,
        f"point of {service} {at}",
        at,
        f"digest of {service} {at}",
        f"{service}-data",
        at,
        copies=(CopySeen("safe"),),
        version=version,
    )


def restored(
    service: str,
    at: datetime = NOW - 20 * DAY,
    *,
    minutes: float | None = None,
    level: TestLevel = TestLevel.SERVICE,
    result: str = "passed",
    confirmed_by: str = "ada",
    checks: tuple[TestCheck, ...] = (),
    issues: tuple[str, ...] = (),
    steps: tuple[tuple[str, float], ...] = (),
) -> RestoreTest:
    """Give a restore test of a service that took as long as it usually does."""
    taken = OWN_MINUTES[service] if minutes is None else minutes
    return RestoreTest(
        SOURCE,
        f"test of {service} {at} {level}",
        at,
        f"digest of {service} {at} {level} {result}",
        service,
        (),
        level,
        result,
        at,
        seconds=taken * 60,
        confirmed_by=confirmed_by,
        checks=checks,
        issues=issues,
        steps=steps,
    )


def need_seen(one: str, other: str, at: datetime = NOW - 2 * DAY) -> DependencySeen:
    """Give that one service was seen to need another."""
    return DependencySeen(SOURCE, f"{one}->{other}", at, f"digest of {one} {other}", one, other)


def changed(
    subject: str,
    at: datetime,
    *,
    category: str = "",
    what: str = "replaced",
    material: bool = True,
) -> Change:
    """Give that something changed."""
    name = f"change of {subject} {at} {what}"
    return Change(SOURCE, name, at, f"digest of {name}", subject, at, what, category, material)


def reviewed(at: datetime) -> Attestation:
    """Give that somebody looked at the whole plan."""
    return Attestation(
        SOURCE, f"review {at}", at, f"digest of {at}", "plan-reviewed", "", "ada", "Looked at.", at
    )


def without(some: Iterable[FeedFact], service: str) -> list[FeedFact]:
    """Leave the tests of one service out."""
    return [one for one in some if not isinstance(one, RestoreTest) or one.service != service]


def with_targets(of: Plan, key: str, targets: Mapping[str, timedelta]) -> Plan:
    """Give the plan with other targets of a service."""
    objectives = dict(of.services[key].objectives)
    for measure, target in targets.items():
        objectives[measure] = Objective(measure, target, "bia")
    return with_service(of, key, objectives=objectives)


def findings(
    of: Plan, some: Iterable[FeedFact] | None = None, instant: datetime = NOW
) -> tuple[Finding, ...]:
    """Judge the business; facts are as usual if none are given."""
    feed = Stream.of(facts(of) if some is None else some)
    return Assessor(of, Facts(feed=feed)).assess(instant).findings


def found(
    code: str, of: Plan, some: Iterable[FeedFact] | None = None, instant: datetime = NOW
) -> list[Finding]:
    """Give the findings of one code."""
    return [one for one in findings(of, some, instant) if one.code == code]
