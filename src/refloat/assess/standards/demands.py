"""Other standards, judged by the findings of rules: met, not met or not known; no certificate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from refloat.assess import words
from refloat.assess.standards.bodies import BODIES
from refloat.assess.standards.data import Demand, EvidenceKind, Standard
from refloat.assess.standards.law import LAW
from refloat.assess.standards.nist import NIST
from refloat.model.facts import Facts
from refloat.model.feed import FeedFact, TestLevel
from refloat.model.judgement import Finding, Severity
from refloat.model.maturity import DemandOutcome, DemandResult, StandardResult
from refloat.model.plan import Plan
from refloat.model.run import Proof
from refloat.model.stream import AnyFact, standing

STANDARDS: Mapping[str, Standard] = {one.key: one for one in (*NIST, *BODIES, *LAW)}
"""Every standard by its id."""

Newest = Mapping[EvidenceKind, datetime]
"""Of each kind of evidence that is there, when its newest piece was seen."""


def judge_standard(
    standard: Standard,
    plan: Plan,
    facts: Facts,
    found: Iterable[Finding],
    instant: datetime,
) -> StandardResult:
    """Hold what was found against a standard's demands.

    A finding of severity advisory is a reminder, and speaks against nothing.

    Args:
        standard: the standard.
        plan: the plan.
        facts: the facts; later ones than the instant are passed over.
        found: all findings at the instant.
        instant: when.
    """
    by_code: dict[str, list[Finding]] = {}
    for one in found:
        if one.severity is not Severity.ADVISORY:
            by_code.setdefault(one.code, []).append(one)
    newest = evidence(plan, facts, instant)
    return StandardResult(
        standard=standard.key,
        name=standard.name,
        edition=standard.edition,
        label=(
            "This is what the known facts say of these demands on backup and recovery; it is no "
            "certificate, and no word on the rest of the standard."
        ),
        as_of=instant,
        demands=tuple(_judge(one, by_code, newest, instant) for one in standard.demands),
    )


def evidence(plan: Plan, facts: Facts, instant: datetime) -> Newest:
    """Say which kinds of evidence are there, and when the newest piece of each was seen."""
    found: dict[EvidenceKind, datetime] = {}
    for kind, at in _dated(facts.until(instant), instant):
        if at <= instant and (kind not in found or at > found[kind]):
            found[kind] = at
    found |= dict.fromkeys(_written(plan), instant)
    return found


def _judge(
    demand: Demand, found: Mapping[str, list[Finding]], newest: Newest, instant: datetime
) -> DemandResult:
    against = [one for code in demand.rules for one in found.get(code, ())]
    lacking = tuple(_lacking(demand, newest, instant))
    if against:
        outcome = DemandOutcome.NOT_MET
        count = len(against)
        sentence = f"{count} {'finding speaks' if count == 1 else 'findings speak'} against it."
    elif lacking:
        outcome = DemandOutcome.NOT_KNOWN
        sentence = f"Evidence is missing: {words.listed(lacking)}."
    elif demand.not_seen:
        outcome = DemandOutcome.NOT_KNOWN
        sentence = f"Nothing speaks against it, but no fact here shows this: {demand.not_seen}."
    else:
        outcome, sentence = (
            DemandOutcome.MET,
            "The evidence is there, and nothing speaks against it.",
        )
    age = demand.longest_age
    return DemandResult(
        demand=demand.key,
        says=demand.says,
        outcome=outcome,
        sentence=sentence,
        against=tuple(f"{one.code}: {one.subject}" for one in against),
        lacking=lacking,
        not_seen=demand.not_seen,
        rules=demand.rules,
        evidence=tuple(kind.value for kind in demand.evidence),
        longest_age_seconds=age.total_seconds() if age is not None else None,
    )


def _lacking(demand: Demand, newest: Newest, instant: datetime) -> Iterator[str]:
    for kind in demand.evidence:
        at = newest.get(kind)
        if at is None:
            yield f"no {_bare(kind.value)}"
        elif demand.longest_age is not None and instant - at > demand.longest_age:
            most = words.duration(demand.longest_age.total_seconds())
            yield f"no {_bare(kind.value)} of the last {most}"


def _bare(text: str) -> str:
    return text.removeprefix("a ")


def _written(plan: Plan) -> Iterator[EvidenceKind]:
    """Name the kinds of evidence that stand in the plan; they are as old as the instant."""
    there = {
        EvidenceKind.PLAN: plan.services,
        EvidenceKind.DEPENDENCIES: any(one.needs for one in plan.services.values()),
        EvidenceKind.WORKAROUNDS: any(
            one.workarounds or one.workaround for one in plan.services.values()
        ),
        EvidenceKind.COMMUNICATIONS: plan.communications,
        EvidenceKind.AUTHORITY: plan.authority.declare and plan.authority.decide,
        EvidenceKind.VENDORS: plan.vendors,
        EvidenceKind.DOCUMENTS: plan.documents,
    }
    return (kind for kind, is_there in there.items() if is_there)


def _dated(facts: Facts, instant: datetime) -> Iterator[tuple[EvidenceKind, datetime]]:
    """Give kinds of evidence with instants: those of Refloat's own, then those of the feed."""
    for batch in facts.batches:
        yield EvidenceKind.JOBS, batch.at
        if batch.points:
            yield EvidenceKind.POINTS, max(one.consistency_time for one in batch.points)
    for drill in facts.drills:
        yield EvidenceKind.TESTS, drill.record.declared_at
        yield EvidenceKind.SERVICE_TESTS, drill.record.declared_at
        if any(Proof.DATA in check.proves for check in drill.record.checks):
            yield EvidenceKind.CHECKED_TESTS, drill.record.declared_at
        if drill.record.common_recovery_point.points:
            yield EvidenceKind.VERIFIED_POINTS, drill.record.declared_at
    for approval in facts.approvals:
        yield EvidenceKind.TARGETS, approval.at
    yield from _points(facts, instant)
    yield from _people(facts, instant)
    feed = facts.feed
    plain: tuple[tuple[EvidenceKind, Iterable[FeedFact | None]], ...] = (
        (EvidenceKind.RIGHTS, feed.access),
        (EvidenceKind.JOBS, feed.heartbeats),
        (EvidenceKind.JOBS, (_last(some, instant) for some in feed.jobs.values())),
        (EvidenceKind.SCOPES, feed.scopes),
        (EvidenceKind.ACTIONS, feed.actions),
    )
    for kind, some in plain:
        for fact in some:
            if fact is not None and fact.observed_at <= instant:
                yield kind, fact.observed_at


def _points(facts: Facts, instant: datetime) -> Iterator[tuple[EvidenceKind, datetime]]:
    """Give the newest recovery points of each data set: a million older ones say nothing more."""
    for some in facts.feed.points.values():
        seen = _last(some, instant)
        if seen is None:
            continue
        yield EvidenceKind.POINTS, seen.consistency_time
        if seen.integrity.state == "ok":
            yield EvidenceKind.VERIFIED_POINTS, seen.integrity.at or seen.observed_at


def _people(facts: Facts, instant: datetime) -> Iterator[tuple[EvidenceKind, datetime]]:
    feed = facts.feed
    for tests in feed.tests.values():
        for test in standing(tests, instant):
            yield EvidenceKind.TESTS, test.at
            if test.level is TestLevel.SERVICE:
                yield EvidenceKind.SERVICE_TESTS, test.at
            if any(check.proves == "data" for check in test.checks):
                yield EvidenceKind.CHECKED_TESTS, test.at
    for exercise in standing(feed.exercises, instant):
        yield EvidenceKind.EXERCISES, exercise.at
        if exercise.communications:
            yield EvidenceKind.COMMUNICATION_EXERCISES, exercise.at
    for changes in feed.changes.values():
        for change in standing(changes, instant):
            yield EvidenceKind.CHANGES, change.at
    for approvals in feed.approvals.values():
        for approval in standing(approvals, instant):
            yield EvidenceKind.TARGETS, approval.at
    for said in standing(feed.attestations, instant):
        if said.topic == "plan-reviewed":
            yield EvidenceKind.PLAN_REVIEWS, said.at


def _last(some: Sequence[AnyFact], instant: datetime) -> AnyFact | None:
    """Give the newest of facts that are sorted as a stream keeps them; None if all are later."""
    return next((one for one in reversed(some) if one.observed_at <= instant), None)
