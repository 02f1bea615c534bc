"""An invented business whose copies are as they should be: each test takes one thing away."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from refloat.assess import Assessor
from refloat.assess.organisation import Organisation
from refloat.assess.rule import OrganisationRule, ServiceRule
from refloat.model.access import Lock, LockMode, Principal, PrincipalKind, Right
from refloat.model.facts import Facts
from refloat.model.feed import (
    AccessSeen,
    CopySeen,
    FeedFact,
    Heartbeat,
    JobRun,
    PointSeen,
    ProtectionScope,
    Quality,
    RestoreTest,
    Source,
    TestLevel,
)
from refloat.model.judgement import Finding
from refloat.model.organisation import Authority, Platform, Watch, WrittenStep
from refloat.model.plan import (
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

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
BOX = Source("box", "backup tool")


def plan() -> Plan:
    """Give the plan: sign-in and booking, copied by one tool into a cupboard and a vault."""
    return Plan(
        organisation="Quince Street Veterinary",
        people={
            "ada": Person("ada", "Ada Obi", ("business owner",)),
            "cem": Person("cem", "Cem Yildiz"),
        },
        repositories={
            "cupboard": Repository(
                "cupboard",
                name="disks in the cupboard",
                failure_domain="main street",
                authentication_domain="house",
                encrypted=True,
                lock=Lock(LockMode.NONE),
                rights={"admins": (Right.DELETE, Right.READ_OTHER), "staff": ()},
            ),
            "vault": Repository(
                "vault",
                name="the vault abroad",
                failure_domain="abroad",
                authentication_domain="abroad",
                encrypted=True,
                lock=Lock(LockMode.COMPLIANCE, 35 * DAY),
                rights={"admins": (), "staff": ()},
            ),
        },
        services={one.key: one for one in _services()},
        components={one.key: one for one in _components()},
        platforms={
            "box": Platform(
                "box",
                "the backup box",
                needs=(Dependency("sign-in"),),
                sign_in="house accounts",
                break_glass=True,
                key_kept="the sealed envelope",
            )
        },
        principals={
            "staff": Principal("staff", PrincipalKind.UNPRIVILEGED),
            "admins": Principal("admins", PrincipalKind.PRIVILEGED, ("cem",)),
            "keepers": Principal("keepers", PrincipalKind.BACKUP_ADMINISTRATOR, ("cem",)),
        },
        authority=Authority(request_restores=("ada",), approve_restores=("cem",)),
    )


def _services() -> tuple[Service, ...]:
    def objectives(hours: int) -> dict[str, Objective]:
        return {
            "rpo": Objective("rpo", HOUR, "bia", "ada"),
            "rto": Objective("rto", hours * HOUR, "bia", "ada"),
        }

    return (
        Service(
            "sign-in",
            "Staff sign-in",
            ("everybody's work",),
            owner="ada",
            tier=1,
            objectives=objectives(2),
            needs=(Dependency("directory"),),
            steps=(WrittenStep("restore the directory", brings_back="directory"),),
        ),
        Service(
            "booking",
            "Online booking",
            ("visits", "reminders"),
            owner="ada",
            tier=1,
            objectives=objectives(4),
            needs=(Dependency("sign-in"), Dependency("book-db")),
            steps=(WrittenStep("restore the bookings", brings_back="book-db"),),
        ),
    )


def _components() -> tuple[Component, ...]:
    copied = Watch("box", ("cupboard", "vault"), HOUR, 35 * DAY)
    kept = Objective("retention", 35 * DAY, "regulation", "ada")
    return (
        Component("directory", ComponentKind.IDENTITY, "Directory", watch=copied, retention=kept),
        Component("book-db", ComponentKind.DATABASE, "Bookings", watch=copied, retention=kept),
    )


def copied_to(*repositories: str, **changes: Any) -> Watch:
    """Say that the tool copies something to other places."""
    return replace(Watch("box", repositories, HOUR, 35 * DAY), **changes)


def point(data_set: str, at: datetime, **changes: Any) -> PointSeen:
    """Give a recovery point that was true at an instant, seen a minute later."""
    given = PointSeen(
        source=BOX,
        external_id=f"{data_set} {at.isoformat()} {changes}",
        observed_at=at + MINUTE,
        digest=f"{data_set} {at.isoformat()} {changes}",
        data_set=data_set,
        consistency_time=at,
        size_bytes=1_000_000,
        copies=(CopySeen("cupboard", encrypted=True), CopySeen("vault", encrypted=True)),
    )
    return replace(given, **changes)


def job(name: str, data_set: str, at: datetime, status: str = "success", **changes: Any) -> JobRun:
    """Give a job run."""
    known = f"{name} {at.isoformat()} {status} {changes}"
    return JobRun(BOX, known, at, known, name, data_set, at, status, **changes)


def seen_right(
    principal: str,
    repository: str,
    right: Right,
    allowed: bool | None,
    at: datetime = NOW - DAY,
) -> AccessSeen:
    """Give that somebody was seen to have a right, or not."""
    known = f"{principal} {repository} {right} {allowed} {at.isoformat()}"
    return AccessSeen(
        BOX, known, at, known, principal, None, repository, right, allowed, Quality.GOOD
    )


def scope(at: datetime = NOW - HOUR, **changes: Any) -> ProtectionScope:
    """Give what the tool was told to copy."""
    known = f"scope {at.isoformat()} {sorted(changes)}"
    return replace(ProtectionScope(BOX, known, at, known, ()), **changes)


def alive(at: datetime, seconds: float | None, source: str = "box", what: str = "") -> Heartbeat:
    """Give that a source was heard of."""
    known = f"alive {source} {what} {at.isoformat()}"
    return Heartbeat(Source(source), known, at, known, seconds, what)


def service_test(service: str, at: datetime, **changes: Any) -> RestoreTest:
    """Give a test of a whole service that passed."""
    known = f"test {service} {at.isoformat()} {changes}"
    whole: dict[str, Any] = {
        "level": TestLevel.SERVICE,
        "result": "passed",
        "seconds": 600.0,
        "confirmed_by": "ada",
    }
    return RestoreTest(BOX, known, at, known, service, (), at=at, **(whole | changes))


def healthy(given: Plan | None = None, at: datetime = NOW) -> list[FeedFact]:
    """Give a fresh recovery point and a job that went well of everything that is copied."""
    keys = [key for key, one in (given or plan()).components.items() if one.copied]
    return [
        *(point(key, at - 10 * MINUTE) for key in keys),
        *(job(f"copy {key}", key, at - 9 * MINUTE) for key in keys),
    ]


def organisation(given: Plan, *facts: FeedFact, at: datetime = NOW) -> Organisation:
    """Judge a plan by facts of the feed."""
    return Assessor(given, Facts(feed=Stream.of(facts))).organisation(at)


def found(
    rule: Callable[..., Iterator[Finding]],
    given: Plan,
    *facts: FeedFact,
    at: datetime = NOW,
    wide: bool | None = None,
) -> list[Finding]:
    """Give what one rule finds, of the organisation or of all services."""
    whole = organisation(given, *facts, at=at)
    if wide is None:
        wide = next(iter(rule.__annotations__)) == "organisation"
    if wide:
        return list(rule(whole))
    return [
        finding
        for key, start in whole.bases.items()
        for finding in rule(start, whole.statuses[key])
    ]


def codes(rules: tuple[ServiceRule | OrganisationRule, ...]) -> Mapping[str, str]:
    """Give what each rule says, by code."""
    return {rule.code: rule.says for rule in rules}
