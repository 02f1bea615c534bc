"""Makes any text fit to be shown: nothing that hides, reorders or breaks what stands around it."""

from __future__ import annotations

import unicodedata
from typing import Any

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
# Unicode Technical Report 36, 2.10: these let one text be read as another.
_REORDERING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_WIDE = frozenset("WF")


def plain(value: Any) -> Any:
    """Clean a text for display; anything else is given back as it is.

    Line ends and tabs become spaces; other control characters, signs that reorder text, and
    halves of surrogate pairs become the replacement character.
    """
    if type(value) is not str:
        return value
    return "".join(map(_sign, value))


def _sign(sign: str) -> str:
    if sign in "\n\r\t":
        return " "
    if sign in _REORDERING or unicodedata.category(sign) in ("Cc", "Cs"):
        return _REPLACEMENT
    return sign


def shortened(text: str, columns: int) -> str:
    """Cut a text that is wider than so many columns, and say so by an ellipsis.

    East Asian wide signs and emoji take two columns, combining ones none (UAX 11).
    """
    text = plain(text).strip()
    taken, kept = 0, ""
    for sign in text:
        taken += _width(sign)
        if taken > columns:
            return kept.rstrip() + "…"
        if taken <= columns - 1 or len(kept) + 1 == len(text):
            kept += sign
    return text


def wrapped(text: str, columns: int) -> str:
    """Break a text after so many columns at most, once: between words where there are any.

    Args:
        text: the text; signs that hide or reorder are replaced.
        columns: the width of the first line, as ``shortened`` counts it.

    Returns:
        One line, or two with a line end between them; the second is as long as it is.
    """
    text = plain(text).strip()
    taken = 0
    for position, sign in enumerate(text):
        taken += _width(sign)
        if taken > columns:
            space = text.rfind(" ", 0, position + 1)
            cut = space if space > 0 else position
            return f"{text[:cut].rstrip()}\n{text[cut:].lstrip()}"
    return text


def _width(sign: str) -> int:
    if unicodedata.combining(sign):
        return 0
    return 2 if unicodedata.east_asian_width(sign) in _WIDE else 1
