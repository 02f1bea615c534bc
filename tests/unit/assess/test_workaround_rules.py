"""Rules about workarounds: secure, long enough, with data that is fresh."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from refloat.assess.ground.basis import Basis
from refloat.assess.rules.workarounds import (
    export_too_old,
    workaround_insecure,
    workaround_too_short,
)
from refloat.model.judgement import Finding, ServiceStatus, Severity
from refloat.model.plan import Plan
from tests.support import changing
from tests.unit.assess import written
from tests.unit.assess.written import DAY, HOUR, NOW, found

PLAN = written.plan()
SECOND = timedelta(seconds=1)


def of_booking(
    rule: Callable[[Basis, ServiceStatus], Iterator[Finding]], given: Plan
) -> list[Finding]:
    whole = written.organisation(given)
    return list(rule(whole.bases["booking"], whole.statuses["booking"]))


@pytest.mark.requirement("R-140")
@pytest.mark.parametrize("data", ["personal", "health", "financial", "Patient records"])
def test_sensitive_data_that_nothing_keeps_safe_is_a_second_incident(data: str) -> None:
    (finding,) = of_booking(
        workaround_insecure, written.with_workaround(PLAN, data=data, controls=())
    )
    assert finding.severity is Severity.HIGH
    assert finding.services == ("booking",)
    assert "nothing keeps it safe" in finding.sentence
    assert "second incident" in finding.sentence
    assert "visits and reminders" in finding.sentence


@pytest.mark.requirement("R-140")
@pytest.mark.parametrize(
    ("data", "second_incident"),
    [
        ("medical", True),
        ("Customer names and addresses", True),
        ("card numbers", True),
        ("client files", True),
        ("no personal data", False),
        ("non-sensitive", False),
        ("public", False),
        ("stock levels", False),
    ],
)
def test_a_classification_is_understood_in_other_words_too(
    data: str, second_incident: bool
) -> None:
    bare = written.with_workaround(PLAN, data=data, controls=())
    assert bool(of_booking(workaround_insecure, bare)) is second_incident


@pytest.mark.requirement("R-140")
def test_sensitive_data_that_no_owner_agreed_to_is_found() -> None:
    (finding,) = of_booking(workaround_insecure, written.with_workaround(PLAN, approved_by=None))
    assert finding.severity is Severity.MEDIUM
    assert "no owner agreed to it" in finding.sentence


def test_other_data_needs_no_controls() -> None:
    for data in ("none", "internal", ""):
        bare = written.with_workaround(PLAN, data=data, controls=(), approved_by=None)
        assert of_booking(workaround_insecure, bare) == []
    assert of_booking(workaround_insecure, PLAN) == []


@pytest.mark.requirement("R-140")
def test_a_workaround_must_last_as_long_as_the_service_may_be_away() -> None:
    assert (
        of_booking(workaround_too_short, written.with_workaround(PLAN, usable_for=4 * HOUR)) == []
    )
    short = written.with_workaround(PLAN, usable_for=4 * HOUR - SECOND)
    (finding,) = of_booking(workaround_too_short, short)
    assert finding.inputs == {"usable_seconds": 4 * 3600 - 1, "target_seconds": 4 * 3600}
    assert "4 h" in finding.sentence
    assert "visits and reminders" in finding.sentence


def test_the_longest_of_several_workarounds_counts_and_an_unknown_one_accuses_nobody() -> None:
    short = replace(written.workaround(), usable_for=HOUR)
    for other in (written.workaround(), replace(written.workaround(), usable_for=None)):
        two = changing.with_service(PLAN, "booking", workarounds=(short, replace(other, name="b")))
        assert of_booking(workaround_too_short, two) == []


@pytest.mark.requirement("R-139")
def test_an_export_may_be_as_old_as_the_plan_says_and_no_second_older() -> None:
    taken = written.said("export-taken", NOW, "booking")
    assert found(export_too_old, PLAN, taken, at=NOW + DAY) == []
    (finding,) = found(export_too_old, PLAN, taken, at=NOW + DAY + SECOND)
    assert finding.first_seen == NOW + DAY
    assert finding.inputs["age_seconds"] == 86401
    assert "1 day 1 h old; 1 day is allowed" in finding.sentence


@pytest.mark.requirement("R-139")
def test_the_newest_export_counts_whatever_it_is_said_to_be_about() -> None:
    at = NOW + 3 * DAY
    old = written.said("export-taken", NOW, "booking")
    for subject in ("booking", "paper list", "booking/paper list"):
        fresh = written.said("export-taken", NOW + 2 * DAY, subject)
        assert found(export_too_old, PLAN, old, fresh, at=at) == []
    other = written.said("export-taken", NOW + 2 * DAY, "sign-in")
    assert len(found(export_too_old, PLAN, old, other, at=at)) == 1
    assert found(export_too_old, PLAN, at=at) == [], "nobody said that exports are recorded"
