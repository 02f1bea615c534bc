"""OSCAL documents: valid by the oscal package, the same bytes again, and true to the judgement."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from refloat.assess.eight.catalogue import CATALOGUE
from refloat.model.feed import Quality, Source
from refloat.model.feed_people import ActionSeen
from refloat.model.maturity import ControlOutcome, ControlResult, Maturity
from refloat.report.oscal import (
    OscalInput,
    assessment_plan,
    assessment_results,
    plan_of_action,
)
from tests.support.oscal_validation import validated

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
OUTCOMES = tuple(ControlOutcome)
QUALITIES = (*Quality, None)


def result(number: int) -> ControlResult:
    """Give a result for one control, so that every outcome and quality is among all of them."""
    control = CATALOGUE.controls[number]
    quality = QUALITIES[number % len(QUALITIES)]
    outcome = OUTCOMES[number % len(OUTCOMES)]
    return ControlResult(
        control=control.key,
        title=control.title,
        levels=control.levels,
        outcome=outcome,
        quality=quality,
        sentence="Of 2 things, 1 fails: a.",
        failing=("a: it fails\nin two lines ",) if outcome is ControlOutcome.INEFFECTIVE else (),
        weakest="b: a look" if quality else "",
        would_change="A look.",
        rests_on=("nas 1/access_fact/ä b/%", "ledger/7") if quality else (),
        checked_at=NOW - timedelta(days=1) if quality else None,
        expires_at=NOW + timedelta(days=90) if quality is Quality.GOOD else None,
        demand=control.demand,
    )


def given(**changes: Any) -> OscalInput:
    results = {one.key: result(number) for number, one in enumerate(CATALOGUE.controls)}
    maturity = Maturity(
        strategy=CATALOGUE.strategy,
        label="Regular backups alone.",
        catalogue=CATALOGUE.edition,
        as_of=NOW,
        level="ML0",
        target="ML2",
        controls=results,
    )
    action = ActionSeen(
        Source("desk"), "x1", NOW, "0" * 64, "mend  the till", "ada", NOW, finding="SILENCE"
    )
    usual = OscalInput("  Linden Street\tLibrary ü ", maturity, (action,), "my plan.json")
    return replace(usual, **changes)


def valid(content: bytes, folder: Path) -> dict[str, Any]:
    file = folder / "document.json"
    file.write_bytes(content)
    said = validated(file)
    assert all(said.values()), said
    found: dict[str, Any] = json.loads(content)
    return found


@pytest.mark.requirement("R-120")
def test_every_document_is_valid(tmp_path: Path) -> None:
    start = given()
    action = plan_of_action(start)
    assert action is not None
    assert set(valid(assessment_results(start), tmp_path)) == {"assessment-results"}
    assert set(valid(assessment_plan(start), tmp_path)) == {"assessment-plan"}
    assert set(valid(action, tmp_path)) == {"plan-of-action-and-milestones"}


def test_results_of_nothing_known_are_valid_too(tmp_path: Path) -> None:
    start = given(actions=())
    empty = {
        key: replace(one, quality=None, rests_on=(), checked_at=None, weakest="")
        for key, one in start.maturity.controls.items()
    }
    start = replace(start, maturity=replace(start.maturity, controls=empty))
    found = valid(assessment_results(start), tmp_path)
    assert "observations" not in found["assessment-results"]["results"][0]
    assert plan_of_action(start) is None


def test_the_same_judgement_gives_the_same_bytes_and_another_one_other_names() -> None:
    assert assessment_results(given()) == assessment_results(given())
    later = given(maturity=replace(given().maturity, as_of=NOW + timedelta(seconds=1)))
    one, other = (json.loads(assessment_results(start)) for start in (given(), later))
    assert one["assessment-results"]["uuid"] != other["assessment-results"]["uuid"]


def test_findings_carry_the_seven_outcomes_and_methods_follow_the_quality() -> None:
    whole = json.loads(assessment_results(given()))["assessment-results"]["results"][0]
    by_control = {one["title"]: one for one in whole["findings"]}
    for key, judged in given().maturity.controls.items():
        found = by_control[key]
        properties = {one["name"]: one["value"] for one in found["props"]}
        assert properties["essential-eight-outcome"] == judged.outcome.value
        satisfied = found["target"]["status"]["state"] == "satisfied"
        assert satisfied is judged.met
        assert ("related-risks" in found) is not judged.met
        assert ("related-observations" in found) is (judged.quality is not None)
    methods = {one["title"].split(":")[0]: one["methods"] for one in whole["observations"]}
    for key, judged in given().maturity.controls.items():
        expected = {"excellent": "TEST", "good": "EXAMINE", "fair": "EXAMINE", "poor": "INTERVIEW"}
        assert methods.get(key) == ([expected[judged.quality]] if judged.quality else None)


def test_of_very_many_failing_things_the_rest_is_counted() -> None:
    start = given()
    key = next(
        name
        for name, one in start.maturity.controls.items()
        if one.outcome is ControlOutcome.INEFFECTIVE
    )
    many = replace(
        start.maturity.controls[key], failing=tuple(f"d{n}: it fails" for n in range(5000))
    )
    controls = {**start.maturity.controls, key: many}
    content = assessment_results(
        replace(start, maturity=replace(start.maturity, controls=controls))
    )
    assert len(content) < 100_000
    assert b"And 4901 more." in content


def test_done_actions_are_left_out() -> None:
    start = given()
    assert (
        plan_of_action(replace(start, actions=(replace(start.actions[0], status="done"),))) is None
    )
