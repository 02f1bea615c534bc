"""What commands share that look ahead: how people say what happens."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import click
from click.core import ParameterSource

from refloat.app.scenario import Wanted
from refloat.model.errors import UsageProblem


def _named(context: click.Context, _: click.Parameter, name: str) -> str:
    """Refuse an empty name that somebody gave: a variable of theirs was empty, most likely."""
    given = context.get_parameter_source("name") is ParameterSource.COMMANDLINE
    if given and not name.strip():
        raise UsageProblem(
            "the name of the scenario is empty", hint="Leave it out to list all that there are."
        )
    return name


def what_happens(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``[SCENARIO]``, ``--lose`` and ``--without``; the command gets them as ``wanted``."""

    @click.argument("name", metavar="[SCENARIO]", default="", callback=_named)
    @click.option(
        "--lose",
        multiple=True,
        metavar="KEY",
        help="Lose this: a site, a domain, a vendor, a person, a service, a component, a"
        " repository or a platform; of an account, that somebody else acts in its name."
        " May be repeated. Where a name means several things: site:KEY, vendor:KEY …",
    )
    @click.option(
        "--without",
        multiple=True,
        metavar="KEY",
        help="Lose this for good: nothing brings it back. May be repeated.",
    )
    @functools.wraps(function)
    def wrapped(
        *arguments: Any, name: str, lose: tuple[str, ...], without: tuple[str, ...], **options: Any
    ) -> Any:
        return function(*arguments, wanted=Wanted(name, lose, without), **options)

    return wrapped
