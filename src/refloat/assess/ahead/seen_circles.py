"""What is said of services that were seen to need each other in a circle."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from refloat.assess import words
from refloat.assess.about import called
from refloat.assess.ahead.recovery_network import RecoveryNetwork


def passed_over(network: RecoveryNetwork, concerned: Callable[[str], object]) -> Iterator[str]:
    """Say which needs that were seen count for nothing, because they run in a circle.

    Args:
        network: the network of the organisation.
        concerned: which services count, by their keys; circles without any are left out.
    """
    for circle in network.seen_circles:
        if any(map(concerned, circle)):
            names = words.listed(called(network.plan, key) for key in circle)
            yield f"{names} were seen to need each other in a circle; that counts for nothing here."
