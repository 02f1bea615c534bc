"""Facts in and out: appended to the ledger as signed statements, read back through the index."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

from refloat import feed
from refloat.app.facts import collector_paused
from refloat.app.workspace import Workspace
from refloat.ledger.log import Entry
from refloat.ledger.statement import Statement, Subject
from refloat.model.errors import EvidenceProblem
from refloat.model.facts import Fact, Facts, facts_from_entries, predicate, predicate_type
from refloat.model.feed import FeedFact
from refloat.model.observations import RefusedLine
from refloat.model.points import RecoveryPoint
from refloat.model.stream import Stream
from refloat.store import index
from refloat.store.segments import FOLDER, read_segment

_HEXADECIMAL = re.compile(r"[0-9a-f]{64}")


def statement(fact: Fact, subjects: Sequence[Subject]) -> Statement:
    """Make the statement that records a fact about its subjects."""
    return Statement(tuple(subjects), predicate_type(fact), predicate(fact))


def record(workspace: Workspace, statements: Sequence[Statement]) -> tuple[Entry, ...]:
    """Append statements to the ledger in one commit, durable on return.

    The index is not touched: it catches up when it is next read, so that nothing that records needs
    a database.

    Raises:
        StateProblem, NoRoom: if the ledger cannot be written.
        EvidenceProblem: if it is damaged.
    """
    return workspace.ledger().append(statements)


def known(workspace: Workspace) -> Facts:
    """Give every fact that the ledger holds, by way of the index.

    Raises:
        EvidenceProblem: if the ledger is damaged.
        StateProblem: if the index cannot be used; ``refloat rebuild`` makes it again.
    """
    if not (workspace.state / "ledger").exists():
        return Facts()
    with index.open_store(workspace.state) as store:
        store.catch_up(workspace.ledger())
        return with_feed(workspace, store.facts())


def read(workspace: Workspace) -> Facts:
    """Give every fact from the ledger itself: slower, and without any database.

    Raises:
        EvidenceProblem: if the ledger is damaged.
    """
    entries = ((entry.index, entry.statement) for entry in workspace.ledger().entries())
    return with_feed(
        workspace,
        facts_from_entries((n, one.predicate_type, one.predicate) for n, one in entries),
    )


def with_feed(workspace: Workspace, facts: Facts) -> Facts:
    """Give facts of the ledger with the feed that their imports brought.

    Raises:
        EvidenceProblem: if the lines of an import are missing or are not those that were recorded.
    """
    if not facts.imports:
        return facts
    folder, names = workspace.state / FOLDER, dict.fromkeys(one.segment for one in facts.imports)
    with collector_paused():
        stream = Stream.of(fact for name in names for fact in _facts_of(folder, name))
    return replace(facts, feed=stream)


def _facts_of(folder: Path, segment: str) -> Iterator[FeedFact]:
    reader = feed.Reader(canonical=True)
    for one in chain.from_iterable(feed.facts(read_segment(folder, segment), reader)):
        if isinstance(one, RefusedLine):
            raise EvidenceProblem(
                f"line {one.line} of the imported facts {segment} cannot be read: {one.reason}",
                hint="A newer Refloat may have imported it. Use that.",
            )
        yield from one


def point_subjects(points: Iterable[RecoveryPoint]) -> tuple[Subject, ...]:
    """Name recovery points as the subjects of a statement, each once."""
    named: dict[str, Subject] = {}
    for point in points:
        time = point.consistency_time.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        name = f"recovery-point/{point.repository}/{point.data_set}/{time}/{point.identity[:12]}"
        named[name] = Subject(name, digest_of(point.identity))
    return tuple(named.values())


def plan_subject(name: str, fingerprint: str) -> Subject:
    """Name a part of a plan as the subject of a statement."""
    return Subject(f"plan/{name}", digest_of(fingerprint.removeprefix("sha256:")))


def digest_of(identity: str) -> str:
    """Give the SHA-256 that names something: itself where it is one, else its name's digest."""
    if _HEXADECIMAL.fullmatch(identity):
        return identity
    return hashlib.sha256(identity.encode("utf-8")).hexdigest()
