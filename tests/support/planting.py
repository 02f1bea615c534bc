"""What can be wrong with an organisation: changes of its plan, and of what was recorded."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

from tests.support.other_organisation import Organisation, line

Change: TypeAlias = Callable[[Organisation], Organisation]
Found: TypeAlias = set[tuple[str, str]]


def fact(kind: str, when: str, key: str, /, **fields: Any) -> Change:
    """Record something."""
    return lambda one: one.add(line(kind, "register", when, key, **fields))


def changed(subject: str, what: str, **fields: Any) -> Change:
    """Record a change after the last tests."""
    at = "2026-10-10T10:00:00+01:00"
    return fact("change", at, f"{subject}/{at}", subject=subject, at=at, what=what, **fields)


def seen(one: str, other: str | None, **fields: Any) -> Change:
    """Record that something was seen to need something."""
    at = "2026-10-24T12:00:00+01:00"
    return fact("dependency", at, f"{one}>{other}", **{"from": one, "to": other, **fields})


def as_tested(service: str, **fields: Any) -> Change:
    """Correct what was recorded of the test of a service."""
    return lambda one: one.correct(fields, kind="restore_test", service=service)


def copy_of(data_set: str, **fields: Any) -> Change:
    """Correct what was recorded of the newest copy of something."""
    return lambda one: one.correct(fields, kind="recovery_point", dataset_ref=data_set)


def plan(old: str, new: str, times: int = 1, *, sign: bool = True) -> Change:
    """Replace words of the plan."""
    return lambda one: one.write(old, new, times=times, sign=sign)


def part(key: str, old: str, new: str, *, sign: bool = True) -> Change:
    """Replace words of one part of the plan."""
    return lambda one: one.write_of(key, old, new, sign=sign)


def both(*changes: Change) -> Change:
    """Make several changes."""

    def change(one: Organisation) -> Organisation:
        for each in changes:
            one = each(one)
        return one

    return change


def finds_exactly(
    start: Organisation, case: tuple[str, Change, Found], folder: Path
) -> list[dict[str, Any]]:
    """See that a change of an organisation brings the expected findings and no others; give them.

    Args:
        start: the organisation before.
        case: the row that one of the findings must be of, the change, and what must be found.
        folder: where the organisation is written to.
    """
    row, change, expected = case
    found: list[dict[str, Any]] = change(start).judged(folder)["findings"]
    assert {(one["code"], one["subject"]) for one in found} == expected
    assert not found or any(row in one["requirements"] for one in found)
    for one in found:
        readable(start.plan, one["sentence"], one["code"])
    return found


def readable(plan: str, sentence: str, code: str) -> None:
    """Refuse what a business owner would not understand."""
    assert not sentence[0].islower()
    assert sentence.endswith(".")
    assert not re.search(r"[.] [a-z]", sentence), sentence
    jargon = ("RPO", "RTO", "ISM", "ACL", "WORM", "SSO", "DR", code)
    keys = (*re.findall(r"^  ([a-z]+-[a-z-]+):", plan, re.M),)
    for word in (*jargon, *keys):
        # A step is called by its own name, in quotation marks; nothing else is a key.
        assert not re.search(rf"(?<![\w“-]){re.escape(word)}(?![\w”-])", sentence), sentence
