"""What commands share that write a page for people."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from refloat.cli.shared import say
from refloat.host import files

READABLE = 0o644


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
        StateProblem: if it cannot be written; an old page is untouched.
    """
    files.write_atomically(file, page, READABLE)
    say(f"The page is in {file}.")
