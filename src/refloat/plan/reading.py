"""The machinery of the key tables: one table drives the parser, the JSON Schema and the reference.

A ``Section`` is a table of ``Key``s; what may stand behind a key is a ``ValueType``, which reads a
node of the tree, describes itself to editors, and says in words what it is.
"""

from __future__ import annotations

import enum
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, NamedTuple, Self, TypeAlias

from refloat.model.options import AdapterCatalogue, AdapterDescription, Options
from refloat.plan.complaints import Complaints, quote
from refloat.plan.tree import (
    START,
    MappingNode,
    Mark,
    Node,
    ScalarNode,
    describe,
    find,
    is_nothing,
)

Json: TypeAlias = "dict[str, Any]"
"""A piece of JSON Schema."""

ComplaintsOf: TypeAlias = Mapping[str, Callable[[Options], tuple[str, ...]]]
"""For each kind of check, what is wrong with its options beyond their types."""


class Invalid(enum.Enum):
    """What a reading gives when it complained: None has a meaning of its own."""

    INVALID = enum.auto()


INVALID: Final = Invalid.INVALID


NEEDED = "components or services"
"""What may be needed: the section of a reference that may lead to either."""


class Reference(NamedTuple):
    """A name that must be somebody's or something's key.

    Attributes:
        section: the part of the plan that it must be a key of (``people``), or ``NEEDED``.
        name: as it was written.
        mark: where.
        within: the keys that lead to that part; none where it stands at the top.
    """

    section: str
    name: str
    mark: Mark
    within: tuple[str, ...] = ()


@dataclass
class Reading:
    """What is known while one plan is read.

    Attributes:
        catalogue: the adapters that the plan may name.
        complaints_of: for each kind of check, what is wrong with its options.
        complaints: collects what is wrong.
        tree: the whole plan as it is written.
        path: the keys that lead to where reading is now.
        marks: where each of these keys stands.
        references: names to look up when everything is read.
        defaults: what ``defaults:`` says, by the kind of section that it is for.
        top: what the keys at the top of the plan gave, as far as they were read.
        options: the tables of adapters' options that were made already, by the description's
            identity: the catalogue keeps the descriptions.
        usual: what tables give that are there always, where the plan does not say them.
    """

    catalogue: AdapterCatalogue
    complaints_of: ComplaintsOf
    complaints: Complaints
    tree: Node = field(default_factory=lambda: MappingNode(START))
    path: list[str] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    defaults: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    top: dict[str, Any] = field(default_factory=dict)
    options: dict[int, Section] = field(default_factory=dict)
    usual: dict[str, Any] = field(default_factory=dict)

    def inside(self, key: str, mark: Mark) -> Self:
        """Go down one key for as long as a ``with`` block lasts."""
        self.path.append(key)
        self.marks.append(mark)
        return self

    def __enter__(self) -> Self:
        """Begin the block that ``inside`` is for."""
        return self

    def __exit__(self, *error: object) -> None:
        """Come up again by one key."""
        self.path.pop()
        self.marks.pop()

    def where(self) -> str:
        """Say in a message where reading is: ``services.booking``; empty at the top."""
        return ".".join(key if " " not in key else repr(key) for key in self.path)

    def place(self, node: Node) -> Mark:
        """Give the place of the key that leads here; at the top, the node's own."""
        return self.marks[-1] if self.marks else node.mark

    def mark(self, *path: str) -> Mark:
        """Give the place of what some keys lead to, or of the last key that is there."""
        return find(self.tree, path)

    def descriptions(self, room: str) -> Mapping[str, AdapterDescription]:
        """Give the adapters of ``engines``, ``data_sets``, ``checks`` or ``sandboxes``."""
        result: Mapping[str, AdapterDescription] = getattr(self.catalogue, room)
        return result

    def expected(self, words: str, node: Node) -> Invalid:
        """Complain that something else was expected; the value itself is never repeated."""
        if is_nothing(node):
            mark = self.place(node) if isinstance(node, ScalarNode) and not node.text else node.mark
            name = self.path[-1] if self.path else "the plan"
            self.complaints.add(mark, f"nothing stands behind {quote(name)}: {words} is expected")
        else:
            self.complaints.add(
                node.mark,
                f"{words} is expected at {self.where() or 'the top'}, not {describe(node)}",
            )
        return INVALID


class Definitions:
    """The parts of a JSON Schema that are used more than once.

    Args:
        catalogue: the adapters that a plan may name.
    """

    def __init__(self, catalogue: AdapterCatalogue) -> None:
        self.catalogue = catalogue
        self.made: dict[str, Json] = {}

    def of(self, name: str, make: Callable[[], Json]) -> Json:
        """Give a reference to a part, making the part when it is asked for the first time."""
        if name not in self.made:
            self.made[name] = {}
            self.made[name] = make()
        return {"$ref": f"#/$defs/{name}"}


class ValueType(ABC):
    """What may stand behind a key.

    Attributes:
        words: what it is, for messages and the reference ("text", "a duration, such as 15 min").
    """

    words: str

    def unsaid(self, default: Any, reading: Reading) -> Any:
        """Give the value where the plan is silent."""
        return default

    @abstractmethod
    def read(self, node: Node, reading: Reading) -> Any:
        """Give the value; INVALID after complaining."""

    @abstractmethod
    def schema(self, definitions: Definitions) -> Json:
        """Describe it to editors."""

    def sections(self) -> tuple[Section, ...]:
        """Give the tables of keys that stand inside of it, for the reference."""
        return ()

    def show(self, value: object) -> str:
        """Write a value (a default) as a plan would."""
        return str(value)


@dataclass(frozen=True)
class Key:
    """One key of the plan.

    Attributes:
        name: as it is written.
        type: what may stand behind it.
        help: one sentence.
        required: whether it must be there.
        default: the value when it is not.
        example: how its value may look.
    """

    name: str
    type: ValueType
    help: str
    required: bool = False
    default: Any = None
    example: str = ""


@dataclass(frozen=True)
class Section:
    """A table of keys.

    Attributes:
        name: unique; the anchor in the reference and the name in the JSON Schema.
        help: one or two sentences on what it describes.
        keys: its keys.
        build: makes a model object of the name and the values by key; without it the values stay
            as they are. What is missing is None: the plan is refused then anyway.
        short: the key that is meant when its value stands in place of the whole mapping.
        room: adapters that one key more must name (``checks``): its value holds their options.
        inline: the key that names the adapter, where the options stand beside it (``engine``).
        defaulted: the keys that ``defaults:`` may say too, under this section's name.
    """

    name: str
    help: str
    keys: tuple[Key, ...]
    build: Callable[[str, dict[str, Any]], Any] | None = None
    short: str = ""
    room: str = ""
    inline: str = ""
    defaulted: frozenset[str] = frozenset()

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of its keys."""
        return frozenset(key.name for key in self.keys)
