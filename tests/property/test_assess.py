"""Judgement is a function: no order matters, no future leaks, and good news never hurts."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refloat.assess import compare, service_status, traces
from refloat.model.codec import to_json
from refloat.model.facts import Fact, Facts, PointsFact
from refloat.model.judgement import CopyVerdict
from refloat.model.run import Outcome, Verdict
from refloat.testing import example

PLAN = example.plan()
NOON = example.NOON
MOMENTS = st.integers(min_value=-5 * 1440, max_value=100 * 1440).map(
    lambda minutes: NOON + timedelta(minutes=minutes)
)
SETS = st.lists(st.sampled_from(example.protected(PLAN)), unique=True, max_size=4)


@st.composite
def stories(draw: st.DrawFn) -> list[Fact]:
    """Give a few facts of every kind at any instants, entries in the order of recording."""
    facts: list[Fact] = []
    for at in draw(st.lists(MOMENTS, max_size=4)):
        failed = dict.fromkeys(draw(SETS), "it broke")
        facts.append(example.batch(PLAN, at, failed=failed))
    facts += [_drill(draw, at) for at in draw(st.lists(MOMENTS, max_size=3))]
    for at in draw(st.lists(MOMENTS, max_size=2)):
        facts += example.approvals(PLAN, at)
    facts += [example.interruption(at) for at in draw(st.lists(MOMENTS, max_size=1))]
    ordered = sorted(facts, key=lambda one: one.at)
    return [replace(one, entry=number) for number, one in enumerate(ordered)]


def _drill(draw: st.DrawFn, at: datetime) -> Fact:
    drill = example.drill(PLAN, at, seconds=draw(st.floats(1, 900)))
    verdict = draw(st.sampled_from(Verdict))
    broken = draw(st.sampled_from([None, *example.protected(PLAN)]))
    checks = tuple(
        replace(one, outcome=Outcome.FAILED) if one.component == broken else one
        for one in drill.record.checks
    )
    reasons = () if verdict is Verdict.PROVEN else ("something was not right",)
    record = replace(drill.record, verdict=verdict, reasons=reasons, checks=checks)
    return replace(drill, record=record)


def judged(facts: Facts, instant: datetime) -> bytes:
    whole = {
        "status": to_json(service_status(PLAN, "booking", facts, instant)),
        "table": to_json(compare(PLAN, facts, "booking", instant)),
        "traces": [to_json(one) for one in traces(PLAN, facts, instant)],
    }
    return json.dumps(whole).encode()


@given(stories(), MOMENTS, st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_order_of_facts_does_not_matter(
    facts: list[Fact], instant: datetime, source: Random
) -> None:
    shuffled = list(facts)
    source.shuffle(shuffled)
    assert judged(Facts.of(facts), instant) == judged(Facts.of(shuffled), instant)


@given(stories(), MOMENTS)
@settings(max_examples=60, deadline=None)
def test_what_is_recorded_later_does_not_change_the_past(
    facts: list[Fact], instant: datetime
) -> None:
    known = [one for one in facts if one.at <= instant]
    assert judged(Facts.of(facts), instant) == judged(Facts.of(known), instant)


@pytest.mark.requirement("R-001", "R-020")
@given(stories(), MOMENTS)
@settings(max_examples=60, deadline=None)
def test_backups_alone_never_prove_a_recovery(facts: list[Fact], instant: datetime) -> None:
    only = [one for one in facts if isinstance(one, PointsFact)]
    status = service_status(PLAN, "booking", Facts.of(only), instant)
    assert status.recovery.verdict is Verdict.UNPROVEN
    held = {claim.name for claim in status.claims if claim.holds}
    assert held <= {"job-completed", "copied"}


@given(stories(), MOMENTS)
@settings(max_examples=60, deadline=None)
def test_one_more_good_drill_never_lowers_a_verdict(facts: list[Fact], at: datetime) -> None:
    """The drill is declared last, of the newest points that are known."""
    order = [Verdict.FAILED, Verdict.UNPROVEN, Verdict.PROVEN]
    copies = [CopyVerdict.NO, CopyVerdict.UNKNOWN, CopyVerdict.YES]
    last = max([one.at for one in facts] + [at])
    instant = last + timedelta(minutes=3)
    before = service_status(PLAN, "booking", Facts.of(facts), instant)
    times = [one.consistency_time for one in before.copy.data_sets if one.consistency_time]
    good = example.drill(
        PLAN,
        last + timedelta(seconds=1),
        entry=len(facts),
        points_at=max(times, default=last),
    )
    after = service_status(PLAN, "booking", Facts.of([*facts, good]), instant)
    assert order.index(after.recovery.verdict) >= order.index(before.recovery.verdict)
    assert copies.index(after.copy.verdict) >= copies.index(before.copy.verdict)


@given(stories(), MOMENTS)
@settings(max_examples=60, deadline=None)
def test_every_verdict_but_the_best_has_a_reason_and_a_finding(
    facts: list[Fact], instant: datetime
) -> None:
    status = service_status(PLAN, "booking", Facts.of(facts), instant)
    proven = status.recovery.verdict is Verdict.PROVEN
    assert bool(status.recovery.reasons) is not proven
    assert bool(status.copy.reasons) is (status.copy.verdict is not CopyVerdict.YES)
    if not proven or status.copy.verdict is not CopyVerdict.YES:
        assert status.findings
