"""One scenario of a large organisation, against walking the same graph once.

Ours: from the judged organisation to the whole answer, with nothing kept: the network of services,
components, copies, tools and keys is made, an intruder takes over production, and it is told what
becomes of every service, copy, key and document. Baseline: the same services, components and copies
are put into a graph of rustworkx and walked breadth first from everything that needs nothing; then
every right is read once. Judging the organisation is part of neither side.

Beside it, for information: the same with the network and the graph kept, as whoever asks a second
scenario has them.

``python -m benchmarks.scenario [PART]`` takes a part of the size only (10: a tenth).
"""

from __future__ import annotations

import gc
import sys
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property, partial

import rustworkx
from rustworkx.visit import BFSVisitor

from benchmarks.measure import compare, print_result
from benchmarks.organisation import NOW, Large, Size
from refloat.assess import Assessor
from refloat.assess.ahead.ready_made import RANSOMWARE, ready_made
from refloat.assess.ahead.recovery_network import recovery_network
from refloat.assess.ahead.scenario import scenario_outcome
from refloat.assess.organisation import Organisation
from refloat.model.ahead import Fate, Scenario
from refloat.model.plan import Plan

PAIRS = 5
TARGET = 4.0
LARGEST = 1_000_000_000
"""Bytes that a process may hold while it answers, plan and facts included."""


@dataclass(frozen=True)
class Recoverable(Large):
    """The large organisation, with an estimate for all that has no data of its own."""

    @cached_property
    def plan(self) -> Plan:
        """Give the plan."""
        plan = super().plan
        hour = timedelta(hours=1)
        components = {
            key: one if one.watch is not None else replace(one, takes=hour)
            for key, one in plan.components.items()
        }
        return replace(plan, components=components)


class Walker(BFSVisitor):
    """Counts what a walk meets."""

    def __init__(self) -> None:
        self.met = 0

    def discover_vertex(self, node: int) -> None:
        """Count one more."""
        self.met += 1


def main() -> int:
    """Measure; exit code 1 if the target was missed."""
    part = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    large = Recoverable(Size().part(part))
    organisation = Assessor(large.plan, large.facts()).organisation(NOW)
    gc.collect()
    gc.freeze()  # what is loaded is not looked through again in either side's child
    gc.disable()  # nor what they make: so near to nothing, it would be again and again
    scenario = Scenario("", "", ready_made(organisation)[RANSOMWARE].losses)
    forgotten = replace(organisation)  # with nothing of the network kept
    whole = compare(
        "one scenario of 100,000 components",
        partial(_answer, forgotten, scenario),
        partial(_walk, large.plan),
        target=TARGET,
        pairs=PAIRS,
    )
    print_result(whole)
    graph, starts = _graph(large.plan)
    recovery_network(organisation).wired  # noqa: B018 - made now, and kept
    again = compare(
        "another scenario, the network and the graph kept",
        partial(_answer, organisation, scenario),
        partial(_walk_again, large.plan, graph, starts),
        target=float("inf"),
        pairs=PAIRS,
    )
    print_result(again)
    peak = max(whole.peak_bytes, again.peak_bytes)
    print(f"peak memory {peak / 1e9:.2f} GB of at most 1", file=sys.stderr)
    return 0 if whole.met and peak < LARGEST else 1


def _answer(organisation: Organisation, scenario: Scenario) -> None:
    found = scenario_outcome(organisation, scenario)
    back = sum(one.fate is Fate.BACK for one in found.services)
    if not 0 < back < len(found.services):
        raise RuntimeError(f"{back} of {len(found.services)} services come back: no scenario")


def _walk(plan: Plan) -> None:
    _walk_again(plan, *_graph(plan))


def _walk_again(plan: Plan, graph: rustworkx.PyDiGraph[str, None], starts: list[int]) -> None:
    walker = Walker()
    rustworkx.bfs_search(graph, starts, walker)
    if walker.met != graph.num_nodes():
        raise RuntimeError(f"{walker.met} of {graph.num_nodes()} nodes were met")
    read = sum(len(one) for kept in plan.repositories.values() for one in kept.rights.values())
    if not read:
        raise RuntimeError("there were no rights to read")


def _graph(plan: Plan) -> tuple[rustworkx.PyDiGraph[str, None], list[int]]:
    """Put a plan into a graph: who is needed, by whom; beside it, what needs nothing."""
    names = [*plan.components, *plan.services, *plan.repositories, *plan.platforms]
    needs = [(need.on, key) for key, one in plan.components.items() for need in one.needs]
    needs += [(need.on, key) for key, one in plan.services.items() for need in one.needs]
    for key, one in plan.components.items():
        for repository in one.repositories:
            copy = f"{key}@{repository}"
            names.append(copy)
            needs += ((repository, copy), (copy, key))
        if one.watch is not None and one.watch.platform is not None:
            needs.append((one.watch.platform, key))
    numbers = {name: number for number, name in enumerate(names)}
    graph: rustworkx.PyDiGraph[str, None] = rustworkx.PyDiGraph()
    graph.add_nodes_from(names)
    graph.add_edges_from_no_data([(numbers[one], numbers[other]) for one, other in needs])
    needing = {other for _, other in needs}
    return graph, [number for name, number in numbers.items() if name not in needing]


if __name__ == "__main__":
    sys.exit(main())
