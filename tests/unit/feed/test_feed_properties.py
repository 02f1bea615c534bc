"""The order in which lines arrive does not matter, and no bytes are worse than a reason."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from refloat import feed
from refloat.feed.examples import EXAMPLES
from refloat.model.access import LockMode
from refloat.model.feed import CopySeen, FeedFact, IntegrityCheck, PointSeen, Source
from refloat.model.observations import RefusedLine
from refloat.model.stream import Stream, conflicts, standing

HOUR = datetime(2026, 11, 20, tzinfo=UTC)
TIMES = st.integers(0, 5).map(lambda hour: (HOUR + timedelta(hours=hour)).isoformat())


@st.composite
def lines(draw: st.DrawFn) -> bytes:
    members: dict[str, Any] = json.loads(draw(st.sampled_from(sorted(EXAMPLES.values()))))
    members["observed_at"] = draw(TIMES)
    members["source"]["instance"] = draw(st.sampled_from(["a", "b"]))
    members["external_id"] = draw(st.sampled_from(["1", "2"]))
    if "consistency_time" in members:
        members["consistency_time"] = HOUR.isoformat()
    members["note"] = draw(st.integers(0, 1))
    return json.dumps(members).encode()


def stream(some: list[bytes]) -> Stream:
    facts = list(feed.read(some))
    assert not [one for one in facts if isinstance(one, RefusedLine)]
    return Stream.of(one for one in facts if isinstance(one, FeedFact))


@given(st.lists(lines(), max_size=12), st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(some: list[bytes], dice: Any) -> None:
    shuffled = [*some, *some[:3]]
    dice.shuffle(shuffled)
    assert stream(some) == stream(shuffled)
    assert list(stream(some).all()) == list(stream(shuffled).all())


@given(st.lists(lines(), max_size=12))
def test_the_last_word_stands_and_the_larger_digest_decides(some: list[bytes]) -> None:
    instant = HOUR + timedelta(hours=3)
    for kind in (stream(some).scopes, stream(some).heartbeats, stream(some).exercises):
        counted = standing(kind, instant)
        for fact in kind:
            if fact.observed_at <= instant:
                (stands,) = [
                    one
                    for one in counted
                    if (one.source.instance, one.external_id)
                    == (fact.source.instance, fact.external_id)
                ]
                mine = (fact.observed_at, fact.digest)
                assert mine <= (stands.observed_at, stands.digest)
        for loser, winner in conflicts(kind):
            assert loser.observed_at == winner.observed_at
            assert loser.digest < winner.digest


@given(st.lists(st.binary(max_size=200), max_size=5))
def test_any_bytes_give_facts_or_reasons(some: list[bytes]) -> None:
    for found in feed.read(some, HOUR):
        assert isinstance(found, RefusedLine | FeedFact)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=10,
)


@given(st.sampled_from(sorted(EXAMPLES.values())), st.data())
def test_any_value_in_any_field_gives_facts_or_a_reason(example: str, data: st.DataObject) -> None:
    members = json.loads(example)
    field = data.draw(st.sampled_from(sorted(members)))
    members[field] = data.draw(JSON)
    for found in feed.read([json.dumps(members).encode("utf-8", "replace")], HOUR):
        if isinstance(found, RefusedLine):
            assert found.reason
        else:
            (back, *_) = feed.read([feed.write(found)])
            assert isinstance(back, FeedFact)
            assert replace(back, digest="") == replace(found, digest="")


INSTANTS = st.datetimes(min_value=HOUR.replace(tzinfo=None), timezones=st.just(UTC)).filter(
    lambda at: at.year < 9999
)
NAMES = st.text(st.characters(exclude_characters="\0", codec="utf-8"), min_size=1, max_size=8)
COPIES = st.builds(
    CopySeen,
    NAMES,
    st.just("") | NAMES,
    st.none() | st.booleans(),
    st.none() | st.booleans(),
    st.just("") | NAMES,
    st.sampled_from(LockMode),
    st.none() | INSTANTS,
)
POINTS = st.builds(
    PointSeen,
    source=st.builds(Source, NAMES, st.just("") | NAMES, st.just("") | NAMES),
    external_id=NAMES,
    observed_at=INSTANTS,
    digest=st.just(""),
    data_set=NAMES,
    consistency_time=st.just(datetime(2019, 1, 1, tzinfo=UTC)),
    completed_at=st.none() | INSTANTS,
    complete=st.none() | st.booleans(),
    usable=st.sampled_from(["ok", "warning", "failed", "unknown"]),
    group=st.just("") | NAMES,
    size_bytes=st.none() | st.integers(0, 2**63 - 1),
    copies=st.lists(COPIES, max_size=3).map(tuple),
    expires_at=st.none() | INSTANTS,
    integrity=st.builds(
        IntegrityCheck,
        st.sampled_from(["none", "checksum", "boot", "restore"]),
        st.sampled_from(["ok", "failed", "unknown"]),
        st.none() | INSTANTS,
    ),
    version=st.just("") | NAMES,
    deleted=st.booleans(),
)


@given(POINTS)
def test_every_point_reads_back_as_it_was_written(point: PointSeen) -> None:
    (back,) = feed.read([feed.write(point)])
    assert isinstance(back, PointSeen)
    assert replace(back, digest="") == point
