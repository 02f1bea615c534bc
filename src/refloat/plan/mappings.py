"""Mappings of a plan: tables of keys, and names of things with such a table behind each."""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from dataclasses import dataclass, replace
from typing import Any

from refloat.model.options import AdapterDescription
from refloat.plan.adapters import options_section
from refloat.plan.complaints import nearest, quote
from refloat.plan.reading import (
    INVALID,
    Definitions,
    Invalid,
    Json,
    Reading,
    Reference,
    Section,
    ValueType,
)
from refloat.plan.tree import START, Entry, MappingNode, Node, ScalarNode

KEY_PATTERN = "^[a-z0-9][a-z0-9-]{0,62}$"
"""How the plan's own names are spelled: they become names of files, snapshots and tables."""

_KEY_RULE = "small letters, digits and '-' are allowed, 63 at most, the first one a letter or digit"
LINE_PATTERN = "^(?=.*\\S)[^\\n]{1,200}$"
"""How names are spelled that are words for people, and that nothing else refers to."""

_LINE_RULE = "one line of at most 200 characters"

ADAPTER = "adapter"
"""Where the values of a section with adapters keep the chosen one: its name and its options."""

_SINGULAR = {"checks": "check", "data_sets": "kind of data set", "sandboxes": "sandbox"}


@dataclass(frozen=True)
class Table(ValueType):
    """A mapping with a fixed table of keys.

    Attributes:
        section: the table.
        always: whether it is there, all defaults, where the plan does not say it.
    """

    section: Section
    words: str = "a mapping"
    always: bool = False

    def unsaid(self, default: Any, reading: Reading) -> Any:
        """Give what the table's defaults build, if it is there always."""
        if not self.always:
            return default
        if self.section.name not in reading.usual:
            reading.usual[self.section.name] = self.read(MappingNode(START), reading)
        return reading.usual[self.section.name]

    def read(self, node: Node, reading: Reading) -> Any:
        """Read the keys, and give what the section builds of them."""
        values = read_section(self.section, node, reading)
        if isinstance(values, Invalid) or self.section.build is None:
            return values
        return self.section.build(reading.path[-1] if reading.path else "", values)

    def schema(self, definitions: Definitions) -> Json:
        """Describe the table."""
        return definitions.of(self.section.name, lambda: section_schema(self.section, definitions))

    def sections(self) -> tuple[Section, ...]:
        """Give the table."""
        return (self.section,)


@dataclass(frozen=True)
class Named(ValueType):
    """A mapping of names to things of one type; gives a dictionary.

    Attributes:
        of: what stands behind each name.
        pattern: how a name is spelled.
        rule: the same in words.
        section: the section of the plan whose names they are; empty if they are new ones.
    """

    of: ValueType
    words: str = "a mapping of names"
    pattern: str = KEY_PATTERN
    rule: str = _KEY_RULE
    section: str = ""

    def read(self, node: Node, reading: Reading) -> Any:
        """Give what stands behind the names, without what was refused."""
        if not isinstance(node, MappingNode):
            return reading.expected(self.words, node)
        result = {}
        for name, entry in node.entries.items():
            if self.section:
                reading.references.append(Reference(self.section, name, entry.key.mark))
            elif not re.fullmatch(self.pattern.strip("^$"), name):
                reading.complaints.add(
                    entry.key.mark, f"{quote(name)} is no name for {reading.where()}: {self.rule}"
                )
            with reading.inside(name, entry.key.mark):
                value = self.of.read(entry.value, reading)
            if value is not INVALID:
                result[name] = value
        return result

    def schema(self, definitions: Definitions) -> Json:
        """Describe the names and what stands behind them."""
        return {
            "type": "object",
            "propertyNames": {"pattern": self.pattern},
            "additionalProperties": self.of.schema(definitions),
        }

    def sections(self) -> tuple[Section, ...]:
        """Give the tables in it."""
        return self.of.sections()


def described(of: ValueType, words: str = "a mapping of names in words") -> Named:
    """Say that new names are expected which are words for people."""
    return Named(of, words, LINE_PATTERN, _LINE_RULE)


@dataclass(frozen=True)
class Defaults(ValueType):
    """What is said once for all tables of some kinds."""

    tables: tuple[Section, ...]
    words: str = "a mapping"

    def read(self, node: Node, reading: Reading) -> Any:
        """Keep what is said, for the tables that are read later."""
        if not isinstance(node, MappingNode):
            return reading.expected(self.words, node)
        known = {table.name: table for table in self.tables}
        complain_of_unknown(node, known.keys(), reading)
        for name, table in known.items():
            if name not in node.entries:
                continue
            entry = node.entries[name]
            with reading.inside(name, entry.key.mark):
                values = read_section(as_defaults(table), entry.value, reading)
            if not isinstance(values, Invalid) and isinstance(entry.value, MappingNode):
                said = entry.value.entries
                reading.defaults[name] = {key: values[key] for key in values if key in said}
        return None

    def schema(self, definitions: Definitions) -> Json:
        """Describe the tables, nothing in them required."""
        properties = {
            table.name: section_schema(as_defaults(table), definitions) for table in self.tables
        }
        return {"type": "object", "properties": properties, "additionalProperties": False}

    def sections(self) -> tuple[Section, ...]:
        """Give none: they are described where they are used."""
        return ()


def as_defaults(table: Section) -> Section:
    """Give the part of a table that ``defaults:`` may say: no adapter, nothing required."""
    keys = tuple(replace(key, required=False) for key in table.keys if key.name in table.defaulted)
    return replace(table, keys=keys, room="", short="", defaulted=frozenset())


def read_section(section: Section, node: Node, reading: Reading) -> dict[str, Any] | Invalid:
    """Read a mapping by a table: values by key, defaults filled in, None where there is nothing."""
    node = _written_out(section, node)
    if not isinstance(node, MappingNode):
        return reading.expected("a mapping", node)
    values: dict[str, Any] = {}
    if not reading.path:
        reading.top = values
    defaults = reading.defaults.get(section.name, {}) if section.defaulted else {}
    for key in section.keys:
        if key.name in defaults:
            values[key.name] = defaults[key.name]
        else:
            values[key.name] = key.type.unsaid(key.default, reading)
        if key.name in node.entries:
            entry = node.entries[key.name]
            with reading.inside(key.name, entry.key.mark):
                value = key.type.read(entry.value, reading)
            if value is not INVALID:
                values[key.name] = value
        elif key.required and key.name not in defaults:
            where = f" in {reading.where()}" if reading.path else ""
            reading.complaints.add(
                reading.place(node), f"{quote(key.name)} is missing{where}: {key.help}"
            )
    known = section.names
    if section.inline:
        values[ADAPTER] = _read_inline(section, known, node, reading)
    elif section.room:
        values[ADAPTER] = _read_chosen(section.room, known, node, reading)
    else:
        complain_of_unknown(node, known, reading)
    return values


def complain_of_unknown(node: MappingNode, known: Set[str], reading: Reading) -> bool:
    """Complain of each key that is none of the known; say whether there was one."""
    if node.entries.keys() <= known:
        return False
    where = f" in {reading.where()}" if reading.path else ""
    unknown = [entry.key for name, entry in node.entries.items() if name not in known]
    for key in unknown:
        reading.complaints.add_misspelt(
            key.mark, f"unknown key {quote(key.text)}{where}", key.text, known
        )
    return bool(unknown)


def read_options(description: AdapterDescription, node: Node, reading: Reading) -> Any:
    """Read an adapter's options: those that the plan gives, and those that have a default."""
    section = reading.options.get(id(description))
    if section is None:
        section = reading.options[id(description)] = options_section(description)
    values = read_section(section, node, reading)
    if isinstance(values, Invalid):
        return values
    return {name: value for name, value in values.items() if value is not None}


def section_schema(section: Section, definitions: Definitions) -> Json:
    """Describe a table to editors."""
    properties = {
        key.name: key.type.schema(definitions) | {"description": key.help} for key in section.keys
    }
    required = [
        key.name for key in section.keys if key.required and key.name not in section.defaulted
    ]
    result: Json = {
        "type": "object",
        "description": section.help,
        "properties": properties,
        "additionalProperties": False,
    }
    if required:
        result["required"] = required
    if section.inline:
        _describe_inline(section, result, definitions)
    elif section.room:
        _describe_choice(section, result, definitions)
    if section.short:
        short = next(key for key in section.keys if key.name == section.short)
        return {"anyOf": [short.type.schema(definitions), result], "description": section.help}
    return result


def _written_out(section: Section, node: Node) -> Node:
    """Write out the short form: what stands in place of the mapping means one of its keys."""
    if isinstance(node, MappingNode) or not section.short:
        return node
    key = ScalarNode(section.short, plain=True, mark=node.mark)
    return MappingNode(node.mark, {section.short: Entry(key, node)})


def _read_chosen(room: str, known: Set[str], node: MappingNode, reading: Reading) -> Any:
    """Read the one key that names an adapter, its options behind it."""
    adapters = reading.descriptions(room)
    any_unknown = complain_of_unknown(node, known | adapters.keys(), reading)
    chosen = [name for name in node.entries if name in adapters and name not in known]
    what = _SINGULAR[room]
    if not chosen and not any_unknown:
        names = ", ".join(adapters)
        reading.complaints.add(
            reading.place(node), f"{reading.where()} names no {what}: give it one of {names}"
        )
    if len(chosen) > 1:
        reading.complaints.add(
            node.entries[chosen[1]].key.mark,
            f"{reading.where()} names more than one {what}: {' and '.join(chosen)}",
        )
    if len(chosen) != 1:
        return INVALID
    entry = node.entries[chosen[0]]
    before = reading.complaints.count()
    with reading.inside(chosen[0], entry.key.mark):
        options = read_options(adapters[chosen[0]], entry.value, reading)
    if options is not INVALID and room == "checks" and reading.complaints.count() == before:
        complaints_of = reading.complaints_of.get(chosen[0])
        for sentence in complaints_of(options) if complaints_of else ():
            reading.complaints.add(entry.key.mark, sentence.rstrip("."))
    return INVALID if options is INVALID else (chosen[0], options)


def _read_inline(section: Section, known: Set[str], node: MappingNode, reading: Reading) -> Any:
    """Read the options that stand beside the key that names the adapter."""
    adapters = reading.descriptions(section.room)
    entry = node.entries.get(section.inline)
    if entry is None:
        _complain_of_options_alone(section, known, adapters, node, reading)
        return "", {}
    name = entry.value.text if isinstance(entry.value, ScalarNode) else ""
    if name not in adapters:
        # The key itself was complained of; its options are read as those of the nearest name.
        name = nearest(name, adapters)
        if not name:
            return INVALID
    description = adapters[name]
    complain_of_unknown(node, known | {option.name for option in description.options}, reading)
    beside = {key: entry for key, entry in node.entries.items() if key not in known}
    options = {option.name for option in description.options}
    inner = MappingNode(node.mark, {key: beside[key] for key in beside if key in options})
    return name, read_options(description, inner, reading)


def _complain_of_options_alone(
    section: Section,
    known: Set[str],
    adapters: Mapping[str, AdapterDescription],
    node: MappingNode,
    reading: Reading,
) -> None:
    """Complain of options where the adapter that they are for is not named, and of other keys."""
    options = {option.name for adapter in adapters.values() for option in adapter.options}
    complain_of_unknown(node, known | options, reading)
    for name, entry in node.entries.items():
        if name in options and name not in known:
            reading.complaints.add(
                entry.key.mark,
                f"{quote(name)} in {reading.where()} says something to the {section.inline},"
                f" and none is named: add '{section.inline}: {next(iter(adapters), '…')}'",
            )


def _describe_choice(section: Section, result: Json, definitions: Definitions) -> None:
    adapters: dict[str, AdapterDescription] = getattr(definitions.catalogue, section.room)
    for name, description in adapters.items():
        reference = _adapter_schema(section.room, description, definitions)
        result["properties"][name] = reference | {"description": description.summary}
    result["oneOf"] = [{"required": [name]} for name in adapters]


def _describe_inline(section: Section, result: Json, definitions: Definitions) -> None:
    adapters: dict[str, AdapterDescription] = getattr(definitions.catalogue, section.room)
    del result["additionalProperties"]
    result["unevaluatedProperties"] = False
    result["allOf"] = [
        {
            "if": {"properties": {section.inline: {"const": name}}, "required": [section.inline]},
            "then": _open_schema(description, definitions),
        }
        for name, description in adapters.items()
    ]


def _open_schema(description: AdapterDescription, definitions: Definitions) -> Json:
    closed = section_schema(replace(options_section(description), short=""), definitions)
    return {key: closed[key] for key in ("properties", "required") if key in closed}


def _adapter_schema(room: str, description: AdapterDescription, definitions: Definitions) -> Json:
    section = options_section(description)
    return definitions.of(f"{room}.{section.name}", lambda: section_schema(section, definitions))
