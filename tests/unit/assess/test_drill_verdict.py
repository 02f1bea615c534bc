"""The verdict on a drill: proven only with every proof, and every other verdict with its cause."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from refloat.assess import (
    CRITERIA,
    DrillParts,
    categories,
    degraded,
    drill_verdict,
    representative,
)
from refloat.model.place import Teardown
from refloat.model.plan import Category, Component, ComponentKind, Dependency, Plan, Strength
from refloat.model.points import CommonRecoveryPoint
from refloat.model.run import CheckResult, Measurement, Outcome, Proof, Stage, StepRecord, Verdict
from refloat.testing import example

PLAN = example.plan()
SERVICE = example.SERVICE


def good(plan: Plan = PLAN) -> DrillParts:
    record = example.drill(plan, example.NOON).record
    return DrillParts(
        record.common_recovery_point,
        record.steps,
        record.checks,
        record.rto,
        record.rpo,
        record.teardown,
    )


def judge(parts: DrillParts, plan: Plan = PLAN) -> tuple[Verdict, tuple[str, ...]]:
    return drill_verdict(plan, SERVICE, parts)


def with_step(parts: DrillParts, key: str | None, stage: Stage, **changes: Any) -> DrillParts:
    steps = [
        replace(step, **changes) if (step.component, step.stage) == (key, stage) else step
        for step in parts.steps
    ]
    assert steps != list(parts.steps), "nothing was changed"
    return replace(parts, steps=steps)


def with_checks(
    parts: DrillParts, which: Callable[[CheckResult], bool], **changes: Any
) -> DrillParts:
    checks = [replace(check, **changes) if which(check) else check for check in parts.checks]
    assert checks != list(parts.checks), "nothing was changed"
    return replace(parts, checks=checks)


def without_checks(parts: DrillParts, which: Callable[[CheckResult], bool]) -> DrillParts:
    kept = [check for check in parts.checks if not which(check)]
    assert len(kept) < len(parts.checks)
    return replace(parts, checks=kept)


def after_failure(parts: DrillParts, key: str, stage: Stage, detail: str) -> DrillParts:
    """Give what the recovery's machine makes of one failed step: all that follows cannot run."""
    stages = list(Stage)
    steps: list[StepRecord] = []
    for step in parts.steps:
        own = step.component == key and stages.index(step.stage) > stages.index(stage)
        above = step.component == "booking-app" or step.stage is Stage.JOURNEY
        if (step.component, step.stage) == (key, stage):
            steps.append(replace(step, outcome=Outcome.FAILED, detail=detail))
        elif own or above:
            steps.append(replace(step, outcome=Outcome.COULD_NOT_RUN, detail="not begun"))
        else:
            steps.append(step)
    checks = [one for one in parts.checks if one.component not in (key, "booking-app", None)]
    missing = Measurement(600, None, None, True, "not measured, it did not come back")
    return replace(parts, steps=steps, checks=checks, rto=missing)


@pytest.mark.requirement("R-040", "R-156")
def test_a_drill_with_every_proof_is_proven() -> None:
    assert judge(good()) == (Verdict.PROVEN, ())


@pytest.mark.requirement("R-156")
@pytest.mark.parametrize("key", ["bookings-db", "identity", "documents", "booking-settings"])
def test_every_data_set_needs_a_check_that_proves_its_data(key: str) -> None:
    parts = without_checks(good(), lambda one: one.component == key and Proof.DATA in one.proves)
    verdict, reasons = judge(parts)
    assert verdict is Verdict.UNPROVEN
    assert reasons == (f"No check proved the data of {PLAN.components[key].name}.",)


@pytest.mark.requirement("R-040")
def test_without_a_journey_nothing_is_proven() -> None:
    plan = example.with_service(PLAN, checks=())
    verdict, reasons = judge(good(plan), plan)
    assert verdict is Verdict.UNPROVEN
    assert reasons == (
        "The plan has no checks of Online booking itself, so nothing shows that it works.",
    )


@pytest.mark.requirement("R-040")
def test_a_journey_that_breaks_fails_with_the_step_that_broke() -> None:
    parts = with_checks(
        good(),
        lambda one: one.name == "a dentist signs in",
        outcome=Outcome.FAILED,
        expected="status 200",
        seen="status 401",
    )
    parts = with_checks(
        parts,
        lambda one: one.name == "see today's bookings",
        outcome=Outcome.COULD_NOT_RUN,
        seen="not asked, because 'a dentist signs in' did not pass",
    )
    parts = with_step(parts, None, Stage.JOURNEY, outcome=Outcome.FAILED)
    verdict, reasons = judge(parts)
    assert verdict is Verdict.FAILED
    assert reasons == (
        "The check 'a dentist signs in' of Online booking failed: "
        "expected status 200; seen: status 401.",
    )


@pytest.mark.requirement("R-081")
def test_an_identity_provider_that_nobody_signed_in_through_is_not_enough() -> None:
    parts = with_checks(good(), lambda one: Proof.IDENTITY in one.proves, proves=(Proof.ANSWERS,))
    verdict, reasons = judge(parts)
    assert verdict is Verdict.UNPROVEN
    assert reasons == ("No check signed in through Directory.",)


@pytest.mark.requirement("R-081")
def test_a_licence_server_must_have_given_a_licence() -> None:
    licence = Component("licences", ComponentKind.LICENCE, "Licence server")
    plan = replace(PLAN, components={**PLAN.components, "licences": licence})
    app = PLAN.components["booking-app"]
    plan = example.with_component(
        plan, "booking-app", needs=(*app.needs, Dependency("licences", Strength.HARD))
    )
    verdict, reasons = judge(good(plan), plan)
    assert verdict is Verdict.UNPROVEN
    assert reasons == ("No check obtained a licence from Licence server.",)
    obtained = CheckResult(
        "a licence", "tcp", Outcome.PASSED, (Proof.LICENCE,), "one", "one", 0.1, "licences"
    )
    parts = replace(good(plan), checks=(*good(plan).checks, obtained))
    assert judge(parts, plan) == (Verdict.PROVEN, ())


@pytest.mark.requirement("R-156")
def test_at_least_one_dependency_must_have_been_asked() -> None:
    """The service's own checks may be green while nothing under it was ever looked at."""
    plan = example.with_service(PLAN, needs=(Dependency("documents"),))
    parts = good(plan)
    assert judge(parts, plan) == (Verdict.PROVEN, ())
    journey_alone = [check for check in parts.checks if check.component is None]
    verdict, reasons = judge(replace(parts, checks=journey_alone), plan)
    assert verdict is Verdict.UNPROVEN
    assert "No check asked anything that Online booking depends on." in reasons


@pytest.mark.requirement("R-065")
def test_a_target_that_is_exceeded_fails_with_both_numbers() -> None:
    rto = Measurement(1.0, 41.0, False, True, "from the declaration")
    verdict, reasons = judge(replace(good(), rto=rto))
    assert verdict is Verdict.FAILED
    assert reasons == ("The recovery took 41 s; 1 s is allowed.",)
    rpo = Measurement(900.0, 14400.5, False, True, "from the heartbeat")
    verdict, reasons = judge(replace(good(), rpo=rpo))
    assert verdict is Verdict.FAILED
    assert reasons == ("4 h 1 s of data would be lost; 15 min is allowed.",)


def test_a_target_that_is_met_to_the_second_is_met() -> None:
    exact = Measurement(600.0, 600.0, True, True, "")
    assert judge(replace(good(), rto=exact)) == (Verdict.PROVEN, ())
    over = Measurement(600.0, 600.001, False, True, "")
    assert judge(replace(good(), rto=over)) == (
        Verdict.FAILED,
        ("The recovery took 10 min 1 s; 10 min is allowed.",),
    )


def test_a_target_that_nobody_approved_is_unproven() -> None:
    parts = replace(good(), rto=replace(good().rto, approved=False))
    assert judge(parts) == (
        Verdict.UNPROVEN,
        ("Nobody has approved the recovery time objective of Online booking.",),
    )


def test_a_server_that_could_not_be_made_before_anything_was_chosen_is_no_failure() -> None:
    full = "No space left on device"
    prepare = StepRecord("bookings-db", Stage.PREPARE, Outcome.FAILED, 0.1, 0.2, full)
    assert judge(replace(good(), steps=[*good().steps, prepare]))[0] is Verdict.FAILED
    steps = [
        replace(
            step,
            outcome=Outcome.COULD_NOT_RUN,
            detail="the disk has 35 MiB free" if step.stage is Stage.CHOOSE else "not begun",
        )
        for step in good().steps
        if step.stage is not Stage.ISOLATE
    ]
    unmeasured = Measurement(600, None, None, True, "not measured, it did not come back")
    parts = replace(good(), steps=[*steps, prepare], checks=[], rto=unmeasured, rpo=unmeasured)
    verdict, reasons = judge(parts)
    assert verdict is Verdict.UNPROVEN
    assert any("35 MiB free" in reason for reason in reasons)
    assert any(full in reason for reason in reasons)


def test_what_was_approved_instead_is_said() -> None:
    known = "Ben Okafor approved 15 min on 2026-11-01; the plan now says 16 min."
    none = "Nobody has approved the recovery time objective of Online booking."
    parts = replace(good(), rto=replace(good().rto, approved=False), approvals={"rpo": known})
    assert judge(parts) == (Verdict.UNPROVEN, (none,))
    parts = replace(parts, rto=good().rto, rpo=replace(good().rpo, approved=False))
    said = "Nobody has approved the recovery point objective of Online booking"
    assert judge(parts) == (Verdict.UNPROVEN, (f"{said} as the plan has it: {known}",))


def test_a_missing_target_and_a_missing_measure_are_unproven() -> None:
    none = Measurement(None, 41.0, None, False, "")
    verdict, reasons = judge(replace(good(), rto=none))
    assert (verdict, reasons) == (
        Verdict.UNPROVEN,
        ("Online booking has no recovery time objective.",),
    )
    unknown = Measurement(900.0, None, None, True, "nothing restored says how new it is")
    verdict, reasons = judge(replace(good(), rpo=unknown))
    assert verdict is Verdict.UNPROVEN
    assert reasons == ("The loss of data was not measured: nothing restored says how new it is.",)


@pytest.mark.parametrize(
    "teardown",
    [
        Teardown(False, processes=("booking_app.py (4711)",)),
        Teardown(False, mounts=("/tmp/x",)),
        Teardown(False, folders=("/tmp/x",)),
        Teardown(False),
        None,
    ],
)
def test_what_is_left_behind_is_never_proven(teardown: Teardown | None) -> None:
    verdict, reasons = judge(replace(good(), teardown=teardown))
    assert verdict is Verdict.UNPROVEN
    assert len(reasons) == 1


def test_what_was_kept_on_request_is_not_left_behind() -> None:
    kept = Teardown(False, folders=("/tmp/x",), kept=True)
    assert judge(replace(good(), teardown=kept)) == (Verdict.PROVEN, ())
    running = Teardown(False, processes=("slapd (7)",), kept=True)
    assert judge(replace(good(), teardown=running))[0] is Verdict.UNPROVEN


def test_a_failed_restore_is_named_once_and_not_what_follows_from_it() -> None:
    parts = after_failure(good(), "bookings-db", Stage.RESTORE, "pack 7f3a is damaged")
    assert judge(parts) == (
        Verdict.FAILED,
        ("Bookings database could not be restored: pack 7f3a is damaged.",),
    )


def test_a_missing_point_is_unproven_and_names_the_data_set() -> None:
    common = replace(good().common, missing=("identity",), points={})
    steps = [
        StepRecord(
            None,
            Stage.CHOOSE,
            Outcome.COULD_NOT_RUN,
            0,
            0.5,
            "there is no recovery point of identity at or before the instant asked for",
        ),
        *(
            replace(step, outcome=Outcome.COULD_NOT_RUN, detail="not begun")
            for step in good().steps
            if step.stage not in (Stage.CHOOSE, Stage.ISOLATE)
        ),
    ]
    nothing = Measurement(600.0, None, None, True, "")
    verdict, reasons = judge(
        replace(
            good(), common=common, steps=steps, checks=(), rto=nothing, rpo=nothing, teardown=None
        )
    )
    assert verdict is Verdict.UNPROVEN
    assert reasons == (
        "No common recovery point could be chosen: there is no recovery point of identity at or "
        "before the instant asked for.",
    )


def test_a_check_that_could_not_run_is_never_a_pass() -> None:
    parts = with_checks(
        good(),
        lambda one: one.name == "staff can sign in",
        outcome=Outcome.COULD_NOT_RUN,
        seen="ldapsearch is not installed",
    )
    verdict, reasons = judge(parts)
    assert verdict is Verdict.UNPROVEN
    assert reasons[0] == (
        "The check 'staff can sign in' of Directory could not run: ldapsearch is not installed."
    )


def test_a_failure_outweighs_what_could_not_run_and_stands_first() -> None:
    parts = with_checks(
        good(), lambda one: one.name == "staff can sign in", outcome=Outcome.COULD_NOT_RUN
    )
    parts = with_checks(
        parts,
        lambda one: one.component == "documents",
        outcome=Outcome.FAILED,
        expected="1,000 files",
        seen="999 files",
    )
    verdict, reasons = judge(parts)
    assert verdict is Verdict.FAILED
    assert "999 files" in reasons[0]


def test_damaged_data_of_a_soft_dependency_fails_too() -> None:
    """The service runs without its documents, but what came back of them was not what was saved."""
    parts = with_checks(
        good(), lambda one: one.component == "documents", outcome=Outcome.FAILED, seen="altered"
    )
    assert judge(parts)[0] is Verdict.FAILED


def test_a_soft_dependency_without_data_only_degrades() -> None:
    chat = Component("chat", ComponentKind.APPLICATION, "Chat")
    plan = replace(PLAN, components={**PLAN.components, "chat": chat})
    needs = (*PLAN.services[SERVICE].needs, Dependency("chat", Strength.SOFT))
    plan = example.with_service(plan, needs=needs)
    parts = with_step(good(plan), "chat", Stage.CHECK, outcome=Outcome.FAILED, detail="silent")
    assert judge(parts, plan) == (Verdict.PROVEN, ())
    assert degraded(plan, SERVICE, parts.steps) == (
        "Chat did not come back; Online booking runs without it.",
    )
    assert degraded(plan, SERVICE, good(plan).steps) == ()


def test_a_hard_component_that_is_not_back_is_named() -> None:
    parts = good()
    steps = [step for step in parts.steps if step.component != "booking-app"]
    verdict, reasons = judge(replace(parts, steps=steps))
    assert verdict is Verdict.UNPROVEN
    assert reasons == (
        "Online booking cannot run without Booking application, which did not come back.",
    )


def test_no_single_thing_taken_away_leaves_a_drill_proven() -> None:
    """Each step that a hard component or data set needs, made to fail, is noticed."""
    parts = good()
    for step in parts.steps:
        for outcome in (Outcome.FAILED, Outcome.COULD_NOT_RUN):
            broken = with_step(parts, step.component, step.stage, outcome=outcome, detail="x")
            assert judge(broken)[0] is not Verdict.PROVEN, (step, outcome)
    for check in parts.checks:
        for outcome in (Outcome.FAILED, Outcome.COULD_NOT_RUN):
            broken = with_checks(parts, lambda one, it=check: one is it, outcome=outcome)
            assert judge(broken)[0] is not Verdict.PROVEN, (check, outcome)


@pytest.mark.requirement("R-150")
def test_each_of_the_six_categories_has_evidence_or_a_reason() -> None:
    parts = good()
    ticked = categories(PLAN, SERVICE, parts.steps, parts.checks)
    assert [one.category for one in ticked] == [category.value for category in Category]
    assert all(one.outcome is Outcome.PASSED and one.rests_on for one in ticked)
    by_name = {one.category: one for one in ticked}
    assert "check: staff can sign in" in by_name["identities"].rests_on
    assert "check: a dentist signs in" in by_name["services"].rests_on
    assert "step: Booking application ready" in by_name["applications"].rests_on
    assert "step: isolate" in by_name["infrastructure"].rests_on


@pytest.mark.requirement("R-150")
def test_a_category_that_does_not_apply_gives_the_plans_reason() -> None:
    plan = example.with_service(
        PLAN,
        needs=(Dependency("documents"),),
        not_applicable={Category.IDENTITIES: "Staff share one account on paper."},
    )
    parts = good(plan)
    by_name = {one.category: one for one in categories(plan, SERVICE, parts.steps, parts.checks)}
    assert by_name["identities"].outcome is None
    assert by_name["identities"].rests_on == ("Staff share one account on paper.",)
    assert by_name["applications"].outcome is None
    assert by_name["applications"].rests_on == (
        "the plan names no applications that Online booking needs",
    )


@pytest.mark.requirement("R-150")
def test_a_category_that_was_not_checked_or_failed_says_so() -> None:
    parts = with_step(good(), "identity", Stage.START, outcome=Outcome.FAILED)
    by_name = {one.category: one for one in categories(PLAN, SERVICE, parts.steps, parts.checks)}
    assert by_name["identities"].outcome is Outcome.FAILED
    bare = {one.category: one for one in categories(PLAN, SERVICE, (), ())}
    assert all(
        one.outcome is Outcome.COULD_NOT_RUN
        for one in bare.values()
        if one.category != "infrastructure"
    )


def criteria(**changes: Any) -> dict[str, bool]:
    record = example.drill(PLAN, example.NOON).record
    points = record.common_recovery_point.points
    arguments: dict[str, object] = {
        "common": record.common_recovery_point,
        "newest": points,
        "declared_at": record.declared_at,
        "steps": record.steps,
        "checks": record.checks,
        **changes,
    }
    return representative(PLAN, SERVICE, **arguments)


@pytest.mark.requirement("R-036")
def test_a_whole_drill_of_the_newest_points_is_representative() -> None:
    assert criteria() == dict.fromkeys(CRITERIA, True)


@pytest.mark.requirement("R-036")
def test_each_criterion_is_missed_by_its_own_lack() -> None:
    record = example.drill(PLAN, example.NOON).record
    common = record.common_recovery_point
    fewer = {key: one for key, one in common.points.items() if key != "documents"}
    assert not criteria(common=replace(common, points=fewer))["all data sets"]
    late = example.NOON + timedelta(hours=2)
    assert [name for name, met in criteria(declared_at=late).items() if not met] == [
        "current point"
    ]
    grown = {key: replace(one, bytes=1_250_001) for key, one in common.points.items()}
    assert [name for name, met in criteria(newest=grown).items() if not met] == [
        "comparable volume"
    ]
    enough = {key: replace(one, bytes=1_250_000) for key, one in common.points.items()}
    assert criteria(newest=enough)["comparable volume"]
    silent = [
        replace(step, outcome=Outcome.COULD_NOT_RUN) if step.stage is Stage.READY else step
        for step in record.steps
    ]
    data_only = [one for one in record.checks if Proof.DATA in one.proves or one.component is None]
    missed = criteria(steps=silent, checks=data_only)
    assert [name for name, met in missed.items() if not met] == ["dependency checks"]
    no_journey = [one for one in record.checks if one.component is not None]
    assert [name for name, met in criteria(checks=no_journey).items() if not met] == [
        "service checks"
    ]
    nothing = CommonRecoveryPoint(None, timedelta(0), {}, ("identity",))
    assert not any(criteria(common=nothing, steps=(), checks=()).values())
