"""JSON as other programs' files have it: the tree of ``_yaml``, with the line of every value.

Python's parser decides what is JSON (RFC 8259); it keeps no lines, so the signs are then gone
through once more, without recursion.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from refloat.model.errors import ObservationProblem
from refloat.observers._yaml import Entry, Node, Said

DEEPEST = 200
"""Levels of nesting at most."""

MOST_VALUES = 3_000_000
"""Values of one document at most: so many take some hundred megabytes of memory."""

_SIGN = re.compile(r'\n|"[^"\\]*+(?:\\.[^"\\]*+)*+"|[{}\[\]]|[^\s{}\[\]:,"]+')


class Bare(str):
    """A value that stood without quotes: a number, ``true`` or ``false``."""

    __slots__ = ()


def read_json(path: Path, source: str) -> Said:
    """Read the one document of a file.

    Numbers and ``true`` are given as their text (``Bare``), ``null`` as nothing. Of a key that
    stands twice in one object the first counts, and the line of the second is said.

    Args:
        path: the file, for messages.
        source: its text.

    Raises:
        ObservationProblem: if it is no JSON, or nested too deep, or too much; says where, and never
            what stands there.
    """
    if source.count(",") > MOST_VALUES:
        raise ObservationProblem(f"{path} cannot be taken: it holds more than {MOST_VALUES} values")
    try:
        json.loads(source, parse_int=str, parse_float=str)
    except json.JSONDecodeError as error:
        raise ObservationProblem(
            f"{path} cannot be understood as JSON: line {error.lineno}",
            hint="It may be cut off, or of another kind.",
        ) from error
    except RecursionError as error:
        raise _too_deep(path) from error
    return _tree(path, source)


def _tree(path: Path, source: str) -> Said:
    """Make the tree of a text that is known to be JSON: commas and colons say nothing more."""
    documents: list[Node] = []
    twice: list[int] = []
    opened: list[list[Node] | dict[str, Entry]] = []
    key: tuple[int, str] | None = None
    line = 1
    for found in _SIGN.finditer(source):
        sign = found.group()
        if sign == "\n":
            line += 1
            continue
        if sign in "}]":
            opened.pop()
            continue
        parent = opened[-1] if opened else documents
        value = _value(sign)
        if isinstance(parent, list):
            parent.append(Node(line, value))
        elif key is None:
            key = (line, str(value))
            continue
        else:
            if key[1] in parent:
                twice.append(key[0])
            parent.setdefault(key[1], Entry(key[0], Node(line, value)))
            key = None
        if not isinstance(value, str):
            opened.append(value)
            if len(opened) > DEEPEST:
                raise _too_deep(path)
    return Said(documents, twice)


def _value(sign: str) -> str | list[Node] | dict[str, Entry]:
    if sign == "{":
        return {}
    if sign == "[":
        return []
    if sign[0] != '"':
        return "" if sign == "null" else Bare(sign)
    return str(json.loads(sign)) if "\\" in sign else sign[1:-1]


def _too_deep(path: Path) -> ObservationProblem:
    return ObservationProblem(f"{path} cannot be taken: it is nested deeper than {DEEPEST} levels")
