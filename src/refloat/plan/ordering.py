"""What a service rests on, and in which order it comes back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from refloat.model.errors import MissingInput
from refloat.model.plan import Dependency, Plan, Service, Strength
from refloat.plan.complaints import did_you_mean, first_of


def closure(plan: Plan, service: str) -> Mapping[str, Strength]:
    """Say which components a service needs, directly, through others and through other services.

    Args:
        plan: a valid plan.
        service: the service's key.

    Returns:
        Component keys in alphabetical order. One is hard when some way of hard dependencies alone
        leads to it; otherwise the service can run, degraded, without it.

    Raises:
        MissingInput: if the plan has no such service.
    """
    reached = _reached(plan, service_of(plan, service).needs)
    return {key: reached[key] for key in sorted(reached) if key in plan.components}


def services_needed(plan: Plan, service: str) -> Mapping[str, Strength]:
    """Say which other services a service needs, directly and through others, as ``closure`` does.

    Raises:
        MissingInput: if the plan has no such service.
    """
    reached = _reached(plan, service_of(plan, service).needs)
    return {key: reached[key] for key in sorted(reached) if key not in plan.components}


def own(plan: Plan, service: str) -> Mapping[str, Strength]:
    """Say which components a service needs through components alone: those that are its own part.

    What it reaches only through another service is that service's; otherwise as ``closure``.

    Raises:
        MissingInput: if the plan has no such service.
    """
    reached = _reached(plan, service_of(plan, service).needs, through_services=False)
    return {key: reached[key] for key in sorted(reached)}


def written_out(plan: Plan, needs: Iterable[Dependency]) -> tuple[Dependency, ...]:
    """Write out the services among some needs: each becomes the components that it is made of.

    A name that leads nowhere is passed over: no parsed plan has one, but a part of a plan may.

    Returns:
        Dependencies on components, each once, by key. One that a way of hard dependencies alone
        leads to is hard.
    """
    found: dict[str, Strength] = {}
    seen: set[tuple[str, Strength]] = set()
    todo = [(need.on, need.strength) for need in needs]
    while todo:
        key, strength = todo.pop()
        if (key, strength) in seen:
            continue
        seen.add((key, strength))
        if key in plan.components:
            found[key] = strength if strength is Strength.HARD else found.get(key, strength)
        elif key in plan.services:
            todo += [
                (need.on, need.strength if strength is Strength.HARD else Strength.SOFT)
                for need in plan.services[key].needs
            ]
    return tuple(Dependency(key, found[key]) for key in sorted(found))


def order(plan: Plan, service: str) -> tuple[tuple[str, ...], ...]:
    """Say in which waves a service's components come back.

    Args:
        plan: a valid plan: needs have no cycle.
        service: the service's key.

    Returns:
        Waves of component keys: whatever a component needs, hard or soft, is in an earlier wave; so
        are the components of a service that it needs. Each component comes as early as that allows;
        within a wave, alphabetical order.

    Raises:
        MissingInput: if the plan has no such service.
        ValueError: if there is a cycle, which no parsed plan has.
    """
    needs = {
        key: tuple(need.on for need in _needs(plan, key))
        for key in _reached(plan, service_of(plan, service).needs)
    }
    # A service is no step of its own: it comes back with the last of what it needs.
    level: dict[str, int] = {}
    for wave in waves(needs):
        for key in wave:
            before = max((level[need] for need in needs[key]), default=-1)
            level[key] = before + 1 if key in plan.components else before
    result: list[list[str]] = []
    for key in sorted(key for key in level if key in plan.components):
        result += [[] for _ in range(level[key] + 1 - len(result))]
        result[level[key]].append(key)
    return tuple(map(tuple, result))


def waves(needs: Mapping[str, Iterable[str]]) -> tuple[tuple[str, ...], ...]:
    """Arrange names so that each comes after all that it needs (Kahn's algorithm, 1962).

    Args:
        needs: for each name the names it needs; every one of them is a key too.

    Raises:
        ValueError: if there is a cycle.
    """
    waiting = {name: len(set(on)) for name, on in needs.items()}
    needed_by: dict[str, list[str]] = {name: [] for name in needs}
    for name, on in needs.items():
        for needed in set(on):
            needed_by[needed].append(name)
    result: list[tuple[str, ...]] = []
    wave = sorted(name for name, count in waiting.items() if count == 0)
    while wave:
        result.append(tuple(wave))
        following = []
        for done in wave:
            for name in needed_by[done]:
                waiting[name] -= 1
                if waiting[name] == 0:
                    following.append(name)
        wave = sorted(following)
    if sum(map(len, result)) != len(waiting):
        raise ValueError("the dependencies have a cycle")
    return tuple(result)


def cycles(
    needs: Mapping[str, Iterable[str]], *, at_most: int = 100
) -> tuple[tuple[str, ...], ...]:
    """Find where following needs leads back to where one came from.

    Args:
        needs: for each name the names it needs; names that are no keys are passed over.
        at_most: how many to look for: a hostile plan can hold very many very long ones.

    Returns:
        Cycles, each once, beginning with its alphabetically first name, which is not repeated at
        the end. Each dependency that closes a cycle, walking in alphabetical order, gives one.
    """
    found: dict[tuple[str, ...], None] = {}
    finished: set[str] = set()
    for first in sorted(needs):
        if first in finished or len(found) >= at_most:
            continue
        way = {first: 0}
        stack = [(first, iter(sorted(set(needs[first]))))]
        while stack and len(found) < at_most:
            name, following = stack[-1]
            needed = next(following, None)
            if needed is None:
                finished.add(name)
                del way[name]
                stack.pop()
            elif needed in way:
                cycle = list(way)[way[needed] :]
                smallest = cycle.index(min(cycle))
                found[(*cycle[smallest:], *cycle[:smallest])] = None
            elif needed in needs and needed not in finished:
                way[needed] = len(stack)
                stack.append((needed, iter(sorted(set(needs[needed])))))
    return tuple(sorted(found))


def _reached(
    plan: Plan, needs: Iterable[Dependency], *, through_services: bool = True
) -> dict[str, Strength]:
    """Walk all needs, hard ones first, so that whatever is met then is hard; the rest is soft."""
    reached: dict[str, Strength] = {}
    soft: list[str] = []
    for strength in (Strength.HARD, Strength.SOFT):
        todo = soft
        if strength is Strength.HARD:
            todo = _split(needs, soft)
        while todo:
            key = todo.pop()
            if key in reached or (not through_services and key not in plan.components):
                continue
            reached[key] = strength
            following = _needs(plan, key)
            if strength is Strength.HARD:
                todo += _split(following, soft)
            else:
                todo += [need.on for need in following]
    return reached


def _split(needs: Iterable[Dependency], soft: list[str]) -> list[str]:
    """Give what is hard of some needs, and add the rest to the soft ones."""
    hard: list[str] = []
    for need in needs:
        (hard if need.strength is Strength.HARD else soft).append(need.on)
    return hard


def _needs(plan: Plan, key: str) -> tuple[Dependency, ...]:
    """Give what a component or service needs."""
    component = plan.components.get(key)
    return plan.services[key].needs if component is None else component.needs


def service_of(plan: Plan, key: str) -> Service:
    """Give a service of a plan.

    Raises:
        MissingInput: if the plan has no such service; names the nearest.
    """
    if key in plan.services:
        return plan.services[key]
    names = first_of(sorted(plan.services)) or "none"
    raise MissingInput(
        f"the plan has no service {key!r}",
        hint=did_you_mean(key, plan.services, f"Its services are: {names}."),
    )
