"""The append-only log in a folder, kept so that a crash leaves the old log or the new one.

==================  ==============================================================================
``entries.jsonl``   one DSSE envelope a line; the line's exact bytes are the leaf of the tree
``checkpoint``      the signed size, root and length of what counts; replacing it is the commit
``checkpoints``     every checkpoint so far, one JSON text a line
``frontier``        the tree's right edge, so that appending need not read the log; a cache that is
                    believed only where it gives the signed root
``key.pem``         the private key (PKCS #8), for the owner alone
``key.pub``         the public key, to hand to auditors
``lock``            held while appending
==================  ==============================================================================

What lies in ``entries.jsonl`` beyond the committed length was never committed: it is not read, and
the next append cuts it away. Anything else that does not fit is damage; it is refused and never
repaired, because a log that mends itself could lose a failed drill.
"""

from __future__ import annotations

import os
import secrets
import shutil
import stat
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from refloat.ledger import dsse, files, storage
from refloat.ledger.canonical import Malformed
from refloat.ledger.checkpoint import Checkpoint, SignedCheckpoint, sign_checkpoint
from refloat.ledger.export import Head, Line, thin, write_export
from refloat.ledger.merkle import EMPTY_ROOT, inclusion_proof, leaf_hash, levels
from refloat.ledger.statement import Statement, read_statement
from refloat.ledger.storage import BEGINNING, Fault, Mark, Storage
from refloat.model.errors import EvidenceProblem, MissingInput, SecretProblem, StateProblem

KEY = "key.pem"
PUBLIC_KEY = "key.pub"


def no_fault(name: str) -> None:
    """Do nothing at a named fault point."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One committed entry.

    Attributes:
        index: its place in the log, from 0.
        envelope: the exact bytes of its DSSE envelope.

    """

    index: int
    envelope: bytes

    @property
    def statement(self) -> Statement:
        """What it says.

        Raises:
            EvidenceProblem: if the signed bytes are no Statement.

        """
        try:
            return read_statement(dsse.read_envelope(self.envelope).payload)
        except Malformed as error:
            raise EvidenceProblem(f"entry {self.index} cannot be read: {error}") from error

    @property
    def leaf_hash(self) -> bytes:
        """Its hash in the Merkle tree, 32 bytes."""
        return leaf_hash(self.envelope)


class Ledger:
    """The log of one organisation. Any number of processes may read and append at once."""

    def __init__(self, folder: Path, public_key: bytes, files_of_log: Storage) -> None:
        self.folder = folder
        self._public_key = public_key
        self._storage = files_of_log

    @classmethod
    def create(cls, folder: Path, origin_name: str, *, fault: Fault = no_fault) -> Ledger:
        """Make an empty log with a new key, whole or not at all.

        Args:
            folder: where; it must not exist, or be empty.
            origin_name: the organisation; with a random number it becomes the log's name for good.
            fault: called at each named fault point.

        Raises:
            StateProblem: if the folder cannot be made, or holds something already.
            NoRoom: if the disk is full.

        """
        beside = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")
        try:
            if folder.is_symlink() or (folder.exists() and any(folder.iterdir())):
                raise StateProblem(
                    f"{folder} is there already and not empty, or a link; no ledger is made there",
                    hint="Use the ledger that is there, or choose another folder.",
                )
            folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            beside.mkdir(mode=0o700)
            try:
                _fill(beside, origin(origin_name))
                beside.rename(folder)
            except BaseException:
                shutil.rmtree(beside, ignore_errors=True)
                raise
        except OSError as error:
            raise files.problem(folder, "made", error) from error
        files.sync_folder(folder.parent)
        return cls.open(folder, fault=fault)

    @classmethod
    def open(cls, folder: Path, *, fault: Fault = no_fault) -> Ledger:
        """Open a log and verify its checkpoint; nothing is changed.

        Args:
            folder: where it is.
            fault: called at each named fault point.

        Raises:
            MissingInput: if there is no ledger.
            EvidenceProblem: if the checkpoint is not signed by the log's key, fewer bytes are there
                than it says, or a file is a symbolic link.
            StateProblem: if it cannot be read.

        """
        if folder.is_symlink():
            raise EvidenceProblem(f"{folder} is a symbolic link; a ledger is never behind one")
        try:
            there = (folder / storage.CHECKPOINT).exists()
        except OSError as error:
            raise files.problem(folder, "read", error) from error
        if not there:
            raise MissingInput(
                f"there is no ledger in {folder}",
                hint="The first backup, approval or drill makes one. Is this the right folder?",
            )
        try:
            pem = files.read_small(folder / PUBLIC_KEY)
            kept = Storage(folder, dsse.read_public_key(pem), fault)
        except Malformed as error:
            raise storage.damaged(folder / PUBLIC_KEY, str(error)) from error
        committed = kept.signed().checkpoint
        with files.opened(folder / storage.ENTRIES, os.O_RDONLY, "read") as handle:
            kept.refuse_short(handle, committed)
        return cls(folder, pem, kept)

    def checkpoint(self) -> Checkpoint:
        """Give the log's name, size, root and length as they are committed now.

        Raises:
            EvidenceProblem: if the checkpoint is damaged or not signed by the log's key.

        """
        return self._storage.signed().checkpoint

    def signed_checkpoint(self) -> str:
        """Give the signed checkpoint as text: keep it elsewhere, and compare with it later.

        Raises:
            EvidenceProblem: as ``checkpoint``.

        """
        return self._storage.signed().text()

    def public_key_pem(self) -> bytes:
        """Give the public key (PEM), which auditors must get by another way than the evidence."""
        return self._public_key

    def append(self, statements: Sequence[Statement]) -> tuple[Entry, ...]:
        """Sign the statements and add them in one commit: all or none, durable on return.

        Args:
            statements: what to record, in this order.

        Raises:
            EvidenceProblem: if the log is damaged or was put back to an earlier state, or a
                statement cannot be said in JSON.
            NoRoom: if the disk is full; the log is as it was.
            SecretProblem: if the key is missing, or others may read it.
            StateProblem: if the folder cannot be written.

        """
        if not statements:
            return ()
        key = _private_key(self.folder / KEY)
        if dsse.public_key_pem(key.public_key()) != self._public_key:
            raise SecretProblem(
                f"the signing key {self.folder / KEY} does not belong to {PUBLIC_KEY} beside it",
                hint="Put the log's own key back from backup; another key cannot go on with it.",
            )
        try:
            lines = [dsse.sign(item.payload(), key).to_bytes() for item in statements]
        except Malformed as error:
            raise EvidenceProblem(f"a statement cannot be recorded: {error}") from error
        data = b"".join(line + b"\n" for line in lines)
        with self._storage.locked():
            signed = self._storage.signed()
            self._storage.settle(signed)
            before = signed.checkpoint
            frontier = self._storage.frontier(before)
            for line in lines:
                frontier.append(leaf_hash(line))
            self._storage.write_entries(before, data)
            length = (before.length or 0) + len(data)
            after = Checkpoint(before.origin, frontier.size, frontier.root(), length)
            self._storage.commit(sign_checkpoint(after, key), frontier)
        return tuple(Entry(before.size + n, line) for n, line in enumerate(lines))

    def entries(self) -> Iterator[Entry]:
        """Give every committed entry in order, after all of them were held against the signed root.

        Raises:
            EvidenceProblem: if they do not give that root; no entry is given then.

        """
        yield from self.read_on()[0]

    def read_on(self, since: Mark = BEGINNING) -> tuple[Iterator[Entry], Mark]:
        """Give the entries committed since a mark, in order, and the mark to go on from next time.

        What was read before is not read again: its hashes in the mark and the new entries must
        together give the signed root. So whether the bytes before the mark are still there is not
        seen here; ``entries`` and ``refloat.ledger.verify`` read them all.

        Args:
            since: what an earlier call gave.

        Raises:
            EvidenceProblem: if they do not give that root: the log is damaged, or the mark is of
                another past.

        """
        committed = self.checkpoint()
        edge = self._storage.rebuilt(committed, since)
        lines = enumerate(self._storage.lines(committed, since), since.size)
        mark = Mark(committed.size, committed.length or 0, tuple(edge.hashes))
        return (Entry(index, line) for index, line in lines), mark

    def entry(self, index: int) -> Entry:
        """Give one entry.

        Args:
            index: its place in the log, from 0.

        Raises:
            MissingInput: if the log has none with that number.
            EvidenceProblem: as ``entries``.

        """
        for entry in self.entries():
            if entry.index == index:
                return entry
        raise _no_entry(index, self.checkpoint().size)

    def export(self, write_to: Path, indexes: Collection[int] | None = None) -> None:
        """Write the log, or some entries with their proofs, to one file; whole or not at all.

        Args:
            write_to: the file; one that is there is replaced.
            indexes: which entries; all if None. Only a complete export can show that none is
                missing.

        Raises:
            MissingInput: if an entry that was asked for is not there.
            EvidenceProblem: if the log is damaged.
            NoRoom: if the disk is full.
            StateProblem: if the file cannot be written.

        """
        signed = self._storage.signed()
        beside = write_to.with_name(f".{write_to.name}.{secrets.token_hex(4)}")
        try:
            try:
                with beside.open("xb") as stream:
                    write_export(stream, self._head(signed, indexes), self._chosen(signed, indexes))
                    stream.flush()
                    os.fsync(stream.fileno())
                beside.replace(write_to)
            finally:
                beside.unlink(missing_ok=True)
        except OSError as error:
            raise files.problem(write_to, "written", error) from error
        files.sync_folder(write_to.absolute().parent)

    def _head(self, signed: SignedCheckpoint, indexes: Collection[int] | None) -> Head:
        earlier: tuple[str, ...] = ()
        if indexes is None:
            size = signed.checkpoint.size
            # Another process may have appended since; what it added is not in this export.
            kept = (item for item in self._storage.history() if item.checkpoint.size <= size)
            earlier = thin([item.text() for item in kept])
        return Head(indexes is None, signed.text(), earlier, self._public_key.decode())

    def _chosen(self, signed: SignedCheckpoint, indexes: Collection[int] | None) -> Iterator[Line]:
        committed = signed.checkpoint
        self._storage.rebuilt(committed)
        if indexes is None:
            for index, line in enumerate(self._storage.lines(committed)):
                yield Line(index, line, None)
            return
        wanted = set(indexes)
        for index in wanted:
            if not 0 <= index < committed.size:
                raise _no_entry(index, committed.size)
        tree = levels([leaf_hash(line) for line in self._storage.lines(committed)])
        for index, line in enumerate(self._storage.lines(committed)):
            if index in wanted:
                yield Line(index, line, inclusion_proof(tree, index))


def origin(organisation: str) -> str:
    """Give a new log's name: the organisation, as far as a name may hold it, and a random number.

    Spaces, plus signs and control characters become hyphens, because the signed-note form allows
    none in the name of a signer.
    """
    kept = "".join(c if c.isalnum() or c in "-._" else "-" for c in organisation.lower())
    slug = "-".join(part for part in kept.split("-") if part)[:100] or "organisation"
    return f"refloat.dev/log/{slug}/{secrets.token_hex(8)}"


def _fill(folder: Path, name: str) -> None:
    """Write the files of an empty log."""
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    signed = sign_checkpoint(Checkpoint(name, 0, EMPTY_ROOT, 0), key)
    files.write_new(folder / KEY, pem)
    files.write_new(folder / PUBLIC_KEY, dsse.public_key_pem(key.public_key()))
    files.write_new(folder / storage.ENTRIES, b"")
    files.write_new(folder / storage.LOCK, b"")
    Storage(folder, key.public_key(), no_fault).remember(signed)
    files.write_new(folder / storage.CHECKPOINT, signed.text().encode())
    files.sync_folder(folder)


def _private_key(path: Path) -> Ed25519PrivateKey:
    """Read the signing key, which nobody but the owner may be able to read."""
    hint = f"Put it back from backup, or `chmod 600 {path}` and think about who has read it."
    try:
        with files.opened(path, os.O_RDONLY, "read") as handle:
            if stat.S_IMODE(os.fstat(handle).st_mode) & 0o077:
                raise SecretProblem(f"the signing key {path} is open to other accounts", hint=hint)
            pem = os.read(handle, 64 * 1024)
        key = serialization.load_pem_private_key(pem, password=None)
    except (MissingInput, StateProblem) as error:
        raise SecretProblem(f"the signing key {path} cannot be read", hint=hint) from error
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise SecretProblem(
            f"the signing key {path} is not a key in PEM form", hint=hint
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise SecretProblem(f"the signing key {path} is not Ed25519", hint=hint)
    return key


def _no_entry(index: int, size: int) -> MissingInput:
    return MissingInput(
        f"there is no entry {index}; the log has {size}, numbered from 0",
        hint="`refloat evidence list` shows them.",
    )
