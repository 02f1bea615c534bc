"""What a finding is about, and what the business cannot do meanwhile: said the same everywhere."""

from __future__ import annotations

from collections.abc import Iterable

from refloat.assess import words
from refloat.assess.ground.basis import Basis
from refloat.model.plan import Plan, Service


def subject(basis: Basis) -> str:
    """Name the service as a finding's subject."""
    return f"service {basis.service.key}"


def affected(basis: Basis) -> str:
    """Say what the business cannot do without the service."""
    return processes(basis.service)


def processes(service: Service) -> str:
    """Say which business processes a service supports; what rests on it if nobody said."""
    return words.listed(service.processes) or f"whatever rests on {service.name}"


def called(plan: Plan, key: str) -> str:
    """Give the name for people of a component, service, vendor or person; else the key."""
    if key in plan.services:
        return plan.services[key].name or key
    if key in plan.vendors:
        return plan.vendors[key].name or key
    if key in plan.people:
        return words.person(plan, key)
    return words.component(plan, key)


def tool_called(plan: Plan, key: str) -> str:
    """Give the name for people of what copies, a platform or a repository; else as ``called``."""
    if key in plan.platforms:
        return words.platform(plan, key)
    return words.repository(plan, key) if key in plan.repositories else called(plan, key)


def all_called(plan: Plan, keys: Iterable[str]) -> str:
    """Give the names for people of several components, services or vendors, joined."""
    return words.listed(called(plan, key) for key in keys)
