"""Does what the machine says: side by side where it may, journaled before and after.

The runner's threads live until ``close``: the kernel ends a program when the thread that started it
ends, which is how nothing of a drill outlives Refloat.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from typing import Any, Self

from refloat.data_sets import Prepares
from refloat.host import faults, files, process
from refloat.host.clock import Clock
from refloat.model.errors import (
    NoRoom,
    RefloatError,
)
from refloat.model.place import Teardown
from refloat.model.run import Outcome, Stage
from refloat.model.secret import Secret
from refloat.recovery import journal as events
from refloat.recovery.journal import Journal
from refloat.recovery.machine import (
    Blueprint,
    Operation,
    Traits,
    admitted,
    advance,
    after_interruption,
    blueprint,
    finished,
)
from refloat.recovery.operations import OPERATIONS, sandbox_folder
from refloat.recovery.preparation import Preparation
from refloat.recovery.session import COULD_NOT, Done, Session

Listener = Callable[[dict[str, Any]], None]
"""Told of every event as it is journaled, for live progress."""

POLL_SECONDS = 0.2
WAITING = 32
"""How many operations that only wait may run beside those that work."""
FULL_BYTES = 4 * 1024 * 1024
"""A disk with less room than this is full."""


class Runner:
    """Carries out one recovery in one place.

    Args:
        session: what the operations share; resumed runs come with what is finished already.
        journal: where events go.
        clock: what time it is.
        listener: told of every event.
        workers: how many operations that keep the machine busy may run at the same time.
    """

    def __init__(
        self,
        session: Session,
        journal: Journal,
        clock: Clock,
        listener: Listener,
        workers: int,
    ) -> None:
        self._session = session
        self._journal = journal
        self._clock = clock
        self._listener = listener
        self._workers = workers
        self._pool = ThreadPoolExecutor(workers + WAITING, thread_name_prefix="recovery")
        self._writing = threading.Lock()
        self._active = 0
        self._closed = False
        self._changed = threading.Condition()
        self._complete = False
        self._secrets = secrets_of(session.preparation)
        self.blueprint = blueprint_of(session.preparation)

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *error: object) -> None:
        """End the threads; whatever they still run has been taken down before."""
        self._end_threads()

    def run(self) -> None:
        """Do everything that can be done; every result is in the journal then.

        Raises:
            KeyboardInterrupt: when somebody pressed Ctrl-C; what runs is then still running.
        """
        ended = after_interruption(events.read(self._journal.events()).outcomes)
        running: dict[Operation, Future[Done]] = {}
        while not finished(self.blueprint, ended):
            step = advance(self.blueprint, ended, running)
            for operation, reason in step.blocked.items():
                ended[operation] = Outcome.COULD_NOT_RUN
                self._end(operation, Done(Outcome.COULD_NOT_RUN, reason))
            for operation in admitted(step.begin, running, self._workers):
                running[operation] = self._pool.submit(self._work, operation)
            done, _ = wait(running.values(), timeout=POLL_SECONDS, return_when=FIRST_COMPLETED)
            for operation in [one for one, future in running.items() if future in done]:
                ended[operation] = running.pop(operation).result().outcome
        self._complete = True

    def take_down(self, *, keep: bool) -> Teardown | None:
        """Stop the programs, close the place, verify; None if nothing was ever made for a place.

        Where operations still run, they are ended first: nothing may write while all is removed.
        """
        self._session.cancelled.set()
        if not self._complete:
            process.stop_everything()
            self._end_threads()
            process.allow_again()
        self._journal.use_room()
        place, preparation = self._session.place, self._session.preparation
        folder = sandbox_folder(preparation)
        if place is None and not folder.exists():
            return None
        if not keep:
            self._write(events.mark("removing", self._clock.now()))
        if place is not None:
            teardown = place.close(keep=keep)
        else:  # it was stopped, or failed, while it was being opened
            teardown = preparation.sandbox.sweep(folder, remove_data=not keep)
        faults.point("drill.taken-down")
        return teardown

    def _work(self, operation: Operation) -> Done:
        """Do an operation, unless the end has begun; the end waits for those that are being done.

        The pool alone is not to be trusted with that: where Ctrl-C comes while it starts a thread,
        it does not know the thread, and does not wait for it.
        """
        with self._changed:
            if self._closed:
                return Done(Outcome.COULD_NOT_RUN, "stopped before it began")
            self._active += 1
        try:
            return self._do(operation)
        finally:
            with self._changed:
                self._active -= 1
                self._changed.notify_all()

    def _do(self, operation: Operation) -> Done:
        self._write(events.began(operation, self._clock.now()))
        faults.point(f"{operation.stage.name.lower()}.began")
        try:
            done = OPERATIONS[operation.stage](self._session, operation.component)
        except COULD_NOT as error:
            done = Done(Outcome.COULD_NOT_RUN, sentence(error))
        except RefloatError as error:
            done = Done(self._blame(operation.stage), sentence(error))
        except OSError as error:
            done = Done(Outcome.COULD_NOT_RUN, f"this machine refused: {error}")
        if done.outcome is not Outcome.PASSED and self._session.cancelled.is_set():
            done = _cut_short(done)
        done = masked(done, self._secrets)
        faults.point(f"{operation.stage.name.lower()}.done")
        self._end(operation, done)
        faults.point(f"{operation.stage.name.lower()}.ended")
        return done

    def _blame(self, stage: Stage) -> Outcome:
        """Say what an error means: that a full disk stopped it says nothing about the backups."""
        if stage is Stage.CHOOSE:
            return Outcome.COULD_NOT_RUN
        try:
            files.require_room(self._session.preparation.scratch, FULL_BYTES)
        except NoRoom:
            return Outcome.COULD_NOT_RUN
        return Outcome.FAILED

    def _end_threads(self) -> None:
        self._session.cancelled.set()
        with self._changed:
            self._closed = True
        self._pool.shutdown(wait=True, cancel_futures=True)
        with self._changed:
            self._changed.wait_for(lambda: self._active == 0)

    def _end(self, operation: Operation, done: Done) -> None:
        self._write(events.ended(operation, done, self._clock.now(), self._session))

    def _write(self, event: dict[str, Any]) -> None:
        with self._writing:
            self._journal.append(event)
        self._listener(event)


def blueprint_of(preparation: Preparation) -> Blueprint:
    """Lay out the recovery that a preparation is for."""
    kinds = {
        component.data_set.name: Traits(
            component.data_set.serves, isinstance(component.data_set, Prepares)
        )
        for component in preparation.components.values()
        if component.data_set is not None
    }
    return blueprint(preparation.plan, preparation.service.key, kinds.__getitem__)


def secrets_of(preparation: Preparation) -> tuple[Secret, ...]:
    """Give every secret that the recovery was given: what runs inside may know and print them."""
    checks = list(preparation.journey)
    found: list[Secret] = []
    for component in preparation.components.values():
        checks += component.checks
        if component.ready is not None:
            checks.append(component.ready)
        if component.target is not None:
            found += component.target.secrets.values()
    for check in checks:
        found += check.secrets.values()
    return tuple(found)


def masked(done: Done, secrets: Sequence[Secret]) -> Done:
    """Take secrets out of everything that an operation says, before it is written anywhere."""

    def plain(text: str) -> str:
        return process.mask(text, secrets)

    return replace(
        done,
        detail=plain(done.detail),
        notes=tuple(plain(note) for note in done.notes),
        checks=tuple(
            replace(check, expected=plain(check.expected), seen=plain(check.seen))
            for check in done.checks
        ),
    )


def _cut_short(done: Done) -> Done:
    """Take failures out of what ended while everything was being stopped: they show nothing."""
    checks = tuple(
        replace(check, outcome=Outcome.COULD_NOT_RUN) if check.outcome is Outcome.FAILED else check
        for check in done.checks
    )
    return replace(done, outcome=Outcome.COULD_NOT_RUN, checks=checks)


def sentence(error: RefloatError) -> str:
    """Say in one text what went wrong, and what to do about it."""
    return f"{error.message}. {error.hint}" if error.hint else error.message
