"""A sound software company: each thing that nobody wrote down, agreed or practised is missed.

As in ``test_other_defects``, each case is one change, its row of the requirements, and everything
that must be found then.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.planting import Change, Found, both, fact, finds_exactly, part, plan
from tests.support.software_company import COPIES, software_company

START = software_company()
WRITTEN = ("PLAN_INCOMPLETE", "organisation")
OF_CHECKOUT = ("PLAN_INCOMPLETE", "service checkout")
AT = "2026-10-20T08:00:00+01:00"
SAM = 'phone: "+44 7700 900102", verified: 2026-08-03'
NO_WAY_ROUND = (
    "    workarounds:\n      invoice later:\n        how: Customers keep working and are billed "
    "later.\n        data: none\n        approved_by: sam\n        usable_for: 14 days\n"
    "        way_back: Invoices are written from the log.\n"
)


def exercise(**fields: object) -> Change:
    """Correct what was recorded of the exercise."""
    return lambda one: one.correct(fields, kind="exercise")


CASES: dict[str, tuple[str, Change, Found]] = {
    "nobody stands in for whoever decides": (
        "R-048",
        plan("decide: [noor, sam]", "decide: [noor]"),
        {WRITTEN},
    ),
    "nobody looks after the technology": (
        "R-049",
        part("checkout", "    tier: 1\n", "    tier: 4\n"),
        {OF_CHECKOUT},
    ),
    "the second place for updates would be down too": (
        "R-050",
        part("text-messages", "private phones}", "our telephones, needs: [mail]}"),
        {("CHANNEL_DEPENDS_ON_PRODUCTION", "organisation")},
    ),
    "no other place to work": (
        "R-051",
        plan("facilities_not_needed: Everybody works from home.\n", ""),
        {WRITTEN},
    ),
    "when a vendor answers": ("R-052", part("paywell", "hours: 24x7, ", ""), {WRITTEN}),
    "whom to call next": ("R-053", part("paywell", "escalation: [support], ", ""), {WRITTEN}),
    "how people work meanwhile": ("R-054", part("checkout", NO_WAY_ROUND, ""), {OF_CHECKOUT}),
    "how one sees that data is complete": (
        "R-055",
        part(
            "checkout",
            "    completeness: {question: Do yesterday's payments match the bank?, confirmer: "
            "sam}\n",
            "",
        ),
        {OF_CHECKOUT},
    ),
    "which process a service supports": (
        "R-110",
        part("checkout", "    processes: [customers pay]\n", ""),
        {OF_CHECKOUT},
    ),
    "next to nothing may be lost, by copies from time to time": (
        "R-067",
        both(
            part("accounts", "rpo: {target: 1 day", "rpo: {target: 5 min"),
            part("directory", "every: 6 h", "every: 5 min"),
            lambda one: one.correct(
                {"consistency_time": "2026-10-25T05:57:00+00:00", "observed_at": one.as_of},
                dataset_ref="directory",
            ),
        ),
        {("NEAR_ZERO_NEEDS_MORE", "service accounts")},
    ),
    "the newest copy is damaged": (
        "R-022",
        lambda one: one.correct(
            {"integrity": {"kind": "checksum", "state": "failed"}}, dataset_ref="sites"
        ).add(
            {
                **next(each for each in one.lines if each.get("dataset_ref") == "sites"),
                "external_id": "before",
                "consistency_time": "2026-10-24T08:00:00+00:00",
            }
        ),
        {("COPY_DAMAGED", "service wiki, data set sites")},
    ),
    "a copy that anybody can read": (
        "R-016",
        lambda one: one.correct(
            {"copies": [{**COPIES[0], "encrypted": False}, COPIES[1]]}, dataset_ref="sites"
        ),
        {("COPY_NOT_ENCRYPTED", "service wiki, repository vault-west")},
    ),
    "a key inside of what it opens": (
        "R-044",
        plan("a key service in the second account, and on paper in a bank", "main-db"),
        {("KEY_INSIDE_ITS_COPY", "platform cloud-backup")},
    ),
    "a provider that shows no test": (
        "R-126",
        both(
            part("bigcloud", "contract: BC-1", "provider: yes, contract: BC-1"),
            lambda one: one.drop(kind="restore_test", service="shop"),
        ),
        {
            ("CONTRACT_CLARIFICATION_NEEDED", "vendor bigcloud"),
            ("NEVER_DRILLED", "service shop"),
            ("DESIGN_QUESTION_UNANSWERED", "service shop, question 5"),
        },
    ),
    "a contract that ends soon": (
        "R-126",
        part("paywell", "contract_end: 2027-12-31", "contract_end: 2026-12-31"),
        {("CONTRACT_RENEWAL_DUE", "vendor paywell")},
    ),
    "a contract that has ended": (
        "R-126",
        part("paywell", "contract_end: 2027-12-31", "contract_end: 2026-10-24"),
        {("CONTRACT_ENDED", "vendor paywell")},
    ),
    "nobody may declare an incident": (
        "R-130",
        plan("  declare: [noor, liv]\n", ""),
        {WRITTEN},
    ),
    "nobody has rung them for two years": (
        "R-130",
        plan(SAM, SAM.replace("2026-08-03", "2024-08-03")),
        {("CONTACT_NOT_VERIFIED", "organisation")},
    ),
    "one place for updates alone": (
        "R-131",
        plan("  text-messages: {name: Text messages from private phones}\n", ""),
        {WRITTEN},
    ),
    "who speaks to customers": (
        "R-132",
        plan("customer: {approver: eve, ", "customer: {"),
        {("COMMUNICATION_NOT_APPROVED", "communication customer")},
    ),
    "what is said to suppliers": (
        "R-133",
        plan("deputy: liv, template: suppliers.txt", "deputy: liv"),
        {WRITTEN},
    ),
    "by when the regulator must know": ("R-134", plan("    deadline: 72 h\n", ""), {WRITTEN}),
    "instructions that need what is down": (
        "R-135",
        plan("      - An encrypted stick with each of the two directors\n", ""),
        {("INSTRUCTIONS_UNREACHABLE", "document handbook")},
    ),
    "a kit of another plan": (
        "R-135",
        fact(
            *("attestation", AT, "kit"),
            topic="offline-kit-placed",
            person="liv",
            statement="It lies in the safe.",
            at=AT,
            where="the safe",
            fingerprint=f"sha256:{'0' * 64}",
        ),
        {("KIT_STALE", "organisation")},
    ),
    "how work is entered afterwards": (
        "R-136",
        plan("        way_back: Changes are entered again by the customers.\n", ""),
        {("PLAN_INCOMPLETE", "service shop")},
    ),
    "an export that is too old": (
        "R-139",
        fact(
            *("attestation", AT, "export"),
            topic="export-taken",
            subject="shop",
            person="sam",
            statement="It was sent.",
            at=AT,
        ),
        {("EXPORT_TOO_OLD", "service shop, workaround nightly export")},
    ),
    "personal data that nothing keeps safe": (
        "R-140",
        plan(
            "        data: internal\n        controls: [sent to registered addresses only]\n",
            "        data: personal\n",
        ),
        {("WORKAROUND_INSECURE", "service shop, workaround nightly export")},
    ),
    "people cannot do without it for so long": (
        "R-140",
        plan("usable_for: 2 days", "usable_for: 3 h"),
        {("WORKAROUND_TOO_SHORT", "service shop")},
    ),
    "nobody ever practised": (
        "R-115",
        lambda one: one.drop(kind="exercise"),
        {("EXERCISE_OVERDUE", "organisation")},
    ),
    "a decision that nobody could make": (
        "R-142",
        exercise(nobody_had_authority=["close the shop"]),
        {("AUTHORITY_UNCLEAR", "exercise e1")},
    ),
    "something assumed that is not so": (
        "R-144",
        exercise(assumptions=[{"what": "the bank opens on Sundays", "state": "failed"}]),
        {("ASSUMPTION_FAILED", "exercise e1")},
    ),
    "nothing is said of what held people up": (
        "R-148",
        exercise(frictions=[]),
        {("EXERCISE_WITHOUT_FRICTIONS", "exercise e1")},
    ),
    "a promise that nobody kept": (
        "R-147",
        fact("action", AT, "a1", what="change the password", owner="tom", due=AT, status="open"),
        {("ACTION_OVERDUE", "action a1")},
    ),
    "longer than the business can bear": (
        "R-061",
        part("mail", "      rto:", "      mtpd: {target: 4 h, basis: bia}\n      rto:"),
        {("MTPD_BELOW_RTO", "service mail")},
    ),
}


@pytest.mark.requirement(
    "R-016",
    "R-022",
    "R-044",
    "R-048",
    "R-049",
    "R-050",
    "R-051",
    "R-052",
    "R-053",
    "R-054",
    "R-055",
    "R-061",
    "R-067",
    "R-115",
    "R-126",
    "R-130",
    "R-131",
    "R-132",
    "R-133",
    "R-134",
    "R-135",
    "R-136",
    "R-139",
    "R-140",
    "R-142",
    "R-144",
    "R-147",
    "R-148",
)
@pytest.mark.parametrize("name", CASES)
def test_a_gap_alone_is_found_and_nothing_else(tmp_path: Path, name: str) -> None:
    assert finds_exactly(START, CASES[name], tmp_path)
