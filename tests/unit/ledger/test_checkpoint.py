import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from refloat.ledger.canonical import Malformed
from refloat.ledger.checkpoint import (
    Checkpoint,
    SignedCheckpoint,
    key_hash,
    read_checkpoint,
    sign_checkpoint,
)
from refloat.ledger.dsse import NotSigned
from refloat.ledger.merkle import EMPTY_ROOT

KEY = Ed25519PrivateKey.generate()
CHECKPOINT = Checkpoint("refloat.dev/log/zahnärzte/01", 12, EMPTY_ROOT, 3456)


def test_the_signed_note_of_its_specification_verifies() -> None:
    # From the documentation of golang.org/x/mod/sumdb/note.
    verifier = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    signature = (
        "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN"
        "1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
    )
    body = (
        "If you think cryptography is the answer to your problem,\n"
        "then you don't know what your problem is.\n"
    )
    name, hashed, encoded = verifier.split("+", 2)
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(encoded)[1:])
    assert key_hash(name, key).hex() == hashed
    value = base64.b64decode(signature)
    note = SignedCheckpoint(Checkpoint(name, 0, EMPTY_ROOT), body, ((name, value[:4], value[4:]),))
    assert note.verify([key]).origin == name
    assert note.text() == f"{body}\n\u2014 {name} {signature}\n"


def test_the_text_form_is_that_of_a_tlog_checkpoint() -> None:
    text = sign_checkpoint(CHECKPOINT, KEY).text()
    lines = text.split("\n")
    assert lines[0] == "refloat.dev/log/zahnärzte/01"
    assert lines[1] == "12"
    assert base64.b64decode(lines[2]) == EMPTY_ROOT
    assert lines[3] == "length 3456"
    assert lines[4] == ""
    assert lines[5].startswith("\u2014 refloat.dev/log/zahnärzte/01 ")
    assert lines[6:] == [""]


def test_it_comes_back_verified() -> None:
    for checkpoint in (CHECKPOINT, Checkpoint("log", 0, EMPTY_ROOT)):
        signed = read_checkpoint(sign_checkpoint(checkpoint, KEY).text().encode())
        assert signed.verify([KEY.public_key()]) == checkpoint


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\n12\n", "\n13\n"),
        ("/01\n", "/02\n"),
        ("length 3456", "length 3457"),
        ("\n47DE", "\n57DE"),
    ],
)
def test_any_change_of_what_it_says_breaks_it(old: str, new: str) -> None:
    text = sign_checkpoint(CHECKPOINT, KEY).text()
    assert old in text
    with pytest.raises(NotSigned):
        read_checkpoint(text.replace(old, new, 1).encode()).verify([KEY.public_key()])


def test_another_key_or_another_name_does_not_sign_it() -> None:
    signed = sign_checkpoint(CHECKPOINT, Ed25519PrivateKey.generate())
    with pytest.raises(NotSigned):
        signed.verify([KEY.public_key()])
    good = sign_checkpoint(CHECKPOINT, KEY)
    name, hashed, value = good.signatures[0]
    with pytest.raises(NotSigned):
        SignedCheckpoint(CHECKPOINT, good.body, ((name + "x", hashed, value),)).verify(
            [KEY.public_key()]
        )


def test_the_signature_of_a_witness_beside_ours_does_no_harm() -> None:
    text = sign_checkpoint(CHECKPOINT, KEY).text()
    cosigned = text + "\u2014 witness.example.com " + base64.b64encode(b"\x01" * 76).decode() + "\n"
    assert read_checkpoint(cosigned.encode()).verify([KEY.public_key()]) == CHECKPOINT


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "",
        lambda text: text[:-1],
        lambda text: text.split("\n\n")[0] + "\n",
        lambda text: text.replace("\n12\n", "\n012\n"),
        lambda text: text.replace("\n12\n", "\n-12\n"),
        lambda text: text.replace("\n12\n", "\n" + "9" * 4000 + "\n"),
        lambda text: text.replace("\n47DE", "\n\n47DE"),
        lambda text: text.replace("47DE", "47D"),
        lambda text: text.replace("\u2014", "-"),
        lambda text: text.replace("/zahn", "/zahn "),
        lambda text: text + "\n",
        lambda text: text + "x" * 20_000,
    ],
)
def test_what_is_no_checkpoint_is_refused(change: object) -> None:
    assert callable(change)
    with pytest.raises(Malformed):
        read_checkpoint(change(sign_checkpoint(CHECKPOINT, KEY).text()).encode())


def test_base64_has_one_spelling() -> None:
    text = sign_checkpoint(CHECKPOINT, KEY).text()
    last = text[-3]  # before "=" and the line's end; it carries two bits that decode to nothing
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    other = alphabet[alphabet.index(last) ^ 1]
    with pytest.raises(Malformed, match="another spelling"):
        read_checkpoint((text[:-3] + other + text[-2:]).encode())


@pytest.mark.parametrize("origin", ["", "two words", "a+b", "a\nb", "x" * 201])
def test_a_name_that_would_not_come_back_is_not_signed(origin: str) -> None:
    with pytest.raises(Malformed, match="a log's name"):
        sign_checkpoint(Checkpoint(origin, 0, EMPTY_ROOT), KEY)
