"""Which services rest on data that comes back and may not fit together.

A service whose own data is of a consistency group without a common time comes back; and so does
what cannot run without it, by the plan or as it was seen. Neither is a plain yes, and they are told
apart: what only rests on such data names the way to it. What is still in use is as it was, so
nothing is said of what rests on a service of which no part of the group was lost.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from refloat.assess.ahead.aftermath import Aftermath
from refloat.assess.ahead.services_left import UNTOUCHED
from refloat.assess.ahead.times import needs_of
from refloat.assess.ground.plan_graph import turned
from refloat.model.ahead import DataSetOutcome, Fate, GroupOutcome, Misfit, ServiceOutcome

MOST = 3
"""How many groups a service names that it only rests on: the nearest."""

_UP = (Fate.UNTOUCHED, Fate.BACK, Fate.DEGRADED)

_Nearer = Mapping[str, Mapping[str, str]]
"""By service and group, the next service on the way to its data; empty at the end of the way."""


def apart(groups: Iterable[GroupOutcome]) -> tuple[GroupOutcome, ...]:
    """Give the groups of the plan that cannot be brought back to one time."""
    return tuple(one for one in groups if one.named and not one.fits)


def with_misfits(
    left: Aftermath,
    data: Mapping[str, DataSetOutcome],
    groups: Iterable[GroupOutcome],
    services: tuple[ServiceOutcome, ...],
) -> tuple[ServiceOutcome, ...]:
    """Say of services whether they rest on data that may not fit together.

    Args:
        left: what a scenario leaves.
        data: what becomes of the data that is lost, by component.
        groups: data that has to be of one time.
        services: what becomes of services; where every group fits, these are given back.
    """
    unfit = apart(groups)
    if not unfit:
        return services
    own: dict[str, dict[str, None]] = {}
    for one in unfit:
        for key in one.services:
            own.setdefault(key, {})[one.name] = None
    nearer = _nearer(left, _restored(left, data, unfit))
    return tuple(
        _told(one, tuple(_misfits(one.service, own, nearer)))
        if one.fate in _UP and (one.service in own or one.service in nearer)
        else one
        for one in services
    )


def _restored(
    left: Aftermath, data: Mapping[str, DataSetOutcome], groups: Iterable[GroupOutcome]
) -> Iterator[tuple[str, str]]:
    """Give services of which data of a group was lost, and the group, each once."""
    owners = left.network.graph.owners
    for one in groups:
        lost = (key for key in one.data_sets if key in data and data[key].lost)
        for service in dict.fromkeys(owner for key in lost for owner in owners.get(key, ())):
            yield service, one.name


def _nearer(left: Aftermath, starts: Iterable[tuple[str, str]]) -> _Nearer:
    """Walk from the data to all that cannot run without it; of each, the nearest groups are kept.

    The time is linear in the needs: whatever has ``MOST`` groups passes on no others.
    """
    needed_by = turned(needs_of(left.network))
    found: dict[str, dict[str, str]] = {}
    ahead = deque(starts)
    for service, group in ahead:
        found.setdefault(service, {})[group] = ""
    while ahead:
        service, group = ahead.popleft()
        for user in needed_by.get(service, ()):
            mine = found.setdefault(user, {})
            if group not in mine and len(mine) < MOST:
                mine[group] = service
                ahead.append((user, group))
    return found


def _misfits(service: str, own: Mapping[str, Iterable[str]], nearer: _Nearer) -> Iterator[Misfit]:
    groups = tuple(own.get(service, ()))
    yield from (Misfit(group, (service,)) for group in groups)
    for group in nearer.get(service, ()):
        if group in groups:
            continue
        way = [service]
        while nearer[way[-1]][group]:
            way.append(nearer[way[-1]][group])
        yield Misfit(group, tuple(way))


def _told(one: ServiceOutcome, misfits: tuple[Misfit, ...]) -> ServiceOutcome:
    text = f"{one.name} goes on" if one.because == UNTOUCHED else one.because.removesuffix(".")
    own = [some.group for some in misfits if some.own]
    if own:
        groups = f"the group{'s' if len(own) > 1 else ''} {' and '.join(own)}"
        text += f"; nobody can say whether its data of {groups} fits together"
    for some in misfits:
        if not some.own:
            text += f"; it needs data of the group {some.group} that may not fit together"
            text += f": {some.drawn}"
    return replace(one, because=f"{text}.", misfits=misfits)
