"""What rests on what, as rules ask for it; ``plan_graph`` and ``paths`` work it out."""

from __future__ import annotations

from datetime import datetime

from refloat.assess.ground.paths import RecoveryPath as RecoveryPath
from refloat.assess.ground.plan_graph import PlanGraph as PlanGraph
from refloat.assess.ground.plan_graph import rests_on as rests_on
from refloat.assess.ground.sights import needs_seen
from refloat.assess.organisation import Organisation
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


def recovery_path(organisation: Organisation, service: str, observed: bool) -> RecoveryPath:
    """Say how long a service takes to come back, those first that it cannot run without.

    Args:
        organisation: the organisation at an instant.
        service: the service's key.
        observed: whether services that it was seen to need count, beside those of the plan.

    Raises:
        KeyError: if the plan has no such service.
    """
    return organisation.bases[service].path(observed=observed)
