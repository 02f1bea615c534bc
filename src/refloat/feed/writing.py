"""Facts to lines: the canonical line of a fact, which reads back as the same fact."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import UTC, datetime
from enum import Enum
from typing import Any

import msgspec

from refloat.feed.lines import SCHEMA
from refloat.model.access import LockMode
from refloat.model.feed import (
    AccessSeen,
    CopySeen,
    DependencySeen,
    FeedFact,
    FeedKind,
    Heartbeat,
    IntegrityCheck,
    JobRun,
    PointSeen,
    ProtectionScope,
    RestoreTest,
    ScopeExclusion,
    Source,
    TestCheck,
)
from refloat.model.feed_people import ActionSeen, ApprovalSeen, Attestation, Change, Exercise

_KINDS: Mapping[type[FeedFact], FeedKind] = {
    PointSeen: FeedKind.RECOVERY_POINT,
    JobRun: FeedKind.JOB_RUN,
    RestoreTest: FeedKind.RESTORE_TEST,
    ProtectionScope: FeedKind.PROTECTION_SCOPE,
    AccessSeen: FeedKind.ACCESS_FACT,
    Heartbeat: FeedKind.HEARTBEAT,
    DependencySeen: FeedKind.DEPENDENCY,
    Change: FeedKind.CHANGE,
    Exercise: FeedKind.EXERCISE,
    Attestation: FeedKind.ATTESTATION,
    ApprovalSeen: FeedKind.APPROVAL,
    ActionSeen: FeedKind.ACTION,
}
_NAMES: Mapping[type[Any], Mapping[str, str]] = {
    PointSeen: {
        "data_set": "dataset_ref",
        "usable": "usable_claim",
        "group": "consistency_group",
    },
    JobRun: {"data_set": "dataset_ref"},
    RestoreTest: {
        "data_sets": "dataset_refs",
        "at": "started_at",
        "seconds": "own_seconds",
        "point_time": "consistency_time",
    },
    ProtectionScope: {"data_set": "dataset_ref"},
    ScopeExclusion: {"reason": "why"},
    AccessSeen: {"kind": "principal_kind", "repository": "path"},
    Heartbeat: {"expected_seconds": "expected_interval_seconds"},
    DependencySeen: {"component": "from", "needs": "to"},
    CopySeen: {"repository": "location", "key_kept": "key_ref"},
}
"""What a field of the feed is called where the model's attribute has another name."""


def write(fact: FeedFact) -> bytes:
    """Give the canonical line of a fact, without a line end.

    Reading it gives the fact back; its digest is then that of this line.
    """
    members = {"schema": SCHEMA, "kind": _KINDS[type(fact)].value, **_members(fact)}
    members.pop("digest", None)  # a fact that is just being made has none yet
    return msgspec.json.encode(members, order="sorted")


def kind_of(fact: FeedFact) -> FeedKind:
    """Give the kind of a fact."""
    return _KINDS[type(fact)]


def _members(value: Any) -> dict[str, Any]:
    special = _SPECIAL.get(type(value))
    if special is not None:
        return special(value)
    names = _NAMES.get(type(value), {})
    given = ((names.get(one.name, one.name), getattr(value, one.name)) for one in fields(value))
    members = {name: _plain(one) for name, one in given if one not in (None, "", ())}
    if isinstance(value, Exercise) and value.assumptions:
        members["assumptions"] = [{"what": what, "state": how} for what, how in value.assumptions]
    if isinstance(value, RestoreTest) and value.steps:
        members["steps"] = [{"name": name, "seconds": long} for name, long in value.steps]
    if isinstance(value, PointSeen):
        members["state"] = "deleted" if members.pop("deleted") else "present"
    return members


def _copy(copy: CopySeen) -> dict[str, Any]:
    names = _NAMES[CopySeen]
    members = {
        names.get(name, name): getattr(copy, name)
        for name in ("repository", "failure_domain", "offline", "encrypted", "key_kept")
        if getattr(copy, name) not in (None, "")
    }
    immutable = {
        name: _plain(one)
        for name, one in (("mode", copy.lock), ("until", copy.locked_until))
        if one not in (None, LockMode.UNKNOWN)
    }
    return {**members, "immutable": immutable} if immutable else members


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, CopySeen | IntegrityCheck | Source | TestCheck | ScopeExclusion):
        return _members(value)
    return value


_SPECIAL: Mapping[type[Any], Callable[[Any], dict[str, Any]]] = {CopySeen: _copy}
