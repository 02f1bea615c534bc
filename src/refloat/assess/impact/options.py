"""Ways to meet a target that is not met as things are, with room for what they cost (R-009).

What a way would lead to is worked out from the plan and from what was measured; where neither says
anything it is left open. Copies from time to time lead no further than the plan's ``near_zero``;
replication and a standby are what leads below it (R-067).
"""

from __future__ import annotations

from collections.abc import Mapping

from refloat.assess import words
from refloat.assess.impact.effects import Proposal, interval_of
from refloat.model.impact import CapabilityOption
from refloat.model.plan import Service

FREQUENCY = "frequency"
REPLICATION = "replication"
STANDBY = "standby"
ORCHESTRATION = "orchestration"
TEST_FREQUENCY = "testing"
OPTIONS = (FREQUENCY, REPLICATION, STANDBY, ORCHESTRATION, TEST_FREQUENCY)
"""Everything that can be done, by name; somebody may enter a cost for each."""


def options(proposal: Proposal, costs: Mapping[str, str]) -> tuple[CapabilityOption, ...]:
    """List what could be done to meet a target; empty where it is met, or nobody knows.

    Args:
        proposal: the number, and how things stand.
        costs: what an option costs, by its name, as somebody entered it.
    """
    if proposal.status is None or proposal.measure not in ("rpo", "rto"):
        return ()
    lost, back = _achieved_rpo(proposal), _achieved_rto(proposal)
    achieved = lost if proposal.measure == "rpo" else back
    if achieved is None or achieved <= proposal.after:
        return ()
    ways: tuple[tuple[str, str], ...]
    if proposal.measure == "rpo":
        ways = (_frequency(proposal), (REPLICATION, *_REPLICATED), (STANDBY, *_STANDBY))
    else:
        ways = ((STANDBY, *_STANDBY), (ORCHESTRATION, *_ORCHESTRATED))
    ways = (*ways, (TEST_FREQUENCY, *_TESTED))
    return tuple(
        _option(proposal, name, text, _led_to(proposal, name, lost, back), costs)
        for name, text in ways
    )


def _option(
    proposal: Proposal,
    name: str,
    text: str,
    led_to: tuple[int | None, int | None],
    costs: Mapping[str, str],
) -> CapabilityOption:
    rpo, rto = led_to
    decides = rpo if proposal.measure == "rpo" else rto
    meets = None if decides is None else decides <= proposal.after
    return CapabilityOption(name, text, rpo, rto, meets, costs.get(name, ""))


def _led_to(
    proposal: Proposal, name: str, lost: int | None, back: int | None
) -> tuple[int | None, int | None]:
    """Say to which loss and which time an option would lead, in seconds; None where unknown."""
    near_zero = int(proposal.plan.policy.near_zero.total_seconds())
    if name == FREQUENCY:
        return max(proposal.after, near_zero), back
    if name == REPLICATION:
        return min(proposal.after, near_zero), back
    if name == STANDBY:
        return min(proposal.after, near_zero) if proposal.measure == "rpo" else near_zero, None
    if name == ORCHESTRATION:
        by_hand = _by_hand(proposal.service)
        return lost, None if back is None or by_hand is None else max(0, back - by_hand)
    return lost, back


def _frequency(proposal: Proposal) -> tuple[str, str]:
    names = words.listed(
        one.name
        for one in proposal.data_sets
        if (interval_of(proposal.plan, one) or 0) > proposal.after
    )
    often = max(proposal.after, proposal.plan.policy.near_zero.total_seconds())
    return FREQUENCY, f"Copy {names or proposal.name} every {words.duration(often)}."


def _achieved_rpo(proposal: Proposal) -> int | None:
    """Say how much data can be lost as things are: the longest interval; None if one is unknown."""
    seconds = [interval_of(proposal.plan, one) for one in proposal.data_sets]
    known = [one for one in seconds if one is not None]
    return round(max(known)) if known and len(known) == len(seconds) else None


def _achieved_rto(proposal: Proposal) -> int | None:
    assert proposal.status is not None, "options are given for services alone"
    seconds = proposal.status.objective("rto").achieved_seconds
    return round(seconds) if seconds is not None else None


def _by_hand(service: Service) -> int | None:
    """Say how long the steps that people do take by estimate; None if nobody said."""
    taken = [step.takes for step in service.steps if not step.automatic]
    known = [one for one in taken if one is not None]
    return round(sum(one.total_seconds() for one in known)) if known else None


_REPLICATED = ("Copy each change at once to another place, beside the periodic copies.",)
_STANDBY = ("Keep a second one running that takes over; time it in a test.",)
_ORCHESTRATED = ("Let a machine do the steps that people do today.",)
_TESTED = ("Test more often, so that what is measured stays true; alone it makes nothing faster.",)
