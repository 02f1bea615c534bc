"""Text in; a valid plan, or every complaint with its place, out."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from refloat.model.options import AdapterCatalogue
from refloat.model.plan import Plan
from refloat.plan.complaints import Complaints
from refloat.plan.consistency import examine
from refloat.plan.joining import PlanFile, read_files
from refloat.plan.mappings import Table
from refloat.plan.reader import FASTEST, Loader, read_tree
from refloat.plan.reading import ComplaintsOf, Reading
from refloat.plan.sections import PLAN
from refloat.plan.tree import START, Entry, MappingNode, Node, ScalarNode


def parse(
    text: bytes,
    name: str,
    catalogue: AdapterCatalogue,
    complaints_of: ComplaintsOf,
    *,
    loader: Loader = FASTEST,
) -> Plan:
    """Read a plan. Nothing in it is ever run, opened or looked up outside of the text.

    Args:
        text: the file's bytes.
        name: the file's name, for complaints.
        catalogue: the adapters that the plan may name, and their options.
        complaints_of: for each kind of check, what is wrong with its options beyond their types.
        loader: the YAML parser; C and Python give the same plan.

    Raises:
        PlanRefused: with all complaints at once, each with its place in the file.
    """
    complaints = Complaints(name)
    with _uncollected():
        tree = read_tree(text, complaints, loader=loader)
        return _understand(tree, Reading(catalogue, complaints_of, complaints, tree))


def parse_files(
    files: Iterable[PlanFile],
    name: str,
    catalogue: AdapterCatalogue,
    complaints_of: ComplaintsOf,
    *,
    loader: Loader = FASTEST,
) -> Plan:
    """Read a plan that consists of several files; see ``joining`` for what becomes of them.

    Args:
        files: the files, in order.
        name: the folder's name, for complaints that concern no single file.
        catalogue: as of ``parse``.
        complaints_of: as of ``parse``.
        loader: as of ``parse``.

    Raises:
        PlanRefused: with all complaints at once, each with its file and place.
    """
    complaints = Complaints(name)
    with _uncollected():
        tree = read_files(files, complaints, loader)
        return _understand(tree, Reading(catalogue, complaints_of, complaints, tree))


@contextmanager
def _uncollected() -> Iterator[None]:
    """Let the collector of circular garbage rest: a tree has no circles, and millions of parts.

    Walking all of them again and again takes twice as long as reading a large plan does.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _understand(tree: Node, reading: Reading) -> Plan:
    _choose_sandbox(tree, reading.catalogue)
    plan = Table(PLAN).read(tree, reading)
    if isinstance(plan, Plan):
        examine(plan, reading)
    reading.complaints.settle()
    assert isinstance(plan, Plan)  # a refused table has complained
    return plan


def _choose_sandbox(tree: Node, catalogue: AdapterCatalogue) -> None:
    """Write out the usual sandbox, so that its options' defaults are the same said or unsaid."""
    if isinstance(tree, MappingNode) and Plan.sandbox in catalogue.sandboxes:
        key, value = ScalarNode("sandbox", True, START), ScalarNode(Plan.sandbox, True, START)
        tree.entries.setdefault("sandbox", Entry(key, value))
