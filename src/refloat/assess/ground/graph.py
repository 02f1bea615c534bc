"""What rests on what, as rules ask for it; ``plan_graph`` and ``sights`` work it out."""

from __future__ import annotations

from datetime import datetime

from refloat.assess.ground.plan_graph import PlanGraph
from refloat.assess.ground.sights import needs_seen
from refloat.model.dependency import Strength
from refloat.model.facts import Facts
from refloat.model.plan import Plan


def services_needed(plan: Plan) -> dict[str, dict[str, Strength]]:
    """Give, by service, the *nearest* services that it needs, through its own components too.

    What those need in turn is theirs; ``rests_on`` gives everything in the end.
    """
    graph = PlanGraph(plan)
    return {service: graph.needed(service) for service in plan.services}


def observed_needs(plan: Plan, facts: Facts, instant: datetime) -> dict[str, frozenset[str]]:
    """Give, by service, the services that it was seen to need, documented or not.

    A component that was seen counts for the one service that owns it; where several own it, nobody
    can say which of them was seen.

    Args:
        plan: a valid plan.
        facts: the facts; those observed after the instant, or longer ago than the plan lets
            observations count, are passed over.
        instant: when.
    """
    return needs_seen(PlanGraph(plan), plan, facts, instant)
