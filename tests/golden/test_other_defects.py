"""A sound software company: each defect planted alone is found, and nothing else is.

Each case is what somebody of the company would change in the plan or record in the facts, the row
of the requirements by which it is a defect, and everything that must be found then: code and
subject. Repairing it is taking the change back, and the company as it was has no findings.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.other_organisation import Line, point
from tests.support.planting import (
    Change,
    Found,
    as_tested,
    both,
    changed,
    copy_of,
    fact,
    finds_exactly,
    part,
    plan,
    seen,
)
from tests.support.software_company import COPIES, NORTH, WEST, scope, software_company

START = software_company()
LONGEST = "rto: {target: 1 day, basis: bia, approver: noor, date: 2026-02-02, review: 2027-02-02}"
OPEN = [{**WEST, "immutable": {"mode": "none"}}, {**NORTH, "immutable": {"mode": "none"}}]
NEVER = ("NEVER_DRILLED", "service shop")
QUESTION_5 = ("DESIGN_QUESTION_UNANSWERED", "service shop, question 5")
LATE = "2026-10-24T08:00:00+01:00"
POSTED: Line = point("cloud-backup", "main-db", "2026-10-25T05:50:00+00:00", *COPIES)

CASES: dict[str, tuple[str, Change, Found]] = {
    "whoever restores the accounts must sign in with them": (
        "R-004",
        part("accounts", "takes: 20 min}", "takes: 20 min, signs_in_with: [accounts]}"),
        {("RECOVERY_AUTH_CYCLE", "service accounts")},
    ),
    "what restores the accounts is opened by them alone": (
        "R-083",
        part("cloud-backup", "needs: []\n    break_glass: yes", "needs: [accounts]"),
        {("RECOVERY_AUTH_CYCLE", "service accounts")},
    ),
    "a minute longer than is allowed": (
        "R-006",
        as_tested("shop", own_minutes=241),
        {("RTO_EXCEEDED", "service shop")},
    ),
    "longer than the contract bears": (
        "R-088",
        as_tested("checkout", own_minutes=481),
        {
            ("RTO_EXCEEDED", "service checkout"),
            ("CONTRACT_TOLERANCE_EXCEEDED", "vendor paywell, service checkout"),
        },
    ),
    "a vendor promises too little": (
        "R-088",
        part("paywell", "checkout: 2 h", "checkout: 7 h"),
        {("VENDOR_COMMITMENT_INSUFFICIENT", "vendor paywell, service checkout")},
    ),
    "nothing is heard of the backups": (
        "R-017",
        copy_of("sites", consistency_time=LATE, observed_at=LATE),
        {("SILENCE", "service wiki, data set sites")},
    ),
    "a source that means to be heard of is silent": (
        "R-017",
        fact("heartbeat", LATE, "beat", expected_interval_seconds=3600),
        {("SILENCE", "source register")},
    ),
    "copies are removed too early": (
        "R-018",
        part("uploads", "kept_for: 90 days", "kept_for: 30 days"),
        {("RETENTION_SHORT", "service shop, data set uploads")},
    ),
    "nobody agreed how long copies are kept": (
        "R-018",
        part("uploads", "    retention: {target: 90 days, approver: sam}\n", ""),
        {("RETENTION_NOT_AGREED", "service shop")},
    ),
    "copies are kept longer than somebody decided": (
        "R-018",
        part("uploads", "kept_for: 90 days", "kept_for: 900 days"),
        {("RETENTION_LONGER_THAN_AGREED", "service shop, data set uploads")},
    ),
    "a locked copy is gone": (
        "R-032",
        lambda one: one.add(POSTED, {**POSTED, "observed_at": one.as_of, "state": "deleted"}),
        {
            ("RP_DISAPPEARED", "service shop, data set main-db"),
            ("RP_DISAPPEARED", "service checkout, data set main-db"),
        },
    ),
    "an administrator can destroy every copy": (
        "R-084",
        both(
            plan("lock: {mode: compliance, period: 90 days}", "lock: none", 2),
            copy_of("sites", copies=OPEN),
            lambda one: one.correct({"rights": ["delete"]}, principal="platform-admins"),
        ),
        {("NO_ISOLATED_COPY", "data set sites")},
    ),
    "the same of something that comes first": (
        "R-090",
        both(
            plan("lock: {mode: compliance, period: 90 days}", "lock: none", 2),
            copy_of("directory", copies=OPEN),
            lambda one: one.correct({"rights": ["modify"]}, principal="platform-admins"),
        ),
        {
            ("NO_ISOLATED_COPY", "data set directory"),
            ("PATH_BACK_MISSING", "service accounts"),
        },
    ),
    "a mailbox that nobody thought of": (
        "R-030",
        lambda one: one.drop(external_id="mailboxes").add(scope("mailboxes", 1)),
        {("UNACCOUNTED_UNITS", "data set mailboxes")},
    ),
    "left out, and nobody decided it": (
        "R-030",
        plan(", approved_by: noor, until: 2027-06-30", ", until: 2027-06-30"),
        {("EXCLUSION_NOT_APPROVED", "exclusion Developers' laptops")},
    ),
    "left out by a decision that has ended": (
        "R-030",
        plan("until: 2027-06-30", "until: 2026-10-24"),
        {("EXCLUSION_EXPIRED", "exclusion Developers' laptops")},
    ),
    "whoever asks for a restore approves it": (
        "R-034",
        plan("approve_restores: [liv]", "approve_restores: [sam]"),
        {("RESTORE_APPROVER_IS_REQUESTER_ONLY", "person sam")},
    ),
    "never tried": (
        "R-035",
        lambda one: one.drop(kind="restore_test", service="shop"),
        {NEVER, QUESTION_5},
    ),
    "a test of a part of the data": (
        "R-036",
        as_tested("shop", dataset_refs=["main-db"]),
        {("NO_REPRESENTATIVE_RESTORE", "service shop")},
    ),
    "a test with a tenth of the data": (
        "R-036",
        both(copy_of("main-db", size_bytes=1000), as_tested("shop", bytes=100)),
        {("NO_REPRESENTATIVE_RESTORE", "service shop")},
    ),
    "a test that failed": (
        "R-040",
        as_tested("mail", result="failed"),
        {("DRILL_FAILED", "service mail")},
    ),
    "a vendor whom nobody can call": (
        "R-045",
        plan(', contact: "+44 20 7946 0103"', ""),
        {("VENDOR_CONTACT_MISSING", "vendor paywell")},
    ),
    "a step that nobody wrote down": (
        "R-046",
        both(
            part("shop", "restore-database, restore-uploads, ", "restore-database, "),
            part(
                *("shop", "restore-uploads: {brings_back: uploads, who: tom, takes: 40 min}"),
                "restore-uploads: {who: tom, takes: 40 min}",
            ),
        ),
        {("PLAN_STEP_OMITS_DEPENDENCY", "service shop")},
    ),
    "steps in an order that cannot work": (
        "R-085",
        part("checkout", "    steps:\n", "    steps:\n      - call-bank: {needs: [pay-a-pound]}\n"),
        {("RESTORE_ORDER_INVALID", "service checkout")},
    ),
    "no steps at all": (
        "R-085",
        part(
            *(
                "wiki",
                "    steps:\n      - restore-sites: {brings_back: sites, who: tom, takes: 6 h}",
            ),
            "",
        ),
        {("RESTORE_ORDER_MISSING", "service wiki")},
    ),
    "needed, and nobody wrote it down": (
        "R-085",
        seen("checkout", "search"),
        {("UNDOCUMENTED_DEPENDENCY", "service checkout, needs search")},
    ),
    "a vendor at work that nobody wrote down": (
        "R-085",
        seen("wiki", "Paywell"),
        {("UNDOCUMENTED_DEPENDENCY", "service wiki, observed wiki")},
    ),
    "a test that was called passed, and a check of it failed": (
        "R-040",
        as_tested("mail", checks=[{"name": "a licence", "passed": False, "proves": "licence"}]),
        {("DRILL_UNPROVEN", "service mail")},
    ),
    "data in a place that nobody knows of": (
        "R-080",
        seen("orders-db", None, holds_data=True, what="a volume of a database"),
        {("COVERAGE_GAP", "component orders-db")},
    ),
    "files are copied, and the database is not": (
        "R-080",
        lambda one: one.drop(dataset_ref="main-db").write_of(
            "main-db",
            "    watch: {platform: cloud-backup, copies: [vault-west, vault-north], every: 15 min, "
            "kept_for: 90 days}\n",
            "",
        ),
        {
            ("COVERAGE_GAP", "service shop, component main-db"),
            ("COVERAGE_GAP", "service checkout, component main-db"),
        },
    ),
    "a target changed after it was approved": (
        "R-061",
        part("mail", "rpo: {target: 12 h", "rpo: {target: 13 h", sign=False),
        {("TARGET_NOT_APPROVED", "service mail, rpo")},
    ),
    "no target": (
        "R-061",
        part("mail", f"      {LONGEST}\n", ""),
        {("TARGET_NOT_APPROVED", "service mail, rto")},
    ),
    "a target that was to be looked at again": (
        "R-061",
        part("mail", LONGEST, LONGEST.replace("2027-02-02", "2026-10-24")),
        {("TARGET_REVIEW_DUE", "service mail")},
    ),
    "a target that whoever runs it decided": (
        "R-060",
        part("mail", LONGEST, LONGEST.replace("noor", "tom")),
        {
            ("TARGET_NOT_APPROVED", "service mail, rto"),
            ("TARGET_APPROVED_BY_TECHNICAL_OWNER", "service mail"),
        },
    ),
    "a second older than is allowed": (
        "R-064",
        copy_of("directory", consistency_time="2026-10-24T05:59:59+00:00"),
        {("RPO_BREACH", "service accounts, data set directory")},
    ),
    "copied less often than may be lost": (
        "R-066",
        part("directory", "every: 6 h", "every: 2 days"),
        {("ARCHITECTURE_CANNOT_MEET_RPO", "service accounts, data set directory")},
    ),
    "an estimate that is longer than allowed": (
        "R-066",
        both(as_tested("mail", own_minutes=None), part("mail", "takes: 3 h", "takes: 30 h")),
        {("ARCHITECTURE_CANNOT_MEET_RTO", "service mail")},
    ),
    "a number of a vendor": (
        "R-068",
        part("mail", LONGEST, LONGEST.replace("bia", "vendor-default")),
        {("TARGET_BASIS_MISSING", "service mail")},
    ),
    "a part was tested, and the service was not": (
        "R-087",
        as_tested("mail", level="file"),
        {("TEST_NOT_SERVICE_LEVEL", "service mail")},
    ),
    "a second later than a test counts": (
        "R-153",
        as_tested("shop", started_at="2026-08-26T05:59:59+00:00"),
        {("TEST_OVERDUE", "service shop")},
    ),
    "a new version after the last test": (
        "R-154",
        changed("shop", "a new version"),
        {("EVIDENCE_STALE_AFTER_CHANGE", "service shop")},
    ),
    "what matters more is tested less often": (
        "R-155",
        plan("{1: 60 days, 2: 120 days", "{1: 130 days, 2: 120 days"),
        {("TEST_INTERVALS_NOT_BY_TIER", "organisation, tier 1")},
    ),
    "a test that looked at no data": (
        "R-156",
        as_tested("shop", checks=[{"name": "it opens", "passed": True, "proves": "service"}]),
        {("TEST_WITHOUT_CHECKS", "service shop")},
    ),
    "a new way to sign in": (
        "R-159",
        changed("accounts", "another way to sign in", category="identity"),
        {("EVIDENCE_STALE_AFTER_CHANGE", "service accounts")},
    ),
    "somebody who was named has left": (
        "R-159",
        changed("tom", "left the company"),
        {("REVIEW_DUE_AFTER_CHANGE", "organisation, identity")},
    ),
    "a vendor was bought": (
        "R-158",
        changed("paywell", "belongs to somebody else now"),
        {
            ("REVIEW_DUE_AFTER_CHANGE", "organisation, vendor"),
            ("EVIDENCE_STALE_AFTER_CHANGE", "service checkout"),
        },
    ),
    "something matters more than it did": (
        "R-160",
        changed("wiki", "customers read it now", category="business"),
        {("REVIEW_DUE_AFTER_CHANGE", "organisation, business")},
    ),
    "an upgrade that nobody reported": (
        "R-157",
        both(
            seen("app", None, version="1"),
            fact("dependency", "2026-10-24T13:00:00+01:00", "2", **{"from": "app", "version": "2"}),
        ),
        {("REVIEW_DUE_AFTER_CHANGE", "organisation, application")},
    ),
}


def test_the_company_as_it_is_has_no_defect(tmp_path: Path) -> None:
    judged = START.judged(tmp_path)
    assert judged["findings"] == []
    assert {one["copy"]["verdict"] for one in judged["services"]} == {"yes"}
    assert {one["recovery"]["verdict"] for one in judged["services"]} == {"proven"}


@pytest.mark.requirement(
    "R-004",
    "R-006",
    "R-017",
    "R-018",
    "R-030",
    "R-032",
    "R-034",
    "R-035",
    "R-036",
    "R-040",
    "R-045",
    "R-046",
    "R-060",
    "R-061",
    "R-064",
    "R-066",
    "R-068",
    "R-080",
    "R-083",
    "R-084",
    "R-085",
    "R-087",
    "R-088",
    "R-090",
    "R-153",
    "R-154",
    "R-155",
    "R-156",
    "R-157",
    "R-158",
    "R-159",
    "R-160",
)
@pytest.mark.parametrize("name", CASES)
def test_a_defect_alone_is_found_and_nothing_else(tmp_path: Path, name: str) -> None:
    assert finds_exactly(START, CASES[name], tmp_path)
