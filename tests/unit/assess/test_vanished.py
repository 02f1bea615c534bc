"""Recovery points that are gone before their time are noticed, and others are not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from refloat.assess.ground.vanished import Disappearance, disappearances, vanished
from refloat.model.feed import FeedFact, IntegrityCheck, PointSeen, Source
from refloat.model.stream import Stream, conflicts

START = datetime(2026, 11, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def point(identity: str, day: float, expires: float | None = 30, **more: Any) -> PointSeen:
    given: dict[str, Any] = {
        "source": Source("bkp01"),
        "digest": f"{identity}-{day}-{more}",
        "data_set": "clin-db",
        "consistency_time": START,
        "expires_at": None if expires is None else START + DAY * expires,
        **more,
    }
    return PointSeen(external_id=identity, observed_at=START + DAY * day, **given)


def gone(*points: PointSeen, day: float = 10) -> list[str]:
    facts: list[FeedFact] = list(points)
    return [one.external_id for one in vanished(Stream.of(facts), START + DAY * day)]


def test_a_point_that_a_listing_no_longer_shows_has_vanished() -> None:
    seen = [point("a", 1), point("b", 1), point("a", 2)]
    assert gone(*seen) == ["b"]
    (noticed,) = disappearances(Stream.of(seen), START + DAY * 10)
    assert noticed == Disappearance(seen[1], START + DAY * 2)


def test_only_what_was_seen_by_then_counts() -> None:
    assert gone(point("a", 1), point("b", 1), point("a", 2), day=1.9) == []


def test_news_of_a_new_point_is_no_listing() -> None:
    assert gone(point("a", 1), point("b", 2)) == []


def test_news_of_one_point_is_no_listing() -> None:
    checked = point("a", 2, integrity=IntegrityCheck("checksum", "ok"))
    assert gone(point("a", 1), point("b", 1), checked) == []


def test_a_point_that_has_expired_has_not_vanished() -> None:
    assert gone(point("a", 1), point("b", 1, expires=2), point("a", 2)) == []
    assert gone(point("a", 1), point("b", 1, expires=2.1), point("a", 2), day=2) == ["b"]
    assert gone(point("a", 1), point("b", 1, expires=2.1), point("a", 2), day=2.1) == []
    assert gone(point("a", 1), point("b", 1, expires=None), point("a", 2)) == []


def test_a_point_that_comes_back_has_not_vanished() -> None:
    assert gone(point("a", 1), point("b", 1), point("a", 2), point("a", 3), point("b", 3)) == []


def test_other_sources_and_data_sets_are_no_listing_of_it() -> None:
    elsewhere = point("a", 2, source=Source("bkp02"))
    assert gone(point("a", 1), point("b", 1), elsewhere) == []
    assert gone(point("a", 1), point("b", 1), point("a", 2, data_set="other")) == []


def test_a_source_may_say_outright_that_a_point_is_deleted() -> None:
    assert gone(point("a", 1), point("a", 2, deleted=True)) == ["a"]
    assert gone(point("a", 2, deleted=True)) == ["a"]
    assert gone(point("a", 1), point("a", 2, expires=None, deleted=True)) == ["a"]
    assert gone(point("a", 1, expires=2), point("a", 2, expires=2, deleted=True)) == []
    assert gone(point("a", 1), point("a", 2, deleted=True), point("a", 3)) == []


@given(
    st.lists(st.tuples(st.sampled_from("abcd"), st.integers(1, 5), st.booleans()), max_size=14),
    st.randoms(use_true_random=False),
)
def test_what_vanished_does_not_depend_on_the_order_of_arrival(
    seen: list[tuple[str, int, bool]], dice: Any
) -> None:
    points = [point(name, day, deleted=deleted) for name, day, deleted in seen]
    expected = gone(*points)
    dice.shuffle(points)
    assert gone(*points) == expected
    last = max((one.observed_at for one in points), default=START)
    for name in expected:
        words = [one for one in points if one.external_id == name]
        assert words[-1:]  # nothing vanishes that was never there
        newest = max(words, key=lambda one: (one.observed_at, one.digest))
        assert newest.deleted or newest.observed_at < last


def test_two_words_of_one_time_are_a_conflict() -> None:
    one, other = point("a", 1), point("a", 1, size_bytes=5)
    for facts in ([one, other], [other, one]):
        (pair,) = conflicts(Stream.of(facts).points["clin-db"])
        assert {pair[0], pair[1]} == {one, other}
        assert pair[0].digest < pair[1].digest
    assert conflicts(Stream.of([one, one, point("a", 2)]).points["clin-db"]) == ()
