"""When services are back, and in which order: the longest way through what is lost.

A service takes what the newest test of all of it measured; without one, what its written steps or
its lost components are estimated to take. One that is not lost itself, and only waits for others,
takes no time of its own. Neither does a part that it shares with a service that it waits for: that
is back by then. What is neither measured nor estimated is not known, and so is whatever waits for
it. A drill brought with it what the service needs, so its time holds all of that; and yet nothing
is back before what it needs, if that was seen to take longer.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Mapping
from dataclasses import dataclass

from refloat.assess.ahead.aftermath import Aftermath
from refloat.assess.ahead.recovery_network import RecoveryNetwork
from refloat.assess.ground.plan_graph import brought_before, circles
from refloat.model.dependency import Strength
from refloat.model.plan import Service


@dataclass(frozen=True, slots=True)
class Own:
    """What one service takes by itself.

    Attributes:
        seconds: how long; None if nobody knows.
        whole: whether what it needs is in it (a drill).
        measured: whether it was measured, and not estimated.
        brought: keys of the components that a drill brought back.
    """

    seconds: float | None
    whole: bool = False
    measured: bool = True
    brought: frozenset[str | None] = frozenset()


@dataclass(frozen=True, slots=True)
class Return:
    """When one service is back.

    Attributes:
        seconds: after the loss; None if nobody knows.
        at_least: what is known of it.
        measured: whether all of it was measured.
        wave: its place in the order of recovery, from 1.
        after: the service that it waits for last; empty if for none.
    """

    seconds: float | None
    at_least: float
    measured: bool
    wave: int
    after: str = ""


WAITS = Own(0.0)
"""What a service takes that is not lost itself."""


def own_time(
    left: Aftermath, service: str, before: Iterable[str], needs: Mapping[str, Iterable[str]]
) -> Own:
    """Say how long a service takes by itself once everything that it needs is back.

    Args:
        left: what a scenario leaves.
        service: its key.
        before: the nearest services that are back before it.
        needs: by service that comes back, what it waits for.
    """
    if not left.is_lost(service):
        return WAITS
    trial = left.organisation.bases[service].deciding_trial()
    if trial is not None and trial.passed is True:
        if trial.whole_seconds is not None:
            steps = trial.drill.record.steps if trial.drill is not None else ()
            brought = frozenset(step.component for step in steps)
            return Own(trial.whole_seconds, whole=True, brought=brought)
        if trial.own_seconds is not None:
            return Own(trial.own_seconds)
    one = left.plan.services[service]
    seconds = _of_steps(one)
    if seconds is None:
        there = brought_before(left.network.graph, service, before, needs)
        seconds = _of_components(left, service, there)
    return Own(seconds, measured=False)


def needs_of(network: RecoveryNetwork) -> Mapping[str, tuple[str, ...]]:
    """Give, by service, the nearest services that must be back before it, those seen included."""
    hard, seen = network.graph.hard, network.seen
    return {key: (*some, *seen[key]) if key in seen else some for key, some in hard.items()}


def returns(left: Aftermath) -> Mapping[str, Return]:
    """Say when each service is back that is down and surely comes back.

    Services that need each other in a circle are not waited for by each other.
    """
    needs = {
        key: [one for one in some if left.is_down(one)]
        for key, some in needs_of(left.network).items()
        if left.is_down(key) and left.comes_back(key)
    }
    found: dict[str, Return] = {}
    for circle in circles(needs):
        inside = frozenset(circle)
        for key in sorted(circle):
            before = [one for one in needs[key] if one in found and one not in inside]
            found[key] = _return(left, key, before, needs, found)
    return found


def way(found: Mapping[str, Return], service: str) -> tuple[str, ...]:
    """Give the services on the longest way to one, the first to come back first, itself last."""
    steps = [service]
    while found[steps[-1]].after:
        steps.append(found[steps[-1]].after)
    return tuple(reversed(steps))


def _return(
    left: Aftermath,
    service: str,
    before: Collection[str],
    needs: Mapping[str, Iterable[str]],
    found: Mapping[str, Return],
) -> Return:
    own = own_time(left, service, before, needs)
    earlier = [found[key] for key in before]
    wave = 1 + max((one.wave for one in earlier), default=0)
    last = max(before, key=lambda key: found[key].at_least, default="")
    if own.whole and own.seconds is not None:
        waits = bool(last) and found[last].at_least > own.seconds
        known = found[last].at_least if waits else own.seconds
        known_all = not any(
            found[key].seconds is None and own.brought.isdisjoint(left.network.graph.own(key))
            for key in before
        )
        measured = found[last].measured if waits else own.measured
        return Return(known if known_all else None, known, measured, wave, last if waits else "")
    known = (found[last].at_least if last else 0.0) + (own.seconds or 0.0)
    unknown = own.seconds is None or any(one.seconds is None for one in earlier)
    measured = own.measured and all(one.measured for one in earlier)
    return Return(None if unknown else known, known, measured, wave, last)


def _of_steps(service: Service) -> float | None:
    if not service.steps:
        return None
    total = 0.0
    for step in service.steps:
        if step.takes is None:
            return None
        total += step.takes.total_seconds()
    return total


def _of_components(left: Aftermath, service: str, there: Container[str]) -> float | None:
    """Give the longest chain of what is lost, but for what is there by then.

    None if nobody estimated a part of it, or if nothing of it is lost: then nobody knows what it
    is that must come back.
    """
    ready: dict[str, float] = {}
    anything = False
    for key, strength in left.network.graph.own(service).items():
        one = left.plan.components[key]
        lost = strength is Strength.HARD and left.is_lost(key)
        takes = one.takes or one.vendor_commitment
        anything = anything or lost
        lost = lost and key not in there
        if lost and takes is None:
            return None
        needed = [ready[need.on] for need in one.needs if need.on in ready]
        own = takes.total_seconds() if lost and takes is not None else 0.0
        ready[key] = max(needed, default=0.0) + own
    return max(ready.values(), default=None) if anything else None
