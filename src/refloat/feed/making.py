"""Lines to facts of the model. What many facts have in common is kept in memory once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

import msgspec

from refloat.feed.lines import (
    AccessLine,
    CopyLine,
    DependencyLine,
    HeartbeatLine,
    IntegrityLine,
    JobLine,
    Line,
    PointLine,
    ScopeLine,
    SourceLine,
    TestLine,
)
from refloat.feed.words import LOCKS, PRINCIPALS, RIGHTS, utc, utc_or_none
from refloat.model.access import LockMode, Right
from refloat.model.feed import (
    AccessSeen,
    CopySeen,
    DependencySeen,
    Heartbeat,
    IntegrityCheck,
    JobRun,
    PointSeen,
    ProtectionScope,
    Quality,
    RestoreTest,
    ScopeExclusion,
    Source,
    TestCheck,
    TestLevel,
)

_MOST_SHARED = 20_000
_NOT_LOOKED = IntegrityCheck()
Value = TypeVar("Value")


class Unclear(Exception):
    """A line says something that cannot be; the message says what."""


class Head(NamedTuple):
    """What every fact of one line has, in the order of ``FeedFact``."""

    source: Source
    external_id: str
    observed_at: datetime
    digest: str


class Maker:
    """Makes the facts of the machines' kinds, and shares what is equal between them."""

    def __init__(self) -> None:
        self._shared: dict[Any, Any] = {}

    def source(self, line: SourceLine) -> Source:
        """Give where a line comes from."""
        found: Source | None = self._shared.get(line)
        if found is None:
            found = self._keep(line, Source(line.instance, line.tool or "", line.reader or ""))
        return found

    def point(self, line: PointLine, head: Head) -> PointSeen:
        """Give the recovery point that a line saw."""
        shared = self._shared
        data_set, group, version = line.dataset_ref, line.consistency_group, line.version
        level = line.level
        copies = (shared.get(line.copies) or self._copies(line.copies)) if line.copies else ()
        expires_at = utc_or_none(line.expires_at)
        if copies and copies[-1].locked_until == expires_at:
            expires_at = copies[-1].locked_until  # most locks end there: keep the time once
        return PointSeen(
            *head,
            shared.get(data_set) or self._keep(data_set, data_set),
            utc(line.consistency_time),
            utc_or_none(line.completed_at),
            line.complete,
            line.usable_claim or "unknown",
            line.consistency or "unknown",
            (shared.get(group) or self._keep(group, group)) if group else "",
            line.size_bytes,
            copies,
            expires_at,
            (shared.get(line.integrity) or self._integrity(line.integrity))
            if line.integrity
            else _NOT_LOOKED,
            line.malware or "unknown",
            (shared.get(version) or self._keep(version, version)) if version else "",
            line.state == "deleted",
            (shared.get(level) or self._keep(level, level)) if level else "",
        )

    def _copies(self, lines: tuple[CopyLine, ...]) -> tuple[CopySeen, ...]:
        copies = [self._shared.get(line) or self._keep(line, _copy(line)) for line in lines]
        return self._keep(lines, tuple(copies))

    def _integrity(self, line: IntegrityLine) -> IntegrityCheck:
        check = IntegrityCheck(line.kind or "none", line.state or "unknown", utc_or_none(line.at))
        return self._keep(line, check)

    def _keep(self, name: Any, value: Value) -> Value:
        if len(self._shared) >= _MOST_SHARED:
            self._shared.clear()
        self._shared[name] = value
        return value


def job(line: JobLine, head: Head) -> JobRun:
    """Give the job run that a line tells of."""
    return JobRun(
        *head,
        job=line.job,
        data_set=line.dataset_ref or "",
        at=utc(line.at or line.scheduled_at or head.observed_at),
        status=line.status.lower(),
        enabled=line.enabled,
        message=line.message or "",
        scheduled_at=utc_or_none(line.scheduled_at),
    )


def test(line: TestLine, head: Head) -> RestoreTest:
    """Give the restore test that a line tells of.

    Raises:
        Unclear: if it names neither a service nor what was restored, or two different durations.
    """
    if not line.service and not line.dataset_refs:
        raise Unclear("it names neither a service nor dataset_refs")
    return RestoreTest(
        *head,
        service=line.service or "",
        data_sets=line.dataset_refs or (),
        level=TestLevel(line.level),
        result=line.result,
        at=utc(line.started_at),
        seconds=_own_seconds(line),
        bytes=line.bytes,
        point_time=utc_or_none(line.consistency_time),
        confirmed_by=line.confirmed_by or "",
        issues=line.issues or (),
        checks=tuple(
            TestCheck(one.name, one.passed, one.proves or "") for one in line.checks or ()
        ),
        environment=line.environment or "",
        steps=tuple((one.name, one.seconds) for one in line.steps or ()),
    )


def scope(line: ScopeLine, head: Head) -> ProtectionScope:
    """Give the scope that a line tells of."""
    return ProtectionScope(
        *head,
        selected=line.selected or (),
        excluded=tuple(
            ScopeExclusion(
                one.what, one.why or one.reason or "", one.approved_by or "", utc_or_none(one.until)
            )
            for one in line.excluded or ()
        ),
        inventory=line.inventory or (),
        data_set=line.dataset_ref or "",
    )


def access(line: AccessLine, head: Head) -> tuple[AccessSeen, ...]:
    """Give what a line says of a principal's rights.

    One line with ``rights`` is a word on every right: what it does not list is not known, so that a
    later line with fewer rights takes the earlier ones back. ``any`` lists all that are not named.

    Raises:
        Unclear: if it says nothing of any right, or two things of one.
    """
    if line.right is not None:
        if line.rights is not None or line.denied is not None:
            raise Unclear("right stands beside rights or denied; a line has one or the others")
        return (_seen(line, head, RIGHTS[line.right], line.allowed),)
    if line.rights is None and line.denied is None:
        raise Unclear("it has neither right nor rights")
    if line.allowed is not None:
        raise Unclear("allowed stands without right")
    granted = {RIGHTS[word] for word in line.rights or ()}
    denied = {RIGHTS[word] for word in line.denied or ()}
    if granted & denied:
        raise Unclear(f"{min(granted & denied)!s} is among both rights and denied")
    if line.rights == () and not denied:
        denied = set(Right)
    if Right.ANY in granted:
        granted = set(Right) - denied
    elif Right.ANY in denied:
        denied = set(Right) - granted
    return tuple(
        _seen(
            line,
            head._replace(external_id=f"{head.external_id}/{right}"),
            right,
            True if right in granted else False if right in denied else None,
        )
        for right in Right
    )


def heartbeat(line: HeartbeatLine, head: Head) -> Heartbeat:
    """Give the heartbeat that a line is."""
    return Heartbeat(*head, expected_seconds=line.expected_interval_seconds, what=line.what or "")


def dependency(line: DependencyLine, head: Head) -> DependencySeen:
    """Give the dependency that a line saw."""
    return DependencySeen(
        *head,
        component=line.component,
        needs=line.needs or "",
        what=line.what or "",
        holds_data=line.holds_data,
        line=line.line or 0,
        version=line.version or "",
    )


def natural_id(line: Line) -> str:
    """Name what a line is about where it says how something *is*; empty for what happened.

    So a later line without an id takes the place of an earlier one about the same.
    """
    parts: Iterable[str]
    match line:
        case AccessLine():
            parts = (line.principal, line.path, RIGHTS[line.right] if line.right else "rights")
        case HeartbeatLine():
            parts = ("alive", line.what or "")
        case ScopeLine():
            parts = ("scope", line.dataset_ref or "")
        case DependencyLine():
            parts = (line.component, line.needs or "")
        case _:
            return ""
    return msgspec.json.encode(tuple(parts)).decode()


def _copy(line: CopyLine) -> CopySeen:
    lock = line.immutable
    return CopySeen(
        line.location,
        line.failure_domain or "",
        line.offline,
        line.encrypted,
        line.key_ref or "",
        LOCKS[lock.mode] if lock is not None and lock.mode is not None else LockMode.UNKNOWN,
        utc_or_none(lock.until) if lock is not None else None,
    )


def _own_seconds(line: TestLine) -> float | None:
    if line.own_minutes is None:
        return line.own_seconds
    seconds = line.own_minutes * 60
    if line.own_seconds is not None and line.own_seconds != seconds:
        raise Unclear("own_seconds and own_minutes are not the same duration")
    return seconds


def _seen(line: AccessLine, head: Head, right: Right, allowed: bool | None) -> AccessSeen:
    return AccessSeen(
        *head,
        principal=line.principal,
        kind=PRINCIPALS[line.principal_kind] if line.principal_kind else None,
        repository=line.path,
        right=right,
        allowed=allowed,
        quality=Quality(line.quality) if line.quality else Quality.POOR,
        observed_by=line.observed_by or "",
    )
