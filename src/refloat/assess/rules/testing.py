"""Rules about tests: was the whole service tried, often enough, and is it still what is there?"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import datetime

from refloat.assess import words
from refloat.assess.about import affected, subject
from refloat.assess.ground.basis import Basis
from refloat.assess.ground.representative import DEPENDENCY_CHECKS
from refloat.assess.ground.trials import Trial
from refloat.assess.organisation import Organisation
from refloat.assess.rule import OrganisationRule, Rule, ServiceRule
from refloat.assess.rules.triggers import CATEGORIES, category_of
from refloat.assess.verdicts.levels import LEVELS, depends, shows_service, unchecked
from refloat.assess.verdicts.staleness import Cause, stale_trial, trial_expires_at
from refloat.model.feed import TestLevel
from refloat.model.judgement import Finding, ServiceStatus, Severity
from refloat.model.points import Measure
from refloat.model.run import Outcome


def never_drilled(basis: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """Find a service of which nothing was ever tried."""
    if not basis.trials():
        yield Finding(
            "NEVER_DRILLED",
            ("R-001", "R-035", "R-153"),
            Severity.HIGH,
            subject(basis),
            f"Nobody knows whether {status.name} would come back: it has never been tried. "
            f"Without it: {affected(basis)}.",
            f"Drill {status.name}.",
            services=(basis.service.key,),
        )


def drill_failed(basis: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """Find that the test that decides failed."""
    trial = basis.deciding_trial()
    if trial is not None and trial.passed is False:
        outcome = "did not come back as it must"
        yield _not_proven(basis, trial, "DRILL_FAILED", f"{status.name} {outcome}")


def drill_unproven(basis: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """Find that the test that decides showed nothing either way."""
    trial = basis.deciding_trial()
    if trial is not None and trial.passed is None:
        outcome = "was not shown to come back"
        yield _not_proven(basis, trial, "DRILL_UNPROVEN", f"{status.name} {outcome}")


def restore_failed(basis: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """Find that a part of the service could not be brought back when it was last tried."""
    last: dict[str, Trial] = {}
    for trial in basis.trials():
        last.update(dict.fromkeys(trial.data_sets, trial))
    failed = dict.fromkeys(
        one for one in last.values() if one.passed is False and not one.counts(basis.plan)
    )
    for trial in failed:
        names = words.listed(
            words.component(basis.plan, key) for key, one in last.items() if one is trial
        )
        why = f" {words.sentence(trial.issues[0])}" if trial.issues else ""
        yield Finding(
            "RESTORE_FAILED",
            ("R-022", "R-040"),
            Severity.HIGH,
            subject(basis),
            f"{names} could not be brought back on {words.day(trial.at)}.{why} Without it "
            f"{status.name} may not come back: {affected(basis)}.",
            "Repair the cause, then test again.",
            _named(trial),
            services=(basis.service.key,),
            first_seen=trial.at,
        )


def test_not_service_level(basis: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """Find that something was brought back, and nobody saw the whole service at work (R-087)."""
    if basis.plan.policy.file_tests_count:
        return
    trials = basis.trials()
    recent = [one for one in trials if basis.instant <= trial_expires_at(basis, one)]
    parts = [one for one in recent if _brought_back(basis, one)]
    if not parts or any(shows_service(basis, one) for one in recent):
        return
    last = parts[-1]
    back = words.listed(words.component(basis.plan, key) for key in _brought_back(basis, last))
    yield Finding(
        "TEST_NOT_SERVICE_LEVEL",
        ("R-087", "R-081", "R-040"),
        Severity.HIGH,
        subject(basis),
        f"{LEVELS[last.level]} {back} came back on {words.day(last.at)}, but nobody has seen "
        f"{status.name} itself at work after a restore. Whether it would be is not known: "
        f"{affected(basis)}.",
        f"Restore {status.name} as a whole, and let somebody do what its users do.",
        {"references": tuple(one.reference for one in parts), "level": last.level.value},
        services=(basis.service.key,),
        first_seen=_only_parts_since(basis, trials, parts),
    )


def test_overdue(basis: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """Find that the last test of the whole service is too long ago to count (R-153, R-161)."""
    trials = basis.trials()
    if not trials:
        return
    last = basis.deciding_trial() or trials[-1]
    end = trial_expires_at(basis, last)
    if basis.instant <= end:
        return
    valid = words.duration(basis.service.evidence_valid_for.total_seconds())
    age = words.duration((basis.instant - last.at).total_seconds())
    yield Finding(
        "TEST_OVERDUE",
        ("R-153", "R-155", "R-161", "R-024"),
        Severity.HIGH,
        subject(basis),
        f"{status.name} was last tested {age} ago; a test counts for {valid}. Nobody knows whether "
        f"it would still come back. Without it: {affected(basis)}.",
        f"Test {status.name} again, as a whole.",
        {"expired": words.instant(end), **_named(last)},
        services=(basis.service.key,),
        first_seen=end,
    )


def evidence_stale_after_change(basis: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """Find that what was tested is not what is there now (R-154, R-161)."""
    trial = basis.deciding_trial()
    if trial is None:
        return
    changes = [one for one in stale_trial(basis, trial) if one.cause is not Cause.AGE]
    if not changes:
        return
    known = [one.since for one in changes if one.since is not None]
    yield Finding(
        "EVIDENCE_STALE_AFTER_CHANGE",
        ("R-154", "R-161", *_triggers(basis, trial)),
        Severity.HIGH,
        subject(basis),
        f"The last test of {status.name} no longer says anything about today. "
        f"{changes[0].sentence} Without it: {affected(basis)}.",
        f"Test {status.name} again.",
        {"causes": tuple(one.cause.value for one in changes), **_named(trial)},
        services=(basis.service.key,),
        first_seen=min(known) if len(known) == len(changes) else None,
    )


def _triggers(basis: Basis, trial: Trial) -> tuple[str, ...]:
    """Give the requirements by which such changes ask for a look at the plan, too."""
    after = [one for one in basis.changes() if one.at > trial.at]
    kinds = {category_of(basis.plan, one) for one in after} - {None}
    return tuple(sorted(CATEGORIES[kind][0] for kind in kinds if kind is not None))


def not_representative(basis: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """Find that tests passed, and that none of them was like the real thing (R-036)."""
    trial = basis.deciding_trial()
    if trial is None or trial.passed is not True:
        return
    if any(one.representative for one in basis.trials()):
        return
    missing = trial.missing
    if trial.test is not None and (unchecked(basis, trial) or not depends(basis)):
        missing = tuple(name for name in missing if name != DEPENDENCY_CHECKS)
        if not missing:
            return  # nothing else is missing, and that is said by another rule, or needs no saying
    lacks = f" What it lacked: {words.listed(missing)}." if missing else ""
    yield Finding(
        "NO_REPRESENTATIVE_RESTORE",
        ("R-035", "R-036"),
        Severity.MEDIUM,
        subject(basis),
        f"No restore of {status.name} yet was like the real thing.{lacks} Whether it would come "
        f"back in earnest is not known: {affected(basis)}.",
        "Restore the whole service from its newest copies.",
        {"missing": missing, **_named(trial)},
        services=(basis.service.key,),
    )


def test_without_checks(basis: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """Find a test of the whole service that looked at no data, or at nothing it needs (R-156)."""
    trial = basis.deciding_trial()
    if trial is None or trial.passed is not True or trial.level is not TestLevel.SERVICE:
        return
    missing = unchecked(basis, trial)
    if missing:
        yield Finding(
            "TEST_WITHOUT_CHECKS",
            ("R-156",),
            Severity.MEDIUM,
            subject(basis),
            f"{status.name} was tested on {words.day(trial.at)}, and nobody looked at "
            f"{words.listed(missing)}. So it is not known whether it came back as it was. At "
            f"stake: {affected(basis)}.",
            "Look at the data and at what the service needs in the next test, and write down what "
            "was seen.",
            {"missing": missing, **_named(trial)},
            services=(basis.service.key,),
            first_seen=trial.at,
        )


def test_intervals_not_by_tier(organisation: Organisation) -> Iterator[Finding]:
    """Find that something important is tested less often than something that is less (R-155)."""
    policy = organisation.plan.policy.test_every
    every = sorted(policy.items())
    for (tier, often), (lower, seldom) in itertools.pairwise(every):
        if often > seldom:
            yield Finding(
                "TEST_INTERVALS_NOT_BY_TIER",
                ("R-155",),
                Severity.MEDIUM,
                f"organisation, tier {tier}",
                f"Services of tier {tier} are tested every {words.duration(often.total_seconds())}"
                f", and those of tier {lower}, which matter less, every "
                f"{words.duration(seldom.total_seconds())}.",
                f"Test tier {tier} at least as often as tier {lower}.",
                {"tier": tier, "lower": lower},
            )
    longest = {tier: seldom for (tier, _), (_, seldom) in itertools.pairwise(every)}
    for key, service in organisation.plan.services.items():
        limit = longest.get(service.tier or 0)
        if limit is None or service.evidence_valid_for <= max(limit, policy[service.tier or 0]):
            continue  # the time of a whole tier is told of the tier
        yield Finding(
            "TEST_INTERVALS_NOT_BY_TIER",
            ("R-155",),
            Severity.MEDIUM,
            f"service {key}",
            f"Tests of {service.name}, of tier {service.tier}, count for "
            f"{words.duration(service.evidence_valid_for.total_seconds())}; services that matter "
            f"less are tested every {words.duration(limit.total_seconds())}.",
            f"Test {service.name} at least as often as services that matter less.",
            {"tier": service.tier},
            services=(key,),
        )


def _not_proven(basis: Basis, trial: Trial, code: str, outcome: str) -> Finding:
    why = words.sentence(trial.issues[0]) if trial.issues else "The test does not say why."
    whole = [one for one in basis.trials() if one.counts(basis.plan)]
    until = whole[: whole.index(trial) + 1]
    bad = list(itertools.takewhile(lambda one: one.passed is not True, reversed(until)))
    return Finding(
        code,
        ("R-002", "R-040"),
        Severity.HIGH,
        subject(basis),
        f"{outcome} on {words.day(trial.at)}. {why} Without it: {affected(basis)}.",
        "Repair the cause, then test again.",
        {"verdict": "failed" if trial.passed is False else "unproven", **_named(trial)},
        services=(basis.service.key,),
        first_seen=bad[-1].at,
    )


def _brought_back(basis: Basis, trial: Trial) -> tuple[str, ...]:
    """Name the data sets that came back in a trial, be it only a part of them."""
    if trial.drill is None:
        return trial.data_sets if trial.passed is True else ()
    return tuple(key for key in trial.data_sets if trial.brought_back(key) is Outcome.PASSED)


def _only_parts_since(basis: Basis, trials: tuple[Trial, ...], parts: list[Trial]) -> datetime:
    """Say since when nothing but parts has been restored in the time that counts."""
    whole = [trial_expires_at(basis, one) for one in trials if shows_service(basis, one)]
    return max((parts[0].at, *whole))


def _named(trial: Trial) -> dict[str, Measure]:
    named: dict[str, Measure] = {"reference": trial.reference, "at": words.instant(trial.at)}
    if trial.drill is not None:
        named |= {"entry": trial.drill.entry, "run": trial.drill.record.run}
    return named


RULES: tuple[Rule, ...] = (
    ServiceRule(
        "NEVER_DRILLED",
        ("R-001", "R-035", "R-153"),
        "Nothing of the service was ever restored, to see whether it comes back.",
        never_drilled,
    ),
    ServiceRule(
        "DRILL_FAILED",
        ("R-002", "R-040"),
        "The last test of the service failed.",
        drill_failed,
    ),
    ServiceRule(
        "DRILL_UNPROVEN",
        ("R-002", "R-040"),
        "The last test of the service showed nothing either way.",
        drill_unproven,
    ),
    ServiceRule(
        "RESTORE_FAILED",
        ("R-022", "R-040"),
        "A part of the service could not be brought back when it was last tried.",
        restore_failed,
    ),
    ServiceRule(
        "TEST_NOT_SERVICE_LEVEL",
        ("R-087", "R-081", "R-040"),
        "Parts were brought back, and nobody saw the whole service at work after it.",
        test_not_service_level,
    ),
    ServiceRule(
        "EVIDENCE_STALE_AFTER_CHANGE",
        ("R-154", "R-161", "R-157", "R-158", "R-159", "R-160"),
        "What was tested is not what is there now.",
        evidence_stale_after_change,
    ),
    ServiceRule(
        "TEST_OVERDUE",
        ("R-153", "R-155", "R-161", "R-024"),
        "The last test of the service is too long ago to count.",
        test_overdue,
    ),
    ServiceRule(
        "NO_REPRESENTATIVE_RESTORE",
        ("R-035", "R-036"),
        "Tests passed, and none of them was like the real thing.",
        not_representative,
    ),
    ServiceRule(
        "TEST_WITHOUT_CHECKS",
        ("R-156",),
        "A test of the whole service looked at no data, or at nothing that it needs.",
        test_without_checks,
    ),
    OrganisationRule(
        "TEST_INTERVALS_NOT_BY_TIER",
        ("R-155",),
        "Something important is tested less often than something that matters less.",
        test_intervals_not_by_tier,
    ),
)
"""The rules of this file, in the order of their findings."""
