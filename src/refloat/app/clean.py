"""After a crash: what still runs is ended, what happened is recorded, what is left is removed.

Every command that uses the state sweeps first. A sweep ends processes, mounts and limits of
interrupted runs and records each as an interrupted run. What such a run had restored stays for a
day, so that ``drill --resume`` can go on with it; ``clean`` removes that too.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from refloat import registry
from refloat.app import memory
from refloat.app.scratch import sweep_scratch
from refloat.app.workspace import Workspace
from refloat.host.clock import Clock
from refloat.model.errors import NotAllowed
from refloat.model.facts import UNWRITTEN, InterruptedFact
from refloat.model.place import Teardown
from refloat.recovery import journal as events
from refloat.recovery.journal import Story
from refloat.recovery.record import interrupted_stage
from refloat.sandboxes import Sandbox
from refloat.store.journal import FileJournal, journals

KEPT_FOR = timedelta(days=1)


@dataclass(frozen=True)
class Remains:
    """What was found of one run that never came to its end, and what became of it.

    Attributes:
        run: the run.
        service: the service's key; empty if the journal tells nothing.
        stage: what it was doing.
        teardown: what was left after sweeping; ``clean`` when nothing is.
        recorded: whether the interruption was recorded just now.
        kept: whether restored data was kept for a resume.
        finished: whether the run had come to its end, and had left its data on request.
    """

    run: str
    service: str
    stage: str
    teardown: Teardown
    recorded: bool
    kept: bool
    finished: bool = False

    @property
    def left(self) -> tuple[str, ...]:
        """Folders that are still there although they were to be removed."""
        return () if self.kept else self.teardown.folders


def sweep(
    workspace: Workspace, clock: Clock, *, keep: str | None = None, everything: bool = False
) -> tuple[Remains, ...]:
    """Sweep up after interrupted runs.

    Args:
        workspace: the plan and the state.
        clock: what time it is.
        keep: a run that is about to be resumed: its restored data stays.
        everything: remove restored data of all others too, kept data of finished runs included.

    Raises:
        StateProblem: if something of ours cannot be removed.
    """
    found = []
    sweep_scratch(workspace)
    for journal in journals(workspace.runs):
        try:
            with journal.held():
                remains = _sweep_run(workspace, clock, journal, keep, everything)
        except NotAllowed:
            continue  # it is being carried out, or somebody else sweeps it
        if remains is not None:
            found.append(remains)
    if everything:
        shutil.rmtree(workspace.state / "backups", ignore_errors=True)
        _remove_unbegun(workspace)
    return tuple(found)


def _remove_unbegun(workspace: Workspace) -> None:
    """Remove folders of runs that were killed before they were declared: nothing is in them."""
    for folder in workspace.runs.glob("*"):
        journal = FileJournal(folder)
        if folder.is_dir() and not journal.events() and not journal.alive():
            shutil.rmtree(folder)


def _sweep_run(
    workspace: Workspace, clock: Clock, journal: FileJournal, keep: str | None, everything: bool
) -> Remains | None:
    journal.use_room()
    try:
        story = events.read(journal.events())
    except ValueError:
        shutil.rmtree(journal.folder, ignore_errors=True)
        return None
    scratch = journal.folder / "sandbox"
    recorded = story.recorded or _in_ledger(workspace, clock, journal)
    if story.recorded and not (everything and scratch.exists()):
        return None
    wanted = journal.folder.name == keep or (not everything and _young(story, clock))
    data_stays = wanted and not recorded and _trusted(story, clock)
    there = scratch.exists()
    if there and not data_stays:
        journal.append(events.mark("removing", clock.now()))
    teardown = _take_down(scratch, remove_data=not data_stays)
    fresh = not recorded and not story.interrupted
    if fresh:
        _record(workspace, clock, journal, story)
    if not fresh and teardown.clean and not (everything and there):
        return None
    return Remains(
        run=journal.folder.name,
        service=story.declaration.service,
        stage=interrupted_stage(story),
        teardown=teardown,
        recorded=fresh,
        kept=data_stays and scratch.exists(),
        finished=recorded,
    )


def _in_ledger(workspace: Workspace, clock: Clock, journal: FileJournal) -> bool:
    """See whether a run died between its evidence and its last word; then add the last word."""
    for drill in memory.read(workspace).drills:
        if drill.record.run == journal.run:
            journal.append(events.mark("recorded", clock.now(), entry=drill.entry))
            return True
    return False


def _trusted(story: Story, clock: Clock) -> bool:
    """Whether what lies on the disk is what was restored.

    Removing has not begun; and the machine has not been started anew, which may have cost files
    that were never forced to the disk.
    """
    last = story.last or story.declaration.instant
    return not story.removing and last.boot_identity == clock.now().boot_identity


def _young(story: Story, clock: Clock) -> bool:
    age = clock.now().seconds_since(story.declaration.instant)
    return age < KEPT_FOR.total_seconds()


def _take_down(scratch: Path, *, remove_data: bool) -> Teardown:
    """Let every kind of sandbox sweep: only the one that made the folder finds anything."""
    if not scratch.exists():
        return Teardown(clean=True)
    results: list[Teardown] = []
    for sandbox in registry.adapters("sandboxes").values():
        kind: Sandbox = sandbox
        results.append(kind.sweep(scratch, remove_data=remove_data))
    return Teardown(
        clean=all(one.clean for one in results),
        processes=tuple(item for one in results for item in one.processes),
        mounts=tuple(item for one in results for item in one.mounts),
        folders=tuple(item for one in results for item in one.folders),
        seconds=sum(one.seconds for one in results),
        kept=not remove_data,
    )


def _record(workspace: Workspace, clock: Clock, journal: FileJournal, story: Story) -> None:
    now = clock.now()
    declaration = story.declaration
    fact = InterruptedFact(
        UNWRITTEN, now.wall, declaration.run, declaration.service, interrupted_stage(story)
    )
    subject = memory.plan_subject(declaration.service, declaration.fingerprint)
    (entry,) = memory.record(workspace, [memory.statement(fact, [subject])])
    journal.append(events.mark("interrupted", now, entry=entry.index))
