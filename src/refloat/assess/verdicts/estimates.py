"""How long a recovery takes at least by what people estimate, where nobody has measured it."""

from __future__ import annotations

from collections.abc import Container

from refloat.assess.ground.plan_graph import brought_before
from refloat.assess.organisation import Organisation
from refloat.model.plan import Plan, Service, Strength


class Estimates:
    """The shortest ways back of all services: measured where that was done, else estimated.

    What is neither measured nor estimated counts as no time at all, and neither does a part that is
    back with a service before, so that the sum is never more than the truth; written steps are done
    one after the other, in the order in which they stand.

    Args:
        organisation: the plan, and what was measured.
    """

    def __init__(self, organisation: Organisation) -> None:
        self._organisation = organisation
        self._found: dict[str, tuple[float, tuple[str, ...]]] = {}

    def of(self, service: str) -> tuple[float, tuple[str, ...]]:
        """Give the least seconds that a service needs, and the services on the longest way."""
        ahead, on_the_way = [service], {service}
        while ahead:
            key = ahead[-1]
            before = self._before(key)
            waiting = [one for one in before if one not in self._found and one not in on_the_way]
            if key not in self._found and waiting:
                ahead.append(waiting[0])
                on_the_way.add(waiting[0])
                continue
            ahead.pop()
            on_the_way.discard(key)
            if key not in self._found:
                self._found[key] = self._way(key, before)
        return self._found[service]

    def _before(self, service: str) -> tuple[str, ...]:
        return self._organisation.bases[service].moment.index.graph.hard[service]

    def _way(self, key: str, before: tuple[str, ...]) -> tuple[float, tuple[str, ...]]:
        trial = self._organisation.bases[key].deciding_trial()
        passed = trial if trial is not None and trial.passed is True else None
        ways = [self._found[one] for one in before if one in self._found]
        seconds, way = max(ways, default=(0.0, ()))
        if passed is not None and passed.whole_seconds is not None:
            if passed.whole_seconds >= seconds:
                return passed.whole_seconds, (key,)
            return seconds, (*way, key)
        if passed is not None and passed.own_seconds is not None:
            return seconds + passed.own_seconds, (*way, key)
        service = self._organisation.plan.services[key]
        graph = self._organisation.bases[key].moment.index.graph
        there = brought_before(graph, key, before, graph.hard)
        own = max(_of_steps(service), _of_components(self._organisation, key, there))
        return seconds + own, (*way, key)


def _of_steps(service: Service) -> float:
    return sum(step.takes.total_seconds() for step in service.steps if step.takes is not None)


def _of_components(organisation: Organisation, service: str, there: Container[str]) -> float:
    """Give the longest chain of the service's own components that it cannot run without.

    Those that are there by then take no time.
    """
    ready: dict[str, float] = {}
    plan: Plan = organisation.plan
    for key, strength in organisation.bases[service].strengths.items():
        component = plan.components[key]
        before = [
            ready[need.on]
            for need in component.needs
            if need.strength is Strength.HARD and need.on in ready
        ]
        known = component.takes is not None and key not in there
        takes = component.takes.total_seconds() if component.takes is not None and known else 0.0
        ready[key] = max(before, default=0.0) + takes if strength is Strength.HARD else 0.0
    return max(ready.values(), default=0.0)
