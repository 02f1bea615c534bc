"""Seals beside seals: what a round of backups puts into its later seals, and how it is found."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterable, Mapping

from refloat.engines import Sealed
from refloat.engines._restic import command
from refloat.engines._restic.command import Location, ReadVerb
from refloat.engines._restic.points import SealFacts, Snapshot, seal_facts
from refloat.engines._restic.seals import DOCUMENT_NAME, SealText, digest, read_document, read_text
from refloat.model.errors import RepositoryProblem
from refloat.model.points import RecoveryPoint

SMALL = 64 * 1024
"""Bytes: a larger seal is read by itself."""
ROOM = 512 * 1024
"""Bytes of other seals in one seal."""


class Rounds:
    """The small seals that the present round of backups has written, by repository.

    Nothing rests on this memory: what it does not know is read by a command more.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._texts: dict[str, dict[str, str]] = {}

    def begin(self, place: str) -> None:
        """Begin a round of backups to a repository."""
        with self._guard:
            self._texts.pop(place, None)

    def join(self, place: str, token: str, text: str) -> SealText:
        """Let a seal join the round, and give what it is to hold.

        Of seals that are written at the same time, the one that joins later carries the other.
        """
        with self._guard:
            texts = self._texts.setdefault(place, {})
            joined = SealText(text, dict(texts))
            if len(text) <= SMALL and sum(map(len, texts.values())) + len(text) <= ROOM:
                texts[token] = text
            return joined


class SealReader:
    """Reads seals, each by itself or out of a later one that carries it.

    Args:
        location: the repository.

    """

    def __init__(self, location: Location) -> None:
        self._location = location
        self._guard = threading.Lock()
        self._facts: dict[str, SealFacts] = {}
        self._carriers: dict[str, str] = {}
        self._opened: dict[str, _Carrier] = {}

    def learn(self, listed: Iterable[Snapshot]) -> None:
        """Take in what a listing tells of seals."""
        facts = seal_facts(listed)
        carriers: dict[str, str] = {}
        # Of a round, the seal that joined last carries the most: it comes last here, and wins.
        for seal, told in sorted(facts.items(), key=lambda one: len(one[1].beside)):
            if told.beside:
                carriers.update(dict.fromkeys((told.token, *told.beside), seal))
        with self._guard:
            self._facts, self._carriers = facts, carriers

    def read(self, point: RecoveryPoint) -> Sealed:
        """Read what was sealed with a point.

        Raises:
            RepositoryProblem: if it cannot be read.

        """
        with self._guard:
            facts = self._facts.get(point.seal)
            seal = self._carriers.get(facts.token) if facts is not None else None
            carrier = self._opened.setdefault(seal or "", _Carrier())
        if facts is None or seal is None:
            return _open(self._location, point.seal, point)[0]
        if seal == point.seal:
            return carrier.open(self._location, seal, point)[0]
        # One that cannot be read, or does not hold what it should, is as good as none.
        with contextlib.suppress(RepositoryProblem):
            text = carrier.open(self._location, seal, point)[1].get(facts.token)
            if text is not None and digest(text) == facts.digest:
                return read_text(text)
        return _open(self._location, point.seal, point)[0]


class _Carrier:
    """A seal that carries others: read once, by whoever asks first; the others wait."""

    def __init__(self) -> None:
        self._reading = threading.Lock()
        self._found: tuple[Sealed, Mapping[str, str]] | None = None
        self._problem: RepositoryProblem | None = None

    def open(
        self, location: Location, seal: str, point: RecoveryPoint
    ) -> tuple[Sealed, Mapping[str, str]]:
        with self._reading:
            if self._problem is not None:
                raise self._problem
            if self._found is None:
                try:
                    self._found = _open(location, seal, point)
                except RepositoryProblem as problem:
                    self._problem = problem
                    raise
            return self._found


def _open(location: Location, seal: str, point: RecoveryPoint) -> tuple[Sealed, Mapping[str, str]]:
    content = command.read(location, ReadVerb.DUMP, (seal, f"/{DOCUMENT_NAME}")).output
    try:
        return read_document(content)
    except ValueError as error:
        raise RepositoryProblem(
            f"{location.where}: the baseline of the recovery point"
            f" {point.identity[:12]} of {point.data_set} cannot be read: {error}"
        ) from error
