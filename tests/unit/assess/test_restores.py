"""What became of a request for a restore, to the second, whoever wrote the facts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from refloat.assess import Assessor
from refloat.assess.rules.restores import break_glass_not_reviewed
from refloat.assess.sheets.answering import restore_authority
from refloat.assess.verdicts.restores import restore_refused, restores, same_person
from refloat.model.errors import RefloatError
from refloat.model.facts import Fact, Facts, fact_from_entry, predicate, predicate_type
from refloat.model.organisation import Authority
from refloat.model.plan import Person, Plan
from refloat.model.restores import (
    RestoreCarriedOut,
    RestoreDecision,
    RestoredPart,
    RestoreRequest,
    RestoreReview,
    RestoreStage,
    RestoreStanding,
    RestoreState,
)
from refloat.plan import fingerprint, restore_authority_fingerprint
from tests.unit.assess.copied import plan as small

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


def plan() -> Plan:
    people = {
        **small().people,
        "eve": Person("eve", "Eve Holt", phone="0400 111 222"),
        "alias": Person("alias", " eve  HOLT"),
        "second": Person("second", "E. Holt", phone="(0400) 111-222"),
        "dot": Person("dot", "Dot Park", deputy="eve"),
    }
    who = Authority(
        request_restores=("eve", "dot"), approve_restores=("ada", "eve", "alias", "second")
    )
    return replace(small(), people=people, authority=who)


def request(
    entry: int = 4, *, person: str = "eve", break_glass: bool = False, given: Plan | None = None
) -> RestoreRequest:
    authority = restore_authority_fingerprint(given or plan())
    return RestoreRequest(
        entry,
        NOW,
        person,
        "booking",
        ("booking-db",),
        "why",
        break_glass,
        None,
        NOW + HOUR,
        fingerprint(given or plan()),
        authority,
    )


def decision(
    entry: int = 5, person: str = "ada", *, approved: bool = True, at: datetime = NOW + SECOND
) -> RestoreDecision:
    authority = restore_authority_fingerprint(plan())
    return RestoreDecision(entry, at, 4, person, approved, "", fingerprint(plan()), authority)


def carried(entry: int, stage: RestoreStage) -> RestoreCarriedOut:
    at = NOW + timedelta(minutes=5)
    part = RestoredPart("booking-db", "1a2b", "vault", NOW, "/srv/back/booking-db")
    return RestoreCarriedOut(entry, at, 4, "root", "/srv/back", stage, (part,), "", "sha256:1")


def standing(
    *facts: Fact, at: datetime = NOW + timedelta(minutes=10), given: Plan | None = None
) -> RestoreStanding:
    (one,) = restores(given or plan(), Facts.of(facts), at)
    return one


def state(*facts: Fact, **options: Any) -> RestoreState:
    return standing(*facts, **options).state


@pytest.mark.requirement("R-034")
def test_a_request_waits_is_approved_or_refused_and_a_refusal_is_final() -> None:
    assert state(request()) is RestoreState.WAITING
    assert "It waits for Ada Obi" in standing(request()).sentence
    assert "Eve Holt" not in standing(request()).sentence
    assert state(request(), decision()) is RestoreState.APPROVED
    refused = decision(6, approved=False)
    assert state(request(), decision(), refused) is RestoreState.REFUSED
    assert state(request(), refused, decision(7)) is RestoreState.REFUSED
    withdrawn = decision(6, "eve", approved=False)
    assert state(request(), decision(), withdrawn) is RestoreState.REFUSED
    assert state(request(), decision(6, "cem", approved=False)) is RestoreState.WAITING


@pytest.mark.requirement("R-034")
@pytest.mark.parametrize("person", ["eve", "alias", "second", "cem", "dot", "nobody"])
def test_an_approval_of_oneself_or_of_somebody_who_may_not_never_counts(person: str) -> None:
    """Also where the ledger has it: whoever wrote it did not ask the plan."""
    assert restore_refused(plan(), "eve", person)
    assert state(request(), decision(person=person)) is RestoreState.WAITING


@pytest.mark.requirement("R-034")
def test_a_deputy_who_is_somebody_else_is_somebody_else() -> None:
    assert restore_refused(plan(), "dot", "eve") == ""
    assert not same_person(plan(), "dot", "eve")
    nameless = replace(plan(), people={"x": Person("x", ""), "y": Person("y", "")})
    assert not same_person(nameless, "x", "y"), "what nobody wrote down makes nobody the same"


@pytest.mark.requirement("R-034")
def test_the_answer_does_not_count_one_human_as_two() -> None:
    def separate(*approvers: str) -> bool:
        who = Authority(request_restores=("eve",), approve_restores=approvers)
        given = replace(plan(), authority=who)
        whole = Assessor(given, Facts()).organisation(NOW)
        return restore_authority(given, whole.bases["booking"]).separate

    assert separate("alias", "ada")
    assert not separate("alias", "second", "eve")


@pytest.mark.requirement("R-034")
def test_a_request_stands_to_the_second() -> None:
    facts, end = (request(), decision()), NOW + HOUR
    assert state(*facts, at=end - SECOND) is RestoreState.APPROVED
    assert state(*facts, at=end) is RestoreState.EXPIRED
    late = decision(at=end)
    assert state(request(), late, at=end) is RestoreState.EXPIRED
    assert not standing(*facts, at=end).opens
    assert restores(plan(), Facts.of(facts), NOW - SECOND) == ()


@pytest.mark.requirement("R-034")
def test_a_change_of_who_may_makes_it_stale_and_another_change_does_not() -> None:
    facts = (request(), decision())
    for changed in (
        {"request_restores": ("eve", "dot", "cem")},
        {"approve_restores": ("ada",)},
    ):
        given = replace(plan(), authority=replace(plan().authority, **changed))
        assert state(*facts, given=given) is RestoreState.STALE
    renamed = replace(plan(), people={**plan().people, "ada": Person("ada", "Somebody Else")})
    assert state(*facts, given=renamed) is RestoreState.STALE
    other = replace(plan(), authority=replace(plan().authority, lead=("cem",)))
    assert state(*facts, given=other) is RestoreState.APPROVED


def test_only_what_came_later_in_the_ledger_decides_on_a_request() -> None:
    assert state(request(), decision(3)) is RestoreState.WAITING
    assert state(request(), replace(decision(), request=9)) is RestoreState.WAITING


@pytest.mark.requirement("R-034")
def test_one_approval_opens_one_restore_and_a_failed_one_can_be_tried_again() -> None:
    facts = (request(), decision(), carried(6, RestoreStage.BEGUN))
    assert state(*facts) is RestoreState.APPROVED
    assert state(*facts, carried(7, RestoreStage.FAILED)) is RestoreState.APPROVED
    for stage in (RestoreStage.PASSED, RestoreStage.NOT_CHECKED):
        assert state(*facts, carried(7, stage)) is RestoreState.DONE
    assert "/srv/back" in standing(*facts, carried(7, RestoreStage.PASSED)).sentence


@pytest.mark.requirement("R-034")
def test_a_broken_glass_is_found_until_somebody_else_has_looked() -> None:
    asked = request(break_glass=True)
    assert state(asked) is RestoreState.BREAK_GLASS
    done = carried(6, RestoreStage.PASSED)

    def found(*facts: Fact, hours: int = 1) -> list[str]:
        whole = Assessor(plan(), Facts.of(facts)).organisation(NOW + hours * HOUR)
        return [one.subject for one in break_glass_not_reviewed(whole)]

    subject = "service booking, restore request 4"
    assert found(asked) == found(asked, done) == found(asked, hours=100) == [subject]
    assert found(request()) == []
    for person, still in (("eve", True), ("alias", True), ("gone", True), ("cem", False)):
        seen = RestoreReview(8, NOW + SECOND, 4, person, "fine", "sha256:1")
        assert bool(found(asked, done, seen)) is still, person
    early = RestoreReview(5, NOW + SECOND, 4, "cem", "fine", "sha256:1")
    assert found(asked, early) == []
    begun = carried(6, RestoreStage.BEGUN)
    assert found(asked, early, begun) == found(asked, early, done) == [subject]
    refused = decision(approved=False)
    assert found(asked, refused) == [], "somebody else has looked, and nothing was restored"
    assert found(asked, done, refused) == [subject]


def test_the_finding_comes_and_goes_with_its_facts() -> None:
    assessor = Assessor(plan(), Facts())
    asked = request(break_glass=True)
    codes = [one.code for one in assessor.assess(NOW + SECOND).findings]
    assert "BREAK_GLASS_NOT_REVIEWED" not in codes
    assessor.add(Facts.of([asked]))
    (finding,) = (
        one
        for one in assessor.assess(NOW + SECOND).findings
        if one.code == "BREAK_GLASS_NOT_REVIEWED"
    )
    assert (finding.services, finding.first_seen) == (("booking",), NOW)
    assessor.add(Facts.of([RestoreReview(8, NOW + SECOND, 4, "cem", "fine", "sha256:1")]))
    codes = [one.code for one in assessor.assess(NOW + SECOND).findings]
    assert "BREAK_GLASS_NOT_REVIEWED" not in codes


@pytest.mark.parametrize(
    "fact",
    [
        request(),
        replace(request(), loss_at=NOW),
        decision(),
        carried(6, RestoreStage.PASSED),
        RestoreReview(8, NOW, 4, "cem", "fine", "sha256:1"),
    ],
    ids=lambda fact: type(fact).__name__,
)
def test_what_is_written_is_what_is_read(fact: Fact) -> None:
    members = predicate(fact)
    assert fact_from_entry(fact.entry, predicate_type(fact), members) == fact
    members.pop("plan")
    with pytest.raises(RefloatError):
        fact_from_entry(fact.entry, predicate_type(fact), members)
