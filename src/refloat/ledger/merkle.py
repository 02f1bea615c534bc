"""The Merkle tree of RFC 6962 §2.1: one hash that stands for a whole log, and its proofs.

All functions are pure. Hashes are 32 bytes of SHA-256. A leaf's hash and a node's hash begin with
different bytes, so one can never be passed off as the other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from refloat.ledger.canonical import Malformed

EMPTY_ROOT = hashlib.sha256().digest()


def leaf_hash(data: bytes) -> bytes:
    """Give the hash of one entry's exact bytes."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Give the hash of a node over its two children."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """What must be kept of a tree so that it can grow: at most log2(size) + 1 hashes.

    They are the roots of the complete subtrees that make up the tree, largest first; the binary
    digits of the size say how large each one is.
    """

    def __init__(self, size: int = 0, hashes: Iterable[bytes] = ()) -> None:
        """Start from an earlier frontier, or from the empty tree.

        Raises:
            Malformed: if the number of hashes does not fit the size.

        """
        self.size = size
        self.hashes = list(hashes)
        if size < 0 or len(self.hashes) != size.bit_count():
            raise Malformed(f"a tree of {size} entries does not have {len(self.hashes)} parts")

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash at the end."""
        size = self.size
        hashes = self.hashes
        while size & 1:
            leaf = node_hash(hashes.pop(), leaf)
            size >>= 1
        hashes.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """Give the root hash of the tree as it is now."""
        if not self.hashes:
            return EMPTY_ROOT
        result = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            result = node_hash(left, result)
        return result


def root(leaves: Sequence[bytes]) -> bytes:
    """Give the root hash over these leaf hashes."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()


def levels(leaves: Sequence[bytes]) -> list[list[bytes]]:
    """Give every level of the tree over these leaf hashes, leaves first, the root alone at the end.

    A hash without a neighbour goes up a level unchanged, which gives the tree of RFC 6962.
    """
    result = [list(leaves)]
    while len(result[-1]) > 1:
        below = result[-1]
        above = [node_hash(below[n], below[n + 1]) for n in range(0, len(below) - 1, 2)]
        if len(below) & 1:
            above.append(below[-1])
        result.append(above)
    return result


def inclusion_proof(tree: Sequence[Sequence[bytes]], index: int) -> tuple[bytes, ...]:
    """Give the hashes that lead from one leaf to the root (RFC 6962 §2.1.1).

    Args:
        tree: what ``levels`` gave.
        index: which leaf, from 0.

    Raises:
        Malformed: if there is no leaf with that index.

    """
    if not 0 <= index < len(tree[0]):
        raise Malformed(f"there is no entry {index} among {len(tree[0])}")
    proof = []
    for level in tree[:-1]:
        if index ^ 1 < len(level):
            proof.append(level[index ^ 1])
        index >>= 1
    return tuple(proof)


def consistency_proof(leaves: Sequence[bytes], old_size: int) -> tuple[bytes, ...]:
    """Give the hashes that show that a tree of ``old_size`` is a prefix of this one (§2.1.2).

    Raises:
        Malformed: if the old size is not between 0 and the size now.

    """
    if not 0 <= old_size <= len(leaves):
        raise Malformed(f"a log of {len(leaves)} entries never had {old_size}")
    if old_size in (0, len(leaves)):
        return ()
    return _subproof(leaves, old_size, whole=True)


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], expected_root: bytes
) -> bool:
    """Say whether the proof shows the leaf at this index of the tree (RFC 9162 §2.1.3.2)."""
    if not 0 <= index < size:
        return False
    position, last, result = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if position & 1 or position == last:
            result = node_hash(sibling, result)
            while position and not position & 1:
                position >>= 1
                last >>= 1
        else:
            result = node_hash(result, sibling)
        position >>= 1
        last >>= 1
    return last == 0 and result == expected_root


def verify_consistency(
    old_size: int, old_root: bytes, size: int, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Say whether the proof shows that the old tree is a prefix of the new (RFC 9162 §2.1.4.2)."""
    if not 0 <= old_size <= size:
        return False
    if old_size == size:
        return old_root == new_root and not proof
    if old_size == 0:
        return old_root == EMPTY_ROOT and not proof
    path = list(proof)
    if old_size.bit_count() == 1:
        path.insert(0, old_root)
    if not path:
        return False
    position, last = old_size - 1, size - 1
    while position & 1:
        position >>= 1
        last >>= 1
    old, new = path[0], path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if position & 1 or position == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while position and not position & 1:
                position >>= 1
                last >>= 1
        else:
            new = node_hash(new, sibling)
        position >>= 1
        last >>= 1
    return last == 0 and old == old_root and new == new_root


def _split(size: int) -> int:
    """Give the largest power of two below a size of at least two."""
    return 1 << ((size - 1).bit_length() - 1)


def _subproof(leaves: Sequence[bytes], old_size: int, *, whole: bool) -> tuple[bytes, ...]:
    if old_size == len(leaves):
        return () if whole else (root(leaves),)
    split = _split(len(leaves))
    if old_size <= split:
        return (*_subproof(leaves[:split], old_size, whole=whole), root(leaves[split:]))
    return (*_subproof(leaves[split:], old_size - split, whole=False), root(leaves[:split]))
