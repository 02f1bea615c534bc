"""Options that an adapter declares of itself; the plan's keys and their help come from here.

An adapter (an engine, a kind of data set, a sandbox, a check) lists its options once. The plan's
parser, the JSON Schema, the reference pages and the messages about misspellings are made from that
list; no other file has to know them.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

from refloat.model.secret import SecretReference


class OptionType(enum.Enum):
    """What may stand behind a key of the plan."""

    TEXT = "text"
    INTEGER = "integer"
    BOOLEAN = "yes or no"
    DURATION = "duration, such as 15 min"
    PATH = "path"
    PATHS = "path, or list of paths"
    SECRET = "reference to a secret: env:NAME, file:PATH or command:COMMAND"  # noqa: S105 (no secret)
    TEXTS = "text, or list of texts"
    TEXT_MAP = "mapping of names to texts (a value may be a reference to a secret)"


OptionValue: TypeAlias = (
    "str | int | bool | timedelta | SecretReference | tuple[str, ...]"
    " | Mapping[str, str | SecretReference]"
)
"""A parsed value: PATH is text as written (relative to the plan's folder); PATHS and TEXTS are
tuples of such."""

Options: TypeAlias = Mapping[str, OptionValue]
"""Every declared option of one adapter that the plan gave, or that has a default."""


@dataclass(frozen=True)
class Option:
    """One key that an adapter understands.

    Attributes:
        name: the key as it stands in the plan, in snake_case.
        type: what may stand behind it.
        help: one sentence for the reference page and for editors.
        required: whether the plan must give it.
        default: the value when the plan is silent; None where there is none.
        example: how it may look in a plan.
        choices: the only texts allowed, where there are such.
        short: whether the adapter's value may be written without a mapping, meaning this option
            (``files: documents`` for ``files: {paths: documents}``). At most one option an adapter.
    """

    name: str
    type: OptionType
    help: str
    required: bool = False
    default: OptionValue | None = None
    example: str = ""
    choices: tuple[str, ...] = ()
    short: bool = False


@dataclass(frozen=True)
class AdapterDescription:
    """What the plan's parser must know of an adapter: its name, a sentence, and its options."""

    name: str
    summary: str
    options: tuple[Option, ...]


@dataclass(frozen=True)
class AdapterCatalogue:
    """The adapters that a plan may name, by name, one mapping for each kind of adapter."""

    engines: Mapping[str, AdapterDescription]
    data_sets: Mapping[str, AdapterDescription]
    checks: Mapping[str, AdapterDescription]
    sandboxes: Mapping[str, AdapterDescription]


@dataclass(frozen=True)
class Probe:
    """Whether an adapter's tools are there, found out by running them.

    Attributes:
        present: whether all tools answered.
        version: what they said of themselves, for people ("restic 0.14.0").
        missing: what is missing or does not answer, one sentence; empty when present.
        install: the command that installs what is missing; empty when present.
        limits: what is not to be had although it works ("no memory limit: no cgroup controller").
    """

    present: bool
    version: str = ""
    missing: str = ""
    install: str = ""
    limits: tuple[str, ...] = ()
