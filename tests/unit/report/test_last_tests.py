"""The page says when a scenario was last tested, and each service that it takes down."""

from __future__ import annotations

from dataclasses import replace

import ahead_sample as sample
import pytest
from test_ahead_page import section, words

from refloat.model.ahead import LastTest, TestResult
from refloat.report.ahead import scenario_page

WHOLE = LastTest(
    "clinical-app", "drill", "the whole service", TestResult.PASSED, sample.AS_OF, "ledger/7"
)
OLD = replace(WHOLE, service="booking", stale=("It changed since.",))
FAILED = replace(OLD, service="payments", kind="restore test", result=TestResult.FAILED)
NEVER = LastTest("payroll", "", "", TestResult.NEVER)
ITSELF = replace(NEVER, service="")


def told(*tests: LastTest) -> str:
    given = sample.head_office()
    page = scenario_page(replace(given, outcome=replace(given.outcome, tested=tests)))
    return words(section(page, "tested"))


@pytest.mark.requirement("R-103")
def test_the_scenario_stands_first_then_what_shows_least() -> None:
    text = told(WHOLE, OLD, NEVER, FAILED, ITSELF)
    names = ["this scenario", "Medicare", "Payroll", "Online booking", "CareNote"]
    places = [text.index(name) for name in names]
    assert places == sorted(places)
    for said in ("never tested", "drill: the whole service", "It changed since.", "failed"):
        assert said in text


def test_where_nothing_is_lost_nothing_is_said_of_tests() -> None:
    assert told() == ""
