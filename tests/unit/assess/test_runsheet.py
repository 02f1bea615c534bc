"""The run sheet: numbered, in an order that people can follow under pressure."""

from __future__ import annotations

from datetime import timedelta

import pytest

from refloat.assess import run_sheet
from refloat.model.answers import NOT_KNOWN
from refloat.model.facts import Facts
from refloat.model.organisation import WrittenStep
from refloat.model.stream import Stream
from refloat.plan import order
from refloat.testing import example
from tests.support import changing
from tests.unit.assess import timed

PLAN = example.plan()
LATER = example.NOON + timedelta(minutes=12)


@pytest.mark.requirement("R-047")
def test_the_steps_are_numbered_in_dependency_order_with_who_and_how_long() -> None:
    sheet = run_sheet(PLAN, example.facts(PLAN), "booking", LATER)
    assert [step.number for step in sheet] == list(range(1, len(sheet) + 1))
    assert all(number < step.number for step in sheet for number in step.after)
    done = {step.component: step.number for step in sheet}
    for key in (key for wave in order(PLAN, "booking") for key in wave):
        first = next(step for step in sheet if step.component == key)
        assert {done[need.on] for need in PLAN.components[key].needs} == set(first.after)
    assert all(step.who.startswith(("Mei Tan", "Ben Okafor")) for step in sheet)
    restores = [step for step in sheet if step.action.startswith("Restore ")]
    assert restores
    assert all(step.expected_seconds for step in restores)
    assert all(step.verification for step in sheet)


@pytest.mark.requirement("R-047", "R-055")
def test_the_last_step_is_the_business_confirming_its_data() -> None:
    *_, journey, last = run_sheet(PLAN, example.facts(PLAN), "booking", LATER)
    assert journey.action == "Do what a user of Online booking does."
    assert last.who.startswith("Ben Okafor")
    assert last.after == (journey.number,)
    completeness = PLAN.services["booking"].completeness
    assert completeness is not None
    assert last.verification == completeness.question


def test_what_nobody_knows_is_said() -> None:
    bare = example.with_service(
        PLAN, owner=None, technical_owner=None, completeness=None, checks=()
    )
    sheet = run_sheet(bare, Facts(), "booking", LATER)
    assert {step.who for step in sheet} == {NOT_KNOWN}
    assert {step.expected_seconds for step in sheet} == {None}
    assert sheet[-1].verification == NOT_KNOWN


def test_a_later_drill_is_not_seen_from_before() -> None:
    facts = example.facts(PLAN)
    before = example.NOON - timedelta(days=30)
    sheet = run_sheet(PLAN, facts, "booking", before)
    assert {step.expected_seconds for step in sheet} == {None}


@pytest.mark.requirement("R-047", "R-046")
def test_steps_that_somebody_wrote_down_stand_as_written_after_what_must_be_back() -> None:
    written = (
        WrittenStep("ring the vendor", who="cem", takes=10 * timed.MINUTE, verify="A ticket."),
        WrittenStep("restore the sales", brings_back="claims-data", automatic=True),
        WrittenStep("register terminals", needs=("ring the vendor",), takes=timed.HOUR),
    )
    plan = changing.with_service(timed.plan(), "claims", steps=written)
    tested = timed.restored("claims", steps=(("restore the sales", 1500.0),))
    some = [*timed.without(timed.facts(plan), "claims"), tested]
    sheet = run_sheet(plan, Facts(feed=Stream.of(some)), "claims", timed.NOW)
    assert [(one.number, one.action, one.after) for one in sheet] == [
        (1, "See that The lines is back; its own run sheet says how.", ()),
        (2, "See that The sign-in is back; its own run sheet says how.", ()),
        (3, "Ring the vendor.", (1, 2)),
        (4, "Restore the sales. It brings back data of claims.", (3,)),
        (5, "Register terminals.", (3,)),
        (6, "Do what a user of The claims does.", (5,)),
        (7, "Confirm, as the business, that the data is complete.", (6,)),
    ]
    assert [one.expected_seconds for one in sheet[:5]] == [1800, 5400, 600, 1500, 3600]
    assert [one.who for one in sheet[2:5]] == ["Cem Yildiz", "a machine", "Cem Yildiz"]
    assert sheet[2].verification == "A ticket."
    assert sheet[4].verification == NOT_KNOWN


@pytest.mark.requirement("R-047")
def test_without_written_steps_others_copies_are_restored_in_dependency_order() -> None:
    plan = timed.plan()
    sheet = run_sheet(plan, Facts(), "claims", timed.NOW)
    assert [one.component for one in sheet] == [
        "claims-data",
        "lines-data",
        "sign-in-data",
        "vault-data",
        None,
        None,
    ]
    assert sheet[0].action == "Restore data of claims from disks in the safe."
    assert sheet[-2].after == (1, 2, 3, 4)
