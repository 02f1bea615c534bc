"""The recovery review: seven gates, each done only by what is there, and bytes that repeat."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import date, timedelta

import pytest

from refloat.assess.reviewing.bundle import bundle, content_hash, digests
from refloat.assess.reviewing.review import review
from refloat.model.facts import Facts
from refloat.model.feed import CopySeen, DependencySeen, FeedFact, PointSeen, RestoreTest, TestLevel
from refloat.model.feed_people import ApprovalSeen, Change
from refloat.model.judgement import Finding, Severity
from refloat.model.organisation import Exclusion, Watch
from refloat.model.plan import Category, Component, ComponentKind, Dependency, Plan
from refloat.model.review import Gate, Review
from refloat.model.stream import Stream
from refloat.plan import objective_fingerprints
from tests.support import changing
from tests.unit.assess import written
from tests.unit.assess.written import DAY, HOUR, NOW, SOURCE, action, exercise

SECOND = timedelta(seconds=1)
GAP = Finding(
    "COVERAGE_GAP",
    ("R-080",),
    Severity.HIGH,
    "service booking, component photos",
    "Nobody copies the photos.",
    "Copy them.",
    {},
    ("booking",),
)


def mapped() -> Plan:
    """Give the plan with something in each of the six categories."""
    plan = written.plan()
    more = (
        Component("web", ComponentKind.APPLICATION, "Booking pages"),
        Component("router", ComponentKind.NETWORK, "Router"),
        Component("host", ComponentKind.INFRASTRUCTURE, "Host"),
    )
    plan = replace(plan, components={**plan.components, **{one.key: one for one in more}})
    needs = (*plan.services["booking"].needs, *(Dependency(one.key) for one in more))
    return changing.with_service(plan, "booking", needs=needs)


PLAN = mapped()


def approvals(plan: Plan) -> list[FeedFact]:
    return [
        ApprovalSeen(
            SOURCE,
            f"{key} {measure}",
            NOW - 30 * DAY,
            f"digest {key} {measure}",
            "ben",
            key,
            measure,
            fingerprint,
            plan.services[key].objectives[measure].target.total_seconds(),
            NOW - 30 * DAY,
            "bia",
        )
        for key in plan.services
        for measure, fingerprint in objective_fingerprints(plan, key).items()
    ]


def restore_of(service: str, **changes: object) -> RestoreTest:
    at = NOW - 10 * DAY
    whole = RestoreTest(
        SOURCE,
        f"test {service}",
        at,
        f"digest {service} {changes}",
        service,
        (),
        TestLevel.SERVICE,
        "passed",
        at,
        seconds=1800,
        confirmed_by="ben",
        issues=("the key was in another drawer",),
    )
    return replace(whole, **changes)


def points() -> list[FeedFact]:
    at = NOW - HOUR / 2
    return [
        PointSeen(SOURCE, key, at, f"digest {key}", key, at, copies=(CopySeen("safe"),))
        for key in ("book-db", "directory")
    ]


def seen() -> DependencySeen:
    return DependencySeen(SOURCE, "d1", NOW - DAY, "digest d1", "booking", "sign-in")


def everything() -> list[FeedFact]:
    """Give facts with which every gate is done."""
    return [
        *approvals(PLAN),
        *points(),
        restore_of("booking"),
        restore_of("sign-in"),
        seen(),
        exercise("autumn", NOW - 20 * DAY),
        Change(SOURCE, "c1", NOW - 40 * DAY, "digest c1", "booking", NOW - 40 * DAY, "new pages"),
    ]


def reviewed(plan: Plan, facts: list[FeedFact], *findings: Finding) -> Review:
    return review(written.organisation(plan, *facts), findings)


def gate(number: int, plan: Plan, facts: list[FeedFact], *findings: Finding) -> Gate:
    return reviewed(plan, facts, *findings).gates[number - 1]


def without(*kinds: type[FeedFact]) -> list[FeedFact]:
    return [one for one in everything() if not isinstance(one, kinds)]


@pytest.mark.requirement("R-110", "R-111", "R-112", "R-113", "R-114", "R-115", "R-116")
def test_every_gate_is_done_when_everything_is_there() -> None:
    whole = reviewed(PLAN, everything())
    assert [gate.missing for gate in whole.gates] == [()] * 7
    assert whole.done
    assert [gate.requirement for gate in whole.gates] == [f"R-{n}" for n in range(110, 117)]
    for one in whole.gates:
        assert one.artefact
        assert one.rows, one.title
        assert all(len(row) == len(one.columns) for row in one.rows), one.title


@pytest.mark.requirement("R-110", "R-111", "R-113", "R-114", "R-115")
def test_no_gate_of_an_organisation_with_nothing_in_it_is_done() -> None:
    empty = reviewed(Plan("Nothing yet", {}, {}, {}, {}), [])
    assert [gate.step for gate in empty.gates if gate.done] == [7], "there is nothing to assign"
    assert not empty.done


@pytest.mark.requirement("R-110")
@pytest.mark.parametrize(
    ("change", "what"),
    [({"processes": ()}, "process"), ({"tier": None}, "important"), ({"owner": None}, "decides")],
)
def test_services_must_have_process_tier_and_owner(change: dict[str, object], what: str) -> None:
    done = gate(1, changing.with_service(PLAN, "booking", **change), everything())
    assert not done.done
    assert any(what in text and "Online booking" in text for text in done.missing)


@pytest.mark.requirement("R-111")
def test_targets_of_the_upper_tiers_must_be_approved() -> None:
    done = gate(2, PLAN, without(ApprovalSeen))
    assert len(done.missing) == 4
    lower = changing.with_service(PLAN, "booking", tier=3)
    assert len(gate(2, lower, without(ApprovalSeen)).missing) == 2
    unknown = changing.with_service(PLAN, "booking", tier=None)
    assert len(gate(2, unknown, without(ApprovalSeen)).missing) == 4


@pytest.mark.requirement("R-112")
def test_each_category_is_there_or_there_is_a_reason() -> None:
    bare = {key: one for key, one in PLAN.components.items() if key != "web"}
    needs = tuple(one for one in PLAN.services["booking"].needs if one.on != "web")
    plan = changing.with_service(replace(PLAN, components=bare), "booking", needs=needs)
    assert any("no applications" in text for text in gate(3, plan, everything()).missing)
    for key in plan.services:
        assert not gate(3, plan, everything()).done
        why = {Category.APPLICATIONS: "a service in the cloud"}
        plan = changing.with_service(plan, key, not_applicable=why)
    assert gate(3, plan, everything()).done


@pytest.mark.requirement("R-112")
def test_a_map_that_nobody_held_against_reality_is_not_done() -> None:
    assert not gate(3, PLAN, without(DependencySeen)).done
    late = replace(seen(), observed_at=NOW + SECOND)
    assert not gate(3, PLAN, [*without(DependencySeen), late]).done
    undocumented = replace(GAP, code="UNDOCUMENTED_DEPENDENCY", sentence="It needs the till.")
    assert "It needs the till." in gate(3, PLAN, everything(), undocumented).missing[0]


@pytest.mark.requirement("R-113")
def test_what_nothing_backs_up_is_decided_about_or_the_gate_stays_open() -> None:
    photos = Component("photos", ComponentKind.FILES, "Photos", watch=Watch())
    plan = replace(PLAN, components={**PLAN.components, "photos": photos})
    needs = (*PLAN.services["booking"].needs, Dependency("photos"))
    plan = changing.with_service(plan, "booking", needs=needs)
    assert any("Photos" in text for text in gate(4, plan, everything()).missing)
    assert "Nobody copies the photos." in gate(4, plan, everything(), GAP).missing[0]
    decided = action("a", NOW, owner="cem", due=NOW + DAY, finding="COVERAGE_GAP", subject="photos")
    assert gate(4, plan, [*everything(), decided], GAP).done
    left_out = Exclusion("kiosks", None, "rebuilt from an image", "ben", date(2027, 3, 31))
    rows = gate(4, replace(PLAN, exclusions=(left_out,)), everything()).rows
    assert rows[-1][-1] == "left out by Ben Ruiz until 2027-03-31: rebuilt from an image"


@pytest.mark.requirement("R-114")
def test_a_test_needs_its_time_and_shows_its_issues() -> None:
    done = gate(5, PLAN, everything())
    assert any("the key was in another drawer" in row for row in done.rows)
    assert any("30 min" in row for row in done.rows)
    others = [*without(RestoreTest), restore_of("sign-in")]
    for bad in (
        restore_of("booking", seconds=None),
        restore_of("booking", level=TestLevel.FILE),
        restore_of("booking", at=NOW - 90 * DAY - SECOND),
    ):
        assert not gate(5, PLAN, [*others, bad]).done
    assert gate(5, PLAN, [*others, restore_of("booking", at=NOW - 90 * DAY)]).done


@pytest.mark.requirement("R-115")
def test_one_exercise_covers_all_three() -> None:
    rest = [one for one in everything() if getattr(one, "external_id", "") != "autumn"]
    assert not gate(6, PLAN, rest).done
    assert not gate(6, PLAN, [*rest, exercise("winter", NOW - DAY, workarounds=False)]).done
    row = gate(6, PLAN, everything()).rows[0]
    assert row[2] == "decisions, communication and temporary work"
    assert row[-1] == "nobody knew the customer number"


@pytest.mark.requirement("R-116", "R-147")
def test_every_finding_needs_somebody_or_an_acceptance() -> None:
    assert not gate(7, PLAN, everything(), GAP).done
    todo = action("a", NOW, owner="cem", due=NOW + DAY, finding="COVERAGE_GAP")
    accepted = action(
        "a", NOW, status="accepted", accepted_by="ada", until=NOW + DAY, finding="COVERAGE_GAP"
    )
    for answer in (todo, accepted):
        whole = reviewed(PLAN, [*everything(), answer], GAP)
        assert whole.gates[6].done
        assert whole.findings[0].accepted is (answer is accepted)
        assert whole.findings[0].owner == ("Ada Obi" if answer is accepted else "Cem Yildiz")
    assert ("change", "new pages", "", "2026-10-13", "booking") in gate(7, PLAN, everything()).rows


@pytest.mark.requirement("R-117")
def test_the_same_inputs_give_the_same_bytes_in_whatever_order_they_came() -> None:
    facts = everything()
    first = bundle(reviewed(PLAN, facts, GAP))
    for number in range(5):
        random.Random(number).shuffle(facts)
        assert bundle(reviewed(PLAN, facts, GAP)) == first
    assert content_hash(first) == content_hash(bundle(reviewed(PLAN, everything(), GAP)))
    read = json.loads(first)
    assert read["format"] == "https://refloat.dev/review/v1"
    assert read["done"] is False
    assert len(read["gates"]) == 7


@pytest.mark.requirement("R-117")
def test_any_other_input_gives_another_hash() -> None:
    def hashed(plan: Plan, facts: list[FeedFact], *findings: Finding) -> str:
        return content_hash(bundle(reviewed(plan, facts, *findings)))

    whole = hashed(PLAN, everything())
    assert hashed(changing.with_person(PLAN, "eva", phone="1"), everything()) != whole
    assert hashed(PLAN, everything()[:-1]) != whole
    assert hashed(PLAN, everything(), GAP) != whole
    late = replace(seen(), external_id="d2", digest="digest d2", observed_at=NOW + SECOND)
    assert hashed(PLAN, [*everything(), late]) == whole, "what came later does not count"


def test_digests_name_the_kinds_that_are_there() -> None:
    facts = Facts(feed=Stream.of([*points(), seen()]))
    found = digests(facts, NOW)
    assert set(found) == {"PointSeen", "DependencySeen"}
    assert found["PointSeen"].startswith("2 sha256:")
    assert digests(facts, NOW - 2 * DAY) == {}
