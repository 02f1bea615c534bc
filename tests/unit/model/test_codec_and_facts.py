"""What the codec writes, and what it says of what it refuses."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from refloat.model.codec import from_json, to_json
from refloat.model.errors import EvidenceProblem
from refloat.model.facts import ApprovalFact, PointsFact
from refloat.model.place import CommandResult
from refloat.model.plan import Category, CheckSpecification, Service
from refloat.model.points import Baseline, RecoveryPoint
from refloat.model.secret import Secret, SecretReference
from refloat.testing import example

AT = datetime(2026, 11, 2, 19, 15, 0, 5, tzinfo=timezone(timedelta(hours=11)))


def test_instants_durations_and_bytes_have_one_spelling() -> None:
    point = example.point("bookings-db", AT)
    written = to_json(replace(point, duration=timedelta(seconds=1.5)))
    assert written["consistency_time"] == "2026-11-02T08:15:00.000005Z"
    assert written["duration"] == 1.5
    assert to_json(point)["duration"] == 4
    assert from_json(RecoveryPoint, written).consistency_time == AT
    assert to_json(CommandResult(("ls",), 0, b"\xff\0", "", 0.5))["output"] == "/wA="


def test_options_keep_what_they_are() -> None:
    options = {
        "password": SecretReference("file", "a:b"),
        "every": timedelta(minutes=15),
        "form": {"user": "dana", "password": SecretReference("env", "WORD")},
        "paths": ("a", "b"),
        "port": 5432,
        "on": True,
    }
    check = CheckSpecification("x", "http", options)
    assert from_json(CheckSpecification, to_json(check)) == check


def test_enums_as_keys_come_back_as_enums() -> None:
    service = Service("a", "A", not_applicable={Category.IDENTITIES: "none"})
    back = from_json(Service, to_json(service))
    assert list(back.not_applicable) == [Category.IDENTITIES]
    assert isinstance(next(iter(back.not_applicable)), Category)


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        ("entry", "1", "entry is text where a whole number belongs"),
        ("entry", True, "entry is yes or no where a whole number belongs"),
        ("entry", 1.0, "entry is a fraction where a whole number belongs"),
        ("at", "yesterday", "at is 'yesterday' where an instant belongs"),
        ("at", "2026-11-02T08:15:00", "at is no instant with a time zone"),
        ("person", None, "person is nothing where text belongs"),
        ("target_seconds", "5", "target_seconds is text where a number belongs"),
        ("target_seconds", 10**400, "target_seconds is a number too large"),
    ],
)
def test_a_wrong_value_is_refused_with_its_place(place: str, value: object, said: str) -> None:
    (approval, _) = example.approvals(example.plan(), AT)
    written = to_json(approval)
    with pytest.raises(EvidenceProblem) as caught:
        from_json(ApprovalFact, {**written, place: value})
    assert caught.value.message == f"a ApprovalFact cannot be read: {said}"


def test_the_place_leads_to_the_innermost_value() -> None:
    written = to_json(example.batch(example.plan(), AT))
    written["points"][2]["paths"] = ["/srv", 5]
    with pytest.raises(EvidenceProblem, match=r"points\[2\]\.paths\[1\] is a number"):
        from_json(PointsFact, written)
    del written["points"][2]["paths"]
    with pytest.raises(EvidenceProblem, match=r"points\[2\] has no 'paths'"):
        from_json(PointsFact, written)


def test_missing_keys_take_their_defaults_only_where_there_are_some() -> None:
    assert from_json(Baseline, {"kind": "files", "format": 1, "summary": {}}).detail == {}
    with pytest.raises(EvidenceProblem, match="the whole has no 'kind'"):
        from_json(Baseline, {"format": 1, "summary": {}})
    with pytest.raises(EvidenceProblem, match="is a list where members of Baseline belong"):
        from_json(Baseline, [])


def test_evidence_holds_no_fractions_and_no_bottomless_depth() -> None:
    with pytest.raises(EvidenceProblem, match="only text, whole numbers"):
        to_json(Baseline("files", 1, {"share": 0.5}))  # type: ignore[dict-item]  # what must be refused
    deep: Any = "bottom"
    for _ in range(100):
        deep = {"a": deep}
    with pytest.raises(EvidenceProblem, match="nested deeper"):
        to_json(Baseline("files", 1, {"a": deep}))
    with pytest.raises(EvidenceProblem, match="nested deeper"):
        from_json(Baseline, {"kind": "files", "format": 1, "summary": {"a": deep}})


def test_an_instant_without_a_zone_is_refused() -> None:
    naive = replace(example.point("documents", AT), consistency_time=AT.replace(tzinfo=None))
    with pytest.raises(EvidenceProblem, match="consistency_time is an instant without a time zone"):
        to_json(naive)


@dataclass(frozen=True)
class Holder:
    """Holds a secret by mistake."""

    secret: Secret


def test_a_secret_has_no_form() -> None:
    with pytest.raises(TypeError, match="no form"):
        to_json(Holder(Secret("word")))


def test_facts_become_predicates_and_come_back() -> None:
    from refloat.model.facts import (
        Facts,
        fact_from_entry,
        facts_from_entries,
        predicate,
        predicate_type,
    )

    plan = example.plan()
    facts = Facts.of((*example.facts(plan).all(), example.interruption(AT)))
    entries = [(one.entry, predicate_type(one), predicate(one)) for one in facts.all()]
    assert facts_from_entries(reversed(entries)) == facts
    for _, _, members in entries:
        assert members["recorded_at"].endswith("Z")
        assert "entry" not in members
    assert fact_from_entry(3, "https://in-toto.io/attestation/test-result/v0.1", {}) is None
    with pytest.raises(EvidenceProblem):
        fact_from_entry(3, entries[0][1], {})


def test_facts_up_to_an_instant_are_those_recorded_by_then() -> None:
    plan = example.plan()
    facts = example.facts(plan)
    assert facts.until(example.NOON).drills == ()
    at = facts.drills[0].at
    assert facts.until(at).drills == facts.drills
    assert facts.until(at - timedelta(microseconds=1)).drills == ()
    assert facts.until(datetime(9999, 1, 1, tzinfo=UTC)) == facts
