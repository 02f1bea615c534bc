"""What a change of the plan does to verdicts, findings, order and maturity, by the same facts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from refloat.assess.assessment import assessment
from refloat.model.difference import ControlDifference, PlanDifference, ServiceDifference, Waves
from refloat.model.facts import Facts
from refloat.model.judgement import Assessment, CopyVerdict, Finding, ServiceStatus, Severity
from refloat.model.plan import Plan
from refloat.model.run import Verdict
from refloat.plan import fingerprint, order

_COPY = (CopyVerdict.NO, CopyVerdict.UNKNOWN, CopyVerdict.YES)
_RECOVERY = (Verdict.FAILED, Verdict.UNPROVEN, Verdict.PROVEN)
"""Worst first."""


def difference(old: Plan, new: Plan, facts: Facts, instant: datetime) -> PlanDifference:
    """Judge two plans by the same facts at one instant, and say what differs.

    Args:
        old: the plan as it was.
        new: the plan as it is to be.
        facts: what is known; the same for both.
        instant: when, with a time zone.
    """
    before, after = assessment(old, facts, instant), assessment(new, facts, instant)
    services = tuple(_services(old, new, before, after))
    appeared = _only(after.findings, before.findings)
    controls = tuple(_controls(before, after))
    return PlanDifference(
        as_of=instant,
        before=fingerprint(old),
        after=fingerprint(new),
        services=services,
        services_added=_new(new.services, old.services),
        services_removed=_new(old.services, new.services),
        components_added=_new(new.components, old.components),
        components_removed=_new(old.components, new.components),
        appeared=appeared,
        gone=_only(before.findings, after.findings),
        level_before=before.maturity.level if before.maturity else "",
        level_after=after.maturity.level if after.maturity else "",
        controls=controls,
        worse=tuple(_worse(services, appeared, before, after)),
    )


def _services(
    old: Plan, new: Plan, before: Assessment, after: Assessment
) -> Iterator[ServiceDifference]:
    then = {one.service: one for one in before.services}
    for now in after.services:
        was = then.get(now.service)
        if was is None:
            continue
        orders = order(old, now.service), order(new, now.service)
        if _verdicts(was) != _verdicts(now) or orders[0] != orders[1]:
            yield _service(was, now, orders)


def _service(
    was: ServiceStatus, now: ServiceStatus, orders: tuple[Waves, Waves]
) -> ServiceDifference:
    lower = _COPY.index(now.copy.verdict) < _COPY.index(was.copy.verdict)
    slower = _RECOVERY.index(now.recovery.verdict) < _RECOVERY.index(was.recovery.verdict)
    return ServiceDifference(
        service=now.service,
        name=now.name,
        copy_before=was.copy.verdict,
        copy_after=now.copy.verdict,
        recovery_before=was.recovery.verdict,
        recovery_after=now.recovery.verdict,
        reasons=tuple(dict.fromkeys((*now.recovery.reasons, *now.copy.reasons))),
        order_before=orders[0],
        order_after=orders[1],
        worse=lower or slower,
    )


def _verdicts(status: ServiceStatus) -> tuple[CopyVerdict, Verdict]:
    return status.copy.verdict, status.recovery.verdict


def _controls(before: Assessment, after: Assessment) -> Iterator[ControlDifference]:
    if before.maturity is None or after.maturity is None:
        return
    for key, now in after.maturity.controls.items():
        was = before.maturity.controls.get(key)
        if was is not None and was.outcome is not now.outcome:
            yield ControlDifference(key, was.outcome.value, now.outcome.value)


def _worse(
    services: Iterable[ServiceDifference],
    appeared: Iterable[Finding],
    before: Assessment,
    after: Assessment,
) -> Iterator[str]:
    for one in services:
        if one.worse:
            why = f" {one.reasons[0]}" if one.reasons else ""
            yield (
                f"{one.name}: copy {one.copy_before} -> {one.copy_after}, recovery "
                f"{one.recovery_before} -> {one.recovery_after}.{why}"
            )
    for finding in appeared:
        if finding.severity is Severity.HIGH:
            yield finding.sentence
    if before.maturity and after.maturity and after.maturity.level < before.maturity.level:
        yield f"The level of maturity falls from {before.maturity.level} to {after.maturity.level}."


def _only(some: Iterable[Finding], others: Iterable[Finding]) -> tuple[Finding, ...]:
    known = {(one.code, one.subject) for one in others}
    return tuple(one for one in some if (one.code, one.subject) not in known)


def _new(some: Iterable[str], others: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(some) - set(others)))
