"""Rows: thin indexes over the ledger's entries. All of them can be dropped and made again.

No column knows an adapter's name or an enum of the model: those are text, so that a new engine or
verdict needs no migration. ``User`` is here from the first migration because Django cannot exchange
it later; it is the only table that the ledger does not hold.
"""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    """Somebody who may sign in to a shell that asks for it. None does yet."""


class Log(models.Model):
    """One ledger that is indexed.

    Attributes:
        origin: the log's name, for good.
        size: how many of its entries are indexed.
        root: its Merkle root at that size, hexadecimal.
        length: the bytes of those entries.
        edge: the hashes of the tree's right edge at that size, hexadecimal, with spaces between.
    """

    origin = models.TextField(unique=True)
    size = models.BigIntegerField(default=0)
    root = models.TextField(default="")
    length = models.BigIntegerField(default=0)
    edge = models.TextField(default="")


class Entry(models.Model):
    """One entry of a ledger.

    Attributes:
        log: the ledger.
        number: its place in the ledger, from 0.
        leaf: its hash in the Merkle tree, hexadecimal.
        predicate_type: the URI of what is said.
        recorded_at: when it was recorded; None where the predicate does not say.
        predicate: what is said, as JSON text.
        digest: SHA-256 of that text, hexadecimal: SQLite would not notice a flipped bit in it. It
            guards against accidents; against people, the ledger's signatures do.
    """

    log = models.ForeignKey(Log, models.CASCADE, related_name="entries")
    number = models.BigIntegerField()
    leaf = models.TextField()
    predicate_type = models.TextField()
    recorded_at = models.DateTimeField(null=True)
    predicate = models.TextField()
    digest = models.TextField()

    class Meta:
        """Each place of a ledger is taken once."""

        constraints = (models.UniqueConstraint(fields=("log", "number"), name="entry_once"),)
        indexes = (
            models.Index(fields=("log", "predicate_type"), name="entry_by_type"),
            models.Index(fields=("log", "recorded_at"), name="entry_by_time"),
        )


class Run(models.Model):
    """One recorded run: a drill that came to an end, or one that was interrupted.

    Attributes:
        entry: where it is recorded.
        run: the run's identity.
        service: the service's key.
        verdict: what it showed; empty for an interrupted run.
        at: when it was declared, or found interrupted.
    """

    entry = models.OneToOneField(Entry, models.CASCADE, related_name="run")
    run = models.TextField(db_index=True)
    service = models.TextField(db_index=True)
    verdict = models.TextField(blank=True)
    at = models.DateTimeField()


class Point(models.Model):
    """One recorded recovery point.

    Attributes:
        entry: where it is recorded.
        identity: the engine's name of it.
        data_set: the component key.
        repository: key of the repository.
        engine: the engine's name.
        kind: the kind of data set.
        consistency_time: when the data was true.
        bytes: its size.
    """

    entry = models.ForeignKey(Entry, models.CASCADE, related_name="points")
    identity = models.TextField()
    data_set = models.TextField()
    repository = models.TextField()
    engine = models.TextField()
    kind = models.TextField()
    consistency_time = models.DateTimeField()
    bytes = models.BigIntegerField()

    class Meta:
        """Points are looked for by data set and time."""

        indexes = (models.Index(fields=("data_set", "consistency_time"), name="point_by_time"),)


class Approval(models.Model):
    """One recorded approval of an objective.

    Attributes:
        entry: where it is recorded.
        service: the service's key.
        measure: ``rpo`` or ``rto``.
        person: who approved.
        fingerprint: of exactly what was approved.
        at: when.
    """

    entry = models.OneToOneField(Entry, models.CASCADE, related_name="approval")
    service = models.TextField(db_index=True)
    measure = models.TextField()
    person = models.TextField()
    fingerprint = models.TextField()
    at = models.DateTimeField()


class Segment(models.Model):
    """One batch of imported lines, in a file of its own.

    Attributes:
        entry: where it is recorded.
        name: SHA-256 of its bytes, hexadecimal: the file's name.
        whole: whether its lines are indexed; they are not while the file is missing or damaged.
    """

    entry = models.OneToOneField(Entry, models.CASCADE, related_name="segment")
    name = models.TextField(db_index=True)
    whole = models.BooleanField()


class Line(models.Model):
    """One imported line: which key it is a word on, and where it lies.

    There may be millions. They are written and removed a segment at a time, past the ORM, so the
    segment's column needs neither an index nor a constraint. They lie in the order of their keys:
    in SQLite the table is that one tree (``WITHOUT ROWID``). What a line says is read from its
    segment when its key is met again.

    Attributes:
        pk: its key and where it lies.
        segment: the segment that it lies in.
        key: digest of its source's instance, its kind and its id, 16 bytes.
        place: the bytes before it in its segment.
    """

    pk = models.CompositePrimaryKey("key", "segment_id", "place")
    segment = models.ForeignKey(
        Segment, models.DO_NOTHING, db_index=False, db_constraint=False, related_name="lines"
    )
    key = models.BinaryField()
    place = models.BigIntegerField()
