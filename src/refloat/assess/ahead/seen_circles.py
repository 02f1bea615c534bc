"""Services that were seen to need each other in a circle: nobody can say which comes first."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from refloat.assess import words
from refloat.assess.about import called
from refloat.assess.ahead.recovery_network import RecoveryNetwork
from refloat.assess.ground.plan_graph import circles


def passed_over(network: RecoveryNetwork, concerned: Callable[[str], object]) -> Iterator[str]:
    """Say which needs that were seen count for nothing, because they run in a circle.

    Args:
        network: the network of the organisation.
        concerned: which services count, by their keys; circles without any are left out.
    """
    unwritten = {key: tuple(some) for key, some in network.moment.unwritten.items() if some}
    if all(set(some) <= set(network.seen.get(key, ())) for key, some in unwritten.items()):
        return
    both = {key: (*some, *unwritten.get(key, ())) for key, some in network.graph.hard.items()}
    for group in circles({key: both[key] for key in network.plan.services}):
        if len(group) > 1 and any(map(concerned, group)):
            names = words.listed(called(network.plan, key) for key in sorted(group))
            yield f"{names} were seen to need each other in a circle; that counts for nothing here."
