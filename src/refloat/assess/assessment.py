"""The assessment of an organisation: a pure function of plan, facts and an instant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from refloat.assess.assessor import Assessor
from refloat.assess.organisation import Organisation
from refloat.model.facts import Facts
from refloat.model.judgement import Assessment, Finding
from refloat.model.plan import Plan


def assessment(plan: Plan, facts: Facts, instant: datetime) -> Assessment:
    """Judge every service and the organisation as a whole.

    Args:
        plan: a valid plan.
        facts: the facts in any order; those recorded after the instant are passed over.
        instant: when, with a time zone.

    Returns:
        The services in the plan's order, and all findings, the most severe first. The same
        arguments give the same result, whatever order the facts came in.
    """
    return Assessor(plan, facts).assess(instant)


def organisation(plan: Plan, facts: Facts, instant: datetime) -> Organisation:
    """Give every service judged, for rules and sheets that see the organisation as a whole."""
    return Assessor(plan, facts).organisation(instant)


@dataclass(frozen=True)
class Judged:
    """An organisation at one instant, with what was found.

    Attributes:
        organisation: every service judged.
        assessment: what is said of it.
    """

    organisation: Organisation
    assessment: Assessment

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every finding, the most severe first."""
        return self.assessment.findings


def judge(plan: Plan, facts: Facts, instant: datetime) -> Judged:
    """Judge an organisation once, for whoever needs both what was found and what it rests on."""
    assessor = Assessor(plan, facts)
    found = assessor.assess(instant)
    return Judged(assessor.organisation(instant), found)
