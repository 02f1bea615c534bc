"""ISM-1708: can not even a backup administrator change or delete copies while they are kept?

Either a lock holds until the copies are no longer to be kept (compliance mode, written once, or out
of reach), or it is known that backup administrators have none of the rights. A lock in governance
mode is as good as the people who can lift it: it counts when none but a sealed account for
emergencies can.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from refloat.assess.access.rights import Rights
from refloat.assess.eight.access import ALSO_CHANGE, BACKUP_ADMINISTRATORS, CHANGE, able, weigh
from refloat.assess.eight.kept import KeptCopy, quality_of
from refloat.assess.eight.tally import Tally
from refloat.assess.ground.basis import Basis
from refloat.model.access import HOLDING, LockMode, PrincipalKind
from refloat.model.feed import Quality


class Hold(enum.IntEnum):
    """How far a lock goes, the best first."""

    HOLDS = 0
    GOVERNANCE = 1
    TOO_SHORT = 2
    UNKNOWN = 3
    NONE = 4


_MIGHT = BACKUP_ADMINISTRATORS | {PrincipalKind.PRIVILEGED}
"""Kinds of account whose rights must be known before a lock that rights lift can count."""


@dataclass(frozen=True, slots=True)
class LockSeen:
    """How the copies of one data set are locked in one repository.

    Attributes:
        repository: the repository's key.
        data_set: the component's key.
        hold: how far the lock goes.
        quality: how good that is as evidence; poor if only the plan says so.
        reference: the copy that shows it; empty if only the plan says so.
    """

    repository: str
    data_set: str
    hold: Hold
    quality: Quality
    reference: str


def locks(basis: Basis, copies: Mapping[str, tuple[KeptCopy, ...]]) -> tuple[LockSeen, ...]:
    """Give the weakest lock of each repository that keeps copies of a service."""
    found: dict[str, LockSeen] = {}
    for data_set, places in copies.items():
        for one in places:
            lock = LockSeen(
                one.repository,
                data_set,
                _hold(basis, data_set, one),
                quality_of(one.point) if one.lock_seen and one.point else Quality.POOR,
                one.point.reference if one.lock_seen and one.point else "",
            )
            if lock.repository not in found or _weaker(lock, found[lock.repository]):
                found[lock.repository] = lock
    return tuple(found.values())


def weakest(found: Iterable[LockSeen]) -> dict[str, LockSeen]:
    """Give the weakest lock of each repository, among those of many services."""
    whole: dict[str, LockSeen] = {}
    for one in found:
        if one.repository not in whole or _weaker(one, whole[one.repository]):
            whole[one.repository] = one
    return whole


def locked(found: Mapping[str, LockSeen], rights: Rights, valid_for: timedelta) -> Tally:
    """Say of each repository whether a backup administrator can change or delete its copies.

    Args:
        found: by repository, its weakest lock.
        rights: the effective rights.
        valid_for: how long a look at rights counts.
    """
    tally = Tally()
    for repository, lock in found.items():
        tally.counted += 1
        if lock.hold in (Hold.HOLDS, Hold.GOVERNANCE):
            what = f"{repository}: the lock on its copies"
            if lock.reference:
                tally.rest(lock.quality, what, lock.reference)
            else:
                tally.claim(repository, "only the plan says that its copies are locked")
        if lock.hold is Hold.GOVERNANCE:
            _governed(tally, repository, rights)
        elif lock.hold is not Hold.HOLDS:
            _by_rights(tally, repository, lock, rights, valid_for)
    return tally


def _hold(basis: Basis, data_set: str, copy: KeptCopy) -> Hold:
    if copy.lock is LockMode.GOVERNANCE:
        return Hold.GOVERNANCE
    if copy.lock not in HOLDING:
        return Hold.UNKNOWN if copy.lock is LockMode.UNKNOWN else Hold.NONE
    if copy.lock is LockMode.OFFLINE:
        return Hold.HOLDS
    retention = basis.component(data_set).retention
    kept = retention.target if retention is not None else None
    if copy.locked_until is not None and copy.point is not None:
        made = copy.point.consistency_time
        last = copy.point.expires_at or (made + kept if kept is not None else None)
        return Hold.TOO_SHORT if last is not None and copy.locked_until < last else Hold.HOLDS
    short = copy.period is not None and kept is not None and copy.period < kept
    return Hold.TOO_SHORT if short else Hold.HOLDS


def _weaker(one: LockSeen, other: LockSeen) -> bool:
    order = list(Quality)
    return (one.hold, order.index(one.quality)) > (other.hold, order.index(other.quality))


def _governed(tally: Tally, repository: str, rights: Rights) -> None:
    """Judge a lock that some rights lift: nobody but a sealed account may have one of them."""
    for one in rights.holdings(repository, (*CHANGE, *ALSO_CHANGE)):
        name = f"{one.principal} on {repository}"
        if one.kind is PrincipalKind.BREAK_GLASS:
            continue
        if one.allowed:
            tally.failing.setdefault(name, f"{able(one.right)} in spite of the lock ({one.way})")
        elif one.allowed is None and one.right not in ALSO_CHANGE and one.kind in _MIGHT:
            tally.unknown.setdefault(name, "nobody has looked whether it can lift the lock")


def _by_rights(
    tally: Tally, repository: str, lock: LockSeen, rights: Rights, valid_for: timedelta
) -> None:
    administrators = [
        key for key, kind in rights.principals.items() if kind in BACKUP_ADMINISTRATORS
    ]
    why = {
        Hold.NONE: "nothing locks the copies",
        Hold.UNKNOWN: "whether the copies are locked is not known",
        Hold.TOO_SHORT: f"the lock ends before copies of {lock.data_set} are no longer to be kept",
    }[lock.hold]
    if not administrators:
        tally.unknown[repository] = f"{why}, and nobody said which accounts administer backups"
    for principal in administrators:
        name = f"{principal} on {repository}"
        known = [rights.knows(principal, repository, right) for right in (*CHANGE, *ALSO_CHANGE)]
        weigh(tally, name, known, ALSO_CHANGE, valid_for)
        for things in (tally.failing, tally.unknown, tally.expired):
            if name in things:
                things[name] += f"; {why}"
