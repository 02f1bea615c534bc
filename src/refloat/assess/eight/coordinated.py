"""ISM-1810: can data, applications and settings be brought back to one common point in time?

What must be true at one time is a *consistency group* of the plan; the newest copies of its members
may lie apart by no more than ``policy.skew`` (R-014). Data sets of one service that the plan puts
into no group count as one group, where settings or an application stand beside data; of data alone
nobody can tell whether they belong together, so what lies far apart is then not known.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from refloat.assess import words
from refloat.assess.eight.kept import newest_first, quality_of
from refloat.assess.eight.tally import Tally
from refloat.assess.ground.basis import Basis
from refloat.model.feed import Quality
from refloat.model.plan import ComponentKind

_BESIDE_DATA = frozenset({ComponentKind.SETTINGS, ComponentKind.APPLICATION})


@dataclass(frozen=True, slots=True)
class Member:
    """A data set of a group, with its newest copy.

    Attributes:
        data_set: the component's key.
        group: the group's name; of a group that the plan does not name, the service's key.
        named: whether the plan names the group.
        beside_data: whether it is settings or an application, and no data.
        at: when its newest copy was true; None if there is no copy that can be used.
        reference: that copy; empty if there is none.
        quality: how good that is as evidence; None if there is none.
    """

    data_set: str
    group: str
    named: bool
    beside_data: bool
    at: datetime | None
    reference: str
    quality: Quality | None


def members(basis: Basis) -> tuple[Member, ...]:
    """Give the data sets of a service that belong to a group, with their newest copies.

    What is in no named group makes up one of its own; a single one is a group that lies together.
    """
    return tuple(_member(basis, key) for key in basis.data_sets)


def single(found: Iterable[Member]) -> Tally:
    """Rest on data sets that stand alone: each one's copy is of one point in time by itself.

    Args:
        found: members of all groups of an organisation in which nothing belongs together.
    """
    tally = Tally()
    for one in {member.data_set: member for member in found if member.at is not None}.values():
        tally.counted += 1
        _rest(tally, one)
    return tally


def coordinated(found: Iterable[Member], skew: timedelta) -> Tally:
    """Hold the spread of each group's newest copies against what is allowed.

    Args:
        found: members of all groups; one that came by several services counts once.
        skew: the largest spread that is allowed.
    """
    groups: dict[tuple[bool, str], dict[str, Member]] = {}
    for one in found:
        groups.setdefault((one.named, one.group), {})[one.data_set] = one
    tally = Tally()
    for (named, name), some in groups.items():
        if named or len(some) > 1 or any(one.at is None for one in some.values()):
            _judge(tally, name, named, tuple(some.values()), skew)
    return tally


def _member(basis: Basis, key: str) -> Member:
    component = basis.component(key)
    newest = next(newest_first(basis, key), None)
    return Member(
        data_set=key,
        group=component.group or basis.service.key,
        named=bool(component.group),
        beside_data=component.kind in _BESIDE_DATA,
        at=newest.consistency_time if newest is not None else None,
        reference=newest.reference if newest is not None else "",
        quality=quality_of(newest) if newest is not None else None,
    )


def _judge(tally: Tally, name: str, named: bool, some: tuple[Member, ...], skew: timedelta) -> None:
    there = [(one.at, one) for one in some if one.at is not None]
    if len(some) > 1 or not there:
        tally.counted += 1
    for _, one in there:
        _rest(tally, one)
    if not there:
        tally.unknown[name] = "no copy of any of it was ever seen that can be used"
        return
    missing = words.listed(one.data_set for one in some if one.at is None)
    if missing and named and len(some) > 1:
        tally.failing[name] = f"{missing} has no copy, so there is no common point in time"
        return
    if missing:
        tally.unknown[name] = f"no copy of {missing} was ever seen that can be used"
    if len(there) < 2:
        return
    first, oldest = min(there, key=lambda one: one[0])
    last, newest = max(there, key=lambda one: one[0])
    if last - first <= skew:
        return
    spread = (
        f"the newest copies of {oldest.data_set} and {newest.data_set} lie "
        f"{_minutes(last - first)} apart; {_minutes(skew)} is allowed"
    )
    if named or 0 < sum(one.beside_data for one in some) < len(some):
        tally.failing[name] = spread
    else:
        tally.unknown[name] = f"{spread} if they belong together, and nobody said whether they do"


def _rest(tally: Tally, one: Member) -> None:
    what = f"{one.data_set}: its copies, as their tool tells of them"
    tally.rest(one.quality or Quality.POOR, what, one.reference, one.at)


def _minutes(spread: timedelta) -> str:
    """Say a spread in whole minutes where it is some, as the policy does."""
    minutes, rest = divmod(spread, timedelta(minutes=1))
    return words.duration(spread.total_seconds()) if rest else f"{minutes} min"
