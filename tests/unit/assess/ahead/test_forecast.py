"""Tests for forecasts of a small business: each number can be worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from refloat.assess.ahead.forecasting.forecast import Asked, forecast
from refloat.assess.ahead.losses import put_together
from refloat.assess.assessor import Assessor
from refloat.assess.organisation import Organisation
from refloat.model.ahead import Fate
from refloat.model.errors import MissingInput, UsageProblem
from refloat.model.facts import DrillFact, Facts
from refloat.model.feed import DependencySeen, FeedFact
from refloat.model.forecast import Forecast, ForecastOption, Limits, ServiceForecast
from refloat.model.organisation import WrittenStep
from refloat.model.plan import Person, Plan
from refloat.model.run import Environment, Outcome, Stage, StepRecord
from refloat.model.stream import Stream
from tests.support.changing import with_component, with_platform, with_service
from tests.unit.assess.copied import (
    BOX,
    DAY,
    HOUR,
    MINUTE,
    NOW,
    healthy,
    organisation,
    plan,
    service_test,
)
from tests.unit.report.report_sample import drill

FEW = 400


def measured_once(given: Plan) -> list[FeedFact]:
    return [
        *healthy(given),
        service_test("sign-in", NOW - HOUR, seconds=1200.0),
        service_test("booking", NOW - HOUR, seconds=900.0),
    ]


def of(seen: Organisation, *lose: str, **asked: Any) -> Forecast:
    return forecast(seen, put_together(seen, lose), Asked(**({"trials": FEW} | asked)))


def both_lost(given: Plan | None = None, **asked: Any) -> Forecast:
    given = given or plan()
    return of(organisation(given, *measured_once(given)), "sign-in", "booking", **asked)


def site_lost(given: Plan | None = None, **asked: Any) -> Forecast:
    """Lose everything that stands in the house: a standby elsewhere would take over."""
    given = replace(given or plan(), sites=("house",))
    for key in given.components:
        given = with_component(given, key, site="house")
    return of(organisation(given, *measured_once(given)), "site:house", **asked)


def service(found: Forecast, key: str) -> ServiceForecast:
    return next(one for one in found.services if one.service == key)


def option(found: Forecast, key: str) -> ForecastOption:
    return next(one for one in found.options if one.key == key)


@pytest.mark.requirement("R-006")
def test_without_spread_and_limits_times_add_up_along_the_longest_way() -> None:
    found = both_lost()
    assert service(found, "sign-in").without_limits == 1200.0
    assert service(found, "booking").without_limits == 2100.0
    assert found.without_limits == 2100.0
    assert [one.service for one in found.critical_path] == ["sign-in", "booking"]
    assert [(one.starts, one.ends) for one in found.critical_path] == [(0, 1200), (1200, 2100)]
    assert [one.critical for one in found.critical_path] == [1.0, 1.0]


def test_the_percentiles_lie_in_order_around_the_middle() -> None:
    found = both_lost(trials=10_000)
    assert found.whole is not None
    assert found.whole.p50 < found.whole.p80 < found.whole.p95
    assert found.whole.p50 == pytest.approx(2100.0, rel=0.1)
    assert [one.service for one in found.services] == ["sign-in", "booking"]


def test_what_only_waits_takes_no_time_of_its_own() -> None:
    given = plan()
    found = of(organisation(given, *measured_once(given)), "sign-in")
    assert service(found, "booking").without_limits == 1200.0


def test_nothing_lost_is_no_forecast_and_no_complaint() -> None:
    given = plan()
    found = of(organisation(given, *measured_once(given)))
    assert (found.services, found.whole, found.options, found.blocked) == ((), None, (), ())


def test_what_nobody_measured_or_estimated_is_not_known_and_neither_is_what_waits_for_it() -> None:
    given = plan()
    facts = [*healthy(given), service_test("booking", NOW - HOUR, seconds=900.0)]
    found = of(organisation(given, *facts), "sign-in", "booking")
    assert [one.seconds for one in found.services] == [None, None]
    assert "Nobody measured" in service(found, "sign-in").why_not
    assert "It needs" in service(found, "booking").why_not
    assert found.whole is None
    assert {one.basis for one in found.durations} == {"unknown"}
    assert any(one.startswith("Test all of") for one in found.surer)


def test_one_worker_lets_two_services_come_back_one_after_the_other() -> None:
    given = with_service(plan(), "booking", needs=plan().services["booking"].needs[1:])
    side_by_side = both_lost(given)
    assert side_by_side.without_limits == 1200.0
    one = both_lost(given, limits=Limits(workers=1))
    assert one.without_limits == 1200.0, "the limit is taken away there"
    assert one.critical_path[-1].ends == 2100.0
    assert one.critical_path[-1].waits_for == "worker"
    saved = option(one, "worker")
    assert saved.saves is not None
    assert saved.saves > 300
    assert not any(one.key == "worker" for one in side_by_side.options)


def test_nobody_and_no_worker_is_a_recovery_that_cannot_end() -> None:
    for limits, lacking in ((Limits(workers=0), "worker"), (Limits(people=0), "nobody is there")):
        found = both_lost(limits=limits)
        assert found.whole is None
        assert {one.fate for one in found.services} == {Fate.GONE}
        assert all("cannot end" in one.why_not for one in found.services)
        assert any(lacking in one for one in found.blocked)
    more = option(both_lost(limits=Limits(workers=0)), "worker")
    assert more.brings_back == ("booking", "sign-in")


@pytest.mark.requirement("R-083")
def test_a_recovery_in_a_circle_is_said_with_what_blocks_it_and_what_would_open_it() -> None:
    given = with_platform(plan(), "box", break_glass=False)
    found = of(organisation(given, *measured_once(given)), "sign-in")
    assert found.whole is None
    assert any("sign-in <- box <- sign-in" in one for one in found.blocked)
    opened = option(found, "break-glass:box")
    assert opened.brings_back == ("booking", "sign-in")
    assert opened.saves is None


@pytest.mark.requirement("R-009")
def test_what_an_option_costs_stands_beside_what_it_saves() -> None:
    found = site_lost(limits=Limits(workers=1), costs={"standby:sign-in": "900 a month"})
    standby = option(found, "standby:sign-in")
    assert standby.cost == "900 a month"
    assert standby.saves is not None
    assert standby.saves == pytest.approx(1200.0, rel=0.2)
    assert option(found, "worker").cost == ""


def test_an_option_says_which_target_is_met_only_with_it() -> None:
    objective = replace(
        plan().services["booking"].objectives["rpo"], measure="rto", target=HOUR / 2
    )
    given = with_service(
        plan(), "booking", objectives={**plan().services["booking"].objectives, "rto": objective}
    )
    found = site_lost(given)
    assert service(found, "booking").within_target is not None
    assert option(found, "standby:sign-in").meets == ("booking",)


def test_what_was_only_seen_counts_as_a_need() -> None:
    given = with_service(plan(), "booking", needs=plan().services["booking"].needs[1:])
    seen = DependencySeen(BOX, "seen", NOW - DAY, "seen", "booking", "sign-in")
    found = of(organisation(given, *measured_once(given), seen), "sign-in", "booking")
    assert service(found, "booking").without_limits == 2100.0


def steps(*some: WrittenStep) -> Plan:
    given = with_service(plan(), "sign-in", steps=some)
    people = {**given.people, "dot": Person("dot", "Dot Ray", deputy="cem")}
    return replace(given, people=people)


def of_steps(*some: WrittenStep, **asked: Any) -> Forecast:
    given = steps(*some)
    return of(organisation(given, *healthy(given)), "sign-in", **asked)


RESTORE = WrittenStep("restore", brings_back="directory", takes=HOUR, automatic=True)


def test_written_steps_come_one_after_the_other_or_after_those_that_they_name() -> None:
    call = WrittenStep("call", takes=10 * MINUTE)
    told = WrittenStep("tell", takes=20 * MINUTE)
    found = of_steps(call, RESTORE, told)
    assert found.without_limits == 5400.0
    free = WrittenStep("tell", takes=20 * MINUTE, needs=("call",))
    assert of_steps(call, RESTORE, free).without_limits == 4200.0
    early = WrittenStep("tell", takes=20 * MINUTE, needs=("restore",))
    assert of_steps(early, RESTORE).without_limits == 4800.0
    assert {one.basis for one in found.durations} == {"estimated"}


def test_a_step_without_an_estimate_is_not_known_and_never_zero() -> None:
    found = of_steps(RESTORE, WrittenStep("call"))
    assert "the step “call”" in service(found, "sign-in").why_not


def test_one_person_does_one_thing_at_a_time_and_a_deputy_helps() -> None:
    alone = [
        WrittenStep(f"call {one}", takes=HOUR, who=who, needs=("restore",))
        for one, who in (("a", "ada"), ("b", "ada"))
    ]
    assert of_steps(RESTORE, *alone).critical_path[-1].ends == 3 * 3600.0
    assert of_steps(RESTORE, *alone).critical_path[-1].waits_for == "ada"
    helped = [replace(one, who="dot") for one in alone]
    assert of_steps(RESTORE, *helped).critical_path[-1].ends == 2 * 3600.0
    few = of_steps(RESTORE, *helped, limits=Limits(people=1))
    assert few.critical_path[-1].ends == 3 * 3600.0
    deputy = option(of_steps(RESTORE, *alone), "deputy:ada")
    assert deputy.saves is not None
    assert deputy.saves > 0


def test_bandwidth_is_shared_and_said() -> None:
    slow = Limits(bandwidth={"cupboard": 200.0})
    found = of_steps(RESTORE, limits=slow)
    assert found.critical_path[-1].ends == 5000.0, "a million bytes at 200 a second"
    twice = option(found, "bandwidth:cupboard")
    assert twice.saves is not None
    assert twice.saves > 0
    assert any("disks in the cupboard gives 200" in one for one in found.assumes)


def drilled(*extra: StepRecord, given: Plan | None = None) -> Organisation:
    given = given or plan()
    passed = Outcome.PASSED
    done = (
        StepRecord(None, Stage.CHOOSE, passed, 0.0, 10.0),
        StepRecord("book-db", Stage.RESTORE, passed, 10.0, 310.0, bytes=1_000_000),
        StepRecord("book-db", Stage.LOAD, passed, 310.0, 410.0),
        StepRecord("book-db", Stage.CHECK, passed, 410.0, 420.0),
        StepRecord(None, Stage.JOURNEY, passed, 420.0, 450.0),
        *extra,
    )
    record = drill()
    record = replace(
        record,
        declared_at=NOW - DAY,
        steps=done,
        rto=replace(record.rto, measured_seconds=450.0),
        environment=Environment("", "", ("book-db",), {}, {"book-db": 1_000_000}),
    )
    facts = [*healthy(given), service_test("sign-in", NOW - HOUR, seconds=1200.0)]
    known = Facts(drills=(DrillFact(1, NOW - DAY, record),), feed=Stream.of(facts))
    return Assessor(given, known).organisation(NOW)


def test_a_drill_tells_each_step_and_restores_begin_before_what_is_needed_is_back() -> None:
    seen = drilled()
    alone = of(seen, "book-db")
    assert service(alone, "booking").without_limits == 450.0
    assert [one.task for one in alone.critical_path][1:3] == [
        "restore Bookings",
        "put the data of Bookings in its place",
    ]
    both = of(seen, "sign-in", "book-db")
    assert service(both, "booking").without_limits == 1230.0, "only the journey waits for sign-in"


def test_a_worker_restores_and_checks_and_is_free_for_others_in_between() -> None:
    found = of(drilled(), "sign-in", "book-db", limits=Limits(workers=1))
    assert found.critical_path[-1].ends == pytest.approx(1200.0 + 410.0 + 30.0, abs=11.0)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"trials": 0}, "0 trials"),
        ({"trials": 2_000_000}, "2000000 trials"),
        ({"limits": Limits(workers=-1)}, "-1 workers"),
        ({"limits": Limits(people=-3)}, "-3 people"),
        ({"limits": Limits(bandwidth={"cupboard": 0.0})}, "0 bytes"),
        ({"limits": Limits(bandwidth={"cupboard": float("nan")})}, "nan"),
        ({"limits": Limits(bandwidth={"cupboard": float("inf")})}, "inf"),
        ({"costs": {"magic": "1"}}, "magic"),
        ({"costs": {"standby:nobody": "1"}}, "standby:nobody"),
    ],
)
def test_questions_without_sense_are_refused(asked: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageProblem, match=said):
        both_lost(**asked)


def test_a_repository_that_the_plan_does_not_have_is_refused() -> None:
    with pytest.raises(MissingInput, match="shelf"):
        both_lost(limits=Limits(bandwidth={"shelf": 9.0}))


def test_a_cost_of_what_changes_nothing_is_said() -> None:
    found = both_lost(costs={"worker": "900 a month"})
    assert any("The cost of worker" in one for one in found.assumes)


def test_the_same_question_gives_the_same_answer_and_another_seed_another() -> None:
    limits = Limits(workers=1, people=1)
    assert both_lost(limits=limits) == both_lost(limits=limits)
    assert both_lost(limits=limits, seed=2).whole != both_lost(limits=limits).whole


def test_one_trial_is_enough_and_a_million_fit() -> None:
    assert both_lost(trials=1).whole is not None
    given = plan()
    found = of(organisation(given, *measured_once(given)), "booking", trials=1_000_000)
    assert found.whole is not None
    assert found.whole.p50 == pytest.approx(900.0, rel=0.005)


def test_a_plan_of_nothing_has_nothing_to_forecast() -> None:
    empty = Plan("Nobody", {}, {}, {}, {})
    found = of(organisation(empty))
    assert (found.services, found.whole) == ((), None)


def test_a_component_with_neither_step_nor_estimate_keeps_its_service_unknown() -> None:
    given = with_component(steps(RESTORE), "directory", takes=timedelta(hours=2))
    only = with_service(given, "sign-in", steps=())
    found = of(organisation(only, *healthy(only)), "sign-in")
    assert found.without_limits == 7200.0, "the component's own estimate stands in for steps"
