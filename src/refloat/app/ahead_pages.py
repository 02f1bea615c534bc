"""What lies ahead as pages for people: a scenario, with its forecast or without; weakest points."""

from __future__ import annotations

from datetime import datetime

from refloat.app.assess import Ground
from refloat.assess.ground.graph import observed_needs
from refloat.model.ahead import ScenarioOutcome, Weakest
from refloat.model.forecast import Forecast
from refloat.report.ahead import AheadInput, scenario_page, weakest_page


def scenario(
    found: Ground, outcome: ScenarioOutcome, instant: datetime, forecast: Forecast | None = None
) -> bytes:
    """Make the page on a scenario; with a forecast of it, one page tells both.

    The same plan, facts, instant and losses give the same bytes.

    Args:
        found: the plan and the facts.
        outcome: what the scenario does at the instant.
        instant: the instant.
        forecast: how long the recovery takes; None if nobody asked.
    """
    seen = observed_needs(found.plan, found.facts, instant)
    return scenario_page(AheadInput(found.plan, outcome, seen, forecast))


def weakest(found: Ground, points: Weakest) -> bytes:
    """Make the page on the weakest points."""
    return weakest_page(found.plan, points)
