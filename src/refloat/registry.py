"""Finds the adapters of a folder: one module, one adapter, no list to keep."""

from __future__ import annotations

import importlib
import importlib.util
import os
import pkgutil
import sys
from functools import cache
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

from refloat.model.errors import UsageProblem
from refloat.model.options import AdapterDescription, Option

ADAPTERS_VARIABLE = "REFLOAT_ADAPTERS"
"""Third-party adapters that the operator names: folders that hold ``engines/``, ``data_sets/``,
``sandboxes/``, ``checks/``, ``observers/`` or ``platforms/``, and names of entry points in the
group ``refloat.adapters``, separated by colons. None is ever loaded without being named here."""

ENTRY_POINT_GROUP = "refloat.adapters"


class Adapter(Protocol):
    """What every adapter says of itself."""

    name: str
    summary: str
    options: tuple[Option, ...]


@cache
def adapters(room: str) -> dict[str, Any]:
    """Find the adapters of one room by name.

    Args:
        room: ``engines``, ``data_sets``, ``sandboxes``, ``checks``, ``observers`` or
            ``platforms``.

    Returns:
        Each module's ``ADAPTER``, by its name, in alphabetical order.

    Raises:
        UsageProblem: if a module has no ADAPTER, its name is not its module's, or two share one.
    """
    package = importlib.import_module(f"refloat.{room}")
    modules = [
        importlib.import_module(f"refloat.{room}.{found.name}")
        for found in pkgutil.iter_modules(package.__path__)
        if not found.name.startswith("_")
    ]
    result: dict[str, Any] = {}
    for module in [*modules, *_named_by_operator(room)]:
        adapter = _adapter_of(module)
        if adapter.name in result:
            raise UsageProblem(f"two adapters in {room} are called {adapter.name!r}")
        result[adapter.name] = adapter
    return dict(sorted(result.items()))


def describe(room: str) -> dict[str, AdapterDescription]:
    """Give what the plan's parser needs of each adapter of a room, by name."""
    return {
        name: AdapterDescription(name, adapter.summary, adapter.options)
        for name, adapter in adapters(room).items()
    }


def _adapter_of(module: ModuleType) -> Adapter:
    adapter: Adapter | None = getattr(module, "ADAPTER", None)
    if adapter is None:
        raise UsageProblem(
            f"{module.__file__} holds no ADAPTER",
            hint="An adapter's module ends with ADAPTER = TheAdapter(); helpers start with '_'.",
        )
    expected = module.__name__.rpartition(".")[2].replace("_", "-")
    if adapter.name.replace("_", "-") != expected:
        raise UsageProblem(f"{module.__file__} holds an adapter called {adapter.name!r}")
    return adapter


def _named_by_operator(room: str) -> list[ModuleType]:
    modules = []
    for named in filter(None, os.environ.get(ADAPTERS_VARIABLE, "").split(":")):
        if "/" in named:
            modules += _from_folder(Path(named) / room)
        else:
            modules += _from_entry_point(named, room)
    return modules


def _from_folder(folder: Path) -> list[ModuleType]:
    modules = []
    for file in sorted(folder.glob("[!_]*.py")):
        name = f"refloat_named_adapters.{folder.name}.{file.stem}"
        specification = importlib.util.spec_from_file_location(name, file)
        if specification is None or specification.loader is None:
            raise UsageProblem(f"{file} cannot be loaded as a Python module")
        module = importlib.util.module_from_spec(specification)
        sys.modules[name] = module
        specification.loader.exec_module(module)
        modules.append(module)
    return modules


def _from_entry_point(name: str, room: str) -> list[ModuleType]:
    found = metadata.entry_points(group=ENTRY_POINT_GROUP, name=f"{room}.{name}")
    return [entry.load() for entry in found]
