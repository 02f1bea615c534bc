"""What a service rests on, and in which order it comes back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from refloat.model.errors import MissingInput
from refloat.model.plan import Dependency, Plan, Service, Strength
from refloat.plan.complaints import nearest


def closure(plan: Plan, service: str) -> Mapping[str, Strength]:
    """Say what a service needs, directly and through others.

    Args:
        plan: a valid plan.
        service: the service's key.

    Returns:
        Component keys in alphabetical order. One is hard when some way of hard dependencies alone
        leads to it; otherwise the service can run, degraded, without it.

    Raises:
        MissingInput: if the plan has no such service.
    """
    hard = _reachable(plan, _service(plan, service), hard_only=True)
    every = _reachable(plan, _service(plan, service), hard_only=False)
    return {key: Strength.HARD if key in hard else Strength.SOFT for key in sorted(every)}


def order(plan: Plan, service: str) -> tuple[tuple[str, ...], ...]:
    """Say in which waves a service's components come back.

    Args:
        plan: a valid plan: its components' needs have no cycle.
        service: the service's key.

    Returns:
        Waves of component keys: whatever a component needs, hard or soft, is in an earlier wave;
        each component comes as early as that allows; within a wave, alphabetical order.

    Raises:
        MissingInput: if the plan has no such service.
        ValueError: if there is a cycle, which no parsed plan has.
    """
    needs = {
        key: {dependency.on for dependency in plan.components[key].needs}
        for key in closure(plan, service)
    }
    return waves(needs)


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


def _reachable(plan: Plan, service: Service, *, hard_only: bool) -> set[str]:
    def followed(needs: Iterable[Dependency]) -> list[str]:
        return [need.on for need in needs if not hard_only or need.strength is Strength.HARD]

    reached: set[str] = set()
    todo = followed(service.needs)
    while todo:
        key = todo.pop()
        if key not in reached:
            reached.add(key)
            todo += followed(plan.components[key].needs)
    return reached


def _service(plan: Plan, key: str) -> Service:
    if key in plan.services:
        return plan.services[key]
    near = nearest(key, plan.services)
    names = ", ".join(sorted(plan.services)) or "none"
    raise MissingInput(
        f"the plan has no service {key!r}",
        hint=f"Did you mean {near!r}?" if near else f"Its services are: {names}.",
    )
