"""Isolation: could whoever takes over production change or destroy every copy of a data set?

Somebody who has taken over production acts as any of its accounts: ordinary and privileged people,
and services. Whoever can destroy copies where production's own accounts sign in can act as the
backup administrators who sign in there, too. A lock that nobody's rights open holds against all of
them while it lasts; what is not known is neither.
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from refloat.assess.access.rights import Rights, effective
from refloat.assess.ground.basis import Basis
from refloat.assess.ground.repositories import Repositories
from refloat.assess.ground.seen import SeenPoint
from refloat.assess.organisation import Organisation
from refloat.model.access import ALTERING, HOLDING, LockMode, PrincipalKind, Right
from refloat.model.feed import CopySeen
from refloat.model.plan import Plan, Repository

PRODUCTION: tuple[PrincipalKind, ...] = (
    PrincipalKind.UNPRIVILEGED,
    PrincipalKind.PRIVILEGED,
    PrincipalKind.SERVICE,
)
"""Accounts that are lost together when production is taken over."""

_ALTERING = tuple(right for right in Right if right in ALTERING)
_UNLOCKING = (Right.TAKE_OWNERSHIP, Right.CHANGE_ACCESS, Right.CHANGE_RETENTION)
"""Rights that open a lock which is only kept by rules (``governance``)."""

REPLICA = "a replica, which follows what it copies"
"""The way in which whoever can change production changes a replica."""

_LOOKED_BACK = 50
"""How many of the newest recovery points are looked at for isolated ones; neighbours in the very
same places count once."""

_NOWHERE = frozenset({"", "none"})
"""Authentication domains that say that nobody signs in."""


class Isolated(enum.StrEnum):
    """Whether copies are out of the reach of whoever takes over production."""

    YES = "isolated"
    NO = "can be altered"
    UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class CopyIsolation:
    """What is known of the copies of one data set in one repository.

    Attributes:
        repository: the repository's key, or its source's name.
        verdict: whether they are isolated.
        way: who can alter them, on which way (``domain-admins -> nas``); empty if nobody can, or
            nobody knows.
        right: the right with which they can; None likewise.
        lock: what keeps them from being changed.
        looked_at: whether anything at all is known of rights or of a lock.
        seen: whether copies were seen there; otherwise the plan alone says that they are.
        since: when it was seen that they can be altered; None where the plan alone says so.
        locked_until: until when the lock holds; None if for ever, or if there is none that does.
    """

    repository: str
    verdict: Isolated
    way: str = ""
    right: Right | None = None
    lock: LockMode = LockMode.UNKNOWN
    looked_at: bool = True
    seen: bool = True
    since: datetime | None = None
    locked_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class DataSetIsolation:
    """Whether at least one copy of a data set is isolated.

    Attributes:
        data_set: the component key.
        verdict: yes if one copy is; no if every one can be altered.
        copies: what is known of each place where copies are, or are meant to be.
    """

    data_set: str
    verdict: Isolated
    copies: tuple[CopyIsolation, ...]


class Isolation:
    """What taking over production would reach, repository by repository.

    Args:
        plan: a valid plan.
        rights: all effective rights.
        instant: when.
    """

    def __init__(self, plan: Plan, rights: Rights, instant: datetime) -> None:
        self._plan = plan
        self._rights = rights
        self._instant = instant
        self._known: dict[tuple[str, bool], CopyIsolation] = {}
        self._repositories = Repositories(plan)
        self._taken = frozenset(self._domains())

    def of(self, start: Basis, data_set: str) -> DataSetIsolation:
        """Say whether a data set has an isolated copy.

        Args:
            start: a service whose own data set it is.
            data_set: the component key; something copies it.
        """
        found: dict[str, CopyIsolation] = {}
        newest, meant = start.newest(data_set), start.component(data_set).repositories
        wanted = frozenset(meant)
        for number, point in enumerate(start.points(data_set).rows()):
            if found.keys() >= wanted and (number >= _LOOKED_BACK or _all_isolated(found.values())):
                break  # but a weekly disk in a safe is behind hundreds of hourly points
            for copy in point.copies:
                key = self._repositories.key(copy.repository)
                if self._repositories.is_of_another(key, meant):
                    continue  # a finding of its own says so
                before = found.get(key)
                if before is None or before.verdict is not Isolated.YES:
                    now = self._of_copy(key, copy, point)
                    found[key] = now if before is None else _better(before, now)
        told = bool(found)
        for key in meant:
            if key not in found:
                found[key] = self._claimed(key, newest, told=told)
        return DataSetIsolation(data_set, _overall(found.values()), tuple(found.values()))

    def _of_copy(self, key: str, copy: CopySeen, point: SeenPoint) -> CopyIsolation:
        if point.follows:  # whoever changes the original changes it
            return CopyIsolation(key, Isolated.NO, REPLICA, lock=LockMode.NONE)
        lock, until = copy.lock, copy.locked_until
        if copy.offline:
            lock, until = LockMode.OFFLINE, None
        repository = self._plan.repositories.get(key)
        if lock is LockMode.UNKNOWN and repository is not None:
            lock = repository.lock.mode
        if until is None and repository is not None and repository.lock.mode is lock:
            until = _until(repository, point)
        return self._locked(key, lock, until) or self._by_rights(key, lock)

    def _claimed(self, key: str, newest: SeenPoint | None, *, told: bool) -> CopyIsolation:
        """Judge a place that the plan names, and where no copy of the newest ones was seen.

        Where sources say of copies where they are, a safe place that none of them names is in
        doubt.
        """
        repository = self._plan.repositories.get(key)
        if repository is None:
            return CopyIsolation(key, Isolated.UNKNOWN, seen=False, looked_at=told)
        until = _until(repository, newest) if newest is not None else None
        lock = repository.lock.mode
        found = self._locked(key, lock, until) or self._by_rights(key, lock)
        if told and found.verdict is Isolated.YES:
            return replace(found, verdict=Isolated.UNKNOWN, seen=False)
        return replace(found, seen=False)

    def _locked(self, key: str, lock: LockMode, until: datetime | None) -> CopyIsolation | None:
        holds = lock in HOLDING and (until is None or until > self._instant)
        if holds and not self._rights.seen_to_delete(key):
            return CopyIsolation(key, Isolated.YES, lock=lock, locked_until=until)
        return None

    def _by_rights(self, key: str, lock: LockMode) -> CopyIsolation:
        governed = lock is LockMode.GOVERNANCE
        if (key, governed) not in self._known:
            self._known[key, governed] = self._judged(key, lock, governed=governed)
        return replace(self._known[key, governed], lock=lock)

    def _judged(self, key: str, lock: LockMode, *, governed: bool) -> CopyIsolation:
        rights = _UNLOCKING if governed else _ALTERING
        repository = self._plan.repositories.get(key)
        kinds = PRODUCTION
        if repository is not None and repository.authentication_domain in self._taken:
            kinds = (*PRODUCTION, PrincipalKind.BACKUP_ADMINISTRATOR)
        holder = next(iter(self._rights.holders(key, rights, kinds)), None)
        if holder is not None:
            return CopyIsolation(
                key, Isolated.NO, holder.way, holder.right, lock, since=holder.observed_at
            )
        looked_at = self._rights.looked_at(key) or lock is not LockMode.UNKNOWN
        doubt = self._doubt(key, rights, kinds)
        verdict = Isolated.UNKNOWN if doubt else Isolated.YES
        return CopyIsolation(key, verdict, lock=lock, looked_at=looked_at)

    def _doubt(self, key: str, rights: tuple[Right, ...], kinds: tuple[PrincipalKind, ...]) -> bool:
        """Whether somebody's rights are not known, or somebody has some of whom nothing is known.

        Nor is it known who can reach copies if no privileged account is written down at all.
        """
        if PrincipalKind.PRIVILEGED not in self._rights.principals.values():
            return True
        if any(one.kind is None for one in self._rights.holders(key, rights)):
            return True
        return any(one.allowed is None for one in self._rights.holdings(key, rights, kinds))

    def _domains(self) -> Iterator[str]:
        """Give the authentication domains in which production's own accounts can alter copies."""
        for key, repository in self._plan.repositories.items():
            domain = repository.authentication_domain
            if domain.casefold() not in _NOWHERE and self._rights.holders(
                key, _ALTERING, PRODUCTION
            ):
                yield domain


def isolation(
    organisation: Organisation,
) -> tuple[tuple[DataSetIsolation, tuple[str, ...]], ...]:
    """Judge every data set that something copies, with the services that own it; only once.

    Args:
        organisation: the organisation at an instant.
    """
    return organisation.once(_isolation)


def isolation_of(organisation: Organisation, service: str) -> Mapping[str, DataSetIsolation]:
    """Judge the data sets of one service, by component key; only once."""
    return organisation.each(_of_service, frozenset({"access"}))[service]


def isolation_of_all(organisation: Organisation) -> Mapping[str, DataSetIsolation]:
    """Judge the data sets of all services, by component key."""
    found: dict[str, DataSetIsolation] = {}
    for judged in organisation.each(_of_service, frozenset({"access"})).values():
        found.update(judged)
    return found


def effective_rights(organisation: Organisation) -> Rights:
    """Work out who has which right on which repository; only once."""
    return organisation.once(_effective, frozenset({"access"}))


def owners(organisation: Organisation) -> Mapping[str, tuple[str, ...]]:
    """Give, by component, the services that own it, in the plan's order."""
    found: dict[str, list[str]] = {}
    for service, start in organisation.bases.items():
        for key in start.strengths:
            found.setdefault(key, []).append(service)
    return {key: tuple(some) for key, some in found.items()}


def _effective(organisation: Organisation) -> Rights:
    return effective(organisation.plan, organisation.facts.feed, organisation.instant)


def _isolation(
    organisation: Organisation,
) -> tuple[tuple[DataSetIsolation, tuple[str, ...]], ...]:
    judged = organisation.each(_of_service, frozenset({"access"}))
    return tuple(
        (judged[services[0]][key], services)
        for key, services in organisation.once(owners, frozenset()).items()
        if key in judged[services[0]]
    )


def _of_service(organisation: Organisation, service: str) -> dict[str, DataSetIsolation]:
    judge = organisation.once(_judge, frozenset({"access"}))
    start = organisation.bases[service]
    return {key: judge.of(start, key) for key in start.data_sets}


def _judge(organisation: Organisation) -> Isolation:
    return Isolation(organisation.plan, effective_rights(organisation), organisation.instant)


def _all_isolated(found: Collection[CopyIsolation]) -> bool:
    """Whether no older copies in these places can be safer: any of them may be lost for itself."""
    return bool(found) and all(one.verdict is Isolated.YES for one in found)


def _until(repository: Repository, point: SeenPoint) -> datetime | None:
    period = repository.lock.period
    return None if period is None else point.consistency_time + period


def _better(one: CopyIsolation, other: CopyIsolation) -> CopyIsolation:
    order = (Isolated.YES, Isolated.UNKNOWN, Isolated.NO)
    return min(one, other, key=lambda copy: order.index(copy.verdict))


def _overall(copies: Iterable[CopyIsolation]) -> Isolated:
    verdicts = {one.verdict for one in copies}
    if Isolated.YES in verdicts:
        return Isolated.YES
    return Isolated.NO if verdicts == {Isolated.NO} else Isolated.UNKNOWN
