"""YAML in, a small tree out: nothing is ever constructed, and hostile text is refused early.

PyYAML gives *events* (its C parser where there is one); the tree is built from them without
recursion. What is understood is the part of YAML 1.2 that a plan needs: mappings, lists, scalars,
anchors and aliases. Merge keys, tags, directives with a meaning and several documents are refused,
each with a sentence. What a scalar means is decided by what is expected at its place, so a person
called ``no`` stays one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import yaml

from refloat.plan.complaints import Complaints, quote
from refloat.plan.tree import START, Entry, MappingNode, Mark, Node, ScalarNode, SequenceNode

SIZE_LIMIT: Final = 4 * 1024 * 1024
"""Bytes that a plan may have."""

NODE_LIMIT: Final = 100_000
"""Values that a plan may hold when every alias is written out."""

DEPTH_LIMIT: Final = 64
"""Levels that a plan may be nested when every alias is written out."""


class PythonLoader(yaml.SafeLoader):
    """PyYAML's parser in Python, taught what the C parser and YAML 1.2 know: ``?`` is text.

    In ``{question: Is it all there?, confirmer: ben}`` the one in Python (PyYAML 6.0) would end
    the text at the question mark. It only looks at characters with ``peek`` and takes the text
    itself elsewhere, so a letter is shown to it instead.
    """

    _in_plain_text = False

    def scan_plain(self) -> yaml.ScalarToken:
        """Scan text without quotes."""
        self._in_plain_text = True
        try:
            token = super().scan_plain()
        finally:
            self._in_plain_text = False
        return token

    def peek(self, index: int = 0) -> str:
        """Look at a character ahead."""
        character: str = super().peek(index)
        return "x" if character == "?" and self._in_plain_text else character


Loader: TypeAlias = "type[PythonLoader] | type[yaml.CSafeLoader]"

FASTEST: Final[Loader] = getattr(yaml, "CSafeLoader", PythonLoader)
"""PyYAML's C parser, or the one in Python where PyYAML was built without it."""

# What YAML 1.2 (chapter 5.1) calls printable, without NEL and the separators U+2028 and U+2029,
# which some readers count as line ends and others do not, and without a byte order mark inside.
_UNPRINTABLE = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_LINE_END = re.compile("\r\n|\r|\n")
_ECHOED = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""")


def read_tree(text: bytes, complaints: Complaints, *, loader: Loader = FASTEST) -> Node:
    """Read a plan's text into a tree.

    Args:
        text: the file's bytes, UTF-8 with or without byte order mark.
        complaints: is told of duplicate keys, merge keys and tags, after which reading goes on.
        loader: the parser to use; both give the same tree.

    Raises:
        PlanRefused: if reading on makes no sense: it is too large, too deep, not UTF-8, not YAML,
            empty, or several documents.
    """
    decoded = _decode(text, complaints)
    builder = _Builder(complaints)
    try:
        for event in yaml.parse(decoded, Loader=loader):
            builder.feed(event)
    except yaml.YAMLError as error:
        mark, sentence = _explain(error, decoded)
        complaints.refuse(mark, sentence)
    if builder.root is None:
        complaints.refuse(START, "the plan is empty: it begins with 'organisation:'")
    return builder.root


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end was not read yet; ``key`` waits for its value."""

    node: MappingNode | SequenceNode
    anchor: str | None
    key: ScalarNode | None = None
    key_is_bad: bool = False


@dataclass
class _Builder:
    """Makes the tree from events, one by one."""

    complaints: Complaints
    root: Node | None = None
    documents: int = 0
    total: int = 0
    open: list[_Open] = field(default_factory=list)
    anchors: dict[str, Node | None] = field(default_factory=dict)

    def feed(self, event: yaml.Event) -> None:
        """Take the next event."""
        mark = _mark(event)
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                self.complaints.refuse(mark, "a second document begins here: a plan is only one")
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event, mark)
        elif isinstance(event, yaml.ScalarEvent):
            node = self._scalar(event, mark)
            self._count(mark, 1, 1)
            self._put(node, event.anchor)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self._begin(event, mark)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            closed = self.open.pop()
            self._put(closed.node, closed.anchor)

    def _scalar(self, event: yaml.ScalarEvent, mark: Mark) -> ScalarNode:
        self._refuse_tag(event.tag, mark)
        if _UNPRINTABLE.search(event.value):
            self.complaints.add(mark, "a control character stands in this text")
        return ScalarNode(event.value, not event.style, mark)

    def _begin(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent, mark: Mark) -> None:
        self._refuse_tag(event.tag, mark)
        self._count(mark, 1, 1)
        if event.anchor:
            self.anchors[event.anchor] = None
        is_mapping = isinstance(event, yaml.MappingStartEvent)
        node = MappingNode(mark) if is_mapping else SequenceNode(mark)
        self.open.append(_Open(node, event.anchor))

    def _alias(self, event: yaml.AliasEvent, mark: Mark) -> None:
        # Its name is not repeated in messages: it may be a password that begins with an asterisk.
        target = self.anchors.get(event.anchor or "")
        if target is None:
            inside = event.anchor in self.anchors
            self.complaints.refuse(
                mark,
                "this alias (*) stands inside of what it repeats"
                if inside
                else "this alias (*) repeats nothing: no anchor (&) of its name comes before it;"
                " quote the text if it begins with an asterisk",
            )
        self._count(mark, target.size, target.height)
        self._put(target, None, at=mark)

    def _put(self, node: Node, anchor: str | None, at: Mark | None = None) -> None:
        if anchor:
            self.anchors[anchor] = node
        if not self.open:
            self.root = node
            return
        parent = self.open[-1]
        parent.node.size += node.size
        parent.node.height = max(parent.node.height, node.height + 1)
        if isinstance(parent.node, SequenceNode):
            parent.node.items.append(node)
        elif parent.key is None and not parent.key_is_bad:
            self._put_key(parent, node, at or node.mark)
        else:
            if parent.key is not None:
                parent.node.entries[parent.key.text] = Entry(parent.key, node)
            parent.key, parent.key_is_bad = None, False

    def _put_key(self, parent: _Open, node: Node, mark: Mark) -> None:
        assert isinstance(parent.node, MappingNode)
        parent.key_is_bad = True
        if not isinstance(node, ScalarNode):
            self.complaints.add(mark, "a key must be text")
        elif node.plain and node.text == "<<":
            self.complaints.add(
                mark,
                "merge keys (<<) are not part of a plan: use 'defaults', or repeat the keys",
            )
        elif node.text in parent.node.entries:
            first = parent.node.entries[node.text].key.mark
            place = f"{first.line}:{first.column}"
            self.complaints.add(
                mark, f"the key {quote(node.text)} stands here again: it is at {place} already"
            )
        else:
            parent.key, parent.key_is_bad = node, False

    def _count(self, mark: Mark, size: int, height: int) -> None:
        self.total += size
        if self.total > NODE_LIMIT:
            self.complaints.refuse(
                mark, f"the plan holds more than {NODE_LIMIT:,} values, aliases written out"
            )
        if len(self.open) + height > DEPTH_LIMIT:
            self.complaints.refuse(mark, f"the plan is nested deeper than {DEPTH_LIMIT} levels")

    def _refuse_tag(self, tag: str | None, mark: Mark) -> None:
        if tag is not None:
            self.complaints.add(
                mark, "tags (!) are not part of a plan; quote the text if it begins with '!'"
            )


def _mark(event: yaml.Event) -> Mark:
    start = event.start_mark
    return Mark(start.line + 1, start.column + 1) if start else START


def _decode(text: bytes, complaints: Complaints) -> str:
    if len(text) > SIZE_LIMIT:
        size = len(text) / (1024 * 1024)
        complaints.refuse(START, f"the plan has {size:.1f} MiB: more than 4 MiB is no plan")
    if text.startswith((b"\xff\xfe", b"\xfe\xff")):
        complaints.refuse(START, "the plan is UTF-16: save it as UTF-8")
    body = text.removeprefix(b"\xef\xbb\xbf")
    try:
        decoded = body.decode("utf-8")
    except UnicodeDecodeError as error:
        place = _place(body[: error.start].decode("utf-8"))
        offset = len(text) - len(body) + error.start
        complaints.refuse(
            place,
            f"byte {body[error.start]:#04x} at offset {offset} is not UTF-8: save the plan so",
        )
    unprintable = _UNPRINTABLE.search(decoded)
    if unprintable is not None:
        code = ord(unprintable.group())
        name = "a NUL byte" if code == 0 else f"the control character U+{code:04X}"
        complaints.refuse(_place(decoded[: unprintable.start()]), f"{name} stands in the plan")
    return decoded


def _place(before: str) -> Mark:
    """Give the place that comes right after some text."""
    lines = _LINE_END.split(before)
    return Mark(len(lines), len(lines[-1]) + 1)


def _explain(error: yaml.YAMLError, text: str) -> tuple[Mark, str]:
    """Turn a parser's error into a place and a sentence that repeats nothing secret."""
    found = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    mark = Mark(found.line + 1, found.column + 1) if found else START
    problem = str(getattr(error, "problem", None) or "it cannot be understood")
    lines = _LINE_END.split(text)
    if mark.line > len(lines):
        mark = Mark(len(lines), len(lines[-1]) + 1)
    if _has_tab(lines[mark.line - 1], mark.column):
        return mark, "a tab stands here: YAML is indented with spaces only"
    return mark, "this is not YAML: " + _ECHOED.sub(_without_text, problem)


def _without_text(quoted: re.Match[str]) -> str:
    """Keep single characters and the parser's own words such as '<block end>'."""
    is_harmless = len(quoted.group()) <= 3 or quoted.group().startswith("'<")
    return quoted.group() if is_harmless else "what stands here"


def _has_tab(line: str, column: int) -> bool:
    indentation = line[: len(line) - len(line.lstrip())]
    return "\t" in indentation or line[column - 1 : column] == "\t"
