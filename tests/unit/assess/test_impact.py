"""What a decision changes, shown before it is signed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from refloat.assess.impact.changes import impact
from refloat.model.access import Lock, LockMode
from refloat.model.errors import MissingInput
from refloat.model.facts import Facts
from refloat.model.feed import FeedFact
from refloat.model.feed_people import Attestation
from refloat.model.impact import ASPECTS, Effect, Impact
from refloat.model.organisation import Watch, WrittenStep
from refloat.model.plan import Objective, Plan, Repository
from refloat.model.stream import Stream
from tests.support import changing
from tests.unit.assess import timed
from tests.unit.assess.timed import DAY, HOUR, MINUTE, NOW

PLAN = timed.plan()


def shown(
    plan: Plan, subject: str, measure: str, some: Iterable[FeedFact] | None = None, **costs: str
) -> Impact:
    """Hold a plan against what was approved of the usual one."""
    feed = Stream.of(timed.facts(PLAN) if some is None else some)
    return impact(plan, Facts(feed=feed), NOW, subject, measure, costs)


def effect(of: Impact, aspect: str) -> Effect:
    return next(one for one in of.effects if one.aspect == aspect)


@pytest.mark.requirement("R-152")
@pytest.mark.parametrize("measure", ["rpo", "rto"])
def test_all_four_aspects_are_shown_with_both_numbers(measure: str) -> None:
    plan = timed.with_targets(PLAN, "claims", {measure: 30 * MINUTE})
    seen = shown(plan, "claims", measure)
    assert tuple(one.aspect for one in seen.effects) == ASPECTS
    assert seen.after == 1800
    assert seen.before == {"rpo": 4 * 3600, "rto": 480 * 60}[measure]
    assert (seen.before_by, seen.before_at) == ("Ada Obi", NOW - 100 * DAY)
    assert "30 min instead of" in seen.summary
    assert shown(PLAN, "claims", measure).summary.endswith("approved it on 2026-08-14.")


@pytest.mark.requirement("R-152")
def test_less_loss_needs_more_copies() -> None:
    plan = timed.with_targets(PLAN, "claims", {"rpo": 15 * MINUTE})
    seen = shown(plan, "claims", "rpo")
    often = effect(seen, "backup frequency")
    assert often.changes is True
    assert often.sentence == (
        "At least every 15 min must be copied: data of claims (now every 1 h)."
    )
    assert effect(seen, "architecture").changes is False
    assert effect(seen, "cost").sentence == (
        "Up to 4 times as many copies as today are made and kept."
    )
    enough = shown(timed.with_targets(PLAN, "claims", {"rpo": HOUR}), "claims", "rpo")
    assert effect(enough, "backup frequency").changes is False
    assert enough.options == ()


@pytest.mark.requirement("R-152", "R-067")
def test_next_to_no_loss_changes_the_architecture() -> None:
    seen = shown(timed.with_targets(PLAN, "claims", {"rpo": MINUTE}), "claims", "rpo")
    built = effect(seen, "architecture")
    assert built.changes is True
    for capability in ("replication", "standby", "orchestration", "more frequent testing"):
        assert capability in built.sentence
    assert seen.options[0].sentence == "Copy data of claims every 5 min."
    assert {one.name: one.meets for one in seen.options} == {
        "frequency": False,
        "replication": True,
        "standby": True,
        "testing": False,
    }


@pytest.mark.requirement("R-152")
def test_how_often_nobody_knows_is_said_and_not_guessed() -> None:
    plan = changing.with_component(PLAN, "claims-data", watch=Watch(copies=("safe",)))
    seen = shown(plan, "claims", "rpo")
    assert effect(seen, "backup frequency").changes is None
    assert effect(seen, "cost").changes is None
    assert seen.options == ()


@pytest.mark.requirement("R-009")
def test_ways_to_meet_a_target_have_room_for_what_they_cost() -> None:
    """Claims take 370 min on their way; people's steps are thought to take 200 of them."""
    steps = (
        WrittenStep("restore", automatic=True, takes=60 * MINUTE),
        WrittenStep("register terminals", takes=200 * MINUTE),
    )
    plan = changing.with_service(
        timed.with_targets(PLAN, "claims", {"rto": 240 * MINUTE}), "claims", steps=steps
    )
    seen = shown(plan, "claims", "rto", orchestration="AUD 900 a month")
    ways = {one.name: one for one in seen.options}
    assert list(ways) == ["standby", "orchestration", "testing"]
    assert (ways["orchestration"].rto_seconds, ways["orchestration"].meets) == (170 * 60, True)
    assert ways["orchestration"].cost == "AUD 900 a month"
    assert (ways["standby"].meets, ways["standby"].cost) == (None, "")
    assert (ways["testing"].rto_seconds, ways["testing"].meets) == (370 * 60, False)
    assert effect(seen, "architecture").sentence.startswith("It takes 6 h 10 min, which is 2 h 10")


@pytest.mark.requirement("R-152")
def test_every_service_that_needs_it_is_shown_with_what_it_means() -> None:
    """The lines are needed by sign-in, and through it by claims and bookings (180 min)."""
    seen = shown(timed.with_targets(PLAN, "lines", {"rto": 200 * MINUTE}), "lines", "rto")
    assert {one.service: one.conflicts for one in seen.dependents} == {
        "sign-in": True,
        "claims": False,
        "bookings": True,
    }
    bookings = next(one for one in seen.dependents if one.service == "bookings")
    assert bookings.sentence == (
        "The bookings is to be back within 3 h, and cannot be before The lines is."
    )
    at_most = shown(timed.with_targets(PLAN, "lines", {"rto": 120 * MINUTE}), "lines", "rto")
    assert not any(one.conflicts for one in at_most.dependents)


@pytest.mark.requirement("R-152")
def test_what_was_measured_is_held_against_a_new_number() -> None:
    seen = shown(timed.with_targets(PLAN, "claims", {"rto": 370 * MINUTE}), "claims", "rto")
    assert effect(seen, "testing").changes is False
    assert "which is within" in effect(seen, "testing").sentence
    untested = timed.without(timed.facts(PLAN), "claims")
    unknown = shown(PLAN, "claims", "rto", untested)
    assert effect(unknown, "testing").changes is True
    assert effect(unknown, "architecture").changes is None


@pytest.mark.requirement("R-152", "R-155")
def test_a_tier_changes_how_often_it_is_tested() -> None:
    approved = replace(
        next(iter(timed.approvals(PLAN))),
        external_id="tier",
        service="claims",
        measure="tier",
        target_seconds=2.0,  # type: ignore[call-arg]  # an approval has it
    )
    seen = shown(PLAN, "claims", "tier", [*timed.facts(PLAN), approved])
    assert (seen.before, seen.after) == (2, 1)
    assert seen.summary.startswith("How important The claims is: tier 1 instead of tier 2;")
    assert effect(seen, "testing").sentence == (
        "Services of tier 1 are tested every 92 days, instead of every 184 days."
    )
    assert effect(seen, "cost").sentence == "Tests in a year: 4 instead of 2."
    assert "comes back before the services of tier 2" in effect(seen, "architecture").sentence
    assert "nobody has written down" in effect(seen, "architecture").sentence


@pytest.mark.requirement("R-152")
def test_how_long_copies_are_kept_may_outlast_their_lock() -> None:
    place = Repository("safe", lock=Lock(LockMode.COMPLIANCE, 35 * DAY))
    kept = Objective("retention", 70 * DAY, "regulation", "ada")
    plan = changing.with_component(PLAN, "claims-data", retention=kept)
    plan = replace(plan, repositories={"safe": place})
    seen = shown(plan, "claims-data", "retention")
    assert (seen.before, seen.after) == (None, 70 * 24 * 3600)
    assert effect(seen, "architecture").changes is True
    assert effect(seen, "cost").changes is None
    assert seen.dependents == ()


def test_a_limit_below_the_time_allowed_is_told() -> None:
    seen = shown(timed.with_targets(PLAN, "claims", {"mtpd": HOUR}), "claims", "mtpd")
    assert effect(seen, "architecture").changes is True
    assert "later than the business can bear" in effect(seen, "architecture").sentence


@pytest.mark.parametrize(
    ("subject", "measure"),
    [("claims", "mtpd"), ("claims-data", "retention"), ("nothing", "rto"), ("claims", "retention")],
)
def test_what_is_not_in_the_plan_is_refused(subject: str, measure: str) -> None:
    with pytest.raises(MissingInput):
        shown(PLAN, subject, measure)


def test_everything_is_plain_enough_to_be_read() -> None:
    for measure in ("rpo", "rto"):
        seen = shown(timed.with_targets(PLAN, "claims", {measure: MINUTE}), "claims", measure)
        sentences = [seen.summary, *(one.sentence for one in (*seen.effects, *seen.options))]
        for text in sentences:
            assert text[0].isupper()
            assert text.endswith(".")
            assert "RPO" not in text


@pytest.mark.requirement("R-062")
def test_technical_people_explain_and_are_heard_before_it_is_decided() -> None:
    def note(key: str, subject: str, **more: Any) -> FeedFact:
        at = NOW - DAY
        said = Attestation(
            timed.SOURCE, key, at, key, "target-note", subject, "cem", "A replica would do.", at
        )
        return replace(said, **more)

    notes = [
        note("one", "claims"),
        note("two", "bookings"),
        note("three", "claims", until=NOW),
        note("four", "claims", at=NOW + DAY),
    ]
    seen = shown(PLAN, "claims", "rto", [*timed.facts(PLAN), *notes])
    assert [(one.person, one.text) for one in seen.notes] == [("Cem Yildiz", "A replica would do.")]
