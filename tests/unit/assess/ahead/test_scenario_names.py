"""How a ready-made scenario is asked for, and what is said where nobody made it."""

from __future__ import annotations

import pytest

from refloat.assess.ahead.ready_made import scenario_named
from refloat.model.ahead import Fate
from refloat.model.errors import MissingInput, UsageProblem
from tests.unit.assess.ahead.test_what_falls import company, lost

FIRM = """
sites: [hq, dr]
vendors: {acme: {name: Acme Cloud, contact: "1"}}
services: {app: {name: App, owner: ana, needs: [sign-on], vendors: [acme]}}
components: {sign-on: {kind: identity, site: hq}}
"""


@pytest.mark.parametrize("name", ["ransomware", "ransom", "identity", "site:hq", "provider"])
def test_a_scenario_is_found_by_its_name_or_by_how_it_begins(name: str) -> None:
    assert scenario_named(company(FIRM), name).key.startswith(name)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("ransomeware", "Did you mean ransomware?"),
        ("Ransomware", "Did you mean ransomware?"),
        ("identity-outage", "Did you mean identity?"),
        ("hq", "Did you mean site:hq?"),
        ("acme", "Did you mean provider:acme?"),
        ("flood", "There are identity, ransomware, site:dr, site:hq, provider:acme;"),
    ],
)
def test_what_is_likest_is_named(name: str, meant: str) -> None:
    with pytest.raises(MissingInput) as told:
        scenario_named(company(FIRM), name)
    assert (told.value.hint or "").startswith(meant)


def test_what_several_begin_with_is_not_enough() -> None:
    with pytest.raises(UsageProblem) as told:
        scenario_named(company(FIRM), "site")
    assert told.value.hint == "There are site:dr, site:hq."


def test_where_nothing_can_be_lost_there_is_no_scenario() -> None:
    with pytest.raises(MissingInput) as told:
        scenario_named(company("services: {}\n"), "ransomware")
    assert told.value.hint == "The plan suggests none."


def test_the_part_that_is_surely_not_restored_is_named_before_those_that_wait_for_it() -> None:
    text = """
services: {app: {name: App, owner: ana, needs: [server, dns]}}
components: {server: {kind: application, needs: [dns]}, dns: {kind: network}}
"""
    (app,) = lost(company(text), "app").services
    assert app.fate is Fate.GONE
    assert app.because == "App does not come back: nobody wrote down how to put dns back."
