"""Holding one export against its signatures and its tree, entry by entry.

It reads nothing and decides nothing about files: lines in, report out. Everything is recomputed
from the entries; the head only says what they must come to.
"""

from __future__ import annotations

from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from refloat.ledger.canonical import Malformed, printable
from refloat.ledger.checkpoint import Checkpoint, SignedCheckpoint, read_checkpoint
from refloat.ledger.dsse import IN_TOTO, NotSigned, key_id, read_envelope, read_public_key
from refloat.ledger.export import Broken, Head, Line
from refloat.ledger.merkle import Frontier, leaf_hash, verify_inclusion
from refloat.ledger.report import NOT_GENUINE, NOT_SHOWN, SIGNER_UNKNOWN, VERIFIED, Report
from refloat.ledger.statement import read_statement
from refloat.ledger.summary import Summary

MOST_PROBLEMS = 20


class Problems:
    """Sentences about what is wrong; of very many, the first twenty and how many more."""

    def __init__(self) -> None:
        self.count = 0
        self._first: list[str] = []

    def add(self, sentence: str) -> None:
        """Take in one sentence."""
        self.count += 1
        if self.count <= MOST_PROBLEMS:
            self._first.append(sentence)

    def sentences(self) -> tuple[str, ...]:
        """Give them, and how many are not among them."""
        more = self.count - len(self._first)
        return (*self._first, f"And {more} more problems.") if more else tuple(self._first)


class Examination:
    """One pass over one export: made with its head, given each line, asked for the report.

    Args:
        head: what stands before the entries.
        trusted_keys: keys that came another way than the evidence; none if the signer is unknown.
        previous: an earlier checkpoint that the log must have grown from.
        selection: whether a selection of entries is enough for ``verified``.

    Raises:
        Malformed: if the head's checkpoint is none.

    """

    def __init__(
        self,
        head: Head,
        trusted_keys: Sequence[Ed25519PublicKey],
        previous: SignedCheckpoint | None,
        *,
        selection: bool,
    ) -> None:
        self._head = head
        self._problems = Problems()
        self._notes: list[str] = []
        self._summary = Summary()
        self._frontier = Frontier()
        self._read = 0
        self._expected = 0
        self._broken = False
        self._matching = 0
        self._differs = False
        self._grew_from: int | None = None
        self._not_shown = not (head.complete or selection)
        self._trusts = bool(trusted_keys)
        self._keys = {key_id(key): key for key in trusted_keys} or self._beside()
        self._signed = checkpoint_of(head)
        self._signer = self._see_signature(self._signed, "The log's checkpoint")
        self._now = self._signed.checkpoint
        self._watched: dict[int, list[tuple[str, bytes]]] = {}
        self._watch_history()
        if previous:
            self._watch_previous(previous)
        self._compare_roots()

    def take(self, line: Line | Malformed) -> None:
        """Hold one entry against its signature and the tree."""
        if isinstance(line, Malformed):
            self._problems.add(f"Entry {self._expected} cannot be read: {line}.")
            self._expected += 1
            return
        self._read += 1
        self._place(line.index)
        self._see_entry(line)
        leaf = leaf_hash(line.envelope)
        if self._head.complete:
            self._frontier.append(leaf)
            if self._frontier.size in self._watched:
                self._compare_roots()
        elif not verify_inclusion(
            leaf, line.index, self._now.size, line.proof or (), self._now.root
        ):
            self._problems.add(f"Entry {line.index} is not in the log whose checkpoint is signed.")

    def broken(self, error: Broken) -> None:
        """Record that reading ended before the end."""
        self._broken = True
        where = f"after entry {self._expected - 1}" if self._expected else "before the first entry"
        self._problems.add(
            f"The export is truncated or was tampered with {where}: {error}; the signed checkpoint"
            f" says that the log has {self._now.size} entries."
        )

    def report(self) -> Report:
        """Give the whole, when nothing more comes."""
        if self._head.complete and not self._broken:
            self._see_count()
        summary, now = self._summary, self._now
        if summary.back_in_time is not None:
            self._notes.append(
                f"Entry {summary.back_in_time} bears an earlier time than the one before it: the"
                " clock that recorded it went back."
            )
        if not self._head.complete:
            self._notes.append(
                f"A selection: {self._read} of {now.size} entries. Only a complete export can show"
                " that no failed drill is left out."
            )
        genuine = not self._problems.count
        return Report(
            verdict=self._verdict(),
            problems=self._problems.sentences(),
            notes=tuple(self._notes),
            origin=now.origin,
            complete=self._head.complete,
            entries=self._read,
            size=now.size,
            root=now.root.hex(),
            signer=self._signer,
            grew_from=self._grew_from if genuine else None,
            first=summary.first,
            last=summary.last,
            kinds=dict(summary.kinds),
            verdicts=dict(summary.verdicts),
            drills=tuple(summary.drills),
        )

    def _verdict(self) -> str:
        if self._problems.count:
            return NOT_GENUINE
        if not self._trusts:
            return SIGNER_UNKNOWN
        return NOT_SHOWN if self._not_shown else VERIFIED

    def _beside(self) -> dict[str, Ed25519PublicKey]:
        """Give the key beside the evidence, for want of a trusted one."""
        try:
            key = read_public_key(self._head.key_beside.encode())
        except (Malformed, UnicodeEncodeError):
            self._problems.add("No trusted key was given, and the key beside the evidence is none.")
            return {}
        return {key_id(key): key}

    def _see_signature(self, signed: SignedCheckpoint, what: str) -> str | None:
        """Give the id of the key that signed a checkpoint; record it when none did."""
        for name, key in self._keys.items():
            try:
                signed.verify([key])
            except NotSigned:
                continue
            return name
        given = "the trusted key" if self._trusts else "the key beside it"
        names = ", ".join(name[:16] for name in self._keys) or "none"
        self._problems.add(
            f"{what} (of {signed.checkpoint.size} entries) is not signed by {given} ({names}…):"
            " the key is wrong, or the checkpoint was changed."
        )
        return None

    def _watch(self, checkpoint: Checkpoint, what: str) -> None:
        """Arrange that the root is compared when the tree has the size of this checkpoint."""
        if checkpoint.origin != self._now.origin:
            self._problems.add(
                f"{what} (of {checkpoint.size} entries) belongs to another log:"
                f" {printable(checkpoint.origin)}."
            )
        elif checkpoint.size > self._now.size:
            self._problems.add(
                f"{what} has {checkpoint.size} entries, the log now {self._now.size}: entries were"
                " taken off its end, or it was put back to an earlier state."
            )
        else:
            known = self._watched.setdefault(checkpoint.size, [])
            if any(root != checkpoint.root for _, root in known):
                self._problems.add(
                    f"The log forked: two checkpoints of {checkpoint.size} entries have different"
                    " roots. Somebody keeps two versions of it."
                )
            if all(root != checkpoint.root for _, root in known):
                known.append((what, checkpoint.root))

    def _watch_history(self) -> None:
        self._watch(self._now, "The log's checkpoint")
        if not self._head.complete or not self._signer:
            return  # with a wrong key, a thousand more sentences would hide the one that says so
        for number, text in enumerate(self._head.history):
            try:
                signed = _read(text)
            except Malformed:
                self._problems.add(f"Earlier checkpoint {number} cannot be read.")
                continue
            if signed != self._signed and self._see_signature(signed, "An earlier checkpoint"):
                self._watch(signed.checkpoint, "An earlier checkpoint")

    def _watch_previous(self, previous: SignedCheckpoint) -> None:
        """Arrange that the log is shown to have grown from the checkpoint that the auditor kept."""
        what = "The previous checkpoint that you gave"
        if not self._see_signature(previous, what):
            return  # what nobody signed accuses nobody of a fork
        self._watch(previous.checkpoint, what)
        if self._head.complete or previous.checkpoint.size == self._now.size:
            self._grew_from = previous.checkpoint.size
        else:
            self._not_shown = True
            self._notes.append(
                "A selection cannot show that the log only grew. Ask for a complete export."
            )

    def _compare_roots(self) -> None:
        """Compare the tree as it is now with the checkpoints of its size."""
        if not self._head.complete or self._differs:
            return
        size = self._frontier.size
        for what, root in self._watched.get(size, ()):
            if root != self._frontier.root():
                self._differs = True
                last = min(size, self._now.size) - 1
                entries = f"entries {self._matching} to {last}" if size else "no entry"
                self._problems.add(
                    f"{what} (of {size} entries) does not fit the entries: the log was rewritten or"
                    f" forked, or an entry was changed, added, removed or moved among {entries}."
                )
                return
            self._matching = size

    def _place(self, index: int) -> None:
        """See that an entry stands where its number says."""
        expected, self._expected = self._expected, index + 1
        if index < expected:
            self._problems.add(f"Entry {index} stands twice, or out of order.")
        elif self._head.complete and index > expected:
            gone = f"Entries {expected} to {index - 1} are"
            if index == expected + 1:
                gone = f"Entry {expected} is"
            self._problems.add(f"{gone} missing: entry {index} stands in that place.")

    def _see_entry(self, line: Line) -> None:
        """See that an entry is signed and says something; take it into the summary."""
        index = line.index
        try:
            envelope = read_envelope(line.envelope)
            envelope.verify(self._keys)
            if envelope.payload_type != IN_TOTO:
                raise Malformed(f"its type is {printable(envelope.payload_type)}, not in-toto's")
            self._summary.add(index, read_statement(envelope.payload))
        except NotSigned:
            claimed = envelope.signatures[0].key_id
            if claimed in self._keys:
                self._problems.add(f"Entry {index} was changed: its signature does not fit it.")
            else:
                self._problems.add(
                    f"Entry {index} is signed with a wrong key ({printable(claimed, 16)})."
                )
        except Malformed as error:
            self._problems.add(f"Entry {index} is no evidence: {error}.")

    def _see_count(self) -> None:
        """See that there are as many entries as the checkpoint says, and the root with them."""
        if self._expected < self._now.size:
            self._problems.add(
                f"Entries {self._expected} to {self._now.size - 1} are missing: the signed"
                f" checkpoint says that the log has {self._now.size} entries."
            )
        elif self._expected > self._now.size:
            self._problems.add(
                f"Entries {self._now.size} to {self._expected - 1} were added: the signed"
                f" checkpoint says that the log has {self._now.size} entries."
            )
        elif self._frontier.size != self._now.size and not self._problems.count:
            self._problems.add("The entries do not give the signed root.")


def checkpoint_of(head: Head) -> SignedCheckpoint:
    """Read the signed checkpoint in a head.

    Raises:
        Malformed: if it is none.

    """
    return _read(head.checkpoint)


def _read(text: str) -> SignedCheckpoint:
    try:
        return read_checkpoint(text.encode())
    except UnicodeEncodeError as error:
        raise Malformed("a checkpoint with a lone surrogate") from error
