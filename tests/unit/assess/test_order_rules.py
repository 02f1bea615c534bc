"""Rules about the written recovery: there, whole, and in an order that does not get stuck."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from refloat.model.judgement import Severity
from refloat.model.organisation import Watch, WrittenStep
from refloat.model.plan import (
    Category,
    Component,
    ComponentKind,
    Dependency,
    Plan,
    Protection,
    Strength,
)
from tests.support import changing
from tests.unit.assess import timed
from tests.unit.assess.timed import found

PLAN = timed.plan()
HOUR = timedelta(hours=1)


def with_steps(*steps: WrittenStep, plan: Plan = PLAN) -> Plan:
    return changing.with_service(plan, "claims", steps=steps)


def with_server(plan: Plan = PLAN) -> Plan:
    """Let the claims run on a server that needs their data."""
    server = Component(
        "server", ComponentKind.APPLICATION, "claims server", needs=(Dependency("claims-data"),)
    )
    plan = replace(plan, components={**plan.components, "server": server})
    return changing.with_service(
        plan, "claims", needs=(*plan.services["claims"].needs, Dependency("server"))
    )


@pytest.mark.requirement("R-085", "R-047")
def test_a_step_before_one_that_it_needs_gets_people_stuck() -> None:
    plan = with_steps(
        WrittenStep("start", needs=("restore data", "restore settings")),
        WrittenStep("restore data"),
        WrittenStep("restore settings"),
    )
    (finding,) = found("RESTORE_ORDER_INVALID", plan)
    assert (finding.subject, finding.severity) == ("service claims", Severity.HIGH)
    assert "“start” comes before “restore data” and “restore settings”" in finding.sentence
    assert finding.inputs["steps"] == (
        {"step": "start", "needs": "restore data"},
        {"step": "start", "needs": "restore settings"},
    )
    right = with_steps(*plan.services["claims"].steps[1:], plan.services["claims"].steps[0])
    assert found("RESTORE_ORDER_INVALID", right) == []


@pytest.mark.requirement("R-085")
def test_a_component_comes_back_after_what_it_needs() -> None:
    wrong = with_steps(
        WrittenStep("start the server", brings_back="server"),
        WrittenStep("restore the data", brings_back="claims-data"),
        plan=with_server(),
    )
    (finding,) = found("RESTORE_ORDER_INVALID", wrong)
    assert finding.inputs["steps"] == ({"step": "start the server", "needs": "restore the data"},)
    right = with_steps(*reversed(wrong.services["claims"].steps), plan=wrong)
    assert found("RESTORE_ORDER_INVALID", right) == []
    server = replace(wrong.components["server"], needs=(Dependency("claims-data", Strength.SOFT),))
    soft = replace(wrong, components={**wrong.components, "server": server})
    assert found("RESTORE_ORDER_INVALID", soft) == []


@pytest.mark.requirement("R-085")
def test_data_that_others_copy_needs_a_written_recovery() -> None:
    subjects = {one.subject for one in found("RESTORE_ORDER_MISSING", PLAN)}
    assert subjects == {f"service {key}" for key in PLAN.services}
    written = with_steps(WrittenStep("restore the data"))
    assert "service claims" not in {one.subject for one in found("RESTORE_ORDER_MISSING", written)}
    ours = Protection("files", {"paths": ("data",)}, "safe", HOUR)
    drilled = changing.with_component(PLAN, "claims-data", watch=None, protection=ours)
    assert "service claims" not in {one.subject for one in found("RESTORE_ORDER_MISSING", drilled)}


@pytest.mark.requirement("R-046")
def test_the_written_recovery_brings_back_everything_that_is_needed() -> None:
    step = WrittenStep("restore the data", brings_back="claims-data")
    (finding,) = found("PLAN_STEP_OMITS_DEPENDENCY", with_steps(step, plan=with_server()))
    assert (finding.subject, finding.severity) == ("service claims", Severity.MEDIUM)
    assert finding.inputs == {"omitted": ("server",), "coverage_percent": 50}
    whole = with_steps(step, WrittenStep("start", brings_back="server"), plan=with_server())
    assert found("PLAN_STEP_OMITS_DEPENDENCY", whole) == []
    silent = with_steps(WrittenStep("restore everything"), plan=with_server())
    assert found("PLAN_STEP_OMITS_DEPENDENCY", silent) == [], "no step says what it brings back"


@pytest.mark.requirement("R-046")
def test_an_omission_may_be_justified_or_impossible_to_mend_here() -> None:
    step = WrittenStep("restore the data", brings_back="claims-data")
    plan = with_steps(step, plan=with_server())
    reason = {Category.APPLICATIONS: "the vendor runs it"}
    justified = changing.with_service(plan, "claims", not_applicable=reason)
    assert found("PLAN_STEP_OMITS_DEPENDENCY", justified) == []
    theirs = changing.with_component(plan, "server", kind=ComponentKind.VENDOR)
    assert found("PLAN_STEP_OMITS_DEPENDENCY", theirs) == []
    uncopied = changing.with_component(
        plan, "server", kind=ComponentKind.DATABASE, watch=Watch(copies=())
    )
    assert found("PLAN_STEP_OMITS_DEPENDENCY", uncopied) == [], "nothing could bring it back"
