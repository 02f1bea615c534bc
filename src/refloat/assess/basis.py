"""What every judgement of one service starts from: the plan, the facts up to an instant, and both.

The facts are cut at the instant once, here, so that no rule can see what came later.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from refloat.assess.drill import proves_data
from refloat.model.facts import DrillFact, Facts, FactType, JobFact
from refloat.model.plan import Component, Plan, Service, Strength
from refloat.model.points import RecoveryPoint
from refloat.model.run import CheckResult, Outcome, Proof, Stage, StepRecord
from refloat.plan import closure, order


@dataclass(frozen=True)
class SeenPoint:
    """A recovery point, with the entry that recorded it, and when."""

    entry: int
    at: datetime
    point: RecoveryPoint


@dataclass(frozen=True)
class Basis:
    """One service at one instant.

    Attributes:
        plan: the plan.
        service: the service.
        facts: all that was recorded at or before the instant.
        jobs: the last backup job of each data set that ended at or before the instant.
        seen: the recovery points of each data set that were true by the instant, oldest first.
        instant: when.
        strengths: the components that the service rests on, in recovery order.
    """

    plan: Plan
    service: Service
    facts: Facts
    jobs: Mapping[str, JobFact]
    seen: Mapping[str, tuple[SeenPoint, ...]]
    instant: datetime
    strengths: dict[str, Strength]

    def component(self, key: str) -> Component:
        """Give a component of the plan."""
        return self.plan.components[key]

    @property
    def data_sets(self) -> tuple[str, ...]:
        """Every data set that the service rests on, in recovery order."""
        return tuple(key for key in self.strengths if self.component(key).protection is not None)

    @property
    def hard_data_sets(self) -> tuple[str, ...]:
        """Those that it cannot run without; all of them if none is such."""
        hard = tuple(key for key in self.data_sets if self.strengths[key] is Strength.HARD)
        return hard or self.data_sets

    def drills(self) -> tuple[DrillFact, ...]:
        """Drills of this service, oldest declaration first."""
        mine = [one for one in self.facts.drills if one.record.service == self.service.key]
        return tuple(sorted(mine, key=declared))

    def deciding(self) -> DrillFact | None:
        """The newest drill of this service: it decides."""
        drills = self.drills()
        return drills[-1] if drills else None

    def points(self, data_set: str) -> tuple[SeenPoint, ...]:
        """Recorded recovery points of a data set that were true by the instant, oldest first."""
        return self.seen.get(data_set, ())

    def newest(self, data_set: str) -> SeenPoint | None:
        """The newest recovery point of a data set, by consistency time."""
        points = self.points(data_set)
        return points[-1] if points else None

    def last_job(self, data_set: str) -> JobFact | None:
        """How the last backup job of a data set ended."""
        return self.jobs.get(data_set)

    def last_restore(self, data_set: str) -> DrillFact | None:
        """The newest drill, of whatever service, that tried to restore a data set."""
        tried = [one for one in self.facts.drills if restored(one, data_set) is not None]
        return max(tried, key=declared, default=None)

    def seeing(self, types: Iterable[FactType]) -> Basis:
        """Give the same with facts of some types only; a rule is handed no others (R-020)."""
        wanted = frozenset(types)
        return replace(
            self,
            facts=self.facts.only(wanted),
            jobs=self.jobs if FactType.JOB_COMPLETED in wanted else {},
            seen=self.seen if FactType.RECOVERY_POINT in wanted else {},
        )


def basis(plan: Plan, service: str, facts: Facts, instant: datetime) -> Basis:
    """Put together what a service is judged by.

    Raises:
        MissingInput: if the plan has no such service.
    """
    strengths = closure(plan, service)
    known = facts.until(instant)
    return Basis(
        plan=plan,
        service=plan.services[service],
        facts=known,
        jobs={job.data_set: job for job in known.jobs() if job.at <= instant},
        seen=_seen(known, instant),
        instant=instant,
        strengths={key: strengths[key] for wave in order(plan, service) for key in wave},
    )


def declared(drill: DrillFact) -> tuple[datetime, int]:
    """Order drills by when they were declared."""
    return drill.record.declared_at, drill.entry


def restored(drill: DrillFact, data_set: str) -> Outcome | None:
    """Say whether a drill brought a data set back with its data proved; None if it never tried.

    A restore that broke, or a check that found other data, is a failure; no check is no proof.
    """
    steps: list[StepRecord] = [
        step
        for step in drill.record.steps
        if step.component == data_set and step.stage in (Stage.RESTORE, Stage.LOAD)
    ]
    checks: list[CheckResult] = [
        check
        for check in drill.record.checks
        if check.component == data_set and Proof.DATA in check.proves
    ]
    outcomes = [step.outcome for step in steps] + [check.outcome for check in checks]
    if Outcome.FAILED in outcomes:
        return Outcome.FAILED
    if not any(step.outcome is not Outcome.COULD_NOT_RUN for step in steps):
        return None
    whole = Outcome.COULD_NOT_RUN not in outcomes and data_set in proves_data(checks)
    return Outcome.PASSED if whole else Outcome.COULD_NOT_RUN


def _seen(facts: Facts, instant: datetime) -> dict[str, tuple[SeenPoint, ...]]:
    """Sort the points by data set; one that was recorded twice counts as it was first."""
    found: dict[tuple[str, str, str], SeenPoint] = {}
    for batch in facts.batches:
        for point in batch.points:
            if point.consistency_time <= instant:
                name = (point.data_set, point.repository, point.identity)
                if name not in found:
                    found[name] = SeenPoint(batch.entry, batch.at, point)
    sets: dict[str, list[SeenPoint]] = {}
    for (data_set, _, _), seen in found.items():
        sets.setdefault(data_set, []).append(seen)
    return {name: tuple(sorted(some, key=_true_at)) for name, some in sets.items()}


def _true_at(seen: SeenPoint) -> tuple[datetime, int, str]:
    return seen.point.consistency_time, seen.entry, seen.point.identity
