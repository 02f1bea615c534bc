from collections.abc import Sequence

import pytest

from refloat.ledger.canonical import Malformed
from refloat.ledger.merkle import (
    EMPTY_ROOT,
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    levels,
    node_hash,
    root,
    verify_consistency,
    verify_inclusion,
)

LEAVES = [
    leaf_hash(bytes.fromhex(text))
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
# The roots over the first 1 to 8 of these, as certificate transparency's own tests have them.
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)


def definition(leaves: Sequence[bytes]) -> bytes:
    """The definition of RFC 6962 §2.1, word for word."""
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(definition(leaves[:split]), definition(leaves[split:]))


@pytest.mark.parametrize("size", range(1, 9))
def test_known_roots(size: int) -> None:
    assert root(LEAVES[:size]).hex() == ROOTS[size - 1]
    assert levels(LEAVES[:size])[-1] == [bytes.fromhex(ROOTS[size - 1])]


def test_the_empty_tree() -> None:
    assert root([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_every_tree_to_seventy_gives_the_root_and_the_proofs_of_the_definition() -> None:
    leaves = [leaf_hash(bytes([n])) for n in range(70)]
    for size in range(1, 71):
        expected = definition(leaves[:size])
        assert root(leaves[:size]) == expected
        tree = levels(leaves[:size])
        for index in range(size):
            proof = inclusion_proof(tree, index)
            assert verify_inclusion(leaves[index], index, size, proof, expected)
            assert not verify_inclusion(leaves[index], index + 1, size, proof, expected)
            assert not verify_inclusion(leaf_hash(b"x"), index, size, proof, expected)
            assert not verify_inclusion(leaves[index], index, size, (*proof, EMPTY_ROOT), expected)
            assert not proof or not verify_inclusion(
                leaves[index], index, size, proof[:-1], expected
            )


def test_every_prefix_of_trees_to_forty_is_shown_consistent_and_nothing_else_is() -> None:
    leaves = [leaf_hash(bytes([n])) for n in range(40)]
    roots = [root(leaves[:size]) for size in range(41)]
    for new in range(41):
        for old in range(new + 1):
            proof = consistency_proof(leaves[:new], old)
            assert verify_consistency(old, roots[old], new, roots[new], proof)
            longer = (*proof, EMPTY_ROOT)
            assert not verify_consistency(old, roots[old], new, roots[new], longer)
            assert not verify_consistency(old, leaf_hash(b"x"), new, roots[new], proof)
            if old:
                assert not verify_consistency(old, roots[old], new, leaf_hash(b"x"), proof)
    assert not verify_consistency(5, roots[5], 4, roots[4], ())


def test_a_frontier_goes_on_where_it_was_put_away() -> None:
    leaves = [leaf_hash(bytes([n])) for n in range(50)]
    kept = Frontier()
    for size, leaf in enumerate(leaves, 1):
        kept = Frontier(kept.size, kept.hashes)
        kept.append(leaf)
        assert kept.root() == root(leaves[:size])
        assert len(kept.hashes) == size.bit_count()


def test_what_was_never_there_is_refused() -> None:
    with pytest.raises(Malformed, match="there is no entry 3 among 3"):
        inclusion_proof(levels(LEAVES[:3]), 3)
    with pytest.raises(Malformed, match="never had 4"):
        consistency_proof(LEAVES[:3], 4)
    with pytest.raises(Malformed, match="does not have 2 parts"):
        Frontier(4, [EMPTY_ROOT, EMPTY_ROOT])
