"""What a map of an organisation shows, and in which column: every kind of map asks here."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence

from refloat.model.plan import Dependency, Strength

Needs = Mapping[str, Mapping[str, Strength]]
"""By service, the nearest services that it needs, and how much."""


def unwritten(key: str, seen: frozenset[str], needs: Needs) -> tuple[str, ...]:
    """Name what a service was seen to need, and does not need in the end by the plan."""
    written: set[str] = set()
    ahead = [key] if seen else []
    while ahead:
        fresh = [one for one in needs.get(ahead.pop(), ()) if one not in written]
        written.update(fresh)
        ahead += fresh
    return tuple(sorted(seen - written - {key}))


def with_needs(
    ranked: Iterable[str], known: Container[str], needs: Needs, most: int
) -> frozenset[str]:
    """Choose some services, each with what it needs, until there are enough.

    Args:
        ranked: the services, those that must be seen first.
        known: which services there are.
        needs: what they need.
        most: how many are chosen.
    """
    chosen: set[str] = set()
    for key in ranked:
        for one in (key, *needs.get(key, {})):
            if one in known and len(chosen) < most:
                chosen.add(one)
        if len(chosen) >= most:
            break
    return frozenset(chosen)


def without_detours(
    links: Mapping[str, Sequence[Dependency]],
    placed: Sequence[Sequence[str]],
    unwritten: Mapping[str, Sequence[str]],
) -> dict[str, tuple[Dependency, ...]]:
    """Leave out each line that follows from others: what is needed by something needed as well.

    Only hard needs that somebody wrote down count, and only those that are drawn.
    """
    place = {key: number for number, column in enumerate(placed) for key in column}
    firm: dict[str, set[str]] = {}
    result = {}
    for key in sorted(links, key=place.__getitem__):
        near = {
            one.on
            for one in links[key]
            if one.strength is Strength.HARD
            and one.on not in unwritten[key]
            and place[one.on] < place[key]
        }
        beyond = set().union(*(firm.get(one, ()) for one in near))
        firm[key] = near | beyond
        result[key] = tuple(one for one in links[key] if one.on not in beyond or one.on not in near)
    return result


def columns(links: Mapping[str, Sequence[Dependency]]) -> list[list[str]]:
    """Put each service behind all that it needs, and each broken part just before its service.

    A need that closes a circle is passed over, and no line is drawn for it.
    """
    depths: dict[str, int] = {}
    open_ones: set[str] = set()

    def depth(key: str) -> int:
        if key in depths:
            return depths[key]
        open_ones.add(key)
        behind = [
            1 if need.on not in links else depth(need.on) + 1
            for need in links[key]
            if need.on not in open_ones
        ]
        open_ones.remove(key)
        depths[key] = max(behind, default=0)
        return depths[key]

    for key in links:
        depth(key)
    for key, some in links.items():
        for need in some:
            if need.on not in links:
                depths[need.on] = min(depths.get(need.on, depths[key]), depths[key] - 1)
    placed: list[list[str]] = [[] for _ in range(max(depths.values(), default=-1) + 1)]
    for key, number in depths.items():
        placed[number].append(key)
    return [column for column in placed if column]
