"""How much of a time each service was recoverable within its targets."""

from __future__ import annotations

from datetime import datetime, timedelta

from refloat.app.assess import Ground
from refloat.assess.over_time.histories import over
from refloat.model.history import ServiceHistory


def histories(found: Ground, span: timedelta, until: datetime) -> tuple[ServiceHistory, ...]:
    """Look back over a time, by today's plan.

    Args:
        found: the plan and the facts.
        span: how far to look back; more than nothing.
        until: the instant that the time ends with.
    """
    return over(found.plan, found.facts, until - span, until)
