"""Secrets that lie inside of what they open: by repository, the data sets that hold its secrets.

Paths are compared as the plan writes them; only what surely lies inside counts.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping

from refloat.model.options import Options, OptionValue
from refloat.model.plan import Plan
from refloat.model.secret import SecretReference


def buried_files(plan: Plan) -> Mapping[str, tuple[str, ...]]:
    """Give, by repository, the components whose data set holds a file with one of its secrets.

    Args:
        plan: a plan; it alone is looked at.
    """
    held: dict[str, str] = {}
    for key, component in plan.components.items():
        if component.protection is not None:
            for value in component.protection.options.values():
                for path in _paths(value):
                    held.setdefault(posixpath.normpath(path), key)
    if not held:
        return {}
    found: dict[str, dict[str, None]] = {}
    for key, repository in plan.repositories.items():
        for reference in _secrets(repository.options):
            if reference.scheme == "file":
                for folder in _above(posixpath.normpath(reference.target)):
                    if folder in held:
                        found.setdefault(key, {})[held[folder]] = None
    return {key: tuple(some) for key, some in found.items()}


def _above(path: str) -> Iterator[str]:
    """Give a path, and every folder above it."""
    yield path
    while path not in ("/", ".", ""):
        above = posixpath.dirname(path)
        if above == path:
            return
        path = above
        yield path or "."


def _paths(value: OptionValue) -> Iterator[str]:
    if isinstance(value, tuple):
        yield from (path for path in value if path and "://" not in path)
    elif isinstance(value, str) and "/" in value and "://" not in value:
        yield value


def _secrets(options: Options) -> Iterator[SecretReference]:
    for value in options.values():
        if isinstance(value, SecretReference):
            yield value
        elif isinstance(value, Mapping):
            yield from (one for one in value.values() if isinstance(one, SecretReference))
