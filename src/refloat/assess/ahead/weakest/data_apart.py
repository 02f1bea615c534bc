"""After which single losses data that must be of one time comes back, and may not fit together.

That is no smallest set: the service comes back. It is looked at with the scenario of each loss that
strikes data of a consistency group or a copy of it, of a service or of what it cannot run without.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from refloat.assess import words
from refloat.assess.about import called
from refloat.assess.ahead.losses import in_words
from refloat.assess.ahead.misfits import apart as unfit_groups
from refloat.assess.ahead.recovery_network import RecoveryNetwork
from refloat.assess.ahead.scenario import scenario_outcome
from refloat.assess.ahead.times import needs_of
from refloat.assess.ground.plan_graph import reached
from refloat.assess.organisation import Organisation
from refloat.model.ahead import Loss, Scenario

MOST = 3_000_000
"""Things of the network, times losses that are tried, at most: some seconds."""


def apart(
    organisation: Organisation,
    network: RecoveryNetwork,
    services: Collection[str],
    losses: Iterable[Loss],
) -> tuple[str, ...] | None:
    """Say after which single losses data of one time may not fit together, a sentence each.

    Args:
        organisation: the organisation at an instant.
        network: its network.
        services: keys of the services that count.
        losses: what may be lost.

    Returns:
        The sentences; None if there are too many losses to look at.
    """
    parts = frozenset(_parts(network, services))
    if not parts:
        return ()
    tried = [
        one
        for one in losses
        if not parts.isdisjoint(network.strikes[one]) or not parts.isdisjoint(network.perhaps[one])
    ]
    if len(tried) * len(network.nodes) > MOST:
        return None
    found: dict[str, list[Loss]] = {}
    for one in tried:
        for because in _unfit(organisation, services, one):
            found.setdefault(because, []).append(one)
    return tuple(
        f"If {words.abridged(in_words(network.plan, one) for one in some)}, each alone, "
        f"data comes back that may not fit together. {because}"
        if len(some) > 1
        else f"If {in_words(network.plan, some[0])}, data comes back that may not fit together. "
        f"{because}"
        for because, some in found.items()
    )


def _parts(network: RecoveryNetwork, services: Collection[str]) -> Iterable[int]:
    """Give what stands for data of consistency groups that services rest on, and its copies."""
    components, owners = network.plan.components, network.graph.owners
    grouped = [key for key in network.copies if components[key].group]
    if not grouped:
        return
    needed = reached(needs_of(network), services)
    groups = {
        components[key].group
        for key in grouped
        if any(one in needed for one in owners.get(key, ()))
    }
    for key, copies in network.copies.items():
        if components[key].group in groups:
            yield network.first[key]
            yield from copies


def _unfit(organisation: Organisation, services: Collection[str], loss: Loss) -> list[str]:
    """Say which groups do not fit after a loss, and which services that count only need them."""
    outcome = scenario_outcome(organisation, Scenario("", "it is lost", (loss,)))
    told = [one.misfits for one in outcome.services if one.service in services]
    found = []
    for group in unfit_groups(outcome.groups):
        some = [one for misfits in told for one in misfits if one.group == group.name]
        ways = [
            f"{called(organisation.plan, one.way[0])} ({one.drawn})" for one in some if not one.own
        ]
        needed = f" It is needed by {words.abridged(ways)}." if ways else ""
        if some:
            found.append(f"{group.because}{needed}")
    return found
