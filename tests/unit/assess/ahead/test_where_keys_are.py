"""Keys and passwords: where they are kept decides whether copies can be opened."""

from __future__ import annotations

from datetime import timedelta

import pytest

from refloat.model.answers import Reach
from refloat.model.feed import CopySeen
from tests.unit.assess.ahead.test_what_falls import company, data_set, fate, lost, scenario, seen
from tests.unit.assess.copied import HOUR, NOW, point

KEPT = """
sites: [hq, dr]
repositories: {{r1: {{name: R one, site: dr, encrypted: yes{kept}}}}}
services: {{vault: {{name: Vault, owner: ana, tier: 1, needs: [vault-db]}}}}
components:
  vault-db: {{kind: settings, site: hq, name: The password vault, watch: {{copies: [r1]}}}}
"""

OWN = """
sites: [hq, other]
repositories:
  r1: {{engine: restic, location: /mnt/r, password: "{password}", failure_domain: abroad{kept}}}
services: {{app: {{name: App, owner: ana, tier: 1, needs: [db]}}}}
components:
  db: {{kind: files, site: hq, protect: {{files: /srv, repository: r1, every: 1 day}}}}
"""


def kept(where: str = "") -> str:
    return KEPT.format(kept=f", key_kept: '{where}'" if where else "")


def own(where: str = "", password: str = "file:/root/password") -> str:
    return OWN.format(kept=f", key_kept: '{where}'" if where else "", password=password)


def test_keys_that_nobody_wrote_down_are_not_known() -> None:
    found = lost(company(kept(), seen("vault-db", "r1")), "vault-db")
    assert fate(found, "vault") == "not known"
    assert [(one.what, one.reach) for one in found.access] == [("the keys to R one", Reach.UNKNOWN)]
    assert "Write down where the keys to R one are kept." in found.surer


def test_what_a_source_calls_encrypted_needs_a_key_whatever_the_plan_leaves_unsaid() -> None:
    text = kept().replace(", encrypted: yes", "")
    for encrypted, told in ((True, "not known"), (False, "comes back"), (None, "comes back")):
        copy = CopySeen("r1", encrypted=encrypted)
        given = company(text, point("vault-db", NOW - HOUR, copies=(copy,)))
        found = lost(given, "vault-db")
        assert fate(found, "vault") == told
        assert [one.what for one in found.access] == ["the keys to R one"] * (encrypted is True)
    copy = CopySeen("r1", encrypted=True, key_kept="a safe at the bank")
    found = lost(company(text, point("vault-db", NOW - HOUR, copies=(copy,))), "vault-db")
    assert fate(found, "vault") == "comes back"


def test_copies_beside_encrypted_ones_need_no_key() -> None:
    text = """
sites: [hq, dr]
repositories: {r1: {name: R one, site: dr}}
services:
  a: {name: A, owner: ana, tier: 1, needs: [a-db]}
  b: {name: B, owner: ana, tier: 1, needs: [b-db]}
components:
  a-db: {kind: settings, site: hq, name: A's data, watch: {copies: [r1]}}
  b-db: {kind: settings, site: hq, name: B's data, watch: {copies: [r1]}}
"""
    closed, plain = CopySeen("r1", encrypted=True), CopySeen("r1", encrypted=False)
    facts = [
        point("a-db", NOW - HOUR, copies=(closed,)),
        point("b-db", NOW - HOUR, copies=(plain,)),
    ]
    found = lost(company(text, *facts), "a-db", "b-db")
    assert [fate(found, key) for key in ("a", "b")] == ["not known", "comes back"]


def test_keys_in_a_place_outside_are_there() -> None:
    found = lost(company(kept("a safe at the bank"), seen("vault-db", "r1")), "vault-db")
    assert fate(found, "vault") == "comes back"
    assert found.access[0].because == "They are kept outside of everything that is lost."


@pytest.mark.parametrize(
    "where",
    [
        "in the password vault",
        "in our password vault, of course",
        "password vault (vault-db)",
        "vault-db, and an envelope",
    ],
)
def test_words_around_the_name_of_what_is_lost_are_a_doubt(where: str) -> None:
    found = lost(company(kept(where), seen("vault-db", "r1")), "site:hq")
    assert fate(found, "vault") == "not known"
    assert found.access[0].reach is Reach.UNKNOWN
    assert any("can be had without The password vault" in one for one in found.surer)


def test_the_exact_name_of_what_is_lost_is_no_doubt() -> None:
    found = lost(company(kept("the password vault"), seen("vault-db", "r1")), "site:hq")
    assert fate(found, "vault") == "does not come back"


@pytest.mark.parametrize(("site", "expected"), [("hq", "not known"), ("dr", "untouched")])
def test_words_that_name_a_lost_site_are_a_doubt(site: str, expected: str) -> None:
    given = company(kept("the safe at hq"), seen("vault-db", "r1"))
    assert fate(lost(given, f"site:{site}"), "vault") == expected


@pytest.mark.parametrize("where", ["Ana", "an envelope that Ana Silva has"])
def test_keys_that_somebody_holds_who_is_away_are_not_known(where: str) -> None:
    given = company(kept(where), seen("vault-db", "r1"))
    assert fate(lost(given, "vault-db"), "vault") == "comes back"
    assert fate(lost(given, "ana", "vault-db"), "vault") == "not known"


@pytest.mark.parametrize("password", ["file:/root/password", "env:PASSWORD", "command:pass show r"])
@pytest.mark.parametrize(
    ("where", "site", "expected"),
    [
        ("", "hq", "not known"),
        ("", "other", "untouched"),
        ("a safe at the bank", "hq", "comes back"),
    ],
)
def test_the_machine_with_the_only_password_may_be_lost(
    password: str, where: str, site: str, expected: str
) -> None:
    given = company(own(where, password), seen("db", "r1"))
    found = lost(given, f"site:{site}")
    assert fate(found, "app") == expected
    if expected == "not known":
        (told,) = (one for one in found.access if "credential" in one.what)
        assert told.reach is Reach.UNKNOWN


def test_ransomware_may_take_the_only_password() -> None:
    found = scenario(company(own(), seen("db", "r1")), "ransomware")
    assert fate(found, "app") == "not known"
    assert all(one.reach is not Reach.REACHABLE for one in found.access)


def test_deleted_data_leaves_the_machine_with_the_password() -> None:
    found = lost(company(own(), seen("db", "r1")), "db")
    assert fate(found, "app") == "comes back"
    assert data_set(found, "db").loss_seconds == timedelta(hours=2).total_seconds()


HOSTED = (
    OWN.replace("site: hq, protect", "site: hq, needs: [host], takes: 1 h, protect")
    .replace(
        "components:", "components:\n  host: {{kind: infrastructure, site: hq, takes: 1 h{host}}}"
    )
    .replace("sites:", "vendors: {{rents: {{name: Rents, contact: '1'}}}}\nsites:")
)


def hosted(where: str = "", host: str = "") -> str:
    kept = f", key_kept: '{where}'" if where else ""
    return HOSTED.format(kept=kept, password="file:/root/password", host=host)


@pytest.mark.requirement("R-004")
@pytest.mark.parametrize(
    ("where", "host", "lose", "expected", "reach"),
    [
        ("", "", "host", "not known", Reach.UNKNOWN),
        ("a safe at the bank", "", "host", "comes back", Reach.REACHABLE),
        ("", "", "db", "comes back", Reach.REACHABLE),
        ("", ", vendor: rents", "rents", "not known", Reach.UNKNOWN),
        ("the safe at hq", "", "site:hq", "not known", Reach.UNKNOWN),
        ("the safe at hq", "", "site:other", "untouched", None),
        ("db", "", "site:hq", "does not come back", Reach.UNKNOWN),
    ],
)
def test_the_machine_of_the_only_password_is_what_the_data_lies_on(
    where: str, host: str, lose: str, expected: str, reach: Reach | None
) -> None:
    found = lost(company(hosted(where, host), seen("db", "r1")), lose)
    assert fate(found, "app") == expected
    credentials = [one.reach for one in found.access if "credential" in one.what]
    assert credentials == ([] if reach is None else [reach])


@pytest.mark.requirement("R-004")
@pytest.mark.parametrize(("lose", "reach"), [("site:hq", Reach.UNKNOWN), ("db", Reach.REACHABLE)])
def test_what_refloat_reads_for_a_component_may_be_lost_with_its_machine(
    lose: str, reach: Reach
) -> None:
    reads = "{host: /run, port: 1, database: d, password: file:/root/database}"
    given = own("a safe at the bank").replace("{files: /srv,", f"{{postgresql: {reads},")
    given = given.replace("kind: files", "kind: database")
    found = lost(company(given, seen("db", "r1")), lose)
    told = {one.what.split()[2]: one for one in found.access if "credential" in one.what}
    assert told["file:/root/database"].reach is reach
    assert told["file:/root/password"].reach is Reach.REACHABLE
    asked = "Try whether this works without what is lost: the credential file:/root/database"
    assert any(one.startswith(asked) for one in found.surer) is (reach is Reach.UNKNOWN)


@pytest.mark.parametrize(
    ("kept_at", "site", "expected"),
    [
        ("the safe at hq", "hq", "not known"),
        ("the safe at hq", "dr", "untouched"),
        ("the bank", "hq", "comes back"),
    ],
)
def test_the_words_of_a_copys_own_key_count_too(kept_at: str, site: str, expected: str) -> None:
    text = kept().replace("encrypted: yes", "encrypted: no")
    copy = point("vault-db", NOW - HOUR, copies=(CopySeen("r1", key_kept=kept_at),))
    found = lost(company(text, copy), f"site:{site}")
    assert fate(found, "vault") == expected
    if site == "hq":
        (told,) = found.access
        assert (told.what, told.where) == ("the keys to copies in R one", kept_at)
        assert told.reach is (Reach.UNKNOWN if expected == "not known" else Reach.REACHABLE)
