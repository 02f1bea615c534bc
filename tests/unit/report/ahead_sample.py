"""Scenarios, forecasts and weakest points to look at as pages: made up from a plan, shape by shape.

Nothing here is judged: fates are dealt out, so that every kind of row, bar and mark occurs.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import report_sample

from refloat.assess.ground.graph import services_needed
from refloat.model.ahead import (
    AccessOutcome,
    CopyFate,
    CopyOutcome,
    CutSet,
    DataSetOutcome,
    DocumentOutcome,
    Fate,
    GroupOutcome,
    LastTest,
    Loss,
    LossKind,
    PersonOutcome,
    Scenario,
    ScenarioOutcome,
    ServiceOutcome,
    TestResult,
    Weakest,
)
from refloat.model.answers import Reach
from refloat.model.forecast import (
    CriticalTask,
    DurationSource,
    Forecast,
    ForecastOption,
    Limits,
    Percentiles,
    ServiceForecast,
)
from refloat.model.plan import (
    Component,
    ComponentKind,
    Dependency,
    Objective,
    Plan,
    Service,
    Strength,
)
from refloat.report.ahead import AheadInput
from tests.golden.reference_organisation import AS_OF, reference

NASTY = tuple(text.replace("\ud800", "") for text in report_sample.NASTY)
FATES = (Fate.BACK, Fate.BACK, Fate.DEGRADED, Fate.UNKNOWN, Fate.GONE)
HOUR = 3600.0
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def service(
    plan: Plan,
    key: str,
    fate: Fate,
    wave: int,
    seconds: float | None,
    because: str,
    needs: Mapping[str, Collection[str]],
) -> ServiceOutcome:
    """Give one service's outcome, with its targets from the plan."""
    known = plan.services[key]

    def target(measure: str) -> float | None:
        one = known.objectives.get(measure)
        return one.target.total_seconds() if one else None

    back = fate in (Fate.BACK, Fate.DEGRADED)
    return ServiceOutcome(
        service=key,
        name=known.name,
        tier=known.tier,
        fate=fate,
        because=because,
        wave=wave if back else None,
        seconds=seconds if back else 0.0 if fate is Fate.UNTOUCHED else None,
        measured=wave % 2 == 1,
        target_seconds=target("rto"),
        loss_seconds=2.5 * HOUR if back else None,
        loss_target_seconds=target("rpo"),
        waits_for=(*needs[key], key) if back else (),
        blocked_by=("identity <- bkp01 <- identity",) if fate is Fate.GONE else (),
        workarounds=("Work on paper forms",) if back else (),
    )


def data_set(plan: Plan, key: str, fate: Fate, copies: Mapping[str, CopyFate]) -> DataSetOutcome:
    """Give one data set's outcome."""
    survives = [place for place, one in copies.items() if one is CopyFate.SURVIVES]
    back = fate is Fate.BACK
    return DataSetOutcome(
        data_set=key,
        name=plan.components[key].name,
        lost=fate is not Fate.UNTOUCHED,
        fate=fate,
        because=f"The newest copy that survives is in {survives[0]}."
        if survives
        else "No copy of it survives.",
        from_repository=survives[0] if survives and back else "",
        loss_seconds=2.5 * HOUR if back else None,
        copies=tuple(
            CopyOutcome(
                key,
                place,
                one,
                f"{place} is told apart for a reason.",
                "restic/a/1" if one is CopyFate.SURVIVES else "",
                AS_OF - timedelta(hours=2, minutes=30) if one is CopyFate.SURVIVES else None,
                "domain-admins -> bkp01 -> repo-nas1" if one is CopyFate.EXPOSED else "",
            )
            for place, one in copies.items()
        ),
    )


def head_office() -> AheadInput:
    """Give the reference organisation without its head office, fates dealt out by hand."""
    plan, _ = reference()
    times: dict[str, tuple[Fate, int, float | None]] = {
        "network": (Fate.BACK, 1, 0.5),
        "key-vault": (Fate.BACK, 1, 1 / 3),
        "identity": (Fate.BACK, 2, 1.5),
        "licence-server": (Fate.BACK, 3, 2.5),
        "clinical-app": (Fate.BACK, 4, 6.2),
        "booking": (Fate.BACK, 3, 6 + 5 / 6),
        "payments": (Fate.BACK, 3, 6 + 1 / 6),
        "pathology": (Fate.DEGRADED, 5, 7.5),
        "payroll": (Fate.UNKNOWN, 3, None),
        "file-archive": (Fate.GONE, 3, None),
        "telephony": (Fate.BACK, 2, None),
    }
    reasons = {
        Fate.BACK: "It is restored from CloudCo, and what it needs is back before.",
        Fate.DEGRADED: "It is back, without what it only needs softly.",
        Fate.UNKNOWN: "Nobody saw a copy of the timesheets database.",
        Fate.GONE: "The only copy of the scanned records stood in the head office.",
        Fate.UNTOUCHED: "Nothing that it needs is lost.",
    }
    needs = services_needed(plan)
    services = []
    for key in plan.services:
        fate, wave, hours = times.get(key, (Fate.UNTOUCHED, 0, 0.0))
        seconds = None if hours is None else hours * HOUR
        one = service(plan, key, fate, wave, seconds, reasons[fate], needs)
        lost = ("archive-files",) if key == "file-archive" else ()
        services.append(replace(one, lost_data=lost))
    order = {Fate.GONE: 0, Fate.UNKNOWN: 1}
    services.sort(key=lambda one: (order.get(one.fate, 2), one.wave or 99))
    sets = []
    for key, component in plan.components.items():
        if key.startswith(("m365", "site")):
            continue
        fates = {
            place: CopyFate.LOST if place == "repo-nas1" else CopyFate.SURVIVES
            for place in component.repositories
        }
        if key == "pay-db":
            fates["repo-cloud"] = CopyFate.EXPOSED
            fates["repo-nas1"] = CopyFate.SHUT
        if key == "vault-export":
            fates["repo-usb"] = CopyFate.UNKNOWN
        fate = Fate.BACK if fates else Fate.UNKNOWN
        sets.append(data_set(plan, key, Fate.GONE if key == "archive-files" else fate, fates))
    return AheadInput(
        plan,
        ScenarioOutcome(
            scenario=Scenario(
                "site:geelong-hq",
                "The site geelong-hq is lost",
                (
                    Loss(LossKind.SITE, "geelong-hq"),
                    Loss(LossKind.FAILURE_DOMAIN, "geelong-hq"),
                    Loss(LossKind.PERSON, "p-dev"),
                    Loss(LossKind.PRINCIPAL, "domain-admins", for_good=True),
                ),
                ("Where something stands that names no site is not known; it counts as lost.",),
            ),
            as_of=AS_OF,
            services=tuple(services),
            data_sets=tuple(sets),
            access=(
                AccessOutcome(
                    "signing in to bkp01", "identity", Reach.LOST, "identity is lost.", ("ad-dc",)
                ),
                AccessOutcome(
                    "the keys of the repository repo-cloud",
                    "a sealed envelope at the bank",
                    Reach.REACHABLE,
                    "It needs nothing that is lost.",
                    ("clin-db", "book-db", "pay-db"),
                ),
                AccessOutcome(
                    "the keys of repo-usb", "", Reach.UNKNOWN, "Nobody said where they are."
                ),
            ),
            documents=(
                DocumentOutcome("runbooks", ("recovery steps",), (), ("SharePoint",), ("email",)),
                DocumentOutcome("contact-list", ("telephone numbers",), ("a card in the safe",)),
            ),
            channels=(DocumentOutcome("teams-updates", ("Teams",), (), (), ("identity",)),),
            people=(
                PersonOutcome("p-dev", "Dev", (), ("Ben",)),
                PersonOutcome("p-ben", "Ben", ("declare an incident",)),
            ),
            circles=("identity <- bkp01 <- identity",),
            assumes=("Bandwidth is not limited.", "People are where they are needed."),
            surer=(
                "A restore of the timesheets database would settle whether payroll comes back.",
                "Write down at which site each component stands.",
            ),
            groups=(
                GroupOutcome(
                    "clin",
                    True,
                    ("clin-db", "clin-files"),
                    ("clinical-app",),
                    False,
                    25 * HOUR,
                    6.5 * HOUR,
                    900.0,
                    "The clinical database (alone 25 h) and the clinical documents (alone 30 min) "
                    "must be of one time: the closest that survive lie 6 h 30 min apart.",
                ),
            ),
            tested=(
                LastTest("", "exercise", "fire at the head office", TestResult.HELD, AS_OF),
                LastTest("booking", "", "", TestResult.NEVER),
            ),
        ),
        seen={"booking": frozenset({"payments"})},
    )


def identity_forecast() -> AheadInput:
    """Give the same with a forecast of it."""
    given = head_office()
    return replace(given, forecast=forecast_of(given))


def forecast_of(given: AheadInput) -> Forecast:
    """Make up a forecast that spreads around what the outcome says."""
    rows, tasks, at = [], [], 0.0
    for one in given.outcome.services:
        if one.fate is Fate.UNTOUCHED:
            continue
        likely = None
        if one.seconds is not None:
            likely = Percentiles(one.seconds * 0.9, one.seconds * 1.2, one.seconds * 1.9)
            tasks.append(
                CriticalTask(
                    f"restore {one.name}",
                    one.service,
                    at,
                    at + HOUR,
                    "worker" if at else "",
                    0.995 if at else 1.0,
                )
            )
            at += 1.25 * HOUR
        target = one.target_seconds
        share = None
        if likely is not None and target is not None:
            share = max(0.0, min(1.0, (target / likely.p50) - 0.4))
        rows.append(
            ServiceForecast(
                one.service,
                one.name,
                one.tier,
                likely,
                one.seconds,
                target,
                share,
                "" if likely else one.because,
            )
        )
    known = [one.seconds for one in rows if one.seconds is not None]
    whole = max(known, key=lambda one: one.p95) if known else None
    sources = ("measured", "measured once", "scaled", "estimated", "unknown")
    return Forecast(
        scenario=given.outcome.scenario,
        as_of=given.outcome.as_of,
        limits=Limits(2, 3, {"repo-cloud": 50e6}),
        trials=10_000,
        seed=1,
        services=tuple(sorted(rows, key=lambda one: one.seconds.p50 if one.seconds else 1e12)),
        whole=whole,
        without_limits=whole.p50 if whole else None,
        critical_path=tuple(tasks),
        options=options(given, whole),
        durations=tuple(
            DurationSource(
                f"restore {key}",
                None if basis == "unknown" else HOUR,
                None if basis == "unknown" else 0.7 * HOUR,
                None if basis == "unknown" else 1.9 * HOUR,
                basis,
                f"It was {basis}.",
            )
            for key, basis in zip(given.plan.components, itertools.cycle(sources), strict=False)
        ),
        blocked=tuple(
            f"{one.name} does not come back: {one.because}"
            for one in given.outcome.services
            if one.fate is Fate.GONE
        ),
        assumes=("A restore holds one of the places for restores until it ends.",),
        surer=("Measure the restore of the clinical database once more.",),
    )


def options(given: AheadInput, whole: Percentiles | None) -> tuple[ForecastOption, ...]:
    """Make up what would help: much, little, not at all, and where nothing was forecast."""
    if whole is None:
        return ()
    less = Percentiles(whole.p50 * 0.7, whole.p80 * 0.7, whole.p95 * 0.7)
    first, last = given.outcome.services[0].service, given.outcome.services[-1].service
    return (
        ForecastOption("worker", "one more restore worker", less, whole.p80 * 0.3, (last,)),
        ForecastOption(
            "break-glass:bkp01",
            "an account for bkp01 that needs no sign-in elsewhere",
            whole,
            0.0,
            (),
            (first,),
            "AU$ 300 once",
        ),
        ForecastOption("bandwidth:repo-cloud", "twice the bandwidth of repo-cloud", None, None),
    )


def weakest() -> tuple[Plan, Weakest]:
    """Give weakest points of the reference organisation, made up."""
    plan, _ = reference()
    keys = tuple(plan.services)
    singles = (
        CutSet(
            (Loss(LossKind.COMPONENT, "net-config"),),
            keys[2:],
            "Nothing that needs the network comes back.",
            "Keep another copy of the network's settings in another failure domain.",
        ),
        CutSet(
            (Loss(LossKind.FAILURE_DOMAIN, "geelong-hq"),),
            ("file-archive",),
            "Without all that is kept in the head office, the scanned records are gone.",
            "Keep a second copy elsewhere.",
            perhaps=("payroll",),
            alike=((Loss(LossKind.REPOSITORY, "repo-nas1"),),),
        ),
        CutSet(
            (Loss(LossKind.REPOSITORY, "repo-nas1"), Loss(LossKind.REPOSITORY, "repo-cloud")),
            (),
            "As far as is known, both places together keep the only copies.",
            "Keep a third copy that neither place can reach.",
            perhaps=("clinical-app", "pathology", "booking"),
        ),
        CutSet(
            (
                Loss(LossKind.PERSON, "p-ben"),
                Loss(LossKind.PERSON, "p-dev"),
                Loss(LossKind.PERSON, "p-chloe"),
            ),
            ("clinical-app",),
            "Nobody else may approve a restore.",
            "Name a deputy.",
        ),
    )
    return plan, Weakest(
        services=keys,
        as_of=AS_OF,
        up_to=3,
        cut_sets=singles,
        complete=3,
        found=(2, 1, 1),
        already={"identity": "What restores it is opened by signing in through it."},
        assumes=("Losses strike together.",),
        surer=("Test the sealed account of bkp01.",),
    )


def empty() -> AheadInput:
    """Give an organisation with nothing in it, of which nothing is lost."""
    plan = Plan("Nothing yet", {}, {}, {}, {})
    return AheadInput(plan, ScenarioOutcome(Scenario("", "Nothing", ()), NOW, (), ()))


def untouched() -> AheadInput:
    """Give one that loses what it does not need."""
    plan, _ = reference()
    needs = services_needed(plan)
    services = tuple(
        service(plan, key, Fate.UNTOUCHED, 0, 0.0, "Nothing is lost.", needs)
        for key in plan.services
    )
    lost = (Loss(LossKind.VENDOR, "v-lyre"),)
    return AheadInput(
        plan,
        ScenarioOutcome(Scenario("vendor:v-lyre", "A vendor is gone", lost), NOW, services, ()),
    )


def generated(
    count: int, each: int = 1, named: Callable[[int], str] = "Service number {}".format
) -> AheadInput:
    """Give many services in layers with all fates, targets from a minute to months, and data."""
    components = {
        f"d{n}": Component(f"d{n}", ComponentKind.DATABASE, named(n)) for n in range(count * each)
    }
    services = {}
    for n in range(count):
        needs = [Dependency(f"d{number}") for number in range(n * each, (n + 1) * each)]
        if n > 9:
            needs += [Dependency(f"s{n // 7}"), Dependency(f"s{n // 3}", Strength.SOFT)]
        target = Objective("rto", timedelta(minutes=7.0 ** (n % 7)))
        services[f"s{n}"] = Service(
            f"s{n}",
            named(n),
            (f"work {n}",),
            tier=1 + n % 3,
            needs=(*needs,),
            objectives={"rto": target} if n % 11 else {},
        )
    plan = Plan("Many", {}, {}, services, components)
    known = services_needed(plan)
    outcomes = [
        service(plan, key, FATES[n % 5], 1 + n // 40, 3.0 * 6.0 ** (n % 9), named(n), known)
        for n, key in enumerate(services)
    ]
    outcomes.sort(key=lambda one: -list(Fate).index(one.fate))
    fates = {1: CopyFate.SURVIVES, 2: CopyFate.EXPOSED, 3: CopyFate.LOST}
    sets = tuple(
        data_set(plan, f"d{n}", FATES[n % 5], {f"r{p}": one for p, one in fates.items()})
        for n in range(count * each)
    )
    lost = tuple(Loss(LossKind.COMPONENT, key) for key in components)
    scenario = Scenario("", named(1), lost, (named(2),))
    given = AheadInput(
        plan,
        ScenarioOutcome(
            scenario,
            NOW,
            tuple(outcomes),
            sets,
            access=tuple(
                AccessOutcome(named(n), named(n + 1), reach, named(n + 2), tuple(services)[:9])
                for n in range(count)
                for reach in Reach
            ),
            documents=tuple(
                DocumentOutcome(f"doc{n}", (named(n),), (named(n),) * (n % 2), (named(n),))
                for n in range(count)
            ),
            channels=(DocumentOutcome("web", (named(3),), (), (), (named(4),)),),
            people=tuple(PersonOutcome(f"p{n}", named(n), (named(n),)) for n in range(count)),
            circles=(named(0), named(1)),
            assumes=tuple(map(named, range(count))),
            surer=tuple(map(named, range(count))),
        ),
    )
    return replace(given, forecast=forecast_of(given))


def hostile() -> AheadInput:
    """Give one where everything that a person may name is named to hurt."""
    return generated(len(NASTY), 2, lambda n: NASTY[n % len(NASTY)])


def large() -> AheadInput:
    """Give 2,000 services with 10,000 components."""
    return generated(2000, 5)


def single() -> AheadInput:
    """Give one service."""
    return generated(1)


SAMPLES: dict[str, Callable[[], AheadInput]] = {
    "head-office": head_office,
    "forecast": identity_forecast,
    "empty": empty,
    "untouched": untouched,
    "hostile": hostile,
    "single": single,
}
