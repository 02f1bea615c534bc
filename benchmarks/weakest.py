"""The weakest points of a large organisation, against losing one thing after another by networkx.

Ours: of the services of tier 1, which does not come back with which single loss, of all that the
plan knows; then with which pair of the 300 riskiest. The riskiest are those with which most of the
network does not hold in the end, without those that take away every service alone. Ordering the
network, and working out what falls with each loss, are part of ours.

Baseline: the same network as a networkx graph. For each loss, or pair, everything is walked that
can be reached from what falls, against the needs; of what is met, each thing is taken as lost
unless it has an alternative that is not (the least solution, from below, so that circles come out
the same). That is done for a sample, and scaled to all. It visits what a loss touches and nothing
else, which is kinder than walking the whole graph each time; making the graph is not counted. Both
sides must give the same services for the sample.

``python -m benchmarks.weakest [PART]`` takes a part of the size only (10: a tenth).
"""

from __future__ import annotations

import gc
import json
import random
import resource
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.organisation import NOW, Large, Size
from refloat import assess
from refloat.assess.ahead.network import Network
from refloat.assess.ahead.recovery_network import recovery_network
from refloat.assess.ahead.weakest.cuts import USUAL, Question, Search
from refloat.assess.ahead.weakest.many import every

TARGET = 100.0
RISKIEST = 300
SAMPLE = 150
"""How many single losses, and how many pairs, the baseline does."""

POINTS = 6
"""How many recovery points each service has: of more than one a data set, only the newest counts
here, and a million of them are the assessment's benchmark."""

LARGEST = 1_000_000_000


@dataclass(frozen=True)
class Times:
    """What one part took.

    Attributes:
        cases: how many losses or pairs.
        seconds: ours, for all.
        baseline_seconds: the baseline, for the sample, scaled to all.
    """

    cases: int
    seconds: float
    baseline_seconds: float


class Walked:
    """The network as a networkx graph, from what is needed to what needs it."""

    def __init__(self, network: Network) -> None:
        import networkx  # not before our own memory was measured

        self.network, self.descendants = network, networkx.descendants
        self.graph: Any = networkx.DiGraph()
        self.graph.add_nodes_from(range(len(network.nodes)))
        for number, (needs, groups) in enumerate(zip(network.all_of, network.any_of, strict=True)):
            self.graph.add_edges_from((one, number) for one in needs)
            self.graph.add_edges_from((one, number) for some in groups for one in some)
        self.at_rest = self.lost(range(len(network.nodes)), ())

    def lost(self, reached: Iterable[int], struck: Iterable[int]) -> set[int]:
        """Give, of what was reached, what does not hold."""
        network, fallen = self.network, set(struck)
        left = set(reached)
        before = getattr(self, "at_rest", frozenset())
        ahead = list(left - fallen)
        while ahead:
            for number in ahead:
                if number in left and self._holds(network, number, left, before):
                    left.discard(number)
            ahead = [
                user
                for number in ahead
                if number not in left
                for user in self.graph.successors(number)
                if user in left and user not in fallen
            ]
        return left

    @staticmethod
    def _holds(network: Network, number: int, left: set[int], before: Iterable[int]) -> bool:
        def is_lost(one: int) -> bool:
            return one in left or one in before

        return not any(map(is_lost, network.all_of[number])) and not any(
            all(map(is_lost, group)) for group in network.any_of[number]
        )

    def services(self, struck: Sequence[int], targets: frozenset[int]) -> frozenset[int]:
        """Give the services that do not come back when some things fall."""
        self.graph.add_edges_from(("lost", number) for number in struck)
        reached = self.descendants(self.graph, "lost") if struck else set()
        if struck:
            self.graph.remove_node("lost")
        return targets & self.lost(reached - self.at_rest, struck)


def main() -> int:
    """Measure; exit code 1 if the target was missed."""
    part = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    size = Size().part(part)
    large = Large(Size(size.services, size.services * POINTS, size.rights, size.planted))
    organisation = assess.organisation(large.plan, large.facts(), NOW)
    network = recovery_network(organisation)
    targets = frozenset(
        number
        for number, (kind, key) in enumerate(network.nodes)
        if kind == "back" and key in large.plan.services and large.plan.services[key].tier == 1
    )
    gc.collect()
    gc.freeze()
    start = time.perf_counter()
    search = Search(Question(network, tuple(targets), network.strikes), USUAL, cautious=False)
    singles = search.singles
    middle = time.perf_counter()
    chosen = search.by_risk[:RISKIEST]
    search.minimal(chosen, 2)
    end = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    alone, pairs = every(range(len(search.struck)), 1).tolist(), every(chosen, 2).tolist()
    walked, chance = Walked(network), random.Random(4)
    parts = {
        "single losses": Times(
            singles.cases, middle - start, _baseline(search, walked, targets, alone, chance)
        ),
        "pairs of the riskiest": Times(
            len(pairs), end - middle, _baseline(search, walked, targets, pairs, chance)
        ),
    }
    return _tell(parts, peak, len(targets))


def _baseline(
    search: Search,
    walked: Walked,
    targets: frozenset[int],
    cases: Sequence[Sequence[int]],
    chance: random.Random,
) -> float:
    """Time a sample, hold it against ours, and scale it to all."""
    sample = chance.sample(cases, min(SAMPLE, len(cases)))
    numbers = search.question.ordered.numbers
    struck = [search.struck_by(case) for case in sample]
    ours = search.failing_in(struck)
    lost = [[numbers[place] for place in places] for places in struck]
    start = time.perf_counter()
    theirs = [walked.services(some, targets) for some in lost]
    took = time.perf_counter() - start
    if ours != theirs:
        raise RuntimeError("both sides do not name the same services")
    return took * len(cases) / len(sample)


def _tell(parts: dict[str, Times], peak: int, targets: int) -> int:
    ours = sum(one.seconds for one in parts.values())
    baseline = sum(one.baseline_seconds for one in parts.values())
    faster = baseline / ours
    met = faster >= TARGET and peak < LARGEST
    shown = {name: asdict(one) for name, one in parts.items()}
    print(json.dumps({"name": "weakest points", "parts": shown, "faster": faster, "peak": peak}))
    for name, one in parts.items():
        print(
            f"  {one.cases} {name}, {targets} services: {one.seconds:.2f} s;"
            f" networkx {one.baseline_seconds:.0f} s, scaled from {SAMPLE}",
            file=sys.stderr,
        )
    print(
        f"  {faster:.0f} times faster of at least {TARGET:.0f}; peak memory {peak / 1e9:.2f} GB of"
        f" at most {LARGEST / 1e9:.0f}, plan and facts included: {'met' if met else 'MISSED'}",
        file=sys.stderr,
    )
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
