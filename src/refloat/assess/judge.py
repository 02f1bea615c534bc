"""A drill judged in one call: the verdict, and everything else that its record says of it."""

from __future__ import annotations

from dataclasses import dataclass

from refloat.assess.categories import categories
from refloat.assess.drill import DrillParts, degraded, drill_verdict
from refloat.assess.representative import representative
from refloat.model.plan import Plan, Service
from refloat.model.run import CategoryRecord, Verdict


@dataclass(frozen=True)
class JudgedDrill:
    """What the assessment says of a drill.

    Attributes:
        verdict: the whole.
        reasons: why it is not proven, most important first; empty when it is.
        categories: the six categories of R-150.
        representative: the criteria of R-036.
        degraded: soft dependencies that did not come back, in sentences.
    """

    verdict: Verdict
    reasons: tuple[str, ...]
    categories: tuple[CategoryRecord, ...]
    representative: dict[str, bool]
    degraded: tuple[str, ...]


def judge_drill(plan: Plan, service: Service, parts: DrillParts) -> JudgedDrill:
    """Judge a drill of a service of the plan.

    Raises:
        MissingInput: if the plan has no such service.
    """
    verdict, reasons = drill_verdict(plan, service.key, parts)
    return JudgedDrill(
        verdict=verdict,
        reasons=reasons,
        categories=categories(plan, service.key, parts.steps, parts.checks),
        representative=representative(plan, service.key, parts),
        degraded=degraded(plan, service.key, parts.steps),
    )
