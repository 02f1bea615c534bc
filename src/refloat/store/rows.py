"""Entries of the ledger to rows and back: the only file that speaks the ORM.

Imported by ``index`` after Django has its settings; nobody else imports it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from refloat.ledger.log import Entry as LedgerEntry
from refloat.ledger.log import Ledger
from refloat.ledger.storage import Mark
from refloat.model.errors import EvidenceProblem, MissingInput, StateProblem
from refloat.model.facts import (
    ApprovalFact,
    DrillFact,
    Fact,
    ImportFact,
    InterruptedFact,
    PointsFact,
    fact_from_entry,
)
from refloat.store import lines
from refloat.store.database import REBUILD
from refloat.store.keys import LineRow
from refloat.store.models import Approval, Entry, Log, Point, Run

_BATCH = 500

LinesOf = Callable[[str], Sequence[LineRow] | None]
"""Gives the rows of a segment by its name, or None while it cannot be read."""


def catch_up(alias: str, ledger: Ledger, lines_of: LinesOf) -> int:
    """Index what a ledger has and the rows have not; begin anew if they are of another past.

    The tree's edge, kept with the rows, shows that the ledger goes on from them; so what was
    indexed before is not read again.

    Args:
        alias: the database.
        ledger: the ledger.
        lines_of: where the imported lines come from.

    Returns:
        How many entries were indexed.
    """
    committed = ledger.checkpoint()
    root = committed.root.hex()
    with transaction.atomic(using=alias):
        log = _locked_log(alias, committed.origin)
        if (log.size, log.root) == (committed.size, root):
            return 0
        fresh, mark = _fresh(alias, log, ledger)
        count = _insert(alias, log, fresh, lines_of)
        log.size, log.length, log.root = mark.size, mark.length, mark.root.hex()
        log.edge = " ".join(one.hex() for one in mark.hashes)
        log.save(using=alias)
        return count


def forget(alias: str, origin: str) -> None:
    """Remove every row of a ledger."""
    with transaction.atomic(using=alias):
        for log in Log.objects.using(alias).filter(origin=origin):
            lines.forget(alias, log.pk)
            log.delete(using=alias)


def indexed_up_to(alias: str, origin: str) -> int:
    """Say how many entries of a ledger are indexed."""
    found = Log.objects.using(alias).filter(origin=origin).first()
    return found.size if found is not None else 0


def facts(alias: str, origin: str, until: datetime | None) -> Iterator[Fact]:
    """Give the facts of a ledger, those recorded up to an instant if one is given.

    Raises:
        StateProblem: if a row is not what was written.
    """
    rows = Entry.objects.using(alias).filter(log__origin=origin).order_by("number")
    if until is not None:
        rows = rows.filter(recorded_at__lte=until)
    for row in rows.iterator(chunk_size=_BATCH):
        fact = _read(row)
        if fact is not None:
            yield fact


def fact_of(alias: str, origin: str, number: int) -> Fact | None:
    """Give the fact of one entry; None if it is of a type that holds none.

    Raises:
        MissingInput: if no such entry is indexed.
        StateProblem: if its row is not what was written.
    """
    row = Entry.objects.using(alias).filter(log__origin=origin, number=number).first()
    if row is None:
        raise MissingInput(
            f"the ledger has no entry {number}", hint="refloat evidence list shows them."
        )
    return _read(row)


def origins(alias: str) -> tuple[str, ...]:
    """Name every ledger that is indexed."""
    return tuple(Log.objects.using(alias).order_by("origin").values_list("origin", flat=True))


def _locked_log(alias: str, origin: str) -> Log:
    Log.objects.using(alias).get_or_create(origin=origin)
    return Log.objects.using(alias).select_for_update().get(origin=origin)


def _fresh(alias: str, log: Log, ledger: Ledger) -> tuple[Iterator[LedgerEntry], Mark]:
    """Read on where the rows end; remove them and read all if the ledger does not go on there."""
    last = Entry.objects.using(alias).filter(log=log).aggregate(last=Max("number"))["last"]
    if last == log.size - 1:
        try:
            hashes = tuple(bytes.fromhex(one) for one in log.edge.split())
            return ledger.read_on(Mark(log.size, log.length, hashes))
        except (EvidenceProblem, ValueError):
            # Either the rows are of another past, or the ledger is damaged: reading all shows.
            fresh = ledger.read_on()
    else:
        fresh = ledger.read_on()
    lines.forget(alias, log.pk)
    Entry.objects.using(alias).filter(log=log).delete()
    return fresh


def _insert(alias: str, log: Log, entries: Iterable[LedgerEntry], lines_of: LinesOf) -> int:
    count = 0
    pending: list[tuple[Entry, Fact | None]] = []
    for one in entries:
        pending.append(_row(log, one))
        count += 1
        if len(pending) >= _BATCH:
            _write(alias, pending, lines_of)
            pending = []
    _write(alias, pending, lines_of)
    return count


def _read(row: Entry) -> Fact | None:
    """Read a row, after holding it against the digest that was written with it."""
    try:
        if _digest(row.predicate) == row.digest:
            return fact_from_entry(row.number, row.predicate_type, json.loads(row.predicate))
        why = "its text has changed"
    except (ValueError, EvidenceProblem) as error:
        why = str(error)
    raise StateProblem(f"the index is damaged at entry {row.number}: {why}", hint=REBUILD)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _row(log: Log, one: LedgerEntry) -> tuple[Entry, Fact | None]:
    said = one.statement
    fact = fact_from_entry(one.index, said.predicate_type, said.predicate)
    text = json.dumps(dict(said.predicate), ensure_ascii=True, sort_keys=True)
    row = Entry(
        log=log,
        number=one.index,
        leaf=one.leaf_hash.hex(),
        predicate_type=said.predicate_type,
        recorded_at=fact.at if fact is not None else None,
        predicate=text,
        digest=_digest(text),
    )
    return row, fact


def _write(alias: str, pending: list[tuple[Entry, Fact | None]], lines_of: LinesOf) -> None:
    saved = Entry.objects.using(alias).bulk_create([row for row, _ in pending])
    runs: list[Run] = []
    points: list[Point] = []
    approvals: list[Approval] = []
    for row, (_, fact) in zip(saved, pending, strict=True):
        match fact:
            case DrillFact() | InterruptedFact():
                runs.append(_run(row, fact))
            case PointsFact():
                points += _points(row, fact)
            case ApprovalFact():
                approvals.append(_approval(row, fact))
            case ImportFact():
                lines.add(alias, row, fact.segment, lines_of(fact.segment))
    Run.objects.using(alias).bulk_create(runs)
    Point.objects.using(alias).bulk_create(points)
    Approval.objects.using(alias).bulk_create(approvals)


def _run(row: Entry, fact: DrillFact | InterruptedFact) -> Run:
    if isinstance(fact, InterruptedFact):
        return Run(entry=row, run=fact.run, service=fact.service, at=fact.at)
    record = fact.record
    return Run(
        entry=row,
        run=record.run,
        service=record.service,
        verdict=record.verdict.value,
        at=record.declared_at,
    )


def _points(row: Entry, fact: PointsFact) -> list[Point]:
    return [
        Point(
            entry=row,
            identity=point.identity,
            data_set=point.data_set,
            repository=point.repository,
            engine=point.engine,
            kind=point.kind,
            consistency_time=point.consistency_time,
            bytes=point.bytes,
        )
        for point in fact.points
    ]


def _approval(row: Entry, fact: ApprovalFact) -> Approval:
    return Approval(
        entry=row,
        service=fact.service,
        measure=fact.measure,
        person=fact.person,
        fingerprint=fact.fingerprint,
        at=fact.at,
    )
