"""The dependency map: components in columns by wave, lines from the needed to the needy."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from refloat.model.plan import Dependency, Plan, Strength
from refloat.plan import written_out
from refloat.report._clean import shortened, wrapped

GAP, MARGIN, HEIGHT = 16, 8, 46
_LINE, _ROW = 16, 17
_COLUMN_WIDTH = 8.1
"""Pixels that one sign of a name takes at most, as good as always."""

_THIN = 10
"""Height that a line takes where it passes through a column without stopping."""

_SWEEPS = 4


@dataclass(frozen=True)
class Shape:
    """How boxes look: pixels of a box and of the room between columns; lines for a name."""

    width: int = 172
    between: int = 76
    lines: int = 1

    @property
    def step(self) -> int:
        """Pixels from one column to the next."""
        return self.width + self.between


_USUAL = Shape()


@dataclass(frozen=True)
class Face:
    """What a box shows.

    Attributes:
        title: its name.
        mark: how it stands: ``good``, ``bad``, ``open``, ``less`` or ``idle``.
        words: the same in words.
        service: whether it is a service.
        gaps: how many severe gaps were found in it.
        part: whether it is a part of a service, with square corners.
        struck: whether it is lost, which a black corner shows.
        rows: what is inside of it: symbol and words.

    """

    title: str
    mark: str
    words: str
    service: bool = False
    gaps: int = 0
    part: bool = False
    struck: bool = False
    rows: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Box:
    """One component, or a service.

    Attributes:
        name: as much of its name as fits.
        more: the second line of its name; empty if one is enough.
        left, top, height: pixels.
        face: what it shows.

    """

    name: str
    more: str
    left: int
    top: int
    height: int
    face: Face


@dataclass(frozen=True)
class Line:
    """One dependency: the path of an SVG line, its arrow head, and its kind.

    Attributes:
        path: the line.
        head: the arrow head.
        hard: whether the one cannot run without the other.
        failed: whether what is needed is broken.
        seen: whether it was seen at work, and nobody wrote it down.

    """

    path: str
    head: str
    hard: bool
    failed: bool
    seen: bool = False


@dataclass(frozen=True)
class Map:
    """The drawing: its size in pixels, the width of a box, boxes and lines."""

    width: int
    height: int
    box: int
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
    faces = {
        key: Face(plan.components[key].name or key, *outcome_of(key))
        for column in columns
        for key in column
    }
    needs: dict[str, tuple[Dependency, ...]] = {
        key: written_out(plan, plan.components[key].needs) for key in faces
    }
    columns.append([_SERVICE])
    faces[_SERVICE] = Face(plan.services[service].name, *service_outcome, service=True)
    needs[_SERVICE] = written_out(plan, plan.services[service].needs)
    return lay_out(columns, faces, needs)


def lay_out(
    columns: list[list[str]],
    faces: Mapping[str, Face],
    needs: Mapping[str, Sequence[Dependency]],
    seen: Collection[tuple[str, str]] = (),
    shape: Shape = _USUAL,
) -> Map:
    """Lay out a map in columns; the order within each of them is changed for fewer crossings.

    Args:
        columns: keys of the boxes; what is needed stands in an earlier column than what needs it.
        faces: by key, what its box shows.
        needs: by key, what it needs; what stands in no earlier column is passed over.
        seen: pairs of what needs and what is needed that were seen, and not written down.
        shape: how its boxes look.

    """
    place = {key: number for number, column in enumerate(columns) for key in column}
    chains = _chains(columns, place, needs)
    _untangle(columns, [chain for chain, _ in chains])
    names = {key: _name(face, shape) for key, face in faces.items()}
    heights = {key: _face_height(face, names[key][1]) for key, face in faces.items()}
    tops = _tops(columns, heights)
    boxes = tuple(
        Box(*names[key], MARGIN + place[key] * shape.step, tops[key], heights[key], face)
        for key, face in faces.items()
    )
    lines = tuple(
        replace(
            _line(chain, tops, place, shape, dependency.strength is Strength.HARD),
            failed=faces[dependency.on].mark == "bad",
            seen=(chain[-1], dependency.on) in seen,
        )
        for chain, dependency in chains
    )
    across = 2 * MARGIN + (len(columns) - 1) * shape.step + shape.width
    tallest = max(tops[key] + heights.get(key, _THIN) for column in columns for key in column)
    return Map(across, tallest + MARGIN, shape.width, boxes, lines)


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


def _name(face: Face, shape: Shape) -> tuple[str, str]:
    """Give a name in as many lines as it may have, at most two; empty lines are left out."""
    letters = int(shape.width / _COLUMN_WIDTH)
    if shape.lines == 1:
        return shortened(face.title, letters), ""
    first, _, rest = wrapped(face.title, letters).partition("\n")
    return first, shortened(rest, letters)


def _face_height(face: Face, more: str) -> int:
    return HEIGHT + _LINE * bool(more) + _ROW * len(face.rows)


def _tops(columns: Sequence[Sequence[str]], heights: Mapping[str, int]) -> dict[str, int]:
    """Give where each box begins: each column at the top, so that a narrow window shows one."""
    result = {}
    for column in columns:
        top = MARGIN
        for key in column:
            result[key] = top
            top += heights.get(key, _THIN) + GAP
    return result


def _line(
    chain: Sequence[str],
    tops: Mapping[str, int],
    place: Mapping[str, int],
    shape: Shape,
    hard: bool,
) -> Line:
    first = place[chain[0]]
    x, y = MARGIN + first * shape.step + shape.width, tops[chain[0]] + HEIGHT // 2
    path = f"M{x} {y}"
    for number, key in enumerate(chain[1:], first + 1):
        passing = key != chain[-1]
        left = MARGIN + number * shape.step
        middle = tops[key] + (_THIN if passing else HEIGHT) // 2
        bend = (left - x) // 2
        path += f"C{x + bend} {y} {left - bend} {middle} {left} {middle}"
        x, y = left, middle
        if passing:
            x = left + shape.width
            path += f"H{x}"
    head = f"M{x} {y}L{x - 9} {y - 4.5}L{x - 9} {y + 4.5}Z"
    return Line(path, head, hard, failed=False)
