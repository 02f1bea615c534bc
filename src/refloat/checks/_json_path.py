"""Finds a value in JSON by a path such as ``bookings.0.id``, and compares it with a plan's text."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import Any

from refloat.checks._asking import shown

MISSING = object()
"""What ``find`` gives when there is nothing at the path."""

_NUMBER_LENGTH = 40


class NotJson(ValueError):
    """The bytes are no JSON; the message is a sentence without any of them."""


def read(body: bytes) -> Any:
    """Read JSON.

    Raises:
        NotJson: if it is malformed, not UTF-8, or nested too deep.

    """
    try:
        return json.loads(body.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise NotJson(f"the answer is not UTF-8 (byte {error.start:,})") from error
    except RecursionError as error:
        raise NotJson("the answer's JSON is nested too deep") from error
    except ValueError as error:
        raise NotJson("the answer is not JSON") from error


def parts(path: str) -> tuple[str, ...]:
    """Split a path into its names and positions; ``$`` alone, or nothing, is the whole.

    Raises:
        ValueError: if a part is empty.

    """
    path = path.removeprefix("$").removeprefix(".").replace("[", ".").replace("]", "")
    names = tuple(path.removeprefix(".").split(".")) if path else ()
    if not all(names):
        raise ValueError(path)
    return names


def find(value: Any, path: str) -> Any:
    """Give what is at a path; MISSING when there is nothing."""
    for name in parts(path):
        if isinstance(value, dict) and name in value:
            value = value[name]
        elif isinstance(value, list) and name.isascii() and name.isdigit() and len(name) < 10:
            position = int(name)
            if position >= len(value):
                return MISSING
            value = value[position]
        else:
            return MISSING
    return value


def number(value: Any) -> Decimal | None:
    """Give a number, or the length of a list; None for anything else."""
    if isinstance(value, list):
        return Decimal(len(value))
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    text = str(value)
    if len(text) > _NUMBER_LENGTH or (isinstance(value, str) and "e" in text.lower()):
        return None
    try:
        result = Decimal(text)
    except InvalidOperation:
        return None
    return result if result.is_finite() else None


def text(value: Any) -> str | None:
    """Give a simple value as text (``true``, ``null``, a number's digits); None for the rest."""
    if isinstance(value, str):
        return value
    if isinstance(value, (bool, int, float)) or value is None:
        return json.dumps(value)
    return None


def same(value: Any, expected: str) -> bool:
    """Say whether a value is what a plan's text says: yes and true are one, so are 1 and 1.0."""
    if isinstance(value, bool):
        return expected.lower() in (("true", "yes") if value else ("false", "no"))
    if isinstance(value, (int, float)):
        wanted = number(expected)
        return wanted is not None and number(value) == wanted
    return text(value) == expected


def described(value: Any) -> str:
    """Describe a value for the evidence, without its content unless it is a number."""
    if value is MISSING:
        return "not in the answer"
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    if isinstance(value, list):
        return f"a list of {len(value):,}"
    if isinstance(value, dict):
        return f"a mapping of {len(value):,}"
    return shown(str(value))


def wanted(expected: str) -> str:
    """Describe what a plan expects: numbers and yes or no as they are, other texts not."""
    if expected.lower() in ("true", "yes", "false", "no", "null"):
        return expected.lower()
    return shown(expected) if number(expected) is not None else "as the plan says"
