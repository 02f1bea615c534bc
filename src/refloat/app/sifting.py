"""What is new in the lines of one import, what was known, and what says something else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import accumulate
from operator import attrgetter

from refloat import feed
from refloat.app.facts import Refused
from refloat.feed.lines import PointLine
from refloat.store.index import Store, understood
from refloat.store.keys import KnownLine, LineRow, key_of
from refloat.store.segments import SegmentWriter

_FEW = 8
"""Up to so many earlier lines on one thing are read again rather than remembered."""


@dataclass
class Count:
    """What is found out while a file is read.

    Attributes:
        new: lines about something that was not known.
        known: lines that say what was known already.
        changed: lines with another word on what was known: of a later time, or of other content.
        conflicts: those of them that were observed at the very time of another word on the same.
        kinds: how many lines of each kind are kept.
        refused: lines that could not be used.
        span: when the first and the last kept line were observed; None while none is kept.
        sweeps: source, data set and time of lines that may show that a recovery point vanished.
    """

    new: int = 0
    known: int = 0
    changed: int = 0
    conflicts: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    refused: list[Refused] = field(default_factory=list)
    span: tuple[datetime, datetime] | None = None
    sweeps: set[tuple[str, str, datetime]] = field(default_factory=set)

    def first(self, some: Sequence[feed.Understood]) -> None:
        """Count lines on things of which nothing was said before."""
        self.new += len(some)
        for one in some:
            if type(one.line) is PointLine and one.line.state == "deleted":
                self.swept(one)

    def again(self, one: feed.Understood, *, conflicting: bool) -> None:
        """Count a line that says something else than the earlier words on the same."""
        self.changed += 1
        self.conflicts += conflicting
        self.swept(one)

    def kept(self, some: Sequence[feed.Understood]) -> None:
        """Count lines that were written."""
        if not some:
            return
        self.kinds.update(map(attrgetter("kind"), some))
        times = list(map(attrgetter("observed_at"), some))
        before = self.span or (times[0], times[0])
        self.span = (min(before[0], *times), max(before[1], *times))

    def swept(self, one: feed.Understood) -> None:
        """Remember the sweep of a line that may show that a recovery point vanished."""
        if isinstance(one.line, PointLine):
            self.sweeps.add((one.instance, one.line.dataset_ref, one.observed_at))


class _Words:
    """What several lines said of one thing: enough to know each of them again."""

    def __init__(self, some: Iterable[feed.Understood]) -> None:
        self.digests: set[str] = set()
        self.times: set[datetime] = set()
        for one in some:
            self.add(one)

    def add(self, one: feed.Understood) -> None:
        """Remember one more."""
        self.digests.add(one.digest)
        self.times.add(one.observed_at)


class Sieve:
    """Writes the lines of one import that are not known yet.

    Args:
        store: says what is known.
        writer: takes the lines.

    Attributes:
        count: what was found out.
    """

    def __init__(self, store: Store, writer: SegmentWriter) -> None:
        self.count = Count()
        self._store = store
        self._writer = writer
        self._any_known = store.has_lines()
        self._first: dict[bytes, int] = {}
        self._later: list[LineRow] = []
        self._words: dict[bytes, _Words] = {}

    def rows(self) -> list[LineRow]:
        """Give the rows of the lines that were written."""
        return [*self._first.items(), *self._later]

    def take(self, some: Sequence[feed.Understood]) -> None:
        """Write those of some lines that are not known.

        Raises:
            StateProblem, NoRoom: if they cannot be written, or the index cannot be asked.
            EvidenceProblem: if an earlier line on the same thing cannot be read.
        """
        keys = [key_of(one.instance, one.kind, one.external_id) for one in some]
        known = self._known(keys)
        if not known and self._nothing_said_on(keys):
            self._write_all(some, keys)
        else:
            some = [
                one
                for key, one in zip(keys, some, strict=True)
                if self._sift(one, key, known.get(key, ()))
            ]
        self.count.kept(some)

    def _known(self, keys: Sequence[bytes]) -> Mapping[bytes, Sequence[KnownLine]]:
        """Say where earlier imports' lines lie, of things whose words are not in memory yet."""
        if not self._any_known:
            return {}
        return self._store.known_lines([key for key in keys if key not in self._words])

    def _nothing_said_on(self, keys: Sequence[bytes]) -> bool:
        """Whether these are different things of which nothing is in memory."""
        return (
            len(set(keys)) == len(keys)
            and self._first.keys().isdisjoint(keys)
            and self._words.keys().isdisjoint(keys)
        )

    def _write_all(self, some: Sequence[feed.Understood], keys: Sequence[bytes]) -> None:
        """Write lines on different things of which nothing was said before."""
        lines = [one.canonical for one in some]
        places = accumulate((len(line) + 1 for line in lines), initial=self._writer.length)
        self._first.update(zip(keys, places, strict=False))  # the last place is behind them
        self._writer.add(lines)
        self.count.first(some)

    def _sift(self, one: feed.Understood, key: bytes, known: Sequence[KnownLine]) -> bool:
        """Write a line if it is not known, and say whether it was written."""
        words = self._words.get(key)
        if words is None and (earlier := self._earlier(key, known)):
            if one.canonical in earlier and len(earlier) <= _FEW:
                self.count.known += 1
                return False
            words = self._words[key] = _Words(understood(earlier))
        if words is None:
            self._first[key] = self._writer.length
            self.count.first([one])
        elif one.digest in words.digests:
            self.count.known += 1
            return False
        else:
            self._later.append((key, self._writer.length))
            self.count.again(one, conflicting=one.observed_at in words.times)
            words.add(one)
        self._writer.add([one.canonical])
        return True

    def _earlier(self, key: bytes, known: Sequence[KnownLine]) -> list[bytes]:
        """Give the lines that are there on one thing, of this import too."""
        lines = self._store.lines_at(known)
        if key in self._first:
            lines.append(self._writer.line_at(self._first[key]))
        return lines
