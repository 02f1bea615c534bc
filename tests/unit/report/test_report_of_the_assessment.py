"""The report on what the assessment really says, from the plan of the sample business."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import report_sample as sample

from refloat import registry
from refloat.assess import compare, run_sheet, service_status
from refloat.model.facts import DrillFact, Facts, PointsFact
from refloat.model.options import AdapterCatalogue
from refloat.model.plan import Plan
from refloat.plan import closure, fingerprint, order, parse, service_fingerprint
from refloat.report import ReportInput
from refloat.report.html import page
from refloat.report.text import verdict_table
from refloat.report.words import recovery_answer

PLAN = Path(__file__).parents[3] / "examples" / "harbour-street" / "refloat.yaml"
ROOMS = ("engines", "data_sets", "checks", "sandboxes")


@pytest.fixture(scope="module")
def plan() -> Plan:
    catalogue = AdapterCatalogue(**{room: registry.describe(room) for room in ROOMS})
    complaints = {name: check.complaints for name, check in registry.adapters("checks").items()}
    return parse(PLAN.read_bytes(), PLAN.name, catalogue, complaints)


def reported(plan: Plan, facts: Facts, drill: DrillFact | None) -> ReportInput:
    return ReportInput(
        plan=plan,
        service="booking",
        waves=order(plan, "booking"),
        status=service_status(plan, "booking", facts, sample.NOW),
        drill=drill.record if drill else None,
        comparison=compare(plan, facts, "booking", sample.NOW),
        evidence=sample.evidence(),
        run_sheet=run_sheet(plan, facts, "booking", sample.NOW),
    )


def drilled(plan: Plan) -> tuple[Facts, DrillFact]:
    environment = replace(
        sample.drill().environment,
        plan=fingerprint(plan),
        service=service_fingerprint(plan, "booking"),
        closure=tuple(closure(plan, "booking")),
    )
    fact = DrillFact(
        41, sample.DECLARED + timedelta(minutes=1), replace(sample.drill(), environment=environment)
    )
    points = tuple(sample.drill().common_recovery_point.points.values())
    return Facts(drills=(fact,), batches=(PointsFact(40, sample.DECLARED, points),)), fact


@pytest.mark.requirement("R-075")
def test_before_any_fact_the_report_says_so(plan: Plan) -> None:
    given = reported(plan, Facts(), None)
    content = page(given).decode()
    table = content.partition('id="comparison-table"')[2].partition("</table>")[0]
    assert table.partition("<tbody>")[2].count("<tr>") == 5
    assert "NOT KNOWN" in table
    assert '<article class="answer open">' in content
    assert '<article class="answer good">' not in content


@pytest.mark.requirement("R-001")
def test_a_drill_that_nobody_approved_targets_for_proves_nothing(plan: Plan) -> None:
    facts, fact = drilled(plan)
    given = reported(plan, facts, fact)
    [row] = verdict_table([given.status])
    assert row.recovery_mark != "good"
    # The drill itself was fine; the page must not say that it was not.
    assert "did not come back" not in recovery_answer(given.status).sentence
    content = page(given).decode()
    assert "not approved" in content
    assert "The copy is usable" in content
    for component in plan.components.values():
        assert component.name or component.key in content
