"""The answer sheets of one service: what a business, an insurer or an assessor asks about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from refloat import assess
from refloat.app.assess import Ground
from refloat.assess.sheets.questions import five_questions
from refloat.assess.sheets.threats import path_back, threat_matrix
from refloat.model.judgement import ComparisonTable, Finding, Trace
from refloat.model.sheets import FiveAnswers, PathBack, ThreatMatrix


@dataclass(frozen=True)
class Answers:
    """Every answer sheet of one service.

    Attributes:
        questions: the five questions that every design of backups should answer.
        comparison: backup's answers against recovery's.
        threats: which threats its data outlives.
        path_back: how it comes back when prevention has failed.
        traces: from each data set to who approved its target.
    """

    questions: FiveAnswers
    comparison: ComparisonTable
    threats: ThreatMatrix
    path_back: PathBack
    traces: tuple[Trace, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """One finding for each question that nobody can answer."""
        broken = (finding for trace in self.traces for finding in trace.findings)
        return (*self.questions.findings, *self.comparison.findings, *broken)


def answers(found: Ground, service: str, instant: datetime) -> Answers:
    """Fill every answer sheet of a service of the plan at an instant."""
    whole = assess.organisation(found.plan, found.facts, instant)
    start = whole.bases[service]
    return Answers(
        questions=five_questions(whole, service),
        comparison=assess.comparison(start),
        threats=threat_matrix(whole, service),
        path_back=path_back(whole, service),
        traces=assess.traces_of(start),
    )
