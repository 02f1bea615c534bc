"""What is really there: sources are read, what they show is recorded, and held against the plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from refloat import assess
from refloat.app import memory
from refloat.app.sources import Gathered, NotRead, gather, observer_of
from refloat.app.workspace import Workspace
from refloat.host.clock import Clock
from refloat.ledger.statement import Subject
from refloat.model.errors import UsageProblem
from refloat.model.facts import UNWRITTEN, ObservationFact
from refloat.model.observations import Observation, RefusedLine, Undocumented
from refloat.observers import Reading


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
        not_read: what stands in the folders, and was not read.
        gone: sources of the folders that were read earlier, and are not there any more.
    """

    sources: tuple[SourceRead, ...]
    undocumented: tuple[Undocumented, ...]
    known_sources: int
    not_read: tuple[NotRead, ...] = ()
    gone: tuple[str, ...] = ()


def observe(workspace: Workspace, clock: Clock, kind: str, paths: Sequence[Path]) -> Observed:
    """Read sources of one kind, record what they show, and hold it against the plan.

    All of them are read before anything is recorded: if one that is named cannot be, nothing is.
    A source of a named folder that was read earlier and is not there any more shows nothing now;
    that is recorded too.

    Args:
        workspace: the plan and the state.
        clock: what time it is.
        kind: the observer's name.
        paths: the sources: files and folders; one that is named twice is read once.

    Raises:
        UsageProblem: if there is no such observer, or no source is named.
        MissingInput, ObservationProblem: if a source cannot be read or understood.
        PlanProblem: if the plan cannot be understood.
    """
    observer = observer_of(kind)
    if not paths:
        raise UsageProblem("no source is named", hint=f"refloat observe {kind} PATH")
    plan = workspace.plan
    gathered = gather(observer, paths, workspace.folder)
    gone = _gone(workspace, observer.name, gathered) if gathered.folders else ()
    now = clock.now().wall
    readings = [(one.name, one.reading) for one in gathered.sources]
    readings += [(name, Reading((), (), sha256(b"").hexdigest())) for name in gone]
    statements = [
        memory.statement(
            ObservationFact(
                UNWRITTEN, now, source, one.observations, observer.name, len(one.refused)
            ),
            [Subject(f"observed/{observer.name}/{source}", one.digest)],
        )
        for source, one in readings
    ]
    entries = memory.record(workspace, statements)
    read = tuple(
        SourceRead(entry.index, source, one.observations, one.refused)
        for entry, (source, one) in zip(entries, readings, strict=True)
        if source not in gone
    )
    known = memory.known(workspace).until(now)
    found = assess.undocumented(plan, known, now)
    return Observed(read, found, _count(known.observations), gathered.not_read, gone)


def compare(workspace: Workspace, instant: datetime) -> Observed:
    """Hold what was observed by an instant against the plan, and read nothing anew.

    Raises:
        PlanProblem: if the plan cannot be understood.
    """
    plan = workspace.plan
    known = memory.known(workspace).until(instant)
    return Observed((), assess.undocumented(plan, known, instant), _count(known.observations))


def _gone(workspace: Workspace, observer: str, gathered: Gathered) -> tuple[str, ...]:
    """Name the sources of the folders that were read earlier, and that are not there any more."""
    known = [one for one in memory.known(workspace).observations if one.observer == observer]
    newest = {fact.source: fact for fact in known}
    read = {one.name for one in gathered.sources}
    missing = [name for name, one in newest.items() if one.observations and name not in read]
    return tuple(
        name
        for name in sorted(missing)
        for path in [workspace.folder.resolve() / name]
        if any(path.is_relative_to(folder) for folder in gathered.folders) and _is_gone(path)
    )


def _is_gone(path: Path) -> bool:
    """Whether a file is certainly not there; where nobody may look, it may still be."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def _count(facts: Sequence[ObservationFact]) -> int:
    return len({(fact.observer, fact.source) for fact in facts})
