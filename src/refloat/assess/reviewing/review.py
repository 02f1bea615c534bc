"""The recovery review in seven steps: each with what it asks for, what is missing, and its table.

A gate is done when everything that it asks for is there: by the plan, by facts, or because somebody
decided and said so. Nothing can be ticked by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from refloat.assess import words
from refloat.assess.ground.trials import Trial
from refloat.assess.organisation import Organisation
from refloat.assess.reviewing.bundle import digests
from refloat.assess.reviewing.follow_up import action_for, covers_all, exercises
from refloat.assess.reviewing.map import mapped
from refloat.model.feed import TestLevel
from refloat.model.feed_people import ActionSeen
from refloat.model.judgement import ApprovalState, Finding
from refloat.model.plan import Plan, Service
from refloat.model.review import Gate, Review, ReviewFinding
from refloat.model.stream import standing
from refloat.plan import fingerprint

Table = tuple[list[str], list[tuple[str, ...]]]
"""What is missing, and the rows of a gate's table."""

_COVERAGE = frozenset(
    {"COVERAGE_GAP", "UNACCOUNTED_UNITS", "EXCLUSION_NOT_APPROVED", "EXCLUSION_EXPIRED"}
)
_LEAST_TIER = 2
"""Targets and tests are asked of services up to this tier, and of those without one (R-111)."""


def review(organisation: Organisation, findings: Sequence[Finding]) -> Review:
    """Carry out the review of an organisation at an instant (R-110 to R-117).

    Args:
        organisation: the organisation, every service judged.
        findings: everything that was found at the same instant.

    Returns:
        The seven gates with their tables. The same inputs give the same review.
    """
    actions = standing(organisation.facts.feed.actions, organisation.instant)
    gates = tuple(
        _gate(number, organisation, findings, actions) for number in range(1, len(_GATES) + 1)
    )
    return Review(
        organisation=organisation.plan.organisation,
        as_of=organisation.instant,
        plan=fingerprint(organisation.plan),
        facts=digests(organisation.facts, organisation.instant),
        gates=gates,
        findings=tuple(_listed(organisation, one, actions) for one in findings),
    )


def _gate(
    number: int,
    organisation: Organisation,
    findings: Sequence[Finding],
    actions: Sequence[ActionSeen],
) -> Gate:
    title, artefact, columns, fill = _GATES[number - 1]
    missing, rows = fill(organisation, findings, actions)
    return Gate(
        step=number,
        requirement=f"R-{109 + number}",
        title=title,
        done=not missing,
        missing=tuple(missing),
        artefact=artefact,
        columns=columns,
        rows=tuple(rows),
    )


def _register(
    organisation: Organisation, _findings: Sequence[Finding], _actions: Sequence[ActionSeen]
) -> Table:
    plan = organisation.plan
    missing = [] if plan.services else ["The plan names no service."]
    rows: list[tuple[str, ...]] = []
    for one in plan.services.values():
        missing += [f"{one.name}: nobody wrote down {gap}." for gap in _unregistered(one)]
        tier = "" if one.tier is None else str(one.tier)
        owner = words.person(plan, one.owner)
        rows.append((one.name, words.listed(one.processes), tier, owner))
    return missing, rows


def _unregistered(service: Service) -> Iterator[str]:
    if not service.processes:
        yield "which business process it supports"
    if service.tier is None:
        yield "how important it is"
    if service.owner is None:
        yield "who decides about it"


def _targets(
    organisation: Organisation, _findings: Sequence[Finding], _actions: Sequence[ActionSeen]
) -> Table:
    missing = [] if organisation.plan.services else ["There is no service to agree targets for."]
    rows: list[tuple[str, ...]] = []
    for key, service in organisation.plan.services.items():
        for target in organisation.statuses[key].objectives:
            if _matters(service) and target.approval is not ApprovalState.APPROVED:
                what = words.MEASURES.get(target.measure, target.measure)
                missing.append(f"{service.name}, {what}: {words.sentence(target.explanation)}")
            said = "" if target.target_seconds is None else words.duration(target.target_seconds)
            at = "" if target.approved_at is None else words.instant(target.approved_at)
            rows.append(
                (service.name, target.measure, said, target.approval, target.approved_by, at)
            )
    return missing, rows


def _map(
    organisation: Organisation, findings: Sequence[Finding], _actions: Sequence[ActionSeen]
) -> Table:
    return mapped(organisation, findings)


def _coverage(
    organisation: Organisation, findings: Sequence[Finding], actions: Sequence[ActionSeen]
) -> Table:
    plan = organisation.plan
    gaps = [one for one in findings if one.code in _COVERAGE]
    missing = [
        f"Nobody has decided about this: {one.sentence}"
        for one in gaps
        if action_for(one, actions, organisation.instant) is None
    ]
    told = {part for one in gaps for part in one.subject.replace(",", " ").split()}
    if not plan.services:
        missing.append("There is no service whose backups could be compared.")
    rows: list[tuple[str, ...]] = []
    for key, service in plan.services.items():
        covered = organisation.statuses[key].coverage
        missing += [
            f"{service.name}: nothing backs up {words.component(plan, one)}."
            for one in covered.unaccounted
            if one not in told
        ]
        rows.append((service.name, *(_names(plan, some) for some in _three(organisation, key)), ""))
    for left in plan.exclusions:
        until = "" if left.until is None else f" until {left.until}"
        by = words.person(plan, left.approved_by) or "nobody"
        decided = f"left out by {by}{until}: {left.reason or 'no reason given'}"
        rows.append((left.what, "", "", "", decided))
    return missing, rows


def _three(organisation: Organisation, key: str) -> tuple[tuple[str, ...], ...]:
    covered = organisation.statuses[key].coverage
    return covered.protected, covered.rebuilt, covered.unaccounted


def _names(plan: Plan, keys: Iterable[str]) -> str:
    return words.listed(words.component(plan, key) for key in keys)


def _tests(
    organisation: Organisation, _findings: Sequence[Finding], _actions: Sequence[ActionSeen]
) -> Table:
    missing = [] if organisation.plan.services else ["There is no service to test."]
    rows: list[tuple[str, ...]] = []
    for key, service in organisation.plan.services.items():
        trials = organisation.bases[key].trials()
        counting = [one for one in trials if _counts(one, organisation, service)]
        if _matters(service) and not counting:
            missing.append(
                f"{service.name}: no restore of the whole service within the last "
                f"{words.duration(service.evidence_valid_for.total_seconds())} has its time on "
                "record."
            )
        rows += [_test(service, one) for one in trials]
    return missing, rows


def _counts(trial: Trial, organisation: Organisation, service: Service) -> bool:
    recent = organisation.instant <= trial.at + service.evidence_valid_for
    return recent and trial.level is TestLevel.SERVICE and _took(trial) is not None


def _took(trial: Trial) -> float | None:
    return trial.whole_seconds if trial.whole_seconds is not None else trial.own_seconds


def _test(service: Service, trial: Trial) -> tuple[str, ...]:
    took = _took(trial)
    result = {True: "passed", False: "failed", None: "not known"}[trial.passed]
    return (
        service.name,
        words.instant(trial.at),
        trial.level.value,
        result,
        "" if took is None else words.duration(took),
        "; ".join(trial.issues) or "none recorded",
    )


def _practised(
    organisation: Organisation, _findings: Sequence[Finding], _actions: Sequence[ActionSeen]
) -> Table:
    held = exercises(organisation)
    every = organisation.plan.policy.exercise_every
    recent = [one for one in held if covers_all(one) and organisation.instant <= one.at + every]
    missing = []
    if not recent:
        missing.append(
            "No exercise of decisions, communication and temporary work together was held within "
            f"the last {words.duration(every.total_seconds())}."
        )
    rows: list[tuple[str, ...]] = [
        (
            words.day(one.at),
            one.what,
            words.listed(_covered(one.decisions, one.communications, one.workarounds)),
            "; ".join(one.timeline),
            "; ".join(one.decided),
            "; ".join(one.frictions) or ("none, as said" if one.no_friction else ""),
        )
        for one in held
    ]
    return missing, rows


def _covered(decisions: bool, communications: bool, workarounds: bool) -> Iterator[str]:
    for name, there in (
        ("decisions", decisions),
        ("communication", communications),
        ("temporary work", workarounds),
    ):
        if there:
            yield name


def _assigned(
    organisation: Organisation, findings: Sequence[Finding], actions: Sequence[ActionSeen]
) -> Table:
    plan, instant = organisation.plan, organisation.instant
    missing = [
        f"Nobody sees to this, or has accepted it: {one.sentence}"
        for one in findings
        if action_for(one, actions, instant) is None
    ]
    rows: list[tuple[str, ...]] = [
        (
            one.status,
            one.what,
            words.person(plan, one.accepted_by or one.owner or None),
            "" if one.due is None else words.day(one.due),
            " ".join((one.finding, one.subject)).strip(),
        )
        for one in sorted(actions, key=lambda one: (one.source.instance, one.external_id))
    ]
    changes = (
        one
        for some in organisation.facts.feed.changes.values()
        for one in standing(some, instant)
        if one.material and one.at <= instant
    )
    ordered = sorted(changes, key=lambda one: (one.at, one.subject, one.external_id))
    rows += [("change", one.what, "", words.day(one.at), one.subject) for one in ordered]
    return missing, rows


def _listed(
    organisation: Organisation, finding: Finding, actions: Sequence[ActionSeen]
) -> ReviewFinding:
    action = action_for(finding, actions, organisation.instant)
    accepted = action is not None and action.status == "accepted"
    who = (action.accepted_by if accepted else action.owner) if action is not None else ""
    until = (action.until if accepted else action.due) if action is not None else None
    return ReviewFinding(
        code=finding.code,
        severity=finding.severity,
        subject=finding.subject,
        sentence=finding.sentence,
        next_step=finding.next_step,
        first_seen=finding.first_seen,
        owner=words.person(organisation.plan, who or None),
        due=until,
        accepted=accepted,
    )


def _matters(service: Service) -> bool:
    return service.tier is None or service.tier <= _LEAST_TIER


_Fill = Callable[[Organisation, Sequence[Finding], Sequence[ActionSeen]], Table]

_GATES: tuple[tuple[str, str, tuple[str, ...], _Fill], ...] = (
    (
        "Identify critical services and the business processes they support",
        "service register",
        ("service", "processes", "tier", "owner"),
        _register,
    ),
    (
        "Agree on targets with service owners",
        "approval log",
        ("service", "measure", "target", "state", "approved by", "at"),
        _targets,
    ),
    (
        "Map data, applications, infrastructure, identity, networks and vendors",
        "dependency map",
        ("category", "what there is", "why there is none"),
        _map,
    ),
    (
        "Compare backups with the dependency map",
        "coverage report",
        ("what", "protected", "built anew", "not protected", "decided"),
        _coverage,
    ),
    (
        "Test representative restores, and record the time and the issues",
        "test records",
        ("service", "when", "how much", "result", "took", "issues"),
        _tests,
    ),
    (
        "Exercise decisions, communication and temporary work",
        "exercise records",
        ("when", "what", "practised", "timeline", "decided", "what held people up"),
        _practised,
    ),
    (
        "Assign corrective actions, and repeat after material changes",
        "action register and trigger log",
        ("state", "what", "who", "when", "about"),
        _assigned,
    ),
)
