"""Days of a plan at the ends of the calendar: somebody writes 9999-12-31 and means "never"."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from refloat.assess import assessment, days
from refloat.assess.over_time.histories import over
from refloat.model.facts import Facts
from refloat.model.organisation import Exclusion
from tests.support import changing
from tests.unit.assess import written
from tests.unit.assess.written import DAY, NOW

PLAN = written.plan()


def test_what_lies_beyond_the_calendar_is_its_end() -> None:
    assert days.end(date(2026, 2, 28)) == datetime(2026, 3, 1, tzinfo=UTC)
    assert days.end(date.max) == days.LAST
    assert days.later(NOW, DAY) == NOW + DAY
    assert days.later(days.LAST - DAY, DAY) == days.LAST
    assert days.later(NOW, timedelta.max) == days.LAST
    assert days.earlier(NOW, DAY) == NOW - DAY
    assert days.earlier(NOW, timedelta.max) == days.FIRST


@pytest.mark.parametrize("day", [date.min, date.max])
def test_a_plan_may_name_the_first_and_the_last_day_that_there_is(day: date) -> None:
    plan = changing.with_vendor(PLAN, "texts", contract_end=day, verified=day)
    plan = changing.with_person(plan, "ada", verified=day)
    plan = replace(plan, exclusions=(Exclusion("kiosks", None, "none", "ada", day),))
    booking = plan.services["booking"]
    reviewed = {key: replace(one, review_on=day) for key, one in booking.objectives.items()}
    plan = changing.with_service(plan, "booking", objectives=reviewed)
    found = {one.code for one in assessment(plan, Facts(), NOW).findings}
    assert ("CONTRACT_ENDED" in found) is (day == date.min)
    assert "CONTACT_NOT_VERIFIED" in found
    assert over(plan, Facts(), NOW - DAY, NOW)
