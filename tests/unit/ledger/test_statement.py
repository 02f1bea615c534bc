import json
from typing import Any

import pytest
from google.protobuf.json_format import Parse
from in_toto_attestation.predicates.test_result.v0.test_result_pb2 import TestResult as OtherResult
from in_toto_attestation.v1.resource_descriptor import ResourceDescriptor
from in_toto_attestation.v1.statement import Statement as OtherStatement
from in_toto_attestation.v1.statement_pb2 import Statement as Message

from refloat.ledger.canonical import Malformed
from refloat.ledger.statement import (
    DRILL,
    KINDS,
    TEST_RESULT,
    Statement,
    Subject,
    build_test_result,
    read_statement,
)

POINT = Subject("recovery-point/bookings-db/2026-11-22T02:04:00Z", "ab" * 32)
SAID = {"verdict": "proven"}
PLAN = Subject("refloat.yaml", "cd" * 32)


def other(statement: Statement) -> Any:
    """What the format's own library makes of the bytes; it raises where they are not valid."""
    read = OtherStatement.copy_from_pb(Parse(statement.payload(), Message()))
    read.validate()
    return read


def test_a_statement_comes_back() -> None:
    statement = Statement(
        (POINT, PLAN), DRILL, {"verdict": "proven", "rto": 31.407, "é": [1, None]}
    )
    assert read_statement(statement.payload()) == statement
    assert statement.kind == "drill"
    assert Statement((POINT,), "https://example.com/x", {"a": 1}).kind == "https://example.com/x"


@pytest.mark.parametrize("predicate_type", sorted(KINDS))
def test_the_formats_own_library_finds_it_valid(predicate_type: str) -> None:
    read = other(Statement((POINT, PLAN), predicate_type, {"recorded_at": "2026-11-22T02:04:00Z"}))
    assert read.pb.predicate_type == predicate_type
    assert [item.name for item in read.pb.subject] == [POINT.name, PLAN.name]
    assert read.pb.subject[0].digest["sha256"] == POINT.sha256


@pytest.mark.parametrize("result", ["PASSED", "WARNED", "FAILED"])
def test_the_standard_test_result_is_valid_to_its_own_library(result: str) -> None:
    statement = build_test_result(
        (POINT,), result, (PLAN,), passed=["a"], warned=["b"], failed=["c", "d"]
    )
    read = other(statement)
    assert read.pb.predicate_type == TEST_RESULT
    message = Parse(json.dumps(statement.predicate), OtherResult())
    assert message.configuration[0].digest["sha256"] == PLAN.sha256
    ResourceDescriptor.copy_from_pb(message.configuration[0]).validate()
    assert message.result == result
    assert list(message.passed_tests) == ["a"]
    assert list(message.warned_tests) == ["b"]
    assert list(message.failed_tests) == ["c", "d"]


def test_what_is_no_statement_cannot_be_made() -> None:
    for make, says in (
        (lambda: Statement((), DRILL, SAID), "at least one subject"),
        (lambda: Statement((POINT, POINT), DRILL, SAID), "same name"),
        (lambda: Statement((POINT,), "drill", SAID), "not a URI"),
        (lambda: Statement((POINT,), DRILL, {}), "says nothing"),
        (lambda: Subject("a", "AB" * 32), "not SHA-256"),
        (lambda: Subject("a", "ab" * 31), "not SHA-256"),
        (lambda: Subject("", "ab" * 32), "no name"),
        (lambda: build_test_result((POINT,), "OK", (PLAN,)), "not 'OK'"),
        (lambda: build_test_result((POINT,), "PASSED", ()), "configuration"),
    ):
        with pytest.raises(Malformed, match=says):
            make()


@pytest.mark.parametrize(
    "predicate", [{"a": float("nan")}, {"a": {1, 2}}, {"a": b"b"}, {"a": "\ud800"}]
)
def test_what_json_cannot_say_is_not_signed(predicate: dict[str, Any]) -> None:
    with pytest.raises(Malformed, match="JSON cannot say"):
        Statement((POINT,), DRILL, predicate).payload()


def test_a_statement_has_a_largest_size() -> None:
    with pytest.raises(Malformed, match="at most 4194304"):
        Statement((POINT,), DRILL, {"a": "x" * 2**22}).payload()


@pytest.mark.parametrize(
    "change",
    [
        {"_type": "https://in-toto.io/Statement/v0.1"},
        {"subject": []},
        {"subject": [{"name": "a"}]},
        {"subject": [{"name": "a", "digest": {"sha1": "ab"}}]},
        {"subject": [{"name": 1, "digest": {"sha256": 2}}]},
        {"subject": "a"},
        {"subject": 1},
        {"predicateType": None},
        {"predicate": []},
        {"predicate": {}},
    ],
)
def test_what_is_no_statement_is_not_read(change: dict[str, Any]) -> None:
    members = json.loads(Statement((POINT,), DRILL, SAID).payload())
    with pytest.raises(Malformed):
        read_statement(json.dumps({**members, **change}).encode())


def test_members_that_are_not_known_are_ignored() -> None:
    members = json.loads(Statement((POINT,), DRILL, SAID).payload())
    members["subject"][0]["annotations"] = {"later": 1}
    assert read_statement(json.dumps({**members, "later": 1}).encode()).subjects == (POINT,)
