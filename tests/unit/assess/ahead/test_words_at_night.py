"""What a scenario says is no surer than it is, and can be read at night."""

from __future__ import annotations

import pytest

from refloat.model.access import Right
from tests.unit.assess.ahead.test_what_belongs_together import points
from tests.unit.assess.ahead.test_what_falls import company, data_set, lost, scenario
from tests.unit.assess.copied import seen_right

HOSPITAL = """
sites: [hq, dr]
repositories:
  r1: {name: R one, site: dr, encrypted: ENCRYPTED}
platforms: {tool: {name: the tool, sign_in: domain accounts, needs: [directory]}}
principals: {admins: {kind: privileged}}
services: {directory: {name: Directory, owner: ana, tier: 1, needs: [dc]}}
components:
  dc: {name: the controller, kind: virtual machine, site: hq, watch: {platform: tool, copies: [r1]}}
"""
PLAIN = HOSPITAL.replace("ENCRYPTED", "no")


@pytest.mark.parametrize(
    ("allowed", "said"), [(None, "Copies perhaps survive, and"), (False, "Copies survive, and")]
)
def test_copies_that_perhaps_survive_are_not_said_to(allowed: bool | None, said: str) -> None:
    rights = [] if allowed is None else [seen_right("admins", "r1", one, allowed) for one in Right]
    found = scenario(company(PLAIN, *points((1, "dc")), *rights), "ransomware")
    assert data_set(found, "dc").because == (
        f"{said} nobody can sign in to the tool, which restores them."
    )


def test_it_is_said_where_keys_are_that_may_be_lost() -> None:
    kept = HOSPITAL.replace("ENCRYPTED", "yes, key_kept: the safe in hq")
    found = lost(company(kept, *points((1, "dc"))), "site:hq")
    assert "Find out whether the keys to R one would survive (the safe in hq)." in found.surer
