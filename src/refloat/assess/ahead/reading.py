"""What can still be read, and where updates can still be published (R-135)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from refloat.assess.ahead.aftermath import Aftermath
from refloat.assess.ahead.standing import words
from refloat.assess.rules.documents import placed
from refloat.model.ahead import DocumentOutcome, LossKind
from refloat.model.dependency import Dependency, Strength


def documents_left(left: Aftermath) -> tuple[DocumentOutcome, ...]:
    """Say of every document where it can be read from the first hour on, and where later.

    A recovery kit that was put somewhere holds them all. A place whose words name a lost site is
    lost with it.
    """
    organisation = left.organisation
    kits = placed(organisation.facts.feed.attestations, organisation)
    kit = [(f"recovery kit: {one.where or 'a place that nobody named'}", ()) for one in kits]
    found = []
    for document in left.plan.documents.values():
        places = [*kit, *((one.where, one.needs) for one in document.locations)]
        found.append(_outcome(left, document.key, document.content, places))
    return tuple(found)


def channels_left(left: Aftermath) -> tuple[DocumentOutcome, ...]:
    """Say of every channel whether updates can be published on it from the first hour on."""
    return tuple(
        _outcome(left, one.key, (one.name or one.key,), [(one.name or one.key, one.needs)])
        for one in left.plan.channels.values()
    )


def _outcome(
    left: Aftermath,
    key: str,
    content: tuple[str, ...],
    places: Iterable[tuple[str, tuple[Dependency, ...]]],
) -> DocumentOutcome:
    now: list[str] = []
    later: list[str] = []
    lost: dict[str, None] = {}
    for where, needs in places:
        sites = _at_lost_sites(left, where)
        if sites:
            lost.update(dict.fromkeys(sites))
            continue
        down = list(_down(left, needs))
        if not down:
            now.append(where)
            continue
        lost.update(dict.fromkeys(down))
        if all(left.comes_back(one) for one in down):
            later.append(where)
    return DocumentOutcome(key, content, tuple(now), tuple(later), tuple(lost))


def _at_lost_sites(left: Aftermath, where: str) -> tuple[str, ...]:
    """Name the sites that are lost and that the words of a place name: it is lost with them."""
    sites = [one.key for one in left.scenario.losses if one.kind is LossKind.SITE]
    said = words(where) if sites else frozenset()
    return tuple(key for key in sites if words(key) and words(key) <= said)


def _down(left: Aftermath, needs: Iterable[Dependency]) -> Iterator[str]:
    for need in needs:
        known = ("back", need.on) in left.network.numbers
        if known and need.strength is Strength.HARD and left.is_down(need.on):
            yield need.on
