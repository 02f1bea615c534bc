"""What is really there: sources are read, what they show is recorded, and held against the plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from refloat import assess, registry
from refloat.app import memory
from refloat.app.workspace import Workspace
from refloat.host.clock import Clock
from refloat.ledger.statement import Subject
from refloat.model.errors import UsageProblem
from refloat.model.facts import UNWRITTEN, ObservationFact
from refloat.model.observations import Observation, RefusedLine, Undocumented
from refloat.observers import Observer, Reading
from refloat.plan import nearest


@dataclass(frozen=True)
class SourceRead:
    """One source, read and recorded.

    Attributes:
        entry: the evidence.
        source: the file, relative to the plan's folder where it lies in it.
        observations: what it shows.
        refused: lines that could not be used.
    """

    entry: int
    source: str
    observations: tuple[Observation, ...]
    refused: tuple[RefusedLine, ...]


@dataclass(frozen=True)
class Observed:
    """What was read now, and all that is observed and in no plan.

    Attributes:
        sources: what was read now; empty if nothing was.
        undocumented: what the newest reading of every source shows and the plan does not know.
        known_sources: how many sources were ever read, by the instant.
    """

    sources: tuple[SourceRead, ...]
    undocumented: tuple[Undocumented, ...]
    known_sources: int


def observe(workspace: Workspace, clock: Clock, kind: str, paths: Sequence[Path]) -> Observed:
    """Read sources of one kind, record what they show, and hold it against the plan.

    All of them are read before anything is recorded: if one cannot be, nothing is.

    Args:
        workspace: the plan and the state.
        clock: what time it is.
        kind: the observer's name.
        paths: the sources; one that is named twice is read once.

    Raises:
        UsageProblem: if there is no such observer, or no source is named.
        MissingInput, ObservationProblem: if a source cannot be read or understood.
        PlanProblem: if the plan cannot be understood.
    """
    observer = _observer(kind)
    if not paths:
        raise UsageProblem("no source is named", hint=f"refloat observe {kind} PATH")
    plan = workspace.plan
    readings = {_source(workspace, path): observer.read(path) for path in paths}
    now = clock.now().wall
    facts = [
        ObservationFact(
            UNWRITTEN, now, source, reading.observations, observer.name, len(reading.refused)
        )
        for source, reading in readings.items()
    ]
    statements = [
        memory.statement(fact, [Subject(f"observed/{observer.name}/{fact.source}", one.digest)])
        for fact, one in zip(facts, readings.values(), strict=True)
    ]
    entries = memory.record(workspace, statements)
    read = tuple(
        _read(entry.index, source, reading)
        for entry, (source, reading) in zip(entries, readings.items(), strict=True)
    )
    known = memory.known(workspace).until(now)
    return Observed(read, assess.undocumented(plan, known, now), _count(known.observations))


def compare(workspace: Workspace, instant: datetime) -> Observed:
    """Hold what was observed by an instant against the plan, and read nothing anew.

    Raises:
        PlanProblem: if the plan cannot be understood.
    """
    plan = workspace.plan
    known = memory.known(workspace).until(instant)
    return Observed((), assess.undocumented(plan, known, instant), _count(known.observations))


def kinds() -> tuple[str, ...]:
    """Name every observer."""
    return tuple(registry.adapters("observers"))


def _observer(kind: str) -> Observer:
    known = registry.adapters("observers")
    if kind not in known:
        near = nearest(kind, known)
        raise UsageProblem(
            f"there is no observer {kind!r}",
            hint=f"Did you mean {near!r}?" if near else f"There are: {', '.join(known)}.",
        )
    observer: Observer = known[kind]
    return observer


def _source(workspace: Workspace, path: Path) -> str:
    """Name a source the same however it is given: links and ``..`` are followed."""
    whole, folder = path.resolve(), workspace.folder.resolve()
    named = whole.relative_to(folder) if whole.is_relative_to(folder) else whole
    return str(named).encode("utf-8", "replace").decode("utf-8")


def _read(entry: int, source: str, reading: Reading) -> SourceRead:
    return SourceRead(entry, source, reading.observations, reading.refused)


def _count(facts: Sequence[ObservationFact]) -> int:
    return len({(fact.observer, fact.source) for fact in facts})
