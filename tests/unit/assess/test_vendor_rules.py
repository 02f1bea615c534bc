"""Rules about vendors: contacts, contracts, and what a provider cannot show."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from refloat.assess.reviewing.renewal import CLAUSES, renewal_answers
from refloat.assess.rules.vendors import (
    contract_clarification_needed,
    contract_ended,
    contract_renewal_due,
    vendor_contact_missing,
)
from refloat.model.answers import NOT_KNOWN
from refloat.model.feed import CopySeen, FeedFact, PointSeen, RestoreTest, TestLevel
from refloat.model.judgement import Severity
from refloat.model.organisation import Vendor
from refloat.model.plan import Plan
from tests.support import changing
from tests.unit.assess import written
from tests.unit.assess.written import DAY, HOUR, NOW, found

PLAN = written.plan()
SECOND = timedelta(seconds=1)


def provider(**changes: object) -> Plan:
    """Let the vendor look after the recovery of the booking service."""
    return changing.with_vendor(PLAN, "texts", provider=True, **changes)


def point() -> PointSeen:
    at = NOW - HOUR
    return PointSeen(
        written.SOURCE, "p1", at, "digest of p1", "book-db", at, copies=(CopySeen("safe"),)
    )


def restored(level: TestLevel = TestLevel.SERVICE) -> RestoreTest:
    at = NOW - 3 * DAY
    return RestoreTest(
        written.SOURCE, "t1", at, "digest of t1", "booking", (), level, "passed", at, seconds=5400
    )


@pytest.mark.requirement("R-045", "R-052", "R-143")
def test_a_vendor_that_nobody_can_call_is_found() -> None:
    (finding,) = found(vendor_contact_missing, changing.with_vendor(PLAN, "texts", contact=""))
    assert finding.subject == "vendor texts"
    assert finding.services == ("booking",)
    assert "Textwell" in finding.sentence
    assert "Online booking (visits and reminders)" in finding.sentence
    assert found(vendor_contact_missing, PLAN) == []


@pytest.mark.parametrize(("count", "ends"), [(5, " and S4."), (6, ", S3 and 2 more.")])
def test_of_many_services_some_are_named_and_never_one_alone_is_counted(
    count: int, ends: str
) -> None:
    silent = changing.with_vendor(PLAN, "texts", contact="")
    one = PLAN.services["booking"]
    names = [f"S{number}" for number in range(count)]
    services = {name: replace(one, key=name, name=name, processes=()) for name in names}
    (finding,) = found(vendor_contact_missing, replace(silent, services=services))
    assert finding.sentence.endswith(ends)
    assert finding.services == tuple(names)


@pytest.mark.requirement("R-126")
def test_a_contract_holds_to_the_last_second_of_its_last_day() -> None:
    ending = changing.with_vendor(PLAN, "texts", contract_end=date(2026, 11, 22))
    midnight = datetime(2026, 11, 23, tzinfo=UTC)
    assert found(contract_ended, ending, at=midnight - SECOND) == []
    (finding,) = found(contract_ended, ending, at=midnight)
    assert finding.severity is Severity.HIGH
    assert finding.first_seen == midnight
    assert found(contract_renewal_due, ending, at=midnight) == []


@pytest.mark.requirement("R-126")
def test_a_reminder_comes_as_long_before_the_end_as_the_policy_says() -> None:
    end = datetime(2028, 7, 1, tzinfo=UTC)
    due = end - PLAN.policy.renewal_reminder
    assert found(contract_renewal_due, PLAN, at=due - SECOND) == []
    (finding,) = found(contract_renewal_due, PLAN, at=due)
    assert finding.severity is Severity.ADVISORY
    assert finding.first_seen == due
    assert "2028-06-30" in finding.sentence


def test_a_contract_that_nobody_needs_is_less_severe_and_one_without_an_end_is_silent() -> None:
    spare = Vendor("spare", "Spare parts", "1800 975 799", contract_end=date(2026, 1, 1))
    (finding,) = found(contract_ended, replace(PLAN, vendors={**PLAN.vendors, "spare": spare}))
    assert finding.severity is Severity.MEDIUM
    for end in (None, date.max):
        endless = changing.with_vendor(PLAN, "texts", contract_end=end)
        assert found(contract_ended, endless) == found(contract_renewal_due, endless) == []


@pytest.mark.requirement("R-123", "R-124", "R-125")
def test_renewal_answers_come_from_plan_and_facts() -> None:
    whole = written.organisation(provider(), point(), restored())
    (answers,) = renewal_answers(whole)
    assert (answers.vendor, answers.contract, answers.contract_end) == (
        "texts",
        "T-17",
        date(2028, 6, 30),
    )
    (row,) = answers.rows
    assert row.service == "booking"
    assert "Bookings: copied, last of 2026-11-22 08:00:00 UTC" in row.protected.text
    assert "restore the bookings" in row.restored.text
    assert row.lasts.text == "measured 1 h 30 min on 2026-11-19; promised 2 h"
    assert row.lasts.known
    assert row.unanswered == ()
    assert answers.clauses == ()


@pytest.mark.requirement("R-125")
def test_a_test_of_files_is_no_measured_time_of_the_service() -> None:
    whole = written.organisation(provider(), point(), restored(TestLevel.FILE))
    (row,) = renewal_answers(whole)[0].rows
    assert row.lasts.text == "promised 2 h; never measured for the whole service"
    assert not row.lasts.known
    assert row.unanswered == (), "the contract does say how long it may take"


@pytest.mark.requirement("R-123", "R-124", "R-125", "R-126")
@pytest.mark.parametrize(
    ("plan", "facts", "question"),
    [
        (provider(), (), "protected"),
        (changing.with_service(provider(), "booking", steps=()), (point(),), "restored"),
        (provider(commitments={}), (point(),), "lasts"),
    ],
)
def test_what_a_provider_cannot_show_must_be_clarified(
    plan: Plan, facts: tuple[FeedFact, ...], question: str
) -> None:
    if question == "protected":
        plan = changing.with_service(plan, "booking", needs=PLAN.services["booking"].needs[:1])
    (finding,) = found(contract_clarification_needed, plan, *facts)
    assert finding.subject == "vendor texts"
    assert finding.services == ("booking",)
    assert finding.inputs["clauses"] == (CLAUSES[question],)
    assert CLAUSES[question] in finding.sentence
    (answers,) = renewal_answers(written.organisation(plan, *facts))
    assert NOT_KNOWN in {
        cell.text for row in answers.rows for cell in (row.protected, row.restored, row.lasts)
    }


def test_a_vendor_that_looks_after_nothing_is_not_asked() -> None:
    assert renewal_answers(written.organisation(PLAN)) == ()
    assert found(contract_clarification_needed, PLAN) == []


def test_a_provider_that_no_service_names_looks_after_everything() -> None:
    plan = replace(PLAN, vendors={**PLAN.vendors, "msp": Vendor("msp", "All IT", provider=True)})
    (answers,) = renewal_answers(written.organisation(plan))
    assert [row.service for row in answers.rows] == ["sign-in", "booking"]
