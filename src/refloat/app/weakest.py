"""Which losses, alone or together, nothing repairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from refloat import assess
from refloat.app.assess import Ground
from refloat.assess.ahead.weakest.points import weakest as found_weakest
from refloat.model.ahead import LossKind, Weakest
from refloat.model.errors import MissingInput
from refloat.model.plan import Plan
from refloat.plan import first_of, service_of

FIRST_TIER = 1
"""The tier whose services are looked at if nobody says which."""


@dataclass(frozen=True)
class WeakestQuery:
    """What is asked.

    Attributes:
        services: keys of services; those of a tier if there are none.
        tier: that tier.
        up_to: how many losses together, 1 to 3.
        kinds: which kinds of things may be lost; None for all.
    """

    services: tuple[str, ...] = ()
    tier: int = FIRST_TIER
    up_to: int = 2
    kinds: frozenset[LossKind] | None = None


def weakest(found: Ground, query: WeakestQuery, instant: datetime) -> Weakest:
    """Find the smallest sets of losses that make services unrecoverable.

    Raises:
        MissingInput: if a service is not in the plan, or none is of the tier.
    """
    services = _chosen(found.plan, query)
    organisation = assess.organisation(found.plan, found.facts, instant)
    return found_weakest(organisation, services, query.up_to, query.kinds)


def verdict(found: Weakest) -> int:
    """Give the exit code that a pipeline gates on: 1 if one loss alone is too many, 2 if one is as
    far as anybody knows or leaves data that may not fit together, 0 if none is.
    """
    if found.already or any(len(one.losses) == 1 and one.services for one in found.cut_sets):
        return 1
    return 2 if found.apart or any(len(one.losses) == 1 for one in found.cut_sets) else 0


def _chosen(plan: Plan, query: WeakestQuery) -> Sequence[str]:
    if query.services:
        asked = {service_of(plan, key).key for key in query.services}
        return [key for key in plan.services if key in asked]
    chosen = [key for key, one in plan.services.items() if one.tier == query.tier]
    if not chosen:
        tiers = sorted({one.tier for one in plan.services.values() if one.tier is not None})
        there = f"There are services of tier {', '.join(map(str, tiers))}"
        raise MissingInput(
            f"no service of the plan is of tier {query.tier}",
            hint=f"{there}; name services, or say --tier." if tiers else _to_name(plan),
        )
    return chosen


def _to_name(plan: Plan) -> str:
    if not plan.services:
        return "It has no services at all."
    return f"No service has a tier; name some: {first_of(list(plan.services))}."
