"""Backups of the plan's protections, and the heartbeat that data loss is measured by."""

from __future__ import annotations

import dataclasses
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from refloat.app import memory, repositories, wiring
from refloat.app.resolve import absolute, fetch
from refloat.app.workspace import Workspace
from refloat.data_sets import Source
from refloat.host import files
from refloat.host.clock import Clock
from refloat.model.errors import Interrupted, MissingInput, RefloatError
from refloat.model.facts import UNWRITTEN, BackupFailure, PointsFact
from refloat.model.plan import Component, Protection, Retention
from refloat.plan import closure, did_you_mean, fingerprint
from refloat.recovery.backup import Announce, BackupJob, BackupResult, back_up_all


@dataclass(frozen=True)
class Batch:
    """How several backups ended.

    Attributes:
        entry: the evidence of the batch.
        results: one for each protection.
    """

    entry: int
    results: tuple[BackupResult, ...]

    @property
    def exit_code(self) -> int:
        """0 when every backup made a recovery point, 130 after Ctrl-C, 1 otherwise."""
        if any(isinstance(result.error, Interrupted) for result in self.results):
            return Interrupted.exit_code
        return 0 if all(result.succeeded for result in self.results) else 1


def back_up(workspace: Workspace, clock: Clock, names: Sequence[str], announce: Announce) -> Batch:
    """Carry out protections, side by side where they may, and record the batch.

    Args:
        workspace: the plan and the state.
        clock: what time it is.
        names: component keys, or services' keys for all that they need; everything if empty.
        announce: told how far each is.

    Raises:
        MissingInput: if a name is not in the plan, or protects nothing.
        StateProblem, EvidenceProblem: if the evidence cannot be written.
    """
    chosen = protected(workspace, names)
    workspace.ledger()  # a ledger that cannot be written is found out before, not after
    with _scratch(workspace) as scratch:
        prepared = [_job(workspace, clock, component, scratch) for component in chosen]
        jobs = [one for one in prepared if isinstance(one, BackupJob)]
        done = iter(back_up_all(jobs, announce=announce, clock=clock))
        results = tuple(next(done) if isinstance(one, BackupJob) else one for one in prepared)
    return Batch(_record(workspace, clock.now().wall, results), results)


def beat(workspace: Workspace, clock: Clock, names: Sequence[str]) -> tuple[Beat, ...]:
    """Write the heartbeat of protections that allow it.

    Raises:
        MissingInput: if a name is not in the plan, or protects nothing.
    """
    with _scratch(workspace) as scratch:
        return tuple(
            _beat(workspace, clock, component, scratch)
            for component in protected(workspace, names)
            if component.protection is not None and component.protection.heartbeat
        )


@dataclass(frozen=True)
class Beat:
    """How one heartbeat went.

    Attributes:
        data_set: the component key.
        at: what was written (UTC).
        error: why it could not be written; None if it was.
    """

    data_set: str
    at: datetime
    error: str | None


def protected(workspace: Workspace, names: Sequence[str]) -> tuple[Component, ...]:
    """Give the protected components that names stand for: components, or all that services need.

    Raises:
        MissingInput: if a name is not in the plan, or nothing of it is protected.
    """
    plan = workspace.plan
    wanted: dict[str, None] = {}
    for name in names or plan.components:
        if name in plan.services:
            wanted.update(dict.fromkeys(closure(plan, name)))
        elif name in plan.components:
            wanted[name] = None
        else:
            raise MissingInput(
                f"the plan has no component or service {name!r}",
                hint=did_you_mean(name, [*plan.components, *plan.services]),
            )
    chosen = tuple(
        plan.components[key] for key in wanted if plan.components[key].protection is not None
    )
    if not chosen:
        raise MissingInput(
            f"nothing of {', '.join(names) or 'the plan'} is protected",
            hint="Write under a component: protect: and what kind of data it is.",
        )
    return chosen


def _job(
    workspace: Workspace, clock: Clock, component: Component, scratch: Path
) -> BackupJob | BackupResult:
    protection = _protection(component)
    repository = workspace.plan.repositories[protection.repository]
    try:
        return BackupJob(
            engine=wiring.engine_of(repository),
            repository=wiring.access(workspace, repository),
            data_set=wiring.data_set_of(protection),
            source=_source(workspace, component, scratch),
            keep=dataclasses.asdict(protection.keep or Retention()),
            timeout=protection.timeout.total_seconds(),
        )
    except RefloatError as error:
        return BackupResult(component.key, repository.key, clock.now().wall, 0.0, error=error)


def _source(workspace: Workspace, component: Component, scratch: Path) -> Source:
    protection = _protection(component)
    declared = wiring.data_set_of(protection).options
    return Source(
        key=component.key,
        options=absolute(protection.options, declared, workspace.folder),
        secrets=fetch(protection.options, workspace.folder),
        user=component.user,
        scratch=files.private_folder(scratch / component.key),
        heartbeat=protection.heartbeat,
    )


def _beat(workspace: Workspace, clock: Clock, component: Component, scratch: Path) -> Beat:
    at = clock.now().wall
    try:
        source = _source(workspace, component, scratch)
        wiring.data_set_of(_protection(component)).beat(source, at)
    except RefloatError as error:
        return Beat(component.key, at, error.message)
    return Beat(component.key, at, None)


def _protection(component: Component) -> Protection:
    assert component.protection is not None, f"{component.key} is not protected"
    return component.protection


def _record(workspace: Workspace, at: datetime, results: Sequence[BackupResult]) -> int:
    points = tuple(result.point for result in results if result.point is not None)
    failures = tuple(
        BackupFailure(result.data_set, result.began_at, result.error.message)
        for result in results
        if result.error is not None
    )
    seen = repositories.look(workspace, (point.repository for point in points))
    fact = PointsFact(UNWRITTEN, at, points, failures, seen)
    subjects = memory.point_subjects(points) or (
        memory.plan_subject("backup", fingerprint(workspace.plan)),
    )
    (entry,) = memory.record(workspace, [memory.statement(fact, subjects)])
    return entry.index


@contextmanager
def _scratch(workspace: Workspace) -> Iterator[Path]:
    """Give a private folder for a backup, gone afterwards; ``clean`` removes it after a crash."""
    folder = files.private_folder(workspace.state / "backups" / secrets.token_hex(6))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
