"""The page says of data that must be of one time what it loses together."""

from __future__ import annotations

from dataclasses import replace

import ahead_sample as sample
from test_ahead_page import section, words

from refloat.model.ahead import GroupOutcome
from refloat.report._ahead_words import cards, sentence
from refloat.report.ahead import AheadInput, scenario_page

HOUR = 3600.0
FITS = GroupOutcome("clin", True, ("a", "b"), ("clinical-app",), True, 6 * HOUR, 60.0, 900.0, "A.")
APART = replace(FITS, name="book", fits=False, skew_seconds=2 * HOUR, loss_seconds=90 * HOUR)
WITHOUT = replace(APART, name="none", loss_seconds=None, skew_seconds=None)
UNSAID = replace(APART, name="payroll", named=False)


def page(*groups: GroupOutcome) -> AheadInput:
    given = sample.head_office()
    return replace(given, outcome=replace(given.outcome, groups=groups))


def test_groups_stand_below_the_data_those_that_do_not_fit_first() -> None:
    text = words(section(scenario_page(page(FITS, APART, WITHOUT, UNSAID)), "data"))
    after = text.partition("Data that must be of one time")[2]
    assert after.index(" book ") < after.index(" Payroll ") < after.index(" clin ")
    for said in ("of one time", "does not fit together", "nobody said whether", "3 days 18 h"):
        assert said in after
    assert "15 min allowed" in after
    assert after.count("not known") == 2


def test_without_groups_nothing_is_said_of_them() -> None:
    assert "of one time" not in words(section(scenario_page(page()), "data"))


def test_the_result_in_short_counts_what_is_lost_together() -> None:
    given = page(APART, UNSAID).outcome
    assert "1 group of data cannot be brought back to one time." in sentence(given)
    data = cards(given)[-1]
    assert data.word == "Up to 3 days 18 h"
    assert "1 group does not fit together." in data.reasons
