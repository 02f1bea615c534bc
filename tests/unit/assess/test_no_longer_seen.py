"""What changed between readings: other versions, things gone, and sources that fell silent."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from refloat.assess import Assessor
from refloat.assess.reviewing.map import mapped
from refloat.model.facts import Facts, ObservationFact
from refloat.model.feed import DependencySeen, FeedFact
from refloat.model.judgement import Finding, Severity
from refloat.model.observations import Observation
from refloat.model.plan import Dependency
from tests.support import changing
from tests.unit.assess import timed
from tests.unit.assess.timed import DAY, NOW, SECOND

PLAN = timed.plan()
CHANGE, GONE, OLD, OWNER, STORE = (
    "REVIEW_DUE_AFTER_CHANGE",
    "NO_LONGER_SEEN",
    "OBSERVATION_OLD",
    "OWNER_DIFFERS",
    "COVERAGE_GAP",
)
KEPT = PLAN.policy.observed_for
Seen = FeedFact | ObservationFact


def read(
    at: datetime, *seen: str | Observation, source: str = "shop.yaml", entry: int = 0
) -> ObservationFact:
    """Give a reading of lines such as ``claims > vault``, counted from 1."""
    some = []
    for line, one in enumerate(seen, start=1):
        if isinstance(one, str):
            component, _, needs = (part.strip() for part in one.partition(">"))
            one = Observation(component, needs, line)
        some.append(one)
    return ObservationFact(entry or int(at.timestamp()), at, source, tuple(some), "compose")


def found(code: str, *some: Seen, plan: object = PLAN, at: datetime = NOW) -> list[Finding]:
    """Give the findings of one code, of the usual facts and some more."""
    assert isinstance(plan, type(PLAN))
    facts = Facts.of([*timed.facts(plan), *some])
    return [one for one in Assessor(plan, facts).assess(at).findings if one.code == code]


def version(name: str, text: str) -> Observation:
    return Observation(name, "", 1, version=text)


def told(component: str, at: datetime, needs: str = "", **fields: Any) -> DependencySeen:
    fact = timed.need_seen(component, needs, at)
    return replace(fact, digest=f"{component} {needs} {at} {fields}", **fields)


@pytest.mark.requirement("R-157")
def test_another_version_in_a_newer_reading_is_noticed_until_it_was_tested() -> None:
    old = read(NOW - 9 * DAY, version("claims-data", "claims:15"))
    same = read(NOW - 8 * DAY, version("claims-data", "claims:15"))
    new = read(NOW - 2 * DAY, version("claims-data", "claims@sha256:ab"))
    newest = read(NOW - DAY, version("claims-data", "claims@sha256:ab"))
    assert found(CHANGE, old, same) == []
    (finding,) = found(CHANGE, old, same, new, newest)
    assert (finding.requirements[0], finding.first_seen) == ("R-157", NOW - 2 * DAY)
    assert "went from claims:15 to claims@sha256:ab" in finding.sentence
    assert finding.services == ("claims",)
    assert found(CHANGE, old, new, timed.restored("claims", NOW - DAY)) == [], "tested since"
    assert found(CHANGE, old, new, timed.reviewed(NOW - DAY)) == [], "looked at since"
    assert found(CHANGE, old, new, at=NOW - 3 * DAY) == [], "not yet"


@pytest.mark.requirement("R-157")
def test_versions_are_compared_within_one_source_alone() -> None:
    one = read(NOW - 9 * DAY, version("claims-data", "15"))
    other = read(NOW - 8 * DAY, version("claims-data", "16"), source="test.yaml")
    assert found(CHANGE, one, other, told("claims-data", NOW - DAY, version="17")) == []
    mixed = [told("claims-data", NOW - age * DAY, version="1") for age in (9, 7)]
    after = told("claims-data", NOW - DAY, version="2")
    assert len(found(CHANGE, mixed[0], other, mixed[1], one, after)) == 1


@pytest.mark.requirement("R-157")
def test_what_a_file_shows_no_longer_is_a_change_at_once() -> None:
    before = read(NOW - 9 * DAY, "claims-data", "claims > sign-in", "vault-data")
    after = read(NOW - 3 * DAY, "claims > sign-in", "vault-data")
    still = read(NOW - 2 * DAY, "claims > sign-in", "vault-data")
    (finding,) = found(CHANGE, before, after, still)
    assert "Data of claims: is no longer seen in shop.yaml" in finding.sentence
    assert finding.first_seen == NOW - 3 * DAY
    assert found(CHANGE, before, after, timed.restored("claims", NOW - DAY)) == [], "tested since"
    elsewhere = read(NOW - 9 * DAY, "claims-data", source="other.yaml")
    assert found(CHANGE, before, after, elsewhere) == [], "another source still shows it"
    assert found(CHANGE, before, after, told("claims-data", NOW - DAY)) == []
    back = read(NOW - DAY, "claims-data")
    assert [
        one for one in found(CHANGE, before, after, back) if "Data of claims" in one.sentence
    ] == []
    unknown = read(NOW - 9 * DAY, "nobody-knows")
    assert found(CHANGE, unknown, read(NOW - DAY, "vault-data")) == []


@pytest.mark.requirement("R-112", "R-085")
def test_what_was_seen_and_is_missing_for_longer_than_the_policy_says_is_found() -> None:
    last = NOW - KEPT - SECOND
    before = read(last, "claims-data", "claims > sign-in", "bookings > sign-in", "vault-data")
    after = read(NOW - DAY, "vault-data", "bookings > sign-in")
    (finding,) = found(GONE, before, after)
    assert finding.severity is Severity.MEDIUM
    assert finding.inputs["missing"] == ("data of claims", "The claims"), "with all they need"
    assert finding.services == ("claims",)
    assert finding.first_seen == last + KEPT
    assert "shop.yaml showed it until" in finding.sentence
    assert finding.sentence.endswith(".")
    assert found(GONE, before, after, at=NOW - SECOND) == [], "exactly as long as it counts"
    assert found(GONE, before) == [], "nobody looked since"
    assert found(GONE, before, read(NOW, "claims-data", "claims > sign-in")) != []
    assert found(GONE, before, read(NOW, "claims-data", "claims > sign-in", "bookings > sign-in"))[
        0
    ].inputs["missing"] == ("data of vault",)


@pytest.mark.requirement("R-112")
def test_a_map_that_speaks_of_what_is_seen_no_more_is_not_reconciled() -> None:
    before = read(NOW - KEPT - DAY, "claims-data", "vault-data")
    after = read(NOW - DAY, "vault-data")
    assessor = Assessor(PLAN, Facts.of([*timed.facts(PLAN), before, after]))
    missing, _ = mapped(assessor.organisation(NOW), assessor.assess(NOW).findings)
    (said,) = [one for one in missing if "data of claims" in one]
    assert said.startswith("What is in the map is seen no more: ")


@pytest.mark.requirement("R-112")
def test_of_the_feed_it_is_said_only_where_its_source_was_heard_of_since() -> None:
    long_ago = told("claims", NOW - KEPT - DAY, "sign-in")
    assert found(GONE, long_ago) == []
    (old,) = found(OLD, long_ago)
    assert (old.severity, old.services) == (Severity.ADVISORY, ("sign-in", "claims"))
    assert old.first_seen == NOW - DAY
    lately = told("bookings", NOW - DAY, "sign-in")
    assert found(OLD, long_ago, lately) == []
    (finding,) = found(GONE, long_ago, lately)
    assert finding.inputs["missing"] == ("The claims",)
    assert found(GONE, long_ago, lately, told("claims", NOW - KEPT, "sign-in")) == []


@pytest.mark.requirement("R-112")
def test_a_need_that_the_plan_does_not_say_is_not_missed() -> None:
    before = read(NOW - KEPT - DAY, "claims > vault", "claims", "vault")
    after = read(NOW - DAY, "claims", "vault")
    assert found(GONE, before, after) == []
    needs = (*PLAN.services["claims"].needs, Dependency("vault"))
    plan = changing.with_service(PLAN, "claims", needs=needs)
    (finding,) = found(GONE, before, after, plan=plan)
    assert finding.inputs["missing"] == ("that The claims needs The vault",)


@pytest.mark.requirement("R-112", "R-113")
def test_a_file_that_was_not_looked_at_for_long_is_one_reminder() -> None:
    at = NOW - KEPT
    some = [f"{key}-data" for key in timed.OWN_MINUTES]
    assert found(OLD, read(at, *some)) == []
    (finding,) = found(OLD, read(at, *some), at=NOW + SECOND)
    assert finding.severity is Severity.ADVISORY
    assert finding.inputs["how"] == "refloat observe compose shop.yaml"
    assert finding.services == tuple(PLAN.services)
    assert found(OLD, read(at - DAY, *some), read(at, *some)) == []
    assert found(OLD, read(at - DAY, *some), read(at - DAY + SECOND)) == [], "it shows nothing"
    assert found(OLD, read(at - DAY, "nobody-knows")) == [], "it shows nothing of the plan"


@pytest.mark.requirement("R-112")
def test_a_plan_of_which_nothing_was_ever_observed_is_left_alone() -> None:
    for code in (GONE, OLD, OWNER, CHANGE):
        assert found(code) == []
        assert found(code, read(NOW - KEPT - DAY)) == []


@pytest.mark.requirement("R-112", "R-049")
def test_another_owner_than_the_plan_names_is_a_reminder() -> None:
    plan = changing.with_component(PLAN, "claims-data", owner="cem")

    def owned(name: str, owner: str) -> Observation:
        return Observation(name, "", 4, owner=owner)

    for same in ("cem", "CEM  Yildiz"):
        assert found(OWNER, read(NOW - DAY, owned("claims-data", same)), plan=plan) == []
    role = replace(plan, people={**plan.people, "cem": replace(plan.people["cem"], roles=("Ops",))})
    assert found(OWNER, read(NOW - DAY, owned("claims-data", "ops")), plan=role) == []
    seen = read(NOW - DAY, owned("claims-data", "Ops"), owned("claims", "Ops"))
    (finding,) = found(OWNER, seen, plan=plan)
    assert finding.severity is Severity.ADVISORY
    assert finding.subject == "person cem, observed Ops"
    assert finding.sentence == (
        "By the plan Cem Yildiz looks after data of claims and The claims; shop.yaml:4 names Ops."
    )
    assert finding.services == ("claims",)
    assert found(OWNER, read(NOW - DAY, owned("claims", "Ada Obi"))) == [], "either owner"
    assert found(OWNER, read(NOW - DAY, owned("vault-data", "Ops"))) == [], "the plan names none"
    assert found(OWNER, read(NOW - DAY, owned("unknown", "Ops")), plan=plan) == []


@pytest.mark.requirement("R-113", "R-021", "R-080")
def test_a_store_of_data_that_a_file_shows_and_nothing_copies_is_a_gap() -> None:
    kept = Observation("claims", "claims-files", 7, "volume", holds_data=True)
    alone = Observation("claims-files", "", 9, "volume", holds_data=True)
    (finding,) = found(STORE, read(NOW - DAY, kept, alone))
    assert finding.subject == "component claims-files"
    assert (finding.severity, finding.services) == (Severity.HIGH, ("claims",))
    assert finding.inputs["seen_in"] == ("shop.yaml:7", "shop.yaml:9")
    assert finding.first_seen == NOW - DAY
    copied = Observation("claims", "data of CLAIMS", 7, "volume", holds_data=True)
    assert found(STORE, read(NOW - DAY, copied)) == [], "it is copied"
    service = Observation("bookings", "claims", 7, "database", holds_data=True)
    assert found(STORE, read(NOW - DAY, service)) == [], "its own data is judged with the service"
    plain = replace(kept, holds_data=False)
    assert found(STORE, read(NOW - DAY, plain)) == []
    assert found(STORE, read(NOW - 2 * DAY, kept), read(NOW - DAY, "claims")) == [], "read again"


@pytest.mark.parametrize("seed", range(5))
def test_neither_the_order_of_facts_nor_when_they_are_told_makes_a_difference(seed: int) -> None:
    plan = changing.with_component(PLAN, "claims-data", owner="cem")
    some: list[Seen] = [
        *timed.facts(plan),
        read(NOW - KEPT - DAY, version("claims-data", "1"), "bookings > sign-in", "vault-data"),
        read(NOW - 5 * DAY, version("claims-data", "2"), Observation("lines", "x", 2, owner="Y")),
        read(NOW - KEPT - 2 * DAY, "lines-data", source="old.yaml"),
        told("claims", NOW - KEPT - DAY, "sign-in"),
        told("bookings", NOW - DAY, "sign-in"),
    ]
    whole = Assessor(plan, Facts.of(some)).assess(NOW)
    assert {CHANGE, GONE, OLD, OWNER} <= {one.code for one in whole.findings}
    random.Random(seed).shuffle(some)
    assessor = Assessor(plan, Facts.of(some[:12]))
    assessor.assess(NOW)
    for one in some[12:]:
        assessor.add(Facts.of([one]))
        assessor.assess(NOW)
    assert assessor.assess(NOW) == whole
