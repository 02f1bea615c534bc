import base64
import json
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from securesystemslib.dsse import Envelope as OtherEnvelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import CryptoSigner, SSlibKey

from refloat.ledger.canonical import Malformed
from refloat.ledger.dsse import (
    IN_TOTO,
    NotSigned,
    key_id,
    pae,
    public_key_pem,
    read_envelope,
    read_public_key,
    sign,
)

KEY = Ed25519PrivateKey.generate()
KEYS = {key_id(KEY.public_key()): KEY.public_key()}
STRANGER = Ed25519PrivateKey.generate()


def test_the_encoding_of_the_specification() -> None:
    encoded = pae("http://example.com/HelloWorld", b"hello world")
    assert encoded == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    assert pae("é", b"") == b"DSSEv1 2 \xc3\xa9 0 "


def test_an_envelope_comes_back_with_its_exact_bytes() -> None:
    payload = b'{ "spaces" : 1 }\n\x00\xff'
    envelope = read_envelope(sign(payload, KEY).to_bytes())
    assert envelope.payload == payload
    assert envelope.payload_type == IN_TOTO
    assert envelope.verify(KEYS) == key_id(KEY.public_key())
    assert b"\n" not in envelope.to_bytes()


def test_content_type_and_signer_are_what_is_signed() -> None:
    members = json.loads(sign(b"payload", KEY).to_bytes())
    for change in (
        {"payload": base64.b64encode(b"Payload").decode()},
        {"payloadType": "text/plain"},
        {"signatures": json.loads(sign(b"payload", STRANGER).to_bytes())["signatures"]},
    ):
        envelope = read_envelope(json.dumps({**members, **change}).encode())
        with pytest.raises(NotSigned):
            envelope.verify(KEYS)


def test_the_key_id_is_a_hint_and_no_more() -> None:
    members = json.loads(sign(b"payload", STRANGER).to_bytes())
    members["signatures"][0]["keyid"] = key_id(KEY.public_key())
    with pytest.raises(NotSigned):
        read_envelope(json.dumps(members).encode()).verify(KEYS)
    members = json.loads(sign(b"payload", KEY).to_bytes())
    members["signatures"][0]["keyid"] = "nonsense"
    assert read_envelope(json.dumps(members).encode()).verify(KEYS)


def test_any_one_of_several_signatures_by_a_trusted_key_is_enough() -> None:
    members = json.loads(sign(b"payload", STRANGER).to_bytes())
    members["signatures"] += json.loads(sign(b"payload", KEY).to_bytes())["signatures"]
    assert read_envelope(json.dumps(members).encode()).verify(KEYS)


@pytest.mark.parametrize(
    "data",
    [
        b"[]",
        b"{}",
        b'{"payload":1,"payloadType":"t","signatures":[{"sig":""}]}',
        b'{"payload":"","payloadType":"t","signatures":[]}',
        b'{"payload":"","payloadType":1,"signatures":[{"sig":""}]}',
        b'{"payload":"","payloadType":"t","signatures":[1]}',
        b'{"payload":"","payloadType":"t","signatures":1}',
        b'{"payload":"A===","payloadType":"t","signatures":[{"sig":""}]}',
        b'{"payload":"QQ==\\n","payloadType":"t","signatures":[{"sig":""}]}',
        '{"payload":"é","payloadType":"t","signatures":[{"sig":""}]}'.encode(),
    ],
)
def test_what_is_no_envelope_is_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        read_envelope(data)


def test_securesystemslib_verifies_what_is_signed_here() -> None:
    envelope = OtherEnvelope.from_dict(json.loads(sign(b"payload", KEY).to_bytes()))
    assert envelope.pae() == pae(IN_TOTO, b"payload")
    other_key = SSlibKey.from_crypto(KEY.public_key(), keyid=key_id(KEY.public_key()))
    envelope.verify([other_key], 1)
    envelope.payload = b"Payload"
    with pytest.raises(VerificationError):
        envelope.verify([other_key], 1)


def test_what_securesystemslib_signs_is_verified_here() -> None:
    signer = CryptoSigner.generate_ed25519()
    envelope = OtherEnvelope(b"payload", IN_TOTO, {})
    envelope.sign(signer)
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(signer.public_key.keyval["public"]))
    read = read_envelope(json.dumps(envelope.to_dict()).encode())
    assert read.verify({key_id(key): key}) == key_id(key)


def test_openssl_verifies_a_signature_made_here(tmp_path: Path) -> None:
    envelope = sign(b"payload", KEY)
    (tmp_path / "key.pub").write_bytes(public_key_pem(KEY.public_key()))
    (tmp_path / "signature").write_bytes(envelope.signatures[0].value)
    (tmp_path / "signed").write_bytes(pae(IN_TOTO, b"payload"))
    command = "openssl pkeyutl -verify -pubin -inkey key.pub -rawin -in signed -sigfile signature"
    done = subprocess.run(command.split(), cwd=tmp_path, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_only_public_ed25519_keys_in_pem_form_are_keys() -> None:
    assert read_public_key(public_key_pem(KEY.public_key())) == KEY.public_key()
    private = KEY.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    curve = ec.generate_private_key(ec.SECP256R1()).public_key()
    other = curve.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    broken = b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"
    for data, says in (
        (private, "no public key"),
        (b"", "no public key"),
        (other, "not Ed25519"),
        (broken, "cannot be read"),
    ):
        with pytest.raises(Malformed, match=says):
            read_public_key(data)
