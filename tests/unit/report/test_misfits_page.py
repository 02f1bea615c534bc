"""The page says which services rest on data that may not fit together, and whose it is."""

from __future__ import annotations

import pytest
from test_ahead_page import section, words

from refloat.model.ahead import ScenarioOutcome
from refloat.report._ahead_words import cards, sentence
from refloat.report.ahead import AheadInput, scenario_page
from tests.unit.assess.ahead.test_misfits import FAR, FIRM, TWO
from tests.unit.assess.ahead.test_what_falls import company, lost, scenario


@pytest.fixture(scope="module")
def found() -> ScenarioOutcome:
    return scenario(company(FIRM, *FAR), "site:hq")


@pytest.fixture(scope="module")
def page(found: ScenarioOutcome) -> bytes:
    return scenario_page(AheadInput(company(FIRM).plan, found))


def test_it_is_said_in_short_whose_data_it_is_and_how_many_need_it(found: ScenarioOutcome) -> None:
    assert sentence(found).endswith(
        " 1 group of data cannot be brought back to one time, of Ledger; 2 more cannot run without"
        " it."
    )
    back = cards(found)[0]
    assert (back.mark, back.reasons) == (
        "open",
        ("The data of 1 may not fit together.", "2 need such data of others."),
    )


def test_services_are_marked_and_name_the_way(page: bytes) -> None:
    text = words(section(page, "services"))
    assert text.count(", may not fit;") == 1
    assert text.count(", on what may not fit;") == 2
    assert "portal <- payments <- ledger" in text


def test_the_group_says_whose_it_is_and_what_needs_it(page: bytes) -> None:
    text = words(section(page, "data")).partition("Data that must be of one time")[2]
    assert "LedgerNeeded by Payments and Portal" in text


def test_the_map_marks_what_may_not_fit(page: bytes) -> None:
    drawn = section(page, "map")
    assert "the database: may not fit" in drawn
    assert "the pages: restored" in drawn
    said = page.decode().partition("The same in words.")[2].partition("</table>")[0]
    assert ", on what may not fit" in said
    assert "may not fit</" in said


def test_what_goes_on_with_such_data_is_not_called_untouched() -> None:
    given = company(TWO, *FAR)
    text = words(section(scenario_page(AheadInput(given.plan, lost(given, "db"))), "services"))
    assert "Goes on, may not fit together" in text
    assert "Wiki" not in text.partition("Untouched:")[2]
