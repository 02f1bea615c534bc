"""A drill, from the declaration to the evidence; one that cannot start leaves a record too."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from refloat.app import memory, wiring
from refloat.app.workspace import Workspace
from refloat.host import faults, files, process
from refloat.host.clock import Clock, Instant
from refloat.ledger.statement import Statement, build_test_result
from refloat.model.errors import MissingInput, NotAllowed, PlanProblem, RefloatError, UsageProblem
from refloat.model.facts import UNWRITTEN, DrillFact, Facts
from refloat.model.place import Teardown
from refloat.model.run import DrillRecord, Outcome, Verdict
from refloat.plan import did_you_mean, service_fingerprint
from refloat.recovery import journal as events
from refloat.recovery.journal import Declaration
from refloat.recovery.machine import Blueprint
from refloat.recovery.preparation import Preparation
from refloat.recovery.record import (
    NOTHING,
    Circumstances,
    bare_story,
    drill_record,
    unstarted_record,
)
from refloat.recovery.runner import Listener, Runner, blueprint_of, sentence
from refloat.recovery.session import Session
from refloat.store.journal import FileJournal, journals

EMPTY = Blueprint({}, {})
MOST = 20
"""How many complaints about a plan enter the evidence."""


@dataclass(frozen=True)
class DrillRequest:
    """What is asked for.

    Attributes:
        service: the service's key.
        at: the instant of loss; None for now, or with ``window``.
        window: draw the instant of loss from this much of the past; None not to.
        resume: the run to go on with; None for a new one.
        keep: whether the restored data is left behind on purpose.
    """

    service: str
    at: datetime | None = None
    window: timedelta | None = None
    resume: str | None = None
    keep: bool = False

    @property
    def mode(self) -> str:
        """How the instant of loss was chosen."""
        if self.window is not None:
            return "random"
        return "at" if self.at is not None else "latest"


@dataclass(frozen=True)
class DrillResult:
    """What a drill showed, and where its evidence is.

    Attributes:
        record: everything that it showed.
        entry: index of its evidence in the ledger.
        test_result_entry: index of the same in the standard form.
        root: the log's Merkle root with it, in hexadecimal.
        interrupted: whether somebody pressed Ctrl-C.
        kept: where restored data was left on request; empty if nowhere.
    """

    record: DrillRecord
    entry: int
    test_result_entry: int
    root: str
    interrupted: bool = False
    kept: str = ""


def drill(
    workspace: Workspace,
    clock: Clock,
    request: DrillRequest,
    listener: Listener,
    listening: Callable[[], AbstractContextManager[None]],
) -> DrillResult:
    """Bring a service back in isolation, and append the evidence.

    Args:
        workspace: the plan and the state.
        clock: what time it is.
        request: what is asked for; remains of earlier runs have been swept up before.
        listener: told of every event of the run.
        listening: gives the block in which Ctrl-C may raise ``KeyboardInterrupt``, once. Outside of
            it nothing disturbs the taking down and the recording.

    Raises:
        StateProblem, EvidenceProblem: if the evidence cannot be written, or is damaged.
        MissingInput, NotAllowed: if there is no plan, no such service, or no such run to resume.
        UsageProblem: if the instant of loss has not come yet.
    """
    wrong = _wrong_plan(workspace)
    if wrong is None:
        workspace.service(request.service)
    if request.resume is not None:
        _find_run(workspace, request.resume)
    if request.at is not None and request.at > clock.now().wall:
        raise UsageProblem(
            f"{request.at:%Y-%m-%d %H:%M:%S} UTC has not come yet",
            hint="--at names the instant of loss: now, or earlier.",
        )
    facts = memory.read(workspace)  # a ledger that is damaged is found out before, not after
    if wrong is not None:
        return _record_unstarted(workspace, clock, request, wrong)
    attempt = _Attempt(workspace, clock, request, listener, facts)
    with attempt.journal.held():
        attempt.declare()
        faults.point("drill.declared")
        try:
            with listening():
                attempt.carry_out()
        except KeyboardInterrupt:
            attempt.interrupted = True
            attempt.trouble = "It was stopped by Ctrl-C before it came to an end"
        except RefloatError as error:
            attempt.trouble = sentence(error)
        except OSError as error:
            attempt.trouble = f"This machine refused: {error}"
        finally:
            attempt.take_down()
        record = attempt.record()
        result = _publish(workspace, record, clock.now().wall)
        attempt.journal.append(events.mark("recorded", clock.now(), entry=result.entry))
    kept = str(attempt.folder) if request.keep else ""
    return replace(result, interrupted=attempt.interrupted, kept=kept)


def drilled(workspace: Workspace, run: str, service: str | None = None) -> str:
    """Say which service a run that is to be resumed was of.

    Args:
        workspace: the plan and the state.
        run: the run's name.
        service: what somebody says that it was of; given back as it is.

    Raises:
        MissingInput: if there is no such run, or it did not come to declare a service.
    """
    if service is not None:
        return service
    _find_run(workspace, run)
    try:
        return events.read(FileJournal(workspace.runs / run).events()).declaration.service
    except ValueError as error:
        raise MissingInput(
            f"run {run} does not say which service it was of",
            hint="Start a new drill: refloat drill SERVICE",
        ) from error


def _wrong_plan(workspace: Workspace) -> PlanProblem | None:
    """Give what is wrong with the plan; one that is not there at all is no drill of anything."""
    try:
        workspace.plan  # noqa: B018 - it is read here for the first time
    except PlanProblem as error:
        return error
    return None


def _find_run(workspace: Workspace, run: str) -> None:
    """See that there is such a run, before anything is made for it.

    Raises:
        MissingInput: if there is none; names those that there are.
    """
    known = [journal.run for journal in journals(workspace.runs)]
    if run not in known:
        raise MissingInput(
            f"there is no run {run!r} to resume",
            hint=did_you_mean(run, known, "refloat evidence list shows the runs."),
        )


def _record_unstarted(
    workspace: Workspace, clock: Clock, request: DrillRequest, wrong: PlanProblem
) -> DrillResult:
    """Record a drill whose plan could not be read: what can be said of it."""
    began = clock.now()
    plan = f"sha256:{hashlib.sha256(workspace.plan_bytes).hexdigest()}"
    declaration = Declaration(
        run=run_name(began, request.service),
        service=request.service,
        instant=began,
        loss_at=request.at or began.wall,
        mode=request.mode,
        operator=process.account(),
        fingerprint=plan,
    )
    complaints = tuple(line for line in wrong.message.splitlines() if line.strip())
    reasons = (f"The plan {workspace.plan_path.name} cannot be understood", *complaints[:MOST])
    if len(complaints) > MOST:
        more = f"{len(complaints) - MOST} more complaints; refloat plan check gives them all"
        reasons = (*reasons, more)
    record = unstarted_record(declaration, workspace.organisation, plan, reasons)
    return _publish(workspace, record, clock.now().wall)


class _Attempt:
    """One attempt of one run: new, or resumed."""

    def __init__(
        self,
        workspace: Workspace,
        clock: Clock,
        request: DrillRequest,
        listener: Listener,
        facts: Facts,
    ) -> None:
        self.workspace = workspace
        self._facts = facts
        self.request = request
        self.trouble = ""
        self.interrupted = False
        self.teardown: Teardown | None = None
        self._clock = clock
        self._listener = listener
        self._began = clock.now()
        self._name = request.resume or run_name(self._began, request.service)
        files.spread(files.private_folder(workspace.runs))
        self.folder = files.private_folder(workspace.runs / self._name)
        self.journal = FileJournal(self.folder)
        self._session: Session | None = None
        self._runner: Runner | None = None
        self._layout = EMPTY

    def declare(self) -> None:
        """Write down that it begins, or goes on."""
        if self.request.resume:
            self._refuse_other_plans()
            data = (self.folder / "sandbox").exists()
            self.journal.append(events.mark("resumed", self._began, data=data))
        else:
            self.journal.append(events.declared(self._declaration()))
        self.journal.keep_room()

    def carry_out(self) -> None:
        """Prepare, and let the runner do everything that can be done."""
        service = self.workspace.service(self.request.service)
        preparation = wiring.prepare(self.workspace, service, self.folder)
        self._layout = blueprint_of(preparation)
        self._session = self._open_session(preparation)
        workers = max(4, 2 * (os.cpu_count() or 1))
        self._runner = Runner(self._session, self.journal, self._clock, self._listener, workers)
        self._runner.run()

    def take_down(self) -> None:
        """End what runs, close the sandbox and look what is left; then end the threads."""
        if self._runner is None:
            self.journal.use_room()
            return
        with self._runner as runner:
            self.teardown = runner.take_down(keep=self.request.keep)

    def record(self) -> DrillRecord:
        """Read the journal into the record, and let the assessment judge it."""
        story = events.read(self.journal.events())
        if not story.steps:
            story = bare_story(story.declaration)
        session, plan = self._session, self.workspace.plan
        place = session.place if session is not None else None
        return drill_record(
            story,
            self._layout,
            Circumstances(
                plan=plan,
                facts=self._facts,
                common=(session.common if session is not None else None) or NOTHING,
                latest=dict(session.latest) if session is not None else {},
                heartbeats=dict(session.heartbeats) if session is not None else {},
                sandbox=place.facts() if place is not None else None,
                teardown=self.teardown,
                trouble=self.trouble,
                interrupted=self.interrupted,
            ),
        )

    def _open_session(self, preparation: Preparation) -> Session:
        declaration = events.read(self.journal.events()).declaration
        session = Session(
            preparation,
            self._name,
            loss_at=declaration.loss_at,
            declared_at=declaration.instant.wall,
            mode=declaration.mode,
            window=self.request.window,
        )
        if self.request.resume:
            events.restore_session(session, self.journal.events())
        return session

    def _declaration(self) -> Declaration:
        return Declaration(
            run=self._name,
            service=self.request.service,
            instant=self._began,
            loss_at=self.request.at or self._began.wall,
            mode=self.request.mode,
            operator=process.account(),
            fingerprint=service_fingerprint(self.workspace.plan, self.request.service),
        )

    def _refuse_other_plans(self) -> None:
        story = events.read(self.journal.events())
        if story.recorded:
            raise NotAllowed(f"run {self._name} has come to its end; there is nothing to resume")
        declared = story.declaration
        now = service_fingerprint(self.workspace.plan, self.request.service)
        if (declared.service, declared.fingerprint) != (self.request.service, now):
            raise NotAllowed(
                f"run {self._name} was for another service, or the plan has changed since",
                hint="Start a new drill; evidence is bound to the plan that it ran against.",
            )


def run_name(instant: Instant, service: str) -> str:
    """Make a run's name: when, what, and something that no other run has."""
    return f"{instant.wall:%Y%m%d-%H%M%S}-{service}-{secrets.token_hex(3)}"


def _publish(workspace: Workspace, record: DrillRecord, at: datetime) -> DrillResult:
    """Append the drill in Refloat's own form and in the standard one, in one commit."""
    faults.point("drill.judged")
    fact = DrillFact(UNWRITTEN, at, record)
    points = record.common_recovery_point.points.values()
    subjects = memory.point_subjects(points) or (
        memory.plan_subject(record.service, record.environment.service),
    )
    own = memory.statement(fact, subjects)
    entries = memory.record(workspace, [own, standard_form(own, record, workspace)])
    faults.point("drill.recorded")
    checkpoint = workspace.ledger().checkpoint()
    return DrillResult(
        record=record,
        entry=entries[0].index,
        test_result_entry=entries[1].index,
        root=checkpoint.root.hex(),
    )


def standard_form(own: Statement, record: DrillRecord, workspace: Workspace) -> Statement:
    """Say the same in in-toto's ``test-result``, for tools that know nothing of Refloat."""
    results = {
        Verdict.PROVEN: "PASSED",
        Verdict.FAILED: "FAILED",
        Verdict.UNPROVEN: "WARNED",
    }
    names: dict[Outcome, list[str]] = {outcome: [] for outcome in Outcome}
    for check in record.checks:
        where = f"{check.component}: " if check.component else ""
        names[check.outcome].append(f"{where}{check.name}")
    return build_test_result(
        own.subjects,
        results[record.verdict],
        [
            memory.plan_subject(workspace.plan_path.name, record.environment.plan),
            memory.plan_subject(record.service, record.environment.service),
        ],
        passed=names[Outcome.PASSED],
        failed=names[Outcome.FAILED],
        warned=names[Outcome.COULD_NOT_RUN],
    )
