"""The first sentence of the page on what could happen."""

from __future__ import annotations

from datetime import UTC, datetime

from refloat.model.ahead import (
    DataSetOutcome,
    Fate,
    Scenario,
    ScenarioOutcome,
    ServiceOutcome,
)
from refloat.report._ahead_words import sentence


def said(*data: DataSetOutcome) -> str:
    wiki = ServiceOutcome("wiki", "Wiki", 1, Fate.UNTOUCHED, "Nothing is touched.", seconds=0.0)
    scenario = Scenario("site:hq", "The site hq is lost", ())
    return sentence(ScenarioOutcome(scenario, datetime(2026, 11, 22, tzinfo=UTC), (wiki,), data))


def test_data_that_stays_away_is_said_though_every_service_goes_on() -> None:
    pictures = DataSetOutcome("pictures", "Pictures", True, Fate.GONE, "Nothing copies it.")
    films = DataSetOutcome("films", "Films", True, Fate.UNKNOWN, "It is not known.")
    assert said(pictures) == (
        "No service goes down: it goes on. 1 data set does not come back: Pictures."
    )
    assert said(films).endswith(" 1 data set perhaps does not come back: Films.")


def test_data_that_comes_back_is_passed_over() -> None:
    back = DataSetOutcome("pictures", "Pictures", True, Fate.BACK, "It comes back.")
    kept = DataSetOutcome("films", "Films", False, Fate.UNTOUCHED, "It is not touched.")
    assert said(back, kept) == "No service goes down: it goes on."
