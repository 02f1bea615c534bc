"""Libraries that only some platforms need."""

from __future__ import annotations

import importlib
from types import ModuleType

import msgspec

from refloat.model.errors import ToolMissing
from refloat.model.options import Probe


def library(name: str, extra: str) -> ModuleType:
    """Give a library that only one platform needs: it is not loaded for anything else.

    Args:
        name: the module.
        extra: Refloat's extra that installs it.

    Raises:
        ToolMissing: if it is not installed.
    """
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise ToolMissing(
            f"the Python package {name.partition('.')[0]} is not installed",
            hint=f"Run: pip install 'refloat[{extra}]'",
        ) from error


def probed(name: str, extra: str) -> Probe:
    """Say whether a platform can be asked itself; what was saved is read without any library."""
    try:
        found = library(name, extra)
    except ToolMissing as error:
        told = f"the platform itself cannot be asked: {error.message}; {error.hint}"
        return Probe(True, f"msgspec {msgspec.__version__}", limits=(told,))
    return Probe(True, f"{name} {found.__version__}")
