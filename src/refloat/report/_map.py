"""The dependency map: components in columns by wave, lines from the needed to the needy."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from refloat.model.plan import Dependency, Plan, Strength
from refloat.plan import written_out
from refloat.report._clean import shortened

WIDTH, HEIGHT = 172, 46
COLUMN, GAP, MARGIN = 248, 16, 8
_NAME_COLUMNS = 21
_THIN = 10
"""Height that a line takes where it passes through a column without stopping."""

_SWEEPS = 4


@dataclass(frozen=True)
class Box:
    """One component, or the service itself.

    Attributes:
        name: as much of its name as fits.
        title: all of its name.
        left, top: pixels.
        mark: how it fared: ``good``, ``bad`` or ``open``.
        words: the same in words.
        service: whether it is the service.

    """

    name: str
    title: str
    left: int
    top: int
    mark: str
    words: str
    service: bool


@dataclass(frozen=True)
class Line:
    """One dependency: the path of an SVG line, its arrow head, and its kind."""

    path: str
    head: str
    hard: bool
    failed: bool


@dataclass(frozen=True)
class Map:
    """The drawing: its size in pixels, boxes and lines."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]


def draw(
    plan: Plan,
    service: str,
    waves: Sequence[Sequence[str]],
    outcome_of: Callable[[str], tuple[str, str]],
    service_outcome: tuple[str, str],
) -> Map:
    """Lay out the map of one service.

    Args:
        plan: the plan.
        service: the service's key.
        waves: its components in recovery order, by waves.
        outcome_of: gives a component's symbol and words.
        service_outcome: the same of the service.

    """
    columns = [[key for key in wave if key in plan.components] for wave in waves]
    columns.append([_SERVICE])
    place = {key: number for number, column in enumerate(columns) for key in column}
    needs: dict[str, tuple[Dependency, ...]] = {
        key: written_out(plan, plan.components[key].needs) for key in place if key != _SERVICE
    }
    needs[_SERVICE] = written_out(plan, plan.services[service].needs)
    chains = _chains(columns, place, needs)
    _untangle(columns, [chain for chain, _ in chains])
    tops = _tops(columns)
    boxes = []
    for key, number in place.items():
        whole = key == _SERVICE
        name = plan.services[service].name if whole else plan.components[key].name or key
        symbol, words = service_outcome if whole else outcome_of(key)
        left = MARGIN + number * COLUMN
        short = shortened(name, _NAME_COLUMNS)
        boxes.append(Box(short, name, left, tops[key], symbol, words, whole))
    lines = [
        _line(chain, tops, place, dependency, outcome_of(dependency.on)[0] == "bad")
        for chain, dependency in chains
    ]
    width = 2 * MARGIN + (len(columns) - 1) * COLUMN + WIDTH
    tallest = max(tops[key] + _height(key) for column in columns for key in column)
    return Map(width, tallest + MARGIN, tuple(boxes), tuple(lines))


_SERVICE = "\0service"
_Way = tuple[str, int, int]
"""Where a line passes through a column: the needy one, the dependency's number, the column."""


def _chains(
    columns: list[list[str]], place: Mapping[str, int], needs: Mapping[str, Sequence[Dependency]]
) -> list[tuple[list[str], Dependency]]:
    """Give each dependency as a chain of things in neighbouring columns; add what it passes."""
    result = []
    for key, dependencies in needs.items():
        for number, dependency in enumerate(dependencies):
            if dependency.on not in place or place[dependency.on] >= place[key]:
                continue
            passed = []
            for column in range(place[dependency.on] + 1, place[key]):
                passing = f"\0{key}\0{number}\0{column}"
                columns[column].append(passing)
                passed.append(passing)
            result.append(([dependency.on, *passed, key], dependency))
    return result


def _untangle(columns: list[list[str]], chains: Sequence[Sequence[str]]) -> None:
    """Order each column by the middle of its neighbours, back and forth, so that few lines cross.

    The barycentre heuristic of Sugiyama, Tagawa and Toda (1981).
    """
    before: dict[str, list[str]] = {}
    after: dict[str, list[str]] = {}
    for chain in chains:
        for left, right in itertools.pairwise(chain):
            before.setdefault(right, []).append(left)
            after.setdefault(left, []).append(right)
    for sweep in range(_SWEEPS):
        neighbours = before if sweep % 2 == 0 else after
        order = range(1, len(columns)) if sweep % 2 == 0 else range(len(columns) - 2, -1, -1)
        for number in order:
            beside = columns[number - 1 if sweep % 2 == 0 else number + 1]
            position = {key: float(index) for index, key in enumerate(beside)}
            own = {key: float(index) for index, key in enumerate(columns[number])}
            middles = {key: _middle(key, neighbours, position, own) for key in own}
            columns[number].sort(key=middles.__getitem__)


def _middle(
    key: str,
    neighbours: Mapping[str, Sequence[str]],
    position: Mapping[str, float],
    own: Mapping[str, float],
) -> float:
    seen = [position[other] for other in neighbours.get(key, ()) if other in position]
    return sum(seen) / len(seen) if seen else own[key]


def _height(key: str) -> int:
    return HEIGHT if key == _SERVICE or not key.startswith("\0") else _THIN


def _tops(columns: Sequence[Sequence[str]]) -> dict[str, int]:
    tall = [sum(_height(key) + GAP for key in column) - GAP for column in columns]
    result = {}
    for column, height in zip(columns, tall, strict=True):
        top = MARGIN + (max(tall) - height) // 2
        for key in column:
            result[key] = top
            top += _height(key) + GAP
    return result


def _line(
    chain: Sequence[str],
    tops: Mapping[str, int],
    place: Mapping[str, int],
    dependency: Dependency,
    failed: bool,
) -> Line:
    first = place[chain[0]]
    x, y = MARGIN + first * COLUMN + WIDTH, tops[chain[0]] + HEIGHT // 2
    path = f"M{x} {y}"
    for number, key in enumerate(chain[1:], first + 1):
        left, middle = MARGIN + number * COLUMN, tops[key] + _height(key) // 2
        bend = (left - x) // 2
        path += f"C{x + bend} {y} {left - bend} {middle} {left} {middle}"
        x, y = left, middle
        if key != chain[-1]:
            x = left + WIDTH
            path += f"H{x}"
    head = f"M{x} {y}L{x - 9} {y - 4.5}L{x - 9} {y + 4.5}Z"
    return Line(path, head, dependency.strength is Strength.HARD, failed)
