"""Secrets in a plan: references only, and a literal one is refused without being repeated."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from refloat.model.secret import SecretReference
from refloat.plan.complaints import quote
from refloat.plan.reading import INVALID, Definitions, Invalid, Json, Reading, ValueType
from refloat.plan.tree import MappingNode, Node, ScalarNode, is_nothing
from refloat.plan.values import TEXT_SCHEMA, read_text

SECRET_SCHEMES = ("env", "file", "command")
"""Where a secret may be kept."""

_REFERENCE = re.compile(rf"({'|'.join(SECRET_SCHEMES)}):(.*)", re.DOTALL)
_REFERENCE_HELP = "write env:NAME, file:PATH or command:COMMAND"
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SECRET_NAME = re.compile(
    r"(?:^|[^a-z])(?:passwords?|passwd|pwd|passphrase|secret|token|key|credentials?"
    r"|authorization|cookie)$"
)
_CAPTURED = re.compile(r"\$\{[^}]*\}")
_REFERENCE_PATTERN = rf"^({'|'.join(SECRET_SCHEMES)}):"


@dataclass(frozen=True)
class Secret(ValueType):
    """A reference to a secret; a literal one is refused, and never repeated."""

    words: str = "a reference to a secret: env:NAME, file:PATH or command:COMMAND"

    def read(self, node: Node, reading: Reading) -> Any:
        """Give the reference."""
        if not isinstance(node, ScalarNode) or is_nothing(node):
            return reading.expected(self.words, node)
        reference = read_reference(node, reading)
        if reference is None:
            reading.complaints.add(
                node.mark,
                f"a secret itself may not stand in a plan (at {reading.where()}):"
                f" {_REFERENCE_HELP}, and change the secret if the plan was ever shared",
            )
            return INVALID
        return reference

    def schema(self, definitions: Definitions) -> Json:
        """Describe it."""
        return {"type": "string", "pattern": _REFERENCE_PATTERN}


@dataclass(frozen=True)
class TextMap(ValueType):
    """A mapping of names to texts, some of which may be references to secrets.

    Attributes:
        secrets: whether references to secrets are understood.
    """

    secrets: bool = True
    words: str = "a mapping of names to texts"

    def read(self, node: Node, reading: Reading) -> Any:
        """Give the texts and references by name."""
        if not isinstance(node, MappingNode):
            return reading.expected(self.words, node)
        result: dict[str, str | SecretReference] = {}
        for name, entry in node.entries.items():
            with reading.inside(name, entry.key.mark):
                value = self._value(name, entry.value, reading)
            if not isinstance(value, Invalid):
                result[name] = value
        return result if len(result) == len(node.entries) else INVALID

    def schema(self, definitions: Definitions) -> Json:
        """Describe it."""
        return {"type": "object", "additionalProperties": dict(TEXT_SCHEMA)}

    def show(self, value: object) -> str:
        """Write it as a plan would."""
        pairs = value.items() if isinstance(value, Mapping) else ()
        return "{" + ", ".join(f"{name}: {text}" for name, text in pairs) + "}"

    def _value(self, name: str, node: Node, reading: Reading) -> str | SecretReference | Invalid:
        if isinstance(node, ScalarNode) and not node.plain and not node.text:
            return ""  # an empty text in quotes is meant: a form's empty field
        reference = read_reference(node, reading) if isinstance(node, ScalarNode) else None
        if reference is not None and self.secrets:
            return reference
        if reference is not None:
            reading.complaints.add(
                node.mark, f"no secret may stand at {reading.where()}: give the program a file"
            )
            return INVALID
        text = read_text(node, reading, "text")
        if isinstance(text, str) and is_secret_name(name) and not _CAPTURED.search(text):
            reading.complaints.add(
                node.mark,
                f"{quote(name)} is the name of a secret, and no secret itself may stand in a plan:"
                + (f" {_REFERENCE_HELP}" if self.secrets else " give the program a file")
                + "; if it is none, call it something else",
            )
            return INVALID
        return text


def read_reference(node: ScalarNode, reading: Reading) -> SecretReference | None:
    """Give the reference to a secret that a scalar is; None if it is none."""
    found = _REFERENCE.fullmatch(node.text)
    if found is None:
        return None
    scheme, target = found.group(1), found.group(2).strip()
    if not target:
        reading.complaints.add(node.mark, f"'{scheme}:' leads nowhere: {_REFERENCE_HELP}")
    elif scheme == "env" and not _VARIABLE.fullmatch(target):
        reading.complaints.add(node.mark, "what follows 'env:' is no name of a variable")
    return SecretReference(scheme, target)


def is_secret_name(name: str) -> bool:
    """Say whether a name is one that people give to secrets: ``password``, ``api-token``."""
    return bool(_SECRET_NAME.search(name.lower()))
