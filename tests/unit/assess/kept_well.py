"""An invented business of which an assessor would think well: each test takes one thing away."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from refloat import assess
from refloat.assess import eight
from refloat.model.access import Lock, LockMode, Principal, PrincipalKind, Right
from refloat.model.facts import Facts
from refloat.model.feed import (
    AccessSeen,
    CopySeen,
    FeedFact,
    IntegrityCheck,
    JobRun,
    PointSeen,
    Quality,
    Source,
)
from refloat.model.feed_people import ApprovalSeen, Exercise
from refloat.model.maturity import ControlOutcome, ControlResult, Maturity
from refloat.model.organisation import Authority, Platform, Policy, Watch
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
from refloat.plan import objective_fingerprints
from refloat.plan.fingerprints import retention_fingerprint

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
TOOL = Source("copier", "backup tool")
REGISTER = Source("register")
KINDS = {
    "loans-db": ComponentKind.DATABASE,
    "scans": ComponentKind.FILES,
    "settings": ComponentKind.SETTINGS,
}


def plan() -> Plan:
    """Give the plan: one service of three data sets that belong together, two places of copies."""
    components = {key: component(key) for key in KINDS}
    lending = Service(
        "lending",
        "Lending desk",
        ("loans and returns",),
        owner="ines",
        technical_owner="tove",
        tier=1,
        objectives={
            "rpo": Objective("rpo", HOUR, "bia", "ines"),
            "rto": Objective("rto", 4 * HOUR, "bia", "ines"),
        },
        needs=tuple(Dependency(key) for key in KINDS),
    )
    return Plan(
        organisation="Linden Street Library",
        people={
            "ines": Person("ines", "Ines Falk", ("business owner",)),
            "tove": Person("tove", "Tove Berg", ("technical owner",)),
        },
        repositories={
            "cellar": repository("cellar", "town"),
            "abroad": repository("abroad", "abroad"),
        },
        services={"lending": lending},
        components=components,
        platforms={"copier": Platform("copier", "the copier", key_kept="the sealed envelope")},
        principals={
            one.key: one
            for one in (
                Principal("readers", PrincipalKind.UNPRIVILEGED),
                Principal("administrators", PrincipalKind.PRIVILEGED, ("tove",)),
                Principal("keepers", PrincipalKind.BACKUP_ADMINISTRATOR, ("tove",)),
                Principal("sealed", PrincipalKind.BREAK_GLASS),
            )
        },
        authority=Authority(declare=("ines",), decide=("ines",)),
        policy=Policy(essential_eight_target=3),
    )


def component(key: str, **changes: Any) -> Component:
    """Give one data set of the plan."""
    usual = Component(
        key,
        KINDS.get(key, ComponentKind.DATABASE),
        key,
        watch=Watch("copier", ("cellar", "abroad"), HOUR, 35 * DAY),
        group="lending",
        retention=Objective("retention", 35 * DAY, "regulation", "ines"),
    )
    return replace(usual, **changes)


def repository(key: str, domain: str, **changes: Any) -> Repository:
    """Give one place of copies."""
    usual = Repository(
        key,
        failure_domain=domain,
        encrypted=True,
        lock=Lock(LockMode.COMPLIANCE, 35 * DAY),
    )
    return replace(usual, **changes)


def facts(start: Plan) -> list[FeedFact]:
    """Give facts of which every control is effective."""
    found: list[FeedFact] = [point(key) for key in KINDS]
    found += approvals(start)
    found += [
        seen(principal, place)
        for principal in ("readers", "administrators", "keepers")
        for place in ("cellar", "abroad")
    ]
    found.append(exercise())
    return found


def point(data_set: str, at: datetime = NOW - 30 * MINUTE, **changes: Any) -> PointSeen:
    """Give a recovery point that is encrypted, locked, whole, and in two places."""
    places = (("cellar", "town"), ("abroad", "abroad"))
    usual = PointSeen(
        TOOL,
        f"{data_set}-{at:%Y%m%d%H%M%S}",
        at + MINUTE,
        "0" * 64,
        data_set,
        at,
        usable="ok",
        complete=True,
        copies=tuple(
            CopySeen(
                key,
                domain,
                encrypted=True,
                lock=LockMode.COMPLIANCE,
                locked_until=at + 35 * DAY,
            )
            for key, domain in places
        ),
        expires_at=at + 35 * DAY,
        integrity=IntegrityCheck("checksum", "ok", at + MINUTE),
    )
    return replace(usual, **changes)


def approvals(start: Plan) -> list[ApprovalSeen]:
    """Give the business owner's approvals of every target and retention of the plan."""
    targets = [
        (service.key, measure, fingerprint, service.objectives[measure].target)
        for service in start.services.values()
        for measure, fingerprint in objective_fingerprints(start, service.key).items()
    ]
    targets += [
        (key, "retention", retention_fingerprint(start, key), one.retention.target)
        for key, one in start.components.items()
        if one.retention is not None
    ]
    at = NOW - 30 * DAY
    return [
        ApprovalSeen(
            REGISTER,
            f"{key}-{measure}",
            at,
            "0" * 64,
            "ines",
            key,
            measure,
            fingerprint,
            target.total_seconds(),
            at,
            "bia",
        )
        for key, measure, fingerprint, target in targets
    ]


def seen(
    principal: str,
    place: str,
    right: Right = Right.ANY,
    allowed: bool | None = False,
    at: datetime = NOW - 10 * DAY,
    quality: Quality = Quality.GOOD,
    kind: PrincipalKind | None = None,
) -> AccessSeen:
    """Give a look at a right; without more, that a principal has none at all."""
    return AccessSeen(
        REGISTER,
        f"{principal}-{place}-{right}-{at:%Y%m%d%H%M%S}",
        at,
        "0" * 64,
        principal,
        kind,
        place,
        right,
        allowed,
        quality,
    )


def exercise(at: datetime = NOW - 30 * DAY, **changes: Any) -> Exercise:
    """Give an exercise that restored the whole service, with a report."""
    usual = Exercise(
        REGISTER,
        f"exercise-{at:%Y-%m-%d}",
        at + DAY,
        "0" * 64,
        "full restore of the lending desk",
        at,
        restored=("lending",),
        common_point=True,
        timeline=("08:00 the scenario is read",),
        frictions=("nobody knew the customer number",),
        scheduled=True,
    )
    return replace(usual, **changes)


def job(status: str = "success") -> JobRun:
    """Give a backup job: that a process ended, and no more."""
    return JobRun(TOOL, f"job-{status}", NOW - MINUTE, "0" * 64, "nightly", "loans-db", NOW, status)


def judge(start: Plan, given: Iterable[FeedFact], at: datetime = NOW) -> Maturity:
    """Judge a plan by facts."""
    known = Facts(feed=Stream.of(given))
    return eight.maturity(assess.organisation(start, known, at))


def control(start: Plan, given: Iterable[FeedFact], key: str, at: datetime = NOW) -> ControlResult:
    """Give the result of one control."""
    return judge(start, given, at).controls[key]


def outcomes(judged: Maturity) -> dict[str, ControlOutcome]:
    """Give the outcome of every control."""
    return {key: one.outcome for key, one in judged.controls.items()}


def but(given: Iterable[FeedFact], *others: FeedFact) -> list[FeedFact]:
    """Give facts with those of the same key and kind exchanged, or added."""
    new = {(type(one), one.source.instance, one.external_id) for one in others}
    kept = [one for one in given if (type(one), one.source.instance, one.external_id) not in new]
    return [*kept, *others]


def without(given: Iterable[FeedFact], *kinds: type[FeedFact]) -> list[FeedFact]:
    """Give facts without those of some kinds."""
    return [one for one in given if not isinstance(one, kinds)]
