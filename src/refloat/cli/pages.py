"""What commands share that write a page for people."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from refloat.cli.shared import say
from refloat.host import files
from refloat.model.errors import StateProblem

READABLE = 0o644

PAGE = b"<!doctype html"
"""How a page begins, in small letters."""


def page_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``-o FILE.html``; the command gets it as ``write_to``, None if nobody wants a page."""
    return click.option(
        "-o",
        "--output",
        "write_to",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE",
        help="Write a page for people to this HTML file; it needs no network.",
    )(function)


def write_page(file: Path, page: bytes) -> None:
    """Write a page whole or not at all, and say where it is.

    Raises:
        StateProblem: if it cannot be written, or if a file stands there that is no page; what
            stands there is untouched.
    """
    with files.told(file):
        stands = file.is_file() and file.stat().st_size > 0
        other = stands and not _begins(file).lower().startswith(PAGE)
    if other:
        raise StateProblem(
            f"{file} is there already and is no page: it was not overwritten",
            hint="Name another file with -o.",
        )
    files.write_atomically(file, page, READABLE)
    say(f"The page is in {file}.")


def _begins(file: Path) -> bytes:
    with file.open("rb") as stream:
        return stream.read(len(PAGE))
