"""Why a line cannot be taken, in words for whoever wrote it."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from msgspec import inspect

from refloat.feed.lines import Line

_AT = re.compile(r" - at `(?P<place>[^`]*)`$")
_MISSING = re.compile(r"^Object missing required field `(?P<name>[^`]*)`")
_WRONG = re.compile(r"^Expected `(?P<wanted>[^`]*)`, got `(?P<got>[^`]*)`")
_LEAP_SECOND = re.compile(r"T\d\d:\d\d:60", re.IGNORECASE)
_STEP = re.compile(r"\[(?P<index>\d+|\.\.\.)\]|(?P<name>[^.\[\]]+)")
_WORDS = {
    "array": "a list",
    "object": "members in braces",
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "datetime": "a time",
    "null": "nothing",
}
_LONGEST = 60


def reason(error: Exception, line: bytes, kinds: dict[str, type[Line]]) -> str:
    """Say why a line was refused.

    Args:
        error: what decoding it raised.
        line: its bytes.
        kinds: the classes of lines, by kind.
    """
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8 text"
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if not isinstance(error, msgspec.ValidationError):
        return f"it is no JSON ({str(error).removeprefix('JSON is malformed: ')})"
    return _wrong(str(error), line, kinds)


def _wrong(message: str, line: bytes, kinds: dict[str, type[Line]]) -> str:
    found = _AT.search(message)
    place = found["place"].removeprefix("key in ").removeprefix("$").lstrip(".") if found else ""
    message = _AT.sub("", message)
    missing = _MISSING.match(message)
    if missing:
        name = f"{place}.{missing['name']}" if place else missing["name"]
        return f"{name} is missing"
    if message.startswith("Number out of range") or message.startswith("Integer value out of"):
        return "a number in it is too large"
    value = _value(line, place)
    shown = _shown(value)
    if place == "kind" or message.startswith("Invalid value"):
        return f"kind is {shown}, which is none of {', '.join(kinds)}"
    if "datetime" in message:
        return f"{_named(place)} {_time(value, shown)}"
    if message.startswith("Invalid enum value"):
        words = ", ".join(_choices(line, place, kinds)) or "the words that it can be"
        return f"{_named(place)} is {shown}, which is none of: {words}"
    if message.startswith("Expected `str` of length"):
        return f"{_named(place)} is empty"
    wrong = _WRONG.match(message)
    if wrong:
        wanted = " or ".join(
            _WORDS.get(one, one) for one in wrong["wanted"].split(" | ") if one != "null"
        )
        return (
            f"{_named(place)} is {_WORDS.get(wrong['got'], wrong['got'])}; {wanted} belongs there"
        )
    if ">= 0" in message:
        return f"{_named(place)} is {shown}; it cannot be less than 0"
    if "<=" in message:
        return f"{_named(place)} is {shown}, which is too large"
    return f"{_named(place)}: {message}"


def _named(place: str) -> str:
    return place or "the line"


def _time(value: Any, shown: str) -> str:
    example = "write it as 2026-11-22T09:00:00+11:00"
    if not isinstance(value, str):
        return f"is {shown} where a time belongs; {example}"
    if _LEAP_SECOND.search(value):
        return f"is {shown}: a leap second, which no computer keeps; write second 59"
    if re.fullmatch(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?", value):
        return f"is {shown} without an offset; {example}"
    return f"is {shown}, which is no time; {example}"


def _shown(value: Any) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def _value(line: bytes, place: str) -> Any:
    """Give what stands at a place of a line; nothing where it cannot be found."""
    try:
        found = msgspec.json.decode(line)
    except (ValueError, RecursionError):
        return None
    for step in _STEP.finditer(place):
        if isinstance(found, dict) and step["name"] is not None:
            found = found.get(step["name"])
        elif isinstance(found, list) and (step["index"] or "").isdigit():
            found = found[int(step["index"])] if int(step["index"]) < len(found) else None
        else:
            return None
    return found


def _choices(line: bytes, place: str, kinds: dict[str, type[Line]]) -> list[str]:
    """List the words that can stand at a place of a line of its kind."""
    kind = kinds.get(str(_value(line, "kind")))
    if kind is None:
        return []
    at: inspect.Type = inspect.type_info(kind)
    for step in _STEP.finditer(place):
        at = _inside(at, step["name"])
    return [str(word) for word in getattr(at, "values", ()) if word]


def _inside(kind: inspect.Type, name: str | None) -> inspect.Type:
    if isinstance(kind, inspect.StructType):
        found = [one.type for one in kind.fields if one.encode_name == name]
        kind = found[0] if found else inspect.AnyType()
    elif isinstance(kind, inspect.VarTupleType):
        kind = kind.item_type
    return bare(kind)


def bare(kind: inspect.Type) -> inspect.Type:
    """Give the type that a field's type is about, without its bounds and without None."""
    while isinstance(kind, inspect.Metadata | inspect.UnionType):
        if isinstance(kind, inspect.Metadata):
            kind = kind.type
        else:
            kind = next(one for one in kind.types if not isinstance(one, inspect.NoneType))
    return kind
