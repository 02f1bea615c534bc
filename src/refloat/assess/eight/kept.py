"""The copies of a data set as they were seen, and what the plan adds where nobody looked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from refloat.assess.ground.basis import Basis, SeenPoint
from refloat.model.access import LockMode
from refloat.model.feed import CopySeen, Quality
from refloat.model.judgement import ServiceStatus
from refloat.model.plan import Repository
from refloat.model.points import Encrypted

MOST_LOOKED_AT = 64
"""How many of the newest points of a data set are looked at for where its copies are."""


@dataclass(frozen=True, slots=True)
class KeptCopy:
    """One place that keeps copies of a data set.

    Attributes:
        repository: the repository's key, or the source's name for it.
        point: the newest point that was seen there; None if only the plan says that copies are.
        domain: what it breaks together with; empty if nobody said.
        encrypted: whether the copy is encrypted; None if not known.
        encryption_seen: whether somebody saw that; else the plan says so.
        key_kept: where its key is kept; empty if nobody said.
        lock: what keeps it from being changed.
        lock_seen: whether somebody saw that; else the plan says so.
        locked_until: until when it was seen to be locked; None if not seen, or for ever.
        period: how long the plan says that a lock holds; None for ever.
    """

    repository: str
    point: SeenPoint | None
    domain: str
    encrypted: bool | None
    encryption_seen: bool
    key_kept: str
    lock: LockMode
    lock_seen: bool
    locked_until: datetime | None
    period: timedelta | None


def copies_of(basis: Basis, status: ServiceStatus, data_set: str) -> tuple[KeptCopy, ...]:
    """Give every place that keeps copies of a data set: those seen, then those only planned.

    A point that is damaged, incomplete or past its keeping is no copy.
    """
    planned = basis.component(data_set).repositories
    found: dict[str, KeptCopy] = {}
    for point in newest_first(basis, data_set):
        for copy in point.copies or (CopySeen(point.repository),):
            if copy.repository and copy.repository not in found:
                found[copy.repository] = _seen(basis, status, data_set, point, copy)
        if found and all(key in found for key in planned):
            break
    for key in planned:
        if key not in found:
            found[key] = _planned(basis, data_set, key)
    return tuple(found.values())


def newest_first(basis: Basis, data_set: str) -> Iterator[SeenPoint]:
    """Give the newest points that something can be brought back from, newest first.

    Of very many, only the newest are given; they are looked at one by one, as they are asked for.
    """
    given = 0
    for point in reversed(basis.points(data_set)):
        if given == MOST_LOOKED_AT:
            return
        ends = point.expires_at
        if point.eligible and (ends is None or ends > basis.instant):
            given += 1
            yield point


def quality_of(point: SeenPoint) -> Quality:
    """Say how good a point is as evidence: what Refloat made is better than what it was told of."""
    return Quality.GOOD if point.entry is not None else Quality.FAIR


def _seen(
    basis: Basis, status: ServiceStatus, data_set: str, point: SeenPoint, copy: CopySeen
) -> KeptCopy:
    written = basis.plan.repositories.get(copy.repository)
    encrypted = copy.encrypted
    if encrypted is None:
        encrypted = _looked_at(status, copy.repository)
    claimed = written.encrypted if written is not None else None
    lock = LockMode.OFFLINE if copy.offline else copy.lock
    lock_seen = lock is not LockMode.UNKNOWN
    plans = written.lock if written is not None else None
    return KeptCopy(
        repository=copy.repository,
        point=point,
        domain=copy.failure_domain or (written.failure_domain if written is not None else ""),
        encrypted=encrypted if encrypted is not None else claimed,
        encryption_seen=encrypted is not None,
        key_kept=copy.key_kept or _key_kept(basis, written, data_set),
        lock=lock if lock_seen or plans is None else plans.mode,
        lock_seen=lock_seen,
        locked_until=copy.locked_until,
        period=plans.period if plans is not None else None,
    )


def _planned(basis: Basis, data_set: str, key: str) -> KeptCopy:
    written = basis.plan.repositories.get(key)
    return KeptCopy(
        repository=key,
        point=None,
        domain=written.failure_domain if written is not None else "",
        encrypted=written.encrypted if written is not None else None,
        encryption_seen=False,
        key_kept=_key_kept(basis, written, data_set),
        lock=written.lock.mode if written is not None else LockMode.UNKNOWN,
        lock_seen=False,
        locked_until=None,
        period=written.lock.period if written is not None else None,
    )


def _looked_at(status: ServiceStatus, repository: str) -> bool | None:
    """Say whether Refloat saw that a repository's copies are encrypted."""
    for one in status.repositories:
        if one.key == repository:
            return {Encrypted.YES: True, Encrypted.NO: False}.get(one.encryption.state)
    return None


def _key_kept(basis: Basis, written: Repository | None, data_set: str) -> str:
    if written is not None and written.key_kept:
        return written.key_kept
    watch = basis.component(data_set).watch
    platform = basis.plan.platforms.get(watch.platform or "") if watch is not None else None
    return platform.key_kept if platform is not None else ""
