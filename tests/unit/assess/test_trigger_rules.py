"""Rules about changes after which somebody looks at the plan again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from refloat.model.access import Principal, PrincipalKind, Right
from refloat.model.feed import AccessSeen, FeedFact, Quality
from refloat.model.judgement import Severity
from refloat.model.organisation import Vendor
from tests.unit.assess import timed
from tests.unit.assess.timed import DAY, NOW, SECOND, SOURCE, found

CODE = "REVIEW_DUE_AFTER_CHANGE"
PLAN = replace(
    timed.plan(),
    vendors={"cards": Vendor("cards", "Southern Cards")},
    principals={"admins": Principal("admins", PrincipalKind.PRIVILEGED)},
)
AT = NOW - 5 * DAY


def due(*some: FeedFact) -> list[str]:
    return [one.subject for one in found(CODE, PLAN, [*timed.facts(PLAN), *some])]


@pytest.mark.requirement("R-158", "R-159", "R-160", "R-116")
@pytest.mark.parametrize(
    ("subject", "category", "shown"),
    [
        ("cards", "", "organisation, vendor"),
        ("ada", "", "organisation, identity"),
        ("admins", "identity", "organisation, identity"),
        ("claims", "business", "organisation, business"),
        ("everything", "business", "organisation, business"),
    ],
)
def test_after_a_change_the_plan_is_looked_at(subject: str, category: str, shown: str) -> None:
    change = timed.changed(subject, AT, category=category, what="taken over by somebody else")
    assert due(change) == [shown]
    assert due(change, timed.reviewed(AT)) == [], "looked at since"
    assert due(change, timed.reviewed(AT - SECOND)) == [shown]
    (finding,) = found(CODE, PLAN, [*timed.facts(PLAN), change])
    assert (finding.severity, finding.first_seen) == (Severity.MEDIUM, AT)
    assert "taken over by somebody else (2026-11-17)" in finding.sentence


@pytest.mark.requirement("R-157")
def test_a_changed_service_was_looked_at_when_it_was_tested_or_is_told_already() -> None:
    before, after = timed.changed("claims", NOW - 30 * DAY), timed.changed("claims", AT)
    assert due(before) == [], "tested since"
    assert due(after) == [], "told as a test that no longer counts"
    never = timed.without(timed.facts(PLAN), "claims")
    assert [one.subject for one in found(CODE, PLAN, [*never, after])] == [
        "organisation, application"
    ]
    removed = timed.changed("old-fax", AT, category="application", what="switched off")
    assert due(removed) == ["organisation, application"]


@pytest.mark.requirement("R-157", "R-161")
def test_what_copies_was_looked_at_when_everything_in_it_was_tested_since() -> None:
    place = next(iter(PLAN.repositories))
    assert due(timed.changed(place, AT)) == ["organisation, application"]
    assert due(timed.changed(place, AT, category="infrastructure")) == ["organisation, application"]
    assert due(timed.changed(place, NOW - 30 * DAY)) == [], "all of it was tested since"
    (finding,) = found(CODE, PLAN, [*timed.facts(PLAN), timed.changed(place, AT)])
    assert set(finding.services) == set(PLAN.services)


@pytest.mark.requirement("R-157")
def test_an_upgrade_that_nobody_reported_is_noticed() -> None:
    def seen(version: str, at: timedelta) -> FeedFact:
        fact = timed.need_seen("claims-data", "", NOW - at)
        return replace(fact, external_id=f"claims {at}", digest=version, version=version)

    old, same, new = seen("15.1", 9 * DAY), seen("15.1", 8 * DAY), seen("16.2", 2 * DAY)
    assert due(old, same) == []
    (finding,) = found(CODE, PLAN, [*timed.facts(PLAN), old, same, new])
    assert finding.requirements[0] == "R-157"
    assert finding.first_seen == NOW - 2 * DAY
    assert ": went from 15.1 to 16.2" in finding.sentence
    tested = timed.restored("claims", NOW - DAY)
    assert due(old, same, new, tested) == []


@pytest.mark.requirement("R-159")
def test_an_account_with_power_that_nobody_wrote_down_is_noticed() -> None:
    def power(principal: str, kind: PrincipalKind, allowed: bool = True) -> FeedFact:
        return AccessSeen(
            SOURCE,
            f"{principal} deletes",
            AT,
            f"digest of {principal} {allowed}",
            principal,
            kind,
            "safe",
            Right.DELETE,
            allowed,
            Quality.GOOD,
        )

    assert due(power("admins", PrincipalKind.PRIVILEGED)) == []
    assert due(power("newcomer", PrincipalKind.UNPRIVILEGED)) == []
    assert due(power("newcomer", PrincipalKind.PRIVILEGED, allowed=False)) == []
    assert due(power("newcomer", PrincipalKind.PRIVILEGED)) == ["organisation, identity"]


def test_one_finding_names_a_few_changes_and_counts_the_rest() -> None:
    some = [timed.changed("cards", AT - day * DAY, what=f"change {day}") for day in range(5)]
    (finding,) = found(CODE, PLAN, [*timed.facts(PLAN), *some])
    assert "and 2 more" in finding.sentence
    changes = finding.inputs["changes"]
    assert isinstance(changes, tuple)
    assert len(changes) == 5


def test_what_does_not_matter_or_comes_later_is_no_trigger() -> None:
    assert due(timed.changed("cards", AT, material=False)) == []
    assert due(timed.changed("lines", AT, category="infrastructure")) == []
    later = timed.changed("cards", NOW + SECOND)
    assert due(later) == []
