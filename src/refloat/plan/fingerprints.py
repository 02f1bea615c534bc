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

from refloat.model.errors import MissingInput
from refloat.model.plan import Component, Dependency, Objective, Plan, Repository, Service
from refloat.model.secret import SecretReference
from refloat.plan.complaints import nearest
from refloat.plan.ordering import closure, service_of, services_needed

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
        "vendors",
        "workarounds",
        "steps",
        "standby",
    }
)
_COMPONENT_LEFT_OUT = frozenset(
    {
        "name",
        "owner",
        "vendor_commitment",
        "watch",
        "group",
        "retention",  # approvals are bound to it: retention_fingerprint
        "vendor",
        "site",
        "takes",
    }
)
_REPOSITORY_LEFT_OUT = frozenset(
    {"name", "site", "encrypted", "lock", "rights", "controlled_by", "canary"}
)
_COMPLETENESS_LEFT_OUT = frozenset({"confirmer"})
"""What may change without a drill's result meaning less: people, names for people, what somebody
else does, and what is held against the result afterwards."""
_LEFT_OUT_AS_DEFAULT = frozenset(
    {"lock", "policy", "authority", "standby", "restore_requests_stand"}
)
"""Keys that came after the first release and whose usual value is not empty; said or unsaid, they
mean the same."""


def fingerprint(plan: Plan) -> str:
    """Give the digest of a whole plan: ``sha256:`` and 64 hexadecimal digits."""
    return _digest("plan", _canonical(plan))


def service_fingerprint(plan: Plan, service: str) -> str:
    """Give the digest of all that decides how a service comes back; evidence is bound to it.

    That is the service, its dependency closure, what other services in it need, the repositories of
    that, and the sandbox; not its objectives, its people, or names for people.

    Raises:
        MissingInput: if the plan has no such service.
    """
    return _of_service(plan, service, {})


def service_fingerprints(plan: Plan) -> Mapping[str, str]:
    """Give ``service_fingerprint`` of every service, looking at each component only once."""
    written: dict[str, str] = {}
    return {service: _of_service(plan, service, written) for service in plan.services}


def _of_service(plan: Plan, service: str, written: dict[str, str]) -> str:
    """Digest a service; ``written`` keeps components in canonical form, for the next one."""
    keys = closure(plan, service)
    components = []
    for key in keys:
        if key not in written:
            written[key] = f"{_text(key)}:{_text(_component(plan.components[key]))}"
        components.append(written[key])
    used = {
        protection.repository
        for key in keys
        if (protection := plan.components[key].protection) is not None
    }
    content: dict[str, _Json] = {
        "service": _service(plan.services[service]),
        "repositories": {key: _repository(plan.repositories[key]) for key in used},
        "sandbox": plan.sandbox,
        "sandbox_options": _canonical(plan.sandbox_options),
    }
    needed = {key: _canonical(plan.services[key].needs) for key in services_needed(plan, service)}
    if needed:
        content["services"] = dict(needed)
    # The canonical form sorts keys, and of all these "components" is the first.
    rest = _text(content).removeprefix("{")
    text = f'{{"components":{{{",".join(components)}}},{rest}'
    return _digest_of(f'{{"content":{text},"format":{FORMAT},"of":"service"}}')


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
    service_of(plan, service)  # complains of a service that is not there
    objectives = plan.services[service].objectives
    return {measure: _objective(service, objectives[measure]) for measure in sorted(objectives)}


def canonical(plan: Plan) -> bytes:
    """Give the bytes that ``fingerprint`` digests, for people who ask what it rests on."""
    return _whole("plan", _canonical(plan)).encode()


def tier_fingerprint(plan: Plan, service: str) -> str:
    """Give the digest of what is approved when somebody approves a service's tier.

    That is the service's key and the number of the tier, or that there is none.

    Raises:
        MissingInput: if the plan has no such service.
    """
    service_of(plan, service)  # complains of a service that is not there
    return _digest("tier", {"service": service, "tier": plan.services[service].tier})


def retention_fingerprint(plan: Plan, component: str) -> str:
    """Give the digest of what is approved when somebody approves how long copies are kept.

    That is the component's key, the shortest time that its copies are kept, and its basis.

    Raises:
        MissingInput: if the plan has no such component, or it says nothing of retention.
    """
    known = plan.components.get(component)
    retention = known.retention if known is not None else None
    if retention is None:
        what = "no component" if known is None else "no retention for"
        near = nearest(component, plan.components) if known is None else ""
        raise MissingInput(
            f"the plan has {what} {component!r}",
            hint=f"Did you mean {near!r}?" if near else "Write 'retention' to the component.",
        )
    return _objective(component, retention, of="component")


def restore_authority_fingerprint(plan: Plan) -> str:
    """Give the digest of who may ask for restores and who may approve them, by key and name.

    A request and its approval are bound to it: when it changes, they count no longer.
    """
    who = plan.authority
    named = (*who.request_restores, *who.approve_restores)
    decided: dict[str, _Json] = {
        "request": list(who.request_restores),
        "approve": list(who.approve_restores),
        "people": {key: plan.people[key].name for key in named if key in plan.people},
    }
    return _digest("restore authority", decided)


def _objective(key: str, objective: Objective, of: str = "service") -> str:
    decided: dict[str, _Json] = {
        of: key,
        "measure": objective.measure,
        "target": _canonical(objective.target),
        "basis": objective.basis,
    }
    return _digest("objective", decided)


def _digest(kind: str, content: _Json) -> str:
    return _digest_of(_whole(kind, content))


def _digest_of(text: str) -> str:
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def _whole(kind: str, content: _Json) -> str:
    return _text({"format": FORMAT, "of": kind, "content": content})


def _text(content: _Json) -> str:
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _service(service: Service) -> _Json:
    content = _fields(service, _SERVICE_LEFT_OUT)
    if service.completeness is not None:
        content["completeness"] = dict(_fields(service.completeness, _COMPLETENESS_LEFT_OUT))
    return content


def _component(component: Component) -> _Json:
    return dict(_fields(component, _COMPONENT_LEFT_OUT))


def _repository(repository: Repository) -> _Json:
    return dict(_fields(repository, _REPOSITORY_LEFT_OUT))


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
    if isinstance(value, Repository) and value.name == value.key:
        # Its name came after the first release; unsaid, it is the key.
        return _fields(value, frozenset({"name"}))
    return _fields(value)
