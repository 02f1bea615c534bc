"""The smallest sets of losses as tables: the single points first, and what each takes away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from refloat.assess.ahead.losses import in_words
from refloat.assess.ahead.weakest.grouping import Group, grouped
from refloat.model.ahead import CutSet, Loss, Weakest
from refloat.model.plan import Plan
from refloat.report._ahead_words import Names, count, some
from refloat.report.words import Answer

LIMIT = 120
"""So many rows of each size are shown, those that take away the most first."""

SERVICES = 300
_NAMED = 8
_EITHER = 6
_SIZES = {1: ("single point", "single points"), 2: ("pair", "pairs"), 3: ("triple", "triples")}
_TITLES = {
    1: "Single points: one loss is enough",
    2: "Pairs: two losses together",
    3: "Triples: three losses together",
}
_HANGS = {1: ("bad", "on a single point"), 2: ("risk", "on a pair"), 3: ("less", "on a triple")}
_NOWHERE = 9


@dataclass(frozen=True)
class Row:
    """Smallest sets of losses that are told together.

    Attributes:
        losses: what is lost together; of each, the losses of which any one is enough, in words.
        mark, text: how many services it takes away, and how sure that is.
        width: percent of the services looked at that it takes away.
        perhaps: percent of those that it perhaps takes away as well.
        names: the names of both, perhaps shortened.
        sentence, remedy: what it means, and what would help most.
    """

    losses: tuple[str, ...]
    mark: str
    text: str
    width: float
    perhaps: float
    names: str
    sentence: str
    remedy: str


@dataclass(frozen=True)
class Section:
    """The sets of one size: those that are shown, in rows, and how many there are.

    Attributes:
        name, title: for the page.
        rows: the rows.
        groups: how many rows there would be.
        total: how many sets there are.
    """

    name: str
    title: str
    rows: tuple[Row, ...]
    groups: int
    total: int


@dataclass(frozen=True)
class Hanging:
    """On how little one service hangs: in words, and how many sets of each size take it away."""

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


Sets = Mapping[int, Sequence[CutSet]]
"""By size, the sets that are listed; those of a service that is broken already are not."""


def view(plan: Plan, weakest: Weakest, names: Names) -> View:
    """Work out all that is shown of the weakest points."""
    found: dict[int, list[CutSet]] = {size: [] for size in range(1, weakest.up_to + 1)}
    for one in weakest.cut_sets:
        if not one.itself:
            found.setdefault(len(one.losses), []).append(one)
    return View(
        sentence=_sentence(plan, weakest, found, names),
        cards=_cards(plan, weakest, found, names),
        already=tuple(
            (names.of(key), why) for key, why in islice(weakest.already.items(), SERVICES)
        ),
        sections=tuple(_section(plan, size, found[size], weakest, names) for size in found),
        hanging=_hanging(weakest, found, names),
        sizes=tuple(_SIZES[size][1] for size in found),
    )


def _total(size: int, sets: Sequence[CutSet], weakest: Weakest) -> int:
    """Say how many sets of a size there are: at least those that are listed."""
    own = sum(bool(one.itself) and len(one.losses) == size for one in weakest.cut_sets)
    counted = weakest.found[size - 1] - own if size <= len(weakest.found) else 0
    return max(len(sets), counted)


def _sentence(plan: Plan, weakest: Weakest, found: Sets, names: Names) -> str:
    services = count(len(weakest.services), "service", "services")
    if not weakest.services:
        return "No service was looked at, so nothing can be said."
    if not any(found.values()):
        lost = "single loss keeps" if weakest.up_to == 1 else f"{weakest.up_to} losses keep"
        return f"No {lost} any of {services} away for good."
    singles = found.get(1, ())
    sure = {key for one in singles for key in one.services}
    perhaps = {key for one in singles for key in one.perhaps} - sure
    if not sure and not perhaps:
        size, sets = next((size, sets) for size, sets in found.items() if sets)
        what = count(_total(size, sets, weakest), *_SIZES[size])
        return f"No single loss is enough, but {what} of losses would keep services away for good."
    if not sure:
        return f"{len(perhaps)} of {services} perhaps hang on a single point; nobody knows."
    hang = f"{len(sure)} of {services} hang on a single point"
    if len(sure) == 1:
        hang = f"{names.of(next(iter(sure)))} hangs on a single point"
    return f"{hang}. The worst: {in_words(plan, _worst(singles).losses[0])}."


def _worst(sets: Sequence[CutSet]) -> CutSet:
    return max(sets, key=lambda one: (len(one.services), len(one.perhaps)))


def _cards(plan: Plan, weakest: Weakest, found: Sets, names: Names) -> tuple[Answer, ...]:
    if not weakest.services:
        return ()
    singles = found.get(1, ())
    sure = sum(bool(one.services) for one in singles)
    reasons = []
    if sure:
        worst = _worst(singles)
        hit = count(len(worst.services), "service", "services")
        reasons.append(f"The worst takes away {hit}: {in_words(plan, worst.losses[0])}.")
    if sure < len(singles):
        reasons.append(f"Of {len(singles) - sure} more, nobody can say.")
    mark = "bad" if sure else "open" if singles else "good"
    cards = [Answer("How many single points?", str(sure), mark, "", tuple(reasons))]
    more = {size: _total(size, found[size], weakest) for size in found if size > 1}
    if more:
        words = some([count(number, *_SIZES[size]) for size, number in more.items()])
        mark = "risk" if any(more.values()) else "good"
        says = "Each needs all of its losses: no smaller set is inside."
        cards.append(Answer("What do more losses add?", words, mark, says))
    broken = [names.of(key) for key in weakest.already]
    mark, word = ("bad", str(len(broken))) if broken else ("good", "None")
    says = f"{some(broken)}." if broken else ""
    cards.append(Answer("What is broken already?", word, mark, says))
    return tuple(cards)


def _section(
    plan: Plan, size: int, sets: Sequence[CutSet], weakest: Weakest, names: Names
) -> Section:
    groups = grouped(sets)
    rows = tuple(_row(plan, one, len(weakest.services) or 1, names) for one in groups[:LIMIT])
    name = _SIZES[size][1].replace(" ", "-")
    return Section(name, _TITLES[size], rows, len(groups), _total(size, sets, weakest))


def _row(plan: Plan, group: Group, total: int, names: Names) -> Row:
    first = group.first
    sure, perhaps = names.all_of(first.services), names.all_of(first.perhaps)
    text = (
        f"{len(sure)} of {total}" if sure or not perhaps else f"perhaps {len(perhaps)} of {total}"
    )
    text += f", perhaps {len(perhaps)} more" if sure and perhaps else ""
    said = some(sure, _NAMED)
    if perhaps:
        said += f"{'; p' if said else 'P'}erhaps {some(perhaps, _NAMED)}"
    return Row(
        losses=tuple(_either(plan, any_of) for any_of in group.losses),
        mark="bad" if sure else "open",
        text=text,
        width=round(100 * len(sure) / total, 3),
        perhaps=round(100 * len(perhaps) / total, 3),
        names=said,
        sentence=first.sentence if len(group.sets) == 1 else "",
        remedy=first.remedy,
    )


def _either(plan: Plan, losses: Sequence[Loss]) -> str:
    said = list(dict.fromkeys(in_words(plan, one) for one in losses))
    if len(said) > _EITHER:
        said[_EITHER - 1 :] = [f"any of {len(said) - _EITHER + 1} more"]
    return ", or ".join(said)


def _hanging(weakest: Weakest, found: Sets, names: Names) -> tuple[Hanging, ...]:
    """Say of each service how little is enough, those that hang on the least first."""
    sure = {
        size: Counter(key for one in sets for key in one.services) for size, sets in found.items()
    }
    perhaps = {
        size: Counter(key for one in sets for key in one.perhaps) for size, sets in found.items()
    }
    broken = set(weakest.already)
    rows = []
    for key in weakest.services:
        numbers = tuple(sure[size][key] + perhaps[size][key] for size in found)
        least = next((size for size in found if sure[size][key]), _NOWHERE)
        maybe = next((size for size in found if perhaps[size][key]), _NOWHERE)
        mark, word = _HANGS.get(least, ("good", "on none that was looked for"))
        if key in broken:
            least, mark, word = 0, "bad", "does not come back already"
        elif maybe < least:
            least, mark, word = maybe, "open", f"perhaps {_HANGS[maybe][1]}"
        rows.append((least, Hanging(names.of(key), mark, word, numbers)))
    rows.sort(key=lambda pair: (pair[0], tuple(-number for number in pair[1].counts)))
    return tuple(row for _, row in rows[:SERVICES])
