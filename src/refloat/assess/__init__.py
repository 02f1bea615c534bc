"""Judgement: plan, facts and an instant in; verdicts and findings out. No clock, no store."""

from refloat.assess.approvals import Approval, approval, may_approve, objectives_as_stood
from refloat.assess.categories import categories
from refloat.assess.drill import DrillParts, degraded, drill_verdict
from refloat.assess.representative import CRITERIA, representative

__all__ = [
    "CRITERIA",
    "Approval",
    "DrillParts",
    "approval",
    "categories",
    "degraded",
    "drill_verdict",
    "may_approve",
    "objectives_as_stood",
    "representative",
]
