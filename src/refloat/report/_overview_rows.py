"""The services of an organisation as rows, by tier; and both verdicts summed up, never merged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from refloat.model.judgement import Confidence, CopyVerdict, ServiceStatus, Severity
from refloat.model.plan import Plan
from refloat.model.run import Verdict
from refloat.report import _bars as bars
from refloat.report.words import Answer, copy_answer, recovery_answer

LIMIT = 1000
"""So many services are shown; with more, those first that would not come back."""

_REASONS = 2
_CONFIDENCE = {
    Confidence.NONE: "none",
    Confidence.MONITORED: "monitored only",
    Confidence.RESTORED: "restored",
    Confidence.SERVICE_VALIDATED: "seen at work after a restore",
    Confidence.EXERCISED: "exercised by people",
}


@dataclass(frozen=True)
class Row:
    """One service.

    Attributes:
        name: its name for people.
        processes: what it supports.
        copied: the first verdict.
        recovered: the second verdict.
        confidence: the level of confidence, in words.
        confidence_until: when that is lost; None at the lowest.
        gauges: recovery time, then loss of data, each as one bar against its target.
        until: when the evidence of the second verdict is too old; None if there is none.
        reasons: why a verdict is not what it should be, at most two each.
        changes: the facts that would change the verdicts, in sentences.
        severe: how many severe gaps endanger it.
    """

    name: str
    processes: tuple[str, ...]
    copied: Answer
    recovered: Answer
    confidence: str
    confidence_until: datetime | None
    gauges: tuple[bars.Gauge, ...]
    until: datetime | None
    reasons: tuple[str, ...]
    changes: tuple[str, ...]
    severe: int


@dataclass(frozen=True)
class Table:
    """The services by tier.

    Attributes:
        tiers: the tier in words, and its services in the plan's order.
        shown: how many services these are.
        total: how many there are.
    """

    tiers: tuple[tuple[str, tuple[Row, ...]], ...]
    shown: int
    total: int


def table(plan: Plan, services: Sequence[ServiceStatus]) -> Table:
    """Arrange the services by tier, the most important first; those without a tier stand last."""
    shown = services
    if len(services) > LIMIT:
        shown = sorted(services, key=lambda one: (_trouble(one), tier_of(plan, one.service)))
        shown = shown[:LIMIT]
    tiers: dict[int, list[Row]] = {}
    for status in shown:
        tiers.setdefault(tier_of(plan, status.service), []).append(_row(plan, status))
    ordered = tuple((tier_words(tier), tuple(tiers[tier])) for tier in sorted(tiers))
    return Table(ordered, len(shown), len(services))


NO_TIER = 1_000_000
"""Stands for "nobody decided" where tiers are put in order."""


def tier_of(plan: Plan, service: str) -> int:
    """Give a service's tier for ordering: ``NO_TIER`` where nobody decided."""
    known = plan.services.get(service)
    return known.tier if known is not None and known.tier is not None else NO_TIER


def tier_words(tier: int) -> str:
    """Name a tier for people."""
    return "Nobody decided how important these are" if tier == NO_TIER else f"Tier {tier}"


def answers(services: Sequence[ServiceStatus]) -> tuple[Answer, Answer]:
    """Sum up each of the two verdicts over all services."""
    copies = Counter(copy_answer(one).mark for one in services)
    back = Counter(recovery_answer(one).mark for one in services)
    return (
        _sum("Is there a copy of the data?", copies, ("has no copy", "have no copy")),
        _sum("Would the services come back in time?", back, ("would not", "would not")),
    )


def _sum(question: str, marks: Counter[str], bad: tuple[str, str]) -> Answer:
    total = marks.total()
    if not total:
        return Answer(question, "No service", "open", "The plan names no service.", ())
    mark = "bad" if marks["bad"] else "open" if marks["open"] else "good"
    reasons = []
    if marks["bad"]:
        reasons.append(f"{marks['bad']} {bad[marks['bad'] != 1]}.")
    if marks["open"]:
        reasons.append(f"Of {marks['open']}, nobody can say.")
    sentence = "" if reasons else "All of them, by evidence that counts today."
    return Answer(question, f"{marks['good']} of {total}", mark, sentence, tuple(reasons))


def sentence(services: Sequence[ServiceStatus]) -> str:
    """Say for the owner, in one sentence, how many services would come back in time."""
    total = len(services)
    if not total:
        return "The plan names no service, so nothing can be said to come back."
    back = sum(one.recovery.verdict is Verdict.PROVEN for one in services)
    if total == 1:
        would = (
            "would come back in time" if back else "would not come back in time, or nobody knows"
        )
        return f"{services[0].name} {would}."
    if back == total:
        return f"All services would come back in time: {total} of {total}."
    rest = total - back
    would = f"{back} of {total} services would come back in time"
    return f"{would}; {rest} would not, or nobody knows."


def _trouble(status: ServiceStatus) -> int:
    if status.recovery.verdict is Verdict.FAILED or status.copy.verdict is CopyVerdict.NO:
        return 0
    proven = status.recovery.verdict is Verdict.PROVEN
    return 2 if proven and status.copy.verdict is CopyVerdict.YES else 1


def _row(plan: Plan, status: ServiceStatus) -> Row:
    copied, recovered = copy_answer(status), recovery_answer(status)
    known = plan.services.get(status.service)
    changes = []
    if copied.mark != "good" and status.copy.would_change:
        changes.append(status.copy.would_change)
    if status.recovery.would_change:
        changes.append(status.recovery.would_change)
    reasons = (*copied.reasons[:_REASONS], *recovered.reasons[:_REASONS])
    return Row(
        name=status.name,
        processes=known.processes if known is not None else (),
        copied=copied,
        recovered=recovered,
        confidence=_CONFIDENCE[status.confidence.level],
        confidence_until=status.confidence.expires_at,
        gauges=tuple(
            bars.brief(objective)
            for measure in ("rto", "rpo")
            for objective in status.objectives
            if objective.measure == measure
        ),
        until=status.recovery.expires_at,
        reasons=tuple(dict.fromkeys(reasons)),
        changes=tuple(dict.fromkeys(changes)),
        severe=severe(status),
    )


def severe(status: ServiceStatus) -> int:
    """Count the severe gaps that endanger a service."""
    return sum(finding.severity is Severity.HIGH for finding in status.findings)
