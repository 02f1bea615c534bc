"""Recoverability over time: uptime's missing twin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Gap:
    """A time in which a service was not recoverable within its targets.

    Attributes:
        start: the first instant of it.
        end: the first instant after it.
        reason: why, one sentence.
        others: what else stood in the way for the whole of it, in sentences.
    """

    start: datetime
    end: datetime
    reason: str
    others: tuple[str, ...] = ()

    @property
    def seconds(self) -> float:
        """How long it was."""
        return (self.end - self.start).total_seconds()


@dataclass(frozen=True)
class ServiceHistory:
    """One service over a time: how much of it it was recoverable within its targets.

    It was when there was a copy of all that it cannot run without and its recovery was proven, by
    the very same judgement that ``assess`` makes at each instant.

    Attributes:
        service: its key.
        name: its name for people.
        start: the first instant of the time.
        end: the first instant after it.
        recoverable_seconds: how long of that it was recoverable.
        share: the same as a part of the whole, from 0 to 1.
        gaps: every time in which it was not, oldest first; neighbours have different reasons.
    """

    service: str
    name: str
    start: datetime
    end: datetime
    recoverable_seconds: float
    share: float
    gaps: tuple[Gap, ...]
