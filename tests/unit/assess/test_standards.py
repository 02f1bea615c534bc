"""Other standards as data: every rule exists, every standard is there, nothing is given away."""

from __future__ import annotations

import ast
import re
from datetime import timedelta
from pathlib import Path

import pytest

import refloat.assess
from refloat import assess
from refloat.assess.rules import RULES
from refloat.assess.standards.data import Demand, EvidenceKind, Standard
from refloat.assess.standards.demands import STANDARDS, judge_standard
from refloat.model.facts import Facts
from refloat.model.feed import FeedFact, RestoreTest, TestCheck, TestLevel
from refloat.model.feed_people import Attestation
from refloat.model.judgement import Finding, Severity
from refloat.model.maturity import DemandOutcome, DemandResult
from refloat.model.plan import Plan
from refloat.model.stream import Stream
from tests.unit.assess.kept_well import DAY, NOW, REGISTER, SECOND, facts, job, plan, point

PLAN = plan()
TABLE = {
    "nist-800-34r1": {"3.1", "3.2", "3.3", "3.4", "3.5", "3.6", "3.7", "3.6-low", "3.6-high"},
    "nist-800-53r5": {"CP-2", "CP-4", "CP-9", "CP-9(1)", "CP-9(2)", "CP-9(3)", "CP-9(8)", "CP-10"},
    "nist-csf-2.0": {"PR.DS-11", "RC.RP-01", "RC.RP-03", "RC.RP-05", "RC.RP-06", "GV.SC-08"},
    "iso-22301-2019": {"8.2", "8.3", "8.4", "8.5", "8.6", "9", "10"},
    "iso-27001-2022": {"A.8.13", "A.5.29", "A.5.30", "A.8.14"},
    "soc2-2017": {"A1.2", "A1.3"},
    "dora-2022-2554": {"11-tests", "12-tests", "12-apart", "12-whole"},
    "apra-cps-230": {"tolerance", "plan", "exercise", "notice"},
    "apra-cps-234": {"plans", "tests", "notice"},
    "cis-8.1": {"11.1", "11.2", "11.3", "11.4", "11.5"},
    "hipaa-164.308": {"A", "B", "C", "D", "E"},
    "pci-dss-4.0.1": {"9.4.1.1", "9.4.1.2", "10.3.3", "10.5.1", "12.10.1", "12.10.2"},
    "au-privacy-ndb": {"assess", "notify"},
}
ALL = [(standard, demand) for standard in STANDARDS.values() for demand in standard.demands]


def codes() -> set[str]:
    """Give every code that a rule has, or that the code of the rules gives to a finding."""
    found = {rule.code for rule in RULES}
    for file in Path(refloat.assess.__file__).parent.rglob("*.py"):
        if not file.name.startswith("standards"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found |= (
                        {node.value} if re.fullmatch(r"[A-Z]{2,}(_[A-Z]+)+", node.value) else set()
                    )
    return found


def test_every_rule_that_a_standard_names_exists() -> None:
    known = codes()
    missing = {
        f"{standard.key} {demand.key}: {code}"
        for standard, demand in ALL
        for code in demand.rules
        if code not in known
    }
    assert not missing


def test_every_code_that_a_finding_can_have_is_on_the_reference_page() -> None:
    page = Path(__file__).parents[3] / "docs" / "reference" / "findings.md"
    text = page.read_text(encoding="utf-8")
    assert not {code for code in codes() if f"`{code}`" not in text}


def test_every_standard_of_the_table_is_there_with_its_demands() -> None:
    assert set(TABLE) <= set(STANDARDS)
    for key, demands in TABLE.items():
        assert demands <= {one.key for one in STANDARDS[key].demands}, key


@pytest.mark.parametrize(("standard", "demand"), ALL, ids=lambda one: one.key)
def test_a_demand_is_said_in_words_and_judged_by_something(
    standard: Standard, demand: Demand
) -> None:
    assert demand.says.endswith(".")
    assert demand.rules or demand.evidence or demand.not_seen
    assert standard.edition
    assert len({one.key for one in standard.demands}) == len(standard.demands)


@pytest.mark.parametrize("key", STANDARDS)
def test_nothing_is_met_by_an_organisation_of_which_nothing_is_known(key: str) -> None:
    empty = Plan("Nothing", {}, {}, {}, {})
    judged = judge_standard(STANDARDS[key], empty, Facts(), (), NOW)
    assert {one.outcome for one in judged.demands} == {DemandOutcome.NOT_KNOWN}
    assert "no certificate" in judged.label


def judge(given: list[FeedFact], standard: str, key: str) -> DemandResult:
    known = Facts(feed=Stream.of(given))
    found = assess.assessment(PLAN, known, NOW).findings
    judged = judge_standard(STANDARDS[standard], PLAN, known, found, NOW)
    return next(one for one in judged.demands if one.demand == key)


def restored(at: timedelta) -> RestoreTest:
    return RestoreTest(
        REGISTER,
        "test",
        NOW - at,
        "0" * 64,
        "lending",
        (),
        TestLevel.FILE,
        "passed",
        NOW - at,
        checks=(TestCheck("all loans are there", True, "data"),),
    )


def test_evidence_counts_until_it_is_as_old_as_the_standard_allows() -> None:
    exact = judge([*facts(PLAN), restored(92 * DAY)], "cis-8.1", "11.5")
    assert exact.outcome in (DemandOutcome.MET, DemandOutcome.NOT_MET)
    assert not exact.lacking
    late = judge([*facts(PLAN), restored(92 * DAY + SECOND)], "cis-8.1", "11.5")
    assert late.lacking == ("no restore tests of the last 92 days",)


def test_findings_speak_against_a_demand_and_are_named() -> None:
    result = judge([*facts(PLAN), point("loans-db", NOW - DAY, external_id="x")], "cis-8.1", "11.2")
    assert result.outcome is DemandOutcome.MET
    old = [one for one in facts(PLAN) if getattr(one, "data_set", "") != "loans-db"]
    result = judge([*old, point("loans-db", NOW - DAY)], "cis-8.1", "11.2")
    assert result.outcome is DemandOutcome.NOT_MET
    assert "RPO_BREACH: service lending, data set loans-db" in result.against


def finding(code: str, severity: Severity) -> Finding:
    return Finding(code, ("R-126",), severity, "organisation", "A sentence.", "Do it.")


def test_a_reminder_speaks_against_nothing() -> None:
    demand = Demand("1", "Copies are there.", ("NO_COPY",), (EvidenceKind.PLAN,))
    standard = Standard("own", "Own", "1", (demand,))
    for severity, outcome in (
        (Severity.ADVISORY, DemandOutcome.MET),
        (Severity.MEDIUM, DemandOutcome.NOT_MET),
    ):
        found = (finding("NO_COPY", severity), finding("OTHER", Severity.HIGH))
        judged = judge_standard(standard, PLAN, Facts(), found, NOW)
        assert judged.demands[0].outcome is outcome


def test_what_no_fact_can_show_keeps_a_demand_from_being_met() -> None:
    demand = Demand("1", "Copies are guarded.", (), (EvidenceKind.PLAN,), None, "the guard")
    judged = judge_standard(Standard("own", "Own", "1", (demand,)), PLAN, Facts(), (), NOW)
    assert judged.demands[0].outcome is DemandOutcome.NOT_KNOWN
    assert "the guard" in judged.demands[0].sentence


@pytest.mark.requirement("R-120")
def test_a_backup_job_alone_meets_no_demand_on_copies_or_restores() -> None:
    for standard, key in (("cis-8.1", "11.2"), ("cis-8.1", "11.5"), ("iso-27001-2022", "A.8.13")):
        assert judge([job()], standard, key).outcome is not DemandOutcome.MET


def test_a_statement_that_the_plan_was_reviewed_is_evidence_of_a_review_alone() -> None:
    said = Attestation(
        REGISTER, "a", NOW - DAY, "0" * 64, "plan-reviewed", "", "ines", "looked at", NOW - DAY
    )
    before = judge(facts(PLAN), "cis-8.1", "11.1")
    assert "no statements that the plan was reviewed" in before.lacking
    assert not judge([*facts(PLAN), said], "cis-8.1", "11.1").lacking
