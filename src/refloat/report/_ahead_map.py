"""The map of a scenario: what is lost, what comes back, what does not, and what simply goes on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from refloat.assess.ahead.misfits import apart
from refloat.assess.ground.plan_graph import PlanGraph
from refloat.assess.words import duration
from refloat.model.ahead import Fate, Loss, LossKind, ScenarioOutcome, ServiceOutcome
from refloat.model.plan import Dependency, Plan
from refloat.report import _layers as layers
from refloat.report import _map as drawing
from refloat.report._ahead_words import MARKS, Names, fate, late
from refloat.report._clean import shortened

LIMIT = 60
"""So many boxes are drawn."""

_SOME = 40
"""So many services are drawn where not all are: the worst first, with what they need."""

_PARTS = 3
_LETTERS = 30
_SHAPE = drawing.Shape(width=264, between=38, lines=2)
_RANK = {Fate.GONE: 0, Fate.UNKNOWN: 1, Fate.DEGRADED: 2, Fate.BACK: 3, Fate.UNTOUCHED: 4}
_SHORT = {
    Fate.GONE: "not back",
    Fate.UNKNOWN: "not known",
    Fate.DEGRADED: "in part",
    Fate.BACK: "restored",
    Fate.UNTOUCHED: "untouched",
}


@dataclass(frozen=True)
class Relation:
    """One service of the map in words.

    Attributes:
        name: its name.
        mark, word: what becomes of it.
        needs: names of what it needs; a soft need says so.
        unwritten: names of what it was seen to need, and nobody wrote down.
        parts: its components and what becomes of each: symbol, name, word.
        more: how many of its components are not named.
    """

    name: str
    mark: str
    word: str
    needs: tuple[str, ...]
    unwritten: tuple[str, ...]
    parts: tuple[tuple[str, str, str], ...]
    more: int


@dataclass(frozen=True)
class ScenarioMap:
    """The drawing, the same in words, and how much of the organisation it is.

    Attributes:
        drawing: the drawing; None if no service and no data is hit.
        relations: the services that are drawn.
        shown, total: how many services are drawn, and how many there are.
        parts, parts_total: how many components are named in it, and how many there are.
        shared: whether components that several services share are drawn.
        unwritten: whether anything was seen that nobody wrote down.
    """

    drawing: drawing.Map | None
    relations: tuple[Relation, ...]
    shown: int
    total: int
    parts: int
    parts_total: int
    shared: bool
    unwritten: bool


@dataclass(frozen=True)
class _Part:
    """A component: its key, name, fate, whether it is lost, and whether it may not fit."""

    key: str
    name: str
    fate: Fate
    lost: bool
    unfit: bool = False

    @property
    def rank(self) -> tuple[int, bool]:
        return _RANK[self.fate], not self.unfit

    @property
    def mark(self) -> str:
        return "open" if self.unfit else MARKS[self.fate]

    @property
    def word(self) -> str:
        return "may not fit" if self.unfit else _SHORT[self.fate]

    @property
    def words(self) -> str:
        return f"{shortened(self.name, _LETTERS - len(self.word) - 2)}: {self.word}"


def draw(
    plan: Plan, outcome: ScenarioOutcome, seen: Mapping[str, frozenset[str]], names: Names
) -> ScenarioMap:
    """Draw the services with their components, those that matter most if there are too many.

    Args:
        plan: the plan.
        outcome: what becomes of its services and data.
        seen: by service, the services that it was seen to need.
        names: the names of all things.
    """
    graph = PlanGraph(plan)
    services = {one.service: one for one in outcome.services if one.service in plan.services}
    chosen = _chosen(services, graph)
    total, components = len(outcome.services), len(plan.components)
    if not chosen or not _anything(outcome):
        return ScenarioMap(None, (), 0, total, 0, components, shared=False, unwritten=False)
    parts = _parts(plan, outcome, graph, chosen)
    shared = _shared(parts, graph, LIMIT - len(chosen))
    needs = {key: graph.needed(key) for key in chosen}
    unwritten = {key: layers.unwritten(key, seen.get(key, frozenset()), needs) for key in chosen}
    inside = {key: _inside(parts[key], shared) for key in chosen}
    faces = {key: _face(services[key], parts[key], inside[key]) for key in chosen}
    faces |= {_part_key(key): _part_face(one) for key, one in shared.items()}
    links = {key: _links(key, chosen, graph, unwritten[key], shared) for key in chosen}
    columns = layers.columns(links)
    drawn = layers.without_detours(links, columns, unwritten)
    pairs = {(key, other) for key, some in unwritten.items() for other in some}
    named = {one.key for some in parts.values() for one in some[:_PARTS]} | set(shared)
    return ScenarioMap(
        drawing.lay_out(columns, faces, drawn, pairs, _SHAPE),
        tuple(_relation(services[key], graph, parts[key], unwritten[key], names) for key in chosen),
        shown=len(chosen),
        total=total,
        parts=len(named),
        parts_total=components,
        shared=bool(shared),
        unwritten=any(unwritten.values()),
    )


def _anything(outcome: ScenarioOutcome) -> bool:
    """Whether a service or data is hit at all, so that there is something to draw."""
    hit = any(one.fate is not Fate.UNTOUCHED for one in outcome.services)
    return hit or any(one.lost for one in outcome.data_sets)


def _chosen(services: Mapping[str, ServiceOutcome], graph: PlanGraph) -> tuple[str, ...]:
    if len(services) <= _SOME:
        return tuple(services)
    ranked = sorted(services, key=lambda key: (_RANK[services[key].fate], services[key].tier or 9))
    near = {key: graph.needed(key) for key in ranked[:_SOME]}
    chosen = layers.with_needs(ranked, services, near, _SOME)
    return tuple(one for one in services if one in chosen)


def _parts(
    plan: Plan, outcome: ScenarioOutcome, graph: PlanGraph, chosen: Iterable[str]
) -> dict[str, tuple[_Part, ...]]:
    """Give the components of each service that is drawn, the worst first."""
    fates = component_fates(plan, outcome, graph)
    unfit = {key for one in apart(outcome.groups) for key in one.data_sets}
    result = {}
    for key in chosen:
        own = []
        for one in graph.own(key):
            fate, lost = fates.get(one, (Fate.UNTOUCHED, False))
            some = one in unfit and lost and fate is Fate.BACK
            own.append(_Part(one, plan.components[one].name or one, fate, lost, unfit=some))
        result[key] = tuple(sorted(own, key=lambda one: one.rank))
    return result


def component_fates(
    plan: Plan, outcome: ScenarioOutcome, graph: PlanGraph
) -> dict[str, tuple[Fate, bool]]:
    """Say of each component that is hit what becomes of it, and whether it is lost itself.

    Of a component without data the outcome says only whether it keeps a service away; otherwise it
    comes back with a service that owns it, and nobody knows of it if none does.
    """
    services = {one.service: one for one in outcome.services}
    result: dict[str, tuple[Fate, bool]] = {}
    for one in sorted(outcome.services, key=lambda one: -_RANK[one.fate]):
        for key in one.blocked_by:
            if key in plan.components:
                result[key] = (one.fate, True)
    for key, loss in _struck(plan, outcome.scenario.losses, graph).items():
        owned = [services[one].fate for one in graph.owners.get(key, ()) if one in services]
        if loss.for_good:
            result[key] = (Fate.GONE, True)
        elif key in result:
            continue
        elif Fate.BACK in owned or Fate.DEGRADED in owned:
            result[key] = (Fate.BACK, True)
        else:
            result[key] = (Fate.UNKNOWN, True)
    for data in outcome.data_sets:
        if data.lost:
            result[data.data_set] = (data.fate, True)
    return result


def _struck(plan: Plan, losses: Sequence[Loss], graph: PlanGraph) -> dict[str, Loss]:
    """Give the components that are lost at once, each with what takes it away."""
    by_kind = {kind: {one.key: one for one in losses if one.kind is kind} for kind in LossKind}
    result: dict[str, Loss] = {}
    for production in by_kind[LossKind.PRODUCTION].values():
        result |= dict.fromkeys(plan.components, production)
    for key in by_kind[LossKind.SERVICE].keys() & plan.services.keys():
        result |= dict.fromkeys(graph.own(key), by_kind[LossKind.SERVICE][key])
    for key, component in plan.components.items():
        for kind, name in (
            (LossKind.SITE, component.site),
            (LossKind.VENDOR, component.vendor),
            (LossKind.COMPONENT, key),
        ):
            if name and name in by_kind[kind]:
                result[key] = by_kind[kind][name]
    return result


def _shared(parts: Mapping[str, Sequence[_Part]], graph: PlanGraph, most: int) -> dict[str, _Part]:
    """Give the components that several services own: each has a box of its own, the worst first."""
    found = {
        one.key: one for some in parts.values() for one in some if len(graph.owners[one.key]) > 1
    }
    worst = sorted(found, key=lambda key: found[key].rank)[:most]
    return {key: found[key] for key in found if key in frozenset(worst)}


def _inside(parts: Iterable[_Part], shared: Mapping[str, _Part]) -> tuple[tuple[str, str], ...]:
    """Give the lines inside of a service's box: its own components, the worst first."""
    own = [one for one in parts if one.key not in shared]
    if all(one.fate is Fate.UNTOUCHED for one in own):
        return ()
    rows = [(one.mark, one.words) for one in own[:_PARTS]]
    if len(own) > _PARTS:
        more = len(own) - _PARTS
        rows.append(("idle", f"{more} more of its parts"))
    return tuple(rows)


def _face(
    one: ServiceOutcome, parts: Sequence[_Part], rows: tuple[tuple[str, str], ...]
) -> drawing.Face:
    mark, word = fate(one)
    if one.wave is not None and one.seconds is not None:
        word = duration(one.seconds) + (", late" if late(one) else "")
        word += ", degraded" if one.fate is Fate.DEGRADED and not late(one) else ""
    elif one.fate is Fate.BACK:
        word = "nobody knows when"
    if one.wave is not None:
        word = f"wave {one.wave}, {word}"
    word = shortened(word, _LETTERS)
    struck = any(part.lost for part in parts)
    return drawing.Face(one.name, mark, word, service=True, struck=struck, rows=rows)


def _part_face(one: _Part) -> drawing.Face:
    return drawing.Face(one.name, one.mark, one.word, part=True, struck=one.lost)


def _part_key(key: str) -> str:
    return f"part {key}"


def _links(
    key: str,
    chosen: Sequence[str],
    graph: PlanGraph,
    unwritten: Iterable[str],
    shared: Mapping[str, _Part],
) -> tuple[Dependency, ...]:
    drawn = frozenset(chosen)
    needed = [Dependency(on, how) for on, how in graph.needed(key).items() if on in drawn]
    seen = [Dependency(on) for on in unwritten if on in drawn]
    parts = [Dependency(_part_key(on), how) for on, how in graph.own(key).items() if on in shared]
    return (*needed, *seen, *parts)


def _relation(
    one: ServiceOutcome,
    graph: PlanGraph,
    parts: Sequence[_Part],
    unwritten: Iterable[str],
    names: Names,
) -> Relation:
    mark, word = fate(one)
    shown = parts[: 2 * _PARTS]
    return Relation(
        name=one.name,
        mark=mark,
        word=word,
        needs=tuple(
            names.of(key) + (" (soft)" if strength != "hard" else "")
            for key, strength in graph.needed(one.service).items()
        ),
        unwritten=tuple(map(names.of, unwritten)),
        parts=tuple((part.mark, part.name, part.word) for part in shown),
        more=len(parts) - len(shown),
    )
