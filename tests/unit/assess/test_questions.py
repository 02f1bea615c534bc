"""The five questions: lists, intervals, retention, rights, authority, restores; what is open."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from refloat.assess.rules.design import design_question_unanswered, rights_unanswered
from refloat.assess.sheets.answering import CANARY, WINDOW
from refloat.assess.sheets.questions import five_questions
from refloat.assess.verdicts.restores import restore_refused
from refloat.model.access import Lock, PrincipalKind, Right
from refloat.model.feed import (
    AccessSeen,
    CopySeen,
    FeedFact,
    PointSeen,
    Quality,
    ScopeExclusion,
    TestCheck,
    TestLevel,
)
from refloat.model.judgement import Severity
from refloat.model.organisation import Authority, Exclusion
from refloat.model.plan import Dependency, Plan
from refloat.model.sheets import FiveAnswers, Known, RightsRow
from tests.support.changing import (
    with_component,
    with_platform,
    with_principal,
    with_repository,
    with_service,
)
from tests.unit.assess.copied import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    copied_to,
    found,
    healthy,
    organisation,
    plan,
    point,
    scope,
    seen_right,
    service_test,
)


def sheet(given: Plan, *facts: FeedFact, service: str = "booking") -> FiveAnswers:
    return five_questions(organisation(given, *facts), service)


def proven(given: Plan | None = None) -> list[FeedFact]:
    return [*healthy(given), *(service_test(key, NOW - DAY) for key in (given or plan()).services)]


def numbers(answers: FiveAnswers) -> list[object]:
    return [finding.inputs["question"] for finding in answers.findings]


@pytest.mark.requirement("R-030")
def test_what_is_protected_left_out_and_in_neither_list() -> None:
    given = with_component(plan(), "hours", name="Hours")
    given = with_component(given, "recordings")
    needs = tuple(Dependency(key) for key in ("book-db", "hours", "recordings"))
    given = with_service(given, "booking", needs=needs)
    left_out = Exclusion("recordings", "recordings", "not kept", "ada", date(2027, 3, 31))
    given = replace(given, exclusions=(left_out,))
    fact = scope(
        data_set="book-db",
        selected=("a", "b"),
        excluded=(ScopeExclusion("c", "old", "ada"),),
        inventory=("a", "b", "c", "d"),
    )
    lists = sheet(given, *healthy(given), fact).protection
    assert [(one.key, one.source) for one in lists.protected] == [("book-db", "the backup box")]
    excluded = [(one.what, one.holds, one.source, one.until) for one in lists.excluded]
    assert excluded == [("recordings", True, "plan", "2027-03-31"), ("c", True, "box", "")]
    unaccounted = [(one.what, one.source) for one in lists.unaccounted]
    assert unaccounted == [("hours", "plan"), ("d", "box")]
    assert (lists.parts_counted, lists.parts_selected) == (4, 2)


@pytest.mark.requirement("R-031")
def test_how_often_copies_were_made_is_counted_and_not_believed() -> None:
    times = [NOW - 20 * HOUR, NOW - 10 * HOUR, NOW - 9 * HOUR, NOW - 8 * HOUR, NOW - 7 * HOUR]
    facts = [point("book-db", at) for at in times]
    (found_sheet,) = sheet(plan(), *facts).intervals
    assert found_sheet.meant_seconds == 3600
    assert found_sheet.points == 5
    assert found_sheet.median_seconds == 3600
    assert found_sheet.p95_seconds == 10 * 3600
    assert found_sheet.longest_seconds == 10 * 3600
    (older,) = five_questions(organisation(plan(), *facts, at=NOW + 5 * HOUR), "booking").intervals
    assert older.longest_seconds == 12 * 3600, "the time since the newest one counts, too"


@pytest.mark.requirement("R-031")
def test_intervals_are_looked_at_over_ninety_days_and_only_of_what_can_be_restored() -> None:
    before, early = NOW - WINDOW - DAY, NOW - WINDOW + DAY
    bad = point("book-db", NOW - DAY, usable="failed")
    facts = [point("book-db", at) for at in (before - 9 * DAY, before, early, NOW - HOUR)]
    (found_sheet,) = sheet(plan(), *facts, bad).intervals
    assert found_sheet.points == 2
    assert found_sheet.longest_seconds == (NOW - HOUR - early).total_seconds()
    assert found_sheet.median_seconds is not None
    (nothing,) = sheet(plan()).intervals
    assert (nothing.points, nothing.median_seconds, nothing.longest_seconds) == (0, None, None)


@pytest.mark.requirement("R-032")
def test_how_long_copies_are_kept_and_locked_is_shown() -> None:
    old = point("book-db", NOW - 9 * DAY, expires_at=NOW + DAY)
    gone = point("book-db", NOW - 40 * DAY, expires_at=NOW - DAY)
    new = point("book-db", NOW - HOUR, expires_at=NOW + 35 * DAY)
    (one,) = sheet(plan(), gone, old, new).retention
    assert one.oldest == NOW - 9 * DAY, "what has expired is not there any more"
    assert one.policy == "removed after 35 days"
    assert (one.agreed_seconds, one.agreed_by) == (35 * 86400.0, "Ada Obi")
    assert one.newest_expires_at == NOW + 35 * DAY
    assert one.newest_locked_until == NOW - HOUR + 35 * DAY
    assert one.lock == "cupboard: no lock and vault: compliance until 2026-12-27 08:00:00 UTC"


def row(answers: FiveAnswers, repository: str, kind: PrincipalKind) -> RightsRow:
    return next(
        one for one in answers.rights if (one.repository, one.kind) == (repository, kind.value)
    )


@pytest.mark.requirement("R-033")
def test_who_can_do_what_to_each_copy() -> None:
    facts = [
        *healthy(),
        seen_right("keepers", "cupboard", Right.CHANGE_RETENTION, True),
        seen_right("keepers", "cupboard", Right.DELETE, False),
        seen_right("keepers", "cupboard", Right.DELETE_REPOSITORY, False),
    ]
    answers = sheet(plan(), *facts)
    admins = row(answers, "cupboard", PrincipalKind.PRIVILEGED)
    assert (admins.read, admins.delete) == (Known.YES, Known.YES)
    assert (admins.modify, admins.shorten) == (Known.UNKNOWN, Known.UNKNOWN)
    assert admins.ways == ("read other: admins -> cupboard", "delete: admins -> cupboard")
    assert (admins.accounts, admins.quality, admins.lock) == (1, "poor", "")
    keepers = row(answers, "cupboard", PrincipalKind.BACKUP_ADMINISTRATOR)
    assert (keepers.delete, keepers.shorten) == (Known.NO, Known.YES)
    sealed = row(answers, "cupboard", PrincipalKind.BREAK_GLASS)
    assert (sealed.accounts, sealed.delete) == (0, Known.UNKNOWN), "nobody is not a no"
    safe = row(answers, "vault", PrincipalKind.PRIVILEGED)
    assert (safe.read, safe.modify, safe.delete, safe.shorten) == (Known.NO,) * 4
    assert safe.lock.startswith("compliance until 2026-12-27")


def tried(at: datetime, *, allowed: bool = False) -> AccessSeen:
    """What ``refloat canary`` tells of the keepers."""
    fact = seen_right("keepers", "cupboard", Right.DELETE, allowed)
    name = f"{CANARY}cupboard/keepers"
    return replace(fact, external_id=name, observed_at=at, quality=Quality.EXCELLENT)


@pytest.mark.requirement("R-033")
def test_a_denied_canary_shows_that_its_accounts_cannot_delete_copies_and_no_more() -> None:
    at = NOW - 3 * DAY
    keepers = row(sheet(plan(), tried(at)), "cupboard", PrincipalKind.BACKUP_ADMINISTRATOR)
    assert (keepers.delete, keepers.quality) == (Known.NO, "excellent")
    others = (keepers.read, keepers.modify, keepers.delete_place, keepers.shorten)
    assert others == (Known.UNKNOWN,) * 4
    assert keepers.tried == ("keepers could not delete a canary on 2026-11-19, 3 days ago",)

    place = seen_right("keepers", "cupboard", Right.DELETE_REPOSITORY, True)
    keepers = row(sheet(plan(), tried(at), place), "cupboard", PrincipalKind.BACKUP_ADMINISTRATOR)
    assert (keepers.delete, keepers.delete_place) == (Known.YES, Known.YES), "its copies go with it"


@pytest.mark.requirement("R-033")
def test_a_denial_that_is_too_old_shows_nothing_any_more_and_is_said_to_be_old() -> None:
    at = NOW - plan().policy.access_seen_every - DAY
    keepers = row(sheet(plan(), tried(at)), "cupboard", PrincipalKind.BACKUP_ADMINISTRATOR)
    assert keepers.delete is Known.UNKNOWN
    (told,) = keepers.tried
    assert told.endswith("days ago; that is too long ago to count")


@pytest.mark.requirement("R-034")
def test_who_asks_for_a_restore_and_who_approves_it() -> None:
    authority = sheet(plan()).authority
    assert (authority.requesters, authority.approvers) == (("Ada Obi",), ("Cem Yildiz",))
    assert authority.separate
    assert authority.break_glass == ("a sealed account opens the backup box",)
    alone = replace(
        plan(), authority=Authority(request_restores=("ada",), approve_restores=("ada",))
    )
    assert not sheet(alone).authority.separate
    shut = with_platform(plan(), "box", break_glass=False)
    assert sheet(shut).authority.break_glass == ()


@pytest.mark.requirement("R-034")
def test_a_restore_needs_two_people_who_may() -> None:
    both = Authority(request_restores=("ada", "cem"), approve_restores=("cem",))
    given = replace(plan(), authority=both)
    assert restore_refused(given, "ada", "cem") == ""
    assert "may not ask" in restore_refused(plan(), "cem", "cem")
    assert "may not approve a restore" in restore_refused(given, "cem", "ada")
    assert "asked for themselves" in restore_refused(given, "cem", "cem")


@pytest.mark.requirement("R-035", "R-036")
def test_the_last_representative_restore_counts_and_others_are_shown() -> None:
    proves = ("data", "dependency", "service")
    checks = tuple(TestCheck(f"shows {one}", True, one) for one in proves)
    size, true_at = 1_000_000, NOW - 3 * DAY - MINUTE
    whole = service_test("booking", NOW - 3 * DAY, checks=checks, bytes=size, point_time=true_at)
    single = service_test("booking", NOW - DAY, level=TestLevel.FILE)
    restore = sheet(plan(), *healthy(), whole, single).restore
    assert restore.at == NOW - 3 * DAY
    assert restore.age_seconds == 3 * 86400
    valid = plan().services["booking"].evidence_valid_for
    assert restore.due_at == NOW - 3 * DAY + valid
    assert [(one.what, one.at) for one in restore.not_counted] == [("file", NOW - DAY)]
    only = sheet(plan(), *healthy(), single)
    assert (only.restore.at, only.restore.due_at) == (None, None)
    assert only.answers[4].text.startswith("Never.")
    assert numbers(only) == [], "that it was never whole is an answer"


def test_a_design_that_answers_everything_has_no_open_question() -> None:
    answers = sheet(plan(), *proven())
    assert answers.findings == ()
    assert [one.number for one in answers.answers] == [1, 2, 3, 4, 5]
    assert found(design_question_unanswered, plan(), *proven()) == []
    assert found(rights_unanswered, plan(), *proven()) == []
    assert answers.answers[2].text == (
        "An isolated copy of Bookings. Accounts that can alter copies somewhere: privileged."
    )


@pytest.mark.requirement("R-030", "R-031", "R-033", "R-034", "R-035")
def test_each_question_that_is_not_answered_is_a_finding_with_its_number() -> None:
    given = with_component(
        plan(), "book-db", watch=copied_to("cupboard", every=None, kept_for=None)
    )
    given = with_repository(given, "cupboard", rights={}, lock=Lock())
    given = replace(given, authority=Authority())
    answers = sheet(given)
    assert numbers(answers) == [2, 3, 4, 5]
    assert {one.severity for one in answers.findings} == {Severity.MEDIUM}
    assert {one.code for one in answers.findings} == {"DESIGN_QUESTION_UNANSWERED"}
    (second,) = (one for one in answers.findings if one.inputs["question"] == 2)
    assert second.sentence == (
        "Of Online booking nobody knows how often copies of Bookings are made and how long copies "
        "of Bookings are kept. At stake: visits and reminders."
    )
    own = found(design_question_unanswered, given)
    assert [one.subject for one in own] == [
        "service sign-in, question 5",
        "service booking, question 2",
        "service booking, question 5",
    ]
    wide = found(rights_unanswered, given)
    assert [one.subject for one in wide] == [
        "organisation, question 4",
        "service booking, question 3",
    ]
    bare = with_service(given, "booking", needs=())
    assert numbers(sheet(bare)) == [1, 4]


def test_one_sight_of_a_right_or_a_lock_answers_the_third_question() -> None:
    given = with_repository(plan(), "cupboard", rights={}, lock=Lock())
    given = with_repository(given, "vault", rights={}, lock=Lock())
    assert 3 in numbers(sheet(given, *proven()))
    fact = seen_right("admins", "cupboard", Right.DELETE, None)
    assert 3 not in numbers(sheet(given, *proven(), fact))
    locked: PointSeen = point("book-db", NOW - MINUTE, copies=(CopySeen("vault", offline=True),))
    assert 3 not in numbers(sheet(given, *proven(), locked))
    taken = with_principal(given, "admins", can_become=("keepers",))
    assert 3 in numbers(sheet(taken, *proven()))
