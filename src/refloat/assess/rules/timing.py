"""Rules about time: measured recovery against targets, contracts and promises."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from refloat.assess import words
from refloat.assess.about import affected, all_called, called, processes, subject
from refloat.assess.ground.basis import Basis
from refloat.assess.ground.paths import RecoveryPath
from refloat.assess.ground.sights import service_pairs
from refloat.assess.organisation import Organisation
from refloat.assess.rule import OrganisationRule, Rule, ServiceRule
from refloat.assess.verdicts.estimates import Estimates
from refloat.model.judgement import Finding, ServiceStatus, Severity
from refloat.model.plan import Component, Plan
from refloat.model.points import Measure


@dataclass(frozen=True)
class _Measured:
    """How long a service takes to come back, at least, as it was measured."""

    seconds: float
    path: RecoveryPath


def rto_exceeded(basis: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """Find a measured recovery that takes longer than the business allows."""
    target = status.objective("rto").target_seconds
    if target is None:
        return
    written = _measured(basis, status, observed=False)
    if written.seconds > target:
        yield _too_long(basis, status, written, target, _through(basis, written))
        return
    seen = _measured(basis, status, observed=True)
    if seen.seconds > target:
        unwritten = [key for key in seen.path.way if key not in written.path.way]
        why = (
            f" At work it was seen to need {all_called(basis.plan, reversed(unwritten))}, too, "
            "which its recovery plan does not say."
        )
        found = _too_long(basis, status, seen, target, why)
        known = _first_sight(basis, (*unwritten, basis.service.key))
        if found.first_seen is not None and known is not None:
            found = replace(found, first_seen=max(found.first_seen, known))
        yield found


def contract_tolerance_exceeded(basis: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """Find a measured recovery that takes longer than a contract of the service allows."""
    limit = basis.service.contract_limit
    if limit is not None:
        found = _tolerance(basis, status, limit, subject(basis), "a contract allows")
        if found is not None:
            yield found


def vendor_tolerance_exceeded(organisation: Organisation) -> Iterator[Finding]:
    """Find a measured recovery that takes longer than the contract with a vendor allows."""
    for vendor in organisation.plan.vendors.values():
        for service, limit in vendor.outage_limits.items():
            basis, status = organisation.bases.get(service), organisation.statuses.get(service)
            if basis is None or status is None:
                continue
            about = f"vendor {vendor.key}, service {service}"
            allows = f"the contract with {called(organisation.plan, vendor.key)} allows"
            found = _tolerance(basis, status, limit, about, allows)
            if found is not None:
                yield found


def vendor_commitment_insufficient(basis: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """Find a vendor of a component that promises less than the business was promised."""
    rto = basis.service.objectives.get("rto")
    if rto is None:
        return
    for key in basis.strengths:
        promised = basis.component(key).vendor_commitment
        if promised is not None and promised > rto.target:
            vendor = f"the vendor of {words.component(basis.plan, key)}"
            about = f"{subject(basis)}, component {key}"
            yield _promise(basis.plan, basis.service.key, vendor, promised, about)


def vendor_promise_insufficient(organisation: Organisation) -> Iterator[Finding]:
    """Find a vendor that promises less for a service than the business was promised."""
    plan = organisation.plan
    for vendor in plan.vendors.values():
        for service, promised in vendor.commitments.items():
            rto = plan.services[service].objectives.get("rto") if service in plan.services else None
            if rto is not None and promised > rto.target:
                about = f"vendor {vendor.key}, service {service}"
                yield _promise(plan, service, called(plan, vendor.key), promised, about)


def architecture_cannot_meet_rpo(basis: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """Find copies that are meant to be made less often than the allowed loss of data demands."""
    rpo = basis.service.objectives.get("rpo")
    if rpo is None:
        return
    for key in basis.hard_data_sets:
        every = _every(basis.component(key))
        if every is None or every <= rpo.target:
            continue
        name, often = words.component(basis.plan, key), words.duration(every.total_seconds())
        allowed = words.duration(rpo.target.total_seconds())
        yield Finding(
            "ARCHITECTURE_CANNOT_MEET_RPO",
            ("R-066",),
            Severity.HIGH,
            f"{subject(basis)}, data set {key}",
            words.sentence(
                f"copies of {name} are made every {often}, so that much of {status.name} can be "
                f"lost at any time; the business allows {allowed}. At stake: {affected(basis)}."
            ),
            f"Copy {name} at least every {allowed}, or let the business decide anew.",
            {
                "interval_seconds": round(every.total_seconds()),
                "target_seconds": round(rpo.target.total_seconds()),
            },
            services=(basis.service.key,),
        )


def near_zero_needs_more(basis: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """Find a service that may lose next to nothing and has periodic copies alone (R-067)."""
    rpo = basis.service.objectives.get("rpo")
    if rpo is None or rpo.target > basis.plan.policy.near_zero:
        return
    if basis.service.standby or not basis.data_sets:
        return
    yield Finding(
        "NEAR_ZERO_NEEDS_MORE",
        ("R-067",),
        Severity.MEDIUM,
        subject(basis),
        f"{status.name} may lose next to nothing ({words.duration(rpo.target.total_seconds())}), "
        f"and only copies that are made from time to time stand behind that promise. At stake: "
        f"{affected(basis)}.",
        "Add what such a promise takes: replication, a standby, orchestration and more frequent "
        "testing; or let the business decide anew.",
        {
            "target_seconds": round(rpo.target.total_seconds()),
            "capabilities": ("replication", "standby", "orchestration", "more frequent testing"),
        },
        services=(basis.service.key,),
    )


def architecture_cannot_meet_rto(organisation: Organisation) -> Iterator[Finding]:
    """Find recoveries that were not measured, and by their estimates take too long."""
    estimates = Estimates(organisation)
    for key, service in organisation.plan.services.items():
        rto = service.objectives.get("rto")
        if rto is None or key not in organisation.bases:
            continue
        target, basis = rto.target.total_seconds(), organisation.bases[key]
        path = basis.path(observed=False)
        if path.seconds is not None or path.at_least > target:
            continue  # measured, or already known to be too long: another rule says so
        seconds, way = estimates.of(key)
        if seconds <= target:
            continue
        yield Finding(
            "ARCHITECTURE_CANNOT_MEET_RTO",
            ("R-066",),
            Severity.HIGH,
            subject(basis),
            f"By what is estimated, {service.name} needs at least {words.duration(seconds)} to "
            f"come back; the business allows {words.duration(target)}. Nobody has measured it. "
            f"Meanwhile the business goes without: {affected(basis)}.",
            "Shorten the longest steps, or measure them and let the business decide anew.",
            {
                "estimated_seconds": round(seconds),
                "target_seconds": round(target),
                "way": way,
            },
            services=(key,),
        )


def _measured(basis: Basis, status: ServiceStatus, *, observed: bool) -> _Measured:
    path = basis.path(observed=observed)
    achieved = status.objective("rto").achieved_seconds or 0.0
    return _Measured(max(path.at_least, achieved), path)


def _through(basis: Basis, measured: _Measured) -> str:
    """Say what must be back before, where that is a part of the time."""
    before = measured.path.way[:-1]
    if not before or measured.seconds > measured.path.at_least:
        return ""
    return f" Before it there must be back: {all_called(basis.plan, before)}."


def _too_long(
    basis: Basis, status: ServiceStatus, measured: _Measured, target: float, why: str
) -> Finding:
    return Finding(
        "RTO_EXCEEDED",
        ("R-088", "R-006", "R-065"),
        Severity.HIGH,
        subject(basis),
        f"{status.name} needs {words.duration(measured.seconds)} to come back; the business allows "
        f"{words.duration(target)}.{why} Meanwhile: {affected(basis)}.",
        "Shorten the longest steps of the recovery, or let the business decide anew.",
        {**_times(measured), "target": words.duration(target), "target_seconds": round(target)},
        services=(basis.service.key,),
        first_seen=_since(basis, measured, target),
    )


def _tolerance(
    basis: Basis, status: ServiceStatus, limit: timedelta, about: str, allows: str
) -> Finding | None:
    """Hold what was measured, on whichever graph is longer, against what a contract allows."""
    written = _measured(basis, status, observed=False)
    seen = _measured(basis, status, observed=True)
    longer = seen if seen.seconds > written.seconds else written
    allowed = limit.total_seconds()
    if longer.seconds <= allowed:
        return None
    return Finding(
        "CONTRACT_TOLERANCE_EXCEEDED",
        ("R-088",),
        Severity.HIGH,
        about,
        f"{status.name} needs {words.duration(longer.seconds)} to come back; {allows} an outage of "
        f"{words.duration(allowed)}. At stake: {affected(basis)}.",
        "Shorten the recovery, or speak with the other party before it happens.",
        {**_times(longer), "limit": words.duration(allowed), "limit_seconds": round(allowed)},
        services=(basis.service.key,),
        first_seen=_since(basis, longer, allowed),
    )


def _promise(plan: Plan, key: str, vendor: str, promised: timedelta, about: str) -> Finding:
    service = plan.services[key]
    target = words.duration(service.objectives["rto"].target.total_seconds())
    return Finding(
        "VENDOR_COMMITMENT_INSUFFICIENT",
        ("R-088",),
        Severity.HIGH,
        about,
        f"{service.name} must be back within {target}; {vendor} promises "
        f"{words.duration(promised.total_seconds())}. Meanwhile: {processes(service)}.",
        "Agree on a shorter time with the vendor, or find another way without it.",
        {
            "promised_seconds": round(promised.total_seconds()),
            "target_seconds": round(service.objectives["rto"].target.total_seconds()),
        },
        services=(key,),
    )


def _times(measured: _Measured) -> Mapping[str, Measure]:
    return {
        "measured": words.duration(measured.seconds),
        "measured_seconds": round(measured.seconds),
        "way": measured.path.way,
        "unknown": measured.path.unknown,
    }


def _since(basis: Basis, measured: _Measured, limit: float) -> datetime | None:
    """Say since when the newest trials on the way show that a limit is exceeded.

    The service's own trials are followed back for as long as each of them alone, with the rest as
    it is now, would exceed it; what the others on the way showed must have been known by then.
    """
    own = [one for one in basis.trials() if one.own_seconds is not None and one.counts(basis.plan)]
    if not own:
        return None
    rest = measured.seconds - (own[-1].own_seconds or 0.0)
    since = own[-1].at
    for trial in reversed(own):
        if (trial.own_seconds or 0.0) + rest <= limit:
            break
        since = trial.at
    others = _newest(basis, measured.path.way[:-1]) if rest > 0 else ()
    latest: datetime = max((since, *others))
    return latest


def _first_sight(basis: Basis, services: Iterable[str]) -> datetime | None:
    """Say when the last of the needs between some services became known; None if none was seen."""
    among = frozenset(services)
    seen: dict[tuple[str, str], datetime] = {}
    for sight in basis.moment.sights:
        for pair in service_pairs(basis.moment.index.graph, sight):
            if among.issuperset(pair):
                seen[pair] = min(sight.at, seen.get(pair, sight.at))
    return max(seen.values(), default=None)


def _newest(basis: Basis, services: Iterable[str]) -> Iterator[datetime]:
    for key in services:
        trial = basis.moment.basis(key).deciding_trial()
        if trial is not None:
            yield trial.at


def _every(component: Component) -> timedelta | None:
    if component.protection is not None:
        return component.protection.every
    return component.watch.every if component.watch is not None else None


RULES: tuple[Rule, ...] = (
    ServiceRule(
        "RTO_EXCEEDED",
        ("R-088", "R-006", "R-065"),
        "The measured way back, with all that must be back before, is longer than allowed.",
        rto_exceeded,
    ),
    OrganisationRule(
        "ARCHITECTURE_CANNOT_MEET_RTO",
        ("R-066",),
        "By its estimates a recovery that was not measured takes longer than allowed.",
        architecture_cannot_meet_rto,
        frozenset({"tests", "dependencies"}),
    ),
    ServiceRule(
        "CONTRACT_TOLERANCE_EXCEEDED",
        ("R-088",),
        "The measured way back is longer than a contract of the service allows.",
        contract_tolerance_exceeded,
    ),
    OrganisationRule(
        "CONTRACT_TOLERANCE_EXCEEDED",
        ("R-088",),
        "The measured way back is longer than the contract with a vendor allows.",
        vendor_tolerance_exceeded,
        frozenset({"tests", "dependencies", "statuses"}),
    ),
    ServiceRule(
        "VENDOR_COMMITMENT_INSUFFICIENT",
        ("R-088",),
        "The vendor of a component promises a longer time than the business allows.",
        vendor_commitment_insufficient,
    ),
    OrganisationRule(
        "VENDOR_COMMITMENT_INSUFFICIENT",
        ("R-088",),
        "A vendor promises a longer time for a service than the business allows.",
        vendor_promise_insufficient,
    ),
    ServiceRule(
        "ARCHITECTURE_CANNOT_MEET_RPO",
        ("R-066",),
        "Copies are meant to be made less often than the allowed loss of data demands.",
        architecture_cannot_meet_rpo,
    ),
    ServiceRule(
        "NEAR_ZERO_NEEDS_MORE",
        ("R-067",),
        "Next to nothing may be lost, and nothing but periodic copies stands behind it.",
        near_zero_needs_more,
    ),
)
"""The rules of this file, in the order of their findings."""
