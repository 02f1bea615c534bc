"""Text in; a valid plan, or every complaint with its place, out."""

from __future__ import annotations

from refloat.model.options import AdapterCatalogue
from refloat.model.plan import Plan
from refloat.plan.complaints import Complaints
from refloat.plan.consistency import examine
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
    tree = read_tree(text, complaints, loader=loader)
    _choose_sandbox(tree, catalogue)
    reading = Reading(catalogue, complaints_of, complaints, tree)
    plan = Table(PLAN).read(tree, reading)
    if isinstance(plan, Plan):
        examine(plan, reading)
    complaints.settle()
    assert isinstance(plan, Plan)  # a refused table has complained
    return plan


def _choose_sandbox(tree: Node, catalogue: AdapterCatalogue) -> None:
    """Write out the usual sandbox, so that its options' defaults are the same said or unsaid."""
    if isinstance(tree, MappingNode) and Plan.sandbox in catalogue.sandboxes:
        key, value = ScalarNode("sandbox", True, START), ScalarNode(Plan.sandbox, True, START)
        tree.entries.setdefault("sandbox", Entry(key, value))
