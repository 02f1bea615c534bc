"""Every kind of line is understood; every bad one is refused with its number and reason."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from refloat import feed
from refloat.feed.examples import EXAMPLES
from refloat.feed.reference import reference
from refloat.model.access import LockMode, PrincipalKind, Right
from refloat.model.feed import (
    AccessSeen,
    FeedFact,
    FeedKind,
    Heartbeat,
    JobRun,
    PointSeen,
    Quality,
    RestoreTest,
)
from refloat.model.observations import RefusedLine
from refloat.model.stream import standing

NOW = datetime(2026, 11, 21, 22, 0, tzinfo=UTC)
BASE: dict[str, Any] = {
    "source": {"instance": "bkp01"},
    "observed_at": "2026-11-22T09:00:00+11:00",
}
POINT: dict[str, Any] = {
    **BASE,
    "kind": "recovery_point",
    "external_id": "rp-1",
    "dataset_ref": "clin-db",
    "consistency_time": "2026-11-22T08:00:00+11:00",
}


def line(members: dict[str, Any], **more: Any) -> bytes:
    return json.dumps({**members, **more}).encode()


def one(given: bytes, received_at: datetime | None = None) -> FeedFact:
    (found,) = feed.read([given], received_at)
    assert isinstance(found, FeedFact), found
    return found


def point(given: bytes) -> PointSeen:
    found = one(given)
    assert isinstance(found, PointSeen)
    return found


def reason(given: bytes, received_at: datetime | None = None) -> str:
    (found,) = feed.read([given], received_at)
    assert isinstance(found, RefusedLine), found
    assert found.line == 1
    return found.reason


def test_there_is_an_example_of_every_kind_and_it_is_understood() -> None:
    assert set(EXAMPLES) == set(FeedKind) == set(feed.KINDS)
    for kind, example in EXAMPLES.items():
        facts = list(feed.read([example.encode()], NOW))
        assert facts
        assert not [fact for fact in facts if isinstance(fact, RefusedLine)], facts
        assert {feed.kind_of(fact) for fact in facts if isinstance(fact, FeedFact)} == {kind}


@pytest.mark.parametrize("kind", EXAMPLES)
def test_a_written_fact_reads_back_as_the_same(kind: str) -> None:
    for fact in feed.read([EXAMPLES[kind].encode()]):
        assert isinstance(fact, FeedFact)
        written = feed.write(fact)
        back = one(written)
        assert replace(back, digest="") == replace(fact, digest="")
        assert feed.write(back) == written


def test_a_recovery_point_says_all_that_its_line_says() -> None:
    fact = point(EXAMPLES[FeedKind.RECOVERY_POINT].encode())
    assert fact.source.instance == "bkp01"
    assert fact.consistency_time == datetime(2026, 11, 21, 15, 4, tzinfo=UTC)
    assert fact.observed_at.tzinfo is UTC
    assert fact.copies[0].lock is LockMode.COMPLIANCE
    assert fact.copies[0].key_kept == "offline-kit"
    assert fact.integrity.state == "ok"
    assert fact.eligible


def test_what_is_not_said_stays_unknown() -> None:
    fact = point(line(POINT))
    assert fact.complete is None
    assert fact.size_bytes is None
    assert fact.expires_at is None
    assert (fact.usable, fact.malware, fact.consistency) == ("unknown",) * 3
    nulls = dict.fromkeys(("complete", "copies", "integrity", "expires_at", "malware"))
    assert replace(point(line(POINT, **nulls)), digest="") == replace(fact, digest="")


def test_a_deleted_point_is_not_eligible() -> None:
    assert not point(line(POINT, state="deleted")).eligible
    assert point(line(POINT, state="present")).eligible


@pytest.mark.parametrize(
    ("spelling", "mode"),
    [("worm", LockMode.WRITE_ONCE), ("write once", LockMode.WRITE_ONCE), ("none", LockMode.NONE)],
)
def test_locks_may_be_spelled_as_the_plan_or_as_tools_do(spelling: str, mode: LockMode) -> None:
    copies = [{"location": "repo", "immutable": {"mode": spelling}}]
    assert point(line(POINT, copies=copies)).copies[0].lock is mode


ACCESS: dict[str, Any] = {**BASE, "kind": "access_fact", "principal": "admins", "path": "repo"}


def access(**more: Any) -> dict[Right, bool | None]:
    found = list(feed.read([line(ACCESS, **more)]))
    assert all(isinstance(fact, AccessSeen) for fact in found), found
    return {fact.right: fact.allowed for fact in found if isinstance(fact, AccessSeen)}


def test_one_right_is_one_fact() -> None:
    assert access(right="read_other", allowed=True) == {Right.READ_OTHER: True}
    assert access(right="read other", allowed=False) == {Right.READ_OTHER: False}
    assert access(right="delete") == {Right.DELETE: None}


def test_a_list_of_rights_is_a_word_on_every_right() -> None:
    said = access(rights=["list", "delete"], denied=["read_own"])
    assert {right for right, allowed in said.items() if allowed} == {Right.LIST, Right.DELETE}
    assert {right for right, allowed in said.items() if allowed is False} == {Right.READ_OWN}
    assert set(said) == set(Right)


def test_an_empty_list_denies_every_right() -> None:
    assert access(rights=[]) == dict.fromkeys(Right, False)


@pytest.mark.parametrize(
    ("rights", "denied", "named"),
    [(["any"], [], {}), (["any"], ["delete"], {Right.DELETE: False})],
)
def test_any_grants_every_right_that_is_not_named(
    rights: list[str], denied: list[str], named: dict[Right, bool]
) -> None:
    assert access(rights=rights, denied=denied) == {**dict.fromkeys(Right, True), **named}


def test_any_denies_every_right_that_is_not_named() -> None:
    said = access(rights=["list"], denied=["any"])
    assert said == {**dict.fromkeys(Right, False), Right.LIST: True}


def test_the_reference_says_so() -> None:
    rows = [one for one in reference().splitlines() if one.startswith(("| `rights`", "| `de"))]
    said = [one for one in rows if "`any`: every right that the line does not name" in one]
    assert [one.split("`")[1] for one in said] == ["rights", "denied"]


def test_a_later_list_takes_back_what_it_no_longer_has() -> None:
    lines = [
        line(ACCESS, rights=["list", "delete"]),
        line(ACCESS, rights=["list"], observed_at="2026-11-22T10:00:00+11:00"),
    ]
    facts = [fact for fact in feed.read(lines) if isinstance(fact, AccessSeen)]
    last = standing(facts, NOW + timedelta(days=1))
    assert {fact.right for fact in last if fact.allowed} == {Right.LIST}


def test_who_and_how_of_an_access_fact() -> None:
    (fact,) = feed.read([line(ACCESS, right="list", allowed=True, principal_kind="backup_admin")])
    assert isinstance(fact, AccessSeen)
    assert fact.kind is PrincipalKind.BACKUP_ADMINISTRATOR
    assert fact.quality is Quality.POOR


TEST: dict[str, Any] = {
    **BASE,
    "kind": "restore_test",
    "service": "payments",
    "level": "service",
    "result": "passed",
    "started_at": "2026-10-25T08:00:00+11:00",
}


def test_a_duration_may_be_in_minutes() -> None:
    fact = one(line(TEST, own_minutes=280))
    assert isinstance(fact, RestoreTest)
    assert fact.seconds == 16800
    assert one(line(TEST, own_minutes=280, own_seconds=16800))


def test_a_job_ran_when_it_was_scheduled_or_seen_if_nobody_says() -> None:
    job = {**BASE, "kind": "job_run", "job": "all", "status": "Success"}
    fact = one(line(job))
    assert isinstance(fact, JobRun)
    assert fact.at == NOW
    assert fact.status == "success"
    scheduled = one(line(job, scheduled_at="2026-11-22T08:00:00+11:00"))
    assert isinstance(scheduled, JobRun)
    assert scheduled.at == NOW - timedelta(hours=1)


def test_the_digest_is_of_the_content_and_not_of_the_spelling() -> None:
    spaced = json.dumps(POINT, indent=None, separators=(" , ", " : ")).encode()
    turned = line(dict(reversed(list(POINT.items()))))
    assert {one(text).digest for text in (line(POINT), spaced, turned)} == {one(spaced).digest}
    assert one(line(POINT, note="kept")).digest != one(line(POINT)).digest


def test_unknown_fields_are_kept() -> None:
    reader = feed.Reader()
    kept = reader.understand(line(POINT, of_a_later_version={"deep": [1, 2.5, None]}))
    assert json.loads(kept.canonical)["of_a_later_version"] == {"deep": [1, 2.5, None]}


def test_what_has_no_id_gets_one() -> None:
    nameless = {name: value for name, value in POINT.items() if name != "external_id"}
    first, second = one(line(nameless)), one(line(nameless, size_bytes=5))
    assert first.external_id == f"sha256:{first.digest}"
    assert first.external_id != second.external_id
    beat = {**BASE, "kind": "heartbeat"}
    later = one(line(beat, observed_at="2026-11-22T10:00:00+11:00"))
    assert isinstance(later, Heartbeat)
    assert one(line(beat)).external_id == later.external_id


def test_an_hour_that_comes_twice_is_told_apart_by_its_offset() -> None:
    summer = point(line(POINT, consistency_time="2026-04-05T02:30:00+11:00"))
    winter = point(line(POINT, consistency_time="2026-04-05T02:30:00+10:00"))
    assert winter.consistency_time - summer.consistency_time == timedelta(hours=1)


@pytest.mark.parametrize(
    ("members", "says"),
    [
        ({"observed_at": "2026-11-22T09:00:00"}, "observed_at .* without an offset"),
        ({"observed_at": "2026-11-22"}, "which is no time"),
        ({"observed_at": "2026-02-30T09:00:00Z"}, "which is no time"),
        ({"observed_at": 1763762400}, "observed_at is 1763762400 where a time belongs"),
        ({"observed_at": "2016-12-31T23:59:60Z"}, "leap second"),
        ({"observed_at": None}, "observed_at is None where a time belongs"),
        ({"kind": "recovery_piont"}, "'recovery_piont', which is none of recovery_point,"),
        ({"kind": 5}, "kind is 5, which is none of"),
        ({"schema": "recovery-feed/2"}, "schema is 'recovery-feed/2'"),
        ({"source": {}}, "source.instance is missing"),
        ({"source": {"instance": ""}}, "source.instance is empty"),
        ({"source": "bkp01"}, "source is text; members in braces belongs there"),
        ({"dataset_ref": ""}, "dataset_ref is empty"),
        ({"dataset_ref": 5}, "dataset_ref is a whole number; text belongs there"),
        ({"size_bytes": -1}, "size_bytes is -1; it cannot be less than 0"),
        ({"size_bytes": 2**63}, "size_bytes is 9223372036854775808, which is too large"),
        ({"size_bytes": 1.5}, "size_bytes is a number; a whole number belongs there"),
        ({"complete": "yes"}, "complete is text; true or false belongs there"),
        ({"malware": "maybe"}, "malware is 'maybe', which is none of: clean, infected"),
        ({"copies": [{"location": "a", "immutable": {"mode": "iron"}}]}, "copies\\[0\\].*'iron'"),
        ({"copies": {}}, "copies is members in braces; a list belongs there"),
        ({"note": "nul\0"}, "NUL"),
        ({"nul\0": 1}, "NUL"),
        ({"note": [[[]]] * 40 + [{}]}, ""),
        ({"consistency_time": "2026-11-22T10:00:00+11:00"}, "after observed_at"),
    ],
)
def test_a_bad_line_is_refused_with_its_reason(members: dict[str, Any], says: str) -> None:
    if says:
        assert re.search(says, reason(line(POINT, **members)))
    else:
        assert one(line(POINT, **members))  # many brackets side by side are no depth


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"{", "no JSON"),
        (b"[]", "the line is a list; members in braces belongs there"),
        (b"5", "members in braces"),
        (b"null", "members in braces"),
        (b"{}", "kind is missing"),
        (b"\xff\xfe", "no JSON"),
        (b'{"kind":"heartbeat","x":"\xff"}', "not UTF-8"),
        (b'{"kind":"heartbeat","x":NaN}', "no JSON"),
        (b'{"kind":"heartbeat","x":1e999}', "too large"),
        (b'{"kind":"heartbeat","x":' + b"9" * 5000 + b"}", "too large"),
        (b'{"kind":"heartbeat","x":"\\ud800"}', "no JSON"),
        (b"[" * 500_000, "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (line(POINT, note=json.loads("[" * 40 + "]" * 40)), "nested too deeply"),
        (b'"' + b"x" * feed.LONGEST_LINE + b'"', "longer than"),
        (line(ACCESS), "neither right nor rights"),
        (line(ACCESS, right="list", rights=["list"]), "beside rights"),
        (line(ACCESS, rights=["list"], denied=["list"]), "both rights and denied"),
        (line(ACCESS, rights=["list"], allowed=True), "allowed stands without right"),
        (line(ACCESS, right="fly"), "right is 'fly', which is none of: any, change access"),
        (line(TEST, own_minutes=-5), "own_minutes is -5; it cannot be less than 0"),
        (line(TEST, own_minutes=5, own_seconds=5), "not the same duration"),
        (line({**TEST, "service": ""}), "neither a service nor dataset_refs"),
    ],
)
def test_no_bytes_are_worse_than_a_reason(text: bytes, says: str) -> None:
    assert says in reason(text)


def test_times_in_the_future_are_refused_to_the_second() -> None:
    second, minutes = timedelta(seconds=1), timedelta(minutes=5)
    observed = line(POINT, observed_at="2026-11-21T22:00:00Z")
    assert one(observed, NOW - minutes)
    assert "observed_at 2026-11-21 22:00:00 UTC is in the future" in reason(
        observed, NOW - minutes - second
    )
    true_at = line(POINT, consistency_time="2026-11-21T22:00:00Z")
    assert one(true_at, NOW)
    assert "consistency_time 2026-11-21 22:00:00 UTC is in the future" in reason(
        true_at, NOW - second
    )


def test_good_lines_are_taken_between_bad_ones() -> None:
    lines = [b"\xef\xbb\xbf" + line(POINT) + b"\r\n", b"  ", b"bad", b"", line(POINT) + b"\n"]
    found = list(feed.read(lines))
    assert [type(one) for one in found] == [PointSeen, RefusedLine, PointSeen]
    assert isinstance(found[1], RefusedLine)
    assert found[1].line == 3


def test_the_ends_of_time_do_not_break_anything() -> None:
    first = point(line(POINT, consistency_time="0001-01-01T00:00:00+11:00"))
    assert first.consistency_time == datetime.min.replace(tzinfo=UTC)
    last = point(line(POINT, expires_at="9999-12-31T23:59:59-10:00"))
    assert last.expires_at == datetime.max.replace(tzinfo=UTC)


def test_the_schema_takes_every_example() -> None:
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed")
    schema = feed.schema()
    for example in EXAMPLES.values():
        jsonschema.validate(json.loads(example), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**POINT, "size_bytes": -1}, schema)
