"""Rules about exercises and actions: what was practised, found, promised and not done."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from refloat.assess.reviewing.follow_up import action_for
from refloat.assess.rules.actions import (
    action_overdue,
    assumption_failed,
    authority_unclear,
    exercise_overdue,
    exercise_without_frictions,
)
from refloat.model.judgement import Finding, Severity
from tests.unit.assess import written
from tests.unit.assess.written import DAY, NOW, action, exercise, found

PLAN = written.plan()
SECOND = timedelta(seconds=1)
EVERY = PLAN.policy.exercise_every


@pytest.mark.requirement("R-115", "R-141")
def test_an_exercise_counts_until_the_last_second_of_the_policy() -> None:
    held = exercise("autumn", NOW)
    assert found(exercise_overdue, PLAN, held, at=NOW + EVERY) == []
    (finding,) = found(exercise_overdue, PLAN, held, at=NOW + EVERY + SECOND)
    assert finding.first_seen == NOW + EVERY
    assert finding.inputs["last"] == "autumn"


@pytest.mark.requirement("R-115", "R-141")
@pytest.mark.parametrize("part", ["decisions", "communications", "workarounds"])
def test_an_exercise_must_cover_what_people_do_not_technology_alone(part: str) -> None:
    partial = exercise("autumn", NOW - DAY, **{part: False})
    (finding,) = found(exercise_overdue, PLAN, partial)
    assert "never practised" in finding.sentence
    others = {"decisions", "communications", "workarounds"} - {part}
    rest = exercise("winter", NOW - DAY, **dict.fromkeys(others, False))
    assert len(found(exercise_overdue, PLAN, partial, rest)) == 1, "one exercise covers all three"


@pytest.mark.requirement("R-148")
def test_an_exercise_without_frictions_needs_somebody_to_assert_that() -> None:
    (finding,) = found(exercise_without_frictions, PLAN, exercise("x", NOW - DAY, frictions=()))
    assert finding.subject == "exercise x"
    asserted = exercise("x", NOW - DAY, frictions=(), no_friction=True)
    assert found(exercise_without_frictions, PLAN, asserted) == []
    assert found(exercise_without_frictions, PLAN, exercise("x", NOW - DAY)) == []
    old = exercise("x", NOW - EVERY - SECOND, frictions=())
    assert found(exercise_without_frictions, PLAN, old) == []


@pytest.mark.requirement("R-142")
def test_a_decision_that_nobody_could_make_stays_until_it_was_practised_again() -> None:
    first = exercise("x", NOW - 9 * DAY, nobody_had_authority=("switch off the clinic's network",))
    (finding,) = found(authority_unclear, PLAN, first)
    assert "switch off the clinic's network" in finding.sentence
    assert finding.first_seen == NOW - 9 * DAY
    assert finding.services == ("booking",)
    technical = exercise("y", NOW - 2 * DAY, decisions=False)
    assert len(found(authority_unclear, PLAN, first, technical)) == 1
    assert found(authority_unclear, PLAN, first, exercise("z", NOW - DAY)) == []


@pytest.mark.requirement("R-144")
def test_an_assumption_that_failed_stays_until_it_is_shown_to_hold() -> None:
    first = exercise(
        "x",
        NOW - 9 * DAY,
        assumptions=(("The vendor answers", "failed"), ("The safe opens", "held")),
    )
    (finding,) = found(assumption_failed, PLAN, first)
    assert finding.inputs["assumptions"] == ("The vendor answers",)
    untested = exercise("y", NOW - 2 * DAY, assumptions=(("the vendor  answers", "untested"),))
    assert len(found(assumption_failed, PLAN, first, untested)) == 1
    held = exercise("z", NOW - DAY, assumptions=(("the vendor answers", "held"),))
    assert found(assumption_failed, PLAN, first, untested, held) == []
    assert len(found(assumption_failed, PLAN, first, held, at=NOW - 3 * DAY)) == 1


@pytest.mark.requirement("R-147")
def test_an_open_action_is_overdue_one_second_after_its_time() -> None:
    given = action("a1", NOW - 9 * DAY, owner="cem", due=NOW, subject="booking")
    assert found(action_overdue, PLAN, given) == []
    (finding,) = found(action_overdue, PLAN, given, at=NOW + SECOND)
    assert finding.subject == "action a1"
    assert "Cem Yildiz" in finding.sentence
    assert finding.services == ("booking",)
    assert finding.first_seen == NOW
    done = action("a1", NOW, owner="cem", due=NOW, subject="booking", status="done")
    assert found(action_overdue, PLAN, given, done, at=NOW + SECOND) == []
    timeless = action("a2", NOW - 9 * DAY, owner="cem")
    assert found(action_overdue, PLAN, timeless, at=NOW + SECOND) == []


FINDING = Finding(
    "RPO_BREACH", (), Severity.HIGH, "service booking, data set book-db", "", "", {}, ("booking",)
)


@pytest.mark.requirement("R-116", "R-147")
@pytest.mark.parametrize("subject", ["", "booking", "book-db", FINDING.subject])
def test_an_action_with_owner_and_day_answers_a_finding(subject: str) -> None:
    given = action("a", NOW, owner="cem", due=NOW + DAY, finding="RPO_BREACH", subject=subject)
    assert action_for(FINDING, [given], NOW) is given


@pytest.mark.requirement("R-116", "R-147")
def test_what_does_not_answer_a_finding() -> None:
    whole = {"owner": "cem", "due": NOW + DAY, "finding": "RPO_BREACH", "subject": "book-db"}
    for change in (
        {"owner": ""},
        {"due": None},
        {"finding": "NO_COPY"},
        {"subject": "other-db"},
        {"status": "done"},
    ):
        assert action_for(FINDING, [action("a", NOW, **(whole | change))], NOW) is None


@pytest.mark.requirement("R-116")
def test_an_acceptance_needs_somebody_and_ends() -> None:
    given = action(
        "a", NOW, status="accepted", finding="RPO_BREACH", accepted_by="ada", until=NOW + DAY
    )
    assert action_for(FINDING, [given], NOW + DAY - SECOND) is given
    assert action_for(FINDING, [given], NOW + DAY) is None
    assert action_for(FINDING, [replace(given, accepted_by="")], NOW) is None
    assert action_for(FINDING, [replace(given, until=None)], NOW) is not None
