"""The smallest sets of losses as tables: the single points first, and what each takes away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from refloat.model.ahead import CutSet, Weakest
from refloat.report._ahead_words import Names, count, some
from refloat.report.words import Answer

LIMIT = 120
"""So many sets of each size are shown, those that take away the most first."""

SERVICES = 300
_NAMED = 8
_SIZES = {1: ("single point", "single points"), 2: ("pair", "pairs"), 3: ("triple", "triples")}
_TITLES = {
    1: "Single points: one loss is enough",
    2: "Pairs: two losses together",
    3: "Triples: three losses together",
}


@dataclass(frozen=True)
class Row:
    """One smallest set of losses.

    Attributes:
        losses: what is lost together, in words.
        width: percent of the services looked at that it takes away.
        text: how many these are.
        names: their names, or the first of them.
        sentence, remedy: what it means, and what would help most.
    """

    losses: tuple[str, ...]
    width: float
    text: str
    names: str
    sentence: str
    remedy: str


@dataclass(frozen=True)
class Section:
    """The sets of one size: those that are shown, and how many there are."""

    name: str
    title: str
    rows: tuple[Row, ...]
    total: int


@dataclass(frozen=True)
class Hanging:
    """On how many sets one service hangs.

    Attributes:
        name: the service's name.
        mark: ``bad`` if it hangs on a single point, ``open`` on a pair, ``less`` on a triple.
        word: the same in words.
        counts: how many single points, pairs and triples, as far as was looked.
    """

    name: str
    mark: str
    word: str
    counts: tuple[int, ...]


@dataclass(frozen=True)
class View:
    """All that the page shows of the weakest points."""

    sentence: str
    cards: tuple[Answer, ...]
    already: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    hanging: tuple[Hanging, ...]
    sizes: tuple[str, ...]


def view(weakest: Weakest, names: Names) -> View:
    """Work out all that is shown of the weakest points."""
    sizes = tuple(range(1, weakest.up_to + 1))
    found = {size: [one for one in weakest.cut_sets if len(one.losses) == size] for size in sizes}
    return View(
        sentence=_sentence(weakest, found, names),
        cards=_cards(weakest, found, names),
        already=tuple((names.of(key), why) for key, why in weakest.already[:SERVICES]),
        sections=tuple(_section(size, found[size], weakest, names) for size in sizes),
        hanging=_hanging(weakest, found, names),
        sizes=tuple(_SIZES[size][1] for size in sizes),
    )


def _hit(sets: Sequence[CutSet]) -> set[str]:
    return {key for one in sets for key in one.services}


def _sentence(weakest: Weakest, found: dict[int, list[CutSet]], names: Names) -> str:
    total = len(weakest.services)
    if not total:
        return "No service was looked at, so nothing can be said."
    if not any(found.values()):
        lost = "single loss keeps" if weakest.up_to == 1 else f"{weakest.up_to} losses keep"
        return f"No {lost} any of {count(total, 'service', 'services')} away for good."
    singles = found.get(1, [])
    hit = _hit(singles)
    if not singles:
        size, sets = next((size, sets) for size, sets in found.items() if sets)
        what = count(len(sets), *_SIZES[size])
        return f"No single loss is enough, but {what} of losses would keep services away for good."
    hang = f"{len(hit)} of {count(total, 'service', 'services')} hang on a single point"
    if len(hit) == 1:
        hang = f"{names.of(next(iter(hit)))} hangs on a single point"
    worst = max(singles, key=lambda one: len(one.services))
    return f"{hang}; the worst is {names.loss(worst.losses[0])}."


def _cards(weakest: Weakest, found: dict[int, list[CutSet]], names: Names) -> tuple[Answer, ...]:
    if not weakest.services:
        return ()
    singles = found.get(1, [])
    reasons = []
    if singles:
        worst = max(singles, key=lambda one: len(one.services))
        hit = count(len(worst.services), "service", "services")
        reasons.append(f"The worst takes away {hit}: {names.loss(worst.losses[0])}.")
    mark = "bad" if singles else "good"
    cards = [Answer("How many single points?", str(len(singles)), mark, "", tuple(reasons))]
    more = [count(len(found[size]), *_SIZES[size]) for size in found if size > 1]
    if more:
        mark = "risk" if any(found[size] for size in found if size > 1) else "good"
        says = "None of them has a smaller one inside."
        cards.append(Answer("What do more losses add?", some(more), mark, says))
    broken = [names.of(key) for key, _ in weakest.already]
    mark, word = ("bad", str(len(broken))) if broken else ("good", "None")
    says = f"{some(broken)}." if broken else ""
    cards.append(Answer("What is broken already?", word, mark, says))
    return tuple(cards)


def _section(size: int, sets: Sequence[CutSet], weakest: Weakest, names: Names) -> Section:
    total = len(weakest.services) or 1
    most = sorted(sets, key=lambda one: -len(one.services))[:LIMIT]
    rows = tuple(
        Row(
            losses=tuple(map(names.loss, one.losses)),
            width=max(0.5, round(100 * len(one.services) / total, 3)),
            text=f"{len(one.services)} of {total}",
            names=some(names.all_of(one.services), _NAMED),
            sentence=one.sentence,
            remedy=one.remedy,
        )
        for one in most
    )
    return Section(_SIZES[size][1].replace(" ", "-"), _TITLES[size], rows, len(sets))


def _hanging(weakest: Weakest, found: dict[int, list[CutSet]], names: Names) -> tuple[Hanging, ...]:
    counts = {
        size: Counter(key for one in sets for key in one.services) for size, sets in found.items()
    }
    broken = {key for key, _ in weakest.already}
    words = {1: ("bad", "on a single point"), 2: ("open", "on a pair"), 3: ("less", "on a triple")}
    rows = []
    for key in weakest.services:
        numbers = tuple(counts[size][key] for size in counts)
        smallest = next((size for size in counts if counts[size][key]), 0)
        mark, word = words.get(smallest, ("good", "on none that was looked for"))
        if key in broken:
            mark, word = "bad", "does not come back already"
        rows.append(
            (0 if key in broken else smallest or 9, Hanging(names.of(key), mark, word, numbers))
        )
    rows.sort(key=lambda pair: (pair[0], tuple(-number for number in pair[1].counts)))
    return tuple(row for _, row in rows[:SERVICES])
