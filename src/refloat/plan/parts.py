"""Forms that only a plan has: needs, lists of checks, a command, what is kept, a sandbox."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import Any

from refloat.model.plan import Dependency, Strength
from refloat.plan.complaints import quote
from refloat.plan.mappings import ADAPTER, Table, read_section, section_schema
from refloat.plan.reading import (
    INVALID,
    NEEDED,
    Definitions,
    Invalid,
    Json,
    Reading,
    Reference,
    Section,
    ValueType,
)
from refloat.plan.tree import (
    Entry,
    MappingNode,
    Mark,
    Node,
    ScalarNode,
    SequenceNode,
    is_nothing,
)
from refloat.plan.values import Texts, read_name, read_text

_SHELL_WORDS = frozenset({"&&", "||", "|", "&", ";", ">", ">>", "<", "2>", "2>&1"})
_NAME_LIMIT = 200


@dataclass(frozen=True)
class Needs(ValueType):
    """A list of components and services: a bare name is hard, ``{soft: name}`` is soft."""

    words: str = "a list of components and services, such as [database, {soft: documents}]"

    def read(self, node: Node, reading: Reading) -> Any:
        """Give the dependencies, in the order of the file."""
        if isinstance(node, MappingNode) or is_nothing(node):
            return reading.expected(self.words, node)
        result: dict[str, Dependency] = {}
        for item in node.items if isinstance(node, SequenceNode) else [node]:
            dependency = self._one(item, reading)
            if dependency is None:
                continue
            if dependency.on in result:
                reading.complaints.add(
                    item.mark, f"{quote(dependency.on)} stands twice in {reading.where()}"
                )
            result[dependency.on] = dependency
        return tuple(result.values())

    def schema(self, definitions: Definitions) -> Json:
        """Describe it."""
        name: Json = {"type": "string"}
        marked: Json = {
            "type": "object",
            "properties": {strength.value: name for strength in Strength},
            "additionalProperties": False,
            "minProperties": 1,
            "maxProperties": 1,
        }
        return {"anyOf": [name, {"type": "array", "items": {"anyOf": [name, marked]}}]}

    def show(self, value: object) -> str:
        """Write an empty list."""
        return "nothing"

    def _one(self, node: Node, reading: Reading) -> Dependency | None:
        strength = Strength.HARD
        if isinstance(node, MappingNode):
            if len(node.entries) != 1:
                reading.expected("a name, {hard: name} or {soft: name}", node)
                return None
            ((word, entry),) = node.entries.items()
            if word not in [strength.value for strength in Strength]:
                reading.complaints.add_misspelt(
                    entry.key.mark,
                    f"{quote(word)} is neither 'hard' nor 'soft'",
                    word,
                    [strength.value for strength in Strength],
                )
                return None
            strength, node = Strength(word), entry.value
        name = read_name(NEEDED, node, reading)
        return None if isinstance(name, Invalid) else Dependency(name, strength)


@dataclass(frozen=True)
class Checks(ValueType):
    """A list of checks, each one name with one check behind it."""

    of: Table
    words: str = "a list of checks"

    def read(self, node: Node, reading: Reading) -> Any:
        """Give the checks in the order of the file."""
        if not isinstance(node, SequenceNode):
            return reading.expected(self.words, node)
        names: dict[str, Mark] = {}
        result = []
        for item in node.items:
            if not isinstance(item, MappingNode) or len(item.entries) != 1:
                reading.complaints.add(
                    item.mark,
                    "a check is one name with one check behind it:"
                    " '- staff can sign in: {ldap: {…}}'",
                )
                continue
            ((name, entry),) = item.entries.items()
            if self._has_name(name, entry, names, reading):
                with reading.inside(name, entry.key.mark):
                    result.append(self.of.read(entry.value, reading))
        return INVALID if INVALID in result else tuple(result)

    def schema(self, definitions: Definitions) -> Json:
        """Describe it."""
        item: Json = {
            "type": "object",
            "minProperties": 1,
            "maxProperties": 1,
            "additionalProperties": self.of.schema(definitions),
        }
        return {"type": "array", "items": item}

    def sections(self) -> tuple[Section, ...]:
        """Give the table of a check."""
        return self.of.sections()

    def show(self, value: object) -> str:
        """Write an empty list."""
        return "none"

    def _has_name(self, name: str, entry: Entry, names: dict[str, Mark], reading: Reading) -> bool:
        message = _no_line("check", name)
        if name in reading.catalogue.checks:
            message = f"this check has no name: write '- what it shows: {{{name}: …}}'"
        elif not message and is_nothing(entry.value):
            kinds = ", ".join(reading.catalogue.checks)
            message = f"{quote(name)} is a check on nothing: give it one of {kinds}"
        return _is_new("check", entry.key, names, message, reading)


@dataclass(frozen=True)
class Tables(ValueType):
    """A list of mappings that have one table of keys; gives a tuple."""

    of: Table
    words: str = "a list of mappings"

    def read(self, node: Node, reading: Reading) -> Any:
        """Give what the table gives, in the order of the file."""
        if not isinstance(node, SequenceNode):
            return reading.expected(self.words, node)
        result = []
        for number, item in enumerate(node.items, start=1):
            with reading.inside(str(number), item.mark):
                result.append(self.of.read(item, reading))
        return INVALID if INVALID in result else tuple(result)

    def schema(self, definitions: Definitions) -> Json:
        """Describe it."""
        return {"type": "array", "items": self.of.schema(definitions)}

    def sections(self) -> tuple[Section, ...]:
        """Give the table."""
        return self.of.sections()


@dataclass(frozen=True)
class Steps(ValueType):
    """A list of steps in the order to follow: a name, or a name with what is known of it."""

    of: Table
    words: str = "a list of steps"

    def read(self, node: Node, reading: Reading) -> Any:
        """Give the steps."""
        if not isinstance(node, SequenceNode):
            return reading.expected(self.words, node)
        names: dict[str, Mark] = {}
        result = []
        for item in node.items:
            entry = _step(item)
            if entry is None:
                reading.complaints.add(
                    item.mark, "a step is a name, or one name with a mapping behind it"
                )
            elif _is_new("step", entry.key, names, _no_line("step", entry.key.text), reading):
                with reading.inside(entry.key.text, entry.key.mark):
                    result.append(self.of.read(entry.value, reading))
        return INVALID if INVALID in result else tuple(result)

    def schema(self, definitions: Definitions) -> Json:
        """Describe it."""
        name: Json = {"type": "string"}
        marked: Json = {
            "type": "object",
            "minProperties": 1,
            "maxProperties": 1,
            "additionalProperties": self.of.schema(definitions),
        }
        return {"type": "array", "items": {"anyOf": [name, marked]}}

    def sections(self) -> tuple[Section, ...]:
        """Give the table of a step."""
        return self.of.sections()


def _no_line(what: str, name: str) -> str:
    """Say that the name of a check or a step is none; empty if it is one."""
    fits = name.strip() and "\n" not in name and len(name) <= _NAME_LIMIT
    return "" if fits else f"a {what}'s name is one line of at most {_NAME_LIMIT} characters"


def _is_new(
    what: str, key: ScalarNode, names: dict[str, Mark], message: str, reading: Reading
) -> bool:
    """Take a name that nothing speaks against, and that stands here for the first time."""
    first = names.get(key.text)
    if not message and first is not None:
        place = f"{first.line}:{first.column}"
        message = f"a {what} of the name {quote(key.text)} stands at {place} already"
    if message:
        reading.complaints.add(key.mark, message)
        return False
    names[key.text] = key.mark
    return True


def _step(item: Node) -> Entry | None:
    if isinstance(item, ScalarNode) and not is_nothing(item):
        return Entry(item, MappingNode(item.mark))
    if isinstance(item, MappingNode) and len(item.entries) == 1:
        (entry,) = item.entries.values()
        return entry
    return None


@dataclass(frozen=True)
class StepName(ValueType):
    """The name of a step of the same service."""

    words: str = "the name of a step"

    def read(self, node: Node, reading: Reading) -> Any:
        """Give the name, and remember to look it up."""
        text = read_text(node, reading, self.words)
        if isinstance(text, str):
            # The path ends in steps, this step, needs.
            within = tuple(reading.path[:-3])
            reading.references.append(Reference("steps", text, node.mark, within))
        return text

    def schema(self, definitions: Definitions) -> Json:
        """Describe it."""
        return {"type": "string"}


@dataclass(frozen=True)
class Command(ValueType):
    """A program and its arguments: a list, or text that is split as a shell splits words."""

    words: str = "a program and its arguments, as text or a list"

    def read(self, node: Node, reading: Reading) -> Any:
        """Give the words. No shell ever runs them, so a shell's signs are refused in text."""
        if isinstance(node, SequenceNode):
            return Texts().read(node, reading)
        text = read_text(node, reading, self.words)
        if isinstance(text, Invalid):
            return text
        try:
            words = tuple(shlex.split(text))
        except ValueError:
            reading.complaints.add(node.mark, "a quote in this command is never closed")
            return INVALID
        if not _SHELL_WORDS.isdisjoint(words):
            reading.complaints.add(
                node.mark,
                "no shell runs this command, so it cannot join or redirect programs:"
                " start a script, or write a list if the sign is meant as it stands",
            )
            return INVALID
        return words or reading.expected(self.words, node)

    def schema(self, definitions: Definitions) -> Json:
        """Describe it."""
        return Texts().schema(definitions)


@dataclass(frozen=True)
class Keep(ValueType):
    """How many recovery points are kept, or the word that nothing is removed."""

    table: Table
    everything: str = "everything"
    words: str = "a mapping, or everything"

    def read(self, node: Node, reading: Reading) -> Any:
        """Give what the table builds; None for everything."""
        if isinstance(node, ScalarNode) and node.text == self.everything:
            return None
        if not isinstance(node, MappingNode):
            return reading.expected(
                "a mapping such as {last: 10, daily: 14}, or 'everything'", node
            )
        values = read_section(self.table.section, node, reading)
        if isinstance(values, dict) and not any(values.values()):
            reading.complaints.add(
                reading.place(node), f"{reading.where()} keeps nothing: give a number above 0"
            )
        return self.table.read(node, reading)

    def schema(self, definitions: Definitions) -> Json:
        """Describe it."""
        return {"anyOf": [{"const": self.everything}, self.table.schema(definitions)]}

    def sections(self) -> tuple[Section, ...]:
        """Give the table."""
        return self.table.sections()

    def show(self, value: object) -> str:
        """Write that nothing is removed."""
        return self.everything


@dataclass(frozen=True)
class SandboxChoice(ValueType):
    """A sandbox's name, or a mapping of it to its options; gives the name and the options."""

    section: Section
    words: str = "the name of a sandbox, or a mapping of it to its options"

    def read(self, node: Node, reading: Reading) -> Any:
        """Give the name and the options."""
        if isinstance(node, ScalarNode) and not is_nothing(node):
            if node.text not in reading.catalogue.sandboxes:
                reading.complaints.add_misspelt(
                    node.mark,
                    f"there is no sandbox {quote(node.text)}; there is:"
                    f" {', '.join(reading.catalogue.sandboxes)}",
                    node.text,
                    reading.catalogue.sandboxes,
                )
                return INVALID
            node = MappingNode(node.mark, {node.text: Entry(node, MappingNode(node.mark))})
        values = read_section(self.section, node, reading)
        return values if isinstance(values, Invalid) else values[ADAPTER]

    def schema(self, definitions: Definitions) -> Json:
        """Describe it."""
        names = list(definitions.catalogue.sandboxes)
        return {"anyOf": [{"enum": names}, section_schema(self.section, definitions)]}

    def sections(self) -> tuple[Section, ...]:
        """Give the table of sandboxes."""
        return (self.section,)


@dataclass(frozen=True)
class EngineName(ValueType):
    """The name of an engine."""

    words: str = "the name of an engine"

    def read(self, node: Node, reading: Reading) -> Any:
        """Give the name."""
        text = read_text(node, reading, self.words)
        if isinstance(text, str) and text not in reading.catalogue.engines:
            engines = reading.catalogue.engines
            reading.complaints.add_misspelt(
                node.mark,
                f"there is no engine {quote(text)}; there is: {', '.join(engines)}",
                text,
                engines,
            )
            return INVALID
        return text

    def schema(self, definitions: Definitions) -> Json:
        """Describe it."""
        return {"enum": list(definitions.catalogue.engines)}
