"""An adapter in a folder that the operator names: found there, and forgotten afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from refloat import registry


@contextmanager
def named_adapter(folder: Path, room: str, name: str, source: str) -> Iterator[Any]:
    """Give an adapter that nobody but the operator knows, for as long as the block runs.

    Args:
        folder: an empty folder, or one that is not there yet.
        room: the room that it is for, such as ``checks``.
        name: the adapter's name.
        source: its module.
    """
    (folder / room).mkdir(parents=True)
    (folder / room / f"{name}.py").write_text(source, encoding="utf-8")
    try:
        with pytest.MonkeyPatch.context() as patched:
            patched.setenv(registry.ADAPTERS_VARIABLE, str(folder))
            registry.adapters.cache_clear()
            yield registry.adapters(room)[name]
    finally:
        registry.adapters.cache_clear()


def keeps_promises(adapter: Any, promises: Any, folder: Path) -> None:
    """See that an adapter keeps promises, each in a folder of its own."""
    for number, holds in enumerate(promises):
        own = folder / str(number)
        own.mkdir()
        holds(adapter, own)
