"""What falls with a loss: plans of a few lines in which what nobody wrote down was once a yes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from refloat.app.workspace import catalogue
from refloat.assess.ahead.losses import put_together
from refloat.assess.ahead.ready_made import scenario_named
from refloat.assess.ahead.scenario import scenario_outcome
from refloat.assess.organisation import Organisation
from refloat.feed import read
from refloat.model.access import Right
from refloat.model.ahead import CopyFate, DataSetOutcome, ScenarioOutcome, ServiceOutcome
from refloat.model.answers import Reach
from refloat.model.errors import MissingInput
from refloat.model.feed import CopySeen, FeedFact, PointSeen
from refloat.model.feed_people import Attestation
from refloat.plan import parse
from tests.unit.assess.copied import (
    BOX,
    HOUR,
    NOW,
    organisation,
    point,
    seen_right,
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
    [
        "yard",
        "the yard cellar",
        "acme",
        "acme-syd",
        "Ana's home",
        "some cloud",
        "off-site",
        "elsewhere",
    ],
)
def test_another_site_a_vendor_and_plain_words_are_elsewhere(domain: str) -> None:
    text = BOOKSHOP.format(sites="shop, yard", domain=domain, where="site: shop, ")
    found = lost(company(text, seen("stock", "nas")), "site:shop")
    assert fate(found, "till") == "comes back"


# Sealed accounts

DOMAIN = """
principals: {{admins: {{kind: privileged}}{glass}}}
repositories:
  r1: {{name: R one, authentication_domain: ad, failure_domain: x, encrypted: no, lock: none}}
services: {{app: {{name: App, owner: ana, tier: 1, needs: [app-db]}}}}
components: {{app-db: {{kind: database, watch: {{copies: [r1]}}}}}}
"""
GLASS = ", glass: {kind: break glass}"


@pytest.mark.parametrize(
    ("glass", "rights", "expected"),
    [
        ("", (), "does not come back"),
        (GLASS, (), "not known"),
        (GLASS, ((Right.READ_OTHER, True),), "comes back"),
        (GLASS, ((Right.ANY, False),), "does not come back"),
    ],
)
def test_a_sealed_account_of_unknown_rights_perhaps_opens_what_others_cannot(
    glass: str, rights: tuple[tuple[Right, bool], ...], expected: str
) -> None:
    looks = [seen_right("glass", "r1", right, allowed) for right, allowed in rights]
    given = company(DOMAIN.format(glass=glass), seen("app-db", "r1"), *looks)
    assert fate(lost(given, "ad", "app-db"), "app") == expected


# What vendors run

RENTED = """
sites: [hq]
vendors: {acme: {name: Acme CRM, contact: "1"}, lift: {name: The lift people, contact: "2"}}
services:
  crm: {name: CRM, owner: ana, tier: 1, needs: [crm-app], vendors: [acme]}
  bare: {name: Bare, owner: ana, tier: 1}
components: {crm-app: {kind: vendor, vendor: acme, name: the CRM itself}}
"""


def test_an_intruder_at_home_does_not_take_what_a_vendor_runs() -> None:
    found = scenario(company(RENTED), "ransomware")
    assert fate(found, "crm") == "untouched"


@pytest.mark.parametrize("lose", ["site:hq", "acme", "lift", "production"])
def test_what_nobody_explained_may_fall(lose: str) -> None:
    assert fate(lost(company(RENTED), lose), "bare") == "not known"


MAIL = """
vendors: {{{vendors}}}
repositories: {{r2: {{name: R two, site: dr, encrypted: no}}}}
services: {{mail: {{name: Mail, owner: ana, tier: 1, needs: [mbx]}}}}
components: {{mbx: {{kind: microsoft 365, watch: {{copies: [r2]}}}}}}
"""
MS, LIFT = 'ms: {name: Microsoft, contact: "1"}', 'lift: {name: The lift people, contact: "2"}'


@pytest.mark.parametrize(
    ("vendors", "lose", "expected"),
    [
        (MS, "vendor:ms", "not known"),
        (f"{MS}, {LIFT}", "vendor:lift", "untouched"),
        (LIFT, "vendor:lift", "not known"),
    ],
)
def test_what_is_rented_nobody_wrote_down_where_may_fall_with_a_vendor(
    vendors: str, lose: str, expected: str
) -> None:
    given = company(MAIL.format(vendors=vendors), seen("mbx", "r2"))
    assert fate(lost(given, lose), "mail") == expected


# What lies on what

FARM = """
sites: [north, south]
repositories: {disk2: {name: disk south, site: south, encrypted: no}}
services: {farm: {name: Farm, owner: ana, tier: 1, needs: [vm1]}}
components:
  vm1: {kind: virtual machine, site: north, needs: [hv], takes: 1 h, watch: {copies: [disk2]}}
  hv: {kind: infrastructure, site: north, takes: 3 h, name: the host}
"""


def test_what_lay_on_a_lost_host_is_restored_too() -> None:
    found = lost(company(FARM, seen("vm1", "disk2")), "hv")
    assert fate(found, "farm") == "comes back"
    assert service(found, "farm").seconds == (4 * HOUR).total_seconds()
    assert service(found, "farm").loss_seconds == (2 * HOUR).total_seconds()
    bare = lost(company(FARM.replace(", watch: {copies: [disk2]}", "")), "hv")
    assert fate(bare, "farm") == "not known"
    assert "Nobody knows whether it is lost, too" in data_set(bare, "vm1").because


def test_what_lay_on_a_host_that_is_away_for_good_is_not_away_for_good() -> None:
    given = company(FARM, seen("vm1", "disk2"))
    found = scenario_outcome(given, put_together(given, (), ("hv",)))
    assert data_set(found, "vm1").fate.value == "comes back"
    assert (
        service(found, "farm").because == "Farm does not come back: nothing brings the host back."
    )


def test_what_lies_on_a_machine_that_is_copied_comes_back_with_it() -> None:
    text = FARM.replace("needs: [vm1]}", "needs: [vm1, inside]}")
    text += "  inside: {kind: database, needs: [vm1]}\n"
    assert fate(lost(company(text, seen("vm1", "disk2")), "vm1"), "farm") == "comes back"


# Standbys

TWICE = """
sites: [north, south]
repositories: {r1: {name: R one, site: south, encrypted: no}}
services: {app: {name: App, owner: ana, tier: 1, needs: [web, net, db], standby: yes}}
components:
  web: {kind: application, site: north, takes: 1 h}
  net: {kind: network, site: north}
  db: {kind: database, site: north, takes: 1 h, watch: {copies: [r1]}}
"""


def test_a_standby_perhaps_takes_over_from_a_machine_and_never_from_deleted_data() -> None:
    given = company(TWICE, seen("db", "r1"))
    assert fate(lost(given, "net"), "app") == "not known"
    assert fate(lost(given, "web"), "app") == "comes back"
    found = lost(given, "db")
    assert (fate(found, "app"), service(found, "app").loss_seconds) == ("comes back", 7200.0)
    assert fate(lost(given, "app"), "app") == "does not come back"
    assert "standby of App takes over" in service(lost(given, "net"), "app").because
    assert any("standby of App" in one for one in lost(given, "net").assumes)
    assert any("standby of App" in one for one in lost(given, "site:north").assumes)


# Rights to everything

TAKEN = """
principals: {admins: {kind: privileged}}
repositories: {r1: {name: R one, failure_domain: x, encrypted: no, lock: none}}
services: {app: {name: App, owner: ana, tier: 1, needs: [app-db]}}
components: {app-db: {kind: database, watch: {copies: [r1]}}}
"""


def test_an_account_that_may_do_anything_can_alter_copies() -> None:
    line = {
        "kind": "access_fact",
        "source": {"instance": "box"},
        "external_id": "a1",
        "observed_at": "2026-11-21T09:00:00Z",
        "principal": "admins",
        "path": "r1",
        "rights": ["any"],
    }
    facts = [one for one in read([json.dumps(line).encode()]) if isinstance(one, FeedFact)]
    assert len(facts) == len(Right)
    given = company(TAKEN, seen("app-db", "r1"), *facts)
    found = scenario(given, "ransomware")
    assert fate(found, "app") == "does not come back"
    assert data_set(found, "app-db").copies[0].fate is CopyFate.EXPOSED


# What signing in needs

CIRCLE = """
platforms: {{veeam: {{name: Veeam{said}}}}}
repositories: {{r1: {{name: R one, failure_domain: x, encrypted: no{domain}}}}}
services:
  login: {{name: Sign-in, owner: ana, tier: 1, needs: [ad]}}
  app: {{name: App, owner: ana, tier: 1, needs: [db]}}
components:
  ad: {{kind: identity, name: Directory, watch: {{platform: veeam, copies: [r1]}}}}
  db: {{kind: database, watch: {{platform: veeam, copies: [r1]}}}}
"""


@pytest.mark.parametrize(
    ("said", "domain", "expected"),
    [
        ("", "", "not known"),
        (", sign_in: domain accounts", "", "not known"),
        (", sign_in: local accounts", "", "comes back"),
        (", break_glass: yes", "", "comes back"),
        (", needs: [login]", "", "does not come back"),
        (", sign_in: local accounts", ", authentication_domain: AD", "not known"),
        (", sign_in: local accounts", ", authentication_domain: other", "comes back"),
    ],
)
def test_what_signing_in_needs_nobody_wrote_down_may_be_the_lost_identity(
    said: str, domain: str, expected: str
) -> None:
    points = seen("ad", "r1"), seen("db", "r1")
    given = company(CIRCLE.format(said=said, domain=domain), *points)
    assert fate(scenario(given, "identity"), "login") == expected
    assert fate(lost(given, "ad"), "login") == expected
    assert fate(lost(given, "db"), "app") == "comes back", "the directory runs"


def test_it_is_said_that_nobody_wrote_down_what_signing_in_needs() -> None:
    given = company(CIRCLE.format(said="", domain=""), seen("ad", "r1"), seen("db", "r1"))
    found = scenario(given, "identity")
    (access,) = [one for one in found.access if one.what == "signing in to Veeam"]
    assert (access.reach, access.because[:23]) == (Reach.UNKNOWN, "Nobody wrote down what ")
    assert any("Veeam can be signed in to without Directory" in one for one in found.surer)
    (access,) = [one for one in lost(given, "db").access if one.what == "signing in to Veeam"]
    assert access.reach is Reach.REACHABLE


# Documents

BOOK = """
sites: [hq, dr]
documents:
  book: {content: [recovery instructions], locations: [A folder in the safe at HQ, A drawer at dr]}
channels: {wall: {name: The screen in the hall of hq}}
services: {app: {name: App, owner: ana, tier: 1, needs: [web]}}
components: {web: {kind: application, site: hq, takes: 1 h}}
"""


def test_a_document_at_a_lost_site_cannot_be_read() -> None:
    put = Attestation(
        *(BOX, "kit", NOW - HOUR, "kit", "offline-kit-placed", "", "ana", "", NOW - HOUR),
        where="the cupboard at hq",
    )
    given = company(BOOK, put)
    kept = "recovery kit: the cupboard at hq"
    (book,) = lost(given, "site:hq").documents
    assert (book.readable_at, book.later_at, book.needs) == (("A drawer at dr",), (), ("hq",))
    (wall,) = lost(given, "site:hq").channels
    assert (wall.readable_at, wall.needs) == ((), ("hq",))
    (book,) = lost(given, "site:dr").documents
    assert book.readable_at == (kept, "A folder in the safe at HQ")


def test_a_key_in_other_capitals_is_near() -> None:
    given = company(FARM, seen("vm1", "disk2"))
    with pytest.raises(MissingInput) as complaint:
        put_together(given, ["VM1"])
    assert complaint.value.hint == "Did you mean vm1?"


def test_an_intruder_leaves_tools_that_can_be_put_anew() -> None:
    found = scenario(company(TAKEN, seen("app-db", "r1")), "ransomware")
    assert "The tools that restore can be put anew." in found.assumes
