"""The reference organisation: everything planted is found, and nothing else is."""

from __future__ import annotations

import itertools
import re

import pytest

from refloat.assess import assessment
from refloat.model.judgement import Assessment, Severity
from tests.golden.reference_organisation import (
    ALLOWED,
    AS_OF,
    ESSENTIAL_EIGHT,
    EXPECTED,
    REPAIRS,
    Pair,
    facts_of,
    reference,
    write_the_dependency_down,
)

EVERYTHING = frozenset(itertools.chain.from_iterable(EXPECTED.values()))


@pytest.fixture(scope="module")
def planted() -> Pair:
    return reference()


def judged(pair: Pair) -> Assessment:
    plan, feed = pair
    return assessment(plan, facts_of(feed), AS_OF)


def found(pair: Pair) -> frozenset[tuple[str, str]]:
    return frozenset((one.code, one.subject) for one in judged(pair).findings) - ALLOWED


def repaired(pair: Pair, numbers: frozenset[int]) -> Pair:
    for number in sorted(numbers):
        pair = REPAIRS[number](pair)
    return pair


@pytest.mark.requirement("R-089")
def test_everything_planted_is_found_and_nothing_else(planted: Pair) -> None:
    assert found(planted) == EVERYTHING


def test_a_reminder_is_an_advisory(planted: Pair) -> None:
    reminders = [one for one in judged(planted).findings if (one.code, one.subject) in ALLOWED]
    assert all(one.severity is Severity.ADVISORY for one in reminders)


@pytest.mark.parametrize("number", sorted(REPAIRS))
def test_repairing_one_defect_removes_exactly_its_findings(planted: Pair, number: int) -> None:
    assert found(repaired(planted, frozenset({number}))) == EVERYTHING - EXPECTED[number]


@pytest.mark.parametrize("number", sorted(REPAIRS))
def test_planting_one_defect_alone_brings_exactly_its_findings(planted: Pair, number: int) -> None:
    assert found(repaired(planted, frozenset(REPAIRS) - {number})) == EXPECTED[number]


def test_a_repaired_organisation_is_clean_and_every_service_proven(planted: Pair) -> None:
    whole = judged(repaired(planted, frozenset(REPAIRS)))
    assert [one for one in whole.findings if (one.code, one.subject) not in ALLOWED] == []
    assert {one.service: (one.copy.verdict, one.recovery.verdict) for one in whole.services} == {
        one.service: ("yes", "proven") for one in whole.services
    }


@pytest.mark.requirement("R-002", "R-083")
def test_what_cannot_be_signed_in_to_is_not_proven_nor_is_what_needs_it(planted: Pair) -> None:
    plan, _ = planted
    verdicts = {one.service: one.recovery.verdict.value for one in judged(planted).services}
    assert verdicts["identity"] == "unproven", "although its test passed"
    needing = {key for key, one in plan.services.items() if "identity" in {n.on for n in one.needs}}
    assert not [key for key in needing if verdicts[key] == "proven"]
    opened = judged(repaired(planted, frozenset({1}))).services
    assert {one.service: one.recovery.verdict.value for one in opened}["identity"] == "proven"


def test_writing_the_dependency_down_leaves_the_time_too_long(planted: Pair) -> None:
    left = found(write_the_dependency_down(planted))
    assert left == EVERYTHING - {("UNDOCUMENTED_DEPENDENCY", "service booking, needs payments")}


@pytest.mark.requirement("R-120")
def test_the_essential_eight_outcomes_are_as_an_assessor_gave_them(planted: Pair) -> None:
    maturity = judged(planted).maturity
    assert maturity is not None
    assert {key: one.outcome.value for key, one in maturity.controls.items()} == ESSENTIAL_EIGHT
    assert maturity.level == "ML0"
    failing = {key: " ".join(one.failing) for key, one in maturity.controls.items()}
    for key, names in {
        "ISM-1511": ("clin-db", "timesheet-db"),
        "ISM-1810": ("clin", "386 min"),
        "ISM-1811": ("archive-files",),
        "ISM-1705": ("domain-admins", "repo-nas1"),
        "ISM-1707": ("domain-admins", "repo-nas1"),
        "ISM-1708": ("bkp-operators", "repo-nas1"),
    }.items():
        for name in names:
            assert name in failing[key], key


@pytest.mark.requirement("R-122")
def test_every_sentence_is_in_business_words(planted: Pair) -> None:
    plan, _ = planted
    keys = {key for key in (*plan.components, *plan.repositories, *plan.platforms) if "-" in key}
    jargon = {"RPO", "RTO", "ACL", "WORM", "SSO", "ISM", "DR", "snapshot", "cron"}
    for one in judged(planted).findings:
        assert one.sentence[0].isupper()
        assert one.sentence.endswith(".")
        for part in re.split(r"(?<=[.:]) ", one.sentence):
            assert len(part.split()) <= 40, part
        for word in (*keys, *jargon, one.code):
            # A step's name is the organisation's own words, and may hold a key.
            alone = re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", one.sentence)
            assert alone is None, (word, one.sentence)


def test_the_same_inputs_give_the_same_bytes(planted: Pair) -> None:
    plan, feed = planted
    forward = assessment(plan, facts_of(feed), AS_OF)
    backward = assessment(plan, facts_of(list(reversed(feed))), AS_OF)
    assert forward == backward
