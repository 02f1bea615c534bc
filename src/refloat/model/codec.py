"""Frozen dataclasses to JSON values and back, by their type hints; nothing is lost on the way.

Instants are ISO 8601 text in UTC (``2026-11-02T08:15:00.000000Z``), dates ISO text, durations
seconds, enums their values, tuples lists, bytes base64. Infinities and NaN are refused, because
JSON has none.

Reading ignores keys that it does not know: a later version may say more, and what it says beside
must never change what this version understands (the monotonic principle of
https://github.com/in-toto/attestation/blob/main/spec/v1/predicate.md). Everything else is strict: a
missing key without a default or a value of the wrong type is refused with its place.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import enum
import functools
import math
import types
import typing
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar, Union

from refloat.model.errors import EvidenceProblem
from refloat.model.secret import SecretReference

T = TypeVar("T")
DEEPEST = 64


class _Json:
    """Stands for ``Measure``: what JSON can say, without fractions."""


class _Option:
    """Stands for ``OptionValue``, whose members JSON could not tell apart untagged."""


_ALIASES = {"Measure": _Json, "OptionValue": _Option, "Options": Mapping[str, _Option]}


class _Wrong(Exception):
    """A value that cannot be; its place grows on the way up."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
        self.place: list[str] = []

    def within(self, step: str) -> _Wrong:
        self.place.append(step)
        return self


@dataclasses.dataclass(frozen=True)
class _Form:
    """How values of one type are written and read."""

    write: Callable[[Any], Any]
    read: Callable[[Any], Any]


def to_json(value: Any) -> dict[str, Any]:
    """Give a dataclass as JSON members: only dict, list, text, numbers, booleans and None.

    Args:
        value: an instance of a dataclass of the model, or of one that is built like those.

    Raises:
        EvidenceProblem: if something in it cannot be said in JSON (a naive datetime, an infinity, a
            fraction where the evidence allows none); the message names the place.
    """
    cls: Any = type(value)
    try:
        members: dict[str, Any] = _form(cls).write(value)
    except _Wrong as wrong:
        raise _problem("cannot be written", cls, wrong) from wrong
    return members


def from_json(cls: type[T], data: Any) -> T:
    """Read a dataclass from JSON members.

    Args:
        cls: the dataclass.
        data: what ``json.loads`` gave. Keys that the dataclass does not have are ignored.

    Raises:
        EvidenceProblem: if a key without a default is missing, or a value is of another type; the
            message names the place.
    """
    kind: Any = cls
    try:
        value: T = _form(kind).read(data)
    except _Wrong as wrong:
        raise _problem("cannot be read", cls, wrong) from wrong
    return value


def instant_text(instant: datetime) -> str:
    """Give an instant as evidence spells it: ``2026-11-02T08:15:00.000000Z``.

    Raises:
        ValueError: if it has no time zone.
    """
    if instant.tzinfo is None:
        raise ValueError("an instant without a time zone")
    return instant.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _problem(what: str, cls: type[Any], wrong: _Wrong) -> EvidenceProblem:
    place = "".join(reversed(wrong.place)).lstrip(".") or "the whole"
    return EvidenceProblem(f"a {cls.__name__} {what}: {place} {wrong.message}")


@functools.cache
def _form(kind: Any) -> _Form:
    """Make the form of a type once."""
    if kind in _SCALARS:
        return _SCALARS[kind]
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (Union, types.UnionType):
        return _optional(kind, arguments)
    if origin is tuple:
        return _tuple(kind, arguments)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        keys = _Form(str, _read_number_key) if arguments[0] is int else _form(arguments[0])
        return _mapping(keys, _form(arguments[1]))
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return _enum(kind)
    if dataclasses.is_dataclass(kind):
        return _dataclass(kind)
    raise TypeError(f"the codec knows no form of {kind}")


def _dataclass(cls: Any) -> _Form:
    hints = typing.get_type_hints(cls, localns=_ALIASES)
    fields = {field.name: field for field in dataclasses.fields(cls)}
    forms: dict[str, _Form] = {}

    def prepare() -> dict[str, _Form]:
        if not forms:  # late, so that a dataclass may hold its own kind
            forms.update({name: _form(hints[name]) for name in fields})
        return forms

    def write(value: Any) -> dict[str, Any]:
        return {
            name: _step(form.write, getattr(value, name), f".{name}")
            for name, form in prepare().items()
        }

    def read(data: Any) -> Any:
        if not isinstance(data, dict):
            raise _Wrong(f"is {_kind(data)} where members of {cls.__name__} belong")
        given: dict[str, Any] = {}
        for name, form in prepare().items():
            if name in data:
                given[name] = _step(form.read, data[name], f".{name}")
            elif _required(fields[name]):
                raise _Wrong(f"has no {name!r}")
        return cls(**given)

    return _Form(write, read)


def _required(field: dataclasses.Field[Any]) -> bool:
    missing = dataclasses.MISSING
    return field.default is missing and field.default_factory is missing


def _step(function: Callable[[Any], Any], value: Any, place: str) -> Any:
    try:
        return function(value)
    except _Wrong as wrong:
        raise wrong.within(place) from None


def _optional(kind: Any, arguments: tuple[Any, ...]) -> _Form:
    others = [argument for argument in arguments if argument is not type(None)]
    if len(others) != 1:
        raise TypeError(f"the codec cannot tell the members of {kind} apart")
    form = _form(others[0])
    return _Form(
        lambda value: None if value is None else form.write(value),
        lambda data: None if data is None else form.read(data),
    )


def _tuple(kind: Any, arguments: tuple[Any, ...]) -> _Form:
    if len(arguments) != 2 or arguments[1] is not Ellipsis:
        raise TypeError(f"the codec knows tuples of any length only, not {kind}")
    form = _form(arguments[0])

    def write(value: Any) -> list[Any]:
        return [_step(form.write, item, f"[{n}]") for n, item in enumerate(value)]

    def read(data: Any) -> tuple[Any, ...]:
        if not isinstance(data, list | tuple):
            raise _Wrong(f"is {_kind(data)} where a list belongs")
        return tuple(_step(form.read, item, f"[{n}]") for n, item in enumerate(data))

    return _Form(write, read)


def _mapping(keys: _Form, values: _Form) -> _Form:
    def write(value: Any) -> dict[str, Any]:
        return {
            keys.write(key): _step(values.write, item, f".{key}") for key, item in value.items()
        }

    def read(data: Any) -> dict[Any, Any]:
        if not isinstance(data, dict):
            raise _Wrong(f"is {_kind(data)} where a mapping belongs")
        return {
            _step(keys.read, key, f".{key}"): _step(values.read, item, f".{key}")
            for key, item in data.items()
        }

    return _Form(write, read)


def _read_number_key(data: Any) -> int:
    """Read a number that names something: JSON's names are text."""
    if not isinstance(data, str) or not data.isascii() or not data.lstrip("-").isdigit():
        raise _Wrong(f"is {data!r:.60} where the name is a whole number")
    return int(data)


def _enum(cls: Any) -> _Form:
    def read(data: Any) -> Any:
        try:
            return cls(data)
        except ValueError:
            known = ", ".join(repr(member.value) for member in cls)
            raise _Wrong(f"is {data!r:.60}; it can be {known}") from None

    return _Form(lambda value: value.value, read)


def _plain(*kinds: type[Any], word: str) -> _Form:
    """Text, whole numbers and booleans stay what they are."""

    def check(value: Any) -> Any:
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            raise _Wrong(f"is {_kind(value)} where {word} belongs")
        return value

    return _Form(check, check)


def _float(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _Wrong(f"is {_kind(value)} where a number belongs")
    try:
        number = float(value)
    except OverflowError:
        raise _Wrong("is a number too large") from None
    if not math.isfinite(number):
        raise _Wrong("is no finite number")
    return number


def _write_instant(value: Any) -> str:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise _Wrong("is an instant without a time zone")
    return instant_text(value)


def _read_instant(data: Any) -> datetime:
    if isinstance(data, str):
        try:
            value = datetime.fromisoformat(data)
        except ValueError:
            raise _Wrong(f"is {data!r:.60} where an instant belongs") from None
        if value.tzinfo is not None:
            return value.astimezone(UTC)
    raise _Wrong("is no instant with a time zone")


def _read_date(data: Any) -> date:
    try:
        return date.fromisoformat(data)
    except (TypeError, ValueError):
        raise _Wrong(f"is {data!r:.60} where a date belongs") from None


def _write_duration(value: Any) -> int | float:
    seconds: float = value.total_seconds()
    return int(seconds) if seconds.is_integer() else seconds


def _read_duration(data: Any) -> timedelta:
    seconds = _float(data)
    try:
        return timedelta(seconds=seconds)
    except OverflowError:
        raise _Wrong("is a duration too long") from None


def _read_bytes(data: Any) -> bytes:
    try:
        return base64.b64decode(data, validate=True)
    except (TypeError, ValueError, binascii.Error):
        raise _Wrong("is no base64 text") from None


def _write_json(value: Any, depth: int = 0) -> Any:
    if depth > DEEPEST:
        raise _Wrong(f"is nested deeper than {DEEPEST}")
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, Mapping):
        return {str(key): _write_json(item, depth + 1) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_write_json(item, depth + 1) for item in value]
    raise _Wrong(f"is {_kind(value)} where only text, whole numbers, lists and mappings belong")


def _read_json(data: Any, depth: int = 0) -> Any:
    if depth > DEEPEST:
        raise _Wrong(f"is nested deeper than {DEEPEST}")
    if isinstance(data, dict):
        return {key: _read_json(item, depth + 1) for key, item in data.items()}
    if isinstance(data, list | tuple):
        return tuple(_read_json(item, depth + 1) for item in data)
    return _write_json(data, depth)


def _write_option(value: Any) -> Any:
    if isinstance(value, timedelta):
        return {"duration": _write_duration(value)}
    if isinstance(value, SecretReference):
        return {"secret": str(value)}
    if isinstance(value, Mapping):
        return {"map": {key: _write_option(item) for key, item in value.items()}}
    return _write_json(value)


def _read_option(data: Any) -> Any:
    if not isinstance(data, dict):
        return _read_json(data)
    if set(data) == {"duration"}:
        return _read_duration(data["duration"])
    if set(data) == {"secret"} and isinstance(data["secret"], str) and ":" in data["secret"]:
        return SecretReference(*data["secret"].split(":", 1))
    if set(data) == {"map"} and isinstance(data["map"], dict):
        return {key: _read_option(item) for key, item in data["map"].items()}
    raise _Wrong("is no option's value")


def _kind(value: Any) -> str:
    """Name a JSON type in words."""
    names: dict[type, str] = {str: "text", int: "a number", float: "a fraction", bool: "yes or no"}
    names |= {list: "a list", tuple: "a list", dict: "a mapping", type(None): "nothing"}
    return names.get(type(value), type(value).__name__)


_SCALARS: dict[Any, _Form] = {
    str: _plain(str, word="text"),
    int: _plain(int, word="a whole number"),
    bool: _plain(bool, word="true or false"),
    float: _Form(_float, _float),
    bytes: _Form(lambda value: base64.b64encode(value).decode("ascii"), _read_bytes),
    datetime: _Form(_write_instant, _read_instant),
    date: _Form(lambda value: value.isoformat(), _read_date),
    timedelta: _Form(_write_duration, _read_duration),
    _Json: _Form(_write_json, _read_json),
    _Option: _Form(_write_option, _read_option),
}
