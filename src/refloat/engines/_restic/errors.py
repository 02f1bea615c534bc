"""What restic means when it fails, told from its exit code and its words.

restic before 0.17 ends with 1 for nearly everything, so its text has to be read; from 0.17 on the
codes 10 (no repository), 11 (locked) and 12 (wrong password) say it too. The texts are those of
restic 0.14 to 0.18 (``internal/repository``, ``internal/restic/lock.go``, ``cmd/restic``); the
codes are in restic's manual, "Scripting", "Exit codes".
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from refloat.model.errors import NoRoom, RefloatError, RepositoryProblem, ToolFailed

NO_REPOSITORY = "no repository"
LOCKED = "locked"
WRONG_PASSWORD = "wrong password"  # noqa: S105 (the name of a trouble, no password)
NEWER_FORMAT = "newer format"
NO_ROOM = "no room"
REFUSED = "refused"
READ_ONLY = "read-only"
DAMAGED = "damaged"
UNREACHABLE = "unreachable"

NAMED = 3
"""How many files a message names."""

_BY_EXIT_CODE = {10: NO_REPOSITORY, 11: LOCKED, 12: WRONG_PASSWORD}

_BY_WORDS = (
    (WRONG_PASSWORD, ("wrong password", "no key found")),
    (NEWER_FORMAT, ("unsupported repository version",)),
    (NO_ROOM, ("no space left on device", "disk quota exceeded")),
    (READ_ONLY, ("read-only file system",)),
    (UNREACHABLE, ("connection refused", "no such host", "network is unreachable", "i/o timeout")),
    (REFUSED, ("403 forbidden", "(403)", "401 unauthorized", "(401)", "permission denied")),
    (
        NO_REPOSITORY,
        ("unable to open config file", "is there a repository at the following location"),
    ),
    (
        DAMAGED,
        (
            "ciphertext verification failed",
            "could not load snapshot",
            "invalid data returned",
            "hash mismatch",
            "not found in repository",
            "does not match id",
            "decrypting blob",
            "unexpected eof",
            "number of used blobs",
            "invalid header",
            "wrong data returned",
            "no matching id found",
            "no such file or directory",
            "blob not found",
            "does not exist",
        ),
    ),
    (LOCKED, ("repository is already locked",)),
    (REFUSED, ("unable to create lock",)),
)

_STACK_TRACE = re.compile(r"\.(?:go|s):\d+|^(?:[a-z]+\.(?:com|org|in)/|runtime\.|main\.)")

_SENTENCES = {
    NO_REPOSITORY: (
        "there is no restic repository at {where}",
        "Check the location; the first backup makes a new repository.",
        True,
    ),
    LOCKED: (
        "the repository {where} is locked by another restic process",
        "Wait until it has finished. If none runs any more: restic unlock.",
        False,
    ),
    WRONG_PASSWORD: (
        "the repository {where} refuses the password",
        "Check what the plan's password reference leads to; the repository itself answers.",
        True,
    ),
    NEWER_FORMAT: (
        "the repository {where} has a newer format than this restic understands",
        "Install the restic version that made it, or a later one.",
        True,
    ),
    REFUSED: (
        "the repository {where} refuses what was asked",
        "Check the rights of this account; an append-only repository refuses every removal.",
        True,
    ),
    READ_ONLY: (
        "the repository {where} lies on a read-only file system",
        "It can be restored from, but not backed up to.",
        True,
    ),
    DAMAGED: (
        "data in the repository {where} is missing or damaged",
        "Run restic check --read-data on it, and use another copy or another recovery point.",
        True,
    ),
    UNREACHABLE: (
        "the repository {where} does not answer",
        "Check that its server runs and can be reached from here.",
        False,
    ),
}


@dataclass(frozen=True)
class FileError:
    """One file that restic could not deal with.

    Attributes:
        item: its path as restic names it.
        reason: why, in the system's words.

    """

    item: str
    reason: str


def trouble(exit_code: int, words: str) -> str | None:
    """Name what went wrong, by exit code first and by words then; None if it is not known."""
    if exit_code in _BY_EXIT_CODE:
        return _BY_EXIT_CODE[exit_code]
    lowered = words.lower()
    for name, phrases in _BY_WORDS:
        if any(phrase in lowered for phrase in phrases):
            return name
    return None


def is_trace(line: str) -> bool:
    """Whether a line is part of the stack trace that restic prints after some errors."""
    return bool(_STACK_TRACE.search(line))


def problem(where: str, exit_code: int, words: str) -> RefloatError:
    """Make the error for a restic that failed.

    Args:
        where: the repository, for people: its key in the plan and its location.
        exit_code: restic's exit code; negative for a signal.
        words: its last lines, secrets masked.

    Returns:
        ``RepositoryProblem`` or ``NoRoom`` where restic's words are understood, and ``ToolFailed``
        with those words where they are not.

    """
    name = trouble(exit_code, words)
    last = _last_words(words)
    if name == NO_ROOM:
        return NoRoom(
            f"the disk is full: restic stopped ({last})",
            hint=f"Free some space where {where} is kept, or where restic was to write.",
        )
    if name is None:
        return ToolFailed(f"restic ended with exit code {exit_code} on {where}: {last}")
    sentence, hint, permanent = _SENTENCES[name]
    error = RepositoryProblem(f"{sentence.format(where=where)} ({last})", hint=hint)
    error.permanent = permanent
    return error


def file_errors(words: str) -> tuple[FileError, ...]:
    """Find the files that restic complains about, in its JSON messages and in its plain lines."""
    return tuple(_file_errors(words))


def _file_errors(words: str) -> Iterator[FileError]:
    for line in words.splitlines():
        if line.endswith("does not exist, skipping"):
            yield FileError(line.removesuffix(" does not exist, skipping"), "it does not exist")
        elif line.startswith("ignoring error for "):
            item, _, reason = line.removeprefix("ignoring error for ").partition(": ")
            yield FileError(item, reason)
        elif line.startswith("{"):
            found = _from_message(line)
            if found is not None:
                yield found


def _from_message(line: str) -> FileError | None:
    try:
        message = json.loads(line)
    except ValueError:
        return None
    if not isinstance(message, dict) or message.get("message_type") != "error":
        return None
    error = message.get("error")
    reason = "it could not be read"
    if isinstance(error, dict):
        number = error.get("Err")
        if isinstance(error.get("message"), str):
            reason = error["message"]
        elif isinstance(number, int) and number in _ERROR_NUMBERS:
            reason = _ERROR_NUMBERS[number]
    return FileError(str(message.get("item", "")), reason)


_ERROR_NUMBERS = {
    2: "it vanished",
    5: "the disk has a reading error",
    13: "permission denied",
    28: "no space left on device",
}


def _last_words(words: str) -> str:
    files = file_errors(words)
    if files:
        named = ", ".join(f"{each.item}: {each.reason}" for each in files[:NAMED])
        return f"{named} and more" if len(files) > NAMED else named
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    said = [line for line in lines if not _STACK_TRACE.search(line)]
    plain = [line for line in said if not line.startswith("{")] or lines
    return " / ".join(plain[-4:]) or "it said nothing"
