"""A QR code as a drawing: made of numbers alone, so that nothing of its text can become markup."""

from __future__ import annotations

from dataclasses import dataclass

import segno

QUIET = 4
"""Modules of white around a code (ISO/IEC 18004, 6.3.8)."""


@dataclass(frozen=True)
class Code:
    """A QR code, ready to be drawn.

    Attributes:
        size: modules on each side, the quiet zone included.
        path: the dark modules as an SVG path, one module a unit.
    """

    size: int
    path: str


def code(text: str) -> Code:
    """Draw a text as a QR code with error correction M or better; the same text, the same path.

    Raises:
        segno.DataOverflowError: if the text is longer than the largest code holds.
    """
    made = segno.make_qr(text, error="m", encoding="utf-8")
    parts = []
    for y, row in enumerate(made.matrix):
        start = None
        for x, dark in enumerate((*row, 0)):
            if dark and start is None:
                start = x
            elif not dark and start is not None:
                parts.append(f"M{start + QUIET} {y + QUIET}h{x - start}v1h{start - x}z")
                start = None
    return Code(size=len(made.matrix) + 2 * QUIET, path="".join(parts))
