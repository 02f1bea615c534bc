"""ISM-1511: how far apart copies were made, and what nobody can tell of copies that are gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from refloat.model.maturity import ControlOutcome
from tests.support.changing import with_component
from tests.unit.assess.kept_well import DAY, HOUR, MINUTE, NOW, SECOND, control, facts, plan, point

PLAN = plan()


@pytest.mark.requirement("R-120")
def test_the_middle_interval_counts_and_two_intervals_say_nothing() -> None:
    nightly = [point("scans", NOW - 30 * MINUTE - days * DAY) for days in range(1, 5)]
    result = control(PLAN, [*facts(PLAN), *nightly], "ISM-1511")
    assert result.failing == ("scans: it is copied every 1 day; 1 h is the most that may be",)
    assert control(PLAN, [*facts(PLAN), *nightly[:2]], "ISM-1511").met, "two intervals say nothing"


@pytest.mark.requirement("R-120")
def test_a_single_late_copy_counts_for_ninety_days() -> None:
    def failing(late: timedelta, back: timedelta = HOUR, **changes: Any) -> tuple[str, ...]:
        hours = [n * HOUR for n in (0, 1, 2)] + [late + n * HOUR for n in (2, 3, 4)]
        made = [point("scans", NOW - 30 * MINUTE - back - one, **changes) for one in hours]
        return control(PLAN, [*facts(PLAN), *made], "ISM-1511").failing

    (line,) = failing(6 * HOUR)
    assert line.startswith("scans: nothing of it was copied for 6 h until 2026-")
    assert failing(HOUR) == ()
    assert len(failing(HOUR + SECOND)) == 1


@pytest.mark.requirement("R-120")
def test_that_old_copies_are_thinned_out_is_not_held_against_anybody() -> None:
    at_last = NOW + MINUTE
    hourly = [point("scans", NOW - 30 * MINUTE - n * HOUR) for n in range(1, 20)]
    daily = [
        point("scans", NOW - n * DAY, expires_at=NOW + 20 * DAY, observed_at=NOW)
        for n in range(2, 6)
    ]
    brief = [replace(one, expires_at=at_last, observed_at=NOW) for one in hourly]
    thinned = [one for one in facts(PLAN) if getattr(one, "data_set", "") != "scans"]
    newest = point("scans", expires_at=NOW + 36 * DAY)
    assert control(PLAN, [*thinned, newest, *brief, *daily], "ISM-1511").met
    alive = [replace(one, observed_at=one.consistency_time + MINUTE) for one in daily]
    assert not control(PLAN, [*thinned, newest, *brief, *alive], "ISM-1511").met


@pytest.mark.requirement("R-120")
def test_without_a_copy_of_one_part_nobody_knows_of_a_common_point() -> None:
    alone = with_component(PLAN, "loans-db", group="")
    kept = [one for one in facts(alone) if getattr(one, "data_set", "") != "loans-db"]
    result = control(alone, kept, "ISM-1810")
    assert result.outcome is ControlOutcome.NO_VISIBILITY
    assert result.not_known == ("lending: no copy of any of it was ever seen that can be used",)
    two = with_component(alone, "scans", group="")
    (line,) = control(two, [one for one in kept if one in facts(two)], "ISM-1810").not_known
    assert line == "lending: no copy of loans-db was ever seen that can be used"
