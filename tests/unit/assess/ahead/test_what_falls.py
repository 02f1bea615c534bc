"""What falls with a loss: plans of a few lines in which what nobody wrote down was once a yes."""

from __future__ import annotations

from typing import Any

import pytest

from refloat.app.workspace import catalogue
from refloat.assess.ahead.losses import put_together
from refloat.assess.ahead.ready_made import ready_made, scenario_named
from refloat.assess.ahead.scenario import scenario_outcome
from refloat.assess.organisation import Organisation
from refloat.model.access import PrincipalKind, Right
from refloat.model.ahead import CopyFate, DataSetOutcome, ScenarioOutcome, ServiceOutcome
from refloat.model.feed import CopySeen, FeedFact, PointSeen
from refloat.plan import parse
from tests.unit.assess.copied import (
    DAY,
    HOUR,
    NOW,
    organisation,
    point,
    seen_right,
    service_test,
)

PEOPLE = "people: {ana: {name: Ana Silva, roles: [owner]}}\n"


def company(text: str, *facts: FeedFact) -> Organisation:
    written = f"organisation: Small\n{PEOPLE}{text}"
    return organisation(parse(written.encode(), "refloat.yaml", catalogue(), {}), *facts)


def lost(given: Organisation, *lose: str) -> ScenarioOutcome:
    return scenario_outcome(given, put_together(given, lose))


def scenario(given: Organisation, name: str) -> ScenarioOutcome:
    return scenario_outcome(given, scenario_named(given, name))


def fate(found: ScenarioOutcome, key: str) -> str:
    return service(found, key).fate.value


def service(found: ScenarioOutcome, key: str) -> ServiceOutcome:
    return next(one for one in found.services if one.service == key)


def data_set(found: ScenarioOutcome, key: str) -> DataSetOutcome:
    return next(one for one in found.data_sets if one.data_set == key)


def seen(data: str, *repositories: str, **changes: Any) -> PointSeen:
    copies = tuple(CopySeen(one) for one in repositories)
    return point(data, NOW - 2 * HOUR, copies=copies, **changes)


# Where copies stand

BOOKSHOP = """
sites: [{sites}]
vendors: {{acme: {{name: Acme Vaults, contact: "1"}}}}
repositories:
  nas: {{name: the disk, failure_domain: {domain}, encrypted: no, lock: none}}
platforms: {{tool: {{name: the tool, needs: [], sign_in: local accounts}}}}
services:
  till: {{name: The till, owner: ana, tier: 1, needs: [stock]}}
components:
  stock: {{kind: database, {where}watch: {{platform: tool, copies: [nas]}}}}
"""


@pytest.mark.parametrize("domain", ["back office", "nas", "rack 2", "my shop", "shop-cellar"])
@pytest.mark.parametrize("where", ["", "site: shop, "])
def test_copies_that_stand_nobody_wrote_down_where_may_be_lost_with_a_site(
    domain: str, where: str
) -> None:
    given = company(BOOKSHOP.format(sites="shop", domain=domain, where=where), seen("stock", "nas"))
    found = lost(given, "site:shop")
    assert fate(found, "till") == "not known"
    assert data_set(found, "stock").copies[0].fate is CopyFate.UNKNOWN
    assert any("stock in the disk would survive" in one for one in found.surer)


@pytest.mark.parametrize(
    "domain",
    ["yard", "the yard cellar", "acme", "acme-syd", "Ana's home", "some cloud", "off-site"],
)
def test_another_site_a_vendor_and_plain_words_are_elsewhere(domain: str) -> None:
    text = BOOKSHOP.format(sites="shop, yard", domain=domain, where="site: shop, ")
    found = lost(company(text, seen("stock", "nas")), "site:shop")
    assert fate(found, "till") == "comes back"
