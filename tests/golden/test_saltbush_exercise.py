"""An exercise of the reference organisation: its timeline and decisions are kept and shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from refloat.assess.assessment import judge
from refloat.assess.reviewing.review import review
from refloat.model.feed import FeedFact
from refloat.model.feed_people import Exercise
from refloat.model.plan import Plan
from tests.golden.reference_organisation import AS_OF, facts_of, reference


def shown(plan: Plan, feed: list[FeedFact]) -> str:
    judged = judge(plan, facts_of(feed), AS_OF)
    gate = next(one for one in review(judged.organisation, judged.findings).gates if one.step == 6)
    return "\n".join(" | ".join(row) for row in gate.rows)


@pytest.mark.requirement("R-145", "R-146")
def test_the_review_shows_what_happened_when_and_who_decided_what() -> None:
    text = shown(*reference())
    for entry in (
        "08:00 scenario read",
        "08:12 incident declared by p-ben",
        "11:10 clinical app accepted by p-chloe",
        "divert phones to mobiles (p-imani, 08:25)",
        "keep paper lists until 12:00 (p-chloe, 08:40)",
    ):
        assert entry in text


@pytest.mark.requirement("R-145")
def test_a_later_word_on_an_exercise_takes_nothing_away() -> None:
    plan, feed = reference()
    first = next(one for one in feed if isinstance(one, Exercise))
    later = replace(
        first,
        observed_at=first.observed_at + timedelta(days=1),
        digest="1" * 64,
        timeline=(*first.timeline, "12:30 debrief"),
    )
    facts = facts_of([*feed, later])
    assert facts.feed.exercises == (first, later), "both words are kept"
    assert "12:30 debrief" in shown(plan, [*feed, later])
