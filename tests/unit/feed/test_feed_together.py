"""Lines are taken many at a time, and it makes no difference."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from refloat import feed
from refloat.feed.examples import EXAMPLES
from refloat.model.feed import FeedKind
from refloat.model.observations import RefusedLine

NOW = datetime(2026, 11, 22, tzinfo=UTC)
POINT: dict[str, Any] = json.loads(EXAMPLES[FeedKind.RECOVERY_POINT])


def point(**more: Any) -> bytes:
    return json.dumps({**POINT, **more}).encode()


LINES = (
    *(example.encode() for example in EXAMPLES.values()),
    point(note=[[[]]] * 40),
    point(note="a \\ and a \\u0000 that is none"),
    point(note="NUL \0"),
    point(note=json.loads("[" * 40 + "]" * 40)),
    point(observed_at=(NOW + timedelta(days=1)).isoformat()),
    point(observed_at="9999-12-31T23:59:59.999999Z"),
    point(consistency_time=NOW.isoformat(), observed_at="2026-11-21T22:00:00Z"),
    b'{"kind":"restore_test"}',
    b"[1",
    b"2]",
    b"{},{}",
    b"",
    b" \r",
    b"\xff",
)


@given(st.lists(st.sampled_from(LINES), max_size=9), st.integers(1, 4))
def test_lines_together_are_what_they_are_one_by_one(some: list[bytes], size: int) -> None:
    batches = [some[start : start + size] for start in range(0, len(some), size)]
    alone: list[Any] = []
    for number, line in enumerate(some, 1):
        alone += [
            replace(one, line=number) if isinstance(one, RefusedLine) else one
            for one in chain.from_iterable(feed.facts([[line]], feed.Reader(NOW)))
        ]
    assert list(chain.from_iterable(feed.facts(batches, feed.Reader(NOW)))) == alone
    understood = list(chain.from_iterable(feed.understand(batches, feed.Reader(NOW))))
    refused = [one for one in understood if isinstance(one, RefusedLine)]
    assert refused == [one for one in alone if isinstance(one, RefusedLine)]
    kept = [one.canonical for one in understood if isinstance(one, feed.Understood)]
    again = chain.from_iterable(feed.facts([kept], feed.Reader(canonical=True)))
    assert list(again) == [one for one in alone if not isinstance(one, RefusedLine)]


def test_only_the_bad_lines_of_a_batch_are_refused() -> None:
    batch = [b"\xef\xbb\xbf" + LINES[0], b"", b"[1", b"2]", LINES[0], point(note="NUL \0")]
    (found,) = feed.understand([batch], feed.Reader(NOW))
    refused = [one for one in found if isinstance(one, RefusedLine)]
    assert [one.line for one in refused] == [3, 4, 6]
    assert "NUL" in refused[2].reason
    assert len(found) == 5


def test_the_last_instant_of_all_is_in_the_future() -> None:
    (found,) = feed.understand(
        [[point(observed_at="9999-12-31T23:59:59.999999Z")]], feed.Reader(NOW)
    )
    (one,) = found
    assert isinstance(one, RefusedLine)
    assert "in the future" in one.reason
