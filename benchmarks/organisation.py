"""A large organisation, made up: the same for the same size, with findings planted in it.

Every service is made of ten components, three of which hold data; it was tested, its targets are
approved, and it needs some services of the layer below. What is planted breaks exactly one thing of
one service, so that a benchmark can see that what it measures finds what there is to find.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property

from refloat.model.access import Lock, LockMode, Principal, PrincipalKind, Right
from refloat.model.dependency import Dependency
from refloat.model.facts import Facts
from refloat.model.feed import (
    CopySeen,
    FeedFact,
    IntegrityCheck,
    PointSeen,
    RestoreTest,
    Source,
    TestLevel,
)
from refloat.model.feed_people import ApprovalSeen, Change
from refloat.model.organisation import Platform, Policy, Watch, Workaround, WrittenStep
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
from refloat.plan.fingerprints import objective_fingerprints

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
"""The instant at which the organisation is judged."""

_HOUR = timedelta(hours=1)
_KINDS = (
    ComponentKind.DATABASE,
    ComponentKind.FILES,
    ComponentKind.SETTINGS,
    ComponentKind.APPLICATION,
    ComponentKind.APPLICATION,
    ComponentKind.APPLICATION,
    ComponentKind.INFRASTRUCTURE,
    ComponentKind.INFRASTRUCTURE,
    ComponentKind.NETWORK,
    ComponentKind.LICENCE,
)
_DATA = 3
_SHARES = {
    "RPO_BREACH": 10,
    "COVERAGE_GAP": 10,
    "TEST_OVERDUE": 6,
    "EVIDENCE_STALE_AFTER_CHANGE": 6,
    "RTO_EXCEEDED": 4,
    "TEST_NOT_SERVICE_LEVEL": 4,
}
"""What is planted, in fortieths."""


@dataclass(frozen=True)
class Size:
    """How large the organisation is.

    Attributes:
        services: how many services; each has ten components.
        points: how many recovery points in all.
        rights: how many principals' rights on repositories.
        planted: how many findings are planted.
    """

    services: int = 10_000
    points: int = 1_000_000
    rights: int = 20_000
    planted: int = 2_000

    def part(self, of: int) -> Size:
        """Give a size that is this one divided."""
        return Size(self.services // of, self.points // of, self.rights // of, self.planted // of)


@dataclass(frozen=True)
class Large:
    """A made-up organisation.

    Attributes:
        size: how large it is.
        seed: the same seed gives the same organisation.
    """

    size: Size = Size()
    seed: int = 3

    @cached_property
    def planted(self) -> dict[int, str]:
        """Give, by the number of a service, the code of what is planted in it."""
        chosen = random.Random(self.seed).sample(range(self.size.services), self.size.planted)
        codes = [code for code, share in _SHARES.items() for _ in range(share)]
        random.Random(self.seed).shuffle(codes)
        return {number: codes[at % len(codes)] for at, number in enumerate(sorted(chosen))}

    @cached_property
    def expected(self) -> frozenset[tuple[str, str]]:
        """Give code and the service's key of everything that is planted."""
        return frozenset((code, service_key(number)) for number, code in self.planted.items())

    @cached_property
    def plan(self) -> Plan:
        """Give the plan."""
        services, components = {}, {}
        for number in range(self.size.services):
            made = self._components(number)
            components.update({one.key: one for one in made})
            services[service_key(number)] = self._service(number, made)
        return Plan(
            organisation="Ironbark Mutual",
            people={
                "olga": Person("olga", "Olga Berg", ("business owner",), "+61 491 570 006"),
                "tim": Person("tim", "Tim Ash", ("technical owner",), "+61 491 570 156"),
            },
            repositories=dict(self._repositories()),
            services=services,
            components=components,
            policy=Policy(),
            platforms={"tool": Platform("tool", "Backup server", key_kept="in the safe")},
            principals=dict(self._principals()),
        )

    def facts(self) -> Facts:
        """Give the facts."""
        return Facts(feed=Stream.of(self.feed()))

    def feed(self) -> Iterator[FeedFact]:
        """Give the facts one by one."""
        plan = self.plan
        for number in range(self.size.services):
            yield from self._points(number)
            yield from self.tests(number)
            yield from approvals(plan, service_key(number))

    def one_more(self) -> Facts:
        """Give one more recovery point, of a service in the middle."""
        number = self.size.services // 2
        while number in self.planted:
            number += 1
        point = self.point(number, 0, NOW - timedelta(seconds=30), 999_999)
        return Facts(feed=Stream.of([point]))

    def _components(self, number: int) -> list[Component]:
        made = []
        for at, kind in enumerate(_KINDS):
            key = component_key(number, at)
            needs = tuple(
                Dependency(component_key(number, other)) for other in (at + 1, at + 3) if other < 10
            )
            copies = (f"repository-{number % self._kept}", "vault")
            uncopied = at == 0 and self.planted.get(number) == "COVERAGE_GAP"
            watch = Watch("tool", copies, _HOUR, timedelta(days=35))
            made.append(
                Component(
                    key,
                    kind,
                    f"{kind} {number}-{at}",
                    needs=needs,
                    watch=watch if at < _DATA and not uncopied else None,
                    retention=Objective("retention", timedelta(days=30), "bia", "olga")
                    if at < _DATA
                    else None,
                    owner="tim",
                )
            )
        return made

    def _service(self, number: int, made: list[Component]) -> Service:
        layer, width = divmod(number, max(1, self.size.services // 5))
        below = []
        if layer:
            start = (layer - 1) * max(1, self.size.services // 5)
            chosen = random.Random(self.seed * 1_000_003 + number)
            below = chosen.sample(range(start, start + max(5, self.size.services // 5)), 5)
        needs = [Dependency(one.key) for one in made]
        needs += [Dependency(service_key(one)) for one in sorted(below)]
        return Service(
            key=service_key(number),
            name=f"Service {number}",
            processes=(f"process {width}",),
            owner="olga",
            technical_owner="tim",
            tier=1 + number % 3,
            objectives={
                "rpo": Objective("rpo", 4 * _HOUR, "bia", "olga", None, date(2027, 6, 1)),
                "rto": Objective("rto", 8 * _HOUR, "bia", "olga", None, date(2027, 6, 1)),
            },
            needs=tuple(needs),
            evidence_valid_for=timedelta(days=90),
            steps=(
                WrittenStep("bring it back", who="tim", takes=_HOUR, verify="it answers"),
                WrittenStep("look at it", ("bring it back",), who="olga", takes=_HOUR),
            ),
            workarounds=(
                Workaround(
                    "paper",
                    "lists on paper",
                    "none",
                    (),
                    "olga",
                    timedelta(days=2),
                    "typed in afterwards",
                    "shredded",
                    "printed every evening",
                    timedelta(days=1),
                    "front desk",
                ),
            ),
        )

    @property
    def _kept(self) -> int:
        return max(1, self.size.rights // 200)

    def _repositories(self) -> Iterator[tuple[str, Repository]]:
        principals = [key for key, _ in self._principals()]
        for number in range(self._kept):
            key = f"repository-{number}"
            rights = dict.fromkeys(principals, (Right.LIST,))
            yield (
                key,
                Repository(
                    key,
                    failure_domain=f"room {number % 7}",
                    authentication_domain="directory",
                    site="here",
                    encrypted=True,
                    lock=Lock(LockMode.NONE),
                    rights=rights,
                    key_kept="in the safe",
                ),
            )
        yield (
            "vault",
            Repository(
                "vault",
                failure_domain="elsewhere",
                authentication_domain="apart",
                site="elsewhere",
                encrypted=True,
                lock=Lock(LockMode.COMPLIANCE, timedelta(days=35)),
                key_kept="in the safe",
            ),
        )

    def _principals(self) -> Iterator[tuple[str, Principal]]:
        kinds = list(PrincipalKind)
        for number in range(200):
            key = f"principal-{number}"
            yield key, Principal(key, kinds[number % len(kinds)], member_of=())

    def _points(self, number: int) -> Iterator[PointSeen]:
        each = self.size.points // (self.size.services * _DATA)
        extra = self.size.points - each * self.size.services * _DATA
        code = self.planted.get(number)
        for at in range(_DATA):
            if at == 0 and code == "COVERAGE_GAP":
                continue
            late = timedelta(hours=9) if at == 0 and code == "RPO_BREACH" else timedelta(0)
            count = each + (1 if number * _DATA + at < extra else 0)
            for one in range(count):
                yield self.point(number, at, NOW - late - (count - one) * _HOUR, one)

    def point(self, number: int, at: int, true_at: datetime, one: int) -> PointSeen:
        """Give one recovery point of a component of a service."""
        name = f"{component_key(number, at)}@{one}"
        key = f"repository-{number % self._kept}"
        return PointSeen(
            _SOURCE,
            name,
            true_at + timedelta(minutes=5),
            hashlib.sha256(name.encode()).hexdigest(),
            component_key(number, at),
            true_at,
            size_bytes=1_000_000 + one,
            usable="ok",
            copies=_copies(key),
            expires_at=true_at + timedelta(days=35),
            integrity=_WHOLE,
        )

    def tests(self, number: int) -> Iterator[FeedFact]:
        """Give the test of a service, and what changed after it."""
        code, key = self.planted.get(number), service_key(number)
        at = NOW - timedelta(days=200 if code == "TEST_OVERDUE" else 20)
        yield RestoreTest(
            _SOURCE,
            f"test-{number}",
            at + _HOUR,
            hashlib.sha256(key.encode()).hexdigest(),
            key,
            (),
            TestLevel.FILE if code == "TEST_NOT_SERVICE_LEVEL" else TestLevel.SERVICE,
            "passed",
            at,
            seconds=9 * 3600.0 if code == "RTO_EXCEEDED" else 600.0,
            confirmed_by="olga",
        )
        if code == "EVIDENCE_STALE_AFTER_CHANGE":
            changed = at + timedelta(days=3)
            yield Change(
                _SOURCE,
                f"change-{number}",
                changed,
                hashlib.sha256(f"change {number}".encode()).hexdigest(),
                key,
                changed,
                "a new version",
                "application",
            )


_SOURCE = Source("tool", "backup server")
_WHOLE = IntegrityCheck("checksum", "ok", NOW - timedelta(hours=2))
_SEEN: dict[str, tuple[CopySeen, ...]] = {}


def _copies(key: str) -> tuple[CopySeen, ...]:
    if key not in _SEEN:
        _SEEN[key] = (
            CopySeen(key, encrypted=True),
            CopySeen("vault", encrypted=True, lock=LockMode.COMPLIANCE),
        )
    return _SEEN[key]


def approvals(plan: Plan, key: str) -> Iterator[ApprovalSeen]:
    """Give the approvals of a service's targets."""
    service = plan.services[key]
    for measure, fingerprint in objective_fingerprints(plan, key).items():
        name = f"{key}/{measure}"
        yield ApprovalSeen(
            _SOURCE,
            name,
            NOW - timedelta(days=60),
            hashlib.sha256(name.encode()).hexdigest(),
            "olga",
            key,
            measure,
            fingerprint,
            service.objectives[measure].target.total_seconds(),
            NOW - timedelta(days=60),
            service.objectives[measure].basis,
        )


def service_key(number: int) -> str:
    """Give the key of a service."""
    return f"service-{number:05d}"


def component_key(number: int, at: int) -> str:
    """Give the key of a component."""
    return f"component-{number:05d}-{at}"


def edges(plan: Plan) -> int:
    """Count the dependencies of a plan."""
    things = (*plan.services.values(), *plan.components.values())
    return sum(len(one.needs) for one in things)
