"""The whole status of every service: a pure function of plan, facts and an instant."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from refloat.assess import credentials, encryption, observed, rules_backup, rules_recovery
from refloat.assess.basis import Basis, basis
from refloat.assess.claims import judge_claims
from refloat.assess.confidence import judge_confidence
from refloat.assess.copies import coverage, job_statuses, judge_copies
from refloat.assess.history import judge_acceptance, last_representative
from refloat.assess.objectives import judge_objectives
from refloat.assess.recoveries import judge_recovery
from refloat.model.facts import Facts
from refloat.model.judgement import Finding, ServiceStatus, Severity
from refloat.model.plan import Plan

Rule = Callable[[Basis, ServiceStatus], Iterator[Finding]]

RULES: tuple[Rule, ...] = (
    rules_recovery.never_drilled,
    rules_recovery.last_drill_not_proven,
    rules_recovery.test_not_service_level,
    rules_recovery.rto_exceeded,
    rules_backup.rpo_breach,
    rules_backup.rpo_missed_in_drill,
    rules_recovery.contract_tolerance_exceeded,
    rules_recovery.vendor_commitment_insufficient,
    rules_recovery.evidence_stale,
    rules_recovery.evidence_expired,
    rules_backup.target_not_approved,
    rules_backup.no_copy,
    rules_backup.coverage_gap,
    rules_backup.backup_failed,
    rules_backup.silence,
    encryption.copies_encrypted,
    encryption.key_kept,
    credentials.credential_reach,
    observed.undocumented_parts,
    rules_recovery.not_representative,
    rules_backup.data_not_confirmed,
    rules_backup.run_interrupted,
)
"""Every rule; among findings of one severity, this is their order."""

_SEVERITIES = {severity: number for number, severity in enumerate(Severity)}


def status(plan: Plan, facts: Facts, instant: datetime) -> tuple[ServiceStatus, ...]:
    """Judge every service of a plan at an instant.

    Args:
        plan: a valid plan.
        facts: the facts in any order; those recorded after the instant are passed over.
        instant: when (with a time zone).

    Returns:
        The services in the plan's order. The same arguments give the same result, whatever order
        the facts came in.
    """
    return tuple(service_status(plan, key, facts, instant) for key in plan.services)


def service_status(plan: Plan, service: str, facts: Facts, instant: datetime) -> ServiceStatus:
    """Judge one service of a plan at an instant.

    Raises:
        MissingInput: if the plan has no such service.
    """
    start = basis(plan, service, facts, instant)
    objectives = judge_objectives(start)
    recovery = judge_recovery(start, objectives)
    claims = judge_claims(start)
    whole = ServiceStatus(
        service=service,
        name=start.service.name,
        organisation=plan.organisation,
        as_of=instant,
        copy=judge_copies(start),
        recovery=recovery,
        objectives=objectives,
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
    found = [finding for rule in RULES for finding in rule(start, whole)]
    return replace(whole, findings=by_severity(found))


def findings(statuses: Iterable[ServiceStatus]) -> tuple[Finding, ...]:
    """Give the findings of all services, the most severe first."""
    return by_severity(finding for one in statuses for finding in one.findings)


def by_severity(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Order findings by severity; within one, they keep their order."""
    return tuple(sorted(found, key=lambda finding: _SEVERITIES[finding.severity]))
