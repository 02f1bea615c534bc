"""Gaps in recoverability: where they begin and end, and what they are put down to."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from refloat.assess import assessment
from refloat.assess.ground.seen import SeenPoint
from refloat.assess.over_time.histories import over
from refloat.assess.over_time.timeline import newest_over_time
from refloat.model.feed import FeedFact
from refloat.model.history import Gap
from tests.support import small_organisation as small
from tests.support.small_organisation import DAY, HOUR, NOW

STEP = timedelta(microseconds=1)
PLAN = small.plan(
    [small.service("alpha", "alpha-db"), small.service("beta", "beta-db", "alpha")],
    [small.component("alpha-db"), small.component("beta-db")],
)


def hourly(data_set: str, first: datetime, last: datetime) -> list[FeedFact]:
    """Give a point every hour."""
    count = (last - first) // HOUR + 1
    return [small.point(data_set, first + number * HOUR) for number in range(count)]


def shown(key: str, at: datetime = NOW - 10 * DAY) -> list[FeedFact]:
    return [*small.approvals(PLAN, key), small.restore_test(key, at)]


def gaps(key: str, facts: list[FeedFact], back: timedelta) -> tuple[Gap, ...]:
    (history,) = over(PLAN, small.facts(facts), NOW - back, NOW, [key])
    return history.gaps


def test_no_gap_where_points_come_in_time() -> None:
    facts = [*shown("alpha"), *hourly("alpha-db", NOW - 9 * DAY, NOW - HOUR)]
    (history,) = over(PLAN, small.facts(facts), NOW - 8 * DAY, NOW, ["alpha"])
    assert history.gaps == ()
    assert history.share == 1


def test_a_time_at_the_end_of_the_calendar_is_no_stumbling_block() -> None:
    last = datetime.max.replace(tzinfo=UTC)
    facts = [*shown("alpha"), *hourly("alpha-db", NOW - 9 * DAY, NOW - HOUR)]
    odd = [small.restore_test("alpha", last), small.seen_to_need("alpha", "beta", last)]
    assert gaps("alpha", [*facts, *odd], 8 * DAY) == gaps("alpha", facts, 8 * DAY) == ()


@pytest.mark.requirement("R-064")
def test_a_gap_begins_just_after_the_newest_copy_is_as_old_as_allowed() -> None:
    before, after = NOW - 5 * HOUR, NOW - HOUR
    facts = [*shown("alpha"), *hourly("alpha-db", NOW - 2 * DAY, before)]
    facts.append(small.point("alpha-db", after))
    (gap,) = gaps("alpha", facts, DAY)
    assert gap.start == before + 2 * HOUR + STEP
    assert gap.end == after
    assert gap.reason == "The newest copy of Alpha db was older than the 2 h that may be lost."


def test_a_copy_counts_from_when_it_was_seen() -> None:
    before = NOW - 5 * HOUR
    late = small.point("alpha-db", NOW - 2 * HOUR, observed_at=NOW - HOUR)
    facts = [*shown("alpha"), *hourly("alpha-db", NOW - 2 * DAY, before), late]
    (gap,) = gaps("alpha", facts, DAY)
    assert (gap.start, gap.end) == (before + 2 * HOUR + STEP, NOW - HOUR)


def test_a_test_that_expires_ends_what_was_recoverable() -> None:
    facts = [*shown("alpha", NOW - 95 * DAY), *hourly("alpha-db", NOW - 20 * DAY, NOW)]
    facts += small.approvals(PLAN, "alpha", at=NOW - 100 * DAY)
    (gap,) = gaps("alpha", facts, 19 * DAY)
    valid = PLAN.services["alpha"].evidence_valid_for
    assert gap.start == NOW - 95 * DAY + valid + STEP
    assert gap.end == NOW
    assert "counted for" in gap.reason


def test_a_change_makes_a_gap_until_the_next_test() -> None:
    changed, again = NOW - 6 * DAY, NOW - 4 * DAY
    facts = [*shown("alpha"), *hourly("alpha-db", NOW - 9 * DAY, NOW)]
    facts += [small.change("alpha", changed), small.restore_test("alpha", again)]
    (gap,) = gaps("alpha", facts, 8 * DAY)
    assert (gap.start, gap.end) == (changed, again)
    assert "a new version" in gap.reason


def test_a_gap_of_what_is_needed_is_a_gap_too() -> None:
    facts = [*shown("alpha"), *shown("beta"), *hourly("beta-db", NOW - 9 * DAY, NOW)]
    facts += hourly("alpha-db", NOW - 9 * DAY, NOW - 10 * HOUR)
    (gap,) = gaps("beta", facts, 8 * DAY)
    assert gap.start == NOW - 8 * HOUR + STEP
    assert gap.reason == "Beta needs Alpha, which was not proven to come back."


def test_reasons_that_stand_together_are_told_together() -> None:
    facts = [*shown("alpha", NOW - 5 * DAY), *hourly("alpha-db", NOW - 5 * DAY, NOW)]
    first, *rest = gaps("alpha", facts, 8 * DAY)
    assert not rest
    assert first.reason == "Alpha has never been drilled."
    assert "No copy of Alpha db was known." in first.others


def test_a_later_word_on_a_point_takes_it_away() -> None:
    good = small.point("alpha-db", NOW - 3 * HOUR, identity="one")
    bad = small.point(
        "alpha-db", NOW - 3 * HOUR, observed_at=NOW - HOUR, integrity="failed", identity="one"
    )
    older = small.point("alpha-db", NOW - 4 * HOUR)
    line = newest_over_time([SeenPoint(one) for one in (bad, good, older)])
    assert [(one.since, one.point.identity if one.point else None) for one in line] == [
        (NOW - 4 * HOUR, older.external_id),
        (NOW - 3 * HOUR, "one"),
        (NOW - HOUR, older.external_id),
    ]


def test_the_newest_point_over_time_is_that_of_each_instant() -> None:
    states = itertools.cycle(["ok", "failed", "ok"])
    points = [
        SeenPoint(
            small.point(
                "alpha-db",
                NOW - (7 * n % 11) * HOUR,
                observed_at=NOW - n * HOUR,
                integrity=next(states),
            )
        )
        for n in range(11)
    ]
    line = newest_over_time(points)
    for n in range(-1, 12):
        instant = NOW - n * HOUR
        known = [
            one
            for one in points
            if one.observed_at <= instant and one.consistency_time <= instant and one.eligible
        ]
        best = max(known, key=lambda one: one.consistency_time, default=None)
        said = [one.point for one in line if one.since <= instant]
        assert (said[-1] if said else None) is best


def test_a_copy_counts_until_it_was_to_be_removed_or_was_seen_after_that() -> None:
    first, end = NOW - 5 * HOUR, NOW - 4 * HOUR
    short = replace(small.point("alpha-db", first), expires_at=end)
    facts = [*shown("alpha"), small.point("alpha-db", first - HOUR), short]
    (gap,) = gaps("alpha", facts, 5 * HOUR)
    assert gap.start == end + STEP  # the older copy is two hours old at that very instant
    seen = replace(short, observed_at=end, digest="seen after that")
    (gap,) = gaps("alpha", [*facts, seen], 5 * HOUR)
    assert gap.start == first + 2 * HOUR + STEP
    (gap,) = gaps("alpha", [*shown("alpha"), short], 5 * HOUR)
    assert gap.start == end
    for instant in (end - STEP, end, end + STEP):
        whole = assessment(PLAN, small.facts(facts), instant)
        assert whole.services[0].copy.data_sets[0].age_seconds == pytest.approx(
            (instant - (first if instant < end else first - HOUR)).total_seconds()
        )
