"""What a scenario says of what it found: the true reason, honest times, and what to do next."""

from __future__ import annotations

from dataclasses import replace

from refloat.app.scenario import Wanted, line, outcome, verdict
from refloat.assess.ahead.forecasting.forecast import Asked, forecast
from refloat.assess.ahead.losses import put_together
from refloat.assess.ahead.ready_made import scenario_named
from refloat.assess.ahead.scenario import scenario_outcome
from refloat.assess.assessor import Assessor
from refloat.assess.organisation import Organisation
from refloat.model.ahead import Fate, ScenarioOutcome, ServiceOutcome
from refloat.model.dependency import Strength
from refloat.model.facts import DrillFact, Facts
from refloat.model.feed import FeedFact
from refloat.model.organisation import Vendor, WrittenStep
from refloat.model.plan import Component, ComponentKind, Dependency, Plan
from refloat.model.stream import Stream
from tests.support.changing import with_component, with_platform, with_repository, with_service
from tests.unit.assess.copied import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    copied_to,
    healthy,
    organisation,
    plan,
    service_test,
)
from tests.unit.report.report_sample import drill


def of(
    given: Plan | Organisation, *lose: str, facts: list[FeedFact] | None = None
) -> ScenarioOutcome:
    if isinstance(given, Plan):
        given = organisation(given, *(healthy(given) if facts is None else facts))
    return scenario_outcome(given, put_together(given, lose))


def service(found: ScenarioOutcome, key: str) -> ServiceOutcome:
    return next(one for one in found.services if one.service == key)


# A test that failed


def failed(given: Plan) -> list[FeedFact]:
    return [
        *healthy(given),
        service_test("booking", NOW - 60 * DAY, seconds=600.0),
        service_test("booking", NOW - 30 * DAY, result="failed"),
    ]


def test_what_failed_when_it_was_last_tried_is_not_known_to_come_back() -> None:
    found = of(plan(), "book-db", facts=failed(plan()))
    one = service(found, "booking")
    assert one.fate is Fate.UNKNOWN
    assert one.because == (
        "Nobody can say whether Online booking comes back: its newest test, of 2026-10-23, failed."
    )
    assert found.surer[0] == (
        "Find out why the newest test of Online booking failed, and test all of it again."
    )
    assert verdict(found) == 2


def test_a_test_that_passed_after_one_that_failed_decides() -> None:
    facts = [*failed(plan()), service_test("booking", NOW - DAY, seconds=700.0)]
    one = service(of(plan(), "book-db", facts=facts), "booking")
    assert (one.fate, one.seconds) == (Fate.BACK, 700.0)


def test_a_failed_test_of_what_still_runs_changes_nothing() -> None:
    one = service(of(plan(), "cupboard", facts=failed(plan())), "booking")
    assert one.fate is Fate.UNTOUCHED


# Data that is lost for good


def with_pictures(**changes: object) -> Plan:
    given = with_component(plan(), "pictures", kind=ComponentKind.FILES, name="Pictures", **changes)
    needs = (*given.services["booking"].needs, Dependency("pictures", Strength.SOFT))
    return with_service(given, "booking", needs=needs)


def test_data_that_is_lost_for_good_is_no_success_though_every_service_goes_on() -> None:
    found = of(with_pictures(), "pictures")
    assert service(found, "booking").fate is Fate.DEGRADED
    assert line(found).lost_data == 1
    assert verdict(found) == 1


def test_data_of_which_nobody_knows_whether_it_comes_back_is_no_success() -> None:
    given = with_pictures(watch=copied_to("elsewhere-unseen"))
    found = of(given, "pictures", facts=healthy(plan()))
    assert {one.fate for one in found.data_sets} == {Fate.UNKNOWN}
    assert verdict(found) == 2


def test_data_that_comes_back_is_a_success() -> None:
    given = with_pictures(watch=copied_to("cupboard"))
    assert verdict(of(given, "pictures")) == 0


# Times


def drilled(given: Plan, *facts: FeedFact) -> Organisation:
    """Let the newest trial of booking be a drill of a few seconds."""
    record = replace(drill(), declared_at=NOW - HOUR, steps=())
    fact = DrillFact(1, NOW - HOUR, record)
    return Assessor(given, Facts(drills=(fact,), feed=Stream.of(facts))).organisation(NOW)


def test_nothing_is_back_before_what_it_needs() -> None:
    given = plan()
    facts = (*healthy(given), service_test("sign-in", NOW - DAY, seconds=18000.0))
    seen = drilled(given, *facts)
    found = of(seen, "sign-in", "booking")
    one = service(found, "booking")
    assert service(found, "sign-in").seconds == 18000.0
    assert one.seconds is not None
    assert one.seconds >= 18000.0
    assert one.waits_for == ("sign-in", "booking")


def test_what_is_lost_without_anything_of_its_own_takes_no_invented_time() -> None:
    given = replace(
        plan(),
        vendors={"acme": Vendor("acme", "Acme CRM")},
        components={
            **plan().components,
            "crm-app": Component("crm-app", ComponentKind.VENDOR, "the CRM", vendor="acme"),
        },
    )
    given = replace(
        given,
        services={
            **given.services,
            "crm": replace(
                given.services["booking"],
                key="crm",
                name="CRM",
                needs=(Dependency("crm-app"),),
                steps=(),
                objectives={},
            ),
        },
    )
    seen = organisation(given, *healthy(given))
    one = service(outcome(seen, Wanted("ransomware")), "crm")
    assert one.fate is Fate.UNTOUCHED or one.seconds is None


# The true reason


def test_what_surely_stays_away_is_the_reason_and_not_what_is_unknown() -> None:
    given = with_component(plan(), "net", kind=ComponentKind.NETWORK, name="The network")
    given = with_component(given, "book-db", watch=copied_to("unseen-place"))
    needs = (Dependency("book-db"), Dependency("net"))
    given = with_service(given, "booking", needs=needs, steps=())
    found = of(given, "net", "book-db", facts=healthy(plan())[:1])
    one = service(found, "booking")
    assert one.fate is Fate.GONE
    assert "The network" in one.because
    assert one.blocked_by[0] == "net"


def stepped() -> Plan:
    steps = (
        WrittenStep("restore", brings_back="book-db", who="ada"),
        WrittenStep("tell people", who="cem"),
    )
    given = replace(plan(), authority=replace(plan().authority, approve_restores=("ada",)))
    return with_service(given, "booking", steps=steps)


def test_a_step_whose_person_is_away_asks_for_somebody_who_stands_in() -> None:
    found = of(stepped(), "cem", "book-db")
    one = service(found, "booking")
    assert one.fate is Fate.UNKNOWN
    assert one.because == (
        "Nobody can say whether Online booking comes back: it is not known who else than Cem"
        " Yildiz can do its written steps."
    )
    assert "Name somebody who stands in for Cem Yildiz in the written steps of Online booking." in (
        found.surer
    )


def test_what_has_no_written_steps_is_not_said_to_have_some() -> None:
    given = with_service(plan(), "booking", needs=(), steps=())
    found = of(given, "booking")
    one = service(found, "booking")
    assert one.fate is Fate.UNKNOWN
    assert one.because == (
        "Nobody can say whether Online booking comes back: nobody wrote down what it consists of."
    )
    assert "Write down what Online booking consists of and what it needs." in found.surer


def test_copies_that_nothing_opens_are_not_said_to_be_gone() -> None:
    given = with_repository(
        with_platform(plan(), "box", key_kept=""), "cupboard", key_kept="book-db"
    )
    given = with_component(given, "book-db", watch=copied_to("cupboard"))
    found = of(given, "book-db")
    assert verdict(found) == 1
    assert found.data_sets[0].because == (
        "Copies of it are left, and nothing is left that opens them."
    )


# Standbys that do not help


def options(given: Plan, *lose: str, ready: str = "") -> set[str]:
    facts = [
        *healthy(given),
        service_test("sign-in", NOW - HOUR, seconds=1200.0),
        service_test("booking", NOW - HOUR, seconds=90000.0),
    ]
    seen = organisation(given, *facts)
    scenario = scenario_named(seen, ready) if ready else put_together(seen, lose)
    return {one.key for one in forecast(seen, scenario, Asked(trials=50)).options}


def test_no_standby_is_recommended_against_a_deletion_that_it_would_follow() -> None:
    assert "standby:booking" not in options(plan(), "book-db")


def test_no_standby_is_recommended_against_whoever_takes_over_everything() -> None:
    given = with_repository(plan(), "vault", rights={"admins": (), "staff": ()})
    assert not any(key.startswith("standby") for key in options(given, ready="ransomware"))


def test_a_standby_is_offered_against_the_loss_of_a_site() -> None:
    given = replace(with_component(plan(), "book-db", site="harbour"), sites=("harbour",))
    given = with_component(given, "directory", site="hill")
    assert "standby:booking" in options(given, "site:harbour")


# Every mention


def test_names_in_the_plural_are_lost_as_well_as_others() -> None:
    given = with_component(plan(), "book-db", name="The bookings")
    assert of(given, "book-db").scenario.title == "Nothing is left of The bookings"


def test_what_is_lost_beyond_the_target_is_counted() -> None:
    at = NOW - 3 * HOUR
    found = of(plan(), "book-db", facts=healthy(plan(), at))
    assert line(found).loses_more == 1
    assert line(of(plan(), "book-db", facts=healthy(plan(), NOW - MINUTE))).loses_more == 0


def test_what_is_lost_of_a_service_that_stays_away_is_not_nothing() -> None:
    given = with_component(plan(), "net", kind=ComponentKind.NETWORK, name="The network")
    given = with_service(given, "booking", needs=(Dependency("net"),), steps=())
    one = service(of(given, "net", facts=healthy(plan())), "booking")
    assert (one.fate, one.loss_seconds) == (Fate.GONE, None)
