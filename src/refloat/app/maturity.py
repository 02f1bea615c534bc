"""What an assessor would say: the Essential Eight, other standards, and OSCAL documents."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from refloat import assess
from refloat.app.assess import Ground
from refloat.assess import eight
from refloat.assess.standards.demands import STANDARDS, judge_standard
from refloat.model.errors import MissingInput
from refloat.model.maturity import Maturity, StandardResult
from refloat.model.stream import standing
from refloat.report.oscal import (
    OscalInput,
    assessment_plan,
    assessment_results,
    plan_of_action,
)


def maturity(found: Ground, instant: datetime) -> Maturity:
    """Judge the strategy "Regular backups" of the Essential Eight at an instant."""
    return eight.maturity(assess.organisation(found.plan, found.facts, instant))


def standards(found: Ground, keys: Sequence[str], instant: datetime) -> tuple[StandardResult, ...]:
    """Hold what is found at an instant against other standards.

    Args:
        found: the plan and the facts.
        keys: ids of the standards, in the order in which they are answered.
        instant: when.

    Raises:
        MissingInput: if there is no standard of one of these ids.
    """
    unknown = [key for key in keys if key not in STANDARDS]
    if unknown:
        raise MissingInput(
            f"there is no standard {unknown[0]!r} here",
            hint=f"Known are: {', '.join(STANDARDS)}.",
        )
    judged = assess.assessment(found.plan, found.facts, instant)
    return tuple(
        judge_standard(STANDARDS[key], found.plan, found.facts, judged.findings, instant)
        for key in keys
    )


def oscal_documents(found: Ground, judged: Maturity, results: Path) -> dict[Path, bytes]:
    """Write the OSCAL documents of a judgement, by the file that each belongs into.

    Args:
        found: the plan and the facts.
        judged: the judgement.
        results: the file for the assessment results. The assessment plan is put beside it, and the
            open actions too if there are some: ``NAME.plan.json`` and ``NAME.actions.json``.
    """
    stem = results.name.removesuffix(".json")
    plan, actions = (results.with_name(f"{stem}.{what}.json") for what in ("plan", "actions"))
    given = OscalInput(
        organisation=found.plan.organisation,
        maturity=judged,
        actions=standing(found.facts.feed.actions, judged.as_of),
        plan_name=plan.name,
    )
    documents = {results: assessment_results(given), plan: assessment_plan(given)}
    open_actions = plan_of_action(given)
    return documents if open_actions is None else {**documents, actions: open_actions}
