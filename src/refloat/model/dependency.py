"""What needs what, and how much."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Strength(enum.StrEnum):
    """How much a service or component depends on another: cannot run without, or runs degraded."""

    HARD = "hard"
    SOFT = "soft"


@dataclass(frozen=True)
class Dependency:
    """That something needs the component or service ``on``."""

    on: str
    strength: Strength = Strength.HARD
