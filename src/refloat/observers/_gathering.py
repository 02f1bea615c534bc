"""What an observer has seen in one source so far: nothing twice, nothing secret, and not too much.

Names that a template or a variable would make are refused here: they are said, and never guessed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from refloat.model.errors import ObservationProblem
from refloat.model.observations import Observation, RefusedLine
from refloat.observers import Reading
from refloat.observers._names import complaint
from refloat.observers._source import SPLIT

MOST = 20_000
"""Observations of one source at most: what it says must fit into one signed statement of 4 MiB."""

MOST_TEXT = 1024 * 1024
"""Bytes of all their texts at most, for the same reason."""

_TEMPLATE = re.compile(r"\{\{|\{%|<%|\$\{|\$\(|\$[A-Za-z_]")
_SAID_AGAIN = "a key stands here for the second time"
UNRENDERED = "a template or a variable stands in it that was never rendered"


def is_template(text: str) -> bool:
    """Say whether a text becomes a name only when somebody renders it."""
    return ("$" in text or "{" in text or "<%" in text) and bool(_TEMPLATE.search(text))


def digest_of(content: bytes) -> str:
    """Give the SHA-256 of what was read, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


class Gathering:
    """Collects what one source shows.

    Args:
        path: the source, for messages.
        hint: what to do where the source says too much.
    """

    def __init__(self, path: Path, hint: str = SPLIT) -> None:
        self._path = path
        self._hint = hint
        self._seen: dict[tuple[str, str], Observation] = {}
        self._refused: dict[tuple[int, str], RefusedLine] = {}
        self._text = 0

    def see(
        self,
        component: str,
        needs: str,
        line: int,
        what: str = "",
        *,
        owner: str = "",
        version: str = "",
        holds_data: bool = False,
    ) -> bool:
        """Take one observation, unless it cannot be; the line is refused then, with the reason.

        Of one that was taken already the first word counts, unless only a later one has a version.

        Args:
            component: its name.
            needs: the name of what it needs; empty for nothing.
            line: where it stands, from 1.
            what: what was seen.
            owner: who answers for the component; left out if it cannot be taken.
            version: which version; left out if it is a template or cannot be taken.
            holds_data: whether what is named last keeps data.

        Returns:
            Whether it was taken.

        Raises:
            ObservationProblem: if the source says more than fits.
        """
        reason = self._reason(component, needs, what)
        if reason:
            self.refuse(line, reason)
            return False
        earlier = self._seen.get((component, needs))
        if earlier is not None and (earlier.version or not version):
            return True
        owner, version = _usable(owner), _usable(version)
        seen = Observation(component, needs, line, what, owner, version, holds_data)
        if earlier is not None:  # a service that stands before its workload: that says more
            keeps = holds_data or earlier.holds_data
            seen = replace(seen, owner=owner or earlier.owner, holds_data=keeps)
        self._seen[component, needs] = seen
        self._text += sum(map(_size, (component, needs, what, owner, version)))
        if len(self._seen) > MOST or self._text > MOST_TEXT:
            raise ObservationProblem(
                f"{self._path} says more than {MOST} things, or more than 1 MiB of them",
                hint=self._hint,
            )
        return True

    def refuse_again(self, lines: Iterable[int]) -> None:
        """Refuse the lines in which a key stands for the second time."""
        for line in lines:
            self.refuse(line, _SAID_AGAIN)

    def refuse(self, line: int, reason: str) -> None:
        """Say that a line cannot be used, and why; the same is said once."""
        self._refused.setdefault((line, reason), RefusedLine(line, reason))

    def reading(self, content: bytes) -> Reading:
        """Give everything, when the whole source was looked at.

        Args:
            content: the bytes that were read.

        Raises:
            ObservationProblem: if nothing could be used.
        """
        return self.reading_of(digest_of(content))

    def reading_of(self, digest: str) -> Reading:
        """Give everything, as ``reading`` does.

        Args:
            digest: of the bytes that were read, as ``digest_of`` gives it.

        Raises:
            ObservationProblem: if nothing could be used.
        """
        refused = tuple(sorted(self._refused.values(), key=lambda one: one.line))
        if refused and not self._seen:
            first = refused[0]
            raise ObservationProblem(
                f"nothing in {self._path} can be used; line {first.line}: {first.reason}"
            )
        return Reading(tuple(self._seen.values()), refused, digest)

    def _reason(self, component: str, needs: str, what: str) -> str:
        if not component:
            return "it names nothing"
        if component == needs:
            return "it says that something needs itself"
        if is_template(component) or is_template(needs):
            return UNRENDERED
        return complaint(component) or complaint(needs) or complaint(what)


def _usable(text: str) -> str:
    return "" if not text or is_template(text) or complaint(text) else text


def _size(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "replace"))
