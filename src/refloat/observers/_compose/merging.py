"""What one Compose file takes away from another, or puts in its place.

The tags ``!reset`` and ``!override`` of files that are merged, after
https://github.com/compose-spec/compose-spec/blob/main/13-merge.md. In a service that extends
another one, both hold against that one too (https://github.com/compose-spec/compose-go, which
Compose reads its files with). A tag of an item of a list takes away nothing, since nothing says
which item of the other list is meant.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from refloat.observers._yaml import Entry, Node, Override, Reset, entries, items, text

Path = tuple[str, ...]
"""The keys that lead to a value: ``services``, ``web``, ``depends_on``."""


class Tag(NamedTuple):
    """A value with one of the tags.

    Attributes:
        path: the keys that lead to it.
        line: where it stands.
        is_reset: whether it is ``!reset``; False for ``!override``.
    """

    path: Path
    line: int
    is_reset: bool


def tags(node: Node, path: Path = ()) -> Iterator[Tag]:
    """Give the tags of a tree's mappings; none of what stands inside of a tagged value."""
    for key, entry in entries(node).items():
        one = entry.node
        if isinstance(one, Reset | Override):
            yield Tag((*path, key), one.line or entry.line, isinstance(one, Reset))
        else:
            yield from tags(one, (*path, key))


def without(node: Node, taken: Collection[Path]) -> Node:
    """Give a tree without what the tags of another file, or its own, take away.

    Args:
        node: the tree.
        taken: the keys that lead to what is taken away.
    """
    first: dict[str, list[Path]] = {}
    for path in taken:
        first.setdefault(path[0], []).append(path[1:])
    if not first:
        return node
    if not isinstance(node.value, Mapping):
        whole = {key for key, rest in first.items() if () in rest}
        listed = [one for one in items(node) if _name(one) not in whole]
        return Node(node.line, listed) if items(node) else node
    kept = {
        key: Entry(one.line, without(one.node, first.get(key, ())))
        for key, one in node.value.items()
        if () not in first.get(key, ())
    }
    return Node(node.line, kept)


def _name(item: Node) -> str:
    """Give the key that an item of a list becomes where Compose makes a mapping of it."""
    return text(item).partition("=")[0]
