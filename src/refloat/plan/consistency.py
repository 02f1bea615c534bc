"""What must hold between the parts of a plan, when each part by itself was understood."""

from __future__ import annotations

from collections.abc import Mapping, Set

from refloat.model.plan import Plan
from refloat.plan.complaints import quote
from refloat.plan.ordering import cycles
from refloat.plan.reading import NEEDED, Reading
from refloat.plan.tree import MappingNode, Node, ScalarNode, SequenceNode

_SHOWN_OF_A_CYCLE = 30
_SINGULAR = {
    "people": "person",
    "repositories": "repository",
    "components": "component",
    "services": "service",
    "vendors": "vendor",
    "platforms": "platform",
    "principals": "principal",
    "steps": "step",
    NEEDED: "component or service",
}


def examine(plan: Plan, reading: Reading) -> None:
    """Complain of what does not fit together.

    Args:
        plan: as far as it was understood.
        reading: what was seen while it was read; its complaints are added to.
    """
    _names_lead_somewhere(reading)
    _needed_names_are_one_thing(reading)
    _needs_end(plan, reading)
    _steps_need_others(plan, reading)
    _data_has_one_keeper(plan, reading)
    _deputies_are_others(plan, reading)
    _reviews_come_later(plan, reading)
    _facilities_are_there_or_not(plan, reading)


def _names_lead_somewhere(reading: Reading) -> None:
    known: dict[tuple[str, ...], Set[str]] = {}
    for reference in reading.references:
        path = (*reference.within, reference.section)
        if path not in known:
            known[path] = _names(reading.tree, path)
        if reference.name not in known[path]:
            where = "" if reference.section == NEEDED else f" in '{reference.section}'"
            reading.complaints.add_misspelt(
                reference.mark,
                f"there is no {_SINGULAR[reference.section]} {quote(reference.name)}{where}",
                reference.name,
                known[path],
            )


def _names(tree: Node, path: tuple[str, ...]) -> Set[str]:
    """Give the names that the file holds, also those of parts that were refused for something."""
    if path == (NEEDED,):
        return _names(tree, ("components",)) | _names(tree, ("services",))
    for key in path:
        entry = tree.entries.get(key) if isinstance(tree, MappingNode) else None
        if entry is None:
            return frozenset()
        tree = entry.value
    if isinstance(tree, MappingNode):
        return tree.entries.keys()
    names: set[str] = set()
    for item in tree.items if isinstance(tree, SequenceNode) else ():
        if isinstance(item, ScalarNode):
            names.add(item.text)
        elif isinstance(item, MappingNode):
            names |= item.entries.keys()
    return names


def _needed_names_are_one_thing(reading: Reading) -> None:
    both = _names(reading.tree, ("components",)) & _names(reading.tree, ("services",))
    for reference in reading.references:
        if reference.section == NEEDED and reference.name in both:
            reading.complaints.add(
                reference.mark,
                f"{quote(reference.name)} is a component and a service, so nobody can tell which"
                " of them is needed: give one of them another name",
            )


def _needs_end(plan: Plan, reading: Reading) -> None:
    users: Mapping[str, Mapping[str, tuple[str, ...]]] = {
        section: {key: tuple(need.on for need in user.needs) for key, user in of.items()}
        for section, of in (("services", plan.services), ("components", plan.components))
    }
    # A key that stands for both is complained of where it is needed; here the component counts.
    for cycle in cycles({**users["services"], **users["components"]}):
        section = "components" if cycle[0] in users["components"] else "services"
        mark = reading.mark(section, cycle[0], "needs", (*cycle, cycle[0])[1])
        shown = cycle
        if len(cycle) > _SHOWN_OF_A_CYCLE:
            shown = (*cycle[:_SHOWN_OF_A_CYCLE], f"… ({len(cycle)} in all)")
        way = " -> ".join((*shown, cycle[0]))
        kinds = {key in users["components"] for key in cycle}
        what = "components and services" if len(kinds) == 2 else section
        reading.complaints.add(mark, f"these {what} need each other in a circle: {way}")


def _steps_need_others(plan: Plan, reading: Reading) -> None:
    for key, service in plan.services.items():
        needs = {step.name: step.needs for step in service.steps}
        for cycle in cycles(needs) if any(needs.values()) else ():
            mark = reading.mark("services", key, "steps", cycle[0])
            way = " -> ".join((*cycle, cycle[0]))
            reading.complaints.add(mark, f"each of these steps waits for the other: {way}")
        for step in service.steps:
            if step.automatic and step.who is not None:
                reading.complaints.add(
                    reading.mark("services", key, "steps", step.name, "automatic"),
                    f"{quote(step.name)} is done by a machine, or by {quote(step.who)}: say one",
                )


def _data_has_one_keeper(plan: Plan, reading: Reading) -> None:
    for key, component in plan.components.items():
        protection = component.protection
        if protection is None:
            continue
        if component.watch is not None:
            reading.complaints.add(
                reading.mark("components", key, "watch"),
                f"{quote(key)} is backed up by Refloat ('protect') and by somebody else's tool"
                " ('watch'): say one of them; two data sets are two components",
            )
        repository = plan.repositories.get(protection.repository)
        place = ("repositories", protection.repository)
        named = reading.mark(*place, "engine") != reading.mark(*place)  # if wrongly, that was said
        if repository is not None and not repository.engine and not named:
            reading.complaints.add(
                reading.mark("components", key, "protect", "repository"),
                f"Refloat cannot write to {quote(protection.repository)}, because no 'engine' is"
                f" named there: name one, or say 'watch' instead of 'protect' for {quote(key)}",
            )


def _deputies_are_others(plan: Plan, reading: Reading) -> None:
    for key, person in plan.people.items():
        if person.deputy == key:
            reading.complaints.add(
                reading.mark("people", key, "deputy"), f"{quote(key)} cannot be their own deputy"
            )


def _reviews_come_later(plan: Plan, reading: Reading) -> None:
    decided = [
        ("services", key, "objectives", measure, objective)
        for key, service in plan.services.items()
        for measure, objective in service.objectives.items()
    ]
    for section, key, keys, measure, objective in decided:
        approved, review = objective.approved_on, objective.review_on
        if approved is not None and review is not None and review <= approved:
            reading.complaints.add(
                reading.mark(section, key, keys, measure, "review"),
                f"the review ({review}) comes after the approval ({approved}), not before",
            )


def _facilities_are_there_or_not(plan: Plan, reading: Reading) -> None:
    if plan.facilities and plan.facilities_not_needed:
        reading.complaints.add(
            reading.mark("facilities_not_needed"),
            "there are 'facilities', so the reason why none are needed cannot stand here too",
        )
