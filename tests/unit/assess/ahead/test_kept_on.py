"""Copies that are kept on a NAS or a host of the plan are lost together with it."""

from __future__ import annotations

import pytest

from refloat.model.ahead import CopyFate, Fate
from tests.unit.assess.ahead.test_what_belongs_together import points
from tests.unit.assess.ahead.test_what_falls import company, data_set, lost, service

FIRM = """
sites: [hq, dr]
vendors: {acme: {name: Acme}}
repositories:
  r1: {name: R one, failure_domain: DOMAIN, encrypted: no}
services:
  storage: {name: Storage, owner: ana, needs: [nas]}
  desk: {name: Desk, owner: ana, needs: [docs]}
components:
  nas: {name: the Shared-NAS, kind: infrastructure, STANDS, takes: 1 h}
  docs: {name: the documents, kind: files, site: dr, watch: {copies: [r1]}}
"""
AT_HQ = FIRM.replace("STANDS", "site: hq")


def copies(text: str, *lose: str) -> CopyFate:
    given = company(text, *points((1, "docs")))
    return data_set(lost(given, "component:docs", *lose), "docs").copies[0].fate


@pytest.mark.parametrize("lose", ["component:nas", "storage", "failure-domain:nas", "hq"])
def test_where_the_failure_domain_is_its_key_they_surely_are(lose: str) -> None:
    assert copies(AT_HQ.replace("DOMAIN", "nas"), lose) is CopyFate.LOST


@pytest.mark.parametrize(("domain", "place"), [("shared nas", "r1"), ("rack", "nas")])
def test_where_only_the_name_is_its_own_or_the_repository_s_it_is_not_known(
    domain: str, place: str
) -> None:
    text = AT_HQ.replace("DOMAIN", domain).replace("r1", place)
    given = company(text, *points((1, "docs"), place=place))
    found = lost(given, "docs", "component:nas")
    assert data_set(found, "docs").fate is Fate.UNKNOWN


@pytest.mark.parametrize("domain", ["nas two", "rack"])
def test_with_another_name_they_survive(domain: str) -> None:
    assert copies(AT_HQ.replace("DOMAIN", domain), "component:nas") is CopyFate.SURVIVES


def test_they_stand_where_it_stands_and_nowhere_else() -> None:
    given = company(
        AT_HQ.replace("DOMAIN", "nas").replace("[hq, dr]", "[hq, dr, port]"), *points((1, "docs"))
    )
    assert data_set(lost(given, "docs", "port"), "docs").copies[0].fate is CopyFate.SURVIVES


def test_it_falls_with_what_its_copies_fail_with() -> None:
    given = company(AT_HQ.replace("DOMAIN", "nas"), *points((1, "docs")))
    assert service(lost(given, "failure-domain:nas"), "storage").fate is Fate.BACK
    assert service(lost(given, "failure-domain:nas"), "desk").fate is Fate.UNTOUCHED


def test_what_a_vendor_runs_takes_the_copies_on_it_along() -> None:
    assert copies(FIRM.replace("STANDS", "vendor: acme").replace("DOMAIN", "nas"), "acme") is (
        CopyFate.LOST
    )


def test_a_data_set_of_that_name_takes_no_copies_along_when_it_is_deleted() -> None:
    data = AT_HQ.replace("DOMAIN", "docs")
    assert copies(data) is CopyFate.SURVIVES
