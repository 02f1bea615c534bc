"""Rules about the written recovery: is there one, is it whole, and in a right order?"""

from __future__ import annotations

from collections.abc import Iterator

from refloat.assess import words
from refloat.assess.about import affected, all_called, subject
from refloat.assess.ground.basis import Basis
from refloat.assess.rule import Rule, ServiceRule
from refloat.assess.verdicts.categories import category_of
from refloat.assess.verdicts.copies import HOLDS_DATA
from refloat.model.judgement import Finding, ServiceStatus, Severity
from refloat.model.plan import Component, ComponentKind, Service, Strength

_NOT_OURS = frozenset({ComponentKind.VENDOR, ComponentKind.FACILITY})
"""Kinds that somebody else brings back: no step of ours does."""


def restore_order_invalid(basis: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """Find a step that stands before one that must be done before it."""
    if not basis.service.steps:
        return
    wrong = tuple(dict.fromkeys((*_before_needed(basis.service), *_before_components(basis))))
    if not wrong:
        return
    early: dict[str, list[str]] = {}
    for step, needed in wrong:
        early.setdefault(step, []).append(needed)
    step, needed_first = next(iter(early.items()))
    more = f" {len(early) - 1} more steps stand too early as well." if len(early) > 1 else ""
    yield Finding(
        "RESTORE_ORDER_INVALID",
        ("R-085", "R-047"),
        Severity.HIGH,
        subject(basis),
        f"Whoever follows the written recovery of {status.name} gets stuck: “{step}” comes before "
        f"{words.listed(f'“{name}”' for name in needed_first)}, without which it cannot work."
        f"{more} Meanwhile the business goes without: {affected(basis)}.",
        f"Write “{step}” after {words.listed(f'“{name}”' for name in needed_first)}.",
        {"steps": tuple({"step": one, "needs": needed} for one, needed in wrong)},
        services=(basis.service.key,),
    )


def restore_order_missing(basis: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """Find data that only people can bring back, and no word on how."""
    watched = tuple(
        key
        for key in basis.data_sets
        if (component := basis.component(key)).protection is None and component.copied
    )
    if basis.service.steps or not watched:
        return
    yield Finding(
        "RESTORE_ORDER_MISSING",
        ("R-085", "R-047"),
        Severity.MEDIUM,
        subject(basis),
        f"Nothing is written down on how {status.name} is brought back, and in which order. "
        f"Until somebody works it out the business goes without: {affected(basis)}.",
        f"Write down the steps that bring back {all_called(basis.plan, watched)}, in order.",
        {"data_sets": watched},
        services=(basis.service.key,),
    )


def plan_step_omits_dependency(basis: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """Find something that the service cannot run without, and that no written step brings back."""
    brought = {step.brings_back for step in basis.service.steps} - {None}
    if not brought:
        return
    needed = tuple(
        key
        for key, strength in basis.strengths.items()
        if strength is Strength.HARD and _to_bring_back(basis.service, basis.component(key))
    )
    omitted = tuple(key for key in needed if key not in brought)
    if not omitted:
        return
    yield Finding(
        "PLAN_STEP_OMITS_DEPENDENCY",
        ("R-046",),
        Severity.MEDIUM,
        subject(basis),
        f"No step of the written recovery of {status.name} brings back "
        f"{all_called(basis.plan, omitted)}, which it cannot run without. Whoever follows it would "
        f"have to find out, and meanwhile the business goes without: {affected(basis)}.",
        f"Add a step for {all_called(basis.plan, omitted)}, or say why none is needed.",
        {
            "omitted": omitted,
            "coverage_percent": 100 * (len(needed) - len(omitted)) // len(needed),
        },
        services=(basis.service.key,),
    )


def _before_needed(service: Service) -> Iterator[tuple[str, str]]:
    """Give each step with a step that it names as needed, and that comes later."""
    place = {step.name: number for number, step in enumerate(service.steps)}
    for number, step in enumerate(service.steps):
        for needed in step.needs:
            if place.get(needed, -1) >= number:
                yield step.name, needed


def _before_components(basis: Basis) -> Iterator[tuple[str, str]]:
    """Give each step with one that brings back, later, what its own component needs."""
    later = {
        step.brings_back: (number, step.name)
        for number, step in enumerate(basis.service.steps)
        if step.brings_back is not None
    }
    if len(later) < 2:
        return
    for number, step in enumerate(basis.service.steps):
        if step.brings_back is None or later[step.brings_back][0] != number:
            continue
        for key in sorted(_needs(basis, step.brings_back)):
            if key in later and later[key][0] > number:
                yield step.name, later[key][1]


def _needs(basis: Basis, key: str) -> set[str]:
    """Name the components that one cannot run without, directly or through others."""
    reached: set[str] = set()
    todo = [key]
    while todo:
        component = basis.plan.components.get(todo.pop())
        if component is None:  # a service: it is brought back by its own steps
            continue
        for need in component.needs:
            if need.strength is Strength.HARD and need.on not in reached:
                reached.add(need.on)
                todo.append(need.on)
    return reached - {key}


def _to_bring_back(service: Service, component: Component) -> bool:
    """Whether a step is to bring a component back; without a copy of its data none can (R-080)."""
    if component.kind in _NOT_OURS or category_of(component.kind) in service.not_applicable:
        return False
    return component.copied or component.kind not in HOLDS_DATA


RULES: tuple[Rule, ...] = (
    ServiceRule(
        "RESTORE_ORDER_INVALID",
        ("R-085", "R-047"),
        "A written step stands before one that must be done before it.",
        restore_order_invalid,
    ),
    ServiceRule(
        "RESTORE_ORDER_MISSING",
        ("R-085", "R-047"),
        "Nothing is written down on how data that others copy is brought back.",
        restore_order_missing,
    ),
    ServiceRule(
        "PLAN_STEP_OMITS_DEPENDENCY",
        ("R-046",),
        "No written step brings back something that the service cannot run without.",
        plan_step_omits_dependency,
    ),
)
"""The rules of this file, in the order of their findings."""
