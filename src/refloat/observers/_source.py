"""How an observer opens one file: an ordinary one, of a size that has a limit, in UTF-8."""

from __future__ import annotations

import stat
from pathlib import Path

from refloat.model.errors import MissingInput, ObservationProblem

LARGEST = 16 * 1024 * 1024
"""Bytes of one file at most."""

SPLIT = "Split it into several files, and observe them together."
"""What to do with a file of most kinds that is too large."""


def read_bytes(path: Path, largest: int = LARGEST, hint: str = SPLIT) -> bytes:
    """Give what stands in a file.

    Args:
        path: the file.
        largest: bytes that it may have.
        hint: what to do where it has more.

    Raises:
        MissingInput: if it is not there, or cannot be opened.
        ObservationProblem: if it is no ordinary file, or larger.
    """
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            raise ObservationProblem(f"{path} is no ordinary file: it is {what_it_is(mode)}")
        with path.open("rb") as stream:
            content = stream.read(largest + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "its name cannot be one"
        raise MissingInput(f"the file {path} cannot be read: {why}") from error
    if len(content) > largest:
        raise ObservationProblem(
            f"{path} is larger than {largest // 2**20} MiB",
            hint=hint,
        )
    return content


def what_it_is(mode: int) -> str:
    """Say in words what a path is, by the mode that ``stat`` gives."""
    return _KINDS.get(stat.S_IFMT(mode), "of an unknown kind")


_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFLNK: "a link",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFREG: "an ordinary file",
}


def text_of(path: Path, content: bytes, form: str = "UTF-8") -> str:
    """Give the text of a file, without its byte order mark.

    Args:
        path: the file, for messages.
        content: what stands in it.
        form: how people call the form that it is to be saved in.

    Raises:
        ObservationProblem: if it is not UTF-8, which names the line.
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ObservationProblem(
            f"{path} is not UTF-8 text: line {line}", hint=f"Save it again as {form}."
        ) from error


def decode(path: Path, content: bytes) -> str:
    """Give the text of a file, without its byte order mark.

    Raises:
        ObservationProblem: if it is not UTF-8, which names the line; or if it is empty.
    """
    text = text_of(path, content)
    if not text.strip():
        raise ObservationProblem(f"{path} is empty")
    return text
