"""Rules about people: who can be called, who decides, what nobody wrote down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from refloat.assess.reviewing.responsibility import responsibilities
from refloat.assess.rules.people import (
    channel_depends_on_production,
    communication_not_approved,
    contact_not_verified,
    plan_incomplete,
    responsibility_blank,
    restore_approver_is_requester_only,
)
from refloat.model.judgement import Severity
from refloat.model.organisation import (
    Authority,
    Channel,
    Communication,
    Document,
    Escalation,
    Location,
)
from refloat.model.plan import Component, ComponentKind, Dependency, Plan, Strength
from tests.support import changing
from tests.unit.assess import written
from tests.unit.assess.written import found

PLAN = written.plan()
SECOND = timedelta(seconds=1)

Break = Callable[[Plan], Plan]


def authority(**changes: object) -> Break:
    return lambda plan: replace(plan, authority=replace(plan.authority, **changes))


def service(**changes: object) -> Break:
    return lambda plan: changing.with_service(plan, "booking", **changes)


def vendor(**changes: object) -> Break:
    return lambda plan: changing.with_vendor(plan, "texts", **changes)


def workaround(**changes: object) -> Break:
    return lambda plan: written.with_workaround(plan, **changes)


def regulatory(**changes: object) -> Break:
    def apart(plan: Plan) -> Plan:
        one = replace(plan.communications["regulatory"], **changes)
        return replace(plan, communications={**plan.communications, "regulatory": one})

    return apart


def test_a_plan_with_everything_in_it_lacks_nothing() -> None:
    assert found(plan_incomplete, PLAN) == []


ORGANISATION = [
    ("R-130", "who may declare an incident", authority(declare=())),
    ("R-130", "stands in for Ada Obi, who may declare", authority(declare=("ada",))),
    ("R-048", "makes the decisions", authority(decide=())),
    ("R-048", "stands in for Ada Obi, who makes the decisions", authority(decide=("ada",))),
    ("R-048", "leads the recovery", authority(lead=())),
    ("R-073", "owns communication", authority(communicate=None)),
    ("R-073", "administers the backups", authority(administer_backups=())),
    ("R-034", "may ask for a restore", authority(request_restores=())),
    ("R-034", "may approve a restore", authority(approve_restores=())),
    ("R-131", "where updates are published", lambda plan: replace(plan, channels={})),
    (
        "R-131",
        "when the usual place is away",
        lambda plan: replace(plan, channels={"status": plan.channels["status"]}),
    ),
    ("R-051", "where people work when a site is lost", lambda plan: replace(plan, facilities={})),
    ("R-135", "recovery instructions are kept", lambda plan: replace(plan, documents={})),
    ("R-135", "contact details are kept", lambda plan: replace(plan, documents={})),
    ("R-052", "the contract of Textwell", vendor(contract="", contract_end=None)),
    ("R-052", "when Textwell answers", vendor(hours="")),
    ("R-053", "whom to call next at Textwell", vendor(escalation=())),
    (
        "R-053",
        "after how long to call the next person at Textwell",
        vendor(escalation=(Escalation("support"), Escalation("manager"))),
    ),
    ("R-134", "which regulator", regulatory(recipient="")),
    ("R-134", "what makes it due", regulatory(trigger="")),
    ("R-134", "by when the regulator", regulatory(deadline=None)),
    ("R-134", "where the prepared text of urgent regulatory", regulatory(template="")),
    ("R-134", "when the usual person is away", regulatory(deputy=None)),
    ("R-134", "when the usual person is away", regulatory(deputy="ada")),
]

SERVICE = [
    ("R-110", "which business process", service(processes=())),
    ("R-110", "how important it is", service(tier=None)),
    ("R-110", "who decides about it", service(owner=None)),
    ("R-049", "who looks after its technology", service(technical_owner=None)),
    ("R-055", "how the business sees that its data is complete", service(completeness=None)),
    ("R-054", "how people work while it is away", service(workarounds=())),
    ("R-140", 'which data "paper list" handles', workaround(data="")),
    ("R-140", 'how long "paper list"', workaround(usable_for=None)),
    ("R-136", "is entered afterwards", workaround(way_back="")),
    ("R-136", "comes from", workaround(source="")),
    ("R-136", "is renewed", workaround(refreshed_every=None)),
    ("R-136", "lies", workaround(location="")),
    ("R-140", "is destroyed afterwards", workaround(disposal="")),
    ("R-045", "how to get access at Textwell", vendor(access="")),
    (
        "R-045",
        "whom to call about Text messages",
        lambda plan: replace(
            plan,
            components={
                **plan.components,
                "texting": Component("texting", ComponentKind.VENDOR, "Text messages"),
            },
        ),
    ),
]


@pytest.mark.requirement(
    "R-034", "R-048", "R-051", "R-052", "R-053", "R-130", "R-131", "R-134", "R-135"
)
@pytest.mark.parametrize(("requirement", "what", "change"), ORGANISATION)
def test_what_the_organisation_did_not_write_down_is_named(
    requirement: str, what: str, change: Break
) -> None:
    (finding,) = found(plan_incomplete, change(PLAN))
    assert finding.subject == "organisation"
    assert finding.severity is Severity.MEDIUM
    assert requirement in finding.requirements
    missing = finding.inputs["missing"]
    assert isinstance(missing, tuple)
    assert any(what in str(one) for one in missing)
    assert finding.inputs["percent"] != 100


@pytest.mark.requirement("R-045", "R-049", "R-054", "R-055", "R-136", "R-137", "R-138")
@pytest.mark.parametrize(("requirement", "what", "change"), SERVICE)
def test_what_nobody_wrote_down_about_a_service_is_named(
    requirement: str, what: str, change: Break
) -> None:
    (finding,) = found(plan_incomplete, change(PLAN))
    assert finding.subject == "service booking"
    assert finding.services == ("booking",)
    assert finding.requirements == (requirement,)
    missing = finding.inputs["missing"]
    assert isinstance(missing, tuple)
    assert any(what in str(one) for one in missing)
    assert "Online booking" in finding.sentence


def test_all_that_is_missing_is_one_finding_with_a_score() -> None:
    (finding,) = found(plan_incomplete, replace(PLAN, authority=Authority(), facilities={}))
    missing = finding.inputs["missing"]
    assert isinstance(missing, tuple)
    assert len(missing) == 8
    assert finding.requirements == ("R-034", "R-048", "R-051", "R-073", "R-130")
    asked, kept = finding.inputs["asked"], finding.inputs["said"]
    assert isinstance(asked, int)
    assert isinstance(kept, int)
    assert asked - kept == 8
    assert finding.inputs["percent"] == 100 * kept // asked


@pytest.mark.requirement("R-051")
def test_a_reason_why_no_other_place_is_needed_is_enough() -> None:
    bare = replace(PLAN, facilities={}, facilities_not_needed="everybody works from home")
    assert found(plan_incomplete, bare) == []


@pytest.mark.requirement("R-048")
def test_a_deputy_of_the_only_one_is_enough() -> None:
    alone = authority(decide=("ada",))(PLAN)
    assert found(plan_incomplete, changing.with_person(alone, "ada", deputy="ben")) == []
    assert found(plan_incomplete, changing.with_person(alone, "ada", deputy="ada")) != []


@pytest.mark.requirement("R-054")
def test_a_workaround_is_asked_of_the_service_that_is_at_the_top() -> None:
    assert PLAN.services["sign-in"].workarounds == ()
    soft = tuple(
        Dependency(one.on, Strength.SOFT) if one.on == "sign-in" else one
        for one in PLAN.services["booking"].needs
    )
    (finding,) = found(plan_incomplete, service(needs=soft)(PLAN))
    assert finding.subject == "service sign-in"
    assert finding.requirements == ("R-054",)
    lower = changing.with_service(service(needs=soft)(PLAN), "sign-in", tier=2)
    assert found(plan_incomplete, lower) == []


@pytest.mark.requirement("R-054")
def test_that_something_of_a_lower_tier_needs_it_takes_the_question_of_a_workaround_away() -> None:
    bare = service(workarounds=())(PLAN)
    above = replace(PLAN.services["booking"], key="flyers", tier=2, workarounds=())
    above = replace(above, name="Flyers", needs=(Dependency("booking"),))
    both = replace(bare, services={**bare.services, "flyers": above})
    (finding,) = found(plan_incomplete, both)
    assert (finding.subject, finding.requirements) == ("service booking", ("R-054",))
    first = replace(above, tier=1, workarounds=(written.workaround(),))
    assert found(plan_incomplete, replace(both, services={**both.services, "flyers": first})) == []


@pytest.mark.requirement("R-140")
def test_of_a_workaround_without_sensitive_data_it_is_asked_who_agreed_to_it() -> None:
    nobody = workaround(data="none", approved_by=None, source="", disposal="", location="")(PLAN)
    (finding,) = found(plan_incomplete, nobody)
    assert finding.inputs["missing"] == ('who agreed that people work with "paper list"',)
    (finding,) = found(plan_incomplete, workaround(data="internal", controls=())(PLAN))
    assert finding.inputs["missing"] == ('what keeps the data of "paper list" safe',)


def test_a_workaround_without_data_needs_no_disposal() -> None:
    bare = workaround(data="none", controls=(), source="", disposal="", location="")(PLAN)
    assert found(plan_incomplete, bare) == []


def test_an_organisation_with_nothing_in_it_gets_one_clear_answer() -> None:
    empty = Plan("Nothing yet", {}, {}, {}, {})
    (finding,) = found(plan_incomplete, empty)
    assert "any service that the business runs on" in finding.sentence
    for rule in (
        channel_depends_on_production,
        communication_not_approved,
        contact_not_verified,
        responsibility_blank,
        restore_approver_is_requester_only,
    ):
        assert found(rule, empty) == []


@pytest.mark.requirement("R-050")
def test_updates_that_need_our_own_systems_are_found() -> None:
    ours = {
        "chat": Channel("chat", "the staff chat", (Dependency("booking"),)),
        "mail": Channel("mail", "mail to all", (Dependency("sign-in"),)),
    }
    (finding,) = found(channel_depends_on_production, replace(PLAN, channels=ours))
    assert finding.requirements == ("R-050", "R-131")
    assert "the staff chat and mail to all" in finding.sentence
    channels = finding.inputs["channels"]
    assert isinstance(channels, dict)
    assert channels["chat"] == ("book-db", "booking", "directory", "sign-in")


@pytest.mark.requirement("R-131")
def test_what_a_place_for_updates_can_do_without_is_not_its_own() -> None:
    soft = changing.with_service(
        PLAN, "booking", needs=(Dependency("book-db", Strength.SOFT), Dependency("texting"))
    )
    page = Channel("page", "the page", (Dependency("texting"),))
    channels = {"phones": PLAN.channels["phones"], "page": page}
    assert found(channel_depends_on_production, replace(soft, channels=channels)) == []


@pytest.mark.requirement("R-131")
def test_the_fallback_must_be_independent_and_not_only_the_usual_place() -> None:
    usual = {
        "status": Channel("status", "status page elsewhere"),
        "mail": Channel("mail", "mail to all", (Dependency("sign-in"),)),
    }
    (finding,) = found(channel_depends_on_production, replace(PLAN, channels=usual))
    assert "mail to all" in finding.sentence
    turned = dict(reversed(usual.items()))
    assert found(channel_depends_on_production, replace(PLAN, channels=turned)) == []
    assert found(channel_depends_on_production, PLAN) == []


@pytest.mark.requirement("R-050")
def test_a_vendor_is_not_ours_to_lose() -> None:
    vendors = {
        "mail": Channel("mail", "mail to all", (Dependency("sign-in"),)),
        "texts": Channel("texts", "text messages", (Dependency("texting"),)),
    }
    assert found(channel_depends_on_production, replace(PLAN, channels=vendors)) == []


@pytest.mark.requirement("R-130", "R-143")
def test_everybody_whose_number_does_not_work_is_named_in_one_finding() -> None:
    bad = changing.with_person(PLAN, "ada", phone="")
    bad = changing.with_person(bad, "eva", verified=None)
    bad = changing.with_vendor(bad, "texts", verified=date(2025, 1, 1))
    (finding,) = found(contact_not_verified, bad)
    assert "Ada Obi, Eva Lund and Textwell" in finding.sentence
    assert finding.inputs == {
        "no_number": ("ada",),
        "never_tried": ("eva",),
        "too_long_ago": ("texts",),
    }


@pytest.mark.requirement("R-130")
def test_a_number_that_was_tried_too_long_ago_counts_until_the_last_second() -> None:
    due = datetime(2026, 9, 2, tzinfo=UTC) + PLAN.policy.contacts_verified_every
    assert found(contact_not_verified, PLAN, at=due) == []
    (finding,) = found(contact_not_verified, PLAN, at=due + SECOND)
    assert finding.first_seen == due


@pytest.mark.requirement("R-130", "R-143")
def test_a_number_that_somebody_is_to_try_later_was_not_tried() -> None:
    tomorrow = changing.with_person(PLAN, "ada", verified=date(2026, 11, 22))
    assert found(contact_not_verified, tomorrow) == []
    later = changing.with_person(PLAN, "ada", verified=date(2026, 11, 24))
    (finding,) = found(contact_not_verified, later)
    assert finding.inputs["never_tried"] == ("ada",)


def test_a_deputy_counts_and_somebody_without_a_part_does_not() -> None:
    other = replace(PLAN.people["eva"], key="fay", name="Fay Ito", phone="")
    more = replace(PLAN, people={**PLAN.people, "fay": other})
    assert found(contact_not_verified, more) == []
    (finding,) = found(contact_not_verified, changing.with_person(more, "dot", deputy="fay"))
    assert "Fay Ito" in finding.sentence


@pytest.mark.requirement("R-132", "R-133", "R-134")
@pytest.mark.parametrize(
    ("audience", "requirement"),
    [("customer", "R-132"), ("supplier", "R-133"), ("regulatory", "R-134")],
)
def test_an_audience_without_an_approver_is_found(audience: str, requirement: str) -> None:
    others = {key: one for key, one in PLAN.communications.items() if key != audience}
    for said in (others, {**others, audience: Communication(audience, template="text.txt")}):
        (finding,) = found(communication_not_approved, replace(PLAN, communications=said))
        assert finding.requirements == (requirement,)
        assert finding.subject == f"communication {audience}"
    assert found(communication_not_approved, PLAN) == []


@pytest.mark.requirement("R-034")
def test_nobody_may_be_the_only_one_to_approve_what_they_ask_for() -> None:
    alone = authority(request_restores=("ada", "ben"), approve_restores=("ada",))(PLAN)
    (finding,) = found(restore_approver_is_requester_only, alone)
    assert finding.subject == "person ada"
    assert "Ada Obi" in finding.sentence
    two = authority(request_restores=("ada",), approve_restores=("ada", "ben"))(PLAN)
    assert found(restore_approver_is_requester_only, two) == []
    assert found(restore_approver_is_requester_only, PLAN) == []


@pytest.mark.requirement("R-108")
def test_a_blank_in_the_table_of_responsibilities_is_found() -> None:
    whole = {
        area: {"Microsoft": "the platform", "organisation": "ada", "provider": "settings"}
        for area in ("identity", "sharing", "logging", "backup")
    }
    assert found(responsibility_blank, replace(PLAN, responsibilities=whole)) == []
    blank = {**whole, "logging": {"Microsoft": "the platform", "organisation": " "}}
    del blank["backup"]
    (finding,) = found(responsibility_blank, replace(PLAN, responsibilities=blank))
    assert finding.inputs["blank"] == (
        "logging/organisation",
        "logging/provider",
        "backup/Microsoft",
        "backup/organisation",
        "backup/provider",
    )
    assert found(responsibility_blank, PLAN) == [], "a plan without such a table has no blank"


@pytest.mark.requirement("R-106", "R-108")
def test_the_sheet_names_owners_and_says_whether_roles_are_apart() -> None:
    cells = {"identity": {"organisation": "ada", "provider": "watches it"}}
    sheet = responsibilities(replace(PLAN, responsibilities=cells))
    assert sheet.parties == ("organisation", "provider")
    assert sheet.rows[0].cells == {"organisation": "Ada Obi", "provider": "watches it"}
    assert len(sheet.rows) == 4
    assert len(sheet.blank) == 6
    roles = {row.role: row for row in sheet.roles}
    assert set(roles) == {"administers", "requests", "approves", "executes"}
    assert roles["executes"].people == ("Cem Yildiz",)
    assert all(row.separated for row in sheet.roles)
    same = authority(request_restores=("ada",))(PLAN)
    by_role = {row.role: row for row in responsibilities(same).roles}
    assert by_role["requests"].separated is False
    nobody = {row.role: row for row in responsibilities(authority(approve_restores=())(PLAN)).roles}
    assert nobody["requests"].separated is None


def test_documents_that_are_nowhere_are_not_kept() -> None:
    nowhere = {**PLAN.documents, "runbooks": Document("runbooks", ("recovery instructions",), ())}
    (finding,) = found(plan_incomplete, replace(PLAN, documents=nowhere))
    assert finding.inputs["missing"] == ("where the recovery instructions are kept",)
    somewhere = Document("runbooks", ("recovery instructions",), (Location("a folder"),))
    kept = {**PLAN.documents, "runbooks": somewhere}
    assert found(plan_incomplete, replace(PLAN, documents=kept)) == []
