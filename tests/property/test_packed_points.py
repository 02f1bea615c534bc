"""Recovery points that are packed tell just what they told before, however they came."""

from __future__ import annotations

import pickle
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from refloat.assess.ground.seen import SeenPoint, SeenPoints
from refloat.model.access import LockMode
from refloat.model.feed import CopySeen, FeedFact, IntegrityCheck, PointSeen, Source
from refloat.model.packed import NO_POINTS, PackedPoints, joined
from refloat.model.stream import Stream, in_order, standing

START = datetime(2026, 11, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)

hours = st.integers(0, 6).map(lambda number: START + number * HOUR)
copies = st.lists(
    st.builds(
        CopySeen,
        st.sampled_from(["here", "there"]),
        lock=st.sampled_from(LockMode),
        locked_until=st.none() | hours,
    ),
    max_size=2,
).map(tuple)
names = st.sampled_from(["a", "b", "c", "ü-4711", "\udcff", ""])
digests = st.sampled_from(["", "not hexadecimal", "ab" * 32, "cd" * 32])
facts = st.builds(
    PointSeen,
    st.sampled_from([Source("one"), Source("two", "tool"), Source("two", "tool", "reader/2")]),
    names,
    hours,
    digests,
    st.sampled_from(["mail", "Mail"]),
    hours,
    completed_at=st.none()
    | st.datetimes(timezones=st.just(UTC)).map(lambda at: at.replace(fold=0)),
    complete=st.sampled_from([None, True, False]),
    usable=st.sampled_from(["ok", "failed"]),
    size_bytes=st.none() | st.integers(0, 2**63 - 1),
    copies=copies,
    expires_at=st.none() | hours,
    integrity=st.sampled_from([IntegrityCheck(), IntegrityCheck("checksum", "ok", START)]),
    version=st.sampled_from(["", "15.2"]),
    deleted=st.booleans(),
    level=st.sampled_from(["", "replica"]),
)
listed = st.lists(facts, min_size=1, max_size=2).flatmap(
    lambda some: st.lists(
        st.builds(
            replace,
            st.sampled_from(some),
            external_id=names,
            observed_at=hours,
            digest=digests,
            consistency_time=hours,
        ),
        max_size=12,
    )
)
many = listed | st.lists(facts, max_size=12)


def plainly(points: list[PointSeen]) -> list[PointSeen]:
    """Sort points as a stream does; of the very same word twice, the first is kept."""
    words = {in_order(one): one for one in reversed(points)}
    return [words[key] for key in sorted(words)]


def shown(point: FeedFact) -> bytes:
    """Give all that a point says, so that 1 and True are told apart."""
    return repr(point).encode("utf-8", "backslashreplace")


@given(many)
def test_what_is_packed_comes_out_as_it_went_in(points: list[PointSeen]) -> None:
    packed, plain = PackedPoints.of(points), plainly(points)
    assert [shown(one) for one in packed] == [shown(one) for one in plain]
    assert list(reversed(packed)) == plain[::-1]
    assert [packed[at] for at in range(len(packed))] == plain
    assert [packed[at] for at in range(-len(packed), 0)] == plain
    assert list(packed[1:-1]) == plain[1:-1]
    assert packed == PackedPoints.of(reversed(plain))
    assert packed == pickle.loads(pickle.dumps(packed))
    assert packed.once == (len({(p.source.instance, p.external_id) for p in plain}) == len(plain))
    assert packed.any_deleted == any(one.deleted for one in plain)
    assert packed.instances == {one.source.instance for one in plain}
    event(f"{len(packed.runs)} runs of {len(packed)} points")


@given(many, hours)
def test_what_stands_at_an_instant_is_the_last_word_on_each_point(
    points: list[PointSeen], instant: datetime
) -> None:
    packed, plain = PackedPoints.of(points), plainly(points)
    assert list(packed.until(instant)) == [one for one in plain if one.observed_at <= instant]
    told = packed.standing(instant)
    assert list(told) == sorted(standing(plain, instant), key=in_order)
    assert told.once


@given(many, many)
def test_joining_is_like_packing_all_at_once(one: list[PointSeen], other: list[PointSeen]) -> None:
    both = PackedPoints.of([*one, *other])
    assert joined([PackedPoints.of(one), PackedPoints.of(other)]) == both
    stream = Stream.of(one).joined(Stream.of(other))
    assert stream == Stream.of([*one, *other])
    assert sorted(map(shown, stream.all())) == sorted(map(shown, Stream.of([*one, *other]).all()))


@given(many, hours)
def test_a_service_sees_the_points_that_it_saw_as_objects(
    points: list[PointSeen], instant: datetime
) -> None:
    """Against how it was done before: all of them made at once, and sorted."""
    told = PackedPoints.of(points).standing(instant)
    gone = frozenset(one.digest for one in told if one.external_id == "a")
    own = (
        SeenPoint(PointSeen(Source("ledger"), "own", START, "", "mail", START + HOUR), entry=4),
        SeenPoint(PointSeen(Source("ledger"), "b", START, "", "mail", START), entry=2),
    )
    plain = [
        SeenPoint(
            one,
            gone=one.digest in gone,
            past=one.expires_at is not None and one.observed_at < one.expires_at <= instant,
        )
        for one in told
    ]
    for mine in ((), own):
        every = [one for one in (*plain, *mine) if one.consistency_time <= instant]
        every.sort(key=lambda one: (one.consistency_time, one.entry or 0, one.identity))
        seen = SeenPoints(instant, told, mine, gone)
        assert list(seen) == every
        assert list(reversed(seen)) == every[::-1]
        assert seen[1:] == every[1:]
        assert len(seen) == len(every)
        heard = [one.observed_at for one in every if one.entry is None]
        assert seen.told_last() == max(heard, default=None)
        assert list(seen.in_turn()) == turns(every)
        assert seen.times() == [one.consistency_time for one in every]
        assert list(seen.rows()) == rows(every)
        sure = [one for one in reversed(every) if one.eligible and not one.doubtful]
        certain = [(at, copies) for copies, times in seen.certain() for at in times]
        assert certain == [(one.consistency_time, one.copies) for one in sure]
        assert seen.still_kept() == sum(not one.past for one in every)
        whole = [one for one in every if one.eligible]
        assert list(seen.restorable()) == whole
        assert seen.restorable().times() == [one.consistency_time for one in whole]
        assert list(seen.restorable().in_turn()) == turns(whole)


def turns(points: list[SeenPoint]) -> list[SeenPoint]:
    """Give what in_turn gives, point by point."""
    found, past = [], []
    before: tuple[CopySeen, ...] = ()
    for one in reversed(points):
        if not one.eligible or (one.copies and one.copies == before):
            continue
        if one.doubtful:
            past.append(one)
        else:
            before = one.copies
            found.append(one)
    return [*found, *past]


def rows(points: list[SeenPoint]) -> list[SeenPoint]:
    """Give what rows gives, point by point."""
    found: list[SeenPoint] = []
    before: tuple[CopySeen, ...] = ()
    for one in reversed(points):
        if one.there and (not one.copies or one.copies != before):
            found.append(one)
            before = one.copies if one.copies and not one.follows else before
    return found


def test_the_newest_point_is_made_once() -> None:
    points = [
        PointSeen(Source("one"), str(at), START, "", "mail", START + at * HOUR) for at in (0, 1)
    ]
    seen = SeenPoints(START + 9 * HOUR, PackedPoints.of(points))
    assert seen[-1] is seen[1] is next(seen.in_turn())
    assert seen[0] is not seen[0]


def test_there_may_be_none() -> None:
    assert len(NO_POINTS) == 0
    assert list(NO_POINTS) == list(reversed(NO_POINTS)) == []
    assert PackedPoints.of(()) == NO_POINTS
    assert not SeenPoints(START)
    assert list(SeenPoints(START).in_turn()) == []
    assert SeenPoints(START).told_last() is None
    for points in (NO_POINTS, SeenPoints(START)):
        with pytest.raises(IndexError):
            points[0]
