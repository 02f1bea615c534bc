"""How long copies are kept, against how long they are to be kept (R-018, R-032)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from refloat.assess.ground.basis import Basis, SeenPoint
from refloat.assess.verdicts.approvals import approval
from refloat.model.access import LockMode
from refloat.model.judgement import ApprovalState
from refloat.model.plan import Component, Objective, Protection

_SLACK = timedelta(days=1)
"""How far off a copy's life may be seen to be: tools count from when a job began, and remove daily.

What a tool is set to is held against what was agreed to the second.
"""

_DUTIES = frozenset({"regulation", "contract"})
_HOLDING = frozenset({LockMode.COMPLIANCE, LockMode.WRITE_ONCE})
"""Locks that nobody opens: what they hold is kept, whatever else is said."""

FOR_EVER = timedelta.max
"""What stands for copies that nothing ever removes."""


@dataclass(frozen=True)
class Kept:
    """How long the copies of one data set are kept.

    Attributes:
        agreed: how long they are to be kept, by somebody's decision; None if there is none.
        why_not: why there is no such decision; empty if there is one.
        set_to: what the tool is set to; ``FOR_EVER`` if nothing is removed, None if nobody said.
        seen: the longest life of a recovery point that was seen; None if no source says it.
        seen_at: when that was seen; None likewise.
        least: whether what was agreed is the least that a law or a contract asks for.
    """

    agreed: timedelta | None
    why_not: str
    set_to: timedelta | None
    seen: timedelta | None
    seen_at: datetime | None
    least: bool = False

    @property
    def actual(self) -> timedelta | None:
        """What is really kept, the shorter of what is set and what was seen; None if not known."""
        seen = self.seen
        if seen is not None and self.agreed is not None and abs(seen - self.agreed) <= _SLACK:
            seen = self.agreed
        return min((one for one in (self.set_to, seen) if one is not None), default=None)

    @property
    def too_short(self) -> bool:
        """Whether copies are removed before the agreed time is over."""
        return self.agreed is not None and self.actual is not None and self.actual < self.agreed

    @property
    def too_long(self) -> bool:
        """Whether copies are kept though nobody decided that they should be, and no law asks it.

        A law or a contract says how long is the least; what is kept for longer is explained by it.
        """
        if self.agreed is None or self.too_short or self.least:
            return False
        set_longer = self.set_to is not None and self.set_to > self.agreed
        return set_longer or (self.seen is not None and self.seen > self.agreed + _SLACK)


def kept(basis: Basis, data_set: str) -> Kept:
    """Say how long the copies of a data set are kept, and how long they are to be.

    Args:
        basis: a service whose own data set it is.
        data_set: the component key.
    """
    component = basis.component(data_set)
    why_not = _not_agreed(basis, component)
    agreed = None
    if component.retention is not None and not why_not:
        agreed = component.retention.target
    seen, seen_at = _seen(basis, data_set, agreed)
    least = component.retention is not None and component.retention.basis in _DUTIES
    return Kept(agreed, why_not, _set_to(component), seen, seen_at, least)


def _not_agreed(basis: Basis, component: Component) -> str:
    """Say why nobody's decision stands behind a retention; empty if one does."""
    retention: Objective | None = component.retention
    if retention is None:
        return "nobody has decided how long its copies are to be kept"
    if retention.basis == "vendor-default":
        return "it is what the vendor set, and nobody of the business decided it"
    signed = any(
        one.fact.measure == "retention" and one.fact.service == component.key
        for one in basis.approving()
    )
    if signed:
        state = approval(basis.plan, component.key, "retention", basis.facts, basis.instant).state
        if state is ApprovalState.STALE:
            return "it was changed after somebody had agreed to it"
        if state is ApprovalState.APPROVED:
            return ""  # whoever may decide has signed, whether the plan names them or not
    if retention.approver is None:
        return "nobody stands behind how long its copies are to be kept"
    return ""


def _set_to(component: Component) -> timedelta | None:
    if component.watch is not None:
        return component.watch.kept_for
    return _kept_by_rule(component.protection) if component.protection is not None else None


def _kept_by_rule(protection: Protection) -> timedelta | None:
    """Give how far back the rules of a retention reach; a month is a twelfth of a leap year."""
    keep = protection.keep
    if keep is None:
        return FOR_EVER
    every = protection.every or timedelta(0)
    return max(
        keep.last * every,
        timedelta(hours=keep.hourly),
        timedelta(days=keep.daily),
        timedelta(weeks=keep.weekly),
        keep.monthly * timedelta(days=30, hours=12),
        timedelta(days=366 * keep.yearly),
    )


def _seen(
    basis: Basis, data_set: str, agreed: timedelta | None
) -> tuple[timedelta | None, datetime | None]:
    """Give the longest life of the points that were seen; one that is long enough ends the look."""
    longest: timedelta | None = None
    at: datetime | None = None
    for point in reversed(basis.points(data_set)):
        life = _life(point, agreed)
        if life is None:
            continue
        if longest is None or life > longest:
            longest, at = life, point.observed_at
        if agreed is None or longest >= agreed:
            break
    return longest, at


def _life(point: SeenPoint, agreed: timedelta | None) -> timedelta | None:
    """Give how long a point is kept: until it expires, or at least as long as a lock holds it."""
    if point.expires_at is not None:
        return point.expires_at - point.consistency_time
    if agreed is None:
        return None
    held = any(
        copy.lock in _HOLDING
        and copy.locked_until is not None
        and copy.locked_until - point.consistency_time >= agreed
        for copy in point.copies
    )
    return agreed if held else None
