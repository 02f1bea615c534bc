"""Circles of signing in: what restores something can only be opened through what it restores.

A platform without a sealed account can be used only while everything that its sign-in needs is
there. A component that it copies comes back only by it. Where these two meet, nothing comes back.
The plan alone is looked at.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from refloat.assess.ground.basis import Basis
from refloat.assess.ground.plan_graph import PlanGraph, circles
from refloat.model.dependency import Dependency, Strength
from refloat.model.plan import Component, Plan, Service

Node = tuple[str, str]
"""``service``, ``component``, ``platform`` or ``step``; its key (of a step: service/position)."""


@dataclass(frozen=True)
class SignInCircle:
    """Something that cannot come back, because signing in to what restores it needs it.

    Attributes:
        node: the service that is in the circle; a component, where no service is.
        path: the circle from the node back to it, each needing the next to come back.
        platforms: keys of the platforms in it, in the order of the path.
        steps: names of the written steps in it, likewise.
        drawn: the circle as people draw it: ``identity <- bkp01 <- identity``.
    """

    node: Node
    path: tuple[Node, ...]
    platforms: tuple[str, ...]
    steps: tuple[str, ...]
    drawn: str


def sign_in_circles(plan: Plan) -> tuple[SignInCircle, ...]:
    """Find everything that is in such a circle, in alphabetical order.

    Args:
        plan: a plan; what it says of break-glass accounts is believed.
    """
    needs = _reachable(plan)
    spelled = {" ".join(node): [" ".join(one) for one in some] for node, some in needs.items()}
    nodes = dict(zip(spelled, needs, strict=True))
    found: list[SignInCircle] = []
    for circle in circles(spelled):
        inside = frozenset(nodes[name] for name in circle)
        if any(kind in ("platform", "step") for kind, _ in inside) and len(inside) > 1:
            found.extend(_circles(plan, needs, inside))
    return tuple(sorted(found, key=lambda one: one.node))


def locked_out(basis: Basis) -> bool:
    """Whether a service cannot come back once it is down: what restores it needs it."""
    return basis.service.key in basis.moment.index.once(_locked_out)


def _locked_out(plan: Plan, graph: PlanGraph) -> frozenset[str]:
    nodes = (circle.node for circle in sign_in_circles(plan))
    owned = ((key,) if kind == "service" else graph.owners.get(key, ()) for kind, key in nodes)
    return frozenset(key for keys in owned for key in keys)


def _circles(
    plan: Plan, needs: Mapping[Node, tuple[Node, ...]], inside: frozenset[Node]
) -> Iterator[SignInCircle]:
    services = [node for node in inside if node[0] == "service"]
    components = sorted(node for node in inside if node[0] == "component")
    for node in services or components[:1]:
        path = _way_back(needs, inside, node)
        drawn = [_drawn(plan, one) for one in path if not services or one[0] != "component"]
        yield SignInCircle(
            node=node,
            path=path,
            platforms=tuple(key for kind, key in path if kind == "platform"),
            steps=tuple(_drawn(plan, one) for one in path if one[0] == "step"),
            drawn=" <- ".join(drawn),
        )


def _drawn(plan: Plan, node: Node) -> str:
    kind, key = node
    if kind != "step":
        return key
    service, _, position = key.rpartition("/")
    return plan.services[service].steps[int(position)].name


def _way_back(
    needs: Mapping[Node, tuple[Node, ...]], inside: frozenset[Node], start: Node
) -> tuple[Node, ...]:
    """Give the shortest way from a node of a circle back to itself, both ends named."""
    ahead: deque[tuple[Node, ...]] = deque([(start,)])
    met: set[Node] = set()
    while ahead:
        path = ahead.popleft()
        for needed in needs[path[-1]]:
            if needed == start:
                return (*path, start)
            if needed in inside and needed not in met:
                met.add(needed)
                ahead.append((*path, needed))
    return (start,)


def _reachable(plan: Plan) -> dict[Node, tuple[Node, ...]]:
    """Give what is needed by everything that a sign-in leads to; the rest of a plan cannot loop."""
    ahead: list[Node] = [
        ("platform", key)
        for key, platform in plan.platforms.items()
        if platform.needs and not platform.break_glass
    ]
    ahead += [("service", key) for key, one in plan.services.items() if tuple(_signing_in(one))]
    found: dict[Node, tuple[Node, ...]] = {}
    while ahead:
        node = ahead.pop()
        if node not in found:
            found[node] = tuple(dict.fromkeys(_needs(plan, node)))
            ahead.extend(found[node])
    return found


def _needs(plan: Plan, node: Node) -> Iterator[Node]:
    kind, key = node
    if kind == "platform":
        platform = plan.platforms[key]
        if not platform.break_glass:
            yield from _hard(plan, platform.needs)
    elif kind == "component":
        component = plan.components[key]
        yield from _hard(plan, component.needs)
        yield from _restored_by(plan, component)
    elif kind == "service":
        yield from _hard(plan, plan.services[key].needs)
        for number in _signing_in(plan.services[key]):
            yield "step", f"{key}/{number}"
    else:
        service, _, position = key.rpartition("/")
        yield from _of_step(plan, plan.services[service], int(position))


def _hard(plan: Plan, needs: tuple[Dependency, ...]) -> Iterator[Node]:
    for need in needs:
        if need.strength is Strength.HARD:
            yield from _named(plan, need.on)


def _named(plan: Plan, key: str) -> Iterator[Node]:
    if key in plan.services:
        yield "service", key
    elif key in plan.components:
        yield "component", key


def _restored_by(plan: Plan, component: Component) -> Iterator[Node]:
    watch = component.watch
    if watch is not None and watch.copies and watch.platform in plan.platforms:
        yield "platform", str(watch.platform)


def _signing_in(service: Service) -> Iterator[int]:
    """Give the positions of the steps at which one must sign in before all is brought back."""
    last = max(
        (number for number, step in enumerate(service.steps) if step.brings_back is not None),
        default=len(service.steps),
    )
    for number, step in enumerate(service.steps):
        if step.signs_in_with and number <= last:
            yield number


def _of_step(plan: Plan, service: Service, position: int) -> Iterator[Node]:
    """Give what one signs in with at a step, unless an earlier step has brought it back."""
    earlier = {step.brings_back for step in service.steps[:position]}
    to_come = {step.brings_back for step in service.steps[position:]} - {None}
    for key in service.steps[position].signs_in_with:
        if key in to_come or (key == service.key and to_come):
            yield "service", service.key
        elif key != service.key and key not in earlier:
            yield from _named(plan, key)
