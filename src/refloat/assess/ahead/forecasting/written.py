"""A recovery as somebody wrote it down: steps that people or machines do, by their estimates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from refloat.assess import words
from refloat.assess.ahead.forecasting.durations import estimated
from refloat.assess.ahead.forecasting.laying import Laid
from refloat.assess.ahead.forecasting.tasks import PEOPLE, WORKER, Task, Ways
from refloat.assess.ground.basis import HOLDS_DATA, Basis
from refloat.model.organisation import WrittenStep
from refloat.model.plan import Component, Person, Plan


class Written:
    """The written recovery of one service.

    Args:
        laid: what is laid out so far; tasks are added to it.
        basis: the service.
    """

    def __init__(self, laid: Laid, basis: Basis) -> None:
        self._laid = laid
        self._plan: Plan = laid.plan
        self._service = basis.service
        self._steps = arranged(basis.service.steps)

    def without_estimate(self, lost: Iterable[str]) -> str:
        """Name what has no estimate, in words; empty if nothing is without.

        Args:
            lost: the service's own components that are to come back.
        """
        missing = [f"the step “{one.name}”" for one in self._steps if self._takes(one) is None]
        brought = {one.brings_back for one in self._steps}
        for key in lost:
            component = self._plan.components[key]
            counts = component.kind in HOLDS_DATA or component.copied or not self._steps
            if key not in brought and _estimate(component) is None and counts:
                missing.append(words.component(self._plan, key))
        if not missing and not self._steps and not any(True for _ in lost):
            missing.append("what is to be done")
        return words.listed(missing)

    def all_of(self, lost: Sequence[str], before: tuple[str, ...]) -> tuple[str, ...]:
        """Add all steps, and the components that no step brings back; give what to wait for.

        A step waits for those that it names, or else for the one that stands before it.

        Args:
            lost: the service's own components that are to come back.
            before: what the first step waits for.
        """
        brought = {one.brings_back for one in self._steps}
        ends: list[str] = []
        for key in lost:
            component = self._plan.components[key]
            if key not in brought and _estimate(component) is not None:
                self.component(key, (*before, *self._laid.outside(key)))
                ends += self._laid.components[key]
        done: dict[str, tuple[str, ...]] = {}
        last = tuple(dict.fromkeys((*before, *ends)))
        for number, step in enumerate(self._steps):
            named = [end for name in step.needs for end in done.get(name, ())]
            last = done[step.name] = self._step(number, step, tuple(named) or last)
        return tuple(
            dict.fromkeys((*ends, *(end for some in done.values() for end in some), *last))
        )

    def beside_a_drill(self, after: tuple[str, ...]) -> tuple[str, ...]:
        """Add what people do that no drill did, where it has an estimate; give what to wait for.

        Args:
            after: what the first of it waits for.
        """
        last = after
        for number, step in enumerate(self._steps):
            by_people = not step.automatic and step.brings_back is None
            if by_people and step.takes is not None:
                last = self._step(number, step, last)
            elif by_people:
                self._laid.assume(
                    f"The step “{step.name}” of {self._service.name} takes no time: nobody "
                    "estimated it, and the drill came back without it."
                )
        return last

    def component(self, key: str, after: tuple[str, ...]) -> bool:
        """Add that a component is brought back, by its estimate; say whether there is one.

        Args:
            key: the component's key.
            after: what it waits for.
        """
        component = self._plan.components[key]
        takes = _estimate(component)
        if takes is None:
            return False
        if key not in self._laid.components:
            reads = self._laid.reads([key])
            things = frozenset((WORKER, *(f"repository {one}" for one in reads)))
            name = words.component(self._plan, key)
            self._laid.components[key] = self._laid.add(
                Task(
                    f"component:{key}",
                    f"bring back {name}",
                    self._service.key,
                    tuple(dict.fromkeys(after)),
                    (things,) if component.copied else (frozenset(),),
                    estimated(takes, "the plan's estimate"),
                    reads,
                )
            )
        return True

    def _takes(self, step: WrittenStep) -> float | None:
        if step.takes is not None:
            return step.takes.total_seconds()
        brings = self._plan.components.get(step.brings_back or "")
        return _estimate(brings) if brings is not None else None

    def _step(self, number: int, step: WrittenStep, after: tuple[str, ...]) -> tuple[str, ...]:
        seconds = self._takes(step)
        brings = step.brings_back
        if seconds is None or (brings is not None and not self._laid.left.is_lost(brings)):
            return after
        copied = brings is not None and self._plan.components[brings].copied
        reads = self._laid.reads([brings]) if brings is not None and copied else {}
        things = {WORKER, *(f"repository {one}" for one in reads)} if copied else set()
        end = self._laid.add(
            Task(
                f"service:{self._service.key}:{number}",
                f"{step.name} ({self._service.name})",
                self._service.key,
                tuple(dict.fromkeys(after)),
                hands(self._plan, step, things),
                estimated(seconds, "the plan's estimate"),
                reads,
            )
        )
        if brings is not None:
            self._laid.components.setdefault(brings, end)
        return end


def _estimate(component: Component) -> float | None:
    """Give a component's estimate in seconds, or what its vendor promises; None without any."""
    takes = component.takes or component.vendor_commitment
    return takes.total_seconds() if takes is not None else None


def hands(plan: Plan, step: WrittenStep, things: Iterable[str] = ()) -> Ways:
    """Say with what a step can be done: by a machine, by anybody, or by whom it names.

    Args:
        plan: the plan.
        step: the step.
        things: what it holds beside hands.
    """
    other = frozenset(things)
    if step.automatic:
        return (other,)
    other |= {PEOPLE}
    if step.who is None:
        return (other,)
    person: Person | None = plan.people.get(step.who)
    able = [step.who]
    if person is not None and person.deputy is not None:
        able.append(person.deputy)
    return tuple(other | {f"person {key}"} for key in able)


def arranged(steps: Sequence[WrittenStep]) -> tuple[WrittenStep, ...]:
    """Arrange steps as written, but each after those that it names; of a circle, as written."""
    names = {step.name for step in steps}
    left, done = list(steps), set[str]()
    found: list[WrittenStep] = []
    while left:
        step = next((one for one in left if done >= set(one.needs) & names), left[0])
        left.remove(step)
        done.add(step.name)
        found.append(step)
    return tuple(found)
