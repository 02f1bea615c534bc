"""What is wrong, by what it costs the business: each finding once, with those that it endangers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from refloat.model.judgement import Assessment, Finding, ServiceStatus, Severity
from refloat.model.plan import Plan
from refloat.report._overview_rows import tier_of, tier_words
from refloat.report.words import copy_answer, recovery_answer

LIMIT = 1000
"""So many findings are shown, the most severe first."""

_OWN = 3
"""A finding that endangers more services than this stands among those about several at once."""

_NAMED = 8
_FIRST_STEPS = 5
_RANK = {severity: number for number, severity in enumerate(Severity)}
_SAYS = {Severity.HIGH: "now", Severity.MEDIUM: "soon", Severity.ADVISORY: "when you can"}


@dataclass(frozen=True)
class Shown:
    """One finding as the page shows it.

    Attributes:
        finding: the finding.
        severe: whether the service may not come back as promised for it.
        act: how soon to act, in words.
        others: names of the services that it endangers beside the one it stands under.
        more: how many further ones there are.
    """

    finding: Finding
    severe: bool
    act: str
    others: tuple[str, ...]
    more: int


@dataclass(frozen=True)
class Group:
    """Findings that cost the same.

    Attributes:
        title: the service's name, or whom they endanger.
        processes: the business processes that are at stake; empty for more than one service.
        tier: the tier in words; empty for more than one service.
        verdicts: both verdicts of the service: question, symbol and word; empty for more than one.
        findings: the most severe first.
        severe: how many of them are severe.
    """

    title: str
    processes: tuple[str, ...]
    tier: str
    verdicts: tuple[tuple[str, str, str], ...]
    findings: tuple[Shown, ...]
    severe: int


@dataclass(frozen=True)
class Costs:
    """All groups, the most costly first; how many findings are shown, and how many there are."""

    groups: tuple[Group, ...]
    shown: int
    total: int


def by_cost(plan: Plan, judged: Assessment) -> Costs:
    """Group the findings by whom they endanger.

    A finding stands once: under the most important of at most three services, or among those that
    endanger several at once, or the organisation as a whole.
    """
    shown = judged.findings[:LIMIT]
    names = {one.service: one for one in judged.services}
    grouped: dict[str | None, list[Finding]] = {}
    for finding in shown:
        grouped.setdefault(_under(plan, finding), []).append(finding)
    ordered = sorted(grouped.items(), key=lambda pair: _cost(plan, *pair))
    groups = tuple(_group(plan, key, findings, names) for key, findings in ordered)
    return Costs(groups, len(shown), len(judged.findings))


def first_steps(plan: Plan, judged: Assessment) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Give what to do first, and for which services: the next steps of severe findings.

    What endangers the organisation as a whole comes first, and names no service; then come the most
    important services.
    """
    severe = [one for one in judged.findings if one.severity is Severity.HIGH]
    severe.sort(key=lambda one: (_tier(plan, one), -len(one.services)))
    steps: dict[str, dict[str, None]] = {}
    for one in severe:
        names = (plan.services[key].name for key in one.services if key in plan.services)
        steps.setdefault(one.next_step, {}).update(dict.fromkeys(names))
    first = list(steps.items())[:_FIRST_STEPS]
    return tuple((step, tuple(names)) for step, names in first)


def _under(plan: Plan, finding: Finding) -> str | None:
    known = [key for key in finding.services if key in plan.services]
    if not 0 < len(known) <= _OWN:
        return None
    return min(known, key=lambda key: tier_of(plan, key))


def _tier(plan: Plan, finding: Finding) -> int:
    return min((tier_of(plan, key) for key in finding.services), default=0)


def _cost(plan: Plan, key: str | None, findings: Sequence[Finding]) -> tuple[int, int, int]:
    worst = min(_RANK[one.severity] for one in findings)
    tier = 0 if key is None else tier_of(plan, key)
    return worst, tier, -sum(one.severity is Severity.HIGH for one in findings)


def _group(
    plan: Plan, key: str | None, findings: Sequence[Finding], statuses: dict[str, ServiceStatus]
) -> Group:
    ordered = sorted(findings, key=lambda one: _RANK[one.severity])
    shown = tuple(_shown(one, key, statuses) for one in ordered)
    severe = sum(one.severe for one in shown)
    if key is None:
        return Group(
            "The whole organisation, or several services at once", (), "", (), shown, severe
        )
    service = plan.services[key]
    status = statuses.get(key)
    pairs = (("copy", copy_answer), ("recovery", recovery_answer))
    return Group(
        title=service.name,
        processes=service.processes,
        tier=tier_words(tier_of(plan, key)) if service.tier is not None else "",
        verdicts=tuple((name, (it := say(status)).mark, it.word) for name, say in pairs)
        if status is not None
        else (),
        findings=shown,
        severe=severe,
    )


def _shown(finding: Finding, under: str | None, statuses: dict[str, ServiceStatus]) -> Shown:
    others = [
        statuses[key].name if key in statuses else key for key in finding.services if key != under
    ]
    return Shown(
        finding=finding,
        severe=finding.severity is Severity.HIGH,
        act=_SAYS[finding.severity],
        others=tuple(others[:_NAMED]),
        more=max(0, len(others) - _NAMED),
    )
