"""Lays out a recovery: for each service that is lost, what must be done until it is back.

How finely depends on what is known of a service:

* Its newest trial is a drill of Refloat that passed: each component is prepared, restored, loaded,
  started and checked as the drill was, each for as long as drills took for it; restores begin at
  once, and what is started waits for what it needs. A restore, the loading of its data and a check
  hold a worker each. What people do beside that is added where somebody estimated it.
* Its newest trial is a test of the whole service that passed: one task, for as long as tests took.
  It begins when all that the service needs is back, and holds a worker (if data is lost) and a
  person for all of its time: nobody knows for which part of it they are needed.
* Otherwise its written steps, or its components, if each has an estimate.
* Otherwise it is unknown, and so is all that waits for it.

What a service was seen to need counts as what it needs. Of services that need each other in a
circle none waits for the other. A service of which nothing of its own is lost is back as soon as
what it needs is back.
"""

from __future__ import annotations

from refloat.assess import words
from refloat.assess.ahead.aftermath import Aftermath
from refloat.assess.ahead.forecasting.durations import measured
from refloat.assess.ahead.forecasting.laying import Laid
from refloat.assess.ahead.forecasting.samples import Samples, samples_of, stale_since, tests_of
from refloat.assess.ahead.forecasting.tasks import (
    NO_HANDS,
    PEOPLE,
    WORKER,
    Recovery,
    Task,
    Ways,
    needed,
)
from refloat.assess.ahead.forecasting.written import Written
from refloat.assess.ground.basis import Basis
from refloat.model.ahead import Fate, ScenarioOutcome
from refloat.model.run import Stage

_DONE = {
    Stage.CHOOSE: "choose the recovery points for {}",
    Stage.PREPARE: "prepare the server of {}",
    Stage.RESTORE: "restore {}",
    Stage.LOAD: "put the data of {} in its place",
    Stage.START: "start {}",
    Stage.READY: "wait until {} answers",
    Stage.CHECK: "check {}",
    Stage.JOURNEY: "check {} as its people use it",
}
_BY_WORKERS = frozenset({Stage.RESTORE, Stage.LOAD, Stage.CHECK})
"""Stages that hold a worker, as in a drill."""


def recovery_of(left: Aftermath, outcome: ScenarioOutcome) -> Recovery:
    """Lay out the recovery of everything that a scenario takes and that comes back.

    Args:
        left: what the scenario leaves.
        outcome: what becomes of everything.
    """
    return _Builder(left, outcome).built()


class _Builder:
    def __init__(self, left: Aftermath, outcome: ScenarioOutcome) -> None:
        self.left = left
        self.laid = Laid(left, outcome)
        self.samples: Samples = samples_of(left.organisation)
        self.unknown: dict[str, str] = {}

    def built(self) -> Recovery:
        """Lay out all of it."""
        laid = self.laid
        for service, before in laid.needs.items():
            if laid.fates[service] not in (Fate.BACK, Fate.DEGRADED):
                continue
            missing = [key for key in before if key not in laid.ends]
            if missing:
                name = laid.plan.services[missing[0]].name
                self.unknown[service] = f"It needs {name}, and when that is back is not known."
            else:
                self._service(service, tuple(laid.ends[key] for key in before))
        assumes = tuple(laid.assumes)
        return needed(Recovery(laid.tasks, laid.ends, self.unknown, self.samples.spread, assumes))

    def _service(self, service: str, before: tuple[str, ...]) -> None:
        if not self.left.is_lost(service):
            self.laid.there(service, before)
            return
        basis = self.left.organisation.bases[service]
        lost = [
            key for key in basis.strengths if self.left.is_lost(key) and self.left.comes_back(key)
        ]
        trial = basis.deciding_trial()
        if trial is not None and trial.passed is True and trial.drill is not None:
            self._as_drilled(basis, lost, before)
        elif tests_of(basis):
            self._as_tested(basis, lost, before)
        else:
            self._as_estimated(basis, lost, before)

    def _as_tested(self, basis: Basis, lost: list[str], before: tuple[str, ...]) -> None:
        laid, service = self.laid, basis.service
        data = [key for key in lost if laid.plan.components[key].copied]
        reads = laid.reads(data)
        sizes = [size for size in reads.values() if size is not None]
        volume = sum(sizes) if len(sizes) == len(reads) else None
        duration = measured(tests_of(basis), volume, self.samples.spread, whole=True)
        things = {f"repository {key}" for key in reads}
        things |= {WORKER} if data else set()
        if not service.steps or not all(step.automatic for step in service.steps):
            things |= {PEOPLE}
        key, way = f"service:{service.key}", (frozenset(things),)
        what = f"bring back {service.name}"
        laid.there(
            service.key, laid.add(Task(key, what, service.key, before, way, duration, reads))
        )
        laid.assume(
            "A service that was timed as a whole holds a restore worker (if data of it is lost) and"
            " a person for all of its time, and begins when all that it needs is back."
        )
        changed = stale_since(basis)
        if changed:
            laid.assume(
                f"{service.name} takes as long as before it changed ({changed}); it was not tested"
                " since."
            )

    def _as_drilled(self, basis: Basis, lost: list[str], before: tuple[str, ...]) -> None:
        laid, service = self.laid, basis.service
        begun = self._stage(service.key, f":{service.key}", Stage.CHOOSE, ())
        for key in lost:
            if key not in laid.components and not self._component(basis, key, begun):
                self.unknown[service.key] = (
                    f"Nobody measured how long {words.component(laid.plan, key)} takes to come"
                    " back, and there is no estimate of it."
                )
                return
        ends = [end for key in lost for end in laid.components[key]]
        by_hand = Written(laid, basis).beside_a_drill((*before, *ends))
        laid.there(service.key, self._stage(service.key, f":{service.key}", Stage.JOURNEY, by_hand))

    def _component(self, basis: Basis, key: str, begun: tuple[str, ...]) -> bool:
        """Lay out what is done for a component; say whether its times are known."""
        outside = self.laid.outside(key)
        if not any((key, stage) in self.samples.steps for stage in Stage):
            return Written(self.laid, basis).component(key, outside)
        service = basis.service.key
        prepared = self._stage(service, key, Stage.PREPARE, begun)
        restored = self._stage(service, key, Stage.RESTORE, begun)
        loaded = self._stage(service, key, Stage.LOAD, (*prepared, *restored))
        started = self._stage(service, key, Stage.START, (*loaded, *outside))
        ready = self._stage(service, key, Stage.READY, started)
        self.laid.components[key] = self._stage(service, key, Stage.CHECK, ready)
        return True

    def _stage(
        self, service: str, key: str, stage: Stage, needs: tuple[str, ...]
    ) -> tuple[str, ...]:
        """Add a stage, if it was measured; give what is to be waited for after it."""
        found = self.samples.steps.get((key, stage))
        needs = tuple(dict.fromkeys(needs))
        if not found:
            return needs
        laid, plan = self.laid, self.laid.plan
        reads = laid.reads([key]) if stage is Stage.RESTORE else {}
        size = laid.size(key) if stage in (Stage.RESTORE, Stage.LOAD) else None
        things = {f"repository {one}" for one in reads}
        things |= {WORKER} if stage in _BY_WORKERS else set()
        way: Ways = (frozenset(things),) if things else NO_HANDS
        one = key in plan.components
        name = words.component(plan, key) if one else plan.services[service].name
        duration = measured(found, size, self.samples.spread, whole=False)
        what = _DONE[stage].format(name)
        return laid.add(Task(f"{key}:{stage}", what, service, needs, way, duration, reads))

    def _as_estimated(self, basis: Basis, lost: list[str], before: tuple[str, ...]) -> None:
        written, service = Written(self.laid, basis), basis.service
        missing = written.without_estimate(lost)
        if not missing:
            self.laid.there(service.key, written.all_of(lost, before))
            return
        trial = basis.deciding_trial()
        start = "Nobody measured how long all of it takes"
        if trial is not None:
            start = "Its newest test measured no time" if trial.passed else "Its newest test failed"
        self.unknown[service.key] = f"{start}, and there is no estimate of {missing}."
