"""From names and options to an adapter and what it is given: absolute paths, fetched secrets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from refloat import registry
from refloat.host import secrets
from refloat.model.errors import UsageProblem
from refloat.model.options import Option, Options, OptionType, OptionValue
from refloat.model.secret import Secret, SecretReference
from refloat.plan import did_you_mean


def adapter(room: str, name: str, what: str) -> Any:
    """Find an adapter that somebody names on the command line.

    Args:
        room: where it is looked for, such as ``observers``.
        name: its name.
        what: what it is called, in a sentence: "there is no … 'name'".

    Raises:
        UsageProblem: if there is none of that name.
    """
    known = registry.adapters(room)
    if name not in known:
        raise UsageProblem(
            f"there is no {what} {name!r}",
            hint=did_you_mean(name, known, f"There are: {', '.join(known)}."),
        )
    return known[name]


def absolute(options: Options, declared: Iterable[Option], folder: Path) -> dict[str, OptionValue]:
    """Give the options with every path made absolute.

    Args:
        options: as the plan has them.
        declared: what the adapter declares.
        folder: what relative paths are relative to: the plan's folder.
    """
    types = {option.name: option.type for option in declared}
    return {name: _absolute(value, types.get(name), folder) for name, value in options.items()}


def fetch(options: Options, folder: Path) -> dict[str, Secret]:
    """Fetch every secret among options, by option name, ``form.password`` for one in a mapping.

    Raises:
        SecretProblem: if one cannot be had.
    """
    return {name: secrets.resolve(one, folder) for name, one in named_references(options).items()}


def named_references(options: Options) -> dict[str, SecretReference]:
    """Give the references to secrets among options, by name: ``form.password`` inside of one."""
    found: dict[str, SecretReference] = {}
    for name, value in options.items():
        if isinstance(value, SecretReference):
            found[name] = value
        elif isinstance(value, Mapping):
            for inner, reference in value.items():
                if isinstance(reference, SecretReference):
                    found[f"{name}.{inner}"] = reference
    return found


def references(options: Options) -> tuple[SecretReference, ...]:
    """Give the references to secrets among options."""
    return tuple(named_references(options).values())


def _absolute(value: OptionValue, kind: OptionType | None, folder: Path) -> OptionValue:
    if kind is OptionType.PATH and isinstance(value, str):
        return str(absolute_path(value, folder))
    if kind is OptionType.PATHS and isinstance(value, tuple):
        return tuple(str(absolute_path(path, folder)) for path in value)
    return value


def absolute_path(path: str, folder: Path) -> Path:
    """Make a plan's path absolute without following links: it is a name, valid in a sandbox too."""
    return Path(folder, path)
