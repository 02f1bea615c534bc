"""What the operations of one recovery share, and how each tells how it ended."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from refloat.engines import Restored, Sealed
from refloat.model.errors import (
    Interrupted,
    IsolationProblem,
    NoRoom,
    SecretProblem,
    ToolMissing,
)
from refloat.model.place import Running
from refloat.model.points import CommonRecoveryPoint, RecoveryPoint
from refloat.model.run import CheckResult, Outcome
from refloat.recovery.preparation import Preparation, PreparedComponent
from refloat.sandboxes import OpenSandbox

COULD_NOT = (ToolMissing, IsolationProblem, NoRoom, SecretProblem, Interrupted)
"""Errors that say nothing about the backups: with them an operation could not run."""


@dataclass(frozen=True)
class Done:
    """How an operation ended.

    Attributes:
        outcome: passed, failed or could not run.
        detail: one sentence.
        bytes: data moved; None where none is.
        checks: results of the checks that it ran.
        notes: what else an auditor should know.
    """

    outcome: Outcome
    detail: str = ""
    bytes: int | None = None
    checks: tuple[CheckResult, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass
class Session:
    """What the operations of one recovery share.

    ``loss_at`` is the instant of loss; with a ``window`` it is drawn from that much of the past
    before it, once the points are known. ``mode`` and ``declared_at`` are those of the declaration.
    ``compared`` holds how data compared with its baseline when it had just been loaded: what the
    service does with it later is no difference of the backup's.
    """

    preparation: Preparation
    run: str
    loss_at: datetime
    declared_at: datetime
    mode: str
    window: timedelta | None = None
    common: CommonRecoveryPoint | None = None
    known: dict[str, tuple[RecoveryPoint, ...]] = field(default_factory=dict)
    place: OpenSandbox | None = None
    restored: dict[str, Restored] = field(default_factory=dict)
    sealed: dict[str, Sealed] = field(default_factory=dict)
    running: dict[str, Running] = field(default_factory=dict)
    latest: dict[str, RecoveryPoint] = field(default_factory=dict)
    heartbeats: dict[str, datetime] = field(default_factory=dict)
    compared: dict[str, tuple[CheckResult, ...]] = field(default_factory=dict)
    cancelled: threading.Event = field(default_factory=threading.Event)

    def component(self, key: str) -> PreparedComponent:
        """Give a component by its key."""
        return self.preparation.components[key]

    def here(self) -> OpenSandbox:
        """Give the place, which ``isolate`` has opened."""
        assert self.place is not None, "the machine begins nothing before isolate has passed"
        return self.place

    def seal_of(self, key: str) -> Sealed:
        """Give what was sealed with the chosen point: read once, kept for the later operations."""
        if key not in self.sealed:
            reader = self.component(key).reader
            assert reader is not None, "the machine restores only what has a repository"
            self.sealed[key] = reader.sealed(self.point(key))
        return self.sealed[key]

    def point(self, key: str) -> RecoveryPoint:
        """Give the chosen recovery point of a data set."""
        assert self.common is not None, "the machine restores nothing before choose has passed"
        return self.common.points[key]
