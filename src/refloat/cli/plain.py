"""Text that others wrote, made fit for a terminal: it moves no cursor and turns no line round."""

from __future__ import annotations

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def plain(text: str) -> str:
    """Replace what is not printable: control characters, signs that reorder text, lone surrogates.

    Line ends stay.
    """
    return "".join(sign if sign.isprintable() or sign == "\n" else REPLACEMENT for sign in text)
