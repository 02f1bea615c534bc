"""Trials: whatever showed whether something comes back, drills of Refloat's or others' tests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from refloat.assess.ground.proofs import proves_data
from refloat.assess.ground.representative import CRITERIA, criteria_of_test
from refloat.model.facts import AcceptanceFact, DrillFact
from refloat.model.feed import RestoreTest, TestCheck, TestLevel
from refloat.model.plan import Plan
from refloat.model.run import CheckResult, Outcome, Proof, Stage, StepRecord, Verdict

_PASSED = {Verdict.PROVEN: True, Verdict.FAILED: False, Verdict.UNPROVEN: None}
_RESULTS: Mapping[str, bool] = {"passed": True, "failed": False}
_PROVES = {
    Proof.DATA: "data",
    Proof.ANSWERS: "dependency",
    Proof.IDENTITY: "identity",
    Proof.LICENCE: "licence",
    Proof.JOURNEY: "service",
}


_MORE_THAN_DATA = frozenset({TestLevel.APPLICATION, TestLevel.SERVICE})
"""Levels of tests that can fail for other reasons than the data."""


@dataclass(frozen=True)
class Trial:
    """Something was restored to see whether it comes back.

    Attributes:
        reference: ``ledger/7``, or ``bkp01/restore_test/4711``.
        entry: the entry of the ledger; None for a test of the feed.
        at: when it began.
        level: how much was brought back.
        passed: whether it came back; None if it was not shown either way.
        own_seconds: how long the service's own part took; of a drill, which brings everything with
            it, the whole; None if nobody measured.
        whole_seconds: how long it took with all that it needs; None but for drills.
        representative: whether it speaks for the real thing (R-036).
        missing: the criteria of that which it does not meet.
        data_sets: the component keys that it tried to bring back.
        confirmed_by: key of the person who confirmed it; empty if nobody did.
        issues: what went wrong on the way.
        point_time: the consistency time that was restored; None if nobody said.
        bytes: how much was restored; None if nobody said.
        checks: what was checked.
        drill: the drill; None for a test of the feed.
        test: the test; None for a drill.
    """

    reference: str
    entry: int | None
    at: datetime
    level: TestLevel
    passed: bool | None
    own_seconds: float | None
    whole_seconds: float | None
    representative: bool
    missing: tuple[str, ...]
    data_sets: tuple[str, ...]
    confirmed_by: str
    issues: tuple[str, ...]
    point_time: datetime | None
    bytes: int | None
    checks: tuple[TestCheck, ...]
    drill: DrillFact | None = None
    test: RestoreTest | None = None

    def counts(self, plan: Plan) -> bool:
        """Whether it tried the whole service, or the plan lets tests of parts count as one.

        A drill that somebody stopped before anything failed was no trial of the whole.
        """
        if self.interrupted:
            return False
        return self.level is TestLevel.SERVICE or plan.policy.file_tests_count

    @property
    def interrupted(self) -> bool:
        """Whether somebody stopped it before it showed anything either way."""
        return self.drill is not None and self.drill.record.interrupted and self.passed is None

    def tried_less_than(self, earlier: Trial) -> bool:
        """Whether this drill passed, but of an older instant of loss, with older data if known."""
        if self.drill is None or earlier.drill is None or not self.passed:
            return False
        if self.drill.record.loss_at >= earlier.drill.record.loss_at:
            return False
        if self.point_time is None or earlier.point_time is None:
            return True
        return self.point_time < earlier.point_time

    def brought_back(self, data_set: str) -> Outcome | None:
        """Say whether it brought a data set back with its data proved; None if it never tried.

        That a whole service did not come back says nothing of its data, unless a check of it does.
        """
        if self.drill is not None:
            return restored(self.drill, data_set)
        if data_set not in self.data_sets:
            return None
        data = [check.passed for check in self.checks if check.proves == "data"]
        if self.passed is False and (False in data or self.level not in _MORE_THAN_DATA):
            return Outcome.FAILED
        if self.passed is not True:
            return Outcome.COULD_NOT_RUN
        looked_at = all(one is True for one in data) if data else self._attested
        return Outcome.PASSED if looked_at else Outcome.COULD_NOT_RUN

    @property
    def _attested(self) -> bool:
        """Whether a person stands for what no check of it says."""
        return bool(self.confirmed_by) and not self.checks


def trial_of_drill(drill: DrillFact, acceptances: Iterable[AcceptanceFact]) -> Trial:
    """Give a drill as a trial.

    Args:
        drill: the drill.
        acceptances: who confirmed what, oldest first.
    """
    record = drill.record
    missing = tuple(name for name in CRITERIA if not record.representative.get(name, False))
    confirmed = [one.person for one in acceptances if one.run == record.run]
    return Trial(
        reference=f"ledger/{drill.entry}",
        entry=drill.entry,
        at=record.declared_at,
        level=TestLevel.SERVICE,
        passed=_PASSED[record.verdict],
        own_seconds=record.rto.measured_seconds,
        whole_seconds=record.rto.measured_seconds,
        representative=not missing and record.verdict is Verdict.PROVEN,
        missing=missing,
        data_sets=tuple(sorted(tried(drill))),
        confirmed_by=confirmed[-1] if confirmed else "",
        issues=record.reasons,
        point_time=record.common_recovery_point.at,
        bytes=sum(record.environment.volume_bytes.values()) or None,
        checks=tuple(_check(one) for one in record.checks),
        drill=drill,
    )


def trial_of_test(
    test: RestoreTest,
    own: tuple[str, ...],
    known_bytes: tuple[int, bool] | None,
    longest_age: float,
) -> Trial:
    """Give a restore test of the feed as a trial.

    Args:
        test: the test.
        own: the data sets of the service that it was of; all are meant where the test names none.
        known_bytes: the least that it had to restore, and whether that is of all data sets; None
            if nobody knows.
        longest_age: how old the restored data may be, in seconds, to speak for the present.
    """
    data_sets = test.data_sets or (own if test.service else ())
    met = criteria_of_test(test, data_sets, own, known_bytes, longest_age)
    missing = tuple(name for name in CRITERIA if not met[name])
    passed = _RESULTS.get(test.result.casefold())
    broken = tuple(f"“{one.name}” failed in it" for one in test.checks if one.passed is False)
    if passed and broken:
        passed = None  # whoever called it passed had not looked at its checks
    return Trial(
        reference=f"{test.source.instance}/restore_test/{test.external_id}",
        entry=None,
        at=test.at,
        level=test.level,
        passed=passed,
        own_seconds=test.seconds,
        whole_seconds=None,
        representative=not missing and passed is True and test.level is TestLevel.SERVICE,
        missing=missing,
        data_sets=data_sets,
        confirmed_by=test.confirmed_by,
        issues=(*broken, *test.issues),
        point_time=test.point_time,
        bytes=test.bytes,
        checks=test.checks,
        test=test,
    )


def tried(drill: DrillFact) -> frozenset[str]:
    """Name the data sets that a drill tried to bring back."""
    stages = (Stage.RESTORE, Stage.LOAD)
    return frozenset(
        step.component
        for step in drill.record.steps
        if step.component is not None and step.stage in stages
    )


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


def _check(check: CheckResult) -> TestCheck:
    passed = {Outcome.PASSED: True, Outcome.FAILED: False}.get(check.outcome)
    return TestCheck(check.name, passed, _PROVES[check.proves[0]] if check.proves else "")


def came_back(trial: Trial, key: str) -> bool:
    """Whether a trial restored a data set; that it was the right data is another question."""
    if trial.drill is None:
        return trial.passed is True and key in trial.data_sets
    return any(
        step.component == key and step.stage is Stage.RESTORE and step.outcome is Outcome.PASSED
        for step in trial.drill.record.steps
    )
