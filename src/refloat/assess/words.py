"""Numbers and instants as people say them; the same text for the same value, always."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime

from refloat.model.plan import Plan

_UNITS = ((86400, "day", "days"), (3600, "h", "h"), (60, "min", "min"), (1, "s", "s"))

_BEGINS = re.compile(r"(?:^|(?<=[a-z0-9”\")]{2}[.!?] ))[a-z](?!\S*[./_:]\S)")
"""The small letter with which a sentence begins; names of files and machines stay as they are."""

MEASURES = {"rpo": "recovery point objective", "rto": "recovery time objective"}
"""The objectives by their full names."""

_NAMED = 5
"""How many of many names are said."""


def measure(name: str) -> str:
    """Give a target's full name; its own where there is none."""
    return MEASURES.get(name, name)


def duration(seconds: float) -> str:
    """Say a duration: ``41 s``, ``4 h 1 s``, ``3 days 2 h``; below ten seconds with one decimal.

    From a day on, minutes and seconds are left out. What is no whole second is rounded up from ten
    seconds on, so that "4 h" is never said of more than four hours.
    """
    if 0 < seconds < 10 and not float(seconds).is_integer():
        tenths = -(-seconds * 10 // 1) / 10
        return f"{tenths:g} s"
    rest = int(-(-seconds // 1))
    if rest >= 86400:
        rest = -(-rest // 3600) * 3600
    parts: list[str] = []
    for size, one, many in _UNITS:
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count} {one if count == 1 else many}")
    return " ".join(parts) or "0 s"


def instant(at: datetime) -> str:
    """Say an instant: ``2026-11-02 08:15:00 UTC``."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def day(at: datetime) -> str:
    """Say a day: ``2026-11-02``."""
    return at.astimezone(UTC).strftime("%Y-%m-%d")


def size(count: float) -> str:
    """Say a number of bytes: ``35.2 MiB``."""
    for unit in ("bytes", "KiB", "MiB", "GiB", "TiB"):
        if count < 1024 or unit == "TiB":
            return f"{count:.0f} {unit}" if unit == "bytes" else f"{count:.1f} {unit}"
        count /= 1024
    raise AssertionError("the last unit takes everything")


def listed(names: Iterable[str]) -> str:
    """Join names: ``a``, ``a and b``, ``a, b and c``."""
    items = list(names)
    return " and ".join((", ".join(items[:-1]), items[-1])) if len(items) > 1 else "".join(items)


def abridged(names: Iterable[str], most: int = _NAMED) -> str:
    """Join names; of many, the first few and how many more there are, never only one more.

    Args:
        names: the names.
        most: how many of many are said.
    """
    some = list(names)
    if len(some) > most + 1:
        some = [*some[:most], f"{len(some) - most} more"]
    return listed(some)


def sentence(text: str) -> str:
    """Give text a capital letter and a full stop."""
    text = text.strip()
    if text and text[-1] not in ".!?":
        text += "."
    return text[:1].upper() + text[1:]


def begun(text: str) -> str:
    """Give each sentence of a text a capital letter, also where it begins with a name."""
    return _BEGINS.sub(lambda found: found.group().upper(), text)


def person(plan: Plan, key: str | None) -> str:
    """Give a person's name; the key if the plan does not know them any more; empty for nobody."""
    if key is None:
        return ""
    return plan.people[key].name if key in plan.people else key


def component(plan: Plan, key: str) -> str:
    """Give a component's name for people; the key if the plan does not know it any more."""
    return plan.components[key].name or key if key in plan.components else key


def repository(plan: Plan, key: str) -> str:
    """Give a repository's name for people; the key, or its source's name, if the plan has none."""
    return plan.repositories[key].name or key if key in plan.repositories else key


def platform(plan: Plan, key: str) -> str:
    """Give a platform's name for people; the key if the plan does not know it any more."""
    return plan.platforms[key].name or key if key in plan.platforms else key
