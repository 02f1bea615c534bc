"""Recovery points as the repositories tell of them, and a service's common recovery point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from refloat.app import wiring
from refloat.app.backup import protected
from refloat.app.workspace import Workspace
from refloat.host.clock import Clock
from refloat.model.points import CommonRecoveryPoint, RecoveryPoint
from refloat.plan import closure
from refloat.recovery.choose import choose
from refloat.recovery.listing import list_points as list_points_of


@dataclass(frozen=True)
class Listing:
    """Recovery points, and for each service that was asked for, what it would come back from.

    Attributes:
        points: every recovery point, oldest first.
        common: the common recovery point of each service, by its key.
    """

    points: tuple[RecoveryPoint, ...]
    common: dict[str, CommonRecoveryPoint]


def list_points(
    workspace: Workspace, clock: Clock, names: Sequence[str], at: datetime | None = None
) -> Listing:
    """Ask the repositories themselves.

    Args:
        workspace: the plan and the state.
        clock: what time it is.
        names: components or services; all of the plan if empty.
        at: the instant that common points are chosen for; now if None.

    Raises:
        MissingInput: if a name is not in the plan, or protects nothing.
        RepositoryProblem: if a repository does not answer.
    """
    plan = workspace.plan
    components = protected(workspace, names)
    kept_in = {
        component.key: component.protection.repository
        for component in components
        if component.protection is not None
    }
    listed = list_points_of(kept_in, wiring.readers(workspace, frozenset(kept_in.values())))
    points = sorted(
        (point for some in listed.values() for point in some),
        key=lambda point: (point.consistency_time, point.data_set),
    )
    services = [name for name in names if name in plan.services] or (
        [] if names else list(plan.services)
    )
    instant = at or clock.now().wall
    common = {}
    for service in services:
        wanted = [
            key for key in closure(plan, service) if plan.components[key].protection is not None
        ]
        known = {key: [one for one in points if one.data_set == key] for key in wanted}
        common[service] = choose(known, instant)
    return Listing(tuple(points), common)
