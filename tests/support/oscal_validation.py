"""Validation of OSCAL documents by the oscal package, which unpacks its tables where it runs."""

from __future__ import annotations

import atexit
import contextlib
import functools
import shutil
import tempfile
from pathlib import Path

from oscal import OSCAL


def validated(document: Path) -> dict[str, bool]:
    """Say, aspect by aspect, whether a document is valid; ``all`` of them together stand first."""
    file = str(document.resolve())
    with contextlib.chdir(_folder()):
        loaded = OSCAL.load(file)
        return {"all": bool(loaded.is_valid), **loaded.validation_status}


@functools.cache
def _folder() -> Path:
    """Give a folder for the package's tables, one for each process, that goes away with it."""
    made = Path(tempfile.mkdtemp(prefix="refloat-oscal-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made
