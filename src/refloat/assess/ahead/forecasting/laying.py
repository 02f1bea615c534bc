"""What is laid out of a recovery so far, and what every part of the laying out asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

from refloat.assess import words
from refloat.assess.ahead.aftermath import Aftermath
from refloat.assess.ahead.forecasting.tasks import Task
from refloat.assess.ahead.times import needs_of
from refloat.assess.ground.plan_graph import circles
from refloat.assess.organisation import Organisation
from refloat.model.ahead import DataSetOutcome, ScenarioOutcome
from refloat.model.plan import Plan


class Laid:
    """Tasks that are laid out, and where each service and component is back.

    Args:
        left: what a scenario leaves.
        outcome: what becomes of everything.
    """

    def __init__(self, left: Aftermath, outcome: ScenarioOutcome) -> None:
        self.left = left
        self.organisation: Organisation = left.organisation
        self.plan: Plan = left.plan
        self.fates = {one.service: one.fate for one in outcome.services}
        self.data: Mapping[str, DataSetOutcome] = {one.data_set: one for one in outcome.data_sets}
        self.tasks: dict[str, Task] = {}
        self.ends: dict[str, str] = {}
        self.components: dict[str, tuple[str, ...]] = {}
        self.assumes: dict[str, None] = {}

    def add(self, task: Task) -> tuple[str, ...]:
        """Add a task; give what is to be waited for after it."""
        self.tasks[task.key] = task
        return (task.key,)

    def assume(self, sentence: str) -> None:
        """Say, once, what is assumed."""
        self.assumes[sentence] = None

    def there(self, service: str, needs: Iterable[str]) -> None:
        """Say when a service is there: at the end of one task, or of several together."""
        every = tuple(dict.fromkeys(needs))
        if len(every) != 1:
            every = self.add(Task(f"service:{service}:there", "", service, every))
        self.ends[service] = every[0]

    def outside(self, component: str) -> tuple[str, ...]:
        """Give what is to be waited for of everything that a component needs."""
        found: dict[str, None] = {}
        for need in self.plan.components[component].needs:
            if need.on in self.ends:
                found[self.ends[need.on]] = None
            found.update(dict.fromkeys(self.components.get(need.on, ())))
        return tuple(found)

    def reads(self, data_sets: Iterable[str]) -> dict[str, int | None]:
        """Give bytes to read, by repository; None where a size is not known."""
        found: dict[str, int | None] = {}
        for key in data_sets:
            outcome = self.data.get(key)
            if outcome is None or not outcome.from_repository:
                continue
            size, so_far = self.size(key), found.get(outcome.from_repository, 0)
            known = size is not None and so_far is not None
            found[outcome.from_repository] = (size or 0) + (so_far or 0) if known else None
        return found

    def size(self, data_set: str) -> int | None:
        """Give the bytes of the point that a data set comes back from; None if nobody knows."""
        outcome = self.data.get(data_set)
        owners = self.left.network.graph.owners.get(data_set, ())
        if outcome is None or not owners:
            return None
        chosen = {one.point for one in outcome.copies if one.repository == outcome.from_repository}
        points = self.organisation.bases[owners[0]].points(data_set)
        return next((one.bytes for one in points if one.reference in chosen), None)

    @cached_property
    def needs(self) -> Mapping[str, tuple[str, ...]]:
        """Give, by service that is down, what it waits for, what was seen included; no circles.

        Services stand in an order in which each comes after what it waits for.
        """
        needs = {
            key: [one for one in some if self.left.is_down(one)]
            for key, some in needs_of(self.left.network).items()
            if self.left.is_down(key)
        }
        groups = circles(needs)
        group_of = {key: number for number, group in enumerate(groups) for key in group}
        for group in groups:
            if len(group) > 1:
                names = words.listed(sorted(self.plan.services[key].name for key in group))
                self.assume(f"{names} need each other in a circle; none waits for the other.")
        return {
            key: tuple(one for one in needs[key] if group_of[one] != group_of[key])
            for group in groups
            for key in sorted(group)
        }
