"""What a recovery writes down of itself, before and after every operation, and reads back.

The journal is the recovery's own Protocol; who keeps it is not its business. An event is a mapping
that JSON can say. Everything that is shown of a run (steps, checks, times) is read out of its
events, so a run that was killed and resumed tells the same story as one that was not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from refloat.engines import Restored
from refloat.host.clock import Instant
from refloat.model.codec import from_json, to_json
from refloat.model.points import CommonRecoveryPoint, RecoveryPoint
from refloat.model.run import CheckResult, Outcome, Stage, StepRecord
from refloat.recovery.machine import PERSISTENT, Operation
from refloat.recovery.session import Done, Session

JOURNEY_AGAIN = (
    "The checks of the service had begun before the run was interrupted; they were asked again of"
    " data that their first attempt may have changed."
)


class Journal(Protocol):
    """An append-only list of events that survives a crash between any two of them."""

    def append(self, event: Mapping[str, Any]) -> None:
        """Write an event durably before returning."""

    def events(self) -> tuple[dict[str, Any], ...]:
        """Read every event back, in order; a torn last one is left out."""

    def use_room(self) -> None:
        """Let the events that are still to come use the room that was set aside for them."""


@dataclass(frozen=True)
class Declaration:
    """The first event: what was declared lost, and when.

    Attributes:
        run: the run's identity.
        service: the service's key.
        instant: the declaration on both clocks.
        loss_at: the instant that nothing restored may be newer than.
        mode: ``latest``, ``at`` or ``random``.
        operator: who declared.
        fingerprint: fingerprint of the service as planned; a resume demands the same.
    """

    run: str
    service: str
    instant: Instant
    loss_at: datetime
    mode: str
    operator: str
    fingerprint: str


def declared(declaration: Declaration) -> dict[str, Any]:
    """Make the event that begins a run."""
    return {"event": "declared", "declaration": to_json(declaration)}


def began(operation: Operation, instant: Instant) -> dict[str, Any]:
    """Make the event that an operation begins."""
    return {"event": "began", **_names(operation), "instant": to_json(instant)}


def ended(operation: Operation, done: Done, instant: Instant, session: Session) -> dict[str, Any]:
    """Make the event that an operation has ended, with what a resume needs of it."""
    event: dict[str, Any] = {
        "event": "ended",
        **_names(operation),
        "instant": to_json(instant),
        "done": to_json(done),
    }
    if done.outcome is Outcome.PASSED and operation.stage is Stage.CHOOSE:
        event["common"] = to_json(session.common)
        event["latest"] = [to_json(point) for point in session.latest.values()]
        event["loss_at"] = session.loss_at.isoformat()
    if done.outcome is Outcome.PASSED and operation.stage is Stage.RESTORE:
        restored = session.restored[operation.component]
        event["restored"] = {
            "items": [[str(staged), original] for staged, original in restored.items],
            "bytes": restored.bytes,
        }
    if done.outcome is Outcome.PASSED and operation.stage is Stage.CHECK:
        key = operation.component
        event["compared"] = [to_json(result) for result in session.compared.get(key, ())]
        if key in session.heartbeats:
            event["newest"] = session.heartbeats[key].isoformat()
    return event


def mark(name: str, instant: Instant, **more: Any) -> dict[str, Any]:
    """Make an event of another kind.

    ``interrupted``: the run was found dead. ``removing``: from here on, what was restored may be
    gone. ``resumed``: it goes on; its ``data`` says whether with what lies on the disk.
    ``recorded``: its evidence is in the ledger.
    """
    return {"event": name, "instant": to_json(instant), **more}


@dataclass(frozen=True)
class Story:
    """A run, read out of its events.

    Attributes:
        declaration: how it began.
        steps: every operation that has ended, the last attempt of each.
        checks: the checks of the last attempt of each operation.
        notes: what the operations noted.
        outcomes: how each operation ended.
        journey_ended: when the last service check ended; None if there was none.
        resumed: how many times it was resumed.
        unfinished: operations that began and never ended.
        recorded: whether its evidence was written.
        interrupted: whether it was found dead since it last began, and that was recorded.
        removing: whether what it restored may be gone.
        last: when its last event was written; None if none says.
    """

    declaration: Declaration
    steps: tuple[StepRecord, ...]
    checks: tuple[CheckResult, ...]
    notes: tuple[str, ...]
    outcomes: Mapping[Operation, Outcome]
    journey_ended: Instant | None
    resumed: int
    unfinished: tuple[Operation, ...]
    recorded: bool
    interrupted: bool = False
    removing: bool = False
    last: Instant | None = None


def read(events: Iterable[Mapping[str, Any]]) -> Story:
    """Read a run out of its events.

    Raises:
        ValueError: if they do not begin with a declaration.
    """
    return _Reading(events).story()


def restore_session(session: Session, events: Iterable[Mapping[str, Any]]) -> None:
    """Put back into a session what an interrupted run had finished on the disk."""
    for event in events:
        if event["event"] == "resumed" and not event["data"]:
            session.restored.clear()
            session.compared.clear()
            session.heartbeats.clear()
        if "common" in event:
            session.common = from_json(CommonRecoveryPoint, event["common"])
            latest = [from_json(RecoveryPoint, point) for point in event["latest"]]
            session.latest = {point.data_set: point for point in latest}
        if "restored" in event:
            items = tuple((Path(a), b) for a, b in event["restored"]["items"])
            session.restored[event["component"]] = Restored(items, event["restored"]["bytes"])
        if "compared" in event:
            compared = tuple(from_json(CheckResult, result) for result in event["compared"])
            session.compared[event["component"]] = compared
        if "newest" in event:
            session.heartbeats[event["component"]] = datetime.fromisoformat(event["newest"])


class _Reading:
    """Goes through the events once."""

    def __init__(self, events: Iterable[Mapping[str, Any]]) -> None:
        self._declaration: Declaration | None = None
        self._open: dict[Operation, Instant] = {}
        self._steps: dict[Operation, StepRecord] = {}
        self._done: dict[Operation, Done] = {}
        self._journey: Instant | None = None
        self._resumed = 0
        self._recorded = False
        self._interrupted = False
        self._removing = False
        self._again = False
        self._last: Instant | None = None
        for event in events:
            self._take(event)

    def story(self) -> Story:
        if self._declaration is None:
            raise ValueError("a journal begins with a declaration")
        done = self._done.values()
        return Story(
            declaration=self._declaration,
            steps=tuple(self._steps.values()),
            checks=tuple(check for one in done for check in one.checks),
            notes=(
                *dict.fromkeys(note for one in done for note in one.notes),
                *((JOURNEY_AGAIN,) if self._again else ()),
            ),
            outcomes={operation: one.outcome for operation, one in self._done.items()},
            journey_ended=self._journey,
            resumed=self._resumed,
            unfinished=tuple(self._open),
            recorded=self._recorded,
            interrupted=self._interrupted,
            removing=self._removing,
            last=self._last,
        )

    def _take(self, event: Mapping[str, Any]) -> None:
        if "instant" in event:
            self._last = from_json(Instant, event["instant"])
        match event["event"]:
            case "declared":
                self._declaration = from_json(Declaration, event["declaration"])
                self._last = self._declaration.instant
            case "began":
                self._open[_operation(event)] = from_json(Instant, event["instant"])
            case "ended":
                self._end(event)
            case "resumed":
                self._resume(PERSISTENT if event["data"] else frozenset({Stage.CHOOSE}))
            case "interrupted":
                self._interrupted = True
            case "removing":
                self._removing = True
            case "recorded":
                self._recorded = True

    def _end(self, event: Mapping[str, Any]) -> None:
        assert self._declaration is not None, "nothing ends before the declaration"
        operation, done = _operation(event), from_json(Done, event["done"])
        instant = from_json(Instant, event["instant"])
        start = self._open.pop(operation, instant)
        zero = self._declaration.instant
        self._done[operation] = done
        if "loss_at" in event:
            loss_at = datetime.fromisoformat(event["loss_at"])
            self._declaration = replace(self._declaration, loss_at=loss_at)
        self._steps.pop(operation, None)
        self._steps[operation] = StepRecord(
            component=operation.component or None,
            stage=operation.stage,
            outcome=done.outcome,
            started=round(start.seconds_since(zero), 3),
            ended=round(instant.seconds_since(zero), 3),
            detail=done.detail,
            bytes=done.bytes,
        )
        if operation.stage is Stage.JOURNEY and done.outcome is not Outcome.COULD_NOT_RUN:
            self._journey = instant

    def _resume(self, persistent: Collection[Stage]) -> None:
        """What lived only in processes is gone; what lies on the disk was not repeated."""
        self._resumed += 1
        self._interrupted = self._removing = False
        begun = any(one.stage is Stage.JOURNEY for one in (*self._open, *self._done))
        self._again = Stage.LOAD in persistent and (self._again or begun)
        self._journey = None
        self._open.clear()
        kept = {
            operation
            for operation, done in self._done.items()
            if operation.stage in persistent and done.outcome is Outcome.PASSED
        }
        self._done = {
            operation: self._done[operation] for operation in self._done if operation in kept
        }
        self._steps = {
            operation: replace(step, repeated=True)
            for operation, step in self._steps.items()
            if operation in kept
        }


def _names(operation: Operation) -> dict[str, str]:
    return {"component": operation.component, "stage": operation.stage.value}


def _operation(event: Mapping[str, Any]) -> Operation:
    return Operation(event["component"], Stage(event["stage"]))
