"""Signed checkpoints: one short text that pins a whole log.

The form is a C2SP signed note with the body of a tlog-checkpoint (https://c2sp.org/signed-note,
https://c2sp.org/tlog-checkpoint): origin, number of entries, root hash in base64. One extension
line, ``length N``, gives the bytes of the entries file, so that what a crash left behind it can be
told from what was committed. Tools that know the format read these checkpoints and ignore that
line.
"""

from __future__ import annotations

import binascii
import hashlib
import re
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from refloat.ledger.canonical import Malformed
from refloat.ledger.dsse import NotSigned, raw_key

LONGEST = 16 * 1024
_ED25519 = b"\x01"
_NUMBER = re.compile(r"0|[1-9][0-9]{0,17}")
_NAME = re.compile(r"[^\s+\x00-\x1f\x7f]{1,200}")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A log at one size.

    Attributes:
        origin: the log's name; no spaces and no plus signs.
        size: how many entries it has.
        root: the Merkle root over them, 32 bytes.
        length: bytes of the entries file; None in a checkpoint that does not say.

    """

    origin: str
    size: int
    root: bytes
    length: int | None = None

    def body(self) -> str:
        """Give the text that is signed, its last line's end included."""
        lines = [self.origin, str(self.size), b64encode(self.root).decode()]
        if self.length is not None:
            lines.append(f"length {self.length}")
        return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint with the signatures on it; read, but not yet verified.

    Attributes:
        checkpoint: what it says.
        body: the exact text that is signed.
        signatures: name, key hash and signature of each line.

    """

    checkpoint: Checkpoint
    body: str
    signatures: tuple[tuple[str, bytes, bytes], ...]

    def text(self) -> str:
        """Give the note as it is written to files."""
        lines = (
            f"\u2014 {name} {b64encode(hashed + value).decode()}\n"
            for name, hashed, value in self.signatures
        )
        return f"{self.body}\n{''.join(lines)}"

    def verify(self, keys: Iterable[Ed25519PublicKey]) -> Checkpoint:
        """Give what it says, if the log's own name is signed by one of these keys.

        Raises:
            NotSigned: if it is not.

        """
        origin = self.checkpoint.origin
        for key in keys:
            expected = key_hash(origin, key)
            for name, hashed, value in self.signatures:
                if name != origin or hashed != expected:
                    continue
                try:
                    key.verify(value, self.body.encode())
                except InvalidSignature:
                    continue
                return self.checkpoint
        raise NotSigned("the checkpoint is not signed by a given key")


def key_hash(name: str, key: Ed25519PublicKey) -> bytes:
    """Give the four bytes by which a signed note names an Ed25519 key."""
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + raw_key(key)).digest()[:4]


def sign_checkpoint(checkpoint: Checkpoint, key: Ed25519PrivateKey) -> SignedCheckpoint:
    """Give the checkpoint signed in the name of its origin.

    Raises:
        Malformed: if the origin cannot be the name of a signer.

    """
    if not _NAME.fullmatch(checkpoint.origin):
        raise Malformed("a log's name has no spaces or plus signs and is 1 to 200 characters long")
    body = checkpoint.body()
    hashed = key_hash(checkpoint.origin, key.public_key())
    signature = (checkpoint.origin, hashed, key.sign(body.encode()))
    return SignedCheckpoint(checkpoint, body, (signature,))


def read_checkpoint(data: bytes) -> SignedCheckpoint:
    """Read a signed checkpoint's form; nothing in it is verified yet.

    Raises:
        Malformed: if it is not one.

    """
    if len(data) > LONGEST:
        raise Malformed(f"a checkpoint of more than {LONGEST} bytes")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise Malformed("a checkpoint that is not UTF-8") from error
    body, separator, notes = text.partition("\n\n")
    if not separator or not notes.endswith("\n"):
        raise Malformed("a checkpoint that is cut off, or has no signature")
    signatures = tuple(_read_signature(line) for line in notes.removesuffix("\n").split("\n"))
    return SignedCheckpoint(_read_body(body), body + "\n", signatures)


def _read_body(body: str) -> Checkpoint:
    lines = body.split("\n")
    if len(lines) < 3 or not _NAME.fullmatch(lines[0]) or not _NUMBER.fullmatch(lines[1]):
        raise Malformed("a checkpoint without name, size and root")
    length = None
    for line in lines[3:]:
        key, _, value = line.partition(" ")
        if key == "length" and _NUMBER.fullmatch(value):
            length = int(value)
    return Checkpoint(lines[0], int(lines[1]), _base64(lines[2], 32), length)


def _read_signature(line: str) -> tuple[str, bytes, bytes]:
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != "\u2014":
        raise Malformed("a checkpoint with a line that is no signature")
    value = _base64(parts[2], None)
    return parts[1], value[:4], value[4:]


def _base64(text: str, length: int | None) -> bytes:
    try:
        value = binascii.a2b_base64(text, strict_mode=True)
    except ValueError as error:
        raise Malformed("a checkpoint with broken base64") from error
    if b64encode(value).decode() != text:
        raise Malformed("a checkpoint with base64 that has another spelling too")
    if length is not None and len(value) != length:
        raise Malformed(f"a checkpoint whose root is not {length} bytes")
    return value
