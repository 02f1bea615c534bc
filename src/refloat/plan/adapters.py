"""Adapters' options as tables of keys: what an adapter declares of itself, the plan understands."""

from __future__ import annotations

from refloat.model.options import AdapterDescription, Option, OptionType
from refloat.plan.reading import Key, Section, ValueType
from refloat.plan.secrecy import Secret, TextMap
from refloat.plan.values import Boolean, Choice, Duration, Integer, Path, Text, Texts

_TYPES: dict[OptionType, ValueType] = {
    OptionType.TEXT: Text(),
    OptionType.INTEGER: Integer(),
    OptionType.BOOLEAN: Boolean(),
    OptionType.DURATION: Duration(),
    OptionType.PATH: Path(),
    OptionType.PATHS: Texts(of=Path(), words="a path, or a list of paths"),
    OptionType.SECRET: Secret(),
    OptionType.TEXTS: Texts(),
    OptionType.TEXT_MAP: TextMap(),
}


def options_section(description: AdapterDescription) -> Section:
    """Make a table of keys of what an adapter declares."""
    short = next((option.name for option in description.options if option.short), "")
    keys = tuple(_key(option) for option in description.options)
    return Section(description.name, description.summary, keys, short=short)


def _key(option: Option) -> Key:
    value_type = Choice(option.choices) if option.choices else _TYPES[option.type]
    return Key(
        option.name,
        value_type,
        option.help,
        required=option.required,
        default=option.default,
        example=option.example,
    )
