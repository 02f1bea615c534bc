"""DSSE envelopes: bytes of a stated type, signed with Ed25519.

The format is DSSE v1 (https://github.com/secure-systems-lab/dsse). What is signed is the
pre-authentication encoding of type and bytes, so no canonical form is needed: the payload's bytes
are kept as they were signed and are looked into only after a signature was found good.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from refloat.ledger.canonical import Malformed, parse

IN_TOTO = "application/vnd.in-toto+json"
KEY_PREFIX = b"-----BEGIN PUBLIC KEY-----"

_HEAD = b'{"payload":"'
_TAIL = re.compile(
    rb'","payloadType":"application/vnd\.in-toto\+json","signatures":\[\{'
    rb'"keyid":"([0-9a-f]{64})","sig":"([A-Za-z0-9+/]{86}==)"\}\]\}'
)
_TAIL_LENGTH = 236


class NotSigned(Malformed):
    """No signature on these bytes was made by any of the given keys."""


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature.

    Attributes:
        key_id: whose it claims to be: SHA-256 in hexadecimal of the raw public key; only a hint.
        value: the 64 bytes.

    """

    key_id: str
    value: bytes


@dataclass(frozen=True, slots=True)
class Envelope:
    """A signed payload.

    Attributes:
        payload: the exact bytes that were signed.
        payload_type: what they are (a media type).
        signatures: at least one.

    """

    payload: bytes
    payload_type: str
    signatures: tuple[Signature, ...]

    def to_bytes(self) -> bytes:
        """Give the envelope as compact JSON, as one line without its end."""
        members = {
            "payload": base64.b64encode(self.payload).decode(),
            "payloadType": self.payload_type,
            "signatures": [
                {"keyid": signature.key_id, "sig": base64.b64encode(signature.value).decode()}
                for signature in self.signatures
            ],
        }
        return json.dumps(members, ensure_ascii=True, separators=(",", ":")).encode()

    def verify(self, keys: Mapping[str, Ed25519PublicKey]) -> str:
        """Give the key id of a key that signed this payload.

        Args:
            keys: the trusted keys by key id. The hint in the envelope is not believed; each key
                is tried on each signature.

        Raises:
            NotSigned: if none of them did.

        """
        signed = pae(self.payload_type, self.payload)
        for signature in self.signatures:
            for key_id, key in keys.items():
                try:
                    key.verify(signature.value, signed)
                except InvalidSignature:
                    continue
                return key_id
        raise NotSigned("no signature by a given key is on these bytes")


def pae(payload_type: str, payload: bytes) -> bytes:
    """Give the pre-authentication encoding: what a DSSE signature is made over."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def sign(payload: bytes, key: Ed25519PrivateKey, payload_type: str = IN_TOTO) -> Envelope:
    """Give an envelope with these bytes, signed with this key."""
    value = key.sign(pae(payload_type, payload))
    return Envelope(payload, payload_type, (Signature(key_id(key.public_key()), value),))


def read_envelope(data: bytes) -> Envelope:
    """Read an envelope's form; nothing in it is verified yet.

    Members that DSSE does not name are ignored, as it asks.

    Raises:
        Malformed: if it is not a DSSE envelope in JSON with standard base64.

    """
    quick = read_envelope_quickly(data)
    return quick if quick else read_any_envelope(data)


def read_envelope_quickly(data: bytes) -> Envelope | None:
    """Read an envelope in the spelling in which ``sign`` makes it; None if it is in another.

    Where this gives an envelope, ``read_any_envelope`` gives the same: what strict base64 accepts
    holds no quote and no escape.
    """
    tail = _TAIL.fullmatch(data, max(0, len(data) - _TAIL_LENGTH))
    if not tail or not data.startswith(_HEAD):
        return None
    try:
        payload = binascii.a2b_base64(data[len(_HEAD) : tail.start()], strict_mode=True)
    except ValueError:
        return None
    signature = Signature(tail[1].decode(), binascii.a2b_base64(tail[2]))
    return Envelope(payload, IN_TOTO, (signature,))


def read_any_envelope(data: bytes) -> Envelope:
    """Read an envelope's form, however its JSON is spelled.

    Raises:
        Malformed: as ``read_envelope``.

    """
    members = parse(data)
    try:
        signatures = tuple(
            Signature(
                str(item.get("keyid", "")), binascii.a2b_base64(item["sig"], strict_mode=True)
            )
            for item in members["signatures"]
        )
        payload = binascii.a2b_base64(members["payload"], strict_mode=True)
        payload_type = members["payloadType"]
    except (KeyError, TypeError, AttributeError) as error:
        raise Malformed(
            "not a DSSE envelope: payload, payloadType or signatures missing"
        ) from error
    except ValueError as error:
        raise Malformed(f"not a DSSE envelope: base64 is broken ({error})") from error
    if not isinstance(payload_type, str) or not signatures:
        raise Malformed("not a DSSE envelope: no type, or no signature")
    return Envelope(payload, payload_type, signatures)


def raw_key(key: Ed25519PublicKey) -> bytes:
    """Give the 32 bytes of a public key."""
    return key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def key_id(key: Ed25519PublicKey) -> str:
    """Give the name of a key: SHA-256 in hexadecimal of its 32 bytes."""
    return hashlib.sha256(raw_key(key)).hexdigest()


def public_key_pem(key: Ed25519PublicKey) -> bytes:
    """Give a public key as PEM (SubjectPublicKeyInfo), which ``openssl pkey -pubin`` reads."""
    return key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def read_public_key(pem: bytes) -> Ed25519PublicKey:
    """Read a public key from PEM.

    Raises:
        Malformed: if it is not one, or not Ed25519.

    """
    if KEY_PREFIX not in pem:
        raise Malformed("no public key in PEM form (it has no BEGIN PUBLIC KEY line)")
    try:
        key = serialization.load_pem_public_key(pem)
    except ValueError as error:
        raise Malformed("a public key in PEM form that cannot be read") from error
    if not isinstance(key, Ed25519PublicKey):
        raise Malformed("a public key that is not Ed25519")
    return key
