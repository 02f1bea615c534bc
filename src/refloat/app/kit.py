"""The offline kit: made from the plan, for the day when no system answers (R-135)."""

from __future__ import annotations

from datetime import datetime

from refloat.app.assess import Ground
from refloat.assess.kit import kit
from refloat.report.kit import kit_page


def make(found: Ground, instant: datetime) -> bytes:
    """Make the kit as it stood at an instant: one HTML page that needs no network."""
    return kit_page(kit(found.plan, found.facts, instant))
