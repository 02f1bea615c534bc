"""Several files that are one plan: what stands at their tops is joined, and nothing twice."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from refloat.plan.building import Spent, said_again
from refloat.plan.complaints import Complaints, PlanRefused
from refloat.plan.reader import Loader, read_tree
from refloat.plan.tree import START, Entry, MappingNode, Node, ScalarNode, SequenceNode, describe


class PlanFile(NamedTuple):
    """One file of a plan.

    Attributes:
        name: its name, for complaints.
        text: its bytes.
    """

    name: str
    text: bytes


def read_files(files: Iterable[PlanFile], complaints: Complaints, loader: Loader) -> MappingNode:
    """Read files and join them.

    Mappings and lists that stand at the top of several files are joined, in the order of the files;
    a name that stands in two of these mappings, or anything else that stands twice, is complained
    of with both places. A file that holds nothing, or only comments, adds nothing.

    Args:
        files: the files, in order.
        complaints: is told of what is wrong; the files' names are in its places.
        loader: the YAML parser.

    Raises:
        PlanRefused: when all files were read, if one of them could not be.
    """
    whole, spent, broken = MappingNode(START), Spent(), False
    for file in files:
        if not _says_something(file.text):
            continue
        try:
            tree = read_tree(file.text, complaints, loader=loader, file=file.name, spent=spent)
        except PlanRefused:
            broken = True
            continue
        if isinstance(tree, MappingNode):
            _join(whole, tree, complaints)
        else:
            complaints.add(
                tree.mark, f"a mapping is expected at the top of the file, not {describe(tree)}"
            )
    if broken:
        complaints.settle()
    return whole


def _says_something(text: bytes) -> bool:
    lines = text.removeprefix(b"\xef\xbb\xbf").splitlines()
    return any(line.strip() and not line.lstrip().startswith(b"#") for line in lines)


def _join(whole: MappingNode, tree: MappingNode, complaints: Complaints) -> None:
    for name, entry in tree.entries.items():
        first = whole.entries.get(name)
        if first is None:
            whole.entries[name] = Entry(entry.key, _copy(entry.value))
        elif isinstance(first.value, MappingNode) and isinstance(entry.value, MappingNode):
            _add(first.value, entry.value, complaints)
        elif isinstance(first.value, SequenceNode) and isinstance(entry.value, SequenceNode):
            first.value.items.extend(entry.value.items)
        else:
            complaints.add(entry.key.mark, said_again(name, first.key.mark))


def _copy(node: Node) -> Node:
    """Copy what others are added to: an alias may repeat it elsewhere."""
    if isinstance(node, MappingNode):
        return MappingNode(node.mark, dict(node.entries))
    if isinstance(node, SequenceNode):
        return SequenceNode(node.mark, list(node.items))
    return ScalarNode(node.text, node.plain, node.mark)


def _add(first: MappingNode, more: MappingNode, complaints: Complaints) -> None:
    for name, entry in more.entries.items():
        if name in first.entries:
            complaints.add(entry.key.mark, said_again(name, first.entries[name].key.mark))
        else:
            first.entries[name] = entry
