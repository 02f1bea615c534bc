"""Somebody else acts as a member of groups: what these may do, and what else they may."""

from __future__ import annotations

import pytest

from refloat.assess.ahead.losses import losses_named
from refloat.model.access import Right
from refloat.model.ahead import CopyFate, Loss, LossKind
from refloat.model.errors import MissingInput
from refloat.model.feed import CopySeen
from tests.unit.assess.ahead.test_what_falls import company, data_set, lost
from tests.unit.assess.copied import HOUR, NOW, point, seen_right

FIRM = """
sites: [hq, dr]
principals:
  inner: {kind: unprivileged, members: [jo, ana]}
  middle: {kind: unprivileged, members: [inner]}
  outer: {kind: backup administrator, members: [middle]}
  others: {kind: unprivileged, members: [ana]}
repositories: {r1: {site: dr, encrypted: no}}
services: {app: {name: App, owner: ana, needs: [db]}}
components: {db: {kind: database, site: hq, watch: {copies: [r1]}}}
"""
FACTS = (
    point("db", NOW - HOUR, copies=(CopySeen("r1"),)),
    seen_right("outer", "r1", Right.DELETE, True),
)


@pytest.mark.parametrize("name", ["jo", "principal:jo", "principal:ana"])
def test_whoever_acts_as_a_member_acts_as_its_groups_and_theirs(name: str) -> None:
    (copy,) = data_set(lost(company(FIRM, *FACTS), name, "db"), "db").copies
    assert (copy.fate, copy.way) == (CopyFate.EXPOSED, "inner -> middle -> outer -> r1")


def test_every_group_of_a_member_is_meant_and_a_person_is_only_away() -> None:
    given = company(FIRM, *FACTS)
    inner, others = (Loss(LossKind.PRINCIPAL, key) for key in ("inner", "others"))
    assert losses_named(given, ["principal:ana", "hq"]) == (
        inner,
        others,
        Loss(LossKind.SITE, "hq"),
    )
    assert losses_named(given, ["ana"]) == (Loss(LossKind.PERSON, "ana"),)
    assert losses_named(given, ["principal:inner"]) == (inner,)
    with pytest.raises(MissingInput):
        losses_named(given, ["principal:nobody"])
