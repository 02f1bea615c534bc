"""What must hold between the parts of a plan, when each part by itself was understood."""

from __future__ import annotations

from collections.abc import Iterator

from refloat.model.plan import Component, ComponentKind, Plan, Service, Strength
from refloat.plan.complaints import quote
from refloat.plan.ordering import cycles
from refloat.plan.reading import Reading
from refloat.plan.tree import START

_SHOWN_OF_A_CYCLE = 30
_MUST_COME_BACK = frozenset(
    {
        ComponentKind.DATA,
        ComponentKind.DATABASE,
        ComponentKind.FILES,
        ComponentKind.SETTINGS,
        ComponentKind.APPLICATION,
        ComponentKind.IDENTITY,
    }
)
_SINGULAR = {"people": "person", "repositories": "repository", "components": "component"}


def examine(plan: Plan, reading: Reading) -> None:
    """Complain of what does not fit together.

    Args:
        plan: as far as it was understood.
        reading: what was seen while it was read; its complaints are added to.
    """
    _names_lead_somewhere(reading)
    _needs_end(plan, reading)
    _hard_needs_come_back(plan, reading)
    _deputies_are_others(plan, reading)
    _reviews_come_later(plan, reading)


def _names_lead_somewhere(reading: Reading) -> None:
    # The names that the file holds, also those of parts that were refused for something else.
    known: dict[str, set[str]] = {section: set() for section in _SINGULAR}
    for path in reading.places:
        if len(path) == 2 and path[0] in known:
            known[path[0]].add(path[1])
    for reference in reading.references:
        if reference.name not in known[reference.section]:
            reading.complaints.add_misspelt(
                reference.mark,
                f"there is no {_SINGULAR[reference.section]} {quote(reference.name)}"
                f" in '{reference.section}'",
                reference.name,
                known[reference.section],
            )


def _needs_end(plan: Plan, reading: Reading) -> None:
    needs = {
        key: [dependency.on for dependency in component.needs]
        for key, component in plan.components.items()
    }
    for cycle in cycles(needs):
        mark = reading.places.get(("components", cycle[0], "needs", (*cycle, cycle[0])[1]), START)
        shown = cycle
        if len(cycle) > _SHOWN_OF_A_CYCLE:
            shown = (*cycle[:_SHOWN_OF_A_CYCLE], f"… ({len(cycle)} in all)")
        way = " -> ".join((*shown, cycle[0]))
        reading.complaints.add(mark, f"these components need each other in a circle: {way}")


def _hard_needs_come_back(plan: Plan, reading: Reading) -> None:
    needed_by: dict[str, str] = {}
    for user, on in _hard_needs(plan):
        needed_by.setdefault(on, user)
    for key, component in plan.components.items():
        path = ("components", key)
        says_how = (*path, "protect") in reading.places or (
            *path,
            "recover",
            "start",
        ) in reading.places
        if component.kind in _MUST_COME_BACK and key in needed_by and not says_how:
            reading.complaints.add(
                reading.places.get(path, START),
                f"nothing can bring {quote(key)} back, and {quote(needed_by[key])} cannot run"
                " without it: give it 'protect', or 'recover' with 'start'",
            )


def _hard_needs(plan: Plan) -> Iterator[tuple[str, str]]:
    users: list[Service | Component] = [*plan.services.values(), *plan.components.values()]
    for user in users:
        for dependency in user.needs:
            if dependency.strength is Strength.HARD:
                yield user.key, dependency.on


def _deputies_are_others(plan: Plan, reading: Reading) -> None:
    for key, person in plan.people.items():
        if person.deputy == key:
            reading.complaints.add(
                reading.places.get(("people", key, "deputy"), START),
                f"{quote(key)} cannot be their own deputy",
            )


def _reviews_come_later(plan: Plan, reading: Reading) -> None:
    for key, service in plan.services.items():
        for measure, objective in service.objectives.items():
            approved, review = objective.approved_on, objective.review_on
            if approved is not None and review is not None and review <= approved:
                path = ("services", key, "objectives", measure)
                mark = reading.places.get((*path, "review")) or reading.places.get(path, START)
                reading.complaints.add(
                    mark, f"the review ({review}) comes after the approval ({approved}), not before"
                )
