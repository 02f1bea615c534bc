"""What stops being true soon: evidence that expires, contracts that end, decisions that are due."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from refloat.assess.words import day, measure
from refloat.model.judgement import Assessment
from refloat.model.plan import Plan
from refloat.model.review import Review
from refloat.report.words import recovery_answer

WITHIN = timedelta(days=30)
"""How far ahead the page looks."""


@dataclass(frozen=True, order=True)
class Change:
    """One thing that changes: when, and what, in one sentence; ordered by time."""

    at: datetime
    sentence: str


def changes(plan: Plan, judged: Assessment, review: Review) -> tuple[Change, ...]:
    """List what changes within 30 days after the instant, the soonest first."""
    last = judged.as_of + WITHIN
    found = (*_evidence(judged), *_written(plan), *_due(review))
    return tuple(sorted({one for one in found if judged.as_of < one.at <= last}))


def _evidence(judged: Assessment) -> Iterator[Change]:
    for status in judged.services:
        ends = status.recovery.expires_at
        if ends is not None and recovery_answer(status).mark == "good":
            yield Change(ends, f"The last test of {status.name} is too old to count.")
    for control in judged.maturity.controls.values() if judged.maturity is not None else ():
        if control.met and control.expires_at is not None:
            sentence = f"Evidence for “{control.title}” is too old to count."
            yield Change(control.expires_at, sentence)


def _written(plan: Plan) -> Iterator[Change]:
    for vendor in plan.vendors.values():
        if vendor.contract_end is not None:
            yield Change(_begin(vendor.contract_end), f"The contract with {vendor.name} ends.")
    for left in plan.exclusions:
        if left.until is not None:
            yield Change(_begin(left.until), f"The decision to leave out {left.what} ends.")
    for service in plan.services.values():
        for objective in service.objectives.values():
            if objective.review_on is not None:
                what = measure(objective.measure)
                sentence = f"The {what} of {service.name} is to be looked at again."
                yield Change(_begin(objective.review_on), sentence)


def _due(review: Review) -> Iterator[Change]:
    for one in review.findings:
        if one.due is not None:
            what = "accepted by" if one.accepted else "to be mended by"
            yield Change(one.due, f"Until {day(one.due)}, {what} {one.owner}: {one.sentence}")


def _begin(on: date) -> datetime:
    return datetime.combine(on, time(), UTC)
