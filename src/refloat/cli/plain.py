"""Text that others wrote, made fit for a terminal: it moves no cursor and turns no line round.

Whatever a command prints for people goes through here: by ``say``, ``tell``, ``table`` and the
progress of ``refloat.cli.progress``, and by ``main`` for errors. JSON does not.
"""

from __future__ import annotations

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def plain(text: str) -> str:
    """Make text one line that says what it says and does nothing.

    Line ends and tabs become spaces, so that no name can pass for a line of Refloat's own. Replaced
    is what is not printable: control characters, signs that reorder text, lone surrogates.
    """
    return "".join(map(_sign, text))


def _sign(sign: str) -> str:
    if sign in "\n\r\t":
        return " "
    return sign if sign.isprintable() else REPLACEMENT
