"""Facts in and out: appended to the ledger as signed statements, read back through the index."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence

from refloat.app.workspace import Workspace
from refloat.ledger.log import Entry
from refloat.ledger.statement import Statement, Subject
from refloat.model.facts import Fact, Facts, facts_from_entries, predicate, predicate_type
from refloat.model.points import RecoveryPoint
from refloat.store import index

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
        return store.facts()


def read(workspace: Workspace) -> Facts:
    """Give every fact from the ledger itself: slower, and without any database.

    Raises:
        EvidenceProblem: if the ledger is damaged.
    """
    entries = ((entry.index, entry.statement) for entry in workspace.ledger().entries())
    return facts_from_entries((n, one.predicate_type, one.predicate) for n, one in entries)


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
