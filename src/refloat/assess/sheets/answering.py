"""The data behind the five questions: lists, intervals, retention, rights, restores."""

from __future__ import annotations

import itertools
import math
import statistics
from dataclasses import replace
from datetime import UTC, timedelta

from refloat.assess import words
from refloat.assess.access.isolation import CopyIsolation, Isolated, effective_rights, isolation_of
from refloat.assess.access.rights import Rights
from refloat.assess.coverage.retention import FOR_EVER, kept
from refloat.assess.coverage.units import units
from refloat.assess.ground.basis import Basis
from refloat.assess.organisation import Organisation
from refloat.assess.verdicts.restores import same_person
from refloat.assess.verdicts.staleness import trial_expires_at
from refloat.model.access import HOLDING, LockMode, PrincipalKind, Right
from refloat.model.plan import Plan
from refloat.model.sheets import (
    ExcludedSystem,
    IntervalSheet,
    Known,
    LastRestore,
    ProtectedSystem,
    ProtectionLists,
    RestoreAuthority,
    RetentionSheet,
    RightsRow,
    ShownRestore,
    UnaccountedSystem,
)
from refloat.model.stream import standing

WINDOW = timedelta(days=90)
"""How far back the intervals between recovery points are looked at."""

_SHOWN_RESTORES = 10

KINDS = (
    PrincipalKind.UNPRIVILEGED,
    PrincipalKind.PRIVILEGED,
    PrincipalKind.BACKUP_ADMINISTRATOR,
    PrincipalKind.BREAK_GLASS,
)
"""The kinds of account that question 3 asks of."""

CANARY = "canary/"
"""How the id of an access fact begins that was seen by letting somebody delete a canary."""

_READ = (Right.READ_OWN, Right.READ_OTHER)
_MODIFY = (Right.MODIFY, Right.TAKE_OWNERSHIP, Right.CHANGE_ACCESS)
_DELETE = (Right.DELETE,)
_DELETE_PLACE = (Right.DELETE_REPOSITORY,)
_SHORTEN = (Right.CHANGE_RETENTION,)


def protection_lists(organisation: Organisation, service: str) -> ProtectionLists:
    """Give what of a service is protected, left out, and in neither list (R-030)."""
    start, plan = organisation.bases[service], organisation.plan
    mine = [one for one in units(organisation) if service in one.services]
    today = organisation.instant.astimezone(UTC).date()
    excluded = [
        ExcludedSystem(
            what=one.component or one.what,
            reason=one.reason,
            approver=words.person(plan, one.approved_by),
            until=one.until.isoformat() if one.until is not None else "",
            holds=one.approved_by is not None and one.until is not None and one.until >= today,
            source="plan",
        )
        for one in plan.exclusions
        if (one.component or one.what) in start.strengths
    ]
    for scope in mine:
        told = [(name, True) for name in scope.excluded]
        told += [(name, False) for name in (*scope.not_approved, *(n for n, _ in scope.expired))]
        excluded += [ExcludedSystem(name, "", "", "", holds, scope.source) for name, holds in told]
    unaccounted = [UnaccountedSystem(key, "plan") for key in start.unaccounted]
    unaccounted += [
        UnaccountedSystem(name, scope.source) for scope in mine for name in scope.unaccounted
    ]
    return ProtectionLists(
        protected=tuple(_protected(start, key) for key in start.data_sets),
        excluded=tuple(excluded),
        unaccounted=tuple(unaccounted),
        parts_counted=sum(scope.counted for scope in mine),
        parts_selected=sum(scope.selected for scope in mine),
    )


def _protected(start: Basis, key: str) -> ProtectedSystem:
    component, source = start.component(key), "Refloat"
    if component.watch is not None:
        source = words.platform(start.plan, component.watch.platform or "")
    name = words.component(start.plan, key)
    return ProtectedSystem(key, name, source, component.repositories)


def intervals(start: Basis, data_set: str) -> IntervalSheet:
    """Give how often recovery points were really created, over the last ninety days (R-031)."""
    component = start.component(data_set)
    begin = start.instant - WINDOW
    times = start.copies(data_set).times()
    inside = [at for at in times if at >= begin]
    before = [at for at in times if at < begin][-1:]
    gaps = sorted((b - a).total_seconds() for a, b in itertools.pairwise([*before, *inside]))
    since = [(start.instant - times[-1]).total_seconds()] if times else []
    rpo = start.service.objectives.get("rpo")
    every = [one.every for one in (component.protection, component.watch) if one is not None]
    meant = [one.total_seconds() for one in every if one is not None]
    return IntervalSheet(
        data_set=data_set,
        meant_seconds=min(meant, default=None),
        target_seconds=rpo.target.total_seconds() if rpo is not None else None,
        window_seconds=WINDOW.total_seconds(),
        points=len(inside),
        median_seconds=statistics.median(gaps) if gaps else None,
        p95_seconds=gaps[math.ceil(0.95 * len(gaps)) - 1] if gaps else None,
        longest_seconds=max((*gaps, *since), default=None),
    )


def retention(organisation: Organisation, service: str, data_set: str) -> RetentionSheet:
    """Give how long copies of a data set are kept, by whose decision, and what holds them."""
    start, plan = organisation.bases[service], organisation.plan
    found, agreed = kept(start, data_set), start.component(data_set).retention
    points = [
        one
        for one in start.copies(data_set)
        if one.expires_at is None or one.expires_at > start.instant
    ]
    newest = points[-1] if points else None
    policy = ""
    if found.set_to is not None:
        policy = (
            "nothing is ever removed"
            if found.set_to == FOR_EVER
            else f"removed after {words.duration(found.set_to.total_seconds())}"
        )
    elif found.seen is not None:
        policy = f"seen to be removed after {words.duration(found.seen.total_seconds())}"
    places = isolation_of(organisation, service)[data_set].copies
    decided = agreed is not None and not found.why_not
    return RetentionSheet(
        data_set=data_set,
        oldest=points[0].consistency_time if points else None,
        policy=policy,
        agreed_seconds=agreed.target.total_seconds() if agreed is not None and decided else None,
        agreed_by=words.person(plan, agreed.approver) if agreed is not None and decided else "",
        newest_expires_at=newest.expires_at if newest is not None else None,
        newest_locked_until=max(
            (one.locked_until for one in places if one.locked_until is not None), default=None
        ),
        lock=words.listed(f"{one.repository}: {_lock(one)}" for one in places),
    )


def _holds(one: CopyIsolation) -> bool:
    return one.lock in HOLDING and one.verdict is Isolated.YES


def _lock(one: CopyIsolation) -> str:
    if one.lock is LockMode.UNKNOWN:
        return "not known"
    if one.lock is LockMode.NONE:
        return "no lock"
    if one.locked_until is not None:
        return f"{one.lock.value} until {words.instant(one.locked_until)}"
    over = one.lock in HOLDING and not _holds(one)
    return f"{one.lock.value}, not shown to hold" if over else one.lock.value


def rights_rows(organisation: Organisation, service: str) -> tuple[RightsRow, ...]:
    """Give who can do what to the copies of a service, place by place (R-033)."""
    rights = effective_rights(organisation)
    tried = organisation.once(_canaries, frozenset({"access"}))
    places: dict[str, list[tuple[str, CopyIsolation]]] = {}
    for key, one in isolation_of(organisation, service).items():
        for copy in one.copies:
            places.setdefault(copy.repository, []).append((key, copy))
    return tuple(
        replace(
            _rights_row(rights, repository, some, kind),
            tried=tuple(tried.get((repository, kind), ())),
        )
        for repository, some in places.items()
        for kind in KINDS
    )


def _canaries(organisation: Organisation) -> dict[tuple[str, PrincipalKind], list[str]]:
    """Say what came of every try to delete a canary, by repository and kind of account.

    The age of each is told, and whether it is too old to count.
    """
    found: dict[tuple[str, PrincipalKind], list[str]] = {}
    principals = organisation.plan.principals
    counts_for = organisation.plan.policy.access_seen_every
    for one in standing(organisation.facts.feed.access, organisation.instant):
        kind = principals[one.principal].kind if one.principal in principals else one.kind
        if one.external_id.startswith(CANARY) and kind is not None:
            could = "could" if one.allowed else "could not"
            age = organisation.instant - one.observed_at
            told = f"{one.principal} {could} delete a canary on {words.day(one.observed_at)}"
            ago = f", {words.duration(age.total_seconds())} ago"
            old = "; that is too long ago to count" if age > counts_for else ""
            found.setdefault((one.repository, kind), []).append(told + ago + old)
    return found


def _rights_row(
    rights: Rights,
    repository: str,
    copies: list[tuple[str, CopyIsolation]],
    kind: PrincipalKind,
) -> RightsRow:
    ways: list[str] = []
    qualities: list[str] = []

    def can(wanted: tuple[Right, ...]) -> Known:
        found = tuple(rights.holdings(repository, wanted, (kind,)))
        ways.extend(f"{one.right.value}: {one.way}" for one in found if one.allowed)
        qualities.extend(one.quality.value for one in found if one.quality is not None)
        if any(one.allowed for one in found):
            return Known.YES
        if not found or any(one.allowed is None for one in found):
            return Known.UNKNOWN
        return Known.NO

    read, modify, delete, place, shorten = (
        can(one) for one in (_READ, _MODIFY, _DELETE, _DELETE_PLACE, _SHORTEN)
    )
    held = {_lock(copy) for _, copy in copies if _holds(copy)}
    return RightsRow(
        repository=repository,
        data_sets=tuple(key for key, _ in copies),
        kind=kind.value,
        accounts=sum(one is kind for one in rights.principals.values()),
        read=read,
        modify=modify,
        delete=Known.YES if place is Known.YES else delete,  # with the place its copies go
        delete_place=place,
        shorten=shorten,
        ways=tuple(ways),
        lock=words.listed(sorted(held)),
        quality=max(qualities, key=_QUALITIES.index, default=""),
    )


_QUALITIES = ("excellent", "good", "fair", "poor")


def restore_authority(plan: Plan, start: Basis) -> RestoreAuthority:
    """Give who may ask for a restore, who may approve it, and what opens it otherwise (R-034)."""
    asking, approving = plan.authority.request_restores, plan.authority.approve_restores
    platforms = dict.fromkeys(
        watch.platform
        for watch in (start.component(key).watch for key in start.data_sets)
        if watch is not None and watch.platform in plan.platforms
    )
    sealed = [
        f"a sealed account opens {words.platform(plan, key)}"
        for key in platforms
        if key is not None and plan.platforms[key].break_glass
    ]
    return RestoreAuthority(
        requesters=tuple(words.person(plan, key) for key in asking),
        approvers=tuple(words.person(plan, key) for key in approving),
        separate=bool(asking)
        and all(any(not same_person(plan, key, one) for one in approving) for key in asking),
        break_glass=tuple(sealed),
    )


def last_restore(start: Basis) -> LastRestore:
    """Give when a representative restore last completed, and what is shown beside it (R-035)."""
    trials = start.trials()
    counted = next((one for one in reversed(trials) if one.representative), None)
    others = [
        ShownRestore(one.reference, one.at, one.level.value, one.missing)
        for one in reversed(trials)
        if not one.representative
    ]
    return LastRestore(
        reference=counted.reference if counted is not None else "",
        at=counted.at if counted is not None else None,
        age_seconds=(start.instant - counted.at).total_seconds() if counted is not None else None,
        due_at=trial_expires_at(start, counted) if counted is not None else None,
        not_counted=tuple(others[:_SHOWN_RESTORES]),
    )
