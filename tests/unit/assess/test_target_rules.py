"""Rules about targets: who decided them, on what ground, and when they are looked at again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from refloat.model.feed import FeedFact
from refloat.model.feed_people import ApprovalSeen
from refloat.model.judgement import Severity
from refloat.model.plan import Objective, Plan
from refloat.plan import tier_fingerprint
from tests.support import changing
from tests.unit.assess import timed
from tests.unit.assess.timed import DAY, HOUR, NOW, SECOND, found

PLAN = timed.plan()


def with_objective(plan: Plan, key: str, measure: str, **changes: Any) -> Plan:
    objectives = dict(plan.services[key].objectives)
    objectives[measure] = replace(objectives[measure], **changes)
    return changing.with_service(plan, key, objectives=objectives)


@pytest.mark.requirement("R-061")
def test_a_target_counts_only_while_somebody_approved_this_very_number() -> None:
    assert found("TARGET_NOT_APPROVED", PLAN) == []
    nobody = [one for one in timed.facts(PLAN) if "digest of claims rto" not in one.digest]
    (finding,) = found("TARGET_NOT_APPROVED", PLAN, nobody)
    assert finding.subject == "service claims, rto"
    assert finding.inputs["state"] == "missing"
    changed = timed.with_targets(PLAN, "claims", {"rto": 481 * timed.MINUTE})
    (finding,) = found("TARGET_NOT_APPROVED", changed, timed.facts(PLAN))
    assert finding.inputs["state"] == "stale"
    assert found("TARGET_NOT_APPROVED", changed, timed.facts(changed)) == []


@pytest.mark.requirement("R-061")
def test_an_approval_counts_from_its_very_second() -> None:
    late = [
        replace(one, at=NOW, observed_at=NOW)  # type: ignore[call-arg]  # all facts of the feed have it
        for one in timed.approvals(PLAN)
    ]
    rest = [one for one in timed.facts(PLAN) if one not in timed.approvals(PLAN)]
    assert found("TARGET_NOT_APPROVED", PLAN, [*rest, *late]) == []
    assert len(found("TARGET_NOT_APPROVED", PLAN, [*rest, *late], NOW - SECOND)) == 10


@pytest.mark.requirement("R-060", "R-061")
def test_whoever_runs_the_technology_cannot_decide_for_the_business() -> None:
    rest = [one for one in timed.facts(PLAN) if one not in timed.approvals(PLAN)]
    by_cem = [*rest, *timed.approvals(PLAN, by="cem")]
    assert len(found("TARGET_NOT_APPROVED", PLAN, by_cem)) == 10
    named = with_objective(PLAN, "claims", "rto", approver="cem")
    signed = [*rest, *timed.approvals(named, by="cem"), *timed.approvals(named)]
    assert [one.subject for one in found("TARGET_NOT_APPROVED", named, signed)] == [
        "service claims, rto"
    ]
    (finding,) = found("TARGET_APPROVED_BY_TECHNICAL_OWNER", named, signed)
    assert (finding.subject, finding.severity) == ("service claims", Severity.MEDIUM)
    assert "Cem Yildiz" in finding.sentence
    assert finding.next_step == "Let Ada Obi decide."
    both = changing.with_service(named, "claims", owner="cem")
    assert found("TARGET_APPROVED_BY_TECHNICAL_OWNER", both, signed) == [], "the owner may"


@pytest.mark.requirement("R-061")
def test_a_review_is_due_when_its_day_has_passed() -> None:
    plan = with_objective(PLAN, "claims", "rto", review_on=date(2026, 11, 21))
    midnight = datetime(2026, 11, 22, tzinfo=UTC)
    assert found("TARGET_REVIEW_DUE", plan, instant=midnight - SECOND) == []
    (finding,) = found("TARGET_REVIEW_DUE", plan, instant=midnight)
    assert finding.first_seen == midnight
    assert "by 2026-11-21" in finding.sentence
    later = timed.approvals(plan, at=datetime(2026, 11, 21, tzinfo=UTC))
    again = [*timed.facts(plan), *(replace(one, external_id=f"{one.digest}2") for one in later)]
    assert found("TARGET_REVIEW_DUE", plan, again) == [], "decided anew on that day"


@pytest.mark.requirement("R-068")
@pytest.mark.parametrize(
    ("basis", "advised"),
    [("", True), ("vendor-default", True), ("bia", False), ("regulation", False)],
)
def test_a_target_rests_on_what_an_outage_costs(basis: str, advised: bool) -> None:
    plan = with_objective(PLAN, "claims", "rto", basis=basis)
    advice = found("TARGET_BASIS_MISSING", plan)
    assert [one.subject for one in advice] == (["service claims"] if advised else [])
    assert all(one.severity is Severity.ADVISORY for one in advice)


@pytest.mark.requirement("R-063")
def test_the_same_targets_everywhere_look_like_nobody_decided() -> None:
    assert found("TARGETS_NOT_DIFFERENTIATED", PLAN) == []
    same = {
        key: replace(
            one,
            objectives={
                "rpo": Objective("rpo", HOUR, "bia"),
                "rto": Objective("rto", 8 * HOUR, "bia"),
            },
        )
        for key, one in PLAN.services.items()
    }
    (advice,) = found("TARGETS_NOT_DIFFERENTIATED", replace(PLAN, services=same))
    assert (advice.severity, advice.subject) == (Severity.ADVISORY, "organisation")
    one_other = timed.with_targets(
        replace(PLAN, services=same), "claims", {"rto": 8 * HOUR + SECOND}
    )
    assert found("TARGETS_NOT_DIFFERENTIATED", one_other) == []
    three = {key: same[key] for key in ("lines", "vault", "sign-in")}
    assert found("TARGETS_NOT_DIFFERENTIATED", replace(PLAN, services=three)) == []


@pytest.mark.requirement("R-061")
@pytest.mark.parametrize(("bears", "below"), [(8 * HOUR, False), (8 * HOUR - SECOND, True)])
def test_what_the_business_can_bear_is_no_shorter_than_what_it_allows(
    bears: timedelta, below: bool
) -> None:
    plan = timed.with_targets(PLAN, "claims", {"mtpd": bears})
    assert [one.subject for one in found("MTPD_BELOW_RTO", plan)] == (
        ["service claims"] if below else []
    )


def test_a_service_without_targets_is_told_once_for_each() -> None:
    plan = changing.with_service(PLAN, "claims", objectives={})
    subjects = [one.subject for one in found("TARGET_NOT_APPROVED", plan)]
    assert subjects == ["service claims, rpo", "service claims, rto"]
    assert found("TARGET_BASIS_MISSING", plan) == []
    assert found("TARGET_REVIEW_DUE", plan, instant=NOW + 3000 * DAY) == []


@pytest.mark.requirement("R-060", "R-061")
def test_a_tier_that_was_signed_once_is_signed_again_when_it_changes() -> None:
    def signed(by: str) -> ApprovalSeen:
        pattern = next(one for one in timed.approvals(PLAN) if isinstance(one, ApprovalSeen))
        return replace(
            pattern,
            external_id=f"tier by {by}",
            person=by,
            service="claims",
            measure="tier",
            fingerprint=tier_fingerprint(PLAN, "claims"),
            target_seconds=1.0,
        )

    by_ada, by_cem = [*timed.facts(PLAN), signed("ada")], [*timed.facts(PLAN), signed("cem")]
    assert found("TARGET_NOT_APPROVED", PLAN, by_ada) == []
    (refused,) = found("TARGET_NOT_APPROVED", PLAN, by_cem)
    assert (refused.subject, refused.severity) == ("service claims, tier", Severity.MEDIUM)
    lowered = changing.with_service(PLAN, "claims", tier=2)
    (stale,) = found("TARGET_NOT_APPROVED", lowered, by_ada)
    assert stale.inputs["state"] == "stale"
    assert "Ada Obi approved tier 1" in stale.sentence


@pytest.mark.requirement("R-061")
def test_the_day_of_the_review_may_stand_in_the_approval() -> None:
    due = NOW - 3 * DAY

    def known(*others: ApprovalSeen) -> list[FeedFact]:
        kept = [one for one in timed.facts(PLAN) if not _is_rto_of_claims(one)]
        return [*kept, *others]

    (first,) = (one for one in timed.approvals(PLAN) if _is_rto_of_claims(one))
    assert isinstance(first, ApprovalSeen)
    to_review = replace(first, review_at=due)
    (finding,) = found("TARGET_REVIEW_DUE", PLAN, known(to_review))
    assert finding.first_seen == due
    assert found("TARGET_REVIEW_DUE", PLAN, known(to_review), instant=due - SECOND) == []
    anew = replace(first, external_id="anew", at=NOW - DAY, observed_at=NOW - DAY)
    assert found("TARGET_REVIEW_DUE", PLAN, known(to_review, anew)) == []


def _is_rto_of_claims(one: FeedFact) -> bool:
    return isinstance(one, ApprovalSeen) and (one.service, one.measure) == ("claims", "rto")
