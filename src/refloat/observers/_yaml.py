"""YAML as other programs' files have it: a tree with lines, made without constructing anything.

PyYAML's parser (in C where there is one) gives events, and the tree is made of them without
recursion: a text that is nested without end fills no stack, and aliases that repeat without end
(https://en.wikipedia.org/wiki/Billion_laughs_attack) are counted before anything walks them. Tags
are never obeyed; two that Compose documents are told (``Reset``, ``Override``). JSON is read too,
being YAML to all who write manifests.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import yaml

from refloat.model.errors import ObservationProblem

DEEPEST = 64
"""Levels of nesting at most, aliases written out."""

MOST_REPEATED = 200_000
"""Values that aliases and merged keys may repeat in one file."""

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NOTHING = frozenset(("~", "null", "Null", "NULL"))
_RENDER = "Render it first (helm template, kustomize build, …), and observe what comes out."


class Node(NamedTuple):
    """One value: text, a list, or a mapping of each key to its line and its value."""

    line: int
    value: str | list[Node] | dict[str, Entry]


class Reset(Node):
    """A value that Compose's tag ``!reset`` takes away: it says nothing, and of it nothing counts.

    After https://github.com/compose-spec/compose-spec/blob/main/13-merge.md.
    """

    __slots__ = ()


class Override(Node):
    """A value that Compose's tag ``!override`` puts in place of what another file says."""

    __slots__ = ()


class Entry(NamedTuple):
    """What stands behind a key, and the line of the key."""

    line: int
    node: Node


NOTHING = Node(0, "")


class Said(NamedTuple):
    """The documents of one file, and the lines in which a key stands for the second time."""

    documents: list[Node]
    twice: list[int]


def text(node: Node) -> str:
    """Give a node's text; empty for nothing, a list or a mapping."""
    value = node.value
    return value if isinstance(value, str) and value not in _NOTHING else ""


def items(node: Node) -> list[Node]:
    """Give what stands in a list; nothing of anything else."""
    return node.value if isinstance(node.value, list) else []


def entries(node: Node) -> dict[str, Entry]:
    """Give the keys of a mapping; none of anything else."""
    return node.value if isinstance(node.value, dict) else {}


def get(node: Node, *keys: str) -> Node:
    """Follow keys through mappings; nothing where they lead nowhere."""
    for key in keys:
        value = node.value
        found = value.get(key) if isinstance(value, dict) else None
        if found is None:
            return NOTHING
        node = found.node
    return node


def each(node: Node, *keys: str) -> Iterator[Node]:
    """Give what keys lead to in each mapping of a list, where there is something."""
    for item in items(node):
        found = get(item, *keys)
        if found is not NOTHING:
            yield found


def read_documents(path: Path, source: str) -> Said:
    """Read all documents of a file.

    Args:
        path: the file, for messages.
        source: its text.

    Raises:
        ObservationProblem: if it is no YAML, nested too deep, repeats too much, or empty; says
            where, and never what stands there.
    """
    maker = _Maker(path)
    try:
        parser = _LOADER(source)
        try:
            maker.take(parser)
        finally:
            parser.dispose()
    except yaml.YAMLError as error:
        found = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        lines = len(source.splitlines())
        where = f": line {min(found.line + 1, lines)}" if found else ""
        if "{{" in source or "{%" in source or "<%" in source:
            raise ObservationProblem(
                f"{path} is a template that was never rendered{where}", hint=_RENDER
            ) from error
        raise ObservationProblem(
            f"{path} cannot be understood as YAML{where}",
            hint="It may be cut off, or of another kind.",
        ) from error
    if not maker.documents:
        raise ObservationProblem(f"{path} is empty")
    return Said(maker.documents, maker.twice)


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end was not read yet; ``key`` waits for its value."""

    node: Node
    mapping: dict[str, Entry] | None
    anchor: str | None
    before: int
    height: int = 2
    key: str | None = None
    line: int = 0
    unclear: bool = False
    tag: str | None = None


@dataclass
class _Maker:
    """Makes trees of events."""

    path: Path
    documents: list[Node] = field(default_factory=list)
    twice: list[int] = field(default_factory=list)
    open: list[_Open] = field(default_factory=list)
    anchors: dict[str, tuple[Node, int, int]] = field(default_factory=dict)
    count: int = 0
    repeated: int = 0

    def take(self, parser: Any) -> None:
        """Take all events of a parser."""
        scalar, mapping, sequence = (
            yaml.ScalarEvent,
            yaml.MappingStartEvent,
            yaml.SequenceStartEvent,
        )
        get_event, simple = parser.get_event, self._scalar
        while (event := get_event()) is not None:
            kind = type(event)
            if kind is scalar:
                if event.tag or event.anchor:
                    self._special(event)
                else:
                    simple(event.start_mark.line + 1, event.value)
            elif kind is mapping:
                self._begin(event, Node(event.start_mark.line + 1, {}))
            elif kind is sequence:
                self._begin(event, Node(event.start_mark.line + 1, []))
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                self._end()
            elif kind is yaml.AliasEvent:
                self._alias(event)
            elif kind is yaml.DocumentStartEvent:
                self.anchors.clear()

    def _scalar(self, line: int, value: str) -> None:
        """Put a text where it belongs: as ``_put`` does, without a node for what is a key."""
        self.count += 1
        if not self.open:
            self.documents.append(Node(line, value))
            return
        parent = self.open[-1]
        mapping = parent.mapping
        if mapping is None:
            items(parent.node).append(Node(line, value))
        elif parent.key is None:
            parent.key, parent.line = value, line
        else:
            if parent.key in mapping:
                self.twice.append(parent.line)
            else:
                mapping[parent.key] = Entry(parent.line, Node(line, value))
            parent.key = None

    def _special(self, event: Any) -> None:
        """Take a text with a tag, which is not obeyed, or with an anchor."""
        node = _tagged(Node(event.start_mark.line + 1, event.value), event.tag)
        self.count += 1
        if event.anchor:
            self.anchors[event.anchor] = (node, 1, 1)
        self._put(node, 1)

    def _begin(self, event: Any, node: Node) -> None:
        if len(self.open) >= DEEPEST:
            self._refuse(node.line, f"it is nested deeper than {DEEPEST} levels")
        if event.anchor:
            self.anchors.pop(event.anchor, None)
        self.count += 1
        mapping = node.value if isinstance(node.value, dict) else None
        self.open.append(_Open(node, mapping, event.anchor, self.count, tag=event.tag))

    def _end(self) -> None:
        closed = self.open.pop()
        node = closed.node
        if closed.unclear:  # {{ name }} without quotes: a mapping with a mapping for its key
            node = Node(node.line, "{{…}}")
        elif isinstance(node.value, dict) and "<<" in node.value:
            self._merge(node.value)
        if closed.tag:
            node = _tagged(node, closed.tag)
        if closed.anchor:
            size = self.count - closed.before + 1
            self.anchors[closed.anchor] = (node, size, closed.height)
        self._put(node, closed.height)

    def _alias(self, event: Any) -> None:
        line = event.start_mark.line + 1
        found = self.anchors.get(event.anchor)
        if found is None:
            self._refuse(line, "an alias repeats what is not there, or what it stands in itself")
        node, size, height = found
        self._repeat(line, size)
        if len(self.open) + height > DEEPEST:
            self._refuse(line, f"it is nested deeper than {DEEPEST} levels")
        self._put(node, height)

    def _merge(self, mapping: dict[str, Entry]) -> None:
        """Fill in what merge keys say (https://yaml.org/type/merge.html): what is there stays."""
        line, merged = mapping.pop("<<")
        for one in items(merged) or [merged]:
            more = entries(one)
            self._repeat(line, len(more))
            for key, entry in more.items():
                mapping.setdefault(key, entry)

    def _repeat(self, line: int, size: int) -> None:
        self.count += size
        self.repeated += size
        if self.repeated > MOST_REPEATED:
            self._refuse(line, f"aliases repeat more than {MOST_REPEATED} values")

    def _put(self, node: Node, height: int) -> None:
        if not self.open:
            self.documents.append(node)
            return
        parent = self.open[-1]
        if parent.height <= height:
            parent.height = height + 1
        value, key = parent.mapping, parent.key
        if value is None:
            items(parent.node).append(node)
            return
        if key is None:
            parent.line = node.line
            if isinstance(node.value, str):
                parent.key = node.value
            else:
                parent.unclear, parent.key = True, ""
            return
        parent.key = None
        if key in value:
            self.twice.append(parent.line)
        else:
            value[key] = Entry(parent.line, node)

    def _refuse(self, line: int, why: str) -> NoReturn:
        raise ObservationProblem(f"{self.path} cannot be taken: line {line}: {why}")


def _tagged(node: Node, tag: str | None) -> Node:
    if tag == "!reset":
        return Reset(node.line, "")
    return Override(*node) if tag == "!override" else node
