"""Recovery points put into a folder that people named, and held against what was backed up.

What lies in that folder is never touched by the comparison: a copy of it goes into a sandbox, is
loaded and served there as in a drill, and looked at.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

from refloat.engines import Restored
from refloat.host import files, process
from refloat.model.errors import MissingInput, RefloatError, StateProblem
from refloat.model.place import Teardown
from refloat.model.run import CheckResult, Outcome, Proof
from refloat.recovery import operations
from refloat.recovery.choose import choose
from refloat.recovery.listing import points_for
from refloat.recovery.preparation import Preparation
from refloat.recovery.session import COULD_NOT, Done, Session

DATA = "data"
"""The folder of a component's data, with its original path inside."""
BESIDE = "beside"
"""The folder of what was sealed beside the data: a server's roles and settings, say."""

NAME = "the restored data compares with what was backed up"


def require_empty(folder: Path) -> Path:
    """Make a folder that only this account may enter; give it back if it is there and empty.

    Raises:
        StateProblem: if something is in it, or it is no folder: nothing is ever written over; or if
            another account may change what is in it, and could so lead the restore elsewhere.
    """
    if folder.is_symlink():
        raise StateProblem(f"{folder} is a symbolic link", hint="Name the folder itself.")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise StateProblem(
                f"{folder} is not empty; a restore never writes over anything",
                hint="Name a folder that is empty, or not there yet.",
            )
        known = folder.stat()
    except OSError as error:
        raise StateProblem(f"{folder} cannot be used: {error.strerror}") from error
    if known.st_uid not in (0, os.geteuid()) or known.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise StateProblem(
            f"another account can write into {folder}, and could lead the restore elsewhere",
            hint="Name a folder that is not there yet, or one of this account's alone.",
        )
    return folder


def chosen(
    preparation: Preparation, run: str, now: datetime, loss_at: datetime | None = None
) -> Session:
    """Choose what is put down: the newest points, or those of an instant.

    Args:
        preparation: the components.
        run: a name for the comparison's sandbox.
        now: what time it is.
        loss_at: nothing that became true later is chosen; None for the newest.

    Raises:
        RepositoryProblem: if a repository does not answer.
        MissingInput: if a component has no recovery point.
    """
    session = Session(preparation, run, loss_at=loss_at or now, declared_at=now, mode="at")
    session.known = points_for(preparation)
    # Where no time is asked for, no clock of this machine decides what is the newest.
    times = [point.consistency_time for some in session.known.values() for point in some]
    session.common = choose(session.known, loss_at or max([*times, now]))
    if session.common.missing:
        names = ", ".join(session.common.missing)
        when = "" if loss_at is None else f" at or before {loss_at:%Y-%m-%d %H:%M:%S} UTC"
        raise MissingInput(f"there is no recovery point of {names}{when}")
    return session


def put_down(session: Session, key: str, folder: Path) -> Restored:
    """Let the engine put the chosen point of a component into a new folder, and what is beside it.

    Args:
        session: with the common recovery point chosen.
        key: the component.
        folder: a folder that is not there yet; ``data`` and ``beside`` are made in it.

    Raises:
        RepositoryProblem, NoRoom, ToolProblem: as the engine ends.
        StateProblem: if the folder is there, or cannot be written.
    """
    component, point = session.component(key), session.point(key)
    protection = component.component.protection
    assert protection is not None, "only protected components are restored"
    data = folder / DATA
    try:
        folder.mkdir(mode=0o700)
        data.mkdir(mode=0o700)
    except OSError as error:
        raise StateProblem(f"{folder} cannot be made: {error.strerror}") from error
    with ThreadPoolExecutor(1) as pool:  # the seal is read while the data comes
        reading = pool.submit(session.seal_of, key)
        restored = component.its_reader().restore(
            point, data, timeout=protection.timeout.total_seconds()
        )
        attachments = reading.result().attachments
    for name, content in attachments.items():
        beside = files.private_folder(folder / BESIDE)
        files.write_atomically(beside / Path(name).name, content)
    session.restored[key] = restored
    return restored


def compare(session: Session, keys: tuple[str, ...]) -> dict[str, tuple[CheckResult, ...]]:
    """Hold what was put down against its baseline, each component in the session's sandbox.

    Nothing is raised for what is found, nor where no sandbox can be had: that could not run, and
    is never a pass.

    Returns:
        By component, each comparison; at least one.
    """
    try:
        operations.isolate(session, "")
    except RefloatError as error:
        return {key: (_ended(key, error),) for key in keys}
    return {key: _compare_one(session, key) for key in keys}


def take_down(session: Session) -> Teardown | None:
    """Close the sandbox and remove everything in it; None if there never was one."""
    session.cancelled.set()
    if session.place is not None:
        return session.place.close()
    folder = operations.sandbox_folder(session.preparation)
    if folder.exists():
        return session.preparation.sandbox.sweep(folder, remove_data=True)
    return None


def _compare_one(session: Session, key: str) -> tuple[CheckResult, ...]:
    try:
        _copy(session, key)
        for operation in (operations.load, operations.start, operations.ready):
            done = operation(session, key)
            if done.outcome is not Outcome.PASSED:
                return (_result(key, done.outcome, done.detail),)
        checked: Done = operations.check(session, key)
    except RefloatError as error:
        return (_ended(key, error),)
    finally:
        running = session.running.get(key)
        if running is not None:
            running.stop(_PATIENCE)
    return checked.checks or (_result(key, Outcome.COULD_NOT_RUN, "nothing was compared"),)


_PATIENCE = 10.0
_LONGEST = 24 * 3600.0


def _copy(session: Session, key: str) -> None:
    """Copy what was put down into the staging folder, with all that belongs to it.

    Raises:
        NoRoom: if the disk has no room for a copy.
        ToolProblem: if it cannot be copied.
    """
    put, staging = session.restored[key], session.here().staging(key)
    files.require_room(staging, session.component(key).its_data_set().estimate(session.point(key)))
    items = []
    for number, (path, original) in enumerate(put.items):
        into = staging / str(number)
        into.mkdir(mode=0o700)
        arguments = ("cp", "--archive", "--reflink=auto", "--", str(path), str(into))
        process.run(arguments, timeout=_LONGEST)
        items.append((into / path.name, original))
    session.restored[key] = Restored(tuple(items), put.bytes)


def _ended(key: str, error: RefloatError) -> CheckResult:
    outcome = Outcome.COULD_NOT_RUN if isinstance(error, COULD_NOT) else Outcome.FAILED
    return _result(key, outcome, error.message)


def _result(key: str, outcome: Outcome, seen: str) -> CheckResult:
    return CheckResult(
        name=NAME,
        kind="baseline",
        outcome=outcome,
        proves=(Proof.DATA,),
        expected="it can be loaded and compared",
        seen=seen,
        component=key,
    )


def worst(results: Mapping[str, tuple[CheckResult, ...]]) -> Outcome:
    """Sum up: one failure fails, one that could not run leaves it open."""
    seen = {one.outcome for some in results.values() for one in some}
    for outcome in (Outcome.FAILED, Outcome.COULD_NOT_RUN):
        if outcome in seen:
            return outcome
    return Outcome.PASSED
