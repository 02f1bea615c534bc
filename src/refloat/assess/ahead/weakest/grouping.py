"""Sets of losses that say the same, told in one row: *any one of these, together with that*."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from refloat.model.ahead import CutSet, Loss

_Same = tuple[tuple[Loss, ...], tuple[str, ...], tuple[str, ...], str]
"""What must be the same: all losses but one, the services, those that perhaps go, the remedy."""


@dataclass(frozen=True)
class Group:
    """Some smallest sets that take away the same services, and differ in one loss at most.

    Attributes:
        sets: the sets.
        losses: what is lost together: of each, the losses of which any one is enough.
    """

    sets: tuple[CutSet, ...]
    losses: tuple[tuple[Loss, ...], ...]

    @property
    def first(self) -> CutSet:
        """The first of the sets, whose services are those of all."""
        return self.sets[0]


def grouped(cut_sets: Iterable[CutSet]) -> tuple[Group, ...]:
    """Put sets together that can be told in one row; each is in one group, the order stays.

    Single losses are put together if the same helps against them; of larger sets, the first one's
    remedy tells what kind of thing helps against all.
    """
    sets = list(cut_sets)
    counts = Counter(same for one in sets for same in _sames(one))
    groups: dict[tuple[int, _Same], list[CutSet]] = {}
    for one in sets:
        same = max(_sames(one), key=counts.__getitem__)
        groups.setdefault((len(one.losses), same), []).append(one)
    return tuple(_group(some) for some in groups.values())


def _sames(one: CutSet) -> Iterator[_Same]:
    """Give, for each loss that is left out, what must be the same of others."""
    remedy = one.remedy if len(one.losses) == 1 else ""
    for at in range(len(one.losses)):
        others = (*one.losses[:at], *one.losses[at + 1 :])
        yield others, one.services, one.perhaps, remedy


def _group(sets: list[CutSet]) -> Group:
    first = sets[0]
    if len(sets) == 1:
        alike = first.alike or ((),) * len(first.losses)
        losses = tuple((one, *some) for one, some in zip(first.losses, alike, strict=True))
        return Group((first,), losses)
    shared = set(first.losses).intersection(*(one.losses for one in sets[1:]))
    kept: list[tuple[Loss, ...]] = []
    varied: dict[Loss, None] = {}
    for one in sets:
        alike = one.alike or ((),) * len(one.losses)
        for loss, some in zip(one.losses, alike, strict=True):
            if loss not in shared:
                varied.update(dict.fromkeys((loss, *some)))
            elif one is first:
                kept.append((loss, *some))
    return Group(tuple(sets), (tuple(varied), *kept))
