"""What time it is, and how much has passed: two different questions.

Durations are measured on the kernel's boot clock, which no clock adjustment moves and which goes on
while the machine sleeps; it is the same for every process since the machine started, so a run that
was interrupted and resumed is still measured right.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path


@dataclass(frozen=True)
class Instant:
    """One moment on both clocks.

    Attributes:
        wall: the time of day (UTC).
        boot: seconds since the machine started.
        boot_identity: which start of the machine ``boot`` counts from.
    """

    wall: datetime
    boot: float
    boot_identity: str

    def seconds_since(self, earlier: Instant) -> float:
        """Seconds from ``earlier`` to this: by the boot clock when both are of one start."""
        if self.boot_identity == earlier.boot_identity:
            return self.boot - earlier.boot
        return (self.wall - earlier.wall).total_seconds()


class Clock:
    """The machine's clocks; a test hands in another one."""

    def now(self) -> Instant:
        """Read both clocks."""
        return Instant(datetime.now(UTC), time.clock_gettime(time.CLOCK_BOOTTIME), _boot_identity())


def _boot_identity() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
