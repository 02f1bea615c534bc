"""Canaries that a crash left: each is kept in mind before it is written, and removed afterwards."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta

from refloat.app import memory, wiring
from refloat.app.clean import Remains
from refloat.app.workspace import Workspace
from refloat.engines import Canary, CanaryLeft
from refloat.host import files
from refloat.host.clock import Clock
from refloat.model.errors import MissingInput, NotAllowed, RefloatError
from refloat.model.facts import UNWRITTEN, InterruptedFact
from refloat.model.place import Teardown
from refloat.model.plan import Repository
from refloat.plan import fingerprint
from refloat.store.journal import FileJournal, journals

FOLDER = "canaries"
"""The folder of the state that holds a folder for each canary that may be in a repository."""
_WRITTEN_BY_THEN = timedelta(hours=1)


@contextmanager
def kept_in_mind(
    workspace: Workspace, clock: Clock, repository: Repository, principal: str
) -> Iterator[str]:
    """Give a mark for a canary, and remember for as long as the block runs that it may be there.

    If the process is killed in it, ``remove_left`` knows what to look for. After an error it is
    looked for at once; it stays in mind only where that cannot be done.

    Args:
        workspace: the plan and the state.
        clock: what time it is.
        repository: the repository.
        principal: key of the principal whose credential is to try it.

    Raises:
        StateProblem, NoRoom: if it cannot be remembered; nothing may be written then.
    """
    mark = secrets.token_hex(16)
    journal = FileJournal(files.private_folder(workspace.state / FOLDER) / mark)
    with journal.held():
        at = clock.now().wall.isoformat()
        journal.append({"repository": repository.key, "principal": principal, "at": at})
        try:
            yield mark
        except RefloatError:
            with suppress(RefloatError):
                _remove(workspace, repository.key, mark)
                shutil.rmtree(journal.folder, ignore_errors=True)
            raise
        shutil.rmtree(journal.folder, ignore_errors=True)


def remove_left(workspace: Workspace, clock: Clock, only: str = "") -> tuple[Remains, ...]:
    """Look for canaries whose writers were killed, remove them, and record each.

    One in a repository that only takes additions is left there, and said to be. What cannot be
    looked for now, because the repository does not answer, stays in mind.

    Args:
        workspace: the plan and the state.
        clock: what time it is.
        only: key of the one repository that is asked; all if empty.

    Raises:
        StateProblem, NoRoom, EvidenceProblem: if it cannot be recorded.
    """
    found = []
    for journal in journals(workspace.state / FOLDER):
        try:
            with journal.held():
                told = journal.events()
                if told and only in ("", told[0]["repository"]):
                    found.append(_settle(workspace, clock, journal, told[0]))
        except NotAllowed:
            continue  # somebody is at it
    return tuple(one for one in found if one is not None)


def _settle(
    workspace: Workspace, clock: Clock, journal: FileJournal, told: dict[str, str]
) -> Remains | None:
    key, now = told["repository"], clock.now().wall
    what = f"a canary in {key}, for {told['principal']} to try to delete"
    try:
        there = _remove(workspace, key, journal.run)
    except RefloatError as error:
        trouble = Teardown(clean=False, folders=(f"perhaps: {error.message}",))
        return Remains(journal.run, "", what, trouble, recorded=False, kept=False)
    if there is None:
        # The engine's program may outlive who was killed, and write it only now.
        if now - datetime.fromisoformat(told["at"]) > _WRITTEN_BY_THEN:
            shutil.rmtree(journal.folder, ignore_errors=True)
        return None
    stage, teardown = f"{what}; now it is removed", Teardown(clean=True)
    if there.left:
        stage = f"{what}; it holds nothing, and Refloat may not remove it"
        teardown = Teardown(clean=False, folders=(f"the canary {there.canary[:8]} in {key}",))
    about = memory.plan_subject(f"{key}/canary", fingerprint(workspace.plan))
    fact = InterruptedFact(UNWRITTEN, now, journal.run, "", stage)
    memory.record(workspace, [memory.statement(fact, [about])])
    shutil.rmtree(journal.folder, ignore_errors=True)
    return Remains(journal.run, "", stage, teardown, recorded=True, kept=False)


def _remove(workspace: Workspace, key: str, mark: str) -> CanaryLeft | None:
    """Let the repository's engine look for a canary, and remove it.

    Raises:
        RefloatError: if nobody can look for it now.
    """
    repository = workspace.plan.repositories.get(key)
    if repository is None or not repository.engine:
        raise MissingInput(f"the plan has no repository {key!r} that Refloat can look into")
    engine = wiring.engine_of(repository)
    if not isinstance(engine, Canary):
        raise MissingInput(f"the engine {repository.engine} cannot look for it")
    return engine.remove_canary(wiring.access(workspace, repository), mark)
