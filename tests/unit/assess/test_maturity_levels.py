"""Levels, exercises, exceptions, and that no backup job ever counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from refloat.assess.eight.catalogue import CATALOGUE
from refloat.model.access import Right
from refloat.model.codec import to_json
from refloat.model.feed import AccessSeen, JobRun, Quality
from refloat.model.feed_people import Attestation, Exercise
from refloat.model.maturity import ControlOutcome
from tests.support.changing import with_policy
from tests.unit.assess.kept_well import (
    DAY,
    HOUR,
    NOW,
    REGISTER,
    SECOND,
    but,
    control,
    exercise,
    facts,
    job,
    judge,
    outcomes,
    plan,
    point,
    seen,
    without,
)

PLAN = plan()
NEEDED = {
    1: ("ISM-1511", "ISM-1810", "ISM-1811", "ISM-1515", "ISM-1812", "ISM-1814"),
    2: ("ISM-1705", "ISM-1707"),
    3: ("ISM-1813", "ISM-1706", "ISM-1708"),
}


@pytest.mark.requirement("R-120")
def test_the_catalogue_has_eleven_controls_and_levels_that_add_up() -> None:
    assert [len(CATALOGUE.needed(level)) for level in (1, 2, 3)] == [6, 8, 11]
    for level, keys in NEEDED.items():
        below = {one.key for one in CATALOGUE.needed(level - 1)}
        assert {one.key for one in CATALOGUE.needed(level)} - below == set(keys)
    assert CATALOGUE.version == "v2025.12.9"


@pytest.mark.requirement("R-120")
def test_everything_effective_is_the_third_level_of_this_strategy_alone() -> None:
    judged = judge(PLAN, facts(PLAN))
    assert judged.level == judged.target == "ML3"
    assert judged.missing == ()
    assert "Regular backups" in judged.label
    assert "says nothing of the other seven" in judged.label


@pytest.mark.requirement("R-120")
def test_a_level_needs_all_of_its_controls_and_those_below() -> None:
    own = seen("administrators", "cellar", Right.READ_OWN, True, NOW - DAY)
    assert judge(PLAN, [*facts(PLAN), own]).level == "ML2"
    others = seen("administrators", "cellar", Right.READ_OTHER, True, NOW - DAY)
    judged = judge(PLAN, [*facts(PLAN), others])
    assert judged.level == "ML1"
    assert [text.split(":")[0] for text in judged.missing] == ["ISM-1705"]
    unread = seen("readers", "cellar", Right.READ_OTHER, None, NOW - DAY)
    judged = judge(PLAN, [*facts(PLAN), others, unread])
    assert judged.level == "ML0", "what is not known is not met"
    assert [text.split(":")[0] for text in judged.missing] == ["ISM-1812"]


@pytest.mark.requirement("R-120", "R-020")
def test_no_control_is_ever_effective_because_of_a_backup_job() -> None:
    jobs = [replace(job(), external_id=f"job-{number}") for number in range(20)]
    assert set(outcomes(judge(PLAN, jobs)).values()) == {
        ControlOutcome.INEFFECTIVE,
        ControlOutcome.NO_VISIBILITY,
    }
    without_any = outcomes(judge(PLAN, facts(PLAN)))
    assert outcomes(judge(PLAN, [*facts(PLAN), *jobs])) == without_any
    assert outcomes(judge(PLAN, [*facts(PLAN), job("failed")])) == without_any
    late = [*without(facts(PLAN), JobRun), point("loans-db", NOW - 6 * HOUR), *jobs]
    late = [one for one in late if one.external_id != point("loans-db").external_id]
    assert not control(PLAN, late, "ISM-1511").met


def test_an_exercise_counts_for_a_year_to_the_second_and_a_policy_can_only_ask_for_more() -> None:
    held = NOW - 366 * DAY
    kept = without(facts(PLAN), Exercise)
    assert control(PLAN, [*kept, exercise(held)], "ISM-1515").met
    late = control(PLAN, [*kept, exercise(held - SECOND)], "ISM-1515")
    assert late.outcome is ControlOutcome.INEFFECTIVE
    assert late.failing[0].startswith("exercise-2025-11-21: ")
    lax = with_policy(PLAN, exercise_every=timedelta(days=1000))
    assert not control(lax, [*kept, exercise(held - SECOND)], "ISM-1515").met
    strict = with_policy(PLAN, exercise_every=20 * DAY)
    assert not control(strict, facts(strict), "ISM-1515").met


@pytest.mark.parametrize(
    ("changes", "lacks"),
    [
        ({"restored": ("scans",)}, "restored no service"),
        ({"restored": ()}, "restored no service"),
        ({"restored": ("something else",)}, "restored no service"),
        ({"common_point": None}, "one common point in time"),
        ({"common_point": False}, "one common point in time"),
        ({"timeline": ()}, "left no report"),
        ({"frictions": ()}, "left no report"),
        ({"scheduled": False}, "no planned exercise"),
    ],
)
def test_daily_restores_and_exercises_without_a_report_do_not_count(
    changes: dict[str, Any], lacks: str
) -> None:
    held = replace(exercise(), **changes)
    result = control(PLAN, but(facts(PLAN), held), "ISM-1515")
    assert result.outcome is ControlOutcome.INEFFECTIVE
    assert lacks in result.failing[0]


def test_a_database_restored_or_a_written_report_is_enough() -> None:
    for held in (
        exercise(restored=("loans-db",)),
        exercise(frictions=(), no_friction=True),
        exercise(timeline=(), frictions=(), report="reports/2026-10.pdf"),
    ):
        assert control(PLAN, but(facts(PLAN), held), "ISM-1515").met


def test_an_older_exercise_that_counts_is_not_undone_by_a_newer_that_does_not() -> None:
    table = exercise(NOW - DAY, restored=(), common_point=None, frictions=())
    assert control(PLAN, [*facts(PLAN), table], "ISM-1515").met


def test_no_exercise_on_record_is_no_visibility() -> None:
    result = control(PLAN, without(facts(PLAN), Exercise), "ISM-1515")
    assert result.outcome is ControlOutcome.NO_VISIBILITY
    assert result.sentence == "No exercise is on record."


def statement(topic: str, control: str, until: datetime | None = NOW + DAY) -> Attestation:
    return Attestation(
        REGISTER,
        f"{topic}-{control}",
        NOW - DAY,
        "0" * 64,
        topic,
        control,
        "ines",
        "no account of ours has copies of its own",
        NOW - DAY,
        until,
    )


UNREAD = seen("readers", "cellar", Right.READ_OWN, None, NOW - DAY)


def test_that_a_control_does_not_apply_needs_a_reason_an_end_and_somebody_who_decides() -> None:
    given = [*facts(PLAN), UNREAD]
    said = statement("not-applicable", "ISM-1813")
    result = control(PLAN, [*given, said], "ISM-1813")
    assert result.outcome is ControlOutcome.NOT_APPLICABLE
    assert result.quality is Quality.POOR
    assert result.sentence.endswith("No account of ours has copies of its own.")
    assert judge(PLAN, [*given, said]).level == "ML3"
    for invalid in (
        replace(said, statement=" "),
        replace(said, until=None),
        replace(said, until=said.at + 366 * DAY + SECOND),
        replace(said, until=NOW),
        replace(said, person="tove"),
        replace(said, subject="ISM-1814"),
    ):
        found = control(PLAN, [*given, invalid], "ISM-1813")
        assert found.outcome is ControlOutcome.NO_VISIBILITY


@pytest.mark.requirement("R-120")
def test_that_a_control_was_never_begun_is_believed_where_no_fact_shows_anything_of_it() -> None:
    admitted = replace(statement("not-implemented", "ISM-1813"), person="tove", until=None)
    result = control(PLAN, [*facts(PLAN), UNREAD, admitted], "ISM-1813")
    assert result.outcome is ControlOutcome.NOT_IMPLEMENTED
    assert not result.met
    assert control(PLAN, [*facts(PLAN), admitted], "ISM-1813").met, "facts come before words"
    able = seen("readers", "cellar", Right.READ_OWN, True, NOW - DAY)
    failing = control(PLAN, [*facts(PLAN), able, admitted], "ISM-1813")
    assert failing.outcome is ControlOutcome.INEFFECTIVE
    stranger = replace(admitted, person="somebody else")
    unknown = control(PLAN, [*facts(PLAN), UNREAD, stranger], "ISM-1813")
    assert unknown.outcome is ControlOutcome.NO_VISIBILITY


def test_what_facts_show_to_fail_cannot_be_called_not_applicable() -> None:
    able = seen("readers", "cellar", Right.READ_OWN, True, NOW - DAY)
    said = statement("not-applicable", "ISM-1813")
    result = control(PLAN, [*facts(PLAN), able, said], "ISM-1813")
    assert result.outcome is ControlOutcome.INEFFECTIVE


def test_another_control_in_its_place_is_a_statement_and_counts_only_where_poor_evidence_does() -> (
    None
):
    given = [*facts(PLAN), UNREAD, statement("alternate-control", "ISM-1813")]
    assert control(PLAN, given, "ISM-1813").outcome is ControlOutcome.NO_VISIBILITY
    trusting = with_policy(PLAN, poor_evidence_counts=True)
    assert control(trusting, given, "ISM-1813").outcome is ControlOutcome.ALTERNATE_CONTROL


def test_exceptions_alone_never_make_a_level() -> None:
    trusting = with_policy(PLAN, poor_evidence_counts=True)
    said = [statement("alternate-control", one.key) for one in CATALOGUE.controls]
    judged = judge(trusting, said)
    assert {outcomes(judged)[key] for key in NEEDED[1]} == {ControlOutcome.ALTERNATE_CONTROL}
    assert judged.level == "ML0"


def test_the_order_of_arrival_does_not_matter_and_the_same_facts_give_the_same_bytes() -> None:
    rights = [one for one in facts(PLAN) if isinstance(one, AccessSeen)][:4]
    rest = [one for one in facts(PLAN) if one not in rights]
    told = {str(to_json(judge(PLAN, [*rest, *some]))) for some in permutations(rights)}
    assert len(told) == 1


def test_facts_of_later_than_the_instant_do_not_count() -> None:
    later = [
        replace(one, external_id=f"later-{one.external_id}", observed_at=NOW + SECOND, allowed=True)
        for one in facts(PLAN)
        if isinstance(one, AccessSeen)
    ]
    assert judge(PLAN, [*facts(PLAN), *later]) == judge(PLAN, facts(PLAN))


def test_every_control_says_what_would_change_it_and_what_is_weakest() -> None:
    for judged in (judge(PLAN, facts(PLAN)), judge(PLAN, [])):
        for one in judged.controls.values():
            assert one.sentence.endswith(".")
            assert one.would_change
            assert one.title
            assert one.demand.endswith(".")
            assert (one.quality is None) is (one.weakest == "")
