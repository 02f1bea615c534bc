"""The map of an organisation: services in layers, and what is broken in and between them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from refloat.assess.words import component
from refloat.model.judgement import CopyVerdict, ServiceStatus
from refloat.model.plan import Dependency, Plan, Strength
from refloat.report import _layers as layers
from refloat.report import _map as drawing
from refloat.report._overview_rows import severe, tier_of
from refloat.report.words import copy_answer, recovery_answer

LIMIT = 60
"""So many boxes are drawn; with more services, some of them, and with more parts, no parts."""

_SOME = 40
"""So many services are drawn where not all are: the broken ones, with what they need."""

_PARTS = 3
_SHAPE = drawing.Shape(width=226)
Needs = layers.Needs


@dataclass(frozen=True)
class Relation:
    """One service of the map in words.

    Attributes:
        name: its name.
        mark: symbol of its second verdict.
        words: both verdicts in words.
        needs: names of what it needs; a soft need says so.
        unwritten: names of what it was seen to need, and nobody wrote down.
        waiting: names of the services that cannot come back before it.
        broken: what is broken in it, in words.
        gaps: how many severe gaps endanger it.
    """

    name: str
    mark: str
    words: str
    needs: tuple[str, ...]
    unwritten: tuple[str, ...]
    waiting: tuple[str, ...]
    broken: tuple[str, ...]
    gaps: int


@dataclass(frozen=True)
class OrganisationMap:
    """The drawing, the same in words, and how much of the organisation it is.

    Attributes:
        drawing: the drawing; None if there is no service.
        relations: the services that are drawn, in the plan's order.
        shown: how many services are drawn.
        total: how many there are.
        unwritten: whether anything was seen that nobody wrote down.
        parts: whether broken parts of services are drawn.
    """

    drawing: drawing.Map | None
    relations: tuple[Relation, ...]
    shown: int
    total: int
    unwritten: bool
    parts: bool = False


@dataclass(frozen=True)
class _Part:
    """Something broken inside of a service: its key, name, symbol, and what is wrong."""

    key: str
    name: str
    mark: str
    words: str


def draw(
    plan: Plan,
    services: Sequence[ServiceStatus],
    needs: Needs,
    seen: Mapping[str, frozenset[str]],
) -> OrganisationMap:
    """Draw the services, what they need, and what is broken.

    Args:
        plan: the plan.
        services: every service, judged.
        needs: by service, the nearest services that it needs.
        seen: by service, the services that it was seen to need.
    """
    statuses = {one.service: one for one in services}
    unwritten = {key: layers.unwritten(key, seen.get(key, frozenset()), needs) for key in statuses}
    chosen = _chosen(plan, statuses, needs)
    if not chosen:
        return OrganisationMap(None, (), 0, 0, unwritten=False)
    parts = {key: _broken(plan, statuses[key]) for key in chosen}
    boxed = (
        parts if len(chosen) + sum(map(len, parts.values())) <= LIMIT else dict.fromkeys(parts, ())
    )
    links = {key: _links(key, chosen, needs, unwritten, boxed[key]) for key in chosen}
    columns = layers.columns(links)
    drawn = layers.without_detours(links, columns, unwritten)
    faces = {key: _face(statuses[key]) for key in chosen}
    faces |= {
        _part_key(one): drawing.Face(one.name, one.mark, one.words, part=True)
        for some in boxed.values()
        for one in some
    }
    pairs = {(key, other) for key, some in unwritten.items() for other in some}
    return OrganisationMap(
        drawing=drawing.lay_out(columns, faces, drawn, pairs, _SHAPE),
        relations=_relations(statuses, chosen, needs, unwritten, parts),
        shown=len(chosen),
        total=len(statuses),
        unwritten=any(unwritten[key] for key in chosen),
        parts=any(boxed.values()),
    )


def _chosen(plan: Plan, statuses: Mapping[str, ServiceStatus], needs: Needs) -> tuple[str, ...]:
    """Choose the services that are drawn, in the plan's order."""
    if len(statuses) <= LIMIT:
        return tuple(statuses)
    order = {"bad": 0, "open": 1, "good": 2}
    ranked = sorted(
        statuses,
        key=lambda key: (order[recovery_answer(statuses[key]).mark], tier_of(plan, key)),
    )
    chosen = layers.with_needs(ranked, statuses, needs, _SOME)
    return tuple(key for key in statuses if key in chosen)


def _face(status: ServiceStatus) -> drawing.Face:
    copied, recovered = copy_answer(status), recovery_answer(status)
    return drawing.Face(
        status.name, recovered.mark, _words(copied.mark, recovered.word), True, severe(status)
    )


def _words(copied: str, recovered: str) -> str:
    copy = {"good": "", "bad": ", ✗ no copy", "open": ", copy not known"}[copied]
    return f"{recovered.lower()}{copy}"


def _broken(plan: Plan, status: ServiceStatus) -> tuple[_Part, ...]:
    """Say which parts of a service are broken: copies that are missing, not known or too old."""
    found: dict[str, tuple[str, str]] = {}
    for objective in status.objectives:
        target = objective.target_seconds
        if objective.measure == "rpo" and target is not None:
            old = (key for key, seconds in objective.parts.items() if seconds > target)
            found |= dict.fromkeys(old, ("bad", "newest copy too old"))
    for one in status.copy.data_sets:
        if one.copy is CopyVerdict.UNKNOWN:
            found[one.data_set] = ("open", "copy not known")
        elif one.copy is CopyVerdict.NO:
            found[one.data_set] = ("bad", "no copy")
    found |= dict.fromkeys(status.coverage.unaccounted, ("bad", "nothing backs it up"))
    return tuple(
        _Part(key, component(plan, key), mark, words) for key, (mark, words) in found.items()
    )[:_PARTS]


def _part_key(part: _Part) -> str:
    return f"part {part.key}"


def _links(
    key: str,
    chosen: Iterable[str],
    needs: Needs,
    unwritten: Mapping[str, tuple[str, ...]],
    parts: Iterable[_Part],
) -> tuple[Dependency, ...]:
    drawn = frozenset(chosen)
    found = {other: strength for other, strength in needs.get(key, {}).items() if other in drawn}
    found |= {other: Strength.HARD for other in unwritten[key] if other in drawn and other != key}
    links = [Dependency(other, strength) for other, strength in found.items()]
    return (*links, *(Dependency(_part_key(one)) for one in parts))


def _relations(
    statuses: Mapping[str, ServiceStatus],
    chosen: Sequence[str],
    needs: Needs,
    unwritten: Mapping[str, tuple[str, ...]],
    parts: Mapping[str, Sequence[_Part]],
) -> tuple[Relation, ...]:
    waiting: dict[str, list[str]] = {}
    for key, some in needs.items():
        for other, strength in some.items():
            if strength is Strength.HARD and key in statuses:
                waiting.setdefault(other, []).append(statuses[key].name)

    def name(key: str) -> str:
        return statuses[key].name if key in statuses else key

    def relation(key: str) -> Relation:
        status = statuses[key]
        recovered = recovery_answer(status)
        return Relation(
            name=status.name,
            mark=recovered.mark,
            words=_words(copy_answer(status).mark, recovered.word),
            needs=tuple(
                name(other) + (" (soft)" if strength is Strength.SOFT else "")
                for other, strength in needs.get(key, {}).items()
            ),
            unwritten=tuple(map(name, unwritten[key])),
            waiting=tuple(waiting.get(key, ())),
            broken=tuple(f"{part.name}: {part.words}" for part in parts[key]),
            gaps=severe(status),
        )

    return tuple(map(relation, chosen))
