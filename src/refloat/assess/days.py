"""Days of a plan as instants in UTC, to the ends of the calendar: 9999-12-31 may mean "never"."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

FIRST = datetime.min.replace(tzinfo=UTC)
LAST = datetime.max.replace(tzinfo=UTC)
DAY = timedelta(days=1)


def begin(day: date) -> datetime:
    """Give the first instant of a day."""
    return datetime.combine(day, time(), UTC)


def end(day: date) -> datetime:
    """Give the first instant after a day; the last one that there is, for the last day."""
    return later(begin(day), DAY)


def later(instant: datetime, span: timedelta) -> datetime:
    """Give an instant so much later, or the last one that there is (UTC)."""
    return instant + span if span <= LAST - instant else LAST


def earlier(instant: datetime, span: timedelta) -> datetime:
    """Give an instant so much earlier, or the first one that there is (UTC)."""
    return instant - span if span <= instant - FIRST else FIRST
