"""Fingerprints: a digest of what a plan means, which no comment, order or spelling changes.

The canonical form is JSON (RFC 8259) in UTF-8 with sorted keys and no blanks. Values that look
alike and mean different things are told apart: a duration is ``{"duration": microseconds}``, a
reference to a secret ``{"secret": "file:…"}``. What the plan left empty is left out, so a later
version that understands more keys gives the same fingerprint for a plan that uses none of them.
The order of checks has a meaning (a journey); the order in which needs are listed has none.
"""

from __future__ import annotations

import dataclasses
import enum
import hashlib
import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, TypeAlias

from refloat.model.plan import Component, Dependency, Objective, Plan, Service
from refloat.model.secret import SecretReference
from refloat.plan.ordering import closure

FORMAT = 1
"""Raised when the same plan must give another fingerprint than before."""

_Json: TypeAlias = "str | int | bool | list[_Json] | dict[str, _Json] | None"

_SERVICE_LEFT_OUT = frozenset(
    {
        "name",
        "owner",
        "technical_owner",
        "tier",
        "objectives",  # approvals are bound to them one by one: objective_fingerprints
        "evidence_valid_for",
        "workaround",
        "contract_limit",
    }
)
_COMPONENT_LEFT_OUT = frozenset({"name", "owner", "vendor_commitment"})
_COMPLETENESS_LEFT_OUT = frozenset({"confirmer"})
"""What may change without a drill's result meaning less: people, names for people, and what is
held against the result afterwards."""
_LEFT_OUT_AS_DEFAULT = frozenset({"lock", "policy", "authority", "standby"})
"""Keys that came after the first release and whose usual value is not empty; said or unsaid, they
mean the same."""


def fingerprint(plan: Plan) -> str:
    """Give the digest of a whole plan: ``sha256:`` and 64 hexadecimal digits."""
    return _digest("plan", _canonical(plan))


def service_fingerprint(plan: Plan, service: str) -> str:
    """Give the digest of all that decides how a service comes back; evidence is bound to it.

    That is the service, its dependency closure, the repositories of that, and the sandbox; not its
    objectives, its people, or names for people.

    Raises:
        MissingInput: if the plan has no such service.
    """
    keys = closure(plan, service)
    components = {key: plan.components[key] for key in keys}
    used = {
        component.protection.repository
        for component in components.values()
        if component.protection is not None
    }
    return _digest(
        "service",
        {
            "service": _service(plan.services[service]),
            "components": {key: _component(part) for key, part in components.items()},
            "repositories": {key: _canonical(plan.repositories[key]) for key in used},
            "sandbox": plan.sandbox,
            "sandbox_options": _canonical(plan.sandbox_options),
        },
    )


def objective_fingerprint(plan: Plan, service: str) -> str:
    """Give the digest of all objectives of a service together.

    Raises:
        MissingInput: if the plan has no such service.
    """
    return _digest("objectives", dict(objective_fingerprints(plan, service)))


def objective_fingerprints(plan: Plan, service: str) -> Mapping[str, str]:
    """Give, by measure, the digest of exactly what an approver approves.

    That is the service's key, the measure, its target and its basis.

    Raises:
        MissingInput: if the plan has no such service.
    """
    closure(plan, service)  # complains of a service that is not there
    objectives = plan.services[service].objectives
    return {measure: _objective(service, objectives[measure]) for measure in sorted(objectives)}


def canonical(plan: Plan) -> bytes:
    """Give the bytes that ``fingerprint`` digests, for people who ask what it rests on."""
    return _bytes("plan", _canonical(plan))


def _objective(service: str, objective: Objective) -> str:
    decided: dict[str, _Json] = {
        "service": service,
        "measure": objective.measure,
        "target": _canonical(objective.target),
        "basis": objective.basis,
    }
    return _digest("objective", decided)


def _digest(kind: str, content: _Json) -> str:
    return "sha256:" + hashlib.sha256(_bytes(kind, content)).hexdigest()


def _bytes(kind: str, content: _Json) -> bytes:
    whole = {"format": FORMAT, "of": kind, "content": content}
    text = json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def _service(service: Service) -> _Json:
    content = _fields(service, _SERVICE_LEFT_OUT)
    if service.completeness is not None:
        content["completeness"] = dict(_fields(service.completeness, _COMPLETENESS_LEFT_OUT))
    return content


def _component(component: Component) -> _Json:
    return dict(_fields(component, _COMPONENT_LEFT_OUT))


def _fields(value: Any, left_out: frozenset[str] = frozenset()) -> dict[str, _Json]:
    return {
        field.name: _canonical(content)
        for field in dataclasses.fields(value)
        if field.name not in left_out
        and not _is_empty(content := getattr(value, field.name))
        and not (field.name in _LEFT_OUT_AS_DEFAULT and content == _default(field))
    }


def _default(field: dataclasses.Field[Any]) -> object:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return field.default


def _is_empty(value: object) -> bool:
    return value is None or (isinstance(value, str | tuple | Mapping) and not value)


def _canonical(value: object) -> _Json:
    if isinstance(value, enum.StrEnum):
        return value.value
    if isinstance(value, str | bool | int):
        return value
    if isinstance(value, timedelta):
        return {"duration": value // timedelta(microseconds=1)}
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, SecretReference):
        return {"secret": str(value)}
    if isinstance(value, Mapping):
        return {str(key): _canonical(content) for key, content in value.items()}
    if isinstance(value, tuple):
        if value and all(isinstance(item, Dependency) for item in value):
            return [_canonical(item) for item in sorted(value, key=lambda need: str(need.on))]
        return [_canonical(item) for item in value]
    return _fields(value)
