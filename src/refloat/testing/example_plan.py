"""The plan of the invented business: who, what for, made of what, protected how."""

from __future__ import annotations

from datetime import timedelta

from refloat.model.plan import (
    CheckSpecification,
    Completeness,
    Component,
    ComponentKind,
    Dependency,
    Objective,
    Person,
    Plan,
    Protection,
    Recovery,
    Repository,
    Retention,
    Service,
    Start,
    Strength,
)

SERVICE = "booking"
MINUTE = timedelta(minutes=1)
QUESTION = "Are the bookings of today all there?"


def plan() -> Plan:
    """Give the plan of the example."""
    return Plan(
        organisation="Harbour Street Dental",
        people={person.key: person for person in _people()},
        repositories={
            "cupboard": Repository(
                "cupboard",
                "restic",
                {"location": "backup"},
                "server room",
                "backup accounts",
                key_kept="a sealed envelope in the safe",
            )
        },
        services={SERVICE: _service()},
        components={component.key: component for component in _components()},
    )


def _people() -> tuple[Person, ...]:
    return (
        Person("ben", "Ben Okafor", ("business owner",), "+61 3 5550 0142", deputy="mei"),
        Person("mei", "Mei Tan", ("technical owner", "backup administrator"), "+61 3 5550 0177"),
    )


def _service() -> Service:
    def objective(measure: str, target: timedelta) -> Objective:
        return Objective(measure, target, "bia", "ben")

    return Service(
        key=SERVICE,
        name="Online booking",
        processes=("Patients book a visit", "Dentists see their day"),
        owner="ben",
        technical_owner="mei",
        tier=1,
        objectives={
            "rpo": objective("rpo", timedelta(minutes=15)),
            "rto": objective("rto", timedelta(minutes=10)),
        },
        needs=(Dependency("booking-app"), Dependency("documents", Strength.SOFT)),
        checks=(
            CheckSpecification("a dentist signs in", "http", {"url": "http://127.0.0.1/sign-in"}),
            CheckSpecification("see today's bookings", "http", {"url": "http://127.0.0.1/today"}),
        ),
        completeness=Completeness(QUESTION, "ben"),
        workaround="The paper diary at reception.",
    )


def _components() -> tuple[Component, ...]:
    def kept(kind: str, every: timedelta = 15 * MINUTE) -> Protection:
        keep = Retention(last=10, daily=14)
        return Protection(kind, {"paths": ("data",)}, "cupboard", every, keep)

    kept_for = Objective("retention", timedelta(days=14), "bia", "ben")
    return (
        Component(
            "identity",
            ComponentKind.IDENTITY,
            "Directory",
            "openldap",
            protection=kept("ldap"),
            retention=kept_for,
            checks=(CheckSpecification("staff can sign in", "ldap", {}),),
        ),
        Component(
            "bookings-db",
            ComponentKind.DATABASE,
            "Bookings database",
            "postgres",
            protection=kept("postgresql"),
            retention=kept_for,
        ),
        Component(
            "documents",
            ComponentKind.FILES,
            "Documents",
            "www-data",
            protection=kept("files"),
            retention=kept_for,
        ),
        Component(
            "booking-settings",
            ComponentKind.SETTINGS,
            "Booking settings",
            "www-data",
            protection=kept("files"),
            retention=kept_for,
        ),
        Component(
            "booking-app",
            ComponentKind.APPLICATION,
            "Booking application",
            "www-data",
            needs=(
                Dependency("identity"),
                Dependency("bookings-db"),
                Dependency("booking-settings"),
                Dependency("documents", Strength.SOFT),
            ),
            recovery=Recovery(start=Start(("/usr/bin/python3", "booking_app.py"))),
        ),
    )
