"""One page for people: verdicts first, then what they rest on. No network, no script, no clock."""

from __future__ import annotations

from typing import Any

from refloat.model.judgement import Severity
from refloat.model.plan import Component, Strength
from refloat.model.points import RecoveryPoint
from refloat.model.run import CheckResult, Outcome
from refloat.report import ReportInput
from refloat.report import _bars as bars
from refloat.report import _map as dependency_map
from refloat.report import _timeline as gantt
from refloat.report._templates import render
from refloat.report.words import component_outcome, copy_answer, recovery_answer

_SEVERITIES = {Severity.HIGH: "now", Severity.MEDIUM: "soon", Severity.ADVISORY: "when you can"}
_FIRST_STEPS = 5
_CLAIMS = {
    "job-completed": "The backup jobs ended",
    "copied": "There is a copy",
    "usable": "The copy is usable",
    "right-data": "It is the right data",
    "in-time": "It comes back in time",
}


def page(given: ReportInput) -> bytes:
    """Make the report on one service: one self-contained HTML page in UTF-8.

    Args:
        given: all that it is made from; the same input gives the same bytes.

    Raises:
        KeyError: if the plan does not know the service.

    """
    return render("report.html", ("report.css",), **_view(given))


def _view(given: ReportInput) -> dict[str, Any]:
    service, drill, status = given.plan.services[given.service], given.drill, given.status
    recovery = recovery_answer(status)
    seen = drill.checks if drill else ()
    steps = tuple(dict.fromkeys(finding.next_step for finding in status.findings))
    names = {key: component.name or key for key, component in given.plan.components.items()}
    return {
        "plan": given.plan,
        "service": service,
        "status": status,
        "drill": drill,
        "evidence": given.evidence,
        "comparison": given.comparison,
        "answers": (copy_answer(status), recovery),
        "people": _people(given),
        "first_steps": steps[:_FIRST_STEPS],
        "more_steps": len(steps) - _FIRST_STEPS,
        "severities": _SEVERITIES,
        "claims": _CLAIMS,
        "gauges": bars.gauges(status, drill),
        "timeline": gantt.timeline(drill, lambda key: names.get(key, key)) if drill else None,
        "map": dependency_map.draw(
            given.plan,
            given.service,
            given.waves,
            lambda key: component_outcome(drill, key),
            (recovery.mark, recovery.word.lower()),
        ),
        "components": _components(given),
        "checks": _checks(given, names),
        "check_counts": _counts(seen),
        "could_not_run": any(check.outcome is Outcome.COULD_NOT_RUN for check in seen),
        "points": _points(given, names),
        "run_sheet": given.run_sheet,
    }


def _people(given: ReportInput) -> tuple[tuple[str, str, str], ...]:
    """Give who is who for this service: the part, the name, the telephone number."""
    service = given.plan.services[given.service]
    confirmer = service.completeness.confirmer if service.completeness else None
    parts = (
        ("Business owner", service.owner),
        ("Technical owner", service.technical_owner),
        ("Confirms the data", confirmer),
    )
    result = []
    for part, key in parts:
        known = given.plan.people.get(key) if key else None
        result.append((part, known.name if known else key or "", known.phone if known else ""))
    return tuple(result)


def _components(given: ReportInput) -> tuple[dict[str, Any], ...]:
    """Give what the map shows, as rows of text."""
    result = []
    for number, wave in enumerate(given.waves, 1):
        for key in wave:
            component = given.plan.components.get(key)
            if component is None:
                continue
            symbol, words = component_outcome(given.drill, key)
            row = {"wave": number, "name": component.name or key, "kind": component.kind}
            row |= {"mark": symbol, "words": words, "needs": _needs(given, component)}
            result.append(row)
    return tuple(result)


def _needs(given: ReportInput, component: Component) -> str:
    names = []
    for need in component.needs:
        known = given.plan.components.get(need.on) or given.plan.services.get(need.on)
        name = (known.name if known else "") or need.on
        names.append(f"{name} (soft)" if need.strength is Strength.SOFT else name)
    return ", ".join(names) or "nothing"


def _checks(
    given: ReportInput, names: dict[str, str]
) -> tuple[tuple[str, tuple[CheckResult, ...]], ...]:
    """Group the checks: those of the service first, then by component in recovery order."""
    if given.drill is None:
        return ()
    groups: dict[str | None, list[CheckResult]] = {None: []}
    groups |= {key: [] for wave in given.waves for key in wave}
    for check in given.drill.checks:
        groups.setdefault(check.component, []).append(check)
    return tuple(
        (names.get(key, key) if key is not None else "The whole service", tuple(checks))
        for key, checks in groups.items()
        if checks
    )


def _counts(checks: tuple[CheckResult, ...]) -> tuple[tuple[str, Outcome, int], ...]:
    return tuple(
        (str(outcome), outcome, sum(check.outcome is outcome for check in checks))
        for outcome in Outcome
    )


def _points(given: ReportInput, names: dict[str, str]) -> tuple[dict[str, Any], ...]:
    """Give the recovery points that the drill came back from, the oldest first."""
    if given.drill is None:
        return ()
    common = given.drill.common_recovery_point

    def row(key: str, point: RecoveryPoint) -> dict[str, Any]:
        repository = given.plan.repositories.get(point.repository)
        return {
            "name": names.get(key, key),
            "point": point,
            "after": (point.consistency_time - common.at).total_seconds() if common.at else 0.0,
            "domain": repository.failure_domain if repository else "",
        }

    ordered = sorted(common.points.items(), key=lambda pair: (pair[1].consistency_time, pair[0]))
    return tuple(row(key, point) for key, point in ordered)
