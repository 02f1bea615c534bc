"""Secrets that lie inside of data sets: which of them are lost together with what.

Paths are compared as the plan writes them; only what surely lies inside counts.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from functools import cached_property

from refloat.model.options import Options, OptionValue
from refloat.model.plan import Plan
from refloat.model.secret import SecretReference

_FILE = "file:"


class Buried:
    """Knows which data sets hold which paths.

    Args:
        plan: a plan; it alone is looked at.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    @cached_property
    def _held(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {}
        for key, component in self._plan.components.items():
            if component.protection is not None:
                for value in component.protection.options.values():
                    for path in _paths(value):
                        found.setdefault(posixpath.normpath(path), []).append(key)
        return found

    def holders(self, reference: str) -> tuple[str, ...]:
        """Give the components whose data set holds the file that a reference names.

        Args:
            reference: as the plan writes it (``file:/etc/key``); of another scheme, nothing does.
        """
        if not reference.startswith(_FILE) or not self._held:
            return ()
        path = posixpath.normpath(reference[len(_FILE) :])
        found = (key for folder in _above(path) for key in self._held.get(folder, ()))
        return tuple(dict.fromkeys(found))

    def behind(self, options: Options) -> tuple[str, ...]:
        """Give the components whose data set holds a file with one of the secrets in options."""
        found = (one for each in secrets(options) for one in self.holders(str(each)))
        return tuple(dict.fromkeys(found))


def secrets(options: Options) -> Iterator[SecretReference]:
    """Give every secret that some options refer to."""
    for value in options.values():
        if isinstance(value, SecretReference):
            yield value
        elif isinstance(value, Mapping):
            yield from (one for one in value.values() if isinstance(one, SecretReference))


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
