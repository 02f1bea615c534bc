"""How wide the columns of a table are where not all of it has room beside each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import cell_len

_FRAME = 3
"""What a column takes beside its text: a line, and a blank on both sides."""

_DRAWN = "│"
"""What stands in every bar."""

_ENOUGH = 26
"""So wide is wide enough for sentences."""

_SHORT = 14
"""Texts of so many letters are not wrapped while there is room."""


def widths(texts: Sequence[Sequence[str]], room: int) -> tuple[int, ...] | None:
    """Share out a terminal's columns, so that long sentences get most, and few words are broken.

    Args:
        texts: by column, its texts, the heading first; each may have several lines.
        room: how wide the terminal is.

    Returns:
        By column, how wide its text may be; None if there is room for all as it is, or if it is
        enough to wrap the longest sentences.
    """
    left = room - _FRAME * len(texts) - 1
    most = [_longest(line for text in some for line in text.split("\n")) for some in texts]
    if sum(min(much, _ENOUGH) for much in most) <= left:
        return None
    least = [min(room, _longest(word for text in some for word in _words(text))) for some in texts]
    whole = [much if much <= _SHORT else least[at] for at, much in enumerate(most)]
    least = whole if sum(whole) <= left else least
    while sum(least) > left and max(least) > 1:
        least[least.index(max(least))] -= 1
    spare = left - sum(least)
    wanted = [much - little for much, little in zip(most, least, strict=True)]
    total = sum(wanted)
    return tuple(
        max(1, little + (spare * more // total if spare > 0 else 0))
        for little, more in zip(least, wanted, strict=True)
    )


def _words(text: str) -> list[str]:
    """Give what is better not broken; a sign stays with the word behind it, a bar stays whole."""
    if _DRAWN in text:
        return [text]
    words = text.split()
    if len(words) > 1 and len(words[0]) == 1:
        words[:2] = [" ".join(words[:2])]
    return words


def _longest(texts: Iterable[str]) -> int:
    return max(map(cell_len, texts), default=0)
