"""How long a test counts: by tier, and half as long where next to nothing may be lost (R-155)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from refloat.app.workspace import catalogue
from refloat.plan import parse

DAY = timedelta(days=1)
PLAN = """
organisation: Quince Street Veterinary
policy: {{test_every: {{1: 92 days, 2: 184 days}}, near_zero: 5 min}}
services:
  till:
    name: The till
    tier: {tier}
    objectives: {{rpo: {{target: {rpo}}}, rto: {{target: {rto}}}}}
    {more}
"""


def counts_for(tier: int, rpo: str, rto: str, more: str = "") -> timedelta:
    text = PLAN.format(tier=tier, rpo=rpo, rto=rto, more=more)
    return parse(text.encode(), "refloat.yaml", catalogue(), {}).services["till"].evidence_valid_for


@pytest.mark.requirement("R-155")
@pytest.mark.parametrize(
    ("tier", "rpo", "rto", "days"),
    [
        (1, "15 min", "2 h", 92),
        (2, "15 min", "2 h", 184),
        (1, "5 min", "2 h", 46),
        (1, "301 s", "2 h", 92),
        (2, "1 h", "5 min", 92),
    ],
)
def test_stricter_targets_shorten_the_time_for_which_a_test_counts(
    tier: int, rpo: str, rto: str, days: int
) -> None:
    assert counts_for(tier, rpo, rto) == days * DAY


def test_a_service_is_taken_at_its_word() -> None:
    assert counts_for(1, "1 min", "2 h", "evidence_valid_for: 80 days") == 80 * DAY
