"""Plans that differ from another in one thing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from refloat.model.access import Principal, PrincipalKind
from refloat.model.organisation import Platform
from refloat.model.plan import Component, ComponentKind, Plan, Repository


def with_component(given: Plan, key: str, **changes: Any) -> Plan:
    """Change one component, or put a new one in."""
    old = given.components.get(key, Component(key, ComponentKind.DATABASE, ""))
    return replace(given, components={**given.components, key: replace(old, **changes)})


def with_service(given: Plan, key: str, **changes: Any) -> Plan:
    """Change one service."""
    service = replace(given.services[key], **changes)
    return replace(given, services={**given.services, key: service})


def with_repository(given: Plan, key: str, **changes: Any) -> Plan:
    """Change one repository, or put a new one in."""
    old = given.repositories.get(key, Repository(key))
    return replace(given, repositories={**given.repositories, key: replace(old, **changes)})


def with_platform(given: Plan, key: str, **changes: Any) -> Plan:
    """Change one platform, or put a new one in."""
    old = given.platforms.get(key, Platform(key, key))
    return replace(given, platforms={**given.platforms, key: replace(old, **changes)})


def with_principal(given: Plan, key: str, **changes: Any) -> Plan:
    """Change one principal, or put a new one in."""
    old = given.principals.get(key, Principal(key, PrincipalKind.SERVICE))
    return replace(given, principals={**given.principals, key: replace(old, **changes)})


def with_vendor(given: Plan, key: str, **changes: Any) -> Plan:
    """Change one vendor."""
    vendor = replace(given.vendors[key], **changes)
    return replace(given, vendors={**given.vendors, key: vendor})


def with_person(given: Plan, key: str, **changes: Any) -> Plan:
    """Change one person."""
    person = replace(given.people[key], **changes)
    return replace(given, people={**given.people, key: person})


def with_policy(given: Plan, **changes: Any) -> Plan:
    """Change the policy."""
    return replace(given, policy=replace(given.policy, **changes))
