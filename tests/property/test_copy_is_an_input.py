"""A copy is an input to a recovery, and not the whole of it: without one nothing is proven."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given, settings

from refloat.assess import assessment
from refloat.model.feed import FeedFact
from refloat.model.judgement import CopyVerdict
from refloat.model.plan import Plan
from refloat.model.run import Verdict
from tests.property.test_assessment_properties import MOMENTS, STORIES
from tests.support import small_organisation as small


@pytest.mark.requirement("R-151")
@given(STORIES, MOMENTS)
@settings(max_examples=150, deadline=None)
def test_nothing_is_proven_without_a_copy(
    story: tuple[Plan, list[FeedFact]], instant: datetime
) -> None:
    plan, facts = story
    for one in assessment(plan, small.facts(facts), instant).services:
        if one.recovery.verdict is Verdict.PROVEN and one.copy.data_sets:
            assert one.copy.verdict is CopyVerdict.YES, one.service


@pytest.mark.requirement("R-151", "R-001")
def test_a_copy_alone_proves_nothing() -> None:
    plan = small.plan([small.service("alpha", "alpha-db")], [small.component("alpha-db")])
    facts = small.facts(small.point("alpha-db"), small.approvals(plan, "alpha"))
    (only,) = assessment(plan, facts, small.NOW).services
    assert only.copy.verdict is CopyVerdict.YES
    assert only.recovery.verdict is Verdict.UNPROVEN
