"""What came since a source was read first: things that an earlier reading did not show.

What stood in the first reading of a file is not new, it is only read for the first time. A file is
new itself where others of its folder were read before it came, and again with it. What a file
showed under one name, and shows with an index now, is only told more exactly: nobody knows which of
several is new.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from refloat.assess.ground.sights import origin_of, plain, without_index
from refloat.assess.organisation import Organisation
from refloat.model.facts import ObservationFact


@dataclass(frozen=True)
class Arrived:
    """Something that the plan does not know, and that was not there before.

    Attributes:
        name: as it was seen.
        at: when it was seen first.
        told_by: where.
        services: keys of the services that rest on it, as far as that was seen.
    """

    name: str
    at: datetime
    told_by: str
    services: tuple[str, ...]


def arrivals(organisation: Organisation) -> tuple[Arrived, ...]:
    """Give what is in no plan and came since its source was read first, in the order of names."""
    first = next(iter(organisation.bases.values()), None)
    unknown = [one for one in first.moment.undocumented if not one.needs] if first else []
    if not unknown:
        return ()
    shown = _first_shown(organisation.facts.until(organisation.instant).observations)
    found = []
    for one in unknown:
        at, is_old, place = shown.get(plain(one.component), (organisation.instant, True, ""))
        if not is_old:
            found.append(Arrived(one.component, at, place, one.services))
    return tuple(found)


def _first_shown(
    facts: Iterable[ObservationFact],
) -> Mapping[str, tuple[datetime, bool, str]]:
    """Give when each name was shown first, whether it may have been there before, and where."""
    readings: dict[str, list[ObservationFact]] = {}
    folders: dict[tuple[str, str], dict[datetime, set[str]]] = {}
    for fact in facts:
        readings.setdefault(origin_of(fact), []).append(fact)
        by_time = folders.setdefault((fact.observer, _folder(fact)), {})
        by_time.setdefault(fact.at, set()).add(fact.source)
    found: dict[str, tuple[datetime, bool, str]] = {}
    for some in readings.values():
        some.sort(key=lambda fact: fact.at)
        for number, fact in enumerate(some):
            if number and fact.observations == some[number - 1].observations:
                continue
            beside = folders[fact.observer, _folder(fact)]
            is_old = number == 0 and not _came_later(fact, beside)
            before = _told_together(some[number - 1]) if number else frozenset()
            for seen in fact.observations:
                place = f"{fact.source}:{seen.line}" if seen.line else fact.source
                name = plain(seen.component)
                is_exact = (whole := without_index(name)) != name and whole in before
                told = (fact.at, is_old or is_exact, place)
                known = found.setdefault(name, told)
                if (told[0], not told[1]) < (known[0], not known[1]):
                    found[name] = told
    return found


def _told_together(fact: ObservationFact) -> frozenset[str]:
    """Give the names of a reading that stand for all of their kind: none of them has an index."""
    names = {plain(seen.component) for seen in fact.observations}
    wholes = {name: without_index(name) for name in names}
    return frozenset(names - {whole for name, whole in wholes.items() if whole != name})


def _came_later(fact: ObservationFact, beside: Mapping[datetime, set[str]]) -> bool:
    """Say whether another file of the folder was read before this one was, and again with it."""
    together = beside[fact.at] - {fact.source}
    return any(at < fact.at and not some.isdisjoint(together) for at, some in beside.items())


def _folder(fact: ObservationFact) -> str:
    return fact.source.rpartition("/")[0]
