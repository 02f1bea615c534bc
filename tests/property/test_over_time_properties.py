"""Recoverability over time says at each instant what the assessment of that instant says."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refloat.assess import assessment
from refloat.assess.over_time.histories import over
from refloat.model.feed import FeedFact
from refloat.model.history import ServiceHistory
from refloat.model.judgement import CopyVerdict
from refloat.model.plan import Plan
from refloat.model.run import Verdict
from tests.property.test_assessment_properties import STORIES
from tests.support import small_organisation as small

END = small.NOW + timedelta(days=3)
START = END - timedelta(days=60)
STEP = timedelta(microseconds=1)


def recoverable(plan: Plan, facts: list[FeedFact], instant: datetime) -> dict[str, bool]:
    whole = assessment(plan, small.facts(facts), instant)
    return {
        one.service: one.copy.verdict is CopyVerdict.YES and one.recovery.verdict is Verdict.PROVEN
        for one in whole.services
    }


def said(histories: tuple[ServiceHistory, ...], instant: datetime) -> dict[str, bool]:
    return {
        one.service: not any(gap.start <= instant < gap.end for gap in one.gaps)
        for one in histories
    }


def edges(histories: tuple[ServiceHistory, ...]) -> list[datetime]:
    found = {edge for one in histories for gap in one.gaps for edge in (gap.start, gap.end)}
    near = {edge + step for edge in found for step in (-STEP, timedelta(0), STEP)}
    return sorted(one for one in near if START <= one < END)


@given(STORIES, st.data())
@settings(max_examples=80, deadline=None)
def test_at_every_instant_it_says_what_the_assessment_says(
    story: tuple[Plan, list[FeedFact]], data: st.DataObject
) -> None:
    plan, facts = story
    histories = over(plan, small.facts(facts), START, END)
    anywhere = st.datetimes(START.replace(tzinfo=None), END.replace(tzinfo=None) - STEP)
    instants = [data.draw(anywhere).replace(tzinfo=START.tzinfo) for _ in range(3)]
    known = edges(histories)
    if known:
        instants += [data.draw(st.sampled_from(known)) for _ in range(4)]
    for instant in instants:
        assert said(histories, instant) == recoverable(plan, facts, instant), instant


@given(STORIES)
@settings(max_examples=60, deadline=None)
def test_shares_and_gaps_add_up(story: tuple[Plan, list[FeedFact]]) -> None:
    plan, facts = story
    for one in over(plan, small.facts(facts), START, END):
        lost = sum(gap.seconds for gap in one.gaps)
        assert one.recoverable_seconds + lost == pytest.approx((END - START).total_seconds())
        assert one.share == pytest.approx(one.recoverable_seconds / (END - START).total_seconds())
        for gap in one.gaps:
            assert START <= gap.start < gap.end <= END
            assert gap.reason.endswith(".")
        for before, after in zip(one.gaps, one.gaps[1:], strict=False):
            assert before.end < after.start or before.reason != after.reason


@given(STORIES)
@settings(max_examples=30, deadline=None)
def test_asking_for_one_service_gives_the_same_as_asking_for_all(
    story: tuple[Plan, list[FeedFact]],
) -> None:
    plan, facts = story
    together = over(plan, small.facts(facts), START, END)
    for one in together:
        assert over(plan, small.facts(facts), START, END, [one.service]) == (one,)


def test_a_time_without_length_is_refused() -> None:
    plan = small.plan([], [])
    with pytest.raises(ValueError, match="begins before it ends"):
        over(plan, small.facts([]), END, END)
