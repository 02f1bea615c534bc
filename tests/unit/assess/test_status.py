"""The two verdicts and all that hangs on them, at chosen instants."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from refloat.assess import rules_by_fact_type, service_status
from refloat.model.facts import (
    AcceptanceFact,
    ApprovalFact,
    DrillFact,
    Fact,
    Facts,
    FactType,
    PointsFact,
)
from refloat.model.judgement import (
    ApprovalState,
    Confidence,
    CopyVerdict,
    Finding,
    ServiceStatus,
    Severity,
)
from refloat.model.plan import Component, ComponentKind, Dependency, Plan, Strength
from refloat.model.points import CommonRecoveryPoint
from refloat.model.run import Measurement, Outcome, Proof, Stage, StepRecord, Verdict
from refloat.testing import example

PLAN = example.plan()
NOON = example.NOON
LATER = NOON + timedelta(minutes=12)
DAY = timedelta(days=1)


def judge(
    facts: Facts | Iterable[Fact], instant: datetime = LATER, plan: Plan = PLAN
) -> ServiceStatus:
    collected = facts if isinstance(facts, Facts) else Facts.of(facts)
    return service_status(plan, example.SERVICE, collected, instant)


def history(plan: Plan = PLAN, *, drills: Iterable[DrillFact] | None = None) -> list[Fact]:
    """Give the example's history, its drill exchanged for others where some are given."""
    kept = [one for one in example.facts(plan).all() if not isinstance(one, DrillFact)]
    chosen = [example.drill(plan, NOON)] if drills is None else list(drills)
    return [*kept, *chosen]


def codes(status: ServiceStatus) -> list[str]:
    return [finding.code for finding in status.findings]


def found(status: ServiceStatus, code: str) -> Finding:
    return next(finding for finding in status.findings if finding.code == code)


def claims(status: ServiceStatus) -> dict[str, bool]:
    return {claim.name: claim.holds for claim in status.claims}


def backups_only(plan: Plan = PLAN) -> list[Fact]:
    return [
        *example.approvals(plan, NOON - 2 * DAY),
        example.batch(plan, NOON - timedelta(minutes=17), entry=3),
        example.batch(plan, NOON - timedelta(minutes=2), entry=4),
    ]


@pytest.mark.requirement("R-001")
def test_copies_and_no_drill_are_two_verdicts() -> None:
    status = judge(backups_only())
    assert status.copy.verdict is CopyVerdict.YES
    assert status.recovery.verdict is Verdict.UNPROVEN
    assert status.recovery.reasons == ("Online booking has never been drilled.",)
    assert {one.entry for one in status.copy.data_sets} == {4}


@pytest.mark.requirement("R-002", "R-020")
def test_all_jobs_green_and_the_service_red() -> None:
    status = judge(backups_only())
    assert all(job.succeeded for job in status.jobs)
    assert claims(status)["job-completed"]
    assert status.recovery.verdict is not Verdict.PROVEN
    assert codes(status)[0] == "NEVER_DRILLED"
    assert all("not that the data can be used" in job.sentence for job in status.jobs)
    fields = list(type(status).__dataclass_fields__)
    assert fields.index("findings") < fields.index("jobs"), "findings are shown above the jobs"


def test_when_all_is_well_nothing_is_found() -> None:
    status = judge(example.facts(PLAN))
    assert status.copy.verdict is CopyVerdict.YES
    assert status.recovery.verdict is Verdict.PROVEN
    assert status.recovery.reasons == ()
    assert status.findings == ()
    assert all(claims(status).values())


@pytest.mark.requirement("R-020", "R-021", "R-022", "R-023")
def test_jobs_satisfy_no_claim_but_their_own() -> None:
    assert rules_by_fact_type() == {
        "job-completed": ("job-completed",),
        "recovery-point": ("copied",),
        "restore-test": ("usable", "right-data", "in-time"),
        "approval": (),
        "acceptance": (),
        "interruption": (),
        "observation": (),
    }
    status = judge(backups_only())
    assert claims(status) == {
        "job-completed": True,
        "copied": True,
        "usable": False,
        "right-data": False,
        "in-time": False,
    }
    seen = Facts.of(backups_only()).only({FactType.JOB_COMPLETED})
    assert not any(point for one in seen.batches for point in one.points)


@pytest.mark.requirement("R-021")
def test_right_data_needs_everything_that_is_needed_to_be_backed_up() -> None:
    archive = Component("archive", ComponentKind.FILES, "Archive")
    plan = replace(PLAN, components={**PLAN.components, "archive": archive})
    needs = (*PLAN.services["booking"].needs, Dependency("archive", Strength.SOFT))
    plan = example.with_service(plan, needs=needs)
    status = judge(history(plan), plan=plan)
    assert status.coverage.unaccounted == ("archive",)
    assert "booking-app" in status.coverage.rebuilt
    assert not claims(status)["right-data"]
    assert found(status, "COVERAGE_GAP").subject == "service booking, component archive"


@pytest.mark.requirement("R-021")
def test_right_data_needs_every_data_set_proved() -> None:
    drill = example.drill(PLAN, NOON)
    checks = tuple(one for one in drill.record.checks if one.component != "documents")
    status = judge(history(drills=[replace(drill, record=replace(drill.record, checks=checks))]))
    right = next(claim for claim in status.claims if claim.name == "right-data")
    assert (right.holds, right.because) == (
        False,
        "The last drill did not prove the data of Documents.",
    )


@pytest.mark.requirement("R-022")
def test_usable_needs_a_restore_with_verified_content_that_still_counts() -> None:
    facts = history()
    drill = example.drill(PLAN, NOON)
    assert claims(judge(facts))["usable"]
    assert not claims(judge(facts, NOON + 91 * DAY))["usable"]
    unverified = tuple(one for one in drill.record.checks if Proof.DATA not in one.proves)
    bare = replace(drill, record=replace(drill.record, checks=unverified))
    assert not claims(judge(history(drills=[bare])))["usable"]


@pytest.mark.requirement("R-023")
def test_in_time_needs_a_measured_time_on_as_much_data() -> None:
    assert claims(judge(history()))["in-time"]
    slow = example.drill(PLAN, NOON, seconds=601)
    assert not claims(judge(history(drills=[slow])))["in-time"]
    unmeasured = example.drill(PLAN, NOON, rto=Measurement(600, None, None, True, ""))
    assert not claims(judge(history(drills=[unmeasured])))["in-time"]
    grown = PointsFact(
        9,
        NOON + timedelta(minutes=5),
        (example.point("bookings-db", NOON + timedelta(minutes=4), size=2_000_000),),
    )
    status = judge([*history(), grown])
    assert not claims(status)["in-time"]
    assert "EVIDENCE_STALE_AFTER_CHANGE" in codes(status)


@pytest.mark.requirement("R-024")
def test_confidence_rises_only_with_evidence_of_its_own_kind() -> None:
    assert judge(()).confidence.level is Confidence.NONE
    monitored = judge(backups_only())
    assert monitored.confidence.level is Confidence.MONITORED
    assert monitored.confidence.expires_at == NOON - timedelta(minutes=2, seconds=-4) + 1.5 * (
        timedelta(minutes=15)
    )
    drill = example.drill(PLAN, NOON)
    no_journey = tuple(one for one in drill.record.checks if one.component)
    part = replace(drill.record, checks=no_journey, verdict=Verdict.UNPROVEN, reasons=("why",))
    assert judge(history(drills=[replace(drill, record=part)])).confidence.level is (
        Confidence.RESTORED
    )
    validated = judge(history())
    assert validated.confidence.level is Confidence.SERVICE_VALIDATED
    assert validated.confidence.expires_at == NOON + 90 * DAY
    assert not validated.confidence.ladder[-1].reached
    assert [step.level for step in validated.confidence.ladder] == list(Confidence)[1:]


@pytest.mark.requirement("R-064", "R-086")
@pytest.mark.parametrize(
    ("age", "met"),
    [
        (timedelta(hours=3, minutes=59, seconds=59), True),
        (timedelta(hours=4), True),
        (timedelta(hours=4, seconds=1), False),
        (timedelta(hours=4, microseconds=1), False),
    ],
)
def test_the_rpo_is_met_to_the_second_by_consistency_time(age: timedelta, met: bool) -> None:
    """The job that made the point ended five minutes later, and that does not matter."""
    plan = example.with_target(PLAN, "rpo", timedelta(hours=4))
    true_at = NOON
    batch = replace(example.batch(plan, true_at, entry=4), at=true_at + timedelta(minutes=5))
    facts = [*example.approvals(plan, NOON - DAY), batch]
    status = judge(facts, true_at + age, plan)
    rpo = status.objective("rpo")
    assert rpo.now_seconds == age.total_seconds()
    assert rpo.now_met is met
    breaches = [one for one in status.findings if one.code == "RPO_BREACH"]
    assert bool(breaches) is not met
    for breach in breaches:
        assert breach.inputs["consistency_time"] == "2026-11-02 12:00:00 UTC"
        assert breach.inputs["last_job"] == "The backup job succeeded."
        assert " were lost now, 4 h 1 s of " in breach.sentence


@pytest.mark.requirement("R-064")
def test_the_oldest_of_the_newest_points_decides() -> None:
    old = example.batch(PLAN, NOON - timedelta(hours=5), entry=3)
    new = example.batch(PLAN, NOON, entry=4, without=("identity",))
    instant = NOON + timedelta(seconds=4)
    rpo = judge([old, new], instant).objective("rpo")
    assert rpo.parts == {"booking-settings": 4, "bookings-db": 4, "identity": 18004}
    assert rpo.now_seconds == 18004
    unknown = judge([new], instant).objective("rpo")
    assert (unknown.now_seconds, unknown.now_met) == (None, None)


@pytest.mark.requirement("R-002", "R-086")
def test_a_breached_rpo_takes_the_proof_away() -> None:
    status = judge(history(), NOON + timedelta(minutes=14))
    assert status.recovery.verdict is Verdict.UNPROVEN
    assert status.recovery.reasons == (
        "If it happened now, 16 min of data would be lost; 15 min is allowed.",
    )


@pytest.mark.requirement("R-161", "R-154")
def test_a_change_of_the_service_makes_evidence_stale_at_once() -> None:
    """Renaming people or things changes nothing; what is restored or checked does."""
    facts = example.facts(PLAN)
    renamed = example.with_component(PLAN, "identity", name="Staff directory")
    assert judge(facts, plan=renamed).recovery.verdict is Verdict.PROVEN
    other_user = example.with_component(PLAN, "identity", user="ldap")
    status = judge(facts, plan=other_user)
    assert status.recovery.verdict is Verdict.UNPROVEN
    assert "has changed since the drill of 2026-11-02 12:00:00 UTC" in status.recovery.stale[0]
    stale = found(status, "EVIDENCE_STALE_AFTER_CHANGE")
    assert stale.inputs["causes"] == ("plan",)
    again = example.drill(other_user, NOON + timedelta(minutes=5), entry=9)
    assert judge([*facts.all(), again], plan=other_user).recovery.verdict is Verdict.PROVEN


@pytest.mark.requirement("R-161")
def test_a_new_dependency_is_named() -> None:
    extra = Component("chat", ComponentKind.APPLICATION, "Chat")
    plan = replace(PLAN, components={**PLAN.components, "chat": extra})
    needs = (*PLAN.services["booking"].needs, Dependency("chat"))
    plan = example.with_service(plan, needs=needs)
    status = judge(example.facts(PLAN), plan=plan)
    assert status.recovery.stale == (
        "Online booking now needs Chat since the drill of 2026-11-02 12:00:00 UTC.",
    )


@pytest.mark.requirement("R-161", "R-154")
def test_other_versions_make_evidence_stale() -> None:
    at = NOON + timedelta(minutes=5)
    upgraded = replace(example.point("bookings-db", at), source_version="PostgreSQL 16.1")
    status = judge([*history(), PointsFact(9, at, (upgraded,))])
    assert status.recovery.verdict is Verdict.UNPROVEN
    assert status.recovery.stale == (
        "Bookings database was drilled with PostgreSQL 15.18; "
        "it is now backed up with PostgreSQL 16.1.",
    )


@pytest.mark.requirement("R-161", "R-024")
def test_evidence_expires_and_says_when() -> None:
    facts = history()
    status = judge(facts)
    assert status.recovery.expires_at == NOON + 90 * DAY
    fresh = example.batch(PLAN, NOON + 90 * DAY - timedelta(minutes=1), entry=20)
    last = judge([*facts, fresh], NOON + 90 * DAY)
    assert last.recovery.verdict is Verdict.PROVEN
    over = judge([*facts, fresh], NOON + 90 * DAY + timedelta(seconds=1))
    assert over.recovery.verdict is Verdict.UNPROVEN
    assert found(over, "TEST_OVERDUE").severity is Severity.HIGH


def test_a_later_failed_drill_decides() -> None:
    bad = example.drill(
        PLAN,
        NOON + timedelta(minutes=3),
        entry=9,
        verdict=Verdict.FAILED,
        reasons=("Documents could not be restored: pack 7f3a is damaged.",),
    )
    status = judge([*history(), bad])
    assert status.recovery.verdict is Verdict.FAILED
    assert status.recovery.reasons == (
        "The drill of 2026-11-02 12:03:00 UTC failed.",
        "Documents could not be restored: pack 7f3a is damaged.",
    )
    assert status.recovery.rests_on is not None
    assert status.recovery.rests_on.entry == 9
    assert "DRILL_FAILED" in codes(status)
    before = judge([*history(), bad], NOON + timedelta(minutes=3))
    assert before.recovery.verdict is Verdict.PROVEN, "as of then nobody knew of the later drill"


@pytest.mark.requirement("R-087", "R-081")
def test_restored_files_are_no_test_of_the_service() -> None:
    drill = example.drill(PLAN, NOON)
    only_data = tuple(one for one in drill.record.checks if Proof.DATA in one.proves)
    part = replace(
        drill.record, checks=only_data, verdict=Verdict.UNPROVEN, reasons=("no journey",)
    )
    status = judge(history(drills=[replace(drill, record=part)]))
    assert "TEST_NOT_SERVICE_LEVEL" in codes(status)
    assert "TEST_NOT_SERVICE_LEVEL" not in codes(judge(history()))
    unserved = tuple(
        replace(one, proves=(Proof.ANSWERS,)) if Proof.IDENTITY in one.proves else one
        for one in drill.record.checks
    )
    part = replace(drill.record, checks=unserved, verdict=Verdict.UNPROVEN, reasons=("no one",))
    assert "TEST_NOT_SERVICE_LEVEL" in codes(judge(history(drills=[replace(drill, record=part)])))


@pytest.mark.requirement("R-088")
def test_a_recovery_that_takes_too_long_is_found_thrice() -> None:
    plan = example.with_service(PLAN, contract_limit=timedelta(minutes=20))
    plan = example.with_component(plan, "booking-app", vendor_commitment=timedelta(hours=4))
    slow = example.drill(plan, NOON, seconds=1201, verdict=Verdict.FAILED, reasons=("too slow",))
    status = judge(history(plan, drills=[slow]), plan=plan)
    assert found(status, "RTO_EXCEEDED").sentence == (
        "Online booking needs 20 min 1 s to come back; the business allows 10 min. "
        "Meanwhile: Patients book a visit and Dentists see their day."
    )
    assert "CONTRACT_TOLERANCE_EXCEEDED" in codes(status)
    assert found(status, "VENDOR_COMMITMENT_INSUFFICIENT").sentence == (
        "Online booking must be back within 10 min; the vendor of Booking application promises "
        "4 h. Meanwhile: Patients book a visit and Dentists see their day."
    )
    at_limit = example.drill(plan, NOON, seconds=1200)
    assert "CONTRACT_TOLERANCE_EXCEEDED" not in codes(
        judge(history(plan, drills=[at_limit]), plan=plan)
    )


@pytest.mark.requirement("R-007")
def test_a_target_counts_only_while_its_approval_is_of_that_number() -> None:
    facts = example.facts(PLAN)
    assert judge(facts).objective("rto").explanation == "Ben Okafor approved 10 min on 2026-10-31."
    changed = example.with_target(PLAN, "rto", timedelta(minutes=20))
    status = judge(facts, plan=changed)
    rto = status.objective("rto")
    assert rto.approval is ApprovalState.STALE
    assert rto.explanation == (
        "Ben Okafor approved 10 min on 2026-10-31; the plan now says 20 min."
    )
    assert status.recovery.verdict is Verdict.UNPROVEN
    assert status.recovery.reasons == (rto.explanation,)
    assert found(status, "TARGET_NOT_APPROVED").subject == "service booking, rto"


def test_an_approved_target_that_the_drill_missed_fails() -> None:
    stricter = example.with_target(PLAN, "rto", timedelta(seconds=40))
    facts = [*history(), *example.approvals(stricter, NOON + timedelta(minutes=1), entry=10)]
    status = judge(facts, plan=stricter)
    assert status.objective("rto").approval is ApprovalState.APPROVED
    assert status.recovery.verdict is Verdict.FAILED
    assert status.recovery.reasons == ("The recovery took 42 s; 40 s is allowed.",)


def test_only_the_person_whom_the_plan_names_can_approve() -> None:
    kept = [one for one in history() if not isinstance(one, ApprovalFact)]
    by_mei = [replace(one, person="mei") for one in example.approvals(PLAN, NOON - DAY)]
    rto = judge([*kept, *by_mei]).objective("rto")
    assert rto.approval is ApprovalState.MISSING
    assert rto.explanation.startswith("Mei Tan approved the recovery time objective")
    none = judge(kept).objective("rto")
    assert none.explanation == (
        "Nobody has approved the recovery time objective of Online booking."
    )
    claimed = dict(PLAN.services["booking"].objectives)
    claimed["rto"] = replace(claimed["rto"], approved_on=NOON.date())
    plan = example.with_service(PLAN, objectives=claimed)
    assert judge(kept, plan=plan).objective("rto").approval is ApprovalState.CLAIMED
    bare = example.with_service(PLAN, objectives={})
    assert judge(kept, plan=bare).objective("rto").approval is ApprovalState.NO_TARGET
    assert judge(kept, plan=bare).recovery.verdict is Verdict.UNPROVEN


@pytest.mark.requirement("R-035")
def test_the_last_representative_restore_is_shown_and_others_do_not_count() -> None:
    first = example.drill(PLAN, NOON - 3 * DAY, entry=2)
    lacking = {**first.record.representative, "current point": False}
    second = example.drill(PLAN, NOON, entry=5, representative=lacking)
    status = judge(history(drills=[first, second]))
    shown = status.representative
    assert shown.drill is not None
    assert (shown.drill.entry, shown.drill.at) == (2, NOON - 3 * DAY)
    assert shown.age_seconds == (LATER - (NOON - 3 * DAY)).total_seconds()
    assert shown.due_at == NOON + 87 * DAY
    assert [(one.entry, one.missing) for one in shown.not_counted] == [(5, ("current point",))]
    assert shown.not_counted[0].data_sets == (
        "booking-settings",
        "bookings-db",
        "documents",
        "identity",
    )
    alone = judge(history(drills=[second]))
    assert alone.representative.drill is None
    assert found(alone, "NO_REPRESENTATIVE_RESTORE").inputs["missing"] == ("current point",)


@pytest.mark.requirement("R-055")
def test_the_business_must_confirm_what_came_back() -> None:
    facts = [one for one in history() if not isinstance(one, AcceptanceFact)]
    status = judge(facts)
    assert not status.acceptance.accepted
    missing = found(status, "RESTORED_DATA_NOT_CONFIRMED")
    assert missing.next_step == "Ask Ben Okafor: Are the bookings of today all there?"
    by_mei = AcceptanceFact(7, NOON, "run-5", "mei", "yes")
    of_another = AcceptanceFact(8, NOON, "run-1", "ben", "yes")
    assert not judge([*facts, by_mei, of_another]).acceptance.accepted
    signed = judge([*facts, AcceptanceFact(9, NOON, "run-5", "ben", "All there.")])
    assert signed.acceptance.accepted
    assert signed.acceptance.person == "Ben Okafor"
    assert "RESTORED_DATA_NOT_CONFIRMED" not in codes(signed)
    nobody = example.with_service(PLAN, completeness=None)
    assert "RESTORED_DATA_NOT_CONFIRMED" in codes(judge(history(nobody), plan=nobody))


def test_a_copy_that_could_not_be_brought_back_is_none() -> None:
    drill = example.drill(PLAN, NOON)
    steps = tuple(
        replace(one, outcome=Outcome.FAILED)
        if (one.component, one.stage) == ("bookings-db", Stage.RESTORE)
        else one
        for one in drill.record.steps
    )
    record = replace(drill.record, steps=steps, verdict=Verdict.FAILED, reasons=("pack",))
    facts = history(drills=[replace(drill, record=record)])
    status = judge(facts)
    assert status.copy.verdict is CopyVerdict.NO
    assert status.copy.reasons == (
        "The copy of Bookings database could not be brought back on 2026-11-02 12:00:00 UTC.",
    )
    newer = example.batch(PLAN, NOON + timedelta(minutes=9), entry=9)
    assert judge([*facts, newer]).copy.verdict is CopyVerdict.UNKNOWN


def test_a_drill_of_older_data_neither_takes_a_proof_away_nor_repairs_what_failed() -> None:
    later, at = NOON + timedelta(minutes=5), LATER
    small = dict.fromkeys(example.drill(PLAN, NOON).record.environment.volume_bytes, 1)
    past = example.drill(PLAN, later, entry=9, points_at=NOON - DAY)
    past = replace(
        past,
        record=replace(
            past.record,
            run="run-past",
            mode="at",
            loss_at=NOON - DAY,
            environment=replace(past.record.environment, volume_bytes=small),
        ),
    )
    newest = example.drill(PLAN, NOON)
    proven = judge(history(drills=[newest, past]), at)
    assert proven.recovery.verdict is Verdict.PROVEN, proven.recovery.reasons
    assert proven.recovery.rests_on is not None
    assert proven.recovery.rests_on.run == newest.record.run
    steps = tuple(
        replace(one, outcome=Outcome.FAILED)
        if (one.component, one.stage) == ("bookings-db", Stage.RESTORE)
        else one
        for one in newest.record.steps
    )
    checks = tuple(one for one in newest.record.checks if one.component != "bookings-db")
    failed = replace(
        newest.record, steps=steps, checks=checks, verdict=Verdict.FAILED, reasons=("pack",)
    )
    status = judge(history(drills=[replace(newest, record=failed), past]), at)
    assert status.recovery.verdict is Verdict.FAILED
    assert status.copy.verdict is CopyVerdict.UNKNOWN
    assert "an older one was on" in status.copy.reasons[0]
    unread = replace(
        newest.record,
        verdict=Verdict.UNPROVEN,
        reasons=("wrong password",),
        steps=(),
        checks=(),
        common_recovery_point=CommonRecoveryPoint(None, timedelta(0), {}),
    )
    status = judge(history(drills=[replace(newest, record=unread), past]), at)
    assert status.recovery.verdict is Verdict.UNPROVEN
    again = replace(past, record=replace(past.record, loss_at=at))
    assert judge(history(drills=[newest, again]), at).recovery.rests_on != proven.recovery.rests_on


def test_a_drill_that_somebody_stopped_proves_nothing_either_way() -> None:
    good = example.drill(PLAN, NOON)
    stopped = replace(
        good.record,
        run="run-stopped",
        declared_at=NOON + timedelta(minutes=5),
        verdict=Verdict.UNPROVEN,
        reasons=("It was stopped by Ctrl-C before it came to an end",),
        steps=(StepRecord(None, Stage.CHOOSE, Outcome.COULD_NOT_RUN, 0, 1, "it was stopped"),),
        common_recovery_point=CommonRecoveryPoint(None, timedelta(0), {}),
        checks=(),
        interrupted=True,
    )
    fact = DrillFact(9, stopped.declared_at, stopped)
    status = judge(history(drills=[good, fact]))
    assert (status.recovery.verdict, status.copy.verdict) == (Verdict.PROVEN, CopyVerdict.YES)
    assert status.recovery.interrupted == ("run-stopped",)
    assert "RUN_INTERRUPTED" in codes(status)
    alone = judge(history(drills=[fact]))
    assert alone.recovery.verdict is Verdict.UNPROVEN
    failed = replace(stopped, verdict=Verdict.FAILED)
    status = judge(history(drills=[good, replace(fact, record=failed)]))
    assert status.recovery.verdict is Verdict.FAILED


def test_a_copy_that_was_gone_or_unreadable_in_the_drill_is_not_there() -> None:
    drill = example.drill(PLAN, NOON)
    gone = CommonRecoveryPoint(None, timedelta(0), {}, ("identity",))
    record = replace(drill.record, common_recovery_point=gone, steps=(), verdict=Verdict.UNPROVEN)
    status = judge(history(drills=[replace(drill, record=record)]))
    assert status.copy.verdict is CopyVerdict.NO
    missed, later = replace(drill, record=record), example.drill(PLAN, LATER, entry=8)
    at = LATER + timedelta(minutes=9)
    assert judge(history(drills=[missed, later]), at).copy.verdict is CopyVerdict.YES
    again = replace(record, declared_at=LATER + timedelta(minutes=4), run="run-9")
    again = replace(again, loss_at=again.declared_at)
    gone_again = DrillFact(9, again.declared_at, again)
    assert judge(history(drills=[missed, later, gone_again]), at).copy.verdict is CopyVerdict.NO
    closed = StepRecord(None, Stage.CHOOSE, Outcome.COULD_NOT_RUN, 0, 1, "wrong password")
    record = replace(
        drill.record,
        common_recovery_point=CommonRecoveryPoint(None, timedelta(0), {}),
        steps=(closed,),
        verdict=Verdict.UNPROVEN,
    )
    status = judge(history(drills=[replace(drill, record=record)]))
    assert status.copy.verdict is CopyVerdict.UNKNOWN
    assert "Wrong password" in status.copy.reasons[0]


def test_without_any_word_of_backups_the_copy_is_unknown_and_with_bad_words_no() -> None:
    silent = judge(())
    assert silent.copy.verdict is CopyVerdict.UNKNOWN
    assert silent.copy.reasons[0] == "No copy of Booking settings was ever heard of."
    failed = example.batch(PLAN, NOON, failed={"bookings-db": "the dump ended with exit code 1"})
    status = judge([failed])
    assert status.copy.verdict is CopyVerdict.NO
    assert status.copy.reasons == (
        "There is no copy of Bookings database. "
        "The last backup failed: The dump ended with exit code 1.",
    )
    assert "BACKUP_FAILED" in codes(status)
    jobs = {job.data_set: job.succeeded for job in status.jobs}
    assert jobs["bookings-db"] is False
    assert jobs["identity"] is True


def test_silence_is_a_finding() -> None:
    every = timedelta(minutes=15)
    batch = example.batch(PLAN, NOON)
    edge = batch.at + 1.5 * every
    assert "SILENCE" not in codes(judge([batch], edge))
    assert "SILENCE" in codes(judge([batch], edge + timedelta(seconds=1)))


def test_an_interrupted_run_is_shown_and_proves_nothing_either_way() -> None:
    facts = [*history(), example.interruption(NOON + timedelta(minutes=5))]
    status = judge(facts)
    assert status.recovery.verdict is Verdict.PROVEN
    assert status.recovery.interrupted == ("run-8",)
    assert "RUN_INTERRUPTED" in codes(status)


def test_findings_speak_the_businesses_words() -> None:
    """No rule code, no tool's name, no fingerprint in a sentence that an owner reads."""
    statuses = [
        judge(()),
        judge(backups_only()),
        judge(history(), NOON + 200 * DAY),
        judge(example.facts(PLAN), plan=example.with_target(PLAN, "rto", timedelta(seconds=1))),
    ]
    seen = [finding for status in statuses for finding in status.findings]
    assert len({finding.code for finding in seen}) >= 7
    for finding in seen:
        for text in (finding.sentence, finding.next_step):
            assert text[0].isupper()
            assert text.endswith((".", "?", "!"))
            assert not any(word in text for word in ("restic", "sha256", "_", "RPO", "R-0"))
        assert finding.requirements


def test_the_past_is_judged_by_what_was_known_then() -> None:
    facts = example.facts(PLAN)
    then = judge(facts, NOON)
    assert then.recovery.reasons == ("Online booking has never been drilled.",)
    assert judge(facts, NOON - 3 * DAY).copy.verdict is CopyVerdict.UNKNOWN
