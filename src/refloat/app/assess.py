"""What can be said of the whole organisation at an instant, from what is remembered or files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from refloat import assess
from refloat.app import memory
from refloat.app.facts import Refused, load
from refloat.app.workspace import Workspace
from refloat.model.facts import Facts
from refloat.model.judgement import Assessment, Finding, Severity
from refloat.model.plan import Plan


@dataclass(frozen=True)
class Ground:
    """What a judgement stands on.

    Attributes:
        plan: the plan.
        facts: the facts.
        refused: lines of the files that could not be used.
    """

    plan: Plan
    facts: Facts
    refused: tuple[Refused, ...] = ()


def ground(workspace: Workspace, paths: Sequence[Path]) -> Ground:
    """Read the plan, and the facts of some files and folders; without any, what is remembered.

    Args:
        workspace: where the plan is; its state is not touched if there are paths.
        paths: files of facts, or folders of them.

    Raises:
        PlanProblem, MissingInput: if the plan or a file cannot be understood or read.
        StateProblem, EvidenceProblem: if what is remembered cannot be read.
    """
    if not paths:
        return Ground(workspace.plan, memory.known(workspace))
    loaded = load(paths)
    return Ground(workspace.plan, loaded.facts, loaded.refused)


def assessment(found: Ground, instant: datetime) -> Assessment:
    """Judge the whole organisation at an instant."""
    return assess.assessment(found.plan, found.facts, instant)


@dataclass(frozen=True)
class FindingsQuery:
    """Which findings are asked for.

    Attributes:
        service: only what endangers this service; None for all.
        codes: only these codes; empty for all.
        severity: at least this; None for all.
        since: compare with this earlier instant; None to compare with nothing.
    """

    service: str | None = None
    codes: tuple[str, ...] = ()
    severity: Severity | None = None
    since: datetime | None = None

    def takes(self, finding: Finding) -> bool:
        """Whether a finding is asked for."""
        order = list(Severity)
        return (
            (self.service is None or self.service in finding.services)
            and (not self.codes or finding.code in self.codes)
            and (
                self.severity is None or order.index(finding.severity) <= order.index(self.severity)
            )
        )


@dataclass(frozen=True)
class FindingsList:
    """Findings, and how they changed.

    Attributes:
        as_of: the instant.
        findings: what is wrong at the instant, the most severe first.
        since: the earlier instant; None if none was asked for.
        appeared: what is wrong now and was not then (R-089).
        gone: what was wrong then and is not now.
    """

    as_of: datetime
    findings: tuple[Finding, ...]
    since: datetime | None = None
    appeared: tuple[Finding, ...] = ()
    gone: tuple[Finding, ...] = ()


def findings(found: Ground, query: FindingsQuery, instant: datetime) -> FindingsList:
    """List the findings that a query asks for, and what changed since its earlier instant."""
    assessor = assess.Assessor(found.plan, found.facts)
    now = _asked(assessor, query, instant)
    if query.since is None:
        return FindingsList(instant, now)
    then = _asked(assessor, query, query.since)
    known_now, known_then = {_same(one) for one in now}, {_same(one) for one in then}
    return FindingsList(
        as_of=instant,
        findings=now,
        since=query.since,
        appeared=tuple(one for one in now if _same(one) not in known_then),
        gone=tuple(one for one in then if _same(one) not in known_now),
    )


def _asked(
    assessor: assess.Assessor, query: FindingsQuery, instant: datetime
) -> tuple[Finding, ...]:
    return tuple(one for one in assessor.assess(instant).findings if query.takes(one))


def _same(finding: Finding) -> tuple[str, str]:
    return finding.code, finding.subject
