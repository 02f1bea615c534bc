"""Copies over time: age, silence, damage, and how long they are kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from refloat.assess.rules.copies import (
    backup_failed,
    copy_damaged,
    copy_infected,
    rp_disappeared,
    rpo_breach,
    silence,
    source_silent,
)
from refloat.assess.rules.retention import (
    retention_longer,
    retention_not_agreed,
    retention_short,
)
from refloat.model.feed import IntegrityCheck, PointSeen, Source
from refloat.model.feed_people import ApprovalSeen
from refloat.model.judgement import Severity
from refloat.model.plan import Objective, Plan, Protection, Retention
from refloat.plan import retention_fingerprint
from tests.support.changing import with_component, with_service
from tests.unit.assess.copied import (
    BOX,
    DAY,
    HOUR,
    MINUTE,
    NOW,
    SECOND,
    alive,
    copied_to,
    found,
    healthy,
    job,
    organisation,
    plan,
    point,
)


def old(given: Plan | None = None) -> PointSeen:
    """Give a point of the bookings that is as old as the business allows."""
    return point("book-db", NOW - HOUR)


@pytest.mark.requirement("R-064", "R-086", "R-089")
def test_the_newest_copy_may_be_as_old_as_allowed_and_not_a_second_older() -> None:
    fresh = point("directory", NOW)
    assert found(rpo_breach, plan(), old(), fresh) == []
    (finding,) = found(rpo_breach, plan(), old(), fresh, at=NOW + SECOND)
    assert finding.subject == "service booking, data set book-db"
    assert finding.severity is Severity.HIGH
    assert finding.first_seen == NOW, "the breach began when the age reached the target"
    assert finding.inputs["age"] == "1 h 1 s"
    assert finding.inputs["target"] == "1 h"
    assert finding.inputs["last_job"] == "Nothing was heard of its jobs."


@pytest.mark.requirement("R-064")
def test_four_hours_are_met_at_three_fifty_nine_and_breached_at_four_hours_one_second() -> None:
    rpo = Objective("rpo", 4 * HOUR, "bia", "ada")
    given = with_service(plan(), "booking", objectives={"rpo": rpo})
    fact = point("book-db", NOW)
    for after, breached in (
        (4 * HOUR - MINUTE, False),
        (4 * HOUR, False),
        (4 * HOUR + SECOND, True),
    ):
        at = NOW + after
        findings = found(rpo_breach, given, fact, point("directory", at), at=at)
        assert bool(findings) is breached


@pytest.mark.requirement("R-064")
def test_age_counts_from_when_the_data_was_true_and_only_of_what_can_be_restored() -> None:
    late = replace(old(), completed_at=NOW, observed_at=NOW)
    assert found(rpo_breach, plan(), late, point("directory", NOW), at=NOW + SECOND) != []
    for bad in (
        {"complete": False},
        {"usable": "failed"},
        {"integrity": IntegrityCheck("checksum", "failed", NOW)},
        {"malware": "infected"},
        {"deleted": True},
    ):
        newer = point("book-db", NOW - MINUTE, **bad)
        breach = found(rpo_breach, plan(), old(), newer, at=NOW + SECOND)
        assert [one.inputs["age"] for one in breach if "book-db" in one.subject] == ["1 h 1 s"]


@pytest.mark.requirement("R-086", "R-002")
def test_what_the_jobs_say_stands_beside_a_breach_and_changes_nothing() -> None:
    green = job("copy", "book-db", NOW)
    breach = found(rpo_breach, plan(), point("book-db", NOW - DAY), green)
    (finding,) = (one for one in breach if "book-db" in one.subject)
    assert finding.inputs["last_job"] == "The backup job succeeded."
    assert finding.inputs["age"] == "1 day"


@pytest.mark.requirement("R-017")
@pytest.mark.parametrize("word", ["failed", "Error", "TIMED_OUT", "partially failed", "Cancelled"])
def test_a_failed_job_is_found(word: str) -> None:
    facts = [*healthy(), job("copy", "book-db", NOW - MINUTE, word, message="error 0x80042306")]
    (finding,) = found(backup_failed, plan(), *facts)
    assert finding.first_seen == NOW - MINUTE
    assert "error 0x80042306" in str(finding.inputs["said"])
    assert "error" not in finding.sentence


def test_a_copy_of_later_than_a_failure_ends_it() -> None:
    failed = NOW - 30 * MINUTE
    facts = [job("copy", "book-db", failed, "failed"), point("directory", NOW)]
    assert len(found(backup_failed, plan(), *facts, point("book-db", failed))) == 1
    assert found(backup_failed, plan(), *facts, point("book-db", failed + SECOND)) == []


@pytest.mark.parametrize("word", ["success", "Succeeded", "OK", "warning", "running", "queued"])
def test_a_job_that_did_not_fail_is_no_finding(word: str) -> None:
    facts = [*healthy(), job("copy", "book-db", NOW - MINUTE, word)]
    assert found(backup_failed, plan(), *facts) == []


@pytest.mark.requirement("R-017", "R-089")
def test_silence_begins_to_the_second() -> None:
    last = NOW - HOUR
    facts = [job("copy", "book-db", last), *(one for one in healthy() if "directory" in str(one))]
    end = last + 1.5 * HOUR
    assert [one for one in found(silence, plan(), *facts, at=end) if "book" in one.subject] == []
    late = found(silence, plan(), *facts, at=end + SECOND)
    (finding,) = (one for one in late if "book-db" in one.subject)
    assert finding.first_seen == end


@pytest.mark.requirement("R-017")
def test_a_backup_that_is_switched_off_is_silence() -> None:
    seen = NOW - 5 * MINUTE
    off = job("copy book-db", "book-db", seen, enabled=False)
    (finding,) = found(silence, plan(), *healthy(), off)
    assert "switched off" in finding.sentence
    assert finding.first_seen == seen
    other = job("another", "book-db", NOW - DAY)
    assert found(silence, plan(), *healthy(), off, other) == [], "another one still runs"
    wide = job("all", "", NOW - HOUR)
    assert found(silence, plan(), *healthy(), off, wide) == []


@pytest.mark.requirement("R-017", "R-089")
def test_a_source_is_silent_once_its_own_promise_is_broken() -> None:
    beat = alive(NOW, 3600)
    assert found(source_silent, plan(), beat, at=NOW + HOUR) == []
    (finding,) = found(source_silent, plan(), beat, at=NOW + HOUR + SECOND)
    assert (finding.subject, finding.severity) == ("source box", Severity.HIGH)
    assert finding.services == ("sign-in", "booking")
    assert finding.first_seen == NOW + HOUR
    again = point("book-db", NOW + 30 * MINUTE)
    assert found(source_silent, plan(), beat, again, at=NOW + HOUR + SECOND) == []
    others = replace(again, source=Source("other"))
    assert len(found(source_silent, plan(), beat, others, at=NOW + HOUR + SECOND)) == 1
    assert found(source_silent, plan(), alive(NOW, None), at=NOW + 999 * DAY) == []


@pytest.mark.requirement("R-064", "R-022")
def test_a_damaged_or_infected_copy_is_found_while_it_is_the_newest() -> None:
    broken = point("book-db", NOW - MINUTE, integrity=IntegrityCheck("checksum", "failed", NOW))
    (finding,) = found(copy_damaged, plan(), *healthy(), broken)
    assert finding.severity is Severity.HIGH
    assert "The newest copy that can be relied on is 10 min old." in finding.sentence
    newer = point("book-db", NOW - SECOND, observed_at=NOW)
    assert found(copy_damaged, plan(), broken, newer) == []
    ill = point("book-db", NOW - MINUTE, malware="infected")
    (finding,) = found(copy_infected, plan(), ill)
    assert finding.severity is Severity.HIGH
    assert "There is no other copy." in finding.sentence
    doubtful = point("book-db", NOW - MINUTE, malware="suspicious")
    (finding,) = found(copy_infected, plan(), doubtful)
    assert finding.severity is Severity.MEDIUM
    assert found(copy_infected, plan(), *healthy()) == []


def kept(**changes: Any) -> Plan:
    return with_component(plan(), "book-db", watch=copied_to("vault", **changes))


@pytest.mark.requirement("R-018", "R-032")
def test_copies_are_kept_as_long_as_agreed_to_the_second() -> None:
    assert found(retention_short, kept(kept_for=35 * DAY)) == []
    (finding,) = found(retention_short, kept(kept_for=35 * DAY - SECOND))
    assert finding.subject == "service booking, data set book-db"
    assert finding.severity is Severity.HIGH
    assert found(retention_longer, kept(kept_for=35 * DAY)) == []
    over = kept(kept_for=35 * DAY + SECOND)
    assert found(retention_longer, over) == [], "a law says how long is the least"
    chosen = with_component(
        over, "book-db", retention=Objective("retention", 35 * DAY, "bia", "ada")
    )
    (finding,) = found(retention_longer, chosen)
    assert finding.severity is Severity.ADVISORY
    assert found(retention_short, kept(kept_for=None)) == [], "nobody said, nobody is accused"


@pytest.mark.requirement("R-018", "R-032")
def test_a_copy_that_will_be_removed_too_early_is_found() -> None:
    def ends(after: timedelta) -> PointSeen:
        return point("book-db", NOW - HOUR, expires_at=NOW - HOUR + after)

    assert found(retention_short, plan(), ends(34 * DAY)) == [], "tools remove once a day"
    (finding,) = found(retention_short, plan(), ends(34 * DAY - SECOND))
    assert finding.inputs["seen"] == "34 days"
    long = replace(ends(400 * DAY), consistency_time=NOW - 3 * DAY, external_id="long")
    assert found(retention_short, plan(), ends(7 * DAY), long) == [], "some are kept for longer"


@pytest.mark.requirement("R-018")
def test_rules_of_retention_reach_as_far_back_as_they_say() -> None:
    def own(keep: Retention | None) -> Plan:
        protection = Protection("files", {}, "vault", HOUR, keep)
        return with_component(plan(), "book-db", watch=None, protection=protection)

    assert found(retention_short, own(Retention(daily=35))) == []
    assert len(found(retention_short, own(Retention(daily=34, last=24)))) == 1
    assert found(retention_short, own(Retention(weekly=5))) == []
    assert found(retention_short, own(None)) == []
    chosen = Objective("retention", 35 * DAY, "bia", "ada")
    (finding,) = found(retention_longer, with_component(own(None), "book-db", retention=chosen))
    assert "kept for ever" in finding.sentence


@pytest.mark.requirement("R-018")
def test_a_retention_that_nobody_decided_is_found() -> None:
    assert found(retention_not_agreed, plan()) == []
    for objective in (
        None,
        Objective("retention", 35 * DAY),
        Objective("retention", 35 * DAY, "vendor-default", "ada"),
    ):
        given = with_component(plan(), "book-db", retention=objective)
        (finding,) = found(retention_not_agreed, given)
        assert (finding.subject, finding.severity) == ("service booking", Severity.MEDIUM)
        assert finding.inputs["data_sets"] == ("book-db",)


@pytest.mark.requirement("R-018")
def test_a_retention_that_was_changed_after_it_was_agreed_is_not_agreed() -> None:
    def agreed(given: Plan) -> ApprovalSeen:
        fingerprint = retention_fingerprint(given, "book-db")
        assert fingerprint is not None
        return ApprovalSeen(
            BOX, "r", NOW - DAY, "r", "ada", "book-db", "retention", fingerprint, 0.0, NOW - DAY
        )

    assert found(retention_not_agreed, plan(), agreed(plan())) == []
    shorter = Objective("retention", 7 * DAY, "regulation", "ada")
    changed = with_component(plan(), "book-db", retention=shorter)
    (finding,) = found(retention_not_agreed, changed, agreed(plan()))
    assert "changed after" in finding.sentence


@pytest.mark.requirement("R-018")
def test_a_retention_that_the_owner_signed_is_agreed_without_an_approver_in_the_plan() -> None:
    unsaid = with_component(
        plan(), "book-db", retention=Objective("retention", 35 * DAY, "regulation")
    )
    owner = unsaid.services["booking"].owner
    assert owner is not None

    def signed(person: str) -> ApprovalSeen:
        fingerprint = retention_fingerprint(unsaid, "book-db")
        return ApprovalSeen(
            BOX, "r", NOW - DAY, "r", person, "book-db", "retention", fingerprint, 0.0, NOW - DAY
        )

    assert found(retention_not_agreed, unsaid, signed(owner)) == []
    assert len(found(retention_not_agreed, unsaid, signed("nobody"))) == 1


@pytest.mark.requirement("R-089")
def test_every_finding_bears_what_it_rests_on_and_since_when() -> None:
    whole = organisation(plan(), point("book-db", NOW - DAY), point("directory", NOW - MINUTE))
    start = whole.bases["booking"]
    (finding,) = rpo_breach(start, whole.statuses["booking"])
    assert finding.requirements == ("R-086", "R-064")
    assert finding.inputs["as_of"] == "2026-11-22 09:00:00 UTC"
    assert finding.first_seen == NOW - DAY + HOUR


@pytest.mark.requirement("R-018", "R-089")
def test_copies_that_disappear_before_their_time_are_found() -> None:
    def listed(at: datetime, *names: str) -> list[PointSeen]:
        some = [point("book-db", NOW - DAY, external_id=name, observed_at=at) for name in names]
        return [replace(one, expires_at=NOW + DAY, digest=f"{at}") for one in some]

    first = listed(NOW - 3 * HOUR, "a", "b")
    second = listed(NOW - HOUR, "a")
    assert found(rp_disappeared, plan(), *first) == []
    (finding,) = found(rp_disappeared, plan(), *first, *second)
    assert (finding.code, finding.severity) == ("RP_DISAPPEARED", Severity.HIGH)
    assert finding.inputs["points"] == ("box/recovery_point/b",)
    assert finding.first_seen == NOW - HOUR
    before = NOW - HOUR - SECOND
    assert found(rp_disappeared, plan(), *first, *second, at=before) == []
    deleted = replace(first[0], deleted=True, observed_at=NOW - MINUTE, digest="gone")
    (finding,) = found(rp_disappeared, plan(), *first, deleted)
    assert finding.first_seen == NOW - MINUTE
