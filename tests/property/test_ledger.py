"""What holds for every log, tree and value, tried on invented ones."""

from __future__ import annotations

import io
import json
import random
import tempfile
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from refloat.ledger.canonical import Malformed, canonical_bytes, digest, parse
from refloat.ledger.dsse import (
    read_any_envelope,
    read_envelope_quickly,
    read_public_key,
    sign,
)
from refloat.ledger.export import read_line, read_line_quickly
from refloat.ledger.log import Ledger
from refloat.ledger.merkle import (
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    levels,
    root,
    verify_consistency,
    verify_inclusion,
)
from refloat.ledger.statement import APPROVAL, Statement, Subject
from refloat.ledger.verify import verify_export

texts = st.text(st.characters(codec="utf-8"), max_size=12)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)
leaves = st.lists(st.binary(max_size=8).map(leaf_hash), min_size=1, max_size=300)
SUBJECT = Subject("service/booking", "ab" * 32)


def shuffled(value: Any, dice: random.Random) -> Any:
    """The same value with the keys of every object in another order, and tuples for lists."""
    if isinstance(value, dict):
        keys = list(value)
        dice.shuffle(keys)
        return {key: shuffled(value[key], dice) for key in keys}
    return tuple(shuffled(item, dice) for item in value) if isinstance(value, list) else value


@given(values, st.randoms())
def test_the_order_of_keys_does_not_change_a_fingerprint(value: Any, dice: random.Random) -> None:
    assert canonical_bytes(shuffled(value, dice)) == canonical_bytes(value)
    assert digest(shuffled(value, dice)) == digest(value)


@given(values)
def test_canonical_bytes_are_json_with_the_same_meaning_and_are_their_own_canonical_form(
    value: Any,
) -> None:
    data = canonical_bytes(value)
    assert json.loads(data) == value
    assert canonical_bytes(parse(data)) == data


@given(values, values)
def test_different_values_have_different_bytes(one: Any, other: Any) -> None:
    # Python thinks that True is 1; JSON does not.
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert (canonical_bytes(one) == canonical_bytes(other)) is same


@given(
    st.binary(max_size=200) | st.text(max_size=60).map(lambda text: text.encode(errors="replace"))
)
def test_reading_any_bytes_gives_a_value_or_a_refusal(data: bytes) -> None:
    try:
        value = parse(data)
    except Malformed:
        return
    assert value == json.loads(data)


@given(leaves, st.data())
def test_every_entry_is_shown_to_be_in_its_place_and_in_no_other(
    hashes: list[bytes], data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, len(hashes) - 1))
    other = data.draw(st.integers(0, len(hashes) - 1))
    tree, whole = levels(hashes), root(hashes)
    proof = inclusion_proof(tree, index)
    assert verify_inclusion(hashes[index], index, len(hashes), proof, whole)
    if hashes[other] != hashes[index]:
        assert not verify_inclusion(hashes[other], index, len(hashes), proof, whole)
        assert not verify_inclusion(hashes[index], other, len(hashes), proof, whole)


@given(leaves, st.data())
def test_a_log_is_shown_to_have_grown_exactly_when_it_did(
    hashes: list[bytes], data: st.DataObject
) -> None:
    old = data.draw(st.integers(1, len(hashes)))
    changed = data.draw(st.integers(0, len(hashes) - 1))
    proof = consistency_proof(hashes, old)
    before, after = root(hashes[:old]), root(hashes)
    assert verify_consistency(old, before, len(hashes), after, proof)
    forged = [
        *hashes[:changed],
        leaf_hash(b"forged, longer than any of them"),
        *hashes[changed + 1 :],
    ]
    shown = verify_consistency(
        old, before, len(forged), root(forged), consistency_proof(forged, old)
    )
    assert shown is (changed >= old)


@given(leaves, st.integers(0, 300))
def test_a_tree_grown_in_two_sittings_is_the_same_tree(hashes: list[bytes], at: int) -> None:
    first = Frontier()
    for leaf in hashes[:at]:
        first.append(leaf)
    second = Frontier(first.size, first.hashes)
    for leaf in hashes[at:]:
        second.append(leaf)
    assert second.root() == root(hashes) == levels(hashes)[-1][0]


GOOD = sign(b'{"some":"payload"}', Ed25519PrivateKey.generate()).to_bytes()
pieces = st.sampled_from(
    [
        b'"',
        b"\\",
        b'\\"',
        b"\\u0041",
        b"\x00",
        b"\t",
        b" ",
        b"\xff",
        "é".encode(),
        b"A",
        b"=",
        b"}",
        b"0",
    ]
)


@st.composite
def damaged(draw: st.DrawFn, good: bytes) -> bytes:
    """Something valid with up to three pieces put in, put over others, or taken out."""
    data = good
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(data)))
        data = data[:at] + draw(pieces | st.just(b"")) + data[at + draw(st.integers(0, 2)) :]
    return data


@settings(max_examples=500)
@given(damaged(GOOD))
def test_the_quick_reader_of_envelopes_never_says_what_the_careful_one_would_not(
    data: bytes,
) -> None:
    quick = read_envelope_quickly(data)
    assert quick is None or quick == read_any_envelope(data)
    assert data != GOOD or quick is not None


LINE = b'{"index":12,"envelope":' + json.dumps(GOOD.decode()).encode() + b"}"


@settings(max_examples=500)
@given(damaged(LINE))
def test_the_quick_reader_of_lines_never_says_what_the_careful_one_would_not(data: bytes) -> None:
    quick = read_line_quickly(data)
    assert quick is None or quick == read_line(data)
    assert data != LINE or quick is not None


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 5), max_size=8), st.data())
def test_any_log_verifies_and_no_tampering_with_its_lines_does(
    batches: list[int], data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ledger = Ledger.create(Path(folder) / "ledger", "Property")
        for number, batch in enumerate(batches):
            ledger.append(
                [Statement((SUBJECT,), APPROVAL, {"n": [number, item]}) for item in range(batch)]
            )
        assert len(list(Ledger.open(ledger.folder).entries())) == sum(batches)
        ledger.export(Path(folder) / "evidence.json")
        document = json.loads((Path(folder) / "evidence.json").read_bytes())
        key = read_public_key(ledger.public_key_pem())
        good = (Path(folder) / "evidence.json").read_bytes()
    assert verify_export(io.BytesIO(good), [key]).verdict == "verified"
    entries = document["entries"]
    if len(entries) < 2:
        return
    at = data.draw(st.integers(0, len(entries) - 1))
    to = data.draw(st.integers(0, len(entries) - 1))
    attacks = {
        "removed": entries[:at] + entries[at + 1 :],
        "said twice": [*entries, entries[at]],
        "put in": [*entries[:at], entries[to], *entries[at:]],
        "cut": entries[:at],
    }
    if at != to:
        moved = entries[:at] + entries[at + 1 :]
        attacks["moved"] = [*moved[:to], entries[at], *moved[to:]]
    head = good[: good.index(b'"entries":[\n') + len(b'"entries":[\n')]
    for name, changed in attacks.items():
        # As a forger would, number them anew.
        lines = [json.dumps({**item, "index": n}).encode() for n, item in enumerate(changed)]
        bad = head + b",\n".join(lines) + (b"\n" if lines else b"") + b"]}\n"
        assert verify_export(io.BytesIO(bad), [key]).verdict == "not genuine", name
