"""Judgement: plan, facts and an instant in; verdicts and findings out. No clock, no store."""

from refloat.assess.approvals import Approval, approval, may_approve, objectives_as_stood
from refloat.assess.assessment import Judged, assessment, judge, organisation
from refloat.assess.assessor import Assessor
from refloat.assess.categories import categories
from refloat.assess.claims import rules_by_fact_type
from refloat.assess.compare import compare
from refloat.assess.credentials import credential_traces
from refloat.assess.drill import DrillParts, degraded, drill_verdict
from refloat.assess.questions import five_questions
from refloat.assess.representative import CRITERIA, representative
from refloat.assess.runsheet import run_sheet
from refloat.assess.status import findings, service_status, status
from refloat.assess.threats import path_back, threat_matrix
from refloat.assess.trace import trace, traces, traces_of
from refloat.assess.undocumented import undocumented

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
