"""Seals: what is written comes back, and what is not whole is no recovery point."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from refloat.engines import PointDetails, Stored
from refloat.engines._restic.points import (
    SealFacts,
    Snapshot,
    data_tags,
    join,
    parse_snapshots,
    seal_facts,
    seal_tags,
    strays,
)
from refloat.engines._restic.seals import (
    SealText,
    digest,
    document,
    read_document,
    read_text,
    seal_text,
)
from refloat.model.points import Baseline

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
DETAILS = PointDetails("docs, main", "files", AT, timedelta(seconds=3), "", ("/a,b", "/ü\udcff"))
BASELINE = Baseline("files", 1, {"files": 3, "digest": "sha256:aa"}, {"x": "y"}, ("/a",))
STORED = Stored("t1", 1234, 3)
SEALED = SealText(seal_text(BASELINE, {}), {})


def data(token: str = "t1", tree: str = "T", number: int = 1, at: datetime = AT) -> Snapshot:
    return Snapshot(f"data{number}", at, tree, data_tags(token))


def seal(token: str = "t1", number: int = 1, details: PointDetails = DETAILS) -> Snapshot:
    tags = seal_tags(token, STORED, details, BASELINE, "restic 0.14.0", SEALED)
    return Snapshot(f"seal{number}", details.consistency_time, f"S{number}", tags)


def test_a_point_says_what_was_sealed() -> None:
    (point,) = join((seal(), data()), "cupboard")
    assert (point.identity, point.seal, point.repository) == ("data1", "seal1", "cupboard")
    assert (point.data_set, point.kind, point.paths) == ("docs, main", "files", DETAILS.paths)
    assert (point.consistency_time, point.duration) == (AT, timedelta(seconds=3))
    assert (point.bytes, point.changed, point.summary) == (1234, 1, BASELINE.summary)


def test_no_tag_holds_a_comma_and_none_is_longer_than_an_argument_may_be() -> None:
    huge = replace(BASELINE, summary={f"table {n}": str(n) * 400 for n in range(5000)})
    for baseline in (BASELINE, huge):
        tags = seal_tags("t1", STORED, DETAILS, baseline, "restic 0.14.0", SEALED)
        assert not any("," in tag for tag in tags)
        assert max(map(len, tags)) < 128 * 1024
    (point,) = join((Snapshot("s", AT, "S", tags), data()), "cupboard")
    assert point.data_set == "docs, main"


def test_data_without_seal_and_seal_without_data_are_nothing() -> None:
    assert join((data(),), "r") == ()
    assert join((seal(),), "r") == ()
    assert join((seal("t1"), data("t2")), "r") == ()


def test_points_are_ordered_by_consistency_time_and_chosen_by_data_set() -> None:
    later = replace(DETAILS, data_set="other", consistency_time=AT + timedelta(hours=1))
    found = join((seal("t2", 2, later), data("t2", number=2), seal(), data()), "r")
    assert [point.identity for point in found] == ["data1", "data2"]
    (other,) = join((seal("t2", 2, later), data("t2", number=2), seal(), data()), "r", ("other",))
    assert other.identity == "data2"


def test_one_token_with_two_different_contents_is_no_point() -> None:
    assert join((seal(), data(), data(tree="forged", number=2)), "r") == ()
    (point,) = join((seal(), data(), data(number=2)), "r")
    assert point.identity == "data2"


@pytest.mark.parametrize("facts", ["", "facts=", "facts=AAAA", "facts=eJwDAAAAAAE", "facts=\0é"])
def test_garbage_is_no_point(facts: str) -> None:
    sealed = seal()
    tags = (*(tag for tag in sealed.tags if not tag.startswith("facts=")), facts)
    assert join((replace(sealed, tags=tags), data()), "r") == ()


@given(some.lists(some.text(max_size=40), max_size=6), some.text(max_size=200))
def test_no_tag_whatever_breaks_the_listing(tags: list[str], facts: str) -> None:
    forged = ("refloat-seal", "stored=t1", f"facts={facts}", *tags)
    assert join((Snapshot("x", AT, "S", forged), data()), "r") == ()


@given(
    some.dictionaries(some.text(), some.recursive(some.none() | some.booleans() | some.text()
    | some.integers(), lambda inner: some.dictionaries(some.text(), inner, max_size=3))),
    some.lists(some.text(some.characters(categories=None)), max_size=3),
    some.dictionaries(some.text(), some.binary(), max_size=3),
)  # fmt: skip
def test_a_document_comes_back(
    detail: dict[str, Any], changed: list[str], attachments: dict[str, bytes]
) -> None:
    baseline = Baseline("files", 1, {"n": 1}, detail, tuple(changed))
    text = seal_text(baseline, attachments)
    read, beside = read_document(document("t1", "docs", SealText(text, {"t0": text})))
    assert (read.baseline, read.attachments) == (baseline, attachments)
    assert read_text(beside["t0"]) == read


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"null", b"{}", b'{"format":2}', b'{"format":1,"baseline":3,"attachments":{}}',
     b'{"format":1,"beside":3}', b"\xff",
     json.dumps({"format": 1, "baseline": {}, "attachments": {"a": "!"}}).encode()],
)  # fmt: skip
def test_a_document_that_is_none_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="the seal"):
        read_document(content)


def test_remains_of_crashed_backups_are_found_when_they_are_old() -> None:
    old = AT - timedelta(days=2)
    snapshots = (seal(), data(), data("t2", number=2, at=old), data("t3", number=3), seal("t4", 4))
    assert strays(snapshots, AT - timedelta(days=1)) == ("data2",)
    assert strays(snapshots, AT + timedelta(days=1)) == ("data2", "data3", "seal4")
    foreign = Snapshot("theirs", old, "T", ("weekly", "stored=t9"))
    assert strays((foreign,), AT) == ()


def test_what_is_no_list_of_snapshots_is_refused() -> None:
    assert parse_snapshots(b"") == parse_snapshots(b"null") == parse_snapshots(b"[]") == ()
    for output in (b"{}", b"[1]", b'[{"id":"x"}]', b'[{"id":1,"tree":"t","time":"yesterday"}]',
        b"hello", b"\xff", b"[" * 100_000):  # fmt: skip
        with pytest.raises(ValueError, match="restic printed something that is no list of"):
            parse_snapshots(output)


def test_a_listing_tells_which_seals_a_seal_carries() -> None:
    carrying = SealText(SEALED.text, {"t0": SEALED.text})
    tags = seal_tags("t1", STORED, DETAILS, BASELINE, "restic 0.14.0", carrying)
    forged = Snapshot("garbage", AT, "S", ("refloat-seal", "stored=t2", "facts=AAAA"))
    assert seal_facts((Snapshot("seal1", AT, "S", tags), forged, data())) == {
        "seal1": SealFacts("t1", digest(SEALED.text), ("t0",))
    }
