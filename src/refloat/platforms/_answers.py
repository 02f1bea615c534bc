"""Several answers of one platform, read as one listing; and libraries that only some need."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from types import ModuleType

import msgspec

from refloat.model.errors import ObservationProblem, ToolMissing
from refloat.model.options import Probe
from refloat.platforms import Fact, Listing, RefusedEntry, Telling
from refloat.platforms._listing import Unusable


@dataclass(frozen=True)
class Part:
    """The entries of one kind among the answers.

    Attributes:
        called: what an entry is called, for messages: ``restore job``.
        entries: the entries as they stand, each a value of JSON.
        facts_of: gives an entry's facts, or raises ``Unusable``.
    """

    called: str
    entries: Sequence[msgspec.Raw]
    facts_of: Callable[[msgspec.Raw], Iterable[Fact]]


def gathered(telling: Telling, parts: Iterable[Part]) -> Listing:
    """Make one listing of all parts.

    Args:
        telling: what the facts have in common.
        parts: the entries, kind by kind.

    Raises:
        ObservationProblem: if there are entries, and none can be used.
    """
    facts: dict[tuple[str, str], Fact] = {}
    refused: list[RefusedEntry] = []
    understood = 0
    for part in parts:
        for number, entry in enumerate(part.entries, 1):
            try:
                found = {(fact["kind"], fact["external_id"]): fact for fact in part.facts_of(entry)}
                if not facts.keys().isdisjoint(found):
                    raise Unusable("its id stands in the listing twice; the first counts")
            except Unusable as error:
                refused.append(RefusedEntry(f"{part.called} {number}", str(error)))
                continue
            understood += 1
            facts.update(found)
    if refused and not understood:
        raise ObservationProblem(
            f"nothing in {telling.request.path or 'the answers'} can be used;"
            f" {refused[0].place}: {refused[0].reason}"
        )
    return Listing(tuple(facts.values()), tuple(refused), telling.digest)


def library(name: str, extra: str) -> ModuleType:
    """Give a library that only one platform needs: it is not loaded for anything else.

    Args:
        name: the module.
        extra: Refloat's extra that installs it.

    Raises:
        ToolMissing: if it is not installed.
    """
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise ToolMissing(
            f"the Python package {name.partition('.')[0]} is not installed",
            hint=f"Run: pip install 'refloat[{extra}]'",
        ) from error


def probed(name: str, extra: str) -> Probe:
    """Say whether a platform can be asked itself; what was saved is read without any library."""
    try:
        found = library(name, extra)
    except ToolMissing as error:
        told = f"the platform itself cannot be asked: {error.message}; {error.hint}"
        return Probe(True, f"msgspec {msgspec.__version__}", limits=(told,))
    return Probe(True, f"{name} {found.__version__}")
