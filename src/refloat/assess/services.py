"""What is judged of one service: both verdicts, and all that hangs on them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from refloat.assess import words
from refloat.assess.access import credentials, encryption
from refloat.assess.ground.index import Index
from refloat.assess.ground.moment import Moment, moment_of
from refloat.assess.rules import SERVICE_RULES
from refloat.assess.verdicts.claims import judge_claims
from refloat.assess.verdicts.confidence import judge_confidence
from refloat.assess.verdicts.copies import coverage, job_statuses, judge_copies
from refloat.assess.verdicts.history import judge_acceptance, last_representative
from refloat.assess.verdicts.objectives import judge_objectives
from refloat.assess.verdicts.recoveries import judge_recovery
from refloat.model.facts import Facts
from refloat.model.judgement import Finding, ServiceStatus, Severity
from refloat.model.plan import Plan

_SEVERITIES = {severity: number for number, severity in enumerate(Severity)}


def status(plan: Plan, facts: Facts, instant: datetime) -> tuple[ServiceStatus, ...]:
    """Judge every service of a plan at an instant, with what its own facts and plan show.

    Args:
        plan: a valid plan.
        facts: the facts in any order; those recorded after the instant are passed over.
        instant: when (with a time zone).

    Returns:
        The services in the plan's order. The same arguments give the same result, whatever order
        the facts came in. What only the organisation as a whole shows is in its ``assessment``.
    """
    moment = Moment(Index(plan, facts), instant)
    settle(moment, moment.index.graph.settled)
    return tuple(_found(moment, key) for key in plan.services)


def service_status(plan: Plan, service: str, facts: Facts, instant: datetime) -> ServiceStatus:
    """Judge one service of a plan at an instant, as ``status`` does.

    Raises:
        MissingInput: if the plan has no such service.
    """
    moment = moment_of(plan, service, facts, instant)
    settle(moment, moment.index.graph.in_order([service]))
    return _found(moment, service)


def settle(moment: Moment, services: Iterable[str]) -> None:
    """Judge the recovery of services, each after those that it cannot run without."""
    for key in services:
        start = moment.basis(key)
        moment.objectives[key] = judge_objectives(start)
        moment.recoveries[key] = judge_recovery(start, moment.objectives[key])


def judge(moment: Moment, service: str) -> ServiceStatus:
    """Say everything of a service but its findings; its recovery must be settled."""
    start = moment.basis(service)
    claims = judge_claims(start)
    recovery = moment.recoveries[service]
    return ServiceStatus(
        service=service,
        name=start.service.name,
        organisation=start.plan.organisation,
        as_of=start.instant,
        copy=judge_copies(start),
        recovery=recovery,
        objectives=moment.objectives[service],
        claims=claims,
        confidence=judge_confidence(start, claims, recovery),
        representative=last_representative(start),
        acceptance=judge_acceptance(start),
        coverage=coverage(start),
        findings=(),
        jobs=job_statuses(start),
        repositories=encryption.repositories_seen(start),
        credentials=credentials.traced(start),
    )


def service_findings(moment: Moment, status: ServiceStatus) -> tuple[Finding, ...]:
    """Give what the rules of a service find; each names the service that it endangers."""
    start = moment.basis(status.service)
    found = (finding for rule in SERVICE_RULES for finding in rule.judge(start, status))
    return tuple(
        replace(
            finding,
            sentence=words.begun(finding.sentence),
            services=finding.services or (status.service,),
            last_seen=moment.instant,
        )
        for finding in found
    )


def findings(statuses: Iterable[ServiceStatus]) -> tuple[Finding, ...]:
    """Give the findings of all services, the most severe first."""
    return by_severity(finding for one in statuses for finding in one.findings)


def by_severity(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Order findings by severity; within one, they keep their order."""
    return tuple(sorted(found, key=lambda finding: _SEVERITIES[finding.severity]))


def _found(moment: Moment, service: str) -> ServiceStatus:
    whole = judge(moment, service)
    return replace(whole, findings=by_severity(service_findings(moment, whole)))
