"""An approved request is carried out: data is put into an empty folder, compared, and recorded."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

from refloat.app import wiring
from refloat.app.restore import find, write
from refloat.app.scratch import scratch
from refloat.app.workspace import Workspace
from refloat.host import faults, files, process
from refloat.host.clock import Clock
from refloat.model.errors import NotAllowed, RefloatError
from refloat.model.facts import UNWRITTEN
from refloat.model.place import Teardown
from refloat.model.plan import Plan
from refloat.model.restores import (
    RestoreCarriedOut,
    RestoredPart,
    RestoreRequest,
    RestoreStage,
    RestoreStanding,
)
from refloat.model.run import CheckResult, Outcome
from refloat.plan import fingerprint
from refloat.recovery.putting import chosen, compare, put_down, require_empty, take_down, worst
from refloat.recovery.session import Session
from refloat.store.journal import FileJournal, alone

RESTORES = "restores"
"""The folder of the state that holds, by the request's number, the lock of who carries it out."""

_STAGES = {
    Outcome.PASSED: RestoreStage.PASSED,
    Outcome.FAILED: RestoreStage.FAILED,
    Outcome.COULD_NOT_RUN: RestoreStage.NOT_CHECKED,
}


@dataclass(frozen=True)
class Fetched:
    """What was put where.

    Attributes:
        request: the request's number.
        entry: the evidence.
        folder: the folder that everything lies in.
        stage: how it ended.
        parts: what was put where, and how it compares with what was backed up.
        trouble: why it ended early, in a sentence; empty if it did not.
        elsewhere: components of the request that somebody else's tool copies and must restore.
        teardown: what was left of the sandbox of the comparison; None if there was none.
    """

    request: int
    entry: int
    folder: str
    stage: RestoreStage
    parts: tuple[RestoredPart, ...]
    trouble: str
    elsewhere: tuple[str, ...] = ()
    teardown: Teardown | None = None


def fetch(
    workspace: Workspace,
    clock: Clock,
    number: int,
    into: Path,
    listening: Callable[[], AbstractContextManager[None]],
) -> Fetched:
    """Carry out a request that somebody approved, or that may go on without an approver.

    That it begins is recorded before anything is put down, so that nothing is put down unseen. One
    process carries out a request: what became of it is read only when no other one is at it.

    Args:
        workspace: the plan and the state.
        clock: what time it is.
        number: the request's number.
        into: a folder that is empty or not there yet.
        listening: gives the block in which Ctrl-C may raise ``KeyboardInterrupt``, once.

    Raises:
        MissingInput: if there is no such request, or no recovery point.
        NotAllowed: if nobody approved it, it does not count any more, it is somebody else's tool
            that restores this, another process is at it, or the folder is where nothing may be
            restored to.
        StateProblem: if the folder is not empty.
        NoRoom: if its disk has no room for the data.
        RepositoryProblem, SecretProblem: if the repository cannot be asked.
        StateProblem, NoRoom, EvidenceProblem: if the ledger cannot be written.
    """
    find(workspace, clock, number)  # before anything is locked: there must be such a request
    with alone(
        files.private_folder(workspace.state / RESTORES) / str(number),
        f"request {number} is being carried out by another process",
        "Wait for it. refloat restore list shows what became of it.",
    ):
        standing = find(workspace, clock, number)
        return _carry_out(workspace, clock, standing, into, listening)


def _carry_out(
    workspace: Workspace,
    clock: Clock,
    standing: RestoreStanding,
    into: Path,
    listening: Callable[[], AbstractContextManager[None]],
) -> Fetched:
    asked = standing.request
    ours = _refuse(workspace.plan, standing)
    folder = into.absolute()
    wiring.refuse_place(workspace, folder)
    with scratch(workspace, clock, f"restore-{asked.entry}") as private:
        data = wiring.prepare_data(workspace, asked.subject, ours, private)
        session = chosen(data, private.name, clock.now().wall, asked.loss_at)
        require_empty(folder)
        files.require_room(folder, sum(session.point(key).bytes for key in ours))
        attempt = _Attempt(workspace, clock, asked, folder, session)
        attempt.record(RestoreStage.BEGUN)
        return attempt.carry_out(listening)


class _Attempt:
    """One attempt to carry out one request."""

    def __init__(
        self,
        workspace: Workspace,
        clock: Clock,
        asked: RestoreRequest,
        folder: Path,
        session: Session,
    ) -> None:
        self._workspace = workspace
        self._clock = clock
        self._asked = asked
        self._folder = folder
        self._session = session
        self._journal = FileJournal(session.preparation.scratch)
        common = session.common
        assert common is not None, "points were chosen before"
        self._parts = {
            key: RestoredPart(
                component=key,
                point=point.identity,
                repository=point.repository,
                consistency_time=point.consistency_time,
                folder=str(folder / key),
            )
            for key, point in common.points.items()
        }
        self._trouble = ""

    def carry_out(self, listening: Callable[[], AbstractContextManager[None]]) -> Fetched:
        """Put everything down, compare it, and record how it ended, whatever happened."""
        stage, teardown = RestoreStage.FAILED, None
        self._journal.keep_room()
        try:
            with listening():
                for key in self._parts:
                    restored = put_down(self._session, key, self._folder / key)
                    self._parts[key] = replace(self._parts[key], bytes=restored.bytes)
                    faults.point("restore.put")
                results = compare(self._session, tuple(self._parts))
            for key, some in results.items():
                self._parts[key] = _compared(self._parts[key], some)
            stage = _STAGES[worst(results)]
        except KeyboardInterrupt:
            self._trouble = "It was stopped before it came to an end."
        except RefloatError as error:
            self._trouble = error.message
        finally:
            teardown = take_down(self._session)
            self._journal.use_room()
        entry = self.record(stage)
        return Fetched(
            request=self._asked.entry,
            entry=entry,
            folder=str(self._folder),
            stage=stage,
            parts=tuple(self._parts.values()),
            trouble=self._trouble,
            elsewhere=tuple(key for key in self._asked.components if key not in self._parts),
            teardown=teardown,
        )

    def record(self, stage: RestoreStage) -> int:
        """Append how far it came; give the evidence."""
        fact = RestoreCarriedOut(
            entry=UNWRITTEN,
            at=self._clock.now().wall,
            request=self._asked.entry,
            operator=process.account(),
            folder=str(self._folder),
            stage=stage,
            parts=tuple(self._parts.values()),
            trouble=self._trouble,
            plan=fingerprint(self._workspace.plan),
        )
        return write(self._workspace, fact, self._asked.subject)


def _compared(part: RestoredPart, checks: tuple[CheckResult, ...]) -> RestoredPart:
    return replace(part, outcome=worst({part.component: checks}), checks=checks)


def _refuse(plan: Plan, standing: RestoreStanding) -> tuple[str, ...]:
    """See that a request may be carried out; give the components that Refloat restores.

    Raises:
        NotAllowed: if it may not, or all of it is somebody else's tool's; says why.
    """
    asked = standing.request
    if not standing.opens:
        raise NotAllowed(
            f"request {asked.entry} does not open a restore. {standing.sentence}",
            hint="refloat restore list shows what became of every request.",
        )
    gone = [key for key in asked.components if key not in plan.components]
    if gone:
        raise NotAllowed(f"the plan no longer has {', '.join(gone)}", hint="Ask again.")
    ours = tuple(key for key in asked.components if plan.components[key].protection is not None)
    if not ours:
        raise NotAllowed(
            f"Refloat does not restore {', '.join(asked.components)}: somebody else's tool copies"
            " it",
            hint=f"Request {asked.entry} says who may: restore it there, and record the test.",
        )
    return ours
