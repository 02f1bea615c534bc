"""The feed, remembered: files of facts are imported, listed, and looked up by their key."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from refloat import feed
from refloat.app import memory
from refloat.app.facts import Refused, chunks, collector_paused
from refloat.app.sifting import Count, Sieve
from refloat.app.workspace import Workspace
from refloat.assess.ground.vanished import Disappearance, disappearances
from refloat.host import faults
from refloat.host.beside import Beside
from refloat.host.clock import Clock
from refloat.ledger.statement import Subject
from refloat.model.errors import MissingInput, UsageProblem
from refloat.model.facts import UNWRITTEN
from refloat.model.feed import FeedKind
from refloat.model.imports import ImportFact
from refloat.model.observations import RefusedLine
from refloat.store.index import open_store
from refloat.store.segments import SegmentWriter, one_import_at_a_time

_TOLD_EVERY = 10_000

Progress = Callable[[int], None]
"""Is told how many lines of a file were read so far."""


@dataclass(frozen=True)
class Imported:
    """What became of one file.

    Attributes:
        file: the file.
        entry: the evidence; None if nothing was new.
        new: lines about something that was not known.
        known: lines that say what was known already.
        changed: lines with another word on what was known: of a later time, or of other content.
        conflicts: those of them that were observed at the very time of another word on the same.
        kinds: how many lines of each kind are new or changed.
        refused: lines that could not be used; the others were.
        vanished: recovery points that this file shows to be gone before their time.
    """

    file: str
    entry: int | None
    new: int
    known: int
    changed: int
    conflicts: int
    kinds: Mapping[str, int]
    refused: tuple[Refused, ...]
    vanished: tuple[Disappearance, ...]


@dataclass(frozen=True)
class SourceListed:
    """What is known from one source, of one kind.

    Attributes:
        instance: the source.
        kind: the kind of facts.
        facts: how many are known.
        first_observed_at: when the first of them was observed.
        last_observed_at: when the last was.
    """

    instance: str
    kind: str
    facts: int
    first_observed_at: datetime
    last_observed_at: datetime


@dataclass(frozen=True)
class Incoming:
    """Lines that are to be imported.

    Attributes:
        file: where they come from, for messages.
        name: how the evidence calls that: the file's name without its folder.
        chunks: their bytes, piece by piece.
        made_from: SHA-256 of the listing that they were made from, hexadecimal; empty if the lines
            themselves came in.
        progress: told how far it is.
    """

    file: str
    name: str
    chunks: Iterable[bytes]
    made_from: str = ""
    progress: Progress = lambda _: None


def import_file(
    workspace: Workspace, clock: Clock, file: Path, progress: Progress = lambda _: None
) -> Imported:
    """Import one file: all that is new in it, or nothing, durably.

    Args:
        workspace: the plan and the state.
        clock: what time it is; later times in the file are refused.
        file: lines of the feed, packed with gzip or not.
        progress: told how far it is.

    Raises:
        MissingInput: if the file cannot be read; nothing of it is imported then.
        StateProblem, NoRoom: if it cannot be kept.
        EvidenceProblem: if the ledger is damaged, or an earlier line on the same thing is lost.
    """
    return import_all(workspace, clock, [of_file(file, progress)])[0]


def of_file(file: Path, progress: Progress) -> Incoming:
    """Give the lines of a file, to be read when they are imported."""
    return Incoming(str(file), file.name, chunks(file), progress=progress)


def import_all(
    workspace: Workspace, clock: Clock, parts: Iterable[Incoming]
) -> tuple[Imported, ...]:
    """Import one after the other, each as ``import_file`` does and with evidence of its own.

    What vanished is asked when all are in: while some are missing, what they hold seems gone. It is
    told of the last one that shows it.

    Raises:
        MissingInput: if one cannot be read; nothing of it is imported then, nor of later ones.
        StateProblem, NoRoom: if it cannot be kept.
        EvidenceProblem: if the ledger is damaged, or an earlier line on the same thing is lost.
    """
    taken = [(one.file, *_take(workspace, clock.now().wall, one)) for one in parts]
    sweeps = [count.sweeps for *_, count in taken]
    vanished = _vanished(workspace, sweeps, clock.now().wall)
    return tuple(
        _imported(file, entry, count, tuple(gone))
        for (file, entry, count), gone in zip(taken, vanished, strict=True)
    )


def _take(workspace: Workspace, now: datetime, incoming: Incoming) -> tuple[int | None, Count]:
    """Keep what is new in some lines; give the evidence of it, if there is any."""
    ledger, source = workspace.ledger(), hashlib.sha256()
    with (
        one_import_at_a_time(workspace.state) as folder,
        open_store(workspace.state) as store,
        SegmentWriter(folder) as writer,
        Beside(source.update) as hashing,
        collector_paused(),
    ):
        store.catch_up(ledger)
        sieve = Sieve(store, writer)
        count = sieve.count
        batches = feed.batches(_hashed(incoming.chunks, hashing))
        lines = feed.understand(batches, feed.Reader(now))
        for some in _usable(lines, count, incoming):
            sieve.take(some)
        hashing.finish()
        rows, entry = sieve.rows(), None
        if count.span is not None:
            fact = ImportFact(
                entry=UNWRITTEN,
                at=now,
                segment=writer.finish(),
                lines=len(rows),
                source=_printable(incoming.name),
                source_digest=incoming.made_from or source.hexdigest(),
                refused=len(count.refused),
                first_observed_at=count.span[0],
                last_observed_at=count.span[1],
                kinds=dict(sorted(count.kinds.items())),
            )
            entry = memory.record(workspace, [memory.statement(fact, _subjects(fact))])[0].index
            faults.point("facts.recorded")
            store.catch_up(ledger, {fact.segment: rows})
    return entry, count


def listed(workspace: Workspace) -> tuple[SourceListed, ...]:
    """Say what is known, from which sources.

    Raises:
        EvidenceProblem: if the ledger, or what was imported, is damaged.
    """
    found: dict[tuple[str, str], tuple[int, datetime, datetime]] = {}
    for fact in memory.known(workspace).feed.all():
        at, key = fact.observed_at, (fact.source.instance, feed.kind_of(fact).value)
        count, first, last = found.get(key, (0, at, at))
        found[key] = (count + 1, min(first, at), max(last, at))
    return tuple(
        SourceListed(instance, kind, *said) for (instance, kind), said in sorted(found.items())
    )


def look_up(workspace: Workspace, key: str) -> tuple[Mapping[str, Any], ...]:
    """Give every word on one thing, the one observed last at the end, as the lines say it.

    Args:
        workspace: the plan and the state.
        key: ``INSTANCE/KIND/ID``.

    Raises:
        UsageProblem: if that is no key.
        MissingInput: if nothing is known of it.
        EvidenceProblem: if what was imported is damaged.
    """
    parts = [
        (key[:at], kind.value, key[at + len(kind) + 2 :])
        for kind in FeedKind
        if (at := key.find(f"/{kind}/")) > 0
    ]
    if not parts:
        raise UsageProblem(
            f"{key!r} is no key of a fact",
            hint=f"Write INSTANCE/KIND/ID; KIND is one of: {', '.join(FeedKind)}.",
        )
    if (workspace.state / "ledger").exists():
        with open_store(workspace.state) as store:
            store.catch_up(workspace.ledger())
            for instance, kind, identity in parts:
                lines = store.lines_on(instance, kind, identity)
                if lines:
                    return tuple(msgspec.json.decode(line) for line in lines)
    raise MissingInput(f"no fact {key!r} is known", hint="refloat facts list shows the sources.")


def schema() -> dict[str, Any]:
    """Give the JSON Schema of a line of the feed."""
    return feed.schema()


def _usable(
    batches: Iterator[list[feed.Understood | RefusedLine]], count: Count, incoming: Incoming
) -> Iterator[list[feed.Understood]]:
    """Give the lines that can be used; count the others."""
    read = told = 0
    for some in batches:
        usable = []
        for one in some:
            if isinstance(one, RefusedLine):
                count.refused.append(Refused(incoming.file, one.line, one.reason))
            else:
                usable.append(one)
        yield usable
        read += len(some)
        if read - told >= _TOLD_EVERY:
            incoming.progress(read)
            told = read


def _imported(
    file: str, entry: int | None, count: Count, vanished: tuple[Disappearance, ...]
) -> Imported:
    return Imported(
        file=file,
        entry=entry,
        new=count.new,
        known=count.known,
        changed=count.changed,
        conflicts=count.conflicts,
        kinds=dict(sorted(count.kinds.items())),
        refused=tuple(count.refused),
        vanished=vanished,
    )


def _vanished(
    workspace: Workspace, sweeps: Sequence[Set[tuple[str, str, datetime]]], now: datetime
) -> list[list[Disappearance]]:
    """Give the points that the sweeps of each part show to be gone before their time."""
    last = {sweep: number for number, some in enumerate(sweeps) for sweep in some}
    found: list[list[Disappearance]] = [[] for _ in sweeps]
    for one in disappearances(memory.known(workspace).feed, now) if last else ():
        number = last.get((one.point.source.instance, one.point.data_set, one.noticed_at))
        if number is not None:
            found[number].append(one)
    return found


def _hashed(chunks: Iterable[bytes], hashing: Beside) -> Iterator[bytes]:
    for chunk in chunks:
        hashing.add(chunk)
        yield chunk


def _subjects(fact: ImportFact) -> tuple[Subject, ...]:
    return (
        Subject(f"source/{fact.source}", fact.source_digest),
        Subject(f"facts/{fact.segment[:16]}", fact.segment),
    )


def _printable(name: str) -> str:
    return name.encode("utf-8", "replace").decode("utf-8")
