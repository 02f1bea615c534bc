"""What may stand behind a key: texts, numbers, durations, dates, paths, secrets and names."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from refloat.model.secret import in_address
from refloat.plan.complaints import quote
from refloat.plan.durations import DURATION_PATTERN, format_duration, parse_duration
from refloat.plan.reading import INVALID, Definitions, Invalid, Json, Reading, Reference, ValueType
from refloat.plan.tree import MappingNode, Node, ScalarNode, SequenceNode, is_nothing

_CAPTURED = re.compile(r"\$\{[^}]*\}")
_SECRET_IN_TEXT = re.compile(
    r"(?:password|passwd|pwd|passphrase|secret|token)(?:=|\"\s*:\s*\")"
    r"(?!['*/\s&;,}\"]|env:|file:|command:|$)",
    re.IGNORECASE,
)
_INTEGER = re.compile(r"[+-]?(0|[1-9][0-9]{0,17})")
TEXT_SCHEMA: Json = {"type": ["string", "number", "boolean"]}
"""A number or a yes is text where text is expected."""


@dataclass(frozen=True)
class Text(ValueType):
    """Text; a number or a yes is text too where text is expected.

    Attributes:
        pattern: what all of it must match; empty for any.
        rule: what the pattern asks for, in words.
        refused: texts that are not allowed, and why.
    """

    words: str = "text"
    pattern: str = ""
    rule: str = ""
    refused: tuple[tuple[str, str], ...] = ()

    def read(self, node: Node, reading: Reading) -> Any:
        """Give the text."""
        text = read_text(node, reading, self.words)
        if isinstance(text, Invalid):
            return text
        if self.pattern and not re.fullmatch(self.pattern, text):
            reading.complaints.add(node.mark, f"{quote(text)} is not allowed here: {self.rule}")
            return INVALID
        for refused, reason in self.refused:
            if text == refused:
                reading.complaints.add(node.mark, reason)
                return INVALID
        return text

    def schema(self, definitions: Definitions) -> Json:
        """Describe it."""
        if self.pattern:
            return {"type": "string", "pattern": f"^({self.pattern})$"}
        return dict(TEXT_SCHEMA)


@dataclass(frozen=True)
class MaybeText(ValueType):
    """Text, or nothing: a blank that the plan owns up to."""

    words: str = "text, or nothing"

    def read(self, node: Node, reading: Reading) -> Any:
        """Give the text; empty where nothing stands."""
        if is_nothing(node) or (isinstance(node, ScalarNode) and not node.text.strip()):
            return ""
        return read_text(node, reading, self.words)

    def schema(self, definitions: Definitions) -> Json:
        """Describe it."""
        return {"type": ["string", "number", "boolean", "null"]}


@dataclass(frozen=True)
class Path(ValueType):
    """A path, absolute or seen from the plan's folder."""

    words: str = "a path"

    def read(self, node: Node, reading: Reading) -> Any:
        """Give the path as it is written."""
        text = read_text(node, reading, self.words)
        if isinstance(text, str) and (text == "~" or text.startswith("~/")):
            reading.complaints.add(node.mark, "'~' is not expanded in a plan: write the path out")
            return INVALID
        return text

    def schema(self, definitions: Definitions) -> Json:
        """Describe it."""
        return dict(TEXT_SCHEMA)


@dataclass(frozen=True)
class Integer(ValueType):
    """A whole number between two bounds."""

    least: int | None = None
    most: int | None = None
    words: str = "a whole number"

    def read(self, node: Node, reading: Reading) -> Any:
        """Give the number."""
        if not isinstance(node, ScalarNode) or is_nothing(node):
            return reading.expected(self.words, node)
        if not node.plain or not _INTEGER.fullmatch(node.text):
            hint = " (without quotes)" if _INTEGER.fullmatch(node.text) else ""
            reading.complaints.add(
                node.mark, f"{self.words}{hint} is expected at {reading.where()}"
            )
            return INVALID
        number = int(node.text)
        below = self.least is not None and number < self.least
        if below or (self.most is not None and number > self.most):
            reading.complaints.add(
                node.mark, f"{number} is out of range at {reading.where()}: {self._range()}"
            )
            return INVALID
        return number

    def schema(self, definitions: Definitions) -> Json:
        """Describe it."""
        result: Json = {"type": "integer"}
        if self.least is not None:
            result["minimum"] = self.least
        if self.most is not None:
            result["maximum"] = self.most
        return result

    def _range(self) -> str:
        if self.most is None:
            return f"at least {self.least}"
        return f"{self.least} to {self.most}"


@dataclass(frozen=True)
class Boolean(ValueType):
    """``yes`` or ``no``, ``true`` or ``false``."""

    words: str = "yes or no"

    def read(self, node: Node, reading: Reading) -> Any:
        """Give the boolean."""
        text = node.text.lower() if isinstance(node, ScalarNode) and node.plain else ""
        if text not in ("yes", "true", "no", "false"):
            return reading.expected(self.words, node)
        return text in ("yes", "true")

    def schema(self, definitions: Definitions) -> Json:
        """Describe it."""
        return {"anyOf": [{"type": "boolean"}, {"enum": ["yes", "no", "Yes", "No", "YES", "NO"]}]}

    def show(self, value: object) -> str:
        """Write it as a plan would."""
        return "yes" if value else "no"


@dataclass(frozen=True)
class Duration(ValueType):
    """A duration longer than nothing.

    Attributes:
        never: a word that means that there is none (``on demand``); gives None.
        zero: whether no time at all is a duration too.
    """

    never: str = ""
    zero: bool = False
    words: str = "a duration, such as 15 min"

    def read(self, node: Node, reading: Reading) -> Any:
        """Give the duration."""
        text = read_text(node, reading, self.words)
        if isinstance(text, Invalid):
            return text
        if self.never and text == self.never:
            return None
        try:
            duration = parse_duration(text)
            if duration == timedelta(0) and not self.zero:
                raise ValueError("nothing takes no time: write a duration longer than 0")
        except ValueError as error:
            reading.complaints.add(node.mark, f"{quote(text)} at {reading.where()}: {error}")
            return INVALID
        return duration

    def schema(self, definitions: Definitions) -> Json:
        """Describe it."""
        result: Json = {"type": "string", "pattern": DURATION_PATTERN}
        return {"anyOf": [result, {"const": self.never}]} if self.never else result

    def show(self, value: object) -> str:
        """Write it as a plan would."""
        return format_duration(value) if isinstance(value, timedelta) else self.never


@dataclass(frozen=True)
class Date(ValueType):
    """A day of the calendar."""

    words: str = "a date, such as 2026-11-02"

    def read(self, node: Node, reading: Reading) -> Any:
        """Give the date."""
        text = read_text(node, reading, self.words)
        if isinstance(text, Invalid):
            return text
        try:
            if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
                raise ValueError("year, month and day are expected")
            return date.fromisoformat(text)
        except ValueError as error:
            sentence = f"{quote(text)} is no date: write it as 2026-11-02 ({error})"
            reading.complaints.add(node.mark, sentence)
            return INVALID

    def schema(self, definitions: Definitions) -> Json:
        """Describe it."""
        return {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "format": "date"}


@dataclass(frozen=True)
class Choice(ValueType):
    """One of a few texts.

    Attributes:
        of: the texts.
        make: makes a value of the text (an enum's member).
    """

    of: tuple[str, ...]
    make: Callable[[str], Any] = str

    @property
    def words(self) -> str:  # type: ignore[override]  # worked out, where others are told it
        """Say which texts."""
        return "one of " + ", ".join(self.of)

    def read(self, node: Node, reading: Reading) -> Any:
        """Give what is made of the text."""
        text = read_text(node, reading, self.words)
        if isinstance(text, Invalid):
            return text
        if text not in self.of:
            reading.complaints.add_misspelt(
                node.mark, f"{quote(text)} is not {self.words}", text, self.of
            )
            return INVALID
        return self.make(text)

    def schema(self, definitions: Definitions) -> Json:
        """Describe it."""
        return {"enum": list(self.of)}


@dataclass(frozen=True)
class Name(ValueType):
    """The key of something else in the plan; it is looked up when everything is read."""

    section: str

    @property
    def words(self) -> str:  # type: ignore[override]  # worked out, where others are told it
        """Say whose key."""
        return f"a name from '{self.section}'"

    def read(self, node: Node, reading: Reading) -> Any:
        """Give the name."""
        return read_name(self.section, node, reading)

    def schema(self, definitions: Definitions) -> Json:
        """Describe it."""
        return dict(TEXT_SCHEMA)


@dataclass(frozen=True)
class Texts(ValueType):
    """One text, or a list of them; gives a tuple.

    Attributes:
        of: what each of them is.
        empty: whether the list may be empty.
    """

    of: ValueType = Text()
    words: str = "text, or a list of texts"
    empty: bool = False

    def read(self, node: Node, reading: Reading) -> Any:
        """Give the texts."""
        if isinstance(node, SequenceNode):
            if not node.items and not self.empty:
                return reading.expected(self.words + " with something in it", node)
            read = [self.of.read(item, reading) for item in node.items]
            return INVALID if INVALID in read else tuple(read)
        if isinstance(node, MappingNode) or is_nothing(node):
            return reading.expected(self.words, node)
        text = self.of.read(node, reading)
        return text if text is INVALID else (text,)

    def schema(self, definitions: Definitions) -> Json:
        """Describe it."""
        one = self.of.schema(definitions)
        several: Json = {"type": "array", "items": one}
        return {"anyOf": [one, several if self.empty else several | {"minItems": 1}]}

    def show(self, value: object) -> str:
        """Write it as a plan would."""
        return ", ".join(value) if isinstance(value, tuple) else str(value)


def names_of(section: str) -> Texts:
    """Say that names of things in one section of the plan are expected: one, many or none."""
    return Texts(Name(section), f"a name from '{section}', or a list of them", empty=True)


def read_text(node: Node, reading: Reading, words: str) -> str | Invalid:
    """Give the text of a scalar that says something; complain of anything else.

    A secret inside of a longer text (an address, ``password=…``, JSON) is complained of here.
    """
    if not isinstance(node, ScalarNode) or is_nothing(node):
        return reading.expected(words, node)
    if not node.text.strip():
        reading.complaints.add(node.mark, f"{words} is expected at {reading.where()}, not blanks")
        return INVALID
    literal = _CAPTURED.sub("", node.text)
    if in_address(literal) or _SECRET_IN_TEXT.search(literal):
        reading.complaints.add(
            node.mark,
            f"a secret stands in the text at {reading.where()}: a plan holds only references to"
            " secrets, where a reference is understood",
        )
        return INVALID
    return node.text


def read_name(section: str, node: Node, reading: Reading) -> str | Invalid:
    """Give the name of something else in the plan, and remember to look it up."""
    text = read_text(node, reading, Name(section).words)
    if isinstance(text, str):
        reading.references.append(Reference(section, text, node.mark))
    return text
