"""The comparison table, the chain to the approver, and numbers in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from refloat.assess import compare, objectives_as_stood, trace, traces, words
from refloat.model.codec import to_json
from refloat.model.facts import ApprovalFact, DrillFact, Facts, PointsFact
from refloat.model.judgement import NOT_KNOWN
from refloat.model.plan import Component, ComponentKind, Dependency, Person
from refloat.testing import example

PLAN = example.plan()
NOON = example.NOON
LATER = NOON + timedelta(minutes=12)
QUESTIONS = (
    "What is protected?",
    "How much data can be lost?",
    "How quickly can work resume?",
    "Who acts?",
    "How is success proven?",
)


@pytest.mark.requirement("R-070", "R-071", "R-072", "R-073", "R-074", "R-075")
def test_the_table_is_filled_from_plan_and_facts() -> None:
    table = compare(PLAN, example.facts(PLAN), "booking", LATER)
    assert tuple(row.question for row in table.rows) == QUESTIONS
    assert [row.requirement for row in table.rows] == [f"R-07{n}" for n in range(5)]
    what, loss, time, who, proof = table.rows
    assert "Bookings database: 2026-11-02 11:58:00 UTC, 976.6 KiB" in what.backup.text
    assert what.recovery.text == (
        "Online booking, with Booking settings, Bookings database, Documents, Directory and "
        "Booking application"
    )
    assert "every 15 min (2 copies seen), kept: 10 last and 14 daily" in loss.backup.text
    assert loss.recovery.text == (
        "approved target: 15 min, by Ben Okafor; lost in the last drill: 2 min; "
        "lost if it happened now: 14 min"
    )
    assert time.backup.text == "about 8 s for 3.8 MiB, at 488.3 KiB a second as measured"
    assert time.recovery.text == (
        "tested recovery time: 42 s, 10 min allowed; "
        "workaround meanwhile: The paper diary at reception."
    )
    assert who.backup.text == "Mei Tan"
    assert who.recovery.text.startswith(
        "business owner: Ben Okafor; technical owner: Mei Tan; vendor"
    )
    assert proof.backup.text.endswith("on 2026-11-02 12:00:00 UTC, entry 5")
    assert proof.recovery.text.startswith("service validation: Online booking came back")


@pytest.mark.requirement("R-075")
def test_every_answer_that_nothing_gives_is_not_known_and_a_finding() -> None:
    bare = example.with_service(
        PLAN, owner=None, technical_owner=None, workaround="", objectives={}
    )
    vendor = Component("payments", ComponentKind.VENDOR, "Payments provider")
    bare = replace(bare, people={}, components={**bare.components, "payments": vendor})
    needs = (*bare.services["booking"].needs, Dependency("payments"))
    bare = example.with_service(bare, needs=needs)
    table = compare(bare, Facts(), "booking", LATER)
    assert tuple(row.question for row in table.rows) == QUESTIONS
    cells = [cell for row in table.rows for cell in (row.backup, row.recovery)]
    assert [cell.text for cell in cells].count(NOT_KNOWN) == 9
    assert cells[1].known, "what the service depends on stands in the plan"
    assert len(table.findings) == 9
    assert {finding.code for finding in table.findings} == {"ANSWER_NOT_KNOWN"}
    for finding in table.findings:
        assert "R-075" in finding.requirements
        assert finding.inputs["missing"]


@pytest.mark.requirement("R-073", "R-075")
def test_a_part_that_is_not_known_is_named() -> None:
    table = compare(PLAN, example.facts(PLAN), "booking", LATER)
    who = table.rows[3].recovery
    assert (who.known, who.missing) == (False, ("communication owner",))
    assert who.text.endswith(f"communication owner: {NOT_KNOWN}")
    assert [one.inputs["missing"] for one in table.findings] == [
        ("communication owner",),
        ("recovery exercise",),
    ]
    ada = Person("ada", "Ada Byron", ("communication owner", "vendor contact"))
    known = replace(PLAN, people={**PLAN.people, "ada": ada})
    filled = compare(known, example.facts(PLAN), "booking", LATER).rows[3].recovery
    assert filled.known
    assert filled.text.endswith("vendor contact: Ada Byron; communication owner: Ada Byron")


@pytest.mark.requirement("R-070", "R-071", "R-075")
def test_after_one_backup_nobody_knows_how_often_and_that_is_what_is_asked() -> None:
    kept = [one for one in example.facts(PLAN).all() if not isinstance(one, PointsFact)]
    newest = [one for one in example.facts(PLAN).all() if isinstance(one, PointsFact)][-1:]
    found = compare(PLAN, Facts.of([*kept, *newest]), "booking", LATER).findings
    (often,) = (one for one in found if one.inputs["side"] == "backup")
    assert "Not known: how often Booking settings is backed up, " in often.sentence
    nothing = compare(PLAN, Facts.of(kept), "booking", LATER).rows[0].backup
    assert nothing.missing[0] == "the newest copy of Booking settings"


@pytest.mark.requirement("R-070", "R-071", "R-075")
def test_of_a_service_without_data_it_is_said_what_nobody_knows() -> None:
    vendor = Component("payments", ComponentKind.VENDOR, "Payments provider")
    bare = replace(PLAN, components={"payments": vendor})
    bare = example.with_service(bare, needs=(Dependency("payments"),))
    table = compare(bare, Facts(), "booking", LATER)
    assert table.rows[0].backup.missing == ("any protected data of it",)
    assert table.rows[1].backup.missing == ("how often it is backed up",)
    for finding in table.findings:
        assert "Not known: ." not in finding.sentence


@pytest.mark.requirement("R-007")
def test_the_chain_leads_from_the_data_to_the_approver() -> None:
    chain = trace(PLAN, example.facts(PLAN), "bookings-db", "booking", LATER)
    assert [(link.link, link.value, link.entry) for link in chain.links] == [
        ("data set", "Bookings database", None),
        ("recovery point", "2026-11-02 11:58:00 UTC in cupboard", 4),
        ("restore step", "restored in 2 s", 5),
        ("test run", "run-5 on 2026-11-02 12:00:00 UTC: proven", 5),
        ("service", "Online booking", None),
        ("approved target", "recovery point objective 15 min", 1),
        ("approver", "Ben Okafor", 1),
    ]
    assert chain.missing == ()
    assert len(traces(PLAN, example.facts(PLAN), LATER)) == 4


@pytest.mark.requirement("R-007")
@pytest.mark.parametrize(
    ("without", "missing"),
    [
        (PointsFact, ("recovery point",)),
        (DrillFact, ("restore step", "test run")),
        (ApprovalFact, ("approved target", "approver")),
    ],
)
def test_a_broken_chain_names_the_missing_link(
    without: type[object], missing: tuple[str, ...]
) -> None:
    kept = Facts.of(one for one in example.facts(PLAN).all() if not isinstance(one, without))
    chain = trace(PLAN, kept, "bookings-db", "booking", LATER)
    assert chain.missing == missing
    assert [finding.inputs["missing"] for finding in chain.findings] == list(missing)
    assert all(
        f"the {finding.inputs['missing']} is missing" in finding.sentence
        for finding in chain.findings
    )


@pytest.mark.requirement("R-007")
def test_a_data_set_that_the_service_does_not_need_has_no_chain() -> None:
    chain = trace(PLAN, example.facts(PLAN), "nothing", "booking", LATER)
    assert {"data set", "recovery point", "service"} <= set(chain.missing)


def test_the_objectives_are_recorded_with_their_approvals() -> None:
    stood = objectives_as_stood(PLAN, "booking", example.facts(PLAN), LATER)
    assert stood["rto"]["approved_by"] == "ben"
    assert stood["rto"]["target_milliseconds"] == 600_000
    assert stood["rto"]["approval_entry"] == 2
    (signed,) = (one for one in example.facts(PLAN).approvals if one.entry == 2)
    assert stood["rto"]["approved_at"] == to_json(signed)["at"]
    unapproved = objectives_as_stood(PLAN, "booking", Facts(), LATER)
    assert unapproved["rto"]["approval"] == "missing"
    assert unapproved["rto"]["approval_entry"] is None


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"),
        (0.04, "0.1 s"),
        (1.5, "1.5 s"),
        (9.96, "10 s"),
        (41, "41 s"),
        (41.2, "42 s"),
        (60, "1 min"),
        (14400, "4 h"),
        (14400.001, "4 h 1 s"),
        (14399, "3 h 59 min 59 s"),
        (86400, "1 day"),
        (86401, "1 day 1 h"),
        (90 * 86400, "90 days"),
    ],
)
def test_durations_in_words_never_say_less_than_there_is(seconds: float, said: str) -> None:
    assert words.duration(seconds) == said


def test_lists_and_sizes_in_words() -> None:
    assert words.listed(()) == ""
    assert words.listed(("a",)) == "a"
    assert words.listed(("a", "b", "c")) == "a, b and c"
    assert words.size(1023) == "1023 bytes"
    assert words.size(3 * 2**30) == "3.0 GiB"
    assert words.size(2**60) == "1048576.0 TiB"
