"""A tree of the events that a YAML parser gives, with limits that hostile text runs into early."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from sys import intern
from typing import Final, NamedTuple

import yaml

from refloat.plan.complaints import Complaints, quote
from refloat.plan.tree import START, Entry, MappingNode, Mark, Node, ScalarNode, SequenceNode

# What YAML 1.2 (chapter 5.1) calls printable, without NEL and the separators U+2028 and U+2029,
# which some readers count as line ends and others do not, and without a byte order mark inside.
UNPRINTABLE = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
"""Finds characters that no plan may hold."""

NODE_LIMIT: Final = 5_000_000
"""Values that a plan may hold, all its files together."""

REPEATED_LIMIT: Final = 100_000
"""Values that aliases may repeat: what is written out once is read as often as it is repeated."""

DEPTH_LIMIT: Final = 64
"""Levels that a plan may be nested when every alias is written out."""


@dataclass
class Spent:
    """How much of the limits a plan has used up, all its files together.

    Attributes:
        size: bytes read.
        nodes: values read.
        repeated: values that aliases repeated.
    """

    size: int = 0
    nodes: int = 0
    repeated: int = 0


class _Anchored(NamedTuple):
    """What an alias may repeat: the node, its values and its levels when aliases are written out.

    The node is None for as long as its end was not read.
    """

    node: Node | None
    size: int
    height: int


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end was not read yet; ``key`` waits for its value."""

    node: MappingNode | SequenceNode
    anchor: str | None
    before: int
    height: int = 1
    key: ScalarNode | None = None
    key_is_bad: bool = False


@dataclass
class Builder:
    """Makes the tree from events.

    Attributes:
        complaints: is told of what is wrong.
        file: the name of the file, for marks; empty if the plan is one file.
        spent: what other files of the plan have used up.
        root: the tree, when all events were taken; None if there was nothing.
    """

    complaints: Complaints
    file: str = ""
    spent: Spent = field(default_factory=Spent)
    root: Node | None = None
    documents: int = 0
    open: list[_Open] = field(default_factory=list)
    anchors: dict[str, _Anchored] = field(default_factory=dict)

    def take(self, events: Iterable[yaml.Event]) -> None:
        """Take all events.

        Raises:
            PlanRefused: if reading on makes no sense.
            yaml.YAMLError: if the parser gives up.
        """
        for event in events:
            if isinstance(event, yaml.ScalarEvent):
                self._scalar(event)
            elif isinstance(event, yaml.CollectionEndEvent):
                self._end()
            elif isinstance(event, yaml.MappingStartEvent):
                self._begin(event, MappingNode(self._mark(event)))
            elif isinstance(event, yaml.SequenceStartEvent):
                self._begin(event, SequenceNode(self._mark(event)))
            elif isinstance(event, yaml.AliasEvent):
                self._alias(event)
            elif isinstance(event, yaml.DocumentStartEvent):
                self._document(event)

    def _mark(self, event: yaml.Event) -> Mark:
        start = event.start_mark
        return Mark(start.line + 1, start.column + 1, self.file) if start else START

    def _document(self, event: yaml.Event) -> None:
        self.documents += 1
        if self.documents > 1:
            mark = self._mark(event)
            self.complaints.refuse(mark, "a second document begins here: a plan is only one")

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        mark = self._mark(event)
        if event.tag is not None:
            self._refuse_tag(mark)
        # Only an escape can stand for what the text itself was looked through for already.
        if event.style == '"' and UNPRINTABLE.search(event.value):
            self.complaints.add(mark, "a control character stands in this text")
        node = ScalarNode(event.value, not event.style, mark)
        self._count(mark)
        if event.anchor:
            self.anchors[event.anchor] = _Anchored(node, 1, 1)
        self._put(node, mark)

    def _begin(self, event: yaml.CollectionStartEvent, node: MappingNode | SequenceNode) -> None:
        if event.tag is not None:
            self._refuse_tag(node.mark)
        before = self._total()
        self._count(node.mark)
        if len(self.open) >= DEPTH_LIMIT:
            self._refuse_depth(node.mark)
        if event.anchor:
            self.anchors[event.anchor] = _Anchored(None, 0, 0)
        self.open.append(_Open(node, event.anchor, before))

    def _end(self) -> None:
        closed = self.open.pop()
        if closed.anchor:
            size = self._total() - closed.before
            self.anchors[closed.anchor] = _Anchored(closed.node, size, closed.height)
        self._put(closed.node, closed.node.mark, closed.height)

    def _alias(self, event: yaml.AliasEvent) -> None:
        # Its name is not repeated in messages: it may be a password that begins with an asterisk.
        mark = self._mark(event)
        target = self.anchors.get(event.anchor or "")
        if target is None or target.node is None:
            self.complaints.refuse(
                mark,
                "this alias (*) repeats nothing: no anchor (&) of its name comes before it;"
                " quote the text if it begins with an asterisk"
                if target is None
                else "this alias (*) stands inside of what it repeats",
            )
        self.spent.repeated += target.size
        if self.spent.repeated > REPEATED_LIMIT:
            self.complaints.refuse(
                mark, f"the aliases of the plan repeat more than {REPEATED_LIMIT:,} values"
            )
        if len(self.open) + target.height > DEPTH_LIMIT:
            self._refuse_depth(mark)
        self._put(target.node, mark, target.height)

    def _put(self, node: Node, mark: Mark, height: int = 1) -> None:
        """Put what was read where it belongs."""
        if not self.open:
            self.root = node
            return
        parent = self.open[-1]
        if parent.height <= height:
            parent.height = height + 1
        if type(parent.node) is SequenceNode:
            parent.node.items.append(node)
        elif parent.key is not None:
            assert type(parent.node) is MappingNode
            parent.node.entries[parent.key.text] = Entry(parent.key, node)
            parent.key = None
        elif parent.key_is_bad:
            parent.key_is_bad = False
        else:
            self._put_key(parent, node, mark)

    def _put_key(self, parent: _Open, node: Node, mark: Mark) -> None:
        assert type(parent.node) is MappingNode
        if not isinstance(node, ScalarNode):
            self.complaints.add(mark, "a key must be text")
        elif node.plain and node.text == "<<":
            self.complaints.add(
                mark,
                "merge keys (<<) are not part of a plan: use 'defaults', or repeat the keys",
            )
        elif node.text in parent.node.entries:
            first = parent.node.entries[node.text].key.mark
            self.complaints.add(mark, said_again(node.text, first))
        else:
            node.text = intern(node.text)
            parent.key = node
            return
        parent.key_is_bad = True

    def _total(self) -> int:
        return self.spent.nodes + self.spent.repeated

    def _count(self, mark: Mark) -> None:
        self.spent.nodes += 1
        if self.spent.nodes > NODE_LIMIT:
            self.complaints.refuse(mark, f"the plan holds more than {NODE_LIMIT:,} values")

    def _refuse_depth(self, mark: Mark) -> None:
        self.complaints.refuse(mark, f"the plan is nested deeper than {DEPTH_LIMIT} levels")

    def _refuse_tag(self, mark: Mark) -> None:
        self.complaints.add(
            mark, "tags (!) are not part of a plan; quote the text if it begins with '!'"
        )


def said_again(key: str, first: Mark) -> str:
    """Say that a key stands where it may not, because it stands elsewhere already."""
    return f"the key {quote(key)} stands here again: it is at {first.place()} already"
