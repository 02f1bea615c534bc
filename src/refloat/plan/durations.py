"""Durations as people write them: ``15 min``, ``4 h``, ``1 day``, ``90s``, ``1 h 30 min``."""

from __future__ import annotations

import re
from datetime import timedelta

LONGEST = timedelta(days=36525)
"""A hundred years: what is longer is a slip of the keyboard."""

_UNITS: tuple[tuple[timedelta, tuple[str, ...]], ...] = (
    (timedelta(weeks=1), ("w", "week", "weeks")),
    (timedelta(days=1), ("d", "day", "days")),
    (timedelta(hours=1), ("h", "hour", "hours")),
    (timedelta(minutes=1), ("min", "mins", "minute", "minutes")),
    (timedelta(seconds=1), ("s", "sec", "secs", "second", "seconds")),
)
_UNIT_OF = {spelling: unit for unit, spellings in _UNITS for spelling in spellings}
UNIT_SPELLINGS = tuple(_UNIT_OF)
"""Every spelling of a unit."""

_PART = re.compile(r"([0-9]{1,12})(\.[0-9]{1,6})?[ ]?([A-Za-z]*)")
_HELP = "write a number and a unit, such as '15 min', '4 h', '1 day' or '1 h 30 min'"
_VAGUE = {
    "m": "'m' may mean minutes or months: write 'min', or a number of days",
    "mo": "months differ in length: write a number of days",
    "month": "months differ in length: write a number of days",
    "months": "months differ in length: write a number of days",
    "y": "years differ in length: write a number of days",
    "year": "years differ in length: write a number of days",
    "years": "years differ in length: write a number of days",
}

DURATION_PATTERN = rf"^ *([0-9]+(\.[0-9]+)? ?({'|'.join(UNIT_SPELLINGS)}) *)+$"
"""For editors: what a duration looks like; the parser is stricter (largest unit first)."""


def parse_duration(text: str) -> timedelta:
    """Read a duration.

    Args:
        text: whole numbers with units, the largest unit first, each once; only seconds may have a
            fraction.

    Raises:
        ValueError: with a sentence that says what is wrong with it.
    """
    result = timedelta(0)
    last: timedelta | None = None
    rest = text.strip(" ")
    if rest.startswith("-"):
        raise ValueError("a duration cannot be negative")
    if re.fullmatch(r"[0-9][0-9_:,. ]*[_:,][0-9_:,.]*", rest):
        raise ValueError(f"this is no number with a unit: {_HELP}")
    while rest:
        part = _PART.match(rest)
        if part is None:
            raise ValueError(f"this is no duration: {_HELP}")
        amount, fraction, spelling = part.groups()
        unit = _unit(spelling)
        if fraction and unit != timedelta(seconds=1):
            raise ValueError("only seconds may have a fraction: write '1 h 30 min', not '1.5 h'")
        if last is not None and unit >= last:
            raise ValueError("the largest unit comes first, and each only once: '1 h 30 min'")
        last = unit
        if int(amount) * unit.total_seconds() > LONGEST.total_seconds():
            raise ValueError("this is longer than 100 years")
        result += int(amount) * unit + timedelta(seconds=float(fraction or 0))
        rest = rest[part.end() :].lstrip(" ")
    if last is None:
        raise ValueError(f"nothing stands here: {_HELP}")
    if result > LONGEST:
        raise ValueError("this is longer than 100 years")
    return result


def format_duration(duration: timedelta) -> str:
    """Write a duration so that ``parse_duration`` reads the same one: ``1 day 2 h 30 min``.

    Raises:
        ValueError: if it is negative.
    """
    if duration < timedelta(0):
        raise ValueError("a duration cannot be negative")
    hours, rest = divmod(duration.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    days = duration.days
    parts = [f"{days} day" if days == 1 else f"{days} days"] if days else []
    parts += [f"{hours} h"] if hours else []
    parts += [f"{minutes} min"] if minutes else []
    if duration.microseconds:
        parts.append(f"{seconds}.{duration.microseconds:06}".rstrip("0") + " s")
    elif seconds or not parts:
        parts.append(f"{seconds} s")
    return " ".join(parts)


def _unit(spelling: str) -> timedelta:
    if not spelling:
        raise ValueError(f"this is a number without a unit: {_HELP}")
    unit = _UNIT_OF.get(spelling)
    if unit is None:
        raise ValueError(_VAGUE.get(spelling.lower(), f"{spelling!r} is no unit of time: {_HELP}"))
    return unit
