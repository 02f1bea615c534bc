"""Costs on the command line: what an option costs, as somebody enters it."""

from __future__ import annotations

from collections.abc import Iterable

from refloat.model.errors import UsageProblem


def entered(texts: Iterable[str]) -> dict[str, str]:
    """Read ``OPTION=TEXT``, as often as it was given; the last word on an option counts.

    Raises:
        UsageProblem: if there is no equals sign, or nothing on one of its sides.
    """
    found: dict[str, str] = {}
    for text in texts:
        name, _, cost = text.partition("=")
        if not name.strip() or not cost.strip():
            raise UsageProblem(
                f"{text!r} is no cost", hint="Write it as --cost standby='900 a month'."
            )
        found[name.strip()] = cost.strip()
    return found
