"""YAML in, a small tree out: nothing is ever constructed, and hostile text is refused early.

PyYAML gives *events* (its C parser where there is one); the tree is built from them without
recursion. What is understood is the part of YAML 1.2 that a plan needs: mappings, lists, scalars,
anchors and aliases. Merge keys, tags, directives with a meaning and several documents are refused,
each with a sentence. What a scalar means is decided by what is expected at its place, so a person
called ``no`` stays one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, TypeAlias

import yaml

from refloat.plan.building import UNPRINTABLE, Builder, Spent
from refloat.plan.complaints import Complaints
from refloat.plan.tree import START, Mark, Node

SIZE_LIMIT: Final = 64 * 1024 * 1024
"""Bytes that a plan may have, all its files together."""


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

_LINE_END = re.compile("\r\n|\r|\n")
_ECHOED = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""")


def read_tree(
    text: bytes,
    complaints: Complaints,
    *,
    loader: Loader = FASTEST,
    file: str = "",
    spent: Spent | None = None,
) -> Node:
    """Read a plan's text into a tree.

    Args:
        text: the file's bytes, UTF-8 with or without byte order mark.
        complaints: is told of duplicate keys, merge keys and tags, after which reading goes on.
        loader: the parser to use; both give the same tree.
        file: the file's name, where a plan has several.
        spent: how much of the limits other files of the plan have used up; is added to.

    Raises:
        PlanRefused: if reading on makes no sense: it is too large, too deep, not UTF-8, not YAML,
            empty, or several documents.
    """
    spent = spent if spent is not None else Spent()
    spent.size += len(text)
    decoded = _decode(text, complaints, START._replace(file=file), spent.size)
    builder = Builder(complaints, file, spent)
    try:
        builder.take(_events(decoded, loader))
    except yaml.YAMLError as error:
        mark, sentence = _explain(error, decoded)
        complaints.refuse(mark._replace(file=file), sentence)
    if builder.root is None:
        complaints.refuse(
            START._replace(file=file), "the plan is empty: it begins with 'organisation:'"
        )
    return builder.root


def _events(text: str, loader: Loader) -> Iterator[yaml.Event]:
    """Give the parser's events; ``yaml.parse`` does the same with two calls for each."""
    parser = loader(text)
    try:
        while (event := parser.get_event()) is not None:
            yield event
    finally:
        parser.dispose()


def _decode(text: bytes, complaints: Complaints, start: Mark, size: int) -> str:
    if size > SIZE_LIMIT:
        limit, size_in_all = SIZE_LIMIT // 2**20, size / 2**20
        complaints.refuse(
            start, f"the plan has {size_in_all:.1f} MiB: more than {limit} MiB is no plan"
        )
    if text.startswith((b"\xff\xfe", b"\xfe\xff")):
        complaints.refuse(start, "the plan is UTF-16: save it as UTF-8")
    body = text.removeprefix(b"\xef\xbb\xbf")
    try:
        decoded = body.decode("utf-8")
    except UnicodeDecodeError as error:
        place = _place(body[: error.start].decode("utf-8"))
        offset = len(text) - len(body) + error.start
        complaints.refuse(
            place._replace(file=start.file),
            f"byte {body[error.start]:#04x} at offset {offset} is not UTF-8: save the plan so",
        )
    unprintable = UNPRINTABLE.search(decoded)
    if unprintable is not None:
        code = ord(unprintable.group())
        name = "a NUL byte" if code == 0 else f"the control character U+{code:04X}"
        place = _place(decoded[: unprintable.start()])._replace(file=start.file)
        complaints.refuse(place, f"{name} stands in the plan")
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
