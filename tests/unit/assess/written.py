"""An invented business that wrote everything down: each test takes one thing away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from refloat.assess.ground.moment import basis
from refloat.assess.organisation import Organisation
from refloat.assess.services import service_status
from refloat.model.facts import Facts
from refloat.model.feed import FeedFact, Source
from refloat.model.feed_people import ActionSeen, Attestation, Exercise
from refloat.model.judgement import Finding
from refloat.model.organisation import (
    Authority,
    Channel,
    Communication,
    Document,
    Escalation,
    Facility,
    Location,
    Vendor,
    Watch,
    Workaround,
    WrittenStep,
)
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
from tests.support.changing import with_service

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
TRIED = date(2026, 9, 2)
SOURCE = Source("desk")


def plan() -> Plan:
    """Give the plan of the business, with nothing left out."""
    return Plan(
        organisation="Quince Street Veterinary",
        people={one.key: one for one in _people()},
        repositories={
            "safe": Repository("safe", name="disks in the safe", key_kept="the sealed envelope")
        },
        services={one.key: one for one in _services()},
        components={one.key: one for one in _components()},
        vendors={"texts": _vendor()},
        authority=Authority(
            declare=("ada", "ben"),
            decide=("ada", "ben"),
            lead=("cem", "dot"),
            communicate="eva",
            administer_backups=("cem",),
            request_restores=("ben",),
            approve_restores=("ada",),
            facilitate_exercises="eva",
        ),
        channels={
            "status": Channel("status", "status page elsewhere"),
            "phones": Channel("phones", "text messages from personal phones"),
        },
        communications={
            "customer": Communication("customer", "ada", "ben", "customers.txt"),
            "supplier": Communication("supplier", "ben", "ada", "suppliers.txt"),
            "regulatory": Communication(
                "regulatory", "ada", "ben", "regulator.txt", "the board", "a breach", 3 * DAY
            ),
        },
        facilities={"hall": Facility("hall", "the village hall")},
        documents={
            "runbooks": Document("runbooks", ("recovery instructions",), (Location("the safe"),)),
            "contacts": Document("contacts", ("contacts",), (Location("the safe"),)),
        },
        sites=("main-street",),
    )


def _people() -> tuple[Person, ...]:
    def person(key: str, name: str, number: int, *roles: str) -> Person:
        return Person(key, name, roles, f"+61 3 5550 01{number}", verified=TRIED)

    return (
        person("ada", "Ada Obi", 11, "business owner"),
        person("ben", "Ben Ruiz", 12, "business owner"),
        person("cem", "Cem Yildiz", 13),
        person("dot", "Dot Park", 14),
        person("eva", "Eva Lund", 15),
    )


def _vendor() -> Vendor:
    return Vendor(
        "texts",
        "Textwell",
        contact="1800 975 711",
        hours="24x7",
        contract="T-17",
        contract_end=date(2028, 6, 30),
        access="by telephone",
        escalation=(Escalation("support"), Escalation("duty manager", HOUR)),
        commitments={"booking": 2 * HOUR},
    )


def _services() -> tuple[Service, ...]:
    def objectives(hours: int) -> dict[str, Objective]:
        return {
            "rpo": Objective("rpo", HOUR, "bia", "ben"),
            "rto": Objective("rto", hours * HOUR, "bia", "ben"),
        }

    return (
        Service(
            "sign-in",
            "Staff sign-in",
            ("everybody's work",),
            owner="ada",
            technical_owner="cem",
            tier=1,
            objectives=objectives(2),
            needs=(Dependency("directory"),),
            completeness=Completeness("Can everybody sign in?", "ada"),
            steps=(WrittenStep("restore the directory", brings_back="directory"),),
        ),
        Service(
            "booking",
            "Online booking",
            ("visits", "reminders"),
            owner="ben",
            technical_owner="cem",
            tier=1,
            objectives=objectives(4),
            needs=(Dependency("sign-in"), Dependency("book-db"), Dependency("texting")),
            completeness=Completeness("Are all visits of this week there?", "ben"),
            vendors=("texts",),
            workarounds=(workaround(),),
            steps=(WrittenStep("restore the bookings", brings_back="book-db"),),
        ),
    )


def workaround() -> Workaround:
    """Give the workaround of the booking service."""
    return Workaround(
        "paper list",
        "the list of the next days is printed every evening",
        data="personal",
        controls=("a locked drawer",),
        approved_by="ben",
        usable_for=24 * HOUR,
        way_back="reception types the visits in",
        disposal="shredded the next day",
        source="booking",
        refreshed_every=DAY,
        location="reception",
    )


def _components() -> tuple[Component, ...]:
    copied = Watch(copies=("safe",), every=HOUR, kept_for=35 * DAY)
    return (
        Component("directory", ComponentKind.IDENTITY, "Directory", watch=copied),
        Component("book-db", ComponentKind.DATABASE, "Bookings", watch=copied, site="main-street"),
        Component("texting", ComponentKind.VENDOR, "Text messages", vendor="texts"),
    )


def with_workaround(given: Plan, **changes: Any) -> Plan:
    """Change the workaround of the booking service."""
    return with_service(given, "booking", workarounds=(replace(workaround(), **changes),))


def exercise(name: str, at: datetime, **changes: Any) -> Exercise:
    """Give an exercise that covers everything and names what held people up."""
    whole: dict[str, Any] = {
        "decisions": True,
        "communications": True,
        "workarounds": True,
        "services": ("booking",),
        "frictions": ("nobody knew the customer number",),
    }
    return Exercise(SOURCE, name, at, f"digest of {name}", "tabletop", at, **(whole | changes))


def said(topic: str, at: datetime, subject: str = "", **changes: Any) -> Attestation:
    """Give a statement."""
    name = f"{topic} {subject} {at.isoformat()}"
    return Attestation(
        SOURCE, name, at, f"digest of {name}", topic, subject, "ada", "", at, **changes
    )


def action(name: str, at: datetime, **changes: Any) -> ActionSeen:
    """Give a corrective action."""
    return ActionSeen(SOURCE, name, at, f"digest of {name} {changes}", "mend it", **changes)


def organisation(
    given: Plan, *facts: FeedFact, at: datetime = NOW, others: Facts | None = None
) -> Organisation:
    """Judge a plan by facts of the feed."""
    known = replace(others or Facts(), feed=Stream.of(facts))
    return Organisation(
        plan=given,
        facts=known,
        instant=at,
        bases={key: basis(given, key, known, at) for key in given.services},
        statuses={key: service_status(given, key, known, at) for key in given.services},
    )


def found(
    rule: Callable[[Organisation], Iterator[Finding]],
    given: Plan,
    *facts: FeedFact,
    at: datetime = NOW,
) -> list[Finding]:
    """Give what a rule of the organisation finds."""
    return list(rule(organisation(given, *facts, at=at)))
