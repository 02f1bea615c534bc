"""Judgement: plan, facts and an instant in; verdicts and findings out. No clock, no store."""

from refloat.assess.access.credentials import credential_traces
from refloat.assess.assessment import Judged, assessment, judge, organisation
from refloat.assess.assessor import Assessor
from refloat.assess.ground.representative import CRITERIA, representative
from refloat.assess.ground.undocumented import undocumented
from refloat.assess.services import findings, service_status, status
from refloat.assess.sheets.compare import compare, comparison
from refloat.assess.sheets.questions import five_questions
from refloat.assess.sheets.runsheet import run_sheet
from refloat.assess.sheets.threats import path_back, threat_matrix
from refloat.assess.sheets.trace import trace, traces, traces_of
from refloat.assess.verdicts.approvals import Approval, approval, may_approve, objectives_as_stood
from refloat.assess.verdicts.categories import categories
from refloat.assess.verdicts.claims import rules_by_fact_type
from refloat.assess.verdicts.drill import DrillParts, degraded, drill_verdict

__all__ = [
    "CRITERIA",
    "Approval",
    "Assessor",
    "DrillParts",
    "Judged",
    "approval",
    "assessment",
    "categories",
    "compare",
    "comparison",
    "credential_traces",
    "degraded",
    "drill_verdict",
    "findings",
    "five_questions",
    "judge",
    "may_approve",
    "objectives_as_stood",
    "organisation",
    "path_back",
    "representative",
    "rules_by_fact_type",
    "run_sheet",
    "service_status",
    "status",
    "threat_matrix",
    "trace",
    "traces",
    "traces_of",
    "undocumented",
]
