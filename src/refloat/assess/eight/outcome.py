"""From what was found of a control to its outcome, in the words of the assessment process guide.

In this order: what fails makes it ineffective; what nobody knows leaves no visibility; what was
looked at too long ago is not assessed; what is only claimed leaves no visibility, unless the policy
says that poor evidence counts. Only then it is effective.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from refloat.assess import words
from refloat.assess.eight.catalogue import Control
from refloat.assess.eight.speech import SPEECHES, Speech
from refloat.assess.eight.tally import Tally, lines, some
from refloat.model.feed import Quality
from refloat.model.feed_people import Attestation
from refloat.model.maturity import ControlOutcome, ControlResult
from refloat.model.plan import Plan
from refloat.model.stream import Stream, standing

LONGEST_EXCEPTION = timedelta(days=366)
"""The review date of an exception lies within a year of it (assessment process guide)."""

MOST_NOT_KNOWN = 1000
"""So many lines of what is not known are told one by one; what fails is told in full."""

NOT_IMPLEMENTED = "not-implemented"
"""Topic of the statement that a control was never begun; its subject is the control's id."""

_EXCEPTIONS = {
    "not-applicable": ControlOutcome.NOT_APPLICABLE,
    "alternate-control": ControlOutcome.ALTERNATE_CONTROL,
}


def conclude(control: Control, tally: Tally, poor_counts: bool) -> ControlResult:
    """Say the outcome of one control.

    Args:
        control: the control.
        tally: what was found.
        poor_counts: whether a statement alone may make it effective.
    """
    speech = SPEECHES[control.key]
    outcome, sentence = _outcome(tally, speech, poor_counts)
    open_ = {**tally.unknown, **tally.expired}
    if outcome is not ControlOutcome.INEFFECTIVE and not poor_counts:
        open_ = {**open_, **{key: text for key, text in tally.claims.items() if key not in open_}}
    return ControlResult(
        control=control.key,
        title=control.title,
        levels=control.levels,
        outcome=outcome,
        quality=tally.quality,
        sentence=sentence,
        failing=lines(tally.failing),
        weakest=tally.weakest,
        would_change=_would_change(tally, speech, outcome, open_),
        rests_on=tuple(tally.rests_on),
        checked_at=tally.checked_at,
        expires_at=tally.expires_at,
        not_known=_bounded(lines(open_)),
        demand=control.demand,
    )


def with_exception(
    result: ControlResult, plan: Plan, feed: Stream, instant: datetime
) -> ControlResult:
    """Let a decision of the business stand for a control, where that is allowed.

    Whoever decides (``authority.decide``) may state with a reason that a control does not apply, or
    that another control stands in its place; the statement ends within a year. That it does not
    apply cannot be said against facts that show that it fails. A substitute is a statement alone,
    and counts only where the policy lets poor evidence count. That a control was never begun
    anybody of the plan may say, and it counts for as long as no fact shows anything of it.
    """
    open_ = result.outcome in (ControlOutcome.NO_VISIBILITY, ControlOutcome.NOT_ASSESSED)
    for said in reversed(standing(feed.attestations, instant)):
        if said.subject == result.control and open_ and _admits(said, plan, instant):
            return _decided(result, said, plan, ControlOutcome.NOT_IMPLEMENTED)
        outcome = _EXCEPTIONS.get(said.topic)
        if outcome is None or said.subject != result.control or not _valid(said, plan, instant):
            continue
        if outcome is ControlOutcome.NOT_APPLICABLE:
            allowed = open_
        else:
            allowed = plan.policy.poor_evidence_counts and not result.met
        if allowed:
            return _decided(result, said, plan, outcome)
    return result


def level(results: Mapping[str, ControlResult], needed: Mapping[int, tuple[Control, ...]]) -> int:
    """Give the highest maturity level of which, and of all below it, every control is met.

    A level that is met by exceptions alone is not met: accepting a risk replaces no strategy.
    """
    reached = 0
    for number, controls in sorted(needed.items()):
        mine = [results[one.key] for one in controls]
        shown = any(one.outcome is ControlOutcome.EFFECTIVE for one in mine)
        if not shown or not all(one.met for one in mine):
            break
        reached = number
    return reached


def _outcome(tally: Tally, speech: Speech, poor_counts: bool) -> tuple[ControlOutcome, str]:
    of = f"Of {tally.counted} {speech.things}"
    if tally.failing:
        count = len(tally.failing)
        text = f"{of}, {count} {'fails' if count == 1 else 'fail'}: {some(tally.failing)}."
        return ControlOutcome.INEFFECTIVE, text
    if tally.unknown:
        text = f"{of}, not enough is known of {some(tally.unknown)}."
        return ControlOutcome.NO_VISIBILITY, text
    if tally.expired:
        text = f"{of}, nobody has looked for too long at {some(tally.expired)}."
        return ControlOutcome.NOT_ASSESSED, text
    if tally.quality is None:
        return ControlOutcome.NO_VISIBILITY, speech.nothing
    if tally.quality is Quality.POOR and not poor_counts:
        text = f"{of}, only words stand for {some(tally.claims)}; nobody has looked."
        return ControlOutcome.NO_VISIBILITY, text
    return ControlOutcome.EFFECTIVE, speech.good


def _would_change(
    tally: Tally, speech: Speech, outcome: ControlOutcome, open_: Mapping[str, str]
) -> str:
    if outcome is ControlOutcome.INEFFECTIVE:
        return speech.mend.format(first=next(iter(tally.failing)))
    if outcome is not ControlOutcome.EFFECTIVE:
        first = next(iter(open_), "")
        if not first and "{first}" in speech.look:
            return f"Any fact about {speech.things}; there is none."
        return speech.look.format(first=first)
    if tally.expires_at is None:
        return speech.lose
    until = words.instant(tally.expires_at)
    return f"Its oldest evidence counts until {until}. Before that: {_lower(speech.lose)}"


def _bounded(told: tuple[str, ...]) -> tuple[str, ...]:
    """Give so many lines as somebody could work on, and count the others."""
    if len(told) <= MOST_NOT_KNOWN:
        return told
    return (*told[:MOST_NOT_KNOWN], f"and {len(told) - MOST_NOT_KNOWN} more")


def _valid(said: Attestation, plan: Plan, instant: datetime) -> bool:
    decides = said.person in plan.authority.decide
    ends = said.until is not None and said.at <= instant < said.until
    brief = said.until is not None and said.until - said.at <= LONGEST_EXCEPTION
    return decides and ends and brief and bool(said.statement.strip())


def _admits(said: Attestation, plan: Plan, instant: datetime) -> bool:
    """Whether somebody of the plan says that a control was never begun."""
    holds = said.at <= instant and (said.until is None or instant < said.until)
    return said.topic == NOT_IMPLEMENTED and said.person in plan.people and holds


def _decided(
    result: ControlResult, said: Attestation, plan: Plan, outcome: ControlOutcome
) -> ControlResult:
    who, admitted = words.person(plan, said.person), outcome is ControlOutcome.NOT_IMPLEMENTED
    return replace(
        result,
        outcome=outcome,
        quality=Quality.POOR,
        sentence=f"{who} {'says' if admitted else 'decided'}: {words.sentence(said.statement)}",
        weakest=f"{said.external_id}: a statement of {who}",
        would_change=f"Its withdrawal, and then: {_lower(result.would_change)}"
        if admitted
        else "The end of this decision, or its withdrawal.",
        rests_on=(f"{said.source.instance}/attestation/{said.external_id}",),
        checked_at=said.at,
        expires_at=said.until,
    )


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
