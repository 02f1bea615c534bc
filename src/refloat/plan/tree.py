"""A plan's text as a small tree: scalars, lists and mappings, each with its place in the file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias


class Mark(NamedTuple):
    """A place in a plan: line and column, both counted from 1, columns in characters.

    Attributes:
        line: the line.
        column: the column.
        file: the file; empty where the plan is one file, or its whole folder is meant.
    """

    line: int
    column: int
    file: str = ""

    def place(self) -> str:
        """Give it as people read it: ``people.yaml:2:3``."""
        place = f"{self.line}:{self.column}"
        return f"{self.file}:{place}" if self.file else place


START = Mark(1, 1)
"""Where a file begins; the place of what concerns the whole of it."""


@dataclass(slots=True)
class ScalarNode:
    """One value as it was written; what it means depends on what is expected at its place.

    Attributes:
        text: the value; quotes and escapes resolved.
        plain: whether it stood without quotes.
        mark: where it begins.
    """

    text: str
    plain: bool
    mark: Mark


@dataclass(slots=True)
class SequenceNode:
    """A list, and where it begins."""

    mark: Mark
    items: list[Node] = field(default_factory=list)


class Entry(NamedTuple):
    """One key of a mapping, and what stands behind it."""

    key: ScalarNode
    value: Node


@dataclass(slots=True)
class MappingNode:
    """A mapping, its keys in the order of the file, and where it begins."""

    mark: Mark
    entries: dict[str, Entry] = field(default_factory=dict)


Node: TypeAlias = ScalarNode | SequenceNode | MappingNode


def describe(node: Node) -> str:
    """Say what a node is, without saying its value: a value may be a secret in the wrong place."""
    if isinstance(node, MappingNode):
        return "a mapping"
    if isinstance(node, SequenceNode):
        return "a list"
    return "nothing" if is_nothing(node) else "text"


def is_nothing(node: Node) -> bool:
    """Say whether nothing stands there: an empty value, ``null`` or ``~`` without quotes."""
    return (
        isinstance(node, ScalarNode)
        and node.plain
        and node.text in ("", "~", "null", "Null", "NULL")
    )


def find(tree: Node, path: Iterable[str]) -> Mark:
    """Give the place of what some keys lead to; where they lead no further, of the last one.

    In a list, a key stands for the text of that name, or for the mapping that has it.
    """
    mark = tree.mark
    for key in path:
        entry = _entry(tree, key)
        if entry is None:
            break
        mark, tree = entry.key.mark, entry.value
    return mark


def _entry(node: Node, key: str) -> Entry | None:
    if isinstance(node, MappingNode):
        return node.entries.get(key)
    for item in node.items if isinstance(node, SequenceNode) else (node,):
        if isinstance(item, ScalarNode) and item.text == key:
            return Entry(item, item)
        if isinstance(item, MappingNode):
            for entry in item.entries.values():
                if key == entry.key.text:
                    return entry
                if isinstance(entry.value, ScalarNode) and entry.value.text == key:
                    return Entry(ScalarNode(key, True, item.mark), item)
    return None
